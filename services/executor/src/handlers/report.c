/* handlers/report.c: the handler of jobs of type "report".
 *
 * One pass over the records feeds the aggregate and the file at once; the file is written to a directory
 * private to this attempt, checked, and published. */
#include "handlers/handlers.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <string.h>

#include "jw/crash.h"
#include "jw/log.h"
#include "jw/report_formats.h"
#include "jw/report_request.h"
#include "jw/store_records.h"
#include "publish.h"
#include "render/render.h"
#include "render/text.h"

#define ROWS_A_CHECK 2048 /* rows between two looks at the clock */

typedef struct {
    ExeAttempt *attempt;
    Exe *exe;
    const JwJob *job;
    const JwReportDef *def;
    JwReportRequest *request;
    GTimeZone *zone;
    char **fields;
    GArray *filters; /* of JwRecordFilter; values borrowed from request and def */
    char *inactive[2];
    const ExeRenderOps *ops;
    ExeRender *render;
    JwAggregate *aggregate;
    char *dir, *path, *period, *subtitle, *filter_words;
    int date_index; /* of the date field in a row, -1: not read */
} Report;

static void
report_clear(Report *self)
{
    if (self->render != NULL) {
        self->ops->free(self->render);
    }
    g_clear_pointer(&self->aggregate, jw_aggregate_free);
    if (self->path != NULL) {
        (void)g_unlink(self->path);
    }
    if (self->dir != NULL) {
        (void)g_rmdir(self->dir);
    }
    g_clear_pointer(&self->request, jw_report_request_free);
    g_clear_pointer(&self->zone, g_time_zone_unref);
    g_clear_pointer(&self->fields, g_strfreev);
    g_clear_pointer(&self->filters, g_array_unref);
    g_free(self->dir);
    g_free(self->path);
    g_free(self->period);
    g_free(self->subtitle);
    g_free(self->filter_words);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Report, report_clear)

static const char *
filter_field(const JwReportDef *def, const char *name)
{
    for (guint i = 0; i < def->filters->len; i++) {
        const JwFilterDef *filter = &g_array_index(def->filters, JwFilterDef, i);
        if (strcmp(filter->name, name) == 0) {
            return filter->field;
        }
    }
    return NULL;
}

static bool
report_filters(Report *self, GError **error)
{
    self->filters = g_array_new(FALSE, TRUE, sizeof(JwRecordFilter));
    for (guint i = 0; i < self->request->filters->len; i++) {
        const JwFilter *asked = &g_array_index(self->request->filters, JwFilter, i);
        JwRecordFilter filter = { .field = filter_field(self->def, asked->name),
                                  .values = (const char *const *)asked->values };

        if (filter.field == NULL) {
            return jw_fail(error, JW_ERROR_INVALID, "report type \"%s\" has no filter \"%s\"",
                           self->def->report_type, asked->name);
        }
        g_array_append_val(self->filters, filter);
    }
    if (self->def->inactive_field != NULL && !self->request->include_inactive) {
        self->inactive[0] = self->def->inactive_value;
        JwRecordFilter filter = { .field = self->def->inactive_field,
                                  .values = (const char *const *)self->inactive,
                                  .negate = true };
        g_array_append_val(self->filters, filter);
    }
    return true;
}

static JwRecordScan
report_scan(const Report *self)
{
    return (JwRecordScan){
        .collection = self->def->collection,
        .date_field = self->def->date_field,
        .start_ms = self->request->start_ms,
        .end_ms = self->request->end_ms,
        .filters = (const JwRecordFilter *)(const void *)self->filters->data,
        .n_filters = self->filters->len,
        .fields = (const char *const *)self->fields,
        .ordered = true,
    };
}

static bool
report_prepare(Report *self, GError **error)
{
    if (!jw_report_request_of_job(self->exe->catalog, self->job, &self->request, &self->def,
                                  error)) {
        return false;
    }
    self->ops = exe_render_find(self->request->format);
    if (self->ops == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "no writer for the format \"%s\"",
                       self->request->format);
    }
    self->zone = jw_zone_new(
        self->request->time_zone != NULL ? self->request->time_zone : self->def->time_zone, error);
    if (self->zone == NULL) {
        return false;
    }
    self->fields = jw_report_def_fields(self->def);
    self->date_index = -1;
    for (int i = 0; self->fields[i] != NULL; i++) {
        if (strcmp(self->fields[i], self->def->date_field) == 0) {
            self->date_index = i;
        }
    }
    self->aggregate = jw_aggregate_new(self->def, self->request, (const char *const *)self->fields,
                                       self->zone, error);
    return self->aggregate != NULL && report_filters(self, error);
}

