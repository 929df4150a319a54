/* fire.c: carries out what was decided about a due time: row, job, and out of pendingFires. The due
 * thread.
 *
 * The row of the ledger is the word about a due time: its id is derived, so it is written once, and
 * whoever comes second does what it says. It is written before the job, whose id is the same; a
 * scheduler that dies in between leaves the decision pending, and the next one finds the row. Each
 * step may be repeated. */
#include "due.h"

#include "jw/crash.h"
#include "jw/jobs_schedules.h"
#include "jw/log.h"
#include "metrics.h"

#define WAITING_MAX 100 /* decisions of one schedule whose job cannot be made */

typedef struct {
    Sch *sch;
    SchMeeting meeting;
    JwOccurrence row;
    /* what the ledger says, once it is found */
    JwOccurrenceKind said;
    int64_t said_ms;
    bool said_job, said_deleted;
    JwJob *job;       /* owned; NULL: it cannot be made */
    GError *cause;    /* owned: why not */
    char *reason;     /* owned: of the row, where it is no constant */
    bool found, done; /* the row is there; there is nothing left to do */
} Firing;

static void
firing_clear(Firing *self)
{
    g_clear_pointer(&self->job, jw_job_free);
    g_clear_error(&self->cause);
    g_clear_pointer(&self->reason, g_free);
    g_clear_pointer(&self->meeting.reason, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Firing, firing_clear)

static void
set_row(Firing *self, JwOccurrenceKind kind, char *take_reason)
{
    g_free(self->reason);
    self->reason = take_reason;
    self->row.kind = kind;
    self->row.reason = take_reason;
    self->row.job_id = jw_occurrence_fires(kind) ? self->row.id : NULL;
}

static const JwFire *
firing_decision(const Firing *self)
{
    return sch_meeting_fire(&self->meeting);
}

static bool
is_late(const Firing *self)
{
    return self->row.decided_ms - firing_decision(self)->wake_ms
           > self->meeting.schedule->misfire_grace_ms;
}

/* Whether to wait no longer for a job that cannot be made: the row says why then. The definition
 * may be back with the next update, or be missing in this process only; so it waits as long as a
 * job may be late, under fire_once the latest one only. */
static bool
give_up(Firing *self)
{
    const JwSchedule *schedule = self->meeting.schedule;
    const guint index = self->meeting.index;
    const char *why = "its job could not be made", *cause = jw_error_message(self->cause);

    if (schedule->deleted_at_ms != 0) {
        set_row(self, JW_OCCURRENCE_SKIPPED, g_strdup(JW_JOBS_DELETED));
    } else if (schedule->paused) {
        set_row(self, JW_OCCURRENCE_SKIPPED,
                g_strdup("the schedule was paused before its job could be made"));
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

static bool
take_cause(Firing *self, GError *take_error, GError **error)
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
make_job(Firing *self, GError **error)
{
    Sch *sch = self->sch;
    GError *cause = NULL;

    return jw_jobs_build_fire(&sch->jobs, self->meeting.schedule, &self->row, &self->job, &cause)
           || take_cause(self, cause, error);
}

static void
note_word(const JwOccurrence *row, gpointer firing)
{
    Firing *self = firing;

    self->said = row->kind;
    self->said_ms = row->decided_ms;
    self->said_job = row->job_id != NULL;
    self->said_deleted = g_strcmp0(row->reason, JW_JOBS_DELETED) == 0;
}

/* A due time without a job, of which a backfill makes one after all; but not once the schedule was
 * deleted. */
static bool
is_revival(const Firing *self)
{
    return jw_fire_is_backfill(firing_decision(self)) && !jw_occurrence_fires(self->said)
           && !self->said_job && !self->said_deleted;
}

/* Goes on as the ledger says. */
static void
follow(Firing *self)
{
    if (is_revival(self)) { /* somebody wrote it at this moment: look again */
        self->done = true;
        return;
    }
    self->row.kind = self->said;
    self->row.job_id = self->said_job ? self->row.id : NULL;
}

static bool
look_for_row(Firing *self, GError **error)
{
    return jw_store_get_occurrence(self->sch->store, self->row.id, note_word, self, &self->found,
                                   error);
}

/* One that had to wait for longer than its grace period. */
static void
note_late(Firing *self)
{
    if (self->row.kind == JW_OCCURRENCE_FIRED && is_late(self)) {
        set_row(self, JW_OCCURRENCE_LATE, g_strdup("it had to wait, and fired late"));
    }
}

/* What is to be written about a decision to fire; done: nothing yet. */
static bool
weigh(Firing *self, GError **error)
{
    SchMeeting *meeting = &self->meeting;
    SchVerdict verdict = SCH_VERDICT_GO;

    if (meeting->schedule->deleted_at_ms != 0) {
        set_row(self, JW_OCCURRENCE_SKIPPED, g_strdup(JW_JOBS_DELETED));
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

/* Whether what is written depends on more than the decision: what is written already holds. */
static bool
is_conditional(const Firing *self)
{
    const JwSchedule *schedule = self->meeting.schedule;

    return self->cause != NULL || schedule->overlap != JW_OVERLAP_ALLOW
           || schedule->ready.type != JW_READY_AT_ONCE || schedule->deleted_at_ms != 0
           || jw_fire_is_backfill(firing_decision(self));
}

static bool
put_row(Firing *self, GError **error)
{
    JwCreate create = JW_CREATE_EXISTS;

    jw_crash_point("sch_before_row");
    self->said_ms = self->row.decided_ms;
    if (!jw_store_put_occurrence(self->sch->store, &self->row, &create, error)) {
        return false;
    }
    if (create == JW_CREATE_NEW) {
        return true;
    }
    if (!look_for_row(self, error)) {
        return false;
    }
    follow(self);
    return true;
}

/* The row that said why there is no job says now that there is one. */
static bool
revive_row(Firing *self, GError **error)
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

/* The row: as it is there already, else by what the decision meets now. */
static bool
write_row(Firing *self, GError **error)
{
    const bool fires = jw_occurrence_fires(self->row.kind);

    if (fires && !make_job(self, error)) {
        return false;
    }
    if (fires && is_conditional(self) && !look_for_row(self, error)) {
        return false;
    }
    if (self->found && !is_revival(self)) {
        follow(self);
        return true;
    }
    if (fires && !weigh(self, error)) {
        return false;
    }
    if (self->done) {
        return true;
    }
    return self->found ? revive_row(self, error) : put_row(self, error);
}

/* The row says that it fires, and its job cannot be made here: it may be there all the same. */
static bool
amend(Firing *self, GError **error)
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

/* The job of an alarm: it has failed before it began. Who would be told of a failure is told. */
static void
fail_job(JwJob *job, const char *why, int64_t now_ms)
{
    job->state = JW_JOB_FAILED;
    job->finished_at_ms = now_ms;
    job->error_code = g_strdup("DATA_NOT_READY");
    job->error_message = g_strdup(why != NULL ? why : "its data was not ready by the deadline");
}

static bool
create_job(Firing *self, GError **error)
{
    GError *cause = NULL;
    JwCreated created = JW_CREATED_REPLAYED;

    if (self->row.job_id == NULL) {
        return true;
    }
    if (!jw_occurrence_fires(self->row.kind) && self->job != NULL) {
        fail_job(self->job, self->row.reason, self->row.decided_ms);
    }
    if (self->job != NULL && !jw_jobs_create(&self->sch->jobs, self->job, &created, NULL, &cause)
        && !take_cause(self, cause, error)) {
        return false;
    }
    if (self->cause != NULL) {
        return amend(self, error);
    }
    if (created == JW_CREATED_NEW) {
        jw_info("schedule_fired", JW_STR("schedule_id", self->meeting.schedule->id),
                JW_STR("job_id", self->row.id),
                JW_INT("late_ms", self->row.decided_ms - self->row.due_ms));
    }
    return true;
}

static bool
finish(Firing *self, GError **error)
{
    JwCas cas = JW_CAS_LOST;

    jw_crash_point("sch_after_job");
    if (!jw_store_finish_fire(self->sch->store, self->meeting.schedule->id, firing_decision(self),
                              &cas, error)) {
        return false;
    }
    jw_crash_point("sch_after_finish");
    if (cas == JW_CAS_WON) { /* or another counts it, which carried it out at the same time */
        jw_metric_add(sch_metrics[SCH_METRIC_OCCURRENCES], jw_occurrence_kind_name(self->row.kind),
                      1);
    }
    return true;
}

/* Carries out one decision. @ret_look_ms: (out): when to look again; 0: it is carried out */
static bool
resolve(Sch *sch, const JwSchedule *schedule, guint index, bool queued, int64_t *ret_look_ms,
        GError **error)
{
    const JwFire *fire = g_ptr_array_index(schedule->pending_fires, index);
    g_auto(Firing) self = {
        .sch = sch,
        .row = jw_jobs_occurrence(schedule, fire, jw_clock_now_ms(sch->clock)),
        .meeting = { .schedule = schedule, .index = index, .queued = queued },
    };

    self.meeting.job_id = self.row.id;
    self.meeting.now_ms = self.row.decided_ms;
    set_row(&self, fire->kind, g_strdup(fire->reason));
    *ret_look_ms = 0;
    if (!write_row(&self, error)) {
        return false;
    }
    if (self.done) {
        *ret_look_ms = MAX(self.meeting.look_ms, self.meeting.now_ms + 1);
        return true;
    }
    jw_crash_point("sch_before_job");
    return create_job(&self, error) && finish(&self, error);
}

bool
sch_resolve_all(Sch *self, const JwSchedule *schedule, GError **error)
{
    int64_t look = 0;
    bool queued = false;

    for (guint i = 0; i < schedule->pending_fires->len; i++) {
        const JwFire *fire = g_ptr_array_index(schedule->pending_fires, i);
        int64_t waits = 0;

        if (!resolve(self, schedule, i, queued, &waits, error)) {
            return false;
        }
        queued = queued || (waits != 0 && !jw_fire_is_backfill(fire));
        look = look == 0 || (waits != 0 && waits < look) ? waits : look;
    }
    if (look != 0) {
        return jw_store_defer_schedule(self->store, schedule->id, look, error);
    }
    return schedule->deleted_at_ms == 0 || jw_jobs_forget_schedule(&self->jobs, schedule, error);
}
