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
#include "jw/report_words.h"
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
    JwValue *cells; /* of a row, when percentages stand otherwise in cells than in records */
};

/* The rows of each list sheet that are printed: about 25 pages. A list is to be searched, and
 * nobody wants thousands of pages out of a printer. */
#define PRINTED_ROWS 1000

#define TEXT_DECIMALS 9 /* the most that jw_report_text_form() writes */

#define HEAD_WIDTH_MAX 40.0 /* of the list: a longer head takes two lines */

static bool
is_percent(const JwColumnDef *column)
{
    return exe_xlsx_is_percent(column->format, column->unit.other);
}

/* The number of a column's format in the workbook. */
static int
list_style(const ExeRender *self, ExeBook *book, const JwColumnDef *column, int decimals)
{
    const JwUnit *unit = &column->unit;
    g_autofree char *other = unit->other != NULL ? g_strconcat(" ", unit->other, NULL) : NULL;
    g_autofree char *one = unit->one != NULL ? g_strconcat(" ", unit->one, NULL) : NULL;
    const ExeXlsxLook look = { .style = EXE_XLSX_CELL,
                               .format = column->format,
                               .decimals = decimals,
                               .unit = other,
                               .unit_one = one,
                               .one_below_two = jw_report_is_one(0, self->input.def->language) };

    return lxw_format_get_xf_index(exe_xlsx_style(&book->styles, &look));
}

/* Numbers of a column that does not say its decimals have those of the records. */
static bool
has_own_decimals(const JwColumnDef *column)
{
    return column->decimals < 0 && jw_format_is_number(column->format);
}

/* The decimals of a number as it is shown, of a cell that has so many. */
static int
shown_decimals(const JwColumnDef *column, int decimals)
{
    return is_percent(column) ? MAX(decimals - 2, 0) : decimals;
}

static int
own_style(unsigned index, int decimals, gpointer data)
{
    ExeRender *self = data;
    const JwColumnDef *column = &g_array_index(self->input.def->columns, JwColumnDef, index);

    return list_style(self, &self->book, column, shown_decimals(column, decimals));
}

static ExeXlsxList *
list_new(ExeRender *self)
{
    const GArray *columns = self->input.def->columns;
    g_autofree int *styles = g_new(int, columns->len);
    g_autofree bool *days = g_new(bool, columns->len);
    g_autofree bool *own = g_new(bool, columns->len);

    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        if (is_percent(column) && self->cells == NULL) {
            self->cells = g_new0(JwValue, columns->len);
        }
        days[i] = column->format == JW_FORMAT_DATE;
        own[i] = has_own_decimals(column);
        styles[i] = list_style(self, &self->book, column, MAX(column->decimals, 0));
    }
    ExeXlsxList *list =
        exe_xlsx_list_new(self->input.temp_dir, &self->zone, styles, days, columns->len,
                          self->input.def->language, self->input.sheet_rows);
    exe_xlsx_list_own_decimals(list, own, own_style, self);
    return list;
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
    g_free(self->cells);
    g_free(self);
}

static ExeRender *
xlsx_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);
    g_autofree char *temp_dir = g_strdup(input->temp_dir);
    lxw_workbook_options options = { .tmpdir = temp_dir };
    const char *type = input->def->title != NULL ? input->def->title : "";
    g_autofree char *title = jw_text_one_line(input->title != NULL ? input->title : type);
    g_autofree char *subject = jw_text_one_line(type);
    lxw_doc_properties properties = { .title = title,
                                      .subject = subject,
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
    self->book.language = input->def->language;
    self->book.paper = input->paper;
    exe_book_note(&self->book, workbook_set_properties(book, &properties));
    self->list = list_new(self);
    if (exe_render_wants_list(input) && !exe_xlsx_list_next_sheet(self->list, error)) {
        xlsx_free(self);
        return NULL;
    }
    return self;
}

/* The row as cells hold it. (transfer none) */
static const JwValue *
row_cells(ExeRender *self, const JwValue *row)
{
    const GArray *columns = self->input.def->columns;

    if (self->cells == NULL) {
        return row;
    }
    for (guint i = 0; i < columns->len; i++) {
        const bool percent = is_percent(&g_array_index(columns, JwColumnDef, i));
        self->cells[i] = percent ? exe_xlsx_hundredth(&row[i]) : row[i];
    }
    return self->cells;
}

static bool
xlsx_row(ExeRender *self, const JwValue *row, GError **error)
{
    if (!exe_render_wants_list(&self->input)) {
        return true;
    }
    self->rows++;
    return (!exe_xlsx_list_sheet_is_full(self->list) || exe_xlsx_list_next_sheet(self->list, error))
           && exe_xlsx_list_row(self->list, row_cells(self, row), error);
}

/* What the head takes in one line, with the filter's button. */
static double
head_width(const JwColumnDef *column)
{
    return exe_column_width(0, column->label) + EXE_FILTER_WIDTH;
}

