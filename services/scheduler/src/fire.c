/* fire.c: carries out what was decided about due times: row, job, and out of pendingFires. The due
 * thread; what concerns one of them alone by its crew, too.
 *
 * The row of the ledger is the word about a due time: its id is derived, so it is written once, and
 * whoever comes second does what it says. It is written before the job, whose id is the same; a
 * scheduler that dies in between leaves the decision pending, and the next one finds the row. Each
 * step may be repeated.
 *
 * The schedules of a page take each step together, as one write of all their rows, then one of all
 * their jobs; of one schedule one decision follows the other. */
#include "due.h"

#include "jw/crash.h"
#include "jw/jobs_schedules.h"
#include "jw/log.h"
#include "metrics.h"

#define WAITING_MAX 100 /* decisions of one schedule whose job cannot be made */

typedef struct {
    Sch *sch;
    SchTurn *turn; /* its error is that of the step that failed */
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
    bool unwritten;   /* the row is to be written */
    bool taken;       /* another had written it before */
} Firing;

/* Those that take a step together. */
typedef struct {
    Sch *sch;
    GPtrArray *firings; /* of Firing (transfer none) */
} Group;

static void
firing_free(gpointer firing)
{
    Firing *self = firing;

    g_clear_pointer(&self->job, jw_job_free);
    g_clear_error(&self->cause);
    g_clear_pointer(&self->reason, g_free);
    g_clear_pointer(&self->meeting.reason, g_free);
    g_free(self);
}

static void
group_free(gpointer group)
{
    g_ptr_array_unref(((Group *)group)->firings);
    g_free(group);
}

static bool
goes_on(const Firing *self)
{
    return self->turn->error == NULL && !self->done;
}

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
find_word(Firing *self, GError **error)
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
    if (!self->done && self->found) {
        return revive_row(self, error);
    }
    self->unwritten = !self->done;
    return true;
}

/* The steps of sch_crew_each(): of one firing of a wave. */
static void
find_word_of(gpointer wave, guint index)
{
    Firing *self = g_ptr_array_index((GPtrArray *)wave, index);

    (void)find_word(self, &self->turn->error);
}

