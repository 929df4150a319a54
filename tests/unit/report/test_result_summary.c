/* test_result_summary.c: the summary of a result there and back, and malformed ones. */
#include "result_fixture.h"

/* Everything that a summary carries. */
static void
assert_same_front(const JwReportResult *read, const JwReportResult *result)
{
    assert_string_equal(read->title, result->title);
    assert_string_equal(read->report_type, result->report_type);
    assert_int_equal(read->period, result->period);
    assert_int_equal(read->start_ms, result->start_ms);
    assert_int_equal(read->end_ms, result->end_ms);
    assert_string_equal(read->time_zone, result->time_zone);
    assert_string_equal(read->period_label, result->period_label);
    assert_int_equal(read->rows, result->rows);
    assert_int_equal(read->figures->len, result->figures->len);
    for (guint i = 0; i < read->figures->len; i++) {
        const JwReportFigure *figure = figure_at(read, i), *from = figure_at(result, i);

        assert_string_equal(figure->name, from->name);
        assert_string_equal(figure->label, from->label);
        assert_int_equal(figure->format, from->format);
        assert_same_value(&figure->value, &from->value);
        assert_string_equal(figure->text, from->text);
    }
}

static void
test_round_trip(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    for (int pass = 0; pass < 2; pass++) { /* of nothing, and of calls */
        g_autoptr(JwReportResult) result = fixture_result(&f);
        g_autofree char *summary = jw_report_result_summary(result);
        g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
        g_autofree char *again = jw_report_result_summary(read);

        assert_string_equal(again, summary);
        assert_same_front(read, result);
        assert_int_equal(read->tables->len, 1);
        const JwReportTable *chart = table_at(read, 0), *hours = table_at(result, 0);
        assert_string_equal(chart->title, "By hour");
        assert_string_equal(chart->columns[1].label, "totalCalls");
        assert_int_equal(chart->columns[1].format, hours->columns[hours->chart_columns[0]].format);
        assert_int_equal(chart->columns[1].decimals,
                         hours->columns[hours->chart_columns[0]].decimals);
        assert_true(chart->chart_in_front);
        assert_int_equal(chart->n_rows, 24);
        for (size_t row = 0; row < chart->n_rows; row++) {
            assert_same_value(jw_report_cell(chart, row, 0), jw_report_cell(hours, row, 0));
            assert_same_value(jw_report_cell(chart, row, chart->chart_columns[0]),
                              jw_report_cell(hours, row, hours->chart_columns[0]));
        }
        fixture_call(&f, "2026-01-06T11:00:00Z", "ada \"quoted\" çağrı", "answered", 100);
        fixture_call(&f, "2026-01-06T12:00:00Z", "bob", "missed", 1);
        fixture_call(&f, "2026-01-06T12:01:00Z", "bob", "missed", 1);
    }
}

/* What stands beside the figures goes there and back. */
static void
test_compared(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    f.request->compare = JW_COMPARE_PREVIOUS;
    f.request->compared_start_ms = f.request->start_ms - INT64_C(7) * 86400000;
    f.request->compared_end_ms = f.request->start_ms;
    fixture_start(&f);
    fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", 100);
    g_autoptr(GError) error = NULL;
    g_autoptr(JwAggregate) previous =
        jw_aggregate_new(f.def, f.request, calls_fields, f.zone, &error);
    assert_ok(previous != NULL, error);
    g_autoptr(JwReportResult) result =
        jw_report_result_new_compared(f.aggregate, previous, f.def, f.request, f.zone);
    g_ptr_array_add(result->notes, (gpointer)(uintptr_t) "A note.");
    g_autofree char *summary = jw_report_result_summary(result);
    g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
    g_autofree char *again = jw_report_result_summary(read);
    assert_string_equal(again, summary);
    assert_same_front(read, result);
    assert_string_equal(read->compared_label, "29 Dec 2025 – 4 Jan 2026");
    assert_int_equal(read->compared_start_ms, f.request->compared_start_ms);
    assert_int_equal(read->compared_end_ms, f.request->compared_end_ms);
    assert_string_equal(g_ptr_array_index(read->notes, 0), "A note.");
    for (guint i = 0; i < read->figures->len; i++) {
        const JwReportComparison *one = &figure_at(read, i)->comparison;
        const JwReportComparison *other = &figure_at(result, i)->comparison;
        assert_same_value(&one->previous, &other->previous);
        assert_same_value(&one->difference, &other->difference);
        assert_same_value(&one->percent, &other->percent);
        assert_string_equal(one->previous_text, other->previous_text);
        assert_string_equal(one->difference_text, other->difference_text);
        assert_string_equal(one->percent_text, other->percent_text);
    }
}

