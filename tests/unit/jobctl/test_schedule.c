/* test_schedule.c: jobctl schedule against a server that answers as the gateway does: what is
 * asked, and what is said of the answers. tests/e2e has the real ones. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "schedule/schedule.h"

#include "jw/json.h"

#define NOW INT64_C(1768269615250) /* 2026-01-13T02:00:15.250Z */

typedef struct {
    JcFixture *jc;
    TkClock clock;
    /* what follows is guarded by its mutex: handlers run on the server's threads */
    GString *seen;     /* requests, a line each: "PATCH /a {…}" */
    int rows;          /* of the ledger */
    int same;          /* so many of them have one due time */
    int n_asked;       /* for the ledger */
    const char *ended; /* how the last job of the ledger ended; NULL: it has not */
    bool conflicts;    /* a PUT of "b" */
} Fixture;

static const JwField query[] = {
    { .name = "limit", .type = JW_FIELD_STRING },
    { .name = "after", .type = JW_FIELD_STRING },
    { .name = "before", .type = JW_FIELD_STRING },
    { .name = "status", .type = JW_FIELD_STRING },
    { .name = "dry_run", .type = JW_FIELD_STRING },
    { .name = "digest", .type = JW_FIELD_STRING },
    { 0 },
};

static void
note(Fixture *self, const char *method, const JwHttpRequest *request)
{
    size_t length = 0;
    const char *body = jw_http_body(request, &length);
    const char *key = jw_http_header(request, "Idempotency-Key");
    const char *path = jw_http_path(request) + strlen(JC_SCHEDULES);

    g_string_append_printf(self->seen, "%s %s", method, path);
    for (size_t i = 0; query[i].name != NULL; i++) {
        const char *value = jw_http_query(request, query[i].name);
        if (value != NULL) {
            g_string_append_printf(self->seen, " %s=%s", query[i].name, value);
        }
    }
    if (key != NULL) {
        g_string_append_printf(self->seen, " [%s]", key);
    }
    if (length > 0) {
        g_string_append_c(self->seen, ' ');
        g_string_append_len(self->seen, body, (gssize)length);
    }
    g_string_append_c(self->seen, '\n');
}

static void
reply_data(JwHttpReply *reply, int status, json_t *take_data)
{
    jw_http_reply_json(reply, status, json_pack("{s:s, s:o}", "status", "ok", "data", take_data));
}

static json_t *
job_of(const char *id)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:n, s:[s], s:[], s:[{s:s, s:s, s:s}]}", "id",
                     id, "next_run_time", "2026-01-13T05:00:00Z", "trigger_type", "cron",
                     "trigger_details", "0 5 * * *", "time_zone", "Europe/Berlin", "paused", 0,
                     "note", "next_run_times", "2026-01-13T05:00:00Z", "warnings", "occurrences",
                     "due_time", "2026-01-12T05:00:00Z", "status", "late", "job_status", "failed");
}

static void
answer_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);
    const char *after = jw_http_query(request, "after");

    note(self, "GET", request);
    if (after == NULL) {
        reply_data(reply, 200, json_pack("{s:[o], s:s}", "jobs", job_of("a"), "next_after", "a &"));
    } else {
        reply_data(reply, 200, json_pack("{s:[o]}", "jobs", job_of("b")));
    }
}

static void
answer_one(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    note(self, "GET", request);
    reply_data(reply, 200, json_pack("{s:o}", "job", job_of(jw_http_param(request, "id"))));
}

static json_t *
definition_of(const char *id, const char *overlap)
{
    return json_pack("{s:s, s:s, s:b, s:s, s:{s:s, s:s}}", "id", id, "overlap", overlap, "paused",
                     strcmp(id, "c") == 0, "note", "n", "trigger", "type", "cron", "cron",
                     "0 5 * * *");
}

