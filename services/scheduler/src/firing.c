/* firing.c: see firing.h. */
#include "firing.h"

#include "jw/jobs_schedules.h"
#include "jw/log.h"

#define WAITING_MAX 100 /* decisions of one schedule whose job cannot be made */

static void
set_row(SchFiring *self, JwOccurrenceKind kind, char *take_reason)
{
    g_free(self->reason);
    self->reason = take_reason;
    self->row.kind = kind;
    self->row.reason = take_reason;
    self->row.job_id = jw_occurrence_fires(kind) ? self->row.id : NULL;
}

SchFiring *
sch_firing_new(Sch *sch, SchTurn *turn, guint index)
{
    const JwFire *fire = g_ptr_array_index(turn->schedule->pending_fires, index);
    SchFiring *self = g_new0(SchFiring, 1);

    self->sch = sch;
    self->turn = turn;
    self->row = jw_jobs_occurrence(turn->schedule, fire, jw_clock_now_ms(sch->clock));
    self->meeting = (SchMeeting){ .schedule = turn->schedule,
                                  .index = index,
                                  .job_id = self->row.id,
                                  .now_ms = self->row.decided_ms,
                                  .queued = turn->queued };
    set_row(self, fire->kind, g_strdup(fire->reason));
    return self;
}

void
sch_firing_free(gpointer firing)
{
    SchFiring *self = firing;

    g_clear_pointer(&self->job, jw_job_free);
    g_clear_error(&self->cause);
    g_clear_pointer(&self->reason, g_free);
    g_clear_pointer(&self->meeting.reason, g_free);
    g_free(self);
}

bool
sch_firing_goes_on(const SchFiring *self)
{
    return self->turn->error == NULL && !self->done;
}

const JwFire *
sch_firing_decision(const SchFiring *self)
{
    return sch_meeting_fire(&self->meeting);
}

static bool
is_late(const SchFiring *self)
{
    return self->row.decided_ms - sch_firing_decision(self)->wake_ms
           > self->meeting.schedule->misfire_grace_ms;
}

/* Not what was asked for: a run now, a backfill. Nor what the ledger says to have fired. Who
 * resumes it does not bring back what was pending when it was paused. */
static bool
is_stopped_by_pause(const SchFiring *self)
{
    const JwSchedule *schedule = self->meeting.schedule;
    const JwFire *fire = sch_firing_decision(self);

    return fire->kind != JW_OCCURRENCE_RUN && !jw_fire_is_backfill(fire)
           && (schedule->paused || fire->decided_ms < schedule->switched_at_ms);
}

/* Whether to wait no longer for a job that cannot be made: the row says why then. The definition
 * may be back with the next update, or be missing in this process only; so it waits as long as a
 * job may be late, under fire_once the latest one only. */
static bool
give_up(SchFiring *self)
{
    const JwSchedule *schedule = self->meeting.schedule;
    const guint index = self->meeting.index;
    const char *why = "its job could not be made", *cause = jw_error_message(self->cause);

    if (schedule->deleted_at_ms != 0) {
        set_row(self, JW_OCCURRENCE_SKIPPED, g_strdup(JW_JOBS_DELETED));
    } else if (is_stopped_by_pause(self)) {
        set_row(self, JW_OCCURRENCE_SKIPPED, g_strdup(JW_JOBS_PAUSED));
    } else if (schedule->misfire == JW_MISFIRE_FIRE_ONCE
               && jw_schedule_fires_behind(schedule, index)) {
        set_row(self, JW_OCCURRENCE_COALESCED,
                g_strdup_printf("%s, a later one stands for it: %s", why, cause));
    } else if (is_late(self) || schedule->pending_fires->len - index > WAITING_MAX) {
        set_row(self, JW_OCCURRENCE_SKIPPED, g_strdup_printf("%s: %s", why, cause));
    } else {
        return false;
    }
    jw_warn("fire_given_up", JW_STR("schedule_id", schedule->id),
            JW_STR("kind", jw_occurrence_kind_name(self->row.kind)), JW_STR("error", cause));
    return true;
}

bool
sch_firing_take_cause(SchFiring *self, GError *take_error, GError **error)
{
    if (!jw_jobs_cannot_fire(take_error)) {
        g_propagate_error(error, take_error);
        return false;
    }
    g_clear_error(&self->cause);
    self->cause = take_error;
    g_clear_pointer(&self->job, jw_job_free);
    return true;
}

static bool
make_job(SchFiring *self, GError **error)
{
    Sch *sch = self->sch;
    GError *cause = NULL;

    return jw_jobs_build_fire(&sch->jobs, self->meeting.schedule, &self->row, &self->job, &cause)
           || sch_firing_take_cause(self, cause, error);
}

void
sch_firing_make_job(SchFiring *self)
{
    (void)make_job(self, &self->turn->error);
}

void
sch_firing_note_word(SchFiring *self, const JwOccurrence *row)
{
    self->said = row->kind;
    self->said_ms = row->decided_ms;
    self->said_job = row->job_id != NULL;
    self->said_deleted = g_strcmp0(row->reason, JW_JOBS_DELETED) == 0;
    self->found = true;
}

/* Whether the row is of a schedule of that id before this one, which was deleted, and the decision
 * is not. */
