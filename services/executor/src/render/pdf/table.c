/* render/pdf/table.c: see render/pdf/table.h. Widths are those of the cells, so that no number is
 * broken; texts are. */
#include "render/pdf/table.h"

#include <string.h>

#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/pdf/cells.h"
#include "render/pdf/front.h"
#include "render/pdf/grid.h"

#define SIZE        8.0
#define KEY_MOST    190.0
#define TEXT_MOST   150.0
#define WIDTH_MOST  300.0
#define BEGIN_LEAST 90.0 /* of a table, below its title and its chart */
#define ROWS_LEAST  3    /* below a head, but at the end of the table */

typedef struct {
    ExePdfCanvas *canvas;
    const JwReportTable *table;
    char **texts;   /* of the cells */
    double *widths; /* of the columns */
    const char *language;
} Sheet;

static void
sheet_clear(Sheet *self)
{
    for (size_t i = 0; i < self->table->n_rows * self->table->n_columns; i++) {
        g_free(self->texts[i]);
    }
    g_free(self->texts);
    g_free(self->widths);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sheet, sheet_clear)

static const char *
text_at(const Sheet *self, size_t row, size_t column)
{
    return self->texts[row * self->table->n_columns + column];
}

static bool
is_right(const JwReportTable *table, size_t column)
{
    return column >= table->n_keys && exe_pdf_is_right(table->columns[column].format);
}

/* What stands above a column. (transfer full) */
static char *
column_label(const JwReportColumn *column)
{
    g_autofree char *label = exe_pdf_clean(column->label, strlen(column->label));

    return g_strconcat(column->approximate ? JW_REPORT_TEXT_ESTIMATE : "", label, NULL);
}

/* Totals are bold, and so wider. */
static double
column_width(const Sheet *self, size_t column)
{
    const JwReportTable *table = self->table;
    const bool right = is_right(table, column);
    const double most = right ? WIDTH_MOST : column < table->n_keys ? KEY_MOST : TEXT_MOST;
    double widest = 0;

    for (size_t row = 0; row < table->n_rows; row++) {
        const bool marked = jw_report_cell_level(table, row, column) != JW_LEVEL_NONE;
        const ExePdfText style = { .size = SIZE,
                                   .bold =
                                       marked || jw_report_row_kind(table, row) != JW_ROW_GROUP };
        int lines = 0;
        double width = 0;
        exe_pdf_measure(self->canvas, &style, text_at(self, row, column), &lines, &width);
        widest = MAX(widest, width + (marked ? 10 : 0));
    }
    g_autofree char *head = column_label(&table->columns[column]);
    const double label = exe_pdf_grid_label_width(self->canvas, SIZE, head);
    return MAX(MIN(widest + 2 * EXE_PDF_CELL_PAD + 2, most), label);
}

static double
sum(const Sheet *self, size_t from, size_t to)
{
    double total = 0;

    for (size_t i = from; i < to; i++) {
        total += self->widths[i];
    }
    return total;
}

/* Whether a column has the same head above it as the one before. */
static bool
is_neighbour(const JwReportTable *table, size_t column)
{
    const char *head = table->columns[column].head;

    return head != NULL && g_strcmp0(head, table->columns[column - 1].head) == 0;
}

/* Neighbours get the width that their head needs, as columns do of their labels. */
static void
widen_groups(Sheet *self)
{
    const JwReportTable *table = self->table;

    for (size_t from = 0, end = 0; from < table->n_columns; from = end) {
        for (end = from + 1; end < table->n_columns && is_neighbour(table, end);) {
            end++;
        }
        const char *head = table->columns[from].head;
        const double needed = head != NULL ? exe_pdf_grid_label_width(self->canvas, SIZE, head) : 0;
        const double more = MAX(needed - sum(self, from, end), 0) / (double)(end - from);
        for (size_t i = from; i < end; i++) {
            self->widths[i] += more;
        }
    }
}

static void
sheet_init(Sheet *self, GTimeZone *time_zone)
{
    const JwReportTable *table = self->table;
    JwZoneCache zone = { .zone = time_zone };

    self->texts = g_new0(char *, table->n_rows * table->n_columns + 1);
    self->widths = g_new0(double, table->n_columns);
    for (size_t column = 0; column < table->n_columns; column++) {
        for (size_t row = 0; row < table->n_rows; row++) {
            const JwValue *cell = jw_report_cell(table, row, column);
            self->texts[row * table->n_columns + column] =
                column < table->n_keys && cell->type == JW_VALUE_NULL
                    ? g_strdup("")
                    : exe_pdf_cell(cell, &table->columns[column], &zone, self->language);
        }
        self->widths[column] = column_width(self, column);
    }
    widen_groups(self);
}

/* The end of a part that begins with the column @from behind the keys: what the page has room for,
 * at least one. Neighbours below one head stay together where they can. */
static size_t
part_end(const Sheet *self, size_t from)
{
    double total = sum(self, 0, self->table->n_keys);
    size_t end = from;
    const double most = exe_pdf_inner_of(self->canvas, true);

    while (end < self->table->n_columns && (end == from || total + self->widths[end] <= most)) {
        total += self->widths[end++];
    }
    size_t whole = end;
    while (whole > from && whole < self->table->n_columns && is_neighbour(self->table, whole)) {
        whole--;
    }
    return whole > from ? whole : end;
}

