/* reap.c: T8: takes jobs away from attempts that died.
 *
 * Dead means: token and heartbeat stood still for JW_REAP_AFTER of this process's own monotonic clock. Wall
 * clocks of other machines play no part, and a scheduler that slept sees the heartbeats moved on when it wakes. */
#include "sch.h"

#include "jw/log.h"
#include "jw/metrics.h"

static JwJobTransition
transition_for(const JwJob *job)
{
    if (job->state == JW_JOB_CANCELLING) {
        return JW_CHANGE_REAP_CANCEL;
    }
    return job->attempts < job->max_attempts ? JW_CHANGE_REAP_RETRY : JW_CHANGE_REAP_FAIL;
}

static bool
reap_job(Sch *self, const JwJob *job, size_t *ret_reaped, GError **error)
{
    static const char code[] = "ATTEMPT_DIED";
    static const char message[] = "the attempt stopped without a word; its process or machine died";
    JwJobTransition transition = transition_for(job);
    int64_t now = jw_clock_now_ms(self->clock);
    bool cancel = transition == JW_CHANGE_REAP_CANCEL;
    g_autoptr(JwOutboxEntry) event = jw_wire_job_event(
        self->wire, job, cancel ? JW_TYPE_JOB_CANCELLED : JW_TYPE_JOB_FAILED, NULL,
        cancel ? NULL : code, cancel ? NULL : message, transition == JW_CHANGE_REAP_RETRY, now);
    g_autoptr(JwOutboxEntry) command =
        transition == JW_CHANGE_REAP_RETRY ? jw_wire_submit_command(self->wire, job, now) : NULL;
    const JwOutboxEntry *events[] = { event, command };
    g_autoptr(JwJob) after = NULL;
    JwCas cas = JW_CAS_LOST;
    JwJobChange change = {
        .job_id = job->id,
        .transition = transition,
        .now_ms = now,
        .token = job->token,
        .heartbeat = job->heartbeat,
        .error_code = cancel ? NULL : code,
        .error_message = cancel ? NULL : message,
        .events = events,
        .n_events = command != NULL ? 2 : 1,
    };

    g_autoptr(GError) failed = NULL;
    if (!jw_store_change_job(self->store, &change, &cas, &after, &failed)
        && !sch_go_on(job, "reap", g_steal_pointer(&failed), error)) {
        return false;
    }
    if (cas == JW_CAS_WON) {
        jw_warn("job_reaped", JW_STR("job_id", job->id), JW_STR("owner", job->owner),
                JW_INT("token", job->token), JW_STR("change", jw_job_rule(transition)->name));
        jw_relay_offer(self->relay, JW_DOC_JOB, job->id, after->outbox);
        (*ret_reaped)++;
    }
    return true;
}

bool
sch_reap(Sch *self, size_t *ret_reaped, GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    JwJobScan scan = { .states = JW_JOB_BIT(JW_JOB_RUNNING) | JW_JOB_BIT(JW_JOB_CANCELLING),
                       .limit = SCH_REAP_LIMIT };

    *ret_reaped = 0;
    if (!jw_store_scan_jobs(self->store, &scan, &jobs, error)) {
        return false;
    }
    jw_liveness_begin(self->running, jw_clock_mono_ms(self->clock));
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);

        if (jw_liveness_is_stale(self->running, job->id, job->token, job->heartbeat,
                                 self->config.reap_after_ms)
            && !reap_job(self, job, ret_reaped, error)) {
            return false;
        }
    }
    jw_liveness_end(self->running);
    jw_metric_add(jw_metric_counter("jobwire_reaped_total", "Jobs taken from dead attempts", NULL),
                  NULL, (double)*ret_reaped);
    return true;
}
