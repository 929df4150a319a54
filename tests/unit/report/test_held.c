/* test_held.c: standard deviations, distinct counts and percentiles: against plain computations, at
 * their caps and beyond, merged, and within a budget. */
#include "engine/accumulator.h"
#include "engine/distinct.h"
#include "engine/hll.h"
#include "engine/quantile.h"
#include "testkit.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE(value) ((JwValue){ .type = JW_VALUE_INT, .integer = (value) })
#define REAL(value)  ((JwValue){ .type = JW_VALUE_REAL, .real = (value) })
#define BOOL(value)  ((JwValue){ .type = JW_VALUE_BOOL, .boolean = (value) })
#define TIME(value)  ((JwValue){ .type = JW_VALUE_TIME, .time_ms = (value) })

static JwValue
text(const char *value)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = value, .length = strlen(value) };
}

/* The same numbers in every run. */
static uint64_t
next_random(uint64_t *seed)
{
    uint64_t z = (*seed += UINT64_C(0x9e3779b97f4a7c15));

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static double
next_part(uint64_t *seed)
{
    return (double)(next_random(seed) >> 11) * 0x1p-53;
}

typedef struct {
    JwHeldPool *pool;
    JwAccumulator accumulator;
    JwMeasureOp op;
    int p;
} Fixture;

static void
fixture_clear(Fixture *self)
{
    jw_accumulator_clear(&self->accumulator);
    jw_held_pool_free(self->pool);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
fixture_init(Fixture *self, JwMeasureOp op, int p)
{
    *self = (Fixture){ .pool = jw_held_pool_new(JW_HELD_BUDGET), .op = op, .p = p };
}

static void
add_to(Fixture *self, JwAccumulator *accumulator, JwValue value)
{
    jw_accumulator_hold(accumulator, self->op, self->p, self->pool);
    jw_accumulator_add(accumulator, self->op, &value);
}

static void
add(Fixture *self, JwValue value)
{
    add_to(self, &self->accumulator, value);
}

/* NAN: none */
static double
value_of(const JwAccumulator *accumulator, JwMeasureOp op)
{
    const JwNumber number = jw_accumulator_number(accumulator, op);

    return number.kind == JW_NUMBER_NONE ? (double)NAN : jw_number_double(&number);
}

static double
value(const Fixture *self)
{
    return value_of(&self->accumulator, self->op);
}

static void
assert_near(double got, double expected, double part)
{
    if (!(fabs(got - expected) <= part * fabs(expected))) {
        fail_msg("%.17g is not %.17g", got, expected);
    }
}

static double
deviation_of(const JwValue *values, size_t n_values)
{
    g_auto(Fixture) f;

    fixture_init(&f, JW_MEASURE_STDDEV, 0);
    for (size_t i = 0; i < n_values; i++) {
        add(&f, values[i]);
    }
    return value(&f);
}

static void
test_deviation(void **state)
{
    const JwValue known[] = { WHOLE(2), WHOLE(4), WHOLE(4), WHOLE(4),
                              WHOLE(5), REAL(5),  WHOLE(7), WHOLE(9) };
    const JwValue large[] = { WHOLE(INT64_C(9007199254740993)), WHOLE(INT64_C(9007199254740994)),
                              WHOLE(INT64_C(9007199254740995)) };
    const JwValue extremes[] = { WHOLE(INT64_MIN), WHOLE(INT64_MAX) };
    const JwValue near[] = { REAL(1e9 + 0.25), REAL(1e9 + 0.5), REAL(1e9 + 0.75) };
    const JwValue mixed[] = { WHOLE(1), REAL(2.5), BOOL(true), WHOLE(-4) };
    const JwValue huge[] = { REAL(1.7e308), REAL(-1.7e308) };
    JwValue jump[1000];

    (void)state;
    assert_near(deviation_of(known, G_N_ELEMENTS(known)), sqrt(32.0 / 7.0), 1e-15);
    assert_true(isnan(deviation_of(known, 0)));
    assert_true(isnan(deviation_of(known, 1))); /* one value has none */
    assert_true(deviation_of(&known[1], 3) == 0.0);
    assert_true(deviation_of(large, 3) == 1.0);
    assert_near(deviation_of(extremes, 2), 18446744073709551615.0 / sqrt(2.0), 1e-15);
    assert_near(deviation_of(near, 3), 0.25, 1e-12);
    /* around 0.125: 0.875, 2.375, 0.875, -4.125 */
    assert_near(deviation_of(mixed, 4), sqrt(24.1875 / 3.0), 1e-15);
    assert_true(isnan(deviation_of(huge, 2))); /* more than a double holds */
    /* One of 1,000 differs by 1: sqrt(0.001) */
    for (size_t i = 0; i < G_N_ELEMENTS(jump); i++) {
        jump[i] = WHOLE(INT64_C(1000000000000) + (i > 0));
    }
    assert_near(deviation_of(jump, 1000), sqrt(0.001), 1e-15);
}

/* As two passes over long doubles have it. */
static double
two_passes(const double *values, size_t n)
{
    long double sum = 0.0L, squares = 0.0L;

    for (size_t i = 0; i < n; i++) {
        sum += values[i];
    }
    for (size_t i = 0; i < n; i++) {
        const long double distance = values[i] - sum / (long double)n;
        squares += distance * distance;
    }
    return (double)sqrtl(squares / (long double)(n - 1));
}

/* Sorts of numbers that random ones are of. */
static double
sort_of(int sort, uint64_t *seed, size_t i)
{
    switch (sort) {
    case 0:
        return (double)(next_random(seed) % 1000);
    case 1:
        return next_part(seed);
    case 2:
        return -log(1.0 - next_part(seed)) * 250.0;
    case 3:
        return exp(3.0 * (next_part(seed) + next_part(seed) + next_part(seed) - 1.5) * 2.0);
    case 4:
        return 1e12 + next_part(seed);
    case 5:
        return -(double)i;
    case 6:
        return (double)i * 0.5;
    case 7:
        return i % 3 == 0 ? -5.5 : 1e15;
    case 8:
        return (double)(int64_t)(next_random(seed) >> 2); /* squares beyond 2^124 */
    case 9:
        return (double)(i % 2 == 0 ? i : 1000000 - i);
    default:
        return next_part(seed) - next_part(seed);
    }
}
#define SORTS 11

static void
test_deviations_merge(void **state)
{
    const size_t n = 3000;
    g_autofree double *values = g_new(double, n);

    (void)state;
    for (int sort = 0; sort < SORTS; sort++) {
        g_auto(Fixture) f;
        JwAccumulator parts[7] = { 0 };
        uint64_t seed = 1;
        fixture_init(&f, JW_MEASURE_STDDEV, 0);
        for (size_t i = 0; i < n; i++) {
            values[i] = sort_of(sort, &seed, i);
            add(&f, REAL(values[i]));
            add_to(&f, &parts[i % 6], REAL(values[i])); /* the last is empty */
        }
        const double expected = two_passes(values, n);
        assert_near(value(&f), expected, sort == 4 ? 1e-7 : 1e-12);
        for (size_t i = 1; i < G_N_ELEMENTS(parts); i++) {
            jw_accumulator_merge(&parts[0], &parts[i], f.op);
            jw_accumulator_clear(&parts[i]);
        }
        assert_near(value_of(&parts[0], f.op), value(&f), sort == 4 ? 1e-7 : 1e-12);
        assert_int_equal(parts[0].n, n);
        /* Sums of whole numbers are exact, so that no digit depends on the order. */
        assert_true(sort != 0 || value_of(&parts[0], f.op) == value(&f));
        jw_accumulator_clear(&parts[0]);
    }
}

static void
test_what_is_one_value(void **state)
{
    const JwValue decimal = { .type = JW_VALUE_REAL, .real = 0.1, .rest = -5.55e-18 };
    const struct {
        JwValue values[5];
        size_t n;
        double distinct;
    } cases[] = {
        { { WHOLE(3), REAL(3.0), text("3") }, 3, 1 },
        { { WHOLE(-3), WHOLE(3), text("-3"), REAL(-3.0) }, 4, 2 },
        { { REAL(0.1), decimal, text("0.1") }, 3, 1 },
        { { REAL(0.0), REAL(-0.0), WHOLE(0) }, 3, 1 },
        { { BOOL(true), text("true"), BOOL(false) }, 3, 2 },
        { { text(""), text(" "), text("a"), text("A") }, 4, 4 },
        { { text("03"), text("3"), text("3.0") }, 3, 3 },
        { { WHOLE(INT64_MIN), WHOLE(INT64_MAX), REAL(0x1p63), REAL(-0x1p63) }, 4, 3 },
        { { WHOLE(INT64_C(9007199254740993)), REAL(9007199254740992.0) }, 2, 2 },
        { { REAL(NAN), REAL(-NAN), REAL(INFINITY), REAL(-INFINITY) }, 4, 3 },
        { { TIME(5), WHOLE(5), TIME(5), TIME(6) }, 4, 3 },
        { { text("a longer text, one"), text("a longer text, two") }, 2, 2 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Fixture) f;
        fixture_init(&f, JW_MEASURE_DISTINCT, 0);
        for (size_t k = 0; k < cases[i].n; k++) {
            add(&f, cases[i].values[k]);
        }
        if (!(value(&f) == cases[i].distinct)) {
            fail_msg("case %zu: %g", i, value(&f));
        }
        assert_int_equal(jw_accumulator_number(&f.accumulator, f.op).approximate, false);
    }
    const JwAccumulator empty = { 0 };
    assert_true(value_of(&empty, JW_MEASURE_DISTINCT) == 0.0);
}

static void
test_distinct_at_its_cap(void **state)
{
    g_auto(Fixture) f;

    (void)state;
    fixture_init(&f, JW_MEASURE_DISTINCT, 0);
    for (int64_t i = 0; i < 3 * JW_DISTINCT_CAP; i++) {
        add(&f, WHOLE(i % JW_DISTINCT_CAP));
    }
    assert_true(value(&f) == JW_DISTINCT_CAP);
    assert_false(jw_accumulator_is_estimate(&f.accumulator));
    add(&f, WHOLE(JW_DISTINCT_CAP));
    assert_true(jw_accumulator_is_estimate(&f.accumulator));
    assert_true(jw_accumulator_number(&f.accumulator, f.op).approximate);
    assert_near(value(&f), JW_DISTINCT_CAP + 1, 4 * 0.0081);
    assert_near(jw_distinct_error(f.pool), 0.0081, 0.01);
}

/* Numbers of different values from 10,001 to a million, thirty times: within five standard errors,
 * and their mean error as it is stated. */
static void
test_distinct_is_as_right_as_stated(void **state)
{
    static const int64_t counts[] = { 10001, 30000, 45000, 60000, 100000 };
    double squares = 0.0, sum = 0.0;
    size_t n = 0;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        for (uint64_t run = 0; run < 5; run++) {
            uint8_t registers[1 << JW_DISTINCT_P] = { 0 };
            for (int64_t k = 0; k < counts[i]; k++) {
                const JwValue item = WHOLE(k + (int64_t)run * 10000000);
                jw_hll_add(registers, JW_DISTINCT_P, jw_value_hash(&item));
            }
            const double error =
                jw_hll_estimate(registers, JW_DISTINCT_P) / (double)counts[i] - 1.0;
            assert_true(fabs(error) < 5 * 0.0081);
            squares += error * error;
            sum += error;
            n++;
        }
    }
    assert_true(sqrt(squares / (double)n) < 1.5 * 0.0081);
    assert_true(fabs(sum / (double)n) < 0.0081 / 2); /* no bias */
}

/* 0 to @n_first - 1 backwards, merged with 50 to 50 + @n_second - 1, are those seen at once. */
static void
check_distinct_merge(int64_t n_first, int64_t n_second)
{
    g_auto(Fixture) f;
    JwAccumulator first = { 0 }, second = { 0 };

    fixture_init(&f, JW_MEASURE_DISTINCT, 0);
    for (int64_t v = n_first - 1; v >= 0; v--) {
        add_to(&f, &first, WHOLE(v));
    }
    for (int64_t v = 50; v < n_second + 50; v++) {
        add_to(&f, &second, WHOLE(v));
    }
    for (int64_t v = 0; v < MAX(n_first, n_second + 50); v++) {
        if (v < n_first || (v >= 50 && v < n_second + 50)) {
            add(&f, WHOLE(v));
        }
    }
    jw_accumulator_merge(&first, &second, f.op);
    assert_true(value_of(&first, f.op) == value(&f));
    jw_accumulator_clear(&first);
    jw_accumulator_clear(&second);
}

static void
test_distinct_merges(void **state)
{
    static const int64_t sizes[] = { 0, 1, 100, JW_DISTINCT_CAP - 1, JW_DISTINCT_CAP + 1, 40000 };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(sizes); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(sizes); k++) {
            check_distinct_merge(sizes[i], sizes[k]);
        }
    }
}

