/* test_looks.c: thresholds, units and labels, from a definition to the result. */
#include "jw/report_change.h"
#include "jw/report_text.h"
#include "result_fixture.h"

#include <math.h>

/* The fixture's definition says: under 50 % is bad, under 80 % a warning, from 90 % on good; calls
 * are counted; "ada" and statuses have names. */
static void
looks_init(Fixture *self)
{
    static const JwThreshold thresholds[] = { { JW_LEVEL_BAD, -INFINITY, 50 },
                                              { JW_LEVEL_WARN, -INFINITY, 80 },
                                              { JW_LEVEL_GOOD, 90, INFINITY } };
    JwColumnDef status = { .field = g_strdup("agent"), .label = g_strdup("Agent"), .decimals = -1 };
    JwMeasureDef *rate = NULL, *total = NULL;

    fixture_init(self);
    for (guint i = 0; i < self->def->measures->len; i++) {
        JwMeasureDef *measure = &g_array_index(self->def->measures, JwMeasureDef, i);
        rate = g_str_equal(measure->name, "answerRate") ? measure : rate;
        total = g_str_equal(measure->name, "totalCalls") ? measure : total;
    }
    rate->thresholds = g_array_new(FALSE, TRUE, sizeof(JwThreshold));
    g_array_append_vals(rate->thresholds, thresholds, G_N_ELEMENTS(thresholds));
    total->unit = (JwUnit){ g_strdup("call"), g_strdup("calls") };
    for (guint i = 0; i < self->def->dimensions->len; i++) {
        JwDimensionDef *dimension = &g_array_index(self->def->dimensions, JwDimensionDef, i);
        if (g_str_equal(dimension->name, "agent")) {
            dimension->labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
            g_hash_table_insert(dimension->labels, g_strdup("ada"), g_strdup("Ada L."));
            g_hash_table_insert(dimension->labels, g_strdup("(none)"), g_strdup("nobody"));
        }
    }
    status.labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_hash_table_insert(status.labels, g_strdup("ada"), g_strdup("Ada L."));
    g_hash_table_insert(status.labels, g_strdup("true"), g_strdup("is so"));
    g_hash_table_insert(status.labels, g_strdup("3"), g_strdup("three"));
    g_array_append_val(self->def->columns, status);
}

static void
test_levels(void **state)
{
    static const struct {
        int answered, missed;
        JwLevel level;
    } rows[] = {
        { 0, 0, JW_LEVEL_NONE }, /* no rate */
        { 1, 2, JW_LEVEL_BAD },  { 1, 1, JW_LEVEL_WARN }, { 4, 1, JW_LEVEL_NONE },
        { 9, 1, JW_LEVEL_GOOD }, { 1, 0, JW_LEVEL_GOOD },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Fixture) f = { 0 };

        looks_init(&f);
        fixture_start(&f);
        for (int k = 0; k < rows[i].answered + rows[i].missed; k++) {
            fixture_call(&f, "2026-01-06T11:00:00Z", "ada",
                         k < rows[i].answered ? "answered" : "missed", 1);
        }
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_int_equal(figure_at(result, 0)->level, JW_LEVEL_NONE);
        assert_int_equal(figure_at(result, 1)->level, rows[i].level);
        const JwReportTable *hours = table_at(result, 0);
        assert_int_equal(jw_report_cell_level(hours, 14, 3), rows[i].level);
        assert_int_equal(jw_report_cell_level(hours, 14, 2), JW_LEVEL_NONE);
        assert_int_equal(jw_report_cell_level(hours, 13, 3), JW_LEVEL_NONE);
        assert_int_equal(jw_report_cell_level(table_at(result, 1), 1, 1), JW_LEVEL_NONE);
        g_autofree char *summary = jw_report_result_summary(result);
        g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
        assert_int_equal(figure_at(read, 1)->level, rows[i].level);
    }
}

static void
test_level_texts(void **state)
{
    g_autofree char *good = jw_report_level_text(JW_LEVEL_GOOD, NULL);
    g_autofree char *warn = jw_report_level_text(JW_LEVEL_WARN, NULL);
    g_autofree char *bad = jw_report_level_text(JW_LEVEL_BAD, NULL);
    (void)state;

    assert_string_equal(good, "✓ good");
    assert_string_equal(warn, "! attention");
    assert_string_equal(bad, "✗ bad");
    assert_null(jw_report_level_text(JW_LEVEL_NONE, NULL));
}

