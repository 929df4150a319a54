/* test_jobs.c: jobs, templates, types and verify against a server that answers as the gateway does:
 * libs/http's own, with answers by path. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "api.h"
#include "jw/http.h"
#include "jw/ident.h"
#include "jw/json.h"
#include "jw/sync.h"

#define CONTENT "the bytes of a report\n"
#define JOB_ID  "01a21a06-bf31-73eb-a8c4-a1a47ec661c1"

typedef struct {
    JwHttpServer *server;
    JwHttpConfig config;
    JcFixture *jc;
    JwMutex mutex;             /* guards what follows: handlers run on the server's threads */
    char *seen;                /* the last request: "GET path?limit=…" and its body */
    int64_t total;             /* jobs in the list */
    const char *const *states; /* of the job, one after the other; the last stays */
    size_t asked;
    char *sha256;               /* of the job's file; NULL: none */
    const char *const *streams; /* of events, one an answer; NULL: there are none */
    size_t streamed;
    char *last_id; /* that the last of them was asked behind */
} Fixture;

static const JwField query[] = {
    { .name = "limit", .type = JW_FIELD_STRING },
    { .name = "page", .type = JW_FIELD_STRING },
    { .name = "status", .type = JW_FIELD_STRING },
    { .name = "reportType", .type = JW_FIELD_STRING },
    { .name = "fromDate", .type = JW_FIELD_STRING },
    { .name = "sortOrder", .type = JW_FIELD_STRING },
    { .name = "requestedBy", .type = JW_FIELD_STRING },
    { .name = "sha256", .type = JW_FIELD_STRING },
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

static json_t *
job_of(Fixture *self, int64_t number)
{
    g_autofree char *name = g_strdup_printf("Calls %d", (int)number);
    json_t *job = json_pack(
        "{s:s, s:s, s:s, s:s, s:s, s:{s:i, s:s, s:i}, s:{s:s, s:s}, s:s, s:{s:s}}", "id", JOB_ID,
        "name", name, "reportType", "call-records", "status", "running", "priority", "high",
        "progress", "percentage", 40, "currentStep", "Reading records", "recordsProcessed", 1234,
        "requestedBy", "id", "u-1", "name", "Ada \033[31m Test", "createdAt",
        "2026-01-13T02:00:15.5Z", "output", "format", "xlsx");

    if (self->sha256 != NULL) {
        json_object_set_new(job, "result",
                            json_pack("{s:s, s:s, s:i, s:i}", "sha256", self->sha256, "fileName",
                                      "CDR.xlsx", "sizeBytes", 2048, "records", 5000));
        json_object_set_new(job, "manifest",
                            json_pack("{s:s, s:s, s:i}", "sha256", self->sha256, "asOf",
                                      "2026-01-13T02:00:16Z", "rowsWritten", 4999));
    }
    return job;
}

static void
reply_data(JwHttpReply *reply, int status, json_t *take_data)
{
    jw_http_reply_json(reply, status, json_pack("{s:b, s:o}", "success", 1, "data", take_data));
}

static void
answer_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    const int64_t limit = g_ascii_strtoll(jw_http_query(request, "limit"), NULL, 10);
    const char *given = jw_http_query(request, "page");
    const int64_t page = given != NULL ? g_ascii_strtoll(given, NULL, 10) : 1;
    const char *sha256 = jw_http_query(request, "sha256");
    json_t *jobs = json_array();
    const int64_t total = sha256 != NULL ? g_strcmp0(sha256, self->sha256) == 0 : self->total;

    note(self, "GET", request);
    for (int64_t i = (page - 1) * limit; i < MIN(page * limit, total); i++) {
        json_array_append_new(jobs, job_of(self, i + 1));
    }
    jw_http_reply_json(reply, 200,
                       json_pack("{s:b, s:o, s:{s:I, s:I, s:I}}", "success", 1, "data", jobs,
                                 "pagination", "page", (json_int_t)page, "limit", (json_int_t)limit,
                                 "total", (json_int_t)total));
}

static void
answer_job(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    json_t *job = job_of(self, 1);

    note(self, "GET", request);
    if (strcmp(jw_http_param(request, "jobId"), JOB_ID) != 0) {
        json_decref(job);
        jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0, "no such job");
        return;
    }
    if (self->states != NULL) {
        json_object_set_new(job, "status", json_string(self->states[self->asked]));
        self->asked += self->states[self->asked + 1] != NULL ? 1 : 0;
    }
    reply_data(reply, 200, job);
}

