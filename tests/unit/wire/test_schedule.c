/* test_schedule.c: schedules from a file, and the jobs of their occurrences. What is refused:
 * schemas/examples. */
#include "fixture.h"

#include "jw/clock.h"
#include "jw/ident.h"

#define JOB                                                                                        \
    "{'kind':'report','name':'Weekly calls','reportType':'call-records',"                          \
    "'parameters':{'period':{'type':'weekly'}},'output':{'format':'xlsx'},"                        \
    "'priority':'high','delivery':{'recipients':['a@example.com']}}"

static char *
write_file(const char *text)
{
    g_autofree char *dir = tk_temp_dir();
    g_autofree char *strict = quoted(text);
    char *path = g_build_filename(dir, "schedules.json", NULL);

    assert_true(g_file_set_contents(path, strict, -1, NULL));
    return path;
}

static GPtrArray *
loaded(const Fixture *fixture, const char *text, int64_t now_ms)
{
    g_autofree char *path = write_file(text);
    g_autoptr(GError) error = NULL;
    GPtrArray *schedules = NULL;

    assert_ok(jw_wire_schedules_load(fixture->wire, path, now_ms, &schedules, &error), error);
    return schedules;
}

static void
test_cron(void **state)
{
    g_autoptr(GPtrArray) schedules =
        loaded(*state,
               "{'schedules':[{'id':'weekly','trigger':{'type':'cron','cron':'0 2 * * "
               "MON'},'time_zone':'Europe/Istanbul',"
               "'misfire':'fire_all','misfire_grace':'10m','job':" JOB "}]}",
               NOW_MS);
    const JwSchedule *schedule = g_ptr_array_index(schedules, 0);

    assert_int_equal(schedules->len, 1);
    assert_string_equal(schedule->id, "weekly");
    assert_int_equal(schedule->trigger, JW_TRIGGER_CRON);
    assert_string_equal(schedule->time_zone, "Europe/Istanbul");
    assert_int_equal(schedule->misfire, JW_MISFIRE_FIRE_ALL);
    assert_int_equal(schedule->misfire_grace_ms, 600000);
    assert_false(schedule->paused);
    assert_string_equal(schedule->job_type, "report");
    g_autofree char *next = jw_time_format(schedule->next_fire_ms);
    assert_string_equal(next, "2026-01-04T23:00:00Z");
}

static void
test_interval_and_once(void **state)
{
    g_autoptr(GPtrArray) schedules = loaded(
        *state,
        "{'schedules':[{'id':'often','trigger':{'type':'interval','every':'90s'},'paused':true,'"
        "job':" JOB "},"
        "{'id':'gone','trigger':{'type':'once','at':'2020-01-01T00:00:00Z'},'job':" JOB "}]}",
        NOW_MS);
    const JwSchedule *often = g_ptr_array_index(schedules, 0);
    const JwSchedule *gone = g_ptr_array_index(schedules, 1);

    assert_int_equal(often->interval_ms, 90000);
    assert_int_equal(often->next_fire_ms % 90000, 0);
    assert_true(often->next_fire_ms > NOW_MS && often->next_fire_ms <= NOW_MS + 90000);
    assert_true(often->paused);
    assert_string_equal(jw_schedule_zone(often), "UTC");
    assert_int_equal(gone->next_fire_ms, 0);
}

