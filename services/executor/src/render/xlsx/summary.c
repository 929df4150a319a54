/* render/xlsx/summary.c: see render/xlsx/summary.h. */
#include "render/xlsx/summary.h"

#include "jw/report_text.h"
#include "jw/report_words.h"
#include "render/xlsx/table.h"

#define COLUMNS   6 /* the margin, label, value, and those of a comparison */
#define FIRST_ROW 6
#define GAP_WIDTH 3.0

/* Those that are in use. */
static lxw_col_t
n_columns(const JwReportResult *result)
{
    return result->compared_label != NULL ? COLUMNS : 3;
}

lxw_col_t
exe_summary_chart_column(const JwReportResult *result)
{
    return (lxw_col_t)(n_columns(result) + 1);
}

/* A value of the summary, or why there is none. */
static void
figure_cell(ExeBook *book, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, const JwValue *value,
            const char *text, ExeXlsxLook look)
{
    const bool percent = exe_xlsx_is_percent(look.format, look.unit);
    const JwValue held = percent ? exe_xlsx_hundredth(value) : *value;

    look.format = exe_xlsx_value_format(value, look.format);
    lxw_format *style = exe_xlsx_style(&book->styles, &look);

    if (value->type == JW_VALUE_NULL) {
        exe_book_text(book, sheet, row, col, text, style);
    } else {
        exe_book_value(book, sheet, row, col, &held, look.format, style);
    }
}

/* The figure of the period before, the difference, and that in percent. */
static void
comparison_write(ExeBook *book, const JwReportFigure *figure, lxw_worksheet *sheet, lxw_row_t row,
                 double widths[COLUMNS])
{
    const JwReportComparison *beside = &figure->comparison;
    if (beside->previous_text == NULL) { /* nothing is beside this one */
        return;
    }
    const ExeXlsxLook look = { .style = EXE_XLSX_BESIDE,
                               .format = figure->format,
                               .decimals = figure->decimals,
                               .unit = beside->previous_unit };
    ExeXlsxLook change = look, share = look;

    change.sign = true;
    change.unit = beside->unit != NULL ? beside->unit : figure->unit;
    share = (ExeXlsxLook){ .style = EXE_XLSX_BESIDE,
                           .format = JW_FORMAT_PERCENT,
                           .decimals = JW_CHANGE_DECIMALS,
                           .sign = true };
    figure_cell(book, sheet, row, 3, &beside->previous, beside->previous_text, look);
    figure_cell(book, sheet, row, 4, &beside->difference, beside->difference_text, change);
    figure_cell(book, sheet, row, 5, &beside->percent, beside->percent_text, share);
    widths[3] = exe_column_width(widths[3], beside->previous_text);
    widths[4] = exe_column_width(widths[4], beside->difference_text);
    widths[5] = exe_column_width(widths[5], beside->percent_text);
}

static void
figures_write(ExeBook *book, const JwReportResult *result, lxw_worksheet *sheet, lxw_row_t row)
{
    double widths[COLUMNS] = { GAP_WIDTH, 34, 18, 18, 16, 14 };
    const lxw_col_t end = n_columns(result);

    for (guint i = 0; i < result->figures->len; i++) {
        const JwReportFigure *figure = &g_array_index(result->figures, JwReportFigure, i);
        const ExeXlsxLook look = { .style = EXE_XLSX_FIGURE,
                                   .format = figure->format,
                                   .decimals = figure->decimals,
                                   .unit = figure->unit,
                                   .approximate = figure->approximate,
                                   .level = figure->level };

        exe_book_text(book, sheet, row + i, 1, figure->label, book->styles.label);
        figure_cell(book, sheet, row + i, 2, &figure->value, figure->text, look);
        widths[1] = exe_column_width(widths[1], figure->label);
        const double marks = exe_marks_width(false, figure->level); /* the text says the other */
        widths[2] = MAX(widths[2], exe_column_width(0, figure->text) + marks);
        if (end == COLUMNS && figure->comparison.previous_text != NULL) {
            comparison_write(book, figure, sheet, row + i, widths);
        }
    }
    for (lxw_col_t col = 0; col < end; col++) {
        const double width = MIN(widths[col], EXE_WIDTH_MOST);
        exe_book_note(book, worksheet_set_column(sheet, col, col, width, NULL));
    }
    exe_book_note(book, worksheet_set_column(sheet, end, end, GAP_WIDTH, NULL));
}

