/* result/tables.c: the tables of a result: its plans' rows (engine/rows.h) as typed cells under the
 * definition's labels. */
#include "engine/rows.h"
#include "result/looks.h"
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

static void
note_once(JwReportResult *self, const char *note)
{
    if (!g_ptr_array_find_with_equal_func(self->notes, note, g_str_equal, NULL)) {
        jw_report_result_note(self, note);
    }
}

void
jw_result_note_estimate(JwReportResult *self, const JwAggregate *aggregate,
                        const JwMeasureDef *measure)
{
    g_autofree char *note = jw_aggregate_estimate_note(aggregate, measure, self->language);

    note_once(self, note);
}

/* @word: of what there are @n; 0: nothing is to be said */
static void
note_most(JwReportResult *self, JwWord word, const char *of, size_t n)
{
    g_autofree char *count = jw_report_count((int64_t)n, self->language);
    g_autofree char *note = jw_report_word_fill(word, self->language, of, count);

    if (n > 0) {
        note_once(self, note);
    }
}

/* Which rows a table has when not all groups have one. */
static void
note_rows(JwReportResult *self, const JwTablePlan *plan, const JwRows *rows)
{
    const JwMeasureDef *by = jw_rows_ranked_by(rows);
    bool capped = false;

    for (size_t i = 0; i < plan->n_dimensions; i++) {
        const char *label = plan->dimensions[i]->label;
        const bool ranked = by != NULL && i == 0;
        note_most(self, JW_WORD_NOTE_TOLD_APART, label, jw_rows_told_apart(rows, i));
        note_most(self, JW_WORD_NOTE_CAPPED, label, ranked ? 0 : jw_rows_capped(rows, i));
        capped = capped || (ranked && jw_rows_capped(rows, i) > 0);
    }
    if (capped || jw_rows_folded(rows)) {
        g_autofree char *note =
            by != NULL
                ? jw_report_word_fill(JW_WORD_NOTE_FIRST_BY, self->language, plan->title, by->label)
                : jw_report_word_fill(JW_WORD_NOTE_FOLDED, self->language, plan->title, NULL);
        note_once(self, note);
    }
}

/* What is shown for a group inside of another text; keys of their own get it by dress.c. (transfer
 * none) */
static const char *
shown_label(const JwDimensionDef *dimension, const char *label, const char *language)
{
    const JwValue value = { .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) };
    const char *own = jw_look_label(dimension->labels, &value);
    const char *shown = own != NULL ? own : jw_look_word(dimension, &value, language);

    return shown != NULL ? shown : label;
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
            head = jw_result_keep(self,
                                  shown_label(plan->dimensions[plan->n_keys],
                                              jw_rows_across_label(rows, group), self->language));
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
                ? jw_report_word_fill(JW_WORD_SUBTOTAL, self->language,
                                      shown_label(plan->dimensions[i], label, self->language), NULL)
                : NULL;
        *jw_result_cell(table, row, i) = keep_label(self, total != NULL ? total : label);
    }
}

static void
fill_values(JwReportResult *self, JwReportTable *table, JwAggregate *aggregate,
            const JwTablePlan *plan, JwRows *rows, size_t row)
{
    const guint n_measures = plan->measures->len;

    for (size_t column = plan->n_keys; column < table->n_columns; column++) {
        const size_t place = column - plan->n_keys, across = place / n_measures;
        JwReportColumn *about = &table->columns[column];
        const JwMeasureDef *measure =
            g_ptr_array_index(plan->measures, (guint)(place % n_measures));
        const JwValue value = across < jw_rows_n_across(rows)
                                  ? jw_rows_across_value(rows, row, across, measure)
                                  : jw_rows_value(rows, row, measure);
        *jw_result_cell(table, row, column) = jw_result_keep_value(self, value);
        about->approximate = jw_aggregate_take_estimated(aggregate) || about->approximate;
    }
}

