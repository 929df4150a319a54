/* accumulator.c: counts, sums and extremes of a stream of values. One thread at a time. Integers
 * are added as integers, so that sums stay exact; reals with Neumaier's compensation, so that
 * the order of records does not change the last digit. */
#include "engine/accumulator.h"

#include <math.h>

static void
add_real(JwAccumulator *self, double value)
{
    const double sum = self->real + value;

    self->lost +=
        fabs(self->real) >= fabs(value) ? (self->real - sum) + value : (value - sum) + self->real;
    self->real = sum;
    self->has_real = true;
    self->has_rest = true;
}

static void
add_sum(JwAccumulator *self, const JwValue *value)
{
    const bool real = value->type == JW_VALUE_REAL;
    const bool whole = real && value->rest == 0.0 && jw_number_is_whole(value->real);
    const int64_t integer = whole                          ? (int64_t)value->real
                            : value->type == JW_VALUE_BOOL ? value->boolean
                                                           : value->integer;
    int64_t sum = 0;

    self->has_real = self->has_real || real;
    if (real && !whole) {
        add_real(self, value->real);
        self->lost += value->rest;
    } else if (!__builtin_add_overflow(self->integer, integer, &sum)) {
        self->integer = sum;
    } else {
        add_real(self, (double)self->integer);
        self->integer = integer;
    }
}

static void
take_extreme(JwAccumulator *self, const JwValue *value, bool least, bool first)
{
    const bool real = value->type == JW_VALUE_REAL;
    /* Beyond 2^53 a double would be taken for the integers beside it. */
    const bool whole =
        real && jw_number_is_whole(value->real) && fabs(value->real) >= JW_NUMBER_DOUBLES;
    bool better = first;

    if (real && !whole) {
        const double current = self->has_real ? self->real : (double)self->integer;
        if (better || (least ? value->real < current : value->real > current)) {
            self->real = value->real;
            self->lost = value->rest;
            self->has_real = true;
        }
        return;
    }
    const int64_t integer = whole                          ? (int64_t)value->real
                            : value->type == JW_VALUE_BOOL ? value->boolean
                            : value->type == JW_VALUE_TIME ? value->time_ms
                                                           : value->integer;
    if (!better && self->has_real) {
        better = least ? (double)integer < self->real : (double)integer > self->real;
    } else if (!better) {
        better = least ? integer < self->integer : integer > self->integer;
    }
    if (better) {
        self->integer = integer;
        self->has_real = false;
        self->type = value->type == JW_VALUE_TIME ? JW_VALUE_TIME : JW_VALUE_INT;
    }
}

/* Exactly where all are whole numbers that fit; else what the additions lost is carried on. */
static void
merge_sum(JwAccumulator *self, const JwAccumulator *from)
{
    const JwValue whole = { .type = JW_VALUE_INT, .integer = from->integer };

    add_sum(self, &whole);
    if (from->has_rest) {
        add_real(self, from->real);
        self->lost += from->lost;
    }
    self->has_real = self->has_real || from->has_real;
}

static void
merge_extreme(JwAccumulator *self, const JwAccumulator *from, bool least)
{
    JwValue value = { .type = JW_VALUE_INT, .integer = from->integer };

    if (from->has_real) {
        value = (JwValue){ .type = JW_VALUE_REAL, .real = from->real, .rest = from->lost };
    } else if (from->type == JW_VALUE_TIME) {
        value = (JwValue){ .type = JW_VALUE_TIME, .time_ms = from->integer };
    }
    take_extreme(self, &value, least, self->n == 0);
}

static JwNumber
sum_number(const JwAccumulator *self)
{
    if (!self->has_rest) {
        return jw_number_int(self->integer);
    }
    JwNumber sum = jw_number_real((double)self->integer + (self->real + self->lost));
    sum.rest = self->n == 1 ? (self->real - sum.real) + self->lost : 0.0;
    sum.computed = self->n > 1;
    return sum;
}

static JwNumber
count_number(const JwAccumulator *self)
{
    return jw_number_int(self->n);
}

static JwNumber
average_number(const JwAccumulator *self)
{
    const JwNumber n = jw_number_int(self->n), sum = sum_number(self);

    return jw_number_ratio(&sum, &n, 1.0);
}

static JwNumber
extreme_number(const JwAccumulator *self)
{
    const JwValue real = { .type = JW_VALUE_REAL, .real = self->real, .rest = self->lost };

    if (self->n == 0) {
        return (JwNumber){ 0 };
    }
    return self->has_real ? jw_number_of(&real) : jw_number_int(self->integer);
}

static void
take_least(JwAccumulator *self, const JwValue *value)
{
    take_extreme(self, value, true, self->n == 0);
}

static void
take_most(JwAccumulator *self, const JwValue *value)
{
    take_extreme(self, value, false, self->n == 0);
}