static void
answer_definition(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);
    const char *id = jw_http_param(request, "id");

    if (strcmp(id, "new") == 0) {
        jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0, "Job 'new' not found");
        return;
    }
    reply_data(reply, 200,
               json_pack("{s:o, s:s}", "definition", definition_of(id, "allow"), "digest", "v1"));
    (void)self;
}

/* "c" is as it was. */
static void
answer_put(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);
    const char *id = jw_http_param(request, "id");
    const bool same = strcmp(id, "c") == 0;

    note(self, "PUT", request);
    if (jw_http_query(request, "dry_run") == NULL && self->conflicts && strcmp(id, "b") == 0) {
        jw_http_reply_problem(reply, 409, "DIGEST_CONFLICT", NULL, 0, "it has digest v9 now");
        return;
    }
    reply_data(reply, 200,
               json_pack("{s:o, s:s, s:[s], s:[]}", "definition",
                         definition_of(id, same ? "allow" : "skip"), "digest", same ? "v1" : "v2",
                         "next_run_times", "2026-01-13T05:00:00Z", "warnings"));
}

static void
answer_post(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    note(self, "POST", request);
    reply_data(reply, 201, json_pack("{s:o}", "job", job_of("made")));
}

static void
answer_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    note(self, "PATCH", request);
    reply_data(reply, 200, json_pack("{s:o}", "job", job_of(jw_http_param(request, "id"))));
}

static void
answer_preview(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    note(self, "POST", request);
    reply_data(reply, 200,
               json_pack("{s:[s, s], s:[{s:s, s:s}]}", "next_run_times", "2026-01-13T03:00:15Z",
                         "2026-03-01T00:00:00Z", "warnings", "code", "DST_MOVED", "message", "m"));
}

static void
answer_run(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    note(self, "POST", request);
    reply_data(reply, 202, json_pack("{s:s}", "job_id", "job-0"));
}

/* Row 0 is the newest; the oldest `same` ones are due at one moment. */
static void
answer_rows(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);
    const int limit = (int)g_ascii_strtoll(jw_http_query(request, "limit"), NULL, 10);
    const char *text = jw_http_query(request, "before");
    const char *after = jw_http_query(request, "after");
    json_auto_t *rows = json_array();
    int64_t before = INT64_MAX;
    int i = after != NULL ? (int)g_ascii_strtoll(after, NULL, 10) : 0;

    note(self, "GET", request);
    assert_true(text == NULL || jw_time_parse(text, &before, NULL));
    self->n_asked++;
    for (; i < self->rows && (int)json_array_size(rows) < limit; i++) {
        const int64_t due = NOW - 1000 * MIN(i, self->rows - self->same);
        g_autofree char *time = jw_time_format(due);
        g_autofree char *id = g_strdup_printf("job-%d", i);
        const bool has = self->ended == NULL || strcmp(self->ended, "none") != 0;
        if (due < before) {
            json_array_append_new(rows,
                                  json_pack("{s:s, s:s, s:s, s:s?, s:s?, s:s, s:s?}", "id", id,
                                            "due_time", time, "status", has ? "fired" : "skipped",
                                            "reason", has ? NULL : "no such type", "job_id",
                                            has ? id : NULL, "decided_at", time, "job_status",
                                            has && self->n_asked > 1 ? self->ended : NULL));
        }
    }
    g_autofree char *next = i < self->rows ? g_strdup_printf("%d", i) : NULL;
    reply_data(reply, 200, json_pack("{s:O, s:s*}", "occurrences", rows, "next_after", next));
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "", .handler = answer_list, .query = query },
    { .method = "POST", .pattern = "", .handler = answer_post, .query = query },
    { .method = "POST", .pattern = "/preview", .handler = answer_preview },
    { .method = "GET", .pattern = "/:id", .handler = answer_one },
    { .method = "PUT", .pattern = "/:id", .handler = answer_put, .query = query },
    { .method = "PATCH", .pattern = "/:id", .handler = answer_patch },
    { .method = "GET", .pattern = "/:id/definition", .handler = answer_definition },
    { .method = "POST", .pattern = "/:id/preview", .handler = answer_preview },
    { .method = "POST", .pattern = "/:id/run", .handler = answer_run },
    { .method = "GET", .pattern = "/:id/occurrences", .handler = answer_rows, .query = query },
    { 0 },
};
static const JwHttpApi api = { .name = "fake", .prefix = JC_SCHEDULES, .routes = routes };

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    assert_true(g_setenv("TZ", "Asia/Kolkata", TRUE)); /* +05:30, which no machine has by chance */
    tk_clock_init(&self->clock, NOW);
    self->seen = g_string_new(NULL);
    self->jc = jc_fixture_new(&self->clock.clock, NULL);
    jc_fixture_serve(self->jc, &api, self);
    jc_fixture_env(self->jc, "JW_API_KEY", "jobwire_x_y");
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    jc_fixture_free(self->jc);
    g_string_free(self->seen, TRUE);
    g_free(self);
    return 0;
}

