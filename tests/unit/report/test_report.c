/* test_report.c: lookups, the field list and the checks of a report definition. */
#include "calls_def.h"
#include "jw/catalog.h"
#include "testkit.h"

static void
add_column(JwReportDef *def, const char *field)
{
    const JwColumnDef column = { .field = g_strdup(field), .label = g_strdup(field), .width = 10 };

    g_array_append_val(def->columns, column);
}

static JwTableDef *
add_table(JwReportDef *def, const char *title, const char *dimension, const char *measures)
{
    const JwTableDef table = { .title = g_strdup(title),
                               .dimension = g_strdup(dimension),
                               .measures = g_strsplit(measures, ",", -1) };

    g_array_append_val(def->tables, table);
    return &g_array_index(def->tables, JwTableDef, def->tables->len - 1);
}

static void
add_filter(JwReportDef *def, const char *name, const char *field)
{
    const JwFilterDef filter = { .name = g_strdup(name), .field = g_strdup(field) };

    g_array_append_val(def->filters, filter);
}

/* With everything a definition can have. */
static JwReportDef *
full_def(void)
{
    JwReportDef *def = calls_def_new();

    add_column(def, "startedAt");
    add_column(def, "caller");
    add_column(def, "status");
    add_filter(def, "departmentIds", "departmentId");
    add_filter(def, "agents", "agent");
    JwTableDef *table = add_table(def, "By hour", "hour", "totalCalls,answerRate");
    table->chart = JW_CHART_COLUMN;
    table->chart_measure = g_strdup("totalCalls");
    add_table(def, "By agent", "agent", "totalCalls");
    def->summary = g_strsplit("totalCalls,peakHour", ",", -1);
    def->mail_chart_table = g_strdup("By hour");
    return def;
}

static void
test_good_definition(void **state)
{
    g_autoptr(JwReportDef) def = full_def();
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_ok(calls_check(def, &error), error);
    assert_string_equal(jw_report_def_measure(def, "answerRate")->numerator, "answeredCalls");
    assert_null(jw_report_def_measure(def, "nothing"));
    assert_null(jw_report_def_measure(def, NULL));
    assert_int_equal(jw_report_def_dimension(def, "weekday")->part, JW_PART_WEEKDAY);
    assert_null(jw_report_def_dimension(def, "nothing"));
}

static void
test_fields_come_in_order_without_repeats(void **state)
{
    g_autoptr(JwReportDef) def = full_def();
    g_auto(GStrv) fields = jw_report_def_fields(def);
    g_autofree char *joined = g_strjoinv(",", fields);

    (void)state;
    assert_string_equal(joined, "startedAt,caller,status,agent,durationSeconds,waitSeconds,"
                                "departmentId");
}

static void
set_text(char **place, const char *text)
{
    g_free(*place);
    *place = g_strdup(text);
}

#define MEASURE(def, i) (&g_array_index((def)->measures, JwMeasureDef, (i)))
#define TABLE(def, i)   (&g_array_index((def)->tables, JwTableDef, (i)))

