/* reap.c: takes jobs away from attempts that died.
 *
 * Dead means: token and heartbeat did not change for JW_REAP_AFTER of this process's own monotonic
 * clock. Wall clocks of other machines play no part, and a scheduler that slept sees the heartbeats
 * moved on when it wakes. One that was stopped together with the executors, or with the store, does
 * not: so time in which it did not look does not count (SCH_REAP_LOOKS). */
#include "sch.h"

#include "jw/log.h"
#include "metrics.h"

static bool
reap_job(Sch *self, const JwJob *job, size_t *ret_reaped, GError **error)
{
    const JwJobChange change = jw_jobs_reaping(job);
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) failed = NULL;

    if (!jw_jobs_change(&self->jobs, job, &change, NULL, &cas, NULL, &failed)
        && !sch_go_on(job, "reap", g_steal_pointer(&failed), error)) {
        return false;
    }
    if (cas == JW_CAS_WON) {
        jw_warn("job_reaped", JW_STR("job_id", job->id), JW_STR("owner", job->owner),
                JW_INT("token", job->token),
                JW_STR("change", jw_job_rule(change.transition)->name));
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
                                 self->times.reap_after_ms)
            && !reap_job(self, job, ret_reaped, error)) {
            return false;
        }
    }
    jw_liveness_end(self->running);
    jw_metric_add(sch_metrics[SCH_METRIC_REAPED], NULL, (double)*ret_reaped);
    return true;
}
