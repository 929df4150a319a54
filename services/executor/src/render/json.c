/* render/json.c: one JSON document, by schemas/report-file.v1.json: what the report is about,
 * figures, tables, and the records, one a line, as the last member.
 *
 * Whoever reads it from the top knows all about the records before they come; so they wait in a
 * file of their own until the figures are known. */
#include "render/json_text.h"
#include "render/out.h"
#include "render/render.h"

#include "jw/report_text.h"

#define SPOOL_END ".rows"

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    ExeOut out, spool;    /* the document; its records */
    ExeJson json, rows;   /* their texts */
    GPtrArray *names;     /* of the list's columns as members of its rows */
    GPtrArray *keys;
    int64_t n_rows, n_tables;
};

static void
json_free(ExeRender *self)
{
    if (self == NULL) {
        return;
    }
    exe_json_clear(&self->json);
    exe_json_clear(&self->rows);
    exe_out_clear(&self->out);
    exe_out_clear(&self->spool);
    g_clear_pointer(&self->names, g_ptr_array_unref);
    g_clear_pointer(&self->keys, g_ptr_array_unref);
    g_free(self);
}

static ExeRender *
json_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);
    g_autofree char *spool = g_strconcat(input->path, SPOOL_END, NULL);

    self->input = *input;
    self->names = exe_json_list_names(input->def);
    self->keys = exe_json_keys(self->names);
    if (!exe_out_open(&self->out, input->path, "write the JSON file", error)
        || !exe_out_open_spool(&self->spool, spool, "write the records of the JSON file", error)) {
        json_free(self);
        return NULL;
    }
    exe_json_init(&self->json, self->out.text, input->zone);
    exe_json_init(&self->rows, self->spool.text, input->zone);
    return self;
}

static bool
json_row(ExeRender *self, const JwValue *row, GError **error)
{
    const GArray *columns = self->input.def->columns;
    GString *out = self->spool.text;

    if (!exe_render_wants_list(&self->input)) {
        return true;
    }
    g_string_append(out, self->n_rows++ == 0 ? "\n{" : ",\n{");
    for (guint i = 0; i < columns->len; i++) {
        g_string_append(out, g_ptr_array_index(self->keys, i));
        exe_json_value(&self->rows, &row[i], g_array_index(columns, JwColumnDef, i).format);
    }
    g_string_append_c(out, '}');
    return exe_out_flush(&self->spool, error);
}

static void
put_text(ExeRender *self, const char *name, const char *text)
{
    exe_json_key(&self->json, name, false);
    exe_json_text(&self->json, text);
}

static void
put_bool(ExeRender *self, const char *name, bool value)
{
    exe_json_key(&self->json, name, false);
    g_string_append(self->out.text, value ? "true" : "false");
}

static void
put_int(ExeRender *self, const char *name, int64_t value)
{
    exe_json_key(&self->json, name, false);
    g_string_append_printf(self->out.text, "%" G_GINT64_FORMAT, value);
}

static void
put_value(ExeRender *self, const char *name, const JwValue *value, JwFormat format)
{
    exe_json_key(&self->json, name, false);
    exe_json_value(&self->json, value, format);
}

static void
put_time(ExeRender *self, const char *name, int64_t time_ms, bool known)
{
    const JwValue value = { .type = known ? JW_VALUE_TIME : JW_VALUE_NULL, .time_ms = time_ms };

    put_value(self, name, &value, JW_FORMAT_DATETIME);
}

/* Begins a member that is an object or an array. */
static void
put_begin(ExeRender *self, const char *name, char bracket)
{
    exe_json_key(&self->json, name, false);
    g_string_append_c(self->out.text, bracket);
}

/* Begins an item of an array, whose first member is a text. */
static void
put_item(ExeRender *self, bool first, const char *name, const char *text)
{
    g_string_append(self->out.text, first ? "\n{" : ",\n{");
    exe_json_key(&self->json, name, true);
    exe_json_text(&self->json, text);
}

/* The end of the period is the first moment behind it. */
static void
put_period(ExeRender *self, const JwReportResult *result)
{
    const bool limited = result->start_ms != 0 || result->end_ms != 0;

    exe_json_key(&self->json, "period", false);
    g_string_append_c(self->out.text, '{');
    exe_json_key(&self->json, "type", true);
    exe_json_text(&self->json, jw_period_name(result->period));
    put_time(self, "start", result->start_ms, limited);
    put_time(self, "end", result->end_ms, limited);
    put_text(self, "timeZone", result->time_zone);
    put_text(self, "label", result->period_label);
    put_text(self, "comparedWith", result->compared_label);
    g_string_append_c(self->out.text, '}');
}

