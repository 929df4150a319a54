/* render/xlsx/chart.c: see render/xlsx/chart.h. */
#include "render/xlsx/chart.h"

#include <math.h>
#include <string.h>

#include "jw/report_axis.h"
#include "jw/report_text.h"
#include "jw/text.h"
#include "render/text.h"

#define COLOR_INK   0x111827
#define COLOR_MUTED 0x6B7280
#define COLOR_BRAND 0x2563EB
#define COLOR_LINE  0xE5E7EB
/* The library counts the copies of cells that it puts into a chart in 16 bits, and a wrong count is
 * a damaged file. Without them the program that shows the chart reads the cells. */
#define CACHE_ROWS_MAX 32000

static size_t
n_groups(const JwReportTable *table)
{
    size_t n = 0;

    for (size_t row = 0; row < table->n_rows; row++) {
        n += jw_report_row_kind(table, row) == JW_ROW_GROUP ? 1 : 0;
    }
    return n;
}

bool
exe_chart_wanted(const JwReportTable *table)
{
    return table->chart != JW_CHART_NONE && table->n_chart_columns > 0 && n_groups(table) > 0;
}

bool
exe_chart_of_cells(const JwReportTable *table)
{
    const size_t n = n_groups(table);

    for (size_t row = 0; row < n; row++) {
        if (jw_report_row_kind(table, row) != JW_ROW_GROUP) {
            return false;
        }
    }
    return table->n_keys <= 1;
}

ExeChartData
exe_chart_cells(const JwReportTable *table, const lxw_worksheet *sheet, lxw_row_t first_row)
{
    ExeChartData data = { .sheet = sheet,
                          .first_row = first_row,
                          .last_row = first_row + (lxw_row_t)n_groups(table) - 1 };

    for (size_t i = 0; i < table->n_chart_columns; i++) {
        data.series[i] = (lxw_col_t)table->chart_columns[i];
    }
    return data;
}

/* A cell that nobody looks at unless the columns are shown. */
static void
copy_cell(ExeBook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
          const JwReportColumn *about, const JwValue *cell)
{
    const bool percent = exe_xlsx_is_percent(about->format, about->unit);
    const JwValue value = percent ? exe_xlsx_hundredth(cell) : *cell;
    const ExeXlsxLook look = { .style = EXE_XLSX_CELL,
                               .format = exe_xlsx_value_format(cell, about->format),
                               .decimals = about->decimals,
                               .unit = about->unit };

    exe_book_value(book, sheet, row, col, &value, look.format,
                   exe_xlsx_style(&book->styles, &look));
}

static void
copy_row(ExeBook *book, const JwReportTable *table, size_t row, const ExeChartData *data,
         lxw_worksheet *sheet)
{
    g_autofree char *label = jw_report_row_label(table, row);

    exe_book_text(book, sheet, data->last_row, data->labels, label, NULL);
    for (size_t i = 0; i < table->n_chart_columns; i++) {
        const size_t column = table->chart_columns[i];
        copy_cell(book, sheet, data->last_row, data->series[i], &table->columns[column],
                  jw_report_cell(table, row, column));
    }
}

ExeChartData
exe_chart_copy(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet, lxw_col_t col)
{
    ExeChartData data = { .sheet = sheet, .first_row = 1, .labels = col, .hidden = true };
    const lxw_col_t last = col + (lxw_col_t)table->n_chart_columns;
    lxw_row_col_options hidden = { .hidden = LXW_TRUE };

    exe_book_note(book, worksheet_set_column_opt(sheet, col, last, 14, NULL, &hidden));
    for (size_t i = 0; i < table->n_chart_columns; i++) {
        g_autofree char *head = exe_text_head(&table->columns[table->chart_columns[i]]);
        data.series[i] = (lxw_col_t)(col + 1 + i);
        exe_book_text(book, sheet, 0, data.series[i], head, NULL);
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) == JW_ROW_GROUP) {
            data.last_row++;
            copy_row(book, table, row, &data, sheet);
        }
    }
    return data;
}

/* The values that are drawn, a group after the other. (transfer full) */
static double *
drawn_values(const JwReportTable *table, size_t *ret_n)
{
    double *values = g_new(double, n_groups(table) * table->n_chart_columns);
    size_t n = 0;

    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) != JW_ROW_GROUP) {
            continue;
        }
        for (size_t i = 0; i < table->n_chart_columns; i++) {
            values[n++] = jw_axis_value(jw_report_cell(table, row, table->chart_columns[i]));
        }
    }
    *ret_n = n;
    return values;
}

