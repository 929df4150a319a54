/* result/result.c: the result of a report, taken out of the engine once after the pass. */
#include "result/result_private.h"

#include "jw/report_text.h"

#include <string.h>

#define STRINGS_BLOCK 4096

static void
table_clear(gpointer data)
{
    JwReportTable *table = data;

    g_free(table->columns);
    g_free(table->cells);
}

JwReportResult *
jw_result_new_empty(void)
{
    JwReportResult *self = g_new0(JwReportResult, 1);

    self->figures = g_array_new(FALSE, TRUE, sizeof(JwReportFigure));
    self->limits = g_array_new(FALSE, TRUE, sizeof(JwReportLimit));
    self->tables = g_array_new(FALSE, TRUE, sizeof(JwReportTable));
    g_array_set_clear_func(self->tables, table_clear);
    self->strings = g_string_chunk_new(STRINGS_BLOCK);
    return self;
}

void
jw_report_result_free(gpointer data)
{
    JwReportResult *self = data;

    if (self == NULL) {
        return;
    }
    g_array_unref(self->figures);
    g_array_unref(self->limits);
    g_array_unref(self->tables);
    g_string_chunk_free(self->strings);
    g_free(self);
}

const char *
jw_result_keep(JwReportResult *self, const char *text)
{
    return text != NULL ? g_string_chunk_insert(self->strings, text) : NULL;
}

JwValue
jw_result_keep_value(JwReportResult *self, JwValue value)
{
    if (value.type == JW_VALUE_TEXT) {
        value.text = g_string_chunk_insert_len(self->strings, value.text, (gssize)value.length);
    }
    return value;
}

JwReportTable *
jw_result_add_table(JwReportResult *self, const char *title, size_t n_columns, size_t n_rows)
{
    const JwReportTable table = {
        .title = jw_result_keep(self, title),
        .columns = g_new0(JwReportColumn, n_columns),
        .n_columns = n_columns,
        .n_rows = n_rows,
        .cells = g_new0(JwValue, n_columns * n_rows),
    };

    g_array_append_val(self->tables, table);
    return &g_array_index(self->tables, JwReportTable, self->tables->len - 1);
}

static void
add_figure(JwReportResult *self, JwAggregate *aggregate, const JwMeasureDef *measure)
{
    const JwValue value = jw_aggregate_figure(aggregate, measure);
    g_autofree char *text = jw_report_text_value(&value, measure->format, measure->decimals);
    const JwReportFigure figure = {
        .name = jw_result_keep(self, measure->name),
        .label = jw_result_keep(self, measure->label),
        .format = measure->format,
        .value = jw_result_keep_value(self, value),
        .text = jw_result_keep(self, text),
    };

    g_array_append_val(self->figures, figure);
}

/* The column of a measure: its head and its value in every group. */
static void
fill_column(JwReportResult *self, JwReportTable *table, size_t column, JwAggregate *aggregate,
            const JwDimensionDef *dimension, const JwMeasureDef *measure)
{
    table->columns[column] = (JwReportColumn){ .label = jw_result_keep(self, measure->label),
                                               .format = measure->format };
    for (size_t row = 0; row < table->n_rows; row++) {
        *jw_result_cell(table, row, column) = jw_result_keep_value(
            self, jw_aggregate_group_value(aggregate, dimension, row, measure));
    }
}

static void
fill_labels(JwReportResult *self, JwReportTable *table, JwAggregate *aggregate,
            const JwDimensionDef *dimension)
{
    table->columns[0] = (JwReportColumn){ .label = jw_result_keep(self, dimension->label),
                                          .format = JW_FORMAT_TEXT };
    for (size_t row = 0; row < table->n_rows; row++) {
        const char *label = jw_aggregate_group_label(aggregate, dimension, row);
        *jw_result_cell(table, row, 0) = jw_result_keep_value(
            self, (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) });
    }
}

static void
add_table(JwReportResult *self, JwAggregate *aggregate, const JwReportDef *def,
          const JwTableDef *table_def)
{
    const JwDimensionDef *dimension = jw_report_def_dimension(def, table_def->dimension);
    JwReportTable *table =
        jw_result_add_table(self, table_def->title, 1 + g_strv_length(table_def->measures),
                            jw_aggregate_n_groups(aggregate, dimension));

    fill_labels(self, table, aggregate, dimension);
    for (size_t column = 1; column < table->n_columns; column++) {
        const char *name = table_def->measures[column - 1];
        fill_column(self, table, column, aggregate, dimension, jw_report_def_measure(def, name));
        if (table_def->chart != JW_CHART_NONE && g_str_equal(name, table_def->chart_measure)) {
            table->chart_column = column;
        }
    }
    table->chart = table_def->chart;
    table->chart_in_front = table_def->chart != JW_CHART_NONE
                            && g_strcmp0(table_def->title, def->mail_chart_table) == 0;
}

static void
add_limit(JwReportResult *self, const JwFilter *filter)
{
    g_autofree char *label = jw_report_text_filter_name(filter->name);
    g_autofree char *text = jw_report_text_filter_values(filter);
    const JwReportLimit limit = { jw_result_keep(self, filter->name), jw_result_keep(self, label),
                                  jw_result_keep(self, text) };

    g_array_append_val(self->limits, limit);
}

JwReportResult *
jw_report_result_new(JwAggregate *aggregate, const JwReportDef *def, const JwReportRequest *request,
                     GTimeZone *zone)
{
    g_return_val_if_fail(aggregate != NULL && def != NULL && request != NULL && zone != NULL, NULL);

    JwReportResult *self = jw_result_new_empty();
    g_autofree char *period = jw_report_text_period(request, zone);
    g_autofree char *filters = jw_report_text_filters(def, request);
    self->title = jw_result_keep(self, def->title);
    self->report_type = jw_result_keep(self, def->report_type);
    self->period = request->period;
    self->start_ms = request->start_ms;
    self->end_ms = request->end_ms;
    self->time_zone = jw_result_keep(self, g_time_zone_get_identifier(zone));
    self->period_label = jw_result_keep(self, period);
    self->filters = jw_result_keep(self, filters);
    for (guint i = 0; i < request->filters->len; i++) {
        add_limit(self, &g_array_index(request->filters, JwFilter, i));
    }
    self->with_inactive = def->inactive_field != NULL && request->include_inactive;
    self->requester = jw_result_keep(self, request->requester);
    self->rows = jw_aggregate_rows(aggregate);
    for (size_t i = 0; def->summary != NULL && def->summary[i] != NULL; i++) {
        add_figure(self, aggregate, jw_report_def_measure(def, def->summary[i]));
    }
    for (guint i = 0; i < def->tables->len; i++) {
        add_table(self, aggregate, def, &g_array_index(def->tables, JwTableDef, i));
    }
    return self;
}
