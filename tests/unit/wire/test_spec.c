/* test_spec.c: the spec of a job and its way back to a request. */
#include "fixture.h"

#include "jw/report_text.h"

#include "jw/clock.h"

#include <unistd.h>

static void
decode(const Fixture *fixture, const JwJob *job, JwReportRequest **ret_request)
{
    g_autoptr(GError) error = NULL;
    const JwReportDef *def = NULL;

    assert_ok(jw_report_request_of_job(fixture->catalog, job, ret_request, &def, &error), error);
    assert_string_equal(def->report_type, (*ret_request)->report_type);
}

static int64_t
ms(const char *text)
{
    int64_t time_ms = 0;

    assert_true(jw_time_parse(text, &time_ms, NULL));
    return time_ms;
}

static const struct {
    const char *parameters, *start, *end;
    JwPeriodType period;
} periods[] = {
    { "'dateRange':{'startDate':'2021-01-01','endDate':'2021-01-01'}", "2021-01-01T00:00:00Z",
      "2021-01-02T00:00:00Z", JW_PERIOD_CUSTOM },
    { "'dateRange':{'startDate':'2026-01-06T00:00:00Z','endDate':'2026-01-12T23:59:59Z'}",
      "2026-01-06T00:00:00Z", "2026-01-13T00:00:00Z", JW_PERIOD_CUSTOM },
    { "'dateRange':{'startDate':'2021-01-01T00:00:00Z','endDate':'2021-01-01T00:00:00.250Z'}",
      "2021-01-01T00:00:00Z", "2021-01-01T00:00:00.251Z", JW_PERIOD_CUSTOM },
    { "'dateRange':{'startDate':'2021-01-01T00:00:00+03:00','endDate':'2021-01-31T23:59:59+03:"
      "00'}",
      "2020-12-31T21:00:00Z", "2021-01-31T21:00:00Z", JW_PERIOD_CUSTOM },
    { "'timeZone':'Europe/"
      "Istanbul','dateRange':{'startDate':'2021-01-01','endDate':'2021-01-31'}",
      "2020-12-31T21:00:00Z", "2021-01-31T21:00:00Z", JW_PERIOD_CUSTOM },
    /* a day of 23 hours */
    { "'timeZone':'Europe/"
      "Berlin','dateRange':{'startDate':'2021-03-28','endDate':'2021-03-28'}",
      "2021-03-27T23:00:00Z", "2021-03-28T22:00:00Z", JW_PERIOD_CUSTOM },
    /* midnight comes twice: the day has 25 hours; it does not come: 23 */
    { "'timeZone':'America/"
      "Havana','dateRange':{'startDate':'2026-11-01','endDate':'2026-11-01'}",
      "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", JW_PERIOD_CUSTOM },
    { "'timeZone':'America/"
      "Havana','dateRange':{'startDate':'2026-03-08','endDate':'2026-03-08'}",
      "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", JW_PERIOD_CUSTOM },
    { "'timeZone':'Atlantic/"
      "Azores','dateRange':{'startDate':'2026-10-24','endDate':'2026-10-25'}",
      "2026-10-24T00:00:00Z", "2026-10-26T01:00:00Z", JW_PERIOD_CUSTOM },
    { "'timeZone':'Pacific/Apia','dateRange':{'startDate':'2011-12-29','endDate':'2011-12-30'}",
      "2011-12-29T10:00:00Z", "2011-12-30T10:00:00Z", JW_PERIOD_CUSTOM },
    { "'dateRange':{'startDate':'2021-01-01','endDate':'9999-12-31'}", "2021-01-01T00:00:00Z",
      "9999-12-31T23:59:59.999Z", JW_PERIOD_CUSTOM },
    { "'timeZone':'Asia/Tokyo','dateRange':{'startDate':'1970-01-01','endDate':'1970-01-02'}",
      "1970-01-01T00:00:00Z", "1970-01-02T15:00:00Z", JW_PERIOD_CUSTOM },
    { "'period':{'type':'weekly','at':'2021-01-18T06:00:00Z'}", "2021-01-11T00:00:00Z",
      "2021-01-18T00:00:00Z", JW_PERIOD_WEEKLY },
    { "'period':{'type':'monthly','at':'2021-03-01T00:30:00+01:00','timeZone':'Europe/Berlin'}",
      "2021-01-31T23:00:00Z", "2021-02-28T23:00:00Z", JW_PERIOD_MONTHLY },
    /* without `at`: before now, 2026-01-01 */
    { "'period':{'type':'monthly'}", "2025-12-01T00:00:00Z", "2026-01-01T00:00:00Z",
      JW_PERIOD_MONTHLY },
    { "'period':{'type':'weekly'}", "2025-12-22T00:00:00Z", "2025-12-29T00:00:00Z",
      JW_PERIOD_WEEKLY },
};

