/* store_mem_jobs.c: jobs in memory: the same changes as store_job_change.c makes, on structs.
 * Any thread. */
#include "store_mem.h"
#include <string.h>

static void
free_job(gpointer job)
{
    jw_job_free(job);
}

static bool
create_jobs(JwStore *self, const JwJob *const *jobs, size_t n_jobs, JwCreate *ret_creates,
            GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autofree JwCreate *creates = g_new0(JwCreate, n_jobs);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    for (size_t i = 0; i < n_jobs; i++) {
        if (!g_hash_table_contains(mem->jobs, jobs[i]->id)) {
            JwJob *job = jw_job_copy(jobs[i]);
            job->mail_pending = jw_store_owes_mail(job);
            g_hash_table_insert(mem->jobs, g_strdup(job->id), job);
            creates[i] = JW_CREATE_NEW;
        }
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    memcpy(ret_creates, creates, n_jobs * sizeof(*creates));
    return true;
}

static bool
get_job(JwStore *self, const char *job_id, JwJob **ret_job, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)
        || !jw_store_mem_read(mem, job_id, error)) {
        return false;
    }
    const JwJob *job = g_hash_table_lookup(mem->jobs, job_id);
    *ret_job = job == NULL ? NULL : jw_job_copy(job);
    return true;
}

/* ahead_ms: 0, or what lies behind it counts as past. */
static bool
is_past(int64_t at_ms, int64_t last_ms, int64_t ahead_ms)
{
    return at_ms <= last_ms || (ahead_ms != 0 && at_ms > ahead_ms);
}

static bool
matches(const JwJob *job, const JwJobChange *change, const JwJobRule *rule)
{
    return job != NULL && (rule->from & JW_JOB_BIT(job->state)) != 0
           && ((rule->flags & JW_RULE_FENCED) == 0 || job->token == change->token)
           && ((rule->flags & JW_RULE_HEARTBEAT) == 0 || job->heartbeat == change->heartbeat)
           && ((rule->flags & JW_RULE_WHEN_DUE) == 0 || job->not_before_ms <= change->now_ms)
           && ((rule->flags & JW_RULE_AFTER_BACKOFF) == 0
               || is_past(job->not_before_ms, change->now_ms,
                          change->now_ms + JW_JOB_BACKOFF_LONGEST_MS))
           && ((rule->flags & JW_RULE_COUNTS_RETRY) == 0 || job->retry_count < job->max_retries);
}

static void
set_progress(JwProgress *progress, const JwProgress *value)
{
    char *step = g_strdup(value->step);

    g_free(progress->step);
    *progress = *value;
    progress->step = step;
}

static void
apply_counts(JwJob *job, const JwJobRule *rule)
{
    job->token += (rule->flags & JW_RULE_RAISES_TOKEN) != 0 ? 1 : 0;
    job->attempts += (rule->flags & JW_RULE_COUNTS_ATTEMPT) != 0 ? 1 : 0;
    job->attempts -= (rule->flags & JW_RULE_RETURNS_ATTEMPT) != 0 ? 1 : 0;
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0) {
        job->retry_count++;
        job->attempts = 0;
        job->finished_at_ms = 0;
        g_clear_pointer(&job->error_code, g_free);
        g_clear_pointer(&job->error_message, g_free);
    }
}

static void
apply(JwJob *job, const JwJobChange *change, const JwJobRule *rule)
{
    static const JwProgress fresh = { .total = -1 };

    job->state = rule->to;
    job->updated_at_ms = change->now_ms;
    if (rule->to == JW_JOB_RUNNING) {
        jw_store_mem_set_text(&job->owner, change->owner);
        job->started_at_ms = change->now_ms;
        set_progress(&job->progress, &fresh);
        job->heartbeat = 0;
    }
    if ((rule->flags & JW_RULE_SETS_NOT_BEFORE) != 0) {
        job->not_before_ms = change->not_before_ms;
    }
    if ((rule->flags & JW_RULE_ENDS) != 0) {
        job->finished_at_ms = change->now_ms;
    }
    if (rule->to == JW_JOB_COMPLETED) {
        job->progress.percent = 100;
        if (change->artifact != NULL) {
            jw_artifact_free(job->artifact);
            job->artifact = jw_artifact_copy(change->artifact);
        }
        jw_store_mem_set_text(&job->result, change->result);
    }
    jw_store_mem_set_text(&job->error_code, change->error_code);
    jw_store_mem_set_text(&job->error_message, change->error_message);
    if (rule->to == JW_JOB_CANCELLED) {
        job->cancelled_at_ms = change->now_ms;
    }
    jw_store_mem_set_text(&job->cancelled_by, change->actor);
    jw_store_mem_set_text(&job->cancel_reason, change->reason);
    apply_counts(job, rule);
    jw_store_mem_push(job->outbox, change->events, change->n_events);
}

