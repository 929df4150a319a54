/* plot_columns.c: see plot.h. */
#include "plot.h"

#include <math.h>

#define PIXELS     2 /* of a unit, in the image: thin lines stand on whole ones */
#define LEFT_MIN   44.0
#define RIGHT      16.0
#define TOP        46.0
#define BOTTOM     34.0
#define LINE       13.0 /* more for labels of two lines */
#define LABEL_GAP  10.0
#define LABEL_MAX  88.0 /* a longer label is cut with an ellipsis */
#define FONT_PEAK  12.0
#define HAIR       2.5
#define MARKS_MOST 62u /* a line of more points has no marks */

static double
y_of(const JwPlot *self, double value)
{
    return self->top
           + self->height * (self->axis.high - value) / (self->axis.high - self->axis.low);
}

/* Few bars with long names are all named, on two lines, for there is no series to guess from. Of
 * many, as many as fit are named. */
static void
choose_labels(JwPlot *self)
{
    static const size_t steps[] = { 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 20, 24, 30, 50, 60, 100 };
    double slot = self->width / (double)self->chart->n_values;
    double widest = 0;
    for (size_t i = 0; i < self->chart->n_values; i++) {
        double width, height;
        jw_plot_set_text(self, self->chart->labels[i], JW_PLOT_FONT, false, 0, 1, &width, &height);
        widest = MAX(widest, MIN(width, LABEL_MAX));
    }
    self->two_lines = slot >= 48 && slot < widest + LABEL_GAP;
    self->label_step = self->chart->n_values;
    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        if (self->two_lines || slot * (double)steps[i] >= widest + LABEL_GAP) {
            self->label_step = steps[i];
            return;
        }
    }
}

/* The widest number decides where the bars begin. */
static void
place(JwPlot *self)
{
    double widest = 0;
    for (size_t i = 0; i < jw_plot_n_ticks(self); i++) {
        g_autofree char *text =
            jw_chart_number(self->axis.low + (double)i * self->axis.step, self->axis.step);
        double width, height;
        jw_plot_set_text(self, text, JW_PLOT_FONT, false, 0, 1, &width, &height);
        widest = MAX(widest, width);
    }
    self->left = MAX(LEFT_MIN, ceil(widest) + 18);
    self->top = TOP;
    self->width = self->total_width - self->left - RIGHT;
    choose_labels(self);
    self->height = self->total_height - TOP - BOTTOM - (self->two_lines ? LINE : 0);
}

static void
draw_grid(const JwPlot *self)
{
    for (size_t i = 0; i < jw_plot_n_ticks(self); i++) {
        double value = self->axis.low + (double)i * self->axis.step;
        double y = round(y_of(self, value) * PIXELS) / PIXELS;
        bool zero = fabs(value) < self->axis.step / 2;
        jw_plot_colour(self->cr, zero ? JW_PLOT_AXIS : JW_PLOT_GRID);
        cairo_set_line_width(self->cr, 1);
        cairo_move_to(self->cr, self->left, y);
        cairo_line_to(self->cr, self->left + self->width, y);
        cairo_stroke(self->cr);

        g_autofree char *text = jw_chart_number(zero ? 0 : value, self->axis.step);
        double width, height;
        jw_plot_set_text(self, text, JW_PLOT_FONT, false, 0, 1, &width, &height);
        jw_plot_show_text(self, JW_PLOT_TEXT, self->left - 8 - width, y - height / 2);
    }
}

/* A bar from the value @from, the zero line but in a stack, to @value; the end away from it is
 * round when it is @outermost. */
static void
draw_column(const JwPlot *self, double x, double width, double from, double value, bool outermost)
{
    double zero = y_of(self, from);
    double end = y_of(self, value);
    double radius = outermost ? MIN(MIN(4.0, width / 2), fabs(zero - end)) : 0;
    double side = end < zero ? 1 : -1;
    cairo_t *cr = self->cr;
    cairo_new_path(cr);
    cairo_move_to(cr, x, zero);
    cairo_line_to(cr, x, end + side * radius);
    cairo_curve_to(cr, x, end + side * radius * 0.45, x + radius * 0.45, end, x + radius, end);
    cairo_line_to(cr, x + width - radius, end);
    cairo_curve_to(cr, x + width - radius * 0.45, end, x + width, end + side * radius * 0.45,
                   x + width, end + side * radius);
    cairo_line_to(cr, x + width, zero);
    cairo_close_path(cr);
    cairo_fill(cr);
}

static double
slot_of(const JwPlot *self)
{
    return self->width / (double)self->chart->n_values;
}

static double
middle_of(const JwPlot *self, size_t at)
{
    return self->left + slot_of(self) * ((double)at + 0.5);
}

static double
column_width(double slot)
{
    return slot >= 4 ? MIN(slot * 0.68, 46.0) : slot * 0.85;
}

/* The value of the highest, of one series only: of several there is no room. */
static void
name_peak(const JwPlot *self)
{
    const size_t peak = jw_chart_peak(self->chart);

    if (peak < self->chart->n_values && !jw_plot_has_legend(self)) {
        double value = self->chart->values[peak];
        g_autofree char *text = jw_chart_value(self->chart, value);
        double text_width, text_height;
        jw_plot_set_text(self, text, FONT_PEAK, true, 0, 1, &text_width, &text_height);
        double x = middle_of(self, peak) - text_width / 2;
        x = CLAMP(x, self->left, self->left + self->width - text_width);
        const double above = self->chart->kind == JW_CHART_LINE ? 6 : 2;
        jw_plot_show_text(self, JW_PLOT_PEAK, x, y_of(self, value) - text_height - above);
    }
}