/* Folded registers are those that fewer registers would have had. */
static void
test_fold(void **state)
{
    uint8_t folded[1 << 14] = { 0 }, direct[1 << 12] = { 0 };
    uint64_t seed = 7;

    (void)state;
    for (int i = 0; i < 50000; i++) {
        const uint64_t hash = i == 0 ? 0 : i == 1 ? UINT64_MAX : next_random(&seed);
        jw_hll_add(folded, 14, hash);
        jw_hll_add(direct, 12, hash);
    }
    jw_hll_fold(folded, 14);
    jw_hll_fold(folded, 13);
    assert_memory_equal(folded, direct, sizeof direct);
    memset(direct, 0, sizeof direct);
    assert_true(jw_hll_estimate(direct, 12) == 0.0);
}

static int
compare_reals(const void *a, const void *b)
{
    const double first = *(const double *)a, second = *(const double *)b;

    return first < second ? -1 : first > second;
}

/* As percentile_cont has it. */
static double
plain_quantile(const double *sorted, size_t n, int p)
{
    const double place = (double)(n - 1) * p / 100000.0;
    const size_t low = (size_t)place;
    const double part = place - (double)low;

    return low + 1 < n ? sorted[low] + (sorted[low + 1] - sorted[low]) * part : sorted[low];
}

