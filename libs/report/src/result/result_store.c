/* result/result_store.c: what a result owns: its lists, strings and tables. */
#include "result/result_private.h"

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
    g_free(table->row_keys);
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
