/* jobs_private.h: what the files of this library share. */
#pragma once
#include "jw/jobs.h"

G_BEGIN_DECLS

/* What a document that was read says of an update. */
typedef enum {
    JW_SEEN_LOST,     /* it cannot be made any more */
    JW_SEEN_POSSIBLE, /* it may still be made */
    JW_SEEN_OURS,     /* it is made, if a call that made it failed; else by somebody else: LOST */
} JwJobsSeen;

/* One conditional update of one document, as jw_jobs_apply() sees it; its owner keeps the document
 * that was written or read last. */
typedef struct _JwJobsUpdate JwJobsUpdate;
struct _JwJobsUpdate {
    const char *name, *id; /* of the transition and of the document, for messages */
    bool wants_current;    /* LOST is an answer only with the document as it stands */
    bool (*write)(JwJobsUpdate *self, JwCas *ret_cas, GError **error);
    bool (*read)(JwJobsUpdate *self, JwJobsSeen *ret_seen, GError **error);
};

/* jobs_update.c: makes @update until its outcome is known, or @call (nullable) gives up. */
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