static bool
report_open(Report *self, GError **error)
{
    self->dir = g_build_filename(self->exe->config.temp_dir, "jobwire-XXXXXX", NULL);
    if (g_mkdtemp_full(self->dir, 0700) == NULL) {
        int code = errno;
        bool failed =
            jw_fail(error, JW_ERROR_UNAVAILABLE, "cannot make a directory under JW_TEMP_DIR=%s: %s",
                    self->exe->config.temp_dir, g_strerror(code));
        g_clear_pointer(&self->dir, g_free);
        return failed;
    }
    self->path = g_strconcat(self->dir, "/report.", self->request->format, NULL);
    self->period = exe_text_period(self->request, self->zone);
    self->subtitle =
        g_strdup_printf("%s (%s)", self->period, g_time_zone_get_identifier(self->zone));
    self->filter_words = exe_text_filters(self->def, self->request);
    ExeRenderInput input = {
        .def = self->def,
        .request = self->request,
        .zone = self->zone,
        .title = self->job->name,
        .subtitle = self->subtitle,
        .filters = self->filter_words,
        .path = self->path,
        .temp_dir = self->dir,
        .made_at_ms = self->job->created_at_ms,
    };
    self->render = self->ops->open(&input, error);
    return self->render != NULL;
}

/* Records come in the order of time, so a record's place in the period says how far the reading is. Counting them first
 * would cost the store as much as reading them. */
static int
percent_read(const Report *self, const JwValue *row)
{
    int64_t span = self->request->end_ms - self->request->start_ms;

    if (self->date_index < 0 || span <= 0 || row[self->date_index].type != JW_VALUE_TIME) {
        return 5;
    }
    double part = (double)(row[self->date_index].time_ms - self->request->start_ms) / (double)span;
    return 5 + (int)(CLAMP(part, 0, 1) * 80);
}

static bool
report_row(const JwValue *row, gpointer data, GError **error)
{
    Report *self = data;

    jw_aggregate_add(self->aggregate, row);
    int64_t done = jw_aggregate_rows(self->aggregate);
    if (done % ROWS_A_CHECK == 0) {
        exe_attempt_progress(self->attempt, "Reading records", percent_read(self, row), done, -1);
        if (!exe_attempt_go_on(self->attempt, error)) {
            return false;
        }
    }
    return self->ops->row(self->render, row, error);
}

static bool
report_read(Report *self, GError **error)
{
    JwRecordScan scan = report_scan(self);

    exe_attempt_step(self->attempt, "Reading records", 5, 0, -1);
    jw_crash_point("exe_before_read");
    return exe_attempt_go_on(self->attempt, error)
           && jw_store_scan_records(self->exe->store, &scan, report_row, self, error);
}

static bool
report_check(gpointer data, GError **error)
{
    Report *self = data;

    return self->ops->check(self->render, error);
}

static bool
report_publish(Report *self, JwArtifact *artifact, GError **error)
{
    g_autofree char *name = jw_report_file_name(self->def, self->request, self->zone);
    const ExeFile file = {
        .path = self->path,
        .file_name = name,
        .content_type = jw_report_format_find(self->request->format)->content_type,
        .advice = "ask for a shorter period or narrower filters",
        .check = self->ops->check != NULL ? report_check : NULL,
        .data = self,
    };

    return exe_publish(self->attempt, &file, artifact, error);
}

