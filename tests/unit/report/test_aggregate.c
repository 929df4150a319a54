/* test_aggregate.c: figures, rounding, groups and their order, on records written by hand. */
#include "calls_def.h"
#include "group_value.h"
#include "jw/aggregate.h"
#include "jw/cron.h"
#include "testkit.h"

#include <math.h>
#include <string.h>

typedef struct {
    JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    JwAggregate *agg;
} Fixture;

static void
fixture_clear(Fixture *self)
{
    jw_aggregate_free(self->agg);
    g_time_zone_unref(self->zone);
    jw_report_request_free(self->request);
    jw_report_def_free(self->def);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static int64_t
ms(const char *text)
{
    int64_t time_ms = 0;

    assert_true(jw_time_parse(text, &time_ms, NULL));
    return time_ms;
}

/* @def: (transfer full) */
static void
fixture_init(Fixture *self, JwReportDef *take_def, const char *zone)
{
    g_autoptr(GError) error = NULL;

    self->def = take_def;
    assert_ok(calls_check(self->def, &error), error);
    self->request = jw_report_request_new();
    self->request->start_ms = ms("2026-01-05T00:00:00Z");
    self->request->end_ms = ms("2026-01-12T00:00:00Z");
    self->zone = jw_zone_new(zone, NULL);
    self->agg = jw_aggregate_new(self->def, self->request, calls_fields, self->zone, &error);
    assert_ok(self->agg, error);
}

static JwValue
text_value(const char *text)
{
    return text == NULL ? (JwValue){ .type = JW_VALUE_NULL }
                        : (JwValue){ .type = JW_VALUE_TEXT, .text = text, .length = strlen(text) };
}

static JwValue
int_value(int64_t value)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = value };
}

static JwValue
real_value(double value)
{
    return (JwValue){ .type = JW_VALUE_REAL, .real = value };
}

/* A record with the given time, agent, status and duration; the rest NULL. */
static void
add_call(Fixture *self, const char *started, const char *agent, const char *status,
         JwValue duration)
{
    JwValue row[N_FIELDS] = { 0 };

    row[F_STARTED] = started == NULL ? text_value(NULL)
                                     : (JwValue){ .type = JW_VALUE_TIME, .time_ms = ms(started) };
    row[F_AGENT] = text_value(agent);
    row[F_STATUS] = text_value(status);
    row[F_DURATION] = duration;
    jw_aggregate_add(self->agg, row);
}

static void
assert_value(JwValue value, JwValue expected)
{
    assert_int_equal(value.type, expected.type);
    if (value.type == JW_VALUE_INT || value.type == JW_VALUE_TIME) {
        assert_int_equal(value.integer, expected.integer);
    } else if (value.type == JW_VALUE_REAL) {
        assert_true(value.real == expected.real);
    } else if (value.type == JW_VALUE_TEXT) {
        assert_int_equal(value.length, expected.length);
        assert_memory_equal(value.text, expected.text, value.length);
    }
}

static JwValue
figure(Fixture *self, const char *name)
{
    return jw_aggregate_figure(self->agg, jw_report_def_measure(self->def, name));
}

static size_t
n_groups(Fixture *self, const char *dimension)
{
    return jw_aggregate_n_groups(self->agg, jw_report_def_dimension(self->def, dimension));
}

static const char *
group_label(Fixture *self, const char *dimension, size_t group)
{
    return label_of_group(self->agg, jw_report_def_dimension(self->def, dimension), group);
}

static JwValue
group_value(Fixture *self, const char *dimension, size_t group, const char *measure)
{
    return value_in_group(self->agg, jw_report_def_dimension(self->def, dimension), group,
                          jw_report_def_measure(self->def, measure));
}

#define assert_figure(fixture, name, expected) assert_value(figure((fixture), (name)), (expected))

static size_t
group_of(Fixture *self, const char *dimension, const char *label)
{
    for (size_t i = 0; i < n_groups(self, dimension); i++) {
        if (strcmp(group_label(self, dimension, i), label) == 0) {
            return i;
        }
    }
    fail_msg("no group '%s' of %s", label, dimension);
    return 0;
}

#define assert_group(fixture, dimension, label, measure, expected)                                 \
    assert_value(                                                                                  \
        group_value((fixture), (dimension), group_of((fixture), (dimension), (label)), (measure)), \
        (expected))

