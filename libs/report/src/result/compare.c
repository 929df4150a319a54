/* result/compare.c: a result, and one whose figures stand beside those of the period before. Both
 * results are made in the same way, so their figures and tables meet by place. The difference and
 * its percentage are of the values as they are shown: who reckons with them gets the same. One
 * thread.
 */
#include "result/compare.h"

#include "result/dress.h"
#include "result/looks.h"

#include "jw/civil.h"
#include "jw/report_text.h"

static const char *
value_text(const JwCompared *self, const JwValue *value, const JwTextForm *form)
{
    g_autofree char *text = jw_report_text_form(value, form);

    return jw_result_keep(self->self, text);
}

static void
compare_figure(const JwCompared *self, JwReportFigure *figure, const JwReportFigure *before)
{
    JwReportComparison *comparison = &figure->comparison;
    const bool rate = figure->format == JW_FORMAT_PERCENT;
    const JwMeasureDef *measure = jw_report_def_measure(self->def, figure->name);
    JwTextForm change = { .format = figure->format,
                          .decimals = figure->decimals,
                          .sign = true,
                          .language = self->self->language };
    const JwTextForm share = { .format = JW_FORMAT_PERCENT,
                               .decimals = JW_CHANGE_DECIMALS,
                               .sign = true,
                               .language = self->self->language };

    comparison->previous = jw_result_keep_value(self->self, before->value);
    if (jw_compare_has_difference(figure->format)) {
        comparison->difference =
            jw_compare_difference(&figure->value, &before->value, figure->decimals);
    }
    if (rate) {
        g_autofree char *points = jw_compare_points(self->self->language);
        comparison->unit = jw_result_keep(self->self, points);
    } else if (measure != NULL) {
        g_autofree char *unit =
            jw_report_unit(&measure->unit, &comparison->difference, self->self->language);
        comparison->unit = jw_result_keep(self->self, unit);
    }
    change.unit = comparison->unit;
    if (jw_compare_has_percent(figure->format)) {
        comparison->percent = jw_compare_percent(&comparison->difference, &before->value);
    }
    comparison->previous_text = jw_result_keep(self->self, before->text);
    comparison->previous_unit = jw_result_keep(self->self, before->unit);
    comparison->difference_text = value_text(self, &comparison->difference, &change);
    comparison->percent_text = value_text(self, &comparison->percent, &share);
}

/* The request of the period before, whose strings are borrowed. */
static JwReportRequest
request_before(const JwReportRequest *request)
{
    JwReportRequest before = *request;

    before.start_ms = request->compared_start_ms;
    before.end_ms = request->compared_end_ms;
    return before;
}

/* What readers must know of the figures before, too. */
static void
take_notes(JwReportResult *self, const JwReportResult *before)
{
    for (guint i = 0; i < before->notes->len; i++) {
        const char *note = g_ptr_array_index(before->notes, i);
        if (!g_ptr_array_find_with_equal_func(self->notes, note, g_str_equal, NULL)) {
            g_ptr_array_add(self->notes, (gpointer)(uintptr_t)jw_result_keep(self, note));
        }
    }
}

/* The period before, beside what @self has. */
static void
compare_with(JwReportResult *self, JwAggregate *aggregate, JwAggregate *previous,
             const JwReportDef *def, const JwReportRequest *request, GTimeZone *zone)
{
    const JwReportRequest asked = request_before(request);
    g_autoptr(JwReportResult) before = jw_result_build(previous, def, &asked, zone);
    g_autoptr(GArray) plans = jw_result_plan_tables(def, request);
    JwCompared compare = { .self = self,
                           .aggregate = aggregate,
                           .previous = previous,
                           .def = def,
                           .request = request,
                           .first_day = jw_zone_day(zone, request->start_ms),
                           .last_day = jw_zone_day(zone, request->end_ms - 1),
                           .compared_day = jw_zone_day(zone, asked.start_ms),
                           .compared_last_day = jw_zone_day(zone, asked.end_ms - 1) };

    self->compared_label = jw_result_keep(self, before->period_label);
    self->compared_start_ms = asked.start_ms;
    self->compared_end_ms = asked.end_ms;
    for (guint i = 0; i < self->figures->len; i++) {
        compare_figure(&compare, &g_array_index(self->figures, JwReportFigure, i),
                       &g_array_index(before->figures, JwReportFigure, i));
    }
    take_notes(self, before);
    for (guint i = 0; i < plans->len; i++) {
        const JwTablePlan *plan = &g_array_index(plans, JwTablePlan, i);
        if (plan->compare) {
            jw_compare_table(&compare, plan, &g_array_index(self->tables, JwReportTable, i), before,
                             i);
        }
    }
}

JwReportResult *
jw_report_result_new_compared(JwAggregate *aggregate, JwAggregate *previous, const JwReportDef *def,
                              const JwReportRequest *request, GTimeZone *zone)
{
    g_return_val_if_fail(aggregate != NULL && def != NULL && request != NULL && zone != NULL, NULL);
    JwReportResult *self = jw_result_build(aggregate, def, request, zone);

    if (previous != NULL) {
        compare_with(self, aggregate, previous, def, request, zone);
    }
    jw_result_dress(self, def);
    return self;
}
