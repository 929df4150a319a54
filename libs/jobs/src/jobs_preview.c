/* jobs_preview.c: see jw/jobs_preview.h. */
#include "jw/jobs_preview.h"

/* So far, and over so many due times, changes of the clock are looked for: one due each day sees a
 * whole year, one due each minute the next hours, for which they mean nothing. */
#define NOTES_MS  (INT64_C(366) * 86400000)
#define NOTES_DUE 400

static void
warn(const JwSchedule *schedule, const JwScheduleRule *rule, int64_t from_ms, GPtrArray *warnings)
{
    g_autoptr(GArray) due = g_array_new(FALSE, FALSE, sizeof(int64_t));

    if (rule->cron != NULL) {
        jw_cron_lint(rule->cron, schedule->dialect_named, warnings);
    }
    (void)jw_due_list(&rule->due, from_ms, from_ms + NOTES_MS, NOTES_DUE, due);
    jw_due_notes(&rule->due, from_ms, due, warnings);
}

/* The calendar may have changed since the schedule was made, when it was refused for that. */
static void
warn_if_excluded(const JwScheduleRule *rule, int64_t from_ms, GPtrArray *warnings)
{
    const char *member = NULL;
    g_autoptr(GError) why = NULL;

    if (rule->due.calendar != NULL && !jw_due_check(&rule->due, from_ms - 1, &member, &why)
        && g_strcmp0(member, "calendar") == 0) {
        jw_warnings_add(warnings, "CALENDAR_EXCLUDES_ALL", "it %s", jw_error_message(why));
    }
}

bool
jw_jobs_preview_schedule(const JwJobs *self, JwSchedule *schedule, int64_t from_ms, GArray *due,
                         GPtrArray *warnings, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL, false);
    g_return_val_if_fail(due != NULL && warnings != NULL, false);
    g_autoptr(JwCalendar) days = NULL;
    g_auto(JwScheduleRule) rule = { 0 };

    if (schedule->calendar != NULL
        && !jw_jobs_load_calendar(self, schedule->calendar, &days, NULL, error)) {
        return false;
    }
    schedule->days = days;
    const bool ok = jw_schedule_rule_init(&rule, schedule, error);
    if (ok) {
        (void)jw_due_list(&rule.due, from_ms, INT64_MAX, JW_JOBS_PREVIEW, due);
        warn(schedule, &rule, from_ms, warnings);
        if (due->len == 0) {
            warn_if_excluded(&rule, from_ms, warnings);
        }
    }
    schedule->days = NULL;
    return ok;
}