static void
test_periods(void **state)
{
    const Fixture *fixture = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(periods); i++) {
        g_autofree char *text = g_strdup_printf(
            "{'reportType':'call-records','name':'x','parameters':{%s},'output':{'format':'csv'}}",
            periods[i].parameters);
        g_autoptr(JwJob) job = requested(fixture, text);
        g_autoptr(JwReportRequest) request = NULL;
        decode(fixture, job, &request);
        assert_int_equal(request->start_ms, ms(periods[i].start));
        assert_int_equal(request->end_ms, ms(periods[i].end));
        assert_int_equal(request->period, periods[i].period);
    }
}

static void
test_everything(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwJob) job = requested(
        fixture,
        "{'reportType':'call-records','name':'x','parameters':{},'output':{'format':'csv'}}");
    g_autoptr(JwReportRequest) request = NULL;

    decode(fixture, job, &request);
    assert_int_equal(request->start_ms, 0);
    assert_int_equal(request->end_ms, 0);
    assert_string_equal(request->file_name, "CDR_Complete_Report");
    assert_int_equal(request->filters->len, 0);
    assert_null(request->group_by);
    assert_null(request->measures);
    assert_string_equal(request->time_zone, "UTC"); /* the definition's */
    assert_false(request->include_inactive);
}

/* The scope of the job is a filter as any other; who asks goes with it. */
static void
test_scope_and_requester(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwJob) job = requested(
        fixture,
        "{'reportType':'call-records','name':'x','parameters':{},'output':{'format':'csv'}}");
    g_autoptr(JwReportRequest) request = NULL;
    g_autoptr(JwReportRequest) unnamed = NULL;

    job->departments = g_strsplit("support,sales", ",", -1);
    job->requested_by.id = g_strdup("u-1");
    decode(fixture, job, &unnamed);
    assert_string_equal(unnamed->requester, "u-1");
    job->requested_by.name = g_strdup("Ada");
    decode(fixture, job, &request);
    assert_string_equal(request->requester, "Ada");
    assert_string_equal(request->file_name, "CDR_Complete_Report_support-sales");
    assert_int_equal(request->filters->len, 1);
    assert_string_equal(g_array_index(request->filters, JwFilter, 0).name, "departmentIds");
}

static void
test_full(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwJob) job = requested(
        fixture,
        "{'reportType':'call-records','name':'x','parameters':{'dateRange':{'startDate':'2021-01-"
        "01','endDate':'2021-01-31'},"
        "'timeZone':'Europe/"
        "Paris','filters':{'statuses':['answered','missed'],'agents':[]},'groupBy':['agent'],"
        "'measures':['totalCalls','answerRate'],'includeInactive':true},'output':{'format':'xlsx','"
        "filename':'Mine'}}");
    g_autoptr(JwReportRequest) request = NULL;

    decode(fixture, job, &request);
    assert_string_equal(request->time_zone, "Europe/Paris");
    assert_string_equal(request->format, "xlsx");
    assert_string_equal(request->file_name, "Mine");
    assert_true(request->include_inactive);
    assert_int_equal(request->filters->len, 1); /* an empty list means none */
    assert_string_equal(g_array_index(request->filters, JwFilter, 0).name, "statuses");
    assert_string_equal(g_array_index(request->filters, JwFilter, 0).values[1], "missed");
    assert_string_equal(request->group_by[0], "agent");
    assert_string_equal(request->measures[1], "answerRate");
}

/* GET /:jobId shows the request unchanged. */
static void
test_asked(void **state)
{
    g_autoptr(JwJob) job = requested(
        *state,
        "{'reportType':'call-records','name':'x','parameters':{'dateRange':"
        "{'startDate':'2021-01-01','endDate':'2021-01-31T23:59:59+03:00'},'filters':{'agents':[]}},"
        "'output':{'format':'output-format.csv'}}");
    g_autofree char *expected =
        quoted("{'output':{'format':'output-format.csv'},'parameters':{'dateRange':"
               "{'endDate':'2021-01-31T23:59:59+03:00','startDate':'2021-01-01'},'filters':{'"
               "agents':[]}},'reportType':'call-records','timeZone':'UTC'}");

    assert_string_equal(job->spec, expected); /* canonical */
    g_autoptr(JwJob) weekly = requested(
        *state, "{'reportType':'call-records','name':'x','parameters':{'period':{'type':'weekly'}},"
                "'output':{'format':'csv'}}");
    assert_non_null(
        strstr(weekly->spec, "\"period\":{\"at\":\"2026-01-01T00:00:00Z\",\"type\":\"weekly\"}"));
}