static void
test_figures(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f, calls_def_new(), "Europe/Istanbul");
    add_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", int_value(100));
    add_call(&f, "2026-01-06T11:59:59.999Z", "ada", "answered", int_value(151));
    add_call(&f, "2026-01-06T12:00:00Z", "bob", "missed", int_value(9999));
    add_call(&f, "2026-01-07T06:00:00Z", "bob", "no-answer", text_value(NULL));
    add_call(&f, "2026-01-07T22:00:00Z", "eve", "answered", text_value(NULL));
    add_call(&f, "2026-01-07T22:30:00Z", "eve", "abandoned", int_value(1));
    assert_int_equal(jw_aggregate_rows(f.agg), 6);
    assert_figure(&f, "totalCalls", int_value(6));
    assert_figure(&f, "answeredCalls", int_value(3));
    assert_figure(&f, "missedCalls", int_value(2));
    assert_figure(&f, "answerRate", real_value(50.0));
    assert_figure(&f, "averageDuration", real_value(125.5)); /* the NULL does not count */
    assert_figure(&f, "totalWait", int_value(0));
    /* 14:00 and 01:00 have two each: the first in order wins. */
    assert_figure(&f, "peakHour", int_value(1));
    assert_figure(&f, "peakHourCalls", int_value(2));
    assert_group(&f, "hour", "14:00", "totalCalls", int_value(2));
    assert_group(&f, "hour", "14:00", "answerRate", real_value(100.0));
    assert_group(&f, "hour", "15:00", "answerRate", real_value(0.0));
    assert_group(&f, "hour", "03:00", "answerRate", text_value(NULL));
    assert_group(&f, "hour", "14:00", "peakHour", text_value(NULL));
    assert_group(&f, "date", "2026-01-08", "totalCalls", int_value(2)); /* 01:00 in Istanbul */
    assert_group(&f, "weekday", "Thursday", "totalCalls", int_value(2));
    assert_group(&f, "month", "2026-01", "totalCalls", int_value(6));
    assert_group(&f, "agent", "eve", "missedCalls", int_value(0));
}

static void
test_nothing(void **state)
{
    g_auto(Fixture) f = { 0 };
    const JwValue none = text_value(NULL);

    (void)state;
    fixture_init(&f, calls_def_new(), "UTC");
    assert_int_equal(jw_aggregate_rows(f.agg), 0);
    assert_figure(&f, "totalCalls", int_value(0));
    assert_figure(&f, "totalWait", int_value(0));
    assert_figure(&f, "answerRate", none);
    assert_figure(&f, "averageDuration", none);
    assert_figure(&f, "peakHour", none);
    assert_figure(&f, "peakHourCalls", none);
    assert_int_equal(n_groups(&f, "hour"), 24);
    assert_int_equal(n_groups(&f, "weekday"), 7);
    assert_int_equal(n_groups(&f, "date"), 7);
    assert_int_equal(n_groups(&f, "agent"), 0);
    assert_string_equal(group_label(&f, "hour", 0), "00:00");
    assert_string_equal(group_label(&f, "hour", 23), "23:00");
    assert_string_equal(group_label(&f, "weekday", 0), "Monday");
    assert_string_equal(group_label(&f, "weekday", 6), "Sunday");
    assert_string_equal(group_label(&f, "date", 0), "2026-01-05");
    assert_string_equal(group_label(&f, "date", 6), "2026-01-11");
}

/* answered / total · 100 with two decimals, against values computed by hand. */
static void
test_ratios_round_half_up(void **state)
{
    static const struct {
        int answered, total;
        double rate;
    } rows[] = {
        { 3, 37, 8.11 },    { 30, 37, 81.08 },       { 1, 3, 33.33 },
        { 2, 3, 66.67 },    { 1, 8, 12.5 },          { 1, 160, 0.63 }, /* 0.625 */
        { 3, 160, 1.88 },                                              /* 1.875 */
        { 1, 800, 0.13 },                                              /* 0.125 */
        { 1, 20000, 0.01 },                                            /* 0.005 */
        { 7, 20000, 0.04 },                                            /* 0.035 */
        { 1, 20001, 0.0 },  { 20000, 20000, 100.0 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Fixture) f = { 0 };
        fixture_init(&f, calls_def_new(), "UTC");
        for (int k = 0; k < rows[i].total; k++) {
            add_call(&f, NULL, NULL, k < rows[i].answered ? "answered" : "x", text_value(NULL));
        }
        assert_figure(&f, "answerRate", real_value(rows[i].rate));
    }
}

