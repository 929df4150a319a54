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

void
jw_accumulator_add(JwAccumulator *self, JwMeasureOp op, const JwValue *value)
{
    self->n++;
    switch (op) {
    case JW_MEASURE_SUM:
    case JW_MEASURE_AVG:
        add_sum(self, value);
        return;
    case JW_MEASURE_MIN:
        take_extreme(self, value, true, self->n == 1);
        return;
    case JW_MEASURE_MAX:
        take_extreme(self, value, false, self->n == 1);
        return;
    case JW_MEASURE_COUNT:
    case JW_MEASURE_RATIO:
    case JW_MEASURE_PEAK:
    case JW_MEASURE_PEAK_VALUE:
    case JW_MEASURE_FORMULA:
    case JW_MEASURE_SHARE:
    case JW_MEASURE_N:
        return;
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

void
jw_accumulator_merge(JwAccumulator *self, const JwAccumulator *from, JwMeasureOp op)
{
    if (from->n == 0) {
        return;
    }
    switch (op) {
    case JW_MEASURE_SUM:
    case JW_MEASURE_AVG:
        merge_sum(self, from);
        break;
    case JW_MEASURE_MIN:
        merge_extreme(self, from, true);
        break;
    case JW_MEASURE_MAX:
        merge_extreme(self, from, false);
        break;
    case JW_MEASURE_COUNT:
    case JW_MEASURE_RATIO:
    case JW_MEASURE_PEAK:
    case JW_MEASURE_PEAK_VALUE:
    case JW_MEASURE_FORMULA:
    case JW_MEASURE_SHARE:
    case JW_MEASURE_N:
        break;
    }
    self->n += from->n;
}

void
jw_accumulator_clear(JwAccumulator *self)
{
    *self = (JwAccumulator){ 0 };
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

JwNumber
jw_accumulator_number(const JwAccumulator *self, JwMeasureOp op)
{
    const JwNumber n = jw_number_int(self->n);
    const JwNumber sum = sum_number(self);

    switch (op) {
    case JW_MEASURE_COUNT:
        return n;
    case JW_MEASURE_SUM:
        return sum;
    case JW_MEASURE_AVG:
        return jw_number_ratio(&sum, &n, 1.0);
    case JW_MEASURE_MIN:
    case JW_MEASURE_MAX:
        if (self->n > 0) {
            const JwValue real = { .type = JW_VALUE_REAL, .real = self->real, .rest = self->lost };
            return self->has_real ? jw_number_of(&real) : jw_number_int(self->integer);
        }
        break;
    case JW_MEASURE_RATIO:
    case JW_MEASURE_PEAK:
    case JW_MEASURE_PEAK_VALUE:
    case JW_MEASURE_FORMULA:
    case JW_MEASURE_SHARE:
    case JW_MEASURE_N:
        break;
    }
    return (JwNumber){ 0 };
}

JwValue
jw_accumulator_value(const JwAccumulator *self, JwMeasureOp op, int decimals)
{
    const JwNumber number = jw_accumulator_number(self, op);
    const bool extreme = op == JW_MEASURE_MIN || op == JW_MEASURE_MAX;

    if (number.kind == JW_NUMBER_NONE) {
        return (JwValue){ .type = JW_VALUE_NULL };
    }
    if (extreme && !self->has_real && self->type == JW_VALUE_TIME) {
        return (JwValue){ .type = JW_VALUE_TIME, .time_ms = self->integer };
    }
    if (op != JW_MEASURE_AVG && number.kind == JW_NUMBER_EXACT && !self->has_real) {
        return (JwValue){ .type = JW_VALUE_INT, .integer = number.top };
    }
    return jw_number_value(&number, decimals);
}