static void
answer_events(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    if (self->streams == NULL || self->streams[self->streamed] == NULL) {
        jw_http_reply_problem(reply, 404, "NOT_FOUND", NULL, 0, "no such path");
        return;
    }
    g_free(self->last_id);
    self->last_id = g_strdup(jw_http_header(request, "Last-Event-ID"));
    jw_http_reply_text(reply, 200, "text/event-stream", self->streams[self->streamed++]);
}

static void
answer_change(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    note(self, "POST", request);
    if (g_str_has_suffix(jw_http_path(request), "/cancel")) {
        reply_data(reply, 200,
                   json_pack("{s:s, s:s, s:s}", "id", JOB_ID, "status", "cancelled", "cancelledBy",
                             "u-1"));
    } else {
        reply_data(
            reply, 200,
            json_pack("{s:s, s:s, s:i}", "id", JOB_ID, "status", "pending", "retryCount", 2));
    }
}

static json_t *template(void)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:{s:{s:{s:s}}}}", "id", "t-1", "name", "Weekly",
                     "reportType", "call-records", "version", 3, "settings", "parameters", "period",
                     "type", "weekly");
}

static void
answer_templates(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    note(self, "GET", request);
    jw_http_reply_json(reply, 200,
                       json_pack("{s:b, s:[o], s:{s:i}}", "success", 1, "data", template(),
                                 "pagination", "total", 1));
}

static void
answer_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    note(self, "POST", request);
    reply_data(reply, 201, template());
}

static void
answer_template(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    note(self, "GET", request);
    reply_data(reply, 200, template());
}

static void
answer_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    note(self, "DELETE", request);
    reply_data(reply, 200, json_pack("{s:s}", "id", "t-1"));
}

static void
answer_types(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    (void)request;
    (void)context;
    reply_data(reply, 200,
               json_pack("[{s:s, s:s, s:[s, s], s:[{s:s, s:s}]}]", "type", "call-records", "title",
                         "Call records", "formats", "xlsx", "csv", "dimensions", "name", "hour",
                         "label", "Hour"));
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "/jobs", .handler = answer_list, .query = query },
    { .method = "GET", .pattern = "/jobs/:jobId", .handler = answer_job },
    { .method = "GET", .pattern = "/jobs/:jobId/events", .handler = answer_events },
    { .method = "POST", .pattern = "/jobs/:jobId/cancel", .handler = answer_change },
    { .method = "POST", .pattern = "/jobs/:jobId/retry", .handler = answer_change },
    { .method = "GET", .pattern = "/templates", .handler = answer_templates, .query = query },
    { .method = "POST", .pattern = "/templates", .handler = answer_create },
    { .method = "GET", .pattern = "/templates/:id", .handler = answer_template },
    { .method = "DELETE", .pattern = "/templates/:id", .handler = answer_delete },
    { .method = "GET", .pattern = "/types", .handler = answer_types },
    { 0 },
};
static const JwHttpApi api = { .name = "fake", .prefix = JW_LINK_REPORTS, .routes = routes };

static int
setup(void **state)
{
    static char address[] = "127.0.0.1";
    Fixture *self = g_new0(Fixture, 1);
    g_autoptr(GError) error = NULL;

    tk_log_capture();                                  /* the server's */
    assert_true(g_setenv("TZ", "Asia/Kolkata", TRUE)); /* +05:30, which no machine has by chance */
    jw_mutex_init(&self->mutex);
    self->config = (JwHttpConfig){ .address = address,
                                   .body_max_bytes = 1 << 20,
                                   .connections_max = 16,
                                   .idle_timeout_ms = 5000,
                                   .request_age_ms = 5000 };
    self->server = jw_http_server_new(&self->config, &error);
    assert_ok(self->server != NULL, error);
    jw_http_server_add_api(self->server, &api, self);
    assert_ok(jw_http_server_start(self->server, &error), error);
    self->jc = jc_fixture_new(NULL, NULL);
    g_autofree char *url =
        g_strdup_printf("http://127.0.0.1:%d/", jw_http_server_port(self->server));
    jc_fixture_env(self->jc, "JW_GATEWAY_URL", url);
    jc_fixture_env(self->jc, "JW_TOKEN", "a.b.c");
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jw_http_server_stop(self->server, 5000);
    jw_http_server_free(self->server);
    jc_fixture_free(self->jc);
    jw_mutex_clear(&self->mutex);
    g_free(self->seen);
    g_free(self->last_id);
    g_free(self->sha256);
    g_free(self);
    return 0;
}

