/* jobs_calendar_hold.c: storing a schedule that comes to name a calendar.
 *
 * Schedule and calendar are two documents, and there are no transactions. So whoever stores such a
 * schedule holds the calendar first, in the calendar's own document, where a deletion sees it: a
 * calendar that is held is not deleted, one that is deleted cannot be held. A hold ends when the
 * schedule is stored, or by itself when nobody can know any more whether it was. */
#include "jobs_schedule_private.h"

#include "jw/ident.h"
#include "jw/log.h"

#define HOLD_MS INT64_C(60000) /* longer than any write takes */

typedef struct {
    const JwJobs *jobs;
    const char *calendar; /* NULL: none is held */
    char id[JW_UUID_LEN + 1];
    JwCalendarHold hold; /* borrows */
} Held;

/* @ret_held: (out): false: the calendar of @schedule is not there any more */
static bool
hold(Held *self, const JwJobs *jobs, const JwSchedule *schedule, bool *ret_held, GError **error)
{
    const int64_t now = jw_clock_now_ms(jobs->clock);
    JwCas cas = JW_CAS_LOST;

    jw_uuid_v7(now, self->id);
    self->jobs = jobs;
    self->hold = (JwCalendarHold){ self->id, schedule->id, now + HOLD_MS };
    if (!jw_store_hold_calendar(jobs->store, schedule->calendar, &self->hold, &cas, error)) {
        return false;
    }
    *ret_held = cas == JW_CAS_WON;
    self->calendar = *ret_held ? schedule->calendar : NULL;
    return true;
}

/* @stored: the error of storing it; NULL: none */
static void
release(const Held *self, const GError *stored)
{
    g_autoptr(GError) error = NULL;

    const bool known = stored == NULL || jw_error_retry(stored) != JW_RETRY_AFTER_REREAD;

    if (self->calendar != NULL && known
        && !jw_store_release_calendar(self->jobs->store, self->calendar, &self->hold, &error)) {
        jw_debug("calendar_held", JW_STR("calendar", self->calendar), /* until its time is over */
                 JW_STR("error", jw_error_message(error)));
    }
}

static bool
comes_to_name(const JwSchedule *schedule, const JwSchedule *old)
{
    return schedule->calendar != NULL
           && (old == NULL || old->deleted_at_ms != 0
               || g_strcmp0(old->calendar, schedule->calendar) != 0);
}

bool
jw_jobs_replace_schedule(const JwJobs *self, const JwSchedule *schedule, const JwSchedule *old,
                         JwCas *ret_cas, GError **error)
{
    Held held = { 0 };
    bool is_held = true;
    g_autoptr(GError) cause = NULL;

    if (comes_to_name(schedule, old) && !hold(&held, self, schedule, &is_held, error)) {
        return false;
    }
    if (!is_held) {
        *ret_cas = JW_CAS_LOST;
        return true;
    }
    const bool ok = jw_store_replace_schedule(self->store, schedule, old, ret_cas, &cause);
    release(&held, cause);
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(&cause));
    }
    return ok;
}

bool
jw_jobs_put_file_schedule(const JwJobs *self, const JwSchedule *schedule, JwSchedule **ret_left,
                          bool *ret_held, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && ret_left != NULL, false);
    g_return_val_if_fail(ret_held != NULL, false);
    Held held = { 0 };
    g_autoptr(GError) cause = NULL;

    *ret_held = true;
    if (schedule->calendar != NULL && !hold(&held, self, schedule, ret_held, error)) {
        return false;
    }
    if (!*ret_held) {
        return true;
    }
    const bool ok = jw_store_put_file_schedule(self->store, schedule, ret_left, &cause);
    release(&held, cause);
    if (!ok) {
        g_propagate_error(error, g_steal_pointer(&cause));
    }
    return ok;
}
