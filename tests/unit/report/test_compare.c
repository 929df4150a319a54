/* test_compare.c: a result beside that of the period before: figures, rows, columns, notes. */
#include "result/compare.h"

#include "jw/report_change.h"
#include "jw/report_text.h"
#include "result_fixture.h"

#include <math.h>

/* Both periods, and the aggregate of that before. */
typedef struct {
    Fixture now, before;
} Both;

static void
set_period(Both *self, JwPeriodType type, JwCompare compare, const char *start, const char *end)
{
    JwReportRequest *request = self->now.request;

    request->period = type;
    request->compare = compare;
    assert_true(jw_time_parse(start, &request->start_ms, NULL));
    assert_true(jw_time_parse(end, &request->end_ms, NULL));
    g_autofree char *none =
        jw_period_compared(type, compare, self->now.zone, request->start_ms, request->end_ms,
                           &request->compared_start_ms, &request->compared_end_ms);
    assert_null(none);
}

/* The week of 5 January 2026 in Istanbul; every table is compared. */
static int
setup(void **state)
{
    Both *self = g_new0(Both, 1);

    fixture_init(&self->now);
    for (guint i = 0; i < self->now.def->tables->len; i++) {
        g_array_index(self->now.def->tables, JwTableDef, i).compare = true;
    }
    set_period(self, JW_PERIOD_WEEKLY, JW_COMPARE_PREVIOUS, "2026-01-04T21:00:00Z",
               "2026-01-11T21:00:00Z");
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Both *self = *state;

    fixture_clear(&self->now);
    self->before.def = NULL; /* the other's */
    fixture_clear(&self->before);
    g_free(self);
    return 0;
}

static void
both_start(Both *self)
{
    const JwReportRequest *request = self->now.request;

    fixture_start(&self->now);
    self->before.def = self->now.def;
    self->before.zone = g_time_zone_ref(self->now.zone);
    self->before.request = jw_report_request_new();
    self->before.request->start_ms = request->compared_start_ms;
    self->before.request->end_ms = request->compared_end_ms;
    fixture_start(&self->before);
}

static JwReportResult *
both_result(const Both *self)
{
    return jw_report_result_new_compared(self->now.aggregate, self->before.aggregate, self->now.def,
                                         self->now.request, self->now.zone);
}

static void
add_calls(Both *self)
{
    fixture_call(&self->now, "2026-01-06T11:00:00Z", "ada", "answered", 100);
    fixture_call(&self->now, "2026-01-06T11:30:00Z", "ada", "answered", 151);
    fixture_call(&self->now, "2026-01-06T12:00:00Z", "bob", "missed", 9999);
    fixture_call(&self->now, "2026-01-09T12:00:00Z", "cyd", "answered", 30);
    fixture_call(&self->before, "2025-12-30T06:00:00Z", "bob", "missed", -1);
    fixture_call(&self->before, "2025-12-30T06:00:01Z", "ada", "answered", 60);
    fixture_call(&self->before, "2026-01-04T20:59:59Z", "eve", "answered", 20);
}

static void
answered_now(Both *self, const char *agent)
{
    fixture_call(&self->now, "2026-01-06T11:00:00Z", agent, "answered", 1);
}

static void
answered_before(Both *self, const char *agent)
{
    fixture_call(&self->before, "2025-12-30T06:00:00Z", agent, "answered", 1);
}

static void
assert_cell(const JwReportTable *table, size_t row, size_t column, double expected)
{
    const JwValue *cell = jw_report_cell(table, row, column);

    if (isnan(expected)) {
        assert_int_equal(cell->type, JW_VALUE_NULL);
    } else if (cell->type == JW_VALUE_INT) {
        assert_true((double)cell->integer == expected);
    } else {
        assert_int_equal(cell->type, JW_VALUE_REAL);
        assert_true(cell->real == expected);
    }
}

/* A row of a label and a count in both periods. */
static void
assert_row(const JwReportTable *table, size_t row, const char *label, double now, double before)
{
    assert_string_equal(jw_report_cell(table, row, 0)->text, label);
    assert_cell(table, row, 1, now);
    assert_cell(table, row, 2, before);
}