static void
test_list(void **state)
{
    Fixture *self = *state;

    self->total = 2;
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "list", "--status", "running", "--from",
                                    "2026-01-01T00:00:00+01:00", "--requested-by", "a&b=c",
                                    "--ascending", NULL),
                     JC_EXIT_OK);
    assert_string_equal(
        self->jc->out,
        "ID                                    NAME     TYPE          STATUS   DONE  BY            "
        "  CREATED\n" JOB_ID
        "  Calls 1  call-records  running  40%   Ada  [31m Test  2026-01-13 07:30:15\n" JOB_ID
        "  Calls 2  call-records  running  40%   Ada  [31m Test  2026-01-13 07:30:15\n");
    assert_string_equal(self->jc->err, "");
    assert_string_equal(self->seen, "GET /api/v2/reports/jobs limit=20 page=1 status=running "
                                    "fromDate=2026-01-01T00:00:00+01:00 sortOrder=asc "
                                    "requestedBy=a&b=c");
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "list", "-o", "wide", NULL), JC_EXIT_OK);
    assert_contains(self->jc->out, "  ENDED  PRIORITY  FORMAT  EXPIRES\n");
    assert_contains(self->jc->out, "  -      high      xlsx    -\n");
    self->total = 0;
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "list", "-o", "json", NULL), JC_EXIT_OK);
    assert_string_equal(self->jc->out, "[]\n");
}

/* Pages are put together, and what is not shown is said. */
static void
test_list_pages(void **state)
{
    Fixture *self = *state;

    self->total = 250;
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "list", "--limit", "230", "-o", "json", NULL),
                     JC_EXIT_OK);
    json_auto_t *jobs = json_loads(self->jc->out, 0, NULL);
    assert_int_equal(json_array_size(jobs), 230);
    assert_string_equal(json_string_value(json_object_get(json_array_get(jobs, 229), "name")),
                        "Calls 230");
    assert_string_equal(self->jc->err, "");
    assert_contains(self->seen, "limit=100 page=3");
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "list", "-n", "5", NULL), JC_EXIT_OK);
    assert_string_equal(self->jc->err, "5 of 250 jobs; more with --limit N\n");
    assert_contains(self->seen, "limit=5 page=1");
}

static void
test_get(void **state)
{
    Fixture *self = *state;

    self->sha256 = g_strdup("00ff");
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "get", JOB_ID, NULL), JC_EXIT_OK);
    assert_contains(self->jc->out, "Job       " JOB_ID "\n");
    assert_contains(self->jc->out, "Size      2.0 KiB\n");
    assert_contains(self->jc->out, "Records   5,000\n");
    assert_contains(self->jc->out, "SHA-256   00ff\n");
    assert_contains(self->jc->out, "As of     2026-01-13 07:30:16\n");
    assert_null(strstr(self->jc->out, "Listed"));
    assert_null(strstr(self->jc->out, "Error"));
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "get", JOB_ID, "-o", "wide", NULL),
                     JC_EXIT_OK);
    assert_contains(self->jc->out, "Listed    4,999\n");
    assert_contains(self->jc->out, "Output    {\"format\":\"xlsx\"}\n");
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "get", JOB_ID, "-o", "json", NULL),
                     JC_EXIT_OK);
    json_auto_t *job = json_loads(self->jc->out, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(job, "id")), JOB_ID);
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "get", "other", NULL), JC_EXIT_FAILED);
    assert_string_equal(self->jc->err, "jobctl jobs: the gateway answered 404: no such job\n");
}

static void
test_cancel_and_retry(void **state)
{
    static const char *const ends[] = { "pending", "running", "completed", NULL };
    static const char *const fails[] = { "running", "failed", NULL };
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "jobs", "cancel", JOB_ID, "-r", "no \"need\"", NULL),
                     JC_EXIT_OK);
    assert_string_equal(self->jc->out, "Job           " JOB_ID "\nStatus        cancelled\n"
                                       "Cancelled by  u-1\n");
    assert_string_equal(self->seen, "POST /api/v2/reports/jobs/" JOB_ID
                                    "/cancel {\"reason\":\"no \\\"need\\\"\"}");
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "cancel", JOB_ID, NULL), JC_EXIT_OK);
    assert_string_equal(self->seen, "POST /api/v2/reports/jobs/" JOB_ID "/cancel {}");
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "retry", JOB_ID, "-o", "json", NULL),
                     JC_EXIT_OK);
    assert_contains(self->jc->out, "\"retryCount\": 2");
    self->states = ends;
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "retry", JOB_ID, "--wait", "-i", "20", NULL),
                     JC_EXIT_OK);
    assert_true(g_str_has_prefix(self->jc->out, "Download  http://"));
    self->states = fails;
    self->asked = 0;
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "retry", JOB_ID, "--wait", "-i", "20", NULL),
                     JC_EXIT_FAILED);
    assert_string_equal(self->jc->out, "");
    assert_string_equal(self->jc->err, "Job " JOB_ID ": failed \n");
}

