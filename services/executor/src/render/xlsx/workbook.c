/* render/xlsx/workbook.c: the workbook: Summary, one sheet a table with its native chart, and the
 * record list.
 *
 * While records are read, only the rows of the list are written and compressed
 * (render/xlsx/list.h); at the end libxlsxwriter writes the rest from the result, and the
 * rows are put into the workbook that it closed. Not in its mode of constant memory: the rest is
 * bounded by the definition, and in that mode each sheet has a file that the library leaves open
 * when the disk is full, so that the disk stays full. Text cells are always strings, never
 * formulas. The finished file is reopened and checked, because the library reports success on a
 * full temporary disk. */
#include "render/render.h"

#include <glib/gstdio.h>
#include <string.h>

#include "jw/report_sheets.h"
#include "jw/report_text.h"
#include "jw/text.h"
#include "render/xlsx/book.h"
#include "render/xlsx/list.h"
#include "render/xlsx/summary.h"
#include "render/xlsx/table.h"
#include "temp.h"

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    char *closed_path;    /* of the workbook without the list's rows */
    ExeBook book;
    ExeXlsxList *list;
    int first_list_sheet; /* its number, from 1: behind the summary and the tables */
    int64_t rows;
    JwZoneCache zone;
};

/* The formats of the list's columns, by their numbers in the workbook. */
static ExeXlsxList *
list_new(ExeRender *self)
{
    const GArray *columns = self->input.def->columns;
    g_autofree int *styles = g_new(int, columns->len);

    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        g_autofree char *unit =
            column->unit.other != NULL ? g_strconcat(" ", column->unit.other, NULL) : NULL;
        g_autofree char *one =
            column->unit.one != NULL ? g_strconcat(" ", column->unit.one, NULL) : NULL;
        const ExeXlsxLook look = { .style = EXE_XLSX_CELL,
                                   .format = column->format,
                                   .decimals = exe_xlsx_list_decimals(column),
                                   .unit = unit,
                                   .unit_one = one };
        styles[i] = lxw_format_get_xf_index(exe_xlsx_style(&self->book.styles, &look));
    }
    return exe_xlsx_list_new(self->input.temp_dir, &self->zone, styles, columns->len);
}

static void
xlsx_free(ExeRender *self)
{
    if (self == NULL) {
        return;
    }
    exe_book_clear(&self->book);
    if (self->closed_path != NULL) {
        (void)g_unlink(self->closed_path);
    }
    exe_xlsx_list_free(self->list);
    g_free(self->closed_path);
    g_free(self);
}

static ExeRender *
xlsx_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);
    g_autofree char *temp_dir = g_strdup(input->temp_dir);
    lxw_workbook_options options = { .tmpdir = temp_dir };
    g_autofree char *title = jw_text_one_line(input->title != NULL ? input->title : "");
    lxw_doc_properties properties = { .title = title,
                                      .created = (time_t)(input->made_at_ms / 1000) };

    self->input = *input;
    self->closed_path = g_strconcat(input->path, ".closed", NULL);
    self->zone.zone = input->zone;
    lxw_workbook *book = workbook_new_opt(self->closed_path, &options);
    if (book == NULL) {
        (void)exe_temp_failed(error, "start the workbook", 0);
        xlsx_free(self);
        return NULL;
    }
    exe_book_init(&self->book, book, &self->zone);
    exe_book_note(&self->book, workbook_set_properties(book, &properties));
    self->list = list_new(self);
    if (exe_render_wants_list(input) && !exe_xlsx_list_next_sheet(self->list, error)) {
        xlsx_free(self);
        return NULL;
    }
    return self;
}

static bool
xlsx_row(ExeRender *self, const JwValue *row, GError **error)
{
    if (!exe_render_wants_list(&self->input)) {
        return true;
    }
    self->rows++;
    return (!exe_xlsx_list_sheet_is_full(self->list) || exe_xlsx_list_next_sheet(self->list, error))
           && exe_xlsx_list_row(self->list, row, error);
}

