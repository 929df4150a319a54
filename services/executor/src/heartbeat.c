/* heartbeat.c: keeps the claims of running attempts alive.
 *
 * One thread writes a heartbeat for each running attempt every JW_HEARTBEAT_INTERVAL. An attempt
 * that got no heartbeat through for JW_HEARTBEAT_TIMEOUT stops itself before a reaper elsewhere may
 * give its job away (JW_REAP_AFTER), so two executors rarely work on one job at a time; the token
 * keeps both of them from publishing. One that was merely stopped asks first: as long as the job
 * is still its own it goes on, however long it was silent. */
#include "attempt.h"

#include "jw/log.h"

#define STEP_MS 100

struct _ExeAttempt {
    Exe *exe;
    const JwJob
        *job; /* the worker's; the heartbeat thread uses the copies below, it may outlive the job */
    char *job_id;
    int64_t token, timeout_ms;
    int refs; /* under ExeHeartbeats.mutex: the worker and, while it writes, the heartbeat thread */
    JwMutex mutex;
    ExeStopReason reason;
    const char *step;
    int percent;
    int64_t done, total;
    int64_t started_mono_ms, heartbeat_ok_mono_ms;
};

struct _ExeHeartbeats {
    Exe *exe;
    JwMutex mutex;
    GPtrArray *attempts; /* of ExeAttempt, borrowed */
    JwStop *stop;
    GThread *thread;
    bool shutdown;
};

static void
attempt_unref_locked(ExeAttempt *attempt)
{
    if (--attempt->refs == 0) {
        jw_mutex_clear(&attempt->mutex);
        g_free(attempt->job_id);
        g_free(attempt);
    }
}

static void
attempt_stop(ExeAttempt *self, ExeStopReason reason)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->reason == EXE_GO_ON) {
        self->reason = reason;
    }
}

static bool
attempt_is_silent(ExeAttempt *self, int64_t now)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return now - self->heartbeat_ok_mono_ms > self->exe->times.heartbeat_timeout_ms;
}

static void
attempt_check_limit(ExeAttempt *self, int64_t now)
{
    if (self->timeout_ms > 0 && now - self->started_mono_ms > self->timeout_ms) {
        attempt_stop(self, EXE_STOP_TIMEOUT);
    }
}

static void
attempt_check_time(ExeAttempt *self)
{
    int64_t now = jw_clock_mono_ms(self->exe->clock);

    if (attempt_is_silent(self, now)) {
        attempt_stop(self, EXE_STOP_LOST);
    }
    attempt_check_limit(self, now);
}

void
exe_attempt_heartbeat(ExeAttempt *self)
{
    JwProgress progress = { 0 };
    JwHeartbeat answer = JW_HEARTBEAT_LOST;
    g_autoptr(GError) error = NULL;
    /* Taken before the call: what counts is when the heartbeat was certainly not yet written. */
    int64_t asked_at = jw_clock_mono_ms(self->exe->clock);
    g_autofree char *step = NULL;

    jw_mutex_lock(&self->mutex);
    step = g_strdup(self->step);
    progress = (JwProgress){ self->percent, step, self->done, self->total };
    jw_mutex_unlock(&self->mutex);

    if (!jw_store_heartbeat_job(self->exe->store, self->job_id, self->token, &progress,
                                jw_clock_now_ms(self->exe->clock), &answer, &error)) {
        jw_warn("heartbeat_failed", JW_STR("job_id", self->job_id),
                JW_STR("error", jw_error_message(error)));
        attempt_check_time(self);
        return;
    }
    switch (answer) {
    case JW_HEARTBEAT_LOST:
        attempt_stop(self, EXE_STOP_LOST);
        break;
    case JW_HEARTBEAT_CANCEL:
        attempt_stop(self, EXE_STOP_CANCEL);
        break;
    case JW_HEARTBEAT_OK:
        break;
    }
    jw_mutex_lock(&self->mutex);
    self->heartbeat_ok_mono_ms = asked_at;
    jw_mutex_unlock(&self->mutex);
    attempt_check_limit(self, jw_clock_mono_ms(self->exe->clock));
}

/* A reference to every running attempt, so that a worker may end one while its heartbeat is
 * written. */
static GPtrArray *
snapshot_attempts(ExeHeartbeats *self)
{
    GPtrArray *snapshot = g_ptr_array_new();
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    for (guint i = 0; i < self->attempts->len; i++) {
        ExeAttempt *attempt = g_ptr_array_index(self->attempts, i);
        attempt->refs++;
        g_ptr_array_add(snapshot, attempt);
    }
    return snapshot;
}

static gpointer
heartbeat_thread(gpointer data)
{
    ExeHeartbeats *self = data;

    while (!jw_stop_wait(self->stop, self->exe->times.heartbeat_ms)) {
        g_autoptr(GPtrArray) snapshot = snapshot_attempts(self);

        for (guint i = 0; i < snapshot->len; i++) {
            ExeAttempt *attempt = g_ptr_array_index(snapshot, i);

            exe_attempt_heartbeat(attempt);
            jw_mutex_lock(&self->mutex);
            attempt_unref_locked(attempt);
            jw_mutex_unlock(&self->mutex);
        }
    }
    return NULL;
}

