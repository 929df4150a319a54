/* jobs_attempt.c: how an attempt ends, by itself or by the reaper. Any thread, no state. */
#include "jobs_private.h"

bool
jw_jobs_end(const JwJobs *self, const JwJob *job, const JwJobChange *change, const JwJobsCall *call,
            JwEnd *ret_end, GError **error)
{
    static const JwJobChange cancelled = { .transition = JW_CHANGE_CANCELLED };
    g_autoptr(JwJob) current = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_jobs_change(self, job, change, call, &cas, &current, error)) {
        return false;
    }
    if (cas == JW_CAS_WON) {
        *ret_end = current->state == JW_JOB_CANCELLED ? JW_END_CANCELLED : JW_END_WON;
        return true;
    }
    /* If this outcome stays unknown, the answer is LOST all the same: the reaper ends the job. */
    bool stopped =
        current != NULL && current->state == JW_JOB_CANCELLING && current->token == job->token
        && jw_jobs_change(self, current, &cancelled, call, &cas, NULL, NULL) && cas == JW_CAS_WON;
    *ret_end = stopped ? JW_END_CANCELLED : JW_END_LOST;
    return true;
}

JwJobChange
jw_jobs_failure(const JwJob *job, const GError *cause, bool timed_out, int64_t now_ms)
{
    bool again = !timed_out && !jw_error_is_permanent(cause) && job->attempts < job->max_attempts;

    return (JwJobChange){
        .transition = again ? JW_CHANGE_FAIL_RETRY : JW_CHANGE_FAIL_FINAL,
        .not_before_ms = now_ms + jw_job_backoff_ms(job->attempts, jw_random_unit()),
        .error_code = timed_out ? "TIMEOUT" : jw_error_code_name(jw_error_code(cause)),
        .error_message = jw_error_message(cause),
    };
}

JwJobChange
jw_jobs_reaping(const JwJob *job)
{
    if (job->state == JW_JOB_CANCELLING) {
        return (JwJobChange){ .transition = JW_CHANGE_REAP_CANCEL };
    }
    return (JwJobChange){
        .transition =
            job->attempts < job->max_attempts ? JW_CHANGE_REAP_RETRY : JW_CHANGE_REAP_FAIL,
        .error_code = "ATTEMPT_DIED",
        .error_message = "the attempt stopped; its process or machine died",
    };
}
