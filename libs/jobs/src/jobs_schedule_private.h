/* jobs_schedule_private.h: what the files about schedules share. */
#pragma once
#include "jobs_private.h"
#include "jw/jobs_schedule_write.h"

G_BEGIN_DECLS

/* jobs_schedule_write.c: the schedule that is wished, to be stored in the place of @old (nullable).
 * @ret: (out) (transfer full). False without @error: with violations. */
bool jw_jobs_make_schedule(const JwJobs *self, const JwScheduleWish *wish, const JwSchedule *old,
                           JwViolations *violations, JwSchedule **ret,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* jobs_schedule_write.c: what it says, in one form where there are several. (transfer full) */
json_t *jw_jobs_schedule_meaning(const JwSchedule *schedule);

/* jobs_calendar_hold.c: jw_store_replace_schedule(), but for one whose calendar was deleted since
 * it was read: LOST as well. */
bool jw_jobs_replace_schedule(const JwJobs *self, const JwSchedule *schedule, const JwSchedule *old,
                              JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* jobs_schedules.c: makes sure that nothing of what was pending fires any more; may be repeated. */
bool jw_jobs_finish_deletion(const JwJobs *self, const JwSchedule *deleted,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
