/* jw/report_axis.h: the kinds of charts, and the value axis of one, the same in all files and the
 * mail. Pure. */
#pragma once
#include "jw/value.h"

G_BEGIN_DECLS

/* Columns stand, bars lie; those of several series stand side by side, or on each other when
 * stacked. A pie shows the parts of a whole: one measure that adds up. */
typedef enum {
    JW_CHART_NONE,
    JW_CHART_COLUMN,
    JW_CHART_LINE,
    JW_CHART_BAR,
    JW_CHART_STACKED,
    JW_CHART_PIE
} JwChart;

/* The most series of a chart. */
#define JW_CHART_SERIES_MAX 4

typedef struct {
    double low, high; /* multiples of @step, with 0 between or at one of them */
    double step;      /* 1, 2 or 5 times a power of ten */
    int decimals;     /* that show every multiple of @step */
} JwAxis;

/* What is drawn of a value: NAN, which is not drawn, for what is no number. */
double jw_axis_value(const JwValue *value);

/* Neither infinite nor so large or small that an axis' arithmetic ends: such values are not drawn.
 */
bool jw_axis_usable(double value);

/* The axis over the usable of @values; from 0 to 1 when there is none but 0. */
JwAxis jw_axis_of(const double *values, size_t n_values);

G_END_DECLS