static void
assert_seen(Fixture *self, const char *expected)
{
    assert_string_equal(self->seen->str, expected);
    g_string_truncate(self->seen, 0);
}

static void
test_moments(void **state)
{
    static const struct {
        const char *text, *zone;
        JcDirection direction;
        const char *utc; /* NULL: refused */
    } cases[] = {
        { "2026-12-01", "Europe/Berlin", JC_AHEAD, "2026-11-30T23:00:00Z" },
        { "2026-12-01 08:00", "Europe/Berlin", JC_AHEAD, "2026-12-01T07:00:00Z" },
        { "2026-12-01T08:00:30", "Asia/Kolkata", JC_AHEAD, "2026-12-01T02:30:30Z" },
        { "2026-12-01T08:00:30.5Z", "Asia/Kolkata", JC_AHEAD, "2026-12-01T08:00:30.500Z" },
        { "2026-12-01T08:00:00+02:00", "UTC", JC_AGO, "2026-12-01T06:00:00Z" },
        { "2h", "UTC", JC_AGO, "2026-01-13T00:00:15Z" },
        { "2h", "UTC", JC_AHEAD, "2026-01-13T04:00:15Z" },
        { "in 2h", "UTC", JC_AHEAD, "2026-01-13T04:00:15Z" },
        { "2h ago", "UTC", JC_AGO, "2026-01-13T00:00:15Z" },
        { "in 2h", "UTC", JC_AGO, NULL },
        { "2h ago", "UTC", JC_AHEAD, NULL },
        { " ago", "UTC", JC_AGO, NULL },
        { "now", "UTC", JC_AGO, "2026-01-13T02:00:15.250Z" },
        { "99999999d", "UTC", JC_AGO, "1970-01-01T00:00:00Z" },
        { "2028-02-29", "UTC", JC_AGO, "2028-02-29T00:00:00Z" },
        { "2026-10-25 02:30", "Europe/Berlin", JC_AGO, "2026-10-25T00:30:00Z" }, /* the first */
        { "2026-03-29 02:30", "Europe/Berlin", JC_AGO, NULL }, /* the clock skips it */
        { "2027-02-29", "UTC", JC_AGO, NULL },
        { "2026-13-01", "UTC", JC_AGO, NULL },
        { "2026-12-01 24:00", "UTC", JC_AGO, NULL },
        { "2026-12-01 8:00", "UTC", JC_AGO, NULL },
        { "2026-12-01 08:00x", "UTC", JC_AGO, NULL },
        { "2026-12-01 08:00:", "UTC", JC_AGO, NULL },
        { "2026-12-01 +8:00", "UTC", JC_AGO, NULL },
        { "2026-12-01 08:60", "UTC", JC_AGO, NULL },
        { "2026-12-1", "UTC", JC_AGO, NULL },
        { "tomorrow", "UTC", JC_AGO, NULL },
        { "", "UTC", JC_AGO, NULL },
        { "-2h", "UTC", JC_AGO, NULL },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GTimeZone) zone = jc_moment_zone(cases[i].zone);
        g_autoptr(GError) error = NULL;
        int64_t ms = 0;
        const bool ok = jc_moment_read(cases[i].text, "--x", zone, cases[i].direction,
                                       &self->clock.clock, &ms, &error);
        print_message("%s\n", cases[i].text);
        assert_int_equal(ok, cases[i].utc != NULL);
        if (!ok) {
            assert_jw_error(error, JW_ERROR_INVALID, "--x '*");
            continue;
        }
        g_autofree char *utc = jw_time_format(ms);
        assert_string_equal(utc, cases[i].utc);
    }
}

