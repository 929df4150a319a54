/* jw/jobs_preview.h: what a schedule is going to do: its due times, and what its author may not
 * expect of them. Any thread; nothing is kept between calls. Errors: those of jw/jobs.h. */
#pragma once
#include "jw/jobs_calendars.h"

G_BEGIN_DECLS

#define JW_JOBS_PREVIEW 10 /* due times */

/* The due times of its rule from @from_ms on, at most JW_JOBS_PREVIEW, whether it is paused or not,
 * into @due (of int64_t); and into @warnings those of jw_cron_lint() and, for a year, those of
 * jw_due_notes(); and CALENDAR_EXCLUDES_ALL when nothing is due for its calendar. NOT_FOUND: there
 * is no calendar of the name that it has; INVALID: the rule cannot be read. */
bool jw_jobs_preview_schedule(const JwJobs *self, JwSchedule *schedule, int64_t from_ms,
                              GArray *due, GPtrArray *warnings,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
