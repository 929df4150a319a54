/* test_estimates.c: distinct counts and percentiles beyond their caps, in the rows of tables: in
 * groups, in what goes across, in sub-totals, in "(other)" and in totals. Each cell is computed
 * anew from its records: exact ones are equal, estimates are as near as is stated, and the columns
 * that have one are marked, and no others. */
#include "engine/distinct.h"
#include "engine/quantile.h"
#include "result_fixture.h"

#include <math.h>

#define VALUES     21000   /* all of them are less */
#define DISTINCT   0.04    /* five times the standard error */
#define RANK       0.00625 /* twice what is stated */
#define MOST_CALLS 40000

static const char *const agents[] = { "big", "small" };
static const char *const statuses[] = { "answered", "missed" };
static const char *const days[] = { "2026-01-05", "2026-01-06", "2026-01-07" };

typedef struct {
    int agent, status, day, value;
} Call;

typedef struct {
    Call *calls;
    size_t n;
} Calls;

static void
calls_clear(Calls *self)
{
    g_clear_pointer(&self->calls, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Calls, calls_clear)

static void
set_up(Fixture *self, const char *group_by)
{
    fixture_init(self);
    calls_add_dimension(self->def, "status", "status", JW_PART_VALUE);
    calls_add_measure(self->def, "callers", JW_MEASURE_DISTINCT, "durationSeconds");
    calls_add_measure(self->def, "median", JW_MEASURE_MEDIAN, "durationSeconds");
    calls_add_measure(self->def, "high", JW_MEASURE_PERCENTILE, "durationSeconds")->p = 95000;
    calls_add_ratio(self->def, "each", "totalCalls", "callers", 1.0, 3);
    self->request->group_by = g_strsplit(group_by, ",", -1);
    self->request->measures = g_strsplit("totalCalls,callers,median,high,each", ",", -1);
}

/* Calls of a group with the values @from to @to - 1. */
static void
put(Fixture *self, Calls *calls, int agent, int status, int day, int from, int to)
{
    g_autofree char *at = g_strconcat(days[day], "T11:00:00Z", NULL);

    for (int i = from; i < to; i++) {
        assert_true(calls->n < MOST_CALLS);
        calls->calls[calls->n++] = (Call){ agent, status, day, i };
        fixture_call(self, at, agents[agent], statuses[status], i);
    }
}

/* Of the calls that a cell is of; -1: all. */
typedef struct {
    int agent, status, day;
} Scope;

typedef struct {
    int counts[VALUES]; /* by value */
    int64_t n, n_different;
} Known;

static void
know(Known *self, const Calls *calls, Scope scope)
{
    *self = (Known){ 0 };
    for (size_t i = 0; i < calls->n; i++) {
        const Call *call = &calls->calls[i];
        if ((scope.agent < 0 || scope.agent == call->agent)
            && (scope.status < 0 || scope.status == call->status)
            && (scope.day < 0 || scope.day == call->day)) {
            self->n++;
            self->n_different += self->counts[call->value]++ == 0;
        }
    }
}

static int64_t
value_at(const Known *self, int64_t place)
{
    int64_t before = 0;

    for (int value = 0; value < VALUES; value++) {
        before += self->counts[value];
        if (before > place) {
            return value;
        }
    }
    return VALUES;
}

static double
number(const JwValue *cell)
{
    return cell->type == JW_VALUE_INT ? (double)cell->integer : cell->real;
}

/* Exact up to the cap, as near as is stated beyond. */
static bool
check_distinct(const Known *known, const JwValue *cell)
{
    const bool estimated = known->n_different > JW_DISTINCT_CAP;
    const double different = (double)known->n_different;

    assert_int_equal(cell->type, JW_VALUE_INT);
    if (!(fabs(number(cell) - different) <= (estimated ? DISTINCT * different : 0.0))) {
        fail_msg("%g different values, and not %g", number(cell), different);
    }
    return estimated;
}

static bool
check_percentile(const Known *known, const JwValue *cell, int percent)
{
    const bool estimated = known->n > JW_QUANTILE_CAP;
    const double part = percent / 100.0, last = (double)(known->n - 1);
    const double reach = estimated ? RANK * (double)known->n : 0.0;

    if (known->n == 0) {
        assert_int_equal(cell->type, JW_VALUE_NULL);
        return false;
    }
    const int64_t low = (int64_t)MAX(floor(part * last - reach), 0.0);
    const int64_t high = (int64_t)MIN(ceil(part * last + reach), last);
    if (!(number(cell) >= (double)value_at(known, low)
          && number(cell) <= (double)value_at(known, high))) {
        fail_msg("%g is not at %d %% of %g values", number(cell), percent, (double)known->n);
    }
    return estimated;
}

/* Five cells from @column on; @marked: of their columns, what an estimate sets. */
static void
check_cells(const Calls *calls, Scope scope, const JwReportTable *table, size_t row, size_t column,
            bool *marked)
{
    g_autofree Known *known = g_new(Known, 1);
    const JwValue *cells = jw_report_cell(table, row, column);

    know(known, calls, scope);
    assert_int_equal(cells[0].integer, known->n);
    const bool distinct = check_distinct(known, &cells[1]);
    marked[1] = distinct || marked[1];
    marked[2] = check_percentile(known, &cells[2], 50) || marked[2];
    marked[3] = check_percentile(known, &cells[3], 95) || marked[3];
    marked[4] = (distinct && known->n > 0) || marked[4];
    if (known->n_different > 0) {
        assert_true(fabs(number(&cells[4]) - (double)known->n / number(&cells[1])) <= 0.0005001);
    }
}

static void
assert_marks(const JwReportTable *table, const bool *marked)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        if (table->columns[i].approximate != marked[i]) {
            fail_msg("column %zu, %s of %s, is %smarked", i, table->columns[i].name,
                     table->columns[i].head != NULL ? table->columns[i].head : "all",
                     marked[i] ? "not " : "");
        }
    }
}

