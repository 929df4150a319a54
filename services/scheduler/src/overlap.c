/* overlap.c: what happens to a due time while jobs of its schedule have not ended. The due thread.
 *
 * The decisions of a schedule are carried out in their order, and a due time has its job before the
 * next one is looked at, so none can miss a job that an earlier one made. */
#include "due.h"

#include "jw/log.h"

#define LIVE_MAX   100  /* jobs that are cancelled at a time */
#define LOOK_AFTER 1000 /* ms until a waiting one looks again */

static SchVerdict
turn_down(SchMeeting *meeting, JwOccurrenceKind kind, char *take_reason)
{
    meeting->kind = kind;
    meeting->reason = take_reason;
    return SCH_VERDICT_NOT;
}

static bool
cancel_jobs(Sch *self, const SchMeeting *meeting, const GPtrArray *live, GError **error)
{
    g_autofree char *reason = g_strdup_printf("schedule '%s' is due again", meeting->schedule->id);
    g_autofree char *actor = g_strconcat("schedule:", meeting->schedule->id, NULL);
    const JwJobChange change = { .transition = JW_CHANGE_CANCEL_GRACEFUL,
                                 .actor = actor,
                                 .reason = reason };

    for (guint i = 0; i < live->len; i++) {
        const JwJob *job = g_ptr_array_index(live, i);
        JwCas cas = JW_CAS_LOST;

        if (job->state == JW_JOB_CANCELLING) {
            continue;
        }
        if (!jw_jobs_cancel(&self->jobs, job, &change, NULL, &cas, NULL, error)) {
            return false;
        }
        if (cas == JW_CAS_WON) {
            jw_info("overlap_cancelled", JW_STR("schedule_id", meeting->schedule->id),
                    JW_STR("job_id", job->id));
        }
    }
    return true;
}

static bool
make_room(Sch *self, SchMeeting *meeting, const GPtrArray *live, SchVerdict *ret_verdict,
          GError **error)
{
    if (jw_schedule_fires_behind(meeting->schedule, meeting->index)) {
        *ret_verdict =
            turn_down(meeting, JW_OCCURRENCE_COALESCED,
                      g_strdup("it waited for a cancelled job to end; a later one stands "
                               "for it"));
        return true;
    }
    *ret_verdict = SCH_VERDICT_WAIT;
    meeting->look_ms = meeting->now_ms + LOOK_AFTER;
    return cancel_jobs(self, meeting, live, error);
}

/* What a backfill asks for runs one after the other. */
static bool
wait_in_turn(Sch *self, SchMeeting *meeting, SchVerdict *ret_verdict, GError **error)
{
    g_autoptr(GPtrArray) live = NULL;

    if (!jw_store_live_jobs_of_schedule(self->store, meeting->schedule->id, meeting->job_id, 1,
                                        &live, error)) {
        return false;
    }
    *ret_verdict = live->len == 0 ? SCH_VERDICT_GO : SCH_VERDICT_WAIT;
    meeting->look_ms = meeting->now_ms + LOOK_AFTER;
    return true;
}

bool
sch_overlap(Sch *self, SchMeeting *meeting, SchVerdict *ret_verdict, GError **error)
{
    const JwSchedule *schedule = meeting->schedule;
    g_autoptr(GPtrArray) live = NULL;

    const JwFire *fire = g_ptr_array_index(schedule->pending_fires, meeting->index);

    *ret_verdict = SCH_VERDICT_GO;
    if (schedule->overlap == JW_OVERLAP_ALLOW || fire->kind == JW_OCCURRENCE_RUN) {
        return true;
    }
    if (jw_fire_is_backfill(fire)) {
        return wait_in_turn(self, meeting, ret_verdict, error);
    }
    if (schedule->overlap == JW_OVERLAP_QUEUE_ONE && meeting->queued) {
        *ret_verdict = turn_down(meeting, JW_OCCURRENCE_SKIPPED,
                                 g_strdup("an earlier one waits for the job before it to end, and "
                                          "only one may"));
        return true;
    }
    if (!jw_store_live_jobs_of_schedule(self->store, schedule->id, meeting->job_id, LIVE_MAX, &live,
                                        error)) {
        return false;
    }
    if (live->len == 0) {
        return true;
    }
    switch (schedule->overlap) {
    case JW_OVERLAP_ALLOW:
        break;
    case JW_OVERLAP_SKIP:
        *ret_verdict = turn_down(meeting, JW_OCCURRENCE_SKIPPED,
                                 g_strdup_printf("job %s of this schedule had not ended",
                                                 ((JwJob *)g_ptr_array_index(live, 0))->id));
        break;
    case JW_OVERLAP_QUEUE_ONE:
        *ret_verdict = SCH_VERDICT_WAIT;
        meeting->look_ms = meeting->now_ms + LOOK_AFTER;
        break;
    case JW_OVERLAP_CANCEL_RUNNING:
        return make_room(self, meeting, live, ret_verdict, error);
    }
    return true;
}