static void
add_column(const Sheet *self, ExePdfGrid *grid, size_t column)
{
    const JwReportColumn *about = &self->table->columns[column];
    g_autofree char *label = column_label(about);
    g_autofree char *head =
        about->head != NULL ? exe_pdf_clean(about->head, strlen(about->head)) : NULL;

    exe_pdf_grid_add(grid, self->widths[column], is_right(self->table, column), label, head);
}

/* The columns of a part by their numbers: the keys and those from @from to @end. */
static GArray *
part_columns(const Sheet *self, size_t from, size_t end)
{
    GArray *columns = g_array_new(FALSE, FALSE, sizeof(size_t));

    for (size_t i = 0; i < self->table->n_keys; i++) {
        g_array_append_val(columns, i);
    }
    for (size_t i = from; i < end; i++) {
        g_array_append_val(columns, i);
    }
    return columns;
}

static double
fill_cells(const Sheet *self, const ExePdfGrid *grid, const GArray *columns, size_t row,
           ExePdfCell *cells)
{
    const JwReportTable *table = self->table;
    int most = 1;
    bool same = row > 0; /* as far as the keys of the row above are those of this one */

    for (guint i = 0; i < columns->len; i++) {
        const size_t column = g_array_index(columns, size_t, i);
        const char *text = text_at(self, row, column);
        same = same && column + 1 < table->n_keys && jw_report_row_kind(table, row) == JW_ROW_GROUP
               && strcmp(text_at(self, row - 1, column), text) == 0;
        cells[i] = (ExePdfCell){ text, jw_report_cell_level(table, row, column), same };
        most = MAX(most, exe_pdf_grid_lines(grid, self->canvas, i, &cells[i],
                                            jw_report_row_kind(table, row)));
    }
    return exe_pdf_grid_height(grid, self->canvas, most);
}

static void
next_page(const Sheet *self, ExePdfGrid *grid, bool landscape)
{
    const ExePdfText style = {
        9, true, EXE_PDF_SOFT, EXE_PDF_LEFT, exe_pdf_inner(self->canvas), 1
    };
    g_autofree char *title =
        jw_report_word_fill(JW_WORD_CONTINUED, self->language, self->table->title, NULL);

    exe_pdf_page(self->canvas, landscape);
    self->canvas->y +=
        exe_pdf_text(self->canvas, &style, title, EXE_PDF_MARGIN, self->canvas->y) + 5;
    exe_pdf_grid_head(grid, self->canvas);
}

static void
draw_rows(const Sheet *self, ExePdfGrid *grid, const GArray *columns, bool landscape)
{
    g_autofree ExePdfCell *cells = g_new0(ExePdfCell, columns->len);

    for (size_t row = 0; row < self->table->n_rows; row++) {
        const double height = fill_cells(self, grid, columns, row, cells);
        if (exe_pdf_left_on_page(self->canvas) < height) {
            next_page(self, grid, landscape);
        }
        exe_pdf_grid_row(grid, self->canvas, cells, jw_report_row_kind(self->table, row), height);
    }
}

/* A part with its head; on a page of its own when there is no room for the first rows. */
static void
draw_part(const Sheet *self, size_t from, size_t end, bool landscape)
{
    ExePdfCanvas *canvas = self->canvas;
    g_auto(ExePdfGrid) grid = { 0 };
    g_autoptr(GArray) columns = part_columns(self, from, end);

    exe_pdf_grid_init(&grid, SIZE);
    for (guint i = 0; i < columns->len; i++) {
        add_column(self, &grid, g_array_index(columns, size_t, i));
    }
    exe_pdf_grid_fit(&grid, canvas, exe_pdf_inner_of(canvas, landscape));
    grid.n_keys = self->table->n_keys;
    const int least = (int)MIN(self->table->n_rows, ROWS_LEAST);
    const double needed = grid.head_height + least * exe_pdf_grid_height(&grid, canvas, 1);
    if (exe_pdf_left_on_page(canvas) < needed) {
        next_page(self, &grid, landscape);
    } else {
        exe_pdf_grid_head(&grid, canvas);
    }
    draw_rows(self, &grid, columns, landscape);
    exe_pdf_untag(canvas, "Table");
    canvas->y += 12;
}

void
exe_pdf_table(ExePdfCanvas *canvas, const JwReportResult *result, const JwReportTable *table,
              GTimeZone *zone)
{
    g_auto(Sheet) self = { .canvas = canvas, .table = table, .language = result->language };
    const bool chart = table->chart != JW_CHART_NONE && !table->chart_in_front;

    sheet_init(&self, zone);
    const double total = sum(&self, 0, table->n_columns);
    const bool landscape = total > exe_pdf_inner_of(canvas, false);
    if (landscape != (canvas->width > canvas->height)) {
        exe_pdf_page(canvas, landscape);
    }
    exe_pdf_heading(canvas, table->title, NULL,
                    (chart ? exe_pdf_chart_height(table) : 0) + BEGIN_LEAST);
    if (chart) {
        exe_pdf_chart(canvas, table);
    }
    if (table->n_rows == 0) {
        const ExePdfText style = { 9, false, EXE_PDF_SOFT, EXE_PDF_LEFT, exe_pdf_inner(canvas), 1 };
        const char *none = jw_report_word(JW_WORD_NO_DATA, result->language);
        canvas->y += exe_pdf_part(canvas, "P", &style, none, EXE_PDF_MARGIN, canvas->y) + 12;
        return;
    }
    size_t from = table->n_keys;
    do {
        const size_t end = part_end(&self, from);
        draw_part(&self, from, end, landscape);
        from = end;
    } while (from < table->n_columns);
}