/* A canonical spec stays unchanged, at any time and with any zone. */
static void
test_fixed_point(void **state)
{
    const Fixture *fixture = *state;
    static const char *const parameters[] = {
        "{}",
        "{'filters':{'agents':[],'statuses':['missed']},'groupBy':[],'includeInactive':false}",
        ("{'filters':{'agents':{'not':['x'],'absent':false},'waitSeconds':{'from':'1','to':'2'},"
         "'departmentIds':{'in':['sales']}}}"),
        "{'period':{'type':'weekly'}}",
        "{'period':{'type':'monthly','at':'2021-03-01T00:30:00+01:00','timeZone':'Europe/Berlin'}}",
        "{'timeZone':'Asia/Tokyo','dateRange':{'startDate':'2021-01-01','endDate':'2021-01-02'}}",
    };
    static const char *const zones[] = { "", ",'timeZone':'Europe/Istanbul'" };

    for (size_t i = 0; i < G_N_ELEMENTS(parameters) * G_N_ELEMENTS(zones); i++) {
        g_autofree char *text = g_strdup_printf(
            "{'reportType':'report-type.call-records','parameters':%s,'output':{'format':'csv'}%s}",
            parameters[i / 2], zones[i % 2]);
        json_auto_t *asked = parsed(text);
        json_auto_t *once = jw_report_spec_build(fixture->catalog, asked, NOW_MS);
        json_auto_t *twice =
            jw_report_spec_build(fixture->catalog, once, NOW_MS + INT64_C(90) * 86400000);
        g_auto(JwViolations) violations = { 0 };
        g_autofree char *first = jw_json_print(once), *second = jw_json_print(twice);

        assert_true(jw_check_object(once, jw_report_spec_fields, "", &violations));
        assert_true(jw_report_spec_check(fixture->catalog, once, "", &violations));
        assert_string_equal(first, second);
    }
}

/* A later change of the definition's zone does not change existing jobs. */
static void
test_zone_is_kept(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *more, *start;
    } cases[] = {
        { "", "2021-01-11T00:00:00Z" }, /* the definition's: UTC */
        { ",'timeZone':'Europe/Istanbul'", "2021-01-10T21:00:00Z" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text =
            g_strdup_printf("{'reportType':'call-records','output':{'format':'csv'},"
                            "'parameters':{'period':{'type':'weekly','at':'2021-01-18T06:00:00Z'}}"
                            "%s}",
                            cases[i].more);
        json_auto_t *asked = parsed(text);
        json_auto_t *spec = jw_report_spec_build(fixture->catalog, asked, NOW_MS);
        int64_t start_ms = 0, end_ms = 0;

        assert_true(jw_report_spec_period(spec, &start_ms, &end_ms));
        assert_int_equal(start_ms, ms(cases[i].start));
        assert_int_equal(end_ms - start_ms, INT64_C(7) * 86400000);
    }
}

static JwJob *
job_of(const char *filters, const char *departments)
{
    JwJob *job = jw_job_new();
    g_autofree char *text =
        g_strdup_printf("{'reportType':'call-records','output':{'format':'csv'},"
                        "'parameters':{'filters':{%s}}}",
                        filters);

    job->id = g_strdup("j");
    job->spec = quoted(text);
    job->departments = departments != NULL ? g_strsplit(departments, ",", -1) : NULL;
    return job;
}