/* The definition's width, or what the column's head, numbers and times take. */
static double
list_width(const ExeRender *self, unsigned column)
{
    const JwColumnDef *def = &g_array_index(self->input.def->columns, JwColumnDef, column);
    JwValue widest = { .type = JW_VALUE_REAL };
    int own = 0;
    const double least = MAX(def->width, MIN(head_width(def), HEAD_WIDTH_MAX));

    if (def->format == JW_FORMAT_DATETIME || def->format == JW_FORMAT_DATE) {
        const bool day = def->format == JW_FORMAT_DATE;
        return exe_column_width(least, day ? "2021-01-04" : EXE_TIME_SHOWN);
    }
    if (!exe_xlsx_list_widest(self->list, column, &widest.real, &own)) {
        return least;
    }
    widest.real *= is_percent(def) ? 100 : 1; /* as it is shown */
    const int decimals = MAX(def->decimals, shown_decimals(def, own));
    const JwTextForm form = { def->format, MIN(decimals, TEXT_DECIMALS), def->unit.other, false,
                              NULL };
    g_autofree char *number = jw_report_text_form(&widest, &form);
    const double more = MAX(decimals - TEXT_DECIMALS, 0);
    return MIN(exe_column_width(least, number) + more, EXE_WIDTH_MOST);
}

/* What is said of a list that is too long to be printed. NULL: it is printed. (transfer full) */
static char *
print_note(const ExeRender *self, const char *language)
{
    if (exe_xlsx_list_n_sheets(self->list) == 0
        || exe_xlsx_list_last_row(self->list, 0) <= PRINTED_ROWS + 1) {
        return NULL;
    }
    g_autofree char *first = jw_report_count(PRINTED_ROWS, language);
    g_autofree char *all = jw_report_word_records(self->rows, language);
    return jw_report_word_fill(JW_WORD_PRINTED, language, first, all);
}

/* The rest of a long list is outside of the print area, and its pages say so. */
static void
list_print_area(ExeRender *self, lxw_worksheet *sheet, unsigned number, const char *note)
{
    const lxw_col_t last_col = (lxw_col_t)(self->input.def->columns->len - 1);

    if (exe_xlsx_list_last_row(self->list, number) > PRINTED_ROWS + 1) {
        g_autofree char *head = g_strconcat("&R&9 ", note, NULL);
        exe_book_note(&self->book, worksheet_print_area(sheet, 0, 0, PRINTED_ROWS, last_col));
        exe_book_note(&self->book, worksheet_set_header(sheet, head));
    }
}

/* What a sheet of the list has beside its rows: header and filter. */
static void
list_sheet_write(ExeRender *self, lxw_worksheet *sheet, unsigned number)
{
    const GArray *columns = self->input.def->columns;
    lxw_row_t last_row = MAX(exe_xlsx_list_last_row(self->list, number), 2u) - 1;
    ExeBook *book = &self->book;

    bool wraps = false;

    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        const lxw_col_t at = (lxw_col_t)i;
        const double width = list_width(self, i);

        wraps = wraps || head_width(column) > width;
        exe_book_note(book, worksheet_set_column(sheet, at, at, width, NULL));
        exe_book_text(book, sheet, 0, at, column->label, book->styles.filter_heads[column->format]);
    }
    const double height = wraps ? EXE_HEAD_HEIGHT_2 : EXE_HEAD_HEIGHT;
    exe_book_note(book, worksheet_set_row(sheet, 0, height, NULL));
    worksheet_freeze_panes(sheet, 1, 0);
    exe_book_note(book, worksheet_repeat_rows(sheet, 0, 0));
    exe_book_note(book, worksheet_autofilter(sheet, 0, 0, last_row, (lxw_col_t)(columns->len - 1)));
}

/* All sheets in their order first: what is written into one may name another. (transfer full) */
static GPtrArray *
sheets_add(ExeRender *self, const JwReportResult *result, guint n_tables)
{
    GPtrArray *sheets = g_ptr_array_new();
    ExeBook *book = &self->book;

    g_ptr_array_add(sheets,
                    exe_book_sheet(book, jw_report_word(JW_WORD_SUMMARY, book->language), 1));
    for (guint i = 0; i < n_tables; i++) {
        const char *title = g_array_index(result->tables, JwReportTable, i).title;
        g_ptr_array_add(sheets, exe_book_sheet(book, title, 1));
    }
    self->first_list_sheet = (int)sheets->len + 1;
    for (unsigned i = 0; i < exe_xlsx_list_n_sheets(self->list); i++) {
        g_ptr_array_add(sheets, exe_book_sheet(book, self->input.def->list_title, i + 1));
    }
    return sheets;
}

static void
tables_write(ExeRender *self, const JwReportResult *result, const GPtrArray *sheets, guint n_tables)
{
    const lxw_col_t front = exe_summary_chart_column(result);
    lxw_worksheet *summary = sheets->pdata[0];

    for (guint i = 0; i < result->tables->len; i++) {
        const JwReportTable *table = &g_array_index(result->tables, JwReportTable, i);
        if (i < n_tables) {
            exe_table_write(&self->book, table, sheets->pdata[1 + i], summary, front);
        } else {
            exe_table_in_front(&self->book, table, summary, front);
        }
    }
}

static bool
sheets_write(ExeRender *self, const JwReportResult *result, GError **error)
{
    const guint n_tables = exe_render_wants_tables(&self->input) ? result->tables->len : 0;
    g_autoptr(GPtrArray) sheets = sheets_add(self, result, n_tables);
    g_autofree char *note = print_note(self, result->language);

    if (!exe_book_ok(&self->book, error)) {
        return false;
    }
    for (unsigned i = 0; i < exe_xlsx_list_n_sheets(self->list); i++) {
        lxw_worksheet *sheet = sheets->pdata[1 + n_tables + i];
        list_sheet_write(self, sheet, i);
        list_print_area(self, sheet, i, note);
    }
    tables_write(self, result, sheets, n_tables);
    exe_summary_write(&self->book, &self->input, result, note, sheets->pdata[0]);
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
