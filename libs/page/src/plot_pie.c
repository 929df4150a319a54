/* plot_pie.c: see plot.h. A ring has few slices: the largest, and "(other)" for the rest. What each
 * is, how much and which share stands beside it, for no reader tells angles apart. */
#include "plot.h"

#include "jw/report_words.h"

#include <math.h>
#include <string.h>

#define EDGE       14.0
#define TOP        34.0
#define ROW        22.0
#define SWATCH     10.0
#define GAP        12.0
#define SHARE      58.0 /* of the column of percentages */
#define VALUE_MOST 110.0
#define HOLE       0.58
#define FONT_TOTAL 17.0
#define FONT_LEAST 8.0 /* of a total that has no room: no number is cut */

typedef struct {
    const char *label;
    double value;
} Slice;

static int
by_value(gconstpointer a, gconstpointer b)
{
    const Slice *first = a;
    const Slice *second = b;

    return first->value > second->value ? -1 : first->value < second->value;
}

/* The slices, the largest first, what is left last; at most JW_PLOT_COLOURS. */
static GArray *
slices_of(const JwChartData *chart)
{
    GArray *slices = g_array_new(FALSE, FALSE, sizeof(Slice));
    const char *other_label = jw_report_word(JW_WORD_OTHER, chart->language);
    double other = 0;

    for (size_t i = 0; i < chart->n_values; i++) {
        const Slice slice = { chart->labels[i], chart->values[i] };
        if (jw_axis_usable(slice.value) && slice.value > 0
            && strcmp(slice.label, other_label) != 0) {
            g_array_append_val(slices, slice);
        } else if (jw_axis_usable(slice.value) && slice.value > 0) {
            other += slice.value;
        }
    }
    g_array_sort(slices, by_value); /* stable */
    const guint most = JW_PLOT_COLOURS - (other > 0 || slices->len > JW_PLOT_COLOURS ? 1 : 0);
    for (guint i = most; i < slices->len; i++) {
        other += g_array_index(slices, Slice, i).value;
    }
    g_array_set_size(slices, MIN(slices->len, most));
    if (other > 0) {
        const Slice rest = { other_label, other };
        g_array_append_val(slices, rest);
    }
    return slices;
}

static unsigned
colour_of(const JwPlot *self, const Slice *slice, guint index)
{
    const char *other = jw_report_word(JW_WORD_OTHER, self->chart->language);

    return jw_plot_palette(
        slice->label == NULL || strcmp(slice->label, other) == 0 ? JW_PLOT_COLOURS - 1 : index);
}

static void
draw_ring(const JwPlot *self, const GArray *slices, double total, double x, double y, double radius)
{
    double angle = -G_PI / 2;
    cairo_t *cr = self->cr;

    for (guint i = 0; i < slices->len; i++) {
        const Slice *slice = &g_array_index(slices, Slice, i);
        const double end = angle + 2 * G_PI * slice->value / total;

        cairo_new_path(cr);
        cairo_arc(cr, x, y, radius, angle, end);
        cairo_arc_negative(cr, x, y, radius * HOLE, end, angle);
        cairo_close_path(cr);
        jw_plot_colour(cr, colour_of(self, slice, i));
        cairo_fill_preserve(cr);
        jw_plot_colour(cr, 0xffffff);
        cairo_set_line_width(cr, slices->len > 1 ? 1.5 : 0.01);
        cairo_stroke(cr);
        angle = end;
    }
}

static void
draw_total(const JwPlot *self, double total, double x, double y, double radius)
{
    g_autofree char *text = jw_chart_value(self->chart, total);
    double size = FONT_TOTAL, width, height;

    jw_plot_set_text(self, text, size, true, 0, 1, &width, &height);
    while (width > radius * HOLE * 1.8 && size > FONT_LEAST) {
        size -= 1;
        jw_plot_set_text(self, text, size, true, 0, 1, &width, &height);
    }
    jw_plot_show_text(self, JW_PLOT_DARK, x - width / 2, y - height / 2);
}

/* "Payment related   1,234   12.3 %" */
static void
draw_row(const JwPlot *self, const Slice *slice, guint index, double total, double x, double y)
{
    const double right = self->total_width - EDGE;
    g_autofree char *value = jw_chart_value(self->chart, slice->value);
    char digits[G_ASCII_DTOSTR_BUF_SIZE];
    g_ascii_formatd(digits, sizeof digits, "%.1f", 100 * slice->value / total);
    g_autofree char *english = g_strconcat(digits, " %", NULL);
    g_autofree char *share = jw_report_number(english, self->chart->language);
    double width, height;

    jw_plot_colour(self->cr, colour_of(self, slice, index));
    cairo_rectangle(self->cr, x, y + 2, SWATCH, SWATCH);
    cairo_fill(self->cr);
    jw_plot_set_text(self, slice->label, JW_PLOT_FONT, false,
                     right - SHARE - VALUE_MOST - x - SWATCH - GAP, 1, &width, &height);
    jw_plot_show_text(self, JW_PLOT_DARK, x + SWATCH + GAP / 2, y);
    jw_plot_set_text(self, value, JW_PLOT_FONT, true, 0, 1, &width, &height);
    jw_plot_show_text(self, JW_PLOT_DARK, right - SHARE - width, y);
    jw_plot_set_text(self, share, JW_PLOT_FONT, false, 0, 1, &width, &height);
    jw_plot_show_text(self, JW_PLOT_TEXT, right - width, y);
}

void
jw_plot_pie(JwPlot *self)
{
    g_autoptr(GArray) slices = slices_of(self->chart);
    const double radius = MIN((self->total_height - TOP - EDGE) / 2, self->total_width / 5);
    const double x = EDGE + radius + EDGE;
    const double y = TOP + radius;
    const double row = MIN(ROW, (self->total_height - TOP - EDGE) / (double)slices->len);
    double total = 0;

    for (guint i = 0; i < slices->len; i++) {
        total += g_array_index(slices, Slice, i).value;
    }
    jw_plot_legend(self);
    draw_ring(self, slices, total, x, y, radius);
    draw_total(self, total, x, y, radius);
    for (guint i = 0; i < slices->len; i++) {
        draw_row(self, &g_array_index(slices, Slice, i), i, total, x + radius + 2 * GAP,
                 y + row * ((double)i - (double)slices->len / 2));
    }
}