static void
test_events(void **state)
{
    static const char *const ends[] = { "pending", "running", "running", "completed", NULL };
    Fixture *self = *state;

    self->states = ends;
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "events", JOB_ID, "-i", "20", NULL),
                     JC_EXIT_OK);
    g_auto(GStrv) lines = g_strsplit(self->jc->out, "\n", -1);
    assert_int_equal(g_strv_length(lines), 4);
    assert_string_equal(lines[0] + strlen("2026-01-13 07:30:15  "),
                        " 40%  1,234 records  pending, Reading records");
    assert_true(g_str_has_suffix(lines[1], "running, Reading records"));
    assert_true(g_str_has_suffix(lines[2], "completed"));
    self->asked = 0;
    assert_int_equal(
        jc_fixture_run(self->jc, "jobs", "events", JOB_ID, "-i", "20", "-o", "json", NULL),
        JC_EXIT_OK);
    g_auto(GStrv) json = g_strsplit(self->jc->out, "\n", -1);
    assert_int_equal(g_strv_length(json), 4);
    json_auto_t *second = json_loads(json[1], 0, NULL);
    assert_string_equal(json_string_value(json_object_get(second, "status")), "running");
}

/* A gateway that ends takes its streams with it; what broke off in the middle counts for nothing.
 */
static void
test_events_streamed(void **state)
{
    static const char *const streams[] = {
        "retry: 2000\n\nevent: status\nid: a.1\ndata: {\"id\":\"j\",\"status\":\"pending\"}\n\n"
        ": still here\n\nevent: status\r\nid: a.2\r\ndata: {\"id\":\"j\",\r\n"
        "data: \"status\":\"running\"}\r\n\r\nevent: progress\nid: a.9\ndata: {\"perc",
        "event: progress\nid: a.3\ndata: {\"percentage\":50,\"currentStep\":\"Reading\","
        "\"recordsProcessed\":4000}\n\n"
        "event: status\nid: a.4\ndata: {\"id\":\"j\",\"status\":\"failed\"}\n\n"
        "event: end\nid: a.4\ndata: {\"id\":\"j\",\"status\":\"failed\"}\n\n",
        NULL,
    };
    static const char *const ends[] = { "failed", NULL };
    static const char *const said[] = { "  0%  0 records  pending", "  0%  0 records  running",
                                        " 50%  4,000 records  running, Reading",
                                        " 40%  1,234 records  failed" };
    Fixture *self = *state;

    self->states = ends;
    self->streams = streams;
    assert_int_equal(jc_fixture_run(self->jc, "jobs", "events", JOB_ID, "-i", "20", NULL),
                     JC_EXIT_FAILED);
    assert_string_equal(self->last_id, "a.2");
    assert_int_equal(self->streamed, 2);
    g_auto(GStrv) lines = g_strsplit(self->jc->out, "\n", -1);
    assert_int_equal(g_strv_length(lines), G_N_ELEMENTS(said) + 1);
    for (size_t i = 0; i < G_N_ELEMENTS(said); i++) {
        assert_string_equal(lines[i] + strlen("2026-01-13 07:30:15  "), said[i]);
    }
    assert_string_equal(self->jc->err, "Job " JOB_ID ": failed \n");
}