/* Who comes second reads what the first one wrote. */
static void
follow_taken(gpointer wave, guint index)
{
    Firing *self = g_ptr_array_index((GPtrArray *)wave, index);

    if (goes_on(self) && self->taken && look_for_row(self, &self->turn->error)) {
        follow(self);
    }
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

static void
amend_jobless(gpointer wave, guint index)
{
    Firing *self = g_ptr_array_index((GPtrArray *)wave, index);

    if (goes_on(self) && self->row.job_id != NULL && self->cause != NULL) {
        (void)amend(self, &self->turn->error);
    }
}

static bool
needs_row(const Firing *self)
{
    return self->unwritten;
}

/* The steps that are one write for many. */
typedef bool (*BulkStep)(Firing *const *firings, guint n, GError **error);

static bool
put_rows(Firing *const *firings, guint n, GError **error)
{
    g_autofree const JwOccurrence **rows = g_new(const JwOccurrence *, n);
    g_autofree JwCreate *creates = g_new0(JwCreate, n);

    for (guint i = 0; i < n; i++) {
        rows[i] = &firings[i]->row;
    }
    if (!jw_store_put_occurrences(firings[0]->sch->store, rows, n, creates, error)) {
        return false;
    }
    for (guint i = 0; i < n; i++) {
        firings[i]->said_ms = firings[i]->row.decided_ms;
        firings[i]->taken = creates[i] == JW_CREATE_EXISTS;
    }
    return true;
}

static bool
needs_job(const Firing *self)
{
    return self->row.job_id != NULL && self->job != NULL && self->cause == NULL;
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

/* What cannot be made is no error of the round: amend(). */
static bool
create_jobs(Firing *const *firings, guint n, GError **error)
{
    g_autofree JwJob **jobs = g_new(JwJob *, n);
    g_autofree JwCreate *creates = g_new0(JwCreate, n);
    g_autoptr(GError) cause = NULL;

    for (guint i = 0; i < n; i++) {
        jobs[i] = firings[i]->job;
    }
    if (!jw_jobs_create_many(&firings[0]->sch->jobs, jobs, n, creates, &cause)) {
        if (n == 1) {
            return take_cause(firings[0], g_steal_pointer(&cause), error);
        }
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    for (guint i = 0; i < n; i++) {
        const Firing *self = firings[i];

        if (creates[i] == JW_CREATE_NEW) {
            jw_info("schedule_fired", JW_STR("schedule_id", self->meeting.schedule->id),
                    JW_STR("job_id", self->row.id),
                    JW_INT("late_ms", self->row.decided_ms - self->row.due_ms));
        }
    }
    return true;
}

/* What is refused may be refused because of one of them: then each goes alone. */
static void
together(const GPtrArray *wave, bool (*needs)(const Firing *self), BulkStep step)
{
    g_autoptr(GPtrArray) some = g_ptr_array_new();
    g_autoptr(GError) cause = NULL;

    for (guint i = 0; i < wave->len; i++) {
        Firing *self = g_ptr_array_index(wave, i);

        if (goes_on(self) && needs(self)) {
            g_ptr_array_add(some, self);
        }
    }
    if (some->len == 0 || step((Firing *const *)some->pdata, some->len, &cause)) {
        return;
    }
    const bool alone = some->len > 1 && jw_error_retry(cause) == JW_RETRY_NEVER;
    for (guint i = 0; i < some->len; i++) {
        Firing *self = g_ptr_array_index(some, i);

        if (!alone) {
            self->turn->error = g_error_copy(cause);
        } else {
            (void)step(&self, 1, &self->turn->error);
        }
    }
}

/* Of two that carry out the same decision one counts it. */
static void
count(const Firing *self, int64_t n)
{
    jw_metric_add(sch_metrics[SCH_METRIC_OCCURRENCES], jw_occurrence_kind_name(self->row.kind),
                  (double)n);
}

static void
finish_alone(Firing *self)
{
    JwCas cas = JW_CAS_LOST;

    if (jw_store_finish_fire(self->sch->store, self->meeting.schedule->id, firing_decision(self),
                             &cas, &self->turn->error)
        && cas == JW_CAS_WON) {
        count(self, 1);
    }
}

static void
finish_group(gpointer groups, guint index)
{
    const Group *self = g_ptr_array_index((GPtrArray *)groups, index);
    Firing *first = g_ptr_array_index(self->firings, 0);
    g_autofree const char **ids = g_new(const char *, self->firings->len);
    g_autoptr(GError) cause = NULL;
    int64_t matched = 0;

    if (self->firings->len == 1) {
        finish_alone(first);
        return;
    }
    for (guint i = 0; i < self->firings->len; i++) {
        ids[i] = ((Firing *)g_ptr_array_index(self->firings, i))->meeting.schedule->id;
    }
    if (jw_store_finish_round(self->sch->store, ids, self->firings->len,
                              jw_fire_round(firing_decision(first)), &matched, &cause)) {
        count(first, matched);
        return;
    }
    for (guint i = 0; i < self->firings->len; i++) {
        ((Firing *)g_ptr_array_index(self->firings, i))->turn->error = g_error_copy(cause);
    }
}

/* Those of one round and kind are finished, and counted, together. (transfer full) of Group */
static GPtrArray *
group_finishes(Sch *sch, const GPtrArray *wave)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);

    for (guint i = 0; i < wave->len; i++) {
        Firing *self = g_ptr_array_index(wave, i);

        if (!goes_on(self)) {
            continue;
        }
        const char *round = jw_fire_round(firing_decision(self));
        char *name = round != NULL ? g_strdup_printf("%d %s", (int)self->row.kind, round)
                                   : g_strdup_printf("alone %u", i);
        Group *group = g_hash_table_lookup(by_name, name);
        if (group == NULL) {
            group = g_new0(Group, 1);
            group->sch = sch;
            group->firings = g_ptr_array_new();
            g_ptr_array_add(groups, group);
            (void)g_hash_table_insert(by_name, name, group);
        } else {
            g_free(name);
        }
        g_ptr_array_add(group->firings, self);
    }
    return groups;
}

/* A named point of a crash, for each that goes on. */
static void
pass(const GPtrArray *wave, const char *point)
{
    for (guint i = 0; i < wave->len; i++) {
        if (goes_on(g_ptr_array_index(wave, i))) {
            jw_crash_point(point);
        }
    }
}

static void
carry_out(Sch *sch, GPtrArray *wave)
{
    sch_crew_each(sch->crew, wave->len, find_word_of, wave);
    pass(wave, "sch_before_row");
    together(wave, needs_row, put_rows);
    sch_crew_each(sch->crew, wave->len, follow_taken, wave);
    pass(wave, "sch_before_job");
    for (guint i = 0; i < wave->len; i++) {
        Firing *self = g_ptr_array_index(wave, i);

        if (goes_on(self) && needs_job(self) && !jw_occurrence_fires(self->row.kind)) {
            fail_job(self->job, self->row.reason, self->row.decided_ms);
        }
    }
    together(wave, needs_job, create_jobs);
    sch_crew_each(sch->crew, wave->len, amend_jobless, wave);
    pass(wave, "sch_after_job");
    g_autoptr(GPtrArray) groups = group_finishes(sch, wave);
    sch_crew_each(sch->crew, groups->len, finish_group, groups);
}

/* (transfer full) */
static Firing *
firing_new(Sch *sch, SchTurn *turn, guint index)
{
    const JwFire *fire = g_ptr_array_index(turn->schedule->pending_fires, index);
    Firing *self = g_new0(Firing, 1);

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

/* When to look again at one that waits. */
static void
note_wait(const Firing *self)
{
    SchTurn *turn = self->turn;
    const int64_t look = MAX(self->meeting.look_ms, self->meeting.now_ms + 1);

    if (goes_on(self) || turn->error != NULL) {
        return;
    }
    turn->queued = turn->queued || !jw_fire_is_backfill(firing_decision(self));
    turn->look_ms = turn->look_ms == 0 ? look : MIN(turn->look_ms, look);
}

/* The decision of @index of each schedule. False: none has so many. */
static bool
resolve_wave(Sch *sch, const GPtrArray *turns, guint index)
{
    g_autoptr(GPtrArray) wave = g_ptr_array_new_with_free_func(firing_free);

    for (guint i = 0; i < turns->len; i++) {
        SchTurn *turn = g_ptr_array_index(turns, i);

        if (turn->error == NULL && index < turn->schedule->pending_fires->len) {
            g_ptr_array_add(wave, firing_new(sch, turn, index));
        }
    }
    if (wave->len > 0) {
        carry_out(sch, wave);
    }
    for (guint i = 0; i < wave->len; i++) {
        note_wait(g_ptr_array_index(wave, i));
    }
    return wave->len > 0;
}

typedef struct {
    Sch *sch;
    const GPtrArray *turns;
} Ending;

static bool
end_turn(Sch *sch, const SchTurn *turn, GError **error)
{
    if (turn->look_ms != 0) {
        return jw_store_defer_schedule(sch->store, turn->schedule->id, turn->look_ms, error);
    }
    return turn->schedule->deleted_at_ms == 0
           || jw_jobs_forget_schedule(&sch->jobs, turn->schedule, error);
}

static void
end_turn_of(gpointer ending, guint index)
{
    const Ending *self = ending;
    SchTurn *turn = g_ptr_array_index(self->turns, index);

    if (turn->error == NULL) {
        (void)end_turn(self->sch, turn, &turn->error);
    }
}

void
sch_resolve(Sch *self, GPtrArray *turns)
{
    Ending ending = { .sch = self, .turns = turns };

    for (guint i = 0; resolve_wave(self, turns, i); i++) {
        /* the next decision of each */
    }
    sch_crew_each(self->crew, turns->len, end_turn_of, &ending);
}
