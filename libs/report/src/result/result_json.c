/* result/result_json.c: the summary of a result as JSON and back. The only place that knows the
 * names of its members:
 *   {"title", "language", "reportType", "period": {"type", "start", "end", "timeZone", "label"},
 * "rows", "mail": {"subject", "intro", "senderName"}, "filters": [{"name", "label", "text"}],
 * "inactiveIncluded", "compared": {"start", "end", "label"}, "notes": [], "figures": [{"name",
 * "label", "format", "value", "text", "unit", "level", "comparison": {"previous", "previousText",
 * "difference", "differenceText", "percent", "percentText"}}], "chart": {"title", "kind",
 * "measure", "format", "decimals", "unit", "unitOne", "labels": [], "values": [], "more":
 * [{"measure", "format", "decimals", "unit", "unitOne", "values": []}]}, "table": {"title", "keys",
 * "columns": [{"name", "label", "format", "head"}], "groups", "rows": [[]], "total": []}} "table"
 * is that of a request with groupBy: its first groups, how many there are, their total; the first
 * columns are keys, and "head" says what of a pivot is above a column. What compares is left out of
 * a result that does not. Any thread, no state. */
#include "result/result_private.h"

#include "jw/clock.h"
#include "jw/json.h"
#include "names.h"

#include <math.h>
#include <string.h>

/* Reals are printed with 15 digits; a whole one that has more keeps them all as an integer. */
static json_t *
encode_real(double value)
{
    const bool whole = fabs(value) >= 1e15 && fabs(value) < 9223372036854775808.0;

    return whole && value == floor(value) ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *
encode_value(const JwValue *value)
{
    switch (value->type) {
    case JW_VALUE_BOOL:
        return json_boolean(value->boolean);
    case JW_VALUE_INT:
        return json_integer(value->integer);
    case JW_VALUE_REAL:
        return encode_real(value->real);
    case JW_VALUE_TEXT:
        return json_stringn(value->text, value->length);
    case JW_VALUE_TIME: {
        g_autofree char *text = jw_time_format(value->time_ms);
        return json_string(text);
    }
    case JW_VALUE_NULL:
        break;
    }
    return json_null();
}

static JwValue
decode_value(JwReportResult *self, const json_t *value)
{
    JwValue decoded = { .type = JW_VALUE_NULL };

    if (json_is_boolean(value)) {
        decoded = (JwValue){ .type = JW_VALUE_BOOL, .boolean = json_is_true(value) };
    } else if (json_is_integer(value)) {
        decoded = (JwValue){ .type = JW_VALUE_INT, .integer = json_integer_value(value) };
    } else if (json_is_real(value)) {
        decoded = (JwValue){ .type = JW_VALUE_REAL, .real = json_real_value(value) };
    } else if (json_is_string(value)) {
        decoded = (JwValue){ .type = JW_VALUE_TEXT,
                             .text = json_string_value(value),
                             .length = json_string_length(value) };
    }
    return jw_result_keep_value(self, decoded);
}

static const char *
decode_text(JwReportResult *self, const json_t *object, const char *name)
{
    return jw_result_keep(self, jw_json_text(object, name));
}

static json_t *
encode_period(const JwReportResult *self)
{
    const bool all = self->start_ms == 0 && self->end_ms == 0;
    g_autofree char *start = jw_time_format(self->start_ms);
    g_autofree char *end = jw_time_format(self->end_ms);

    return json_pack("{s:s, s:s?, s:s?, s:s, s:s}", "type", jw_period_names[self->period], "start",
                     all ? NULL : start, "end", all ? NULL : end, "timeZone", self->time_zone,
                     "label", self->period_label);
}

static void
decode_period(JwReportResult *self, const json_t *period)
{
    self->period = (JwPeriodType)jw_name_read(period, "type", jw_period_names, JW_PERIOD_CUSTOM);
    self->start_ms = jw_json_time(period, "start", 0);
    self->end_ms = jw_json_time(period, "end", 0);
    self->time_zone = decode_text(self, period, "timeZone");
    self->period_label = decode_text(self, period, "label");
}

/* Left out when there is nothing to say. */
static void
encode_mail(const JwReportResult *self, json_t *summary)
{
    json_t *mail = json_object();

    jw_json_set_string(mail, "subject", self->mail_subject);
    jw_json_set_string(mail, "intro", self->mail_intro);
    jw_json_set_string(mail, "senderName", self->mail_sender);
    if (json_object_size(mail) > 0) {
        json_object_set(summary, "mail", mail);
    }
    json_decref(mail);
}

static void
decode_mail(JwReportResult *self, const json_t *mail)
{
    self->mail_subject = decode_text(self, mail, "subject");
    self->mail_intro = decode_text(self, mail, "intro");
    self->mail_sender = decode_text(self, mail, "senderName");
}

/* Both are left out when there is nothing to say. */
static void
encode_limits(const JwReportResult *self, json_t *summary)
{
    json_t *filters = json_array();

    for (guint i = 0; i < self->limits->len; i++) {
        const JwReportLimit *limit = &g_array_index(self->limits, JwReportLimit, i);
        json_array_append_new(filters, json_pack("{s:s, s:s, s:s}", "name", limit->name, "label",
                                                 limit->label, "text", limit->text));
    }
    if (self->limits->len > 0) {
        json_object_set(summary, "filters", filters);
    }
    json_decref(filters);
    if (self->with_inactive) {
        json_object_set_new(summary, "inactiveIncluded", json_true());
    }
}

static void
decode_limits(JwReportResult *self, const json_t *summary)
{
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(summary, "filters"), i, item)
    {
        const JwReportLimit limit = { .name = decode_text(self, item, "name"),
                                      .label = decode_text(self, item, "label"),
                                      .text = decode_text(self, item, "text") };
        g_array_append_val(self->limits, limit);
    }
    self->with_inactive = json_is_true(json_object_get(summary, "inactiveIncluded"));
}

