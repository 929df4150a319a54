/* render/pdf/list.c: see render/pdf/list.h.
 *
 * Columns have the definition's widths. Where they do not fit upright the pages lie; where they do
 * not fit there either the list comes in parts, each with the first column again. */
#include "render/pdf/list.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/pdf/cells.h"
#include "render/pdf/front.h"
#include "render/pdf/grid.h"
#include "temp.h"

#define SIZE         7.5
#define CHARACTER    4.2  /* wide, of most texts of that size */
#define SQUEEZE      0.78 /* to which widths may shrink, before the list is cut */
#define COLUMN_MOST  420.0
#define NUMBER_LEAST 52.0  /* a million with three decimals in the smallest size, squeezed */
#define FIRST_MOST   170.0 /* of the first column, where it is repeated */
#define TITLE_SPACE  22.0  /* of a heading */
#define AGAIN_SPACE  16.0  /* of a title that continues */
#define CELLS_MOST   10000 /* of a list that is a table to readers of the structure */
#define TEXT_MOST    6000  /* bytes of a cell that are kept: more are never shown */

/* Some columns of the list, with the flow of its rows over pages. */
typedef struct {
    ExePdfGrid grid;
    GArray *columns; /* of size_t: which of the definition's */
    double y;        /* on the page; 0: there is none */
    int pages;
} Part;

struct _ExePdfList {
    ExePdfCanvas *canvas;
    const JwReportDef *def;
    JwZoneCache zone;
    bool landscape;
    GArray *parts; /* of Part */
    char *path;
    FILE *rows; /* a byte a part with the lines of the row, then each cell: length, text */
    int64_t n_rows;
    GPtrArray *texts; /* of the cells of one row */
};

static void
part_clear(gpointer data)
{
    Part *part = data;

    exe_pdf_grid_clear(&part->grid);
    g_clear_pointer(&part->columns, g_array_unref);
}

static Part *
part_at(const ExePdfList *self, guint index)
{
    return &g_array_index(self->parts, Part, index);
}

/* What the definition wishes; times are not broken, and neither are words of the head. */
static double
column_width(const ExePdfList *self, size_t column)
{
    const JwColumnDef *def = &g_array_index(self->def->columns, JwColumnDef, column);
    const ExePdfText style = { .size = SIZE };
    double width = def->width * CHARACTER;
    double time = 0;
    int lines = 0;

    if (def->format == JW_FORMAT_DATETIME || def->format == JW_FORMAT_DATE) {
        exe_pdf_measure(self->canvas, &style,
                        def->format == JW_FORMAT_DATE ? "2021-01-04" : "2021-01-04 00:00:00",
                        &lines, &time);
        width = time + 1;
    }
    width = exe_pdf_is_right(def->format) ? MAX(width, NUMBER_LEAST) : width;
    width = MIN(width + 2 * EXE_PDF_CELL_PAD, COLUMN_MOST);
    return MAX(width, exe_pdf_grid_label_width(self->canvas, SIZE, def->label));
}

/* Adds a part, of the first column again when @first is not it. Returns its end. */
static size_t
add_part(ExePdfList *self, const double *widths, size_t first, double inner)
{
    const size_t n = self->def->columns->len;
    Part part = { .columns = g_array_new(FALSE, FALSE, sizeof(size_t)) };
    double total = 0;
    size_t end = first;
    const size_t zero = 0;

    if (first > 0) {
        total = MIN(widths[0], FIRST_MOST);
        g_array_append_val(part.columns, zero);
    }
    while (end < n && (end == first || (total + widths[end]) * SQUEEZE <= inner)) {
        total += widths[end];
        g_array_append_val(part.columns, end);
        end++;
    }
    exe_pdf_grid_init(&part.grid, SIZE);
    for (guint i = 0; i < part.columns->len; i++) {
        const size_t at = g_array_index(part.columns, size_t, i);
        const JwColumnDef *def = &g_array_index(self->def->columns, JwColumnDef, at);
        const double width = first > 0 && at == 0 ? MIN(widths[0], FIRST_MOST) : widths[at];
        g_autofree char *label = exe_pdf_clean(def->label, strlen(def->label));
        exe_pdf_grid_add(&part.grid, width, exe_pdf_is_right(def->format), label, NULL);
    }
    exe_pdf_grid_fit(&part.grid, self->canvas, inner);
    g_array_append_val(self->parts, part);
    return end;
}

