/* jw/report_measure.h: the sorts of measures of a report. Constant data. */
#pragma once
#include <glib.h>

G_BEGIN_DECLS

typedef enum {
    JW_MEASURE_COUNT,
    JW_MEASURE_SUM,
    JW_MEASURE_AVG,
    JW_MEASURE_MIN,
    JW_MEASURE_MAX,
    JW_MEASURE_RATIO,
    JW_MEASURE_PEAK,
    JW_MEASURE_PEAK_VALUE,
    JW_MEASURE_FORMULA,
    JW_MEASURE_SHARE, /* of the value over all records, in percent */
    JW_MEASURE_STDDEV,
    JW_MEASURE_DISTINCT,
    JW_MEASURE_MEDIAN,
    JW_MEASURE_PERCENTILE,
    JW_MEASURE_N
} JwMeasureOp;

G_END_DECLS