static void
test_figures(void **state)
{
    static const struct {
        const char *text, *previous, *difference, *percent, *change;
    } rows[] = {
        { "4", "3", "+1", "+33.3 %", "▲ +1 (+33.3 %)" },
        { "75.00 %", "66.67 %", "+8.33 pp", "n/a", "▲ +8.33 pp" },
        { "93.7 s", "40.0 s", "+53.7 s", "+134.3 %", "▲ +53.7 s (+134.3 %)" },
        { "14:00", "09:00", "n/a", "n/a", "09:00 before" },
        { "2", "2", "0", "0.0 %", "unchanged" },
    };
    Both *both = *state;

    both_start(both);
    add_calls(both);
    g_autoptr(JwReportResult) result = both_result(both);
    assert_int_equal(result->rows, 4);
    assert_string_equal(result->compared_label, "29 Dec 2025 – 4 Jan 2026");
    assert_int_equal(result->compared_start_ms, both->now.request->compared_start_ms);
    assert_int_equal(result->compared_end_ms, both->now.request->start_ms);
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        const JwReportFigure *figure = figure_at(result, i);
        g_autofree char *change = jw_report_change_text(figure, NULL);

        assert_string_equal(figure->text, rows[i].text);
        assert_string_equal(figure->comparison.previous_text, rows[i].previous);
        assert_string_equal(figure->comparison.difference_text, rows[i].difference);
        assert_string_equal(figure->comparison.percent_text, rows[i].percent);
        assert_string_equal(change, rows[i].change);
    }
    g_autoptr(JwReportResult) alone = fixture_result(&both->now);
    assert_null(jw_report_change_text(figure_at(alone, 0), NULL));
    assert_null(alone->compared_label);
}

/* What came to nothing, what was nothing, and what is below it. */
static void
test_differences(void **state)
{
    static const struct {
        JwValue now, before;
        const char *difference, *percent;
    } rows[] = {
#define INT(number) { .type = JW_VALUE_INT, .integer = (number) }
#define REAL(number)                                                                               \
    {                                                                                              \
        .type = JW_VALUE_REAL, .real = (number)                                                    \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        .type = JW_VALUE_NULL                                                                      \
    }
        { INT(0), INT(0), "0", "n/a" },
        { INT(5), INT(0), "+5", "n/a" },
        { INT(0), INT(5), "-5", "-100.0 %" },
        { NOTHING, INT(5), "n/a", "n/a" },
        { INT(5), NOTHING, "n/a", "n/a" },
        { INT(-5), INT(-10), "+5", "+50.0 %" },
        { INT(-15), INT(-10), "-5", "-50.0 %" },
        { INT(5), INT(-10), "+15", "+150.0 %" },
        { INT(1001), INT(1), "+1,000", "+100,000.0 %" },
        { REAL(0.3), REAL(0.1), "+0.2", "+200.0 %" },
        { REAL(1.1), REAL(1.1), "0", "0.0 %" },
        { INT(INT64_MAX), INT(INT64_MAX - 1), "+1", "0.0 %" },
        { INT(INT64_MIN), INT(INT64_MAX), NULL, "-200.0 %" },
#undef INT
#undef REAL
#undef NOTHING
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        const JwValue difference = jw_compare_difference(&rows[i].now, &rows[i].before, 1);
        const JwValue percent = jw_compare_percent(&difference, &rows[i].before);
        const JwTextForm plain = { .format = JW_FORMAT_DECIMAL,
                                   .decimals = difference.type == JW_VALUE_REAL
                                               && difference.real != floor(difference.real),
                                   .sign = true };
        const JwTextForm share = { .format = JW_FORMAT_PERCENT, .decimals = 1, .sign = true };
        g_autofree char *text = jw_report_text_form(&difference, &plain);
        g_autofree char *percent_text = jw_report_text_form(&percent, &share);

        if (rows[i].difference != NULL) {
            assert_string_equal(text, rows[i].difference);
        }
        assert_string_equal(percent_text, rows[i].percent);
    }
}

/* A day stands beside the one of the same place, an hour and a name beside itself; what is in one
 * period only is beside nothing, which is 0 of a count and none of an average. */