/* Loaded again later, the same rule has the same hash; another rule has another. */
static void
test_rule_hash(void **state)
{
    static const char *const rules[] = {
        "'trigger':{'type':'cron','cron':'0 2 * * MON'}",
        "'trigger':{'type':'cron','cron':'0 3 * * MON'}",
        "'trigger':{'type':'cron','cron':'0 2 * * MON'},'time_zone':'Europe/Paris'",
        "'trigger':{'type':'interval','every':'1h'}",
        "'trigger':{'type':'interval','every':'1h','anchor':'2021-01-01T00:10:00Z'}",
    };
    g_autoptr(GHashTable) hashes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (size_t i = 0; i < G_N_ELEMENTS(rules); i++) {
        g_autofree char *text =
            g_strdup_printf("{'schedules':[{'id':'s',%s,'job':%s}]}", rules[i], JOB);
        g_autoptr(GPtrArray) one = loaded(*state, text, NOW_MS);
        g_autoptr(GPtrArray) two = loaded(*state, text, NOW_MS + 123456789);
        const JwSchedule *first = g_ptr_array_index(one, 0), *second = g_ptr_array_index(two, 0);
        assert_string_equal(first->rule_hash, second->rule_hash);
        assert_true(g_hash_table_add(hashes, g_strdup(first->rule_hash)));
    }
}

static void
test_occurrence(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(GPtrArray) schedules = loaded(fixture,
                                            "{'schedules':[{'id':'weekly','trigger':{'type':'cron',"
                                            "'cron':'0 2 * * MON'},'time_zone':'Europe/Istanbul',"
                                            "'job':" JOB "}]}",
                                            NOW_MS);
    const JwSchedule *schedule = g_ptr_array_index(schedules, 0);
    const int64_t due_ms = schedule->next_fire_ms;
    g_autoptr(JwJob) job = NULL, again = NULL;
    g_autoptr(JwReportRequest) request = NULL;
    const JwReportDef *def = NULL;
    g_autoptr(GError) error = NULL;
    char id[JW_UUID_LEN + 1];

    assert_ok(
        jw_wire_job_from_schedule(fixture->wire, schedule, due_ms, due_ms + 500, &job, &error),
        error);
    assert_ok(jw_wire_job_from_schedule(fixture->wire, schedule, due_ms, due_ms + 90000000, &again,
                                        &error),
              error);
    jw_uuid_derive(id, "schedule", "weekly", "2026-01-04T23:00:00Z", NULL);
    assert_string_equal(job->id, id);
    assert_string_equal(again->id, id);
    assert_string_equal(again->spec, job->spec); /* late or not, the same report */
    assert_string_equal(job->source, "schedule:weekly");
    assert_string_equal(job->requested_by.id, "schedule:weekly");
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(job->scheduled_for_ms, due_ms);
    assert_int_equal(job->not_before_ms, 0); /* decided by the scheduler's clock */
    assert_string_equal(job->subtype, "call-records");
    assert_int_equal(job->priority, JW_PRIORITY_HIGH);
    assert_string_equal(job->recipients[0], "a@example.com");
    assert_ok(jw_report_request_of_job(fixture->catalog, job, &request, &def, &error), error);
    assert_string_equal(request->time_zone, "Europe/Istanbul"); /* the schedule's */
    g_autofree char *start = jw_time_format(request->start_ms);
    assert_string_equal(start, "2025-12-28T21:00:00Z"); /* Monday 29 December, 00:00 in Istanbul */
    assert_int_equal(request->end_ms - request->start_ms, INT64_C(7) * 86400000);
}

/* Whose jobs they are, and who is told when one fails. */
static void
test_requester(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(GPtrArray) schedules =
        loaded(fixture,
               "{'schedules':[{'id':'weekly','trigger':{'type':'cron','cron':'0 2 * * MON'},'job':{"
               "'name':'Weekly calls','reportType':'call-records','parameters'"
               ":{'period':{'type':'weekly'}},'output':{'format':'xlsx'},'requestedBy':{'id':'u-7',"
               "'name':'Ada','email':'ada@example.com'},'delivery':{'onFailure':'requester',"
               "'inDoubt':'at_most_once'}}}]}",
               NOW_MS);
    const JwSchedule *schedule = g_ptr_array_index(schedules, 0);
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_wire_job_from_schedule(fixture->wire, schedule, schedule->next_fire_ms,
                                        schedule->next_fire_ms, &job, &error),
              error);
    assert_string_equal(job->source, "schedule:weekly");
    assert_string_equal(job->requested_by.id, "u-7");
    assert_string_equal(job->requested_by.name, "Ada");
    assert_string_equal(job->requested_by.email, "ada@example.com");
    assert_int_equal(job->on_failure, JW_ON_FAILURE_REQUESTER);
    assert_int_equal(job->in_doubt, JW_IN_DOUBT_AT_MOST_ONCE);
}