/* All that a filter may ask, read and shown. */
static void
test_operators(void **state)
{
    static const struct {
        const char *filters, *text;
    } cases[] = {
        { "'agents':{'in':['a','b']}", "a, b" },
        { "'agents':{'not':['a','b']}", "not a, b" },
        { "'agents':{'in':['a'],'not':['b'],'absent':false}", "a, not b, not (none)" },
        { "'waitSeconds':{'from':'10','to':'20'}", "10 to 20" },
        { "'waitSeconds':{'from':'-0.5'}", "from -0.5" },
        { "'waitSeconds':{'to':'20'}", "up to 20" },
        { "'waitSeconds':{'from':'-0','to':'0'}", "-0 to 0" },
        { "'waitSeconds':{'from':'9223372036854775807','to':'1e19'}",
          "9223372036854775807 to 1e19" },
        { "'waitSeconds':{'from':'2021-01-01','to':'2021-01-01T10:00:00Z'}",
          "2021-01-01 to 2021-01-01T10:00:00Z" },
        { "'waitSeconds':{'absent':true}", "(none)" },
        { "'eventTypes':{'contains':'$bill.*'}", "contains \xe2\x80\x9c$bill.*\xe2\x80\x9d" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = job_of(cases[i].filters, NULL);
        g_autoptr(JwReportRequest) request = NULL;

        decode(*state, job, &request);
        assert_int_equal(request->filters->len, 1);
        g_autofree char *text =
            jw_report_text_filter_values(&g_array_index(request->filters, JwFilter, 0), NULL);
        assert_string_equal(text, cases[i].text);
        assert_true(g_str_has_suffix(request->file_name, i == 0 ? "_Report_a-b" : "_part"));
    }
}

static void
test_operators_refused(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *filters, *pointer, *message;
    } cases[] = {
        { "'agents':'x'", "agents", "must be an array or an object, not a string" },
        { "'agents':null", "agents", "must be an array or an object, not null" },
        { "'agents':{}", "agents", "asks for nothing" },
        { "'agents':{'$ne':'x'}", "agents/$ne",
          "is not known; known here: in, not, from, to, contains, absent" },
        { "'agents':{'in':{'$gt':''}}", "agents/in", "must be an array" },
        { "'agents':{'in':[{'$gt':''}]}", "agents/in/0", "must be a string" },
        { "'agents':{'in':[]}", "agents/in", "must not be empty" },
        { "'agents':{'contains':'x'}", "agents/contains",
          "the filter 'agents' cannot be asked by 'contains'; its operators are: in, not, absent" },
        { "'agents':{'from':'x'}", "agents/from", "its operators are: in, not, absent" },
        { "'statuses':{'not':['x']}", "statuses/not", "its operators are: in" },
        { "'waitSeconds':['10']", "waitSeconds", "cannot be asked by 'in'" },
        { "'waitSeconds':{'from':10}", "waitSeconds/from", "must be a string, not a number" },
        { "'waitSeconds':{'from':'20','to':'10'}", "waitSeconds/to", "must not be before from" },
        { "'waitSeconds':{'from':'9','to':'-10'}", "waitSeconds/to", "must not be before from" },
        { "'waitSeconds':{'from':'b','to':'a'}", "waitSeconds/to", "must not be before from" },
        { "'waitSeconds':{'from':'2021-01-02','to':'2021-01-01'}", "waitSeconds/to",
          "must not be before from" },
        { "'waitSeconds':{'from':'9007199254740993','to':'9007199254740992'}", "waitSeconds/to",
          "must not be before from" },
        { "'waitSeconds':{'from':'1','to':'2021-01-01'}", "waitSeconds/to", "is of another sort" },
        { "'waitSeconds':{'from':'1','to':'many'}", "waitSeconds/to", "is of another sort" },
        { "'waitSeconds':{'from':'1e400'}", "waitSeconds/from", "a number beyond those" },
        { "'waitSeconds':{'to':'-1e400'}", "waitSeconds/to", "a number beyond those" },
        { "'waitSeconds':{'from':'2021-02-30'}", "waitSeconds/from", "neither a date that exists" },
        { "'waitSeconds':{'to':'2021-01-01T10:00:00'}", "waitSeconds/to", "a time with its zone" },
        { "'waitSeconds':{'absent':true,'from':'1'}", "waitSeconds/absent", "leaves nothing" },
        { "'waitSeconds':{'absent':'true'}", "waitSeconds/absent", "must be true or false" },
        { "'eventTypes':{'contains':''}", "eventTypes/contains", "must not be empty" },
        { "'departmentIds':{'not':['sales']}", "departmentIds/not", "its operators are: in" },
        { "'departmentIds':{'contains':'s'}", "departmentIds/contains", "its operators are: in" },
        { "'departmentIds':{'from':'a'}", "departmentIds/from", "its operators are: in" },
        { "'departmentIds':{'to':'z'}", "departmentIds/to", "its operators are: in" },
        { "'departmentIds':{'absent':false}", "departmentIds/absent", "its operators are: in" },
        { "'departmentIds':{'in':['sales'],'not':['x']}", "departmentIds/not",
          "its operators are: in" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwViolations) violations = { 0 };
        g_autofree char *text =
            g_strdup_printf("{'reportType':'call-records','name':'x','output':{'format':'csv'},"
                            "'parameters':{'filters':{%s}}}",
                            cases[i].filters);
        g_autofree char *pointer = g_strconcat("/parameters/filters/", cases[i].pointer, NULL);
        json_auto_t *body = parsed(text);
        JwJob *job = NULL;

        assert_false(jw_wire_job_from_request(fixture->wire, body, NOW_MS, &violations, &job));
        assert_violation(&violations, pointer, cases[i].message);
    }
}