static void
test_tables(void **state)
{
    Both *both = *state;

    both_start(both);
    add_calls(both);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *hours = table_at(result, 0), *days = table_at(result, 2);
    const JwReportTable *agents = table_at(result, 3);

    /* answered, total, each with three; the rate with two */
    assert_int_equal(hours->n_columns, 1 + 4 + 4 + 3);
    assert_int_equal(hours->n_rows, 24);
    assert_cell(hours, 9, 5, 0);
    assert_cell(hours, 9, 6, 2);
    assert_cell(hours, 9, 7, -2);
    assert_cell(hours, 9, 8, -100);
    assert_cell(hours, 14, 11, NAN);

    assert_int_equal(days->n_rows, 7);
    assert_int_equal(days->n_columns, 1 + 4 + 4);
    assert_row(days, 1, "2026-01-06", 3, 2); /* of 30 December */
    assert_cell(days, 1, 3, 1);
    assert_cell(days, 1, 4, 50);
    assert_row(days, 6, "2026-01-11", 0, 1); /* of 4 January */
    assert_cell(days, 6, 5, NAN);
    assert_cell(days, 6, 6, 20);

    static const char *const names[] = { "ada", "bob", "cyd", "eve" };
    static const double calls[][2] = { { 2, 1 }, { 1, 1 }, { 1, 0 }, { 0, 1 } };
    assert_int_equal(agents->n_rows, 4);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        assert_row(agents, i, names[i], calls[i][0], calls[i][1]);
        assert_cell(agents, i, 3, calls[i][0] - calls[i][1]);
    }
    assert_cell(agents, 2, 6, NAN); /* no rate without calls */
    assert_int_equal(result->notes->len, 0);
}

static void
test_columns(void **state)
{
    static const struct {
        const char *label;
        JwColumnRole role;
        JwFormat format;
        int decimals;
    } rows[] = {
        { "agent", JW_COLUMN_VALUE, JW_FORMAT_TEXT, 0 },
        { "totalCalls", JW_COLUMN_VALUE, JW_FORMAT_INTEGER, 0 },
        { "totalCalls, previous", JW_COLUMN_PREVIOUS, JW_FORMAT_INTEGER, 0 },
        { "totalCalls, difference", JW_COLUMN_DIFFERENCE, JW_FORMAT_INTEGER, 0 },
        { "totalCalls, change", JW_COLUMN_PERCENT, JW_FORMAT_PERCENT, 1 },
        { "answerRate", JW_COLUMN_VALUE, JW_FORMAT_PERCENT, 2 },
        { "answerRate, previous", JW_COLUMN_PREVIOUS, JW_FORMAT_PERCENT, 2 },
        { "answerRate, difference", JW_COLUMN_DIFFERENCE, JW_FORMAT_PERCENT, 2 },
    };
    Both *both = *state;

    g_array_index(both->now.def->tables, JwTableDef, 1).compare = false;
    both_start(both);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *hours = table_at(result, 0), *agents = table_at(result, 3);
    assert_int_equal(agents->n_columns, G_N_ELEMENTS(rows));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        assert_string_equal(agents->columns[i].label, rows[i].label);
        assert_int_equal(agents->columns[i].role, rows[i].role);
        assert_int_equal(agents->columns[i].format, rows[i].format);
        assert_int_equal(agents->columns[i].decimals, rows[i].decimals);
    }
    assert_string_equal(agents->columns[7].unit, " pp");
    assert_int_equal(table_at(result, 1)->n_columns, 2); /* not compared */
    /* The chart is that of the same measure, with the period before. */
    assert_int_equal(hours->n_chart_columns, 2);
    assert_string_equal(hours->columns[hours->chart_columns[0]].label, "totalCalls");
    assert_string_equal(hours->columns[hours->chart_columns[1]].label, "totalCalls, previous");
}

/* February beside January: three days have no place, and the readers are told. */
static void
test_a_longer_month_before(void **state)
{
    Both *both = *state;

    set_period(both, JW_PERIOD_MONTHLY, JW_COMPARE_PREVIOUS, "2026-01-31T21:00:00Z",
               "2026-02-28T21:00:00Z");
    both_start(both);
    fixture_call(&both->before, "2026-01-28T12:00:00Z", "ada", "answered", 1);
    fixture_call(&both->before, "2026-01-31T12:00:00Z", "ada", "answered", 1);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *days = table_at(result, 2);
    assert_int_equal(days->n_rows, 28);
    assert_string_equal(jw_report_cell(days, 27, 0)->text, "2026-02-28");
    assert_cell(days, 27, 2, 1);
    assert_int_equal(figure_at(result, 0)->comparison.previous.integer, 2);
    assert_int_equal(result->notes->len, 1);
    assert_string_equal(
        g_ptr_array_index(result->notes, 0),
        "By day: 3 of the period before have nothing beside them and are not in this table.");
}

