/* file.c: brings the file of schedules into the store. At start, before there are threads.
 *
 * The file owns what it made: a schedule that left it, or was renamed in it, is paused; its
 * definition stays. An entry is stored once: what was changed, paused or deleted since stays so
 * until the entry is another one, and what is somebody else's is left alone. That it was paused or
 * resumed joins its pending decisions in the same update, and becomes a row of the ledger as they
 * do. */
#include "sch.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "jw/jobs_calendars.h"
#include "jw/jobs_schedule_write.h"
#include "jw/log.h"
#include "jw/store_schedule_commands.h"

#define PAGE   500
#define ROUNDS 5

typedef struct {
    Sch *sch;
    GHashTable *ids;         /* of the file, a set */
    const json_t *calendars; /* of the file */
} SchFile;

static bool
pause_if_left(SchFile *file, JwSchedule *schedule, GError **error)
{
    static const char reason[] = "it is no longer in the file of schedules";
    int64_t now = jw_clock_now_ms(file->sch->clock);
    JwCas cas = JW_CAS_LOST;

    if (g_hash_table_contains(file->ids, schedule->id)) {
        return true;
    }
    if (!jw_store_pause_left_schedule(file->sch->store, schedule->id, reason, now, &cas, error)) {
        return false;
    }
    if (cas == JW_CAS_WON) { /* or another scheduler did it */
        jw_warn("schedule_paused", JW_STR("schedule_id", schedule->id), JW_STR("reason", reason));
    }
    return true;
}

static bool
pause_what_left(SchFile *file, GError **error)
{
    g_autofree char *after = NULL;
    size_t seen = 0;

    do {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_running_schedules(file->sch->store, JW_SCHEDULE_FILE, after, PAGE, &page,
                                        error)) {
            return false;
        }
        seen = page->len;
        for (guint i = 0; i < page->len; i++) {
            JwSchedule *schedule = g_ptr_array_index(page, i);

            if (!pause_if_left(file, schedule, error)) {
                return jw_prefix(error, "schedule \"%s\"", schedule->id);
            }
            g_free(after);
            after = g_strdup(schedule->id);
        }
    } while (seen == PAGE);
    return true;
}

static void
tell_deleted(const JwSchedule *deleted)
{
    g_autofree char *since = jw_time_format(deleted->deleted_at_ms);

    jw_warn("schedule_stays_deleted", JW_STR("schedule_id", deleted->id),
            JW_STR("deleted_by", deleted->deleted_by), JW_STR("deleted_at", since),
            JW_STR("reason",
                   "it was deleted, and its entry in the file of schedules is what it was "
                   "then; to have it again, change the entry or create it by the API"));
}

static bool
says_the_same(const JwSchedule *a, const JwSchedule *b)
{
    g_autofree char *one = jw_jobs_schedule_digest(a);
    g_autofree char *other = jw_jobs_schedule_digest(b);

    return strcmp(one, other) == 0;
}

/* Of one that is not as its entry says. */
static void
tell_left(const JwSchedule *left, const JwSchedule *schedule)
{
    if (left->deleted_at_ms != 0) {
        tell_deleted(left);
    } else if (g_strcmp0(left->source, JW_SCHEDULE_FILE) != 0) {
        jw_warn("schedule_of_others", JW_STR("schedule_id", left->id),
                JW_STR("source", left->source),
                JW_STR("reason",
                       "its id is that of an entry in the file of schedules, which is not stored; "
                       "give the entry another id, or delete the schedule and change the entry"));
    } else if (!says_the_same(left, schedule)) {
        jw_warn("schedule_stays_changed", JW_STR("schedule_id", left->id),
                JW_BOOL("paused", left->paused),
                JW_STR("reason",
                       "it was changed or paused since its entry in the file of schedules was "
                       "stored; to have it as the file says, change the entry"));
    } else {
        jw_debug("schedule_unchanged", JW_STR("schedule_id", left->id));
    }
}

/* The calendar that it names is one of the file that was deleted. The entry of a schedule that
 * needs it brings it back. */
static bool
bring_calendar_back(const SchFile *file, const JwSchedule *schedule, GError **error)
{
    const json_t *days = json_object_get(file->calendars, schedule->calendar);
    g_autoptr(JwStoredCalendar) left = NULL;

    if (days == NULL) {
        return jw_fail(error, JW_ERROR_NOT_FOUND, "there is no calendar '%s'", schedule->calendar);
    }
    jw_warn("calendar_brought_back", JW_STR("calendar", schedule->calendar),
            JW_STR("schedule_id", schedule->id),
            JW_STR("reason", "it was deleted, and a schedule of the file needs it"));
    return jw_jobs_put_file_calendar(&file->sch->jobs, schedule->calendar, days, true, &left,
                                     error);
}

/* A calendar that is not of the file came to exclude all its days: no reason not to start, as it
 * goes on when that changes. */
static void
await_other_days(JwSchedule *schedule, const GError *why)
{
    schedule->next_fire_ms = 0;
    schedule->wake_ms = 0;
    jw_warn("schedule_never_due", JW_STR("schedule_id", schedule->id),
            JW_STR("calendar", schedule->calendar), JW_STR("reason", jw_error_message(why)));
}

static bool
begin(const SchFile *file, JwSchedule *schedule, GError **error)
{
    const JwJobs *jobs = &file->sch->jobs;
    g_autoptr(GError) cause = NULL;

    if (jw_jobs_begin_schedule(jobs, schedule, &cause)) {
        return true;
    }
    if (jw_error_code(cause) == JW_ERROR_INVALID
        && json_object_get(file->calendars, schedule->calendar) == NULL) {
        await_other_days(schedule, cause);
        return true;
    }
    if (jw_error_code(cause) != JW_ERROR_NOT_FOUND) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return bring_calendar_back(file, schedule, error)
           && jw_jobs_begin_schedule(jobs, schedule, error);
}

