/* jobs_calendar_write.c: see jw/jobs_calendar_write.h. A change is made on what was read: when that
 * is another by then, it is read and made again.
 *
 * That no schedule names a calendar is read from other documents than its own, and there are no
 * transactions. So it is marked as deleted first, unless it is held for one that is being stored
 * (jobs_calendar_hold.c): the mark keeps new schedules from naming it. Then those that do are
 * looked for once more, and when there are any the mark is taken away. */
#include "jobs_private.h"
#include "jw/jobs_calendar_write.h"

#include "jw/log.h"
#include "jw/store_schedules.h"

#include <string.h>

#define ROUNDS 5

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    const JwStoredCalendar *old;      /* NULL: there was none */
    const JwStoredCalendar *calendar; /* as it shall be; NULL: it is deleted */
    const char *by, *tombstone;       /* of that */
} Write;

static bool
write_it(JwJobsUpdate *base, JwCas *ret_cas, GError **error)
{
    const Write *self = (const Write *)base;
    JwStore *store = self->jobs->store;

    return self->calendar != NULL
               ? jw_store_replace_calendar(store, self->calendar, self->old, ret_cas, error)
               : jw_store_delete_calendar(store, self->old, self->by, self->tombstone,
                                          jw_clock_now_ms(self->jobs->clock), ret_cas, error);
}

static bool
is_as(const JwStoredCalendar *a, const JwStoredCalendar *b)
{
    return a != NULL && b != NULL
               ? a->updated_at_ms == b->updated_at_ms && g_strcmp0(a->version, b->version) == 0
                     && g_strcmp0(a->tombstone, b->tombstone) == 0
               : a == b;
}

static bool
read_it(JwJobsUpdate *base, JwJobsSeen *ret_seen, GError **error)
{
    const Write *self = (const Write *)base;
    g_autoptr(JwStoredCalendar) found = NULL;

    if (!jw_store_find_calendar(self->jobs->store, base->id, &found, error)) {
        return false;
    }
    const bool ours = self->calendar != NULL
                          ? is_as(found, self->calendar)
                          : found != NULL && g_strcmp0(found->tombstone, self->tombstone) == 0;
    *ret_seen = is_as(found, self->old) ? JW_SEEN_POSSIBLE : ours ? JW_SEEN_OURS : JW_SEEN_LOST;
    return true;
}

static bool
is_live(const JwStoredCalendar *calendar)
{
    return calendar != NULL && calendar->deleted_at_ms == 0;
}

static bool
may(const JwCalendarWish *wish, const JwStoredCalendar *there)
{
    return wish->allows == NULL || wish->allows(is_live(there) ? there : NULL, wish->data);
}

/* In the place of @old. (transfer full) */
static JwStoredCalendar *
make(const JwJobs *self, const JwCalendarWish *wish, const json_t *days,
     const JwStoredCalendar *old)
{
    JwStoredCalendar *calendar = g_new0(JwStoredCalendar, 1);
    const int64_t now = jw_clock_now_ms(self->clock);

    calendar->name = g_strdup(wish->name);
    calendar->days = jw_json_print(days);
    calendar->version = jw_sha256_hex(calendar->days, strlen(calendar->days));
    calendar->source = g_strdup(JW_CALENDAR_API);
    calendar->updated_at_ms = old != NULL ? MAX(now, old->updated_at_ms + 1) : now;
    if (old != NULL) {
        calendar->entry_hash = g_strdup(old->entry_hash); /* that entry of the file is known */
    }
    if (is_live(old)) {
        g_free(calendar->source);
        calendar->source = g_strdup(old->source);
    }
    return calendar;
}

/* Whether what is there decides already: then @ret is set. */
static bool
is_decided(const JwJobs *self, const JwCalendarWish *wish, const JwStoredCalendar *calendar,
           const JwStoredCalendar *old, JwCalendarOutcome *ret, GError **error)
{
    int64_t count = 0;

    *ret = is_live(old) ? JW_CALENDAR_CHANGED : JW_CALENDAR_CREATED;
    if (!may(wish, old)) {
        *ret = JW_CALENDAR_HELD;
    } else if (is_live(old)) {
        *ret = strcmp(old->version, calendar->version) == 0 ? JW_CALENDAR_SAME : *ret;
    } else if (!jw_store_count_calendars(self->store, JW_CALENDARS_MAX, &count, error)) {
        return false;
    } else if (count >= JW_CALENDARS_MAX) {
        *ret = JW_CALENDAR_TOO_MANY;
    }
    return *ret != JW_CALENDAR_CHANGED && *ret != JW_CALENDAR_CREATED;
}

/* @ret_done: (out): false: somebody changed it, try again */
static bool
try_put(const JwJobs *self, const JwCalendarWish *wish, const json_t *days,
        JwCalendarOutcome *ret_outcome, JwStoredCalendar **ret, bool *ret_done, GError **error)
{
    g_autoptr(JwStoredCalendar) old = NULL;
    g_autoptr(GError) cause = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_store_find_calendar(self->store, wish->name, &old, error)) {
        return false;
    }
    g_autoptr(JwStoredCalendar) calendar = make(self, wish, days, old);
    *ret_done = is_decided(self, wish, calendar, old, ret_outcome, &cause);
    if (cause != NULL) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    if (*ret_done) {
        *ret = *ret_outcome == JW_CALENDAR_SAME ? g_steal_pointer(&old) : NULL;
        return true;
    }
    Write write = {
        { "change", wish->name, false, write_it, read_it }, self, old, calendar, NULL, NULL
    };
    if (!jw_jobs_apply(self, &write.base, NULL, &cas, error)) {
        return false;
    }
    *ret_done = cas == JW_CAS_WON;
    *ret = *ret_done ? g_steal_pointer(&calendar) : NULL;
    return true;
}

