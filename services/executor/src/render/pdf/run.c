/* render/pdf/run.c: see render/pdf/run.h. */
#include "render/pdf/run.h"

#define GLYPHS_MOST 4096 /* that wait when another text comes */

void
exe_pdf_run_init(ExePdfRun *self)
{
    *self = (ExePdfRun){ .glyphs = g_array_new(FALSE, FALSE, sizeof(cairo_glyph_t)),
                         .clusters = g_array_new(FALSE, FALSE, sizeof(cairo_text_cluster_t)),
                         .text = g_string_new(NULL) };
}

void
exe_pdf_run_clear(ExePdfRun *self)
{
    g_clear_pointer(&self->glyphs, g_array_unref);
    g_clear_pointer(&self->clusters, g_array_unref);
    if (self->text != NULL) {
        (void)g_string_free(g_steal_pointer(&self->text), TRUE);
    }
}

void
exe_pdf_run_add(ExePdfRun *self, cairo_t *cr, cairo_scaled_font_t *font, unsigned colour,
                const char *text, double x, double y, const unsigned long *glyphs,
                const double *advances)
{
    const cairo_text_cluster_t cluster = { .num_bytes = 1, .num_glyphs = 1 };

    if (font != self->font || colour != self->colour || self->glyphs->len >= GLYPHS_MOST) {
        exe_pdf_run_flush(self, cr);
        self->font = font;
        self->colour = colour;
    }
    for (const char *at = text; *at != '\0'; at++) {
        const guchar c = (guchar)*at;
        const cairo_glyph_t glyph = { .index = glyphs[c], .x = x, .y = y };
        g_array_append_val(self->glyphs, glyph);
        g_array_append_val(self->clusters, cluster);
        x += advances[c];
    }
    g_string_append(self->text, text);
}

void
exe_pdf_run_flush(ExePdfRun *self, cairo_t *cr)
{
    if (self->glyphs->len == 0) {
        return;
    }
    cairo_set_source_rgb(cr, (self->colour >> 16 & 0xff) / 255.0,
                         (self->colour >> 8 & 0xff) / 255.0, (self->colour & 0xff) / 255.0);
    cairo_set_scaled_font(cr, self->font);
    cairo_show_text_glyphs(cr, self->text->str, (int)self->text->len,
                           &g_array_index(self->glyphs, cairo_glyph_t, 0), (int)self->glyphs->len,
                           &g_array_index(self->clusters, cairo_text_cluster_t, 0),
                           (int)self->clusters->len, 0);
    g_array_set_size(self->glyphs, 0);
    g_array_set_size(self->clusters, 0);
    g_string_truncate(self->text, 0);
}
