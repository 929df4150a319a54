/* test_deliveries.c: deliveries, resend and bounce against a server that answers as the gateway
 * does: what is asked, and what is shown. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "jw/links.h"

#define JOB_ID "01a21a06-bf31-73eb-a8c4-a1a47ec661c1"
#define MAIL   "Subject: failure notice\n\nIt failed.\n"

typedef struct {
    JcFixture *jc;
    /* what follows is guarded by its mutex: handlers run on the server's threads */
    char *body, *key, *type;
    size_t length;
    int status;
} Fixture;

static void
keep(Fixture *self, const JwHttpRequest *request)
{
    const char *body = jw_http_body(request, &self->length);

    g_free(self->body);
    g_free(self->key);
    g_free(self->type);
    self->body = g_strndup(body != NULL ? body : "", self->length);
    self->key = g_strdup(jw_http_header(request, "Idempotency-Key"));
    self->type = g_strdup(jw_http_header(request, "Content-Type"));
}

static void
answer_list(const JwHttpRequest *request G_GNUC_UNUSED, JwHttpReply *reply,
            gpointer context G_GNUC_UNUSED)
{
    json_t *mails =
        json_pack("[{s:s, s:s, s:i, s:i, s:s, s:b, s:s, s:s}, {s:s, s:s, s:i, s:i, s:s, s:s}]",
                  "email", "ann@example.com", "status", "Sent", "attempts", 2, "round", 0, "sentAt",
                  "2026-01-13T02:00:15.5Z", "maybeDuplicate", 1, "reply", "250 kept", "messageId",
                  "m-1@x", "email", "ben@example.com", "status", "Sending", "attempts", 1, "round",
                  1, "note", "the mail server did not say", "messageId", "m-2@x");

    jw_http_reply_json(reply, 200, json_pack("{s:b, s:o}", "success", 1, "data", mails));
}

static void
answer_resend(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    keep(self, request);
    if (self->status != 0) {
        jw_http_reply_problem(reply, self->status, "NOBODY_TO_SEND_TO", NULL, 0,
                              "nobody has failed");
        return;
    }
    jw_http_reply_json(reply, 202,
                       json_pack("{s:b, s:{s:s, s:i, s:s, s:[s, s], s:[s]}}", "success", 1, "data",
                                 "id", JOB_ID, "round", 1, "status", "Queued", "recipients",
                                 "ben@example.com", "new@example.com", "skipped",
                                 "cat@example.com"));
}

static void
answer_bounce(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    keep(self, request);
    if (self->status != 0) {
        jw_http_reply_problem(reply, self->status, "X", NULL, self->status == 503 ? 60 : 0,
                              "so it is");
        return;
    }
    jw_http_reply_json(reply, 200,
                       json_pack("{s:s, s:{s:s, s:s, s:s}}", "status", "ok", "data", "result",
                                 "bounced", "recipient", "ann@example.com", "status_code",
                                 "5.1.1"));
}

static const JwHttpRoute report_routes[] = {
    { .method = "GET", .pattern = "/jobs/:jobId/deliveries", .handler = answer_list },
    { .method = "POST", .pattern = "/jobs/:jobId/deliveries", .handler = answer_resend },
    { 0 },
};
static const JwHttpApi reports = { .name = "fake",
                                   .prefix = JW_LINK_REPORTS,
                                   .routes = report_routes };
static const JwHttpRoute bounce_routes[] = {
    { .method = "POST", .pattern = "", .handler = answer_bounce },
    { 0 },
};
static const JwHttpApi bounces = { .name = "fake",
                                   .prefix = JW_LINK_BOUNCES,
                                   .routes = bounce_routes,
                                   .body_type = "message/rfc822" };

static int
set_up(void **state, const JwHttpApi *api)
{
    Fixture *self = g_new0(Fixture, 1);

    assert_true(g_setenv("TZ", "Asia/Kolkata", TRUE)); /* +05:30 */
    self->jc = jc_fixture_new(NULL, NULL);
    jc_fixture_serve(self->jc, api, self);
    jc_fixture_env(self->jc, "JW_API_KEY", "jobwire_key");
    *state = self;
    return 0;
}

static int
set_up_reports(void **state)
{
    return set_up(state, &reports);
}

static int
set_up_bounces(void **state)
{
    return set_up(state, &bounces);
}

static int
tear_down(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    g_free(self->body);
    g_free(self->key);
    g_free(self->type);
    g_free(self);
    return 0;
}

static void
test_list(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "deliveries", JOB_ID);
    assert_string_equal(
        self->jc->out,
        "RECIPIENT        STATE    TRIES  ROUND  SENT                 TWICE?  REPLY     NOTE\n"
        "ann@example.com  Sent     2      0      2026-01-13 07:30:15  true    250 kept  -\n"
        "ben@example.com  Sending  1      1      -                    -       -         the mail "
        "server did not say\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "deliveries", JOB_ID, "-o", "json");
    json_auto_t *mails = json_loads(self->jc->out, 0, NULL);
    assert_int_equal(json_array_size(mails), 2);
    assert_jobctl(self->jc, JC_EXIT_OK, "deliveries", JOB_ID, "-o", "wide");
    assert_contains(self->jc->out, "m-2@x");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "deliveries");
}

