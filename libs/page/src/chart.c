/* chart.c: draws the chart of a report off screen. Any thread: surface and layout
 * live within the call, Pango's font map is per thread. A picture, not HTML bars: mail clients
 * agree on pictures only. White ground, so that dark themes show it as a card. In a PDF it is drawn
 * into the page. */
#include "jw/chart.h"

#include "plot.h"

#define SCALE     2
#define FONT_NONE 13.0

G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_t, cairo_destroy)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(cairo_surface_t, cairo_surface_destroy)

static void
draw_nothing(const JwPlot *self)
{
    double width, height;
    jw_plot_set_text(self, "No data in this period", FONT_NONE, false, 0, 1, &width, &height);
    jw_plot_show_text(self, JW_PLOT_TEXT, (self->total_width - width) / 2,
                      (self->total_height - height) / 2);
}

static bool
has_value(const JwChartData *chart)
{
    const size_t n_series = jw_plot_n_series(chart);
    for (size_t i = 0; i < chart->n_values * n_series; i++) {
        const double value = jw_plot_series(chart, i % n_series).values[i / n_series];
        if (jw_axis_usable(value) && value != 0) {
            return true;
        }
    }
    return false;
}

/* There are no parts below zero of a whole. */
static JwChart
kind_drawn(const JwChartData *chart)
{
    const bool whole = chart->kind == JW_CHART_PIE && jw_chart_least(chart) == chart->n_values;

    return chart->kind == JW_CHART_PIE && !whole ? JW_CHART_BAR : chart->kind;
}

static void
draw_kind(JwPlot *self)
{
    if (!has_value(self->chart)) {
        draw_nothing(self);
        return;
    }
    switch (kind_drawn(self->chart)) {
    case JW_CHART_BAR:
        jw_plot_bars(self);
        break;
    case JW_CHART_PIE:
        jw_plot_pie(self);
        break;
    case JW_CHART_NONE:
    case JW_CHART_COLUMN:
    case JW_CHART_LINE:
    case JW_CHART_STACKED:
        jw_plot_columns(self);
        break;
    }
}

void
jw_chart_draw(const JwChartData *chart, cairo_t *cr, double width, double height)
{
    g_return_if_fail(chart != NULL && cr != NULL && chart->n_more < JW_CHART_SERIES_MAX);

    PangoLayout *layout = pango_cairo_create_layout(cr);
    /* Not the language of the process: same input, same bytes. */
    pango_context_set_language(pango_layout_get_context(layout), pango_language_from_string("en"));
    pango_layout_set_single_paragraph_mode(layout, TRUE);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_alignment(layout, PANGO_ALIGN_CENTER);
    JwPlot plot = {
        .chart = chart, .cr = cr, .layout = layout, .total_width = width, .total_height = height
    };
    cairo_save(cr);
    draw_kind(&plot);
    cairo_restore(cr);
    g_object_unref(layout);
}

double
jw_chart_height(const JwChartData *chart)
{
    return kind_drawn(chart) == JW_CHART_BAR ? jw_plot_bars_height(chart) : JW_CHART_IMAGE_HEIGHT;
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
    cairo_scale(cr, SCALE, SCALE);
    jw_plot_colour(cr, 0xffffff);
    cairo_paint(cr);
    jw_chart_draw(chart, cr, JW_CHART_IMAGE_WIDTH, JW_CHART_IMAGE_HEIGHT);
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
