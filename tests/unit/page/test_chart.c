/* test_chart.c: the picture in the report mail, looked at pixel by pixel where it matters. */
#include "drawing.h"
#include "jw/chart.h"
#include "testkit.h"

#include <math.h>
#include <string.h>

#define MAX_VALUES 400
#define BAR        0x9dbcf8u
#define PEAK       0x2563ebu
#define WHITE      0xffffffu

typedef struct {
    char text[MAX_VALUES][32];
    const char *labels[MAX_VALUES];
    double values[MAX_VALUES];
    JwChartData chart;
} Data;

static void
data_init(Data *self, size_t count, const char *prefix, double (*value)(size_t index))
{
    for (size_t i = 0; i < count; i++) {
        g_snprintf(self->text[i], sizeof self->text[i], "%s%zu", prefix, i);
        self->labels[i] = self->text[i];
        self->values[i] = value(i);
    }
    self->chart = (JwChartData){ self->labels, self->values, count, "Calls", -1 };
}

typedef struct {
    const unsigned char *bytes;
    size_t left;
} Source;

static cairo_status_t
on_read(void *data, unsigned char *bytes, unsigned length)
{
    Source *source = data;
    if (source->left < length) {
        return CAIRO_STATUS_READ_ERROR;
    }
    memcpy(bytes, source->bytes, length);
    source->bytes += length;
    source->left -= length;
    return CAIRO_STATUS_SUCCESS;
}

static cairo_surface_t *
draw(const JwChartData *chart)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) png = jw_chart_png(chart, &error);
    assert_ok(png, error);
    gsize length;
    const unsigned char *bytes = g_bytes_get_data(png, &length);
    assert_in_range(length, 1000, 100 * 1000);
    Source source = { bytes, length };
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(on_read, &source);
    assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(surface), 2 * JW_CHART_IMAGE_WIDTH);
    assert_int_equal(cairo_image_surface_get_height(surface), 2 * JW_CHART_IMAGE_HEIGHT);
    return surface;
}

static unsigned
pixel(cairo_surface_t *surface, int x, int y)
{
    const unsigned char *row = cairo_image_surface_get_data(surface)
                               + (size_t)y * (size_t)cairo_image_surface_get_stride(surface);
    uint32_t value;
    memcpy(&value, row + (size_t)x * 4, sizeof value);
    return value & 0xffffff;
}

static size_t
count_colour(cairo_surface_t *surface, unsigned colour)
{
    size_t count = 0;
    for (int y = 0; y < 2 * JW_CHART_IMAGE_HEIGHT; y++) {
        for (int x = 0; x < 2 * JW_CHART_IMAGE_WIDTH; x++) {
            count += pixel(surface, x, y) == colour ? 1 : 0;
        }
    }
    return count;
}

static double
day(size_t i)
{
    static const double values[] = { 2,  1,  0,  0,  1,  3,  8,  19, 31, 44, 57, 52,
                                     40, 38, 46, 41, 33, 22, 14, 9,  7,  5,  4,  3 };
    return values[i % G_N_ELEMENTS(values)];
}

static double
zero(size_t i)
{
    (void)i;
    return 0;
}

static double
mixed(size_t i)
{
    return (double)(i * 7 % 11) - 5;
}

static double
below(size_t i)
{
    return -0.25 * (double)(i + 1);
}

static double
absent(size_t i)
{
    static const double values[] = { (double)NAN, 5, (double)INFINITY, -(double)INFINITY, 1e300,
                                     1e-300,      3 };
    return values[i % G_N_ELEMENTS(values)];
}

static double
large(size_t i)
{
    return 1e14 + (double)i;
}

static double
small(size_t i)
{
    return 1e-8 * (double)(i + 1);
}

static void
test_bars_and_peak(void **state)
{
    (void)state;
    g_autofree Data *data = g_new0(Data, 1);
    data_init(data, 24, "h", day);
    assert_int_equal(jw_chart_peak(&data->chart), 10);
    cairo_surface_t *surface = draw(&data->chart);
    assert_int_equal(pixel(surface, 0, 0), WHITE);
    size_t peak = count_colour(surface, PEAK);
    size_t bars = count_colour(surface, BAR);
    assert_in_range(peak, 5000, 15000);
    /* 420 of 477 calls are not in the highest bar; the areas are in that proportion. */
    double share = (double)bars / (double)peak;
    assert_true(share > 6.5 && share < 8.5);
    cairo_surface_destroy(surface);
}