/* Ninety ratios, each of the one before by itself: what is not computed once is never done. */
static void
test_a_long_chain_of_ratios(void **state)
{
    JwReportDef *def = calls_def_new();
    g_auto(Fixture) f = { 0 };

    (void)state;
    calls_add_ratio(def, "r0", "answeredCalls", "totalCalls", 1.0, 2);
    calls_add_ratio(def, "p0", "peakHourCalls", "totalCalls", 1.0, 2);
    for (int i = 1; i < 45; i++) {
        g_autofree char *name = g_strdup_printf("r%d", i), *peak = g_strdup_printf("p%d", i);
        g_autofree char *of = g_strdup_printf("r%d", i - 1), *up = g_strdup_printf("p%d", i - 1);
        calls_add_ratio(def, name, of, of, 0.5, 2);
        calls_add_ratio(def, peak, up, up, 0.25, 2);
    }
    assert_true(jw_report_def_has_groups(def, jw_report_def_measure(def, "r44")));
    assert_false(jw_report_def_has_groups(def, jw_report_def_measure(def, "p44")));
    fixture_init(&f, def, "UTC");
    add_call(&f, "2026-01-05T10:00:00Z", "ada", "answered", int_value(1));
    add_call(&f, "2026-01-05T10:00:00Z", "bob", "missed", int_value(1));
    add_call(&f, "2026-01-05T11:00:00Z", "bob", "missed", int_value(1));
    assert_figure(&f, "r0", real_value(0.33));
    assert_figure(&f, "p0", real_value(0.67));
    assert_figure(&f, "r44", real_value(0.5));
    assert_figure(&f, "p44", real_value(0.25));
    assert_int_equal(group_value(&f, "agent", 0, "r44").type, JW_VALUE_NULL); /* bob: 0 / 0 */
    assert_value(group_value(&f, "agent", 1, "r44"), real_value(0.5));
}

static void
add_duration(Fixture *self, JwValue duration)
{
    add_call(self, NULL, NULL, "answered", duration);
}

static void
test_averages_round_half_up(void **state)
{
    static const struct {
        double a, b; /* averaged to one decimal */
        double average;
    } rows[] = {
        { 0.25, 0.25, 0.3 },
        { 2.65, 2.65, 2.7 },
        { 1.05, 1.05, 1.1 },
        { -0.25, -0.25, -0.3 },
        { -0.04, 0.0, 0.0 },
        { 99.95, 99.95, 100.0 },
        { 0.04, 0.05, 0.0 },
        { 0.05, 0.05, 0.1 },
        { 245.45, 245.55, 245.5 },
        { 1e300, 1e300, 1e300 },
        { 123456789012.34, 123456789012.36, 123456789012.4 },
    };
    g_auto(Fixture) ints = { 0 };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_auto(Fixture) f = { 0 };
        fixture_init(&f, calls_def_new(), "UTC");
        add_duration(&f, real_value(rows[i].a));
        add_duration(&f, real_value(rows[i].b));
        assert_figure(&f, "averageDuration", real_value(rows[i].average));
    }
    fixture_init(&ints, calls_def_new(), "UTC");
    for (int i = 0; i < 20; i++) {
        add_duration(&ints, int_value(i == 0 ? 1 : 0));
    }
    assert_figure(&ints, "averageDuration", real_value(0.1)); /* 0.05 */
}

static JwReportDef *
sums_def(void)
{
    JwReportDef *def = calls_def_new();

    calls_add_measure(def, "sum", JW_MEASURE_SUM, "durationSeconds")->decimals = 3;
    calls_add_measure(def, "min", JW_MEASURE_MIN, "durationSeconds")->decimals = 3;
    calls_add_measure(def, "max", JW_MEASURE_MAX, "durationSeconds")->decimals = 3;
    calls_add_measure(def, "first", JW_MEASURE_MIN, "startedAt");
    calls_add_measure(def, "last", JW_MEASURE_MAX, "startedAt");
    calls_add_measure(def, "present", JW_MEASURE_COUNT, "durationSeconds");
    return def;
}

