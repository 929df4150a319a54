/* render/xlsx/table.c: see render/xlsx/table.h. */
#include "render/xlsx/table.h"

#include <math.h>

#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/xlsx/chart.h"

#define LABEL_WIDTH       22.0
#define VALUE_WIDTH       14.0
#define WIDTH_MAX         60.0 /* of labels; a number may take more */
#define PADDING           3.0
#define CHART_WIDTH       100.0 /* in characters */
#define FROZEN_MAX        60.0  /* of keys that stay when others are scrolled */
#define PORTRAIT_MAX      95.0  /* of a page upright */
#define PAGE_WIDTH_MAX    300.0 /* what can still be read on one page */
#define HEAD_CHARS        16    /* of a head in one line */
#define OUTLINE_LEVEL_MAX 7     /* by the file format */

double
exe_column_width(double least, const char *text)
{
    return MAX(least, (double)g_utf8_strlen(text, -1) + PADDING);
}

static lxw_row_t
head_rows(const JwReportTable *table)
{
    for (size_t column = 0; column < table->n_columns; column++) {
        if (table->columns[column].head != NULL) {
            return 2;
        }
    }
    return 1;
}

static size_t
longest_word(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    size_t most = 0;

    for (size_t i = 0; words[i] != NULL; i++) {
        most = MAX(most, (size_t)g_utf8_strlen(words[i], -1));
    }
    return most;
}

/* Whether a head takes two lines, so that it makes no column much wider than its numbers. */
static bool
head_wraps(const JwReportColumn *column)
{
    return g_utf8_strlen(column->label, -1) > HEAD_CHARS;
}

static double
head_width(const JwReportColumn *column)
{
    const double all = (double)g_utf8_strlen(column->label, -1);
    const double half = MAX((double)longest_word(column->label), ceil(all / 2) + 2);
    const double width = (head_wraps(column) ? half : all) + PADDING + EXE_FILTER_WIDTH;

    return MIN(width, WIDTH_MAX);
}

static bool
is_percent(const JwReportColumn *column)
{
    return exe_xlsx_is_percent(column->format, column->unit);
}

double
exe_marks_width(bool approximate, JwLevel level)
{
    return (approximate ? 2 : 0) + (level != JW_LEVEL_NONE ? 2 : 0);
}

static double
column_width(const JwReportTable *table, size_t column)
{
    const JwReportColumn *about = &table->columns[column];
    const double least = column < MAX(table->n_keys, 1) ? LABEL_WIDTH : VALUE_WIDTH;
    double width = MAX(least, head_width(about));

    for (size_t row = 0; row < table->n_rows; row++) {
        const JwValue *cell = jw_report_cell(table, row, column);
        const JwTextForm form = { about->format, about->decimals, about->unit, true, NULL };
        g_autofree char *text = jw_report_text_form(cell, &form);
        const bool time = cell->type == JW_VALUE_TIME;
        const double marks =
            exe_marks_width(about->approximate, jw_report_cell_level(table, row, column));
        const double wanted = MAX(width, exe_column_width(0, time ? EXE_TIME_SHOWN : text) + marks);
        width = cell->type == JW_VALUE_TEXT ? MAX(width, MIN(wanted, WIDTH_MAX)) : wanted;
    }
    return MIN(width, EXE_WIDTH_MOST);
}

/* How many columns from @column on stand below the same head. */
static size_t
run_length(const JwReportTable *table, size_t column)
{
    const char *head = table->columns[column].head;
    size_t n = 1;

    while (head != NULL && column + n < table->n_columns
           && g_strcmp0(table->columns[column + n].head, head) == 0) {
        n++;
    }
    return n;
}

/* The heads of a pivot, each over its columns; the last of these grows where they are too narrow.
 */
static void
group_heads(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet, double *widths)
{
    lxw_format *style = book->styles.group_head;

    for (size_t column = 0, n = 0; column < table->n_columns; column += n) {
        const char *head = table->columns[column].head;
        const lxw_col_t at = (lxw_col_t)column;
        double width = 0;

        n = run_length(table, column);
        const lxw_col_t last = (lxw_col_t)(column + n - 1);
        if (head == NULL) {
            exe_book_note(book,
                          worksheet_write_blank(sheet, 0, at, book->styles.heads[JW_FORMAT_TEXT]));
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            width += widths[column + i];
        }
        widths[column + n - 1] += MAX(MIN(exe_column_width(0, head), WIDTH_MAX) - width, 0);
        if (n > 1) {
            exe_book_note(book, worksheet_merge_range(sheet, 0, at, 0, last, "", style));
        }
        exe_book_text(book, sheet, 0, at, head, style);
    }
}

