/* pool.c: workers: claim the job that is next, run its handler, and end the attempt.
 *
 * What lost its claim publishes nothing: its file is removed, its result forgotten. What stays
 * unknown keeps its file, because the job may name it; if it does not, the scheduler's sweep
 * removes it. */
#include "handlers/handlers.h"

#include "jw/crash.h"
#include "jw/log.h"
#include "jw/memory.h"
#include "jw/store_files.h"
#include "metrics.h"

#define TRIM_EVERY_MS  1000
#define TOUCH_EVERY_MS (10 * 60000)

static void
remove_file(Exe *self, const JwArtifact *artifact)
{
    g_autoptr(GError) error = NULL;

    if (artifact != NULL && !jw_store_delete_file(self->store, artifact->file_id, &error)) {
        jw_warn("artifact_left", JW_STR("file_id", artifact->file_id),
                JW_STR("error", jw_error_message(error)));
    }
}

/* Ends the attempt, trying until its outcome is known or the claim is certainly lost to a
 * reaper. @won: the name of the outcome. */
static const char *
end(Exe *self, const JwJob *job, const JwJobChange *change, const char *won)
{
    const JwJobsCall call = { .patience_ms = self->times.heartbeat_timeout_ms, .stop = self->stop };
    JwEnd ending = JW_END_LOST;
    g_autoptr(GError) error = NULL;

    if (!jw_jobs_end(&self->jobs, job, change, &call, &ending, &error)) {
        jw_warn("attempt_outcome_unknown", JW_STR("change", jw_job_rule(change->transition)->name),
                JW_STR("error", jw_error_message(error)));
        return "unknown";
    }
    if (ending == JW_END_WON) {
        return won;
    }
    remove_file(self, change->artifact);
    return ending == JW_END_CANCELLED ? "cancelled" : "lost";
}

static const char *
end_completed(Exe *self, const JwJob *job, const JwJobResult *result)
{
    static const char won[] = "completed";
    const JwJobChange change = { .transition = JW_CHANGE_FINISH,
                                 .artifact = result->artifact,
                                 .result = result->json,
                                 .warnings = result->warnings };

    jw_crash_point("exe_before_finish");
    const char *outcome = end(self, job, &change, won);
    if (outcome == won) {
        jw_crash_point("exe_after_finish");
    }
    return outcome;
}

/* @code: (nullable): in the place of the cause's own. */
static const char *
end_failed(Exe *self, const JwJob *job, bool timed_out, const GError *cause, const char *code)
{
    JwJobChange change = jw_jobs_failure(job, cause, timed_out, jw_clock_now_ms(self->clock));

    change.error_code = code != NULL ? code : change.error_code;
    bool again = change.transition == JW_CHANGE_FAIL_RETRY;

    jw_warn("attempt_failed", JW_STR("code", change.error_code),
            JW_STR("error", change.error_message), JW_BOOL("again", again));
    return end(self, job, &change, again ? "retried" : "failed");
}

/* People read it: what to do about it, and not which call was cut off. */
static const char *
end_timed_out(Exe *self, const JwJob *job)
{
    g_autoptr(GError) cause = NULL;

    (void)jw_fail(&cause, JW_ERROR_CANCELLED,
                  "it ran longer than its time limit of %" G_GINT64_FORMAT
                  " s; ask for less, a shorter period or narrower filters, or for more time with "
                  "timeoutSeconds",
                  (job->timeout_ms + 999) / 1000);
    return end_failed(self, job, true, cause, NULL);
}

static const char *
end_stopped(Exe *self, const JwJob *job, ExeStopReason reason, const GError *cause,
            const char *code)
{
    static const JwJobChange cancelled = { .transition = JW_CHANGE_CANCELLED };
    static const JwJobChange release = { .transition = JW_CHANGE_RELEASE };

    switch (reason) {
    case EXE_STOP_CANCEL:
        return end(self, job, &cancelled, "cancelled");
    case EXE_STOP_SHUTDOWN:
        return end(self, job, &release, "released");
    case EXE_STOP_TIMEOUT:
        return end_timed_out(self, job);
    case EXE_STOP_LOST:
        return "lost";
    case EXE_GO_ON:
        return end_failed(self, job, false, cause, code);
    }
    g_assert_not_reached();
}

