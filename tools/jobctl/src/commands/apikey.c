/* commands/apikey.c: jobctl apikey: keys for the APIs that take X-API-Key. Main thread. A key is
 * shown once, when it is made: the store has only what checks it. */
#include <jansson.h>
#include <string.h>

#include "jobctl.h"
#include "show.h"
#include "jw/duration.h"
#include "jw/store_apikeys.h"
#include "jw/text.h"

#define NAME_MAX_CHARS  100
#define EXPIRES_MIN_MS  INT64_C(60000)
#define EXPIRES_MAX_MS  (INT64_C(3650) * 86400000)
#define LIST_MAX        100000
#define CREATE_ATTEMPTS 3

typedef struct {
    const char *role, *name, *expires, *output;
} Options;

static const JcOption options[] = {
    { "role", 'r', JC_OPTION_TEXT, offsetof(Options, role), "admin|monitor",
      "create: what its holder may do", 0, 0 },
    { "name", 'n', JC_OPTION_TEXT, offsetof(Options, name), "NAME",
      "create: what it is for, so that one knows it in the list", 0, 0 },
    { "expires", 'x', JC_OPTION_TEXT, offsetof(Options, expires), "TIME",
      "create: how long it holds: 12h, 90d; without it, until it is revoked", 0, 0 },
    { "output", 'o', JC_OPTION_TEXT, offsetof(Options, output), JC_AS_NAMES,
      "list: how it is shown; default table", 0, 0 },
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
    { "SECRET", "secretId", JC_SHOW_TEXT, true },
    { 0 },
};

typedef struct {
    JcContext *context;
    const Options *given;
    JwStore *store;
    JcAs as;
    const char *argument; /* behind the verb; NULL: none */
} Work;

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

    for (const char *at = name; good && *at != '\0'; at = g_utf8_next_char(at)) {
        good = !jw_text_invisible(g_utf8_get_char(at));
    }
    return good
           || jw_fail(
               error, JW_ERROR_INVALID,
               "give the key a --name of 1 to %d characters that can be seen: what it is for",
               NAME_MAX_CHARS);
}