static json_t *
value_json(const JwValue *value)
{
    switch (value->type) {
    case JW_VALUE_BOOL:
        return json_boolean(value->boolean);
    case JW_VALUE_INT:
        return json_integer(value->integer);
    case JW_VALUE_REAL:
        return json_real(value->real);
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

static json_t *
summary_figures(Report *self)
{
    static const char *const kinds[] = { "integer", "decimal",  "percent", "seconds", "hour",
                                         "text",    "datetime", "date",    "bool" };
    json_t *figures = json_array();

    for (char **name = self->def->summary; *name != NULL; name++) {
        const JwMeasureDef *measure = jw_report_def_measure(self->def, *name);
        JwValue value = jw_aggregate_figure(self->aggregate, *name);
        g_autofree char *text = exe_text_figure(&value, measure);

        json_array_append_new(figures,
                              json_pack("{s:s, s:s, s:s, s:o, s:s}", "name", measure->name, "label",
                                        measure->label, "format", kinds[measure->format], "value",
                                        value_json(&value), "text", text));
    }
    return figures;
}

/* The table whose chart goes into the mail, NULL when the definition names none. At most 400 points. */
static json_t *
summary_chart(Report *self)
{
    for (guint i = 0; i < self->def->tables->len; i++) {
        const JwTableDef *table = &g_array_index(self->def->tables, JwTableDef, i);
        size_t groups = jw_aggregate_n_groups(self->aggregate, table->dimension);

        if (g_strcmp0(table->title, self->def->mail_chart_table) != 0
            || table->chart_measure == NULL || groups > 400) {
            continue;
        }
        json_t *labels = json_array();
        json_t *values = json_array();
        for (size_t g = 0; g < groups; g++) {
            JwValue value = jw_aggregate_group_value(self->aggregate, table->dimension, g,
                                                     table->chart_measure);
            json_array_append_new(labels, json_string(jw_aggregate_group_label(
                                              self->aggregate, table->dimension, g)));
            json_array_append_new(values, value_json(&value));
        }
        return json_pack("{s:s, s:s, s:o, s:o}", "title", table->title, "measure",
                         jw_report_def_measure(self->def, table->chart_measure)->label, "labels",
                         labels, "values", values);
    }
    return NULL;
}

static char *
report_summary(Report *self)
{
    static const char *const types[] = { "custom", "weekly", "monthly" };
    bool all = self->request->start_ms == 0 && self->request->end_ms == 0;
    g_autofree char *start = jw_time_format(self->request->start_ms);
    g_autofree char *end = jw_time_format(self->request->end_ms);
    json_auto_t *summary = json_pack(
        "{s:s, s:s, s:{s:s, s:s?, s:s?, s:s, s:s}, s:I, s:o}", "title", self->def->title,
        "reportType", self->def->report_type, "period", "type", types[self->request->period],
        "start", all ? NULL : start, "end", all ? NULL : end, "timeZone",
        g_time_zone_get_identifier(self->zone), "label", self->period, "rows",
        (json_int_t)jw_aggregate_rows(self->aggregate), "figures", summary_figures(self));
    json_t *chart = summary_chart(self);

    if (chart != NULL) {
        json_object_set_new(summary, "chart", chart);
    }
    return jw_json_print(summary);
}

static bool
report_run(ExeAttempt *attempt, JwJobResult *ret_result, GError **error)
{
    g_auto(Report) self = { .attempt = attempt,
                            .exe = exe_attempt_exe(attempt),
                            .job = exe_attempt_job(attempt) };
    g_autoptr(JwArtifact) artifact = g_new0(JwArtifact, 1);
    int64_t started = jw_clock_mono_ms(self.exe->clock);

    if (!report_prepare(&self, error) || !report_open(&self, error) || !report_read(&self, error)) {
        return false;
    }
    artifact->rows = jw_aggregate_rows(self.aggregate);
    int64_t read = jw_clock_mono_ms(self.exe->clock);
    exe_attempt_step(attempt, "Writing the file", 85, artifact->rows, artifact->rows);
    if (!exe_attempt_go_on(attempt, error)
        || !self.ops->finish(self.render, self.aggregate, error)) {
        return false;
    }
    int64_t written = jw_clock_mono_ms(self.exe->clock);
    exe_attempt_step(attempt, "Publishing", 95, artifact->rows, artifact->rows);
    if (!exe_attempt_go_on(attempt, error) || !report_publish(&self, artifact, error)) {
        return false;
    }
    artifact->summary = report_summary(&self);
    artifact->duration_ms = jw_clock_mono_ms(self.exe->clock) - started;
    jw_info("report_written", JW_INT("rows", artifact->rows), JW_INT("bytes", artifact->size_bytes),
            JW_STR("sha256", artifact->sha256), JW_INT("duration_ms", artifact->duration_ms),
            JW_INT("read_ms", read - started), JW_INT("write_ms", written - read),
            JW_INT("publish_ms", started + artifact->duration_ms - written));
    ret_result->artifact = g_steal_pointer(&artifact);
    return true;
}

const ExeHandler exe_handler_report = { "report", report_run };