/* Left out when there is nothing to say. */
static void
encode_beside(const JwReportResult *self, json_t *summary)
{
    json_t *notes = json_array();

    for (guint i = 0; i < self->notes->len; i++) {
        json_array_append_new(notes, json_string(g_ptr_array_index(self->notes, i)));
    }
    if (self->notes->len > 0) {
        json_object_set(summary, "notes", notes);
    }
    json_decref(notes);
    if (self->compared_label != NULL) {
        g_autofree char *start = jw_time_format(self->compared_start_ms);
        g_autofree char *end = jw_time_format(self->compared_end_ms);
        json_object_set_new(summary, "compared",
                            json_pack("{s:s, s:s, s:s}", "start", start, "end", end, "label",
                                      self->compared_label));
    }
}

static void
decode_beside(JwReportResult *self, const json_t *summary)
{
    const json_t *compared = json_object_get(summary, "compared");
    const json_t *item = NULL;
    size_t i = 0;

    self->compared_label = decode_text(self, compared, "label");
    self->compared_start_ms = jw_json_time(compared, "start", 0);
    self->compared_end_ms = jw_json_time(compared, "end", 0);
    json_array_foreach(json_object_get(summary, "notes"), i, item)
    {
        const char *note = jw_result_keep(self, json_string_value(item));
        if (note != NULL) {
            g_ptr_array_add(self->notes, (gpointer)(uintptr_t)note);
        }
    }
}

static json_t *
encode_comparison(const JwReportComparison *comparison)
{
    return json_pack("{s:o, s:s, s:o, s:s, s:o, s:s}", "previous",
                     encode_value(&comparison->previous), "previousText", comparison->previous_text,
                     "difference", encode_value(&comparison->difference), "differenceText",
                     comparison->difference_text, "percent", encode_value(&comparison->percent),
                     "percentText", comparison->percent_text);
}

static json_t *
encode_figures(const JwReportResult *self)
{
    json_t *figures = json_array();

    for (guint i = 0; i < self->figures->len; i++) {
        const JwReportFigure *figure = &g_array_index(self->figures, JwReportFigure, i);
        json_t *object = json_pack("{s:s, s:s, s:s, s:o, s:s}", "name", figure->name, "label",
                                   figure->label, "format", jw_format_names[figure->format],
                                   "value", encode_value(&figure->value), "text", figure->text);
        jw_json_set_string(object, "unit", figure->unit);
        if (figure->level != JW_LEVEL_NONE) {
            json_object_set_new(object, "level", json_string(jw_level_names[figure->level]));
        }
        if (figure->comparison.previous_text != NULL) {
            json_object_set_new(object, "comparison", encode_comparison(&figure->comparison));
        }
        json_array_append_new(figures, object);
    }
    return figures;
}

