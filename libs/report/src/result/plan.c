/* result/plan.c: what a report shows. A request's `groupBy` puts one table of these dimensions in
 * the place of the definition's, in front; its `measures` are the figures, and the columns of every
 * table. Pure, any thread. */
#include "result/plan.h"

#include "jw/report_words.h"
#include "names.h"

#include <string.h>

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

/* The definition's table of these dimensions with all their groups as rows, rather one with a
 * chart; NULL: it has none. */
static const JwTableDef *
table_of(const JwReportDef *def, char **names)
{
    const JwTableDef *found = NULL;

    for (guint i = 0; i < def->tables->len; i++) {
        const JwTableDef *table = &g_array_index(def->tables, JwTableDef, i);
        g_autofree const char **mine = jw_report_table_dimensions(table);
        if (table->rows.pivot == NULL && table->rows.top_by == NULL
            && g_strv_equal(mine, (const char *const *)names)
            && (found == NULL || found->chart == JW_CHART_NONE)) {
            found = table;
        }
    }
    return found;
}

/* @names: at least one, each the definition's */
static void
plan_dimensions(JwTablePlan *plan, const JwReportDef *def, const char *const *names,
                const char *pivot)
{
    for (size_t i = 0; names[i] != NULL && plan->n_keys < JW_TABLE_DIMENSIONS_MAX; i++) {
        if (g_strcmp0(names[i], pivot) != 0) {
            plan->dimensions[plan->n_keys++] = jw_report_def_dimension(def, names[i]);
        }
    }
    plan->n_dimensions = plan->n_keys;
    if (pivot != NULL) {
        plan->dimensions[plan->n_dimensions++] = jw_report_def_dimension(def, pivot);
    }
}

/* The highest groups are shown from the highest on, if nothing else is said. */
static void
plan_rows(JwTablePlan *plan, const JwReportDef *def, const JwTableRows *rows)
{
    plan->top_by = rows->top_by != NULL ? jw_report_def_measure(def, rows->top_by) : NULL;
    plan->top_n = (size_t)rows->top_n;
    plan->sort_by = rows->sort_by != NULL ? jw_report_def_measure(def, rows->sort_by) : NULL;
    plan->sort_key = plan->n_keys;
    plan->descending = rows->sort_descending;
    for (size_t i = 0; rows->sort_by != NULL && plan->sort_by == NULL && i < plan->n_keys; i++) {
        if (strcmp(plan->dimensions[i]->name, rows->sort_by) == 0) {
            plan->sort_key = i;
        }
    }
    plan->max_rows = (size_t)rows->max_rows;
    if (rows->max_rows == 0 && plan->n_dimensions > 1) {
        plan->max_rows = JW_TABLE_ROWS_DEFAULT;
    }
}

/* Rows of one dimension meet those of the period before; others are not asked to (request/check.c,
 * definition/def_check.c). */
static bool
plan_compares(const JwTablePlan *plan)
{
    return plan->n_dimensions == 1;
}

/* Rows of several dimensions are no axis. */
static JwChart
asked_chart(const JwTablePlan *plan, const JwTableDef *from)
{
    if (plan->n_keys > 1) {
        return JW_CHART_NONE;
    }
    if (from != NULL && from->chart != JW_CHART_NONE) {
        return from->chart;
    }
    return jw_part_is_in_time(plan->dimensions[0]->part) ? JW_CHART_LINE : JW_CHART_COLUMN;
}

/* "By Agent, Day". (transfer full) */
static char *
asked_title(const JwTablePlan *plan, const char *language)
{
    g_autoptr(GString) labels = g_string_new(NULL);

    for (size_t i = 0; i < plan->n_dimensions; i++) {
        g_string_append_printf(labels, "%s%s", i > 0 ? ", " : "", plan->dimensions[i]->label);
    }
    return jw_report_word_fill(JW_WORD_BY, language, labels->str, NULL);
}

static void
plan_asked(GArray *plans, const JwReportDef *def, const JwReportRequest *request)
{
    const JwTableDef *from = table_of(def, request->group_by);
    JwTablePlan plan = { 0 };

    plan_dimensions(&plan, def, (const char *const *)request->group_by, request->rows.pivot);
    plan_rows(&plan, def, &request->rows);
    if (from != NULL && request->rows.sort_by == NULL && plan.top_by == NULL
        && request->rows.pivot == NULL) {
        const JwTableRows rows = { .sort_by = from->rows.sort_by,
                                   .sort_descending = from->rows.sort_descending,
                                   .max_rows = from->rows.max_rows };
        plan_rows(&plan, def, &rows);
    }
    plan.totals = request->rows.totals != JW_TOTALS_NO;
    plan.title = from != NULL && request->rows.pivot == NULL ? g_strdup(from->title)
                                                             : asked_title(&plan, def->language);
    plan.measures = plan_columns(def, request, from);
    plan.chart = asked_chart(&plan, from);
    plan.chart_in_front = plan.chart != JW_CHART_NONE;
    plan.compare =
        plan_compares(&plan) && (request->compare_asked || (from != NULL && from->compare));
    add_plan(plans, plan, from);
}

static void
plan_defined(GArray *plans, const JwReportDef *def, const JwReportRequest *request,
             const JwTableDef *table)
{
    g_autofree const char **names = jw_report_table_dimensions(table);
    JwTablePlan plan = {
        .title = g_strdup(table->title),
        .totals = table->rows.totals == JW_TOTALS_YES,
        .measures = plan_columns(def, request, table),
        .chart = table->chart,
        .chart_in_front =
            table->chart != JW_CHART_NONE && g_strcmp0(table->title, def->mail_chart_table) == 0,
    };

    plan_dimensions(&plan, def, names, table->rows.pivot);
    plan_rows(&plan, def, &table->rows);
    plan.compare = table->compare && plan_compares(&plan);
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
