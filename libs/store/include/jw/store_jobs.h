/* jw/store_jobs.h: jobs. Every change of state goes through jw_store_change_job(), which follows
 * the table of jw/job_state.h: one conditional update of one document, its events appended in the
 * same update. Errors: jw/store.h. */
#pragma once
#include "jw/job.h"
#include "jw/store.h"

G_BEGIN_DECLS

/**
 * jw_store_create_jobs:
 * @ret_creates: (out): an answer for each job; one whose id EXISTS is left as it is
 *
 * Inserts jobs in one round trip, each with its outbox. Sets mail_pending, by the recipients, and
 * caller. On an error some may have been created: repeating the call is harmless.
 */
bool jw_store_create_jobs(JwStore *self, const JwJob *const *jobs, size_t n_jobs,
                          JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret_job: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_job(JwStore *self, const char *job_id, JwJob **ret_job,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *job_id;
    JwJobTransition transition;
    int64_t now_ms;
    int64_t token, heartbeat;               /* fenced rules; heartbeat for the reaper's */
    const char *owner;                      /* claim */
    int64_t not_before_ms;                  /* rules that set it */
    const JwArtifact *artifact;             /* finish */
    const char *result, *warnings;          /* finish: JSON */
    const char *error_code, *error_message; /* fail, reap: kept on the job */
    const char *actor, *reason;             /* cancel */
    const char *retry_key;                  /* retry: kept with its number; NULL: none */
    const JwOutboxEntry *const *events;     /* appended to the outbox in the same update */
    size_t n_events;
} JwJobChange;

/**
 * jw_store_change_job:
 * @ret_cas: (out): LOST: no such job, or another state, token or heartbeat, or not due, or a retry
 *   of that key was made before
 * @ret_job: (out) (optional) (transfer full): the job after the change when WON, untouched when
 *   LOST
 * @error: IN_DOUBT, and CORRUPT: the change may have been made
 */
bool jw_store_change_job(JwStore *self, const JwJobChange *change, JwCas *ret_cas, JwJob **ret_job,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* LOST: stop, this attempt is over; CANCEL: a graceful cancel was requested. */
typedef enum { JW_HEARTBEAT_LOST, JW_HEARTBEAT_OK, JW_HEARTBEAT_CANCEL } JwHeartbeat;

/* Counts a heartbeat of the attempt with this token. @progress: (nullable): NULL leaves it. */
bool jw_store_heartbeat_job(JwStore *self, const char *job_id, int64_t token,
                            const JwProgress *progress, int64_t now_ms, JwHeartbeat *ret_heartbeat,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Jobs that need maintenance. A zero field is no condition. */
typedef struct {
    unsigned states;          /* JW_JOB_BIT()s */
    const char *const *types; /* NULL-terminated: one of these */
    const JwPriority *priority;
    int64_t due_before_ms;     /* notBefore ≤ */
    int64_t updated_before_ms; /* updatedAt < */
    /* For these two a time after this counts as past: a wrong clock wrote it. */
    int64_t ahead_ms;
    bool mail_pending;   /* only those whose mail is not known to have ended */
    bool ledger_pending; /* only those whose end is not in their schedule's ledger */
    size_t limit;        /* at least 1 */
    /* Goes on behind this place of the order (updatedAt, id); NULL: from the start. */
    const char *after_id;
    int64_t after_updated_ms;
} JwJobScan;

/* Oldest updatedAt first. @ret_jobs: (out) (element-type JwJob) (transfer full) */
bool jw_store_scan_jobs(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many are in @states (0: any); counting stops at @limit (0: never). */
bool jw_store_count_jobs(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum { JW_SORT_CREATED, JW_SORT_STATUS, JW_SORT_PRIORITY } JwJobSort;

typedef struct {
    const char *type;                                /* handler; required */
    unsigned states;                                 /* 0: all */
    const char *subtype, *requested_by, *department; /* NULL: all */
    const char *sha256;                     /* whose file has it, hex in small letters; NULL: all */
    int64_t created_from_ms, created_to_ms; /* [from, to]; 0: open */
    JwViewer viewer;
    JwJobSort sort;
    bool ascending;
    int64_t skip, limit;
} JwJobQuery;

/**
 * jw_store_list_jobs:
 * @ret_jobs: (out) (element-type JwJob) (transfer full): one page, of jobs without what makes them
 *   large: spec (there only where the job has no format), departments, recipients, retry_keys,
 *   resends, result, warnings, outbox and the summary of the artifact
 * @ret_total: (out): how many jobs the query matches
 *
 * Ties are ordered by age, then by id, so pages neither overlap nor skip. A job that cannot be read
 * keeps its place, so that its page is one shorter, and counts in @ret_total.
 */
bool jw_store_list_jobs(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs,
                        int64_t *ret_total, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those of @ids (NULL-terminated, a thousand at most) that there are and can be read, in any order,
 * as jw_store_list_jobs() has them. @ret_jobs: (out) (element-type JwJob) (transfer full) */
bool jw_store_get_jobs(JwStore *self, const char *const *ids, GPtrArray **ret_jobs,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Jobs of a schedule that have not ended, but for @but_id (nullable), by their id, at most @limit.
 * @ret_jobs: (out) (element-type JwJob) (transfer full) */
bool jw_store_live_jobs_of_schedule(JwStore *self, const char *schedule_id, const char *but_id,
                                    size_t limit, GPtrArray **ret_jobs,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Clears ledger_pending of a job that is still as @job was read: in the same state, retried as
 * often. One that is not, or that is gone, is no error. */
bool jw_store_end_ledger(JwStore *self, const JwJob *job, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
