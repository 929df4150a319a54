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
#include <math.h>
#include <string.h>
#include <xlsxwriter.h>

#include "jw/report_text.h"
#include "render/text.h"
#include "render/xlsx/list.h"
#include "render/xlsx/styles.h"

#define HEAD_HEIGHT 20
#define COLOR_INK   0x111827
#define COLOR_MUTED 0x6B7280
#define COLOR_BRAND 0x2563EB
#define COLOR_LINE  0xE5E7EB

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    char *closed_path;    /* of the workbook without the list's rows */
    lxw_workbook *book;
    GPtrArray *sheet_names; /* owns the names */
    ExeXlsxList *list;
    int first_list_sheet; /* its number, from 1: behind the summary and the tables */
    int64_t rows;
    JwZoneCache zone;
    GString *scratch;
    ExeXlsxStyles styles;
    lxw_error failed; /* first error of a cell */
};

static void
note(ExeRender *self, lxw_error result)
{
    if (result != LXW_NO_ERROR && self->failed == LXW_NO_ERROR) {
        self->failed = result;
    }
}

static bool
xlsx_failed(const ExeRender *self, lxw_error result, GError **error)
{
    bool disk = result == LXW_ERROR_CREATING_TMPFILE || result == LXW_ERROR_CREATING_XLSX_FILE
                || result == LXW_ERROR_ZIP_FILE_OPERATION || result == LXW_ERROR_ZIP_FILE_ADD
                || result == LXW_ERROR_ZIP_CLOSE;

    return jw_fail(error, disk ? JW_ERROR_UNAVAILABLE : JW_ERROR_INTERNAL,
                   "writing the workbook %s: %s", self->input.path, lxw_strerror(result));
}

static const char *
cell_text(ExeRender *self, const char *text)
{
    size_t length = 0;

    return exe_xlsx_text(self->scratch, text, strlen(text), &length);
}

/* Days since 1899-12-30 with the local time of day as fraction. */
static void
put_time(ExeRender *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, int64_t time_ms,
         lxw_format *style)
{
    int64_t local_ms = jw_zone_cache_local_ms(&self->zone, time_ms);
    char buffer[EXE_FAR_TIME_MAX];
    const char *far = exe_text_far_time(local_ms, buffer);

    note(self, far != NULL ? worksheet_write_string(sheet, row, col, far, style)
                           : worksheet_write_number(
                               sheet, row, col, (double)local_ms / 86400000.0 + 25569.0, style));
}

static void
put_value(ExeRender *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, const JwValue *value,
          lxw_format *style)
{
    switch (value->type) {
    case JW_VALUE_NULL:
        break;
    case JW_VALUE_BOOL:
        note(self, worksheet_write_string(sheet, row, col, value->boolean ? "yes" : "no", style));
        break;
    case JW_VALUE_INT:
        note(self, worksheet_write_number(sheet, row, col, (double)value->integer, style));
        break;
    case JW_VALUE_REAL:
        if (isfinite(value->real)) {
            note(self, worksheet_write_number(sheet, row, col, value->real, style));
        }
        break;
    case JW_VALUE_TEXT:
        note(self, worksheet_write_string(sheet, row, col, cell_text(self, value->text), style));
        break;
    case JW_VALUE_TIME:
        put_time(self, sheet, row, col, value->time_ms, style);
        break;
    }
}

static gboolean
equal_fold(gconstpointer a, gconstpointer b)
{
    g_autofree char *folded_a = g_utf8_casefold(a, -1);
    g_autofree char *folded_b = g_utf8_casefold(b, -1);

    return strcmp(folded_a, folded_b) == 0;
}

/* Sheet names: at most 31 characters, without []:*?/\, not twice (case does not count). */
static char *
sheet_name(ExeRender *self, const char *title)
{
    g_autofree char *clean = g_strdelimit(g_strdup(title), "[]:*?/\\", ' ');
    g_autofree char *base = g_utf8_substring(clean, 0, MIN(g_utf8_strlen(clean, -1), 25));
    char *name = g_strdup(base);

    for (int n = 2; g_ptr_array_find_with_equal_func(self->sheet_names, name, equal_fold, NULL);
         n++) {
        g_free(name);
        name = g_strdup_printf("%s (%d)", base, n);
    }
    g_ptr_array_add(self->sheet_names, name);
    return name;
}

