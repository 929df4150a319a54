/* test_job.c: submit, watch and download against a server that answers as the gateway does. The
 * server is libs/http's own; what it answers next is a list of this test's. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "api.h"
#include "jw/ident.h"

#define BODY "the bytes of a report\n"

typedef struct {
    JcFixture *jc;
    /* what follows is guarded by its mutex: handlers run on the server's threads */
    const char *const
        *answers; /* to GET /:jobId, one after the other; the last stays; "503" is a status */
    size_t asked;
    int post_status;
    char *posted, *token;
    bool wrong_digest;
} Fixture;

static void
answer_job(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);
    const char *answer = self->answers[self->asked];

    (void)request;
    self->asked += self->answers[self->asked + 1] != NULL ? 1 : 0;
    if (strcmp(answer, "page") == 0) {
        jw_http_reply_text(reply, 200, "text/html", "<p>Mails</p>");
        return;
    }
    if (answer[0] != '{') {
        jw_http_reply_problem(reply, (int)g_ascii_strtoll(answer, NULL, 10), "CODE", NULL, 0,
                              "not now");
        return;
    }
    json_t *job = json_loads(answer, 0, NULL);
    g_autofree char *digest = jw_sha256_hex(BODY, strlen(BODY));
    json_t *result = json_object_get(job, "result");
    if (result != NULL) {
        json_object_set_new(result, "sha256", json_string(self->wrong_digest ? "00" : digest));
    }
    jw_http_reply_json(reply, 200, json_pack("{s:b, s:o}", "success", 1, "data", job));
}

static void
answer_post(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);
    size_t length = 0;
    const char *body = jw_http_body(request, &length);

    g_free(self->posted);
    g_free(self->token);
    self->posted = g_strndup(body, length);
    self->token = g_strdup(jw_http_header(request, "Authorization"));
    if (self->post_status != 201) {
        g_auto(JwViolations) violations = { 0 };
        (void)jw_violations_add(&violations, "/reportType", "is not known");
        jw_http_reply_problem(reply, self->post_status, "VALIDATION_ERROR", &violations, 0,
                              "the job is not valid");
        return;
    }
    jw_http_reply_json(
        reply, 201,
        json_pack("{s:b, s:{s:s, s:s}}", "success", 1, "data", "id", "job-1", "status", "pending"));
}

static void
answer_download(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    jw_http_reply_text(reply, 200, "text/csv", BODY);
}

static const JwHttpRoute routes[] = {
    { .method = "POST", .pattern = "", .handler = answer_post },
    { .method = "GET", .pattern = "/:jobId", .handler = answer_job },
    { .method = "GET", .pattern = "/:jobId/download", .handler = answer_download },
    { 0 },
};
static const JwHttpApi api = { .name = "fake", .prefix = JW_LINK_REPORT_JOBS, .routes = routes };

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    self->post_status = 201;
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
    g_free(self->posted);
    g_free(self->token);
    g_free(self);
    return 0;
}

#define RUNNING(step, percent)                                                                     \
    "{\"id\":\"job-1\",\"status\":\"running\",\"progress\":{\"percentage\":" #percent              \
    ",\"currentStep\":\"" step "\",\"recordsProcessed\":10,\"totalRecords\":20}}"
#define WARNINGS "\"warnings\":[{\"code\":\"COLLECTION_EMPTY\",\"message\":\"no records\"}]"
#define RESULT   "\"result\":{\"fileName\":\"CDR.csv\",\"sizeBytes\":22,\"records\":5000}"
#define DELIVERY(sent, failed, first, second)                                                      \
    "\"delivery\":{\"total\":2,\"sent\":" #sent ",\"failed\":" #failed                             \
    ",\"bounced\":0,\"recipients\":[{\"email\":\"a@example.org\",\"status\":\"" first              \
    "\"},{\"email\":\"b@example.org\",\"status\":\"" second "\",\"errorMessage\":\"550 no\"}]}"

