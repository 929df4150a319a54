/* jw/chart.h: the charts of a report: as a PNG, or drawn into a page. Any thread, no state. */
#pragma once
#include "jw/error.h"
#include "jw/report_result.h"

G_BEGIN_DECLS

#define JW_CHART_IMAGE_WIDTH  600 /* as shown; the image has twice as many pixels each way */
#define JW_CHART_IMAGE_HEIGHT 260

typedef struct {
    const double *values; /* NaN: no value; one for each label */
    const char *measure;  /* what they count: the legend's word; NULL: no word */
    int decimals;         /* that the values were rounded to; -1: unknown */
} JwChartSeries;

typedef struct {
    const char *const *labels; /* UTF-8, one for each value */
    const double *values;      /* of the first series; NaN: no value */
    size_t n_values;
    const char *measure;       /* what the values count; NULL: no such line */
    int decimals;              /* that the values were rounded to; -1: unknown */
    JwChart kind;              /* NONE: columns. A pie with values below zero is drawn as bars */
    const JwChartSeries *more; /* further series; a pie has none */
    size_t n_more;             /* less than JW_CHART_SERIES_MAX */
    const char *language;      /* of numbers and words; NULL: English */
} JwChartData;

struct _cairo; /* cairo_t */

/* Same input, same bytes (with the same fonts). INTERNAL. (transfer full) */
GBytes *jw_chart_png(const JwChartData *chart, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Draws on the clear ground of @cr, from its origin to @width and @height, in the measures of the
 * image above: scale @cr for others. What fails shows in the status of @cr. */
void jw_chart_draw(const JwChartData *chart, struct _cairo *cr, double width, double height);

/* The height that suits the chart: that of the image, more for many bars. */
double jw_chart_height(const JwChartData *chart);

/* "1,234", "0.25", "3.4M", in @language (nullable). (transfer full) */
char *jw_chart_number(double value, double step, const char *language);

/* A value of the chart with all its decimals, as table and workbook have it, "2.68"; from a million
 * on "3.4M". Of the first series. (transfer full) */
char *jw_chart_value(const JwChartData *chart, double value);

/* Index of the largest value of the first series; @chart->n_values when there is none above zero.
 */
size_t jw_chart_peak(const JwChartData *chart);

/* Index of the smallest value below zero of the first series; @chart->n_values when there is none.
 */
size_t jw_chart_least(const JwChartData *chart);

/* What is seen on the chart: "Calls by hour: most at 10:00 and 1 more (57 %)". @title: (nullable).
 * @drawn: what the first series is of: its format and units. (transfer full) (nullable): there are
 * no values */
char *jw_chart_words(const JwChartData *chart, const char *title, const JwReportColumn *drawn);

G_END_DECLS