static void
test_distances(void **state)
{
    static const struct {
        int64_t seconds;
        const char *text;
    } cases[] = {
        { 0, "now" },
        { 1, "in 1 s" },
        { 99, "in 99 s" },
        { 100, "in 1 min" },
        { 5999, "in 99 min" },
        { 6000, "in 1 h 40 min" },
        { 7200, "in 2 h" },
        { 35999, "in 9 h 59 min" },
        { 36059, "in 10 h" },
        { 172799, "in 47 h" },
        { 172800, "in 2 days" },
        { -1, "1 s ago" },
        { -7260, "2 h 1 min ago" },
        { 86400000, "in 1000 days" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = jc_moment_distance(NOW + cases[i].seconds * 1000, NOW);
        assert_string_equal(text, cases[i].text);
    }
}

static void
test_diff(void **state)
{
    json_auto_t *before =
        json_pack("{s:i, s:{s:i, s:[i]}, s:s}", "same", 1, "in/", "x", 1, "list", 1, "gone", "\"");
    json_auto_t *after =
        json_pack("{s:i, s:{s:i, s:[i]}, s:b}", "same", 1, "in/", "x", 2, "list", 2, "new", 1);
    static const char *const lines[] = { "/in~1/x: 1 → 2", "/in~1/list: [1] → [2]",
                                         "/gone: \"\\\"\" → (none)", "/new: (none) → true" };
    json_auto_t *changes = jc_diff(before, after);

    (void)state;
    assert_int_equal(json_array_size(changes), G_N_ELEMENTS(lines));
    for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
        g_autofree char *text = jc_diff_text(json_array_get(changes, i));
        assert_string_equal(text, lines[i]);
    }
    json_auto_t *none = jc_diff(before, before);
    assert_int_equal(json_array_size(none), 0);
}

static void
test_list(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "list");
    assert_string_equal(
        self->jc->out,
        "ID  TRIGGER  DETAILS    STATE   NEXT                         IN\n"
        "a   cron     0 5 * * *  active  Tue 2026-01-13 10:30:00 IST  in 2 h 59 min\n"
        "b   cron     0 5 * * *  active  Tue 2026-01-13 10:30:00 IST  in 2 h 59 min\n");
    assert_string_equal(self->jc->err, "");
    assert_seen(self, "GET  limit=20\nGET  limit=19 after=a &\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "list", "-n", "1", "-o", "wide");
    assert_contains(self->jc->out, "Europe/Berlin  -        late, failed, 21 h ago  -\n");
    assert_contains(self->jc->err, "1 schedules are shown, there are more");
}

/* Each row once and none left out, also where a page ends between rows of one moment. */
static void
test_occurrences_over_pages(void **state)
{
    Fixture *self = *state;

    self->rows = 1203;
    self->same = 6;
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "occurrences", "a", "-n", "2000", "-o", "json");
    json_auto_t *rows = json_loads(self->jc->out, 0, NULL);
    assert_int_equal(json_array_size(rows), 1203);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        g_autofree char *id = g_strdup_printf("job-%d", (int)i);
        assert_string_equal(jc_show_text(json_array_get(rows, i), "id"), id);
    }
    assert_int_equal(self->n_asked, 3);
    g_string_truncate(self->seen, 0);
    self->rows = 20;
    self->same = 1;
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "occurrences", "a", "-n", "3");
    assert_contains(self->jc->err, "3 due times are shown, there are more");
    assert_seen(self, "GET /a/occurrences limit=4\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "occurrences", "a", "--since", "5s", "--until",
                  "2026-01-13 07:30:14", "--kind", "late");
    assert_seen(self, "GET /a/occurrences limit=21 before=2026-01-13T02:00:14Z status=late\n");
    g_auto(GStrv) lines = g_strsplit(self->jc->out, "\n", -1);
    assert_int_equal(g_strv_length(lines), 1 + 4 + 1); /* 13.25 to 10.25 s */
}

