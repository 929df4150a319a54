/* result/result.c: the result of a report, taken out of the engine once after the pass. */
#include "result/plan.h"
#include "result/result_private.h"

#include "jw/report_text.h"
#include "jw/text.h"

#include <string.h>

#define STRINGS_BLOCK 4096

static void
table_clear(gpointer data)
{
    JwReportTable *table = data;

    g_free(table->columns);
    g_free(table->cells);
    g_free(table->kinds);
    g_free(table->levels);
}

JwReportResult *
jw_result_new_empty(void)
{
    JwReportResult *self = g_new0(JwReportResult, 1);

    self->figures = g_array_new(FALSE, TRUE, sizeof(JwReportFigure));
    self->limits = g_array_new(FALSE, TRUE, sizeof(JwReportLimit));
    self->notes = g_ptr_array_new();
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
    g_ptr_array_unref(self->notes);
    g_string_chunk_free(self->strings);
    g_free(self);
}

static const char *
keep_text(JwReportResult *self, const char *text, size_t length, size_t *ret_length)
{
    g_autoptr(GString) scratch = g_string_new(NULL);
    const char *sane = jw_text_sane(scratch, text, length, ret_length);

    return g_string_chunk_insert_len(self->strings, sane, (gssize)*ret_length);
}

const char *
jw_result_keep(JwReportResult *self, const char *text)
{
    size_t length = 0;

    return text != NULL ? keep_text(self, text, strlen(text), &length) : NULL;
}

JwValue
jw_result_keep_value(JwReportResult *self, JwValue value)
{
    if (value.type == JW_VALUE_TEXT) {
        value.text = keep_text(self, value.text, value.length, &value.length);
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
        .n_keys = 1,
        .cells = g_new0(JwValue, n_columns * n_rows),
    };

    g_array_append_val(self->tables, table);
    return &g_array_index(self->tables, JwReportTable, self->tables->len - 1);
}

/* Once a measure: what readers of its estimates must know. */
static void
note_estimate(JwReportResult *self, const JwAggregate *aggregate, const JwMeasureDef *measure)
{
    g_autofree char *note = jw_aggregate_estimate_note(aggregate, measure);

    if (!g_ptr_array_find_with_equal_func(self->notes, note, g_str_equal, NULL)) {
        g_ptr_array_add(self->notes, (gpointer)(uintptr_t)jw_result_keep(self, note));
    }
}

static void
add_figure(JwReportResult *self, JwAggregate *aggregate, const JwMeasureDef *measure,
           GTimeZone *zone)
{
    (void)jw_aggregate_take_estimated(aggregate);
    const JwValue value = jw_aggregate_figure(aggregate, measure);
    const bool estimated = jw_aggregate_take_estimated(aggregate);
    g_autofree char *exact = value.type == JW_VALUE_TIME
                                 ? jw_report_text_time(value.time_ms, measure->format, zone)
                                 : jw_report_text_value(&value, measure->format, measure->decimals);
    g_autofree char *text = g_strconcat(estimated ? JW_REPORT_TEXT_ESTIMATE : "", exact, NULL);
    const JwReportFigure figure = {
        .name = jw_result_keep(self, measure->name),
        .label = jw_result_keep(self, measure->label),
        .format = measure->format,
        .decimals = measure->decimals,
        .value = jw_result_keep_value(self, value),
        .text = jw_result_keep(self, text),
        .approximate = estimated,
    };

    if (estimated) {
        note_estimate(self, aggregate, measure);
    }
    g_array_append_val(self->figures, figure);
}

/* The column of a measure: its head and its value in every group. */
static void
fill_column(JwReportResult *self, JwReportTable *table, size_t column, JwAggregate *aggregate,
            const JwDimensionDef *dimension, const JwMeasureDef *measure)
{
    table->columns[column] = (JwReportColumn){ .name = jw_result_keep(self, measure->name),
                                               .label = jw_result_keep(self, measure->label),
                                               .format = measure->format,
                                               .decimals = measure->decimals };
    (void)jw_aggregate_take_estimated(aggregate);
    for (size_t row = 0; row < table->n_rows; row++) {
        *jw_result_cell(table, row, column) = jw_result_keep_value(
            self, jw_aggregate_group_value(aggregate, dimension, row, measure));
    }
    table->columns[column].approximate = jw_aggregate_take_estimated(aggregate);
    if (table->columns[column].approximate) {
        note_estimate(self, aggregate, measure);
    }
}