/* The axes by what they show. The library calls the lower one x, also where the groups stand on the
 * left. */
static lxw_chart_axis *
group_axis(lxw_chart *chart, const JwReportTable *table)
{
    return table->chart == JW_CHART_BAR ? chart->y_axis : chart->x_axis;
}

static lxw_chart_axis *
value_axis(lxw_chart *chart, const JwReportTable *table)
{
    return table->chart == JW_CHART_BAR ? chart->x_axis : chart->y_axis;
}

/* The axis begins at 0 unless a value is below, and its steps are whole where the values are. What
 * cannot be reckoned with is left to the program that shows it, and so are the sums of stacks. */
static void
chart_axis(lxw_chart *chart, const JwReportTable *table)
{
    const JwReportColumn *first = &table->columns[table->chart_columns[0]];
    const bool percent = exe_xlsx_is_percent(first->format, first->unit);
    const double scale = percent ? 100 : 1;
    lxw_chart_axis *along = value_axis(chart, table);
    size_t n = 0;
    g_autofree double *values = drawn_values(table, &n);
    bool usable = table->chart != JW_CHART_STACKED;

    for (size_t i = 0; i < n; i++) {
        usable = usable && (isnan(values[i]) || jw_axis_usable(values[i]));
    }
    const JwAxis axis = jw_axis_of(values, n);
    g_autofree char *digits = exe_xlsx_number_format(usable ? axis.decimals : 0);
    g_autofree char *format =
        g_strconcat(usable || percent ? digits : "General", percent ? " %" : "", NULL);
    chart_axis_set_num_format(along, format);
    if (usable) {
        chart_axis_set_min(along, axis.low / scale);
        chart_axis_set_max(along, axis.high / scale);
        chart_axis_set_major_unit(along, axis.step / scale);
    }
    if (axis.low < 0) {
        /* Beside the bars, not across those that point down. */
        chart_axis_set_label_position(group_axis(chart, table), LXW_CHART_AXIS_LABEL_POSITION_LOW);
    }
}

/* The library's own functions take a name with "=" for a formula. */
static void
axis_name(lxw_chart_axis *axis, const char *name)
{
    lxw_chart_font font = { .size = 9, .color = COLOR_MUTED };

    chart_axis_set_name_font(axis, &font);
    axis->title.name = jw_text_one_line(name);
}

/* What the values are, with the unit that the numbers along the axis have not. */
static void
value_axis_name(lxw_chart *chart, const JwReportTable *table)
{
    const JwReportColumn *first = &table->columns[table->chart_columns[0]];
    const char *unit = first->unit != NULL ? first->unit : jw_report_text_unit(first->format);
    const bool has_unit = !exe_xlsx_is_percent(first->format, first->unit)
                          && first->format != JW_FORMAT_HOUR && unit[0] != '\0';
    g_autofree char *bare = g_strstrip(g_strdup(unit));

    if (table->n_chart_columns == 1) {
        g_autofree char *head = exe_text_head(first);
        g_autofree char *name = has_unit ? g_strdup_printf("%s (%s)", head, bare) : g_strdup(head);
        axis_name(value_axis(chart, table), name);
        return;
    }
    for (size_t i = 1; i < table->n_chart_columns; i++) {
        const JwReportColumn *other = &table->columns[table->chart_columns[i]];
        if (other->format != first->format || g_strcmp0(other->unit, first->unit) != 0) {
            return;
        }
    }
    if (has_unit) {
        axis_name(value_axis(chart, table), bare);
    }
}

static void
group_axis_name(lxw_chart *chart, const JwReportTable *table)
{
    g_autoptr(GString) name = g_string_new(table->columns[0].label);

    for (size_t key = 1; key < table->n_keys; key++) {
        g_string_append_printf(name, " · %s", table->columns[key].label);
    }
    axis_name(group_axis(chart, table), name->str);
}

/* The library quotes names of sheets by rules of its own. */
static void
set_formula(lxw_series_range *range, const ExeChartData *data, lxw_col_t col)
{
    g_free(range->formula); /* GLib's memory is malloc's, as the library's is */
    range->formula = exe_book_range(data->sheet, data->first_row, data->last_row, col);
}

