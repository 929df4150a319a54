/* render/pdf/canvas.h: the pages of a PDF: what is written on them, page by page, into a file that
 * grows as pages end. Lengths in points, from the left upper corner. One thread; memory holds the
 * page that is drawn and the glyphs that the fonts of the file need.
 *
 * A first pass may be dry: nothing is drawn and pages are counted, so that each page can say how
 * many there are. */
#pragma once
#include <cairo-pdf.h>
#include <cairo.h>
#include <pango/pangocairo.h>
#include <stdio.h>

#include "jw/error.h"
#include "jw/report.h"
#include "render/pdf/run.h"

G_BEGIN_DECLS

#define EXE_PDF_MARGIN 40.0
#define EXE_PDF_TOP    62.0 /* of what stands on a page, below its head */
#define EXE_PDF_BOTTOM 50.0 /* kept for its foot */

#define EXE_PDF_WHITE  0xffffff
#define EXE_PDF_INK    0x0f172a
#define EXE_PDF_SLATE  0x334155
#define EXE_PDF_SOFT   0x64748b
#define EXE_PDF_LINE   0xe2e8f0
#define EXE_PDF_STRONG 0xcbd5e1
#define EXE_PDF_GROUND 0xf8fafc
#define EXE_PDF_HEAD   0xf1f5f9
#define EXE_PDF_BRAND  0x2563eb

typedef enum {
    EXE_PDF_LEFT,
    EXE_PDF_START, /* where a line of the text begins: on the right for one that runs to the left */
    EXE_PDF_RIGHT,
    EXE_PDF_CENTER
} ExePdfSide;

typedef struct {
    double size;
    bool bold;
    unsigned colour;
    ExePdfSide side;
    double width; /* to which lines are broken and aligned; 0: one line of its own width */
    int lines;    /* at most; the last ends in an ellipsis */
} ExePdfText;

typedef struct {
    PangoFontDescription *description;
    cairo_scaled_font_t *font; /* of the family itself, for plain ASCII */
    double size;
    bool bold;
    double ascent, line;  /* of a line */
    double advance[0x80]; /* of ASCII characters; negative: not one of the font's */
    unsigned long glyph[0x80];
} ExePdfFace;

#define EXE_PDF_FACES 64u /* sizes times two: those of the styles, and what shrinks */

typedef struct {
    FILE *file;
    int write_errno;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoContext *context;
    PangoLayout *layout;
    GArray *faces; /* of ExePdfFace, EXE_PDF_FACES at most */
    ExePdfRun run; /* plain texts that were not drawn yet: exe_pdf_draw() */
    bool dry;
    int page, n_pages;              /* n_pages: of the whole document, once it is known */
    double short_side, long_side;   /* of the paper */
    double width, height, y;        /* of the page; where what comes next begins */
    char *head, *head_aside, *foot; /* on every page but the head on the first */
    const char *language;           /* of their words (borrowed, nullable) */
    GPtrArray *figures;             /* of char *: what is seen on each figure that was drawn */
    GPtrArray *tags;                /* of const char *: parts that are open, the outermost first */
} ExePdfCanvas;

/* Starts the file. UNAVAILABLE, INTERNAL. @self: zeroed; exe_pdf_canvas_clear() also after a
 * failure. */
bool exe_pdf_canvas_init(ExePdfCanvas *self, const char *path, JwPaper paper, GError **error);
void exe_pdf_canvas_clear(ExePdfCanvas *self);

/* Writes the rest and closes the file. UNAVAILABLE: the disk. INTERNAL. */
bool exe_pdf_canvas_close(ExePdfCanvas *self, GError **error);

/* Ends the page, if there is one, and begins the next. */
void exe_pdf_page(ExePdfCanvas *self, bool landscape);
/* Ends the last page, and the document. */
void exe_pdf_finish(ExePdfCanvas *self);
/* Back to before the first page, to draw what was counted. */
void exe_pdf_restart(ExePdfCanvas *self, bool dry);

/* What is drawn in between is a part of the document's structure: "H1", "Table", "TR", "TD". What
 * is in none, as grounds, rules and what each page repeats, is not read out. A page may end inside
 * of a part that has others. */
void exe_pdf_tag(ExePdfCanvas *self, const char *tag); /* a literal */
void exe_pdf_untag(ExePdfCanvas *self, const char *tag);
/* A text that is a part by itself. Returns its height. */
double exe_pdf_part(ExePdfCanvas *self, const char *tag, const ExePdfText *style, const char *text,
                    double x, double y);

/* The width between the margins; the height that is left on the page. */
double exe_pdf_inner(const ExePdfCanvas *self);
/* That of a page which stands or lies, of this document's paper. */
double exe_pdf_inner_of(const ExePdfCanvas *self, bool landscape);
double exe_pdf_left_on_page(const ExePdfCanvas *self);

/* A line of the outline, which leads to @y of this page. */
void exe_pdf_outline(ExePdfCanvas *self, const char *title, double y);

/* For who draws on it by itself, now: what was asked for before is drawn. (transfer none) */
cairo_t *exe_pdf_draw(ExePdfCanvas *self);

/* The size of a text. One line when @style has no width. */
void exe_pdf_measure(ExePdfCanvas *self, const ExePdfText *style, const char *text, int *ret_lines,
                     double *ret_width);
/* Makes letters smaller, by @step and down to @least, until the text takes one line of @width,
 * which
 * @style gets. What is too long for that as well is broken. */
void exe_pdf_shrink(ExePdfCanvas *self, ExePdfText *style, const char *text, double width,
                    double least, double step);
/* The height of @lines lines. */
double exe_pdf_lines(ExePdfCanvas *self, const ExePdfText *style, int lines);
/* Draws it with its left upper corner at @x, @y; returns its height. */
double exe_pdf_text(ExePdfCanvas *self, const ExePdfText *style, const char *text, double x,
                    double y);

void exe_pdf_box(ExePdfCanvas *self, unsigned colour, double x, double y, double width,
                 double height, double radius);
/* The same with a border. */
void exe_pdf_frame(ExePdfCanvas *self, unsigned colour, unsigned border, double x, double y,
                   double width, double height, double radius);
/* One that stands on its base, around @x, @y. */
void exe_pdf_triangle(ExePdfCanvas *self, unsigned colour, double x, double y, double radius);
void exe_pdf_rule(ExePdfCanvas *self, unsigned colour, double thick, double x, double y,
                  double width);

G_END_DECLS