static void
fill_labels(JwReportResult *self, JwReportTable *table, JwAggregate *aggregate,
            const JwDimensionDef *dimension)
{
    table->columns[0] = (JwReportColumn){ .name = jw_result_keep(self, dimension->name),
                                          .label = jw_result_keep(self, dimension->label),
                                          .format = JW_FORMAT_TEXT };
    for (size_t row = 0; row < table->n_rows; row++) {
        const char *label = jw_aggregate_group_label(aggregate, dimension, row);
        *jw_result_cell(table, row, 0) = jw_result_keep_value(
            self, (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) });
    }
}

/* Whether a chart can draw the column: it has numbers, and not dates. */
static bool
is_drawn(const JwReportTable *table, size_t column)
{
    const JwFormat format = table->columns[column].format;

    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_cell(table, row, column)->type == JW_VALUE_TIME) {
            return false;
        }
    }
    return format != JW_FORMAT_DATETIME && format != JW_FORMAT_DATE;
}

/* The chart of the measures that are planned, else of the first that can be drawn, else none. */
static void
add_chart(JwReportTable *table, const JwTablePlan *plan)
{
    if (plan->chart == JW_CHART_NONE) {
        return;
    }
    for (size_t i = 0; i < plan->n_chart_measures; i++) {
        const size_t column = table->n_keys + plan->chart_measures[i];
        if (is_drawn(table, column)) {
            table->chart_columns[table->n_chart_columns++] = column;
        }
    }
    table->chart = plan->chart;
    for (size_t column = table->n_keys; column < table->n_columns && table->n_chart_columns == 0;
         column++) {
        if (is_drawn(table, column)) {
            table->chart_columns[table->n_chart_columns++] = column;
            table->chart = plan->chart == JW_CHART_PIE ? JW_CHART_COLUMN : plan->chart;
        }
    }
    table->chart = table->n_chart_columns > 0 ? table->chart : JW_CHART_NONE;
    table->chart_in_front = table->n_chart_columns > 0 && plan->chart_in_front;
}

static void
add_table(JwReportResult *self, JwAggregate *aggregate, const JwTablePlan *plan)
{
    JwReportTable *table = jw_result_add_table(self, plan->title, 1 + plan->measures->len,
                                               jw_aggregate_n_groups(aggregate, plan->dimension));

    fill_labels(self, table, aggregate, plan->dimension);
    for (size_t column = 1; column < table->n_columns; column++) {
        fill_column(self, table, column, aggregate, plan->dimension,
                    g_ptr_array_index(plan->measures, column - 1));
    }
    add_chart(table, plan);
}

static void
add_limit(JwReportResult *self, const JwReportDef *def, const JwFilter *filter)
{
    const JwFilterDef *known = jw_report_def_filter(def, filter->name);
    const bool labelled = known != NULL && known->label != NULL;
    g_autofree char *label =
        labelled ? g_strdup(known->label) : jw_report_text_filter_name(filter->name);
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
    self->title = jw_result_keep(self, def->title);
    self->report_type = jw_result_keep(self, def->report_type);
    self->period = request->period;
    self->start_ms = request->start_ms;
    self->end_ms = request->end_ms;
    self->time_zone = jw_result_keep(self, g_time_zone_get_identifier(zone));
    self->period_label = jw_result_keep(self, period);
    for (guint i = 0; i < request->filters->len; i++) {
        add_limit(self, def, &g_array_index(request->filters, JwFilter, i));
    }
    self->with_inactive = def->inactive_field != NULL && request->include_inactive;
    self->requester = jw_result_keep(self, request->requester);
    self->rows = jw_aggregate_rows(aggregate);
    self->grouped = request->group_by != NULL;
    g_autoptr(GPtrArray) figures = jw_result_plan_figures(def, request);
    for (guint i = 0; i < figures->len; i++) {
        add_figure(self, aggregate, g_ptr_array_index(figures, i), zone);
    }
    g_autoptr(GArray) tables = jw_result_plan_tables(def, request);
    for (guint i = 0; i < tables->len; i++) {
        add_table(self, aggregate, &g_array_index(tables, JwTablePlan, i));
    }
    return self;
}