static lxw_worksheet *
sheet_add(ExeRender *self, const char *title)
{
    lxw_worksheet *sheet = workbook_add_worksheet(self->book, sheet_name(self, title));

    if (sheet != NULL) {
        worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
        worksheet_set_landscape(sheet);
        worksheet_set_paper(sheet, 9); /* A4 */
        worksheet_fit_to_pages(sheet, 1, 0);
        worksheet_set_footer(sheet, "&L&A&RPage &P of &N");
    } else {
        note(self, LXW_ERROR_CREATING_TMPFILE);
    }
    return sheet;
}

/* The formats of the list's columns, by their numbers in the workbook. */
static ExeXlsxList *
list_new(ExeRender *self)
{
    const GArray *columns = self->input.def->columns;
    g_autofree int *styles = g_new(int, columns->len);

    for (guint i = 0; i < columns->len; i++) {
        JwFormat format = g_array_index(columns, JwColumnDef, i).format;
        styles[i] = lxw_format_get_xf_index(self->styles.cells[EXE_XLSX_CELL][format]);
    }
    return exe_xlsx_list_new(self->input.temp_dir, &self->zone, styles, columns->len);
}

static void
xlsx_free(ExeRender *self)
{
    if (self == NULL) {
        return;
    }
    if (self->book != NULL) {
        /* An attempt that stopped: closing is the library's only way to free; the file is thrown
         * away. */
        (void)workbook_close(self->book);
    }
    if (self->closed_path != NULL) {
        (void)g_unlink(self->closed_path);
    }
    exe_xlsx_list_free(self->list);
    g_ptr_array_unref(self->sheet_names);
    g_string_free(self->scratch, TRUE);
    g_free(self->closed_path);
    g_free(self);
}

static ExeRender *
xlsx_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);
    g_autofree char *temp_dir = g_strdup(input->temp_dir);
    lxw_workbook_options options = { .tmpdir = temp_dir };
    g_autofree char *title = g_strdup(input->title);
    lxw_doc_properties properties = { .title = title,
                                      .created = (time_t)(input->made_at_ms / 1000) };

    self->input = *input;
    self->scratch = g_string_new(NULL);
    self->closed_path = g_strconcat(input->path, ".closed", NULL);
    self->sheet_names = g_ptr_array_new_with_free_func(g_free);
    self->zone.zone = input->zone;
    self->book = workbook_new_opt(self->closed_path, &options);
    if (self->book == NULL) {
        (void)jw_fail(error, JW_ERROR_UNAVAILABLE, "cannot start the workbook %s",
                      self->closed_path);
        xlsx_free(self);
        return NULL;
    }
    note(self, workbook_set_properties(self->book, &properties));
    exe_xlsx_styles_init(&self->styles, self->book);
    self->list = list_new(self);
    if (!exe_xlsx_list_next_sheet(self->list, error)) {
        xlsx_free(self);
        return NULL;
    }
    return self;
}

static bool
xlsx_row(ExeRender *self, const JwValue *row, GError **error)
{
    self->rows++;
    return (!exe_xlsx_list_sheet_is_full(self->list) || exe_xlsx_list_next_sheet(self->list, error))
           && exe_xlsx_list_row(self->list, row, error);
}

/* The number-th sheet of the list, without its rows. */
static lxw_worksheet *
list_sheet_add(ExeRender *self, unsigned number)
{
    g_autofree char *more = g_strdup_printf("%s %u", self->input.def->list_title, number + 1);

    return sheet_add(self, number == 0 ? self->input.def->list_title : more);
}

/* What a sheet of the list has beside its rows: header and filter. */
static void
list_sheet_write(ExeRender *self, lxw_worksheet *sheet, unsigned number)
{
    const GArray *columns = self->input.def->columns;
    lxw_row_t last_row = MAX(exe_xlsx_list_last_row(self->list, number), 2u) - 1;

    note(self, worksheet_set_row(sheet, 0, HEAD_HEIGHT, NULL));
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        note(self, worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, column->width, NULL));
        note(self, worksheet_write_string(sheet, 0, (lxw_col_t)i, column->label,
                                          self->styles.heads[column->format]));
    }
    worksheet_freeze_panes(sheet, 1, 0);
    note(self, worksheet_repeat_rows(sheet, 0, 0));
    note(self, worksheet_autofilter(sheet, 0, 0, last_row, (lxw_col_t)(columns->len - 1)));
}

