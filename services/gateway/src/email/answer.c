/* email/answer.c: what becomes of a report, as the answer to who asked for it: at once where that
 * is known, else after a wait that holds no thread (jw/http_reply.h, core/events.h).
 *
 * What is answered follows from the documents alone, so that a call that is repeated with its key,
 * here or at another gateway, gets the answer that the first one got, or would have got. A wait is
 * only about when to look: a gateway that dies, or a client that leaves, changes nothing about the
 * job. The time limit is the one exception, and it counts from the creation of the job: who looks
 * when it is over cancels the report, after which no mail of it can follow.
 *
 * A report that is to be mailed is answered when each message had its first outcome: it was sent,
 * refused, put off, or is in doubt. Messages that wait for days, and their counts, are for
 * /executions/{id} then. */
#include "email/email.h"

#include "core/events.h"
#include "jw/jobs_mails.h"
#include "jw/log.h"

#define POLL_AFTER "2"
/* Marks the cancellation as ours, for those who ask again. */
#define TOO_LONG "it took longer than JW_EMAIL_REPORT_TIMEOUT"

typedef struct {
    const Gw *gw;
    char *job_id;
    GwPrefer prefer;
    bool replayed;
    int64_t limit_mono_ms; /* when the report is given up */
    int64_t until_mono_ms; /* when the client waits no longer, not after that */
} Call;

static void
call_free(gpointer data)
{
    Call *self = data;

    g_free(self->job_id);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Call, call_free)

static Call *
call_new(const Gw *gw, const JwHttpRequest *request, const JwJob *job, bool replayed)
{
    Call *self = g_new0(Call, 1);
    const int64_t mono_ms = jw_clock_mono_ms(gw->clock);
    const int64_t age_ms = MAX(jw_clock_now_ms(gw->clock) - job->created_at_ms, 0);

    self->gw = gw;
    self->job_id = g_strdup(job->id);
    self->prefer = gw_prefer_read(request);
    self->replayed = replayed;
    self->limit_mono_ms = mono_ms + gw->config.email_timeout_ms - age_ms;
    self->until_mono_ms = self->limit_mono_ms;
    if (self->prefer.wait_s >= 0) {
        self->until_mono_ms = MIN(self->limit_mono_ms, mono_ms + self->prefer.wait_s * 1000);
    } else if (self->prefer.respond_async) {
        self->until_mono_ms = MIN(self->limit_mono_ms, mono_ms);
    }
    return self;
}

static bool
is_past(const Call *self, int64_t mono_ms)
{
    return jw_clock_mono_ms(self->gw->clock) >= mono_ms;
}

static void
set_location(const Call *self, JwHttpReply *reply)
{
    g_autofree char *location = gw_email_location(self->gw, self->job_id);

    jw_http_reply_header(reply, "Location", location);
    if (self->replayed) {
        jw_http_reply_header(reply, "Idempotent-Replayed", "true");
    }
}

/* It goes on, and is asked for at its Location. */
static void
reply_accepted(const Call *self, JwHttpReply *reply, const JwJob *job)
{
    set_location(self, reply);
    jw_http_reply_header(reply, "Retry-After", POLL_AFTER);
    gw_prefer_applied(reply, &self->prefer);
    jw_http_reply_json(reply, 202, gw_email_render_execution(job));
}

static void
reply_failed(const Call *self, JwHttpReply *reply, const JwJob *job)
{
    g_auto(JwViolations) why = { 0 };

    set_location(self, reply);
    if (job->error_message != NULL) {
        (void)jw_violations_add(&why, "", "%s", job->error_message);
    }
    jw_http_reply_problem(reply, 500, "REPORT_GENERATION_FAILED", &why, 0,
                          "Failed to generate report");
}

static void
reply_cancelled(const Call *self, JwHttpReply *reply, const JwJob *job)
{
    g_auto(JwViolations) why = { 0 };

    set_location(self, reply);
    if (g_strcmp0(job->cancel_reason, TOO_LONG) == 0) {
        jw_http_reply_problem(reply, 408, "REQUEST_TIMEOUT", NULL, 0,
                              "Report generation exceeded maximum allowed time");
        return;
    }
    if (job->cancel_reason != NULL) {
        (void)jw_violations_add(&why, "", "%s", job->cancel_reason);
    }
    jw_http_reply_problem(reply, 409, "REPORT_CANCELLED", &why, 0, "The report was cancelled");
}

static void go_on(const JwHttpRequest *request, JwHttpReply *reply, gpointer context,
                  gpointer take_data);

/* @over: as gw_events_wait() has it. False: it may not wait. */
static bool
wait_for(Call **call, JwHttpReply *reply, bool (*over)(const JwJob *job))
{
    const Gw *gw = (*call)->gw;
    const int64_t until_mono_ms = (*call)->until_mono_ms;
    g_autofree char *job_id = g_strdup((*call)->job_id);

    if (is_past(*call, until_mono_ms) || !gw_events_may_wait(gw->events)) {
        return false;
    }
    JwHttpWait *wait = jw_http_reply_wait(reply, go_on, *call, call_free);
    if (wait == NULL) {
        return false;
    }
    *call = NULL; /* it is the wait's, and may be gone when the next line is reached */
    gw_events_wait(gw->events, job_id, wait, over, until_mono_ms);
    return true;
}

