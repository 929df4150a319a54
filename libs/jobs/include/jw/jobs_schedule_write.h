/* jw/jobs_schedule_write.h: creating, replacing and changing a schedule by its JSON
 * (schemas/common/schedule.v1.json), for whoever is asked. Any thread; nothing is kept between
 * calls. Errors: those of jw/jobs.h. */
#pragma once
#include "jw/jobs_calendars.h"

G_BEGIN_DECLS

#define JW_SCHEDULE_API "api" /* the source of schedules that are asked for */

typedef enum {
    JW_SCHEDULE_CREATE, /* `body` is a schedule, which must not be there */
    JW_SCHEDULE_PUT,    /* `body` is a schedule, whether it is there or not */
    JW_SCHEDULE_PATCH   /* `body` is a merge patch (RFC 7396) of the one that is there */
} JwScheduleVerb;

typedef struct {
    JwScheduleVerb verb;
    const char *id; /* of the schedule; a body may repeat it */
    const json_t *body;
    const char *by; /* who asks */
    /* Only in the place of this digest (jw_jobs_schedule_digest()); NULL: of any */
    const char *digest;
    /* CREATE: of a request that may be repeated, see JwSchedule; NULL */
    const char *request_key, *request_hash;
} JwScheduleWish;

typedef enum {
    JW_WISH_REFUSED,    /* with violations */
    JW_WISH_EXISTS,     /* CREATE */
    JW_WISH_REPLAYED,   /* CREATE: the same request created it before */
    JW_WISH_KEY_REUSED, /* CREATE: another request with that key did */
    JW_WISH_MISSING,    /* PATCH */
    JW_WISH_OUTDATED,   /* it has another digest, or is not there any more */
    JW_WISH_CREATED,
    JW_WISH_CHANGED
} JwScheduleOutcome;

/* What has no due time from now on is refused, unless its rule stays as it is. Where the rule stays
 * its due times go on; what was due by another until then is decided by that; a schedule that is
 * resumed makes nothing up; one that is paused or resumed without a note loses the one it had. A
 * schedule of the file stays the file's. BUSY: others keep changing it; IN_DOUBT: it may be done,
 * and the same again does no harm. */
bool jw_jobs_write_schedule(const JwJobs *self, const JwScheduleWish *wish,
                            JwViolations *violations, JwScheduleOutcome *ret_outcome,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What would come of that wish; nothing is stored. @ret_schedule: (out) (nullable) (transfer full):
 * the schedule as it would be, when the outcome is CREATED or CHANGED. */
bool jw_jobs_plan_schedule(const JwJobs *self, const JwScheduleWish *wish, JwViolations *violations,
                           JwScheduleOutcome *ret_outcome, JwSchedule **ret_schedule,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Names what the schedule says, all of it and nothing else: two that say the same have one digest,
 * whatever was due meanwhile. (transfer full) */
char *jw_jobs_schedule_digest(const JwSchedule *schedule);

G_END_DECLS
