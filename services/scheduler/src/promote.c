/* promote.c: scheduled jobs whose time has come. */
#include "sch.h"

#include "jw/log.h"

#define PROMOTE_BATCH 500

bool
sch_go_on(const JwJob *job, const char *task, GError *take_error, GError **error)
{
    if (jw_error_retry(take_error) != JW_RETRY_NEVER) {
        g_propagate_error(error, take_error);
        return false;
    }
    jw_warn("job_refused", JW_STR("task", task), JW_STR("job_id", job->id),
            JW_STR("error", jw_error_message(take_error)));
    g_error_free(take_error);
    return true;
}

bool
sch_promote(Sch *self, size_t *ret_promoted, GError **error)
{
    /* not_before_ms 0: decided by this clock; the claimer's is not asked again */
    static const JwJobChange promote = { .transition = JW_CHANGE_PROMOTE };
    g_autoptr(GPtrArray) jobs = NULL;
    JwJobScan scan = { .states = JW_JOB_BIT(JW_JOB_SCHEDULED),
                       .due_before_ms = jw_clock_now_ms(self->clock),
                       .limit = PROMOTE_BATCH };

    *ret_promoted = 0;
    if (!jw_store_scan_jobs(self->store, &scan, &jobs, error)) {
        return false;
    }
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);
        JwCas cas = JW_CAS_LOST;
        g_autoptr(GError) failed = NULL;

        if (!jw_jobs_change(&self->jobs, job, &promote, NULL, &cas, NULL, &failed)
            && !sch_go_on(job, "promote", g_steal_pointer(&failed), error)) {
            return false;
        }
        if (cas == JW_CAS_WON) {
            jw_info("job_promoted", JW_STR("job_id", job->id));
            (*ret_promoted)++;
        }
    }
    return true;
}