static void
test_integers_stay_integers(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f, sums_def(), "UTC");
    assert_figure(&f, "min", text_value(NULL));
    assert_figure(&f, "max", text_value(NULL));
    assert_figure(&f, "sum", int_value(0));
    add_call(&f, "2026-01-06T11:00:00Z", NULL, NULL, int_value(INT64_C(9007199254740993)));
    add_call(&f, "2026-01-06T10:00:00Z", NULL, NULL, int_value(-7));
    add_call(&f, "2026-01-06T12:00:00Z", NULL, NULL, text_value("12"));
    add_call(&f, NULL, NULL, NULL, text_value(NULL));
    assert_figure(&f, "sum", int_value(INT64_C(9007199254740986)));
    assert_figure(&f, "min", int_value(-7));
    assert_figure(&f, "max", int_value(INT64_C(9007199254740993)));
    assert_figure(&f, "present", int_value(3));
    const JwValue first = { .type = JW_VALUE_TIME, .time_ms = ms("2026-01-06T10:00:00Z") };
    const JwValue last = { .type = JW_VALUE_TIME, .time_ms = ms("2026-01-06T12:00:00Z") };
    assert_figure(&f, "first", first);
    assert_figure(&f, "last", last);
}

static void
test_overflow_and_mixed_numbers(void **state)
{
    g_auto(Fixture) f = { 0 }, g = { 0 };

    (void)state;
    fixture_init(&f, sums_def(), "UTC");
    for (int i = 0; i < 3; i++) {
        add_duration(&f, int_value(INT64_MAX));
    }
    JwValue sum = figure(&f, "sum");
    assert_int_equal(sum.type, JW_VALUE_REAL);
    assert_true(sum.real > 2.767e19 && sum.real < 2.768e19);

    fixture_init(&g, sums_def(), "UTC");
    for (int i = 0; i < 10; i++) {
        add_duration(&g, real_value(0.1));
    }
    add_duration(&g, int_value(5));
    add_duration(&g, real_value(NAN));
    add_duration(&g, (JwValue){ .type = JW_VALUE_BOOL, .boolean = true });
    assert_figure(&g, "sum", real_value(7.0));
    assert_figure(&g, "min", real_value(0.1));
    assert_figure(&g, "max", int_value(5));
}

static void
assert_sums(const JwValue *values, size_t n_values, const char *name, JwValue expected)
{
    g_auto(Fixture) f = { 0 }, back = { 0 };
    JwReportDef *defs[] = { sums_def(), sums_def() };

    for (size_t i = 0; i < G_N_ELEMENTS(defs); i++) {
        calls_add_measure(defs[i], "avg", JW_MEASURE_AVG, "durationSeconds")->decimals = 2;
    }
    fixture_init(&f, defs[0], "UTC");
    fixture_init(&back, defs[1], "UTC");
    for (size_t i = 0; i < n_values; i++) {
        add_duration(&f, values[i]);
        add_duration(&back, values[n_values - 1 - i]);
    }
    assert_figure(&f, name, expected);
    assert_figure(&back, name, expected);
}

/* No digit is lost that can be kept, whatever the order of the records. */
static void
test_long_numbers(void **state)
{
    const JwValue beyond = int_value(INT64_C(9007199254740993));
    const JwValue prices[] = { real_value(9999999999999.99), real_value(9999999999999.99),
                               real_value(9999999999999.99) };
    const JwValue whole[] = { int_value(INT64_C(1059670500558102)),
                              int_value(INT64_C(1059670500558105)) };
    const JwValue reals[] = { real_value(1059670500558102.0), real_value(1059670500558105.0) };
    const JwValue twice[] = { beyond, beyond };
    const JwValue mixed[] = { beyond, real_value(2.0) };
    const JwValue doubles[] = { beyond, real_value(9007199254740992.0) };
    const JwValue half[] = { real_value(9999999999999.9995) };

    (void)state;
    assert_sums(prices, 3, "sum", real_value(29999999999999.97));
    assert_sums(prices, 3, "max", real_value(9999999999999.99));
    assert_sums(whole, 2, "avg", real_value(1059670500558103.5));
    assert_sums(reals, 2, "avg", real_value(1059670500558103.5));
    assert_sums(reals, 2, "sum", real_value(2119341001116207.0));
    assert_sums(twice, 2, "sum", int_value(INT64_C(18014398509481986)));
    assert_sums(twice, 2, "avg", beyond);
    assert_sums(mixed, 2, "sum", int_value(INT64_C(9007199254740995)));
    assert_sums(doubles, 2, "max", beyond);
    assert_sums(doubles, 2, "sum", int_value(INT64_C(18014398509481985)));
    assert_sums(half, 1, "sum", real_value(10000000000000.0));
}

