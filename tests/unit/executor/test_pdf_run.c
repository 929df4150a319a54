/* test_pdf_run.c: plain texts wait, and are drawn in their order before anything else. */
#include "testkit.h"

#include "render/pdf/run.h"

#define SIDE  64
#define INK   0xff0000u
#define OTHER 0x00ff00u

typedef struct {
    cairo_surface_t *surface;
    cairo_t *cr;
    cairo_scaled_font_t *font;
    unsigned long glyphs[0x80];
    double advances[0x80];
    ExePdfRun run;
} Kit;

/* A font whose every character is the glyph of "H", 10 wide. */
static void
kit_init(Kit *self)
{
    cairo_glyph_t *glyphs = NULL;
    int n = 0;

    self->surface = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, SIDE, SIDE);
    self->cr = cairo_create(self->surface);
    cairo_select_font_face(self->cr, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           CAIRO_FONT_WEIGHT_BOLD);
    cairo_set_font_size(self->cr, 16);
    self->font = cairo_scaled_font_reference(cairo_get_scaled_font(self->cr));
    assert_int_equal(
        cairo_scaled_font_text_to_glyphs(self->font, 0, 0, "H", 1, &glyphs, &n, NULL, NULL, NULL),
        CAIRO_STATUS_SUCCESS);
    assert_int_equal(n, 1);
    for (int c = 0; c < 0x80; c++) {
        self->glyphs[c] = glyphs[0].index;
        self->advances[c] = 10;
    }
    cairo_glyph_free(glyphs);
    exe_pdf_run_init(&self->run);
}

static void
kit_clear(Kit *self)
{
    exe_pdf_run_clear(&self->run);
    cairo_scaled_font_destroy(self->font);
    cairo_destroy(self->cr);
    cairo_surface_destroy(self->surface);
}

static void
add(Kit *self, unsigned colour, const char *text, double x)
{
    exe_pdf_run_add(&self->run, self->cr, self->font, colour, text, x, 40, self->glyphs,
                    self->advances);
}

/* How many points of the columns [@from, @to) are fully of the colour. */
static int
count(const Kit *self, unsigned colour, int from, int to)
{
    cairo_surface_flush(self->surface);
    const unsigned char *data = cairo_image_surface_get_data(self->surface);
    const int stride = cairo_image_surface_get_stride(self->surface);
    int n = 0;

    for (int y = 0; y < SIDE; y++) {
        const guint32 *line = (const guint32 *)(const void *)(data + (gsize)y * (gsize)stride);
        for (int x = from; x < to; x++) {
            n += line[x] == (0xff000000u | colour) ? 1 : 0;
        }
    }
    return n;
}

static void
test_texts_wait_for_the_flush(void **state G_GNUC_UNUSED)
{
    Kit kit = { 0 };

    kit_init(&kit);
    add(&kit, INK, "a", 2);
    add(&kit, INK, "b", 34);
    assert_int_equal(count(&kit, INK, 0, SIDE), 0);
    exe_pdf_run_flush(&kit.run, kit.cr);
    assert_true(count(&kit, INK, 0, 24) > 0);
    assert_int_equal(count(&kit, INK, 24, 34), 0);
    assert_true(count(&kit, INK, 34, SIDE) > 0);
    const int drawn = count(&kit, INK, 0, SIDE);
    exe_pdf_run_flush(&kit.run, kit.cr); /* nothing waits any more */
    assert_int_equal(count(&kit, INK, 0, SIDE), drawn);
    kit_clear(&kit);
}

static void
test_another_colour_draws_what_waits(void **state G_GNUC_UNUSED)
{
    Kit kit = { 0 };

    kit_init(&kit);
    add(&kit, INK, "a", 2);
    add(&kit, OTHER, "b", 34);
    assert_true(count(&kit, INK, 0, 24) > 0);
    assert_int_equal(count(&kit, OTHER, 0, SIDE), 0);
    exe_pdf_run_flush(&kit.run, kit.cr);
    assert_true(count(&kit, OTHER, 34, SIDE) > 0);
    kit_clear(&kit);
}

static void
test_what_is_drawn_later_is_above(void **state G_GNUC_UNUSED)
{
    Kit kit = { 0 };

    kit_init(&kit);
    add(&kit, INK, "a", 2);
    add(&kit, OTHER, "a", 2); /* on the same place */
    exe_pdf_run_flush(&kit.run, kit.cr);
    assert_int_equal(count(&kit, INK, 0, SIDE), 0);
    assert_true(count(&kit, OTHER, 0, 24) > 0);
    kit_clear(&kit);
}

/* The characters of a text follow each other, and more than are held at once are all there. */
static void
test_long_texts(void **state G_GNUC_UNUSED)
{
    Kit kit = { 0 };

    kit_init(&kit);
    add(&kit, INK, "abc", 2);
    exe_pdf_run_flush(&kit.run, kit.cr);
    for (int i = 0; i < 3; i++) {
        assert_true(count(&kit, INK, 2 + 10 * i, 12 + 10 * i) > 0);
    }
    for (int i = 0; i < 5000; i++) {
        add(&kit, OTHER, "a", 34);
    }
    assert_true(count(&kit, OTHER, 34, SIDE) > 0); /* some were drawn already */
    assert_true(kit.run.glyphs->len <= 4097);
    kit_clear(&kit);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_texts_wait_for_the_flush),
        cmocka_unit_test(test_another_colour_draws_what_waits),
        cmocka_unit_test(test_what_is_drawn_later_is_above),
        cmocka_unit_test(test_long_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