/* A leap year's February beside one without: the day further on has nothing. */
static void
test_a_shorter_month_before(void **state)
{
    Both *both = *state;

    set_period(both, JW_PERIOD_MONTHLY, JW_COMPARE_YEAR, "2024-01-31T21:00:00Z",
               "2024-02-29T21:00:00Z");
    both_start(both);
    fixture_call(&both->before, "2023-02-28T12:00:00Z", "ada", "answered", 1);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *days = table_at(result, 2);
    assert_string_equal(result->compared_label, "1 Feb 2023 – 28 Feb 2023");
    assert_int_equal(days->n_rows, 29);
    assert_cell(days, 27, 2, 1);
    for (size_t column = 2; column <= 4; column++) {
        assert_cell(days, 28, column, NAN);
    }
    assert_int_equal(result->notes->len, 0);
}

/* A day without records is 0, a day that there was none of is nothing. */
static void
test_days_that_were_not_there(void **state)
{
    Both *both = *state;

    set_period(both, JW_PERIOD_MONTHLY, JW_COMPARE_PREVIOUS, "2026-02-28T21:00:00Z",
               "2026-03-31T21:00:00Z");
    both_start(both);
    fixture_call(&both->now, "2026-03-28T12:00:00Z", "ada", "answered", 1);
    fixture_call(&both->now, "2026-03-29T12:00:00Z", "ada", "answered", 1);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *days = table_at(result, 2);
    assert_int_equal(days->n_rows, 31);
    assert_row(days, 27, "2026-03-28", 1, 0);
    assert_cell(days, 27, 3, 1);
    for (size_t row = 28; row < 31; row++) {
        for (size_t column = 2; column <= 4; column++) {
            assert_cell(days, row, column, NAN);
        }
    }
}

/* 29 February is beside the 28th where the period begins with it. */
static void
test_a_period_from_29_february(void **state)
{
    static const struct {
        const char *end, *last;
        size_t n_days;
    } cases[] = { { "2024-02-29T21:00:00Z", "2024-02-29", 1 },
                  { "2024-03-05T21:00:00Z", "2024-03-05", 6 } };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        Both *both = *state;

        set_period(both, JW_PERIOD_CUSTOM, JW_COMPARE_YEAR, "2024-02-28T21:00:00Z", cases[i].end);
        both_start(both);
        fixture_call(&both->now, "2024-02-29T12:00:00Z", "ada", "answered", 1);
        fixture_call(&both->before, "2023-02-28T12:00:00Z", "ada", "answered", 1);
        fixture_call(&both->before, "2023-02-28T13:00:00Z", "ada", "answered", 1);
        g_autoptr(JwReportResult) result = both_result(both);
        const JwReportTable *days = table_at(result, 2);
        assert_int_equal(days->n_rows, cases[i].n_days);
        assert_row(days, 0, "2024-02-29", 1, 2);
        assert_string_equal(jw_report_cell(days, cases[i].n_days - 1, 0)->text, cases[i].last);
        assert_int_equal(result->notes->len, 0);
        (void)teardown(state);
        (void)setup(state);
    }
}

/* Of more than 400 days only those seen are there: what one period has is put into its place. */
static void
test_long_periods(void **state)
{
    Both *both = *state;

    set_period(both, JW_PERIOD_CUSTOM, JW_COMPARE_PREVIOUS, "2023-12-31T21:00:00Z",
               "2025-12-31T21:00:00Z");
    both_start(both);
    fixture_call(&both->now, "2024-03-01T12:00:00Z", "ada", "answered", 1);
    fixture_call(&both->now, "2025-03-01T12:00:00Z", "ada", "answered", 1);
    fixture_call(&both->before, "2021-12-31T12:00:00Z", "ada", "answered", 1); /* the first day */
    fixture_call(&both->before, "2022-06-01T12:00:00Z", "ada", "answered", 1);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *days = table_at(result, 2);
    static const char *const labels[] = { "2024-01-01", "2024-03-01", "2024-06-01", "2025-03-01" };
    static const double counts[][2] = { { 0, 1 }, { 1, 0 }, { 0, 1 }, { 1, 0 } };
    assert_string_equal(result->compared_label, "31 Dec 2021 – 31 Dec 2023");
    assert_int_equal(days->n_rows, 4);
    for (size_t i = 0; i < G_N_ELEMENTS(labels); i++) {
        assert_row(days, i, labels[i], counts[i][0], counts[i][1]);
    }
}