static void
corrupt_type(JwReportDef *def)
{
    set_text(&def->report_type, "");
}
static void
corrupt_collection(JwReportDef *def)
{
    set_text(&def->collection, NULL);
}
static void
corrupt_zone(JwReportDef *def)
{
    set_text(&def->time_zone, "Mars/Olympus");
}
static void
corrupt_groups(JwReportDef *def)
{
    def->max_groups = 0;
}
static void
corrupt_inactive(JwReportDef *def)
{
    set_text(&def->inactive_field, "status");
}
static void
corrupt_filter(JwReportDef *def)
{
    add_filter(def, "agents", "agent");
}
static void
corrupt_filter_field(JwReportDef *def)
{
    add_filter(def, "x", "");
}
static void
corrupt_dimension(JwReportDef *def)
{
    calls_add_dimension(def, "hour", "x", JW_PART_DATE);
}
static void
corrupt_dimension_name(JwReportDef *def)
{
    calls_add_dimension(def, NULL, "x", JW_PART_DATE);
}
static void
corrupt_column(JwReportDef *def)
{
    add_column(def, "caller");
}
static void
corrupt_measure(JwReportDef *def)
{
    calls_add_measure(def, "totalCalls", JW_MEASURE_COUNT, NULL);
}
static void
corrupt_sum(JwReportDef *def)
{
    calls_add_measure(def, "x", JW_MEASURE_SUM, NULL);
}
static void
corrupt_later(JwReportDef *def)
{
    set_text(&MEASURE(def, 3)->numerator, "totalWait");
}
static void
corrupt_self(JwReportDef *def)
{
    set_text(&MEASURE(def, 3)->denominator, "answerRate");
}
static void
corrupt_of_peak(JwReportDef *def)
{
    calls_add_ratio(def, "x", "peakHour", "totalCalls", 1, 0);
}
static void
corrupt_scale(JwReportDef *def)
{
    MEASURE(def, 3)->scale = 0.0;
}
static void
corrupt_decimals(JwReportDef *def)
{
    MEASURE(def, 3)->decimals = 10;
}
static void
corrupt_where(JwReportDef *def)
{
    calls_where(MEASURE(def, 0), "", "a", false);
}
static void
corrupt_peak_dimension(JwReportDef *def)
{
    set_text(&MEASURE(def, 6)->dimension, "minute");
}
static void
corrupt_peak_of(JwReportDef *def)
{
    set_text(&MEASURE(def, 6)->of, "calls");
}
static void
corrupt_peak_of_peak(JwReportDef *def)
{
    set_text(&MEASURE(def, 6)->of, "peakHourCalls");
}
/* What is computed from a peak has as little of a value inside a group as the peak. */
static void
corrupt_peak_of_ratio(JwReportDef *def)
{
    calls_add_ratio(def, "peakShare", "peakHourCalls", "totalCalls", 100, 1);
    set_text(&MEASURE(def, 6)->of, "peakShare");
}
static void
corrupt_table_ratio(JwReportDef *def)
{
    calls_add_ratio(def, "peakShare", "totalCalls", "peakHourCalls", 100, 1);
    set_text(&TABLE(def, 0)->measures[1], "peakShare");
}
static void
corrupt_table_ratio_of_ratio(JwReportDef *def)
{
    calls_add_ratio(def, "peakShare", "peakHourCalls", "totalCalls", 100, 1);
    calls_add_ratio(def, "lastShare", "totalCalls", "peakShare", 100, 1);
    set_text(&TABLE(def, 0)->measures[1], "lastShare");
}
static void
corrupt_table_ratio_of_itself(JwReportDef *def)
{
    corrupt_self(def);
    set_text(&TABLE(def, 0)->measures[1], "answerRate");
}
static void
corrupt_table_ratio_of_nothing(JwReportDef *def)
{
    set_text(&MEASURE(def, 3)->denominator, NULL);
    set_text(&TABLE(def, 0)->measures[1], "answerRate");
}
static void
corrupt_summary(JwReportDef *def)
{
    set_text(&def->summary[1], "peakMinute");
}
static void
corrupt_title(JwReportDef *def)
{
    add_table(def, "By hour", "hour", "totalCalls");
}
static void
corrupt_table_dimension(JwReportDef *def)
{
    set_text(&TABLE(def, 1)->dimension, "minute");
}
static void
corrupt_table_measure(JwReportDef *def)
{
    set_text(&TABLE(def, 0)->measures[1], "rate");
}
static void
corrupt_table_peak(JwReportDef *def)
{
    set_text(&TABLE(def, 0)->measures[1], "peakHour");
}
static void
corrupt_table_empty(JwReportDef *def)
{
    set_text(&TABLE(def, 1)->measures[0], NULL);
}
static void
corrupt_chart_measure(JwReportDef *def)
{
    set_text(&TABLE(def, 0)->chart_measure, "totalWait");
}
static void
chart_of(JwReportDef *def, JwChart kind, const char *measures)
{
    JwTableDef *table = TABLE(def, 0);

    table->chart = kind;
    table->chart_measures = g_strsplit(measures, ",", -1);
    set_text(&table->chart_measure, table->chart_measures[0]);
}
static void
corrupt_chart_series(JwReportDef *def)
{
    chart_of(def, JW_CHART_LINE, "totalCalls,totalWait");
}
static void
corrupt_pie_of_two(JwReportDef *def)
{
    chart_of(def, JW_CHART_PIE, "totalCalls,answerRate");
}
static void
corrupt_stack_of_one(JwReportDef *def)
{
    TABLE(def, 0)->chart = JW_CHART_STACKED;
}
static void
corrupt_pie_of_a_ratio(JwReportDef *def)
{
    TABLE(def, 0)->chart = JW_CHART_PIE;
    set_text(&TABLE(def, 0)->chart_measure, "answerRate");
}
static void
corrupt_mail_chart(JwReportDef *def)
{
    set_text(&def->mail_chart_table, "By agent");
}