static void
test_units(void **state)
{
    static const char *const texts[] = { "0 calls", "1 call", "2 calls" };
    g_auto(Fixture) f = { 0 };

    (void)state;
    looks_init(&f);
    fixture_start(&f);
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_autoptr(JwReportResult) result = fixture_result(&f);
        g_autofree char *summary = jw_report_result_summary(result);
        g_autoptr(JwReportResult) read = jw_report_result_of_summary(summary);
        assert_string_equal(figure_at(result, 0)->text, texts[i]);
        assert_string_equal(figure_at(read, 0)->unit, i == 1 ? " call" : " calls");
        assert_null(figure_at(read, 1)->unit);
        assert_string_equal(table_at(read, 0)->columns[1].unit, " calls"); /* of the chart */
        assert_string_equal(table_at(read, 0)->columns[1].unit_one, " call");
        const JwReportColumn *column = &table_at(result, 0)->columns[2];
        assert_string_equal(column->unit, " calls");
        assert_string_equal(column->unit_one, " call");
        fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", 1);
    }
}

/* Behind each number of a column by the rule of the language. */
static void
test_units_of_columns(void **state)
{
    static const struct {
        const char *language;
        double number;
        bool one;
    } rows[] = { { NULL, 1, true }, { NULL, -1, true },   { NULL, 0, false }, { "de", 1.5, false },
                 { "fr", 0, true }, { "fr", -1.9, true }, { "fr", 2, false } };
    const JwReportColumn own = { .unit = " calls", .unit_one = " call" }, many = { .unit = " km" },
                         none = { .unit_one = " call" };
    const JwValue no_value = { .type = JW_VALUE_NULL };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const JwValue value = { .type = JW_VALUE_REAL, .real = rows[i].number };
        const char *unit = jw_report_column_unit(&own, &value, rows[i].language);
        assert_string_equal(unit, rows[i].one ? " call" : " calls");
        assert_string_equal(jw_report_column_unit(&many, &value, rows[i].language), " km");
        assert_null(jw_report_column_unit(&none, &value, rows[i].language));
    }
    assert_string_equal(jw_report_column_unit(&own, &no_value, "fr"), " calls");
}

/* Beside the period before the difference has the form of its own number. */
static void
test_compared(void **state)
{
    g_auto(Fixture) f = { 0 };
    g_autoptr(GError) error = NULL;

    (void)state;
    looks_init(&f);
    for (guint i = 0; i < f.def->tables->len; i++) {
        g_array_index(f.def->tables, JwTableDef, i).compare = true;
    }
    f.request->compare = JW_COMPARE_PREVIOUS;
    f.request->compared_start_ms = f.request->start_ms - INT64_C(7) * 86400000;
    f.request->compared_end_ms = f.request->start_ms;
    fixture_start(&f);
    g_autoptr(JwAggregate) before =
        jw_aggregate_new(f.def, f.request, calls_fields, f.zone, &error);
    assert_ok(before != NULL, error);
    fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", 1);
    g_autoptr(JwReportResult) result =
        jw_report_result_new_compared(f.aggregate, before, f.def, f.request, f.zone);
    const JwReportFigure *total = figure_at(result, 0);
    const JwReportTable *agents = table_at(result, 3);
    assert_string_equal(total->text, "1 call");
    assert_string_equal(total->comparison.previous_text, "0 calls");
    assert_string_equal(total->comparison.difference_text, "+1 call");
    assert_string_equal(jw_report_cell(agents, 0, 0)->text, "Ada L.");
    assert_string_equal(agents->columns[2].unit, " calls");
    assert_string_equal(agents->columns[3].unit, " calls");
    assert_null(agents->columns[4].unit);
    assert_null(agents->columns[4].unit_one);
    assert_string_equal(total->unit, " call");
    assert_string_equal(total->comparison.previous_unit, " calls");
    assert_int_equal(jw_report_cell_level(agents, 0, 5), JW_LEVEL_GOOD);
    assert_int_equal(jw_report_cell_level(agents, 0, 6), JW_LEVEL_NONE);
}