static void
test_submit_and_watch(void **state)
{
    static const char *const answers[] = {
        "{\"id\":\"job-1\",\"status\":\"pending\"}",
        RUNNING("reading", 10),
        "503",
        RUNNING("reading", 50),
        RUNNING("writing", 90),
        "{\"id\":\"job-1\",\"status\":\"completed\"," RESULT
        "," DELIVERY(0, 0, "Queued", "Queued") "}",
        "{\"id\":\"job-1\",\"status\":\"completed\"," RESULT "," WARNINGS
        "," DELIVERY(1, 1, "Sent", "Failed") "}",
        NULL,
    };
    Fixture *self = *state;
    g_autofree char *file =
        jc_fixture_file(self->jc, "job.json", "{\"reportType\": \"call-records\"}");

    self->answers = answers;
    assert_jobctl(self->jc, JC_EXIT_OK, "submit", file, "--watch", "--interval", "20");
    g_autofree char *expected =
        g_strdup_printf("Job       job-1, pending\n"
                        "pending\n"
                        "running, reading\n"
                        "running, writing\n"
                        "completed, mail: 0 of 2 sent\n"
                        "completed, mail: 1 of 2 sent\n"
                        "Report    CDR.csv, 5,000 records, 22 B\n"
                        "Warning   no records\n"
                        "Mail      a@example.org: Sent\n"
                        "Mail      b@example.org: Failed, 550 no\n"
                        "Download  http://127.0.0.1:%d/api/v2/reports/jobs/job-1/download\n"
                        "          jobctl download job-1\n",
                        jw_http_server_port(self->jc->server));
    assert_string_equal(self->jc->out, expected);
    assert_string_equal(self->jc->err, "the gateway answered 503: not now; trying again\n");
    assert_string_equal(self->posted, "{\"reportType\": \"call-records\"}");
    assert_string_equal(self->token, "Bearer a.b.c");
}

static void
test_watch_of_a_job_without_a_file(void **state)
{
    static const char *const answers[] = {
        "{\"id\":\"job-1\",\"status\":\"completed\",\"result\":{\"empty\":true,\"records\":0,"
        "\"message\":\"no record was there\"},\"delivery\":{\"total\":0,\"sent\":0,\"failed\":0,"
        "\"bounced\":0,\"recipients\":[]}}",
        NULL,
    };
    Fixture *self = *state;

    self->answers = answers;
    assert_jobctl(self->jc, JC_EXIT_OK, "watch", "job-1");
    assert_contains(self->jc->out, "Report    none: no record was there\n");
    assert_null(strstr(self->jc->out, "Download"));
}

static void
test_submit_only(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(self->jc, "job.json", "{}");

    assert_jobctl(self->jc, JC_EXIT_OK, "submit", file);
    assert_contains(self->jc->out, "jobctl watch job-1");
    assert_jobctl(self->jc, JC_EXIT_OK, "submit", "--json", file);
    assert_string_equal(self->jc->out, "{\"id\":\"job-1\",\"status\":\"pending\"}\n");
}

static void
test_submit_refused(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(self->jc, "job.json", "{}");
    g_autofree char *broken = jc_fixture_file(self->jc, "broken.json", "{\n\"a\": }");

    self->post_status = 400;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "submit", file);
    assert_string_equal(self->jc->err,
                        "jobctl submit: the gateway answered 400: the job is not valid\n"
                        "  /reportType: is not known\n");
    self->post_status = 401;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "submit", file);
    assert_contains(self->jc->err, "Make one with: jobctl token");
    g_clear_pointer(&self->posted, g_free);
    assert_jobctl(self->jc, JC_EXIT_FAILED, "submit", broken);
    assert_contains(self->jc->err, "broken.json: ");
    assert_contains(self->jc->err, "line 2");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "submit", "/nowhere.json");
    assert_null(self->posted);
}

