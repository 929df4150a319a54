/* jw/jobs.h: what may be done with a job, by any service: create it once, change its state, and
 * know the outcome.
 *
 * Any thread; nothing is kept between calls. A change is one conditional update of one document,
 * with its events in the same update; what won is offered to the relay. WON and LOST are
 * answers. An outcome that is not known is read again and then decided, by one rule for all: see
 * JwJobsCall. Errors everywhere: those of jw/store.h, where IN_DOUBT means that it was read
 * again and is still not known. */
#pragma once
#include "jw/ident.h"
#include "jw/jobs_batch.h"
#include "jw/relay.h"
#include "jw/store_jobs.h"
#include "jw/sync.h"
#include "jw/wire.h"

G_BEGIN_DECLS

/* A value; its ports are (transfer none) and outlive its use. */
typedef struct {
    JwClock *clock;
    const JwWire *wire;
    JwStore *store;
    JwRelay *relay;
    JwJobsBatch *batch; /* joins the inserts of jw_jobs_create(); NULL: each goes alone */
} JwJobs;

static inline JwJobs
jw_jobs(JwClock *clock, const JwWire *wire, JwStore *store, JwRelay *relay)
{
    return (JwJobs){ .clock = clock, .wire = wire, .store = store, .relay = relay };
}

/* How long a change is tried. NULL, or all zero: for a request that must not wait. */
typedef struct {
    /* 0: what is certainly not done is the caller's error at once; what may be done is read
     * again without a pause, and is IN_DOUBT after three tries. Otherwise everything that fails
     * is tried again, every 200 ms, until this time has passed or @stop is set. */
    int64_t patience_ms;
    JwStop *stop; /* needed with patience */
    /* Of the request behind it, for its events; without request_id those of the job. */
    const char *request_id, *traceparent;
} JwJobsCall;

/* The id of a job to be created: derived from who asks and their idempotency @key, so that the
 * same request again meets the same job; random when @key is NULL. @source: of the job,
 * "api:reports". */
void jw_jobs_make_id(char ret[JW_UUID_LEN + 1], const char *source, const char *subject,
                     const char *key, int64_t now_ms);

typedef enum {
    JW_CREATED_KEY_REUSED, /* another request has this id */
    JW_CREATED_REPLAYED,   /* the same request created it before */
    JW_CREATED_NEW,
} JwCreated;

/* Stores a job whose fields are set, once, with its command (unless it is scheduled for later)
 * and its event in its outbox, which is filled here. Whether an earlier job under its id is the
 * same request its request_hash decides; a job without one always matches. @ret_earlier: (out)
 * (optional) (nullable) (transfer full): that job when REPLAYED, and the job has a request_hash.
 * After an unknown outcome the insert is repeated unless the job exists. */
bool jw_jobs_create(const JwJobs *self, JwJob *job, JwCreated *ret_created, JwJob **ret_earlier,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stores jobs without a request_hash in one round trip, each with its command (unless it is
 * scheduled for later, or has failed already) and its events. ret_creates[i] says whether job i is
 * new. An unknown outcome is the caller's: on an error some may be stored, and repeating the call
 * is harmless. */
bool jw_jobs_create_many(const JwJobs *self, JwJob *const *jobs, size_t n_jobs,
                         JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stores jobs whose commands are on the bus already, in one round trip, each with its event.
 * ret_creates[i] says whether job i is new. On an error some may be stored: repeating the call
 * is harmless. */
bool jw_jobs_create_received(const JwJobs *self, JwJob *const *jobs, size_t n_jobs,
                             JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The job that the same request created before. @ret_job: (out) (nullable) (transfer full): NULL
 * when there is none, or another request has the id. */
bool jw_jobs_find_replay(const JwJobs *self, const char *job_id, const char *request_hash,
                         JwJob **ret_job, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One change of the table in jw/job_state.h. @job: as the caller last read it; names token and
 * heartbeat of fenced changes. @change: the transition and what it sets (artifact, error, actor,
 * reason, not_before_ms); the rest is filled in here. @ret_job: (out) (optional) (nullable)
 * (transfer full): the job after the change when WON, as it is when LOST, and NULL when it is
 * gone; without it a LOST costs no read. BUSY also when it was lost three times though the job
 * allowed it. */
bool jw_jobs_change(const JwJobs *self, const JwJob *job, const JwJobChange *change,
                    const JwJobsCall *call, JwCas *ret_cas, JwJob **ret_job,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As jw_jobs_change() with CANCEL_NOW or CANCEL_GRACEFUL. Graceful is for a job that runs: one
 * that does not is cancelled at once, and one that is being cancelled already is LOST. */
bool jw_jobs_cancel(const JwJobs *self, const JwJob *job, const JwJobChange *change,
                    const JwJobsCall *call, JwCas *ret_cas, JwJob **ret_job,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Claims a pending job for one attempt. @process: who claims, "<host>/<pid>"; an id of this
 * claim is added, so that a claim whose answer was lost is recognised. @ret_job: (out)
 * (nullable) (transfer full): the job as claimed, or NULL when it was LOST. */
bool jw_jobs_claim(const JwJobs *self, const char *job_id, const char *process, JwJob **ret_job,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef enum {
    JW_END_LOST, /* the job no longer belongs to this attempt */
    JW_END_WON,
    JW_END_CANCELLED, /* a graceful cancel came first: the job is cancelled instead */
} JwEnd;

/* Ends an attempt: FINISH, FAIL_RETRY, FAIL_FINAL, RELEASE or CANCELLED. @job: as claimed. */
bool jw_jobs_end(const JwJobs *self, const JwJob *job, const JwJobChange *change,
                 const JwJobsCall *call, JwEnd *ret_end, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The change that ends an attempt which failed by @cause: FAIL_RETRY with a backoff while
 * attempts are left and the error may pass (see jw_error_is_permanent()), else FAIL_FINAL; so
 * does one that ran out of time. Borrows the message of @cause. */
JwJobChange jw_jobs_failure(const JwJob *job, const GError *cause, bool timed_out, int64_t now_ms);

/* The change that takes a job away from an attempt that is dead: REAP_RETRY while attempts are
 * left, else REAP_FAIL; REAP_CANCEL for one that was being cancelled. */
JwJobChange jw_jobs_reaping(const JwJob *job);

G_END_DECLS
