/* test_tables.c: tables of several dimensions, totals, pivots, top-N and their order: by hand, and
 * on random records against a slow and plain second computation. */
#include "result_fixture.h"
#include "table_text.h"

#include <math.h>

static char *
heads_text(const JwReportTable *table)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < table->n_columns; i++) {
        const JwReportColumn *column = &table->columns[i];
        g_string_append_printf(text, "%s%s%s%s", i > 0 ? " " : "",
                               column->head != NULL ? column->head : "",
                               column->head != NULL ? ":" : "", column->name);
    }
    return g_string_free(text, FALSE);
}

static void
asked(Fixture *self, const char *group_by, const char *measures)
{
    fixture_init(self);
    self->request->group_by = g_strsplit(group_by, ",", -1);
    self->request->measures = g_strsplit(measures, ",", -1);
}

static void
add_calls(Fixture *self)
{
    fixture_call(self, "2026-01-06T11:00:00Z", "ada", "answered", 100);
    fixture_call(self, "2026-01-06T12:00:00Z", "ada", "missed", -1);
    fixture_call(self, "2026-01-06T11:30:00Z", "ada", "answered", 150);
    fixture_call(self, "2026-01-07T11:00:00Z", "bob", "answered", 50);
    fixture_call(self, "2026-01-06T12:00:00Z", "bob", "missed", -1);
    fixture_call(self, "2026-01-08T11:00:00Z", "eve", "missed", -1);
}

/* Ratios and averages of totals are those of all their records. */
static void
test_two_dimensions(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    asked(&f, "agent,weekday", "totalCalls,answerRate,averageDuration");
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    assert_string_equal(table->title, "By agent, weekday");
    assert_int_equal(table->n_keys, 2);
    assert_int_equal(table->chart, JW_CHART_NONE);
    assert_table(table, "G|ada|Tuesday|3|66.7|125.0\n"
                        "S|ada, total||3|66.7|125.0\n"
                        "G|bob|Tuesday|1|0.0|\n"
                        "G|bob|Wednesday|1|100.0|50.0\n"
                        "S|bob, total||2|50.0|50.0\n"
                        "G|eve|Thursday|1|0.0|\n"
                        "S|eve, total||1|0.0|\n"
                        "T|Total||6|50.0|100.0\n");
}

static void
test_without_totals(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    asked(&f, "agent,weekday,hour", "totalCalls");
    f.request->rows.totals = JW_TOTALS_NO;
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_null(table_at(result, 0)->kinds);
    assert_table(table_at(result, 0), "G|ada|Tuesday|14:00|2\n"
                                      "G|ada|Tuesday|15:00|1\n"
                                      "G|bob|Tuesday|15:00|1\n"
                                      "G|bob|Wednesday|14:00|1\n"
                                      "G|eve|Thursday|14:00|1\n");
}

static void
test_pivot(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    asked(&f, "weekday,agent", "totalCalls,averageDuration");
    f.request->rows.pivot = g_strdup("agent");
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    g_autofree char *heads = heads_text(table);
    assert_string_equal(heads, "weekday ada:totalCalls ada:averageDuration bob:totalCalls "
                               "bob:averageDuration eve:totalCalls eve:averageDuration "
                               "Total:totalCalls Total:averageDuration");
    assert_table(table, "G|Tuesday|3|125.0|1||0||4|125.0\n"
                        "G|Wednesday|0||1|50.0|0||1|50.0\n"
                        "G|Thursday|0||0||1||1|\n"
                        "T|Total|3|125.0|2|50.0|1||6|100.0\n");
    assert_int_equal(table->chart, JW_CHART_COLUMN);
    assert_int_equal(table->n_chart_columns, 3);
    assert_int_equal(table->chart_columns[1], 3);
    assert_string_equal(jw_report_series_label(table, 1), "bob");
}

