/* result/row_label.c: what a row of a table and a series are called in charts. Pure. */
#include "jw/report_result.h"
#include "jw/report_text.h"

const char *
jw_report_series_label(const JwReportTable *table, size_t series)
{
    const JwReportColumn *column = &table->columns[table->chart_columns[series]];
    const JwReportColumn *other = &table->columns[table->chart_columns[series > 0 ? 0 : 1]];
    const bool of_groups = table->n_chart_columns > 1 && column->head != NULL
                           && g_strcmp0(column->head, other->head) != 0;

    return of_groups ? column->head : column->label;
}

char *
jw_report_row_label(const JwReportTable *table, size_t row)
{
    GString *label = g_string_new(NULL);

    for (size_t key = 0; key < table->n_keys; key++) {
        const JwValue *cell = jw_report_cell(table, row, key);
        const JwReportColumn *column = &table->columns[key];
        if (cell->type != JW_VALUE_NULL) {
            g_autofree char *text = jw_report_text_value(cell, column->format, column->decimals);
            g_string_append_printf(label, "%s%s", label->len > 0 ? " · " : "", text);
        }
    }
    return g_string_free(label, FALSE);
}
