/* store_jobs.c: jobs in MongoDB: making, reading, beating, scanning, counting. Any thread.
 * The changes of state are in store_job_change.c. */
#include "store_mongo.h"

static void
free_document(gpointer document)
{
    bson_destroy(document);
}

static void
free_job(gpointer job)
{
    jw_job_free(job);
}

bool
jw_store_mongo_create_jobs(JwStore *self, const JwJob *const *jobs, size_t n_jobs,
                           JwCreate *ret_creates, GError **error)
{
    g_autoptr(GPtrArray) documents = g_ptr_array_new_full((guint)n_jobs, free_document);

    for (size_t i = 0; i < n_jobs; i++) {
        bson_t *document = bson_new();
        JwJob job = *jobs[i];
        job.mail_pending = jw_store_owes_mail(jobs[i]);
        g_ptr_array_add(documents, document);
        jw_store_doc_append(document, &jw_store_job_table, &job);
    }
    return jw_store_insert(self, "jobs", documents, ret_creates, error)
           || jw_prefix(error, "creating %" G_GSIZE_FORMAT " job(s)", n_jobs);
}

bool
jw_store_mongo_get_job(JwStore *self, const char *job_id, JwJob **ret_job, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(job_id));
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(1));
    g_autoptr(JwJob) job = NULL;

    if (!jw_store_find(self, "jobs", filter, opts, jw_store_take_job, &job, error)) {
        return false;
    }
    *ret_job = g_steal_pointer(&job);
    return true;
}

static bool
take_state(const bson_t *document, gpointer state, GError **error)
{
    bson_iter_t iter;

    if (!bson_iter_init_find(&iter, document, "state") || !BSON_ITER_HOLDS_UTF8(&iter)
        || !jw_job_state_parse(bson_iter_utf8(&iter, NULL), state)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored job has no state");
    }
    return true;
}

bool
jw_store_mongo_heartbeat_job(JwStore *self, const char *job_id, int64_t token,
                             const JwProgress *progress, int64_t now_ms, JwHeartbeat *ret_heartbeat,
                             GError **error)
{
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    g_autoptr(bson_t) fields = BCON_NEW("state", BCON_INT32(1));
    bson_t set;
    JwJobState state = JW_JOB_RUNNING;
    JwCas cas = JW_CAS_LOST;

    BSON_APPEND_UTF8(&filter, "_id", job_id);
    jw_store_append_states(&filter, "state",
                           JW_JOB_BIT(JW_JOB_RUNNING) | JW_JOB_BIT(JW_JOB_CANCELLING),
                           jw_store_job_state_name);
    BSON_APPEND_INT64(&filter, "token", token);
    BSON_APPEND_DOCUMENT_BEGIN(&update, "$set", &set);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", now_ms);
    if (progress != NULL) {
        jw_store_doc_append_as(&set, "progress", &jw_store_progress_table, progress);
    }
    bson_append_document_end(&update, &set);
    BCON_APPEND(&update, "$inc", "{", "heartbeat", BCON_INT64(1), "}");
    if (!jw_store_modify(self, "jobs", &filter, &update, fields, &cas, take_state, &state, error)) {
        return jw_prefix(error, "heartbeat of job '%s'", job_id);
    }
    if (cas == JW_CAS_LOST) {
        *ret_heartbeat = JW_HEARTBEAT_LOST;
    } else {
        *ret_heartbeat = state == JW_JOB_CANCELLING ? JW_HEARTBEAT_CANCEL : JW_HEARTBEAT_OK;
    }
    return true;
}

void
jw_store_append_past(bson_t *filter, const char *field, int64_t last_ms, int64_t ahead_ms)
{
    if (ahead_ms == 0) {
        BCON_APPEND(filter, field, "{", "$lte", BCON_DATE_TIME(last_ms), "}");
    } else {
        BCON_APPEND(filter, field, "{", "$not", "{", "$gt", BCON_DATE_TIME(last_ms), "$lte",
                    BCON_DATE_TIME(ahead_ms), "}", "}");
    }
}

bool
jw_store_mongo_scan_jobs(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs, GError **error)
{
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(free_job);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "updatedAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (scan->states != 0) {
        jw_store_append_states(&filter, "state", scan->states, jw_store_job_state_name);
    }
    if (scan->due_before_ms != 0) {
        jw_store_append_past(&filter, "notBefore", scan->due_before_ms, scan->ahead_ms);
    }
    if (scan->updated_before_ms != 0) {
        jw_store_append_past(&filter, "updatedAt", scan->updated_before_ms - 1, scan->ahead_ms);
    }
    if (scan->mail_pending) {
        BSON_APPEND_BOOL(&filter, "mailPending", true);
    }
    if (scan->after_id != NULL) {
        BCON_APPEND(&filter, "$or", "[", "{", "updatedAt", "{", "$gt",
                    BCON_DATE_TIME(scan->after_updated_ms), "}", "}", "{", "updatedAt",
                    BCON_DATE_TIME(scan->after_updated_ms), "_id", "{", "$gt",
                    BCON_UTF8(scan->after_id), "}", "}", "]");
    }
    if (!jw_store_find_page(self, "jobs", &filter, opts, scan->limit, jw_store_add_job, jobs,
                            error)) {
        return false;
    }
    *ret_jobs = g_steal_pointer(&jobs);
    return true;
}

bool
jw_store_mongo_count_jobs(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count,
                          GError **error)
{
    g_auto(bson_t) filter = BSON_INITIALIZER;

    if (states != 0) {
        jw_store_append_states(&filter, "state", states, jw_store_job_state_name);
    }
    return jw_store_count(self, "jobs", &filter, limit, ret_count, error);
}

bool
jw_store_mongo_set_delivery_counts(JwStore *self, const char *job_id,
                                   const JwDeliveryCounts *counts, bool mail_done, int64_t now_ms,
                                   GError **error)
{
    /* The last alternative matches nothing while the mail is not done. */
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(job_id), "$or", "[", "{", "deliveries.total", "{", "$ne",
                 BCON_INT32(counts->total), "}", "}", "{", "deliveries.sent", "{", "$ne",
                 BCON_INT32(counts->sent), "}", "}", "{", "deliveries.failed", "{", "$ne",
                 BCON_INT32(counts->failed), "}", "}", "{", "deliveries.bounced", "{", "$ne",
                 BCON_INT32(counts->bounced), "}", "}", "{", "mailPending", "{", "$eq",
                 BCON_BOOL(true), "$ne", BCON_BOOL(!mail_done), "}", "}", "]");
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t set;
    JwCas cas = JW_CAS_LOST; /* LOST: it says so already, or the job is gone */

    BSON_APPEND_DOCUMENT_BEGIN(&update, "$set", &set);
    jw_store_doc_append_as(&set, "deliveries", &jw_store_counts_table, counts);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", now_ms);
    if (mail_done) {
        BSON_APPEND_BOOL(&set, "mailPending", false);
    }
    bson_append_document_end(&update, &set);
    return jw_store_update(self, "jobs", filter, &update, &cas, error)
           || jw_prefix(error, "counting the deliveries of job '%s'", job_id);
}