/* What stays while people scroll, and what a printer repeats. */
static void
page_setup(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet, const double *widths)
{
    const lxw_row_t heads = head_rows(table);
    double keys = 0, all = exe_chart_wanted(table) ? CHART_WIDTH : 0;

    for (size_t column = 0; column < table->n_columns; column++) {
        keys += column < table->n_keys ? widths[column] : 0;
        all += widths[column];
    }
    worksheet_freeze_panes(sheet, heads, keys <= FROZEN_MAX ? (lxw_col_t)table->n_keys : 0);
    exe_book_note(book, worksheet_repeat_rows(sheet, 0, heads - 1));
    if (all <= PORTRAIT_MAX) {
        worksheet_set_portrait(sheet);
    }
    if (all > PAGE_WIDTH_MAX && table->n_keys > 0) {
        worksheet_fit_to_pages(sheet, (uint16_t)ceil(all / PAGE_WIDTH_MAX), 0);
        exe_book_note(book, worksheet_repeat_columns(sheet, 0, (lxw_col_t)table->n_keys - 1));
    }
}

/* Labels stand to the left, figures to the right, and so do their heads. */
static void
table_head(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet)
{
    const lxw_row_t row = head_rows(table) - 1;
    g_autofree double *widths = g_new(double, table->n_columns);
    bool wraps = false;

    for (size_t column = 0; column < table->n_columns; column++) {
        widths[column] = column_width(table, column);
        wraps = wraps || head_wraps(&table->columns[column]);
    }
    const double height = wraps ? EXE_HEAD_HEIGHT_2 : EXE_HEAD_HEIGHT;
    exe_book_note(book, worksheet_set_row(sheet, 0, EXE_HEAD_HEIGHT, NULL));
    exe_book_note(book, worksheet_set_row(sheet, row, height, NULL));
    if (row > 0) {
        group_heads(book, table, sheet, widths);
    }
    for (size_t column = 0; column < table->n_columns; column++) {
        const lxw_col_t at = (lxw_col_t)column;
        const bool key = column < MAX(table->n_keys, 1);
        const JwFormat side = key ? JW_FORMAT_TEXT : JW_FORMAT_INTEGER;

        exe_book_note(book, worksheet_set_column(sheet, at, at, widths[column], NULL));
        exe_book_text(book, sheet, row, at, table->columns[column].label,
                      book->styles.filter_heads[side]);
    }
    page_setup(book, table, sheet, widths);
}

/* Buttons for the groups: a total at the end stays below whatever is chosen. */
static void
table_filter(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet)
{
    const lxw_row_t head = head_rows(table) - 1;
    size_t n = table->n_rows;

    while (n > 0 && jw_report_row_kind(table, n - 1) == JW_ROW_TOTAL) {
        n--;
    }
    if (n > 0 && table->n_columns > 0) {
        exe_book_note(book, worksheet_autofilter(sheet, head, 0, head + (lxw_row_t)n,
                                                 (lxw_col_t)(table->n_columns - 1)));
    }
}

/* A format's condition knows one from many where nothing is below zero and has no sign; so people
 * who change the number see its unit change. Elsewhere the unit is that of the number. */
static void
look_unit(const ExeBook *book, const JwReportColumn *about, const JwValue *cell, ExeXlsxLook *look)
{
    const bool plain = !look->sign
                       && ((cell->type == JW_VALUE_INT && cell->integer >= 0)
                           || (cell->type == JW_VALUE_REAL && cell->real >= 0));

    look->unit = plain ? about->unit : jw_report_column_unit(about, cell, book->language);
    look->unit_one = plain ? about->unit_one : NULL;
    look->one_below_two = jw_report_is_one(0, book->language);
}

