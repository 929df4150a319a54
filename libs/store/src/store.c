/* store.c: the port: what is common to all adapters of the store, and the dispatch of jobs and
 * health. Any thread. store_calls.c has the rest of the dispatch. */
#include "store_private.h"

void
jw_store_free(JwStore *self)
{
    if (self != NULL) {
        self->ops->free(self);
    }
}

bool
jw_store_ping(JwStore *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->ping(self, error);
}

bool
jw_store_reachable(JwStore *self)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->reachable(self);
}

void
jw_store_stop_waiting(JwStore *self)
{
    g_return_if_fail(self != NULL);
    self->ops->stop_waiting(self);
}

bool
jw_store_prepare(JwStore *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->prepare(self, error);
}

bool
jw_store_drop(JwStore *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->drop(self, error);
}

void
jw_outbox_doc_free(JwOutboxDoc *self)
{
    if (self != NULL) {
        g_free(self->doc_id);
        g_clear_pointer(&self->entries, g_ptr_array_unref);
        g_free(self);
    }
}

bool
jw_store_pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs, GError **error)
{
    g_return_val_if_fail(self != NULL && (refs != NULL || n_refs == 0), false);
    return n_refs == 0 || self->ops->pull_outbox(self, refs, n_refs, error);
}

bool
jw_store_find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                     GPtrArray **ret_docs, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_docs != NULL, false);
    return self->ops->find_outbox(self, kind, before_ms, limit, ret_docs, error);
}

bool
jw_store_create_jobs(JwStore *self, const JwJob *const *jobs, size_t n_jobs, JwCreate *ret_creates,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && (n_jobs == 0 || (jobs != NULL && ret_creates != NULL)),
                         false);
    return n_jobs == 0 || self->ops->create_jobs(self, jobs, n_jobs, ret_creates, error);
}

bool
jw_store_get_job(JwStore *self, const char *job_id, JwJob **ret_job, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && ret_job != NULL, false);
    return self->ops->get_job(self, job_id, ret_job, error);
}

bool
jw_store_change_job(JwStore *self, const JwJobChange *change, JwCas *ret_cas, JwJob **ret_job,
                    GError **error)
{
    g_return_val_if_fail(self != NULL && change != NULL && ret_cas != NULL, false);
    g_return_val_if_fail(
        change->job_id != NULL && (change->events != NULL || change->n_events == 0), false);
    return self->ops->change_job(self, change, ret_cas, ret_job, error);
}

bool
jw_store_heartbeat_job(JwStore *self, const char *job_id, int64_t token, const JwProgress *progress,
                       int64_t now_ms, JwHeartbeat *ret_heartbeat, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && ret_heartbeat != NULL, false);
    return self->ops->heartbeat_job(self, job_id, token, progress, now_ms, ret_heartbeat, error);
}

bool
jw_store_scan_jobs(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs, GError **error)
{
    g_return_val_if_fail(self != NULL && scan != NULL && scan->limit > 0 && ret_jobs != NULL,
                         false);
    return self->ops->scan_jobs(self, scan, ret_jobs, error);
}

bool
jw_store_count_jobs(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count,
                    GError **error)
{
    g_return_val_if_fail(self != NULL && ret_count != NULL, false);
    return self->ops->count_jobs(self, states, limit, ret_count, error);
}

bool
jw_store_list_jobs(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs, int64_t *ret_total,
                   GError **error)
{
    g_return_val_if_fail(self != NULL && query != NULL && query->type != NULL, false);
    g_return_val_if_fail(query->skip >= 0 && query->limit > 0, false);
    g_return_val_if_fail(ret_jobs != NULL && ret_total != NULL, false);
    return self->ops->list_jobs(self, query, ret_jobs, ret_total, error);
}

bool
jw_store_set_delivery_counts(JwStore *self, const char *job_id, const JwDeliveryCounts *counts,
                             bool mail_done, int64_t now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && counts != NULL, false);
    return self->ops->set_delivery_counts(self, job_id, counts, mail_done, now_ms, error);
}
