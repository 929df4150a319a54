/* jobs_private.h: what the files of this library share. */
#pragma once
#include "jw/jobs.h"

G_BEGIN_DECLS

/* One conditional update of one document, as jw_jobs_apply() sees it. */
typedef struct _JwJobsUpdate JwJobsUpdate;
struct _JwJobsUpdate {
    const char *name, *id; /* of the transition and of the document, for messages */
    bool wants_current;    /* LOST is an answer only with the document as it stands */
    /* Makes the update. When WON, the document after it is kept in the update. */
    bool (*write)(JwJobsUpdate *self, JwCas *ret_cas, GError **error);
    /* Reads the document and keeps it, or that it is gone. */
    bool (*read)(JwJobsUpdate *self, GError **error);
    /* What was read shows the work of this very update. */
    bool (*is_ours)(const JwJobsUpdate *self);
    /* What was read allows the update. */
    bool (*is_possible)(const JwJobsUpdate *self);
};

/* jobs_update.c: makes @update until its outcome is known, or @call (nullable) gives up. */
bool jw_jobs_apply(const JwJobs *self, JwJobsUpdate *update, const JwJobsCall *call, JwCas *ret_cas,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* An owner that no other claim has: @process and an id. (transfer full) */
char *jw_jobs_claim_owner(const JwJobs *self, const char *process);

/* jobs_events.c */
/* Fills the outbox of a job to be created: its command, when @command, and its event. */
void jw_jobs_announce(const JwJobs *self, JwJob *job, bool command);
/* What a change of @job publishes. @job may be NULL where the change publishes nothing.
 * (transfer full) of JwOutboxEntry */
GPtrArray *jw_jobs_change_events(const JwJobs *self, const JwJob *job, const JwJobChange *change,
                                 const JwJobsCall *call);

G_END_DECLS
