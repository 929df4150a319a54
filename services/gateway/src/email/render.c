/* email/render.c: reports as this API shows them. Any thread, no state. */
#include "email/email.h"

#include "jw/jobs_mails.h"
#include "jw/report_request.h"

#include <string.h>

/* Of the definition; a report of no records has no averages, which are 0 here. */
static const char *const metrics[] = { "totalCalls",      "answeredCalls", "missedCalls",
                                       "abandonedCalls",  "answerRate",    "averageCallDuration",
                                       "averageWaitTime", "peakHour",      "peakHourCalls" };

const char *
gw_email_status(JwJobState state)
{
    switch (state) {
    case JW_JOB_SCHEDULED:
    case JW_JOB_PENDING:
        return "Pending";
    case JW_JOB_RUNNING:
    case JW_JOB_CANCELLING:
        return "Running";
    case JW_JOB_COMPLETED:
        return "Completed";
    case JW_JOB_FAILED:
        return "Failed";
    case JW_JOB_CANCELLED:
        return "Cancelled";
    }
    return "Pending";
}

char *
gw_email_location(const Gw *gw, const char *job_id)
{
    const char *base = gw->config.public_url;

    return g_strconcat(base != NULL ? base : "", GW_EMAIL_ROOT "/executions/", job_id, NULL);
}

static void
set_time_or_null(json_t *to, const char *name, int64_t time_ms)
{
    json_object_set_new(to, name, json_null());
    if (time_ms != 0) {
        jw_json_set_time(to, name, time_ms);
    }
}

/* Its last second: the period is half open inside. */
static void
set_period(json_t *to, const JwJob *job)
{
    json_auto_t *spec =
        job->spec != NULL ? jw_json_parse(job->spec, strlen(job->spec), NULL) : NULL;
    int64_t start_ms = 0, end_ms = 0;

    if (!jw_report_spec_period(spec, &start_ms, &end_ms) || end_ms == 0) {
        start_ms = end_ms = 0;
    }
    json_object_set_new(to, "periodStartDate", json_null());
    json_object_set_new(to, "periodEndDate", json_null());
    if (end_ms != 0) {
        jw_json_set_time(to, "periodStartDate", start_ms);
        jw_json_set_time(to, "periodEndDate", (end_ms - 1) / 1000 * 1000);
    }
}

static json_t *
render_metrics(const JwArtifact *artifact)
{
    const char *text = artifact != NULL ? artifact->summary : NULL;
    json_auto_t *summary = text != NULL ? jw_json_parse(text, strlen(text), NULL) : NULL;
    json_t *rendered = json_object();
    json_t *figure = NULL;
    size_t i = 0;

    for (size_t k = 0; k < G_N_ELEMENTS(metrics); k++) {
        json_object_set_new(rendered, metrics[k], json_integer(0));
    }
    json_array_foreach(json_object_get(summary, "figures"), i, figure)
    {
        const char *name = jw_json_text(figure, "name");
        json_t *value = json_object_get(figure, "value");

        if (name != NULL && json_object_get(rendered, name) != NULL && json_is_number(value)) {
            json_object_set(rendered, name, value);
        }
    }
    return rendered;
}

static const char *
delivery_status(const JwDelivery *delivery)
{
    static const char *const names[JW_DELIVERY_N_STATES] = {
        [JW_DELIVERY_QUEUED] = "Queued",   [JW_DELIVERY_SENDING] = "Sending",
        [JW_DELIVERY_SENT] = "Sent",       [JW_DELIVERY_FAILED] = "Failed",
        [JW_DELIVERY_BOUNCED] = "Bounced", [JW_DELIVERY_UNKNOWN] = "Sending",
    };

    return delivery != NULL ? names[delivery->state] : "Queued";
}

/* Why it was not sent, or not yet. (transfer none) (nullable) */
static const char *
delivery_fault(const JwDelivery *delivery)
{
    if (delivery == NULL || delivery->state == JW_DELIVERY_SENT) {
        return NULL;
    }
    return delivery->state == JW_DELIVERY_UNKNOWN
               ? "the mail server did not say whether it took the message"
               : delivery->reply;
}

static json_t *
render_delivery(const char *recipient, const JwDelivery *delivery)
{
    json_t *rendered = json_object();
    const char *fault = delivery_fault(delivery);

    jw_json_set_string(rendered, "email", recipient);
    jw_json_set_string(rendered, "status", delivery_status(delivery));
    set_time_or_null(rendered, "sentAt", delivery != NULL ? delivery->sent_at_ms : 0);
    json_object_set_new(rendered, "errorMessage",
                        fault != NULL ? jw_json_string(fault) : json_null());
    return rendered;
}

