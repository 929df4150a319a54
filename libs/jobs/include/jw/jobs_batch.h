/* jw/jobs_batch.h: inserts of requests that come at the same time share one round trip and one
 * write to the journal. Any thread. A single request is inserted at once; those that come while
 * an insert is under way share the next one. */
#pragma once
#include "jw/store_jobs.h"

G_BEGIN_DECLS

typedef struct _JwJobsBatch JwJobsBatch;

/* @store: (transfer none), outlives it. */
JwJobsBatch *jw_jobs_batch_new(JwStore *store);

/* No thread may be in jw_jobs_batch_insert(). NULL-safe. */
void jw_jobs_batch_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwJobsBatch, jw_jobs_batch_free)

/* As jw_store_create_jobs() with one job: the same answer and the same errors. */
bool jw_jobs_batch_insert(JwJobsBatch *self, const JwJob *job, JwCreate *ret_create,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
