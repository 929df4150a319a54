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

/* Why one of a schedule that was paused does not fire. */
#define JW_JOBS_PAUSED "the schedule was paused before its job was made"

/* The row of a decision, with its id; borrows from both. */
JwOccurrence jw_jobs_occurrence(const JwSchedule *schedule, const JwFire *fire, int64_t decided_ms);

/* The job of that row. @ret_job: (out) (transfer full). Errors: see jw_jobs_cannot_fire(). */
bool jw_jobs_build_fire(const JwJobs *self, const JwSchedule *schedule, const JwOccurrence *row,
                        JwJob **ret_job, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Decisions of one schedule that are not carried out yet, and due times of one backfill. */
#define JW_JOBS_PENDING_MAX  2000
#define JW_JOBS_BACKFILL_MAX 1000

/**
 * jw_jobs_run_schedule:
 * @schedule: as it was read
 * @by: who asks, for the ledger
 * @key: (nullable): of the request: the same one again is the same job, as long as the schedule is
 * not deleted and made anew
 * @ret_job_id: of the job, which a scheduler makes within a tick
 * @ret_replayed: (out): it was asked for by the same key before
 * @error: NOT_FOUND: the schedule is gone; BUSY: too much is pending
 *
 * Has a job made now, also of a schedule that is paused, whatever runs; no due time moves. Its row
 * of the ledger is of the kind RUN.
 */
bool jw_jobs_run_schedule(const JwJobs *self, const JwSchedule *schedule, const char *by,
                          const char *key, char ret_job_id[JW_UUID_LEN + 1], bool *ret_replayed,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_jobs_backfill_schedule:
 * @schedule: as it was read, with the days of its calendar
 * @ret_count: (out): the due times it asks for
 * @error: INVALID: the range is none; TOO_LARGE: more than JW_JOBS_BACKFILL_MAX due times;
 * NOT_FOUND and BUSY as above
 *
 * Has the jobs made of the due times in [from, to) that have none, also of those that were skipped
 * or coalesced; a due time that has a job gets no other. Only what has passed: from the next due
 * time on they fire by themselves, unless it is paused. Under a policy of overlap other than allow
 * one runs at a time.
 */
bool jw_jobs_backfill_schedule(const JwJobs *self, const JwSchedule *schedule, int64_t from_ms,
                               int64_t to_ms, const char *by, size_t *ret_count,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

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
 * not bring it back, or commands of the bus were decided about it, which may come again. */
bool jw_jobs_forget_schedule(const JwJobs *self, const JwSchedule *deleted,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes those of commands as well that were deleted, and that no command was about, since
 * @before_ms. */
bool jw_jobs_sweep_deleted(const JwJobs *self, int64_t before_ms, size_t *ret_removed,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
