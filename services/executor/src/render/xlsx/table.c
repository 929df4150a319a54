/* render/xlsx/table.c: see render/xlsx/table.h. */
#include "render/xlsx/table.h"

#include <math.h>

#include "jw/report_axis.h"
#include "jw/report_text.h"
#include "jw/text.h"

#define COLOR_INK   0x111827
#define COLOR_MUTED 0x6B7280
#define COLOR_BRAND 0x2563EB
#define COLOR_LINE  0xE5E7EB
#define LABEL_WIDTH 22.0
#define VALUE_WIDTH 14.0
#define WIDTH_MAX   60.0 /* of labels; a number may take more */
#define PADDING     3.0
/* The library counts the copies of cells that it puts into a chart in 16 bits, and a wrong count is
 * a damaged file. Without them the program that shows the chart reads the cells. */
#define CACHE_ROWS_MAX 32000

double
exe_column_width(double least, const char *text)
{
    return MAX(least, (double)g_utf8_strlen(text, -1) + PADDING);
}

/* How many rows are groups before the first total. */
static size_t
chart_rows(const JwReportTable *table)
{
    size_t n = 0;

    while (n < table->n_rows && jw_report_row_kind(table, n) == JW_ROW_GROUP) {
        n++;
    }
    return n;
}

/* Rows that are groups follow each other: totals between them are no values of a chart. */
static bool
chart_fits(const JwReportTable *table)
{
    const size_t n = chart_rows(table);

    for (size_t row = n; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) == JW_ROW_GROUP) {
            return false;
        }
    }
    return n > 0;
}

/* Of bars the library calls x what lies: the values. */
static lxw_chart_axis *
value_axis(const lxw_chart *chart, const JwReportTable *table)
{
    return table->chart == JW_CHART_BAR ? chart->x_axis : chart->y_axis;
}

static lxw_chart_axis *
group_axis(const lxw_chart *chart, const JwReportTable *table)
{
    return table->chart == JW_CHART_BAR ? chart->y_axis : chart->x_axis;
}

/* The axis begins at 0 unless a value is below, and its steps are whole where the values are. What
 * cannot be reckoned with is left to the program that shows it, and so are the sums of stacks. */
static void
chart_axis(lxw_chart *chart, const JwReportTable *table)
{
    const size_t n_series = table->n_chart_columns;
    const size_t n = chart_rows(table) * n_series;
    g_autofree double *values = g_new(double, n);
    bool usable = table->chart != JW_CHART_STACKED;

    for (size_t i = 0; i < n; i++) {
        const size_t column = table->chart_columns[i % n_series];
        values[i] = jw_axis_value(jw_report_cell(table, i / n_series, column));
        usable = usable && (isnan(values[i]) || jw_axis_usable(values[i]));
    }
    const JwAxis axis = jw_axis_of(values, n);
    g_autofree char *format = usable ? exe_xlsx_number_format(axis.decimals) : g_strdup("General");
    chart_axis_set_num_format(value_axis(chart, table), format);
    if (usable) {
        chart_axis_set_min(value_axis(chart, table), axis.low);
        chart_axis_set_max(value_axis(chart, table), axis.high);
        chart_axis_set_major_unit(value_axis(chart, table), axis.step);
    }
    if (axis.low < 0) {
        /* Beside the bars, not across those that point down. */
        chart_axis_set_label_position(group_axis(chart, table), LXW_CHART_AXIS_LABEL_POSITION_LOW);
    }
}

/* The library quotes names of sheets by rules of its own. */
static void
set_formula(lxw_series_range *range, const lxw_worksheet *sheet, const JwReportTable *table,
            lxw_col_t col)
{
    g_free(range->formula); /* GLib's memory is malloc's, as the library's is */
    range->formula = exe_book_range(sheet, 1, (lxw_row_t)chart_rows(table), col);
}

static void
chart_series(lxw_chart *chart, const JwReportTable *table, const lxw_worksheet *sheet, size_t index)
{
    static const lxw_color_t colors[JW_CHART_SERIES_MAX] = { COLOR_BRAND, 0xF59E0B, 0x0F766E,
                                                             0xC4B5FD };
    const lxw_row_t last_row = (lxw_row_t)chart_rows(table);
    const lxw_col_t values = (lxw_col_t)table->chart_columns[index];
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);
    lxw_chart_fill fill = { .color = colors[index] };
    lxw_chart_line stroke = { .color = colors[index], .width = 2.25f };

    chart_series_set_categories(series, sheet->name, 1, 0, last_row, 0);
    chart_series_set_values(series, sheet->name, 1, values, last_row, values);
    set_formula(series->categories, sheet, table, 0);
    set_formula(series->values, sheet, table, values);
    if (table->n_rows > CACHE_ROWS_MAX) {
        series->categories->ignore_cache = LXW_TRUE;
        series->values->ignore_cache = LXW_TRUE;
    }
    if (table->n_chart_columns > 1) {
        /* Not by the library's own function, which takes a name with "=" for a formula. */
        series->title.name = jw_text_one_line(table->columns[values].label);
    }
    if (table->chart == JW_CHART_LINE) {
        chart_series_set_line(series, &stroke);
    } else if (table->chart != JW_CHART_PIE) { /* whose slices have colours of their own */
        chart_series_set_fill(series, &fill);
        chart_set_series_gap(chart, 60);
    }
}

