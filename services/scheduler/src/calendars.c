/* calendars.c: the days on which schedules are not due. The due thread keeps those that it meets
 * for one round; the maintenance thread makes schedules follow a calendar that changed. */
#include "due.h"

#include "jw/jobs_calendars.h"
#include "jw/log.h"

#define PAGE 200

bool
sch_set_days(Sch *self, JwSchedule *schedule, GError **error)
{
    JwCalendar *days = NULL;

    if (schedule->calendar == NULL) {
        return true;
    }
    if (self->calendars == NULL) {
        self->calendars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, jw_calendar_free);
    }
    schedule->days = g_hash_table_lookup(self->calendars, schedule->calendar);
    if (schedule->days == NULL) {
        if (!jw_jobs_load_calendar(&self->jobs, schedule->calendar, &days, NULL, error)) {
            return false;
        }
        (void)g_hash_table_insert(self->calendars, g_strdup(schedule->calendar), days);
        schedule->days = days;
    }
    return true;
}

void
sch_forget_days(Sch *self)
{
    g_clear_pointer(&self->calendars, g_hash_table_unref);
}

/* What is due already is decided by the days as they are then. */
static bool
follow(Sch *self, JwSchedule *schedule, const JwStoredCalendar *calendar, const JwCalendar *days,
       GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock), before = schedule->next_fire_ms;
    JwCas cas = JW_CAS_LOST;

    if (before != 0 && before <= now) {
        return true;
    }
    schedule->days = days;
    if (!jw_schedule_begin(schedule, now, error)) {
        return false;
    }
    if (!jw_store_rebase_schedule(self->store, schedule, before, calendar->version, &cas, error)) {
        return false;
    }
    if (cas == JW_CAS_WON && schedule->next_fire_ms != before) {
        jw_info("schedule_followed_calendar", JW_STR("schedule_id", schedule->id),
                JW_STR("calendar", calendar->name));
    }
    return true;
}

static bool
follow_all(Sch *self, const JwStoredCalendar *calendar, size_t *ret_count, GError **error)
{
    g_autoptr(GPtrArray) page = NULL;
    g_autoptr(JwCalendar) days = NULL;

    if (!jw_store_outdated_schedules(self->store, calendar->name, calendar->version, PAGE, &page,
                                     error)) {
        return false;
    }
    if (page->len > 0 && !jw_jobs_load_calendar(&self->jobs, calendar->name, &days, NULL, error)) {
        return false;
    }
    for (guint i = 0; i < page->len; i++) {
        JwSchedule *schedule = g_ptr_array_index(page, i);

        if (!follow(self, schedule, calendar, days, error)) {
            return jw_prefix(error, "schedule '%s'", schedule->id);
        }
    }
    *ret_count += page->len;
    return true;
}

bool
sch_follow_calendars(Sch *self, size_t *ret_count, GError **error)
{
    g_autofree char *after = NULL;
    size_t seen = PAGE;

    *ret_count = 0;
    while (seen == PAGE) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_list_calendars(self->store, after, PAGE, &page, error)) {
            return false;
        }
        seen = page->len;
        for (guint i = 0; i < seen; i++) {
            const JwStoredCalendar *calendar = g_ptr_array_index(page, i);

            if (!follow_all(self, calendar, ret_count, error)) {
                return jw_prefix(error, "calendar '%s'", calendar->name);
            }
            g_free(after);
            after = g_strdup(calendar->name);
        }
    }
    return true;
}
