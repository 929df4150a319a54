/* commands/apikey.c: jobctl apikey: keys for the APIs that take X-API-Key. Main thread. A key is
 * shown once, when it is made: the store has only what checks it. */
#include <jansson.h>
#include <string.h>

#include "command.h"
#include "jw/duration.h"
#include "jw/store_apikeys.h"
#include "jw/text.h"

#define NAME_MAX_CHARS  100
#define EXPIRES_MIN_MS  INT64_C(60000)
#define EXPIRES_MAX_MS  (INT64_C(3650) * 86400000)
#define LIST_MAX        100000
#define CREATE_ATTEMPTS 3

typedef struct {
    const char *name, *expires;
    int role; /* 0: not given; else which of the words */
    int output;
} Options;

static const JwApiKeyRole roles[] = { JW_API_KEY_ADMIN, JW_API_KEY_MONITOR, JW_API_KEY_BOUNCES };

static const JcOption options[] = {
    { .name = "role",
      .letter = 'r',
      .type = JC_OPTION_CHOICE,
      .offset = offsetof(Options, role),
      .value = "admin|monitor|bounces", /* as in roles[] */
      .help = "create: what its holder may do" },
    { .name = "name",
      .letter = 'n',
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, name),
      .value = "NAME",
      .help = "create: what it is for, so that one knows it in the list" },
    { .name = "expires",
      .letter = 'x',
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, expires),
      .value = "TIME",
      .help = "create: how long it holds: 12h, 90d; without it, until it is revoked" },
    JC_OPTION_OUTPUT(Options),
    { 0 },
};

static const JcShow columns[] = {
    { "ID", "id", JC_SHOW_TEXT, false },
    { "NAME", "name", JC_SHOW_TEXT, false },
    { "ROLE", "role", JC_SHOW_TEXT, false },
    { "STATE", "state", JC_SHOW_TEXT, false },
    { "CREATED", "createdAt", JC_SHOW_TIME, false },
    { "EXPIRES", "expiresAt", JC_SHOW_TIME, false },
    { "LAST USED", "usedAt", JC_SHOW_TIME, false },
    { "CREATED BY", "createdBy", JC_SHOW_TEXT, true },
    { "REVOKED", "revokedAt", JC_SHOW_TIME, true },
    { "REVOKED BY", "revokedBy", JC_SHOW_TEXT, true },
    { "SIGNED BY", "secretId", JC_SHOW_TEXT, true },
    { 0 },
};

/* Who runs this. (transfer full) */
static char *
who(void)
{
    return g_strconcat(g_get_user_name(), "@", g_get_host_name(), NULL);
}

static bool
check_name(const char *name, GError **error)
{
    bool good = name != NULL && name[0] != '\0' && g_utf8_validate(name, -1, NULL)
                && g_utf8_strlen(name, -1) <= NAME_MAX_CHARS;

    for (const char *at = name; good && *at != '\0'; at = g_utf8_find_next_char(at, NULL)) {
        good = !jw_text_invisible(g_utf8_get_char(at));
    }
    return good
           || jw_fail(
               error, JW_ERROR_INVALID,
               "give the key a --name of 1 to %d characters that can be seen: what it is for",
               NAME_MAX_CHARS);
}

/* How long the key holds; 0: until it is revoked. */
static bool
read_expires(const char *text, int64_t *ret_ms, GError **error)
{
    *ret_ms = 0;
    return text == NULL
           || (jw_duration_parse(text, ret_ms) && *ret_ms >= EXPIRES_MIN_MS
               && *ret_ms <= EXPIRES_MAX_MS)
           || jw_fail(error, JW_ERROR_INVALID,
                      "--expires '%s' is not a time from 1m to 3650d: 12h, 90d", text);
}

static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    int64_t holds_ms = 0;

    if (strcmp(call->verb->name, "create") != 0) {
        return true;
    }
    if (given->role == 0) {
        return jw_fail(
            error, JW_ERROR_INVALID,
            "give --role admin, --role monitor for one that may only look, or --role bounces "
            "for a mail server");
    }
    return check_name(given->name, error) && read_expires(given->expires, &holds_ms, error);
}

