/* jobs_create.c: creates a job once, however often it is requested. Any thread, no state. */
#include "jobs_private.h"

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    const JwJob *job;
    JwJob *found; /* owned: the job that has its id, as it was read last */
} Insert;

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
write_job(JwJobsUpdate *base, JwCas *ret_cas, GError **error)
{
    Insert *self = (Insert *)base;
    JwCreate create = JW_CREATE_EXISTS;
    bool ok = self->jobs->batch != NULL
                  ? jw_jobs_batch_insert(self->jobs->batch, self->job, &create, error)
                  : jw_store_create_jobs(self->jobs->store, &self->job, 1, &create, error);

    *ret_cas = create == JW_CREATE_NEW ? JW_CAS_WON : JW_CAS_LOST;
    return ok;
}

static bool
read_job(JwJobsUpdate *base, JwJobsSeen *ret_seen, GError **error)
{
    Insert *self = (Insert *)base;

    g_clear_pointer(&self->found, jw_job_free);
    if (!jw_store_get_job(self->jobs->store, self->job->id, &self->found, error)) {
        return false;
    }
    if (self->found == NULL) {
        *ret_seen = JW_SEEN_POSSIBLE;
    } else if (self->found->created_at_ms == self->job->created_at_ms
               && g_strcmp0(self->found->request_id, self->job->request_id) == 0) {
        *ret_seen = JW_SEEN_OURS;
    } else {
        *ret_seen = JW_SEEN_LOST;
    }
    return true;
}

static bool
is_same_request(const JwJob *earlier, const char *request_hash)
{
    return g_strcmp0(earlier->request_hash, request_hash) == 0;
}

bool
jw_jobs_create(const JwJobs *self, JwJob *job, JwCreated *ret_created, JwJob **ret_earlier,
               GError **error)
{
    Insert insert = {
        .base = { .name = "creation",
                  .id = job->id,
                  .wants_current = job->request_hash != NULL,
                  .write = write_job,
                  .read = read_job },
        .jobs = self,
        .job = job,
    };
    JwCas cas = JW_CAS_LOST;

    /* The command of a scheduled job is published when it is promoted. */
    jw_jobs_announce(self, job, job->state == JW_JOB_PENDING);
    bool ok = jw_jobs_apply(self, &insert.base, NULL, &cas, error);
    g_autoptr(JwJob) found = insert.found;
    if (!ok) {
        return false;
    }
    if (found != NULL && !is_same_request(found, job->request_hash)) {
        *ret_created = JW_CREATED_KEY_REUSED;
    } else if (cas == JW_CAS_WON) {
        jw_relay_offer(self->relay, JW_DOC_JOB, job->id, job->outbox);
        *ret_created = JW_CREATED_NEW;
    } else {
        *ret_created = JW_CREATED_REPLAYED;
        if (ret_earlier != NULL) {
            *ret_earlier = g_steal_pointer(&found);
        }
    }
    return true;
}

static bool
create_many(const JwJobs *self, JwJob *const *jobs, size_t n_jobs, bool commands,
            JwCreate *ret_creates, GError **error)
{
    for (size_t i = 0; i < n_jobs; i++) {
        jw_jobs_announce(self, jobs[i], commands && jobs[i]->state == JW_JOB_PENDING);
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
jw_jobs_create_many(const JwJobs *self, JwJob *const *jobs, size_t n_jobs, JwCreate *ret_creates,
                    GError **error)
{
    return create_many(self, jobs, n_jobs, true, ret_creates, error);
}

bool
jw_jobs_create_received(const JwJobs *self, JwJob *const *jobs, size_t n_jobs,
                        JwCreate *ret_creates, GError **error)
{
    return create_many(self, jobs, n_jobs, false, ret_creates, error);
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