ExeHeartbeats *
exe_heartbeats_new(Exe *exe)
{
    ExeHeartbeats *self = g_new0(ExeHeartbeats, 1);

    self->exe = exe;
    jw_mutex_init(&self->mutex);
    self->attempts = g_ptr_array_new();
    self->stop = jw_stop_new();
    self->thread = g_thread_new("heartbeats", heartbeat_thread, self);
    return self;
}

void
exe_heartbeats_free(ExeHeartbeats *self)
{
    if (self == NULL) {
        return;
    }
    jw_stop_set(self->stop);
    g_thread_join(self->thread);
    g_assert(self->attempts->len == 0);
    g_ptr_array_unref(self->attempts);
    jw_stop_free(self->stop);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

void
exe_heartbeats_shutdown(ExeHeartbeats *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->shutdown = true;
    for (guint i = 0; i < self->attempts->len; i++) {
        attempt_stop(g_ptr_array_index(self->attempts, i), EXE_STOP_SHUTDOWN);
    }
}

size_t
exe_heartbeats_running(ExeHeartbeats *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->attempts->len;
}

ExeAttempt *
exe_attempt_begin(Exe *exe, const JwJob *job)
{
    ExeAttempt *self = g_new0(ExeAttempt, 1);

    self->exe = exe;
    self->job = job;
    self->job_id = g_strdup(job->id);
    self->token = job->token;
    self->timeout_ms = job->timeout_ms;
    self->refs = 1;
    self->step = "Starting";
    self->total = -1;
    jw_mutex_init(&self->mutex);
    self->started_mono_ms = jw_clock_mono_ms(exe->clock);
    self->heartbeat_ok_mono_ms = self->started_mono_ms;

    g_auto(JwLocker) locker = jw_locker(&exe->heartbeats->mutex);
    if (exe->heartbeats->shutdown) {
        self->reason = EXE_STOP_SHUTDOWN;
    }
    g_ptr_array_add(exe->heartbeats->attempts, self);
    return self;
}

void
exe_attempt_end(ExeAttempt *self)
{
    if (self == NULL) {
        return;
    }
    ExeHeartbeats *heartbeats = self->exe->heartbeats;
    g_auto(JwLocker) locker = jw_locker(&heartbeats->mutex);

    g_ptr_array_remove_fast(heartbeats->attempts, self);
    attempt_unref_locked(self);
}

Exe *
exe_attempt_exe(const ExeAttempt *self)
{
    return self->exe;
}

const JwJob *
exe_attempt_job(const ExeAttempt *self)
{
    return self->job;
}

static ExeStopReason
reason_of(ExeAttempt *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->reason;
}

ExeStopReason
exe_attempt_stop_reason(ExeAttempt *self)
{
    /* Whatever fails after the limit failed for want of time. */
    attempt_check_limit(self, jw_clock_mono_ms(self->exe->clock));
    return reason_of(self);
}

int64_t
exe_attempt_time_left(const ExeAttempt *self)
{
    int64_t spent = jw_clock_mono_ms(self->exe->clock) - self->started_mono_ms;

    return self->timeout_ms > 0 ? MAX(self->timeout_ms - spent, 1) : 0;
}

bool
exe_attempt_go_on(ExeAttempt *self, GError **error)
{
    /* Here too, not only at heartbeats: a process that slept (SIGSTOP) asks here first when it
     * wakes. */
    int64_t now = jw_clock_mono_ms(self->exe->clock);

    attempt_check_limit(self, now);
    if (attempt_is_silent(self, now) && reason_of(self) == EXE_GO_ON) {
        exe_attempt_heartbeat(self);
    }
    switch (reason_of(self)) {
    case EXE_GO_ON:
        return true;
    case EXE_STOP_CANCEL:
        return jw_fail(error, JW_ERROR_CANCELLED, "the job was cancelled");
    case EXE_STOP_LOST:
        return jw_fail(error, JW_ERROR_CANCELLED, "the claim on the job was lost");
    case EXE_STOP_SHUTDOWN:
        return jw_fail(error, JW_ERROR_CANCELLED, "the executor is stopping");
    case EXE_STOP_TIMEOUT:
        return jw_fail(error, JW_ERROR_CANCELLED, "the job ran longer than its time limit");
    }
    g_assert_not_reached();
}

void
exe_attempt_progress(ExeAttempt *self, const char *step, int percent, int64_t done, int64_t total)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->step = step;
    self->percent = MAX(self->percent, CLAMP(percent, 0, 100));
    self->done = done;
    self->total = total;
}

void
exe_attempt_step(ExeAttempt *self, const char *step, int percent, int64_t done, int64_t total)
{
    int64_t now = jw_clock_mono_ms(self->exe->clock);
    bool due = false;

    exe_attempt_progress(self, step, percent, done, total);
    jw_mutex_lock(&self->mutex);
    due = now - self->heartbeat_ok_mono_ms >= STEP_MS;
    jw_mutex_unlock(&self->mutex);
    if (due) {
        exe_attempt_heartbeat(self);
    }
}