static void
corrupt_chart_of_dates(JwReportDef *def)
{
    JwMeasureDef *measure = MEASURE(def, 0);

    measure->op = JW_MEASURE_MAX;
    measure->format = JW_FORMAT_DATETIME;
    set_text(&measure->field, "startedAt");
}
static void
corrupt_format_of_average(JwReportDef *def)
{
    MEASURE(def, 4)->format = JW_FORMAT_DATETIME;
}
static void
corrupt_format_of_ratio(JwReportDef *def)
{
    MEASURE(def, 3)->format = JW_FORMAT_DATE;
}
static void
corrupt_format_of_peak_value(JwReportDef *def)
{
    MEASURE(def, 7)->format = JW_FORMAT_DATE;
}
static void
corrupt_format_bool(JwReportDef *def)
{
    MEASURE(def, 0)->format = JW_FORMAT_BOOL;
}

static const struct {
    void (*corrupt)(JwReportDef *def);
    const char *pattern;
} corruptions[] = {
    { corrupt_type, "/reportType: is missing" },
    { corrupt_collection, "/collection: is missing" },
    { corrupt_zone, "/timeZone: 'Mars/Olympus'*" },
    { corrupt_groups, "/maxGroups: 0 *" },
    { corrupt_inactive, "/inactive: *" },
    { corrupt_filter, "/filters/2/name: 'agents' is already defined" },
    { corrupt_filter_field, "/filters/2/field: is missing" },
    { corrupt_dimension, "/dimensions/5/name: 'hour' is already defined" },
    { corrupt_dimension_name, "/dimensions/5/name: is missing" },
    { corrupt_column, "/columns/3/field: 'caller' is already defined" },
    { corrupt_measure, "/measures/8/name: 'totalCalls' is already defined" },
    { corrupt_sum, "/measures/8/field: is missing" },
    { corrupt_later, "/measures/3/numerator: 'totalWait' is not an earlier measure" },
    { corrupt_self, "/measures/3/denominator: 'answerRate' is not an earlier measure" },
    { corrupt_of_peak, "/measures/8/numerator: 'peakHour' is not a number" },
    { corrupt_scale, "/measures/3/scale: *" },
    { corrupt_decimals, "/measures/3/decimals: 10 *" },
    { corrupt_where, "/measures/0/where/0/field: is missing" },
    { corrupt_peak_dimension, "/measures/6/dimension: no dimension 'minute'" },
    { corrupt_peak_of, "/measures/6/of: no measure 'calls'" },
    { corrupt_peak_of_peak, "/measures/6/of: 'peakHourCalls' has no value inside a group" },
    { corrupt_peak_of_ratio, "/measures/6/of: 'peakShare' has no value inside a group" },
    { corrupt_summary, "/summary/1: no measure 'peakMinute'" },
    { corrupt_title, "/tables/2/title: 'By hour' is already defined" },
    { corrupt_table_dimension, "/tables/1/dimension: no dimension 'minute'" },
    { corrupt_table_measure, "/tables/0/measures/1: no measure 'rate'" },
    { corrupt_table_peak, "/tables/0/measures/1: 'peakHour' has no value inside a group" },
    { corrupt_table_ratio, "/tables/0/measures/1: 'peakShare' has no value inside a group" },
    { corrupt_table_ratio_of_ratio,
      "/tables/0/measures/1: 'lastShare' has no value inside a group" },
    { corrupt_table_ratio_of_itself,
      "/measures/3/denominator: 'answerRate' is not an earlier measure" },
    { corrupt_table_ratio_of_nothing, "/measures/3/denominator: '' is not an earlier measure" },
    { corrupt_table_empty, "/tables/1/measures: is empty" },
    { corrupt_chart_measure, "/tables/0/chartMeasure: 'totalWait' *" },
    { corrupt_chart_series,
      "/tables/0/chartMeasures/1: 'totalWait' is not a measure of this table" },
    { corrupt_pie_of_two, "/tables/0/chartMeasures/1: 'answerRate' does not add up *"
                          "/tables/0/chartMeasures: a pie shows one measure*" },
    { corrupt_pie_of_a_ratio, "/tables/0/chartMeasure: 'answerRate' does not add up *" },
    { corrupt_stack_of_one, "/tables/0/chart: a stacked chart shows two to four *" },
    { corrupt_chart_of_dates, "/tables/0/chartMeasure: 'totalCalls' is a date, and *" },
    { corrupt_format_of_average, "/measures/4/format: datetime and date are formats of *" },
    { corrupt_format_of_ratio, "/measures/3/format: *'answerRate' is a number*" },
    { corrupt_format_of_peak_value, "/measures/7/format: *'peakHourCalls' is a number*" },
    { corrupt_format_bool, "/measures/0/format: bool is a format of columns*" },
    { corrupt_mail_chart, "/mailChartTable: no table 'By agent' with a chart" },
};