static const int ps[] = { 0, 1000, 25000, 33300, 50000, 90000, 95000, 99000, 99900, 100000 };

/* What is held is the same of all percentiles: which one is asked for counts when it is read. */
static double
percentile_of(const JwAccumulator *accumulator, int p)
{
    accumulator->held->p = p;
    return value_of(accumulator, JW_MEASURE_PERCENTILE);
}

static void
test_percentiles(void **state)
{
    static const size_t sizes[] = { 1, 2, 3, 4, 10, 101, JW_QUANTILE_CAP };

    (void)state;
    for (size_t k = 0; k < G_N_ELEMENTS(sizes) * SORTS; k++) {
        const size_t n = sizes[k / SORTS];
        g_autofree double *values = g_new(double, n);
        g_auto(Fixture) f;
        uint64_t seed = 3;
        fixture_init(&f, JW_MEASURE_PERCENTILE, 0);
        assert_true(isnan(value(&f)));
        for (size_t v = 0; v < n; v++) {
            values[v] = sort_of((int)(k % SORTS), &seed, v);
            add(&f, REAL(values[v]));
        }
        qsort(values, n, sizeof *values, compare_reals);
        for (size_t i = 0; i < G_N_ELEMENTS(ps); i++) {
            assert_near(percentile_of(&f.accumulator, ps[i]), plain_quantile(values, n, ps[i]),
                        1e-9);
        }
        assert_false(jw_accumulator_is_estimate(&f.accumulator));
    }
}