/* @ret: role, name and expiry. */
static bool
read_wish(const Options *given, int64_t now_ms, JwApiKey *ret, GError **error)
{
    int64_t holds_ms = 0;

    if (!jw_api_key_role_parse(given->role, &ret->role)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "give --role admin, or --role monitor for one that may only look");
    }
    if (!check_name(given->name, error)) {
        return false;
    }
    if (given->expires != NULL
        && (!jw_duration_parse(given->expires, &holds_ms) || holds_ms < EXPIRES_MIN_MS
            || holds_ms > EXPIRES_MAX_MS)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "--expires '%s' is not a time from 1m to 3650d: 12h, 90d", given->expires);
    }
    ret->name = g_strdup(given->name);
    ret->created_by = who();
    ret->created_at_ms = now_ms;
    ret->expires_at_ms = holds_ms > 0 ? now_ms + holds_ms : 0;
    return true;
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
store_key(const Work *work, JwApiKey *stored, const JwKeyring *secrets, GError **error)
{
    for (int i = 0; i < CREATE_ATTEMPTS; i++) { /* ids are random */
        char *key = jw_api_key_make();
        JwCreate create = JW_CREATE_EXISTS;

        jw_api_key_sign(stored, secrets, key);
        const bool done = jw_store_create_api_key(work->store, stored, &create, error);
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

static bool
create(const Work *work, GError **error)
{
    const JcContext *context = work->context;
    g_autoptr(JwApiKey) stored = g_new0(JwApiKey, 1);
    g_autoptr(JwKeyring) secrets = NULL;

    if (!read_wish(work->given, jw_clock_now_ms(context->clock), stored, error)) {
        return false;
    }
    secrets = read_secrets(context, error);
    char *key = secrets != NULL ? store_key(work, stored, secrets, error) : NULL;
    if (key == NULL) {
        return false;
    }
    g_autofree char *when =
        stored->expires_at_ms != 0 ? jw_time_format(stored->expires_at_ms) : NULL;
    g_autofree char *until = when != NULL ? jc_show_time(when) : g_strdup("it is revoked");
    fprintf(context->err,
            "API key %s, \"%s\": %s, until %s. Keep it where secrets are kept: it is not shown "
            "again.\n",
            stored->id, stored->name, jw_api_key_role_name((int)stored->role), until);
    (void)fflush(context->err);
    fprintf(context->out, "%s\n", key);
    jw_api_key_wipe(key);
    return true;
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

static bool
list(const Work *work, GError **error)
{
    g_autoptr(GPtrArray) keys = NULL;
    const int64_t now = jw_clock_now_ms(work->context->clock);

    if (!jw_store_list_api_keys(work->store, LIST_MAX, &keys, error)) {
        return false;
    }
    json_t *items = json_array();
    for (guint i = 0; i < keys->len; i++) {
        json_array_append_new(items, shown(g_ptr_array_index(keys, i), now));
    }
    jc_show_list(work->context, work->as, columns, items);
    json_decref(items);
    return true;
}

static bool
revoke_key(const Work *work, GError **error)
{
    g_autofree char *by = who();
    g_autoptr(JwApiKey) key = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_store_revoke_api_key(work->store, work->argument, by,
                                 jw_clock_now_ms(work->context->clock), &cas, error)
        || !jw_store_get_api_key(work->store, work->argument, &key, error)) {
        return jw_prefix(error, "run it again, which does no harm");
    }
    if (key == NULL) {
        return jw_fail(error, JW_ERROR_NOT_FOUND,
                       "there is no API key '%s'; see: jobctl apikey list", work->argument);
    }
    if (cas == JW_CAS_WON) {
        fprintf(work->context->out,
                "revoked   %s \"%s\"; gateways refuse it within JW_API_KEY_CACHE (5s)\n", key->id,
                key->name);
    } else {
        g_autofree char *when = jw_time_format(key->revoked_at_ms);
        g_autofree char *since = jc_show_time(when);
        fprintf(work->context->out, "revoked   %s \"%s\", by %s at %s\n", key->id, key->name,
                key->revoked_by != NULL ? key->revoked_by : "?", since);
    }
    return true;
}

static const JcVerb verbs[] = {
    { "create", NULL, "makes one and prints it, this once", 0, "role name expires" },
    { "list", NULL, "all of them, never the key itself", 0, "output" },
    { "revoke", "ID", "ends one for good", 1, "" },
    { 0 },
};

/* In the order of the verbs. */
static bool (*const works[])(const Work *work, GError **error) = { create, list, revoke_key };

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) owned = NULL;
    g_autoptr(JwApiKey) wish = g_new0(JwApiKey, 1);
    Work work = { .context = context, .given = &given };

    bool good = jc_options_parse(&jc_apikey, &given, &argc, argv, &error)
                && jc_as_parse(given.output, &work.as, &error);
    const JcVerb *verb = good ? jc_options_verb(&jc_apikey, argc, argv, &error) : NULL;
    if (verb == NULL || (verb == verbs && !read_wish(&given, 0, wish, &error))) {
        return jc_usage(context, &jc_apikey, error);
    }
    work.argument = argc > 1 ? argv[1] : NULL;
    work.store = jc_store_open(context, &owned, &error);
    return work.store != NULL && works[verb - verbs](&work, &error)
               ? JC_EXIT_OK
               : jc_failed(context, &jc_apikey, error);
}

const JcCommand jc_apikey = {
    .name = "apikey",
    .arguments = "create|list|revoke",
    .summary = "makes, lists and revokes API keys (X-API-Key)",
    .help = "create prints the key alone on its last line, and all else to standard error:\n\n"
            "  key=$(jobctl apikey create --role admin --name deploy --expires 90d)\n"
            "  curl -H \"X-API-Key: $key\" http://127.0.0.1:8080/api/v1alpha1/jobs\n\n"
            "Needs JW_MONGODB_URI, and for create JW_API_KEY_SECRETS, the one of the gateways.\n",
    .options = options,
    .verbs = verbs,
    .run = run,
};
