/* due.c: which due times fire, and the jobs they create.
 *
 * One due time at a time: nextFireAt F → next(F) by compare and set, with the decision about F in
 * pendingFires of the same update (F: fire, -F: do not). Whoever sees a pending decision, the
 * decider or any scheduler after it died, carries it out: job with an id derived from (schedule,
 * F), occurrence row, and out of pendingFires. Each step may be repeated. */
#include "sch.h"

#include "jw/crash.h"
#include "jw/ident.h"
#include "jw/log.h"
#include "metrics.h"

#define DUE_PAGE 100
#define DECISIONS_PER_ROUND                                                                        \
    1000                   /* of one schedule, so that a long backlog does not starve the others */
#define WAITING_MAX  100   /* decisions of one schedule whose job cannot be made */
#define TROUBLED_MAX 10000 /* schedules whose last error is remembered */

/* Does @due_ms fire, seen at @now_ms? @next_ms is the due time after it, 0 for none. */
static bool
fires(const JwSchedule *schedule, int64_t due_ms, int64_t next_ms, int64_t now_ms)
{
    switch (schedule->misfire) {
    case JW_MISFIRE_FIRE_ALL:
        return true;
    case JW_MISFIRE_SKIP:
        return now_ms - due_ms <= schedule->misfire_grace_ms;
    case JW_MISFIRE_FIRE_ONCE:
        /* Only the latest of those that have passed: one, also where the grace period would let
         * each of them fire. */
        return next_ms == 0 || next_ms > now_ms;
    }
    return true;
}

static bool
create_job(Sch *self, const JwSchedule *schedule, int64_t due_ms, int64_t now_ms, GError **error)
{
    g_autoptr(JwJob) job = NULL;
    JwCreated created = JW_CREATED_REPLAYED;

    if (!jw_wire_job_from_schedule(self->wire, schedule, due_ms, now_ms, &job, error)
        || !jw_jobs_create(&self->jobs, job, &created, NULL, error)) {
        return false;
    }
    if (created == JW_CREATED_NEW) {
        jw_info("schedule_fired", JW_STR("schedule_id", schedule->id), JW_STR("job_id", job->id),
                JW_INT("late_ms", now_ms - due_ms));
    }
    return true;
}

/* What a pending decision comes to. @pending: the due time, negative when it does not fire. */
static void
set_kind(const JwSchedule *schedule, int64_t pending, JwOccurrence *row)
{
    bool late = row->decided_ms - row->due_ms > schedule->misfire_grace_ms;

    if (pending > 0) {
        row->kind = late ? JW_OCCURRENCE_CAUGHT_UP : JW_OCCURRENCE_FIRED;
        row->reason = late ? "missed its time, fired late" : NULL;
    } else if (schedule->misfire == JW_MISFIRE_SKIP) {
        row->kind = JW_OCCURRENCE_SKIPPED;
        row->reason = "missed its time by more than the grace period";
    } else {
        row->kind = JW_OCCURRENCE_COALESCED;
        row->reason = "missed its time; a later one stands for it";
    }
}

/* Whether @error says that this job cannot be made, now or later; not that the store has a fault.
 */
static bool
is_of_the_job(const GError *error)
{
    JwErrorCode code = jw_error_code(error);

    return code == JW_ERROR_INVALID || code == JW_ERROR_NOT_FOUND || code == JW_ERROR_TOO_LARGE;
}

/* Whether a decision behind the @index-th fires. */
static bool
later_fires(const JwSchedule *schedule, guint index)
{
    for (guint i = index + 1; i < schedule->pending_fires->len; i++) {
        if (g_array_index(schedule->pending_fires, int64_t, i) > 0) {
            return true;
        }
    }
    return false;
}

/* Whether to wait no longer for the job of the @index-th decision, which cannot be made: @row says
 * why then. The definition may be back with the next update, or be missing in this process only; so
 * it waits as long as a job may be late, under fire_once the latest one only. */
static bool
give_up(const JwSchedule *schedule, guint index, const char *cause, JwOccurrence *row,
        char **ret_reason)
{
    const char *why = "its job could not be made";
    bool late = row->decided_ms - row->due_ms > schedule->misfire_grace_ms
                || schedule->pending_fires->len - index > WAITING_MAX;

    if (schedule->paused) {
        row->kind = JW_OCCURRENCE_SKIPPED;
        *ret_reason = g_strdup("the schedule was paused before its job could be made");
    } else if (schedule->misfire == JW_MISFIRE_FIRE_ONCE && later_fires(schedule, index)) {
        row->kind = JW_OCCURRENCE_COALESCED;
        *ret_reason = g_strdup_printf("%s, a later one stands for it: %s", why, cause);
    } else if (late) {
        row->kind = JW_OCCURRENCE_SKIPPED;
        *ret_reason = g_strdup_printf("%s: %s", why, cause);
    } else {
        return false;
    }
    row->reason = *ret_reason;
    return true;
}

/* The job of the @index-th decision, which is to fire; or @row says why there is none. @ret_reason:
 * what its reason is kept in. */
