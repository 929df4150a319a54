/* commands/webhook.c: jobctl webhook: who is told of reports and mails by HTTP. Main thread. */
#include "api.h"
#include "command.h"

#include <jansson.h>
#include <string.h>

#include "jw/json.h"

#define ROOT      "/report/webhooks"
#define PAGE_MOST 100

typedef struct {
    const char *token, *description, *old_valid, *status, *since;
    GPtrArray *events, *types;
    JcAs output;
    int64_t limit;
} Options;

#define TEXT(option, field_, value_, help_)                                                        \
    {                                                                                              \
        .name = option, .type = JC_OPTION_TEXT, .offset = offsetof(Options, field_),               \
        .value = value_, .help = help_                                                             \
    }

static const JcOption options[] = {
    JC_OPTION_OUTPUT(Options),
    JC_OPTION_TOKEN(Options),
    { .name = "event",
      .letter = 'e',
      .type = JC_OPTION_LIST,
      .offset = offsetof(Options, events),
      .value = "EVENT",
      .help = "add: report.generated, report.sent, report.failed, email.bounced; again for more" },
    { .name = "report-type",
      .type = JC_OPTION_LIST,
      .offset = offsetof(Options, types),
      .value = "TYPE",
      .help = "add: of reports of this type alone; again for more" },
    TEXT("description", description, "TEXT", "add: what it is for"),
    TEXT("old-valid", old_valid, "TIME", "rotate: how long the old secret signs too; default 24h"),
    TEXT("status", status, "queued|sending|sent|failed", "deliveries: those alone"),
    TEXT("since", since, "WHEN", "replay: what failed then or later: 2026-01-13T02:00:00Z"),
    { .name = "limit",
      .letter = 'n',
      .type = JC_OPTION_INT,
      .offset = offsetof(Options, limit),
      .value = "N",
      .help = "deliveries: at most this many; default 20",
      .min = 1,
      .max = PAGE_MOST },
    { 0 },
};

static const JcShow columns[] = {
    { "ID", "id", JC_SHOW_TEXT, false },
    { "ENABLED", "enabled", JC_SHOW_TEXT, false },
    { "EVENTS", "events", JC_SHOW_TEXT, false },
    { "URL", "url", JC_SHOW_TEXT, false },
    { "FAILING SINCE", "failingSince", JC_SHOW_TIME, false },
    { "TYPES", "reportTypes", JC_SHOW_TEXT, true },
    { "OWNER", "owner.name", JC_SHOW_TEXT, true },
    { "DESCRIPTION", "description", JC_SHOW_TEXT, true },
    { 0 },
};

static const JcShow lines[] = {
    { "Webhook", "id", JC_SHOW_TEXT, false },
    { "Secret", "secret", JC_SHOW_TEXT, false },
    { "URL", "url", JC_SHOW_TEXT, false },
    { "Description", "description", JC_SHOW_TEXT, false },
    { "Events", "events", JC_SHOW_TEXT, false },
    { "Types", "reportTypes", JC_SHOW_TEXT, false },
    { "Enabled", "enabled", JC_SHOW_TEXT, false },
    { "Disabled", "disabledAt", JC_SHOW_TIME, false },
    { "Why", "disabledReason", JC_SHOW_TEXT, false },
    { "Failing since", "failingSince", JC_SHOW_TIME, false },
    { "Last failure", "failingWhy", JC_SHOW_TEXT, false },
    { "Missed", "missed.count", JC_SHOW_COUNT, false },
    { "Missed since", "missed.since", JC_SHOW_TEXT, false },
    { "Owner", "owner.name", JC_SHOW_TEXT, false },
    { "Created", "createdAt", JC_SHOW_TIME, false },
    { "Changed", "updatedAt", JC_SHOW_TIME, false },
    { "Secrets", "secrets", JC_SHOW_JSON, true },
    { 0 },
};