/* A chart keeps its kind and its series on the way through the summary. Rows that are totals are
 * none of its values, and a row of two keys has both in its label. */
static void
test_round_trip_of_a_chart_of_series(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", 100);
    fixture_call(&f, "2026-01-06T12:00:00Z", "bob", "missed", 1);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    JwReportTable *hours = &g_array_index(result->tables, JwReportTable, 0);
    hours->chart = JW_CHART_STACKED;
    hours->chart_columns[1] = 3;
    hours->n_chart_columns = 2;
    hours->n_keys = 2;
    hours->kinds = g_new0(JwRowKind, hours->n_rows);
    hours->kinds[1] = JW_ROW_SUBTOTAL;
    hours->kinds[23] = JW_ROW_TOTAL;
    g_autofree char *summary = jw_report_result_summary(result);
    g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
    const JwReportTable *chart = table_at(read, 0);
    assert_int_equal(chart->chart, JW_CHART_STACKED);
    assert_int_equal(chart->n_chart_columns, 2);
    assert_int_equal(chart->n_rows, 22);
    assert_string_equal(jw_report_cell(chart, 0, 0)->text, "00:00 · 0");
    assert_string_equal(jw_report_cell(chart, 1, 0)->text, "02:00 · 0");
    for (size_t row = 1; row < chart->n_rows; row++) {
        assert_same_value(jw_report_cell(chart, row, 1), jw_report_cell(hours, row + 1, 2));
        assert_same_value(jw_report_cell(chart, row, 2), jw_report_cell(hours, row + 1, 3));
    }
    assert_string_equal(chart->columns[2].label, hours->columns[3].label);
    assert_int_equal(chart->columns[2].format, hours->columns[3].format);
}

/* A figure that no double is: as text, as a number and through the summary. */
static void
test_long_integers(void **state)
{
    static const struct {
        int64_t duration;
        const char *value, *text;
    } rows[] = {
        { INT64_C(9007199254740993), "\"value\":9007199254740993", "9,007,199,254,740,993" },
        { INT64_MAX, "\"value\":9223372036854775807", "9,223,372,036,854,775,807" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Fixture) f = { 0 };
        const JwMeasureDef sum = { .name = g_strdup("sum"),
                                   .label = g_strdup("Sum"),
                                   .op = JW_MEASURE_SUM,
                                   .field = g_strdup("durationSeconds"),
                                   .where = jw_report_conditions_new() };

        fixture_init(&f);
        g_array_append_val(f.def->measures, sum);
        g_strfreev(f.def->summary);
        f.def->summary = g_strsplit("sum", ",", -1);
        fixture_start(&f);
        fixture_call(&f, "2026-01-05T06:00:00Z", "Ann", "answered", rows[i].duration);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        g_autofree char *summary = jw_report_result_summary(result);
        g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
        assert_non_null(strstr(summary, rows[i].value));
        assert_string_equal(figure_at(read, 0)->text, rows[i].text);
        assert_int_equal(figure_at(read, 0)->value.integer, rows[i].duration);
    }
}

/* All that a double has, and no zeros for what it has. */
static void
test_long_reals(void **state)
{
    static const struct {
        double cost;
        const char *value, *text;
    } rows[] = {
        { 9007199254740992.0, "\"value\":9007199254740992", "9,007,199,254,740,992.00" },
        { 1234567890123456.75, "\"value\":1234567890123456.8", "1,234,567,890,123,456.80" },
        { 12345678901234.56, "\"value\":12345678901234.56", "12,345,678,901,234.56" },
        { -9214364837599909888.0, "\"value\":-9214364837599909888",
          "-9,214,364,837,599,909,888.00" },
        { 86.925, "\"value\":86.93", "86.93" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Fixture) f = { 0 };
        JwValue row[N_FIELDS] = { 0 };
        const JwMeasureDef sum = { .name = g_strdup("sum"),
                                   .label = g_strdup("Sum"),
                                   .op = JW_MEASURE_MAX,
                                   .field = g_strdup(calls_fields[F_COST]),
                                   .decimals = 2,
                                   .where = jw_report_conditions_new() };

        fixture_init(&f);
        g_array_append_val(f.def->measures, sum);
        g_strfreev(f.def->summary);
        f.def->summary = g_strsplit("sum", ",", -1);
        fixture_start(&f);
        row[F_COST] = (JwValue){ .type = JW_VALUE_REAL, .real = rows[i].cost };
        jw_aggregate_add(f.aggregate, row);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        g_autofree char *summary = jw_report_result_summary(result);
        if (strstr(summary, rows[i].value) == NULL) {
            fail_msg("no %s in %s", rows[i].value, summary);
        }
        assert_string_equal(figure_at(result, 0)->text, rows[i].text);
    }
}