/* (transfer full) */
static JwKeyring *
read_secrets(const JcContext *context, GError **error)
{
    JwApiKeyConfig config = { 0 };
    const JwConfigTable table = { "API keys", jw_api_key_config_entries,
                                  jw_api_key_n_config_entries, &config };
    JwKeyring *secrets = NULL;

    if (!jc_config_load(context, &table, error)) {
        return NULL;
    }
    const bool good = jw_api_key_secrets(&config, &secrets, error);
    jw_config_clear(&table, 1);
    if (good && secrets == NULL) {
        (void)jw_fail(error, JW_ERROR_INVALID,
                      "JW_API_KEY_SECRETS is not set; it is that of the gateways (locally: eval "
                      "\"$(make env)\")");
    }
    return secrets;
}

/* (transfer full): the key. */
static char *
store_key(JwStore *store, JwApiKey *stored, const JwKeyring *secrets, GError **error)
{
    for (int i = 0; i < CREATE_ATTEMPTS; i++) { /* ids are random */
        char *key = jw_api_key_make();
        JwCreate create = JW_CREATE_EXISTS;

        jw_api_key_sign(stored, secrets, key);
        const bool done = jw_store_create_api_key(store, stored, &create, error);
        if (done && create == JW_CREATE_NEW) {
            return key;
        }
        jw_api_key_wipe(key);
        if (!done) {
            return NULL;
        }
    }
    return jw_fail_null(error, JW_ERROR_INTERNAL, "no id is free; run it again");
}

static void
print_key(const JcContext *context, const JwApiKey *stored, const char *key)
{
    g_autofree char *when =
        stored->expires_at_ms != 0 ? jw_time_format(stored->expires_at_ms) : NULL;
    g_autofree char *until = when != NULL ? jc_show_time(when) : g_strdup("it is revoked");

    fprintf(context->err,
            "API key %s, \"%s\": %s, until %s. Keep it where secrets are kept: it is not shown "
            "again.\n",
            stored->id, stored->name, jw_api_key_role_name((int)stored->role), until);
    (void)fflush(context->err);
    fprintf(context->out, "%s\n", key);
}

static JcExit
create(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_autoptr(JwApiKey) stored = g_new0(JwApiKey, 1);
    g_autoptr(JwKeyring) secrets = NULL;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = NULL;
    int64_t holds_ms = 0;

    if (!read_expires(given->expires, &holds_ms, error)) {
        return JC_EXIT_FAILED;
    }
    stored->role = roles[given->role - 1];
    stored->name = g_strdup(given->name);
    stored->created_by = who();
    stored->created_at_ms = jw_clock_now_ms(call->context->clock);
    stored->expires_at_ms = holds_ms > 0 ? stored->created_at_ms + holds_ms : 0;
    secrets = read_secrets(call->context, error);
    store = secrets != NULL ? jc_store_open(call->context, &owned, error) : NULL;
    char *key = store != NULL ? store_key(store, stored, secrets, error) : NULL;
    if (key == NULL) {
        return JC_EXIT_FAILED;
    }
    print_key(call->context, stored, key);
    jw_api_key_wipe(key);
    return JC_EXIT_OK;
}

static const char *
state_of(const JwApiKey *key, int64_t now_ms)
{
    if (key->revoked_at_ms != 0) {
        return "revoked";
    }
    return jw_api_key_good(key, now_ms, NULL) ? "active" : "expired";
}

static void
set_time(json_t *object, const char *name, int64_t time_ms)
{
    g_autofree char *text = time_ms != 0 ? jw_time_format(time_ms) : NULL;

    json_object_set_new(object, name, text != NULL ? json_string(text) : json_null());
}

