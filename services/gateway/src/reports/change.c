/* reports/change.c: cancel and retry: one conditional update each, with its events.
 *
 * Lost and unknown outcomes are read again, and then decided. A cancel is immediate (T6): the update raises the
 * token, so an attempt that still runs can publish nothing any more, and no mail follows. */
#include "reports/reports.h"

#include <jansson.h>

#include "jw/crash.h"
#include "jw/ident.h"
#include "jw/log.h"

#define TRIES 3

static const JwField cancel_fields[] = {
    { .name = "reason", .type = JW_FIELD_TEXT, .flags = JW_FIELD_LINES, .max = 500 },
    { 0 },
};
static const JwField retry_fields[] = { { 0 } };

/* Is @now the work of this very @change, made from @before? */
typedef bool (*IsDone)(const JwJobChange *change, const JwJob *before, const JwJob *now);

/* After a @doubt a read that fails is made once more, and when that fails too the outcome stays unknown. */
static bool
look_again(const Gw *gw, const char *job_id, bool doubt, JwJob **ret_job, GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (jw_store_get_job(gw->store, job_id, ret_job, &cause)) {
        return true;
    }
    if (!doubt) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return jw_store_get_job(gw->store, job_id, ret_job, NULL)
           || jw_fail(error, JW_ERROR_IN_DOUBT, "reading job '%s' again: %s", job_id,
                      jw_error_message(cause));
}

/* @ret_job: the document after the change when WON, as it stands when LOST; NULL when it is gone. IN_DOUBT when the
 * change may have been made, or may be made yet. */
static bool
settle(const Gw *gw, const JwJobChange *change, const JwJob *before, IsDone is_done, JwCas *ret_cas,
       JwJob **ret_job, GError **error)
{
    bool doubt = false;

    jw_crash_point("gw_before_change");
    for (int i = 0; i < TRIES; i++) {
        g_autoptr(GError) cause = NULL;
        g_autoptr(JwJob) job = NULL;
        JwCas cas = JW_CAS_LOST;

        bool known = jw_store_change_job(gw->store, change, &cas, &job, &cause);
        doubt = doubt || (!known && jw_error_retry(cause) == JW_RETRY_AFTER_REREAD);
        if (!known && !doubt) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        if (cas == JW_CAS_LOST) {
            if (!look_again(gw, change->job_id, doubt, &job, error)) {
                return false;
            }
            cas = doubt && job != NULL && is_done(change, before, job) ? JW_CAS_WON : JW_CAS_LOST;
        }
        bool possible =
            job != NULL && (jw_job_rule(change->transition)->from & JW_JOB_BIT(job->state)) != 0;
        if (cas == JW_CAS_WON || !possible) {
            *ret_cas = cas;
            *ret_job = g_steal_pointer(&job);
            jw_crash_point("gw_after_change");
            return true;
        }
    }
    return jw_fail(error, doubt ? JW_ERROR_IN_DOUBT : JW_ERROR_BUSY,
                   "%s of job '%s' could not be settled", jw_job_rule(change->transition)->name,
                   change->job_id);
}

static void
reply_unsettled(const Gw *gw, JwHttpReply *reply, const char *job_id, const GError *error)
{
    if (jw_error_code(error) == JW_ERROR_IN_DOUBT) {
        jw_warn("change_in_doubt", JW_STR("job_id", job_id),
                JW_STR("error", jw_error_message(error)));
        g_autofree char *location = gw_render_link(gw, job_id, "");
        gw_reply_unknown(reply, location, "repeat the request");
    } else {
        jw_http_reply_error(reply, error);
    }
}

/* The change is this request's, not the one's that made the job. */
static JwOutboxEntry *
of_request(const JwHttpRequest *request, JwOutboxEntry *take_entry)
{
    g_free(take_entry->request_id);
    take_entry->request_id = g_strdup(jw_http_request_id(request));
    g_free(take_entry->traceparent);
    take_entry->traceparent = g_strdup(jw_http_traceparent(request));
    return take_entry;
}

static bool
may_change(const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
           const char *permission)
{
    const JwPrincipal *who = jw_http_principal(request);

    if (gw_scope_owns(who, job) || jw_principal_may(who, permission)) {
        return true;
    }
    jw_http_reply_problem(reply, 403, "FORBIDDEN", NULL, 0,
                          "this needs the permission '%s', or to be the job's owner", permission);
    return false;
}

static void
reply_state(JwHttpReply *reply, const JwJob *job, const char *code, const char *what)
{
    jw_http_reply_problem(reply, 409, code, NULL, 0, "the job is %s; %s",
                          gw_render_status(job->state), what);
}

static bool
is_cancelled(const JwJobChange *change, const JwJob *before G_GNUC_UNUSED, const JwJob *now)
{
    return now->state == JW_JOB_CANCELLED && now->cancelled_at_ms == change->now_ms
           && g_strcmp0(now->cancelled_by, change->actor) == 0;
}

static void
reply_cancelled(JwHttpReply *reply, const JwJob *job)
{
    json_t *data =
        json_pack("{s:s, s:s, s:o}", "id", job->id, "status", gw_render_status(job->state),
                  "cancelledAt", gw_render_time(job->cancelled_at_ms));

    gw_render_text(data, "cancelledBy", job->cancelled_by);
    gw_reply_data(reply, 200, data);
}