static void
test_resend(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "resend", JOB_ID, "--failed");
    assert_string_equal(self->body, "{\"failed\":true,\"recipients\":[]}");
    assert_contains(self->jc->out, "Round    1\n");
    assert_contains(self->jc->out, "To       ben@example.com, new@example.com\n");
    assert_contains(self->jc->out, "Skipped  cat@example.com\n");
    g_autofree char *first = g_strdup(self->key);
    assert_non_null(first);
    assert_jobctl(self->jc, JC_EXIT_OK, "resend", JOB_ID, "--to", "a@example.com,b@example.com",
                  "--to=c@example.com");
    assert_string_equal(self->body,
                        "{\"recipients\":[\"a@example.com\",\"b@example.com\",\"c@example.com\"]}");
    assert_string_not_equal(self->key, first); /* another request */
    assert_jobctl(self->jc, JC_EXIT_OK, "resend", JOB_ID, "-f", "--key", "k-1", "-o", "json");
    assert_string_equal(self->key, "k-1");
    json_auto_t *answer = json_loads(self->jc->out, 0, NULL);
    assert_int_equal(json_integer_value(json_object_get(answer, "round")), 1);
    self->status = 409;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "resend", JOB_ID, "--failed");
    assert_contains(self->jc->err, "409: nobody has failed\n");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "resend", JOB_ID);
    assert_contains(self->jc->err, "say to whom: --failed, --to ADDRESS, or both");
}

static void
pipe_mail(Fixture *self, const char *mail, size_t length)
{
    self->jc->context.in = fmemopen((void *)(uintptr_t)mail, length, "r");
    assert_non_null(self->jc->context.in);
}

static void
test_bounce(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(self->jc, "bounce.eml", MAIL);

    assert_jobctl(self->jc, JC_EXIT_OK, "bounce", file);
    assert_string_equal(self->body, MAIL);
    assert_string_equal(self->type, "message/rfc822");
    assert_contains(self->jc->out, "Result     bounced\n");
    assert_contains(self->jc->out, "Code       5.1.1\n");
    for (int i = 0; i < 2; i++) {
        pipe_mail(self, MAIL, strlen(MAIL));
        assert_jobctl(self->jc, JC_EXIT_OK, "bounce", "-o", "json", i == 0 ? "-" : NULL);
        assert_string_equal(self->body, MAIL);
        (void)fclose(self->jc->context.in);
    }
    assert_jobctl(self->jc, JC_EXIT_FAILED, "bounce", "/nowhere/x.eml");
    assert_contains(self->jc->err, "/nowhere/x.eml: No such file");
}

/* A long one is read to its end and sent as far as it matters; a NUL, which no mail has, is a
 * space.
 */
static void
test_long_bounce(void **state)
{
    Fixture *self = *state;
    const size_t length = (size_t)2 * 1024 * 1024;
    g_autofree char *mail = g_strnfill(length, 'x');

    mail[7] = '\0';
    pipe_mail(self, mail, length);
    assert_jobctl(self->jc, JC_EXIT_OK, "bounce");
    assert_int_equal(self->length, 256 * 1024);
    assert_int_equal(self->body[7], ' ');
    assert_int_equal(fgetc(self->jc->context.in), EOF);
    (void)fclose(self->jc->context.in);
}

/* What a mail server goes by: whether it should come again. */
static void
test_exit_status(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(self->jc, "bounce.eml", MAIL);
    static const struct {
        int status;
        JcExit code;
    } cases[] = {
        { 400, JC_EXIT_FAILED }, { 403, JC_EXIT_FAILED }, { 404, JC_EXIT_FAILED },
        { 409, JC_EXIT_FAILED }, { 429, JC_EXIT_LATER },  { 503, JC_EXIT_LATER },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        self->status = cases[i].status;
        assert_jobctl(self->jc, cases[i].code, "bounce", file);
        assert_contains(self->jc->err, ": so it is\n");
    }
    jc_fixture_env(self->jc, "JW_GATEWAY_URL", "http://127.0.0.1:9");
    assert_jobctl(self->jc, JC_EXIT_LATER, "bounce", file);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_list, set_up_reports, tear_down),
        cmocka_unit_test_setup_teardown(test_resend, set_up_reports, tear_down),
        cmocka_unit_test_setup_teardown(test_bounce, set_up_bounces, tear_down),
        cmocka_unit_test_setup_teardown(test_long_bounce, set_up_bounces, tear_down),
        cmocka_unit_test_setup_teardown(test_exit_status, set_up_bounces, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
