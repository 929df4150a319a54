/* test_webhook.c: webhook against a server that answers as the gateway does: what is asked for, and
 * what is shown. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "jw/json.h"

#define HOOK                                                                                       \
    "\"id\":\"h-1\",\"url\":\"https://example.com/"                                                \
    "hooks\",\"events\":[\"report.sent\"],\"enabled\":"                                            \
    "false,\"disabledReason\":\"it answered 410 Gone\""

typedef struct {
    JcFixture *jc;
    char *seen; /* the last request: "GET path body"; the server's thread sets it */
} Fixture;

static const JwField query[] = {
    { .name = "limit", .type = JW_FIELD_STRING },
    { .name = "status", .type = JW_FIELD_STRING },
    { 0 },
};

static void
note(Fixture *self, const char *method, const JwHttpRequest *request)
{
    size_t length = 0;
    const char *body = jw_http_body(request, &length);
    GString *seen = g_string_new(method);

    g_string_append_printf(seen, " %s", jw_http_path(request));
    for (size_t i = 0; query[i].name != NULL; i++) {
        const char *value = jw_http_query(request, query[i].name);
        if (value != NULL) {
            g_string_append_printf(seen, " %s=%s", query[i].name, value);
        }
    }
    if (length > 0) {
        g_string_append_c(seen, ' ');
        g_string_append_len(seen, body, (gssize)length);
    }
    g_free(self->seen);
    self->seen = g_string_free(seen, FALSE);
}

static void
reply_text(JwHttpReply *reply, int status, const char *text)
{
    jw_http_reply_text(reply, status, "application/json", text);
}

static void
answer_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "GET", request);
    reply_text(reply, 200, "{\"webhooks\":[{" HOOK "}]}");
}

static void
answer_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "GET", request);
    reply_text(reply, 200, "{" HOOK "}");
}

static void
answer_post(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "POST", request);
    reply_text(reply, 201, "{" HOOK ",\"secret\":\"whsec_abc\"}");
}

static void
answer_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "PATCH", request);
    reply_text(reply, 200,
               "{" HOOK ",\"missed\":{\"count\":3,\"since\":\"2026-01-06T02:00:00Z\"}}");
}

static void
answer_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "DELETE", request);
    jw_http_reply_empty(reply, 204);
}

static void
answer_replay(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "POST", request);
    reply_text(reply, 202, "{\"replayed\":3,\"more\":false}");
}

static void
answer_event(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "POST", request);
    reply_text(reply, 202, "{\"id\":\"e-1\",\"type\":\"webhook.test\",\"status\":\"queued\"}");
}

static void
answer_log(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "GET", request);
    reply_text(reply, 200,
               "{\"deliveries\":[{\"id\":\"e-2\",\"type\":\"report.sent\",\"status\":\"sent\","
               "\"createdAt\":\"2026-01-13T02:00:15Z\",\"attempts\":[{\"responseCode\":500,"
               "\"durationMs\":31},{\"responseCode\":204,\"durationMs\":12}]},{\"id\":\"e-1\","
               "\"type\":\"report.sent\",\"status\":\"queued\",\"createdAt\":"
               "\"2026-01-13T02:00:15Z\",\"attempts\":[]}]}");
}

static void
answer_problem(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "GET", request);
    reply_text(reply, 403, "{\"title\":\"Forbidden\",\"status\":403,\"detail\":\"no Admin\"}");
}

static void
answer_gone(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    note(context, "GET", request);
    reply_text(reply, 404,
               "{\"code\":\"WebhookNotFound\",\"message\":\"not found\",\"details\":\"/a: b\","
               "\"timestamp\":\"2026-01-13T02:00:15Z\"}");
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "", .handler = answer_list },
    { .method = "POST", .pattern = "", .handler = answer_post },
    { .method = "GET", .pattern = "/h-1", .handler = answer_get },
    { .method = "PATCH", .pattern = "/h-1", .handler = answer_patch },
    { .method = "DELETE", .pattern = "/h-1", .handler = answer_delete },
    { .method = "POST", .pattern = "/h-1/secret/rotate", .handler = answer_post },
    { .method = "POST", .pattern = "/h-1/test", .handler = answer_event },
    { .method = "POST", .pattern = "/h-1/replay", .handler = answer_replay },
    { .method = "GET", .pattern = "/h-1/deliveries", .handler = answer_log, .query = query },
    { .method = "POST", .pattern = "/h-1/deliveries/:event/replay", .handler = answer_event },
    { .method = "GET", .pattern = "/problem", .handler = answer_problem },
    { .method = "GET", .pattern = "/gone", .handler = answer_gone },
    { 0 },
};
static const JwHttpApi api = { .name = "fake", .prefix = "/report/webhooks", .routes = routes };

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    assert_true(g_setenv("TZ", "Asia/Kolkata", TRUE));
    self->jc = jc_fixture_new(NULL, NULL);
    jc_fixture_serve(self->jc, &api, self);
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    g_free(self->seen);
    g_free(self);
    return 0;
}

