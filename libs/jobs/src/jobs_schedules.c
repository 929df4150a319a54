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

#include "jw/clock.h"
#include "jw/log.h"

#define TRIES 3

JwOccurrence
jw_jobs_occurrence(const JwSchedule *schedule, int64_t due_ms, int64_t decided_ms,
                   JwOccurrenceKind kind, const char *reason)
{
    JwOccurrence row = { .schedule_id = schedule->id,
                         .due_ms = due_ms,
                         .decided_ms = decided_ms,
                         .kind = kind,
                         .reason = reason };
    g_autofree char *due = jw_time_format(due_ms);

    jw_uuid_derive(row.id, kind < JW_OCCURRENCE_PAUSED ? "schedule" : "schedule-switch",
                   schedule->id, due, NULL);
    return row;
}

static void
take_kind(const JwOccurrence *said, gpointer kind)
{
    *(JwOccurrenceKind *)kind = said->kind;
}

/* Writes the row, unless there is one: then its kind becomes what that says. */
static bool
claim(const JwJobs *self, JwOccurrence *row, GError **error)
{
    JwCreate create = JW_CREATE_EXISTS;
    bool found = false;

    return jw_store_put_occurrence(self->store, row, &create, error)
           && (create == JW_CREATE_NEW
               || jw_store_get_occurrence(self->store, row->id, take_kind, &row->kind, &found,
                                          error));
}

bool
jw_jobs_cannot_fire(const GError *error)
{
    JwErrorCode code = jw_error_code(error);

    return code == JW_ERROR_INVALID || code == JW_ERROR_NOT_FOUND || code == JW_ERROR_TOO_LARGE;
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
           || (jw_wire_job_from_schedule(self->wire, schedule, row->due_ms, row->decided_ms, &job,
                                         error)
               && jw_jobs_create(self, job, &created, NULL, error));
}

/* The pending decision @due_ms of a schedule that was deleted: no job is made of it after this. */
static bool
resolve(const JwJobs *self, const JwSchedule *deleted, int64_t due_ms, int64_t now_ms,
        GError **error)
{
    JwOccurrence row =
        jw_jobs_occurrence(deleted, due_ms, now_ms, JW_OCCURRENCE_SKIPPED, JW_JOBS_DELETED);
    JwOccurrence said = row;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) cause = NULL;

    if (fire_if_said(self, deleted, &said, &cause)) {
        return true;
    }
    if (!jw_jobs_cannot_fire(cause)) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return jw_store_amend_occurrence(self->store, &row, said.kind, &cas, error);
}

static bool
resolve_all(const JwJobs *self, const JwSchedule *deleted, GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock);

    for (guint i = 0; i < deleted->pending_fires->len; i++) {
        const JwFire *fire = g_ptr_array_index(deleted->pending_fires, i);

        if (jw_occurrence_fires(fire->kind) && !resolve(self, deleted, fire->due_ms, now, error)) {
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
           || jw_store_forget_schedule(self->store, deleted->id, deleted->tombstone, error);
}

bool
jw_jobs_delete_schedule(const JwJobs *self, const char *id, const char *by, JwCas *ret_cas,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && by != NULL && ret_cas != NULL, false);
    g_autoptr(JwSchedule) deleted = NULL;
    g_autoptr(JwSchedule) before = NULL;
    g_autoptr(GError) left = NULL;

    if (!delete_it(self, id, by, &deleted, error)) {
        return false;
    }
    /* One whose deletion was not brought to its end is brought there now. */
    if (deleted == NULL && !jw_store_get_deleted_schedule(self->store, id, &before, error)) {
        return false;
    }
    const JwSchedule *over = deleted != NULL ? deleted : before;
    if (over != NULL && !resolve_all(self, over, error)) {
        return jw_prefix(error, "schedule '%s' is deleted, but what it had decided may still fire",
                         id);
    }
    if (deleted != NULL && deleted->pending_fires->len == 0
        && !jw_jobs_forget_schedule(self, deleted, &left)) {
        jw_debug("schedule_left", JW_STR("schedule_id", id), /* and yet gone for everybody */
                 JW_STR("error", jw_error_message(left)));
    }
    *ret_cas = deleted != NULL ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}