/* The definition's width, or what the column's numbers and times take. */
static double
list_width(const ExeRender *self, unsigned column)
{
    const JwColumnDef *def = &g_array_index(self->input.def->columns, JwColumnDef, column);
    JwValue widest = { .type = JW_VALUE_REAL };

    if (def->format == JW_FORMAT_DATETIME || def->format == JW_FORMAT_DATE) {
        const bool day = def->format == JW_FORMAT_DATE;
        return exe_column_width(def->width, day ? "2021-01-04" : EXE_TIME_SHOWN);
    }
    if (!exe_xlsx_list_widest(self->list, column, &widest.real)) {
        return def->width;
    }
    const JwTextForm form = { def->format, exe_xlsx_list_decimals(def), def->unit.other, false };
    g_autofree char *number = jw_report_text_form(&widest, &form);
    return MIN(exe_column_width(def->width, number), EXE_WIDTH_MOST);
}

/* What a sheet of the list has beside its rows: header and filter. */
static void
list_sheet_write(ExeRender *self, lxw_worksheet *sheet, unsigned number)
{
    const GArray *columns = self->input.def->columns;
    lxw_row_t last_row = MAX(exe_xlsx_list_last_row(self->list, number), 2u) - 1;
    ExeBook *book = &self->book;

    exe_book_note(book, worksheet_set_row(sheet, 0, EXE_HEAD_HEIGHT, NULL));
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        const lxw_col_t at = (lxw_col_t)i;

        exe_book_note(book, worksheet_set_column(sheet, at, at, list_width(self, i), NULL));
        exe_book_text(book, sheet, 0, at, column->label, book->styles.heads[column->format]);
    }
    worksheet_freeze_panes(sheet, 1, 0);
    exe_book_note(book, worksheet_repeat_rows(sheet, 0, 0));
    exe_book_note(book, worksheet_autofilter(sheet, 0, 0, last_row, (lxw_col_t)(columns->len - 1)));
}

/* All sheets in their order first: what is written into one may name another. */
static bool
sheets_write(ExeRender *self, const JwReportResult *result, GError **error)
{
    g_autoptr(GPtrArray) sheets = g_ptr_array_new();
    ExeBook *book = &self->book;
    const guint n_tables = exe_render_wants_tables(&self->input) ? result->tables->len : 0;
    const unsigned n_lists = exe_xlsx_list_n_sheets(self->list);

    g_ptr_array_add(sheets, exe_book_sheet(book, JW_SHEET_SUMMARY, 1));
    for (guint i = 0; i < n_tables; i++) {
        const char *title = g_array_index(result->tables, JwReportTable, i).title;
        g_ptr_array_add(sheets, exe_book_sheet(book, title, 1));
    }
    self->first_list_sheet = (int)sheets->len + 1;
    for (unsigned i = 0; i < n_lists; i++) {
        g_ptr_array_add(sheets, exe_book_sheet(book, self->input.def->list_title, i + 1));
    }
    if (!exe_book_ok(book, error)) {
        return false;
    }
    for (unsigned i = 0; i < n_lists; i++) {
        list_sheet_write(self, sheets->pdata[1 + n_tables + i], i);
    }
    for (guint i = 0; i < n_tables; i++) {
        exe_table_write(book, &g_array_index(result->tables, JwReportTable, i),
                        sheets->pdata[1 + i], sheets->pdata[0], exe_summary_chart_column(result));
    }
    exe_summary_write(book, self->input.title, result, sheets->pdata[0]);
    return true;
}

static bool
xlsx_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    if (!sheets_write(self, result, error)) {
        return false;
    }
    exe_book_close(&self->book);
    return exe_book_ok(&self->book, error)
           && exe_xlsx_list_pack(self->list, self->closed_path, self->input.path,
                                 self->first_list_sheet, error);
}

static bool
xlsx_check(const ExeRender *self, GError **error)
{
    /* Every list sheet has a header. */
    return exe_check_workbook(self->input.path, self->rows + exe_xlsx_list_n_sheets(self->list),
                              self->first_list_sheet, error);
}

const ExeRenderOps exe_render_xlsx = {
    .open = xlsx_open,
    .row = xlsx_row,
    .finish = xlsx_finish,
    .check = xlsx_check,
    .free = xlsx_free,
};