static JwReportDef *
conditions_def(void)
{
    JwReportDef *def = calls_def_new();

    calls_where(calls_add_measure(def, "internal", JW_MEASURE_COUNT, NULL), "internal", "true",
                false);
    calls_where(calls_add_measure(def, "seven", JW_MEASURE_COUNT, NULL), "durationSeconds", "7,-8",
                false);
    calls_where(calls_add_measure(def, "padded", JW_MEASURE_COUNT, NULL), "durationSeconds", "007",
                false);
    calls_where(calls_add_measure(def, "half", JW_MEASURE_COUNT, NULL), "cost", "0.5", false);
    calls_where(calls_add_measure(def, "then", JW_MEASURE_COUNT, NULL), "startedAt",
                "2026-01-06T10:00:00Z", false);
    calls_where(calls_add_measure(def, "known", JW_MEASURE_COUNT, NULL), "agent", NULL, false);
    calls_where(calls_add_measure(def, "unknown", JW_MEASURE_COUNT, NULL), "agent", NULL, true);
    calls_where(calls_add_measure(def, "notAda", JW_MEASURE_COUNT, NULL), "agent", "ada", true);
    JwMeasureDef *both = calls_add_measure(def, "both", JW_MEASURE_COUNT, NULL);
    calls_where(both, "agent", "ada,bob", false);
    calls_where(both, "internal", "true", false);
    return def;
}

static void
test_conditions_compare_as_text(void **state)
{
    g_auto(Fixture) f = { 0 };
    JwValue row[N_FIELDS] = { 0 };

    (void)state;
    fixture_init(&f, conditions_def(), "UTC");
    row[F_AGENT] = text_value("ada");
    row[F_INTERNAL] = (JwValue){ .type = JW_VALUE_BOOL, .boolean = true };
    row[F_DURATION] = int_value(7);
    row[F_COST] = real_value(0.5);
    row[F_STARTED] = (JwValue){ .type = JW_VALUE_TIME, .time_ms = ms("2026-01-06T10:00:00Z") };
    jw_aggregate_add(f.agg, row);
    row[F_AGENT] = text_value("ada lovelace");
    row[F_INTERNAL] = text_value("true");
    row[F_DURATION] = real_value(-8.0);
    row[F_COST] = text_value("0.50");
    row[F_STARTED].time_ms++;
    jw_aggregate_add(f.agg, row);
    memset(row, 0, sizeof row);
    row[F_INTERNAL] = (JwValue){ .type = JW_VALUE_BOOL, .boolean = false };
    jw_aggregate_add(f.agg, row);
    assert_figure(&f, "internal", int_value(2));
    assert_figure(&f, "seven", int_value(2));
    assert_figure(&f, "padded", int_value(0));
    assert_figure(&f, "half", int_value(1));
    assert_figure(&f, "then", int_value(1));
    assert_figure(&f, "known", int_value(2));
    assert_figure(&f, "unknown", int_value(1));
    assert_figure(&f, "notAda", int_value(2));
    assert_figure(&f, "both", int_value(1));
}

/* By its where, a record is not there for anything. */
static void
test_default_filter(void **state)
{
    static const struct {
        const char *field, *equals;
        bool negate;
        int64_t total;
        size_t agents;
    } cases[] = {
        { "status", "answered", false, 2, 2 },
        { "status", "answered", true, 2, 2 },
        { "status", NULL, false, 3, 3 },
        { "agent", "nobody", false, 0, 0 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        JwReportDef *def = calls_def_new();
        const JwCondition where = {
            .field = g_strdup(cases[i].field),
            .equals = cases[i].equals != NULL ? g_strsplit(cases[i].equals, ",", -1) : NULL,
            .negate = cases[i].negate,
        };

        g_array_append_val(def->where, where);
        fixture_init(&f, def, "UTC");
        add_call(&f, "2026-01-06T11:00:00Z", "ada", "answered", int_value(100));
        add_call(&f, "2026-01-06T11:30:00Z", "bob", "answered", int_value(50));
        add_call(&f, "2026-01-06T12:00:00Z", "eve", "missed", int_value(9));
        add_call(&f, "2026-01-06T12:00:00Z", "bob", NULL, int_value(9));
        assert_int_equal(jw_aggregate_rows(f.agg), cases[i].total);
        assert_figure(&f, "totalCalls", int_value(cases[i].total));
        assert_int_equal(n_groups(&f, "agent"), cases[i].agents);
    }
}

/* Calls of these agents, whose first @max_groups have groups of their own. */
static void
add_agents(Fixture *self, int max_groups, const char *const *agents, size_t n_agents)
{
    JwReportDef *def = calls_def_new();

    def->max_groups = max_groups;
    calls_add_peak(def, "peakAgent", JW_MEASURE_PEAK, "agent", "totalCalls");
    fixture_init(self, def, "UTC");
    for (size_t i = 0; i < n_agents; i++) {
        add_call(self, "2026-01-06T11:00:00Z", agents[i], "answered", int_value(1));
    }
}

static void
assert_agents(Fixture *self, const char *const *order, const int *counts, size_t n)
{
    assert_int_equal(n_groups(self, "agent"), n);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(group_label(self, "agent", i), order[i]);
        assert_value(group_value(self, "agent", i, "totalCalls"), int_value(counts[i]));
    }
}