static void
put_about(ExeRender *self, const JwReportResult *result)
{
    g_string_append_c(self->out.text, '{');
    exe_json_key(&self->json, "title", true);
    exe_json_text(&self->json, result->title);
    put_text(self, "name", self->input.title);
    put_text(self, "reportType", result->report_type);
    put_text(self, "language", result->language != NULL ? result->language : "en");
    put_time(self, "madeAt", self->input.made_at_ms, true);
    put_text(self, "requestedBy", result->requester);
    put_period(self, result);
    put_begin(self, "filters", '[');
    for (guint i = 0; i < result->limits->len; i++) {
        const JwReportLimit *limit = &g_array_index(result->limits, JwReportLimit, i);
        put_item(self, i == 0, "name", limit->name);
        put_text(self, "label", limit->label);
        put_text(self, "text", limit->text);
        g_string_append_c(self->out.text, '}');
    }
    g_string_append_c(self->out.text, ']');
    put_bool(self, "inactiveIncluded", result->with_inactive);
    put_int(self, "records", result->rows);
    put_begin(self, "notes", '[');
    for (guint i = 0; i < result->notes->len; i++) {
        g_string_append(self->out.text, i > 0 ? "," : "");
        exe_json_text(&self->json, g_ptr_array_index(result->notes, i));
    }
    g_string_append_c(self->out.text, ']');
}

static void
put_compared(ExeRender *self, const JwValue *value, const char *text, JwFormat format)
{
    g_string_append_c(self->out.text, '{');
    exe_json_key(&self->json, "value", true);
    exe_json_value(&self->json, value, format);
    put_text(self, "text", text);
    g_string_append_c(self->out.text, '}');
}

static void
put_comparison(ExeRender *self, const JwReportFigure *figure)
{
    const JwReportComparison *compared = &figure->comparison;

    exe_json_key(&self->json, "comparison", false);
    if (compared->previous_text == NULL) {
        g_string_append(self->out.text, "null");
        return;
    }
    g_string_append_c(self->out.text, '{');
    exe_json_key(&self->json, "previous", true);
    put_compared(self, &compared->previous, compared->previous_text, figure->format);
    exe_json_key(&self->json, "difference", false);
    put_compared(self, &compared->difference, compared->difference_text, figure->format);
    exe_json_key(&self->json, "percent", false);
    put_compared(self, &compared->percent, compared->percent_text, JW_FORMAT_PERCENT);
    g_string_append_c(self->out.text, '}');
}

/* What figures and columns are shown with. */
static void
put_shown(ExeRender *self, JwFormat format, int decimals, const char *unit, bool approximate)
{
    put_text(self, "format", jw_format_name(format));
    exe_json_key(&self->json, "decimals", false);
    if (jw_format_is_number(format) && decimals >= 0) {
        g_string_append_printf(self->out.text, "%d", decimals);
    } else {
        g_string_append(self->out.text, "null");
    }
    put_text(self, "unit", unit != NULL ? unit : jw_report_text_unit(format));
    put_bool(self, "approximate", approximate);
}

static void
put_figures(ExeRender *self, const JwReportResult *result)
{
    put_begin(self, "figures", '[');
    for (guint i = 0; i < result->figures->len; i++) {
        const JwReportFigure *figure = &g_array_index(result->figures, JwReportFigure, i);
        put_item(self, i == 0, "name", figure->name);
        put_text(self, "label", figure->label);
        put_value(self, "value", &figure->value, figure->format);
        put_text(self, "text", figure->text);
        put_shown(self, figure->format, figure->decimals, figure->unit, figure->approximate);
        put_text(self, "level", exe_json_level(figure->level));
        put_comparison(self, figure);
        g_string_append_c(self->out.text, '}');
    }
    g_string_append_c(self->out.text, ']');
}