/* Its calendar may be deleted in between; then it is brought back. As below. */
static bool
store_it(const SchFile *file, JwSchedule *schedule, JwSchedule **ret_left, GError **error)
{
    bool held = false;

    for (int i = 0; i < ROUNDS && !held; i++) {
        if (!begin(file, schedule, error)) {
            return false;
        }
        if (!jw_jobs_put_file_schedule(&file->sch->jobs, schedule, ret_left, &held, error)) {
            return jw_prefix(error, "storing it");
        }
    }
    return held || jw_fail(error, JW_ERROR_BUSY, "its calendar is being deleted by others");
}

/* @ret_left: (out) (nullable) (transfer full): one that is there and left as it is */
static bool
put_schedule(const SchFile *file, JwSchedule *schedule, JwSchedule **ret_left, GError **error)
{
    g_autoptr(JwSchedule) there = NULL;
    bool ok = jw_store_find_schedule(file->sch->store, schedule->id, &there, error);

    if (ok && jw_schedule_is_left(there, schedule)) {
        *ret_left = g_steal_pointer(&there);
        return true;
    }
    ok = ok && store_it(file, schedule, ret_left, error);
    return ok || jw_prefix(error, "schedule \"%s\"", schedule->id);
}

static bool
put_all(SchFile *file, const GPtrArray *schedules, GError **error)
{
    for (guint i = 0; i < schedules->len; i++) {
        JwSchedule *schedule = g_ptr_array_index(schedules, i);
        g_autofree char *details = jw_schedule_details(schedule);
        g_autoptr(JwSchedule) left = NULL;

        if (!put_schedule(file, schedule, &left, error)) {
            return false;
        }
        if (left != NULL) {
            tell_left(left, schedule);
        } else {
            jw_info("schedule_stored", JW_STR("schedule_id", schedule->id),
                    JW_STR("trigger", details), JW_BOOL("paused", schedule->paused));
        }
        (void)g_hash_table_add(file->ids, schedule->id);
    }
    return true;
}

static void
tell_calendar_deleted(const JwStoredCalendar *deleted)
{
    g_autofree char *since = jw_time_format(deleted->deleted_at_ms);

    jw_warn("calendar_stays_deleted", JW_STR("calendar", deleted->name),
            JW_STR("deleted_by", deleted->deleted_by), JW_STR("deleted_at", since),
            JW_STR("reason",
                   "it was deleted, and its entry in the file of schedules is what it was then; to "
                   "have it again, change the entry, or make it or a schedule that names it anew"));
}

/* Of one that is not as its entry says. */
static void
tell_calendar_left(const JwStoredCalendar *left)
{
    if (left->deleted_at_ms != 0) {
        tell_calendar_deleted(left);
    } else if (g_strcmp0(left->source, JW_CALENDAR_FILE) != 0) {
        jw_warn("calendar_of_others", JW_STR("calendar", left->name),
                JW_STR("source", left->source),
                JW_STR("reason",
                       "its name is that of an entry in the file of schedules, which is not "
                       "stored; give the entry another name, or delete the calendar and change "
                       "the entry"));
    } else {
        jw_warn("calendar_stays_changed", JW_STR("calendar", left->name),
                JW_STR("reason",
                       "it was changed since its entry in the file of schedules was stored; to "
                       "have it as the file says, change the entry"));
    }
}

static bool
put_calendars(Sch *self, const json_t *calendars, GError **error)
{
    const char *name = NULL;
    const json_t *days = NULL;

    json_object_foreach(jw_json_mutable(calendars), name, days)
    {
        g_autoptr(JwStoredCalendar) left = NULL;

        if (!jw_jobs_put_file_calendar(&self->jobs, name, days, false, &left, error)) {
            return false;
        }
        if (left != NULL) {
            tell_calendar_left(left);
        }
    }
    return true;
}

bool
sch_check_file(Sch *self, GError **error)
{
    g_autoptr(GPtrArray) schedules = NULL;
    const char *path = self->config.schedules_file;

    if (path != NULL && path[0] != '\0' && self->catalog == NULL) { /* its jobs cannot be checked */
        return access(path, R_OK) == 0
               || jw_fail(error, JW_ERROR_INVALID, "JW_SCHEDULES_FILE: '%s' cannot be read: %s",
                          path, g_strerror(errno));
    }
    return path == NULL || path[0] == '\0'
           || jw_wire_schedules_load(self->wire, path, jw_clock_now_ms(self->clock), &schedules,
                                     error)
           || jw_prefix(error, "JW_SCHEDULES_FILE");
}

bool
sch_read_file(Sch *self, GError **error)
{
    g_autoptr(GPtrArray) schedules = NULL;
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    SchFile file = { .sch = self, .ids = ids };

    if (self->config.schedules_file == NULL || self->config.schedules_file[0] == '\0') {
        return true;
    }
    if (!sch_know_time(self, error)) {
        return false;
    }
    if (!jw_wire_schedules_load(self->wire, self->config.schedules_file,
                                jw_clock_now_ms(self->clock), &schedules, error)) {
        return jw_prefix(error, "JW_SCHEDULES_FILE");
    }
    json_auto_t *calendars = jw_wire_calendars_load(self->config.schedules_file, error);
    if (calendars == NULL) {
        return jw_prefix(error, "JW_SCHEDULES_FILE");
    }
    file.calendars = calendars;
    return put_calendars(self, calendars, error) && put_all(&file, schedules, error)
           && pause_what_left(&file, error);
}
