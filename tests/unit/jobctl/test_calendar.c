/* test_calendar.c: jobctl calendar against a server that answers as the gateway does. tests/e2e has
 * the real one. */
#include "jc_fixture.h"

#include <jansson.h>
#include <string.h>

#include "schedule/schedule.h"

#include "jw/json.h"

typedef struct {
    JcFixture *jc;
    GString *seen;  /* guarded by its mutex: changes, a line each: "PUT /a If-Match: …" */
    bool conflicts; /* a PUT of "a" */
} Fixture;

static const JwField query[] = {
    { .name = "limit", .type = JW_FIELD_STRING },
    { .name = "after", .type = JW_FIELD_STRING },
    { 0 },
};

static void
note(Fixture *self, const char *method, const JwHttpRequest *request)
{
    static const char *const headers[] = { "If-Match", "If-None-Match" };
    size_t length = 0;
    const char *body = jw_http_body(request, &length);

    g_string_append_printf(self->seen, "%s %s", method,
                           jw_http_path(request) + strlen(JC_CALENDARS));
    for (size_t i = 0; i < G_N_ELEMENTS(headers); i++) {
        const char *value = jw_http_header(request, headers[i]);
        if (value != NULL) {
            g_string_append_printf(self->seen, " %s: %s", headers[i], value);
        }
    }
    g_string_append_printf(self->seen, " %.*s\n", (int)length, body != NULL ? body : "");
}

static void
reply_data(JwHttpReply *reply, int status, json_t *take_data)
{
    jw_http_reply_json(reply, status, json_pack("{s:s, s:o}", "status", "ok", "data", take_data));
}

static json_t *
calendar_of(const char *name)
{
    return json_pack("{s:s, s:[s, s], s:[{s:s, s:s}], s:[s, s], s:[], s:s, s:s}", "name", name,
                     "dates", "2026-12-28", "2026-12-29", "ranges", "first", "2026-08-03", "last",
                     "2026-08-07", "weekdays", "SAT", "SUN", "yearly", "source", "api",
                     "updated_at", "2026-01-13T02:00:15.5Z");
}

static void
answer_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context G_GNUC_UNUSED)
{
    if (jw_http_query(request, "after") == NULL) {
        reply_data(reply, 200,
                   json_pack("{s:[o], s:s}", "calendars", calendar_of("a"), "next_after", "a"));
    } else {
        reply_data(reply, 200, json_pack("{s:[o]}", "calendars", calendar_of("b")));
    }
}

static void
answer_one(const JwHttpRequest *request, JwHttpReply *reply, gpointer context G_GNUC_UNUSED)
{
    const char *name = jw_http_param(request, "name");

    if (strcmp(name, "new") == 0) {
        jw_http_reply_problem(reply, 404, "CALENDAR_NOT_FOUND", NULL, 0,
                              "Calendar 'new' not found");
        return;
    }
    reply_data(reply, 200, json_pack("{s:o}", "calendar", calendar_of(name)));
    jw_http_reply_header(reply, "ETag", "\"v-1\"");
}

static void
answer_jobs(const JwHttpRequest *request, JwHttpReply *reply, gpointer context G_GNUC_UNUSED)
{
    const bool first = jw_http_query(request, "after") == NULL;

    reply_data(reply, 200,
               json_pack("{s:[{s:s}], s:s*}", "jobs", "id", first ? "nightly" : "weekly",
                         "next_after", first ? "nightly" : NULL));
}

static void
answer_put(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);
    const char *name = jw_http_param(request, "name");

    note(self, "PUT", request);
    if (self->conflicts && strcmp(name, "a") == 0) {
        jw_http_reply_problem(reply, 412, "PRECONDITION_FAILED", NULL, 0, "it is another version");
        return;
    }
    reply_data(reply, 200, json_pack("{s:o}", "calendar", calendar_of(name)));
}

static void
answer_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Fixture *self = context;
    g_auto(JwLocker) locker = jw_locker(&self->jc->mutex);

    note(self, "DELETE", request);
    reply_data(reply, 200, json_pack("{s:s}", "message", "Calendar 'a' deleted"));
}

static const JwHttpRoute routes[] = {
    { .method = "GET", .pattern = "", .handler = answer_list, .query = query },
    { .method = "GET", .pattern = "/:name", .handler = answer_one },
    { .method = "PUT", .pattern = "/:name", .handler = answer_put },
    { .method = "DELETE", .pattern = "/:name", .handler = answer_delete },
    { .method = "GET", .pattern = "/:name/jobs", .handler = answer_jobs, .query = query },
    { 0 },
};
static const char *const tagged[] = { "/:name", NULL };
static const JwHttpApi api = {
    .name = "fake", .prefix = JC_CALENDARS, .routes = routes, .tagged = tagged
};

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    assert_true(g_setenv("TZ", "Asia/Kolkata", TRUE)); /* +05:30, which no machine has by chance */
    self->seen = g_string_new(NULL);
    self->jc = jc_fixture_new(NULL, NULL);
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
test_list_and_get(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "list");
    assert_string_equal(self->jc->out,
                        "NAME  DATES  RANGES  WEEKDAYS  YEARLY  SOURCE  CHANGED\n"
                        "a     2      1       SAT, SUN  0       api     2026-01-13 07:30:15\n"
                        "b     2      1       SAT, SUN  0       api     2026-01-13 07:30:15\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "list", "-n", "1");
    assert_contains(self->jc->err, "1 calendars are shown, there are more");
    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "get", "a");
    assert_string_equal(self->jc->out, "Calendar  a\n"
                                       "Dates     2026-12-28, 2026-12-29\n"
                                       "Ranges    2026-08-03 to 2026-08-07\n"
                                       "Weekdays  SAT, SUN\n"
                                       "Source    api\n"
                                       "Changed   2026-01-13 07:30:15\n"
                                       "Used by   nightly, weekly\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "get", "a", "--export");
    assert_null(strstr(self->jc->out, "updated_at"));
    g_autofree char *file = jc_fixture_file(self->jc, "a.json", self->jc->out);
    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "apply", "-f", file);
    assert_string_equal(self->jc->out, "unchanged  a\n");
    assert_seen(self, "");
}