/* What two texts mean as the ends of a range. */
static void
test_ranges(void **state)
{
    static const struct {
        const char *from, *to;
        JwRangeKind kind;
        const char *first, *last; /* of times, without its last ms */
    } cases[] = {
        { "10", "20", JW_RANGE_NUMBER, NULL, NULL },
        { NULL, "1e3", JW_RANGE_NUMBER, NULL, NULL },
        { "007", "8", JW_RANGE_TEXT, NULL, NULL },
        { "10", "z", JW_RANGE_TEXT, NULL, NULL },
        { "2021-03-28", "2021-03-28", JW_RANGE_TIME, "2021-03-27T23:00:00Z",
          "2021-03-28T21:59:59Z" }, /* the clock goes forward */
        { "2021-01-01T10:00:00Z", "2021-01-02", JW_RANGE_TIME, "2021-01-01T10:00:00Z",
          "2021-01-02T22:59:59Z" },
        { "2021-01-01", "2021-01-02T10:00:00+01:00", JW_RANGE_TIME, "2020-12-31T23:00:00Z",
          "2021-01-02T09:00:00Z" },
        { "2021-01-01", "x", JW_RANGE_TEXT, NULL, NULL },
        { "2021-02-30", "2021-03-01", JW_RANGE_TEXT, NULL, NULL },
    };
    g_autoptr(GTimeZone) zone = g_time_zone_new_identifier("Europe/Berlin");
    JwRange range;
    const JwFilter none = { .contains = (char *)(uintptr_t) "x" };

    (void)state;
    assert_false(jw_report_filter_range(&none, zone, &range));
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwFilter filter = { .from = (char *)(uintptr_t)cases[i].from,
                                  .to = (char *)(uintptr_t)cases[i].to };

        assert_true(jw_report_filter_range(&filter, zone, &range));
        assert_int_equal(range.kind, cases[i].kind);
        if (cases[i].kind == JW_RANGE_TIME) {
            assert_int_equal(range.from_ms, ms(cases[i].first));
            assert_int_equal(range.to_ms, ms(cases[i].last) + 999);
        }
    }
    const JwFilter old = { .from = (char *)(uintptr_t) "1960-02-03" };
    assert_true(jw_report_filter_range(&old, zone, &range));
    assert_int_equal(range.kind, JW_RANGE_TIME);
    assert_true(range.from_ms < 0 && range.to_ms == INT64_MAX);
}

static void
test_scope(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwJob) applied = job_of("", "sales,support");
    g_autoptr(JwJob) narrowed = job_of("'departmentIds':['sales']", "sales,support");
    g_autoptr(JwJob) beyond = job_of("'departmentIds':['sales','hr']", "sales,support");
    g_autoptr(JwReportRequest) one = NULL, two = NULL, three = NULL;
    g_autoptr(GError) error = NULL;
    const JwReportDef *def = NULL;

    decode(fixture, applied, &one);
    assert_string_equal(g_array_index(one->filters, JwFilter, 0).name, "departmentIds");
    assert_int_equal(g_strv_length(g_array_index(one->filters, JwFilter, 0).values), 2);
    decode(fixture, narrowed, &two);
    assert_int_equal(two->filters->len, 1);
    assert_int_equal(g_strv_length(g_array_index(two->filters, JwFilter, 0).values), 1);
    assert_false(jw_report_request_of_job(fixture->catalog, beyond, &three, &def, &error));
    assert_jw_error(error, JW_ERROR_DENIED, "*department 'hr' is outside the scope*");
}

/* No operator reaches beyond it; one on another filter leaves it as it is. */
static void
test_scope_of_operators(void **state)
{
    const Fixture *fixture = *state;
    static const char *const beyond[] = {
        "{'in':['sales','hr']}", "{'in':['hr']}",   "{'not':['sales']}", "{'from':'a','to':'z'}",
        "{'contains':'s'}",      "{'absent':true}", "{'absent':false}",
    };
    g_autoptr(JwJob) listed = job_of("'departmentIds':{'in':['sales']}", "sales,support");
    g_autoptr(JwJob) others = job_of("'agents':{'not':['x']}", "sales,support");
    g_autoptr(JwReportRequest) one = NULL, two = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(beyond); i++) {
        g_autofree char *filter = g_strdup_printf("'departmentIds':%s", beyond[i]);
        g_autoptr(JwJob) job = job_of(filter, "sales,support");
        g_autoptr(JwReportRequest) request = NULL;
        g_autoptr(GError) error = NULL;
        const JwReportDef *def = NULL;

        assert_false(jw_report_request_of_job(fixture->catalog, job, &request, &def, &error));
        assert_true(jw_error_code(error) == (i < 2 ? JW_ERROR_DENIED : JW_ERROR_INVALID));
    }
    decode(fixture, listed, &one);
    assert_string_equal(g_array_index(one->filters, JwFilter, 0).values[0], "sales");
    decode(fixture, others, &two);
    assert_int_equal(two->filters->len, 2);
    const JwFilter *scope = &g_array_index(two->filters, JwFilter, 1);
    assert_string_equal(scope->name, "departmentIds");
    assert_int_equal(g_strv_length(scope->values), 2);
}

#define VISITS(more)                                                                               \
    "{'reportType':'visits','title':'T','filePrefix':'T','collection':'visits','dateField':'at',"  \
    "'measures':[{'name':'n','label':'N','op':'count'}],'columns':[{'field':'a','label':'A'}],"    \
    "'summary':['n']" more "}"