/* Whole numbers beyond 2^53, and what lies between them. */
static void
test_median_is_exact(void **state)
{
    g_auto(Fixture) f;
    const int64_t large = INT64_C(9007199254740993);

    (void)state;
    fixture_init(&f, JW_MEASURE_MEDIAN, 50000);
    add(&f, WHOLE(INT64_MAX));
    add(&f, WHOLE(large));
    add(&f, REAL(-1.5));
    JwNumber number = jw_accumulator_number(&f.accumulator, f.op);
    assert_int_equal(number.kind, JW_NUMBER_EXACT);
    assert_int_equal(number.top, large);
    add(&f, WHOLE(large + 1));
    number = jw_accumulator_number(&f.accumulator, f.op);
    assert_int_equal(number.top, 2 * large + 1);
    assert_int_equal(number.bottom, 2);
    add(&f, BOOL(true)); /* 1: -1.5, 1, large, … */
    add(&f, REAL(1.25));
    number = jw_accumulator_number(&f.accumulator, f.op);
    assert_near(jw_number_double(&number), ((double)large + 1.25) / 2.0, 1e-15);
}

/* The rank of @value among sorted values, as the nearest of those it may have, to @p. */
static double
rank_error(const double *sorted, size_t n, double value, int p)
{
    const double place = (double)(n - 1) * p / 100000.0;
    size_t below = 0, up_to = 0;

    while (below < n && sorted[below] < value) {
        below++;
    }
    for (up_to = below; up_to < n && sorted[up_to] <= value; up_to++) {
    }
    /* Between the places of the last below it and the first above it. */
    const double first = below > 0 ? (double)below - 1.0 : 0.0;
    const double last = up_to < n ? (double)up_to : (double)(n - 1);
    return place < first  ? (first - place) / (double)n
           : place > last ? (place - last) / (double)n
                          : 0.0;
}