bool
jw_jobs_write_calendar(const JwJobs *self, const JwCalendarWish *wish, const json_t *days,
                       JwCalendarOutcome *ret_outcome, JwStoredCalendar **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && wish != NULL && days != NULL, false);
    g_return_val_if_fail(ret_outcome != NULL && ret != NULL, false);

    *ret = NULL;
    for (int i = 0; i < ROUNDS; i++) {
        bool done = false;

        if (!try_put(self, wish, days, ret_outcome, ret, &done, error)) {
            return false;
        }
        if (done) {
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "calendar '%s' is being changed by others", wish->name);
}

/* Of what is marked as deleted: the mark goes when somebody names it after all, else what is left
 * of it, unless the file has it, which must not bring it back. */
static bool
confirm(const JwJobs *self, const JwStoredCalendar *calendar, const char *tombstone,
        GPtrArray **ret_users, GError **error)
{
    g_autoptr(GError) cause = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_store_schedules_of_calendar(self->store, calendar->name, NULL, JW_CALENDAR_USERS,
                                        ret_users, &cause)
        || ((*ret_users)->len > 0
            && !jw_store_restore_calendar(self->store, calendar->name, tombstone, &cas, &cause))) {
        return jw_fail(error, JW_ERROR_IN_DOUBT,
                       "calendar '%s' is deleted; whether a schedule came to name it meanwhile is "
                       "not known: %s",
                       calendar->name, jw_error_message(cause));
    }
    if ((*ret_users)->len == 0 && calendar->entry_hash == NULL
        && !jw_store_forget_calendar(self->store, calendar->name, tombstone, &cause)) {
        jw_debug("calendar_left", JW_STR("calendar", calendar->name), /* gone for everybody */
                 JW_STR("error", jw_error_message(cause)));
    }
    return true;
}

/* Those that name it, or are being stored and will. */
static bool
find_users(const JwJobs *self, const JwStoredCalendar *calendar, GPtrArray **ret, GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock);
    g_autoptr(GPtrArray) users = NULL;

    if (!jw_store_schedules_of_calendar(self->store, calendar->name, NULL, JW_CALENDAR_USERS,
                                        &users, error)) {
        return false;
    }
    for (guint i = 0; users->len == 0 && i < calendar->holds->len; i++) {
        const JwCalendarHold *hold = g_ptr_array_index(calendar->holds, i);
        if (hold->until_ms > now) {
            JwSchedule *coming = jw_schedule_new();
            coming->id = g_strdup(hold->schedule_id);
            g_ptr_array_add(users, coming);
        }
    }
    *ret = g_steal_pointer(&users);
    return true;
}

/* @ret_done: (out): false: somebody changed it, try again */
static bool
try_delete(const JwJobs *self, const JwCalendarWish *wish, JwCalendarOutcome *ret_outcome,
           GPtrArray **ret_users, bool *ret_done, GError **error)
{
    g_autoptr(JwStoredCalendar) there = NULL;
    char tombstone[JW_UUID_LEN + 1];
    JwCas cas = JW_CAS_LOST;

    *ret_done = true;
    if (!jw_store_get_calendar(self->store, wish->name, &there, error)) {
        return false;
    }
    if (there == NULL || !may(wish, there)) {
        *ret_outcome = there == NULL ? JW_CALENDAR_MISSING : JW_CALENDAR_HELD;
        return true;
    }
    if (!find_users(self, there, ret_users, error)) {
        return false;
    }
    *ret_outcome = JW_CALENDAR_IN_USE;
    if ((*ret_users)->len > 0) {
        return true;
    }
    g_clear_pointer(ret_users, g_ptr_array_unref);
    jw_uuid_v7(jw_clock_now_ms(self->clock), tombstone);
    Write write = {
        { "deletion", wish->name, false, write_it, read_it }, self, there, NULL, wish->by, tombstone
    };
    if (!jw_jobs_apply(self, &write.base, NULL, &cas, error)) {
        return false;
    }
    *ret_done = cas == JW_CAS_WON;
    if (!*ret_done) {
        return true;
    }
    if (!confirm(self, there, tombstone, ret_users, error)) {
        return false;
    }
    *ret_outcome = (*ret_users)->len > 0 ? JW_CALENDAR_IN_USE : JW_CALENDAR_DELETED;
    return true;
}

bool
jw_jobs_delete_calendar(const JwJobs *self, const JwCalendarWish *wish,
                        JwCalendarOutcome *ret_outcome, GPtrArray **ret_users, GError **error)
{
    g_return_val_if_fail(self != NULL && wish != NULL && wish->by != NULL, false);
    g_return_val_if_fail(ret_outcome != NULL && ret_users != NULL, false);

    *ret_users = NULL;
    for (int i = 0; i < ROUNDS; i++) {
        bool done = false;

        if (!try_delete(self, wish, ret_outcome, ret_users, &done, error)) {
            g_clear_pointer(ret_users, g_ptr_array_unref);
            return false;
        }
        if (done) {
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "calendar '%s' is being changed by others", wish->name);
}
