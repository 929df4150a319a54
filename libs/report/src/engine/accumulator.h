/* engine/accumulator.h: the state of one simple measure, 48 bytes however many values it saw.
 * Private to libs/report. */
#pragma once
#include "jw/report_def.h"
#include "engine/held.h"
#include "engine/number.h"

G_BEGIN_DECLS

typedef struct {
    int64_t n;         /* values seen */
    int64_t integer;   /* sum of the whole numbers; or the least or greatest value */
    double real, lost; /* sum of the others and what its additions lost; or the extreme value */
    bool has_real;     /* sum: reals were added; extreme: it is the real */
    bool has_rest;     /* sum: `real` counts too, of what no integer holds */
    JwValueType type;  /* extreme: TIME or INT */
    JwHeld *held;      /* owned; of the ops that need more, once there was a value */
} JwAccumulator;
G_STATIC_ASSERT(sizeof(JwAccumulator) <= 48);

/* Whether the op counts a value: numbers, which must be finite; COUNT and DISTINCT any that is
 * there, MIN and MAX times as well. */
bool jw_accumulator_takes(JwMeasureOp op, const JwValue *value);
/* Whether the op holds more than the accumulator: before its first jw_accumulator_add() it is given
 * that by jw_accumulator_hold(). */
bool jw_accumulator_needs_held(JwMeasureOp op);
/* Does nothing when it has it. @p: of a percentile. @pool: (transfer none), outlives it */
void jw_accumulator_hold(JwAccumulator *self, JwMeasureOp op, int p, JwHeldPool *pool);
/* @value: one that the op takes */
void jw_accumulator_add(JwAccumulator *self, JwMeasureOp op, const JwValue *value);
JwNumber jw_accumulator_number(const JwAccumulator *self, JwMeasureOp op);
/* Adds all that @from saw, as if @self had seen it. */
void jw_accumulator_merge(JwAccumulator *self, const JwAccumulator *from, JwMeasureOp op);
/* Zeroes it, and frees what it holds. */
void jw_accumulator_clear(JwAccumulator *self);
/* Whether the result is one of a sketch. */
static inline bool
jw_accumulator_is_estimate(const JwAccumulator *self)
{
    return self->held != NULL && self->held->is_sketch;
}
/* The result, with a real rounded to @decimals. */
JwValue jw_accumulator_value(const JwAccumulator *self, JwMeasureOp op, int decimals);

G_END_DECLS
