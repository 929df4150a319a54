/* reports/read.c: one job, its file, and the report types. */
#include "reports/reports.h"

#include <jansson.h>

#include "core/artifact.h"
#include "jw/report_formats.h"
#include "jw/store_deliveries.h"

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
    const bool mailed = job->recipients != NULL || job->resend_count > 0;
    if (((job->state == JW_JOB_COMPLETED && mailed) || job->state == JW_JOB_FAILED)
        && !jw_store_list_deliveries(gw->store, job->id, &deliveries, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    gw_reply_data(reply, 200, gw_render_detail(gw, job, deliveries));
}

bool
gw_has_report(JwHttpReply *reply, const JwJob *job, const char *what)
{
    if (gw_render_is_empty(job)) {
        jw_http_reply_problem(reply, 409, "REPORT_EMPTY", NULL, 0,
                              "there was no record to report on, and onEmpty is skip, so there is "
                              "no file; ask with onEmpty send to have one nevertheless");
        return false;
    }
    if (job->state != JW_JOB_COMPLETED || job->artifact == NULL) {
        jw_http_reply_problem(reply, 409, "JOB_NOT_COMPLETED", NULL, 0,
                              "the job is %s; %s once it is completed",
                              gw_render_status(job->state), what);
        return false;
    }
    return true;
}

void
gw_reports_download(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL) {
        return;
    }
    if (gw_has_report(reply, job, "its report can be downloaded")) {
        gw_reply_artifact(gw, request, reply, job, "request the report again", NULL);
    }
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
render_operators(const JwReportDef *def)
{
    json_t *operators = json_object();

    for (guint i = 0; i < def->filters->len; i++) {
        const JwFilterDef *filter = &g_array_index(def->filters, JwFilterDef, i);
        json_t *names = json_array();
        for (size_t k = 0; jw_filter_operator_names[k] != NULL; k++) {
            if ((jw_report_filter_operators(filter) & 1u << k) != 0) {
                json_array_append_new(names, json_string(jw_filter_operator_names[k]));
            }
        }
        json_object_set_new(operators, filter->name, names);
    }
    return operators;
}

static json_t *
render_type(const JwReportDef *def)
{
    json_t *type = json_object();
    json_t *filters = json_array();
    json_t *dimensions = json_array();
    json_t *measures = json_array();
    json_t *formats = json_array();

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
        json_array_append_new(formats, json_string(jw_report_formats[i].name));
    }
    if (def->timeout_s > 0) {
        json_object_set_new(type, "timeoutSeconds", json_integer(def->timeout_s));
    }
    json_object_set_new(type, "filters", filters);
    json_object_set_new(type, "filterOperators", render_operators(def));
    json_object_set_new(type, "dimensions", dimensions);
    json_object_set_new(type, "measures", measures);
    json_object_set_new(type, "formats", formats);
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
