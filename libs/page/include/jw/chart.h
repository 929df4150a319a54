/* jw/chart.h: the bar chart of a report, as a PNG. Any thread, no state. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

#define JW_CHART_IMAGE_WIDTH  600 /* as shown; the image has twice as many pixels each way */
#define JW_CHART_IMAGE_HEIGHT 260

typedef struct {
    const char *const *labels; /* UTF-8, one for each value */
    const double *values;      /* NaN: no value */
    size_t n_values;
    const char *measure; /* what the values count; NULL: no such line */
    int decimals;        /* that the values were rounded to; -1: unknown */
} JwChartData;

/* Same input, same bytes (with the same fonts). INTERNAL. (transfer full) */
GBytes *jw_chart_png(const JwChartData *chart, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "1,234", "0.25", "3.4M"; (transfer full) */
char *jw_chart_number(double value, double step);

/* A value of the chart with all its decimals, as table and workbook have it, "2.68"; from a million
 * on "3.4M". (transfer full) */
char *jw_chart_value(const JwChartData *chart, double value);

/* Index of the largest value; @chart->n_values when there is none above zero. */
size_t jw_chart_peak(const JwChartData *chart);

/* Index of the smallest value below zero; @chart->n_values when there is none. */
size_t jw_chart_least(const JwChartData *chart);

G_END_DECLS
