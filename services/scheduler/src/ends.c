/* ends.c: how the jobs of due times ended: into the ledger, and what follows when they fail in a
 * row. The maintenance thread.
 *
 * A job of a schedule is made with ledgerPending, so whoever ends it, executor, gateway or reaper,
 * need know nothing of the ledger, and no end is lost. Each step may be repeated, by any scheduler;
 * whether jobs failed in a row is read from the ledger, not counted. */
#include "sch.h"

#include "jw/log.h"
#include "jw/store_schedules.h"

#define ENDS_BATCH 500

typedef struct {
    int32_t ended, failed;
} Ends;

static void
count_end(const JwOccurrence *row, gpointer data)
{
    Ends *counts = data;

    counts->ended++;
    counts->failed += g_strcmp0(row->end_state, jw_job_state_name(JW_JOB_FAILED)) == 0 ? 1 : 0;
}

/* The last ones by their due time, since it was made or resumed; cancelled ones say nothing. */
static bool
pause_if_failing(Sch *self, const JwSchedule *schedule, const JwJob *job, GError **error)
{
    const int32_t limit = schedule->pause_after_failures;
    const JwOccurrenceQuery query = { .schedule_id = schedule->id,
                                      .ended_only = true,
                                      .ended_after_ms = schedule->switched_at_ms,
                                      .decided_from_ms = schedule->created_at_ms,
                                      .limit = (size_t)MAX(limit, 1) };
    Ends counts = { 0 };
    JwCas cas = JW_CAS_LOST;

    if (limit <= 0 || schedule->paused) {
        return true;
    }
    if (!jw_store_list_occurrences(self->store, &query, count_end, &counts, error)) {
        return false;
    }
    if (counts.failed < limit) {
        return true;
    }
    g_autofree char *reason =
        g_strdup_printf("%d jobs in a row failed, the last of them with: %s", limit,
                        job->error_message != NULL ? job->error_message : "no message");
    if (!jw_store_pause_schedule(self->store, schedule->id, reason, jw_clock_now_ms(self->clock),
                                 &cas, error)) {
        return false;
    }
    if (cas == JW_CAS_WON) {
        jw_warn("schedule_paused", JW_STR("schedule_id", schedule->id), JW_STR("reason", reason));
    }
    return true;
}

static bool
note_end(Sch *self, const JwJob *job, GError **error)
{
    g_autoptr(JwSchedule) schedule = NULL;

    if (job->schedule_id == NULL) {
        return jw_store_end_ledger(self->store, job, error);
    }
    if (!jw_store_end_occurrence(self->store, job->id, jw_job_state_name(job->state),
                                 job->finished_at_ms, error)) {
        return false;
    }
    if (job->state == JW_JOB_FAILED) {
        if (!jw_store_get_schedule(self->store, job->schedule_id, &schedule, error)) {
            return false;
        }
        if (schedule != NULL && !pause_if_failing(self, schedule, job, error)) {
            return false;
        }
    }
    return jw_store_end_ledger(self->store, job, error);
}

bool
sch_note_ends(Sch *self, size_t *ret_noted, GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    const JwJobScan scan = { .states = JW_JOB_ENDED, .ledger_pending = true, .limit = ENDS_BATCH };

    *ret_noted = 0;
    if (!jw_store_scan_jobs(self->store, &scan, &jobs, error)) {
        return false;
    }
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);
        g_autoptr(GError) failed = NULL;

        if (!note_end(self, job, &failed)
            && !sch_go_on(job, "ends", g_steal_pointer(&failed), error)) {
            return false;
        }
        (*ret_noted)++;
    }
    return true;
}