static lxw_format *
cell_style(ExeBook *book, const JwReportTable *table, size_t row, size_t column)
{
    static const ExeXlsxStyle styles[] = { [JW_ROW_GROUP] = EXE_XLSX_TABLE,
                                           [JW_ROW_SUBTOTAL] = EXE_XLSX_SUBTOTAL,
                                           [JW_ROW_TOTAL] = EXE_XLSX_TOTAL };
    const JwReportColumn *about = &table->columns[column];
    const JwValue *cell = jw_report_cell(table, row, column);
    ExeXlsxLook look = { .style = styles[jw_report_row_kind(table, row)],
                         .format = JW_FORMAT_TEXT };

    if (column >= table->n_keys) {
        look.format = exe_xlsx_value_format(cell, about->format);
        look.decimals = about->decimals;
        look.sign = about->role == JW_COLUMN_DIFFERENCE || about->role == JW_COLUMN_PERCENT;
        look_unit(book, about, cell, &look);
        look.approximate = about->approximate;
        look.level = jw_report_cell_level(table, row, column);
    } else if (look.style == EXE_XLSX_TABLE) {
        return book->styles.label;
    }
    return exe_xlsx_style(&book->styles, &look);
}

/* @at: the row of the sheet */
static void
cell_write(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet, lxw_row_t at,
           size_t row, size_t column)
{
    const JwValue *cell = jw_report_cell(table, row, column);
    const bool percent = column >= table->n_keys && is_percent(&table->columns[column]);
    const JwValue value = percent ? exe_xlsx_hundredth(cell) : *cell;
    lxw_format *style = cell_style(book, table, row, column);

    if (value.type == JW_VALUE_NULL) { /* its lines go on */
        exe_book_note(book, worksheet_write_blank(sheet, at, (lxw_col_t)column, style));
    }
    exe_book_value(book, sheet, at, (lxw_col_t)column, &value, table->columns[column].format,
                   style);
}

/* How many totals stand over a row: a sub-total's label is in the last key that it is one of. */
static unsigned
outline_level(const JwReportTable *table, size_t row)
{
    size_t last = table->n_keys;

    if (jw_report_row_kind(table, row) == JW_ROW_TOTAL || table->n_keys == 0) {
        return 0;
    }
    while (last > 1 && jw_report_cell(table, row, last - 1)->type == JW_VALUE_NULL) {
        last--;
    }
    return (unsigned)MIN(last - 1, OUTLINE_LEVEL_MAX);
}

static bool
has_subtotals(const JwReportTable *table)
{
    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) == JW_ROW_SUBTOTAL) {
            return true;
        }
    }
    return false;
}

static void
rows_write(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet)
{
    const bool folds = has_subtotals(table);
    lxw_row_t at = head_rows(table);

    for (size_t row = 0; row < table->n_rows; row++, at++) {
        lxw_row_col_options options = { .level = folds ? (uint8_t)outline_level(table, row) : 0 };

        if (options.level > 0) {
            exe_book_note(book,
                          worksheet_set_row_opt(sheet, at, LXW_DEF_ROW_HEIGHT, NULL, &options));
        }
        for (size_t column = 0; column < table->n_columns; column++) {
            cell_write(book, table, sheet, at, row, column);
        }
    }
}

void
exe_table_write(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet,
                lxw_worksheet *summary, lxw_col_t front)
{
    const lxw_col_t beside = (lxw_col_t)(table->n_columns + 1);

    table_head(book, table, sheet);
    rows_write(book, table, sheet);
    table_filter(book, table, sheet);
    if (!exe_chart_wanted(table)) {
        return;
    }
    const ExeChartData data = exe_chart_of_cells(table)
                                  ? exe_chart_cells(table, sheet, head_rows(table))
                                  : exe_chart_copy(book, table, sheet, beside + EXE_CHART_COLUMNS);
    exe_chart_write(book, table, &data, sheet, 1, beside);
    if (table->chart_in_front) {
        exe_chart_write(book, table, &data, summary, 4, front);
    }
}

void
exe_table_in_front(ExeBook *book, const JwReportTable *table, lxw_worksheet *summary,
                   lxw_col_t front)
{
    if (!table->chart_in_front || !exe_chart_wanted(table)) {
        return;
    }
    const ExeChartData data = exe_chart_copy(book, table, summary, front + EXE_CHART_COLUMNS);
    exe_chart_write(book, table, &data, summary, 4, front);
}
