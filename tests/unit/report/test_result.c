/* test_result.c: the result of a pass: every figure and cell, on records written by hand and on
 * the shipped definitions. */
#include "result_fixture.h"
#include "group_value.h"

static void
assert_texts(const JwReportResult *result, const char *const *texts)
{
    for (guint i = 0; i < result->figures->len; i++) {
        assert_string_equal(figure_at(result, i)->text, texts[i]);
    }
}

/* Every figure and every cell is the engine's, under the definition's labels and formats. */
static void
assert_complete(const JwReportResult *result, JwAggregate *aggregate, const JwReportDef *def)
{
    assert_int_equal(result->rows, jw_aggregate_rows(aggregate));
    assert_int_equal(result->figures->len, g_strv_length(def->summary));
    for (guint i = 0; i < result->figures->len; i++) {
        const JwMeasureDef *measure = jw_report_def_measure(def, def->summary[i]);
        const JwReportFigure *figure = figure_at(result, i);
        const JwValue value = jw_aggregate_figure(aggregate, measure);

        assert_string_equal(figure->name, measure->name);
        assert_string_equal(figure->label, measure->label);
        assert_int_equal(figure->format, measure->format);
        assert_same_value(&figure->value, &value);
    }
    assert_int_equal(result->tables->len, def->tables->len);
    for (guint i = 0; i < result->tables->len; i++) {
        const JwTableDef *from = &g_array_index(def->tables, JwTableDef, i);
        const JwDimensionDef *dimension = jw_report_def_dimension(def, from->dimension);
        const JwReportTable *table = table_at(result, i);

        assert_string_equal(table->title, from->title);
        assert_string_equal(table->columns[0].label, dimension->label);
        assert_int_equal(table->n_columns, 1 + g_strv_length(from->measures));
        assert_int_equal(table->n_rows, jw_aggregate_n_groups(aggregate, dimension));
        for (size_t cell = 0; cell < table->n_rows * table->n_columns; cell++) {
            const size_t row = cell / table->n_columns, column = cell % table->n_columns;
            const char *label = label_of_group(aggregate, dimension, row);
            const JwMeasureDef *measure =
                jw_report_def_measure(def, from->measures[column > 0 ? column - 1 : 0]);
            const JwValue value =
                column == 0
                    ? (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) }
                    : value_in_group(aggregate, dimension, row, measure);
            assert_same_value(jw_report_cell(table, row, column), &value);
            assert_int_equal(table->columns[column].format,
                             column == 0 ? JW_FORMAT_TEXT : measure->format);
        }
    }
}

static void
add_calls(Fixture *self)
{
    fixture_call(self, "2026-01-06T11:00:00Z", "ada", "answered", 100);
    fixture_call(self, "2026-01-06T11:59:59.999Z", "ada", "answered", 151);
    fixture_call(self, "2026-01-06T12:00:00Z", "bob", "missed", 9999);
    fixture_call(self, "2026-01-07T06:00:00Z", "bob", "no-answer", -1);
    fixture_call(self, "2026-01-07T22:00:00Z", "eve", "answered", -1);
    fixture_call(self, "2026-01-08T11:30:00Z", "eve", "abandoned", 1);
}

static void
test_figures_and_tables(void **state)
{
    static const char *const texts[] = { "6", "50.00 %", "125.5 s", "14:00", "3" };
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_complete(result, f.aggregate, f.def);
    assert_texts(result, texts);
    assert_string_equal(result->title, "Call records");
    assert_string_equal(result->report_type, "call-records");
    assert_int_equal(result->period, JW_PERIOD_WEEKLY);
    assert_int_equal(result->start_ms, f.request->start_ms);
    assert_int_equal(result->end_ms, f.request->end_ms);
    assert_string_equal(result->time_zone, "Europe/Istanbul");
    assert_string_equal(result->period_label, "5 Jan 2026 – 11 Jan 2026");
    assert_int_equal(result->limits->len, 0);
    const JwReportTable *hours = table_at(result, 0);
    assert_string_equal(jw_report_cell(hours, 14, 0)->text, "14:00");
    assert_int_equal(jw_report_cell(hours, 14, 1)->integer, 2);
    assert_int_equal(jw_report_cell(hours, 14, 2)->integer, 3);
    assert_true(jw_report_cell(hours, 14, 3)->real == 66.67);
    assert_int_equal(jw_report_cell(hours, 3, 3)->type, JW_VALUE_NULL);
    assert_string_equal(jw_report_cell(table_at(result, 3), 0, 0)->text, "ada");
}

