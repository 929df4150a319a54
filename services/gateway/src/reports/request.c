/* reports/request.c: what a request says: the job it names, its body, and what is wrong with it. */
#include "reports/reports.h"

#include <jansson.h>

#include "jw/ident.h"
#include "jw/metrics.h"

static JwMetric *metrics[GW_METRIC_DOWNLOADED + 1];

void
gw_reports_init(void)
{
    metrics[GW_METRIC_CREATED] =
        jw_metric_counter("jobwire_jobs_created_total", "Jobs made, by source", "source");
    metrics[GW_METRIC_CANCELLED] = jw_metric_counter("jobwire_jobs_cancelled_total",
                                                     "Jobs cancelled through this process", NULL);
    metrics[GW_METRIC_RETRIED] = jw_metric_counter(
        "jobwire_jobs_retried_total", "Failed jobs retried through this process", NULL);
    metrics[GW_METRIC_DOWNLOADED] =
        jw_metric_counter("jobwire_downloads_total", "Reports whose download began", NULL);
}

void
gw_reports_count(GwMetric metric, const char *label)
{
    jw_metric_add(metrics[metric], label, 1);
}

/* A malformed id names nothing, so it is answered as any other id that does not exist. */
JwJob *
gw_request_job(const Gw *self, const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *asked = jw_http_param(request, "jobId");
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    if (jw_uuid_valid(asked)) {
        g_autofree char *job_id = g_ascii_strdown(asked, -1);

        if (!jw_store_get_job(self->store, job_id, &job, &error)) {
            jw_http_reply_error(reply, error);
            return NULL;
        }
    }
    if (job == NULL || g_strcmp0(job->type, GW_JOB_TYPE) != 0
        || !gw_scope_sees(jw_http_principal(request), job)) {
        jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0,
                              "there is no report job with this id");
        return NULL;
    }
    return g_steal_pointer(&job);
}

struct json_t *
gw_request_body(const JwHttpRequest *request, JwHttpReply *reply, bool optional)
{
    g_autoptr(GError) error = NULL;
    size_t length = 0;
    const void *data = jw_http_body(request, &length);

    if (optional && length == 0) {
        return json_object();
    }
    json_t *body = jw_json_parse(data, length, &error);
    if (body == NULL) {
        jw_http_reply_problem(reply, 400, "INVALID_JSON", NULL, 0, "the body is %s",
                              jw_error_message(error));
        return NULL;
    }
    return body;
}

bool
gw_request_sound(JwHttpReply *reply, const JwViolations *faults)
{
    size_t n = jw_violations_count(faults);

    if (n == 0) {
        return true;
    }
    if (n == 1) {
        const JwViolation *fault = jw_violations_get(faults, 0);
        jw_http_reply_problem(reply, 400, "VALIDATION_ERROR", faults, 0, "%s%s%s", fault->pointer,
                              fault->pointer[0] != '\0' ? ": " : "", fault->message);
    } else {
        jw_http_reply_problem(reply, 400, "VALIDATION_ERROR", faults, 0,
                              "the request has %zu faults; details names each", n);
    }
    return false;
}