static bool
fire(Sch *self, const JwSchedule *schedule, guint index, JwOccurrence *row, char **ret_reason,
     GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(JwJob) made = NULL;

    if (create_job(self, schedule, row->due_ms, row->decided_ms, &cause)) {
        return true;
    }
    if (!is_of_the_job(cause)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    /* One that had the definition may have made it, and died. */
    if (!jw_store_get_job(self->store, row->id, &made, error)) {
        return false;
    }
    if (made != NULL) {
        return true;
    }
    if (!give_up(schedule, index, jw_error_message(cause), row, ret_reason)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    jw_warn("fire_given_up", JW_STR("schedule_id", schedule->id),
            JW_STR("kind", jw_occurrence_kind_name(row->kind)),
            JW_STR("error", jw_error_message(cause)));
    return true;
}

/* Carries out the @index-th pending decision. */
static bool
resolve(Sch *self, const JwSchedule *schedule, guint index, GError **error)
{
    int64_t pending = g_array_index(schedule->pending_fires, int64_t, index);
    JwOccurrence row = { .schedule_id = schedule->id,
                         .due_ms = ABS(pending),
                         .decided_ms = jw_clock_now_ms(self->clock) };
    g_autofree char *due_text = jw_time_format(row.due_ms);
    g_autofree char *reason = NULL;
    JwCas cas = JW_CAS_LOST;

    jw_uuid_derive(row.id, "schedule", schedule->id, due_text, NULL);
    set_kind(schedule, pending, &row);
    jw_crash_point("sch_before_job");
    if (pending > 0 && !fire(self, schedule, index, &row, &reason, error)) {
        return false;
    }
    jw_crash_point("sch_after_job");
    if (!jw_store_put_occurrence(self->store, &row, error)
        || !jw_store_finish_fire(self->store, schedule->id, pending, &cas, error)) {
        return false;
    }
    if (cas == JW_CAS_WON) { /* or another counts it, which carried it out at the same time */
        jw_metric_add(sch_metrics[SCH_METRIC_OCCURRENCES], jw_occurrence_kind_name(row.kind), 1);
    }
    return true;
}

/* Decides @schedule's next due time; moves the struct on so that the caller can go on with the one
 * after. */
static bool
decide(Sch *self, JwSchedule *schedule, int64_t now_ms, JwCas *ret_cas, GError **error)
{
    int64_t due = schedule->next_fire_ms;
    int64_t next = 0;

    if (!jw_schedule_next(schedule, due, &next, error)) {
        return false;
    }
    int64_t pending = fires(schedule, due, next, now_ms) ? due : -due;
    if (!jw_store_fire_schedule(self->store, schedule->id, schedule->rule_hash, due, next, &pending,
                                1, now_ms, ret_cas, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_WON) {
        schedule->next_fire_ms = next;
        g_array_append_val(schedule->pending_fires, pending);
    }
    return true;
}

static bool
fire_schedule(Sch *self, JwSchedule *schedule, size_t *ret_decided, GError **error)
{
    int64_t now = jw_clock_now_ms(self->clock);

    for (int i = 0; i < DECISIONS_PER_ROUND && !schedule->paused && schedule->next_fire_ms != 0
                    && schedule->next_fire_ms <= now;
         i++) {
        JwCas cas = JW_CAS_LOST;

        if (!decide(self, schedule, now, &cas, error)) {
            return false;
        }
        if (cas == JW_CAS_LOST) {
            break; /* another scheduler decided it */
        }
        (*ret_decided)++;
    }
    for (guint i = 0; i < schedule->pending_fires->len; i++) {
        if (!resolve(self, schedule, i, error)) {
            return false;
        }
    }
    return true;
}

/* A schedule may fail at every tick; what is said is what changed. @cause: (nullable) */
static void
note_trouble(Sch *self, const JwSchedule *schedule, const GError *cause)
{
    const char *message = cause != NULL ? jw_error_message(cause) : NULL;

    if (self->troubles == NULL) {
        self->troubles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    }
    if (g_strcmp0(g_hash_table_lookup(self->troubles, schedule->id), message) == 0) {
        return;
    }
    if (message == NULL) {
        jw_info("schedule_recovered", JW_STR("schedule_id", schedule->id));
        (void)g_hash_table_remove(self->troubles, schedule->id);
        return;
    }
    jw_warn("schedule_failed", JW_STR("schedule_id", schedule->id), JW_STR("error", message));
    if (g_hash_table_size(self->troubles) >= TROUBLED_MAX) {
        g_hash_table_remove_all(self->troubles);
    }
    g_hash_table_insert(self->troubles, g_strdup(schedule->id), g_strdup(message));
}

/* One bad schedule does not stop the rest. @ret_all: (inout): false when one is tried again */
static void
fire_page(Sch *self, const GPtrArray *due, size_t *ret_decided, bool *ret_all)
{
    for (guint i = 0; i < due->len; i++) {
        JwSchedule *schedule = g_ptr_array_index(due, i);
        g_autoptr(GError) cause = NULL;
        bool fired = fire_schedule(self, schedule, ret_decided, &cause);

        note_trouble(self, schedule, cause);
        *ret_all = *ret_all && (fired || jw_error_retry(cause) == JW_RETRY_NEVER);
    }
}

/* Page by page, so that schedules which wait for something hold up none, however many they are. */
bool
sch_fire_due(Sch *self, size_t *ret_decided, GError **error)
{
    int64_t now = jw_clock_now_ms(self->clock);
    g_autofree char *after = NULL;
    size_t seen = DUE_PAGE;
    bool all = true;

    *ret_decided = 0;
    while (seen == DUE_PAGE) {
        g_autoptr(GPtrArray) due = NULL;

        if (!jw_store_due_schedules(self->store, now, after, DUE_PAGE, &due, error)) {
            return false;
        }
        fire_page(self, due, ret_decided, &all);
        seen = due->len;
        if (seen > 0) {
            const JwSchedule *last = g_ptr_array_index(due, seen - 1);

            g_free(after);
            after = g_strdup(last->id);
        }
    }
    return all
           || jw_fail(error, JW_ERROR_UNAVAILABLE,
                      "some schedules could not be fired; they are tried again");
}
