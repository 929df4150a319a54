/* jobs_calendars.c: see jw/jobs_calendars.h. */
#include "jw/jobs_calendars.h"

#include "jw/wire_calendar.h"

#include <string.h>

bool
jw_jobs_put_calendar(const JwJobs *self, const char *name, const json_t *days, GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && days != NULL, false);
    g_autofree char *text = jw_json_print(days);
    g_autofree char *version = jw_sha256_hex(text, strlen(text));
    const JwStoredCalendar calendar = { .name = (char *)(uintptr_t)name, /* only read */
                                        .days = text,
                                        .version = version,
                                        .updated_at_ms = jw_clock_now_ms(self->clock) };

    return jw_store_put_calendar(self->store, &calendar, error);
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