static uint8_t
chart_type(JwChart kind)
{
    switch (kind) {
    case JW_CHART_LINE:
        return LXW_CHART_LINE;
    case JW_CHART_BAR:
        return LXW_CHART_BAR;
    case JW_CHART_STACKED:
        return LXW_CHART_COLUMN_STACKED;
    case JW_CHART_PIE:
        return LXW_CHART_PIE;
    case JW_CHART_NONE:
    case JW_CHART_COLUMN:
        break;
    }
    return LXW_CHART_COLUMN;
}

/* The library's own function takes a title with "=" for a formula. */
static void
chart_title(lxw_chart *chart, const JwReportTable *table)
{
    chart->title.name = jw_text_one_line(table->title);
}

static void
chart_write(ExeBook *book, const JwReportTable *table, const lxw_worksheet *sheet,
            lxw_worksheet *into, lxw_row_t row, lxw_col_t col)
{
    const bool legend = table->n_chart_columns > 1 || table->chart == JW_CHART_PIE;
    lxw_chart *chart = workbook_add_chart(book->book, chart_type(table->chart));
    const char *unit = table->columns[table->chart_columns[0]].unit;
    lxw_chart_line grid = { .color = COLOR_LINE, .width = 0.75f };
    lxw_chart_font font = { .size = 9, .color = COLOR_MUTED };
    lxw_chart_font title_font = { .size = 12, .bold = LXW_TRUE, .color = COLOR_INK };
    lxw_chart_options place = { .x_scale = 1.45, .y_scale = 1.15 };

    for (size_t i = 0; i < table->n_chart_columns; i++) {
        chart_series(chart, table, sheet, i);
    }
    chart_title(chart, table);
    chart_title_set_name_font(chart, &title_font);
    chart_legend_set_position(chart, legend ? LXW_CHART_LEGEND_BOTTOM : LXW_CHART_LEGEND_NONE);
    if (table->chart != JW_CHART_PIE) {
        if (unit != NULL) {
            chart->y_axis->title.name = jw_text_one_line(unit + 1); /* behind its space */
            chart_axis_set_name_font(chart->y_axis, &font);
        }
        chart_axis_set_num_font(chart->x_axis, &font);
        chart_axis_set_num_font(chart->y_axis, &font);
        chart_axis_major_gridlines_set_line(value_axis(chart, table), &grid);
        chart_axis(chart, table);
    }
    if (table->chart == JW_CHART_BAR) {
        chart_axis_set_reverse(group_axis(chart, table)); /* the first on top */
    }
    exe_book_note(book, worksheet_insert_chart_opt(into, row, col, chart, &place));
}

static double
column_width(const JwReportTable *table, size_t column)
{
    const JwReportColumn *about = &table->columns[column];
    double width = exe_column_width(column == 0 ? LABEL_WIDTH : VALUE_WIDTH, about->label);

    width = MIN(width, WIDTH_MAX);
    for (size_t row = 0; row < table->n_rows; row++) {
        const JwValue *cell = jw_report_cell(table, row, column);
        const JwTextForm form = { about->format, about->decimals, about->unit, true };
        g_autofree char *text = jw_report_text_form(cell, &form);
        const bool time = cell->type == JW_VALUE_TIME;
        const double wanted = exe_column_width(width, time ? EXE_TIME_SHOWN : text);
        width = cell->type == JW_VALUE_TEXT ? MAX(width, MIN(wanted, WIDTH_MAX)) : wanted;
    }
    return MIN(width, EXE_WIDTH_MOST);
}

/* Labels stand to the left, figures to the right, and so do their heads. */
static void
table_head(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet)
{
    exe_book_note(book, worksheet_set_row(sheet, 0, EXE_HEAD_HEIGHT, NULL));
    for (size_t column = 0; column < table->n_columns; column++) {
        const lxw_col_t at = (lxw_col_t)column;
        const JwFormat side = at == 0 ? JW_FORMAT_TEXT : JW_FORMAT_INTEGER;

        exe_book_note(book, worksheet_set_column(sheet, at, at, column_width(table, column), NULL));
        exe_book_text(book, sheet, 0, at, table->columns[column].label, book->styles.heads[side]);
    }
    worksheet_freeze_panes(sheet, 1, 0);
}

static lxw_format *
cell_style(ExeBook *book, const JwReportColumn *column, const JwValue *cell, JwLevel level)
{
    const ExeXlsxLook look = { .style = EXE_XLSX_TABLE,
                               .format = exe_xlsx_value_format(cell, column->format),
                               .decimals = column->decimals,
                               .unit = column->unit,
                               .unit_one = column->unit_one,
                               .level = level,
                               .sign = column->role == JW_COLUMN_DIFFERENCE
                                       || column->role == JW_COLUMN_PERCENT };

    return exe_xlsx_style(&book->styles, &look);
}

void
exe_table_write(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet,
                lxw_worksheet *summary, lxw_col_t front)
{
    table_head(book, table, sheet);
    for (size_t row = 0; row < table->n_rows; row++) {
        for (size_t column = 0; column < table->n_columns; column++) {
            const JwReportColumn *about = &table->columns[column];
            const JwValue *cell = jw_report_cell(table, row, column);
            exe_book_value(
                book, sheet, (lxw_row_t)row + 1, (lxw_col_t)column, cell,
                column < table->n_keys
                    ? book->styles.label
                    : cell_style(book, about, cell, jw_report_cell_level(table, row, column)));
        }
    }
    if (table->chart == JW_CHART_NONE || !chart_fits(table)) {
        return;
    }
    chart_write(book, table, sheet, sheet, 1, (lxw_col_t)(table->n_columns + 1));
    if (table->chart_in_front) {
        chart_write(book, table, sheet, summary, 4, front);
    }
}