static void
test_run_and_wait(void **state)
{
    static const struct {
        const char *ended;
        JcExit code;
        const char *said;
    } cases[] = {
        { "completed", JC_EXIT_OK, "Status  completed\n" },
        { "failed", JC_EXIT_FAILED, "Status  failed\n" },
        { "cancelled", JC_EXIT_FAILED, "Status  cancelled\n" },
        { "none", JC_EXIT_FAILED, "the run has no job: it was skipped: no such type\n" },
    };
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "run", "a", "--key", "k 1");
    assert_string_equal(self->jc->out, "Job  job-0\n");
    assert_seen(self, "POST /a/run [k 1] {}\n");
    self->rows = 5;
    self->same = 1;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        self->ended = cases[i].ended;
        self->n_asked = 0;
        assert_jobctl(self->jc, cases[i].code, "schedule", "run", "a", "--wait");
        assert_contains(cases[i].said[0] == 'S' ? self->jc->out : self->jc->err, cases[i].said);
    }
}

static void
test_pause_and_resume(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "pause", "a ü", "--note", "x");
    assert_seen(self, "PATCH /a%20%C3%BC {\"note\":\"x\",\"paused\":true}\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "resume", "a");
    assert_seen(self, "PATCH /a {\"paused\":false}\n");
    assert_string_equal(self->jc->out,
                        "resumed    a; next Tue 2026-01-13 06:00:00 CET, in 2 h 59 min\n");
}

