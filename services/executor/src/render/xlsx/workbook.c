/* render/xlsx/workbook.c: the workbook: Summary, one sheet a table with its native chart, and the record list.
 *
 * libxlsxwriter writes all of it but the rows of the list, which are written and compressed while
 * records are read (render/xlsx/list.h) and put into the workbook when it is closed. Not in its mode of
 * constant memory: the rest is bounded by the definition, and in that mode each sheet has a file
 * that the library leaves open when the disk is full, so that the disk stays full. Text cells are
 * always strings, never formulas. The finished file is reopened and checked, because the library
 * says success on a full temporary disk (design/libraries.md, fault 5). */
#include "render/render.h"

#include <glib/gstdio.h>
#include <math.h>
#include <string.h>
#include <xlsxwriter.h>

#include "render/text.h"
#include "render/xlsx/list.h"

#define HEAD_HEIGHT 20
#define COLOR_INK   0x111827
#define COLOR_MUTED 0x6B7280
#define COLOR_BRAND 0x2563EB
#define COLOR_HEAD  0x1E3A8A
#define COLOR_LINE  0xE5E7EB

/* A list cell, a table cell (ruled below), a figure (ruled and bold). */
enum { STYLE_CELL, STYLE_TABLE, STYLE_FIGURE, STYLE_N };
#define N_FORMATS (JW_FORMAT_BOOL + 1)

struct _ExeRender {
    ExeRenderInput input; /* texts borrowed from the attempt */
    char *closed_path;    /* of the workbook without the list's rows */
    lxw_workbook *book;
    lxw_worksheet *summary;
    GPtrArray *table_sheets;   /* of lxw_worksheet, in the definition's order */
    GPtrArray *sheet_names;    /* owns the names */
    lxw_worksheet *list_sheet; /* the last of the list */
    ExeXlsxList *list;
    int64_t rows;
    JwZoneCache zone;
    GString *scratch;
    lxw_format *styles[STYLE_N][N_FORMATS];
    lxw_format *title, *muted, *label;
    lxw_format *heads[N_FORMATS]; /* aligned as the column below */
    lxw_error failed;             /* first error of a cell */
};