static JwReportComparison
decode_comparison(JwReportResult *self, const json_t *object)
{
    return (JwReportComparison){
        .previous = decode_value(self, json_object_get(object, "previous")),
        .difference = decode_value(self, json_object_get(object, "difference")),
        .percent = decode_value(self, json_object_get(object, "percent")),
        .previous_text = decode_text(self, object, "previousText"),
        .difference_text = decode_text(self, object, "differenceText"),
        .percent_text = decode_text(self, object, "percentText"),
    };
}

static void
decode_figures(JwReportResult *self, const json_t *figures)
{
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(figures, i, item)
    {
        const JwReportFigure figure = {
            .name = decode_text(self, item, "name"),
            .label = decode_text(self, item, "label"),
            .format = (JwFormat)jw_name_read(item, "format", jw_format_names, JW_FORMAT_TEXT),
            .value = decode_value(self, json_object_get(item, "value")),
            .text = decode_text(self, item, "text"),
            .unit = decode_text(self, item, "unit"),
            .level = (JwLevel)jw_name_read(item, "level", jw_level_names, JW_LEVEL_NONE),
            .comparison = decode_comparison(self, json_object_get(item, "comparison")),
        };
        g_array_append_val(self->figures, figure);
    }
}

/* A series: of the rows that are groups. */
static json_t *
encode_series(const JwReportTable *table, size_t series)
{
    const size_t column = table->chart_columns[series];
    const JwReportColumn *measure = &table->columns[column];
    json_t *values = json_array();

    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) == JW_ROW_GROUP) {
            json_array_append_new(values, encode_value(jw_report_cell(table, row, column)));
        }
    }
    const bool own = g_strcmp0(measure->unit_one, measure->unit) != 0;
    return json_pack("{s:s, s:s, s:i, s:s*, s:s*, s:o}", "measure",
                     jw_report_series_label(table, series), "format",
                     jw_format_names[measure->format], "decimals", measure->decimals, "unit",
                     measure->unit, "unitOne", own ? measure->unit_one : NULL, "values", values);
}

static json_t *
encode_chart(const JwReportTable *table)
{
    json_t *chart = encode_series(table, 0);
    json_t *labels = json_array();
    json_t *more = json_array();

    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) == JW_ROW_GROUP) {
            g_autofree char *label = jw_report_row_label(table, row);
            json_array_append_new(labels, json_string(label));
        }
    }
    for (size_t i = 1; i < table->n_chart_columns; i++) {
        json_array_append_new(more, encode_series(table, i));
    }
    json_object_set_new(chart, "title", json_string(table->title));
    json_object_set_new(chart, "kind", json_string(jw_chart_names[table->chart]));
    json_object_set_new(chart, "labels", labels);
    if (json_array_size(more) > 0) {
        json_object_set(chart, "more", more);
    }
    json_decref(more);
    return chart;
}

static json_t *
encode_row(const JwReportTable *table, size_t row)
{
    json_t *cells = json_array();

    for (size_t column = 0; column < table->n_columns; column++) {
        json_array_append_new(cells, encode_value(jw_report_cell(table, row, column)));
    }
    return cells;
}

static json_t *
encode_column(const JwReportColumn *column)
{
    json_t *about = json_pack("{s:s, s:s, s:s}", "name", column->name, "label", column->label,
                              "format", jw_format_names[column->format]);

    jw_json_set_string(about, "head", column->head);
    return about;
}

/* Of a wide table fewer rows, so that it fits the job's document. */
static json_t *
encode_table(const JwReportTable *table)
{
    const size_t fit = MAX(JW_SUMMARY_CELLS_MAX / table->n_columns, 1);
    const size_t most = MIN(fit, JW_SUMMARY_POINTS_MAX);
    json_t *columns = json_array();
    json_t *rows = json_array();
    json_t *total = NULL;
    size_t n_groups = 0;

    for (size_t i = 0; i < table->n_columns; i++) {
        json_array_append_new(columns, encode_column(&table->columns[i]));
    }
    for (size_t row = 0; row < table->n_rows; row++) {
        const JwRowKind kind = jw_report_row_kind(table, row);
        if (kind == JW_ROW_TOTAL) {
            total = encode_row(table, row);
        } else if (kind == JW_ROW_GROUP && n_groups++ < most) {
            json_array_append_new(rows, encode_row(table, row));
        }
    }
    return json_pack("{s:s, s:I, s:o, s:I, s:o, s:o*}", "title", table->title, "keys",
                     (json_int_t)table->n_keys, "columns", columns, "groups", (json_int_t)n_groups,
                     "rows", rows, "total", total);
}