static void
test_percentiles_are_as_right_as_stated(void **state)
{
    static const size_t sizes[] = { JW_QUANTILE_CAP + 1, 40000 };
    g_autofree double *values = g_new(double, 40000);

    (void)state;
    for (size_t k = 0; k < G_N_ELEMENTS(sizes) * SORTS; k++) {
        const size_t n = sizes[k / SORTS];
        g_auto(Fixture) f;
        JwAccumulator parts[5] = { 0 };
        uint64_t seed = 11;
        fixture_init(&f, JW_MEASURE_PERCENTILE, 0);
        for (size_t v = 0; v < n; v++) {
            values[v] = sort_of((int)(k % SORTS), &seed, v);
            add(&f, REAL(values[v]));
            add_to(&f, &parts[v % 5], REAL(values[v]));
        }
        qsort(values, n, sizeof *values, compare_reals);
        assert_true(jw_accumulator_is_estimate(&f.accumulator));
        for (size_t part = 1; part < G_N_ELEMENTS(parts); part++) {
            jw_accumulator_merge(&parts[0], &parts[part], f.op);
            jw_accumulator_clear(&parts[part]);
        }
        for (size_t i = 0; i < G_N_ELEMENTS(ps); i++) {
            const double error = rank_error(values, n, percentile_of(&f.accumulator, ps[i]), ps[i]);
            const double merged = rank_error(values, n, percentile_of(&parts[0], ps[i]), ps[i]);
            if (error > jw_quantile_error(f.pool) || merged > 2 * jw_quantile_error(f.pool)) {
                fail_msg("sort %zu, n %zu, p %d: %g, %g", k % SORTS, n, ps[i], error, merged);
            }
        }
        jw_accumulator_clear(&parts[0]);
    }
}

/* The least and the greatest are known, and nothing overflows. */
static void
test_sketch_edges(void **state)
{
    static const int edges[] = { 0, 50000, 100000 };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(edges); i++) {
        g_auto(Fixture) f;
        fixture_init(&f, JW_MEASURE_PERCENTILE, edges[i]);
        for (int v = 0; v < 50000; v++) {
            add(&f, REAL(v % 2 == 0 ? 1.7e308 : -1.7e308));
        }
        const double got = value(&f);
        assert_true(isfinite(got));
        assert_true(edges[i] != 0 || got == -1.7e308);
        assert_true(edges[i] != 100000 || got == 1.7e308);
    }
    g_auto(Fixture) same;
    fixture_init(&same, JW_MEASURE_MEDIAN, 50000);
    for (int v = 0; v < 50000; v++) {
        add(&same, WHOLE(7));
    }
    assert_true(value(&same) == 7.0);
}

