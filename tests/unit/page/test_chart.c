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
    self->chart = (JwChartData){ .labels = self->labels,
                                 .values = self->values,
                                 .n_values = count,
                                 .measure = "Calls",
                                 .decimals = -1 };
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
draw_within(const JwChartData *chart, size_t most_bytes)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) png = jw_chart_png(chart, &error);
    assert_ok(png, error);
    gsize length;
    const unsigned char *bytes = g_bytes_get_data(png, &length);
    assert_in_range(length, 1000, most_bytes);
    Source source = { bytes, length };
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(on_read, &source);
    assert_int_equal(cairo_surface_status(surface), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(surface), 2 * JW_CHART_IMAGE_WIDTH);
    assert_int_equal(cairo_image_surface_get_height(surface), 2 * JW_CHART_IMAGE_HEIGHT);
    return surface;
}

static cairo_surface_t *
draw(const JwChartData *chart)
{
    return draw_within(chart, 100 * 1000);
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
        g_autofree char *text = jw_chart_number(cases[i].value, cases[i].step, NULL);
        assert_string_equal(text, cases[i].text);
    }
}

/* Large numbers have a mark for what they are counted in. */
static void
test_numbers_by_language(void **state)
{
    static const struct {
        const char *language;
        double value;
        const char *text;
    } cases[] = {
        { "de", 1.5e6, "1,5 Mio." }, { "de", -2.5e9, "-2,5 Mrd." }, { "de", 3e12, "3 Bio." },
        { "fr", 2.5e9, "2,5 Md" },   { "es", 2.5e9, "2,5 mil M" },  { "tr", 1.5e6, "1,5 Mn" },
        { "de", 1234, "1.234" },     { "xx", 1.5e6, "1.5M" },
    };
    (void)state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = jw_chart_number(cases[i].value, 1, cases[i].language);
        assert_string_equal(text, cases[i].text);
    }
}

#define SERIES_1 0x1d4ed8u
#define SERIES_2 0xf59e0bu
#define OTHER    0x9ca3afu

static size_t
area(const JwChartData *chart, unsigned colour)
{
    cairo_surface_t *surface = draw(chart);
    const size_t count = count_colour(surface, colour);

    cairo_surface_destroy(surface);
    return count;
}

static void
assert_near(double value, double expected, double tolerance)
{
    if (fabs(value - expected) > tolerance) {
        fail_msg("%g is not near %g", value, expected);
    }
}

/* Areas are as the values are; edges are blended, so a little less. */
static void
test_areas_of_kinds(void **state)
{
    (void)state;
    static const char *const labels[] = { "a", "b", "c" };
    static const double first[] = { 30, 20, 10 };
    static const double second[] = { 10, 10, 20 };
    const JwChartSeries more[] = { { second, "Second", 0 } };
    JwChartData chart = { .labels = labels,
                          .values = first,
                          .n_values = 3,
                          .measure = "First",
                          .more = more,
                          .n_more = 1 };

    chart.kind = JW_CHART_STACKED;
    assert_near((double)area(&chart, SERIES_1) / (double)area(&chart, SERIES_2), 1.5, 0.05);
    chart.kind = JW_CHART_COLUMN;
    assert_near((double)area(&chart, SERIES_1) / (double)area(&chart, SERIES_2), 1.5, 0.05);
    chart.kind = JW_CHART_BAR;
    assert_near((double)area(&chart, SERIES_1) / (double)area(&chart, SERIES_2), 1.5, 0.05);
    chart.n_more = 0;
    assert_near((double)area(&chart, BAR) / (double)area(&chart, PEAK), 1, 0.1);
    chart.kind = JW_CHART_PIE;
    assert_near((double)area(&chart, SERIES_1) / (double)area(&chart, SERIES_2), 1.5, 0.1);
}

/* A stack below zero goes down from zero, one of both signs goes both ways. */
static void
test_stack_of_both_signs(void **state)
{
    (void)state;
    static const char *const labels[] = { "a" };
    static const double first[] = { 10 };
    static const double second[] = { -20 };
    const JwChartSeries more[] = { { second, "Second", 0 } };
    const JwChartData chart = { .labels = labels,
                                .values = first,
                                .n_values = 1,
                                .kind = JW_CHART_STACKED,
                                .more = more,
                                .n_more = 1 };
    cairo_surface_t *surface = draw(&chart);
    int lowest_first = 0;
    int highest_second = 2 * JW_CHART_IMAGE_HEIGHT;

    for (int y = 80; y < 2 * JW_CHART_IMAGE_HEIGHT; y++) {
        const unsigned colour = pixel(surface, 640, y);
        lowest_first = colour == SERIES_1 ? MAX(lowest_first, y) : lowest_first;
        highest_second = colour == SERIES_2 ? MIN(highest_second, y) : highest_second;
    }
    assert_true(lowest_first > 0 && lowest_first <= highest_second);
    assert_near((double)count_colour(surface, SERIES_2) / (double)count_colour(surface, SERIES_1),
                2, 0.1);
    cairo_surface_destroy(surface);
}

static double
gap(size_t i)
{
    return i == 2 ? (double)NAN : 10;
}