static JwSchedule *
from_value(const Fixture *fixture, const json_t *body)
{
    g_auto(JwViolations) violations = { 0 };
    JwSchedule *schedule = NULL;

    if (!jw_wire_schedule_from_value(fixture->wire, body, "", NOW_MS, &violations, &schedule)) {
        g_autofree char *all = jw_violations_text(&violations);
        fail_msg("refused: %s", all);
    }
    return schedule;
}

/* What is read is written as it was, and read again as the same schedule. */
static void
test_there_and_back(void **state)
{
    static const char *const bodies[] = {
        "{'trigger':{'type':'interval','every':'90s'},'job':" JOB "}",
        ("{'id':'A.b_c:9','description':'Two\\nlines','note':'because','paused':true,"
         "'misfire':'fire_all','misfire_grace':'10m','time_zone':'Europe/Istanbul',"
         "'trigger':{'type':'interval','every':'1h','anchor':'2021-01-01T00:10:00Z'},'job':" JOB
         "}"),
        ("{'id':'c','trigger':{'type':'cron','cron':'0 2 * * "
         "MON'},'misfire':'skip','overlap':'queue_one','job':" JOB "}"),
        ("{'id':'q','trigger':{'type':'cron','cron':'0 0 2 ? * MON','dialect':'quartz'},"
         "'dst':{'gap':'skip','repeat':'both'},'start':'2026-02-01T00:00:00Z',"
         "'end':'2027-02-01T00:00:00Z','jitter':'90s','calendar':'holidays','misfire':'fire_all',"
         "'misfire_limit':7,'job':" JOB "}"),
        ("{'id':'r','trigger':{'type':'interval','every':'1h'},'ready':{'type':'record',"
         "'deadline':'4h','at_deadline':'alarm'},'job':" JOB "}"),
        ("{'id':'e','trigger':{'type':'interval','every':'1h'},'ready':{'type':'record',"
         "'deadline':'4h','at_deadline':'alarm'},'job':{'name':'x','reportType':'cdr','parameters':"
         "{'edition':'Weekly'},'output':{'format':'csv'}}}"),
        ("{'id':'m','trigger':{'type':'interval','every':'1h'},'ready':{'type':'marker',"
         "'collection':'etl_runs','id':'calls-{period_end}','deadline':'90m','at_deadline':'skip'},"
         "'job':" JOB "}"),
        ("{'id':'i','start':'2026-02-01T00:00:30Z','trigger':{'type':'interval','every':'90s'},"
         "'job':" JOB "}"),
        ("{'id':'s','start':'2026-02-01T00:00:30Z','trigger':{'type':'interval','every':'90s',"
         "'anchor':'2026-02-01T00:00:30Z'},'job':" JOB "}"),
        ("{'id':'z','trigger':{'type':'interval','every':'90s','anchor':'1970-01-01T00:00:00Z'},"
         "'job':" JOB "}"),
        ("{'id':'o','trigger':{'type':'once','at':'2030-01-01T00:00:00Z'},'job':{'name':'x',"
         "'reportType':'call-records','parameters':{},'output':{'format':'csv'}}}"),
    };

    for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
        g_autofree char *text = quoted(bodies[i]);
        json_auto_t *body = json_loads(text, 0, NULL);
        assert_non_null(body);
        g_autoptr(JwSchedule) schedule = from_value(*state, body);
        json_auto_t *value = jw_wire_schedule_value(schedule);
        const char *name = NULL;
        const json_t *member = NULL;
        json_object_foreach(body, name, member)
        {
            assert_true(json_equal(member, json_object_get(value, name)));
        }
        g_autoptr(JwSchedule) again = from_value(*state, value);
        json_auto_t *same = jw_wire_schedule_value(again);
        assert_true(json_equal(value, same));
        assert_string_equal(again->rule_hash, schedule->rule_hash);
        assert_int_equal(again->next_fire_ms, schedule->next_fire_ms);
        assert_string_equal(again->job_body, schedule->job_body);
    }
}