static void
merge_least(JwAccumulator *self, const JwAccumulator *from)
{
    merge_extreme(self, from, true);
}

static void
merge_most(JwAccumulator *self, const JwAccumulator *from)
{
    merge_extreme(self, from, false);
}

#define TYPE(type) (1u << JW_VALUE_##type)
#define NUMBERS    (TYPE(BOOL) | TYPE(INT) | TYPE(REAL))
#define TIMES      (NUMBERS | TYPE(TIME))
#define ALL        (TIMES | TYPE(TEXT))

/* Those that are counted record by record; the others have no accumulator. */
static const struct {
    unsigned takes; /* TYPE()s */
    bool finite;    /* takes finite numbers only */
    bool whole;     /* the figure of whole numbers is one, without decimals */
    const JwHeldOps *held;
    void (*add)(JwAccumulator *self, const JwValue *value);
    void (*merge)(JwAccumulator *self, const JwAccumulator *from);
    JwNumber (*number)(const JwAccumulator *self); /* without `held` */
} ops[JW_MEASURE_N] = {
    [JW_MEASURE_COUNT] = { ALL, .whole = true, .number = count_number },
    [JW_MEASURE_SUM] = { NUMBERS, true, true, NULL, add_sum, merge_sum, sum_number },
    [JW_MEASURE_AVG] = { NUMBERS, true, false, NULL, add_sum, merge_sum, average_number },
    [JW_MEASURE_MIN] = { TIMES, true, true, NULL, take_least, merge_least, extreme_number },
    [JW_MEASURE_MAX] = { TIMES, true, true, NULL, take_most, merge_most, extreme_number },
    [JW_MEASURE_STDDEV] = { NUMBERS, .finite = true, .held = &jw_held_spread },
    [JW_MEASURE_DISTINCT] = { ALL, .whole = true, .held = &jw_held_distinct },
    [JW_MEASURE_MEDIAN] = { NUMBERS, .finite = true, .held = &jw_held_quantile },
    [JW_MEASURE_PERCENTILE] = { NUMBERS, .finite = true, .held = &jw_held_quantile },
};

bool
jw_accumulator_takes(JwMeasureOp op, const JwValue *value)
{
    return (ops[op].takes & 1u << value->type) != 0
           && (value->type != JW_VALUE_REAL || !ops[op].finite || isfinite(value->real));
}

bool
jw_accumulator_needs_held(JwMeasureOp op)
{
    return ops[op].held != NULL;
}

void
jw_accumulator_hold(JwAccumulator *self, JwMeasureOp op, int p, JwHeldPool *pool)
{
    if (self->held == NULL) {
        self->held = ops[op].held->new (pool, p);
    }
}

void
jw_accumulator_add(JwAccumulator *self, JwMeasureOp op, const JwValue *value)
{
    if (ops[op].held != NULL) {
        g_assert(self->held != NULL);
        ops[op].held->add(self->held, value);
        jw_held_keep_budget(self->held);
    } else if (ops[op].add != NULL) {
        ops[op].add(self, value);
    }
    self->n++;
}

void
jw_accumulator_merge(JwAccumulator *self, const JwAccumulator *from, JwMeasureOp op)
{
    if (from->n == 0) {
        return;
    }
    if (ops[op].held != NULL) {
        jw_accumulator_hold(self, op, from->held->p, from->held->pool);
        ops[op].held->merge(self->held, from->held);
        jw_held_keep_budget(self->held);
    } else if (ops[op].merge != NULL) {
        ops[op].merge(self, from);
    }
    self->n += from->n;
}

void
jw_accumulator_clear(JwAccumulator *self)
{
    if (self->held != NULL) {
        self->held->ops->free(self->held);
    }
    *self = (JwAccumulator){ 0 };
}

JwNumber
jw_accumulator_number(const JwAccumulator *self, JwMeasureOp op)
{
    if (ops[op].held != NULL) {
        return self->held != NULL ? ops[op].held->number(self->held)
               : ops[op].whole    ? jw_number_int(0)
                                  : (JwNumber){ 0 };
    }
    return ops[op].number != NULL ? ops[op].number(self) : (JwNumber){ 0 };
}

JwValue
jw_accumulator_value(const JwAccumulator *self, JwMeasureOp op, int decimals)
{
    const JwNumber number = jw_accumulator_number(self, op);

    if (number.kind == JW_NUMBER_NONE) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    if (!self->has_real && self->type == JW_VALUE_TIME) {
        return (JwValue){ .type = JW_VALUE_TIME, .time_ms = self->integer };
    }
    if (ops[op].whole && number.kind == JW_NUMBER_EXACT && !self->has_real) {
        return (JwValue){ .type = JW_VALUE_INT, .integer = number.top };
    }
    return jw_number_value(&number, decimals);
}
