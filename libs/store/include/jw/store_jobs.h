/* jw/store_jobs.h: jobs. Every change of state goes through jw_store_change_job(), which follows
 * the table of jw/job_state.h: one conditional update of one document, its events appended in the
 * same update. */
#pragma once
#include "jw/job.h"
#include "jw/store.h"

G_BEGIN_DECLS

typedef enum { JW_CREATE_EXISTS, JW_CREATE_NEW } JwCreate;

/* T1: inserts jobs in one round trip, each with its outbox. ret_creates[i] says whether job i is
 * new; an id that exists is left as it is. mail_pending is set here, by the recipients. On an error
 * some may have been made: repeating the call is harmless. */
bool jw_store_create_jobs(JwStore *self, const JwJob *const *jobs, size_t n_jobs,
                          JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret_job: (out) (transfer full): NULL when there is none. */
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
    const char *result;                     /* finish: JSON */
    const char *error_code, *error_message; /* fail, reap: kept on the job */
    const char *actor, *reason;             /* cancel */
    const JwOutboxEntry *const *events;     /* appended to the outbox in the same update */
    size_t n_events;
} JwJobChange;

/* LOST: the filter did not match (another state, token, heartbeat, or not due). @ret_job: (out)
 * (optional) (nullable) (transfer full): the document after the change when WON, untouched when
 * LOST. */
bool jw_store_change_job(JwStore *self, const JwJobChange *change, JwCas *ret_cas, JwJob **ret_job,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum { JW_HEARTBEAT_LOST, JW_HEARTBEAT_OK, JW_HEARTBEAT_CANCEL } JwHeartbeat;
/* T3: heartbeat+1 and progress, fenced by token. CANCEL: graceful cancel is asked; LOST: stop, this
 * attempt is over. */
bool jw_store_heartbeat_job(JwStore *self, const char *job_id, int64_t token,
                            const JwProgress *progress, int64_t now_ms, JwHeartbeat *ret_heartbeat,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Jobs that need a task, oldest updatedAt first. A zero field is no condition. @ret_jobs: of JwJob
 * (transfer full) */
typedef struct {
    unsigned states;           /* JW_JOB_BIT()s */
    int64_t due_before_ms;     /* notBefore ≤ */
    int64_t updated_before_ms; /* updatedAt < */
    /* For these two a time behind this is past as well: a clock that has been set back wrote it. */
    int64_t ahead_ms;
    bool mail_pending; /* only those whose mail is not known to have ended */
    size_t limit;
    /* Goes on behind this place of the order (updatedAt, id); NULL: from the start. */
    const char *after_id;
    int64_t after_updated_ms;
} JwJobScan;
bool jw_store_scan_jobs(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* How many are in these states, counting stops at @limit. For queue positions and the cap of
 * pending jobs. */
bool jw_store_count_jobs(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum { JW_SORT_CREATED, JW_SORT_STATUS, JW_SORT_PRIORITY } JwJobSort;
typedef struct {
    const char *type;                                /* handler; required */
    unsigned states;                                 /* 0: all */
    const char *subtype, *requested_by, *department; /* NULL: all */
    int64_t created_from_ms, created_to_ms;          /* [from, to]; 0: open */
    /* visibility: own jobs, or jobs whose departments are all within these; both NULL: everything */
    const char *visible_to;
    const char *const *visible_departments;
    JwJobSort sort;
    bool ascending;
    int64_t skip, limit;
} JwJobQuery;
/* Ties are ordered by id, so pages neither overlap nor skip. A job that cannot be read keeps its
 * place, so that its page is one shorter, and counts in @ret_total. */
bool jw_store_list_jobs(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs,
                        int64_t *ret_total, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Roll-up of a job's deliveries; written only while it differs. @mail_done: every recipient's
 * delivery is made and has ended; clears mail_pending in the same update. */
bool jw_store_set_delivery_counts(JwStore *self, const char *job_id, const JwDeliveryCounts *counts,
                                  bool mail_done, int64_t now_ms,
                                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
