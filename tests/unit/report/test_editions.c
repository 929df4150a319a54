/* test_editions.c: editions of a definition in requests, and the names of files by templates. */
#include "definition/name_template.h"
#include "fixture.h"
#include "jw/clock.h"
#include "jw/cron.h"

#define DEFINITION(more)                                                                           \
    "{'reportType':'visits','title':'Visits: all/most','filePrefix':'Visits',"                     \
    "'collection':'visits','dateField':'at','measures':[{'name':'n','label':'N','op':'count'}],"   \
    "'summary':['n'],'filters':[{'name':'places','field':'place'}]" more "}"

static JwReportDef *
definition(const char *more)
{
    g_autofree char *text = g_strdup_printf(DEFINITION("%s"), more);
    g_autofree char *strict = quoted(text);
    g_autoptr(GError) error = NULL;
    JwReportDef *def = jw_report_def_parse(strict, strlen(strict), "visits.json", &error);

    assert_ok(def != NULL, error);
    return def;
}

static void
test_editions_are_read(void **state)
{
    g_autoptr(JwReportDef) none = definition("");
    g_autoptr(JwReportDef) two =
        definition(",'editions':{'Weekly':{'period':'weekly'},'Abschluss':{'period':'monthly'}}");

    (void)state;
    assert_int_equal(none->editions->len, 0);
    assert_null(jw_report_def_edition(none, "Weekly"));
    assert_int_equal(two->editions->len, 2); /* in their order */
    assert_string_equal(g_array_index(two->editions, JwEditionDef, 1).name, "Abschluss");
    assert_int_equal(jw_report_def_edition(two, "Abschluss")->period, JW_PERIOD_MONTHLY);
    assert_int_equal(jw_report_def_edition(two, "Weekly")->period, JW_PERIOD_WEEKLY);
    assert_null(jw_report_def_edition(two, "weekly")); /* names are exact */
    assert_null(jw_report_def_edition(two, NULL));
    assert_int_equal(jw_report_def_in(two, "de")->editions->len, 2);
}

static void
test_templates_are_checked(void **state)
{
    static const struct {
        const char *text, *wrong; /* NULL: nothing */
    } cases[] = {
        { "CDR_{edition}_Report_{start}_{end}", NULL },
        { "{year} {month} {type} {title} {language}", NULL },
        { "Anrufe f\xc3\xbcr {month}", NULL },
        { "no value at all", NULL },
        { "{start}{start}", NULL },
        { "{from}", "has no value {from}; there are {edition}, {start}, {end}, {year}, {month}, "
                    "{type}, {title}, {language}" },
        { "{Edition}", "has no value {Edition}" },
        { "{ start }", "has no value { start }" },
        { "{}", "has no value {}" },
        { "{start", "has a brace without its other one" },
        { "start}", "has a brace without its other one" },
        { "{st{art}", "has a brace without its other one" },
        { "{{start}}", "has a brace without its other one" },
        { "{start}}", "has a brace without its other one" },
        { "reports/{start}", "makes no name of a file" },
        { "..\\{start}", "makes no name of a file" },
        { ".{start}", "makes no name of a file" },
        { " {start}", "makes no name of a file" },
        { "{start}: calls?", "makes no name of a file" },
        { "\xe2\x80\xae{start}", "makes no name of a file" }, /* turns the reading direction */
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *wrong = jw_check_name_template(cases[i].text);
        if (cases[i].wrong == NULL) {
            assert_null(wrong);
        } else {
            assert_non_null(wrong);
            assert_true(g_str_has_prefix(wrong, cases[i].wrong));
        }
    }
}

static JwReportRequest *
january(void)
{
    JwReportRequest *request = jw_report_request_new();

    request->period = JW_PERIOD_WEEKLY;
    request->format = g_strdup("xlsx");
    assert_true(jw_time_parse("2026-01-05T00:00:00Z", &request->start_ms, NULL));
    assert_true(jw_time_parse("2026-01-12T00:00:00Z", &request->end_ms, NULL));
    return request;
}

