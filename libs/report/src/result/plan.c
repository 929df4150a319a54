/* result/plan.c: what a report shows. A request's `groupBy` puts one table of that dimension in the
 * place of the definition's, in front; its `measures` are the figures, and the columns of every
 * table. Pure, any thread. */
#include "result/plan.h"

#include "names.h"

static void
plan_clear(gpointer data)
{
    JwTablePlan *plan = data;

    g_clear_pointer(&plan->title, g_free);
    g_clear_pointer(&plan->measures, g_ptr_array_unref);
}

static void
add_measure(GPtrArray *measures, const JwMeasureDef *measure)
{
    if (measure != NULL) {
        g_ptr_array_add(measures, (gpointer)(uintptr_t)measure);
    }
}

static void
add_named(GPtrArray *measures, const JwReportDef *def, char **names, bool in_groups)
{
    for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
        const JwMeasureDef *measure = jw_report_def_measure(def, names[i]);
        if (!in_groups || jw_report_def_has_groups(def, measure)) {
            add_measure(measures, measure);
        }
    }
}

GPtrArray *
jw_result_plan_figures(const JwReportDef *def, const JwReportRequest *request)
{
    GPtrArray *figures = g_ptr_array_new();

    add_named(figures, def, request->measures != NULL ? request->measures : def->summary, false);
    return figures;
}

/* The columns of a table: those asked for, else those of @from, else what the summary has; at least
 * one that any definition with groups has. */
static GPtrArray *
plan_columns(const JwReportDef *def, const JwReportRequest *request, const JwTableDef *from)
{
    GPtrArray *measures = g_ptr_array_new();

    if (request->measures != NULL) {
        add_named(measures, def, request->measures, true);
        return measures;
    }
    add_named(measures, def, from != NULL ? from->measures : def->summary, true);
    for (guint i = 0; measures->len == 0 && i < def->measures->len; i++) {
        const JwMeasureDef *measure = &g_array_index(def->measures, JwMeasureDef, i);
        if (jw_report_def_has_groups(def, measure)) {
            add_measure(measures, measure);
        }
    }
    return measures;
}

static void
add_series(JwTablePlan *plan, const char *wanted)
{
    for (guint i = 0; i < plan->measures->len; i++) {
        const JwMeasureDef *measure = g_ptr_array_index(plan->measures, i);
        if (g_strcmp0(measure->name, wanted) == 0 && plan->n_chart_measures < JW_CHART_SERIES_MAX) {
            plan->chart_measures[plan->n_chart_measures++] = i;
        }
    }
}

/* What is drawn: of the measures that the definition charts those that are shown, else the first
 * that is, which may be no part of a whole. */
static void
plan_chart(JwTablePlan *plan, const JwTableDef *from)
{
    for (size_t i = 0; from != NULL && from->chart_measures != NULL && from->chart_measures[i];
         i++) {
        add_series(plan, from->chart_measures[i]);
    }
    if (from != NULL && from->chart_measures == NULL) {
        add_series(plan, from->chart_measure);
    }
    if (plan->n_chart_measures == 0) {
        plan->chart_measures[plan->n_chart_measures++] = 0;
        plan->chart = plan->chart == JW_CHART_PIE ? JW_CHART_COLUMN : plan->chart;
    }
}

static void
add_plan(GArray *plans, JwTablePlan plan, const JwTableDef *from)
{
    if (plan.measures->len == 0) {
        plan_clear(&plan);
        return;
    }
    plan_chart(&plan, from);
    g_array_append_val(plans, plan);
}

/* The definition's table of a dimension, rather one with a chart; NULL: it has none. */
static const JwTableDef *
table_of(const JwReportDef *def, const char *dimension)
{
    const JwTableDef *found = NULL;

    for (guint i = 0; i < def->tables->len; i++) {
        const JwTableDef *table = &g_array_index(def->tables, JwTableDef, i);
        if (g_strcmp0(table->dimension, dimension) == 0
            && (found == NULL || found->chart == JW_CHART_NONE)) {
            found = table;
        }
    }
    return found;
}

static JwChart
chart_kind(const JwDimensionDef *dimension, const JwTableDef *from)
{
    const bool in_time = dimension->part == JW_PART_DATE || dimension->part == JW_PART_MONTH;

    if (from != NULL && from->chart != JW_CHART_NONE) {
        return from->chart;
    }
    return in_time ? JW_CHART_LINE : JW_CHART_COLUMN;
}

static void
plan_asked(GArray *plans, const JwReportDef *def, const JwReportRequest *request)
{
    const JwDimensionDef *dimension = jw_report_def_dimension(def, request->group_by[0]);
    const JwTableDef *from = table_of(def, request->group_by[0]);
    const JwTablePlan plan = {
        .title = from != NULL ? g_strdup(from->title) : g_strdup_printf("By %s", dimension->label),
        .dimension = dimension,
        .measures = plan_columns(def, request, from),
        .chart = chart_kind(dimension, from),
        .chart_in_front = true,
    };

    add_plan(plans, plan, from);
}

static void
plan_defined(GArray *plans, const JwReportDef *def, const JwReportRequest *request,
             const JwTableDef *table)
{
    const JwTablePlan plan = {
        .title = g_strdup(table->title),
        .dimension = jw_report_def_dimension(def, table->dimension),
        .measures = plan_columns(def, request, table),
        .chart = table->chart,
        .chart_in_front =
            table->chart != JW_CHART_NONE && g_strcmp0(table->title, def->mail_chart_table) == 0,
    };

    add_plan(plans, plan, table);
}

GArray *
jw_result_plan_tables(const JwReportDef *def, const JwReportRequest *request)
{
    GArray *plans = g_array_new(FALSE, TRUE, sizeof(JwTablePlan));

    g_array_set_clear_func(plans, plan_clear);
    if (request->group_by != NULL) {
        plan_asked(plans, def, request);
        return plans;
    }
    for (guint i = 0; i < def->tables->len; i++) {
        plan_defined(plans, def, request, &g_array_index(def->tables, JwTableDef, i));
    }
    return plans;
}