/* What options make of a schedule, of a file, and of one that is stored. */
static void
test_rules(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(
        self->jc, "s.json",
        "{\"id\": \"f\", \"trigger\": {\"type\": \"interval\", \"every\": \"1h\", \"anchor\": "
        "\"2026-01-01T00:00:00Z\"}, \"job\": {\"name\": \"n\", \"output\": {\"format\": "
        "\"csv\"}}}");
    g_autofree char *parameters = jc_fixture_file(self->jc, "p.json", "{\"a\": 1}");
    g_autofree char *at = g_strconcat("@", parameters, NULL);

    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "create", "-f", file, "--cron", "@daily",
                  "--format", "pdf", "--parameters", at, "--key", "k");
    assert_seen(self,
                "POST  [k] {\"id\":\"f\",\"job\":{\"name\":\"n\",\"output\":{\"format\":\"pdf\"},"
                "\"parameters\":{\"a\":1}},\"trigger\":{\"cron\":\"@daily\",\"type\":\"cron\"}}\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "create", "x", "--at", "2h", "--paused");
    assert_seen(self, "POST  {\"id\":\"x\",\"paused\":true,\"trigger\":{\"at\":"
                      "\"2026-01-13T04:00:15Z\",\"type\":\"once\"}}\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "preview", "--at", "2026-12-01 08:00", "--zone",
                  "America/New_York");
    assert_seen(self, "POST /preview {\"time_zone\":\"America/New_York\",\"trigger\":{\"at\":"
                      "\"2026-12-01T13:00:00Z\",\"type\":\"once\"}}\n");
    assert_string_equal(self->jc->out, "DUE                          IN\n"
                                       "Mon 2026-01-12 22:00:15 EST  in 59 min\n"
                                       "Sat 2026-02-28 19:00:00 EST  in 46 days\n"
                                       "Note  DST_MOVED: m\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "preview", "a", "--every", "1h");
    assert_seen(self, "POST /a/preview {\"trigger\":{\"at\":null,\"cron\":null,\"dialect\":null,"
                      "\"every\":\"1h\",\"type\":\"interval\"}}\nGET /a\n");
    assert_contains(self->jc->out, "Tue 2026-01-13 04:00:15 CET  in 59 min\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "preview", "a", "--overlap", "skip", "-o",
                  "json");
    assert_seen(self, "POST /a/preview {\"overlap\":\"skip\"}\n");
}

#define ENTRY(id, more) "{\"id\": \"" id "\", \"trigger\": {}" more "}"

static void
test_apply(void **state)
{
    Fixture *self = *state;
    g_autofree char *file =
        jc_fixture_file(self->jc, "s.json",
                        "{\"schedules\": [" ENTRY("new", "") ", " ENTRY(
                            "b", ", \"paused\": true") ", " ENTRY("c", "") "]}");
    static const char planned[] =
        "PUT /new dry_run=true {\"id\":\"new\",\"trigger\":{}}\n"
        "PUT /b dry_run=true {\"id\":\"b\",\"paused\":true,\"trigger\":{}}\n"
        "PUT /c dry_run=true {\"id\":\"c\",\"note\":\"n\",\"paused\":true,\"trigger\":{}}\n";
    static const char written[] =
        "POST  {\"id\":\"new\",\"trigger\":{}}\n"
        "PUT /b digest=v1 {\"id\":\"b\",\"paused\":true,\"trigger\":{}}\n";
    g_autofree char *both = g_strconcat(planned, written, NULL);

    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "apply", "-f", file, "--dry-run");
    assert_seen(self, planned);
    assert_contains(self->jc->out, "changed    b; dry run, nothing is changed\n"
                                   "  /overlap: \"allow\" → \"skip\"\nDUE ");
    assert_contains(self->jc->out, "unchanged  c, which is paused\nDUE ");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "apply", "-f", file);
    assert_seen(self, both);
    assert_true(g_str_has_suffix(self->jc->out, "unchanged  c, which is paused\n"));
    g_autofree char *other =
        jc_fixture_file(self->jc, "other.json", "{\"id\": \"c\", \"trigger\": {}}");
    g_autofree char *more =
        jc_fixture_file(self->jc, "more.json", "{\"id\": \"d\", \"trigger\": {}}");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "schedule", "apply", "-f", file, "-f", other);
    assert_contains(self->jc->err, "other.json: /id 'c' is that of an earlier schedule");
    assert_seen(self, "");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "apply", "-f", other, "-f", more);
    assert_seen(
        self, "PUT /c dry_run=true {\"id\":\"c\",\"note\":\"n\",\"paused\":true,\"trigger\":{}}\n"
              "PUT /d dry_run=true {\"id\":\"d\",\"note\":\"n\",\"paused\":false,\"trigger\":{}}\n"
              "PUT /d digest=v1 {\"id\":\"d\",\"note\":\"n\",\"paused\":false,\"trigger\":{}}\n");
    self->conflicts = true;
    assert_jobctl(self->jc, JC_EXIT_PARTLY, "schedule", "apply", "-f", file, "-o", "json");
    assert_contains(self->jc->err,
                    "schedule 'b': the gateway answered 409: it has digest v9 now\n");
    json_auto_t *done = json_loads(self->jc->out, 0, NULL);
    assert_int_equal(json_array_size(done), 2);
    assert_string_equal(jc_show_text(json_array_get(done, 0), "result"), "created");
    assert_string_equal(jc_show_text(json_array_get(done, 1), "result"), "unchanged");
}

