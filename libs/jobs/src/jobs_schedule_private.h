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

/* jobs_schedules.c: makes sure that nothing of what was pending fires any more; may be repeated. */
bool jw_jobs_finish_deletion(const JwJobs *self, const JwSchedule *deleted,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
