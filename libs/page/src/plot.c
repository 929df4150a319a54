/* plot.c: see plot.h. */
#include "plot.h"

#include "jw/report_text.h"
#include "jw/report_words.h"
#include "jw/text.h"

#include <math.h>

#define FAMILY      "DejaVu Sans"
#define EDGE        14.0
#define LEGEND_TOP  10.0
#define SWATCH      9.0
#define SWATCH_GAP  5.0
#define LEGEND_GAP  18.0
#define LEGEND_LINE 24.0 /* of the swatch of a line */
#define STROKE      2.0

void
jw_plot_colour(cairo_t *cr, unsigned rgb)
{
    cairo_set_source_rgb(cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0);
}

void
jw_plot_set_text(const JwPlot *self, const char *text, double size, bool bold, double max_width,
                 int max_lines, double *ret_width, double *ret_height)
{
    PangoFontDescription *font = pango_font_description_from_string(FAMILY);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(self->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(self->layout, max_width > 0 ? (int)(max_width * PANGO_SCALE) : -1);
    pango_layout_set_height(self->layout, -max_lines);
    pango_layout_set_text(self->layout, text, -1);
    PangoRectangle box;
    pango_layout_get_extents(self->layout, NULL, &box);
    *ret_width = (double)box.width / PANGO_SCALE;
    *ret_height = (double)box.height / PANGO_SCALE;
}

void
jw_plot_show_text(const JwPlot *self, unsigned colour, double x, double y)
{
    PangoRectangle box; /* a layout with a width may start right of its origin */
    pango_layout_get_extents(self->layout, NULL, &box);
    jw_plot_colour(self->cr, colour);
    cairo_move_to(self->cr, x - (double)box.x / PANGO_SCALE, y);
    pango_cairo_show_layout(self->cr, self->layout);
}

size_t
jw_plot_n_series(const JwChartData *chart)
{
    return 1 + chart->n_more;
}

JwChartSeries
jw_plot_series(const JwChartData *chart, size_t series)
{
    return series == 0 ? (JwChartSeries){ chart->values, chart->measure, chart->decimals }
                       : chart->more[series - 1];
}

/* (transfer full) */
static char *
english_number(double value, double step)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    if (step >= 1 && value == floor(value)) {
        g_autofree char *digits = g_strdup_printf("%.0f", value);
        return jw_text_thousands(digits);
    }
    int decimals = step >= 1 ? 1 : MIN((int)ceil(-log10(step)), 6);
    g_autofree char *format = g_strdup_printf("%%.%df", decimals);
    return g_strdup(g_ascii_formatd(text, sizeof text, format, value));
}

char *
jw_chart_number(double value, double step, const char *language)
{
    const char *name = NULL;
    double unit = 1;

    jw_report_large(value, language, &unit, &name);
    if (name != NULL) {
        char digits[G_ASCII_DTOSTR_BUF_SIZE];
        g_ascii_formatd(digits, sizeof digits, "%.4g", value / unit);
        g_autofree char *number = jw_report_number(digits, language);
        return g_strconcat(number, name, NULL);
    }
    g_autofree char *english = english_number(value, step);
    return jw_report_number(english, language);
}

char *
jw_plot_value(const JwChartSeries *series, double value, const char *language)
{
    const JwValue number = { .type = JW_VALUE_REAL, .real = value };

    if (series->decimals < 0 || fabs(value) >= 1e6) {
        return jw_chart_number(value, value == floor(value) ? 1 : 0.1, language);
    }
    const JwTextForm form = { .format = JW_FORMAT_DECIMAL,
                              .decimals = series->decimals,
                              .language = language };
    return jw_report_text_form(&number, &form);
}

unsigned
jw_plot_palette(size_t index)
{
    /* Neighbours differ in lightness as well as in hue. */
    static const unsigned colours[JW_PLOT_COLOURS] = { 0x1d4ed8, 0xf59e0b, 0x0f766e, 0xc4b5fd,
                                                       0xb91c1c, 0x7dd3fc, 0x9ca3af };
    return colours[index % JW_PLOT_COLOURS];
}

/* In grey the lines differ by their dashes and their marks. */
static const struct {
    double dash[4];
    int n_dash;
    int corners; /* of the mark; 0: a disk */
    double turn; /* of its first corner */
} lines[JW_CHART_SERIES_MAX] = {
    { { 0 }, 0, 0, 0 },
    { { 7, 3 }, 2, 4, G_PI / 4 },
    { { 2, 2.5 }, 2, 3, -G_PI / 2 },
    { { 8, 3, 2, 3 }, 4, 4, 0 },
};