static void
test_labels_of_groups(void **state)
{
    static const char *const labels[] = { "Ada L.", "bob", "nobody" };
    g_auto(Fixture) f = { 0 };

    (void)state;
    looks_init(&f);
    fixture_start(&f);
    fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", 1);
    fixture_call(&f, "2026-01-06T11:00:00Z", "bob", "answered", 1);
    fixture_call(&f, "2026-01-06T11:00:00Z", "", "answered", 1);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *agents = table_at(result, 3);
    assert_int_equal(agents->n_rows, G_N_ELEMENTS(labels));
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        assert_string_equal(jw_report_cell(agents, i, 0)->text, labels[i]);
        assert_int_equal(jw_report_cell(agents, i, 0)->length, strlen(labels[i]));
    }
}

/* What the report is limited to reads as its groups do. */
static void
test_labels_of_filters(void **state)
{
    g_auto(Fixture) f = { 0 };
    const JwFilter filter = { .name = g_strdup("agents"),
                              .values = g_strsplit("ada,bob", ",", -1) };

    (void)state;
    looks_init(&f);
    g_array_append_val(f.request->filters, filter);
    fixture_start(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_string_equal(g_array_index(result->limits, JwReportLimit, 0).text, "Ada L., bob");
}

static void
test_labels_of_the_list(void **state)
{
    static const struct {
        JwValue value;
        const char *shown; /* NULL: as it is */
    } rows[] = {
        { { .type = JW_VALUE_TEXT, .text = "adamant", .length = 3 }, "Ada L." },
        { { .type = JW_VALUE_TEXT, .text = "adamant", .length = 7 }, NULL },
        { { .type = JW_VALUE_TEXT, .text = "", .length = 0 }, NULL },
        { { .type = JW_VALUE_BOOL, .boolean = true }, "is so" },
        { { .type = JW_VALUE_BOOL, .boolean = false }, NULL },
        { { .type = JW_VALUE_INT, .integer = 3 }, "three" },
        { { .type = JW_VALUE_NULL }, NULL },
    };
    g_auto(Fixture) f = { 0 };

    (void)state;
    looks_init(&f);
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        JwValue shown = { 0 };
        jw_report_round_row(f.def, &rows[i].value, &shown);
        if (rows[i].shown != NULL) {
            assert_int_equal(shown.type, JW_VALUE_TEXT);
            assert_int_equal(shown.length, strlen(rows[i].shown));
            assert_memory_equal(shown.text, rows[i].shown, shown.length);
        } else {
            assert_same_value(&shown, &rows[i].value);
        }
    }
}

/* Two dimensions with sub-totals, or a pivot: labels in keys, totals and heads; units and levels in
 * all of them; shares are of all records. */
static void
looks_of_two(Fixture *self, const char *group_by, const char *pivot)
{
    looks_init(self);
    calls_add_measure(self->def, "part", JW_MEASURE_SHARE, NULL)->of = g_strdup("totalCalls");
    calls_add_measure(self->def, "people", JW_MEASURE_DISTINCT, "agent");
    self->request->group_by = g_strsplit(group_by, ",", -1);
    self->request->measures = g_strsplit("totalCalls,answerRate,part,people", ",", -1);
    self->request->rows.pivot = g_strdup(pivot);
    fixture_start(self);
    fixture_call(self, "2026-01-06T11:00:00Z", "ada", "answered", 1);
    fixture_call(self, "2026-01-06T12:00:00Z", "ada", "answered", 1);
    fixture_call(self, "2026-01-07T12:00:00Z", "ada", "missed", 1);
    fixture_call(self, "2026-01-07T12:00:00Z", "bob", "missed", 1);
}

static void
assert_row(const JwReportTable *table, size_t row, size_t column, double part, int64_t people,
           JwLevel level)
{
    const JwValue *share = jw_report_cell(table, row, column + 2);

    assert_int_equal(jw_report_cell_level(table, row, column), JW_LEVEL_NONE);
    assert_int_equal(jw_report_cell_level(table, row, column + 1), level);
    assert_true(share->type == JW_VALUE_REAL && share->real == part);
    assert_int_equal(jw_report_cell(table, row, column + 3)->integer, people);
}

