/* reports/read.c: one job, its file, and the report types. */
#include "reports/reports.h"

#include <jansson.h>

#include "jw/log.h"
#include "jw/report_formats.h"
#include "jw/store_deliveries.h"
#include "jw/store_files.h"

void
gw_reports_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(GPtrArray) deliveries = NULL;
    g_autoptr(GError) error = NULL;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL) {
        return;
    }
    if (job->state == JW_JOB_COMPLETED && job->recipients != NULL
        && !jw_store_list_deliveries(gw->store, job->id, &deliveries, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    gw_reply_data(reply, 200, gw_render_detail(gw, job, deliveries));
}

/* A download under way: one thread reads, piece by piece. */
typedef struct {
    JwFileReader *reader;
    char *job_id;
} Download;

static void
download_free(gpointer data)
{
    Download *self = data;

    jw_file_reader_free(self->reader);
    g_free(self->job_id);
    g_free(self);
}

static bool
download_read(gpointer data, int64_t offset, void *buffer, size_t length, size_t *ret_length)
{
    Download *self = data;
    g_autoptr(GError) error = NULL;

    if (jw_file_reader_read(self->reader, offset, buffer, length, ret_length, &error)) {
        return true;
    }
    jw_warn("download_cut", JW_STR("job_id", self->job_id), JW_INT("offset", offset),
            JW_STR("error", jw_error_message(error)));
    return false;
}

static void
reply_gone(JwHttpReply *reply, const char *why)
{
    jw_http_reply_problem(reply, 410, "REPORT_EXPIRED", NULL, 0, "%s; request the report again",
                          why);
}

void
gw_reports_download(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(GError) error = NULL;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL) {
        return;
    }
    const JwArtifact *artifact = job->artifact;
    if (job->state != JW_JOB_COMPLETED || artifact == NULL) {
        jw_http_reply_problem(reply, 409, "JOB_NOT_COMPLETED", NULL, 0,
                              "the job is %s; a report can be downloaded once its job is completed",
                              gw_render_status(job->state));
        return;
    }
    if (!gw_render_downloadable(gw, job)) {
        reply_gone(reply, "the report has expired");
        return;
    }
    g_autoptr(JwFileReader) reader = jw_file_reader_new(gw->store, artifact->file_id, &error);
    if (reader == NULL) {
        if (jw_error_code(error) == JW_ERROR_NOT_FOUND) {
            reply_gone(reply, "the report's file has been removed");
        } else {
            jw_http_reply_error(reply, error);
        }
        return;
    }
    if (jw_file_reader_size(reader) != artifact->size_bytes) {
        g_autoptr(GError) differs = NULL;
        (void)jw_fail(&differs, JW_ERROR_CORRUPT,
                      "file '%s' of job '%s' is not as long as the job says", artifact->file_id,
                      job->id);
        jw_http_reply_error(reply, differs);
        return;
    }
    Download *download = g_new0(Download, 1);
    download->reader = g_steal_pointer(&reader);
    download->job_id = g_strdup(job->id);
    const JwHttpFile file = {
        .content_type = artifact->content_type,
        .file_name = artifact->file_name,
        .etag = artifact->sha256,
        .size_bytes = artifact->size_bytes,
        .modified_ms = job->finished_at_ms,
        .read = download_read,
        .data = download,
        .data_free = download_free,
    };
    jw_metric_add(gw_metrics[GW_METRIC_DOWNLOADED], NULL, 1);
    jw_http_reply_file(reply, request, &file);
}

static void
add_named(json_t *list, const char *name, const char *label)
{
    json_t *item = json_object();

    jw_json_set_string(item, "name", name);
    jw_json_set_string(item, "label", label);
    json_array_append_new(list, item);
}

static json_t *
render_type(const JwReportDef *def)
{
    json_t *type = json_object();
    json_t *filters = json_array();
    json_t *dimensions = json_array();
    json_t *measures = json_array();
    json_t *served = json_array();

    jw_json_set_string(type, "type", def->report_type);
    jw_json_set_string(type, "title", def->title);
    jw_json_set_string(type, "description", def->description);
    for (guint i = 0; i < def->filters->len; i++) {
        json_array_append_new(filters,
                              json_string(g_array_index(def->filters, JwFilterDef, i).name));
    }
    for (guint i = 0; i < def->dimensions->len; i++) {
        const JwDimensionDef *dimension = &g_array_index(def->dimensions, JwDimensionDef, i);
        add_named(dimensions, dimension->name, dimension->label);
    }
    for (guint i = 0; i < def->measures->len; i++) {
        const JwMeasureDef *measure = &g_array_index(def->measures, JwMeasureDef, i);
        add_named(measures, measure->name, measure->label);
    }
    for (size_t i = 0; i < jw_n_report_formats; i++) {
        if (jw_report_formats[i].served) {
            json_array_append_new(served, json_string(jw_report_formats[i].name));
        }
    }
    json_object_set_new(type, "filters", filters);
    json_object_set_new(type, "dimensions", dimensions);
    json_object_set_new(type, "measures", measures);
    json_object_set_new(type, "formats", served);
    return type;
}

void
gw_reports_types(const JwHttpRequest *request G_GNUC_UNUSED, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    json_t *types = json_array();

    for (size_t i = 0; i < jw_catalog_size(gw->catalog); i++) {
        json_array_append_new(types, render_type(jw_catalog_get(gw->catalog, i)));
    }
    gw_reply_data(reply, 200, types);
}
