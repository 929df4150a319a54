/* jobs_schedules.c: see jw/jobs_schedules.h.
 *
 * Due time and deletion are decided in two documents, and there are no transactions; yet after a
 * confirmed deletion nothing may fire, also not by a scheduler that was stopped in the middle and
 * goes on a day later. So the row of the ledger decides. A scheduler writes it before the job. Who
 * deletes writes the rows of all that is pending as well: where it is first, the due time is
 * skipped, and the scheduler finds that; where the scheduler was first, a job is made or is about
 * to be, and who deletes makes it before it answers. The job's id is derived, so the scheduler's
 * own insert finds it there. */
#include "jw/jobs_schedules.h"

#include "jobs_schedule_private.h"
#include "jw/clock.h"
#include "jw/log.h"
#include "jw/store_schedule_commands.h"

#include <string.h>

#define TRIES      3
#define SWEEP_MOST 1000

/* Of a due time by the time, of a run by its request, of a pause by its time. */
static void
derive_id(const JwSchedule *schedule, const JwFire *fire, char ret[JW_UUID_LEN + 1])
{
    g_autofree char *due = jw_time_format(fire->due_ms);

    if (fire->kind == JW_OCCURRENCE_RUN) {
        jw_uuid_derive(ret, "schedule-run", schedule->id, fire->key != NULL ? fire->key : due,
                       NULL);
    } else {
        jw_uuid_derive(ret, fire->kind < JW_OCCURRENCE_PAUSED ? "schedule" : "schedule-switch",
                       schedule->id, due, NULL);
    }
}

JwOccurrence
jw_jobs_occurrence(const JwSchedule *schedule, const JwFire *fire, int64_t decided_ms)
{
    JwOccurrence row = { .schedule_id = schedule->id,
                         .due_ms = fire->due_ms,
                         .decided_ms = decided_ms,
                         .kind = fire->kind,
                         .reason = fire->reason };

    derive_id(schedule, fire, row.id);
    return row;
}

static void
take_word(const JwOccurrence *said, gpointer row)
{
    ((JwOccurrence *)row)->kind = said->kind;
    ((JwOccurrence *)row)->decided_ms = said->decided_ms;
}

/* Writes the row, unless there is one: then kind and time become what that says. */
static bool
claim(const JwJobs *self, JwOccurrence *row, GError **error)
{
    JwCreate create = JW_CREATE_EXISTS;
    bool found = false;

    return jw_store_put_occurrence(self->store, row, &create, error)
           && (create == JW_CREATE_NEW
               || jw_store_get_occurrence(self->store, row->id, take_word, row, &found, error));
}

bool
jw_jobs_cannot_fire(const GError *error)
{
    JwErrorCode code = jw_error_code(error);

    return code == JW_ERROR_INVALID || code == JW_ERROR_NOT_FOUND || code == JW_ERROR_TOO_LARGE;
}

bool
jw_jobs_build_fire(const JwJobs *self, const JwSchedule *schedule, const JwOccurrence *row,
                   JwJob **ret_job, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && row != NULL && ret_job != NULL, false);

    if (!jw_wire_job_from_schedule(self->wire, schedule, row->due_ms, row->decided_ms, ret_job,
                                   error)) {
        return false;
    }
    g_free((*ret_job)->id); /* that of a run is its own */
    (*ret_job)->id = g_strdup(row->id);
    return true;
}

/* Writes @row, which does not fire, or makes the job when the ledger says that it does. */
static bool
fire_if_said(const JwJobs *self, const JwSchedule *schedule, JwOccurrence *row, GError **error)
{
    g_autoptr(JwJob) job = NULL;
    JwCreated created = JW_CREATED_REPLAYED;

    if (!claim(self, row, error)) {
        return false;
    }
    return !jw_occurrence_fires(row->kind)
           || (jw_jobs_build_fire(self, schedule, row, &job, error)
               && jw_jobs_create(self, job, &created, NULL, error));
}