/* What is missing is a gap and not a zero. */
static void
test_a_line_breaks_where_a_value_is_missing(void **state)
{
    (void)state;
    g_autofree Data *data = g_new0(Data, 1);
    data_init(data, 5, "d", gap);
    data->chart.kind = JW_CHART_LINE;
    cairo_surface_t *surface = draw(&data->chart);
    /* The field is 44 to 584 wide; slot 2 is in its middle. */
    bool drawn[5] = { 0 };
    for (size_t i = 0; i < 5; i++) {
        const int x = (int)lround(2 * (44 + 540.0 / 5 * ((double)i + 0.5)));
        for (int y = 84; y < 440; y++) {
            drawn[i] = drawn[i] || pixel(surface, x, y) == PEAK;
        }
    }
    assert_true(drawn[0] && drawn[1] && !drawn[2] && drawn[3] && drawn[4]);
    cairo_surface_destroy(surface);
}

/* Seven slices at most: the rest, and what the engine merged, is one. */
static void
test_a_pie_merges_what_is_small(void **state)
{
    (void)state;
    g_autofree Data *data = g_new0(Data, 1);
    data_init(data, 7, "slice ", day);
    data->chart.kind = JW_CHART_PIE;
    const size_t without = area(&data->chart, OTHER);
    g_autofree Data *many = g_new0(Data, 1);
    data_init(many, 24, "slice ", day);
    many->chart.kind = JW_CHART_PIE;
    /* 477 calls, of which the largest six are 57, 52, 46, 44, 41 and 40. */
    assert_near((double)area(&many->chart, OTHER) / (double)area(&many->chart, SERIES_1),
                (477 - 280) / 57.0, 0.1);
    data->labels[6] = "(other)";
    data->values[6] = 34; /* as much as all the others: half of the ring */
    assert_true(area(&data->chart, OTHER) > 4 * without);
}

/* The total in the ring is written smaller before any of its digits is lost. */
static void
test_the_total_of_a_pie_is_whole(void **state)
{
    (void)state;
    static const char *const labels[] = { "a", "b" };
    static const double values[][2] = { { 999999, 0.999 }, { 999999, 0.998 } };
    cairo_surface_t *drawn[2];
    size_t different = 0;

    for (size_t i = 0; i < 2; i++) {
        const JwChartData chart = { .labels = labels,
                                    .values = values[i],
                                    .n_values = 2,
                                    .decimals = 3,
                                    .kind = JW_CHART_PIE };
        drawn[i] = draw(&chart);
    }
    for (int x = 268 - 115; x < 268 + 115; x++) { /* around the middle of the ring */
        for (int y = 280 - 24; y < 280 + 24; y++) {
            different += pixel(drawn[0], x, y) != pixel(drawn[1], x, y) ? 1 : 0;
        }
    }
    assert_true(different > 0);
    cairo_surface_destroy(drawn[0]);
    cairo_surface_destroy(drawn[1]);
}

/* No part of a whole is below zero: it is drawn as bars. */
static void
test_a_pie_of_negative_values_is_drawn_as_bars(void **state)
{
    (void)state;
    g_autofree Data *data = g_new0(Data, 1);
    data_init(data, 6, "x", mixed);
    data->chart.kind = JW_CHART_PIE;
    assert_true(area(&data->chart, BAR) > 1000);
    assert_int_equal(area(&data->chart, SERIES_2), 0);
}

/* Every kind with any values and any number of series, within its edges. */
static void
test_every_kind_takes_everything(void **state)
{
    (void)state;
    static double (*const values[])(size_t) = { day, mixed, below, absent, large, small, zero };
    static const size_t counts[] = { 0, 1, 2, 9, 31, 400 };
    g_autofree Data *data = g_new0(Data, 1);

    for (size_t i = 0; i < 6 * 7 * 6; i += 5) { /* any two of the three meet */
        const JwChart kind = (JwChart)(i % 6);
        data_init(data, counts[i / 42], i % 2 ? "A long name of a department " : "x",
                  values[i / 6 % 7]);
        const JwChartSeries more[3] = { { data->values, "Second", 2 },
                                        { data->values, NULL, -1 },
                                        { data->values, "A series with a long name, too", 0 } };
        data->chart.kind = kind;
        data->chart.more = more;
        data->chart.n_more = kind == JW_CHART_PIE ? 0 : i % 4;
        assert_true(jw_chart_height(&data->chart) >= 90);
        cairo_surface_t *surface = draw_within(&data->chart, 300 * 1000);
        for (int y = 0; y < 2 * JW_CHART_IMAGE_HEIGHT; y++) {
            assert_int_equal(pixel(surface, 1, y), WHITE);
            assert_int_equal(pixel(surface, 2 * JW_CHART_IMAGE_WIDTH - 2, y), WHITE);
        }
        cairo_surface_destroy(surface);
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
        cmocka_unit_test(test_numbers_by_language),
        cmocka_unit_test(test_areas_of_kinds),
        cmocka_unit_test(test_stack_of_both_signs),
        cmocka_unit_test(test_a_line_breaks_where_a_value_is_missing),
        cmocka_unit_test(test_a_pie_merges_what_is_small),
        cmocka_unit_test(test_the_total_of_a_pie_is_whole),
        cmocka_unit_test(test_a_pie_of_negative_values_is_drawn_as_bars),
        cmocka_unit_test(test_every_kind_takes_everything),
    };
    return cmocka_run_group_tests(tests, NULL, release_fonts);
}