static void
test_charts(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *hours = table_at(result, 0), *weekdays = table_at(result, 1);
    const JwReportTable *days = table_at(result, 2);
    assert_int_equal(hours->chart, JW_CHART_COLUMN);
    assert_int_equal(hours->chart_columns[0], 2);
    assert_true(hours->chart_in_front);
    assert_int_equal(weekdays->chart, JW_CHART_LINE);
    assert_int_equal(weekdays->chart_columns[0], 1);
    assert_false(weekdays->chart_in_front);
    assert_int_equal(days->chart, JW_CHART_NONE);
    assert_int_equal(days->chart_columns[0], 0);
}

/* All hours, weekdays and days of the period are there; what has no value is "n/a". */
static void
test_nothing(void **state)
{
    static const char *const texts[] = { "0", "n/a", "n/a", "n/a", "n/a" };
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_complete(result, f.aggregate, f.def);
    assert_texts(result, texts);
    assert_int_equal(result->rows, 0);
    assert_int_equal(table_at(result, 0)->n_rows, 24);
    assert_string_equal(jw_report_cell(table_at(result, 0), 23, 0)->text, "23:00");
    assert_int_equal(table_at(result, 1)->n_rows, 7);
    assert_string_equal(jw_report_cell(table_at(result, 1), 0, 0)->text, "Monday");
    assert_string_equal(jw_report_cell(table_at(result, 1), 6, 0)->text, "Sunday");
    assert_int_equal(table_at(result, 2)->n_rows, 7);
    assert_string_equal(jw_report_cell(table_at(result, 2), 0, 0)->text, "2026-01-05");
    assert_string_equal(jw_report_cell(table_at(result, 2), 6, 0)->text, "2026-01-11");
    assert_int_equal(table_at(result, 3)->n_rows, 0);
}

/* What says so is 0 then, in figures alone. */
static void
test_zero_of_nothing(void **state)
{
    static const char *const texts[] = { "0", "0.00 %", "0.0 s", "00:00", "0" };
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    for (guint i = 0; i < f.def->measures->len; i++) {
        g_array_index(f.def->measures, JwMeasureDef, i).zero = true;
    }
    fixture_start(&f);
    g_autoptr(JwReportResult) nothing = fixture_result(&f);
    assert_texts(nothing, texts);
    for (guint i = 0; i < nothing->figures->len; i++) {
        assert_int_not_equal(figure_at(nothing, i)->value.type, JW_VALUE_NULL);
    }
    for (size_t column = 1; column < table_at(nothing, 0)->n_columns; column++) {
        const JwReportColumn *head = &table_at(nothing, 0)->columns[column];
        const JwValue *cell = jw_report_cell(table_at(nothing, 0), 0, column);
        assert_int_equal(cell->type,
                         head->format == JW_FORMAT_INTEGER ? JW_VALUE_INT : JW_VALUE_NULL);
    }
    add_calls(&f);
    g_autoptr(JwReportResult) some = fixture_result(&f); /* what is there, is what it was */
    assert_string_equal(figure_at(some, 1)->text, "50.00 %");
    assert_string_equal(figure_at(some, 3)->text, "14:00");
}

static void
test_more_groups_than_allowed(void **state)
{
    static const char *const agents[] = {
        "bob", "ada", "eve", "bob", "cid", "eve", "bob", "", "dan"
    };
    static const char *const order[] = { "bob", "eve", "ada", "(none)", "(other)" };
    static const int counts[] = { 3, 2, 1, 1, 2 };
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    f.def->max_groups = 3;
    fixture_start(&f);
    for (size_t i = 0; i < G_N_ELEMENTS(agents); i++) {
        fixture_call(&f, "2026-01-06T11:00:00Z", agents[i], "answered", 1);
    }
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 3);
    assert_int_equal(table->n_rows, G_N_ELEMENTS(order));
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        assert_string_equal(jw_report_cell(table, i, 0)->text, order[i]);
        assert_int_equal(jw_report_cell(table, i, 1)->integer, counts[i]);
    }
}

/* Figures are rounded once, half up, and shown as they were rounded. */
static void
test_rounding(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    fixture_start(&f);
    for (int i = 0; i < 800; i++) { /* 1 of 800: 0.125 % */
        fixture_call(&f, "2026-01-06T11:00:00Z", "ada", i == 0 ? "answered" : "missed", 7);
    }
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_true(figure_at(result, 1)->value.real == 0.13);
    assert_string_equal(figure_at(result, 1)->text, "0.13 %");
    assert_true(jw_report_cell(table_at(result, 0), 14, 3)->real == 0.13);
}