static void
put_columns(ExeRender *self, const JwReportTable *table)
{
    put_begin(self, "columns", '[');
    for (size_t i = 0; i < table->n_columns; i++) {
        const JwReportColumn *column = &table->columns[i];
        put_item(self, i == 0, "name", column->name);
        put_text(self, "label", column->label);
        put_text(self, "head", column->head);
        put_text(self, "role", i < table->n_keys ? "key" : exe_json_column_role(column->role));
        put_shown(self, column->format, column->decimals, column->unit, column->approximate);
        g_string_append_c(self->out.text, '}');
    }
    g_string_append_c(self->out.text, ']');
}

static void
put_cells(ExeRender *self, const JwReportTable *table, size_t row)
{
    g_string_append(self->out.text, row > 0 ? ",\n[" : "\n[");
    for (size_t i = 0; i < table->n_columns; i++) {
        g_string_append(self->out.text, i > 0 ? "," : "");
        exe_json_value(&self->json, jw_report_cell(table, row, i), table->columns[i].format);
    }
    g_string_append_c(self->out.text, ']');
}

static void
put_levels(ExeRender *self, const JwReportTable *table)
{
    exe_json_key(&self->json, "levels", false);
    if (table->levels == NULL) {
        g_string_append(self->out.text, "null");
        return;
    }
    g_string_append_c(self->out.text, '[');
    for (size_t i = 0; i < table->n_rows * table->n_columns; i++) {
        const bool begins = i % table->n_columns == 0;
        g_string_append(self->out.text, i == 0 ? "[" : begins ? "],[" : ",");
        exe_json_text(&self->json, exe_json_level(table->levels[i]));
    }
    g_string_append(self->out.text, table->n_rows > 0 ? "]]" : "]");
}

static bool
put_table(ExeRender *self, const JwReportTable *table, GError **error)
{
    bool ok = true;

    put_item(self, self->n_tables++ == 0, "title", table->title);
    put_columns(self, table);
    put_begin(self, "rows", '[');
    for (size_t row = 0; ok && row < table->n_rows; row++) {
        put_cells(self, table, row);
        ok = exe_out_flush(&self->out, error);
    }
    g_string_append_c(self->out.text, ']');
    put_begin(self, "kinds", '[');
    for (size_t row = 0; row < table->n_rows; row++) {
        g_string_append(self->out.text, row > 0 ? "," : "");
        exe_json_text(&self->json, exe_json_row_kind(jw_report_row_kind(table, row)));
    }
    g_string_append_c(self->out.text, ']');
    put_levels(self, table);
    g_string_append_c(self->out.text, '}');
    return ok;
}

static bool
put_tables(ExeRender *self, const JwReportResult *result, GError **error)
{
    bool ok = true;

    put_begin(self, "tables", '[');
    for (guint i = 0; ok && i < result->tables->len; i++) {
        ok = put_table(self, &g_array_index(result->tables, JwReportTable, i), error);
    }
    g_string_append_c(self->out.text, ']');
    return ok;
}

/* The list's columns, and its rows, which are objects with the fields as members. */
static bool
put_list(ExeRender *self, GError **error)
{
    const GArray *columns = self->input.def->columns;

    put_begin(self, "list", '{');
    exe_json_key(&self->json, "title", true);
    exe_json_text(&self->json, self->input.def->list_title);
    put_begin(self, "columns", '[');
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        put_item(self, i == 0, "field", column->field);
        put_text(self, "name", g_ptr_array_index(self->names, i));
        put_text(self, "label", column->label);
        put_text(self, "format", jw_format_name(column->format));
        g_string_append_c(self->out.text, '}');
    }
    g_string_append(self->out.text, "]}");
    put_begin(self, "rows", '[');
    if (!exe_out_append(&self->out, &self->spool, error)) {
        return false;
    }
    g_string_append_c(self->out.text, ']');
    return true;
}

static bool
json_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    bool ok = true;

    put_about(self, result);
    put_figures(self, result);
    if (exe_render_wants_tables(&self->input)) {
        ok = put_tables(self, result, error);
    }
    if (ok && exe_render_wants_list(&self->input)) {
        ok = put_list(self, error);
    }
    g_string_append(self->out.text, "}\n");
    return ok && exe_out_close(&self->out, error);
}

static bool
json_check(const ExeRender *self, GError **error)
{
    return exe_json_check(self->input.path, false,
                          exe_render_wants_list(&self->input) ? self->n_rows : self->n_tables,
                          error);
}

const ExeRenderOps exe_render_json = {
    .open = json_open,
    .row = json_row,
    .finish = json_finish,
    .check = json_check,
    .free = json_free,
};
