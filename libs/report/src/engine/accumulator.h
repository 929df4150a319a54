/* engine/accumulator.h: the state of one simple measure, 48 bytes however many values it saw.
 * Private to libs/report. */
#pragma once
#include "jw/report_def.h"
#include "engine/number.h"

G_BEGIN_DECLS

typedef struct {
    int64_t n;         /* values seen */
    int64_t integer;   /* sum of the whole numbers; or the least or greatest value */
    double real, lost; /* sum of the others and what its additions lost; or the extreme value */
    bool has_real;     /* sum: reals were added; extreme: it is the real */
    bool has_rest;     /* sum: `real` counts too, of what no integer holds */
    JwValueType type;  /* extreme: TIME or INT */
} JwAccumulator;

/* @value must be BOOL, INT, REAL (finite) or TIME; COUNT ignores it. */
void jw_accumulator_add(JwAccumulator *self, JwMeasureOp op, const JwValue *value);
JwNumber jw_accumulator_number(const JwAccumulator *self, JwMeasureOp op);
/* Adds all that @from saw, as if @self had seen it. */
void jw_accumulator_merge(JwAccumulator *self, const JwAccumulator *from, JwMeasureOp op);
/* Zeroes it, and frees what it holds. */
void jw_accumulator_clear(JwAccumulator *self);
/* The result, with a real rounded to @decimals. */
JwValue jw_accumulator_value(const JwAccumulator *self, JwMeasureOp op, int decimals);

G_END_DECLS