/* Nothing of a limit is in the summary of a report on all records. */
static void
test_limits(void **state)
{
    g_auto(Fixture) f = { 0 };
    const JwFilter agents = { .name = g_strdup("agents"),
                              .values = g_strsplit("ada,bob", ",", -1) };

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    f.def->inactive_field = g_strdup("state");
    g_autoptr(JwReportResult) whole = fixture_result(&f);
    g_autofree char *none = jw_report_result_summary(whole);
    assert_null(strstr(none, "\"filters\""));
    assert_null(strstr(none, "inactive"));
    g_array_append_val(f.request->filters, agents);
    f.request->include_inactive = true;
    f.request->requester = g_strdup("Ann");
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_string_equal(result->requester, "Ann");
    g_autofree char *summary = jw_report_result_summary(result);
    g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
    assert_int_equal(read->limits->len, 1);
    const JwReportLimit *limit = &g_array_index(read->limits, JwReportLimit, 0);
    assert_string_equal(limit->name, "agents");
    assert_string_equal(limit->label, "Agents");
    assert_string_equal(limit->text, "ada, bob");
    assert_true(read->with_inactive);
    g_autofree char *again = jw_report_result_summary(read);
    assert_string_equal(again, summary);
}

/* All records: no start and no end. A definition without a chart for the mail has none. */
static void
test_all_records_and_no_chart(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    f.request->period = JW_PERIOD_CUSTOM;
    f.request->start_ms = f.request->end_ms = 0;
    g_clear_pointer(&f.def->mail_chart_table, g_free);
    fixture_start(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    g_autofree char *summary = jw_report_result_summary(result);
    assert_non_null(strstr(summary, "\"start\":null"));
    assert_non_null(strstr(summary, "\"end\":null"));
    assert_non_null(strstr(summary, "\"label\":\"all records\""));
    assert_null(strstr(summary, "\"chart\""));
    g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
    assert_same_front(read, result);
    assert_int_equal(read->tables->len, 0);
}

/* The table of a grouped report: its first groups, and how many there are. */
static void
test_the_table_of_groups(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    f.request->group_by = g_strsplit("agent", ",", -1);
    f.request->measures = g_strsplit("totalCalls,answerRate", ",", -1);
    f.def->max_groups = JW_SUMMARY_POINTS_MAX + 1;
    fixture_start(&f);
    fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", 100);
    fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "missed", 100);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    g_autofree char *summary = jw_report_result_summary(result);
    assert_non_null(strstr(
        summary, "\"table\":{\"columns\":["
                 "{\"format\":\"text\",\"label\":\"agent\",\"name\":\"agent\"},"
                 "{\"format\":\"integer\",\"label\":\"totalCalls\",\"name\":\"totalCalls\"},"
                 "{\"format\":\"percent\",\"label\":\"answerRate\",\"name\":\"answerRate\"}],"
                 "\"groups\":1,\"keys\":1,\"rows\":[[\"ada\",2,50.0]],\"title\":\"By agent\","
                 "\"total\":[\"Total\",2,50.0]}"));
    for (int i = 0; i < JW_SUMMARY_POINTS_MAX; i++) {
        g_autofree char *agent = g_strdup_printf("a%03d", i);
        fixture_call(&f, "2026-01-06T11:00:00Z", agent, "answered", 100);
    }
    g_autoptr(JwReportResult) many = fixture_result(&f);
    g_autofree char *first = jw_report_result_summary(many);
    assert_non_null(strstr(first, "\"groups\":401,"));
    assert_non_null(strstr(first, "[\"a398\",1,100.0]]"));
    assert_null(strstr(first, "a399"));
    assert_null(strstr(first, "\"chart\""));
}