static void
test_watch_ends(void **state)
{
    static const char *const failed[] = { "{\"id\":\"job-1\",\"status\":\"failed\",\"error\":{"
                                          "\"code\":\"CORRUPT\",\"message\":\"no such "
                                          "field\"}}",
                                          NULL };
    static const char *const cancelled[] = {
        "{\"id\":\"job-1\",\"status\":\"cancelled\",\"cancelReason\":\"by hand\"}", NULL
    };
    static const char *const missing[] = { "404", NULL };
    static const char *const stuck[] = { RUNNING("reading", 1), NULL };
    Fixture *self = *state;

    self->answers = failed;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "watch", "job-1");
    assert_string_equal(self->jc->err, "Job job-1 failed: CORRUPT: no such field\n");
    self->answers = cancelled;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "watch", "job-1");
    assert_string_equal(self->jc->err, "Job job-1: cancelled by hand\n");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "watch", "job-1", "--json");
    assert_contains(self->jc->out, "\"status\": \"cancelled\"");
    static const char *const figures[] = {
        "{\"id\":\"job-1\",\"status\":\"failed\",\"rate\":86.93,\"whole\":5}", NULL
    };
    self->answers = figures;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "watch", "job-1", "--json");
    assert_contains(self->jc->out, "\"rate\": 86.93,\n"); /* as the API prints it */
    self->answers = missing;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "watch", "job-1");
    assert_contains(self->jc->err, "jobctl watch: the gateway answered 404: not now");
    static const char *const page[] = { "page", NULL };
    self->answers = page;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "watch", "job-1");
    assert_contains(self->jc->err,
                    "does not answer as a Jobwire gateway; is JW_GATEWAY_URL right?\n");
    self->answers = stuck;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "watch", "job-1", "--timeout", "1", "-i", "50");
    assert_contains(self->jc->err, "has not ended after 1 s; see again with: jobctl watch job-1");
}

static void
test_watch_without_mail(void **state)
{
    static const char *const answers[] = { "{\"id\":\"job-1\",\"status\":\"completed\"," RESULT
                                           "," DELIVERY(0, 0, "Queued", "Queued") "}",
                                           NULL };
    static const char *const nobody[] = { "{\"id\":\"job-1\",\"status\":\"completed\"," RESULT "}",
                                          NULL };
    Fixture *self = *state;

    self->answers = answers;
    assert_jobctl(self->jc, JC_EXIT_OK, "watch", "job-1", "--no-mail");
    assert_contains(self->jc->out, "a@example.org: Queued");
    self->answers = nobody;
    assert_jobctl(self->jc, JC_EXIT_OK, "watch", "job-1");
    assert_contains(self->jc->out, "Report    CDR.csv");
}

static void
test_download(void **state)
{
    static const char *const answers[] = { "{\"id\":\"job-1\",\"status\":\"completed\"," RESULT "}",
                                           NULL };
    Fixture *self = *state;
    g_autofree char *path = g_build_filename(self->jc->dir, "r.csv", NULL);
    g_autofree char *part = g_strconcat(path, ".part", NULL);
    g_autofree char *got = NULL;

    self->answers = answers;
    assert_jobctl(self->jc, JC_EXIT_OK, "download", "job-1", "-o", path);
    assert_true(g_file_get_contents(path, &got, NULL, NULL));
    assert_string_equal(got, BODY);
    assert_jobctl(self->jc, JC_EXIT_OK, "download", "job-1", "-o", "-");
    assert_string_equal(self->jc->out, BODY);
    g_autofree char *other = g_build_filename(self->jc->dir, "other.csv", NULL);
    self->wrong_digest = true;
    assert_jobctl(self->jc, JC_EXIT_FAILED, "download", "job-1", "-o", other);
    assert_contains(self->jc->err, "the download is damaged");
    assert_false(g_file_test(other, G_FILE_TEST_EXISTS));
    assert_false(g_file_test(part, G_FILE_TEST_EXISTS));
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_submit_and_watch), TEST(test_watch_of_a_job_without_a_file),
        TEST(test_submit_only),      TEST(test_submit_refused),
        TEST(test_watch_ends),       TEST(test_watch_without_mail),
        TEST(test_download),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
