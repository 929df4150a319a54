/* render/pdf/grid.c: see render/pdf/grid.h. Levels have a shape besides their colour: a page is
 * printed in grey, too. */
#include "render/pdf/grid.h"

#include <string.h>

#define ROW_PAD      2.6
#define HEAD_PAD     4.0
#define HEAD_LINES   6
#define NUMBER_LINES 20
#define GROUP_LINE   5.0 /* more than a line of text that the heads of neighbours take */
#define SHRINK       0.5
#define SIZE_LEAST   4.5
#define LABEL_MOST   90.0
#define MARK         2.6
#define MARK_SPACE   8.0 /* of it, left of a number */

static const struct {
    unsigned ink, ground;
} levels[] = {
    [JW_LEVEL_NONE] = { EXE_PDF_INK, 0 },
    [JW_LEVEL_GOOD] = { 0x15803d, 0xdcfce7 },
    [JW_LEVEL_WARN] = { 0xb45309, 0xfef3c7 },
    [JW_LEVEL_BAD] = { 0xb91c1c, 0xfee2e2 },
};

static void
column_clear(gpointer data)
{
    ExePdfColumn *column = data;

    g_free(column->label);
    g_free(column->head);
}

void
exe_pdf_grid_init(ExePdfGrid *self, double size)
{
    *self = (ExePdfGrid){ .size = size };
    self->columns = g_array_new(FALSE, TRUE, sizeof(ExePdfColumn));
    g_array_set_clear_func(self->columns, column_clear);
}

void
exe_pdf_grid_clear(ExePdfGrid *self)
{
    g_clear_pointer(&self->columns, g_array_unref);
}

static ExePdfColumn *
column_at(const ExePdfGrid *self, size_t index)
{
    return &g_array_index(self->columns, ExePdfColumn, index);
}

void
exe_pdf_grid_add(ExePdfGrid *self, double width, bool right, const char *label, const char *head)
{
    const ExePdfColumn column = {
        .width = width, .right = right, .label = g_strdup(label), .head = g_strdup(head)
    };

    g_array_append_val(self->columns, column);
}

static ExePdfText
head_style(const ExePdfGrid *self, const ExePdfColumn *column)
{
    return (ExePdfText){ .size = self->size,
                         .bold = true,
                         .colour = EXE_PDF_SLATE,
                         .side = column->right ? EXE_PDF_RIGHT : EXE_PDF_START,
                         .width = column->width - 2 * EXE_PDF_CELL_PAD,
                         .lines = HEAD_LINES };
}

/* Whether the head of neighbours begins above the column. */
static bool
begins_group(const ExePdfGrid *self, size_t index)
{
    const char *head = column_at(self, index)->head;

    return head != NULL && (index == 0 || g_strcmp0(column_at(self, index - 1)->head, head) != 0);
}

/* Of the head of neighbours over all columns that have it, of which @first is the first. */
static ExePdfText
group_style(const ExePdfGrid *self, size_t first)
{
    const ExePdfColumn *column = column_at(self, first);
    double width = column->width;

    for (size_t i = first + 1;
         i < self->columns->len && g_strcmp0(column_at(self, i)->head, column->head) == 0; i++) {
        width += column_at(self, i)->width;
    }
    return (ExePdfText){ .size = self->size,
                         .bold = true,
                         .colour = EXE_PDF_SLATE,
                         .side = EXE_PDF_CENTER,
                         .width = width - 2 * EXE_PDF_CELL_PAD,
                         .lines = HEAD_LINES };
}

static int
head_lines(ExePdfCanvas *canvas, const ExePdfText *style, const char *text)
{
    int lines = 1;
    double width = 0;

    exe_pdf_measure(canvas, style, text, &lines, &width);
    return lines;
}

void
exe_pdf_grid_fit(ExePdfGrid *self, ExePdfCanvas *canvas, double inner)
{
    double total = 0;
    int lines = 1, group_lines = 0;

    for (size_t i = 0; i < self->columns->len; i++) {
        total += column_at(self, i)->width;
    }
    double x = EXE_PDF_MARGIN;
    for (size_t i = 0; i < self->columns->len; i++) {
        ExePdfColumn *column = column_at(self, i);
        column->width *= inner / total;
        column->x = x;
        x += column->width;
    }
    for (size_t i = 0; i < self->columns->len; i++) {
        const ExePdfColumn *column = column_at(self, i);
        const ExePdfText style = head_style(self, column), group = group_style(self, i);
        lines = MAX(lines, head_lines(canvas, &style, column->label));
        if (begins_group(self, i)) {
            group_lines = MAX(group_lines, head_lines(canvas, &group, column->head));
        }
    }
    const ExePdfText style = { .size = self->size, .bold = true };
    self->group_height =
        group_lines > 0 ? exe_pdf_lines(canvas, &style, group_lines) + GROUP_LINE : 0;
    self->head_height = self->group_height + exe_pdf_lines(canvas, &style, lines) + 2 * HEAD_PAD;
}