static void
cancel(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
       const char *reason)
{
    int64_t now_ms = jw_clock_now_ms(gw->clock);
    g_autoptr(JwOutboxEntry) event =
        of_request(request, jw_wire_job_event(gw->wire, job, JW_TYPE_JOB_CANCELLED, NULL, NULL,
                                              NULL, false, now_ms));
    const JwOutboxEntry *events[] = { event };
    const JwJobChange change = {
        .job_id = job->id,
        .transition = JW_CHANGE_CANCEL_NOW,
        .now_ms = now_ms,
        .actor = jw_http_principal(request)->subject,
        .reason = reason,
        .events = events,
        .n_events = 1,
    };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(JwJob) after = NULL;
    g_autoptr(GError) error = NULL;

    if (!settle(gw, &change, job, is_cancelled, &cas, &after, &error)) {
        reply_unsettled(gw, reply, job->id, error);
    } else if (after == NULL) {
        jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0, "the job has been removed");
    } else if (cas == JW_CAS_LOST) {
        reply_state(reply, after, "JOB_NOT_CANCELLABLE",
                    "only a job that has not ended can be cancelled");
    } else {
        jw_relay_offer(gw->relay, JW_DOC_JOB, after->id, after->outbox);
        gw_count(GW_METRIC_CANCELLED, NULL);
        jw_info("job_cancelled", JW_STR("job_id", after->id), JW_STR("subject", change.actor),
                JW_STR("from", jw_job_state_name(job->state)));
        reply_cancelled(reply, after);
    }
}

void
gw_reports_cancel(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL || !may_change(request, reply, job, "reports:cancel")) {
        return;
    }
    json_auto_t *body = gw_request_object(request, reply, cancel_fields);
    if (body == NULL) {
        return;
    }
    if (jw_job_state_terminal(job->state)) {
        reply_state(reply, job, "JOB_NOT_CANCELLABLE",
                    "only a job that has not ended can be cancelled");
        return;
    }
    cancel(gw, request, reply, job, jw_json_text(body, "reason"));
}

static bool
is_retried(const JwJobChange *change G_GNUC_UNUSED, const JwJob *before, const JwJob *now)
{
    return now->retry_count > before->retry_count;
}

static void
retry(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job)
{
    int64_t now_ms = jw_clock_now_ms(gw->clock);
    char command_id[JW_UUID_LEN + 1];
    char count[16];
    g_autoptr(JwJob) next = jw_job_copy(job);

    next->state = JW_JOB_PENDING;
    g_autoptr(JwOutboxEntry) command =
        of_request(request, jw_wire_submit_command(gw->wire, next, now_ms));
    g_autoptr(JwOutboxEntry) event =
        of_request(request, jw_wire_job_event(gw->wire, next, JW_TYPE_JOB_SUBMITTED, NULL, NULL,
                                              NULL, false, now_ms));
    /* Not the same message as the first command, which may still wait in the outbox. */
    (void)g_snprintf(count, sizeof count, "%d", job->retry_count + 1);
    jw_uuid_derive(command_id, "retry", job->id, count, NULL);
    g_free(command->id);
    command->id = g_strdup(command_id);

    const JwOutboxEntry *events[] = { command, event };
    const JwJobChange change = { .job_id = job->id,
                                 .transition = JW_CHANGE_RETRY,
                                 .now_ms = now_ms,
                                 .events = events,
                                 .n_events = G_N_ELEMENTS(events) };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(JwJob) after = NULL;
    g_autoptr(GError) error = NULL;

    if (!settle(gw, &change, job, is_retried, &cas, &after, &error)) {
        reply_unsettled(gw, reply, job->id, error);
    } else if (after == NULL) {
        jw_http_reply_problem(reply, 404, "JOB_NOT_FOUND", NULL, 0, "the job has been removed");
    } else if (cas == JW_CAS_LOST) {
        reply_state(reply, after, "JOB_NOT_FAILED", "only a failed job can be retried");
    } else {
        jw_relay_offer(gw->relay, JW_DOC_JOB, after->id, after->outbox);
        gw_count(GW_METRIC_RETRIED, NULL);
        jw_info("job_retried", JW_STR("job_id", after->id), JW_INT("retry", after->retry_count));
        gw_reply_data(reply, 200,
                      json_pack("{s:s, s:s, s:i}", "id", after->id, "status",
                                gw_render_status(JW_JOB_PENDING), "retryCount",
                                after->retry_count));
    }
}

void
gw_reports_retry(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL || !may_change(request, reply, job, "reports:create")) {
        return;
    }
    json_auto_t *body = gw_request_object(request, reply, retry_fields);
    if (body == NULL) {
        return;
    }
    if (job->state != JW_JOB_FAILED) {
        reply_state(reply, job, "JOB_NOT_FAILED", "only a failed job can be retried");
        return;
    }
    if (job->retry_count >= job->max_retries) {
        jw_http_reply_problem(
            reply, 409, "RETRY_LIMIT_REACHED", NULL, 0,
            "the job was retried %d times already, which is the most; make a new one",
            job->retry_count);
        return;
    }
    retry(gw, request, reply, job);
}
