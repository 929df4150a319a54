/* test_report.c: checks of a body by its definition: names and periods. */
#include "fixture.h"

static void
test_names(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *type, *parameters, *pointer, *message;
    } cases[] = {
        { "nothing", "{}", "/reportType",
          "no report type 'nothing'; known: call-records, cdr, learning-activity" },
        { "report-type.", "{}", "/reportType", "no report type 'report-type.'" },
        { "call-records", "{'filters':{'courseIds':['a']}}", "/parameters/filters/courseIds",
          "call-records has no filter 'courseIds'; it has departmentIds, statuses, eventTypes, "
          "agents" },
        { "call-records", "{'filters':{'__proto__':['a']}}", "/parameters/filters/__proto__",
          "has no filter" },
        { "call-records", "{'filters':{'department.x':['a']}}", "/parameters/filters/department.x",
          "has no filter" },
        { "call-records", "{'groupBy':['hour','colour']}", "/parameters/groupBy/1",
          "call-records has no dimension 'colour'; it has hour, day, weekday, agent, topic, "
          "status" },
        { "call-records", "{'measures':['calls']}", "/parameters/measures/0",
          "has no measure 'calls'; it has totalCalls" },
        { "call-records", "{'groupBy':['hour','agent'],'pivot':'topic'}", "/parameters/pivot",
          "'topic' is not among the dimensions of the table (hour, agent)" },
        { "call-records", "{'top':{'n':3,'by':'totalCalls'}}", "/parameters/top",
          "has no effect without groupBy" },
        { "call-records", "{'groupBy':['agent'],'top':{'n':3,'by':'peakHour'}}",
          "/parameters/top/by", "has no value inside a group" },
        { "call-records", "{'groupBy':['agent'],'sort':{'by':'topic'}}", "/parameters/sort/by",
          "neither a dimension of the rows nor a measure" },
        { "call-records", "{'groupBy':['hour'],'measures':['peakHour','peakHourCalls']}",
          "/parameters/measures", "'peakHour' has no value inside a group" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        JwJob *job = NULL;
        g_autofree char *text = g_strdup_printf(
            "{'reportType':'%s','name':'x','parameters':%s,'output':{'format':'csv'}}",
            cases[i].type, cases[i].parameters);
        json_auto_t *body = parsed(text);
        assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_violation(&violations, cases[i].pointer, cases[i].message);
        assert_int_equal(jw_violations_count(&violations), 1);
    }
}

/* All that is wrong is said at once. */
static void
test_names_together(void **state)
{
    const Fixture *fixture = *state;
    g_auto(JwViolations) violations = { 0 };
    JwJob *job = NULL;
    json_auto_t *body =
        parsed("{'reportType':'call-records','name':'x','parameters':{'filters':{'colour':['a']},"
               "'groupBy':['hour','agent'],'measures':['peakHour']},'output':{'format':'csv'}}");

    assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
    assert_violation(&violations, "/parameters/filters/colour", "has no filter 'colour'");
    assert_violation(&violations, "/parameters/measures", "has no value inside a group");
    assert_int_equal(jw_violations_count(&violations), 2);
}

/* All seven filters of the reports API are in one of the shipped definitions. */
static void
test_all_filters(void **state)
{
    g_autoptr(JwJob) job =
        requested(*state, "{'reportType':'learning-activity','name':'x','parameters':{'filters':{'"
                          "departmentIds':['a'],'courseIds':['b'],"
                          "'classIds':['c'],'learnerIds':['d'],'contentIds':['e'],'eventTypes':['f'"
                          "],'statuses':['g']},"
                          "'includeInactive':true},'output':{'format':'xlsx'}}");

    assert_string_equal(job->subtype, "learning-activity");
}

