/* result/dress.c: puts labels, units and levels into the tables of a result, once their rows are
 * final. One thread. */
#include "result/dress.h"

#include "result/looks.h"

#include "jw/report_text.h"
#include "result/result_private.h"

#include <string.h>

static const char *
key_label(const JwReportResult *self, const JwDimensionDef *dimension, const JwValue *cell)
{
    const char *label = jw_look_label(dimension->labels, cell);

    return label != NULL ? label : jw_look_word(dimension, cell, self->language);
}

/* A total's label is made of words, and of a group's label as it is shown (tables.c). */
static bool
is_total_label(const JwReportTable *table, size_t row, size_t column)
{
    return jw_report_row_kind(table, row) != JW_ROW_GROUP
           && (column + 1 == table->n_keys
               || jw_report_cell(table, row, column + 1)->type == JW_VALUE_NULL);
}

static void
dress_key(JwReportResult *self, JwReportTable *table, size_t column,
          const JwDimensionDef *dimension)
{
    for (size_t row = 0; dimension != NULL && row < table->n_rows; row++) {
        JwValue *cell = jw_result_cell(table, row, column);
        const char *label =
            is_total_label(table, row, column) ? NULL : key_label(self, dimension, cell);
        if (label != NULL) {
            *cell = jw_result_keep_value(
                self, (JwValue){ .type = JW_VALUE_TEXT, .text = label, .length = strlen(label) });
        }
    }
}

/* The unit of many, and that of one. */
static void
dress_units(JwReportResult *self, JwReportColumn *column, const JwMeasureDef *measure)
{
    const JwValue one = { .type = JW_VALUE_INT, .integer = 1 },
                  many = { .type = JW_VALUE_INT, .integer = 7 };

    if (measure->unit.other != NULL && column->unit == NULL && column->role != JW_COLUMN_PERCENT) {
        g_autofree char *unit = jw_report_unit(&measure->unit, &many, self->language);
        g_autofree char *unit_one = jw_report_unit(&measure->unit, &one, self->language);
        column->unit = jw_result_keep(self, unit);
        column->unit_one = jw_result_keep(self, unit_one);
    }
}

static void
dress_levels(JwReportTable *table, size_t column, const JwMeasureDef *measure)
{
    if (measure->thresholds == NULL || table->columns[column].role != JW_COLUMN_VALUE) {
        return;
    }
    if (table->levels == NULL) {
        table->levels = g_new0(JwLevel, table->n_columns * table->n_rows);
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        table->levels[row * table->n_columns + column] =
            jw_look_level(measure, jw_report_cell(table, row, column));
    }
}

void
jw_result_dress(JwReportResult *self, const JwReportDef *def)
{
    for (guint i = 0; i < self->tables->len; i++) {
        JwReportTable *table = &g_array_index(self->tables, JwReportTable, i);
        for (size_t column = 0; column < table->n_columns; column++) {
            const char *name = table->columns[column].name;
            const JwMeasureDef *measure = jw_report_def_measure(def, name);
            if (column < table->n_keys) {
                dress_key(self, table, column, jw_report_def_dimension(def, name));
            } else if (measure != NULL) {
                dress_units(self, &table->columns[column], measure);
                dress_levels(table, column, measure);
            }
        }
    }
}