/* Of each recipient the last message: the report may have been sent again, also to others. */
static void
set_deliveries(json_t *to, const JwJob *job, const GPtrArray *deliveries)
{
    const JwDeliveryCounts counts = jw_jobs_count_mails(job, deliveries);
    g_autoptr(GArray) mails = jw_jobs_last_mails(job, deliveries);
    json_t *list = json_array();

    for (guint i = 0; i < mails->len; i++) {
        const JwLastMail *mail = &g_array_index(mails, JwLastMail, i);

        json_array_append_new(list, render_delivery(mail->recipient, mail->delivery));
    }
    json_object_set_new(to, "emailsSent", json_boolean(counts.sent > 0));
    json_object_set_new(to, "recipientsCount", json_integer((json_int_t)mails->len));
    json_object_set_new(to, "successfulDeliveries", json_integer(counts.sent));
    json_object_set_new(to, "failedDeliveries", json_integer(counts.failed + counts.bounced));
    json_object_set_new(to, "deliveryStatus", list);
}

json_t *
gw_email_render_report(const JwJob *job, const GPtrArray *deliveries)
{
    const JwArtifact *artifact = job->artifact;
    json_t *report = json_object();

    jw_json_set_string(report, "reportId", job->id);
    jw_json_set_string(report, "reportType", job->edition);
    jw_json_set_time(report, "generatedAt", job->finished_at_ms);
    set_period(report, job);
    json_object_set_new(report, "fileName",
                        artifact != NULL ? jw_json_string(artifact->file_name) : json_null());
    json_object_set_new(report, "fileSizeBytes",
                        json_integer(artifact != NULL ? artifact->size_bytes : 0));
    json_object_set_new(report, "recordsProcessed",
                        json_integer(artifact != NULL ? artifact->rows : 0));
    json_object_set_new(report, "generationDurationMs",
                        json_integer(artifact != NULL ? artifact->duration_ms : 0));
    json_object_set_new(report, "metricsSummary", render_metrics(artifact));
    set_deliveries(report, job, deliveries);
    return report;
}

/* Why it ended without a report: as the one who waited for it was told. (transfer full) */
static json_t *
render_failure(const JwJob *job)
{
    const bool failed = job->state == JW_JOB_FAILED;
    const char *details = failed ? job->error_message : job->cancel_reason;

    return json_pack("{s:s, s:s, s:o}", "code",
                     failed ? "ReportGenerationFailed" : "ReportCancelled", "message",
                     failed ? "Failed to generate report" : "The report was cancelled", "details",
                     details != NULL ? jw_json_string(details) : json_null());
}

json_t *
gw_email_render_execution(const JwJob *job)
{
    const bool ended = jw_job_state_terminal(job->state);
    json_t *execution = json_object();

    jw_json_set_string(execution, "reportId", job->id);
    jw_json_set_string(execution, "reportType", job->edition);
    jw_json_set_string(execution, "executionStatus", gw_email_status(job->state));
    set_period(execution, job);
    jw_json_set_time(execution, "requestedAt", job->created_at_ms);
    set_time_or_null(execution, "startedAt", job->started_at_ms);
    set_time_or_null(execution, "completedAt", ended ? job->finished_at_ms : 0);
    json_object_set_new(execution, "progressPercentage", json_integer(job->progress.percent));
    if (job->state == JW_JOB_FAILED || job->state == JW_JOB_CANCELLED) {
        json_object_set_new(execution, "error", render_failure(job));
    }
    return execution;
}

json_t *
gw_email_render_row(const JwJob *job)
{
    const bool ended = jw_job_state_terminal(job->state);
    const int64_t n_asked = job->recipients != NULL ? (int64_t)g_strv_length(job->recipients) : 0;
    json_t *row = json_object();

    jw_json_set_string(row, "executionId", job->id);
    jw_json_set_string(row, "reportType", job->edition);
    jw_json_set_string(row, "triggerType", job->schedule_id != NULL ? "Scheduled" : "OnDemand");
    set_period(row, job);
    jw_json_set_string(row, "executionStatus", gw_email_status(job->state));
    set_time_or_null(row, "startedAt", job->started_at_ms);
    set_time_or_null(row, "completedAt", ended ? job->finished_at_ms : 0);
    json_object_set_new(row, "recordsProcessed",
                        json_integer(job->artifact != NULL ? job->artifact->rows : 0));
    json_object_set_new(row, "recipientsCount", json_integer(MAX(n_asked, job->deliveries.total)));
    json_object_set_new(row, "successfulDeliveries", json_integer(job->deliveries.sent));
    json_object_set_new(row, "failedDeliveries",
                        json_integer(job->deliveries.failed + job->deliveries.bounced));
    return row;
}
