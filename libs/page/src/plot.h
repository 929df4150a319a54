/* plot.h: what the kinds of charts draw with: texts, colours, axis, series. Private to libs/page;
 * one plot a drawing. */
#pragma once
#include "jw/chart.h"
#include "jw/report_axis.h"

#include <cairo.h>
#include <pango/pangocairo.h>

G_BEGIN_DECLS

#define JW_PLOT_FONT 11.0 /* of axes, labels and legends */

#define JW_PLOT_BAR  0x9dbcf8 /* of one series; the highest is JW_PLOT_PEAK */
#define JW_PLOT_PEAK 0x2563eb
#define JW_PLOT_GRID 0xe8edf4
#define JW_PLOT_AXIS 0xcbd5e1
#define JW_PLOT_TEXT 0x64748b
#define JW_PLOT_DARK 0x0f172a

typedef struct {
    const JwChartData *chart;
    cairo_t *cr;
    PangoLayout *layout;
    JwAxis axis;
    double total_width, total_height;
    double left, top, width, height; /* of the field in which values are drawn */
    size_t label_step;               /* every how many columns a label stands */
    bool two_lines;                  /* labels are broken */
} JwPlot;

void jw_plot_colour(cairo_t *cr, unsigned rgb);

/* Puts @text into the layout; returns its size. @max_width 0: no limit; else @max_lines at most,
 * the last of which ends in an ellipsis. */
void jw_plot_set_text(const JwPlot *self, const char *text, double size, bool bold,
                      double max_width, int max_lines, double *ret_width, double *ret_height);

/* Shows what jw_plot_set_text() took, its left upper corner at @x, @y. */
void jw_plot_show_text(const JwPlot *self, unsigned colour, double x, double y);

size_t jw_plot_n_series(const JwChartData *chart);
JwChartSeries jw_plot_series(const JwChartData *chart, size_t series);

/* "2.68", "3.4M": a value with the decimals of its series. (transfer full) */
char *jw_plot_value(const JwChartSeries *series, double value);

/* The colour of a series, or of a slice: told apart by colour-blind people and in grey. */
unsigned jw_plot_palette(size_t index);
#define JW_PLOT_COLOURS 7u

/* Whether the chart has two or more series, each with a colour and a place in the legend. */
static inline bool
jw_plot_has_legend(const JwPlot *self)
{
    return self->chart->n_more > 0;
}

/* Strokes the path as a line of that series, and draws a mark of its: in grey lines differ by their
 * dashes and marks. In the current colour. */
void jw_plot_stroke(const JwPlot *self, size_t series);
void jw_plot_mark(const JwPlot *self, size_t series, double x, double y);

/* The swatches and names of the series, or the name of the only one, from the left upper corner. */
void jw_plot_legend(const JwPlot *self);

/* The axis over all values, or over the sums of stacks. */
JwAxis jw_plot_axis(const JwChartData *chart);
size_t jw_plot_n_ticks(const JwPlot *self);

/* plot_columns.c: columns, side by side or stacked, and lines, over an axis of values upright. */
void jw_plot_columns(JwPlot *self);

/* plot_bars.c: bars from left to right, each with its label and its value. */
void jw_plot_bars(JwPlot *self);
double jw_plot_bars_height(const JwChartData *chart);

/* plot_pie.c: a ring of the parts of a whole, and what they are. */
void jw_plot_pie(JwPlot *self);

G_END_DECLS