static const JcShow delivery_columns[] = {
    { "ID", "id", JC_SHOW_TEXT, false },
    { "TYPE", "type", JC_SHOW_TEXT, false },
    { "STATUS", "status", JC_SHOW_TEXT, false },
    { "CREATED", "createdAt", JC_SHOW_TIME, false },
    { "ATTEMPTS", "count", JC_SHOW_COUNT, false },
    { "CODE", "last.responseCode", JC_SHOW_TEXT, false },
    { "MS", "last.durationMs", JC_SHOW_COUNT, false },
    { "REASON", "reason", JC_SHOW_TEXT, false },
    { "NEXT", "nextAttemptAt", JC_SHOW_TIME, true },
    { "ANSWER", "last.answer", JC_SHOW_TEXT, true },
    { 0 },
};

static const JcShow delivery_lines[] = {
    { "Event", "id", JC_SHOW_TEXT, false },
    { "Type", "type", JC_SHOW_TEXT, false },
    { "Status", "status", JC_SHOW_TEXT, false },
    { "Created", "createdAt", JC_SHOW_TIME, false },
    { "Next", "nextAttemptAt", JC_SHOW_TIME, false },
    { 0 },
};

static const JcShow replayed_lines[] = {
    { "Replayed", "replayed", JC_SHOW_COUNT, false },
    { "More", "more", JC_SHOW_TEXT, false },
    { 0 },
};

/* ROOT/<first argument><below>. (transfer full) */
static char *
path_of(const JcCall *call, const char *below)
{
    GString *path = g_string_new(ROOT "/");

    g_string_append_uri_escaped(path, call->arguments[0], NULL, FALSE);
    return g_string_free(g_string_append(path, below), FALSE);
}

/* Asks, and shows the one thing that is answered. @take_body: (transfer full) (nullable) */
static JcExit
ask_one(const JcCall *call, const char *method, const char *path, json_t *take_body,
        const JcShow *shown, GError **error)
{
    json_auto_t *body = take_body;
    g_autofree char *text = body != NULL ? jw_json_print(body) : NULL;
    json_auto_t *answer = jc_api_plain(call->api, method, path, text, error);

    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    if (shown != NULL) {
        jc_show_one(call->context, call->as, shown, answer);
    }
    return JC_EXIT_OK;
}

static JcExit
run_list(const JcCall *call, GError **error)
{
    json_auto_t *answer = jc_api_plain(call->api, "GET", ROOT, NULL, error);

    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    jc_show_list(call->context, call->as, columns, json_object_get(answer, "webhooks"));
    return JC_EXIT_OK;
}

static JcExit
run_get(const JcCall *call, GError **error)
{
    g_autofree char *path = path_of(call, "");

    return ask_one(call, "GET", path, NULL, lines, error);
}

static void
set_list(json_t *body, const char *name, const GPtrArray *texts)
{
    json_t *list = json_array();

    for (guint i = 0; i < texts->len; i++) {
        json_array_append_new(list, jw_json_string(g_ptr_array_index(texts, i)));
    }
    json_object_set_new(body, name, list);
}

static JcExit
run_add(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    json_t *body = json_object();

    jw_json_set_string(body, "url", call->arguments[0]);
    jw_json_set_string(body, "description", given->description);
    set_list(body, "events", given->events);
    if (given->types != NULL) {
        set_list(body, "reportTypes", given->types);
    }
    return ask_one(call, "POST", ROOT, body, lines, error);
}

static JcExit
run_remove(const JcCall *call, GError **error)
{
    g_autofree char *path = path_of(call, "");

    return ask_one(call, "DELETE", path, NULL, NULL, error);
}

static JcExit
run_rotate(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_autofree char *path = path_of(call, "/secret/rotate");
    json_t *body = json_object();

    jw_json_set_string(body, "oldValidFor", given->old_valid);
    return ask_one(call, "POST", path, body, lines, error);
}

/* enable and disable */
static JcExit
run_switch(const JcCall *call, GError **error)
{
    const bool enable = g_str_equal(call->verb->name, "enable");
    g_autofree char *path = path_of(call, "");

    return ask_one(call, "PATCH", path, json_pack("{s:b}", "enabled", enable), lines, error);
}

static JcExit
run_test(const JcCall *call, GError **error)
{
    g_autofree char *path = path_of(call, "/test");

    return ask_one(call, "POST", path, json_object(), delivery_lines, error);
}

