/* commands/suppress.c: jobctl suppress: the addresses that get no mail. Main thread. */
#include <jansson.h>
#include <string.h>

#include "command.h"
#include "jw/address.h"
#include "jw/store_suppressions.h"
#include "jw/text.h"

#define NOTE_MAX_CHARS 200
#define LIST_MAX       100000
#define ADDRESSES_MAX  1000

typedef struct {
    const char *type, *note;
    int reason; /* 0: not given; else which of the words */
    JcAs output;
    int64_t limit;
} Options;

static const JwSuppressionReason reasons[] = { JW_SUPPRESSED_MANUAL, JW_SUPPRESSED_BOUNCED };

static const JcOption options[] = {
    { .name = "type",
      .letter = 't',
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, type),
      .value = "TYPE",
      .help = "only mails with reports of this type; without it, all mail" },
    { .name = "reason",
      .letter = 'r',
      .type = JC_OPTION_CHOICE,
      .offset = offsetof(Options, reason),
      .value = "manual|bounced", /* as in reasons[] */
      .help = "add: why; default manual" },
    { .name = "note",
      .type = JC_OPTION_TEXT,
      .offset = offsetof(Options, note),
      .value = "TEXT",
      .help = "add: what else one should know of it" },
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_LIMIT(Options),
    { 0 },
};

static const JcShow columns[] = {
    { "ADDRESS", "address", JC_SHOW_TEXT, false },
    { "SCOPE", "scope", JC_SHOW_TEXT, false },
    { "REASON", "reason", JC_SHOW_TEXT, false },
    { "SINCE", "createdAt", JC_SHOW_TIME, false },
    { "BY", "by", JC_SHOW_TEXT, false },
    { "NOTE", "note", JC_SHOW_TEXT, false },
    { "DELIVERY", "deliveryId", JC_SHOW_TEXT, true },
    { 0 },
};

/* A type that no definition has would be an entry that stops nothing, which nobody sees: only its
 * form is known here, so the list shows the scope. */
static bool
check_type(const char *type, GError **error)
{
    const size_t length = type != NULL ? strlen(type) : 1;

    return (length > 0 && length <= 100
            && (type == NULL
                || strspn(type, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
                       == length))
           || jw_fail(error, JW_ERROR_INVALID, "--type '%s' is no report type; see: jobctl types",
                      type);
}

static bool
check_note(const char *note, GError **error)
{
    bool good = note == NULL
                || (g_utf8_validate(note, -1, NULL) && g_utf8_strlen(note, -1) <= NOTE_MAX_CHARS);

    for (const char *at = note; good && at != NULL && *at != '\0';
         at = g_utf8_find_next_char(at, NULL)) {
        good = !jw_text_invisible(g_utf8_get_char(at));
    }
    return good
           || jw_fail(error, JW_ERROR_INVALID,
                      "--note must have at most %d characters that can be seen, on one line",
                      NOTE_MAX_CHARS);
}

static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;

    if (!check_type(given->type, error) || !check_note(given->note, error)) {
        return false;
    }
    for (char **address = call->arguments; *address != NULL; address++) {
        g_autofree char *wrong = jw_address_check(*address);
        if (wrong != NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "'%s' is no mail address: %s", *address, wrong);
        }
    }
    return true;
}

/* "all mail", "reports of cdr". (transfer full) */
static char *
scope_of(const char *report_type)
{
    return report_type == NULL ? g_strdup("all mail")
                               : g_strdup_printf("reports of %s", report_type);
}

/* (transfer full) */
static json_t *
shown(const JwSuppression *entry)
{
    g_autofree char *when = jw_time_format(entry->created_at_ms);
    const char *scope = entry->report_type != NULL ? entry->report_type : "all";

    return json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s?, s:s}", "address", entry->address, "scope",
                     scope, "reason", jw_suppression_reason_name((int)entry->reason), "by",
                     entry->by, "note", entry->note, "deliveryId", entry->delivery_id, "createdAt",
                     when);
}

