/* jobs_calendars.c: see jw/jobs_calendars.h. */
#include "jw/jobs_calendars.h"

#include "jw/wire_calendar.h"

#include <string.h>

#define ROUNDS 5

static bool
is_of_others(const JwStoredCalendar *calendar)
{
    return calendar->source != NULL && strcmp(calendar->source, JW_CALENDAR_FILE) != 0;
}

/* Whether @old stays in the place of the file's @calendar; see jw_schedule_is_left(). */
static bool
is_left(const JwStoredCalendar *old, const JwStoredCalendar *calendar, bool again)
{
    const bool same_entry = g_strcmp0(old->entry_hash, calendar->entry_hash) == 0;

    if (old->deleted_at_ms != 0) {
        return same_entry && !again;
    }
    return same_entry || is_of_others(old);
}

/* @ret_done: (out): false: somebody wrote it, try again */
static bool
try_file(const JwJobs *self, JwStoredCalendar *calendar, bool again, JwStoredCalendar **ret_left,
         bool *ret_done, GError **error)
{
    g_autoptr(JwStoredCalendar) old = NULL;
    JwCas cas = JW_CAS_LOST;

    *ret_done = true;
    if (!jw_store_find_calendar(self->store, calendar->name, &old, error)) {
        return false;
    }
    if (old != NULL && is_left(old, calendar, again)) {
        const bool as_it_says = old->deleted_at_ms == 0 && !is_of_others(old)
                                && g_strcmp0(old->version, calendar->version) == 0;
        *ret_left = as_it_says ? NULL : g_steal_pointer(&old);
        return true;
    }
    calendar->updated_at_ms = jw_clock_now_ms(self->clock);
    if (old != NULL) {
        calendar->updated_at_ms = MAX(calendar->updated_at_ms, old->updated_at_ms + 1);
    }
    if (!jw_store_replace_calendar(self->store, calendar, old, &cas, error)) {
        return false;
    }
    *ret_done = cas == JW_CAS_WON;
    return true;
}

bool
jw_jobs_put_file_calendar(const JwJobs *self, const char *name, const json_t *days, bool again,
                          JwStoredCalendar **ret_left, GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && days != NULL, false);
    g_return_val_if_fail(ret_left != NULL, false);
    g_autoptr(JwStoredCalendar) calendar = g_new0(JwStoredCalendar, 1);
    bool done = false;

    calendar->name = g_strdup(name);
    calendar->days = jw_json_print(days);
    calendar->version = jw_sha256_hex(calendar->days, strlen(calendar->days));
    calendar->entry_hash = g_strdup(calendar->version);
    calendar->source = g_strdup(JW_CALENDAR_FILE);
    *ret_left = NULL;
    for (int i = 0; i < ROUNDS; i++) {
        if (!try_file(self, calendar, again, ret_left, &done, error)) {
            return false;
        }
        if (done) {
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "calendar '%s' is being written by others", name);
}

bool
jw_jobs_load_calendar(const JwJobs *self, const char *name, JwCalendar **ret_days,
                      char **ret_version, GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && ret_days != NULL, false);
    g_autoptr(JwStoredCalendar) stored = NULL;
    g_auto(JwViolations) violations = { 0 };

    if (!jw_store_get_calendar(self->store, name, &stored, error)) {
        return false;
    }
    if (stored == NULL) {
        return jw_fail(error, JW_ERROR_NOT_FOUND, "there is no calendar '%s'", name);
    }
    json_auto_t *days = jw_json_parse(stored->days, strlen(stored->days), error);
    if (days == NULL) {
        return jw_prefix(error, "calendar '%s'", name);
    }
    JwCalendar *calendar = jw_wire_calendar_read(days, "", &violations);
    if (calendar == NULL) {
        g_autofree char *text = jw_violations_text(&violations);
        return jw_fail(error, JW_ERROR_CORRUPT, "calendar '%s': %s", name, text);
    }
    *ret_days = calendar;
    if (ret_version != NULL) {
        *ret_version = g_steal_pointer(&stored->version);
    }
    return true;
}

bool
jw_jobs_begin_schedule(const JwJobs *self, JwSchedule *schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL, false);
    g_autoptr(JwCalendar) days = NULL;
    g_auto(JwScheduleRule) rule = { 0 };
    const char *member = NULL;

    if (schedule->calendar == NULL) {
        return true;
    }
    g_clear_pointer(&schedule->calendar_version, g_free);
    if (!jw_jobs_load_calendar(self, schedule->calendar, &days, &schedule->calendar_version,
                               error)) {
        return false;
    }
    schedule->days = days;
    bool ok = jw_schedule_rule_init(&rule, schedule, error)
              && jw_due_check(&rule.due, INT64_MIN, &member, error)
              && jw_schedule_begin(schedule, jw_clock_now_ms(self->clock), error);
    schedule->days = NULL;
    return ok;
}