static bool
is_of_before(const SchFiring *self)
{
    const int64_t created = self->meeting.schedule->created_at_ms;

    return self->said_ms < created && sch_firing_decision(self)->decided_ms >= created;
}

/* A due time without a job, of which a backfill makes one after all; but not once the schedule was
 * deleted. */
static bool
is_revival(const SchFiring *self)
{
    return jw_fire_is_backfill(sch_firing_decision(self)) && !jw_occurrence_fires(self->said)
           && !self->said_job && (!self->said_deleted || is_of_before(self));
}

void
sch_firing_follow(SchFiring *self)
{
    if (is_revival(self)) { /* somebody wrote it at this moment: look again */
        self->done = true;
        return;
    }
    self->row.kind = self->said;
    self->row.job_id = self->said_job ? self->row.id : NULL;
}

/* One that had to wait for longer than its grace period. */
static void
note_late(SchFiring *self)
{
    if (self->row.kind == JW_OCCURRENCE_FIRED && is_late(self)) {
        set_row(self, JW_OCCURRENCE_LATE, g_strdup("it had to wait, and fired late"));
    }
}

/* What is to be written about a decision to fire; done: nothing yet. */
static bool
weigh(SchFiring *self, GError **error)
{
    SchMeeting *meeting = &self->meeting;
    SchVerdict verdict = SCH_VERDICT_GO;

    if (meeting->schedule->deleted_at_ms != 0) {
        set_row(self, JW_OCCURRENCE_SKIPPED, g_strdup(JW_JOBS_DELETED));
        return true;
    }
    if (is_stopped_by_pause(self)) {
        set_row(self, JW_OCCURRENCE_SKIPPED, g_strdup(JW_JOBS_PAUSED));
        return true;
    }
    if (self->cause != NULL) {
        if (!give_up(self)) {
            g_propagate_error(error, g_steal_pointer(&self->cause));
            return false;
        }
        return true;
    }
    meeting->job = self->job;
    if (!sch_ready(self->sch, meeting, &verdict, error)) {
        return false;
    }
    const bool late = meeting->reason != NULL && verdict == SCH_VERDICT_GO;
    if (late) {
        set_row(self, meeting->kind, g_steal_pointer(&meeting->reason));
    }
    if (verdict == SCH_VERDICT_GO && !sch_overlap(self->sch, meeting, &verdict, error)) {
        return false;
    }
    if (verdict == SCH_VERDICT_NOT) {
        set_row(self, meeting->kind, g_steal_pointer(&meeting->reason));
        self->row.job_id = meeting->alarm ? self->row.id : NULL;
    } else if (verdict == SCH_VERDICT_WAIT) {
        self->done = true;
    } else {
        note_late(self);
    }
    return true;
}

bool
sch_firing_is_conditional(const SchFiring *self)
{
    const JwSchedule *schedule = self->meeting.schedule;

    return self->cause != NULL || schedule->overlap != JW_OVERLAP_ALLOW
           || schedule->ready.type != JW_READY_AT_ONCE || schedule->deleted_at_ms != 0
           || is_stopped_by_pause(self) || jw_fire_is_backfill(sch_firing_decision(self));
}

/* The row that said why there is no job says now that there is one. */
static bool
revive_row(SchFiring *self, GError **error)
{
    JwCas cas = JW_CAS_LOST;

    if (!jw_store_amend_occurrence(self->sch->store, &self->row, self->said, self->said_ms, &cas,
                                   error)) {
        return false;
    }
    self->done = cas == JW_CAS_LOST; /* another was quicker: look again */
    self->said_ms = self->row.decided_ms;
    return true;
}

static bool
find_word(SchFiring *self, GError **error)
{
    if (self->found && !is_revival(self)) {
        sch_firing_follow(self);
        return true;
    }
    if (jw_occurrence_fires(self->row.kind) && !weigh(self, error)) {
        return false;
    }
    if (!self->done && self->found) {
        return revive_row(self, error);
    }
    self->unwritten = !self->done;
    return true;
}

void
sch_firing_find_word(SchFiring *self)
{
    (void)find_word(self, &self->turn->error);
}

static bool
amend(SchFiring *self, GError **error)
{
    const JwOccurrenceKind from = self->row.kind;
    const int64_t from_ms = self->said_ms;
    g_autoptr(JwJob) made = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_store_get_job(self->sch->store, self->row.id, &made, error)) {
        return false;
    }
    if (made != NULL) {
        return true;
    }
    if (!give_up(self)) {
        g_propagate_error(error, g_steal_pointer(&self->cause));
        return false;
    }
    return jw_store_amend_occurrence(self->sch->store, &self->row, from, from_ms, &cas, error);
}

void
sch_firing_amend(SchFiring *self)
{
    (void)amend(self, &self->turn->error);
}

void
sch_firing_fail_job(SchFiring *self)
{
    JwJob *job = self->job;
    const char *why = self->row.reason;

    job->state = JW_JOB_FAILED;
    job->finished_at_ms = self->row.decided_ms;
    job->error_code = g_strdup("DATA_NOT_READY");
    job->error_message = g_strdup(why != NULL ? why : "its data was not ready by the deadline");
}