static void
plan_parts(ExePdfList *self)
{
    const size_t n = self->def->columns->len;
    g_autofree double *widths = g_new(double, n);
    double total = 0;

    for (size_t i = 0; i < n; i++) {
        widths[i] = column_width(self, i);
        total += widths[i];
    }
    self->landscape = total > exe_pdf_inner_of(self->canvas, false);
    for (size_t first = 0; first < n;) {
        first = add_part(self, widths, first, exe_pdf_inner_of(self->canvas, self->landscape));
    }
}

ExePdfList *
exe_pdf_list_new(ExePdfCanvas *canvas, const JwReportDef *def, GTimeZone *zone,
                 const char *temp_dir, GError **error)
{
    ExePdfList *self = g_new0(ExePdfList, 1);

    self->canvas = canvas;
    self->def = def;
    self->zone.zone = zone;
    self->parts = g_array_new(FALSE, FALSE, sizeof(Part));
    g_array_set_clear_func(self->parts, part_clear);
    self->texts = g_ptr_array_new_with_free_func(g_free);
    self->path = g_build_filename(temp_dir, "list.rows", NULL);
    self->rows = fopen(self->path, "w+xe");
    if (self->rows == NULL) {
        (void)exe_temp_failed(error, "write the rows of the list", errno);
        exe_pdf_list_free(self);
        return NULL;
    }
    plan_parts(self);
    return self;
}

void
exe_pdf_list_free(ExePdfList *self)
{
    if (self == NULL) {
        return;
    }
    if (self->rows != NULL) {
        (void)fclose(self->rows);
        (void)g_unlink(self->path);
    }
    g_array_unref(self->parts);
    g_ptr_array_unref(self->texts);
    g_free(self->path);
    g_free(self);
}

/* Whether the row of that height begins a page. Moves the flow behind it. */
static bool
flow(const ExePdfList *self, Part *part, double height)
{
    const double page = self->landscape ? self->canvas->short_side : self->canvas->long_side;
    const bool first = part->pages == 0;
    const bool next = first || part->y + height > page - EXE_PDF_BOTTOM;

    if (next) {
        part->pages++;
        part->y = EXE_PDF_TOP + (first ? TITLE_SPACE : AGAIN_SPACE) + part->grid.head_height;
    }
    part->y += height;
    return next;
}

static bool
write_text(FILE *file, const char *text)
{
    const char *end = text + strlen(text);

    if (end - text > TEXT_MOST) {
        end = g_utf8_find_prev_char(text, text + TEXT_MOST + 1);
    }
    const guint16 length = (guint16)(end - text);
    return fwrite(&length, sizeof length, 1, file) == 1 && fwrite(text, 1, length, file) == length;
}

/* The lines of the row in a part, and the flow behind it. */
static bool
measure_part(ExePdfList *self, Part *part)
{
    guint8 most = 1;

    for (guint i = 0; i < part->columns->len; i++) {
        const size_t column = g_array_index(part->columns, size_t, i);
        const ExePdfCell cell = { .text = g_ptr_array_index(self->texts, column) };
        most = MAX(most,
                   (guint8)exe_pdf_grid_lines(&part->grid, self->canvas, i, &cell, JW_ROW_GROUP));
    }
    (void)flow(self, part, exe_pdf_grid_height(&part->grid, self->canvas, most));
    return fwrite(&most, 1, 1, self->rows) == 1;
}

bool
exe_pdf_list_row(ExePdfList *self, const JwValue *row, GError **error)
{
    bool ok = true;

    if (self->n_rows == EXE_PDF_ROWS_MAX) {
        g_autofree char *most = jw_report_text_count(EXE_PDF_ROWS_MAX);
        return jw_fail(error, JW_ERROR_TOO_LARGE,
                       "the list has more than %s records, the most that a PDF lists; ask for "
                       "xlsx or csv, for the tables alone (output.content \"tables\"), for a "
                       "shorter period, or for narrower filters",
                       most);
    }
    self->n_rows++;
    g_ptr_array_set_size(self->texts, 0);
    for (guint i = 0; i < self->def->columns->len; i++) {
        const JwColumnDef *column = &g_array_index(self->def->columns, JwColumnDef, i);
        g_ptr_array_add(self->texts,
                        exe_pdf_list_cell(&row[i], column, &self->zone, self->canvas->language));
    }
    for (guint i = 0; ok && i < self->parts->len; i++) {
        ok = measure_part(self, part_at(self, i));
    }
    for (guint i = 0; ok && i < self->texts->len; i++) {
        ok = write_text(self->rows, g_ptr_array_index(self->texts, i));
    }
    return ok || exe_temp_failed(error, "write the rows of the list", errno);
}