double
exe_pdf_grid_label_width(ExePdfCanvas *canvas, double size, const char *label)
{
    const ExePdfText style = { .size = size, .bold = true, .lines = 1 };
    g_auto(GStrv) words = g_strsplit(label, " ", -1);
    double least = 0;
    double width = 0;
    int lines = 0;

    for (size_t i = 0; words[i] != NULL; i++) {
        exe_pdf_measure(canvas, &style, words[i], &lines, &width);
        least = MAX(least, width);
    }
    exe_pdf_measure(canvas, &style, label, &lines, &width);
    return MIN(MAX(least, width / 2), LABEL_MOST) + 2 * EXE_PDF_CELL_PAD + 1;
}

/* Its last line stands on the rule. */
static void
draw_group(const ExePdfGrid *self, ExePdfCanvas *canvas, size_t first)
{
    const ExePdfColumn *column = column_at(self, first);
    const ExePdfText style = group_style(self, first);
    const double x = column->x + EXE_PDF_CELL_PAD, bottom = canvas->y + self->group_height;
    const int lines = head_lines(canvas, &style, column->head);

    exe_pdf_text(canvas, &style, column->head, x,
                 bottom - exe_pdf_lines(canvas, &style, lines) - GROUP_LINE + 3);
    exe_pdf_rule(canvas, EXE_PDF_STRONG, 0.75, x, bottom, style.width);
}

static void
draw_head(const ExePdfGrid *self, ExePdfCanvas *canvas, size_t index, double bottom)
{
    const ExePdfColumn *column = column_at(self, index);
    const ExePdfText style = head_style(self, column);
    const int lines = head_lines(canvas, &style, column->label);

    exe_pdf_text(canvas, &style, column->label, column->x + EXE_PDF_CELL_PAD,
                 bottom - HEAD_PAD - exe_pdf_lines(canvas, &style, lines));
}

static const char *
row_tag(const ExePdfGrid *self)
{
    return self->flat ? "P" : "TR";
}

static void
tag_cell(const ExePdfGrid *self, ExePdfCanvas *canvas, bool head, bool begin)
{
    if (!self->flat) {
        (begin ? exe_pdf_tag : exe_pdf_untag)(canvas, head ? "TH" : "TD");
    }
}

/* Below the head of neighbours both are parts, so that they are two words. */
static void
draw_first_head(const ExePdfGrid *self, ExePdfCanvas *canvas, size_t index, double bottom)
{
    const bool parts = begins_group(self, index) && !self->flat;

    tag_cell(self, canvas, true, true);
    if (parts) {
        exe_pdf_tag(canvas, "P");
        draw_group(self, canvas, index);
        exe_pdf_untag(canvas, "P");
        exe_pdf_tag(canvas, "P");
    }
    draw_head(self, canvas, index, bottom);
    if (parts) {
        exe_pdf_untag(canvas, "P");
    }
    tag_cell(self, canvas, true, false);
}

/* Once in a table, whatever pages it has. */
static void
draw_first_heads(ExePdfGrid *self, ExePdfCanvas *canvas, double bottom)
{
    if (!self->flat) {
        exe_pdf_tag(canvas, "Table");
    }
    exe_pdf_tag(canvas, row_tag(self));
    for (size_t i = 0; i < self->columns->len; i++) {
        draw_first_head(self, canvas, i, bottom);
    }
    exe_pdf_untag(canvas, row_tag(self));
    self->began = true;
}

void
exe_pdf_grid_head(ExePdfGrid *self, ExePdfCanvas *canvas)
{
    const double bottom = canvas->y + self->head_height;
    const double inner = exe_pdf_inner(canvas);

    exe_pdf_box(canvas, EXE_PDF_HEAD, EXE_PDF_MARGIN, canvas->y, inner, self->head_height, 0);
    if (!self->began) {
        draw_first_heads(self, canvas, bottom);
    } else {
        for (size_t i = 0; i < self->columns->len; i++) {
            if (begins_group(self, i)) {
                draw_group(self, canvas, i);
            }
            draw_head(self, canvas, i, bottom);
        }
    }
    exe_pdf_rule(canvas, EXE_PDF_STRONG, 1, EXE_PDF_MARGIN, bottom, inner);
    canvas->y = bottom;
}