static void
test_value_groups_in_order(void **state)
{
    static const char *const agents[] = { "bob", "ada", "eve", "bob", "cid",
                                          "eve", "bob", NULL,  "dan", "" };
    static const char *const order[] = { "bob", "eve", "ada", "(none)", "(other)" };
    static const int counts[] = { 3, 2, 1, 2, 2 };
    g_auto(Fixture) f = { 0 };

    (void)state;
    add_agents(&f, 3, agents, G_N_ELEMENTS(agents));
    assert_agents(&f, order, counts, G_N_ELEMENTS(order));
    assert_figure(&f, "peakAgent", text_value("bob"));
    /* More records may come after values were read. */
    for (int i = 0; i < 5; i++) {
        add_call(&f, NULL, "ada", "answered", int_value(1));
    }
    assert_string_equal(group_label(&f, "agent", 0), "ada");
    assert_figure(&f, "peakAgent", text_value("ada"));
}

/* A text that reads as one of our own labels is told from them. */
static void
test_texts_like_our_labels(void **state)
{
    static const char *const agents[] = { "(none)", "(other)", NULL,     "bob",
                                          "ada",    "ada",     "(none)", "(other)" };
    static const char *const order[] = { "\"(none)\"", "\"(other)\"", "(none)", "(other)" };
    static const int counts[] = { 2, 2, 1, 3 };
    g_auto(Fixture) f = { 0 };

    (void)state;
    add_agents(&f, 2, agents, G_N_ELEMENTS(agents));
    assert_agents(&f, order, counts, G_N_ELEMENTS(order));
    assert_figure(&f, "peakAgent", text_value("\"(none)\""));
}

static void
test_groups_of_other_types(void **state)
{
    JwReportDef *def = calls_def_new();
    g_auto(Fixture) f = { 0 };
    JwValue row[N_FIELDS] = { 0 };
    g_autofree char *huge = g_strnfill(100000, 'x');

    (void)state;
    calls_add_dimension(def, "wait", "waitSeconds", JW_PART_VALUE);
    fixture_init(&f, def, "UTC");
    row[F_WAIT] = int_value(-12);
    jw_aggregate_add(f.agg, row);
    row[F_WAIT] = real_value(2.5);
    jw_aggregate_add(f.agg, row);
    row[F_WAIT] = (JwValue){ .type = JW_VALUE_BOOL, .boolean = true };
    jw_aggregate_add(f.agg, row);
    row[F_WAIT] = (JwValue){ .type = JW_VALUE_TIME, .time_ms = 0 };
    jw_aggregate_add(f.agg, row);
    row[F_WAIT] = text_value(huge);
    jw_aggregate_add(f.agg, row);
    assert_int_equal(n_groups(&f, "wait"), 5);
    assert_group(&f, "wait", "-12", "totalCalls", int_value(1));
    assert_group(&f, "wait", "2.5", "totalCalls", int_value(1));
    assert_group(&f, "wait", "true", "totalCalls", int_value(1));
    assert_group(&f, "wait", "1970-01-01T00:00:00Z", "totalCalls", int_value(1));
    assert_int_equal(strlen(group_label(&f, "wait", 4)) > 256 ? 1 : 0, 0);
    row[F_WAIT] = real_value(-0.0);
    jw_aggregate_add(f.agg, row);
    row[F_WAIT] = int_value(0);
    jw_aggregate_add(f.agg, row);
    row[F_WAIT] = real_value(9007199254740994.0);
    jw_aggregate_add(f.agg, row);
    row[F_WAIT] = real_value(12345678901234.56);
    jw_aggregate_add(f.agg, row);
    assert_int_equal(n_groups(&f, "wait"), 8);
    assert_group(&f, "wait", "0", "totalCalls", int_value(2));
    assert_group(&f, "wait", "9007199254740994", "totalCalls", int_value(1));
    assert_group(&f, "wait", "12345678901234.56", "totalCalls", int_value(1));
    /* Records without a time have a group, so that the groups add up to the total. */
    assert_int_equal(n_groups(&f, "hour"), 25);
    assert_group(&f, "hour", "(none)", "totalCalls", int_value(9));
    assert_figure(&f, "peakHour", text_value(NULL));
}

