/* table_text.h: a table of a result as a text that tests compare. */
#pragma once
#include "jw/report_result.h"
#include "jw/report_text.h"
#include "testkit.h"

/* The table as text, a row a line: "G|ada|14:00|2". */
static inline char *
table_text(const JwReportTable *table)
{
    GString *text = g_string_new(NULL);

    for (size_t row = 0; row < table->n_rows; row++) {
        g_string_append_c(text, "GST"[jw_report_row_kind(table, row)]);
        for (size_t i = 0; i < table->n_columns; i++) {
            const JwValue *cell = jw_report_cell(table, row, i);
            g_autofree char *cell_text =
                cell->type == JW_VALUE_NULL
                    ? g_strdup("")
                    : jw_report_text_value(cell, JW_FORMAT_DECIMAL, cell->type == JW_VALUE_REAL);
            g_string_append_printf(text, "|%s", cell_text);
        }
        g_string_append_c(text, '\n');
    }
    return g_string_free(text, FALSE);
}

static inline void
assert_table(const JwReportTable *table, const char *expected)
{
    g_autofree char *text = table_text(table);

    assert_string_equal(text, expected);
}
