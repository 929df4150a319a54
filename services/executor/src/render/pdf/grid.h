/* render/pdf/grid.h: rows of cells below a head, as tables and the list have them. */
#pragma once
#include "jw/report_result.h"
#include "render/pdf/canvas.h"

G_BEGIN_DECLS

#define EXE_PDF_CELL_LINES 3   /* of a cell; a longer text ends in an ellipsis, and no number */
#define EXE_PDF_CELL_PAD   4.0 /* left and right of a text */

typedef struct {
    double x, width;
    bool right; /* numbers: they shrink before they break */
    char *label;
    char *head; /* above this and its neighbours with the same; NULL: none */
} ExePdfColumn;

typedef struct {
    GArray *columns;                  /* of ExePdfColumn, from the left margin on */
    double size;                      /* of the font */
    double head_height, group_height; /* of the head; of its first line with heads of neighbours */
    size_t n_keys;                    /* the first columns, which say what a row is on */
    bool flat;                        /* rows are paragraphs of the document, and no table */
    bool began;                       /* the head was drawn: on further pages it is no part */
} ExePdfGrid;

typedef struct {
    const char *text;
    JwLevel level;
    bool muted; /* says what the row above says */
} ExePdfCell;

void exe_pdf_grid_init(ExePdfGrid *self, double size);
void exe_pdf_grid_clear(ExePdfGrid *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(ExePdfGrid, exe_pdf_grid_clear)

/* Copies texts. */
void exe_pdf_grid_add(ExePdfGrid *self, double width, bool right, const char *label,
                      const char *head);

/* Once all columns are there: scales their widths to @inner, and measures the head. */
void exe_pdf_grid_fit(ExePdfGrid *self, ExePdfCanvas *canvas, double inner);

/* The least and the wished width of a column with that label, without its cells. */
double exe_pdf_grid_label_width(ExePdfCanvas *canvas, double size, const char *label);

/* Draws the head at the canvas' y, and moves y below it. The first begins the part "Table", which
 * the caller ends, unless rows are flat. */
void exe_pdf_grid_head(ExePdfGrid *self, ExePdfCanvas *canvas);

/* The lines that a cell takes in a column: 1 to 20, of a text to EXE_PDF_CELL_LINES. */
int exe_pdf_grid_lines(const ExePdfGrid *self, ExePdfCanvas *canvas, size_t column,
                       const ExePdfCell *cell, JwRowKind kind);

/* The height of a row whose longest cell has so many lines. */
double exe_pdf_grid_height(const ExePdfGrid *self, ExePdfCanvas *canvas, int lines);

/* Draws a row at the canvas' y, and moves y below it. @cells: one a column. */
void exe_pdf_grid_row(const ExePdfGrid *self, ExePdfCanvas *canvas, const ExePdfCell *cells,
                      JwRowKind kind, double height);

G_END_DECLS