/* What has a row in one period has its figures of both, whatever is among the others there. */
static void
test_groups_that_the_other_period_has(void **state)
{
    Both *both = *state;

    both->now.def->max_groups = 2;
    both_start(both);
    answered_now(both, "ada");
    answered_before(both, "bob");
    answered_before(both, "bob");
    answered_before(both, "cyd");
    answered_before(both, "dan");
    answered_before(both, "ada");
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *agents = table_at(result, 3);
    assert_int_equal(result->notes->len, 1); /* of the period before */
    assert_string_equal(result->notes->pdata[0],
                        "agent: only the 2 most frequent values have groups of their own; all "
                        "others are counted under (other).");
    assert_int_equal(agents->n_rows, 3);
    assert_row(agents, 0, "ada", 1, 1);
    assert_row(agents, 1, "bob", 0, 2);
    assert_row(agents, 2, "(other)", 0, 2);
    /* in both what is not among the most frequent of this period is one "(other)" */
    answered_now(both, "eve");
    answered_now(both, "cyd");
    answered_now(both, "cyd");
    answered_now(both, "dan");
    g_autoptr(JwReportResult) more = both_result(both);
    agents = table_at(more, 3);
    assert_int_equal(agents->n_rows, 3);
    assert_row(agents, 0, "cyd", 2, 1);
    assert_row(agents, 1, "ada", 1, 1);
    assert_row(agents, 2, "(other)", 2, 3);
}

/* A group that may be among others has no figure, rather than a wrong one: beyond what is told
 * apart. */
static void
test_other_groups_are_not_nothing(void **state)
{
    Both *both = *state;
    char agent[16];

    both->now.def->max_groups = 2;
    both_start(both);
    for (int i = 0; i <= 100000; i++) {
        g_snprintf(agent, sizeof agent, "a%d", i);
        answered_before(both, agent);
    }
    answered_now(both, "ada");
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *agents = table_at(result, 3);
    assert_int_equal(result->notes->len, 2); /* of the period before */
    assert_int_equal(agents->n_rows, 4);
    assert_row(agents, 0, "ada", 1, NAN);
    assert_row(agents, 1, "a0", 0, 1);
    assert_row(agents, 2, "a1", 0, 1);
    assert_string_equal(jw_report_cell(agents, 3, 0)->text, "(other)");
    assert_cell(agents, 3, 2, NAN);
}

static void
test_empty_periods(void **state)
{
    Both *both = *state;

    both_start(both);
    g_autoptr(JwReportResult) nothing = both_result(both);
    assert_string_equal(figure_at(nothing, 0)->comparison.difference_text, "0");
    assert_string_equal(figure_at(nothing, 0)->comparison.percent_text, "n/a");
    assert_string_equal(figure_at(nothing, 1)->comparison.previous_text, "n/a");
    assert_int_equal(table_at(nothing, 3)->n_rows, 0);
    answered_now(both, "ada");
    g_autoptr(JwReportResult) first = both_result(both);
    assert_string_equal(figure_at(first, 0)->comparison.difference_text, "+1");
    assert_string_equal(figure_at(first, 0)->comparison.percent_text, "n/a");
    assert_string_equal(figure_at(first, 1)->comparison.difference_text, "n/a");
    g_autofree char *change = jw_report_change_text(figure_at(first, 1), NULL);
    assert_string_equal(change, "n/a before");
}

/* The part of nothing is nothing where there are records, and no part where there are none. */
static void
test_parts_of_an_empty_period(void **state)
{
    Both *both = *state;

    calls_add_measure(both->now.def, "part", JW_MEASURE_SHARE, NULL)->of = g_strdup("totalCalls");
    both->now.request->group_by = g_strsplit("agent", ",", -1);
    both->now.request->measures = g_strsplit("part", ",", -1);
    both->now.request->compare_asked = true;
    both_start(both);
    answered_now(both, "ada");
    g_autoptr(JwReportResult) first = both_result(both);
    assert_cell(table_at(first, 0), 0, 1, 100);
    assert_cell(table_at(first, 0), 0, 2, NAN);
    assert_cell(table_at(first, 0), 0, 3, NAN);
    answered_before(both, "eve");
    g_autoptr(JwReportResult) second = both_result(both);
    assert_cell(table_at(second, 0), 0, 2, 0);
    assert_string_equal(jw_report_cell(table_at(second, 0), 1, 0)->text, "eve");
    assert_cell(table_at(second, 0), 1, 1, 0);
    assert_cell(table_at(second, 0), 1, 2, 100);
}

