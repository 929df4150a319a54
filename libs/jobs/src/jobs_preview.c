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
    const bool all = jw_due_list(&rule->due, from_ms, from_ms + NOTES_MS, NOTES_DUE, due);
    jw_due_notes(&rule->due, from_ms,
                 all ? from_ms + NOTES_MS : g_array_index(due, int64_t, due->len - 1), due,
                 warnings);
}

/* A rule may be sound and yet have nothing ahead, or have nothing since its calendar is another. */
static void
warn_of_none(const JwScheduleRule *rule, int64_t from_ms, GPtrArray *warnings)
{
    g_autoptr(GError) why = NULL;
    const char *member = NULL;

    if (!jw_due_check(&rule->due, from_ms - 1, &member, &why)) {
        jw_warnings_add(warnings,
                        g_str_equal(member, "calendar") ? "CALENDAR_EXCLUDES_ALL" : "NEVER_DUE",
                        "%s: %s", member, jw_error_message(why));
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
        /* also of a time that is left out before the next one */
        warn(schedule, &rule, MIN(from_ms, jw_clock_now_ms(self->clock) + 1), warnings);
        if (due->len == 0) {
            warn_of_none(&rule, from_ms, warnings);
        }
    }
    schedule->days = NULL;
    return ok;
}
