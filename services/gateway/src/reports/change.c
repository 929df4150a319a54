/* reports/change.c: cancel and retry: who may ask for them, and what is answered.
 *
 * A cancel is immediate: the change raises the token, so an attempt that still runs can publish
 * nothing any more, and no mail follows. */
#include "reports/reports.h"

#include <jansson.h>

#include "jw/crash.h"
#include "jw/log.h"

static const JwField cancel_fields[] = {
    { .name = "reason", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 500 },
    { 0 },
};
static const JwField retry_fields[] = { { 0 } };

/* The job after the change or, with LOST, as it stands. NULL: answered, because that is not
 * known, or it is gone. (transfer full) */
static JwJob *
change(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
       const JwJobChange *wanted, JwCas *ret_cas)
{
    const JwJobsCall call = { .request_id = jw_http_request_id(request),
                              .traceparent = jw_http_traceparent(request) };
    g_autoptr(JwJob) after = NULL;
    g_autoptr(GError) error = NULL;

    jw_crash_point("gw_before_change");
    bool ok = jw_jobs_change(&gw->jobs, job, wanted, &call, ret_cas, &after, &error);
    if (ok) {
        jw_crash_point("gw_after_change");
    }
    if (!ok && jw_error_code(error) == JW_ERROR_IN_DOUBT) {
        jw_warn("change_in_doubt", JW_STR("job_id", job->id),
                JW_STR("error", jw_error_message(error)));
        g_autofree char *location = gw_render_link(gw, job->id, "");
        gw_reply_unknown(reply, location, "repeat the request");
    } else if (!ok) {
        jw_http_reply_error(reply, error);
    } else if (after == NULL) {
        jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0, "the job has been removed");
    }
    return g_steal_pointer(&after);
}

static void
reply_state(JwHttpReply *reply, const JwJob *job, const char *code, const char *what)
{
    jw_http_reply_problem(reply, 409, code, NULL, 0, "the job is %s; %s",
                          gw_render_status(job->state), what);
}

static void
reply_cancelled(JwHttpReply *reply, const JwJob *job)
{
    json_t *data = json_pack("{s:s, s:s}", "id", job->id, "status", gw_render_status(job->state));

    jw_json_set_time(data, "cancelledAt", job->cancelled_at_ms);
    jw_json_set_string(data, "cancelledBy", job->cancelled_by);
    gw_reply_data(reply, 200, data);
}

static void
reply_not_cancellable(JwHttpReply *reply, const JwJob *job)
{
    reply_state(reply, job, "JOB_NOT_CANCELLABLE",
                "only a job that has not ended can be cancelled");
}

static void
cancel(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
       const char *reason)
{
    const JwJobChange wanted = { .transition = JW_CHANGE_CANCEL_NOW,
                                 .actor = jw_http_principal(request)->subject,
                                 .reason = reason };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(JwJob) after = change(gw, request, reply, job, &wanted, &cas);

    if (after == NULL) {
        return;
    }
    if (cas == JW_CAS_LOST) {
        reply_not_cancellable(reply, after);
        return;
    }
    jw_metric_add(gw_metrics[GW_METRIC_CANCELLED], NULL, 1);
    jw_info("job_cancelled", JW_STR("job_id", after->id), JW_STR("subject", wanted.actor),
            JW_STR("from", jw_job_state_name(job->state)));
    reply_cancelled(reply, after);
}

void
gw_reports_cancel(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL || !gw_request_may(request, reply, job, "reports:cancel")) {
        return;
    }
    json_auto_t *body = gw_request_object(request, reply, cancel_fields);
    if (body == NULL) {
        return;
    }
    if (jw_job_state_terminal(job->state)) {
        reply_not_cancellable(reply, job);
        return;
    }
    cancel(gw, request, reply, job, jw_json_text(body, "reason"));
}

static void
reply_not_retryable(JwHttpReply *reply, const JwJob *job)
{
    if (job->state != JW_JOB_FAILED) {
        reply_state(reply, job, "JOB_NOT_FAILED", "only a failed job can be retried");
        return;
    }
    jw_http_reply_problem(
        reply, 409, "RETRY_LIMIT_REACHED", NULL, 0,
        "the job was retried %d times already, which is the most; create a new one",
        job->retry_count);
}

static void
reply_retried(JwHttpReply *reply, const JwJob *job, int count, bool replayed)
{
    if (replayed) {
        jw_http_reply_header(reply, "Idempotent-Replayed", "true");
    }
    gw_reply_data(reply, 200,
                  json_pack("{s:s, s:s, s:i}", "id", job->id, "status",
                            gw_render_status(JW_JOB_PENDING), "retryCount", count));
}

/* Whether that key made a retry before: answered, as it was then. */
static bool
retried(JwHttpReply *reply, const JwJob *job, const char *key)
{
    const int count = jw_job_retry_of(job, key);

    if (count > 0) {
        reply_retried(reply, job, count, true);
    }
    return count > 0;
}

static void
retry(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
      const char *key)
{
    const JwJobChange wanted = { .transition = JW_CHANGE_RETRY, .retry_key = key };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(JwJob) after = change(gw, request, reply, job, &wanted, &cas);

    if (after == NULL || (cas == JW_CAS_LOST && retried(reply, after, key))) {
        return;
    }
    if (cas == JW_CAS_LOST) {
        reply_not_retryable(reply, after);
        return;
    }
    jw_metric_add(gw_metrics[GW_METRIC_RETRIED], NULL, 1);
    jw_info("job_retried", JW_STR("job_id", after->id), JW_INT("retry", after->retry_count));
    reply_retried(reply, after, after->retry_count, false);
}

/* What a retry of this job by this caller is kept under; NULL: without a key. False: answered. */
static bool
read_retry_key(const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
               char ret[JW_UUID_LEN + 1], const char **ret_key)
{
    g_autofree char *source = g_strconcat("api:retry:", job->id, NULL);
    g_auto(JwViolations) violations = { 0 };
    const char *key = NULL;

    (void)gw_request_key(request, &violations, &key);
    if (key != NULL) {
        jw_jobs_make_id(ret, source, jw_http_principal(request)->subject, key, 0);
        *ret_key = ret;
    }
    return gw_request_sound(reply, &violations);
}

void
gw_reports_retry(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    char id[JW_UUID_LEN + 1];
    const char *key = NULL;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL || !gw_request_may(request, reply, job, "reports:create")) {
        return;
    }
    json_auto_t *body = gw_request_object(request, reply, retry_fields);
    if (body == NULL || !read_retry_key(request, reply, job, id, &key)
        || retried(reply, job, key)) {
        return;
    }
    if (job->state != JW_JOB_FAILED || job->retry_count >= job->max_retries) {
        reply_not_retryable(reply, job);
        return;
    }
    retry(gw, request, reply, job, key);
}