static void
test_a_long_chart_is_left_out(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    f.def->max_groups = 1000;
    result_add_table(f.def, "Agents", "agent", "totalCalls", JW_CHART_LINE, "totalCalls");
    g_free(f.def->mail_chart_table);
    f.def->mail_chart_table = g_strdup("Agents");
    fixture_start(&f);
    for (int i = 0; i <= JW_SUMMARY_POINTS_MAX; i++) {
        g_autofree char *agent = g_strdup_printf("agent %d", i);
        g_autoptr(JwReportResult) before = fixture_result(&f);
        g_autofree char *summary =
            i < JW_SUMMARY_POINTS_MAX ? NULL : jw_report_result_summary(before);
        assert_true(summary == NULL || strstr(summary, "\"chart\"") != NULL);
        fixture_call(&f, "2026-01-06T11:00:00Z", agent, "answered", 1);
    }
    g_autoptr(JwReportResult) result = fixture_result(&f);
    g_autofree char *summary = jw_report_result_summary(result);
    assert_null(strstr(summary, "\"chart\""));
}

/* A time comes back as a string; everything else unchanged. */
static void
test_values_of_each_type(void **state)
{
    g_autoptr(JwReportResult) read = jw_report_result_of_summary(
        "{\"figures\":[{\"value\":true},{\"value\":-7},{\"value\":0.5},{\"value\":\"a\\u00e7b\"},"
        "{\"value\":null},{\"value\":[1]},{\"format\":\"datetime\",\"value\":"
        "\"2026-01-06T10:00:00Z\"}]}");

    (void)state;
    assert_int_equal(read->figures->len, 7);
    assert_true(figure_at(read, 0)->value.boolean);
    assert_int_equal(figure_at(read, 1)->value.integer, -7);
    assert_true(figure_at(read, 2)->value.real == 0.5);
    assert_string_equal(figure_at(read, 3)->value.text, "açb");
    assert_int_equal(figure_at(read, 4)->value.type, JW_VALUE_NULL);
    assert_int_equal(figure_at(read, 5)->value.type, JW_VALUE_NULL);
    assert_int_equal(figure_at(read, 6)->format, JW_FORMAT_DATETIME);
    assert_string_equal(figure_at(read, 6)->value.text, "2026-01-06T10:00:00Z");
}

/* A malformed member affects only itself. */
static void
test_broken_summaries(void **state)
{
    static const struct {
        const char *summary, *title;
        guint n_figures, n_tables;
    } rows[] = {
        { NULL, NULL, 0, 0 },
        { "", NULL, 0, 0 },
        { "not JSON", NULL, 0, 0 },
        { "[1]", NULL, 0, 0 },
        { "{\"title\":\"A\",\"title\":\"B\"}", NULL, 0, 0 },
        { "{\"title\":7,\"figures\":{},\"chart\":[]}", NULL, 0, 0 },
        { "{\"title\":\"T\",\"figures\":[1,null,{}],\"chart\":{}}", "T", 3, 1 },
        { "{\"title\":\"T\",\"period\":7,\"chart\":{\"labels\":[1],\"values\":{}}}", "T", 0, 1 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwReportResult) read = jw_report_result_of_summary(rows[i].summary);

        if (rows[i].title == NULL) {
            assert_null(read->title);
        } else {
            assert_string_equal(read->title, rows[i].title);
        }
        assert_int_equal(read->period, JW_PERIOD_CUSTOM);
        assert_int_equal(read->rows, -1);
        assert_null(read->period_label);
        assert_int_equal(read->figures->len, rows[i].n_figures);
        assert_int_equal(read->tables->len, rows[i].n_tables);
        for (guint k = 0; k < read->figures->len; k++) {
            assert_null(figure_at(read, k)->label);
            assert_null(figure_at(read, k)->text);
        }
        for (guint k = 0; k < read->tables->len; k++) {
            assert_int_equal(table_at(read, k)->n_rows, 0);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_round_trip_of_a_chart_of_series),
        cmocka_unit_test(test_compared),
        cmocka_unit_test(test_the_table_of_groups),
        cmocka_unit_test(test_long_integers),
        cmocka_unit_test(test_long_reals),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_all_records_and_no_chart),
        cmocka_unit_test(test_a_long_chart_is_left_out),
        cmocka_unit_test(test_values_of_each_type),
        cmocka_unit_test(test_broken_summaries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