static void
test_every_shape_is_drawn(void **state)
{
    (void)state;
    static const struct {
        size_t count;
        double (*value)(size_t index);
        const char *label;
        bool bars;
    } cases[] = {
        { 1, day, "only", true },
        { 2, mixed, "a rather long name of a group, number ", true },
        { 7, day, "a rather long name of a group, number ", true },
        { 9, mixed, "g", true },
        { 12, small, "x", true },
        { 12, below, "x", true },
        { 24, large, "x", true },
        { 31, day, "x", true },
        { 400, day, "2021-01-", true },
        { 14, absent, "x", true },
        { 5, zero, "x", false },
        { 0, zero, "x", false },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree Data *data = g_new0(Data, 1);
        data_init(data, cases[i].count, cases[i].label, cases[i].value);
        cairo_surface_t *surface = draw(&data->chart);
        bool bars = count_colour(surface, BAR) + count_colour(surface, PEAK) > 300;
        if (bars != cases[i].bars) {
            fail_msg("case %zu: bars %d", i, bars);
        }
        cairo_surface_destroy(surface);
    }
}

/* Left of the first and right of the last label, and below them all, nothing is cut off. */
static void
test_nothing_touches_the_edge(void **state)
{
    (void)state;
    static const size_t counts[] = { 1, 2, 3, 5, 7, 8, 12, 24, 31, 90, 365 };
    for (size_t i = 0; i < G_N_ELEMENTS(counts); i++) {
        g_autofree Data *data = g_new0(Data, 1);
        data_init(data, counts[i], "Department number ", i % 2 ? day : large);
        cairo_surface_t *surface = draw(&data->chart);
        for (int x = 0; x < 2 * JW_CHART_IMAGE_WIDTH; x++) {
            assert_int_equal(pixel(surface, x, 0), WHITE);
            assert_int_equal(pixel(surface, x, 2 * JW_CHART_IMAGE_HEIGHT - 2), WHITE);
        }
        for (int y = 0; y < 2 * JW_CHART_IMAGE_HEIGHT; y++) {
            assert_int_equal(pixel(surface, 2, y), WHITE);
            assert_int_equal(pixel(surface, 2 * JW_CHART_IMAGE_WIDTH - 3, y), WHITE);
        }
        cairo_surface_destroy(surface);
    }
}

static void
test_deterministic(void **state)
{
    (void)state;
    g_autofree Data *data = g_new0(Data, 1);
    data_init(data, 24, "h", day);
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) first = jw_chart_png(&data->chart, &error);
    assert_ok(first, error);
    g_autoptr(GBytes) second = jw_chart_png(&data->chart, &error);
    assert_ok(second, error);
    assert_true(g_bytes_equal(first, second));
    data->values[3] = 9;
    g_autoptr(GBytes) third = jw_chart_png(&data->chart, &error);
    assert_ok(third, error);
    assert_false(g_bytes_equal(first, third));
}

static void
test_numbers(void **state)
{
    (void)state;
    static const struct {
        double value, step;
        const char *text;
    } cases[] = {
        { 0, 1, "0" },          { 57, 20, "57" },
        { 1234, 1, "1,234" },   { 999999, 1, "999,999" },
        { -1234, 1, "-1,234" }, { 1e6, 1, "1M" },
        { 1.5e6, 1, "1.5M" },   { -2.5e9, 1, "-2.5B" },
        { 3e12, 1, "3T" },      { 0.25, 0.05, "0.25" },
        { 0.1, 0.1, "0.1" },    { 2.5, 1, "2.5" },
        { 0, 0.05, "0.00" },    { 81.19, 0.1, "81.2" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = jw_chart_number(cases[i].value, cases[i].step);
        assert_string_equal(text, cases[i].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bars_and_peak),
        cmocka_unit_test(test_every_shape_is_drawn),
        cmocka_unit_test(test_nothing_touches_the_edge),
        cmocka_unit_test(test_deterministic),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, release_fonts);
}