static void
test_each_violation_names_its_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(corruptions); i++) {
        g_autoptr(JwReportDef) def = full_def();
        g_autoptr(GError) error = NULL;
        corruptions[i].corrupt(def);
        assert_false(calls_check(def, &error));
        assert_jw_error(error, JW_ERROR_INVALID, corruptions[i].pattern);
    }
}

/* A definition is corrected in one round: every reference that leads nowhere is named. */
static void
test_all_at_once(void **state)
{
    static const char text[] =
        "{\"reportType\":\"Bad "
        "Slug\",\"title\":\"T\",\"filePrefix\":\"T\",\"collection\":\"visits\","
        "\"dateField\":\"at\",\"wrong\":1,"
        "\"dimensions\":[{\"name\":\"ward\",\"label\":\"Ward\",\"field\":\"ward\"}],"
        "\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\"},"
        "{\"name\":\"r\",\"label\":\"R\",\"op\":\"ratio\",\"numerator\":\"x\",\"denominator\":"
        "\"y\"},"
        "{\"name\":\"p\",\"label\":\"P\",\"op\":\"peak\",\"of\":\"z\",\"dimension\":\"w\"},"
        "{\"label\":\"No name\",\"op\":\"sum\",\"field\":7}],"
        "\"columns\":[{\"field\":\"a\",\"label\":\"A\"},{\"field\":\"a\",\"label\":\"B\"}],"
        "\"tables\":[{\"title\":\"T\",\"dimension\":\"w\",\"measures\":[\"n\",\"q\"],"
        "\"chart\":\"line\",\"chartMeasure\":\"v\"}],"
        "\"summary\":[\"n\",\"u\"],\"mailChartTable\":\"None\"}";
    static const char *const places[] = {
        "/reportType",
        "/wrong",
        "/measures/1/numerator",
        "/measures/1/denominator",
        "/measures/2/of",
        "/measures/2/dimension",
        "/measures/3/name",
        "/measures/3/field",
        "/columns/1/field",
        "/tables/0/dimension",
        "/tables/0/measures/1",
        "/tables/0/chartMeasure",
        "/summary/1",
        "/mailChartTable",
    };
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(jw_report_def_parse(text, strlen(text), "f.json", &error));
    g_auto(GStrv) parts = g_strsplit(strchr(jw_error_message(error), ' ') + 1, "; /", -1);
    for (size_t i = 0; i < G_N_ELEMENTS(places); i++) {
        size_t found = 0;
        for (size_t k = 0; parts[k] != NULL; k++) {
            const char *part = parts[k][0] == '/' ? parts[k] + 1 : parts[k];
            const size_t length = strlen(places[i]) - 1;
            found += strncmp(part, places[i] + 1, length) == 0 && part[length] == ':' ? 1 : 0;
        }
        if (found != 1) {
            fail_msg("%s is named %zu times in %s", places[i], found, jw_error_message(error));
        }
    }
    assert_int_equal(g_strv_length(parts), G_N_ELEMENTS(places));
}

static void
test_request(void **state)
{
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    const JwFilter filter = { g_strdup("agents"), g_strsplit("a,b", ",", -1) };

    (void)state;
    assert_non_null(request->filters);
    assert_null(request->group_by);
    g_array_append_val(request->filters, filter);
    request->measures = g_strsplit("x,y", ",", -1);
    jw_report_request_free(NULL);
    jw_report_def_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_definition),
        cmocka_unit_test(test_fields_come_in_order_without_repeats),
        cmocka_unit_test(test_each_violation_names_its_place),
        cmocka_unit_test(test_all_at_once),
        cmocka_unit_test(test_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
