/* result/result_private.h: how a result is filled, from the engine or from a summary. */
#pragma once
#include "jw/report_result.h"
#include "result/plan.h"

G_BEGIN_DECLS

/* A result without figures and tables. (transfer full) */
JwReportResult *jw_result_new_empty(void);

/* jw_report_result_new_compared() before labels, units and levels are put into its tables.
 * (transfer full)
 */
JwReportResult *jw_result_build(JwAggregate *aggregate, const JwReportDef *def,
                                const JwReportRequest *request, GTimeZone *zone);

/* A copy of the string in the result, fit for files and mails (jw_text_sane); NULL-safe. (transfer
 * none) */
const char *jw_result_keep(JwReportResult *self, const char *text);

/* The value with its text, if it is one, kept in the result, fit as above. */
JwValue jw_result_keep_value(JwReportResult *self, JwValue value);

/* Adds a table with its columns and cells, which are zeroed. (transfer none), valid until the
 * next one is added */
JwReportTable *jw_result_add_table(JwReportResult *self, const char *title, size_t n_columns,
                                   size_t n_rows);

/* tables.c: notes, once a measure, what readers of its estimates must know. */
void jw_result_note_estimate(JwReportResult *self, const JwAggregate *aggregate,
                             const JwMeasureDef *measure);

/* tables.c: adds the table of a plan. */
void jw_result_fill_table(JwReportResult *self, JwAggregate *aggregate, const JwTablePlan *plan);

static inline JwValue *
jw_result_cell(JwReportTable *table, size_t row, size_t column)
{
    return &table->cells[row * table->n_columns + column];
}

G_END_DECLS