/* One try at the decision of a schedule that was deleted. @ret_done: (out): false: try again */
static bool
try_resolve(const JwJobs *self, const JwSchedule *deleted, const JwFire *fire, int64_t now_ms,
            bool *ret_done, GError **error)
{
    JwOccurrence row = jw_jobs_occurrence(deleted, fire, now_ms);
    g_autoptr(GError) cause = NULL;
    JwCas cas = JW_CAS_LOST;

    row.kind = JW_OCCURRENCE_SKIPPED;
    row.reason = JW_JOBS_DELETED;
    JwOccurrence said = row;
    const bool ok = fire_if_said(self, deleted, &said, &cause);
    if (!ok && !jw_jobs_cannot_fire(cause)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    *ret_done = ok && (jw_occurrence_fires(said.kind) || !jw_fire_is_backfill(fire));
    row.decided_ms = MAX(now_ms, said.decided_ms + 1);
    if (*ret_done) {
        return true;
    }
    /* A backfill that has read the row may still turn it into one that fires, unless it is another
     * by then; and one that reads it later sees why not. */
    if (!jw_store_amend_occurrence(self->store, &row, said.kind, said.decided_ms, &cas, error)) {
        return false;
    }
    *ret_done = cas == JW_CAS_WON;
    return true;
}

/* No job is made of it after this. */
static bool
resolve(const JwJobs *self, const JwSchedule *deleted, const JwFire *fire, int64_t now_ms,
        GError **error)
{
    bool done = false;

    for (int i = 0; i < TRIES && !done; i++) {
        if (!try_resolve(self, deleted, fire, now_ms, &done, error)) {
            return false;
        }
    }
    return done || jw_fail(error, JW_ERROR_BUSY, "others keep writing what became of a due time");
}

static bool
resolve_all(const JwJobs *self, const JwSchedule *deleted, GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock);

    for (guint i = 0; i < deleted->pending_fires->len; i++) {
        const JwFire *fire = g_ptr_array_index(deleted->pending_fires, i);

        if (jw_occurrence_fires(fire->kind) && !resolve(self, deleted, fire, now, error)) {
            return false;
        }
    }
    return true;
}

/* One try. @ret: (out) (nullable) (transfer full): NULL: there was nothing to delete. False with
 * IN_DOUBT: it is to be tried again. */
static bool
try_delete(const JwJobs *self, const char *id, const char *by, const char *tombstone,
           JwSchedule **ret, bool *doubt, GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock);
    g_autoptr(JwSchedule) deleted = NULL;
    const bool wrote =
        jw_store_delete_schedule(self->store, id, by, tombstone, now, &deleted, error);

    *doubt = *doubt || (!wrote && jw_error_code(*error) == JW_ERROR_IN_DOUBT);
    if (!wrote) {
        return false;
    }
    /* nothing to delete may be because of an earlier try of ours */
    if (deleted == NULL && *doubt) {
        if (!jw_store_get_deleted_schedule(self->store, id, &deleted, error)) {
            return false;
        }
        if (deleted != NULL && g_strcmp0(deleted->tombstone, tombstone) != 0) {
            g_clear_pointer(&deleted, jw_schedule_free);
        }
    }
    *ret = g_steal_pointer(&deleted);
    return true;
}

static bool
delete_it(const JwJobs *self, const char *id, const char *by, JwSchedule **ret, GError **error)
{
    char tombstone[JW_UUID_LEN + 1];
    bool doubt = false;
    g_autoptr(GError) last = NULL;

    jw_uuid_v7(jw_clock_now_ms(self->clock), tombstone);
    for (int i = 0; i < TRIES; i++) {
        g_autoptr(GError) cause = NULL;

        if (try_delete(self, id, by, tombstone, ret, &doubt, &cause)) {
            return true;
        }
        if (!doubt) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        g_clear_error(&last);
        last = g_steal_pointer(&cause);
    }
    return jw_fail(error, JW_ERROR_IN_DOUBT, "not known to be done: %s", jw_error_message(last));
}