static const struct {
    const char *number;
    uint8_t align;
} formats[N_FORMATS] = {
    [JW_FORMAT_INTEGER] = { "#,##0", LXW_ALIGN_RIGHT },
    [JW_FORMAT_DECIMAL] = { "#,##0.00", LXW_ALIGN_RIGHT },
    [JW_FORMAT_PERCENT] = { "0.00\" %\"", LXW_ALIGN_RIGHT },
    [JW_FORMAT_SECONDS] = { "#,##0.0\" s\"", LXW_ALIGN_RIGHT },
    [JW_FORMAT_HOUR] = { "00\":00\"", LXW_ALIGN_RIGHT },
    [JW_FORMAT_TEXT] = { "@", LXW_ALIGN_LEFT },
    [JW_FORMAT_DATETIME] = { "yyyy-mm-dd hh:mm:ss", LXW_ALIGN_LEFT },
    [JW_FORMAT_DATE] = { "yyyy-mm-dd", LXW_ALIGN_LEFT },
    [JW_FORMAT_BOOL] = { "General", LXW_ALIGN_CENTER },
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

static lxw_format *
style_new(ExeRender *self, double size, lxw_color_t color, bool bold)
{
    lxw_format *format = workbook_add_format(self->book);

    format_set_font_name(format, "Calibri");
    format_set_font_size(format, size);
    format_set_font_color(format, color);
    if (bold) {
        format_set_bold(format);
    }
    format_set_align(format, LXW_ALIGN_VERTICAL_CENTER);
    return format;
}

static void
styles_make(ExeRender *self)
{
    self->title = style_new(self, 20, COLOR_HEAD, true);
    self->muted = style_new(self, 11, COLOR_MUTED, false);
    self->label = style_new(self, 11, COLOR_INK, false);
    format_set_bottom(self->label, LXW_BORDER_THIN);
    format_set_bottom_color(self->label, COLOR_LINE);
    for (int f = 0; f < N_FORMATS; f++) {
        self->heads[f] = style_new(self, 11, 0xFFFFFF, true);
        format_set_bg_color(self->heads[f], COLOR_HEAD);
        format_set_align(self->heads[f], formats[f].align);
        for (int kind = 0; kind < STYLE_N; kind++) {
            lxw_format *format = style_new(self, 11, COLOR_INK, kind == STYLE_FIGURE);

            format_set_num_format(format, formats[f].number);
            format_set_align(format, formats[f].align);
            if (kind == STYLE_FIGURE) {
                format_set_align(format, LXW_ALIGN_RIGHT);
            }
            if (kind != STYLE_CELL) {
                format_set_bottom(format, LXW_BORDER_THIN);
                format_set_bottom_color(format, COLOR_LINE);
            }
            self->styles[kind][f] = format;
        }
    }
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

/* Sheet names: at most 31 characters, without []:*?/\, not twice (case does not count). */
static char *
sheet_name(ExeRender *self, const char *title)
{
    g_autofree char *clean = g_strdelimit(g_strdup(title), "[]:*?/\\", ' ');
    g_autofree char *base = g_utf8_substring(clean, 0, MIN(g_utf8_strlen(clean, -1), 25));
    char *name = g_strdup(base);

    for (int n = 2;
         g_ptr_array_find_with_equal_func(self->sheet_names, name, exe_text_equal_fold, NULL);
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

/* Another sheet of the list, with its header. */
static bool
list_begin(ExeRender *self, GError **error)
{
    const GArray *columns = self->input.def->columns;
    unsigned n = exe_xlsx_list_n_sheets(self->list) + 1;
    g_autofree char *more = g_strdup_printf("%s %u", self->input.def->list_title, n);
    lxw_worksheet *sheet = sheet_add(self, n == 1 ? self->input.def->list_title : more);

    if (sheet == NULL) {
        return xlsx_failed(self, self->failed, error);
    }
    note(self, worksheet_set_row(sheet, 0, HEAD_HEIGHT, NULL));
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        note(self, worksheet_set_column(sheet, (lxw_col_t)i, (lxw_col_t)i, column->width, NULL));
        note(self, worksheet_write_string(sheet, 0, (lxw_col_t)i, column->label,
                                          self->heads[column->format]));
    }
    worksheet_freeze_panes(sheet, 1, 0);
    note(self, worksheet_repeat_rows(sheet, 0, 0));
    if (self->failed != LXW_NO_ERROR) {
        return xlsx_failed(self, self->failed, error);
    }
    self->list_sheet = sheet;
    return exe_xlsx_list_next_sheet(self->list, error);
}

/* The number of the first list sheet, from 1: they come behind the summary and the tables. */
static int
first_list_sheet(const ExeRender *self)
{
    return (int)self->table_sheets->len + 2;
}

static void
list_end(ExeRender *self)
{
    lxw_col_t last_col = (lxw_col_t)(self->input.def->columns->len - 1);
    lxw_row_t last_row = (lxw_row_t)(MAX(exe_xlsx_list_last_row(self->list), 2u) - 1);

    note(self, worksheet_autofilter(self->list_sheet, 0, 0, last_row, last_col));
}

/* The formats of the list's columns, by their numbers in the workbook. */
static ExeXlsxList *
list_new(ExeRender *self)
{
    const GArray *columns = self->input.def->columns;
    g_autofree int *styles = g_new(int, columns->len);

    for (guint i = 0; i < columns->len; i++) {
        JwFormat format = g_array_index(columns, JwColumnDef, i).format;
        styles[i] = lxw_format_get_xf_index(self->styles[STYLE_CELL][format]);
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
        /* An attempt that stopped: closing is the library's only way to free; the file is thrown away. */
        (void)workbook_close(self->book);
    }
    if (self->closed_path != NULL) {
        (void)g_unlink(self->closed_path);
    }
    exe_xlsx_list_free(self->list);
    g_ptr_array_unref(self->table_sheets);
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
    self->table_sheets = g_ptr_array_new();
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
    styles_make(self);
    self->list = list_new(self);
    self->summary = sheet_add(self, "Summary");
    for (guint i = 0; i < input->def->tables->len; i++) {
        g_ptr_array_add(self->table_sheets,
                        sheet_add(self, g_array_index(input->def->tables, JwTableDef, i).title));
    }
    if (!list_begin(self, error)) {
        xlsx_free(self);
        return NULL;
    }
    return self;
}

static bool
xlsx_row(ExeRender *self, const JwValue *row, GError **error)
{
    if (exe_xlsx_list_sheet_is_full(self->list)) {
        list_end(self);
        if (!list_begin(self, error)) {
            return false;
        }
    }
    self->rows++;
    return exe_xlsx_list_row(self->list, row, error);
}

static void
chart_make(ExeRender *self, const JwTableDef *table, const char *sheet, lxw_col_t measure_col,
           lxw_row_t last_row, lxw_worksheet *into, lxw_row_t row, lxw_col_t col)
{
    bool line = g_strcmp0(table->chart, "line") == 0;
    lxw_chart *chart = workbook_add_chart(self->book, line ? LXW_CHART_LINE : LXW_CHART_COLUMN);
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    lxw_chart_fill fill = { .color = COLOR_BRAND };
    lxw_chart_line stroke = { .color = COLOR_BRAND, .width = 2.25f };
    lxw_chart_line grid = { .color = COLOR_LINE, .width = 0.75f };
    lxw_chart_font font = { .size = 9, .color = COLOR_MUTED };
    lxw_chart_font title = { .size = 12, .bold = LXW_TRUE, .color = COLOR_INK };
    lxw_chart_options place = { .x_scale = 1.45, .y_scale = 1.15 };

    chart_series_set_categories(series, sheet, 1, 0, last_row, 0);
    chart_series_set_values(series, sheet, 1, measure_col, last_row, measure_col);
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

/* Returns the last row written. */
static lxw_row_t
table_rows(ExeRender *self, JwAggregate *aggregate, const JwTableDef *table, lxw_worksheet *sheet)
{
    size_t groups = jw_aggregate_n_groups(aggregate, table->dimension);

    for (size_t g = 0; g < groups; g++) {
        lxw_row_t row = (lxw_row_t)g + 1;
        const char *label = jw_aggregate_group_label(aggregate, table->dimension, g);

        note(self, worksheet_write_string(sheet, row, 0, cell_text(self, label), self->label));
        for (guint m = 0; table->measures[m] != NULL; m++) {
            const JwMeasureDef *measure =
                jw_report_def_measure(self->input.def, table->measures[m]);
            JwValue value = jw_aggregate_group_value(aggregate, table->dimension, g, measure->name);
            put_value(self, sheet, row, (lxw_col_t)(m + 1), &value,
                      self->styles[STYLE_TABLE][measure->format]);
        }
    }
    return (lxw_row_t)groups;
}

static void
table_write(ExeRender *self, JwAggregate *aggregate, guint index)
{
    const JwTableDef *table = &g_array_index(self->input.def->tables, JwTableDef, index);
    const JwDimensionDef *dimension = jw_report_def_dimension(self->input.def, table->dimension);
    lxw_worksheet *sheet = g_ptr_array_index(self->table_sheets, index);
    lxw_col_t chart_col = 0;
    lxw_col_t columns = 1;

    note(self, worksheet_set_column(sheet, 0, 0, 22, NULL));
    note(self, worksheet_set_row(sheet, 0, HEAD_HEIGHT, NULL));
    note(self, worksheet_write_string(sheet, 0, 0, dimension->label, self->heads[JW_FORMAT_TEXT]));
    for (guint m = 0; table->measures[m] != NULL; m++) {
        const JwMeasureDef *measure = jw_report_def_measure(self->input.def, table->measures[m]);

        note(self, worksheet_write_string(sheet, 0, columns, measure->label,
                                          self->heads[JW_FORMAT_INTEGER]));
        note(self, worksheet_set_column(sheet, columns, columns,
                                        MAX(14.0, (double)strlen(measure->label) + 3), NULL));
        if (g_strcmp0(measure->name, table->chart_measure) == 0) {
            chart_col = columns;
        }
        columns++;
    }
    worksheet_freeze_panes(sheet, 1, 0);
    lxw_row_t last = table_rows(self, aggregate, table, sheet);
    if (table->chart == NULL || chart_col == 0 || last == 0) {
        return;
    }
    chart_make(self, table, sheet->name, chart_col, last, sheet, 1, (lxw_col_t)(columns + 1));
    if (g_strcmp0(table->title, self->input.def->mail_chart_table) == 0) {
        chart_make(self, table, sheet->name, chart_col, last, self->summary, 4, 4);
    }
}

static void
summary_write(ExeRender *self, JwAggregate *aggregate)
{
    lxw_worksheet *sheet = self->summary;
    lxw_row_t row = 6;

    note(self, worksheet_set_column(sheet, 0, 0, 3, NULL));
    note(self, worksheet_set_column(sheet, 1, 1, 34, NULL));
    note(self, worksheet_set_column(sheet, 2, 2, 18, NULL));
    note(self, worksheet_set_column(sheet, 3, 3, 3, NULL));
    note(self, worksheet_set_row(sheet, 1, 30, NULL));
    note(self, worksheet_write_string(sheet, 1, 1, self->input.title, self->title));
    note(self, worksheet_write_string(sheet, 2, 1, self->input.subtitle, self->muted));
    if (self->input.filters != NULL) {
        note(self, worksheet_write_string(sheet, 3, 1, cell_text(self, self->input.filters),
                                          self->muted));
    }
    note(self, worksheet_set_row(sheet, 5, HEAD_HEIGHT, NULL));
    note(self, worksheet_write_string(sheet, 5, 1, "Figure", self->heads[JW_FORMAT_TEXT]));
    note(self, worksheet_write_string(sheet, 5, 2, "Value", self->heads[JW_FORMAT_INTEGER]));
    for (char **name = self->input.def->summary; *name != NULL; name++) {
        const JwMeasureDef *measure = jw_report_def_measure(self->input.def, *name);
        JwValue value = jw_aggregate_figure(aggregate, *name);
        lxw_format *style = self->styles[STYLE_FIGURE][measure->format];

        note(self, worksheet_write_string(sheet, row, 1, measure->label, self->label));
        if (value.type == JW_VALUE_NULL) {
            note(self, worksheet_write_string(sheet, row, 2, "n/a", style));
        } else {
            put_value(self, sheet, row, 2, &value, style);
        }
        row++;
    }
    g_autofree char *records = exe_text_count(self->rows);
    g_autofree char *line = g_strdup_printf("%s records read", records);
    note(self, worksheet_write_string(sheet, row + 1, 1, line, self->muted));
    worksheet_activate(sheet);
}

static bool
xlsx_finish(ExeRender *self, JwAggregate *aggregate, GError **error)
{
    list_end(self);
    for (guint i = 0; i < self->table_sheets->len; i++) {
        table_write(self, aggregate, i);
    }
    summary_write(self, aggregate);
    note(self, workbook_close(g_steal_pointer(&self->book)));
    if (self->failed != LXW_NO_ERROR) {
        return xlsx_failed(self, self->failed, error);
    }
    return exe_xlsx_list_pack(self->list, self->closed_path, self->input.path,
                              first_list_sheet(self), error);
}

static bool
xlsx_check(const ExeRender *self, GError **error)
{
    /* Every list sheet has a header. */
    return exe_check_workbook(self->input.path, self->rows + exe_xlsx_list_n_sheets(self->list),
                              first_list_sheet(self), error);
}

const ExeRenderOps exe_render_xlsx = {
    .open = xlsx_open,
    .row = xlsx_row,
    .finish = xlsx_finish,
    .check = xlsx_check,
    .free = xlsx_free,
};
