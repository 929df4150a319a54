/* result/axis.c: see jw/report_axis.h. */
#include "jw/report_axis.h"

#include <math.h>

#define MAX_TICKS 6

double
jw_axis_value(const JwValue *value)
{
    return value->type == JW_VALUE_INT    ? (double)value->integer
           : value->type == JW_VALUE_REAL ? value->real
                                          : NAN;
}

bool
jw_axis_usable(double value)
{
    return isfinite(value) && (value == 0 || (fabs(value) >= 1e-9 && fabs(value) <= 1e15));
}

/* 1, 2 or 5 times a power of ten, so that at most MAX_TICKS steps fill @range. */
static double
nice_step(double range)
{
    double rough = range / (MAX_TICKS - 1);
    double power = pow(10, floor(log10(rough)));
    double share = rough / power;
    return (share <= 1 ? 1 : share <= 2 ? 2 : share <= 5 ? 5 : 10) * power;
}

JwAxis
jw_axis_of(const double *values, size_t n_values)
{
    JwAxis axis = { 0 };
    bool whole = true;

    for (size_t i = 0; i < n_values; i++) {
        if (jw_axis_usable(values[i])) {
            axis.low = MIN(axis.low, values[i]);
            axis.high = MAX(axis.high, values[i]);
            whole = whole && values[i] == floor(values[i]);
        }
    }
    if (axis.low == 0 && axis.high == 0) {
        axis.high = 1;
    }
    axis.step = nice_step(axis.high - axis.low);
    if (whole && axis.step < 1) { /* half a call does not exist */
        axis.step = 1;
    }
    axis.low = floor(axis.low / axis.step) * axis.step;
    axis.high = ceil(axis.high / axis.step) * axis.step;
    axis.decimals = axis.step >= 1 ? 0 : (int)ceil(-log10(axis.step) - 1e-9);
    return axis;
}
