/* jobs.c: jobs: creating, reading, heartbeats, counting. Any thread. The changes of state are in
 * job_change.c, the lists in job_list.c. */
#include "repo.h"
#include "jw/store_jobs.h"

static gpointer
create_job(void)
{
    return jw_job_new();
}

const JwRepo jw_repo_jobs = { "jobs", &jw_doc_job_table, create_job, jw_job_free };

/* For the queries of all files that read jobs. */
JW_DB_INDEXES(jobs) = {
    { "jobs", "state:1 updatedAt:1 _id:1", false },
    { "jobs", "state:1 notBefore:1", false },
    /* The order in which pending jobs are taken: job_turns.c. */
    { "jobs", "state:1 priority:1 caller:1 createdAt:1 _id:1 notBefore:1", false },
    { "jobs", "mailPending:1 state:1 updatedAt:1 _id:1", false },
    { "jobs", "ledgerPending:1 state:1 updatedAt:1 _id:1", false },
    { "jobs", "scheduleId:1 state:1", false },
    { "jobs", "outbox.at:1", false },
    /* A list for each order, so that a page costs what it shows. */
    { "jobs", "createdAt:-1 _id:-1", false },
    { "jobs", "priority:1 createdAt:1 _id:1", false },
    { "jobs", "state:1 createdAt:1 _id:1", false },
    { "jobs", "requestedBy.id:1 createdAt:-1 _id:-1", false },
    { "jobs", "departments:1", false },
    { "jobs", "visibility:1", false },
    { "jobs", "artifact.sha256:1", false },
    { "jobs", "artifact.removedAt:1 artifact.expiresAt:1", false },
    { 0 },
};

bool
jw_store_create_jobs(JwStore *self, const JwJob *const *jobs, size_t n_jobs, JwCreate *ret_creates,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && (n_jobs == 0 || (jobs != NULL && ret_creates != NULL)),
                         false);
    g_autoptr(GPtrArray) documents = jw_db_documents(n_jobs);

    for (size_t i = 0; i < n_jobs; i++) {
        g_autofree char *caller = jw_job_caller(jobs[i]);
        JwJob job = *jobs[i];

        job.caller = caller;
        job.mail_pending =
            job.state == JW_JOB_FAILED || (job.recipients != NULL && job.recipients[0] != NULL);
        job.ledger_pending = job.schedule_id != NULL;
        g_ptr_array_add(documents, jw_repo_document(&jw_repo_jobs, &job));
    }
    return n_jobs == 0 || jw_db_insert(self, "jobs", documents, ret_creates, error)
           || jw_prefix(error, "creating %" G_GSIZE_FORMAT " job(s)", n_jobs);
}

bool
jw_store_get_job(JwStore *self, const char *job_id, JwJob **ret_job, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && ret_job != NULL, false);
    gpointer job = NULL;

    if (!jw_repo_get(self, &jw_repo_jobs, job_id, &job, error)) {
        return false;
    }
    *ret_job = job;
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
jw_store_heartbeat_job(JwStore *self, const char *job_id, int64_t token, const JwProgress *progress,
                       int64_t now_ms, JwHeartbeat *ret_heartbeat, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && ret_heartbeat != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    g_autoptr(bson_t) fields = BCON_NEW("state", BCON_INT32(1));
    bson_t set;
    JwJobState state = JW_JOB_RUNNING;
    JwCas cas = JW_CAS_LOST;

    BSON_APPEND_UTF8(&filter, "_id", job_id);
    jw_repo_append_states(&filter, "state",
                          JW_JOB_BIT(JW_JOB_RUNNING) | JW_JOB_BIT(JW_JOB_CANCELLING),
                          jw_doc_job_state);
    BSON_APPEND_INT64(&filter, "token", token);
    BSON_APPEND_DOCUMENT_BEGIN(&update, "$set", &set);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", now_ms);
    if (progress != NULL) {
        jw_doc_append_as(&set, "progress", &jw_doc_progress_table, progress);
    }
    bson_append_document_end(&update, &set);
    BCON_APPEND(&update, "$inc", "{", "heartbeat", BCON_INT64(1), "}");
    if (!jw_db_modify(self, "jobs", &filter, &update, fields, &cas, take_state, &state, error)) {
        return jw_prefix(error, "heartbeat of job '%s'", job_id);
    }
    if (cas == JW_CAS_LOST) {
        *ret_heartbeat = JW_HEARTBEAT_LOST;
    } else {
        *ret_heartbeat = state == JW_JOB_CANCELLING ? JW_HEARTBEAT_CANCEL : JW_HEARTBEAT_OK;
    }
    return true;
}

bool
jw_store_count_jobs(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count,
                    GError **error)
{
    g_return_val_if_fail(self != NULL && ret_count != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;

    jw_repo_append_states(&filter, "state", states, jw_doc_job_state);
    return jw_db_count(self, "jobs", &filter, limit, ret_count, error);
}

bool
jw_store_live_jobs_of_schedule(JwStore *self, const char *schedule_id, const char *but_id,
                               size_t limit, GPtrArray **ret_jobs, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule_id != NULL && limit > 0 && ret_jobs != NULL,
                         false);
    g_autoptr(bson_t) filter = BCON_NEW("scheduleId", BCON_UTF8(schedule_id));
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    jw_repo_append_states(filter, "state", JW_JOB_LIVE, jw_doc_job_state);
    if (but_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$ne", BCON_UTF8(but_id), "}");
    }
    return jw_repo_page(self, &jw_repo_jobs, filter, opts, limit, ret_jobs, error)
           || jw_prefix(error, "live jobs of schedule '%s'", schedule_id);
}

bool
jw_store_end_ledger(JwStore *self, const JwJob *job, GError **error)
{
    g_return_val_if_fail(self != NULL && job != NULL, false);
    JwCas cas = JW_CAS_LOST;
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(job->id), "state", BCON_UTF8(jw_job_state_name(job->state)),
                 "retryCount", BCON_INT32(job->retry_count), "ledgerPending", BCON_BOOL(true));
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "ledgerPending", BCON_BOOL(false), "}");

    return jw_db_update(self, "jobs", filter, update, &cas, error)
           || jw_prefix(error, "ledger of job '%s'", job->id);
}