static JcExit
run_replay(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    json_t *body = json_object();

    if (call->arguments[1] == NULL) {
        g_autofree char *all = path_of(call, "/replay");
        jw_json_set_string(body, "since", given->since);
        return ask_one(call, "POST", all, body, replayed_lines, error);
    }
    g_autofree char *event = g_uri_escape_string(call->arguments[1], NULL, FALSE);
    g_autofree char *below = g_strdup_printf("/deliveries/%s/replay", event);
    g_autofree char *path = path_of(call, below);
    return ask_one(call, "POST", path, body, delivery_lines, error);
}

/* What a table shows of the attempts: how many, and the last. */
static void
sum_up(json_t *deliveries)
{
    json_t *delivery = NULL;
    size_t i = 0;

    json_array_foreach(deliveries, i, delivery)
    {
        json_t *attempts = json_object_get(delivery, "attempts");
        const size_t n = json_array_size(attempts);

        json_object_set_new(delivery, "count", json_integer((json_int_t)n));
        if (n > 0) {
            json_object_set(delivery, "last", json_array_get(attempts, n - 1));
        }
    }
}

static JcExit
run_deliveries(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    g_autofree char *path = path_of(call, "/deliveries");
    g_autofree char *query = g_strdup_printf("%s?limit=%" G_GINT64_FORMAT "%s%s", path,
                                             given->limit, given->status != NULL ? "&status=" : "",
                                             given->status != NULL ? given->status : "");
    json_auto_t *answer = jc_api_plain(call->api, "GET", query, NULL, error);

    if (answer == NULL) {
        return JC_EXIT_FAILED;
    }
    json_t *list = json_object_get(answer, "deliveries");
    if (call->as != JC_AS_JSON) {
        sum_up(list);
    }
    jc_show_list(call->context, call->as, delivery_columns, list);
    return JC_EXIT_OK;
}

static bool
check(const JcCall *call, GError **error)
{
    const Options *given = call->given;

    if (g_str_equal(call->verb->name, "add") && given->events == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "add wants --event, once or more: report.generated, report.sent, "
                       "report.failed, email.bounced");
    }
    if (g_str_equal(call->verb->name, "replay") && call->arguments[0] != NULL
        && call->arguments[1] != NULL && given->since != NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "replay is of one event, or --since a time, not both");
    }
    return true;
}

static const JcVerb verbs[] = {
    { "list", NULL, "those that you may see, oldest first", 0, 0, "output token", .run = run_list },
    { "get", "WEBHOOK_ID", "one, with whether and why it fails", 1, 1, "output token",
      .run = run_get },
    { "add", "URL", "makes one; its secret is shown this once", 1, 1,
      "output token event report-type description", .run = run_add },
    { "remove", "WEBHOOK_ID", "deletes one", 1, 1, "token", .run = run_remove },
    { "rotate", "WEBHOOK_ID", "gives it a new secret, shown this once", 1, 1,
      "output token old-valid", .run = run_rotate },
    { "enable", "WEBHOOK_ID", "enables it again, and says what it missed", 1, 1, "output token",
      .run = run_switch },
    { "disable", "WEBHOOK_ID", "sends nothing to it until it is enabled", 1, 1, "output token",
      .run = run_switch },
    { "test", "WEBHOOK_ID", "sends it a test; deliveries shows what became of it", 1, 1,
      "output token", .run = run_test },
    { "deliveries", "WEBHOOK_ID", "what it got, the newest first", 1, 1,
      "output token status limit", .run = run_deliveries },
    { "replay", "WEBHOOK_ID [EVENT_ID]", "sends an event again, or all that failed", 1, 2,
      "output token since", .run = run_replay },
    { 0 },
};

const JcCommand jc_webhook = {
    .name = "webhook",
    .summary = "tells other programs of reports and mails, by signed HTTP requests",
    .help = "The token needs the role Admin. How a receiver checks the signature: "
            "docs/webhooks.md.\n",
    .options = options,
    .given_size = sizeof(Options),
    .defaults = &(const Options){ .limit = 20 },
    .verbs = verbs,
    .check = check,
};