static json_t *
shown(const JwApiKey *key, int64_t now_ms)
{
    json_t *object = json_pack("{s:s, s:s?, s:s, s:s, s:s?, s:s?, s:s?}", "id", key->id, "name",
                               key->name, "role", jw_api_key_role_name((int)key->role), "state",
                               state_of(key, now_ms), "createdBy", key->created_by, "revokedBy",
                               key->revoked_by, "secretId", key->secret_id);

    set_time(object, "createdAt", key->created_at_ms);
    set_time(object, "expiresAt", key->expires_at_ms);
    set_time(object, "usedAt", key->used_at_ms);
    set_time(object, "revokedAt", key->revoked_at_ms);
    return object;
}

static JcExit
list(const JcCall *call, GError **error)
{
    g_autoptr(GPtrArray) keys = NULL;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = jc_store_open(call->context, &owned, error);
    const int64_t now = jw_clock_now_ms(call->context->clock);

    if (store == NULL || !jw_store_list_api_keys(store, LIST_MAX, &keys, error)) {
        return JC_EXIT_FAILED;
    }
    json_t *items = json_array();
    for (guint i = 0; i < keys->len; i++) {
        json_array_append_new(items, shown(g_ptr_array_index(keys, i), now));
    }
    jc_show_list(call->context, call->as, call->verb->shown, items);
    json_decref(items);
    return JC_EXIT_OK;
}

static void
print_revoked(const JcContext *context, const JwApiKey *key, bool now)
{
    g_autofree char *when = jw_time_format(key->revoked_at_ms);
    g_autofree char *since = jc_show_time(when);

    if (now) {
        fprintf(context->out,
                "revoked   %s \"%s\"; gateways refuse it within JW_API_KEY_CACHE (5s)\n", key->id,
                key->name);
    } else {
        jc_print(context->out, "revoked   %s \"%s\", by %s at %s\n", key->id, key->name,
                 key->revoked_by != NULL ? key->revoked_by : "?", since);
    }
}

static JcExit
revoke_key(const JcCall *call, GError **error)
{
    const char *id = call->arguments[0];
    g_autofree char *by = who();
    g_autoptr(JwApiKey) key = NULL;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = jc_store_open(call->context, &owned, error);
    JwCas cas = JW_CAS_LOST;

    if (store == NULL) {
        return JC_EXIT_FAILED;
    }
    if (!jw_store_revoke_api_key(store, id, by, jw_clock_now_ms(call->context->clock), &cas, error)
        || !jw_store_get_api_key(store, id, &key, error)) {
        (void)jw_prefix(error, "run it again, which does no harm");
        return JC_EXIT_FAILED;
    }
    if (key == NULL) {
        (void)jw_fail(error, JW_ERROR_NOT_FOUND,
                      "there is no API key '%s'; see: jobctl apikey list", id);
        return JC_EXIT_FAILED;
    }
    print_revoked(call->context, key, cas == JW_CAS_WON);
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "create",
      .summary = "makes one and prints it, this once",
      .options = "role name expires",
      .run = create },
    { .name = "list",
      .summary = "all of them, never the key itself",
      .options = "output",
      .run = list,
      .shown = columns },
    { .name = "revoke",
      .arguments = "ID",
      .summary = "ends one for good",
      .min = 1,
      .max = 1,
      .options = "",
      .run = revoke_key },
    { 0 },
};

const JcCommand jc_apikey = {
    .name = "apikey",
    .summary = "makes, lists and revokes API keys (X-API-Key)",
    .help = "create prints the key alone on its last line, and all else to standard error:\n\n"
            "  key=$(jobctl apikey create --role admin --name deploy --expires 90d)\n"
            "  curl -H \"X-API-Key: $key\" \"$JW_GATEWAY_URL/api/v1alpha1/jobs\"\n\n"
            "Needs JW_MONGODB_URI, and for create JW_API_KEY_SECRETS, the one of the gateways.\n",
    .options = options,
    .given_size = sizeof(Options),
    .verbs = verbs,
    .check = check,
};
