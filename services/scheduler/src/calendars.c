/* calendars.c: the days on which schedules are not due. The due thread keeps those that it meets
 * for one round; the maintenance thread makes schedules follow a calendar that changed. */
#include "due.h"

#include "jw/jobs_calendars.h"
#include "jw/log.h"

#define PAGE       200
#define LOOKS_ANEW 60 /* looks after which it is asked again who follows what all followed */

/* Of one round. */
typedef struct {
    JwCalendar *days;
    char *version;
} Loaded;

static void
loaded_free(gpointer self)
{
    Loaded *loaded = self;

    jw_calendar_free(loaded->days);
    g_free(loaded->version);
    g_free(loaded);
}

/* From now on the schedule has what it is decided by, and what it follows then. */
bool
sch_set_days(Sch *self, JwSchedule *schedule, GError **error)
{
    JwCalendar *days = NULL;
    char *version = NULL;

    if (schedule->calendar == NULL) {
        return true;
    }
    if (self->calendars == NULL) {
        self->calendars = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, loaded_free);
    }
    Loaded *loaded = g_hash_table_lookup(self->calendars, schedule->calendar);
    if (loaded == NULL) {
        if (!jw_jobs_load_calendar(&self->jobs, schedule->calendar, &days, &version, error)) {
            return false;
        }
        loaded = g_new0(Loaded, 1);
        loaded->days = days;
        loaded->version = version;
        (void)g_hash_table_insert(self->calendars, g_strdup(schedule->calendar), loaded);
    }
    schedule->days = loaded->days;
    g_free(schedule->calendar_version);
    schedule->calendar_version = g_strdup(loaded->version);
    return true;
}

void
sch_forget_days(Sch *self)
{
    g_clear_pointer(&self->calendars, g_hash_table_unref);
}

/* What is due already is decided by the days as they are then; of one that is paused nothing is. */
static bool
follow(Sch *self, JwSchedule *schedule, const JwCalendar *days, const char *version, GError **error)
{
    const int64_t now = jw_clock_now_ms(self->clock), before = schedule->next_fire_ms;
    JwCas cas = JW_CAS_LOST;

    if (before != 0 && before <= now && !schedule->paused) {
        return true;
    }
    schedule->days = days;
    if (!jw_schedule_begin(schedule, now, error)) {
        return false;
    }
    if (!jw_store_rebase_schedule(self->store, schedule, before, version, now, &cas, error)) {
        return false;
    }
    if (cas == JW_CAS_WON && schedule->next_fire_ms != before) {
        jw_info("schedule_followed_calendar", JW_STR("schedule_id", schedule->id),
                JW_STR("calendar", schedule->calendar));
    }
    return true;
}

/* One whose rule cannot be read holds up none of the others: the due thread tells of it. */
static bool
follow_page(Sch *self, const GPtrArray *page, const JwCalendar *days, const char *version,
            GError **error)
{
    for (guint i = 0; i < page->len; i++) {
        JwSchedule *schedule = g_ptr_array_index(page, i);
        g_autoptr(GError) cause = NULL;

        if (!follow(self, schedule, days, version, &cause)
            && jw_error_retry(cause) != JW_RETRY_NEVER) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return jw_prefix(error, "schedule '%s'", schedule->id);
        }
    }
    return true;
}

static bool
follow_all(Sch *self, const JwStoredCalendar *calendar, size_t *ret_count, GError **error)
{
    g_autoptr(JwCalendar) days = NULL;
    g_autofree char *after = NULL, *version = NULL; /* that of the days: it may be another by now */
    size_t seen = PAGE;

    while (seen == PAGE) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_outdated_schedules(self->store, calendar->name, calendar->version, after,
                                         PAGE, &page, error)) {
            return false;
        }
        seen = page->len;
        if (seen == 0) {
            break;
        }
        if ((days == NULL
             && !jw_jobs_load_calendar(&self->jobs, calendar->name, &days, &version, error))
            || !follow_page(self, page, days, version, error)) {
            return false;
        }
        *ret_count += seen;
        g_free(after);
        after = g_strdup(((JwSchedule *)g_ptr_array_index(page, seen - 1))->id);
    }
    return true;
}

/* Nobody was behind the last time: only one that was written at that very moment, by the days
 * before, may be since. */
static bool
is_followed(const Sch *self, const JwStoredCalendar *calendar)
{
    return g_strcmp0(g_hash_table_lookup(self->followed, calendar->name), calendar->version) == 0;
}

static bool
follow_each(Sch *self, const GPtrArray *calendars, size_t *ret_count, GError **error)
{
    for (guint i = 0; i < calendars->len; i++) {
        const JwStoredCalendar *calendar = g_ptr_array_index(calendars, i);
        size_t behind = 0;

        if (is_followed(self, calendar)) {
            continue;
        }
        if (!follow_all(self, calendar, &behind, error)) {
            return jw_prefix(error, "calendar '%s'", calendar->name);
        }
        if (behind == 0) {
            (void)g_hash_table_insert(self->followed, g_strdup(calendar->name),
                                      g_strdup(calendar->version));
        }
        *ret_count += behind;
    }
    return true;
}

bool
sch_follow_calendars(Sch *self, size_t *ret_count, GError **error)
{
    g_autofree char *after = NULL;
    size_t seen = PAGE;

    *ret_count = 0;
    if (self->followed == NULL) {
        self->followed = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    }
    if (self->follow_looks++ % LOOKS_ANEW == 0) {
        g_hash_table_remove_all(self->followed);
    }
    while (seen == PAGE) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_list_calendar_versions(self->store, after, PAGE, &page, error)
            || !follow_each(self, page, ret_count, error)) {
            return false;
        }
        seen = page->len;
        if (seen > 0) {
            g_free(after);
            after = g_strdup(((JwStoredCalendar *)g_ptr_array_index(page, seen - 1))->name);
        }
    }
    return true;
}
