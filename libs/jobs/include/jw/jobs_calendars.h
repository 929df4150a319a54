/* jw/jobs_calendars.h: the calendars that schedules name. Any thread; nothing is kept between
 * calls. Errors: those of jw/jobs.h. */
#pragma once
#include "jw/jobs.h"
#include "jw/store_calendars.h"
#include "jw/store_schedules.h"

G_BEGIN_DECLS

#define JW_CALENDAR_FILE "file" /* the source of calendars that JW_SCHEDULES_FILE made */

/* Puts the days of a calendar, which must be valid (jw_wire_calendar_read()), as the file of
 * schedules has them. What was changed or deleted while the file had the same days stays as it is,
 * unless @again, which brings back a deleted one; so does somebody else's. @ret_left: (out)
 * (nullable) (transfer full): one that is not as the file says; NULL: it is. Schedulers make the
 * schedules that name it follow within a tick or two. BUSY: others keep writing it. */
bool jw_jobs_put_file_calendar(const JwJobs *self, const char *name, const json_t *days, bool again,
                               JwStoredCalendar **ret_left,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret_days: (out) (transfer full). @ret_version: (out) (optional) (transfer full). NOT_FOUND when
 * there is none of that name; CORRUPT when it cannot be read. */
bool jw_jobs_load_calendar(const JwJobs *self, const char *name, JwCalendar **ret_days,
                           char **ret_version, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* To be called before a schedule is stored: its next due time by the calendar that it names, if it
 * names one. NOT_FOUND as above; INVALID when nothing is left that is due. */
bool jw_jobs_begin_schedule(const JwJobs *self, JwSchedule *schedule,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* jw_store_put_file_schedule(), of one that may name a calendar. @ret_held: (out): false: nothing
 * was stored, as that calendar is not there any more */
bool jw_jobs_put_file_schedule(const JwJobs *self, const JwSchedule *schedule,
                               JwSchedule **ret_left, bool *ret_held,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
