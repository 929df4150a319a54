/* pull.c: jobs that wait in the store, for an executor that has nothing to do. Worker threads.
 *
 * The bus says at once who is to run a job, but what it gave to an executor that died, or that is
 * busy with others, waits there. So a process whose ready queue is empty looks for jobs that are
 * due and that nobody claimed for JW_PULL_AFTER; who gets one is decided by its claim. */
#include "handlers/handlers.h"

#include "jw/log.h"
#include "metrics.h"

#define PULL_BATCH 50

/* Whether it is this worker's turn: one a process, and not all the time. */
static bool
is_due(Exe *self)
{
    int64_t now = jw_clock_mono_ms(self->clock);
    int64_t due = __atomic_load_n(&self->pull_mono_ms, __ATOMIC_RELAXED);

    return now >= due && jw_queue_length(self->ready) == 0
           && __atomic_compare_exchange_n(&self->pull_mono_ms, &due, now + EXE_PULL_EVERY_MS, false,
                                          __ATOMIC_RELAXED, __ATOMIC_RELAXED);
}

/* How many went into the ready queue. */
static size_t
enqueue(Exe *self, const GPtrArray *jobs)
{
    size_t queued = 0;

    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);

        char *id = g_strdup(job->id);
        if (jw_queue_try_push_for(self->ready, exe_lane(job->priority), job->requested_by.id,
                                  job->id, id)
            == JW_PUSH_QUEUED) {
            queued++;
        } else {
            g_free(id); /* full, or closed: it waits on; or it is there already */
        }
    }
    return queued;
}

/* Of this priority, and of the types that this version runs: others hide none of them. */
static bool
pull(Exe *self, JwPriority priority, size_t *ret_queued, GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    int64_t now = jw_clock_now_ms(self->clock);

    const JwJobScan scan = {
        .states = JW_JOB_BIT(JW_JOB_PENDING),
        .types = exe_handler_types(),
        .priority = &priority,
        .due_before_ms = now,
        .updated_before_ms = now - self->config.pull_after_ms,
        .ahead_ms = now + JW_JOB_BACKOFF_LONGEST_MS, /* as the claim has it */
        .limit = PULL_BATCH,
    };
    if (!jw_store_scan_jobs(self->store, &scan, &jobs, error)) {
        return false;
    }
    *ret_queued = enqueue(self, jobs);
    return true;
}

void
exe_pull(Exe *self)
{
    static const JwPriority priorities[] = { JW_PRIORITY_HIGH, JW_PRIORITY_NORMAL,
                                             JW_PRIORITY_LOW };
    g_autoptr(GError) error = NULL;
    size_t queued = 0;

    if (!is_due(self)) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(priorities) && queued == 0; i++) {
        if (!pull(self, priorities[i], &queued, &error)) {
            jw_warn("pull_failed", JW_STR("error", jw_error_message(error)));
            return;
        }
    }
    if (queued > 0) {
        jw_info("jobs_pulled", JW_INT("jobs", queued));
        jw_metric_add(exe_metrics[EXE_METRIC_PULLED], NULL, (double)queued);
    }
}