/* They are told apart by all of their bytes; the label says that it is cut. */
static void
test_groups_of_long_texts(void **state)
{
    g_auto(Fixture) f = { 0 };
    g_autofree char *same = g_strnfill(256, 'x');
    g_autofree char *umlauts = g_strnfill(600, 'x');
    char *middle = g_utf8_strreverse(umlauts, 600); /* a copy */

    (void)state;
    for (size_t i = 0; i + 1 < 600; i += 2) {
        memcpy(umlauts + i, "\xc3\xa4", 2);
    }
    middle[300] = 'y';
    g_autofree char *one = g_strconcat(same, " one", NULL);
    g_autofree char *two = g_strconcat(same, " two", NULL);
    g_autofree char *deep = g_strnfill(600, 'x');
    const char *const texts[] = { same, one, two, one, umlauts, deep, middle };
    fixture_init(&f, calls_def_new(), "UTC");
    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        add_call(&f, NULL, texts[i], "answered", int_value(1));
    }
    assert_int_equal(n_groups(&f, "agent"), 6);
    const char *first = group_label(&f, "agent", 0);
    assert_true(g_str_has_suffix(first, "x one"));
    assert_non_null(strstr(first, "x…x"));
    assert_group(&f, "agent", same, "totalCalls", int_value(1));
    for (size_t i = 0; i < 6; i++) {
        assert_true(g_utf8_validate(group_label(&f, "agent", i), -1, NULL));
        assert_true(strlen(group_label(&f, "agent", i)) <= 256);
    }
    g_free(middle);
}