/* Its one table is compared when the request asks, else when the definition's table is. */
static void
test_grouped(void **state)
{
    Both *both = *state;

    both->now.request->group_by = g_strsplit("month", ",", -1);
    both_start(both);
    answered_now(both, "ada");
    answered_before(both, "bob");
    g_autoptr(JwReportResult) plain = both_result(both);
    assert_int_equal(table_at(plain, 0)->columns[1].role, JW_COLUMN_VALUE);
    assert_int_equal(table_at(plain, 0)->columns[2].role, JW_COLUMN_VALUE);
    both->now.request->compare_asked = true;
    g_autoptr(JwReportResult) asked = both_result(both);
    const JwReportTable *months = table_at(asked, 0);
    assert_int_equal(months->columns[2].role, JW_COLUMN_PREVIOUS);
    /* The week before lies in two months, of which the first is beside this one. */
    assert_int_equal(months->n_rows, 2);
    assert_string_equal(jw_report_cell(months, 0, 0)->text, "2026-01");
    assert_cell(months, 0, 2, 1);
    assert_int_equal(jw_report_row_kind(months, 0), JW_ROW_GROUP);
    assert_int_equal(jw_report_row_kind(months, 1), JW_ROW_TOTAL);
    assert_row(months, 1, "Total", 1, 1);
}

/* The highest of this period, and "(other)" of all others in both; the total is of all. */
static void
test_highest_groups(void **state)
{
    static const struct {
        const char *label;
        double now, before;
    } rows[] = { { "Total", 2, 1 }, { "ada", 2, 1 }, { "(other)", 2, 4 }, { "Total", 6, 6 } };
    Both *both = *state;

    both->now.request->group_by = g_strsplit("agent", ",", -1);
    both->now.request->compare_asked = true;
    both->now.request->rows.top_by = g_strdup("totalCalls");
    both->now.request->rows.top_n = 2;
    both_start(both);
    for (int i = 0; i < 2; i++) { /* a group of the name of the total is none */
        answered_now(both, "Total");
        answered_now(both, "ada");
        answered_before(both, "bob");
        answered_before(both, "eve");
    }
    answered_now(both, "bob");
    answered_now(both, "cyd");
    answered_before(both, "ada");
    answered_before(both, "Total");
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_rows, G_N_ELEMENTS(rows));
    for (size_t i = 0; i < table->n_rows; i++) {
        assert_string_equal(jw_report_cell(table, i, 0)->text, rows[i].label);
        assert_int_equal(jw_report_row_kind(table, i), i == 3 ? JW_ROW_TOTAL : JW_ROW_GROUP);
        assert_cell(table, i, 1, rows[i].now);
        assert_cell(table, i, 2, rows[i].before);
        assert_cell(table, i, 3, rows[i].now - rows[i].before);
    }
}

/* Sorted as asked; what the period before alone has comes behind. */
static void
test_sorted_groups(void **state)
{
    static const char *const labels[] = { "bob", "ada", "eve", "Total" };
    Both *both = *state;

    both->now.request->group_by = g_strsplit("agent", ",", -1);
    both->now.request->compare_asked = true;
    both->now.request->rows.sort_by = g_strdup("totalCalls");
    both_start(both);
    answered_now(both, "ada");
    answered_now(both, "ada");
    answered_now(both, "bob");
    answered_before(both, "eve");
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_rows, G_N_ELEMENTS(labels));
    for (size_t i = 0; i < table->n_rows; i++) {
        assert_string_equal(jw_report_cell(table, i, 0)->text, labels[i]);
    }
    assert_cell(table, 2, 1, 0);
    assert_cell(table, 2, 2, 1);
}

/* Two of one name, of which one period has one alone. */
static const char *
name_of(const char *value, gpointer data)
{
    (void)data;
    return value[0] == 'a' ? "Ann" : value[0] == 'b' ? "Bo" : NULL;
}

static void
assert_named(Both *both, const char *const *labels, const double (*calls)[2], size_t n)
{
    const JwDimensionDef *agent = jw_report_def_dimension(both->now.def, "agent");

    jw_aggregate_relabel(both->now.aggregate, both->before.aggregate, agent, name_of, NULL);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_rows, n);
    for (size_t i = 0; i < n; i++) {
        assert_row(table, i, labels[i], calls[i][0], calls[i][1]);
    }
}