/* Whether anything is known of what became of it: not of one that waits for its first try, nor of
 * one that is being sent. */
static bool
has_outcome(const JwDelivery *delivery)
{
    return delivery != NULL && delivery->state != JW_DELIVERY_SENDING
           && (delivery->state != JW_DELIVERY_QUEUED || delivery->attempts > 0);
}

static bool
are_tried(const JwJob *job, const GPtrArray *deliveries)
{
    g_autoptr(GArray) mails = jw_jobs_last_mails(job, deliveries);

    for (guint i = 0; i < mails->len; i++) {
        if (!has_outcome(g_array_index(mails, JwLastMail, i).delivery)) {
            return false;
        }
    }
    return true;
}

/* When nothing can be read: the report was asked for, and may be there. */
static void
reply_unknown(const Call *self, JwHttpReply *reply, const GError *error)
{
    g_autofree char *location = gw_email_location(self->gw, self->job_id);

    jw_warn("report_in_doubt", JW_STR("job_id", self->job_id),
            JW_STR("error", jw_error_message(error)));
    gw_reply_unknown(reply, location, "repeat the request with its Idempotency-Key");
}

static void
answer_completed(Call **call, JwHttpReply *reply, const JwJob *job)
{
    g_autoptr(GPtrArray) deliveries = NULL;
    g_autoptr(GError) error = NULL;

    if (job->recipients != NULL
        && !jw_store_list_deliveries((*call)->gw->store, job->id, &deliveries, &error)) {
        if (!wait_for(call, reply, NULL)) {
            reply_unknown(*call, reply, error);
        }
        return;
    }
    if (!are_tried(job, deliveries) && wait_for(call, reply, NULL)) {
        return;
    }
    set_location(*call, reply);
    jw_http_reply_json(reply, 200, gw_email_render_report(job, deliveries));
}

static bool
has_ended(const JwJob *job)
{
    return jw_job_state_terminal(job->state);
}

/* Its time is over. @ret_after: (out) (nullable) (transfer full): the job as it is then. False:
 * that is not known, answered. */
static bool
give_up(const Call *self, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
        JwJob **ret_after)
{
    const JwJobsCall call = { .request_id = jw_http_request_id(request),
                              .traceparent = jw_http_traceparent(request) };
    const JwJobChange wanted = { .transition = JW_CHANGE_CANCEL_NOW,
                                 .actor = jw_http_principal(request)->subject,
                                 .reason = TOO_LONG };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_jobs_change(&self->gw->jobs, job, &wanted, &call, &cas, ret_after, &error)) {
        reply_unknown(self, reply, error);
        return false;
    }
    if (cas == JW_CAS_WON) {
        jw_metric_add(gw_metrics[GW_METRIC_CANCELLED], NULL, 1);
        jw_info("report_timed_out", JW_STR("job_id", job->id));
    }
    return true;
}

static void
answer_ended(Call **call, JwHttpReply *reply, const JwJob *job)
{
    if (job->state == JW_JOB_COMPLETED) {
        answer_completed(call, reply, job);
    } else if (job->state == JW_JOB_FAILED) {
        reply_failed(*call, reply, job);
    } else {
        reply_cancelled(*call, reply, job);
    }
}

static void
reply_removed(JwHttpReply *reply, const char *job_id)
{
    jw_http_reply_problem(reply, 404, "REPORT_NOT_FOUND", NULL, 0,
                          "Report execution with ID %s not found", job_id);
}

static void
answer(Call **call, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job)
{
    g_autoptr(JwJob) after = NULL;

    if (!has_ended(job) && is_past(*call, (*call)->limit_mono_ms)) {
        if (!give_up(*call, request, reply, job, &after)) {
            return;
        }
        job = after;
    }
    if (job == NULL) {
        reply_removed(reply, (*call)->job_id);
    } else if (has_ended(job)) {
        answer_ended(call, reply, job);
    } else if (!wait_for(call, reply, has_ended)) {
        reply_accepted(*call, reply, job);
    }
}

static void
go_on(const JwHttpRequest *request, JwHttpReply *reply, gpointer context G_GNUC_UNUSED,
      gpointer take_data)
{
    g_autoptr(Call) call = take_data;
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    if (jw_store_get_job(call->gw->store, call->job_id, &job, &error)) {
        if (job != NULL) {
            answer(&call, request, reply, job);
        } else {
            reply_removed(reply, call->job_id);
        }
    } else if (!wait_for(&call, reply, NULL)) {
        reply_unknown(call, reply, error);
    }
}

void
gw_email_answer(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
                bool replayed)
{
    g_autoptr(Call) call = call_new(gw, request, job, replayed);

    answer(&call, request, reply, job);
}