bool
jw_jobs_forget_schedule(const JwJobs *self, const JwSchedule *deleted, GError **error)
{
    g_return_val_if_fail(self != NULL && deleted != NULL && deleted->tombstone != NULL, false);

    return g_strcmp0(deleted->source, JW_SCHEDULE_FILE) == 0
           || g_strcmp0(deleted->source, JW_SCHEDULE_SHIPPED) == 0 || deleted->entry_hash != NULL
           || deleted->command_marks->len > 0 || deleted->outbox->len > 0
           || jw_store_forget_schedule(self->store, deleted, error);
}

bool
jw_jobs_finish_deletion(const JwJobs *self, const JwSchedule *deleted, GError **error)
{
    g_autoptr(GError) left = NULL;

    if (!resolve_all(self, deleted, error)) {
        return jw_prefix(error, "schedule '%s' is deleted, but what it had decided may still fire",
                         deleted->id);
    }
    if (deleted->pending_fires->len == 0 && !jw_jobs_forget_schedule(self, deleted, &left)) {
        jw_debug("schedule_left", JW_STR("schedule_id", deleted->id), /* and yet gone for all */
                 JW_STR("error", jw_error_message(left)));
    }
    return true;
}

/* What nobody needs any more of a deletion: no decision, no answer, and its time is over. */
static bool
is_over(const JwSchedule *deleted, int64_t before_ms)
{
    return deleted->updated_at_ms < before_ms && deleted->pending_fires->len == 0
           && deleted->outbox->len == 0 && deleted->tombstone != NULL;
}

bool
jw_jobs_sweep_deleted(const JwJobs *self, int64_t before_ms, size_t *ret_removed, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_removed != NULL, false);
    g_autoptr(GPtrArray) deleted = NULL;

    *ret_removed = 0;
    if (!jw_store_deleted_schedules(self->store, before_ms, SWEEP_MOST, &deleted, error)) {
        return false;
    }
    for (guint i = 0; i < deleted->len; i++) {
        const JwSchedule *one = g_ptr_array_index(deleted, i);

        if (!is_over(one, before_ms)) {
            continue;
        }
        if (!jw_store_forget_schedule(self->store, one, error)) {
            return false;
        }
        *ret_removed += 1;
    }
    return true;
}

bool
jw_jobs_delete_schedule(const JwJobs *self, const char *id, const char *by, JwCas *ret_cas,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && by != NULL && ret_cas != NULL, false);
    g_autoptr(JwSchedule) deleted = NULL;
    g_autoptr(JwSchedule) before = NULL;

    if (!delete_it(self, id, by, &deleted, error)) {
        return false;
    }
    /* One whose deletion was not brought to its end is brought there now. */
    if (deleted == NULL && !jw_store_get_deleted_schedule(self->store, id, &before, error)) {
        return false;
    }
    const JwSchedule *over = deleted != NULL ? deleted : before;
    if (over != NULL && !jw_jobs_finish_deletion(self, over, error)) {
        return false;
    }
    *ret_cas = deleted != NULL ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

/* So that a document stays small: what is asked for must be carried out first. */
static bool
push(const JwJobs *self, const JwSchedule *schedule, const GPtrArray *fires, GError **error)
{
    JwCas cas = JW_CAS_LOST;

    if (schedule->pending_fires->len + fires->len > JW_JOBS_PENDING_MAX) {
        return jw_fail(
            error, JW_ERROR_BUSY,
            "schedule '%s' has %u decisions that are not carried out yet; ask again when "
            "they are",
            schedule->id, schedule->pending_fires->len);
    }
    if (!jw_store_push_fires(self->store, schedule->id, (const JwFire *const *)fires->pdata,
                             fires->len, jw_clock_now_ms(self->clock), &cas, error)) {
        return false;
    }
    return cas == JW_CAS_WON
           || jw_fail(error, JW_ERROR_NOT_FOUND, "there is no schedule '%s'", schedule->id);
}

static bool
is_pending(const JwSchedule *schedule, const char *run_id)
{
    for (guint i = 0; i < schedule->pending_fires->len; i++) {
        char id[JW_UUID_LEN + 1];

        derive_id(schedule, g_ptr_array_index(schedule->pending_fires, i), id);
        if (strcmp(id, run_id) == 0) {
            return true;
        }
    }
    return false;
}

