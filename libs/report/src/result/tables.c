/* result/tables.c: the tables of a result: its plans' rows (engine/rows.h) as typed cells under the
 * definition's labels. */
#include "engine/rows.h"
#include "result/result_private.h"

#include "jw/report_text.h"
#include "jw/report_words.h"

#include <string.h>

static JwValue
keep_label(JwReportResult *self, const char *label)
{
    return jw_result_keep_value(
        self, (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) });
}

/* @head: (nullable) */
static void
set_column(JwReportResult *self, JwReportColumn *column, const JwMeasureDef *measure,
           const char *head)
{
    *column = (JwReportColumn){ .name = jw_result_keep(self, measure->name),
                                .label = jw_result_keep(self, measure->label),
                                .format = measure->format,
                                .decimals = measure->decimals,
                                .head = head };
}

static void
fill_columns(JwReportResult *self, JwReportTable *table, const JwTablePlan *plan,
             const JwRows *rows, size_t n_groups)
{
    const guint n_measures = plan->measures->len;

    for (size_t i = 0; i < plan->n_keys; i++) {
        table->columns[i] =
            (JwReportColumn){ .name = jw_result_keep(self, plan->dimensions[i]->name),
                              .label = jw_result_keep(self, plan->dimensions[i]->label),
                              .format = JW_FORMAT_TEXT };
    }
    for (size_t group = 0; group < n_groups; group++) {
        const char *head = NULL;
        if (group < jw_rows_n_across(rows)) {
            head = jw_result_keep(self, jw_rows_across_label(rows, group));
        } else if (plan->n_dimensions > plan->n_keys) {
            head = jw_report_word(JW_WORD_TOTAL, self->language);
        }
        for (guint i = 0; i < n_measures; i++) {
            set_column(self, &table->columns[plan->n_keys + group * n_measures + i],
                       g_ptr_array_index(plan->measures, i), head);
        }
    }
}

static void
fill_keys(JwReportResult *self, JwReportTable *table, const JwTablePlan *plan, const JwRows *rows,
          size_t row)
{
    const size_t level = jw_rows_level(rows, row);

    if (level == 0) {
        *jw_result_cell(table, row, 0) =
            keep_label(self, jw_report_word(JW_WORD_TOTAL, self->language));
        return;
    }
    for (size_t i = 0; i < level; i++) {
        const char *label = jw_rows_label(rows, row, i);
        g_autofree char *total =
            i + 1 == level && level < plan->n_keys
                ? jw_report_word_fill(JW_WORD_SUBTOTAL, self->language, label, NULL)
                : NULL;
        *jw_result_cell(table, row, i) = keep_label(self, total != NULL ? total : label);
    }
}

static void
fill_values(JwReportResult *self, JwReportTable *table, const JwTablePlan *plan, JwRows *rows,
            size_t row)
{
    const guint n_measures = plan->measures->len;

    for (size_t column = plan->n_keys; column < table->n_columns; column++) {
        const size_t place = column - plan->n_keys, across = place / n_measures;
        const JwMeasureDef *measure =
            g_ptr_array_index(plan->measures, (guint)(place % n_measures));
        const JwValue value = across < jw_rows_n_across(rows)
                                  ? jw_rows_across_value(rows, row, across, measure)
                                  : jw_rows_value(rows, row, measure);
        *jw_result_cell(table, row, column) = jw_result_keep_value(self, value);
    }
}

static void
fill_rows(JwReportResult *self, JwReportTable *table, const JwTablePlan *plan, JwRows *rows)
{
    if (plan->totals) {
        table->kinds = g_new0(JwRowKind, MAX(table->n_rows, 1));
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        const size_t level = jw_rows_level(rows, row);
        if (plan->totals) {
            table->kinds[row] = level == plan->n_keys ? JW_ROW_GROUP
                                : level == 0          ? JW_ROW_TOTAL
                                                      : JW_ROW_SUBTOTAL;
        }
        fill_keys(self, table, plan, rows, row);
        fill_values(self, table, plan, rows, row);
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

/* The measure that is planned, else the first that can be drawn; n_measures: none. @first: the
 * first column of measures. */
static size_t
drawn_measure(const JwReportTable *table, const JwTablePlan *plan, size_t first)
{
    size_t measure = plan->chart_measure;

    if (is_drawn(table, first + measure)) {
        return measure;
    }
    for (measure = 0; measure < plan->measures->len && !is_drawn(table, first + measure);) {
        measure++;
    }
    return measure;
}

/* Of a pivot a series for each group across when they are few, else that of the totals. */
static void
add_chart(JwReportTable *table, const JwTablePlan *plan, size_t n_across)
{
    const guint n_measures = plan->measures->len;
    const size_t n_groups = (table->n_columns - plan->n_keys) / n_measures;
    const bool few = n_across <= JW_CHART_SERIES_MAX;
    const size_t first = n_across == 0 || few ? 0 : n_across;

    if (plan->chart == JW_CHART_NONE || first >= n_groups) {
        return;
    }
    const size_t measure = drawn_measure(table, plan, plan->n_keys + (n_groups - 1) * n_measures);
    for (size_t group = first; group < (few ? MAX(n_across, 1) : n_groups); group++) {
        if (measure < n_measures) {
            table->chart_columns[table->n_chart_columns++] =
                plan->n_keys + group * n_measures + measure;
        }
    }
    if (table->n_chart_columns > 0) {
        table->chart = plan->chart;
        table->chart_in_front = plan->chart_in_front;
    }
}

static void
add_notes(JwReportResult *self, const JwTablePlan *plan, const JwRows *rows)
{
    if (jw_rows_folded(rows)) {
        g_autofree char *note = g_strdup_printf(
            "%s: the most frequent combinations have rows of their own; all others are counted "
            "under (other).",
            plan->title);
        g_ptr_array_add(self->notes, (gpointer)(uintptr_t)jw_result_keep(self, note));
    }
    if (jw_rows_across_folded(rows)) {
        g_autofree char *note = g_strdup_printf(
            "%s: the %d most frequent groups of %s have columns of their own; all others are "
            "counted under (other).",
            plan->title, JW_ACROSS_MAX, plan->dimensions[plan->n_keys]->label);
        g_ptr_array_add(self->notes, (gpointer)(uintptr_t)jw_result_keep(self, note));
    }
}

void
jw_result_fill_table(JwReportResult *self, JwAggregate *aggregate, const JwTablePlan *plan)
{
    g_autoptr(JwRows) rows = jw_rows_new(aggregate, plan);
    const size_t n_across = jw_rows_n_across(rows);
    const bool is_pivot = plan->n_dimensions > plan->n_keys;
    const size_t n_groups = n_across + (!is_pivot || plan->totals ? 1 : 0);
    JwReportTable *table = jw_result_add_table(
        self, plan->title, plan->n_keys + n_groups * plan->measures->len, jw_rows_count(rows));

    table->n_keys = plan->n_keys;
    fill_columns(self, table, plan, rows, n_groups);
    fill_rows(self, table, plan, rows);
    add_chart(table, plan, n_across);
    add_notes(self, plan, rows);
}
