/* plot_bars.c: see plot.h. Where there are more bars than fit, the first are drawn and it is said
 * how many are not: groups come by size, and the table beside the chart has all. */
#include "plot.h"

#include "jw/report_words.h"

#include <math.h>

#define EDGE       14.0
#define TOP        34.0
#define BOTTOM     12.0
#define LABEL_MAX  170.0
#define GAP        8.0
#define BAR_LEAST  8.0  /* high */
#define BAR_MOST   18.0 /* high */
#define ROW_SPACE  6.0  /* between the bars of two labels */
#define ROW_LEAST  14.0 /* of a label */
#define HEIGHT_MAX 520.0

static double
row_height(const JwChartData *chart, double bar)
{
    return MAX(bar * (double)jw_plot_n_series(chart) + ROW_SPACE, ROW_LEAST);
}

double
jw_plot_bars_height(const JwChartData *chart)
{
    const double wanted = TOP + BOTTOM + (double)chart->n_values * row_height(chart, 13);

    return CLAMP(wanted, 90.0, HEIGHT_MAX);
}

/* The widest of texts: of labels, or of values at the ends of their bars. */
static double
widest(const JwPlot *self, size_t n_shown, bool labels)
{
    const size_t n_series = labels ? 1 : jw_plot_n_series(self->chart);
    double most = 0;

    for (size_t i = 0; i < n_shown * n_series; i++) {
        const JwChartSeries series = jw_plot_series(self->chart, i % n_series);
        const double value = series.values[i / n_series];
        g_autofree char *text = labels ? g_strdup(self->chart->labels[i])
                                : jw_axis_usable(value)
                                    ? jw_plot_value(&series, value, self->chart->language)
                                    : g_strdup("");
        double width, height;
        jw_plot_set_text(self, text, JW_PLOT_FONT, false, 0, 1, &width, &height);
        most = MAX(most, width);
    }
    return most;
}

static double
x_of(const JwPlot *self, double value)
{
    return self->left + self->width * (value - self->axis.low) / (self->axis.high - self->axis.low);
}

static void
draw_bar(const JwPlot *self, size_t at, size_t index, double y, double bar)
{
    const JwChartSeries series = jw_plot_series(self->chart, index);
    const double value = series.values[at];
    const bool peak = at == jw_chart_peak(self->chart);
    const double zero = x_of(self, 0);

    if (!jw_axis_usable(value)) {
        return;
    }
    const double end = x_of(self, value);
    jw_plot_colour(self->cr, jw_plot_has_legend(self) ? jw_plot_palette(index)
                             : peak                   ? JW_PLOT_PEAK
                                                      : JW_PLOT_BAR);
    cairo_rectangle(self->cr, MIN(zero, end), y, fabs(end - zero), bar);
    cairo_fill(self->cr);
    g_autofree char *text = jw_plot_value(&series, value, self->chart->language);
    double width, height;
    const double size = MIN(JW_PLOT_FONT, bar + 2);
    jw_plot_set_text(self, text, size, peak && !jw_plot_has_legend(self), 0, 1, &width, &height);
    jw_plot_show_text(self, peak && !jw_plot_has_legend(self) ? JW_PLOT_PEAK : JW_PLOT_TEXT,
                      value < 0 ? end - 4 - width : end + 4, y + (bar - height) / 2);
}

/* "and 12 more". (transfer full) */
static char *
rest_text(const JwPlot *self, size_t n_more)
{
    g_autofree char *count = jw_report_count((int64_t)n_more, self->chart->language);

    return jw_report_word_fill(JW_WORD_MORE, self->chart->language, count, NULL);
}

static void
draw_rest(const JwPlot *self, size_t n_shown)
{
    g_autofree char *text = rest_text(self, self->chart->n_values - n_shown);
    double width, height;

    jw_plot_set_text(self, text, JW_PLOT_FONT, false, 0, 1, &width, &height);
    jw_plot_show_text(self, JW_PLOT_TEXT, self->left, self->total_height - height - 4);
}

static void
draw_rows(const JwPlot *self, size_t n_shown, double row, double bar)
{
    const size_t n_series = jw_plot_n_series(self->chart);

    for (size_t at = 0; at < n_shown; at++) {
        const double top = self->top + row * (double)at;
        double width, height;
        jw_plot_set_text(self, self->chart->labels[at], JW_PLOT_FONT, false, LABEL_MAX, 1, &width,
                         &height);
        jw_plot_show_text(self, JW_PLOT_TEXT, EDGE, top + (row - height) / 2);
        for (size_t i = 0; i < n_series; i++) {
            const double first = top + (row - bar * (double)n_series) / 2;
            draw_bar(self, at, i, first + bar * (double)i, bar);
        }
    }
    jw_plot_colour(self->cr, JW_PLOT_AXIS);
    cairo_set_line_width(self->cr, 1);
    cairo_move_to(self->cr, x_of(self, 0), self->top);
    cairo_line_to(self->cr, x_of(self, 0), self->top + row * (double)n_shown);
    cairo_stroke(self->cr);
}

void
jw_plot_bars(JwPlot *self)
{
    const size_t n_series = jw_plot_n_series(self->chart);
    const double space = self->total_height - TOP - BOTTOM;
    const double least = row_height(self->chart, BAR_LEAST);
    const bool all = (double)self->chart->n_values * least <= space;
    const double rest = all ? 0 : ROW_LEAST; /* for the words about the others */
    const size_t n_shown = all ? self->chart->n_values : (size_t)MAX((space - rest) / least, 1);
    const double row = MIN((space - rest) / (double)n_shown, row_height(self->chart, BAR_MOST));
    const double bar = MIN((row - ROW_SPACE / 2) / (double)n_series, BAR_MOST);

    self->axis = jw_plot_axis(self->chart);
    const double values = widest(self, n_shown, false) + GAP;
    self->top = TOP;
    self->left = EDGE + MIN(widest(self, n_shown, true), LABEL_MAX) + GAP;
    self->left += self->axis.low < 0 ? values : 0;
    self->width = self->total_width - self->left - values - EDGE;
    jw_plot_legend(self);
    draw_rows(self, n_shown, row, bar);
    if (!all) {
        draw_rest(self, n_shown);
    }
}