static void
test_requests(void **state)
{
    static const struct {
        const char *words[9], *seen;
    } cases[] = {
        { { "list" }, "GET /report/webhooks" },
        { { "get", "h-1" }, "GET /report/webhooks/h-1" },
        { { "add", "https://example.com/hooks", "--event", "report.sent,email.bounced",
            "--report-type", "cdr", "--description", "CRM" },
          "POST /report/webhooks {\"description\":\"CRM\",\"events\":[\"report.sent\",\"email."
          "bounced\"],\"reportTypes\":[\"cdr\"],\"url\":\"https://example.com/hooks\"}" },
        { { "remove", "h-1" }, "DELETE /report/webhooks/h-1" },
        { { "rotate", "h-1" }, "POST /report/webhooks/h-1/secret/rotate {}" },
        { { "rotate", "h-1", "--old-valid", "0" },
          "POST /report/webhooks/h-1/secret/rotate {\"oldValidFor\":\"0\"}" },
        { { "enable", "h-1" }, "PATCH /report/webhooks/h-1 {\"enabled\":true}" },
        { { "disable", "h-1" }, "PATCH /report/webhooks/h-1 {\"enabled\":false}" },
        { { "test", "h-1" }, "POST /report/webhooks/h-1/test {}" },
        { { "deliveries", "h-1", "--status", "failed", "--limit", "7" },
          "GET /report/webhooks/h-1/deliveries limit=7 status=failed" },
        { { "replay", "h-1" }, "POST /report/webhooks/h-1/replay {}" },
        { { "replay", "h-1", "--since", "2026-01-13T02:00:00Z" },
          "POST /report/webhooks/h-1/replay {\"since\":\"2026-01-13T02:00:00Z\"}" },
        { { "replay", "h-1", "e-1" }, "POST /report/webhooks/h-1/deliveries/e-1/replay {}" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const *w = cases[i].words;
        assert_jobctl(self->jc, JC_EXIT_OK, "webhook", w[0], w[1], w[2], w[3], w[4], w[5], w[6],
                      w[7]);
        assert_string_equal(self->seen, cases[i].seen);
        assert_string_equal(self->jc->err, "");
    }
}

static void
test_shown(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "webhook", "add", "https://example.com/hooks", "--event",
                  "report.sent");
    assert_contains(self->jc->out, "whsec_abc");
    assert_jobctl(self->jc, JC_EXIT_OK, "webhook", "get", "h-1");
    assert_contains(self->jc->out, "it answered 410 Gone");
    assert_jobctl(self->jc, JC_EXIT_OK, "webhook", "enable", "h-1");
    assert_contains(self->jc->out, "Missed since");
    assert_jobctl(self->jc, JC_EXIT_OK, "webhook", "deliveries", "h-1");
    assert_contains(self->jc->out,
                    "e-2  report.sent  sent    2026-01-13 07:30:15  2         204   12");
    assert_jobctl(self->jc, JC_EXIT_OK, "webhook", "deliveries", "h-1", "-o", "json");
    json_auto_t *list = json_loads(self->jc->out, 0, NULL);
    assert_int_equal(json_array_size(list), 2);
    assert_null(json_object_get(json_array_get(list, 0), "last")); /* as the API has it */
    assert_jobctl(self->jc, JC_EXIT_OK, "webhook", "remove", "h-1");
    assert_string_equal(self->jc->out, "");
}

static void
test_refused(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_FAILED, "webhook", "get", "h-2");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "webhook", "add", "https://example.com/");
    assert_contains(self->jc->err, "add wants --event");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "webhook", "replay", "h-1", "e-1", "--since",
                  "2026-01-13T02:00:00Z");
    assert_contains(self->jc->err, "not both");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "webhook", "deliveries", "h-1", "--limit", "101");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "webhook", "list", "--event", "report.sent");
}

/* The forms of errors that have no "error" around them. */
static void
test_forms_of_errors(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_FAILED, "webhook", "get", "problem");
    assert_string_equal(self->jc->err, "jobctl webhook: the gateway answered 403: no Admin\n");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "webhook", "get", "gone");
    assert_string_equal(self->jc->err,
                        "jobctl webhook: the gateway answered 404: not found\n  /a: b\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_requests, setup, teardown),
        cmocka_unit_test_setup_teardown(test_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_forms_of_errors, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
