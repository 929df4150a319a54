/* jw/jobs_schedules.h: what may be done with a schedule and its due times, by any service. Any
 * thread; nothing is kept between calls. Errors: those of jw/jobs.h. */
#pragma once
#include "jw/jobs.h"
#include "jw/store_schedules.h"

G_BEGIN_DECLS

/* Whether an error says that the job of a due time cannot be made, now or later; not that the store
 * has a fault. */
bool jw_jobs_cannot_fire(const GError *error);

/* Why a due time of a schedule that was deleted does not fire. */
#define JW_JOBS_DELETED "the schedule was deleted before its job was made"

/* The row of @due_ms, with its id. @reason: (nullable) (transfer none) */
JwOccurrence jw_jobs_occurrence(const JwSchedule *schedule, int64_t due_ms, int64_t decided_ms,
                                JwOccurrenceKind kind, const char *reason);

/**
 * jw_jobs_delete_schedule:
 * @by: who
 * @ret_cas: (out): LOST: there is none, or it was deleted before
 * @error: IN_DOUBT: it was read again, and is still not known
 *
 * When this returns true no job of the schedule is made any more, by whomever: what was decided and
 * has no job yet does not fire. Jobs that exist go on. May be repeated after an error.
 */
bool jw_jobs_delete_schedule(const JwJobs *self, const char *id, const char *by, JwCas *ret_cas,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes a schedule that was deleted and has nothing pending, unless it is of the file, which must
 * not bring it back. */
bool jw_jobs_forget_schedule(const JwJobs *self, const JwSchedule *deleted,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