static void
series_look(lxw_chart *chart, lxw_chart_series *series, JwChart kind, size_t index)
{
    static const lxw_color_t colors[JW_CHART_SERIES_MAX] = { COLOR_BRAND, 0xF59E0B, 0x0F766E,
                                                             0xC4B5FD };
    lxw_chart_fill fill = { .color = colors[index] };
    lxw_chart_line stroke = { .color = colors[index], .width = 2.25f };

    if (kind == JW_CHART_LINE) {
        chart_series_set_line(series, &stroke);
    } else if (kind == JW_CHART_PIE) { /* whose slices have colours of their own */
        chart_series_set_labels(series);
        chart_series_set_labels_options(series, LXW_FALSE, LXW_FALSE, LXW_FALSE);
        chart_series_set_labels_percentage(series);
    } else {
        chart_series_set_fill(series, &fill);
        chart_set_series_gap(chart, 60);
    }
}

static void
chart_series(lxw_chart *chart, const JwReportTable *table, const ExeChartData *data, size_t index)
{
    const lxw_col_t col = data->series[index];
    lxw_chart_series *series = chart_add_series(chart, NULL, NULL);

    chart_series_set_categories(series, data->sheet->name, data->first_row, data->labels,
                                data->last_row, data->labels);
    chart_series_set_values(series, data->sheet->name, data->first_row, col, data->last_row, col);
    set_formula(series->categories, data, data->labels);
    set_formula(series->values, data, col);
    if (data->last_row >= CACHE_ROWS_MAX) {
        series->categories->ignore_cache = LXW_TRUE;
        series->values->ignore_cache = LXW_TRUE;
    }
    if (table->n_chart_columns > 1) {
        /* Not by the library's own function, which takes a name with "=" for a formula. */
        g_autofree char *head = exe_text_head(&table->columns[table->chart_columns[index]]);
        series->title.name = jw_text_one_line(head);
    }
    series_look(chart, series, table->chart, index);
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
    lxw_chart_font font = { .size = 12, .bold = LXW_TRUE, .color = COLOR_INK };

    chart->title.name = jw_text_one_line(table->title);
    chart_title_set_name_font(chart, &font);
}

static void
chart_axes(lxw_chart *chart, const JwReportTable *table)
{
    lxw_chart_line grid = { .color = COLOR_LINE, .width = 0.75f };
    lxw_chart_font font = { .size = 9, .color = COLOR_MUTED };

    lxw_chart_axis *groups = group_axis(chart, table);
    lxw_chart_axis *values = value_axis(chart, table);

    chart_axis_set_num_font(groups, &font);
    chart_axis_set_num_font(values, &font);
    chart_axis_major_gridlines_set_visible(groups, LXW_FALSE);
    chart_axis_major_gridlines_set_visible(values, LXW_TRUE);
    chart_axis_major_gridlines_set_line(values, &grid);
    chart_axis(chart, table);
    group_axis_name(chart, table);
    value_axis_name(chart, table);
    if (table->chart == JW_CHART_BAR) {
        chart_axis_set_reverse(groups);      /* the first group on top */
        chart_axis_set_crossing_max(groups); /* and the numbers below all */
    }
}

void
exe_chart_write(ExeBook *book, const JwReportTable *table, const ExeChartData *data,
                lxw_worksheet *into, lxw_row_t row, lxw_col_t col)
{
    const bool legend = table->n_chart_columns > 1 || table->chart == JW_CHART_PIE;
    lxw_chart *chart = workbook_add_chart(book->book, chart_type(table->chart));
    g_autofree char *title = jw_text_one_line(table->title);
    lxw_chart_options place = { .x_scale = 1.45, .y_scale = 1.15, .description = title };

    for (size_t i = 0; i < table->n_chart_columns; i++) {
        chart_series(chart, table, data, i);
    }
    chart_title(chart, table);
    chart_legend_set_position(chart, legend ? LXW_CHART_LEGEND_BOTTOM : LXW_CHART_LEGEND_NONE);
    if (table->chart != JW_CHART_PIE) {
        chart_axes(chart, table);
    }
    if (data->hidden) {
        chart_show_hidden_data(chart);
    }
    exe_book_note(book, worksheet_insert_chart_opt(into, row, col, chart, &place));
}