static int
place_of(const char *const *names, size_t n, const JwValue *cell)
{
    for (size_t i = 0; i < n; i++) {
        if (cell->type == JW_VALUE_TEXT && strcmp(cell->text, names[i]) == 0) {
            return (int)i;
        }
    }
    return -1;
}

/* Some calls of big's are missed and answered, on several days: no total is the sum of its parts.
 */
static void
put_calls(Fixture *self, Calls *calls)
{
    calls->calls = g_new(Call, MOST_CALLS);
    put(self, calls, 0, 0, 0, 0, 15000); /* beyond both caps */
    put(self, calls, 0, 1, 0, 10000, 16000);
    put(self, calls, 0, 1, 1, 14000, 21000); /* with those of Monday: 11,000 */
    put(self, calls, 1, 0, 0, 1, 4);
    put(self, calls, 1, 0, 0, 2, 3);
    put(self, calls, 1, 1, 2, 5, 6);
}

static void
test_pivot(void **state)
{
    enum { ROWS = 7, DAYS = 7, MEASURES = 5 };
    g_auto(Fixture) f = { 0 };
    g_auto(Calls) calls = { 0 };

    (void)state;
    set_up(&f, "agent,status,weekday");
    f.request->rows.pivot = g_strdup("weekday");
    fixture_start(&f);
    put_calls(&f, &calls);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    g_autofree bool *marked = g_new0(bool, table->n_columns);
    assert_int_equal(table->n_rows, ROWS); /* two of each agent, its sub-total, the total */
    assert_int_equal(table->n_columns, 2 + (DAYS + 1) * MEASURES);
    for (size_t row = 0; row < table->n_rows; row++) {
        const int agent = row == ROWS - 1 ? -1 : row < 3 ? 0 : 1;
        const int status = place_of(statuses, 2, jw_report_cell(table, row, 1));
        assert_int_equal(status < 0, jw_report_row_kind(table, row) != JW_ROW_GROUP);
        for (int day = 0; day <= DAYS; day++) {
            const size_t column = 2 + (size_t)day * MEASURES;
            const Scope scope = { agent, status, day == DAYS ? -1 : day };
            check_cells(&calls, scope, table, row, column, &marked[column]);
        }
    }
    assert_marks(table, marked);
    /* Not by accident: Monday's and the totals' columns have estimates, Tuesday's have none. */
    assert_true(marked[2 + 1] && marked[2 + 2] && !marked[2 + MEASURES + 1]);
    assert_true(marked[2 + DAYS * MEASURES + 1] && !marked[2 + DAYS * MEASURES]);
    assert_int_equal(result->notes->len, 4); /* once a measure */
    for (guint i = 1; i < MEASURES; i++) {
        assert_true(figure_at(result, i)->approximate);
        assert_true(g_str_has_prefix(figure_at(result, i)->text, "≈ "));
    }
}

/* Each group is exact; what is merged of them is not. */
static void
test_merged_groups(void **state)
{
    g_auto(Fixture) f = { 0 };
    g_auto(Calls) calls = { 0 };
    bool marked[6] = { false };

    (void)state;
    set_up(&f, "weekday");
    f.request->rows.top_by = g_strdup("callers");
    f.request->rows.top_n = 1;
    fixture_start(&f);
    calls.calls = g_new(Call, MOST_CALLS);
    put(&f, &calls, 0, 0, 0, 0, 9000);
    put(&f, &calls, 0, 0, 1, 5000, 12500);
    put(&f, &calls, 0, 1, 2, 0, 8000);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_rows, 3);
    assert_string_equal(jw_report_cell(table, 0, 0)->text, "Monday");
    assert_string_equal(jw_report_cell(table, 1, 0)->text, "(other)");
    check_cells(&calls, (Scope){ -1, -1, 0 }, table, 0, 1, &marked[1]);
    for (size_t i = 1; i < G_N_ELEMENTS(marked); i++) {
        assert_false(marked[i]); /* it has all its values */
    }
    Calls others = { &calls.calls[9000], calls.n - 9000 }; /* Tuesday's and Wednesday's */
    check_cells(&others, (Scope){ -1, -1, -1 }, table, 1, 1, &marked[1]);
    assert_true(marked[2] && marked[3]);
    check_cells(&calls, (Scope){ -1, -1, -1 }, table, 2, 1, &marked[1]);
    assert_marks(table, marked);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pivot),
        cmocka_unit_test(test_merged_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