static void
test_usage(void **state)
{
    static const struct {
        const char *words[6], *said;
    } cases[] = {
        { { "creat" }, "there is no 'creat'; did you mean create?" },
        { { "create", "x" }, "say when it is due: --cron '0 2 * * *'" },
        { { "create", "x", "--at", "1h", "--every", "1h" }, "choose: --cron, --every or --at" },
        { { "preview", "x", "-f", "y" }, "of a stored schedule or of a --file, not both" },
        { { "apply" }, "name the --file of schedules" },
        { { "create", "-f", "x", "-f", "y" }, "this is about one schedule: give one --file" },
        { { "backfill", "x", "--from", "1d" }, "give --from and --to" },
        { { "backfill", "x", "--from=1d", "--to=1d" }, "--to must come after --from" },
        { { "backfill", "x", "--from=1d", "--to=soon" }, "--to 'soon' is no time" },
        { { "occurrences", "x", "--since=1d", "--until=2d" }, "--until must come after --since" },
        { { "run", "x", "--timeout=5" }, "--timeout is of --wait" },
        { { "pause", "x", "--wait" }, "pause takes no --wait" },
        { { "delete", "x" }, "there is no terminal to ask on; give --yes to delete 'x'" },
        { { "get", "x", "--export", "-o", "wide" }, "--export is JSON" },
        { { "pause" }, "pause wants ID" },
        { { "create", "x", "--every=1h", "--dialect=quartz" }, "--dialect is of --cron, which" },
        { { "create", "x", "--at=1h", "--dialect=quartz" }, "--dialect is of --cron, which" },
        { { "preview", "--cron=@daily", "--anchor=now" }, "--anchor is of --every, which" },
        { { "preview", "x", "--at=1h", "--anchor=now" }, "--anchor is of --every, which" },
        { { "create", "x", "--at=soon" }, "--at 'soon' is no time" },
        { { "create", "x", "--every=1h", "--end=soon" }, "--end 'soon' is no time" },
        { { "create", "--at=1h", "--zone=Nowhere/x" }, "Nowhere/x" },
        { { "occurrences", "x", "--kind=bogus" }, "--kind is one of fired, late, caught_up" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const char *const *words = cases[i].words;
        assert_jobctl(self->jc, JC_EXIT_USAGE, "schedule", words[0], words[1], words[2], words[3],
                      words[4], words[5]);
        assert_contains(self->jc->err, cases[i].said);
    }
    assert_seen(self, "");
}

/* Files that no gateway sees. */
static void
test_bad_files(void **state)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        { "{", "s.json: " },
        { "[]", "s.json: it is neither a schedule nor a file of schedules" },
        { "{\"schedules\": {}}", "s.json: /schedules is no list" },
        { "{\"schedules\": [], \"schedule\": 1}", "/schedule is no member of a file of schedules" },
        { "{\"schedules\": [{\"trigger\": 1}]}", "s.json: /schedules/0/id is required" },
        { "{\"schedules\": [{\"id\": \"a\"}, {\"id\": \"a\"}]}", "/schedules/1/id 'a' is that of" },
        { "{\"trigger\": 1}", "s.json: /id is required" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *file = jc_fixture_file(self->jc, "s.json", cases[i].text);
        assert_jobctl(self->jc, JC_EXIT_FAILED, "schedule", "apply", "-f", file);
        assert_contains(self->jc->err, cases[i].said);
    }
    g_autofree char *two =
        jc_fixture_file(self->jc, "s.json", "{\"schedules\": [{\"id\": \"a\"}, {\"id\": \"b\"}]}");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "schedule", "create", "-f", two);
    assert_contains(self->jc->err, "s.json has 2 schedules, and this is about one");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "schedule", "create", "--every=1h", "--parameters=[1]");
    assert_contains(self->jc->err, "--parameters is an object");
    assert_seen(self, "");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_moments),
        TEST(test_distances),
        TEST(test_diff),
        TEST(test_list),
        TEST(test_occurrences_over_pages),
        TEST(test_run_and_wait),
        TEST(test_pause_and_resume),
        TEST(test_rules),
        TEST(test_apply),
        TEST(test_usage),
        TEST(test_bad_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
