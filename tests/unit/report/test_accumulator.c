/* test_accumulator.c: accumulators of parts of a stream, merged, are that of the whole. */
#include "engine/accumulator.h"
#include "testkit.h"

#include <math.h>

static const JwMeasureOp ops[] = { JW_MEASURE_COUNT, JW_MEASURE_SUM, JW_MEASURE_AVG, JW_MEASURE_MIN,
                                   JW_MEASURE_MAX };

static JwValue
whole(int64_t value)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = value };
}

static JwValue
real(double value)
{
    return (JwValue){ .type = JW_VALUE_REAL, .real = value };
}

static JwValue
moment(int64_t time_ms)
{
    return (JwValue){ .type = JW_VALUE_TIME, .time_ms = time_ms };
}

static void
assert_same(const JwValue *value, const JwValue *expected)
{
    assert_int_equal(value->type, expected->type);
    switch (value->type) {
    case JW_VALUE_INT:
    case JW_VALUE_TIME:
        assert_int_equal(value->integer, expected->integer);
        return;
    case JW_VALUE_REAL:
        assert_true(value->real == expected->real);
        return;
    case JW_VALUE_NULL:
    case JW_VALUE_BOOL:
    case JW_VALUE_TEXT:
        return;
    }
}

/* Every cut of @values into two parts, each way round, and the value of the whole. */
static void
check_cuts(const JwValue *values, size_t n_values, JwMeasureOp op, int decimals)
{
    JwAccumulator all = { 0 };

    for (size_t i = 0; i < n_values; i++) {
        jw_accumulator_add(&all, op, &values[i]);
    }
    const JwValue expected = jw_accumulator_value(&all, op, decimals);
    for (size_t cut = 0; cut <= n_values; cut++) {
        JwAccumulator begin = { 0 }, end = { 0 }, merged = { 0 };
        for (size_t i = 0; i < n_values; i++) {
            jw_accumulator_add(i < cut ? &begin : &end, op, &values[i]);
        }
        jw_accumulator_merge(&merged, &end, op);
        jw_accumulator_merge(&merged, &begin, op);
        jw_accumulator_merge(&begin, &end, op);
        const JwValue forward = jw_accumulator_value(&begin, op, decimals);
        const JwValue backward = jw_accumulator_value(&merged, op, decimals);
        assert_same(&forward, &expected);
        assert_same(&backward, &expected);
        assert_int_equal(begin.n, n_values);
        jw_accumulator_clear(&begin);
        assert_int_equal(begin.n, 0);
    }
}

static void
test_merged_parts_are_the_whole(void **state)
{
    const JwValue ints[] = { whole(3), whole(-7), whole(0), whole(40) };
    const JwValue large[] = { whole(INT64_MAX), whole(9007199254740993), whole(INT64_MAX) };
    const JwValue reals[] = { real(0.1), real(1e16), real(0.2), real(-1e16), real(0.5) };
    const JwValue mixed[] = {
        whole(2), real(2.5), real(4.0), whole(-1), { .type = JW_VALUE_BOOL, .boolean = true }
    };
    const JwValue times[] = { moment(1767600000123), moment(5), moment(1767600000124) };
    const struct {
        const JwValue *values;
        size_t n_values;
    } cases[] = { { NULL, 0 },
                  { ints, 1 },
                  { reals, 1 },
                  { ints, G_N_ELEMENTS(ints) },
                  { large, G_N_ELEMENTS(large) },
                  { reals, G_N_ELEMENTS(reals) },
                  { mixed, G_N_ELEMENTS(mixed) },
                  { times, G_N_ELEMENTS(times) } };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(ops); k++) {
            const bool is_time = cases[i].values == times;
            if (!is_time || (ops[k] != JW_MEASURE_SUM && ops[k] != JW_MEASURE_AVG)) {
                check_cuts(cases[i].values, cases[i].n_values, ops[k], 6);
            }
        }
    }
}

/* A Decimal128 keeps what its double leaves out through a merge into nothing. */
static void
test_the_rest_of_a_decimal(void **state)
{
    const JwValue value = { .type = JW_VALUE_REAL, .real = 9999999999999.994, .rest = 0.0006 };
    JwAccumulator one = { 0 }, merged = { 0 };

    (void)state;
    jw_accumulator_add(&one, JW_MEASURE_SUM, &value);
    jw_accumulator_merge(&merged, &one, JW_MEASURE_SUM);
    const JwValue expected = jw_accumulator_value(&one, JW_MEASURE_SUM, 2);
    const JwValue got = jw_accumulator_value(&merged, JW_MEASURE_SUM, 2);
    assert_same(&got, &expected);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_merged_parts_are_the_whole),
        cmocka_unit_test(test_the_rest_of_a_decimal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