static void
test_two_dimensions(void **state)
{
    static const struct {
        const char *label;
        double part;
        int people;
        JwLevel level;
    } rows[] = {
        { "Ada L.", 50, 1, JW_LEVEL_GOOD },        { "Ada L.", 25, 1, JW_LEVEL_BAD },
        { "Ada L., total", 75, 1, JW_LEVEL_WARN }, { "bob", 25, 1, JW_LEVEL_BAD },
        { "bob, total", 25, 1, JW_LEVEL_BAD },     { "Total", 100, 2, JW_LEVEL_WARN },
    };
    g_auto(Fixture) f = { 0 };

    (void)state;
    looks_of_two(&f, "agent,weekday", NULL);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_rows, G_N_ELEMENTS(rows));
    assert_string_equal(table->columns[2].unit, " calls");
    for (size_t i = 0; i < table->n_rows; i++) {
        assert_string_equal(jw_report_cell(table, i, 0)->text, rows[i].label);
        assert_row(table, i, 2, rows[i].part, rows[i].people, rows[i].level);
    }
}

static void
test_pivot(void **state)
{
    static const char *const heads[] = { "Ada L.", "bob", "Total" };
    g_auto(Fixture) f = { 0 };

    (void)state;
    looks_of_two(&f, "weekday,agent", "agent");
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_columns, 1 + 3 * 4);
    for (size_t i = 0; i < G_N_ELEMENTS(heads); i++) {
        assert_string_equal(table->columns[1 + 4 * i].head, heads[i]);
        assert_string_equal(table->columns[1 + 4 * i].unit, " calls");
    }
    const size_t last = table->n_rows - 1;
    assert_string_equal(jw_report_cell(table, last, 0)->text, "Total");
    assert_row(table, last, 1, 75, 1, JW_LEVEL_WARN);
    assert_row(table, last, 5, 25, 1, JW_LEVEL_BAD);
    assert_row(table, last, 9, 100, 2, JW_LEVEL_WARN);
}

/* Two values of one label are two groups that can be told from each other, in each language. */
static void
test_values_of_one_label(void **state)
{
    static const char text[] =
        "{\"reportType\":\"x\",\"title\":\"X\",\"filePrefix\":\"X\",\"collection\":\"x\","
        "\"dateField\":"
        "\"at\",\"measures\":[{\"name\":\"n\",\"label\":\"N\",\"op\":\"count\"}],\"dimensions\":[{"
        "\"name\":\"g\",\"label\":\"G\",\"field\":\"g\",\"labels\":{\"a\":\"Done\",\"b\":\"Done\","
        "\"c\":\"Open\"}}],\"summary\":[\"n\"],\"languages\":{\"de\":{\"values\":{\"g\":{\"a\":"
        "\"Offen\",\"c\":\"Offen\"}}}}}";
    static const struct {
        const char *language, *value, *label;
    } cases[] = {
        { "en", "a", "Done (a)" },  { "en", "b", "Done (b)" }, { "en", "c", "Open" },
        { "de", "a", "Offen (a)" }, { "de", "b", "Done" },     { "de", "c", "Offen (c)" },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwReportDef) def = jw_report_def_parse(text, strlen(text), "x.json", &error);

    (void)state;
    assert_ok(def != NULL, error);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwReportDef *in = jw_report_def_in(def, cases[i].language);
        const JwDimensionDef *dimension = jw_report_def_dimension(in, "g");
        assert_string_equal(g_hash_table_lookup(dimension->labels, cases[i].value), cases[i].label);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_levels),
        cmocka_unit_test(test_level_texts),
        cmocka_unit_test(test_units),
        cmocka_unit_test(test_units_of_columns),
        cmocka_unit_test(test_compared),
        cmocka_unit_test(test_labels_of_groups),
        cmocka_unit_test(test_labels_of_the_list),
        cmocka_unit_test(test_labels_of_filters),
        cmocka_unit_test(test_values_of_one_label),
        cmocka_unit_test(test_two_dimensions),
        cmocka_unit_test(test_pivot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
