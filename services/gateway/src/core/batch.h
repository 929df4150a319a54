/* core/batch.h: inserts of requests that come at the same time share one round trip and one write
 * to the journal. Any thread. Nobody waits for others to come: a request alone is inserted at once;
 * those that come while an insert is under way go together in the next one. */
#pragma once
#include "gw.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

/* @store: (transfer none): outlives it. */
GwBatch *gw_batch_new(JwStore *store);

/* @batch: (transfer full) (nullable): a GwBatch; no thread may be in gw_batch_create(). */
void gw_batch_free(gpointer batch);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GwBatch, gw_batch_free)

/* As jw_store_create_jobs() with one job: the same answer and the same errors. */
bool gw_batch_create(GwBatch *self, const JwJob *job, JwCreate *ret_create,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
