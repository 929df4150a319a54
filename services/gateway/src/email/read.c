/* email/read.c: the history, one report, and its file. */
#include "email/email.h"

#include "core/artifact.h"

#define COUNT_DEFAULT 20
#define COUNT_MOST    200
#define POLL_AFTER    "2"

const JwField gw_email_history_query[] = {
    { .name = "count", .type = JW_FIELD_INT, .min = 1, .max = COUNT_MOST },
    { .name = NULL },
};

void
gw_email_history(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const JwJobQuery query = {
        .type = "report",
        .subtype = GW_EMAIL_TYPE,
        .editions = gw_email_editions,
        .format = "xlsx",
        .with_request = true,
        .viewer = gw_scope_viewer(jw_http_principal(request)),
        .sort = JW_SORT_CREATED,
        .limit = jw_http_query_int(request, "count", COUNT_DEFAULT),
    };
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;
    int64_t total = 0;

    if (!jw_store_list_jobs(gw->store, &query, &jobs, &total, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *rows = json_array();
    for (guint i = 0; i < jobs->len; i++) {
        json_array_append_new(rows, gw_email_render_row(g_ptr_array_index(jobs, i)));
    }
    jw_http_reply_json(reply, 200, rows);
}

static void
reply_completed(const Gw *gw, JwHttpReply *reply, const JwJob *job)
{
    g_autoptr(GPtrArray) deliveries = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_list_deliveries(gw->store, job->id, &deliveries, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *report = gw_email_render_report(job, deliveries);
    jw_json_set_string(report, "executionStatus", gw_email_status(job->state));
    jw_http_reply_json(reply, 200, report);
}

void
gw_email_execution(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(JwJob) job =
        gw_email_find(gw, request, reply, jw_http_param(request, "executionId"), NULL);

    if (job == NULL) {
        return;
    }
    if (job->state == JW_JOB_COMPLETED) {
        reply_completed(gw, reply, job);
        return;
    }
    const bool ended = jw_job_state_terminal(job->state);
    jw_http_reply_json(reply, ended ? 200 : 202, gw_email_render_execution(job));
    if (!ended) {
        jw_http_reply_header(reply, "Retry-After", POLL_AFTER);
    }
}

void
gw_email_download(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    static const GwGone gone = { 404, "REPORT_NOT_FOUND", "Report not found or file not available",
                                 NULL };
    const Gw *gw = context;
    g_autoptr(JwJob) job =
        gw_email_find(gw, request, reply, jw_http_param(request, "executionId"), gone.message);

    if (job == NULL) {
        return;
    }
    if (job->artifact == NULL) {
        jw_http_reply_problem(reply, gone.status, gone.code, NULL, 0, "%s", gone.message);
        return;
    }
    gw_reply_artifact(gw, request, reply, job, &gone, NULL);
}