static bool
change_job(JwStore *self, const JwJobChange *change, JwCas *ret_cas, JwJob **ret_job,
           GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    const JwJobRule *rule = jw_job_rule(change->transition);
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    JwJob *job = g_hash_table_lookup(mem->jobs, change->job_id);
    const bool won = matches(job, change, rule);
    if (won) {
        apply(job, change, rule);
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    if (won && ret_job != NULL) {
        *ret_job = jw_job_copy(job);
    }
    *ret_cas = won ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

static bool
heartbeat_job(JwStore *self, const char *job_id, int64_t token, const JwProgress *progress,
              int64_t now_ms, JwHeartbeat *ret_heartbeat, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    JwHeartbeat heartbeat = JW_HEARTBEAT_LOST;

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    JwJob *job = g_hash_table_lookup(mem->jobs, job_id);
    if (job != NULL && job->token == token
        && (job->state == JW_JOB_RUNNING || job->state == JW_JOB_CANCELLING)) {
        heartbeat = job->state == JW_JOB_CANCELLING ? JW_HEARTBEAT_CANCEL : JW_HEARTBEAT_OK;
        job->heartbeat++;
        job->updated_at_ms = now_ms;
        if (progress != NULL) {
            set_progress(&job->progress, progress);
        }
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    *ret_heartbeat = heartbeat;
    return true;
}

static gint
compare_updated(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwJob *x = *(JwJob *const *)a, *y = *(JwJob *const *)b;

    (void)data;
    if (x->updated_at_ms != y->updated_at_ms) {
        return x->updated_at_ms < y->updated_at_ms ? -1 : 1;
    }
    return strcmp(x->id, y->id);
}

static bool
is_behind(const JwJob *job, const JwJobScan *scan)
{
    return scan->after_id == NULL || job->updated_at_ms > scan->after_updated_ms
           || (job->updated_at_ms == scan->after_updated_ms && strcmp(job->id, scan->after_id) > 0);
}

static bool
scan_jobs(JwStore *self, const JwJobScan *scan, GPtrArray **ret_jobs, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) all = jw_store_mem_sorted(mem->jobs, compare_updated, NULL);
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(free_job);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    for (guint i = 0; i < all->len && jobs->len < scan->limit; i++) {
        const JwJob *job = g_ptr_array_index(all, i);
        if ((scan->states == 0 || (scan->states & JW_JOB_BIT(job->state)) != 0)
            && (scan->due_before_ms == 0
                || is_past(job->not_before_ms, scan->due_before_ms, scan->ahead_ms))
            && (scan->updated_before_ms == 0
                || is_past(job->updated_at_ms, scan->updated_before_ms - 1, scan->ahead_ms))
            && (!scan->mail_pending || job->mail_pending) && is_behind(job, scan)
            && jw_store_mem_readable(mem, job->id)) {
            g_ptr_array_add(jobs, jw_job_copy(job));
        }
    }
    *ret_jobs = g_steal_pointer(&jobs);
    return true;
}

static bool
count_jobs(JwStore *self, unsigned states, int64_t limit, int64_t *ret_count, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    GHashTableIter iter;
    gpointer value;
    int64_t count = 0;

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    g_hash_table_iter_init(&iter, mem->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value) && (limit <= 0 || count < limit)) {
        const JwJob *job = value;
        count += states == 0 || (states & JW_JOB_BIT(job->state)) != 0 ? 1 : 0;
    }
    *ret_count = count;
    return true;
}

static gint
compare_listed(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwJob *x = *(JwJob *const *)a, *y = *(JwJob *const *)b;
    const JwJobQuery *query = data;
    gint order = 0;

    switch (query->sort) {
    case JW_SORT_CREATED:
        order = (x->created_at_ms > y->created_at_ms) - (x->created_at_ms < y->created_at_ms);
        break;
    case JW_SORT_STATUS:
        order = strcmp(jw_job_state_name(x->state), jw_job_state_name(y->state));
        break;
    case JW_SORT_PRIORITY:
        order = (x->priority > y->priority) - (x->priority < y->priority);
        break;
    }
    order = order != 0 ? order : strcmp(x->id, y->id);
    return query->ascending ? order : -order;
}

static bool
has(const char *const *texts, const char *text)
{
    return texts != NULL && g_strv_contains(texts, text);
}

static bool
is_visible(const JwJob *job, const JwJobQuery *query)
{
    if (query->visible_to == NULL && query->visible_departments == NULL) {
        return true;
    }
    if (query->visible_to != NULL && g_strcmp0(job->requested_by.id, query->visible_to) == 0) {
        return true;
    }
    if (query->visible_departments == NULL || job->departments == NULL
        || job->departments[0] == NULL) {
        return false;
    }
    for (size_t i = 0; job->departments[i] != NULL; i++) {
        if (!has(query->visible_departments, job->departments[i])) {
            return false;
        }
    }
    return true;
}

static bool
is_listed(const JwJob *job, const JwJobQuery *query)
{
    return g_strcmp0(job->type, query->type) == 0
           && (query->states == 0 || (query->states & JW_JOB_BIT(job->state)) != 0)
           && (query->subtype == NULL || g_strcmp0(job->subtype, query->subtype) == 0)
           && (query->requested_by == NULL
               || g_strcmp0(job->requested_by.id, query->requested_by) == 0)
           && (query->department == NULL
               || has((const char *const *)job->departments, query->department))
           && (query->created_from_ms == 0 || job->created_at_ms >= query->created_from_ms)
           && (query->created_to_ms == 0 || job->created_at_ms <= query->created_to_ms)
           && is_visible(job, query);
}

static bool
list_jobs(JwStore *self, const JwJobQuery *query, GPtrArray **ret_jobs, int64_t *ret_total,
          GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    JwJobQuery order = *query;
    g_autoptr(GPtrArray) all = jw_store_mem_sorted(mem->jobs, compare_listed, &order);
    g_autoptr(GPtrArray) jobs = g_ptr_array_new_with_free_func(free_job);
    int64_t total = 0;

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    for (guint i = 0; i < all->len; i++) {
        const JwJob *job = g_ptr_array_index(all, i);
        if (!is_listed(job, query)) {
            continue;
        }
        if (total >= query->skip && total < query->skip + query->limit
            && jw_store_mem_readable(mem, job->id)) {
            g_ptr_array_add(jobs, jw_job_copy(job));
        }
        total++;
    }
    *ret_jobs = g_steal_pointer(&jobs);
    *ret_total = total;
    return true;
}

static bool
set_delivery_counts(JwStore *self, const char *job_id, const JwDeliveryCounts *counts,
                    bool mail_done, int64_t now_ms, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    JwJob *job = g_hash_table_lookup(mem->jobs, job_id);
    if (job != NULL
        && (job->deliveries.total != counts->total || job->deliveries.sent != counts->sent
            || job->deliveries.failed != counts->failed
            || job->deliveries.bounced != counts->bounced || (mail_done && job->mail_pending))) {
        job->deliveries = *counts;
        job->updated_at_ms = now_ms;
        job->mail_pending = job->mail_pending && !mail_done;
    }
    return jw_store_mem_end(mem, error);
}

void
jw_store_mem_job_ops(JwStoreOps *ops)
{
    ops->create_jobs = create_jobs;
    ops->get_job = get_job;
    ops->change_job = change_job;
    ops->heartbeat_job = heartbeat_job;
    ops->scan_jobs = scan_jobs;
    ops->count_jobs = count_jobs;
    ops->list_jobs = list_jobs;
    ops->set_delivery_counts = set_delivery_counts;
}