#define FIGURES(more)                                                                              \
    "{'reportType':'visits','title':'T','filePrefix':'T','collection':'visits','dateField':'at',"  \
    "'measures':[{'name':'n','label':'N','op':'count'},{'name':'p','label':'P','op':'peak',"       \
    "'dimension':'d','of':'n'}],'dimensions':[{'name':'d','label':'D','field':'d'}],"              \
    "'summary':['n']" more "}"
#define TABLE(title) "{'title':'" title "','dimension':'d','measures':['n']}"
#define LISTED       "],'columns':[{'field':'d','label':'D'}" /* behind the tables: and a list */

/* Without columns there is no list: its tables are what a file of lines can hold, and where there
 * are none it would be empty. */
static const struct {
    const char *tables, *parameters, *output;
    const char *refused; /* NULL: what the file holds is */
    JwContent content;
} no_list_cases[] = {
    { "", "", "'format':'xlsx'", NULL, JW_CONTENT_TABLES },
    { "", "", "'format':'xlsx','content':'all'", NULL, JW_CONTENT_TABLES },
    { "", "", "'format':'json','content':'tables'", NULL, JW_CONTENT_TABLES },
    { "", "", "'format':'xlsx','content':'list'", "/output/content", 0 },
    { "", "", "'format':'csv'", "/output/format", 0 },
    { "", "", "'format':'ndjson'", "/output/format", 0 },
    { "", "", "'format':'ndjson','content':'tables'", "/output/format", 0 },
    { "", "'groupBy':['d']", "'format':'csv'", NULL, JW_CONTENT_TABLE },
    { TABLE("A"), "", "'format':'csv'", NULL, JW_CONTENT_TABLE },
    { TABLE("A"), "'measures':['p']", "'format':'csv'", "/output/format", 0 },
    { TABLE("A"), "", "'format':'ndjson'", NULL, JW_CONTENT_TABLE },
    { TABLE("A") "," TABLE("B"), "", "'format':'csv'", NULL, JW_CONTENT_TABLES },
    { TABLE("A") "," TABLE("B"), "", "'format':'csv','table':'B'", NULL, JW_CONTENT_TABLE },
    { TABLE("A") "," TABLE("B"), "", "'format':'ndjson'", NULL, JW_CONTENT_TABLES },
    { TABLE("A"), "", "'format':'csv','content':'list'", "/output/content", 0 },
    { LISTED, "", "'format':'ndjson','content':'tables'", "/output/format", 0 },
    { TABLE("A") LISTED, "", "'format':'ndjson','content':'tables'", NULL, JW_CONTENT_TABLES },
    { TABLE("A") LISTED, "'measures':['p']", "'format':'ndjson','content':'tables'",
      "/output/format", 0 },
    { TABLE("A") LISTED, "'measures':['p']", "'format':'ndjson'", NULL, JW_CONTENT_LIST },
    { TABLE("A") LISTED, "'measures':['p']", "'format':'csv','content':'tables'", NULL,
      JW_CONTENT_TABLES },
};

static void
test_no_list(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(no_list_cases); i++) {
        g_autofree char *dir = tk_temp_dir();
        g_autofree char *path = g_build_filename(dir, "visits.json", NULL);
        g_autofree char *text = g_strdup_printf(FIGURES(",'tables':[%s]"), no_list_cases[i].tables);
        g_autofree char *definition = quoted(text);
        g_autofree char *spec =
            g_strdup_printf("{'reportType':'visits','parameters':{%s},'output':{%s}}",
                            no_list_cases[i].parameters, no_list_cases[i].output);
        g_autoptr(JwReportRequest) request = NULL;
        g_autoptr(GError) error = NULL;
        const JwReportDef *def = NULL;
        g_autoptr(JwJob) job = job_of("", NULL);

        assert_true(g_file_set_contents(path, definition, -1, NULL));
        g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
        assert_ok(catalog != NULL, error);
        g_free(job->spec);
        job->spec = quoted(spec);
        const bool ok = jw_report_request_of_job(catalog, job, &request, &def, &error);
        if (no_list_cases[i].refused != NULL) {
            g_autofree char *pattern = g_strdup_printf("*%s: *list*", no_list_cases[i].refused);
            assert_false(ok);
            assert_jw_error(error, JW_ERROR_INVALID, pattern);
            continue;
        }
        assert_ok(ok, error);
        assert_int_equal(request->content, no_list_cases[i].content);
    }
}