static void
assert_name(const char *template, const JwReportRequest *request, const char *expected)
{
    g_autofree char *more = g_strdup_printf(",'fileName':'%s'", template);
    g_autoptr(JwReportDef) def = definition(more);
    g_autoptr(GTimeZone) zone = jw_zone_new("UTC", NULL);
    g_autofree char *name = jw_report_file_name(def, request, zone);

    assert_string_equal(name, expected);
}

static void
test_names_by_template(void **state)
{
    static const char *const rows[][2] = {
        { "V_{edition}_{start}_{end}", "V_Weekly_2026-01-05_2026-01-11.xlsx" },
        { "{year} {month}", "2026 2026-01.xlsx" },
        { "{type}.{language}", "visits.en.xlsx" },
        { "{title}", "Visits-all-most.xlsx" }, /* no folder comes of a title */
        { "{edition}.csv", "Weekly.xlsx" },    /* the right ending */
        { "all", "all.xlsx" },
    };
    g_autoptr(JwReportRequest) request = january();

    (void)state;
    request->edition = g_strdup("Weekly");
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_name(rows[i][0], request, rows[i][1]);
    }
    request->file_name = g_strdup("mine"); /* the request's own goes before */
    assert_name("V_{edition}", request, "mine.xlsx");
}

static void
test_what_a_report_lacks(void **state)
{
    g_autoptr(JwReportRequest) request = january();
    g_autoptr(JwReportRequest) all = jw_report_request_new();
    const JwFilter filter = { .name = g_strdup("places"), .values = g_strsplit("a,b", ",", -1) };

    (void)state;
    assert_name("V_{edition}_{start}", request, "Visits_Weekly_Report_2026-01-05_2026-01-11.xlsx");
    assert_name("V_{start}", request, "V_2026-01-05.xlsx");
    g_array_append_val(request->filters, filter);
    assert_name("V_{start}", request, "V_2026-01-05_a-b.xlsx"); /* a part says so */
    all->format = g_strdup("csv");
    all->content = JW_CONTENT_LIST;
    assert_name("all of {type}", all, "all of visits.csv");
}

static void
test_translated_template(void **state)
{
    g_autoptr(JwReportDef) def =
        definition(",'fileName':'V_{month}','languages':{'de':{'fileName':'B_{month}'}}");
    g_autoptr(GTimeZone) zone = jw_zone_new("UTC", NULL);
    g_autoptr(JwReportRequest) request = january();
    g_autofree char *german = jw_report_file_name(jw_report_def_in(def, "de"), request, zone);
    g_autofree char *french = jw_report_file_name(jw_report_def_in(def, "fr"), request, zone);

    (void)state;
    assert_string_equal(german, "B_2026-01.xlsx");
    assert_string_equal(french, "V_2026-01.xlsx");
}

/* @parameters: the rest of them. */
static JwJob *
asked(const Fixture *fixture, const char *edition, const char *parameters)
{
    g_autofree char *text = g_strdup_printf(
        "{'reportType':'cdr','name':'x','parameters':{'edition':'%s'%s},'output':{'format':"
        "'xlsx'}}",
        edition, parameters);

    return requested(fixture, text);
}