static void
take_nothing(const JwOccurrence *row G_GNUC_UNUSED, gpointer data G_GNUC_UNUSED)
{
}

/* Whether a run of that id was asked for before. */
static bool
was_asked(const JwJobs *self, const JwSchedule *schedule, const char *run_id, bool *ret,
          GError **error)
{
    *ret = is_pending(schedule, run_id);
    return *ret || jw_store_get_occurrence(self->store, run_id, take_nothing, NULL, ret, error);
}

/* A key is one of the schedule that there is, not of one that was deleted. (transfer full) */
static char *
run_key(const JwSchedule *schedule, const char *key)
{
    return schedule->created_at_ms == 0
               ? g_strdup(key)
               : g_strdup_printf("%" G_GINT64_FORMAT " %s", schedule->created_at_ms, key);
}

bool
jw_jobs_run_schedule(const JwJobs *self, const JwSchedule *schedule, const char *by,
                     const char *key, char ret_job_id[JW_UUID_LEN + 1], bool *ret_replayed,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && by != NULL, false);
    g_return_val_if_fail(ret_job_id != NULL && ret_replayed != NULL, false);
    const int64_t now = jw_clock_now_ms(self->clock);
    g_autofree char *reason = g_strdup_printf("asked for by %s", by);
    g_autoptr(GPtrArray) fires = g_ptr_array_new_with_free_func(jw_fire_free);
    JwFire *fire = jw_fire_new(now, now, JW_OCCURRENCE_RUN, reason);
    char random[JW_UUID_LEN + 1];
    char id[JW_UUID_LEN + 1];

    jw_uuid_v7(now, random);
    fire->key = run_key(schedule, key != NULL ? key : random);
    g_ptr_array_add(fires, fire);
    derive_id(schedule, fire, id);
    *ret_replayed = false;
    if ((key != NULL && !was_asked(self, schedule, id, ret_replayed, error))
        || (!*ret_replayed && !push(self, schedule, fires, error))) {
        return false;
    }
    memcpy(ret_job_id, id, sizeof id);
    return true;
}

/* The due times of [from, to) that are decided, or were never looked at. */
static bool
list_due(const JwSchedule *schedule, int64_t from_ms, int64_t to_ms, int64_t now_ms, GArray *due,
         GError **error)
{
    g_auto(JwScheduleRule) rule = { 0 };
    int64_t end = MIN(to_ms, now_ms + 1);

    if (schedule->next_fire_ms != 0 && !schedule->paused) { /* then they fire by themselves */
        end = MIN(end, schedule->next_fire_ms);
    }
    if (!jw_schedule_rule_init(&rule, schedule, error)) {
        return false;
    }
    return jw_due_list(&rule.due, from_ms, end, JW_JOBS_BACKFILL_MAX, due)
           || jw_fail(error, JW_ERROR_TOO_LARGE,
                      "more than %d due times lie in this range; ask for a part of it",
                      JW_JOBS_BACKFILL_MAX);
}

bool
jw_jobs_backfill_schedule(const JwJobs *self, const JwSchedule *schedule, int64_t from_ms,
                          int64_t to_ms, const char *by, size_t *ret_count, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && by != NULL && ret_count != NULL,
                         false);
    const int64_t now = jw_clock_now_ms(self->clock);
    g_autofree char *reason = g_strdup_printf("a backfill asked for by %s", by);
    g_autoptr(GPtrArray) fires = g_ptr_array_new_with_free_func(jw_fire_free);
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(int64_t));

    if (from_ms >= to_ms) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "the range of a backfill must begin before its end");
    }
    if (!list_due(schedule, from_ms, to_ms, now, due, error)) {
        return false;
    }
    for (guint i = 0; i < due->len; i++) {
        JwFire *fire =
            jw_fire_new(g_array_index(due, int64_t, i), now, JW_OCCURRENCE_CAUGHT_UP, reason);

        fire->wake_ms = now; /* its grace begins now */
        fire->key = g_strdup(JW_FIRE_BACKFILL);
        g_ptr_array_add(fires, fire);
    }
    *ret_count = due->len;
    return due->len == 0 || push(self, schedule, fires, error);
}
