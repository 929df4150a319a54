/* test_kinds.c: a kind of job beside reports is one row: its commands, templates and limits. The
 * table of this program replaces that of kinds.c. */
#include "fixture.h"

#include "jw/kinds.h"

static const JwField count_fields[] = {
    { .name = "toolId",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_uuid },
    { .name = "zone", .type = JW_FIELD_STRING },
    { .name = NULL },
};

static void
set_zone(json_t *spec, const char *zone)
{
    json_object_set_new(spec, "zone", json_string(zone));
}

extern const JwJobKind jw_kind_report;
static const JwJobKind count = {
    .type = "count",
    .flags = JW_KIND_RESULT,
    .timeout_ms = 60000,
    .max_attempts = 2,
    .fields = count_fields,
    .set_zone = set_zone,
};
const JwJobKind *const jw_kinds[] = { &jw_kind_report, &count };
const size_t jw_n_kinds = G_N_ELEMENTS(jw_kinds);

#define TOOL       "019480a4-5f00-7000-8000-000000000001"
#define BODY(more) "{'jobType':'count','name':'Count','spec':{'toolId':'" TOOL "'}" more "}"

static bool
decode(const Fixture *fixture, const char *text, JwViolations *violations, JwJob **ret_job)
{
    json_auto_t *body = parsed(text);

    return jw_wire_job_from_command(fixture->wire, body, "crm", "1", NOW_MS, violations, ret_job);
}

static void
test_command(void **state)
{
    const Fixture *fixture = *state;
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwJob) job = NULL, back = NULL;
    g_autofree char *spec = quoted("{'toolId':'" TOOL "'}");

    assert_true(decode(fixture, BODY(",'priority':'high'"), &violations, &job));
    assert_string_equal(job->type, "count");
    assert_null(job->subtype);
    assert_null(job->format);
    assert_string_equal(job->spec, spec);
    assert_int_equal(job->timeout_ms, 60000);
    assert_int_equal(job->max_attempts, 2);
    assert_int_equal(job->priority, JW_PRIORITY_HIGH);
    g_autoptr(JwOutboxEntry) entry = jw_wire_submit_command(fixture->wire, job, NOW_MS);
    assert_true(decode(fixture, entry->body, &violations, &back));
    assert_string_equal(back->id, job->id);
    assert_string_equal(back->spec, job->spec);
    g_autoptr(JwOutboxEntry) event =
        jw_wire_job_event(fixture->wire, job, JW_TYPE_JOB_COMPLETED, NULL, NULL, NULL, NOW_MS);
    assert_null(strstr(event->body, "artifact"));
    assert_null(strstr(event->body, "reportType"));
}

static void
test_refused(void **state)
{
    static const struct {
        const char *body, *pointer, *message;
    } cases[] = {
        { BODY(",'delivery':{'recipients':['a@example.com']}"), "/delivery",
          "a count job has no recipients" },
        { "{'jobType':'count','name':'x','spec':{}}", "/spec/toolId", "is required" },
        { "{'jobType':'count','name':'x','spec':{'toolId':'7'}}", "/spec/toolId",
          "must be a UUID" },
        { "{'jobType':'count','name':'x','spec':{'toolId':'" TOOL "','reportType':'x'}}",
          "/spec/reportType", "is not known" },
        { "{'jobType':'laundry','name':'x','spec':{}}", "/jobType",
          "must be one of report, count, not 'laundry'" },
        { BODY(",'delivery':{'onFailure':'requester'}"), "/delivery/onFailure",
          "who has no mail address; give it in requestedBy" },
        { BODY(",'delivery':{'onFailure':true}"), "/delivery/onFailure", "must be a string" },
        { BODY(",'delivery':{'inDoubt':'default'}"), "/delivery/inDoubt",
          "must be one of at_least_once, at_most_once, not 'default'" },
        { BODY(",'timeoutSeconds':0"), "/timeoutSeconds", "must be from 1 to 86400" },
        { BODY(",'timeoutSeconds':86401"), "/timeoutSeconds", "must be from 1 to 86400" },
        { BODY(",'timeoutSeconds':'90s'"), "/timeoutSeconds", "must be a whole number" },
        { BODY(",'timeout':'90s'"), "/timeout", "is not known" },
        { BODY(",'maxAttempts':101"), "/maxAttempts", "must be from 1 to 100" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        JwJob *job = NULL;

        assert_false(decode(*state, cases[i].body, &violations, &job));
        assert_null(job);
        assert_violation(&violations, cases[i].pointer, cases[i].message);
        assert_int_equal(jw_violations_count(&violations), 1);
    }
}

/* No recipients, and yet a requester who may be told of a failure. */
static void
test_on_failure(void **state)
{
    static const struct {
        const char *body;
        JwOnFailure on_failure;
    } cases[] = {
        { BODY(""), JW_ON_FAILURE_REQUESTER },
        { BODY(",'delivery':{}"), JW_ON_FAILURE_REQUESTER },
        { BODY(",'delivery':{'onFailure':'none'}"), JW_ON_FAILURE_NONE },
        { BODY(",'delivery':{'onFailure':'requester'},'requestedBy':{'id':'u','email':'a@b.example'"
               "}"),
          JW_ON_FAILURE_REQUESTER },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        g_autoptr(JwJob) job = NULL;

        assert_true(decode(*state, cases[i].body, &violations, &job));
        assert_int_equal(job->on_failure, cases[i].on_failure);
    }
}

/* A scope limits what a spec may ask for; this kind asks for no departments. */
static void
test_departments(void **state)
{
    g_auto(JwViolations) violations = { 0 };
    g_autoptr(JwJob) job = NULL;

    assert_true(decode(*state, BODY(",'departments':['d1']"), &violations, &job));
    assert_string_equal(job->departments[0], "d1");
}

static void
test_template(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *path = g_build_filename(dir, "schedules.json", NULL);
    g_autofree char *text = quoted(
        "{'schedules':[{'id':'c','time_zone':'Asia/Tokyo','trigger':"
        "{'type':'interval','every':'1h'},'job':{'kind':'count','name':'Count','toolId':'" TOOL
        "','timeoutSeconds':30}}]}");
    g_autoptr(GPtrArray) schedules = NULL;
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    assert_true(g_file_set_contents(path, text, -1, NULL));
    assert_ok(jw_wire_schedules_load(fixture->wire, path, NOW_MS, &schedules, &error), error);
    assert_ok(jw_wire_job_from_schedule(fixture->wire, g_ptr_array_index(schedules, 0), NOW_MS,
                                        NOW_MS, &job, &error),
              error);
    assert_string_equal(job->type, "count");
    assert_int_equal(job->timeout_ms, 30000);
    assert_non_null(strstr(job->spec, "Asia/Tokyo"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_command),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_on_failure), cmocka_unit_test(test_departments),
        cmocka_unit_test(test_template),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
