/* jobs_create.c: a job is created once, however often it is asked for. Any thread, no state.
 *
 * After an unknown outcome the same insert is made again: the id is ours, so "exists" means that
 * the first one held. When that fails too the job is looked for once; what is unknown then is
 * IN_DOUBT, never undone. */
#include "jobs_private.h"


void
jw_jobs_make_id(char ret[JW_UUID_LEN + 1], const char *source, const char *subject, const char *key,
                int64_t now_ms)
{
    if (key == NULL) {
        jw_uuid_v7(now_ms, ret);
    } else {
        jw_uuid_derive(ret, source, subject, key, NULL);
    }
}

static bool
insert(const JwJobs *self, const JwJob *job, JwCreate *ret_create, GError **error)
{
    return self->batch != NULL ? jw_jobs_batch_insert(self->batch, job, ret_create, error)
                               : jw_store_create_jobs(self->store, &job, 1, ret_create, error);
}

static bool
insert_again(const JwJobs *self, const JwJob *job, JwCreate *ret_create, bool *ret_doubt,
             GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (insert(self, job, ret_create, &cause)) {
        return true;
    }
    *ret_doubt = jw_error_retry(cause) == JW_RETRY_AFTER_REREAD;
    if (!*ret_doubt) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    return insert(self, job, ret_create, error);
}

static bool
is_same_request(const JwJob *earlier, const char *request_hash)
{
    return g_strcmp0(earlier->request_hash, request_hash) == 0;
}

/* Looks for the job that has the id of @job. @cause: why the insert after a doubt failed; NULL:
 * it did not. */
static bool
resolve(const JwJobs *self, const JwJob *job, bool doubt, const GError *cause,
        JwCreated *ret_created, JwJob **ret_earlier, GError **error)
{
    g_autoptr(JwJob) found = NULL;
    g_autoptr(GError) blind = NULL;

    bool looked = jw_store_get_job(self->store, job->id, &found, &blind);
    if (found == NULL && doubt) {
        const char *gone = cause != NULL ? cause->message : "not there when read again";
        return jw_fail(error, JW_ERROR_IN_DOUBT, "creating job '%s': %s", job->id,
                       looked ? gone : jw_error_message(blind));
    }
    if (found == NULL) {
        return jw_fail(error, looked ? JW_ERROR_UNAVAILABLE : jw_error_code(blind),
                       "creating job '%s': %s", job->id,
                       looked ? "it existed and was removed meanwhile" : jw_error_message(blind));
    }
    if (!is_same_request(found, job->request_hash)) {
        *ret_created = JW_CREATED_KEY_REUSED;
    } else if (doubt && found->created_at_ms == job->created_at_ms
               && g_strcmp0(found->request_id, job->request_id) == 0) {
        *ret_created = JW_CREATED_NEW;
    } else {
        *ret_created = JW_CREATED_REPLAYED;
        if (ret_earlier != NULL) {
            *ret_earlier = g_steal_pointer(&found);
        }
    }
    return true;
}

bool
jw_jobs_create(const JwJobs *self, JwJob *job, JwCreated *ret_created, JwJob **ret_earlier,
               GError **error)
{
    g_autoptr(GError) cause = NULL;
    JwCreate create = JW_CREATE_EXISTS;
    JwCreated created = JW_CREATED_NEW;
    bool doubt = false;

    /* A scheduled job gets its command when its time has come. */
    jw_jobs_announce(self, job, job->state == JW_JOB_PENDING);
    bool known = insert_again(self, job, &create, &doubt, &cause);
    if (!known && !doubt) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    bool exists = !known || create == JW_CREATE_EXISTS;
    if (exists && !doubt && job->request_hash == NULL) {
        created = JW_CREATED_REPLAYED;
    } else if (exists && !resolve(self, job, doubt, cause, &created, ret_earlier, error)) {
        return false;
    }
    if (created == JW_CREATED_NEW) {
        jw_relay_offer(self->relay, JW_DOC_JOB, job->id, job->outbox);
    }
    *ret_created = created;
    return true;
}

bool
jw_jobs_create_received(const JwJobs *self, JwJob *const *jobs, size_t n_jobs,
                        JwCreate *ret_creates, GError **error)
{
    for (size_t i = 0; i < n_jobs; i++) {
        jw_jobs_announce(self, jobs[i], false);
    }
    if (!jw_store_create_jobs(self->store, (const JwJob *const *)jobs, n_jobs, ret_creates,
                              error)) {
        return false;
    }
    for (size_t i = 0; i < n_jobs; i++) {
        if (ret_creates[i] == JW_CREATE_NEW) {
            jw_relay_offer(self->relay, JW_DOC_JOB, jobs[i]->id, jobs[i]->outbox);
        }
    }
    return true;
}

bool
jw_jobs_find_replay(const JwJobs *self, const char *job_id, const char *request_hash,
                    JwJob **ret_job, GError **error)
{
    g_autoptr(JwJob) job = NULL;

    if (!jw_store_get_job(self->store, job_id, &job, error)) {
        return false;
    }
    *ret_job = job != NULL && is_same_request(job, request_hash) ? g_steal_pointer(&job) : NULL;
    return true;
}