/* What the report is limited to, and who asked for it: nobody takes a part for the whole. */
static void
summary_scope(ExeBook *book, const JwReportResult *result, lxw_worksheet *sheet)
{
    g_autoptr(GString) text = g_string_new(NULL);
    const char *part = jw_report_word(JW_WORD_PART, result->language);

    for (guint i = 0; i < result->limits->len; i++) {
        const JwReportLimit *limit = &g_array_index(result->limits, JwReportLimit, i);
        g_string_append_printf(text, "%s%s%s: %s", i == 0 ? part : "", i == 0 ? ": " : " · ",
                               limit->label, limit->text);
    }
    if (result->with_inactive) {
        g_string_append_printf(text, "%s%s", text->len > 0 ? " · " : "",
                               jw_report_word(JW_WORD_INACTIVE, result->language));
    }
    if (text->len > 0) {
        exe_book_text(book, sheet, 3, 1, text->str, book->styles.label);
    }
    if (result->requester != NULL) {
        g_autofree char *requester =
            jw_report_word_fill(JW_WORD_REQUESTED_BY, result->language, result->requester, NULL);
        exe_book_text(book, sheet, 4, 1, requester, book->styles.muted);
    }
}

/* The period, and the one that it is compared with. (transfer full) */
static char *
summary_subtitle(const JwReportResult *result)
{
    g_autofree char *period = g_strdup_printf("%s (%s)", result->period_label, result->time_zone);

    if (result->compared_label == NULL) {
        return g_steal_pointer(&period);
    }
    g_autofree char *compared =
        jw_report_word_fill(JW_WORD_COMPARED, result->language, result->compared_label, NULL);
    return g_strdup_printf("%s · %s", period, compared);
}

static void
summary_head(ExeBook *book, const JwReportResult *result, lxw_worksheet *sheet, lxw_row_t row)
{
    static const JwWord words[COLUMNS] = {
        0, JW_WORD_FIGURE, JW_WORD_VALUE, JW_WORD_PREVIOUS, JW_WORD_DIFFERENCE, JW_WORD_CHANGE
    };
    const lxw_col_t end = n_columns(result);

    exe_book_note(book, worksheet_set_row(sheet, row, EXE_HEAD_HEIGHT, NULL));
    for (lxw_col_t col = 1; col < end; col++) {
        exe_book_text(book, sheet, row, col, jw_report_word(words[col], result->language),
                      book->styles.heads[col == 1 ? JW_FORMAT_TEXT : JW_FORMAT_INTEGER]);
    }
}

/* Below the figures: how many records, when, and what readers must know. */
static void
summary_foot(ExeBook *book, const ExeRenderInput *input, const JwReportResult *result,
             const char *list_note, lxw_worksheet *sheet)
{
    const char *language = result->language;
    lxw_row_t row = FIRST_ROW + result->figures->len + 1;
    g_autofree char *count = jw_report_word_records(result->rows, language);
    g_autofree char *records = jw_report_word_fill(JW_WORD_RECORDS_READ, language, count, NULL);
    g_autofree char *time = jw_report_text_time(input->made_at_ms, JW_FORMAT_DATETIME, input->zone);
    g_autofree char *zoned = g_strdup_printf("%s (%s)", time, result->time_zone);
    g_autofree char *made = jw_report_word_fill(JW_WORD_MADE_AT, language, zoned, NULL);

    exe_book_text(book, sheet, row++, 1, records, book->styles.muted);
    exe_book_text(book, sheet, row++, 1, made, book->styles.muted);
    if (list_note != NULL) {
        exe_book_text(book, sheet, row++, 1, list_note, book->styles.muted);
    }
    for (guint i = 0; i < result->notes->len; i++) {
        exe_book_text(book, sheet, row++, 1, g_ptr_array_index(result->notes, i),
                      book->styles.muted);
    }
}

void
exe_summary_write(ExeBook *book, const ExeRenderInput *input, const JwReportResult *result,
                  const char *list_note, lxw_worksheet *sheet)
{
    g_autofree char *subtitle = summary_subtitle(result);

    g_autofree char *kind =
        jw_report_kind_line(result->period, result->title, input->title, result->language);
    const char *title = input->title != NULL ? input->title : result->title;

    exe_book_note(book, worksheet_set_row(sheet, 1, 30, NULL));
    exe_book_text(book, sheet, 0, 1, kind, book->styles.muted);
    exe_book_text(book, sheet, 1, 1, title != NULL ? title : "", book->styles.title);
    exe_book_text(book, sheet, 2, 1, subtitle, book->styles.muted);
    summary_scope(book, result, sheet);
    summary_head(book, result, sheet, FIRST_ROW - 1);
    figures_write(book, result, sheet, FIRST_ROW);
    summary_foot(book, input, result, list_note, sheet);
    worksheet_activate(sheet);
}