static void
test_outlives_what_it_came_from(void **state)
{
    g_autoptr(JwReportResult) result = NULL;

    (void)state;
    {
        g_auto(Fixture) f = { 0 };
        const JwFilter filter = { .name = g_strdup("agents"),
                                  .values = g_strsplit("ada,bob", ",", -1) };
        fixture_init(&f);
        g_array_append_val(f.request->filters, filter);
        f.request->include_inactive = true;
        calls_add_peak(f.def, "peakAgent", JW_MEASURE_PEAK, "agent", "totalCalls");
        g_strfreev(f.def->summary);
        f.def->summary = g_strsplit("peakAgent", ",", -1);
        fixture_start(&f);
        add_calls(&f);
        result = fixture_result(&f);
    }
    assert_string_equal(result->title, "Call records");
    assert_int_equal(result->limits->len, 1);
    assert_string_equal(g_array_index(result->limits, JwReportLimit, 0).name, "agents");
    assert_string_equal(g_array_index(result->limits, JwReportLimit, 0).text, "ada, bob");
    assert_false(result->with_inactive); /* the definition knows none */
    assert_string_equal(figure_at(result, 0)->label, "peakAgent");
    assert_string_equal(figure_at(result, 0)->value.text, "ada");
    assert_string_equal(figure_at(result, 0)->text, "ada");
    assert_string_equal(table_at(result, 2)->columns[2].label, "averageDuration");
    assert_string_equal(jw_report_cell(table_at(result, 3), 2, 0)->text, "eve");
    jw_report_result_free(NULL);
}

static void
assert_columns(const JwReportTable *table, const char *names)
{
    g_auto(GStrv) wanted = g_strsplit(names, ",", -1);

    assert_int_equal(table->n_columns, g_strv_length(wanted));
    for (size_t i = 0; i < table->n_columns; i++) {
        assert_string_equal(table->columns[i].name, wanted[i]);
    }
}

