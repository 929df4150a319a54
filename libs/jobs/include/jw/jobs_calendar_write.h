/* jw/jobs_calendar_write.h: making, replacing and deleting a calendar, for whoever is asked. Any
 * thread; nothing is kept between calls. Errors: those of jw/jobs.h. */
#pragma once
#include "jw/jobs_calendars.h"

G_BEGIN_DECLS

#define JW_CALENDAR_API   "api" /* the source of calendars that are asked for */
#define JW_CALENDARS_MAX  1000  /* made by request: schedulers look at all of them all the time */
#define JW_CALENDAR_USERS 11    /* of those that use it, so many at most are told of */

typedef struct {
    const char *name; /* sound */
    const char *by;   /* who asks */
    /* Whether what is there may be changed, NULL being that nothing is. May be asked again when
     * somebody else changed it. (nullable): it may */
    bool (*allows)(const JwStoredCalendar *there, gpointer data);
    gpointer data;
} JwCalendarWish;

typedef enum {
    JW_CALENDAR_HELD,    /* it was not allowed */
    JW_CALENDAR_MISSING, /* there is none to delete */
    JW_CALENDAR_IN_USE,  /* schedules name it, which keeps it from being deleted */
    JW_CALENDAR_TOO_MANY,
    JW_CALENDAR_SAME, /* it has these days already */
    JW_CALENDAR_CREATED,
    JW_CALENDAR_CHANGED,
    JW_CALENDAR_DELETED
} JwCalendarOutcome;

/**
 * jw_jobs_write_calendar:
 * @days: valid (jw_wire_calendar_read())
 * @ret: (out) (nullable) (transfer full): as it is now: of SAME, CREATED and CHANGED
 * @error: BUSY: others keep changing it; IN_DOUBT: it may be done, and the same again does no harm
 *
 * Schedulers make the schedules that name it follow within a tick or two. One of the file stays the
 * file's.
 */
bool jw_jobs_write_calendar(const JwJobs *self, const JwCalendarWish *wish, const json_t *days,
                            JwCalendarOutcome *ret_outcome, JwStoredCalendar **ret,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_jobs_delete_calendar:
 * @ret_users: (out) (nullable) (transfer full) (element-type JwSchedule): of IN_USE: the first
 *   JW_CALENDAR_USERS of those that name it, by their id
 * @error: as above
 *
 * A schedule that comes to name it at the same moment keeps it, or is refused as there is none of
 * that name.
 */
bool jw_jobs_delete_calendar(const JwJobs *self, const JwCalendarWish *wish,
                             JwCalendarOutcome *ret_outcome, GPtrArray **ret_users,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
