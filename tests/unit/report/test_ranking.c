/* test_ranking.c: which groups come first is right however many values there are: the highest, rows
 * in the order of a measure, peaks, and the most frequent; beyond what is told apart at all a
 * ranking fails, and nothing else does. */
#include "result_fixture.h"
#include "table_text.h"

#define MANY 100001

/* Twenty agents of one call each, the later ones with the longer calls, but for "ada", who has two
 * short ones at the end. */
static void
add_twenty(Fixture *self)
{
    char agent[16];

    for (int i = 0; i < 20; i++) {
        g_snprintf(agent, sizeof agent, "a%02d", i);
        fixture_call(self, i % 2 == 0 ? "2026-01-06T11:00:00Z" : "2026-01-07T12:00:00Z", agent,
                     "answered", 100 + 10 * (int64_t)i);
    }
    fixture_call(self, "2026-01-08T11:00:00Z", "ada", "answered", 1);
    fixture_call(self, "2026-01-08T11:00:00Z", "ada", "answered", 2);
}

static void
limited(Fixture *self, const char *group_by, int max_groups)
{
    fixture_init(self);
    self->def->max_groups = max_groups;
    calls_add_measure(self->def, "talk", JW_MEASURE_SUM, "durationSeconds");
    if (group_by != NULL) {
        self->request->group_by = g_strsplit(group_by, ",", -1);
        self->request->measures = g_strsplit("talk", ",", -1);
    }
}

static void
assert_notes(const JwReportResult *result, const char *const *notes, size_t n)
{
    assert_int_equal(result->notes->len, n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(g_ptr_array_index(result->notes, i), notes[i]);
    }
}

#define BY_TALK                                                                                    \
    "By agent: only the first by “talk” have rows of their own; all others are counted under " \
    "(other)."
#define FREQUENT_3                                                                                 \
    "agent: only the 3 most frequent values have groups of their own; all others are counted "     \
    "under (other)."

