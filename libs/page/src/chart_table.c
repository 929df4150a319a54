/* chart_table.c: the chart of a result's table, as numbers to draw. Rows that are totals are none
 * of its values. */
#include "jw/chart_table.h"

void
jw_chart_table_init(JwChartTable *self, const JwReportTable *table)
{
    const size_t n_series = MIN(table->n_chart_columns, JW_CHART_SERIES_MAX);
    g_autofree size_t *rows = g_new(size_t, table->n_rows + 1);
    size_t n = 0;

    *self = (JwChartTable){ .labels = g_ptr_array_new_with_free_func(g_free) };
    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) == JW_ROW_GROUP) {
            g_ptr_array_add(self->labels, jw_report_row_label(table, row));
            rows[n++] = row;
        }
    }
    for (size_t i = 0; i < n_series; i++) {
        const size_t column = table->chart_columns[i];
        double *values = g_new(double, n + 1);
        for (size_t k = 0; k < n; k++) {
            values[k] = jw_axis_value(jw_report_cell(table, rows[k], column));
        }
        self->series[i] = (JwChartSeries){ values, jw_report_series_label(table, i),
                                           table->columns[column].decimals };
    }
    self->chart = (JwChartData){ .labels = (const char *const *)self->labels->pdata,
                                 .values = self->series[0].values,
                                 .n_values = n_series > 0 ? n : 0,
                                 .measure = self->series[0].measure,
                                 .decimals = self->series[0].decimals,
                                 .kind = table->chart,
                                 .more = &self->series[1],
                                 .n_more = n_series > 0 ? n_series - 1 : 0 };
}

void
jw_chart_table_clear(JwChartTable *self)
{
    g_clear_pointer(&self->labels, g_ptr_array_unref);
    for (size_t i = 0; i < JW_CHART_SERIES_MAX; i++) {
        g_free((gpointer)(uintptr_t)self->series[i].values);
        self->series[i].values = NULL;
    }
}