/* Dates are not drawn: the first measure of numbers is, and where there is none, nothing. */
static void
test_dates_have_no_chart(void **state)
{
    static const struct {
        const char *measures;
        JwFormat format;
        JwChart chart;
        size_t chart_column;
    } cases[] = {
        { "latest", JW_FORMAT_DATETIME, JW_CHART_NONE, 0 },
        { "latest", JW_FORMAT_DATE, JW_CHART_NONE, 0 },
        { "latest", JW_FORMAT_INTEGER, JW_CHART_NONE, 0 }, /* as the records show */
        { "latest,totalWait,answeredCalls", JW_FORMAT_DATETIME, JW_CHART_COLUMN, 2 },
        { "latest,totalWait,answeredCalls", JW_FORMAT_INTEGER, JW_CHART_COLUMN, 2 },
        { "latest,totalWait,totalCalls", JW_FORMAT_DATETIME, JW_CHART_COLUMN, 3 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };

        fixture_init(&f);
        calls_add_measure(f.def, "latest", JW_MEASURE_MAX, "startedAt")->format = cases[i].format;
        f.request->group_by = g_strsplit("hour", ",", -1);
        f.request->measures = g_strsplit(cases[i].measures, ",", -1);
        fixture_start(&f);
        add_calls(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        const JwReportTable *table = table_at(result, 0);
        assert_int_equal(table->chart, cases[i].chart);
        assert_int_equal(table->chart_columns[0], cases[i].chart_column);
        assert_int_equal(table->chart_in_front, cases[i].chart != JW_CHART_NONE);
        g_autofree char *summary = jw_report_result_summary(result);
        assert_int_equal(strstr(summary, "\"chart\"") != NULL, table->chart_in_front);
    }
}

/* What groupBy and measures put in the place of the definition's figures and tables. "date" has a
 * table without a chart, "month" none, "agent" and "hour" one. */
static void
test_what_is_asked_for(void **state)
{
    static const struct {
        const char *group_by, *measures, *figures, *title, *columns;
        JwChart chart;
        size_t chart_column;
    } cases[] = {
        { "agent", NULL, NULL, "By agent", "agent,totalCalls,answerRate", JW_CHART_COLUMN, 1 },
        { "hour", NULL, NULL, "By hour", "hour,answeredCalls,totalCalls,answerRate",
          JW_CHART_COLUMN, 2 },
        { "weekday", NULL, NULL, "By weekday", "weekday,totalCalls", JW_CHART_LINE, 1 },
        { "date", NULL, NULL, "By day", "date,totalCalls,averageDuration", JW_CHART_LINE, 1 },
        { "month", NULL, NULL, "By month", "month,totalCalls,answerRate,averageDuration",
          JW_CHART_LINE, 1 },
        { "month", "missedCalls", "missedCalls", "By month", "month,missedCalls", JW_CHART_LINE,
          1 },
        { "hour", "peakHour,answerRate,totalCalls", "peakHour,answerRate,totalCalls", "By hour",
          "hour,answerRate,totalCalls", JW_CHART_COLUMN, 2 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };

        fixture_init(&f);
        f.request->group_by = g_strsplit(cases[i].group_by, ",", -1);
        f.request->measures =
            cases[i].measures != NULL ? g_strsplit(cases[i].measures, ",", -1) : NULL;
        fixture_start(&f);
        add_calls(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        g_auto(GStrv) figures = cases[i].figures != NULL ? g_strsplit(cases[i].figures, ",", -1)
                                                         : g_strdupv(f.def->summary);
        assert_true(result->grouped);
        assert_int_equal(result->figures->len, g_strv_length(figures));
        for (guint k = 0; k < result->figures->len; k++) {
            assert_string_equal(figure_at(result, k)->name, figures[k]);
        }
        assert_int_equal(result->tables->len, 1);
        const JwReportTable *table = table_at(result, 0);
        assert_string_equal(table->title, cases[i].title);
        assert_columns(table, cases[i].columns);
        assert_int_equal(table->chart, cases[i].chart);
        assert_int_equal(table->chart_columns[0], cases[i].chart_column);
        assert_true(table->chart_in_front);
    }
}

/* The series of the definition's chart, as far as the request shows them; what is then no part of a
 * whole is no pie. */
static void
test_series_of_a_chart(void **state)
{
    static const struct {
        JwChart kind;
        const char *series, *measures;
        JwChart shown;
        size_t n_columns, columns[JW_CHART_SERIES_MAX];
    } cases[] = {
        { JW_CHART_STACKED, "totalCalls,answeredCalls", NULL, JW_CHART_STACKED, 2, { 2, 1 } },
        { JW_CHART_BAR, "totalCalls,answerRate", "answerRate,missedCalls", JW_CHART_BAR, 1, { 1 } },
        { JW_CHART_LINE, "totalCalls,answeredCalls", "missedCalls", JW_CHART_LINE, 1, { 1 } },
        { JW_CHART_PIE, "totalCalls", NULL, JW_CHART_PIE, 1, { 2 } },
        { JW_CHART_PIE, "totalCalls", "answerRate", JW_CHART_COLUMN, 1, { 1 } },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };

        fixture_init(&f);
        JwTableDef *hours = &g_array_index(f.def->tables, JwTableDef, 0);
        hours->chart = cases[i].kind;
        g_free(hours->chart_measure);
        char **series = g_strsplit(cases[i].series, ",", -1);
        hours->chart_measure = g_strdup(series[0]);
        hours->chart_measures = series[1] != NULL ? g_strdupv(series) : NULL;
        g_strfreev(series);
        f.request->group_by = g_strsplit("hour", ",", -1);
        f.request->measures =
            cases[i].measures != NULL ? g_strsplit(cases[i].measures, ",", -1) : NULL;
        fixture_start(&f);
        add_calls(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        const JwReportTable *table = table_at(result, 0);
        assert_int_equal(table->chart, cases[i].shown);
        assert_int_equal(table->n_chart_columns, cases[i].n_columns);
        for (size_t k = 0; k < table->n_chart_columns; k++) {
            assert_int_equal(table->chart_columns[k], cases[i].columns[k]);
        }
    }
}

static void
test_groups_have_their_figures(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    f.request->group_by = g_strsplit("agent", ",", -1);
    f.request->measures = g_strsplit("totalCalls,answeredCalls,answerRate", ",", -1);
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    static const char *const agents[] = { "ada", "bob", "eve" };
    static const int answered[] = { 2, 0, 1 };
    static const double rates[] = { 100, 0, 50 };
    assert_int_equal(table->n_rows, 4);
    assert_int_equal(jw_report_row_kind(table, 3), JW_ROW_TOTAL);
    assert_string_equal(jw_report_cell(table, 3, 0)->text, "Total");
    assert_int_equal(jw_report_cell(table, 3, 1)->integer, 6);
    assert_true(jw_report_cell(table, 3, 3)->real == 50);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(jw_report_row_kind(table, i), JW_ROW_GROUP);
        assert_string_equal(jw_report_cell(table, i, 0)->text, agents[i]);
        assert_int_equal(jw_report_cell(table, i, 1)->integer, 2);
        assert_int_equal(jw_report_cell(table, i, 2)->integer, answered[i]);
        assert_true(jw_report_cell(table, i, 3)->real == rates[i]);
    }
}

/* Without groupBy: each table of the definition has the measures, as far as they have groups. */
static void
test_measures_alone(void **state)
{
    g_auto(Fixture) f = { 0 }, peaks = { 0 };

    (void)state;
    fixture_init(&f);
    f.request->measures = g_strsplit("peakHour,missedCalls,totalCalls", ",", -1);
    fixture_start(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_false(result->grouped);
    assert_int_equal(result->figures->len, 3);
    assert_string_equal(figure_at(result, 0)->name, "peakHour");
    assert_int_equal(result->tables->len, 4);
    assert_columns(table_at(result, 0), "hour,missedCalls,totalCalls");
    assert_int_equal(table_at(result, 0)->chart_columns[0], 2);
    assert_true(table_at(result, 0)->chart_in_front);
    assert_columns(table_at(result, 2), "date,missedCalls,totalCalls");
    assert_int_equal(table_at(result, 2)->chart, JW_CHART_NONE);
    assert_int_equal(table_at(result, 2)->chart_columns[0], 0);

    fixture_init(&peaks);
    peaks.request->measures = g_strsplit("peakHour", ",", -1);
    fixture_start(&peaks);
    g_autoptr(JwReportResult) front = fixture_result(&peaks);
    assert_int_equal(front->figures->len, 1);
    assert_int_equal(front->tables->len, 0);
}

static JwValue
some_value(GRand *random, const JwReportDef *def, const char *field, const JwReportRequest *request)
{
    static const char *const words[] = { "answered", "missed", "completed", "Diane", "Çağrı" };
    const char *word = words[g_rand_int_range(random, 0, G_N_ELEMENTS(words))];

    if (g_str_has_suffix(field, "At") || g_str_equal(field, def->date_field)) {
        const double part = g_rand_double(random);
        return (JwValue){ .type = JW_VALUE_TIME,
                          .time_ms =
                              request->start_ms
                              + (int64_t)(part * (double)(request->end_ms - request->start_ms)) };
    }
    switch (g_rand_int_range(random, 0, 4)) {
    case 0:
        return (JwValue){ .type = JW_VALUE_NULL };
    case 1:
        return (JwValue){ .type = JW_VALUE_INT, .integer = g_rand_int_range(random, -5, 900) };
    case 2:
        return (JwValue){ .type = JW_VALUE_REAL, .real = g_rand_double(random) * 1000 };
    default:
        return (JwValue){ .type = JW_VALUE_TEXT, .text = word, .length = strlen(word) };
    }
}

static void
test_shipped_definitions(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCatalog) catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    g_autoptr(GRand) random = g_rand_new_with_seed(20260106);
    g_auto(Fixture) f = { 0 };

    (void)state;
    assert_ok(catalog != NULL, error);
    fixture_init(&f);
    for (size_t i = 0; i < jw_catalog_size(catalog); i++) {
        const JwReportDef *def = jw_catalog_get(catalog, i);
        g_auto(GStrv) fields = jw_report_def_fields(def);
        g_autoptr(JwAggregate) aggregate =
            jw_aggregate_new(def, f.request, (const char *const *)fields, f.zone, &error);
        JwValue row[64];

        assert_ok(aggregate != NULL, error);
        for (int n = 0; n < 300; n++) {
            for (size_t k = 0; fields[k] != NULL; k++) {
                row[k] = some_value(random, def, fields[k], f.request);
            }
            jw_aggregate_add(aggregate, row);
        }
        g_autoptr(JwReportResult) result =
            jw_report_result_new_compared(aggregate, NULL, def, f.request, f.zone);
        assert_complete(result, aggregate, def);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures_and_tables),
        cmocka_unit_test(test_charts),
        cmocka_unit_test(test_dates_have_no_chart),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_zero_of_nothing),
        cmocka_unit_test(test_more_groups_than_allowed),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_outlives_what_it_came_from),
        cmocka_unit_test(test_what_is_asked_for),
        cmocka_unit_test(test_series_of_a_chart),
        cmocka_unit_test(test_groups_have_their_figures),
        cmocka_unit_test(test_measures_alone),
        cmocka_unit_test(test_shipped_definitions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