static void
test_apply(void **state)
{
    Fixture *self = *state;
    g_autofree char *file = jc_fixture_file(
        self->jc, "s.json",
        "{\"schedules\": [], \"calendars\": {\"new\": {\"yearly\": [\"12-25\"]}, \"a\": "
        "{\"dates\": "
        "[\"2026-12-29\", \"2026-12-30\"], \"weekdays\": [\"SUN\", \"SAT\"]}, \"b\": {\"dates\": "
        "[\"2026-12-29\", \"2026-12-28\"], \"ranges\": [{\"last\": \"2026-08-07\", \"first\": "
        "\"2026-08-03\"}], \"weekdays\": [\"SAT\", \"SUN\"]}}}");
    static const char said[] = "created    new\n  + yearly 12-25\n"
                               "changed    a\n  + dates 2026-12-30\n  - dates 2026-12-28\n"
                               "  - ranges 2026-08-03 to 2026-08-07\n"
                               "unchanged  b\n";

    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "apply", "-f", file, "--dry-run");
    assert_contains(self->jc->out, "changed    a; dry run, nothing is changed\n  + dates ");
    assert_seen(self, "");
    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "apply", "-f", file);
    assert_string_equal(self->jc->out, said);
    assert_seen(self, "PUT /new If-None-Match: * {\"yearly\":[\"12-25\"]}\n"
                      "PUT /a If-Match: \"v-1\" {\"dates\":[\"2026-12-29\",\"2026-12-30\"],"
                      "\"weekdays\":[\"SUN\",\"SAT\"]}\n");
    self->conflicts = true;
    assert_jobctl(self->jc, JC_EXIT_PARTLY, "calendar", "apply", "-f", file);
    assert_contains(self->jc->err,
                    "calendar 'a': the gateway answered 412: it is another version\n");
}

/* One that is wrong is named, and none is stored. */
static void
test_wrong_files(void **state)
{
    static const struct {
        const char *text, *said;
    } cases[] = {
        { "{\"calendars\": {\"new\": {\"yearly\": [\"12-25\"]}, \"b\": {\"dates\": "
          "[\"2026-02-30\"]}}}",
          "/calendars/b/dates/0" },
        { "{\"calendars\": {\"b\": {\"days\": []}}}", "/calendars/b/days" },
        { "{\"name\": \"b\", \"weekdays\": [\"SAT\", 1]}", "/weekdays/1" },
        { "{\"name\": \"b\", \"source\": \"api\"}", "/source" },
        { "{\"weekdays\": [\"SAT\"]}", "has neither /calendars" },
    };
    Fixture *self = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *file = jc_fixture_file(self->jc, "c.json", cases[i].text);
        assert_jobctl(self->jc, JC_EXIT_FAILED, "calendar", "apply", "-f", file);
        assert_contains(self->jc->err, cases[i].said);
    }
    assert_seen(self, "");
}

/* A file of schedules is applied when its calendars are what is stored. */
static void
test_schedules_want_their_calendars(void **state)
{
    Fixture *self = *state;
    g_autofree char *other =
        jc_fixture_file(self->jc, "s.json",
                        "{\"schedules\": [], \"calendars\": {\"a\": {\"yearly\": [\"12-25\"]}}}");
    g_autofree char *missing =
        jc_fixture_file(self->jc, "m.json", "{\"schedules\": [], \"calendars\": {\"new\": {}}}");
    g_autofree char *same = jc_fixture_file(
        self->jc, "t.json",
        "{\"schedules\": [], \"calendars\": {\"a\": {\"dates\": [\"2026-12-29\", \"2026-12-28\"], "
        "\"ranges\": [{\"first\": \"2026-08-03\", \"last\": \"2026-08-07\"}], \"weekdays\": "
        "[\"SAT\", "
        "\"SUN\"]}}}");

    assert_jobctl(self->jc, JC_EXIT_FAILED, "schedule", "apply", "-f", other);
    assert_contains(self->jc->err, "/calendars/a is not stored as it is here, and schedules follow "
                                   "what is stored; first: jobctl calendar apply -f ");
    assert_jobctl(self->jc, JC_EXIT_FAILED, "schedule", "apply", "-f", missing);
    assert_contains(self->jc->err, "/calendars/new is not stored as it is here");
    assert_jobctl(self->jc, JC_EXIT_OK, "schedule", "apply", "-f", same);
}

static void
test_delete(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_USAGE, "calendar", "delete", "a");
    assert_contains(self->jc->err, "there is no terminal to ask on; give --yes to delete 'a'");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "calendar", "apply");
    assert_contains(self->jc->err, "name the --file of calendars");
    assert_jobctl(self->jc, JC_EXIT_USAGE, "calendar", "get", "a", "--export", "-o", "table");
    assert_seen(self, "");
    assert_jobctl(self->jc, JC_EXIT_OK, "calendar", "delete", "a", "--yes");
    assert_string_equal(self->jc->out, "deleted    a\n");
    assert_seen(self, "DELETE /a \n");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_list_and_get), TEST(test_apply),
        TEST(test_wrong_files),  TEST(test_schedules_want_their_calendars),
        TEST(test_delete),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