/* Groups meet by their values, whatever these are called in either period. */
static void
test_groups_of_one_name(void **state)
{
    static const char *const labels[] = { "Ann (a1)", "Ann (a2)", "Bo", "Ann (a3)", "Total" };
    static const double calls[][2] = { { 2, 3 }, { 1, 0 }, { 1, 1 }, { 0, 1 }, { 4, 5 } };
    Both *both = *state;

    both->now.request->group_by = g_strsplit("agent", ",", -1);
    both->now.request->compare_asked = true;
    both_start(both);
    for (int i = 0; i < 3; i++) {
        answered_before(both, "a1");
        answered_now(both, i < 2 ? "a1" : "a2");
    }
    answered_before(both, "a3");
    answered_before(both, "b1");
    answered_now(both, "b1");
    assert_named(both, labels, calls, G_N_ELEMENTS(labels));
}

/* Each period has one Ann, and it is not the same. */
static void
test_another_of_that_name(void **state)
{
    static const char *const labels[] = { "Ann (a2)", "Ann (a1)", "Total" };
    static const double calls[][2] = { { 1, 0 }, { 0, 1 }, { 1, 1 } };
    Both *both = *state;

    both->now.request->group_by = g_strsplit("agent", ",", -1);
    both->now.request->compare_asked = true;
    both_start(both);
    answered_before(both, "a1");
    answered_now(both, "a2");
    assert_named(both, labels, calls, G_N_ELEMENTS(labels));
}

/* The highest of this period are found again in that before. */
static void
test_highest_of_one_name(void **state)
{
    static const char *const labels[] = { "Ann (a2)", "(other)", "Total" };
    static const double calls[][2] = { { 2, 1 }, { 1, 3 }, { 3, 4 } };
    Both *both = *state;

    both->now.request->group_by = g_strsplit("agent", ",", -1);
    both->now.request->compare_asked = true;
    both->now.request->rows.top_by = g_strdup("totalCalls");
    both->now.request->rows.top_n = 1;
    both_start(both);
    for (int i = 0; i < 3; i++) {
        answered_now(both, i < 2 ? "a2" : "a1");
        answered_before(both, "a1");
    }
    answered_before(both, "a2");
    assert_named(both, labels, calls, G_N_ELEMENTS(labels));
}

/* Values that differ where their labels are cut, or in what no label shows, are not one. */
static void
test_values_that_look_alike(void **state)
{
    static const double calls[][2] = { { 3, 1 }, { 2, 4 }, { 1, 0 }, { 0, 1 } };
    g_autofree char *begin = g_strnfill(200, 'x');
    g_autofree char *end = g_strnfill(100, 'y');
    g_autofree char *one = g_strconcat(begin, "1", end, NULL);
    g_autofree char *two = g_strconcat(begin, "2", end, NULL);
    Both *both = *state;

    both->now.request->group_by = g_strsplit("agent", ",", -1);
    both->now.request->compare_asked = true;
    both->now.request->rows.totals = JW_TOTALS_NO;
    both_start(both);
    for (int i = 0; i < 4; i++) {
        answered_before(both, two);
        answered_now(both, i < 3 ? one : "t\x01");
    }
    answered_before(both, one);
    answered_before(both, "t\x02");
    answered_now(both, two);
    answered_now(both, two);
    g_autoptr(JwReportResult) result = both_result(both);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_rows, G_N_ELEMENTS(calls));
    for (size_t i = 0; i < G_N_ELEMENTS(calls); i++) {
        assert_cell(table, i, 1, calls[i][0]);
        assert_cell(table, i, 2, calls[i][1]);
    }
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_figures),
        cmocka_unit_test(test_differences),
        TEST(test_tables),
        TEST(test_columns),
        TEST(test_a_longer_month_before),
        TEST(test_a_shorter_month_before),
        TEST(test_days_that_were_not_there),
        TEST(test_a_period_from_29_february),
        TEST(test_long_periods),
        TEST(test_groups_that_the_other_period_has),
        TEST(test_other_groups_are_not_nothing),
        TEST(test_empty_periods),
        TEST(test_parts_of_an_empty_period),
        TEST(test_grouped),
        TEST(test_highest_groups),
        TEST(test_sorted_groups),
        TEST(test_groups_of_one_name),
        TEST(test_another_of_that_name),
        TEST(test_highest_of_one_name),
        TEST(test_values_that_look_alike),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