/* Groups of times are named as the list of the same report has them: in its zone. */
static void
test_times_as_values(void **state)
{
    static const struct {
        const char *zone, *time, *label;
    } cases[] = {
        { "UTC", "2026-11-03T13:00:00Z", "2026-11-03T13:00:00Z" },
        { "America/New_York", "2026-11-03T13:00:00Z", "2026-11-03T08:00:00-05:00" },
        { "America/New_York", "2026-07-03T13:00:00.250Z", "2026-07-03T09:00:00.250-04:00" },
        { "Asia/Kolkata", "2026-11-03T20:00:00Z", "2026-11-04T01:30:00+05:30" },
        /* the hour that comes twice has two names */
        { "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-25T02:30:00+02:00" },
        { "Europe/Berlin", "2026-10-25T01:30:00Z", "2026-10-25T02:30:00+01:00" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f = { 0 };
        JwReportDef *def = calls_def_new();
        JwValue row[N_FIELDS] = { 0 };

        calls_add_dimension(def, "wait", "waitSeconds", JW_PART_VALUE);
        fixture_init(&f, def, cases[i].zone);
        row[F_WAIT] = (JwValue){ .type = JW_VALUE_TIME, .time_ms = ms(cases[i].time) };
        jw_aggregate_add(f.agg, row);
        assert_string_equal(group_label(&f, "wait", 0), cases[i].label);
    }
}

static void
test_dates_over_a_long_period(void **state)
{
    g_auto(Fixture) f = { 0 };
    g_autoptr(GError) error = NULL;

    (void)state;
    fixture_init(&f, calls_def_new(), "UTC");
    jw_aggregate_free(f.agg);
    f.def->max_groups = 100;
    f.request->start_ms = ms("2020-01-01T00:00:00Z");
    f.request->end_ms = ms("2026-01-01T00:00:00Z");
    f.agg = jw_aggregate_new(f.def, f.request, calls_fields, f.zone, &error);
    assert_ok(f.agg, error);
    add_call(&f, "2025-02-03T11:00:00Z", NULL, NULL, int_value(1));
    add_call(&f, "2020-02-29T11:00:00Z", NULL, NULL, int_value(1));
    const JwValue before_1970[N_FIELDS] = { [F_STARTED] = { .type = JW_VALUE_TIME,
                                                            .time_ms = -1 } };
    jw_aggregate_add(f.agg, before_1970);
    assert_int_equal(n_groups(&f, "date"), 3);
    assert_string_equal(group_label(&f, "date", 0), "1969-12-31");
    assert_string_equal(group_label(&f, "date", 1), "2020-02-29");
    assert_string_equal(group_label(&f, "date", 2), "2025-02-03");
    assert_group(&f, "hour", "23:00", "totalCalls", int_value(1));
    assert_group(&f, "month", "1969-12", "totalCalls", int_value(1));
    assert_group(&f, "month", "2021-01", "totalCalls", int_value(0));
}

/* Samoa went from the 29th to the 31st of December 2011. */
static void
test_a_day_that_was_not(void **state)
{
    static const struct {
        const char *zone, *start, *end, *days;
    } cases[] = {
        { "Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", "2011-12-29,2011-12-31" },
        { "Pacific/Kwajalein", "1993-08-20T12:00:00Z", "1993-08-22T12:00:00Z",
          "1993-08-20,1993-08-22" },
        { "UTC", "2011-12-29T00:00:00Z", "2012-01-01T00:00:00Z",
          "2011-12-29,2011-12-30,2011-12-31" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(GStrv) days = g_strsplit(cases[i].days, ",", -1);
        g_autoptr(GError) error = NULL;
        g_auto(Fixture) f = { 0 };

        fixture_init(&f, calls_def_new(), cases[i].zone);
        jw_aggregate_free(f.agg);
        f.request->start_ms = ms(cases[i].start);
        f.request->end_ms = ms(cases[i].end);
        f.agg = jw_aggregate_new(f.def, f.request, calls_fields, f.zone, &error);
        assert_ok(f.agg, error);
        assert_int_equal(n_groups(&f, "date"), g_strv_length(days));
        for (size_t day = 0; days[day] != NULL; day++) {
            assert_string_equal(group_label(&f, "date", day), days[day]);
        }
    }
}

/* The 25-hour day: both passes of the doubled hour count under the same label. */
static void
test_changes_of_the_clock(void **state)
{
    g_auto(Fixture) f = { 0 };

    (void)state;
    fixture_init(&f, calls_def_new(), "Europe/Berlin");
    add_call(&f, "2026-10-25T00:30:00Z", NULL, NULL, int_value(1));
    add_call(&f, "2026-10-25T01:30:00Z", NULL, NULL, int_value(1));
    add_call(&f, "2026-10-25T22:59:59Z", NULL, NULL, int_value(1));
    add_call(&f, "2026-03-29T00:59:59.999Z", NULL, NULL, int_value(1));
    add_call(&f, "2026-03-29T01:00:00Z", NULL, NULL, int_value(1));
    assert_group(&f, "hour", "02:00", "totalCalls", int_value(2));
    assert_group(&f, "hour", "23:00", "totalCalls", int_value(1));
    assert_group(&f, "hour", "01:00", "totalCalls", int_value(1));
    assert_group(&f, "hour", "03:00", "totalCalls", int_value(1));
    assert_group(&f, "date", "2026-10-25", "totalCalls", int_value(3));
}

static void
test_wrong_names(void **state)
{
    const char *const few[] = { "startedAt", "agent", "status", NULL };
    g_auto(Fixture) f = { 0 };
    g_autoptr(GError) error = NULL;

    (void)state;
    fixture_init(&f, calls_def_new(), "UTC");
    assert_null(jw_aggregate_new(f.def, f.request, few, f.zone, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "measure 'averageDuration': field 'durationSeconds' is not among those read");
    f.request->group_by = g_strsplit("hour,minute", ",", -1);
    assert_null(jw_aggregate_new(f.def, f.request, calls_fields, f.zone, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "groupBy: no dimension 'minute'");
    g_strfreev(g_steal_pointer(&f.request->group_by));
    f.request->measures = g_strsplit("calls", ",", -1);
    assert_null(jw_aggregate_new(f.def, f.request, calls_fields, f.zone, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "measures: no measure 'calls'");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_figures),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_ratios_round_half_up),
        cmocka_unit_test(test_a_long_chain_of_ratios),
        cmocka_unit_test(test_averages_round_half_up),
        cmocka_unit_test(test_integers_stay_integers),
        cmocka_unit_test(test_overflow_and_mixed_numbers),
        cmocka_unit_test(test_long_numbers),
        cmocka_unit_test(test_conditions_compare_as_text),
        cmocka_unit_test(test_default_filter),
        cmocka_unit_test(test_value_groups_in_order),
        cmocka_unit_test(test_texts_like_our_labels),
        cmocka_unit_test(test_groups_of_other_types),
        cmocka_unit_test(test_groups_of_long_texts),
        cmocka_unit_test(test_times_as_values),
        cmocka_unit_test(test_dates_over_a_long_period),
        cmocka_unit_test(test_changes_of_the_clock),
        cmocka_unit_test(test_a_day_that_was_not),
        cmocka_unit_test(test_wrong_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
