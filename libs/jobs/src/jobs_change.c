/* jobs_change.c: changes of a job's state. Any thread, no state. */
#include "jobs_private.h"

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    const JwJobsCall *call;
    JwJobChange change;  /* complete but for its events */
    const JwJob *job;    /* as it was read last; NULL: not read, or gone */
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

static bool
read_job(JwJobsUpdate *base, GError **error)
{
    Update *self = (Update *)base;
    JwJob *job = NULL;

    if (!jw_store_get_job(self->jobs->store, self->change.job_id, &job, error)) {
        return false;
    }
    keep(self, job);
    return true;
}

static bool
is_ours(const JwJobsUpdate *base)
{
    const Update *self = (const Update *)base;
    const JwJobChange *change = &self->change;
    const JwJobRule *rule = jw_job_rule(change->transition);
    const JwJob *job = self->job;

    if (job == NULL) {
        return false;
    }
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0) {
        return job->retry_count > self->retry_count;
    }
    if (job->state != rule->to) {
        return false;
    }
    if ((rule->flags & JW_RULE_FENCED) != 0) {
        return job->token == change->token + ((rule->flags & JW_RULE_RAISES_TOKEN) != 0 ? 1 : 0);
    }
    switch (rule->to) {
    case JW_JOB_RUNNING:
        return g_strcmp0(job->owner, change->owner) == 0;
    case JW_JOB_CANCELLED:
        return job->cancelled_at_ms == change->now_ms
               && g_strcmp0(job->cancelled_by, change->actor) == 0;
    case JW_JOB_SCHEDULED:
    case JW_JOB_PENDING:
    case JW_JOB_CANCELLING:
    case JW_JOB_COMPLETED:
    case JW_JOB_FAILED:
        break;
    }
    return job->updated_at_ms == change->now_ms;
}

static bool
is_possible(const JwJobsUpdate *base)
{
    const Update *self = (const Update *)base;
    const JwJobRule *rule = jw_job_rule(self->change.transition);
    const JwJob *job = self->job;

    return job != NULL && (rule->from & JW_JOB_BIT(job->state)) != 0
           && ((rule->flags & JW_RULE_FENCED) == 0 || job->token == self->change.token)
           && ((rule->flags & JW_RULE_HEARTBEAT) == 0 || job->heartbeat == self->change.heartbeat)
           && ((rule->flags & JW_RULE_COUNTS_RETRY) == 0 || job->retry_count < job->max_retries);
}

/* The time of the change is the same in every try: by it our own work is known. */
static Update
begin(const JwJobs *jobs, const JwJobChange *change, const JwJobsCall *call)
{
    Update self = {
        .base = { .name = jw_job_rule(change->transition)->name,
                  .id = change->job_id,
                  .write = write_job,
                  .read = read_job,
                  .is_ours = is_ours,
                  .is_possible = is_possible },
        .jobs = jobs,
        .call = call,
        .change = *change,
    };

    self.change.now_ms = jw_clock_now_ms(jobs->clock);
    return self;
}

bool
jw_jobs_change(const JwJobs *self, const JwJob *job, const JwJobChange *change,
               const JwJobsCall *call, JwCas *ret_cas, JwJob **ret_job, GError **error)
{
    JwJobChange fenced = *change;

    fenced.job_id = job->id;
    fenced.token = job->token;
    fenced.heartbeat = job->heartbeat;
    Update update = begin(self, &fenced, call);
    update.job = job;
    update.base.wants_current = ret_job != NULL;
    bool ok = jw_jobs_apply(self, &update.base, call, ret_cas, error);
    g_autoptr(JwJob) found = g_steal_pointer(&update.found);
    if (ok && *ret_cas == JW_CAS_WON) {
        jw_relay_offer(self->relay, JW_DOC_JOB, job->id, found->outbox);
    }
    if (ok && ret_job != NULL) {
        *ret_job = g_steal_pointer(&found);
    }
    return ok;
}

bool
jw_jobs_cancel(const JwJobs *self, const JwJob *job, const JwJobChange *change,
               const JwJobsCall *call, JwCas *ret_cas, JwJob **ret_job, GError **error)
{
    JwJobChange now = *change;
    g_autoptr(JwJob) current = NULL;

    if (change->transition != JW_CHANGE_CANCEL_GRACEFUL) {
        return jw_jobs_change(self, job, change, call, ret_cas, ret_job, error);
    }
    if (!jw_jobs_change(self, job, change, call, ret_cas, &current, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_LOST && current != NULL
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
    const JwJobChange change = { .job_id = job_id, .transition = JW_CHANGE_CLAIM, .owner = owner };
    Update update = begin(self, &change, NULL);
    JwCas cas = JW_CAS_LOST;

    bool ok = jw_jobs_apply(self, &update.base, NULL, &cas, error);
    g_autoptr(JwJob) found = g_steal_pointer(&update.found);
    if (ok) {
        *ret_job = cas == JW_CAS_WON ? g_steal_pointer(&found) : NULL;
    }
    return ok;
}