/* Without a filter by department a job of some departments would read all records. */
static void
test_scope_without_filter(void **state)
{
    static const struct {
        const char *definition, *departments;
        bool allowed;
    } cases[] = {
        { VISITS(""), "sales", false },
        { VISITS(",'openToAllDepartments':false"), "sales", false },
        { VISITS(",'filters':[{'name':'departments','field':'d'}]"), "sales", false },
        { VISITS(",'filters':[{'name':'departmentIds','field':'d'}]"), "sales", true },
        { VISITS(",'openToAllDepartments':true"), "sales", true },
        { VISITS(""), NULL, true },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *dir = tk_temp_dir();
        g_autofree char *path = g_build_filename(dir, "visits.json", NULL);
        g_autofree char *definition = quoted(cases[i].definition);
        g_autoptr(JwJob) job = job_of("", cases[i].departments);
        g_autoptr(JwReportRequest) request = NULL;
        g_autoptr(GError) error = NULL;
        const JwReportDef *def = NULL;

        assert_true(g_file_set_contents(path, definition, -1, NULL));
        g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
        assert_ok(catalog != NULL, error);
        g_free(job->spec);
        job->spec = quoted("{'reportType':'visits','parameters':{},'output':{'format':'csv'}}");
        if (cases[i].allowed) {
            assert_ok(jw_report_request_of_job(catalog, job, &request, &def, &error), error);
            continue;
        }
        assert_false(jw_report_request_of_job(catalog, job, &request, &def, &error));
        assert_jw_error(error, JW_ERROR_DENIED,
                        "*visits cannot be limited to the departments of the job*departmentIds*"
                        "openToAllDepartments*");
    }
}

/* @start: NULL: there is to be no @text. */
static void
assert_begins(const char *text, const char *start)
{
    assert_int_equal(text != NULL, start != NULL);
    assert_true(text == NULL || g_str_has_prefix(text, start));
}