static bool
is_marked(const ExePdfCell *cell)
{
    return cell->level != JW_LEVEL_NONE;
}

/* A number that is too wide is written smaller, as far as it can be read, before it is broken. */
static ExePdfText
cell_style(const ExePdfGrid *self, ExePdfCanvas *canvas, const ExePdfColumn *column,
           const ExePdfCell *cell, JwRowKind kind)
{
    const bool marked = is_marked(cell);
    ExePdfText style = { .size = self->size,
                         .bold = kind != JW_ROW_GROUP || marked,
                         .colour = EXE_PDF_INK,
                         .side = column->right ? EXE_PDF_RIGHT : EXE_PDF_START,
                         .lines = column->right ? NUMBER_LINES : EXE_PDF_CELL_LINES };

    style.width = column->width - 2 * EXE_PDF_CELL_PAD - (marked ? MARK_SPACE : 0);
    if (column->right) {
        exe_pdf_shrink(canvas, &style, cell->text, style.width, SIZE_LEAST, SHRINK);
    }
    return style;
}

int
exe_pdf_grid_lines(const ExePdfGrid *self, ExePdfCanvas *canvas, size_t column,
                   const ExePdfCell *cell, JwRowKind kind)
{
    const ExePdfText style = cell_style(self, canvas, column_at(self, column), cell, kind);
    int lines = 1;
    double width = 0;

    exe_pdf_measure(canvas, &style, cell->text, &lines, &width);
    return CLAMP(lines, 1, style.lines);
}

double
exe_pdf_grid_height(const ExePdfGrid *self, ExePdfCanvas *canvas, int lines)
{
    const ExePdfText style = { .size = self->size };

    return exe_pdf_lines(canvas, &style, lines) + 2 * ROW_PAD;
}

/* A disk, a triangle or a square left of the number. */
static void
draw_level(const ExePdfColumn *column, ExePdfCanvas *canvas, JwLevel level, double line,
           double height)
{
    const double x = column->x + EXE_PDF_CELL_PAD + MARK;
    const double y = canvas->y + line / 2;
    const unsigned ink = levels[level].ink;

    exe_pdf_box(canvas, levels[level].ground, column->x + 1, canvas->y + 1, column->width - 2,
                height - 2, 2);
    if (level == JW_LEVEL_WARN) {
        exe_pdf_triangle(canvas, ink, x, y, MARK);
    } else {
        exe_pdf_box(canvas, ink, x - MARK, y - MARK, 2 * MARK, 2 * MARK,
                    level == JW_LEVEL_GOOD ? MARK : 0);
    }
}

void
exe_pdf_grid_row(const ExePdfGrid *self, ExePdfCanvas *canvas, const ExePdfCell *cells,
                 JwRowKind kind, double height)
{
    const double inner = exe_pdf_inner(canvas);
    const double line = exe_pdf_grid_height(self, canvas, 1);
    const bool total = kind != JW_ROW_GROUP;

    if (total) {
        exe_pdf_box(canvas, kind == JW_ROW_TOTAL ? 0xe0e7ff : EXE_PDF_HEAD, EXE_PDF_MARGIN,
                    canvas->y, inner, height, 0);
    }
    exe_pdf_tag(canvas, row_tag(self));
    for (size_t i = 0; i < self->columns->len; i++) {
        const ExePdfColumn *column = column_at(self, i);
        const ExePdfCell *cell = &cells[i];
        const bool marked = is_marked(cell);
        ExePdfText style = cell_style(self, canvas, column, cell, kind);
        if (marked) {
            draw_level(column, canvas, cell->level, line, height);
        }
        style.colour = cell->muted && !marked ? EXE_PDF_SOFT : levels[cell->level].ink;
        tag_cell(self, canvas, i < self->n_keys, true);
        exe_pdf_text(canvas, &style, cell->text,
                     column->x + EXE_PDF_CELL_PAD + (marked ? MARK_SPACE : 0), canvas->y + ROW_PAD);
        tag_cell(self, canvas, i < self->n_keys, false);
    }
    exe_pdf_untag(canvas, row_tag(self));
    if (kind == JW_ROW_TOTAL) {
        exe_pdf_rule(canvas, EXE_PDF_SOFT, 1, EXE_PDF_MARGIN, canvas->y, inner);
    }
    canvas->y += height;
    exe_pdf_rule(canvas, EXE_PDF_LINE, 0.5, EXE_PDF_MARGIN, canvas->y, inner);
}
