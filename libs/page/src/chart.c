/* chart.c: draws the bar chart of a report off screen. Any thread: surface and layout
 * live within the call, Pango's font map is per thread. A picture, not HTML bars: mail clients
 * agree on pictures only. White ground, so that dark themes show it as a card. */
#include "jw/chart.h"

#include "jw/report_axis.h"
#include "jw/report_text.h"
#include "jw/text.h"

#include <cairo.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#define SCALE       2
#define LEFT_MIN    44.0
#define RIGHT       16.0
#define TOP         46.0
#define BOTTOM      34.0
#define LINE        13.0 /* more for labels of two lines */
#define LABEL_GAP   10.0
#define LABEL_MAX   88.0 /* a longer label is cut with an ellipsis */
#define FONT        "DejaVu Sans"
#define FONT_AXIS   11.0
#define FONT_PEAK   12.0
#define COLOUR_BAR  0x9dbcf8
#define COLOUR_PEAK 0x2563eb
#define COLOUR_GRID 0xe8edf4
#define COLOUR_AXIS 0xcbd5e1
#define COLOUR_TEXT 0x64748b
#define COLOUR_DARK 0x0f172a

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_t, cairo_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_surface_t, cairo_surface_destroy)

typedef struct {
    const JwChartData *chart;
    cairo_t *cr;
    PangoLayout *layout;
    JwAxis axis;
    double left, width, height;
    size_t label_step; /* every how many bars a label stands */
    bool two_lines;    /* labels are broken */
} Plot;

static void
set_colour(cairo_t *cr, unsigned rgb)
{
    cairo_set_source_rgb(cr, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0,
                         (rgb & 0xff) / 255.0);
}

/* Puts @text into the layout; returns its size. @max_width 0: no limit; else two lines at most. */
static void
set_text(const Plot *self, const char *text, double size, bool bold, double max_width,
         double *ret_width, double *ret_height)
{
    PangoFontDescription *font = pango_font_description_from_string(FONT);
    pango_font_description_set_absolute_size(font, size * PANGO_SCALE);
    pango_font_description_set_weight(font, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_layout_set_font_description(self->layout, font);
    pango_font_description_free(font);
    pango_layout_set_width(self->layout, max_width > 0 ? (int)(max_width * PANGO_SCALE) : -1);
    pango_layout_set_text(self->layout, text, -1);
    PangoRectangle box;
    pango_layout_get_extents(self->layout, NULL, &box);
    *ret_width = (double)box.width / PANGO_SCALE;
    *ret_height = (double)box.height / PANGO_SCALE;
}

/* Shows what set_text() took, its left upper corner at @x, @y. */
static void
show_text(const Plot *self, unsigned colour, double x, double y)
{
    PangoRectangle box; /* a layout with a width may start right of its origin */
    pango_layout_get_extents(self->layout, NULL, &box);
    set_colour(self->cr, colour);
    cairo_move_to(self->cr, x - (double)box.x / PANGO_SCALE, y);
    pango_cairo_show_layout(self->cr, self->layout);
}

static double
y_of(const Plot *self, double value)
{
    return TOP + self->height * (self->axis.high - value) / (self->axis.high - self->axis.low);
}

char *
jw_chart_number(double value, double step)
{
    static const struct {
        double unit;
        const char *name;
    } units[] = { { 1e12, "T" }, { 1e9, "B" }, { 1e6, "M" } };
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
        if (fabs(value) >= units[i].unit) {
            g_ascii_formatd(text, sizeof text, "%.4g", value / units[i].unit);
            return g_strconcat(text, units[i].name, NULL);
        }
    }
    if (step >= 1 && value == floor(value)) {
        g_autofree char *digits = g_strdup_printf("%.0f", value);
        return jw_text_thousands(digits);
    }
    int decimals = step >= 1 ? 1 : MIN((int)ceil(-log10(step)), 6);
    g_autofree char *format = g_strdup_printf("%%.%df", decimals);
    return g_strdup(g_ascii_formatd(text, sizeof text, format, value));
}

