/* jobs_private.h: what the files of this library share. */
#pragma once
#include "jw/jobs.h"

G_BEGIN_DECLS

/* What the document shows about an update. */
typedef enum {
    JW_SEEN_LOST,     /* it is no longer possible */
    JW_SEEN_POSSIBLE, /* it is still possible */
    JW_SEEN_OURS,     /* it is done: ours if a write of ours failed, else LOST */
} JwJobsSeen;

/* One conditional update of one document, as jw_jobs_apply() sees it; its owner keeps the document
 * that was written or read last. */
typedef struct _JwJobsUpdate JwJobsUpdate;
struct _JwJobsUpdate {
    const char *name, *id; /* of the transition and of the document, for messages */
    bool wants_current;    /* LOST needs the current document */
    bool (*write)(JwJobsUpdate *self, JwCas *ret_cas, GError **error);
    bool (*read)(JwJobsUpdate *self, JwJobsSeen *ret_seen, GError **error);
};

/* jobs_update.c: repeats @update until its outcome is known, or the time of @call (nullable) is
 * over. */
bool jw_jobs_apply(const JwJobs *self, JwJobsUpdate *update, const JwJobsCall *call, JwCas *ret_cas,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An owner that no other claim has: @process and an id. (transfer full) */
char *jw_jobs_claim_owner(const JwJobs *self, const char *process);

/* jobs_events.c */
/* Fills the outbox of a job to be created: its command, when @command, and its event. */
void jw_jobs_announce(const JwJobs *self, JwJob *job, bool command);
/* What a change of @job publishes. @job: NULL where that is nothing. (transfer full) of
 * JwOutboxEntry */
GPtrArray *jw_jobs_change_events(const JwJobs *self, const JwJob *job, const JwJobChange *change,
                                 const JwJobsCall *call);

G_END_DECLS