void
exe_run_claimed(Exe *self, const JwJob *job)
{
    g_auto(JwJobResult) result = { 0 };
    g_autoptr(GError) error = NULL;
    const char *outcome = NULL;

    g_auto(JwLogScope) scope =
        jw_log_scope(JW_STR("job_id", job->id), JW_STR("request_id", job->request_id),
                     JW_STR("trace", job->traceparent));
    jw_info("job_claimed", JW_INT("token", job->token), JW_INT("attempt", job->attempts),
            JW_STR("type", job->type));
    jw_crash_point("exe_after_claim");

    int64_t started = jw_clock_mono_ms(self->clock);
    ExeAttempt *attempt = exe_attempt_begin(self, job);
    bool ok = exe_handle(attempt, &result, &error);
    ExeStopReason reason = exe_attempt_stop_reason(attempt);
    exe_attempt_end(attempt);

    outcome = ok ? end_completed(self, job, &result)
                 : end_stopped(self, job, reason, error, result.failure);
    jw_info("attempt_ended", JW_STR("outcome", outcome),
            JW_INT("duration_ms", jw_clock_mono_ms(self->clock) - started));
    jw_metric_add(exe_metrics[EXE_METRIC_ATTEMPTS], outcome, 1);
    jw_metric_observe_ms(exe_metrics[EXE_METRIC_ATTEMPT_SECONDS], job->type,
                         jw_clock_mono_ms(self->clock) - started);
}

void
exe_run_job(Exe *self, const char *job_id)
{
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_jobs_claim(&self->jobs, job_id, self->owner, &job, &error)) {
        /* The job stays pending in the store, where its turn comes. */
        jw_warn("claim_failed", JW_STR("job_id", job_id), JW_STR("error", jw_error_message(error)));
        return;
    }
    if (job == NULL) {
        jw_debug("claim_lost", JW_STR("job_id", job_id));
        return;
    }
    jw_metric_add(exe_metrics[EXE_METRIC_CLAIMS], "command", 1);
    exe_run_claimed(self, job);
}

/* After work, but once a second at most: small jobs must not pay for it. */
static void
give_back_memory(Exe *self)
{
    int64_t now = jw_clock_mono_ms(self->clock);
    int64_t due = __atomic_load_n(&self->trim_mono_ms, __ATOMIC_RELAXED);

    if (g_atomic_int_get(&self->untrimmed) != 0 && now >= due
        && __atomic_compare_exchange_n(&self->trim_mono_ms, &due, now + TRIM_EVERY_MS, false,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        g_atomic_int_set(&self->untrimmed, 0);
        jw_memory_trim();
    }
}

/* One worker of a process, now and then. */
static void
keep_temp(Exe *self)
{
    int64_t now = jw_clock_mono_ms(self->clock);
    int64_t due = __atomic_load_n(&self->touch_mono_ms, __ATOMIC_RELAXED);

    if (now >= due
        && __atomic_compare_exchange_n(&self->touch_mono_ms, &due, now + TOUCH_EVERY_MS, false,
                                       __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
        exe_temp_touch(self->temp);
    }
}

/* Waits for the command of a job, which has it at once: a worker that waits means that nothing
 * else does. False: none came. */
static bool
wait_for_command(Exe *self)
{
    g_atomic_int_inc(&self->idle);
    g_autofree char *job_id =
        jw_queue_pop(self->ready, exe_turns_woken(self->turns) ? 0 : EXE_LOOK_IDLE_MS);
    (void)g_atomic_int_dec_and_test(&self->idle);

    if (job_id != NULL) {
        exe_run_job(self, job_id);
    }
    return job_id != NULL;
}

gpointer
exe_worker(gpointer data)
{
    Exe *self = data;

    for (bool idle = false; !g_atomic_int_get(&self->draining);) {
        g_autoptr(JwJob) job = exe_next(self, idle);

        idle = job == NULL;
        if (job != NULL) {
            exe_run_claimed(self, job);
        } else if (wait_for_command(self)) {
            idle = false;
        }
        if (!idle) {
            g_atomic_int_set(&self->untrimmed, 1);
        }
        give_back_memory(self);
        keep_temp(self);
    }
    return NULL;
}