static void
draw_single(const JwPlot *self)
{
    double width = column_width(slot_of(self));
    size_t peak = jw_chart_peak(self->chart);
    for (size_t i = 0; i < self->chart->n_values; i++) {
        double value = self->chart->values[i];
        if (jw_axis_usable(value) && value != 0) {
            jw_plot_colour(self->cr, i == peak ? JW_PLOT_PEAK : JW_PLOT_BAR);
            draw_column(self, middle_of(self, i) - width / 2, width, 0, value, true);
        }
    }
}

/* The columns of all series at one label, side by side. */
static void
draw_group(const JwPlot *self, size_t at)
{
    const size_t n_series = jw_plot_n_series(self->chart);
    const double slot = slot_of(self);
    const double each = MIN(slot * 0.8, 120.0) / (double)n_series;
    const double left = middle_of(self, at) - each * (double)n_series / 2;

    for (size_t i = 0; i < n_series; i++) {
        const double value = jw_plot_series(self->chart, i).values[at];
        if (jw_axis_usable(value) && value != 0) {
            jw_plot_colour(self->cr, jw_plot_palette(i));
            draw_column(self, left + each * (double)i, each * 0.9, 0, value, each > 6);
        }
    }
}

static void
draw_stack(const JwPlot *self, size_t at)
{
    const double half = column_width(slot_of(self)) / 2;
    /* On whole pixels: hundreds of blended edges make a large image. */
    const double left = round((middle_of(self, at) - half) * PIXELS) / PIXELS;
    const double right = round((middle_of(self, at) + half) * PIXELS) / PIXELS;
    double ends[2] = { 0, 0 }; /* above and below zero */

    for (size_t i = 0; i < jw_plot_n_series(self->chart); i++) {
        const double value = jw_plot_series(self->chart, i).values[at];
        if (jw_axis_usable(value) && value != 0) {
            const double from = ends[value < 0];
            ends[value < 0] = from + value;
            jw_plot_colour(self->cr, jw_plot_palette(i));
            draw_column(self, left, right - left, from, from + value, false);
        }
    }
}

/* The points of a series as a path; where a value is missing it is broken. */
static void
trace_line(const JwPlot *self, const double *values)
{
    bool open = false;

    cairo_new_path(self->cr);
    for (size_t i = 0; i < self->chart->n_values; i++) {
        if (jw_axis_usable(values[i])) {
            const double x = middle_of(self, i);
            const double y = y_of(self, values[i]);
            (open ? cairo_line_to : cairo_move_to)(self->cr, x, y);
            open = true;
        } else {
            open = false;
        }
    }
}

static void
draw_line(const JwPlot *self, size_t index)
{
    const JwChartSeries series = jw_plot_series(self->chart, index);
    cairo_t *cr = self->cr;

    jw_plot_colour(cr, jw_plot_has_legend(self) ? jw_plot_palette(index) : JW_PLOT_PEAK);
    trace_line(self, series.values);
    jw_plot_stroke(self, index);
    for (size_t i = 0; i < self->chart->n_values; i++) {
        /* A value between two missing ones has no line. */
        const bool alone =
            (i == 0 || !jw_axis_usable(series.values[i - 1]))
            && (i + 1 == self->chart->n_values || !jw_axis_usable(series.values[i + 1]));
        const bool marked = self->chart->n_values <= MARKS_MOST || alone
                            || (index == 0 && i == jw_chart_peak(self->chart));
        if (marked && jw_axis_usable(series.values[i])) {
            jw_plot_mark(self, index, middle_of(self, i), y_of(self, series.values[i]));
        }
    }
}

/* As lines are drawn those that are, and columns side by side that would be hair. */
static bool
is_line(const JwPlot *self)
{
    const double each = slot_of(self) / (double)jw_plot_n_series(self->chart);

    return self->chart->kind == JW_CHART_LINE
           || (self->chart->kind != JW_CHART_STACKED && jw_plot_has_legend(self) && each < HAIR);
}

static void
draw_values(const JwPlot *self)
{
    const bool line = is_line(self);
    const bool stacked = self->chart->kind == JW_CHART_STACKED;

    for (size_t i = 0; i < jw_plot_n_series(self->chart) && line; i++) {
        draw_line(self, i);
    }
    if (!line && !jw_plot_has_legend(self)) {
        draw_single(self);
    }
    for (size_t i = 0; i < self->chart->n_values && !line && jw_plot_has_legend(self); i++) {
        (stacked ? draw_stack : draw_group)(self, i);
    }
    name_peak(self);
}

static void
draw_labels(const JwPlot *self)
{
    size_t count = self->chart->n_values;
    double slot = self->width / (double)count;
    size_t step = self->label_step;
    double available = MIN(slot * (double)step - LABEL_GAP / 2, LABEL_MAX);
    for (size_t i = 0; i < count; i += step) {
        double width, height;
        jw_plot_set_text(self, self->chart->labels[i], JW_PLOT_FONT, false, available, 2, &width,
                         &height);
        double x = self->left + slot * ((double)i + 0.5) - width / 2;
        x = MIN(x, self->total_width - 4 - width);
        jw_plot_show_text(self, JW_PLOT_TEXT, MAX(x, 4), self->top + self->height + 8);
    }
}

void
jw_plot_columns(JwPlot *self)
{
    self->axis = jw_plot_axis(self->chart);
    place(self);
    draw_grid(self);
    jw_plot_legend(self);
    draw_values(self);
    draw_labels(self);
}