/* The rows, their order and what is said of them, with maxGroups 3 and 21 values. */
static void
test_the_first_of_many_values(void **state)
{
    static const struct {
        const char *top_by, *sort_by;
        bool descending;
        const char *expected, *note;
    } cases[] = {
        { "talk", NULL, false, "G|a19|290\nG|a18|280\nG|(other)|3,333\nT|Total|3,903\n", NULL },
        { NULL, "talk", true, "G|a19|290\nG|a18|280\nG|a17|270\nG|(other)|3,063\nT|Total|3,903\n",
          BY_TALK },
        { NULL, "talk", false, "G|ada|3\nG|a00|100\nG|a01|110\nG|(other)|3,690\nT|Total|3,903\n",
          BY_TALK },
        { "totalCalls", "talk", true, "G|a00|100\nG|ada|3\nG|(other)|3,800\nT|Total|3,903\n",
          NULL },
        { NULL, NULL, false, "G|ada|3\nG|a00|100\nG|a01|110\nG|(other)|3,690\nT|Total|3,903\n",
          FREQUENT_3 },
        { NULL, "agent", true, "G|ada|3\nG|a01|110\nG|a00|100\nG|(other)|3,690\nT|Total|3,903\n",
          FREQUENT_3 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        limited(&f, "agent", 3);
        f.request->rows.top_by = g_strdup(cases[i].top_by);
        f.request->rows.top_n = 2;
        f.request->rows.sort_by = g_strdup(cases[i].sort_by);
        f.request->rows.sort_descending = cases[i].descending;
        fixture_start(&f);
        add_twenty(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_table(table_at(result, 0), cases[i].expected);
        assert_notes(result, &cases[i].note, cases[i].note != NULL ? 1 : 0);
    }
}

/* `maxRows` of a definition's table says it in the place of maxGroups, in the table's order. */
static void
test_rows_of_a_definition(void **state)
{
    static const struct {
        const char *sort_by;
        bool descending;
        int max_rows;
        const char *expected;
    } cases[] = {
        { "talk", true, 3, "G|a19|290\nG|a18|280\nG|(other)|3,333\n" },
        { "talk", false, 2, "G|ada|3\nG|(other)|3,900\n" },
        { "talk", true, 6,
          "G|a19|290\nG|a18|280\nG|a17|270\nG|a16|260\nG|a15|250\nG|(other)|2,553\n" },
        { NULL, false, 2, "G|ada|3\nG|(other)|3,900\n" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        limited(&f, NULL, 4);
        g_array_set_size(f.def->tables, 0);
        g_clear_pointer(&f.def->mail_chart_table, g_free);
        result_add_table(f.def, "Agents", "agent", "talk", JW_CHART_NONE, NULL);
        JwTableRows *rows = &g_array_index(f.def->tables, JwTableDef, 0).rows;
        rows->sort_by = g_strdup(cases[i].sort_by);
        rows->sort_descending = cases[i].descending;
        rows->max_rows = cases[i].max_rows;
        fixture_start(&f);
        add_twenty(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_table(table_at(result, 0), cases[i].expected);
        assert_int_equal(result->notes->len, 1);
    }
}

static void
test_peaks_of_many_values(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    limited(&f, NULL, 3);
    calls_add_peak(f.def, "bestAgent", JW_MEASURE_PEAK, "agent", "talk");
    calls_add_peak(f.def, "bestTalk", JW_MEASURE_PEAK_VALUE, "agent", "talk");
    calls_add_peak(f.def, "busiest", JW_MEASURE_PEAK, "agent", "totalCalls");
    f.request->measures = g_strsplit("bestAgent,bestTalk,busiest", ",", -1);
    fixture_start(&f);
    add_twenty(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_string_equal(figure_at(result, 0)->text, "a19");
    assert_int_equal(figure_at(result, 1)->value.integer, 290);
    assert_string_equal(figure_at(result, 2)->text, "ada");
    assert_int_equal(result->notes->len, 0);
}

/* Rows that a measure sorts are the first of all combinations, whatever their agent has elsewhere:
 * one list has one "(other)", groups with sub-totals one each. */
static void
test_combinations_by_a_measure(void **state)
{
    static const struct {
        bool totals;
        int max_rows;
        const char *expected;
    } cases[] = {
        { false, 3, "G|a19|Wednesday|290\nG|a18|Tuesday|280\nG|(other)|(other)|3,333\n" },
        { true, 6,
          "G|a19|Wednesday|290\nS|a19, total||290\nG|a18|Tuesday|280\nS|a18, total||280\n"
          "G|(other)|Wednesday|1,710\nG|(other)|(other)|1,623\nS|(other), total||3,333\n"
          "T|Total||3,903\n" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        limited(&f, NULL, 2);
        g_array_set_size(f.def->tables, 0);
        g_clear_pointer(&f.def->mail_chart_table, g_free);
        result_add_table(f.def, "Both", NULL, "talk", JW_CHART_NONE, NULL);
        JwTableDef *table = &g_array_index(f.def->tables, JwTableDef, 0);
        table->dimensions = g_strsplit("agent,weekday", ",", -1);
        table->rows = (JwTableRows){ .sort_by = g_strdup("talk"),
                                     .sort_descending = true,
                                     .totals = cases[i].totals ? JW_TOTALS_YES : JW_TOTALS_NO,
                                     .max_rows = cases[i].max_rows };
        fixture_start(&f);
        add_twenty(&f);
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_table(table_at(result, 0), cases[i].expected);
        assert_int_equal(result->notes->len, 1);
        assert_string_equal(g_ptr_array_index(result->notes, 0),
                            "Both: only the first by “talk” have rows of their own; all others are "
                            "counted under (other).");
    }
}

/* The most frequent go across, no more than maxGroups. */
static void
test_few_across(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    limited(&f, "weekday,agent", 2);
    f.request->rows.pivot = g_strdup("agent");
    fixture_start(&f);
    add_twenty(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_table(table_at(result, 0), "G|Tuesday|0|100|1,800|1,900\nG|Wednesday|0|0|2,000|2,000\n"
                                      "G|Thursday|3|0|0|3\nT|Total|3|100|3,800|3,903\n");
}

/* Which groups are shown does not depend on which records come first. */
static void
test_the_order_of_records(void **state)
{
    char *texts[2] = { NULL, NULL };

    (void)state;
    for (size_t round = 0; round < 2; round++) {
        g_auto(Fixture) f = { 0 };
        char agent[16];
        limited(&f, "agent,weekday", 5);
        fixture_start(&f);
        for (int i = 0; i < 400; i++) {
            const int which = round == 0 ? i : 399 - i;
            g_snprintf(agent, sizeof agent, "a%d", which * which % 37);
            fixture_call(&f, which % 3 == 0 ? "2026-01-06T11:00:00Z" : "2026-01-07T12:00:00Z",
                         agent, "answered", which);
        }
        g_autoptr(JwReportResult) result = fixture_result(&f);
        texts[round] = table_text(table_at(result, 0));
    }
    assert_string_equal(texts[0], texts[1]);
    assert_non_null(strstr(texts[0], "(other)"));
    g_free(texts[0]);
    g_free(texts[1]);
}

static void
add_agents(Fixture *self, int n, const char *started)
{
    char agent[16];

    for (int i = 0; i < n; i++) {
        g_snprintf(agent, sizeof agent, "b%d", i);
        fixture_call(self, started, agent, "answered", 1);
    }
}

/* Of more values than are told apart none is called the highest. */
static void
test_too_many_to_rank(void **state)
{
    static const struct {
        const char *top_by, *sort_by, *measures, *expected;
    } cases[] = {
        { "talk", NULL, "totalCalls",
          "*100000 different values of the dimension 'agent'*the "
          "highest by 'talk'*narrower filters*" },
        { NULL, "talk", "totalCalls", "*'agent'*the order by 'talk'*" },
        { NULL, NULL, "totalCalls,twice", "*'agent'*the figure 'best'*" },
        { NULL, "agent", "totalCalls", NULL },
        { NULL, NULL, "totalCalls", NULL },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        g_autoptr(GError) error = NULL;
        limited(&f, "agent", 3);
        calls_add_peak(f.def, "best", JW_MEASURE_PEAK_VALUE, "agent", "talk");
        calls_add_ratio(f.def, "twice", "best", "totalCalls", 2.0, 0);
        g_strfreev(f.request->measures);
        f.request->measures = g_strsplit(cases[i].measures, ",", -1);
        f.request->rows.top_by = g_strdup(cases[i].top_by);
        f.request->rows.top_n = 3;
        f.request->rows.sort_by = g_strdup(cases[i].sort_by);
        fixture_start(&f);
        add_agents(&f, MANY - 1, "2026-01-06T11:00:00Z");
        assert_true(jw_aggregate_check(f.aggregate, NULL));
        fixture_call(&f, "2026-01-06T11:00:00Z", "one more", "answered", 1);
        assert_int_equal(jw_aggregate_check(f.aggregate, &error), cases[i].expected == NULL);
        if (cases[i].expected != NULL) {
            assert_jw_error(error, JW_ERROR_TOO_LARGE, cases[i].expected);
        }
    }
}

/* A table that says nothing of an order goes on: its figures are right, and a note says what is not
 * told apart. */
static void
test_too_many_to_tell_apart(void **state)
{
    static const char *const notes[] = {
        "agent: there are too many different values to tell all of them apart; all after the first "
        "100,000 are counted under (other).",
        "agent: only the 2 most frequent values have groups of their own; all others are counted "
        "under (other).",
    };
    g_auto(Fixture) f = { 0 };

    (void)state;
    limited(&f, "agent", 2);
    fixture_start(&f);
    add_agents(&f, MANY, "2026-01-06T11:00:00Z");
    fixture_call(&f, "2026-01-06T11:00:00Z", "b77", "answered", 5);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_table(table_at(result, 0), "G|b77|6\nG|b0|1\nG|(other)|99,999\nT|Total|100,006\n");
    assert_notes(result, notes, G_N_ELEMENTS(notes));
}

/* Too many combinations are those of the first values, unless a measure ranks them. */
static void
test_too_many_combinations(void **state)
{
    static const char *const sorts[] = { NULL, "weekday", "talk" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sorts); i++) {
        g_auto(Fixture) f = { 0 };
        limited(&f, "agent,weekday", 2);
        f.request->rows.sort_by = g_strdup(sorts[i]);
        fixture_start(&f);
        add_agents(&f, 60000, "2026-01-06T11:00:00Z");
        add_agents(&f, 60000, "2026-01-07T11:00:00Z");
        const bool fits = g_strcmp0(sorts[i], "talk") != 0;
        assert_int_equal(jw_aggregate_check(f.aggregate, NULL), fits);
        if (!fits) {
            continue;
        }
        g_autoptr(JwReportResult) result = fixture_result(&f);
        assert_table(table_at(result, 0), "G|b0|Tuesday|1\nG|b0|Wednesday|1\nS|b0, total||2\n"
                                          "G|b1|Tuesday|1\nG|b1|Wednesday|1\nS|b1, total||2\n"
                                          "G|(other)|Tuesday|59,998\nG|(other)|Wednesday|59,998\n"
                                          "S|(other), total||119,996\nT|Total||120,000\n");
        assert_int_equal(result->notes->len, 1);
        assert_non_null(strstr(g_ptr_array_index(result->notes, 0), "after the first 2 are"));
    }
}

/* Measures may be made of measures that are made of measures: each is looked at once. */
static void
test_figures_made_of_many(void **state)
{
    g_auto(Fixture) f = { 0 };
    char name[16], top[16] = "answeredCalls", bottom[16] = "totalCalls";

    (void)state;
    limited(&f, "agent", 3);
    for (int i = 0; i < 82; i++) { /* the last is 1, as every sixth */
        g_snprintf(name, sizeof name, "ratio%d", i);
        calls_add_ratio(f.def, name, top, bottom, 1.0, 0);
        memcpy(bottom, top, sizeof top);
        memcpy(top, name, sizeof name);
    }
    g_strfreev(f.request->measures);
    f.request->measures = g_strsplit(name, ",", -1);
    fixture_start(&f);
    add_twenty(&f);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_string_equal(figure_at(result, 0)->text, "1");
}

/* An order that estimates make is said to be one, also where they are not shown. */
static void
test_the_highest_by_an_estimate(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    limited(&f, "agent", 5);
    calls_add_measure(f.def, "lengths", JW_MEASURE_DISTINCT, "durationSeconds");
    f.request->rows.top_by = g_strdup("lengths");
    f.request->rows.top_n = 1;
    fixture_start(&f);
    for (int i = 0; i < 10001; i++) {
        fixture_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", i);
    }
    fixture_call(&f, "2026-01-06T11:00:00Z", "bob", "answered", 0);
    g_autoptr(JwReportResult) result = fixture_result(&f);
    assert_table(table_at(result, 0), "G|ada|50,005,000\nG|(other)|0\nT|Total|50,005,000\n");
    assert_int_equal(result->notes->len, 1);
    assert_non_null(strstr(g_ptr_array_index(result->notes, 0), "lengths: marked with ≈"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_of_many_values),
        cmocka_unit_test(test_rows_of_a_definition),
        cmocka_unit_test(test_peaks_of_many_values),
        cmocka_unit_test(test_combinations_by_a_measure),
        cmocka_unit_test(test_few_across),
        cmocka_unit_test(test_the_order_of_records),
        cmocka_unit_test(test_too_many_to_rank),
        cmocka_unit_test(test_too_many_to_tell_apart),
        cmocka_unit_test(test_too_many_combinations),
        cmocka_unit_test(test_figures_made_of_many),
        cmocka_unit_test(test_the_highest_by_an_estimate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
