/* pool.c: workers: claim a job (T2), run its handler, and end the attempt (T4, T5, T7 or handed back).
 *
 * After an unknown outcome of a write the job is read again, and only then decided (decision 6). What lost
 * its claim publishes nothing: its file is removed, its result forgotten. What stays unknown keeps its file,
 * because the job may name it; if it does not, the scheduler's sweep removes it. */
#include "handlers/handlers.h"

#include "jw/crash.h"
#include "jw/ident.h"
#include "jw/log.h"
#include "jw/store_files.h"

/* Claims; after an unknown outcome the owner text, private to this claim, tells whether it was ours. */
static bool
claim(Exe *self, const char *job_id, JwJob **ret_job, GError **error)
{
    char unique[JW_UUID_LEN + 1];
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) cause = NULL;

    jw_uuid_v7(jw_clock_now_ms(self->clock), unique);
    g_autofree char *owner = g_strdup_printf("%s/%s", self->owner, unique);
    JwJobChange change = {
        .job_id = job_id,
        .transition = JW_CHANGE_CLAIM,
        .now_ms = jw_clock_now_ms(self->clock),
        .owner = owner,
    };
    if (jw_store_change_job(self->store, &change, &cas, ret_job, &cause)) {
        return true;
    }
    if (jw_error_retry(cause) != JW_RETRY_AFTER_REREAD) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    g_autoptr(JwJob) job = NULL;
    if (!jw_store_get_job(self->store, job_id, &job, error)) {
        return false;
    }
    if (job != NULL && job->state == JW_JOB_RUNNING && g_strcmp0(job->owner, owner) == 0) {
        *ret_job = g_steal_pointer(&job);
    }
    return true;
}

typedef enum { END_UNKNOWN, END_LOST, END_WON } Ending;

/* One fenced change that ends the attempt, tried until its outcome is known or the claim is certainly lost to a reaper. */
static Ending
settle(Exe *self, const JwJob *job, JwJobChange *change)
{
    int64_t give_up = jw_clock_mono_ms(self->clock) + self->config.heartbeat_timeout_ms;

    change->job_id = job->id;
    change->token = job->token;
    for (;;) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwJob) after = NULL;
        JwCas cas = JW_CAS_LOST;

        change->now_ms = jw_clock_now_ms(self->clock);
        bool known = jw_store_change_job(self->store, change, &cas, &after, &error);
        /* LOST may be our own earlier try whose reply was lost: the document shows it. */
        if (known && cas == JW_CAS_LOST) {
            known = jw_store_get_job(self->store, job->id, &after, &error);
            if (known && after != NULL && after->token == job->token
                && after->state == jw_job_rule(change->transition)->to) {
                cas = JW_CAS_WON;
            }
        }
        if (known) {
            if (cas == JW_CAS_WON) {
                jw_relay_offer(self->relay, JW_DOC_JOB, job->id, after->outbox);
            }
            return cas == JW_CAS_WON ? END_WON : END_LOST;
        }
        if (jw_clock_mono_ms(self->clock) > give_up || jw_stop_wait(self->stop, 200)) {
            jw_warn("attempt_outcome_unknown",
                    JW_STR("change", jw_job_rule(change->transition)->name),
                    JW_STR("error", jw_error_message(error)));
            return END_UNKNOWN;
        }
    }
}

static void
remove_file(Exe *self, const JwArtifact *artifact)
{
    g_autoptr(GError) error = NULL;

    if (artifact != NULL && !jw_store_delete_file(self->store, artifact->file_id, &error)) {
        jw_warn("artifact_left", JW_STR("file_id", artifact->file_id),
                JW_STR("error", jw_error_message(error)));
    }
}

static const char *
settle_cancelled(Exe *self, const JwJob *job)
{
    g_autoptr(JwOutboxEntry) event =
        jw_wire_job_event(self->wire, job, JW_TYPE_JOB_CANCELLED, NULL, NULL, NULL, false,
                          jw_clock_now_ms(self->clock));
    const JwOutboxEntry *events[] = { event };
    JwJobChange change = { .transition = JW_CHANGE_CANCELLED, .events = events, .n_events = 1 };

    switch (settle(self, job, &change)) {
    case END_WON:
        return "cancelled";
    case END_LOST:
        return "lost";
    case END_UNKNOWN:
        break;
    }
    return "unknown";
}

/* @won: the name of the outcome. A change from running that was lost may be so because a cancel was asked. */
static const char *
settle_or_cancelled(Exe *self, const JwJob *job, JwJobChange *change, const char *won)
{
    switch (settle(self, job, change)) {
    case END_WON:
        return won;
    case END_LOST:
        return settle_cancelled(self, job);
    case END_UNKNOWN:
        break;
    }
    return "unknown";
}

static const char *
settle_completed(Exe *self, const JwJob *job, const JwJobResult *result)
{
    g_autoptr(JwOutboxEntry) event =
        jw_wire_job_event(self->wire, job, JW_TYPE_JOB_COMPLETED, result->artifact, NULL, NULL,
                          false, jw_clock_now_ms(self->clock));
    const JwOutboxEntry *events[] = { event };
    JwJobChange change = { .transition = JW_CHANGE_FINISH,
                           .artifact = result->artifact,
                           .result = result->json,
                           .events = events,
                           .n_events = 1 };

    jw_crash_point("exe_before_finish");
    switch (settle(self, job, &change)) {
    case END_WON:
        jw_crash_point("exe_after_finish");
        return "completed";
    case END_LOST:
        remove_file(self, result->artifact);
        return settle_cancelled(self, job);
    case END_UNKNOWN:
        break;
    }
    return "unknown";
}