static void
decode_series(JwReportResult *self, JwReportTable *table, const json_t *series)
{
    const size_t column = table->n_chart_columns + 1;
    const json_t *values = json_object_get(series, "values");
    const json_t *decimals = json_object_get(series, "decimals");
    JwReportColumn *about = &table->columns[column];

    about->label = decode_text(self, series, "measure");
    about->format = (JwFormat)jw_name_read(series, "format", jw_format_names, JW_FORMAT_DECIMAL);
    about->decimals = json_is_integer(decimals) ? (int)json_integer_value(decimals) : -1;
    about->unit = decode_text(self, series, "unit");
    about->unit_one = decode_text(self, series, "unitOne");
    for (size_t row = 0; row < table->n_rows; row++) {
        *jw_result_cell(table, row, column) = decode_value(self, json_array_get(values, row));
    }
    table->chart_columns[table->n_chart_columns++] = column;
}

static void
decode_chart(JwReportResult *self, const json_t *chart)
{
    const json_t *labels = json_object_get(chart, "labels");
    const json_t *more = json_object_get(chart, "more");
    const size_t n_more = MIN(json_array_size(more), JW_CHART_SERIES_MAX - 1);
    const size_t n_points =
        MIN(json_array_size(labels), json_array_size(json_object_get(chart, "values")));

    if (!json_is_object(chart)) {
        return;
    }
    JwReportTable *table = jw_result_add_table(self, jw_json_text(chart, "title"), 2 + n_more,
                                               MIN(n_points, JW_SUMMARY_POINTS_MAX));
    table->chart = (JwChart)jw_name_read(chart, "kind", jw_chart_names, JW_CHART_COLUMN);
    table->chart_in_front = true;
    for (size_t row = 0; row < table->n_rows; row++) {
        *jw_result_cell(table, row, 0) = decode_value(self, json_array_get(labels, row));
    }
    decode_series(self, table, chart);
    for (size_t i = 0; i < n_more; i++) {
        decode_series(self, table, json_array_get(more, i));
    }
}

static size_t
count_groups(const JwReportTable *table)
{
    size_t n = 0;

    for (size_t row = 0; row < table->n_rows; row++) {
        n += jw_report_row_kind(table, row) == JW_ROW_GROUP;
    }
    return n;
}

char *
jw_report_result_summary(const JwReportResult *self)
{
    json_auto_t *summary =
        json_pack("{s:s, s:s, s:o, s:I, s:o}", "title", self->title, "reportType",
                  self->report_type, "period", encode_period(self), "rows", (json_int_t)self->rows,
                  "figures", encode_figures(self));

    if (g_strcmp0(self->language, "en") != 0) {
        jw_json_set_string(summary, "language", self->language);
    }
    encode_mail(self, summary);
    encode_limits(self, summary);
    encode_beside(self, summary);
    for (guint i = 0; i < self->tables->len; i++) {
        const JwReportTable *table = &g_array_index(self->tables, JwReportTable, i);
        if (table->chart_in_front && count_groups(table) <= JW_SUMMARY_POINTS_MAX) {
            json_object_set_new(summary, "chart", encode_chart(table));
        }
        if (self->grouped) {
            json_object_set_new(summary, "table", encode_table(table));
        }
    }
    return jw_json_print(summary);
}

JwReportResult *
jw_report_result_of_summary(const char *text)
{
    JwReportResult *self = jw_result_new_empty();
    json_auto_t *summary = text != NULL ? jw_json_parse(text, strlen(text), NULL) : NULL;
    const json_t *rows = json_object_get(summary, "rows");

    self->title = decode_text(self, summary, "title");
    self->report_type = decode_text(self, summary, "reportType");
    self->rows = json_is_integer(rows) ? json_integer_value(rows) : -1;
    decode_period(self, json_object_get(summary, "period"));
    self->language = decode_text(self, summary, "language");
    decode_mail(self, json_object_get(summary, "mail"));
    decode_limits(self, summary);
    decode_beside(self, summary);
    decode_figures(self, json_object_get(summary, "figures"));
    decode_chart(self, json_object_get(summary, "chart"));
    return self;
}