/* What a definition wants compared is, unless the request says otherwise or has no period. */
static void
test_compared(void **state)
{
    static const struct {
        const char *wanted, *parameters;
        JwCompare compare;
        bool asked;
        const char *start, *end;
        const char *why; /* part of why there is no comparison; NULL: none is wanted, or there is */
    } cases[] = {
        { "previous", "'period':{'type':'weekly','at':'2021-01-18T06:00:00Z'}", JW_COMPARE_PREVIOUS,
          false, "2021-01-04T00:00:00Z", "2021-01-11T00:00:00Z", NULL },
        { "none", "'period':{'type':'weekly','at':'2021-01-18T06:00:00Z'},'compare':'previous'",
          JW_COMPARE_PREVIOUS, true, "2021-01-04T00:00:00Z", "2021-01-11T00:00:00Z", NULL },
        { "previous", "'period':{'type':'monthly','at':'2021-03-31T06:00:00Z'},'compare':'year'",
          JW_COMPARE_YEAR, true, "2020-02-01T00:00:00Z", "2020-03-01T00:00:00Z", NULL },
        { "year", "'dateRange':{'startDate':'2021-03-01','endDate':'2021-03-02'}", JW_COMPARE_YEAR,
          false, "2020-03-01T00:00:00Z", "2020-03-03T00:00:00Z", NULL },
        { "previous", "'period':{'type':'weekly','at':'2021-01-18T06:00:00Z'},'compare':'none'",
          JW_COMPARE_NONE, true, NULL, NULL, NULL },
        { "previous", "", JW_COMPARE_NONE, false, NULL, NULL, NULL },
        { "year", "'dateRange':{'startDate':'2019-03-01','endDate':'2021-03-02'}", JW_COMPARE_NONE,
          false, NULL, NULL, "a period of more than a year overlaps" },
        { "previous", "'dateRange':{'startDate':'1970-01-01','endDate':'1970-03-02'}",
          JW_COMPARE_NONE, false, NULL, NULL, "the period before would begin before 1970" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *dir = tk_temp_dir();
        g_autofree char *path = g_build_filename(dir, "visits.json", NULL);
        g_autofree char *compare = g_strdup_printf(",'compare':'%s'", cases[i].wanted);
        g_autofree char *plain = g_strdup_printf(VISITS("%s"), compare);
        g_autofree char *definition = quoted(plain);
        g_autofree char *spec =
            g_strdup_printf("{'reportType':'visits','parameters':{%s},'output':{'format':'csv'}}",
                            cases[i].parameters);
        g_autoptr(JwJob) job = job_of("", NULL);
        g_autoptr(JwReportRequest) request = NULL;
        g_autoptr(GError) error = NULL;
        const JwReportDef *def = NULL;

        assert_true(g_file_set_contents(path, definition, -1, NULL));
        g_autoptr(JwCatalog) catalog = jw_catalog_load(dir, &error);
        assert_ok(catalog != NULL, error);
        g_free(job->spec);
        job->spec = quoted(spec);
        assert_ok(jw_report_request_of_job(catalog, job, &request, &def, &error), error);
        assert_int_equal(request->compare, cases[i].compare);
        assert_int_equal(request->compare_asked, cases[i].asked);
        if (cases[i].start != NULL) {
            assert_int_equal(request->compared_start_ms, ms(cases[i].start));
            assert_int_equal(request->compared_end_ms, ms(cases[i].end));
        }
        assert_begins(request->not_compared, cases[i].why);
        (void)unlink(path);
        (void)rmdir(dir);
    }
}

/* What has never fitted, or does not fit any more, is not tried again. */
static const struct {
    const char *spec;
    JwErrorCode code;
    const char *pattern;
} misfits[] = {
    { NULL, JW_ERROR_INVALID, "spec of job 'j'*empty*" },
    { "{", JW_ERROR_INVALID, "spec of job 'j'*not JSON*" },
    { "{}", JW_ERROR_INVALID, "*no report type*" },
    { "{'reportType':7}", JW_ERROR_INVALID, "*no report type*" },
    { "{'reportType':'gone'}", JW_ERROR_NOT_FOUND, "*'gone' has no definition*" },
    { "{'reportType':'call-records'}", JW_ERROR_INVALID,
      "spec of job 'j': does not fit the report type 'call-records' as it is now: /parameters: "
      "is "
      "required; /output: is required; ask for a new report that does" },
    { "{'reportType':'call-records','parameters':{'period':{'type':'weekly'}},'output':{"
      "'format':'csv'}}",
      JW_ERROR_INVALID, "*no usable period*" },
    { "{'reportType':'call-records','parameters':{'dateRange':{'startDate':'x','endDate':'y'}},"
      "'output':{'format':'csv'}}",
      JW_ERROR_INVALID, "*/parameters/dateRange/startDate: must be*" },
    { "{'reportType':'call-records','parameters':{'dateRange':{'startDate':'2021-01-02T00:00:"
      "00Z','endDate':'2021-01-01T00:00:00Z'}},'output':{'format':'csv'}}",
      JW_ERROR_INVALID, "*/parameters/dateRange: startDate must be before endDate*" },
    { "{'reportType':'call-records','parameters':{}}", JW_ERROR_INVALID, "*/output: is required*" },
    { "{'reportType':'call-records','parameters':{},'output':{}}", JW_ERROR_INVALID,
      "*/output/format: is required*" },
    { "{'reportType':'call-records','parameters':{'filters':{'gone':['x']}},'output':{'format':"
      "'csv'}}",
      JW_ERROR_INVALID, "*call-records has no filter 'gone'*" },
    { "{'reportType':'call-records','parameters':{'groupBy':['gone']},'output':{'format':'csv'}"
      "}",
      JW_ERROR_INVALID, "*as it is now*call-records has no dimension 'gone'*new report*" },
    { "{'reportType':'call-records','parameters':{'measures':['gone']},'output':{'format':'csv'"
      "}}",
      JW_ERROR_INVALID, "*as it is now*call-records has no measure 'gone'*new report*" },
    { "{'reportType':'call-records','parameters':{},'output':{'format':'gone'}}", JW_ERROR_INVALID,
      "*/output/format: must be one of xlsx, csv*new report*" },
    { "{'reportType':'call-records','parameters':{'groupBy':['hour'],'pivot':'hour'},'output':{"
      "'format':'csv'}}",
      JW_ERROR_INVALID, "*/parameters/pivot: *left for the rows*new report*" },
    { "{'reportType':'call-records','parameters':{'filters':{'agents':'x'}},'output':{'format':"
      "'csv'}}",
      JW_ERROR_INVALID, "*/parameters/filters/agents: must be an array*" },
};

static void
test_does_not_fit(void **state)
{
    const Fixture *fixture = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(misfits); i++) {
        g_autoptr(JwJob) job = jw_job_new();
        g_autoptr(GError) error = NULL;
        JwReportRequest *request = NULL;
        const JwReportDef *def = NULL;
        job->id = g_strdup("j");
        job->spec = misfits[i].spec != NULL ? quoted(misfits[i].spec) : NULL;
        assert_false(jw_report_request_of_job(fixture->catalog, job, &request, &def, &error));
        assert_true(jw_error_is_permanent(error));
        assert_jw_error(error, misfits[i].code, misfits[i].pattern);
        assert_null(request);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_everything),
        cmocka_unit_test(test_scope_and_requester),
        cmocka_unit_test(test_full),
        cmocka_unit_test(test_asked),
        cmocka_unit_test(test_fixed_point),
        cmocka_unit_test(test_zone_is_kept),
        cmocka_unit_test(test_operators),
        cmocka_unit_test(test_operators_refused),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_scope),
        cmocka_unit_test(test_scope_of_operators),
        cmocka_unit_test(test_scope_without_filter),
        cmocka_unit_test(test_compared),
        cmocka_unit_test(test_no_list),
        cmocka_unit_test(test_does_not_fit),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