/* All weekdays go across, with records or without; sub-totals across are merged. */
static void
test_pivot_of_two_keys(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    asked(&f, "agent,hour,weekday", "answeredCalls");
    f.request->rows.pivot = g_strdup("weekday");
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_table(table_at(result, 0), "G|ada|14:00|0|2|0|0|0|0|0|2\n"
                                      "G|ada|15:00|0|0|0|0|0|0|0|0\n"
                                      "S|ada, total||0|2|0|0|0|0|0|2\n"
                                      "G|bob|14:00|0|0|1|0|0|0|0|1\n"
                                      "G|bob|15:00|0|0|0|0|0|0|0|0\n"
                                      "S|bob, total||0|0|1|0|0|0|0|1\n"
                                      "G|eve|14:00|0|0|0|0|0|0|0|0\n"
                                      "S|eve, total||0|0|0|0|0|0|0|0\n"
                                      "T|Total||0|2|1|0|0|0|0|3\n");
}

/* The highest first; the others from their records, not from their figures. */
static void
test_top(void **state)
{
    static const struct {
        const char *by;
        int n;
        const char *expected;
    } cases[] = {
        { "totalCalls", 1, "G|ada|3|125.0\nG|(other)|3|50.0\nT|Total|6|100.0\n" },
        { "totalCalls", 2, "G|ada|3|125.0\nG|bob|2|50.0\nG|(other)|1|\nT|Total|6|100.0\n" },
        { "totalCalls", 9, "G|ada|3|125.0\nG|bob|2|50.0\nG|eve|1|\nT|Total|6|100.0\n" },
        { "missedCalls", 1, "G|ada|3|125.0\nG|(other)|3|50.0\nT|Total|6|100.0\n" }, /* a tie */
        { "averageDuration", 2, "G|ada|3|125.0\nG|bob|2|50.0\nG|(other)|1|\nT|Total|6|100.0\n" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        asked(&f, "agent", "totalCalls,averageDuration");
        f.request->rows.top_by = g_strdup(cases[i].by);
        f.request->rows.top_n = cases[i].n;
        fixture_start(&f);
        add_calls(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_table(table_at(result, 0), cases[i].expected);
    }
}

/* Days without records are no part of "(other)", and a second key is kept in it. */
static void
test_top_of_days(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    asked(&f, "date,agent", "totalCalls");
    f.request->rows.top_by = g_strdup("totalCalls");
    f.request->rows.top_n = 1;
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_table(table_at(result, 0), "G|2026-01-06|ada|3\n"
                                      "G|2026-01-06|bob|1\n"
                                      "S|2026-01-06, total||4\n"
                                      "G|(other)|bob|1\n"
                                      "G|(other)|eve|1\n"
                                      "S|(other), total||2\n"
                                      "T|Total||6\n");
}

static void
test_sort(void **state)
{
    static const struct {
        const char *by;
        bool descending;
        JwTotals totals;
        int top;
        const char *expected;
    } cases[] = {
        { "averageDuration", false, JW_TOTALS_NO, 0,
          "G|bob|Wednesday|1|50.0\nG|ada|Tuesday|3|125.0\nG|bob|Tuesday|1|\nG|eve|Thursday|1|\n" },
        { "averageDuration", true, JW_TOTALS_NO, 0,
          "G|ada|Tuesday|3|125.0\nG|bob|Wednesday|1|50.0\nG|bob|Tuesday|1|\nG|eve|Thursday|1|\n" },
        { "totalCalls", false, JW_TOTALS_YES, 0,
          "G|eve|Thursday|1|\nS|eve, total||1|\nG|bob|Tuesday|1|\nG|bob|Wednesday|1|50.0\n"
          "S|bob, total||2|50.0\nG|ada|Tuesday|3|125.0\nS|ada, total||3|125.0\n"
          "T|Total||6|100.0\n" },
        { "agent", true, JW_TOTALS_NO, 0,
          "G|eve|Thursday|1|\nG|bob|Tuesday|1|\nG|bob|Wednesday|1|50.0\nG|ada|Tuesday|3|125.0\n" },
        { "weekday", true, JW_TOTALS_NO, 0,
          "G|eve|Thursday|1|\nG|bob|Wednesday|1|50.0\nG|ada|Tuesday|3|125.0\nG|bob|Tuesday|1|\n" },
        /* In one list equal ones are in natural order, whatever their agent has in all; and what is
         * in "(other)" by one of its keys is last. */
        { "totalCalls", false, JW_TOTALS_NO, 0,
          "G|bob|Tuesday|1|\nG|bob|Wednesday|1|50.0\nG|eve|Thursday|1|\nG|ada|Tuesday|3|125.0\n" },
        { "totalCalls", false, JW_TOTALS_NO, 1,
          "G|ada|Tuesday|3|125.0\nG|(other)|Tuesday|1|\nG|(other)|Wednesday|1|50.0\n"
          "G|(other)|Thursday|1|\n" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        asked(&f, "agent,weekday", "totalCalls,averageDuration");
        f.request->rows.sort_by = g_strdup(cases[i].by);
        f.request->rows.sort_descending = cases[i].descending;
        f.request->rows.totals = cases[i].totals;
        f.request->rows.top_by = cases[i].top > 0 ? g_strdup("totalCalls") : NULL;
        f.request->rows.top_n = cases[i].top;
        fixture_start(&f);
        add_calls(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_table(table_at(result, 0), cases[i].expected);
    }
}

/* By what readers see: numbers as numbers before texts, labels in the place of values. */
static void
test_sort_by_what_is_shown(void **state)
{
    static const struct {
        const char *by, *expected;
        bool labelled, descending;
    } cases[] = {
        { "agent", "-5 3 3.5 20 100 ada b2 (none) ", false, false },
        { "agent", "b2 ada 100 20 3.5 3 -5 (none) ", false, true },
        /* under their labels, which tables get behind the engine: 20 is "Anton", ada is "7", 100 is
           "6" */
        { "agent", "-5 3 3.5 6 7 Anton b2 (none) ", true, false },
    };
    static const char *const agents[] = { "100", "3", "b2", "20", "-5", "", "ada", "3.5" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        g_autoptr(GString) shown = g_string_new(NULL);
        asked(&f, cases[i].by, "totalCalls");
        f.request->rows.sort_by = g_strdup(cases[i].by);
        f.request->rows.sort_descending = cases[i].descending;
        f.request->rows.totals = JW_TOTALS_NO;
        if (cases[i].labelled) {
            JwDimensionDef *agent =
                (JwDimensionDef *)(uintptr_t)jw_report_def_dimension(f.def, "agent");
            agent->labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
            g_hash_table_insert(agent->labels, g_strdup("20"), g_strdup("Anton"));
            g_hash_table_insert(agent->labels, g_strdup("ada"), g_strdup("7"));
            g_hash_table_insert(agent->labels, g_strdup("100"), g_strdup("6"));
        }
        fixture_start(&f);
        for (size_t k = 0; k < G_N_ELEMENTS(agents); k++) {
            fixture_call(&f, "2026-01-06T11:00:00Z", agents[k], "answered", 1);
        }
        g_autoptr(JwReportResult) result = fixture_result(&f);
        const JwReportTable *table = table_at(result, 0);
        for (size_t row = 0; row < table->n_rows; row++) {
            g_string_append_printf(shown, "%s ", jw_report_cell(table, row, 0)->text);
        }
        assert_string_equal(shown->str, cases[i].expected);
    }
}

/* What is beyond maxGroups and what "top" leaves are one "(other)", which is last and never among
 * the highest; "(none)" is a group as any other. */
static void
test_other_and_none(void **state)
{
    static const struct {
        int top;
        const char *expected;
    } cases[] = {
        { 0, "G|zoe|Tuesday|1\nG|zoe|Wednesday|1\nS|zoe, total||2\n"
             "G|ada|Tuesday|1\nS|ada, total||1\nG|(none)|Tuesday|3\nS|(none), total||3\n"
             "G|(other)|Tuesday|1\nG|(other)|Wednesday|1\nS|(other), total||2\nT|Total||8\n" },
        { 1, "G|(none)|Tuesday|3\nS|(none), total||3\n"
             "G|(other)|Tuesday|3\nG|(other)|Wednesday|2\nS|(other), total||5\nT|Total||8\n" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        asked(&f, "agent,weekday", "totalCalls");
        f.def->max_groups = 2;
        f.request->rows.top_by = cases[i].top > 0 ? g_strdup("totalCalls") : NULL;
        f.request->rows.top_n = cases[i].top;
        fixture_start(&f);
        fixture_call(&f, "2026-01-06T11:00:00Z", "bob", "answered", 1);
        fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", 1);
        fixture_call(&f, "2026-01-07T11:00:00Z", "eve", "answered", 1);
        fixture_call(&f, "2026-01-06T11:00:00Z", "", "answered", 1);
        fixture_call(&f, "2026-01-06T11:00:00Z", "zoe", "answered", 1);
        fixture_call(&f, "2026-01-06T11:00:00Z", "", "answered", 1);
        fixture_call(&f, "2026-01-06T11:00:00Z", "", "answered", 1);
        fixture_call(&f, "2026-01-07T11:00:00Z", "zoe", "answered", 1);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_table(table_at(result, 0), cases[i].expected);
    }
}

/* A definition's tables say the same, and have totals only when they say so. */
static void
test_tables_of_a_definition(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f);
    g_array_set_size(f.def->tables, 0);
    g_clear_pointer(&f.def->mail_chart_table, g_free);
    result_add_table(f.def, "Both", NULL, "totalCalls", JW_CHART_NONE, NULL);
    JwTableDef *table = &g_array_index(f.def->tables, JwTableDef, 0);
    table->dimensions = g_strsplit("agent,weekday", ",", -1);
    table->rows.max_rows = 3;
    result_add_table(f.def, "Agents", "agent", "totalCalls", JW_CHART_NONE, NULL);
    table = &g_array_index(f.def->tables, JwTableDef, 1);
    table->rows.totals = JW_TOTALS_YES;
    table->rows.max_rows = 2;
    fixture_start(&f);
    add_calls(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    /* in three rows there is no place for three agents and an "(other)" of each */
    assert_table(table_at(result, 0),
                 "G|(other)|Tuesday|4\nG|(other)|Wednesday|1\nG|(other)|(other)|1\n");
    assert_table(table_at(result, 1), "G|ada|3\nG|(other)|3\nT|Total|6\n");
    assert_int_equal(result->notes->len, 2);
    assert_non_null(strstr(g_ptr_array_index(result->notes, 0), "Both: the most frequent"));
}

static void
test_too_many_combinations(void **state)
{
    g_autoptr(GError) error = NULL;
    g_auto(Fixture) f = { 0 };
    char agent[16];

    (void)state;
    asked(&f, "agent,hour", "totalCalls");
    f.def->max_groups = 100000;
    fixture_start(&f);
    for (int i = 0; i <= 50000; i++) {
        g_snprintf(agent, sizeof agent, "a%d", i);
        fixture_call(&f, "2026-01-06T11:00:00Z", agent, "answered", 1);
        if (i < 50000) {
            fixture_call(&f, "2026-01-06T12:00:00Z", agent, "answered", 1);
        }
        assert_int_equal(jw_aggregate_check(f.aggregate, &error), i < 50000);
    }
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*more than 100000 combinations of agent x hour*");
}

/* At most 50 groups go across; those that are rarest are counted under "(other)". */
static void
test_many_across(void **state)
{
    g_auto(Fixture) f = { 0 };
    char agent[16];

    (void)state;
    asked(&f, "hour,agent", "totalCalls");
    f.def->max_groups = 100;
    f.request->rows.pivot = g_strdup("agent");
    fixture_start(&f);
    for (int i = 0; i < 60; i++) {
        g_snprintf(agent, sizeof agent, "a%02d", i);
        fixture_call(&f, "2026-01-06T11:00:00Z", agent, "answered", 1);
        if (i >= 20) {
            fixture_call(&f, "2026-01-06T11:00:00Z", agent, "answered", 1);
        }
    }
    g_autoptr(JwReportResult) result = fixture_result(&f);
    const JwReportTable *table = table_at(result, 0);
    assert_int_equal(table->n_columns, 1 + 50 + 1 + 1);
    assert_string_equal(table->columns[1].head, "a20");
    assert_string_equal(table->columns[50].head, "a09"); /* of equal ones the first */
    assert_string_equal(table->columns[51].head, "(other)");
    assert_int_equal(jw_report_cell(table, 0, 51)->integer, 10);
    assert_int_equal(jw_report_cell(table, 0, 52)->integer, 100);
    assert_int_equal(table->n_chart_columns, 1);
    assert_int_equal(table->chart_columns[0], 52);
    assert_string_equal(jw_report_series_label(table, 0), "totalCalls");
    assert_int_equal(result->notes->len, 1);
}

typedef struct {
    int agent, hour, day, status;
    int64_t wait;
} Call;

#define N_CALLS 700

/* What all matching calls give: -1 matches everything. */
static void
naive(const Call *calls, int agent, int day, int64_t *ret_n, int64_t *ret_answered,
      int64_t *ret_wait)
{
    *ret_n = *ret_answered = *ret_wait = 0;
    for (size_t i = 0; i < N_CALLS; i++) {
        if ((agent < 0 || calls[i].agent == agent) && (day < 0 || calls[i].day == day)) {
            *ret_n += 1;
            *ret_answered += calls[i].status == 0;
            *ret_wait += calls[i].wait;
        }
    }
}

static void
add_random(Fixture *self, const Call *call)
{
    g_autofree char *agent = g_strdup_printf("agent %d", call->agent);
    JwValue row[N_FIELDS] = { 0 };
    const char *status = call->status == 0 ? "answered" : "missed";

    row[F_STARTED] = (JwValue){ .type = JW_VALUE_TIME,
                                .time_ms = self->request->start_ms
                                           + (call->day * 24 + call->hour) * INT64_C(3600000) };
    row[F_AGENT] = (JwValue){ .type = JW_VALUE_TEXT, .text = agent, .length = strlen(agent) };
    row[F_STATUS] = (JwValue){ .type = JW_VALUE_TEXT, .text = status, .length = strlen(status) };
    row[F_WAIT] = (JwValue){ .type = JW_VALUE_INT, .integer = call->wait };
    jw_aggregate_add(self->aggregate, row);
}

/* Of what stands before a comma. */
static int
as_number(const char *text)
{
    g_autofree char *digits = g_strndup(text, strcspn(text, ","));
    int64_t number = 0;

    assert_true(g_ascii_string_to_signed(digits, 10, 0, INT32_MAX, &number, NULL));
    return (int)number;
}

/* -1 for a total; -2 for "(other)". */
static int
number_of(const JwValue *label, const char *prefix)
{
    if (label->type == JW_VALUE_NULL || strcmp(label->text, "Total") == 0) {
        return -1;
    }
    return g_str_has_prefix(label->text, prefix) ? as_number(label->text + strlen(prefix)) : -2;
}

static void
check_random_rows(const JwReportTable *table, const Call *calls)
{
    int64_t sum = 0;

    for (size_t row = 0; row < table->n_rows; row++) {
        const int agent = number_of(jw_report_cell(table, row, 0), "agent ");
        const JwValue *day = jw_report_cell(table, row, 1);
        const int date = day->type == JW_VALUE_NULL ? -1 : as_number(day->text + 8) - 5;
        int64_t n = 0, answered = 0, wait = 0;
        naive(calls, agent, date, &n, &answered, &wait);
        assert_int_equal(jw_report_cell(table, row, 2)->integer, n);
        assert_true(jw_report_cell(table, row, 3)->real
                    == floor(10000.0 * (double)answered / (double)n + 0.5) / 100);
        assert_int_equal(jw_report_cell(table, row, 4)->integer, wait);
        sum += jw_report_row_kind(table, row) == JW_ROW_GROUP ? n : 0;
    }
    assert_int_equal(sum, N_CALLS);
}

static void
random_calls(GRand *random, Call *calls)
{
    for (size_t i = 0; i < N_CALLS; i++) {
        calls[i] = (Call){ .agent = (int)(g_rand_double(random) * g_rand_double(random) * 12),
                           .hour = g_rand_int_range(random, 0, 24),
                           .day = g_rand_int_range(random, 0, 7),
                           .status = g_rand_int_range(random, 0, 2),
                           .wait = g_rand_int_range(random, -50, 500) };
    }
}

static JwReportResult *
random_result(const Call *calls, const size_t *order, const JwTableRows *rows, const char *group_by)
{
    g_auto(Fixture) f = { 0 };

    asked(&f, group_by, "totalCalls,answerRate,totalWait");
    f.request->rows = *rows;
    f.request->rows.pivot = g_strdup(rows->pivot);
    f.request->rows.top_by = g_strdup(rows->top_by);
    f.request->rows.sort_by = g_strdup(rows->sort_by);
    fixture_start(&f);
    for (size_t i = 0; i < N_CALLS; i++) {
        add_random(&f, &calls[order[i]]);
    }
    return fixture_result(&f);
}

static void
test_random_records(void **state)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(20260107);
    const JwTableRows plain = { 0 };
    size_t order[N_CALLS];
    Call calls[N_CALLS];

    (void)state;
    for (int round = 0; round < 20; round++) {
        random_calls(random, calls);
        for (size_t i = 0; i < N_CALLS; i++) {
            order[i] = i;
        }
        g_autoptr(JwReportResult) result = random_result(calls, order, &plain, "agent,date");
        check_random_rows(table_at(result, 0), calls);
    }
}

/* The order of records changes nothing, whatever is folded; and what is folded adds up. */
static void
test_the_order_of_records(void **state)
{
    const JwTableRows cases[] = {
        { .max_rows = 20 },
        { .max_rows = 7 },
        { .max_rows = 1 },
        { .top_by = (char *)(uintptr_t) "answerRate", .top_n = 3 },
        { .pivot = (char *)(uintptr_t) "date", .max_rows = 4 },
        { .pivot = (char *)(uintptr_t) "date",
          .top_by = (char *)(uintptr_t) "totalWait",
          .top_n = 2 },
        { .sort_by = (char *)(uintptr_t) "totalWait", .totals = JW_TOTALS_NO, .max_rows = 30 },
    };
    g_autoptr(GRand) random = g_rand_new_with_seed(20260108);
    size_t order[N_CALLS], other[N_CALLS];
    Call calls[N_CALLS];

    (void)state;
    for (size_t i = 0; i < N_CALLS; i++) {
        order[i] = i;
        other[i] = (i * 331 + 17) % N_CALLS; /* 331 and 700 have no common divisor */
    }
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        random_calls(random, calls);
        g_autoptr(JwReportResult) first = random_result(calls, order, &cases[i], "agent,date,hour");
        g_autoptr(JwReportResult) second =
            random_result(calls, other, &cases[i], "agent,date,hour");
        const JwReportTable *table = table_at(first, 0);
        g_autofree char *one = table_text(table), *two = table_text(table_at(second, 0));
        int64_t sum = 0;
        size_t n_groups = 0;
        assert_string_equal(one, two);
        for (size_t row = 0; row < table->n_rows; row++) {
            const bool is_group = jw_report_row_kind(table, row) == JW_ROW_GROUP;
            sum += is_group ? jw_report_cell(table, row, table->n_columns - 3)->integer : 0;
            n_groups += is_group;
        }
        assert_int_equal(sum, N_CALLS);
        assert_true(cases[i].max_rows == 0 || n_groups <= (size_t)cases[i].max_rows);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_two_dimensions),
        cmocka_unit_test(test_without_totals),
        cmocka_unit_test(test_pivot),
        cmocka_unit_test(test_pivot_of_two_keys),
        cmocka_unit_test(test_top),
        cmocka_unit_test(test_top_of_days),
        cmocka_unit_test(test_sort),
        cmocka_unit_test(test_sort_by_what_is_shown),
        cmocka_unit_test(test_other_and_none),
        cmocka_unit_test(test_tables_of_a_definition),
        cmocka_unit_test(test_too_many_combinations),
        cmocka_unit_test(test_many_across),
        cmocka_unit_test(test_random_records),
        cmocka_unit_test(test_the_order_of_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