static void
test_templates(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(self->jc, "t.json", "{\"name\": \"Weekly\"}");

    assert_int_equal(jc_fixture_run(self->jc, "templates", "list", "--type", "call-records", NULL),
                     JC_EXIT_OK);
    assert_contains(self->jc->out, "t-1  Weekly  call-records  -      -           3        -\n");
    assert_string_equal(self->seen,
                        "GET /api/v2/reports/templates limit=20 page=1 reportType=call-records");
    assert_int_equal(jc_fixture_run(self->jc, "templates", "get", "t ü?", NULL), JC_EXIT_OK);
    assert_string_equal(self->seen, "GET /api/v2/reports/templates/t%20%C3%BC%3F");
    assert_contains(self->jc->out, "Settings  {\"parameters\":{\"period\":{\"type\":\"weekly\"}}}");
    assert_int_equal(jc_fixture_run(self->jc, "templates", "create", file, NULL), JC_EXIT_OK);
    assert_string_equal(self->jc->out, "Template  t-1\n");
    assert_string_equal(self->seen, "POST /api/v2/reports/templates {\"name\": \"Weekly\"}");
    assert_int_equal(jc_fixture_run(self->jc, "templates", "delete", "t-1", NULL), JC_EXIT_OK);
    assert_string_equal(self->jc->out, "Deleted  t-1\n");
    assert_string_equal(self->seen, "DELETE /api/v2/reports/templates/t-1");
    assert_int_equal(jc_fixture_run(self->jc, "templates", "create", "/nowhere", NULL),
                     JC_EXIT_FAILED);
}

static void
test_types(void **state)
{
    Fixture *self = *state;

    assert_int_equal(jc_fixture_run(self->jc, "types", NULL), JC_EXIT_OK);
    assert_string_equal(self->jc->out, "TYPE          TITLE         FORMATS\n"
                                       "call-records  Call records  xlsx, csv\n");
    assert_int_equal(jc_fixture_run(self->jc, "types", "call-records", NULL), JC_EXIT_OK);
    assert_contains(self->jc->out, "Dimensions  hour\n");
    assert_int_equal(jc_fixture_run(self->jc, "types", "call-record", NULL), JC_EXIT_FAILED);
    assert_contains(self->jc->err, "there is no report type 'call-record'; did you mean "
                                   "call-records?\n");
}

static void
test_verify(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(self->jc, "r.xlsx", CONTENT);
    g_autofree char *other = jc_fixture_file(self->jc, "other.xlsx", CONTENT "more");
    g_autofree char *sha256 = jw_sha256_hex(CONTENT, strlen(CONTENT));
    g_autofree char *said = g_strdup_printf("%s is the file of job " JOB_ID
                                            " (Calls 1): 5,000 records as of 2026-01-13 07:30:16\n"
                                            "SHA-256 %s\n",
                                            file, sha256);

    assert_int_equal(jc_fixture_run(self->jc, "verify", file, "--job", JOB_ID, NULL),
                     JC_EXIT_FAILED);
    assert_contains(self->jc->err, "job " JOB_ID " is running and has published no file\n");
    self->sha256 = g_strdup(sha256);
    assert_int_equal(jc_fixture_run(self->jc, "verify", file, "--job", JOB_ID, NULL), JC_EXIT_OK);
    assert_string_equal(self->jc->out, said);
    assert_int_equal(jc_fixture_run(self->jc, "verify", file, NULL), JC_EXIT_OK);
    assert_string_equal(self->jc->out, said);
    assert_int_equal(jc_fixture_run(self->jc, "verify", other, "--job", JOB_ID, NULL),
                     JC_EXIT_FAILED);
    assert_string_equal(self->jc->out, "");
    assert_contains(self->jc->err, "it is not the file of job " JOB_ID ", which has the SHA-256 ");
    assert_int_equal(jc_fixture_run(self->jc, "verify", other, NULL), JC_EXIT_FAILED);
    assert_contains(self->jc->err, "no job that you may see has published it\nSHA-256 ");
    assert_int_equal(jc_fixture_run(self->jc, "verify", other, "-o", "json", NULL), JC_EXIT_FAILED);
    assert_contains(self->jc->out, "\"published\": false");
    assert_int_equal(jc_fixture_run(self->jc, "verify", file, "-o", "json", NULL), JC_EXIT_OK);
    assert_contains(self->jc->out, "\"published\": true");
    assert_int_equal(jc_fixture_run(self->jc, "verify", "/nowhere", NULL), JC_EXIT_FAILED);
    assert_contains(self->jc->err, "/nowhere: No such file");
    assert_int_equal(jc_fixture_run(self->jc, "verify", self->jc->dir, NULL), JC_EXIT_FAILED);
    assert_contains(self->jc->err, ": Is a directory\n");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_list),      TEST(test_list_pages),
        TEST(test_get),       TEST(test_cancel_and_retry),
        TEST(test_events),    TEST(test_events_streamed),
        TEST(test_templates), TEST(test_types),
        TEST(test_verify),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
