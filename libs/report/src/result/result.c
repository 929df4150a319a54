/* result/result.c: the result of a report, taken out of the engine once after the pass. */
#include "result/plan.h"
#include "result/result_private.h"

#include "jw/report_text.h"
#include "jw/text.h"

#include <string.h>

static void
add_figure(JwReportResult *self, JwAggregate *aggregate, const JwMeasureDef *measure,
           GTimeZone *zone)
{
    const JwValue value = jw_aggregate_figure(aggregate, measure);
    g_autofree char *text = value.type == JW_VALUE_TIME
                                ? jw_report_text_time(value.time_ms, measure->format, zone)
                                : jw_report_text_value(&value, measure->format, measure->decimals);
    const JwReportFigure figure = {
        .name = jw_result_keep(self, measure->name),
        .label = jw_result_keep(self, measure->label),
        .format = measure->format,
        .decimals = measure->decimals,
        .value = jw_result_keep_value(self, value),
        .text = jw_result_keep(self, text),
    };

    g_array_append_val(self->figures, figure);
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
    self->title = jw_result_keep(self, def->title);
    self->report_type = jw_result_keep(self, def->report_type);
    self->period = request->period;
    self->start_ms = request->start_ms;
    self->end_ms = request->end_ms;
    self->time_zone = jw_result_keep(self, g_time_zone_get_identifier(zone));
    self->period_label = jw_result_keep(self, period);
    for (guint i = 0; i < request->filters->len; i++) {
        add_limit(self, &g_array_index(request->filters, JwFilter, i));
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
        jw_result_fill_table(self, aggregate, &g_array_index(tables, JwTablePlan, i));
    }
    return self;
}