static void
fill_rows(JwReportResult *self, JwReportTable *table, JwAggregate *aggregate,
          const JwTablePlan *plan, JwRows *rows)
{
    (void)jw_aggregate_take_estimated(aggregate);
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
        if (table->row_keys != NULL && level > 0) {
            g_autofree char *key = jw_rows_key(rows, row);
            table->row_keys[row] = g_string_chunk_insert(self->strings, key);
        }
        fill_values(self, table, aggregate, plan, rows, row);
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

static void
add_series(JwReportTable *table, size_t column)
{
    if (table->n_chart_columns < JW_CHART_SERIES_MAX && is_drawn(table, column)) {
        table->chart_columns[table->n_chart_columns++] = column;
    }
}

/* The measures that are planned, else the first that can be drawn. @first: the first column of
 * measures. */
static void
add_measures(JwReportTable *table, const JwTablePlan *plan, size_t first)
{
    for (size_t i = 0; i < plan->n_chart_measures; i++) {
        add_series(table, first + plan->chart_measures[i]);
    }
    if (table->n_chart_columns > 0) {
        return;
    }
    for (size_t i = 0; i < plan->measures->len && table->n_chart_columns == 0; i++) {
        add_series(table, first + i);
    }
    table->chart = table->chart == JW_CHART_PIE ? JW_CHART_COLUMN : table->chart;
}

/* Of a pivot a series for each group across when these are few and one measure is drawn, else the
 * totals on the right, when it has them. */
static void
add_chart(JwReportTable *table, const JwTablePlan *plan, size_t n_across)
{
    const size_t n_measures = plan->measures->len;
    const size_t n_groups = (table->n_columns - plan->n_keys) / n_measures;
    const bool each = n_across > 0 && n_across <= JW_CHART_SERIES_MAX && plan->n_chart_measures == 1
                      && plan->chart != JW_CHART_PIE;

    if (plan->chart == JW_CHART_NONE) {
        return;
    }
    table->chart = plan->chart;
    for (size_t group = 0; each && group < n_across; group++) {
        add_series(table, plan->n_keys + group * n_measures + plan->chart_measures[0]);
    }
    if (table->n_chart_columns == 0 && n_groups > n_across) {
        add_measures(table, plan, plan->n_keys + n_across * n_measures);
    }
    if (table->chart == JW_CHART_STACKED && table->n_chart_columns == 1) {
        table->chart = JW_CHART_COLUMN;
    }
    table->chart = table->n_chart_columns > 0 ? table->chart : JW_CHART_NONE;
    table->chart_in_front = table->n_chart_columns > 0 && plan->chart_in_front;
}

static void
add_notes(JwReportResult *self, const JwReportTable *table, JwAggregate *aggregate,
          const JwTablePlan *plan, const JwRows *rows)
{
    note_rows(self, plan, rows);
    if (jw_rows_rank_is_estimate(rows)) {
        jw_result_note_estimate(self, aggregate, jw_rows_ranked_by(rows));
    }
    for (size_t column = plan->n_keys; column < table->n_columns; column++) {
        if (table->columns[column].approximate) {
            const size_t place = (column - plan->n_keys) % plan->measures->len;
            jw_result_note_estimate(self, aggregate, g_ptr_array_index(plan->measures, place));
        }
    }
    if (jw_rows_across_folded(rows) > 0) {
        g_autofree char *of =
            g_strdup_printf("%s (%s)", plan->title, plan->dimensions[plan->n_keys]->label);
        note_most(self, JW_WORD_NOTE_ACROSS, of, jw_rows_across_folded(rows));
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
    table->row_keys = plan->compare ? g_new0(const char *, table->n_rows + 1) : NULL;
    fill_columns(self, table, plan, rows, n_groups);
    fill_rows(self, table, aggregate, plan, rows);
    add_chart(table, plan, n_across);
    add_notes(self, table, aggregate, plan, rows);
}