/* Each with its pointer below the base. */
static void
test_refused(void **state)
{
#define EVERY "'trigger':{'type':'interval','every':'1h'}"
    static const struct {
        const char *body, *pointer, *message;
    } cases[] = {
        { "[]", "/x", "must be an object" },
        { "{" EVERY "}", "/x/job", "is required" },
        { "{'job':" JOB "}", "/x/trigger", "is required" },
        { "{'id':'-a'," EVERY ",'job':" JOB "}", "/x/id", "must begin with a letter" },
        { "{" EVERY ",'job':7}", "/x/job", "must be an object" },
        { "{" EVERY ",'job':{'kind':'laundry'}}", "/x/job/kind", "must be one of report" },
        { "{" EVERY ",'job':{'kind':7}}", "/x/job/kind", "must be a string" },
        { "{" EVERY ",'job':{'jobType':'report'}}", "/x/job/jobType", "is not known" },
        { "{" EVERY ",'timeZone':'UTC','job':" JOB "}", "/x/timeZone", "is not known" },
        { "{" EVERY ",'dst':{'gap':'skip'},'job':" JOB "}", "/x/dst",
          "belongs to a trigger of type cron" },
        { "{" EVERY ",'ready':{},'job':" JOB "}", "/x/ready/deadline", "is required" },
        { "{" EVERY ",'ready':{'type':'record','collection':'x','deadline':'1h',"
          "'at_deadline':'run'},'job':" JOB "}",
          "/x/ready/collection", "belongs to the type marker" },
        { "{" EVERY ",'ready':{'type':'marker','collection':'etl','deadline':'1h',"
          "'at_deadline':'run'},'job':" JOB "}",
          "/x/ready/id", "is required to find the marker" },
        { "{" EVERY ",'ready':{'type':'marker','collection':'etl','id':'calls-{day}',"
          "'deadline':'1h','at_deadline':'run'},'job':" JOB "}",
          "/x/ready/id", "has 'day' in braces" },
        { "{" EVERY ",'ready':{'type':'record','deadline':'1h','at_deadline':'run'},'job':{"
          "'name':'x','reportType':'call-records','parameters':{},'output':{'format':'csv'}}}",
          "/x/ready/type", "the job has none" },
        { "{" EVERY ",'ready':{'type':'record','deadline':'1h','at_deadline':'run'},'job':{"
          "'name':'x','reportType':'cdr','parameters':{'edition':'Weekly','dateRange':{'startDate':"
          "'2021-01-01','endDate':'2021-01-02'}},'output':{'format':'csv'}}}",
          "/x/ready/type", "the job has none" }, /* its days are what they are */
        { "{" EVERY ",'job':{'name':'x','reportType':'cdr','parameters':{'edition':'Daily'},"
          "'output':{'format':'csv'}}}",
          "/x/job/parameters/edition", "cdr has no edition 'Daily'" },
        { "{'trigger':{'type':'cron','cron':'0 2 * * *','dialect':'quartz'},'job':" JOB "}",
          "/x/trigger/cron", "fields" },
        { "{" EVERY ",'jitter':'25h','job':" JOB "}", "/x/jitter", "at most 24h" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = quoted(cases[i].body);
        json_auto_t *body = json_loads(text, 0, NULL);
        g_auto(JwViolations) violations = { 0 };
        JwSchedule *schedule = NULL;
        assert_non_null(body);
        assert_false(jw_wire_schedule_from_value(((const Fixture *)*state)->wire, body, "/x",
                                                 NOW_MS, &violations, &schedule));
        assert_violation(&violations, cases[i].pointer, cases[i].message);
        assert_null(schedule);
    }
}

static void
test_broken_template(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;
    JwJob *job = NULL;

    schedule->id = g_strdup("s");
    assert_false(jw_wire_job_from_schedule(fixture->wire, schedule, NOW_MS, NOW_MS, &job, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "job of schedule 's'*");
    schedule->job_body =
        quoted("{'name':'x','reportType':'gone','parameters':{},'output':{'format':'csv'}}");
    assert_false(jw_wire_job_from_schedule(fixture->wire, schedule, NOW_MS, NOW_MS, &job, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "job of schedule 's': /reportType: no report type 'gone'*");
    assert_null(job);
}

/* Refused with the file, not at its first due time: every such schedule is named. */
static void
test_too_large(void **state)
{
    const Fixture *fixture = *state;
    g_autofree char *large = large_body(500), *fits = large_body(300);
    g_autofree char *text = g_strdup_printf(
        "{'schedules':[{'id':'small','trigger':{'type':'interval','every':'1h'},'job':%s},"
        "{'id':'big','trigger':{'type':'interval','every':'1h'},'job':%s},"
        "{'id':'off','trigger':{'type':'interval','every':'1h'},'paused':true,'job':%s}]}",
        fits, large, large);
    g_autofree char *path = write_file(text);
    g_autoptr(GError) error = NULL;
    GPtrArray *schedules = NULL;

    assert_false(jw_wire_schedules_load(fixture->wire, path, NOW_MS, &schedules, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "*schedules.json: /schedules/1/job/parameters: take *iB when stored; at most "
                    "512 KiB are: narrow the filters; /schedules/2/job/parameters: take *");
    assert_null(schedules);
}

/* One that was stored before the limit. */
static void
test_too_large_template(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;
    JwJob *job = NULL;

    schedule->id = g_strdup("big");
    schedule->job_body = large_body(500);
    assert_false(jw_wire_job_from_schedule(fixture->wire, schedule, NOW_MS, NOW_MS, &job, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "job of schedule 'big': /parameters: take *iB when stored; at most 512 "
                    "KiB are*");
    assert_null(job);
}

static void
test_files(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *text, *pattern;
    } cases[] = {
        { "{", "*schedules.json: not JSON*" },
        { "[]", "*schedules.json: (whole): must be an object*" },
        { "{}", "*/schedules: is required*" },
        { "{'schedules':[7]}", "*/schedules/0: must be an object*" },
        { "{'schedules':[{'id':'a','trigger':{'type':'interval'},'job':{}},{'id':'a','trigger':{'"
          "type':'once','cron':'* * * * *'},'job':{}}]}",
          "*/schedules/0/trigger/every: is required*/schedules/0/job/*/schedules/1/trigger/cron: "
          "belongs*/schedules/1/id: is the id*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = write_file(cases[i].text);
        g_autoptr(GError) error = NULL;
        GPtrArray *schedules = NULL;
        assert_false(jw_wire_schedules_load(fixture->wire, path, NOW_MS, &schedules, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
        assert_null(schedules);
    }
    g_autoptr(GError) error = NULL;
    GPtrArray *schedules = NULL;
    assert_false(
        jw_wire_schedules_load(fixture->wire, "/nonexistent/x.json", NOW_MS, &schedules, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "*/nonexistent/x.json*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cron),      cmocka_unit_test(test_interval_and_once),
        cmocka_unit_test(test_rule_hash), cmocka_unit_test(test_occurrence),
        cmocka_unit_test(test_requester), cmocka_unit_test(test_broken_template),
        cmocka_unit_test(test_too_large), cmocka_unit_test(test_too_large_template),
        cmocka_unit_test(test_files),     cmocka_unit_test(test_there_and_back),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