static void
chart_new(ExeRender *self, const JwReportTable *table, const lxw_worksheet *sheet,
          lxw_worksheet *into, lxw_row_t row, lxw_col_t col)
{
    const bool line = table->chart == JW_CHART_LINE;
    const lxw_row_t last_row = (lxw_row_t)table->n_rows;
    const lxw_col_t values = (lxw_col_t)table->chart_column;
    lxw_chart *chart = workbook_add_chart(self->book, line ? LXW_CHART_LINE : LXW_CHART_COLUMN);
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    lxw_chart_fill fill = { .color = COLOR_BRAND };
    lxw_chart_line stroke = { .color = COLOR_BRAND, .width = 2.25f };
    lxw_chart_line grid = { .color = COLOR_LINE, .width = 0.75f };
    lxw_chart_font font = { .size = 9, .color = COLOR_MUTED };
    lxw_chart_font title = { .size = 12, .bold = LXW_TRUE, .color = COLOR_INK };
    lxw_chart_options place = { .x_scale = 1.45, .y_scale = 1.15 };

    chart_series_set_categories(series, sheet->name, 1, 0, last_row, 0);
    chart_series_set_values(series, sheet->name, 1, values, last_row, values);
    if (line) {
        chart_series_set_line(series, &stroke);
    } else {
        chart_series_set_fill(series, &fill);
        chart_set_series_gap(chart, 60);
    }
    chart_title_set_name(chart, table->title);
    chart_title_set_name_font(chart, &title);
    chart_legend_set_position(chart, LXW_CHART_LEGEND_NONE);
    chart_axis_set_num_font(chart->x_axis, &font);
    chart_axis_set_num_font(chart->y_axis, &font);
    chart_axis_major_gridlines_set_line(chart->y_axis, &grid);
    chart_axis_set_num_format(chart->y_axis, "#,##0");
    chart_axis_set_min(chart->y_axis, 0);
    note(self, worksheet_insert_chart_opt(into, row, col, chart, &place));
}

/* Labels stand to the left, figures to the right, and so do their heads. */
static void
table_head(ExeRender *self, const JwReportTable *table, lxw_worksheet *sheet)
{
    note(self, worksheet_set_row(sheet, 0, HEAD_HEIGHT, NULL));
    for (size_t column = 0; column < table->n_columns; column++) {
        const lxw_col_t at = (lxw_col_t)column;
        const char *label = table->columns[column].label;

        note(self, worksheet_set_column(sheet, at, at,
                                        at == 0 ? 22 : MAX(14.0, (double)strlen(label) + 3), NULL));
        note(self, worksheet_write_string(
                       sheet, 0, at, label,
                       self->styles.heads[at == 0 ? JW_FORMAT_TEXT : JW_FORMAT_INTEGER]));
    }
    worksheet_freeze_panes(sheet, 1, 0);
}

static void
table_write(ExeRender *self, const JwReportTable *table, lxw_worksheet *sheet,
            lxw_worksheet *summary)
{
    table_head(self, table, sheet);
    for (size_t row = 0; row < table->n_rows; row++) {
        for (size_t column = 0; column < table->n_columns; column++) {
            put_value(self, sheet, (lxw_row_t)row + 1, (lxw_col_t)column,
                      jw_report_cell(table, row, column),
                      column == 0
                          ? self->styles.label
                          : self->styles.cells[EXE_XLSX_TABLE][table->columns[column].format]);
        }
    }
    if (table->chart == JW_CHART_NONE || table->n_rows == 0) {
        return;
    }
    chart_new(self, table, sheet, sheet, 1, (lxw_col_t)(table->n_columns + 1));
    if (table->chart_in_front) {
        chart_new(self, table, sheet, summary, 4, 4);
    }
}

static void
figures_write(ExeRender *self, const JwReportResult *result, lxw_worksheet *sheet, lxw_row_t row)
{
    for (guint i = 0; i < result->figures->len; i++) {
        const JwReportFigure *figure = &g_array_index(result->figures, JwReportFigure, i);
        lxw_format *style = self->styles.cells[EXE_XLSX_FIGURE][figure->format];

        note(self, worksheet_write_string(sheet, row + i, 1, figure->label, self->styles.label));
        if (figure->value.type == JW_VALUE_NULL) {
            note(self, worksheet_write_string(sheet, row + i, 2, figure->text, style));
        } else {
            put_value(self, sheet, row + i, 2, &figure->value, style);
        }
    }
}