void
jw_plot_stroke(const JwPlot *self, size_t series)
{
    cairo_set_line_width(self->cr, STROKE);
    cairo_set_line_join(self->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_set_dash(self->cr, lines[series].dash, lines[series].n_dash, 0);
    cairo_stroke(self->cr);
    cairo_set_dash(self->cr, NULL, 0, 0);
}

void
jw_plot_mark(const JwPlot *self, size_t series, double x, double y)
{
    cairo_t *cr = self->cr;
    const int corners = lines[series].corners;
    const double radius = corners == 0 ? 2.8 : 3.8;

    cairo_new_path(cr);
    for (int i = 0; i < corners; i++) {
        const double angle = lines[series].turn + 2 * G_PI * i / corners;
        cairo_line_to(cr, x + radius * cos(angle), y + radius * sin(angle));
    }
    if (corners == 0) {
        cairo_arc(cr, x, y, radius, 0, 2 * G_PI);
    }
    cairo_close_path(cr);
    cairo_fill(cr);
}

static double
legend_item(const JwPlot *self, size_t index, double x, double max_width)
{
    const JwChartSeries series = jw_plot_series(self->chart, index);
    const bool line = self->chart->kind == JW_CHART_LINE;
    const double swatch = line ? LEGEND_LINE : SWATCH;
    double width, height;

    jw_plot_set_text(self, series.measure != NULL ? series.measure : "", JW_PLOT_FONT, false,
                     max_width - swatch - SWATCH_GAP, 1, &width, &height);
    const double middle = LEGEND_TOP + height / 2;
    jw_plot_colour(self->cr, jw_plot_palette(index));
    if (line) {
        cairo_move_to(self->cr, x, middle);
        cairo_line_to(self->cr, x + swatch, middle);
        jw_plot_stroke(self, index);
        jw_plot_mark(self, index, x + swatch / 2, middle);
    } else {
        cairo_rectangle(self->cr, x, middle - SWATCH / 2, SWATCH, SWATCH);
        cairo_fill(self->cr);
    }
    jw_plot_show_text(self, JW_PLOT_TEXT, x + swatch + SWATCH_GAP, LEGEND_TOP);
    return x + swatch + SWATCH_GAP + width + LEGEND_GAP;
}

void
jw_plot_legend(const JwPlot *self)
{
    const size_t n_series = jw_plot_n_series(self->chart);
    const double share = (self->total_width - 2 * EDGE) / (double)n_series - LEGEND_GAP;
    double x = EDGE;

    if (jw_plot_has_legend(self)) {
        for (size_t i = 0; i < n_series; i++) {
            x = legend_item(self, i, x, share);
        }
    } else if (self->chart->measure != NULL) {
        double width, height;
        jw_plot_set_text(self, self->chart->measure, JW_PLOT_FONT, true,
                         self->total_width - 2 * EDGE, 1, &width, &height);
        jw_plot_show_text(self, JW_PLOT_TEXT, EDGE, LEGEND_TOP);
    }
}

/* What the axis must reach at one label: the sums above and below zero of a stack. */
static void
stack_ends(const JwChartData *chart, size_t at, double ends[2])
{
    ends[0] = ends[1] = 0;
    for (size_t i = 0; i < jw_plot_n_series(chart); i++) {
        const double value = jw_plot_series(chart, i).values[at];
        if (jw_axis_usable(value)) {
            ends[value < 0] += value;
        }
    }
}

JwAxis
jw_plot_axis(const JwChartData *chart)
{
    const size_t n_series = jw_plot_n_series(chart);
    const bool stacked = chart->kind == JW_CHART_STACKED;
    g_autofree double *all = g_new(double, (stacked ? 2 : n_series) * chart->n_values + 1);
    size_t n = 0;

    for (size_t at = 0; at < chart->n_values && stacked; at++, n += 2) {
        stack_ends(chart, at, &all[n]);
    }
    for (size_t i = 0; i < n_series * chart->n_values && !stacked; i++) {
        all[n++] = jw_plot_series(chart, i % n_series).values[i / n_series];
    }
    return jw_axis_of(all, n);
}

size_t
jw_plot_n_ticks(const JwPlot *self)
{
    return (size_t)llround((self->axis.high - self->axis.low) / self->axis.step) + 1;
}

char *
jw_chart_value(const JwChartData *chart, double value)
{
    const JwChartSeries series = jw_plot_series(chart, 0);

    return jw_plot_value(&series, value, chart->language);
}

size_t
jw_chart_least(const JwChartData *chart)
{
    size_t least = chart->n_values;
    for (size_t i = 0; i < chart->n_values; i++) {
        double value = chart->values[i];
        if (jw_axis_usable(value) && value < 0
            && (least == chart->n_values || value < chart->values[least])) {
            least = i;
        }
    }
    return least;
}

size_t
jw_chart_peak(const JwChartData *chart)
{
    size_t peak = chart->n_values;
    for (size_t i = 0; i < chart->n_values; i++) {
        double value = chart->values[i];
        if (jw_axis_usable(value) && value > 0
            && (peak == chart->n_values || value > chart->values[peak])) {
            peak = i;
        }
    }
    return peak;
}