static bool
error_is_permanent(const GError *error)
{
    switch (jw_error_code(error)) {
    case JW_ERROR_INVALID:
    case JW_ERROR_NOT_FOUND:
    case JW_ERROR_DENIED:
    case JW_ERROR_TOO_LARGE:
        return true;
    case JW_ERROR_INTERNAL:
    case JW_ERROR_CONFLICT:
    case JW_ERROR_CORRUPT:
    case JW_ERROR_CANCELLED:
    case JW_ERROR_BUSY:
    case JW_ERROR_UNAVAILABLE:
    case JW_ERROR_IN_DOUBT:
        return false;
    }
    return false;
}

static const char *
settle_failed(Exe *self, const JwJob *job, bool timed_out, const GError *cause)
{
    bool again = !timed_out && !error_is_permanent(cause) && job->attempts < job->max_attempts;
    const char *code = timed_out ? "TIMEOUT" : jw_error_code_name(jw_error_code(cause));
    int64_t now = jw_clock_now_ms(self->clock);
    g_autoptr(JwOutboxEntry) event = jw_wire_job_event(self->wire, job, JW_TYPE_JOB_FAILED, NULL,
                                                       code, jw_error_message(cause), again, now);
    const JwOutboxEntry *events[] = { event };
    uint32_t noise = 0;
    JwJobChange change = {
        .transition = again ? JW_CHANGE_FAIL_RETRY : JW_CHANGE_FAIL_FINAL,
        .error_code = code,
        .error_message = jw_error_message(cause),
        .events = events,
        .n_events = 1,
    };

    jw_random_bytes(&noise, sizeof noise);
    change.not_before_ms = now + jw_job_backoff_ms(job->attempts, (double)noise / 4294967296.0);
    jw_warn("attempt_failed", JW_STR("code", code), JW_STR("error", jw_error_message(cause)),
            JW_BOOL("again", again));
    return settle_or_cancelled(self, job, &change, again ? "retried" : "failed");
}

static const char *
settle_stopped(Exe *self, const JwJob *job, ExeStopReason reason, const GError *cause)
{
    switch (reason) {
    case EXE_STOP_CANCEL:
        return settle_cancelled(self, job);
    case EXE_STOP_SHUTDOWN: {
        JwJobChange change = { .transition = JW_CHANGE_RELEASE };
        return settle_or_cancelled(self, job, &change, "released");
    }
    case EXE_STOP_TIMEOUT:
        return settle_failed(self, job, true, cause);
    case EXE_STOP_LOST:
        return "lost";
    case EXE_GO_ON:
        return settle_failed(self, job, false, cause);
    }
    g_assert_not_reached();
}

void
exe_run_job(Exe *self, const char *job_id)
{
    g_autoptr(JwJob) job = NULL;
    g_auto(JwJobResult) result = { 0 };
    g_autoptr(GError) error = NULL;
    const char *outcome = NULL;

    if (!claim(self, job_id, &job, &error)) {
        /* The job stays pending in the store; the scheduler hints it again. */
        jw_warn("claim_failed", JW_STR("job_id", job_id), JW_STR("error", jw_error_message(error)));
        return;
    }
    if (job == NULL) {
        jw_debug("claim_lost", JW_STR("job_id", job_id));
        return;
    }
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

    outcome = ok ? settle_completed(self, job, &result) : settle_stopped(self, job, reason, error);
    jw_info("attempt_ended", JW_STR("outcome", outcome),
            JW_INT("duration_ms", jw_clock_mono_ms(self->clock) - started));
    jw_metric_add(
        jw_metric_counter("jobwire_attempts_total", "Attempts ended, by outcome", "outcome"),
        outcome, 1);
    jw_metric_observe_ms(
        jw_metric_histogram("jobwire_attempt_seconds", "Duration of attempts, by job type", "type"),
        job->type, jw_clock_mono_ms(self->clock) - started);
}

/* A lane that was full is half empty again: its partitions need not wait out their pause. */
static void
wake_intake(Exe *self)
{
    unsigned waits = (unsigned)g_atomic_int_get(&self->intake_waits);
    unsigned roomy = 0;

    for (unsigned lane = 0; lane < EXE_LANES; lane++) {
        if ((waits & 1u << lane) != 0
            && jw_queue_lane_length(self->ready, lane) <= jw_queue_capacity(self->ready) / 2) {
            roomy |= 1u << lane;
        }
    }
    /* only one worker finds a bit still set */
    if (roomy != 0 && (g_atomic_int_and(&self->intake_waits, ~roomy) & roomy) != 0) {
        exe_wake_consumer(self);
    }
}

gpointer
exe_worker(gpointer data)
{
    Exe *self = data;

    while (!g_atomic_int_get(&self->draining)) {
        g_autofree char *job_id = jw_queue_pop(self->ready, 1000);

        wake_intake(self);
        if (job_id != NULL) {
            exe_run_job(self, job_id);
        }
    }
    return NULL;
}