char *
jw_chart_value(const JwChartData *chart, double value)
{
    const JwValue number = { .type = JW_VALUE_REAL, .real = value };

    if (chart->decimals < 0 || fabs(value) >= 1e6) {
        return jw_chart_number(value, value == floor(value) ? 1 : 0.1);
    }
    return jw_report_text_value(&number, JW_FORMAT_DECIMAL, chart->decimals);
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

static size_t
n_ticks(const Plot *self)
{
    return (size_t)llround((self->axis.high - self->axis.low) / self->axis.step) + 1;
}

/* Few bars with long names are all named, on two lines, for there is no series to guess from. Of
 * many, as many as fit are named. */
static void
choose_labels(Plot *self)
{
    static const size_t steps[] = { 1, 2, 3, 4, 5, 6, 7, 10, 12, 14, 20, 24, 30, 50, 60, 100 };
    double slot = self->width / (double)self->chart->n_values;
    double widest = 0;
    for (size_t i = 0; i < self->chart->n_values; i++) {
        double width, height;
        set_text(self, self->chart->labels[i], FONT_AXIS, false, 0, &width, &height);
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
place(Plot *self)
{
    double widest = 0;
    for (size_t i = 0; i < n_ticks(self); i++) {
        g_autofree char *text =
            jw_chart_number(self->axis.low + (double)i * self->axis.step, self->axis.step);
        double width, height;
        set_text(self, text, FONT_AXIS, false, 0, &width, &height);
        widest = MAX(widest, width);
    }
    self->left = MAX(LEFT_MIN, ceil(widest) + 18);
    self->width = JW_CHART_IMAGE_WIDTH - self->left - RIGHT;
    choose_labels(self);
    self->height = JW_CHART_IMAGE_HEIGHT - TOP - BOTTOM - (self->two_lines ? LINE : 0);
}

static void
draw_grid(const Plot *self)
{
    for (size_t i = 0; i < n_ticks(self); i++) {
        double value = self->axis.low + (double)i * self->axis.step;
        double y = round(y_of(self, value) * SCALE) / SCALE;
        bool zero = fabs(value) < self->axis.step / 2;
        set_colour(self->cr, zero ? COLOUR_AXIS : COLOUR_GRID);
        cairo_set_line_width(self->cr, 1);
        cairo_move_to(self->cr, self->left, y);
        cairo_line_to(self->cr, self->left + self->width, y);
        cairo_stroke(self->cr);

        g_autofree char *text = jw_chart_number(zero ? 0 : value, self->axis.step);
        double width, height;
        set_text(self, text, FONT_AXIS, false, 0, &width, &height);
        show_text(self, COLOUR_TEXT, self->left - 8 - width, y - height / 2);
    }
    if (self->chart->measure != NULL) {
        double width, height;
        set_text(self, self->chart->measure, FONT_AXIS, true, 0, &width, &height);
        show_text(self, COLOUR_TEXT, 14, 10);
    }
}

/* A bar stands on the zero line; the end away from it is round. */
static void
draw_bar(const Plot *self, double x, double width, double value)
{
    double zero = y_of(self, 0);
    double end = y_of(self, value);
    double radius = MIN(MIN(4.0, width / 2), fabs(zero - end));
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

static void
draw_bars(const Plot *self)
{
    size_t count = self->chart->n_values;
    double slot = self->width / (double)count;
    double width = slot >= 4 ? MIN(slot * 0.68, 46.0) : slot * 0.85;
    size_t peak = jw_chart_peak(self->chart);
    for (size_t i = 0; i < count; i++) {
        double value = self->chart->values[i];
        if (jw_axis_usable(value) && value != 0) {
            set_colour(self->cr, i == peak ? COLOUR_PEAK : COLOUR_BAR);
            draw_bar(self, self->left + slot * ((double)i + 0.5) - width / 2, width, value);
        }
    }
    if (peak < count) {
        double value = self->chart->values[peak];
        g_autofree char *text = jw_chart_value(self->chart, value);
        double text_width, text_height;
        set_text(self, text, FONT_PEAK, true, 0, &text_width, &text_height);
        double x = self->left + slot * ((double)peak + 0.5) - text_width / 2;
        x = CLAMP(x, self->left, self->left + self->width - text_width);
        show_text(self, COLOUR_PEAK, x, y_of(self, value) - text_height - 2);
    }
}

static void
draw_labels(const Plot *self)
{
    size_t count = self->chart->n_values;
    double slot = self->width / (double)count;
    size_t step = self->label_step;
    double available = MIN(slot * (double)step - LABEL_GAP / 2, LABEL_MAX);
    for (size_t i = 0; i < count; i += step) {
        double width, height;
        set_text(self, self->chart->labels[i], FONT_AXIS, false, available, &width, &height);
        double x = self->left + slot * ((double)i + 0.5) - width / 2;
        x = MIN(x, JW_CHART_IMAGE_WIDTH - 4 - width);
        show_text(self, COLOUR_TEXT, MAX(x, 4), TOP + self->height + 8);
    }
}

static void
draw_nothing(const Plot *self)
{
    double width, height;
    set_text(self, "No data in this period", 13, false, 0, &width, &height);
    show_text(self, COLOUR_TEXT, (JW_CHART_IMAGE_WIDTH - width) / 2,
              (JW_CHART_IMAGE_HEIGHT - height) / 2);
}

static bool
has_value(const JwChartData *chart)
{
    for (size_t i = 0; i < chart->n_values; i++) {
        if (jw_axis_usable(chart->values[i]) && chart->values[i] != 0) {
            return true;
        }
    }
    return false;
}

static void
draw(cairo_t *cr, const JwChartData *chart)
{
    cairo_scale(cr, SCALE, SCALE);
    set_colour(cr, 0xffffff);
    cairo_paint(cr);
    PangoLayout *layout = pango_cairo_create_layout(cr);
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_height(layout, -2);
    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    Plot plot = { .chart = chart, .cr = cr, .layout = layout };
    if (has_value(chart)) {
        plot.axis = jw_axis_of(chart->values, chart->n_values);
        place(&plot);
        draw_grid(&plot);
        draw_bars(&plot);
        draw_labels(&plot);
    } else {
        draw_nothing(&plot);
    }
    g_object_unref(layout);
}

static cairo_status_t
on_png(void *data, const unsigned char *bytes, unsigned length)
{
    g_byte_array_append(data, bytes, length);
    return CAIRO_STATUS_SUCCESS;
}

GBytes *
jw_chart_png(const JwChartData *chart, GError **error)
{
    g_return_val_if_fail(chart != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    g_autoptr(cairo_surface_t) surface = cairo_image_surface_create(
        CAIRO_FORMAT_RGB24, JW_CHART_IMAGE_WIDTH * SCALE, JW_CHART_IMAGE_HEIGHT * SCALE);
    g_autoptr(cairo_t) cr = cairo_create(surface);
    draw(cr, chart);
    g_autoptr(GByteArray) png = g_byte_array_new();
    cairo_status_t status = cairo_status(cr);
    if (status == CAIRO_STATUS_SUCCESS) {
        status = cairo_surface_write_to_png_stream(surface, on_png, png);
    }
    if (status != CAIRO_STATUS_SUCCESS) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "drawing the chart: %s",
                            cairo_status_to_string(status));
    }
    return g_byte_array_free_to_bytes(g_steal_pointer(&png));
}
