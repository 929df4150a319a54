/* render/pdf/run.h: plain texts that are drawn together: cairo keeps, measures and replays each
 * call of its own, and a row of a table has one for each cell. Those of one face and colour wait
 * here until something else is drawn. One thread. */
#pragma once
#include <cairo.h>
#include <glib.h>

G_BEGIN_DECLS

typedef struct {
    cairo_scaled_font_t *font; /* of what waits (transfer none) */
    unsigned colour;
    GArray *glyphs;   /* of cairo_glyph_t */
    GArray *clusters; /* of cairo_text_cluster_t: a byte, a glyph */
    GString *text;
} ExePdfRun;

void exe_pdf_run_init(ExePdfRun *self);
void exe_pdf_run_clear(ExePdfRun *self);

/* Adds a text of one byte a character, from @x on the line @y. @font: outlives what waits.
 * @glyphs, @advances: of the characters below 0x80, of which alone @text is made */
void exe_pdf_run_add(ExePdfRun *self, cairo_t *cr, cairo_scaled_font_t *font, unsigned colour,
                     const char *text, double x, double y, const unsigned long *glyphs,
                     const double *advances);

/* Draws what waits. */
void exe_pdf_run_flush(ExePdfRun *self, cairo_t *cr);

G_END_DECLS