/* Sets and percentiles of many groups, more than the budget holds. */
static void
test_budget(void **state)
{
    const size_t budget = (size_t)1024 * 1024, n_groups = 60;
    JwHeldPool *pool = jw_held_pool_new(budget);
    g_autofree JwAccumulator *sets = g_new0(JwAccumulator, n_groups);
    g_autofree JwAccumulator *medians = g_new0(JwAccumulator, n_groups);
    size_t most = 0, estimates = 0;
    g_autofree double *values = g_new(double, 6000);

    (void)state;
    for (int64_t v = 0; v < 6000; v++) {
        for (size_t i = 0; i < n_groups; i++) {
            const JwValue item = WHOLE(v % (int64_t)(100 * (i + 1)));
            jw_accumulator_hold(&sets[i], JW_MEASURE_DISTINCT, 0, pool);
            jw_accumulator_hold(&medians[i], JW_MEASURE_MEDIAN, 50000, pool);
            jw_accumulator_add(&sets[i], JW_MEASURE_DISTINCT, &item);
            jw_accumulator_add(&medians[i], JW_MEASURE_MEDIAN, &item);
        }
        size_t bytes = 0;
        for (size_t i = 0; i < n_groups; i++) {
            bytes += sets[i].held->bytes + medians[i].held->bytes;
        }
        most = MAX(most, bytes);
    }
    assert_true(most <= budget);
    assert_in_range(jw_held_pool_level(pool), 1, JW_HELD_LEVELS - 1);
    for (size_t i = 0; i < n_groups; i++) {
        const double n = 100.0 * (double)(i + 1);
        const bool estimate = jw_accumulator_is_estimate(&sets[i]);
        assert_near(value_of(&sets[i], JW_MEASURE_DISTINCT), n,
                    estimate ? 5 * jw_distinct_error(pool) : 0.0);
        for (int64_t v = 0; v < 6000; v++) {
            values[v] = (double)(v % (int64_t)n);
        }
        qsort(values, 6000, sizeof *values, compare_reals);
        assert_true(rank_error(values, 6000, value_of(&medians[i], JW_MEASURE_MEDIAN), 50000)
                    <= 2 * jw_quantile_error(pool));
        estimates += estimate ? 1 : 0;
    }
    assert_in_range(estimates, 1, n_groups - 1); /* small ones stay exact */
    assert_false(jw_accumulator_is_estimate(&sets[0]));
    for (size_t i = 0; i < n_groups; i++) {
        jw_accumulator_clear(&sets[i]); /* the pool frees the rest */
    }
    jw_held_pool_free(pool);
}

/* A budget that cannot be kept: nothing is larger than the smallest sketch then. */
static void
test_exhausted_budget(void **state)
{
    JwHeldPool *pool = jw_held_pool_new(4096);
    JwAccumulator sets[8] = { 0 };

    (void)state;
    for (int64_t v = 0; v < 5000; v++) {
        for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
            const JwValue item = WHOLE(v);
            jw_accumulator_hold(&sets[i], JW_MEASURE_DISTINCT, 0, pool);
            jw_accumulator_add(&sets[i], JW_MEASURE_DISTINCT, &item);
            assert_true(sets[i].held->bytes <= jw_held_sketch_bytes(pool));
        }
    }
    assert_int_equal(jw_held_sketch_bytes(pool), JW_HELD_SKETCH_BYTES >> (JW_HELD_LEVELS - 1));
    for (size_t i = 0; i < G_N_ELEMENTS(sets); i++) {
        assert_near(value_of(&sets[i], JW_MEASURE_DISTINCT), 5000.0, 5 * jw_distinct_error(pool));
    }
    jw_held_pool_free(pool);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_deviation),
        cmocka_unit_test(test_deviations_merge),
        cmocka_unit_test(test_what_is_one_value),
        cmocka_unit_test(test_distinct_at_its_cap),
        cmocka_unit_test(test_distinct_is_as_right_as_stated),
        cmocka_unit_test(test_distinct_merges),
        cmocka_unit_test(test_fold),
        cmocka_unit_test(test_percentiles),
        cmocka_unit_test(test_median_is_exact),
        cmocka_unit_test(test_percentiles_are_as_right_as_stated),
        cmocka_unit_test(test_sketch_edges),
        cmocka_unit_test(test_budget),
        cmocka_unit_test(test_exhausted_budget),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
