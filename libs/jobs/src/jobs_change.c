/* jobs_change.c: changes of a job's state. Any thread, no state. */
#include "jobs_private.h"

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    const JwJobsCall *call;
    /* Complete except for its events. Its time is the same in every try, which identifies our
     * own update. */
    JwJobChange change;
    const JwJob *job;    /* as it was read last; NULL: only its id is known, or it is gone */
    JwJob *found;        /* owned, when it was read here */
    int32_t retry_count; /* before the last write */
} Update;

static void
keep(Update *self, JwJob *take_job)
{
    jw_job_free(self->found);
    self->found = take_job;
    self->job = take_job;
}

static bool
write_job(JwJobsUpdate *base, JwCas *ret_cas, GError **error)
{
    Update *self = (Update *)base;
    g_autoptr(GPtrArray) events =
        jw_jobs_change_events(self->jobs, self->job, &self->change, self->call);
    JwJobChange change = self->change;
    JwJob *after = NULL;

    change.events = (const JwOutboxEntry *const *)events->pdata;
    change.n_events = events->len;
    self->retry_count = self->job != NULL ? self->job->retry_count : 0;
    if (!jw_store_change_job(self->jobs->store, &change, ret_cas, &after, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_WON) {
        keep(self, after);
    }
    return true;
}

/* A key tells our own retry from another's. */
static bool
was_retried(const Update *self)
{
    const char *key = self->change.retry_key;

    return key != NULL ? jw_job_retry_of(self->job, key) > 0
                       : self->job->retry_count > self->retry_count;
}

static JwJobsSeen
see(const Update *self)
{
    const JwJobChange *change = &self->change;
    const JwJobRule *rule = jw_job_rule(change->transition);
    const JwJob *job = self->job;
    bool fenced = (rule->flags & JW_RULE_FENCED) != 0;
    bool raises = (rule->flags & JW_RULE_RAISES_TOKEN) != 0;
    bool retries = (rule->flags & JW_RULE_COUNTS_RETRY) != 0;
    /* Unless the change raises it, the token belongs to this attempt alone. */
    bool own_token = fenced && !raises;

    if (job == NULL) {
        return JW_SEEN_LOST;
    }
    if (retries
            ? was_retried(self)
            : job->state == rule->to && (!fenced || job->token == change->token + (raises ? 1 : 0))
                  && (own_token || job->updated_at_ms == change->now_ms)
                  && (change->owner == NULL || g_strcmp0(job->owner, change->owner) == 0)
                  && (change->actor == NULL || g_strcmp0(job->cancelled_by, change->actor) == 0)) {
        return JW_SEEN_OURS;
    }
    bool possible =
        (rule->from & JW_JOB_BIT(job->state)) != 0 && (!fenced || job->token == change->token)
        && ((rule->flags & JW_RULE_HEARTBEAT) == 0 || job->heartbeat == change->heartbeat)
        && (!retries || job->retry_count < job->max_retries);
    return possible ? JW_SEEN_POSSIBLE : JW_SEEN_LOST;
}

static bool
read_job(JwJobsUpdate *base, JwJobsSeen *ret_seen, GError **error)
{
    Update *self = (Update *)base;
    JwJob *job = NULL;

    if (!jw_store_get_job(self->jobs->store, self->change.job_id, &job, error)) {
        return false;
    }
    keep(self, job);
    *ret_seen = see(self);
    return true;
}

/* @job: NULL for a claim, which knows its id only and publishes nothing. @ret_job: as in
 * jw_jobs_change(). */
static bool
apply(const JwJobs *self, const JwJob *job, JwJobChange change, const JwJobsCall *call,
      JwCas *ret_cas, JwJob **ret_job, GError **error)
{
    change.now_ms = jw_clock_now_ms(self->clock);
    Update update = {
        .base = { .name = jw_job_rule(change.transition)->name,
                  .id = change.job_id,
                  .wants_current = job != NULL && ret_job != NULL,
                  .write = write_job,
                  .read = read_job },
        .jobs = self,
        .call = call,
        .change = change,
        .job = job,
    };
    bool ok = jw_jobs_apply(self, &update.base, call, ret_cas, error);
    g_autoptr(JwJob) found = update.found;

    if (ok && job != NULL && *ret_cas == JW_CAS_WON) {
        jw_relay_offer(self->relay, JW_DOC_JOB, found->id, found->outbox);
    }
    if (ok && ret_job != NULL) {
        *ret_job = g_steal_pointer(&found);
    }
    return ok;
}

bool
jw_jobs_change(const JwJobs *self, const JwJob *job, const JwJobChange *change,
               const JwJobsCall *call, JwCas *ret_cas, JwJob **ret_job, GError **error)
{
    JwJobChange fenced = *change;

    fenced.job_id = job->id;
    fenced.token = job->token;
    fenced.heartbeat = job->heartbeat;
    return apply(self, job, fenced, call, ret_cas, ret_job, error);
}

bool
jw_jobs_cancel(const JwJobs *self, const JwJob *job, const JwJobChange *change,
               const JwJobsCall *call, JwCas *ret_cas, JwJob **ret_job, GError **error)
{
    JwJobChange now = *change;
    g_autoptr(JwJob) current = NULL;

    if (!jw_jobs_change(self, job, change, call, ret_cas, &current, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_LOST && change->transition == JW_CHANGE_CANCEL_GRACEFUL
        && current != NULL
        && (current->state == JW_JOB_SCHEDULED || current->state == JW_JOB_PENDING)) {
        now.transition = JW_CHANGE_CANCEL_NOW;
        return jw_jobs_change(self, current, &now, call, ret_cas, ret_job, error);
    }
    if (ret_job != NULL) {
        *ret_job = g_steal_pointer(&current);
    }
    return true;
}

bool
jw_jobs_claim(const JwJobs *self, const char *job_id, const char *process, JwJob **ret_job,
              GError **error)
{
    g_autofree char *owner = jw_jobs_claim_owner(self, process);
    const JwJobChange claim = { .job_id = job_id, .transition = JW_CHANGE_CLAIM, .owner = owner };
    g_autoptr(JwJob) job = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!apply(self, NULL, claim, NULL, &cas, &job, error)) {
        return false;
    }
    *ret_job = cas == JW_CAS_WON ? g_steal_pointer(&job) : NULL;
    return true;
}
