/* render/ndjson.c: a JSON object a line, for pipes: a record by its fields, or a group of a table
 * by its columns, with `_kind` ("group", "subtotal", "total") and, of several tables, `_table`. */
#include "render/json_text.h"
#include "render/out.h"
#include "render/render.h"
#include "render/text.h"

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    ExeOut out;
    ExeJson json;
    GPtrArray *keys; /* of the list's columns */
    int64_t n_lines;
};

static void
ndjson_free(ExeRender *self)
{
    if (self == NULL) {
        return;
    }
    exe_json_clear(&self->json);
    exe_out_clear(&self->out);
    g_clear_pointer(&self->keys, g_ptr_array_unref);
    g_free(self);
}

static ExeRender *
ndjson_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);

    self->input = *input;
    g_autoptr(GPtrArray) names = exe_json_list_names(input->def);
    self->keys = exe_json_keys(names);
    if (!exe_out_open(&self->out, input->path, "write the NDJSON file", error)) {
        ndjson_free(self);
        return NULL;
    }
    exe_json_init(&self->json, self->out.text, input->zone);
    return self;
}

static bool
ndjson_end_line(ExeRender *self, GError **error)
{
    g_string_append(self->out.text, "}\n");
    self->n_lines++;
    return exe_out_flush(&self->out, error);
}

static bool
ndjson_row(ExeRender *self, const JwValue *row, GError **error)
{
    const GArray *columns = self->input.def->columns;

    if (!exe_render_wants_list(&self->input)) {
        return true;
    }
    g_string_append_c(self->out.text, '{');
    for (guint i = 0; i < columns->len; i++) {
        g_string_append(self->out.text, g_ptr_array_index(self->keys, i));
        exe_json_value(&self->json, &row[i], g_array_index(columns, JwColumnDef, i).format);
    }
    return ndjson_end_line(self, error);
}

/* No column is called as what stands in front: their names begin with a letter. */
static void
ndjson_group(ExeRender *self, const JwReportTable *table, size_t row, const GPtrArray *keys)
{
    const bool named = self->input.content == JW_CONTENT_TABLES;

    g_string_append_c(self->out.text, '{');
    if (named) {
        exe_json_key(&self->json, "_table", true);
        exe_json_text(&self->json, table->title);
    }
    exe_json_key(&self->json, "_kind", !named);
    exe_json_text(&self->json, exe_json_row_kind(jw_report_row_kind(table, row)));
    for (size_t i = 0; i < table->n_columns; i++) {
        g_string_append(self->out.text, i == 0 ? "," : "");
        g_string_append(self->out.text, g_ptr_array_index(keys, i));
        exe_json_value(&self->json, jw_report_cell(table, row, i), table->columns[i].format);
    }
}

static bool
ndjson_table(ExeRender *self, const JwReportTable *table, GError **error)
{
    g_autoptr(GPtrArray) names = exe_json_table_names(table);
    g_autoptr(GPtrArray) keys = exe_json_keys(names);
    bool ok = true;

    for (size_t row = 0; ok && row < table->n_rows; row++) {
        ndjson_group(self, table, row, keys);
        ok = ndjson_end_line(self, error);
    }
    return ok;
}

static bool
ndjson_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    const JwContent content = self->input.content;
    bool ok = true;

    if (content == JW_CONTENT_TABLE) {
        const JwReportTable *table = exe_text_table(result, self->input.table, error);
        ok = table != NULL && ndjson_table(self, table, error);
    }
    for (guint i = 0; ok && content == JW_CONTENT_TABLES && i < result->tables->len; i++) {
        ok = ndjson_table(self, &g_array_index(result->tables, JwReportTable, i), error);
    }
    return ok && exe_out_close(&self->out, error);
}

static bool
ndjson_check(const ExeRender *self, GError **error)
{
    return exe_json_check(self->input.path, true, self->n_lines, error);
}

const ExeRenderOps exe_render_ndjson = {
    .open = ndjson_open,
    .row = ndjson_row,
    .finish = ndjson_finish,
    .check = ndjson_check,
    .free = ndjson_free,
};