/* What the report is limited to, and who asked for it: nobody takes a part for the whole. */
static void
summary_scope_write(ExeRender *self, const JwReportResult *result, lxw_worksheet *sheet)
{
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < result->limits->len; i++) {
        const JwReportLimit *limit = &g_array_index(result->limits, JwReportLimit, i);
        g_string_append_printf(text, "%s%s: %s", i == 0 ? "Only a part of the records: " : " · ",
                               limit->label, limit->text);
    }
    if (result->with_inactive) {
        g_string_append_printf(text, "%s",
                               text->len > 0 ? " · inactive included" : "Inactive included");
    }
    if (text->len > 0) {
        note(self,
             worksheet_write_string(sheet, 3, 1, cell_text(self, text->str), self->styles.label));
    }
    if (result->requester != NULL) {
        g_autofree char *requester = g_strconcat("Requested by ", result->requester, NULL);
        note(self,
             worksheet_write_string(sheet, 4, 1, cell_text(self, requester), self->styles.muted));
    }
}

static void
summary_write(ExeRender *self, const JwReportResult *result, lxw_worksheet *sheet)
{
    const lxw_row_t first = 6;
    g_autofree char *subtitle = g_strdup_printf("%s (%s)", result->period_label, result->time_zone);
    g_autofree char *count = jw_report_text_count(result->rows);
    g_autofree char *records = g_strdup_printf("%s records read", count);

    note(self, worksheet_set_column(sheet, 0, 0, 3, NULL));
    note(self, worksheet_set_column(sheet, 1, 1, 34, NULL));
    note(self, worksheet_set_column(sheet, 2, 2, 18, NULL));
    note(self, worksheet_set_column(sheet, 3, 3, 3, NULL));
    note(self, worksheet_set_row(sheet, 1, 30, NULL));
    note(self, worksheet_write_string(sheet, 1, 1, self->input.title, self->styles.title));
    note(self, worksheet_write_string(sheet, 2, 1, subtitle, self->styles.muted));
    summary_scope_write(self, result, sheet);
    note(self, worksheet_set_row(sheet, first - 1, HEAD_HEIGHT, NULL));
    note(self,
         worksheet_write_string(sheet, first - 1, 1, "Figure", self->styles.heads[JW_FORMAT_TEXT]));
    note(self, worksheet_write_string(sheet, first - 1, 2, "Value",
                                      self->styles.heads[JW_FORMAT_INTEGER]));
    figures_write(self, result, sheet, first);
    note(self, worksheet_write_string(sheet, first + result->figures->len + 1, 1, records,
                                      self->styles.muted));
    worksheet_activate(sheet);
}

/* All sheets in their order first: what is written into one may name another. */
static bool
sheets_write(ExeRender *self, const JwReportResult *result, GError **error)
{
    g_autoptr(GPtrArray) sheets = g_ptr_array_new();
    const guint n_tables = result->tables->len;
    const unsigned n_lists = exe_xlsx_list_n_sheets(self->list);

    g_ptr_array_add(sheets, sheet_add(self, "Summary"));
    for (guint i = 0; i < n_tables; i++) {
        g_ptr_array_add(sheets,
                        sheet_add(self, g_array_index(result->tables, JwReportTable, i).title));
    }
    self->first_list_sheet = (int)sheets->len + 1;
    for (unsigned i = 0; i < n_lists; i++) {
        g_ptr_array_add(sheets, list_sheet_add(self, i));
    }
    if (self->failed != LXW_NO_ERROR) {
        return xlsx_failed(self, self->failed, error);
    }
    for (unsigned i = 0; i < n_lists; i++) {
        list_sheet_write(self, sheets->pdata[1 + n_tables + i], i);
    }
    for (guint i = 0; i < n_tables; i++) {
        table_write(self, &g_array_index(result->tables, JwReportTable, i), sheets->pdata[1 + i],
                    sheets->pdata[0]);
    }
    summary_write(self, result, sheets->pdata[0]);
    return true;
}

static bool
xlsx_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    if (!sheets_write(self, result, error)) {
        return false;
    }
    note(self, workbook_close(g_steal_pointer(&self->book)));
    if (self->failed != LXW_NO_ERROR) {
        return xlsx_failed(self, self->failed, error);
    }
    return exe_xlsx_list_pack(self->list, self->closed_path, self->input.path,
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