int
exe_pdf_list_pages(const ExePdfList *self)
{
    int pages = 0;

    for (guint i = 0; i < self->parts->len; i++) {
        pages += part_at(self, i)->pages;
    }
    return pages;
}

static bool
read_row(ExePdfList *self, guint8 *lines)
{
    guint16 length = 0;

    g_ptr_array_set_size(self->texts, 0);
    if (fread(lines, 1, self->parts->len, self->rows) != self->parts->len) {
        return false;
    }
    for (guint i = 0; i < self->def->columns->len; i++) {
        if (fread(&length, sizeof length, 1, self->rows) != 1) {
            return false;
        }
        char *text = g_malloc((gsize)length + 1);
        text[fread(text, 1, length, self->rows)] = '\0';
        g_ptr_array_add(self->texts, text);
    }
    return true;
}

/* The head of a page: the title, where the list is in parts with the part's number. */
static void
begin_page(const ExePdfList *self, Part *part, guint number, const char *language)
{
    ExePdfCanvas *canvas = self->canvas;
    const ExePdfText again = { 9, true, EXE_PDF_SOFT, EXE_PDF_LEFT, exe_pdf_inner(canvas), 1 };
    g_autofree char *records = jw_report_word_records(self->n_rows, language);
    g_autofree char *title =
        self->parts->len > 1
            ? g_strdup_printf("%s · %u/%u", self->def->list_title, number + 1, self->parts->len)
            : g_strdup(self->def->list_title);

    exe_pdf_page(canvas, self->landscape);
    if (part->pages == 1) {
        exe_pdf_heading(canvas, title, records, 0);
    } else {
        g_autofree char *more = jw_report_word_fill(JW_WORD_CONTINUED, language, title, NULL);
        g_autofree char *line = exe_pdf_clean(more, strlen(more));
        exe_pdf_text(canvas, &again, line, EXE_PDF_MARGIN, canvas->y);
    }
    canvas->y = EXE_PDF_TOP + (part->pages == 1 ? TITLE_SPACE : AGAIN_SPACE);
    exe_pdf_grid_head(&part->grid, canvas);
}

/* Each cell as a part of the structure takes some 180 bytes of the file: a long list has rows only.
 */
static bool
is_flat(const ExePdfList *self)
{
    return self->n_rows * (int64_t)self->def->columns->len > CELLS_MOST;
}

static bool
draw_part(ExePdfList *self, guint number, const char *language)
{
    Part *part = part_at(self, number);
    g_autofree ExePdfCell *cells = g_new0(ExePdfCell, part->columns->len);
    g_autofree guint8 *lines = g_new(guint8, self->parts->len);

    part->pages = 0;
    part->grid.flat = is_flat(self);
    rewind(self->rows);
    for (int64_t row = 0; row < self->n_rows; row++) {
        if (!read_row(self, lines)) {
            return false;
        }
        const double height = exe_pdf_grid_height(&part->grid, self->canvas, lines[number]);
        if (flow(self, part, height)) {
            begin_page(self, part, number, language);
        }
        for (guint i = 0; i < part->columns->len; i++) {
            const size_t column = g_array_index(part->columns, size_t, i);
            cells[i].text = g_ptr_array_index(self->texts, column);
        }
        exe_pdf_grid_row(&part->grid, self->canvas, cells, JW_ROW_GROUP, height);
    }
    if (part->grid.began && !part->grid.flat) {
        exe_pdf_untag(self->canvas, "Table");
    }
    return true;
}

bool
exe_pdf_list_draw(ExePdfList *self, const char *language, GError **error)
{
    if (fflush(self->rows) != 0) {
        return exe_temp_failed(error, "write the rows of the list", errno);
    }
    for (guint i = 0; i < self->parts->len; i++) {
        if (!draw_part(self, i, language)) {
            return jw_fail(error, JW_ERROR_CORRUPT, "the rows of the list cannot be read back");
        }
    }
    return true;
}