static bool
add_one(const JcCall *call, JwStore *store, const char *address, GError **error)
{
    const Options *given = call->given;
    const JwSuppressionReason reason =
        given->reason > 0 ? reasons[given->reason - 1] : JW_SUPPRESSED_MANUAL;
    g_autoptr(JwSuppression) entry =
        jw_suppression_new(address, given->type, reason, jw_clock_now_ms(call->context->clock));
    g_autofree char *scope = scope_of(given->type);
    JwCreate create = JW_CREATE_EXISTS;

    entry->by = g_strconcat(g_get_user_name(), "@", g_get_host_name(), NULL);
    entry->note = g_strdup(given->note);
    if (!jw_store_add_suppression(store, entry, &create, error)) {
        return jw_prefix(error, "run it again, which does no harm");
    }
    fprintf(call->context->out, "%-9s %s: %s\n", create == JW_CREATE_NEW ? "added" : "existed",
            entry->address, scope);
    return true;
}

static JcExit
add(const JcCall *call, GError **error)
{
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = jc_store_open(call->context, &owned, error);

    for (char **address = call->arguments; store != NULL && *address != NULL; address++) {
        if (!add_one(call, store, *address, error)) {
            return JC_EXIT_FAILED;
        }
    }
    return store != NULL ? JC_EXIT_OK : JC_EXIT_FAILED;
}

static JcExit
take_off(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const char *address = call->arguments[0];
    g_autofree char *scope = scope_of(given->type);
    g_autoptr(JwSuppression) removed = NULL;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = jc_store_open(call->context, &owned, error);

    if (store == NULL
        || !jw_store_remove_suppression(store, address, given->type, NULL, &removed, error)) {
        return JC_EXIT_FAILED;
    }
    if (removed == NULL) {
        (void)jw_fail(error, JW_ERROR_NOT_FOUND,
                      "'%s' is not on the list for %s; see: jobctl suppress list %s", address,
                      scope, address);
        return JC_EXIT_FAILED;
    }
    fprintf(call->context->out, "removed   %s: %s (was: %s)\n", removed->address, scope,
            jw_suppression_reason_name((int)removed->reason));
    return JC_EXIT_OK;
}

static JcExit
list(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_autoptr(GPtrArray) entries = NULL;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = jc_store_open(call->context, &owned, error);

    if (store == NULL
        || !jw_store_list_suppressions(store, call->arguments[0], (size_t)given->limit + 1,
                                       &entries, error)) {
        return JC_EXIT_FAILED;
    }
    json_t *items = json_array();
    for (guint i = 0; i < MIN(entries->len, (guint)given->limit); i++) {
        json_array_append_new(items, shown(g_ptr_array_index(entries, i)));
    }
    jc_show_list(call->context, call->as, call->verb->shown, items);
    json_decref(items);
    if (entries->len > (guint)given->limit) {
        fprintf(call->context->err, "There are more; see --limit.\n");
    }
    return JC_EXIT_OK;
}

static const JcVerb verbs[] = {
    { .name = "add",
      .arguments = "ADDRESS…",
      .summary = "puts addresses on the list: nothing is sent to them",
      .min = 1,
      .max = ADDRESSES_MAX,
      .options = "type reason note",
      .run = add },
    { .name = "remove",
      .arguments = "ADDRESS",
      .summary = "takes one off: mails go out again",
      .min = 1,
      .max = 1,
      .options = "type",
      .run = take_off },
    { .name = "list",
      .arguments = "[ADDRESS]",
      .summary = "who gets no mail, and why; the oldest entry first",
      .min = 0,
      .max = 1,
      .options = "output limit",
      .run = list,
      .shown = columns },
    { 0 },
};

const JcCommand jc_suppress = {
    .name = "suppress",
    .summary = "the addresses that get no mail",
    .help =
        "Each mail asks the list just before it is sent; one that may not go out fails with the\n"
        "reply \"suppressed: …\", which the job shows. People put themselves on it by the link\n"
        "in their mails. An entry without --type stops all mail, also that a job has failed.\n"
        "Addresses are compared with the domain in any case. Needs JW_MONGODB_URI.\n",
    .options = options,
    .given_size = sizeof(Options),
    .defaults = &(const Options){ .limit = 1000 },
    .verbs = verbs,
    .check = check,
};