/* NOW_MS of the fixture is 2026-01-01T00:00:00Z, a Thursday. */
static void
test_default_periods(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *edition, *parameters, *start, *end, *name;
    } cases[] = {
        { "Weekly", "", "2025-12-22T00:00:00Z", "2025-12-29T00:00:00Z",
          "CDR_Weekly_Report_2025-12-22_2025-12-28.xlsx" },
        { "Monthly", "", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z",
          "CDR_Monthly_Report_2025-12-01_2025-12-31.xlsx" },
        /* It is not yet January there. */
        { "Monthly", ",'timeZone':'America/New_York'", "2025-11-01T04:00:00Z",
          "2025-12-01T05:00:00Z", "CDR_Monthly_Report_2025-11-01_2025-11-30.xlsx" },
        { "Weekly", ",'dateRange':{'startDate':'2021-03-01','endDate':'2021-03-10'}",
          "2021-03-01T00:00:00Z", "2021-03-11T00:00:00Z",
          "CDR_Weekly_Report_2021-03-01_2021-03-10.xlsx" },
        { "Weekly", ",'period':{'type':'weekly','at':'2021-01-18T06:00:00Z'}",
          "2021-01-11T00:00:00Z", "2021-01-18T00:00:00Z",
          "CDR_Weekly_Report_2021-01-11_2021-01-17.xlsx" },
        { "Monthly", ",'compare':'previous'", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z",
          "CDR_Monthly_Report_2025-12-01_2025-12-31.xlsx" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = asked(fixture, cases[i].edition, cases[i].parameters);
        g_autoptr(JwReportRequest) request = NULL;
        g_autoptr(GError) error = NULL;
        const JwReportDef *def = NULL;

        assert_string_equal(job->edition, cases[i].edition);
        job->id = g_strdup("j");
        assert_ok(jw_report_request_of_job(fixture->catalog, job, &request, &def, &error), error);
        g_autofree char *start = jw_time_format(request->start_ms);
        g_autofree char *end = jw_time_format(request->end_ms);
        g_autoptr(GTimeZone) zone = jw_zone_new(request->time_zone, NULL);
        g_autofree char *name = jw_report_file_name(def, request, zone);
        assert_string_equal(start, cases[i].start);
        assert_string_equal(end, cases[i].end);
        assert_string_equal(name, cases[i].name);
        assert_string_equal(request->edition, cases[i].edition);
    }
}

/* A canonical spec has the period, so that it stays what it is, whenever it is read. */
static void
test_fixed_point(void **state)
{
    const Fixture *fixture = *state;
    json_auto_t *spec = parsed("{'reportType':'cdr','parameters':{'edition':'Weekly'},'output':"
                               "{'format':'csv'}}");
    json_auto_t *once = jw_report_spec_build(fixture->catalog, spec, NOW_MS);
    json_auto_t *twice = jw_report_spec_build(fixture->catalog, once, NOW_MS + INT64_C(86400000));
    g_autofree char *first = jw_json_print(once), *second = jw_json_print(twice);
    g_auto(JwViolations) violations = { 0 };

    assert_true(jw_check_object(once, jw_report_spec_fields, "", &violations));
    assert_true(jw_report_spec_check(fixture->catalog, once, "", &violations));
    assert_string_equal(first, second);
    assert_non_null(strstr(first, "{\"edition\":\"Weekly\",\"period\":{\"at\":\"2026-01-01T00:00:"
                                  "00Z\",\"type\":\"weekly\"}}"));
}

static void
test_refused(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *type, *parameters, *pointer, *message;
    } cases[] = {
        { "cdr", "'edition':'Daily'", "/parameters/edition",
          "cdr has no edition 'Daily'; it has Weekly, Monthly" },
        { "cdr", "'edition':'weekly'", "/parameters/edition", "has no edition 'weekly'" },
        { "cdr", "'edition':''", "/parameters/edition", "must be a name" },
        { "cdr", "'edition':7", "/parameters/edition", "must be a string" },
        { "call-records", "'edition':'Weekly'", "/parameters/edition",
          "call-records has no editions; leave it out, and give period or dateRange" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            g_strdup_printf("{'reportType':'%s','parameters':{%s},'output':{'format':'csv'}}",
                            cases[i].type, cases[i].parameters);
        json_auto_t *spec = parsed(text);
        g_auto(JwViolations) violations = { 0 };

        (void)jw_check_object(spec, jw_report_spec_fields, "", &violations);
        (void)jw_report_spec_check(fixture->catalog, spec, "", &violations);
        const JwViolation *first = jw_violations_get(&violations, 0);
        assert_string_equal(first->pointer, cases[i].pointer);
        assert_non_null(strstr(first->message, cases[i].message));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_editions_are_read),   cmocka_unit_test(test_templates_are_checked),
        cmocka_unit_test(test_names_by_template),   cmocka_unit_test(test_what_a_report_lacks),
        cmocka_unit_test(test_translated_template), cmocka_unit_test(test_default_periods),
        cmocka_unit_test(test_fixed_point),         cmocka_unit_test(test_refused),
    };

    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