static const struct {
    const char *parameters, *pointer, *message;
} refused[] = {
    { "{'dateRange':{'startDate':'2021-01-02','endDate':'2021-01-01'}}", "/parameters/dateRange",
      "must be before" },
    { "{'dateRange':{'startDate':'2021-01-01T00:00:00Z','endDate':'2021-01-01T00:00:00Z'}}",
      "/parameters/dateRange", "must be before" },
    { "{'dateRange':{'startDate':'2021-01-01T01:00:00+01:00','endDate':'2021-01-01T00:00:00Z'}"
      "}",
      "/parameters/dateRange", "must be before" },
    { "{'dateRange':{'startDate':'2021-01-02T00:00:00Z','endDate':'2021-01-01'}}",
      "/parameters/dateRange", "must be before" },
    { "{'dateRange':{'startDate':'2011-12-30','endDate':'2011-12-30'},'timeZone':"
      "'Pacific/Apia'}",
      "/parameters/dateRange", "skipped that day" },
    { "{'compare':'previous'}", "/parameters/compare", "needs a period: all records have none" },
    { "{'compare':'last'}", "/parameters/compare", "must be one of none, previous, year" },
    { "{'compare':'year','dateRange':{'startDate':'2019-01-01','endDate':'2021-01-01'}}",
      "/parameters/compare", "more than a year overlaps" },
    { "{'compare':'previous','dateRange':{'startDate':'1970-01-01','endDate':'2021-01-01'}}",
      "/parameters/compare", "begin before 1970" },
    { "{'dateRange':{'startDate':'2021-01-01'}}", "/parameters/dateRange/endDate", "is required" },
    { "{'dateRange':{'startDate':'2021-02-29','endDate':'2021-03-01'}}",
      "/parameters/dateRange/startDate", "must be a date such as" },
    { "{'dateRange':{'startDate':'1960-01-01','endDate':'2021-03-01'}}",
      "/parameters/dateRange/startDate", "is before 1970-01-01" },
    { "{'dateRange':{'startDate':'2021-1-1','endDate':'2021-03-01'}}",
      "/parameters/dateRange/startDate", "must be" },
    { "{'dateRange':{'startDate':' 2021-01-01','endDate':'2021-03-01'}}",
      "/parameters/dateRange/startDate", "must be" },
    { "{'dateRange':{'startDate':'2021-01-01','endDate':1611100800}}",
      "/parameters/dateRange/endDate", "must be a string" },
    { "{'period':{'type':'weekly'},'dateRange':{'startDate':'2021-01-01','endDate':'2021-01-02'"
      "}}",
      "/parameters/period", "exclude each other" },
    { "{'period':{'type':'daily'}}", "/parameters/period/type", "must be one of weekly, monthly" },
    { "{'period':{}}", "/parameters/period/type", "is required" },
    { "{'period':{'type':'weekly','at':'2021-01-01'}}", "/parameters/period/at",
      "date and time with zone" },
    { "{'period':{'type':'weekly','timeZone':'../etc/passwd'}}", "/parameters/period/timeZone",
      "" },
    { "{'period':{'type':'monthly','at':'1970-01-15T00:00:00Z'}}", "/parameters/period/at",
      "March 1970" },
    { "{'timeZone':'Nowhere/City'}", "/parameters/timeZone", "" },
    { "{'timeZone':'UTC','period':{'type':'weekly','timeZone':'Europe/Paris'}}",
      "/parameters/period/timeZone", "differs from" },
};

static void
test_periods_refused(void **state)
{
    const Fixture *fixture = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_auto(JwViolations) violations = { 0 };
        JwJob *job = NULL;
        g_autofree char *text = g_strdup_printf(
            "{'reportType':'call-records','name':'x','parameters':%s,'output':{'format':'csv'}}",
            refused[i].parameters);
        json_auto_t *body = parsed(text);
        assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_violation(&violations, refused[i].pointer, refused[i].message);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_names_together),
        cmocka_unit_test(test_all_filters),
        cmocka_unit_test(test_periods_refused),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
