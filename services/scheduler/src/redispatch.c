/* redispatch.c: jobs that are due but claimed by nobody.
 *
 * A redispatch publishes the command of a job once more. One that was not needed costs a lost
 * claim, so a job is redispatched at once, after a minute and then every two, as far as this
 * process remembers.
 */
#include "sch.h"

#include "jw/log.h"
#include "metrics.h"

#define REDISPATCH_BATCH      500
#define REDISPATCH_REMEMBERED 50000u
#define REDISPATCH_FIRST_MS   60000
/* Not rarer: what an executor had taken from Kafka and not begun is lost with its memory, and only
 * a redispatch brings it back. */
#define REDISPATCH_LAST_MS (2 * 60000)

typedef struct {
    int64_t again_mono_ms, wait_ms;
} Redispatch;

struct _SchRedispatches {
    /* Where the next round goes on: page by page, then from the start. */
    char *after_id;
    int64_t after_updated_ms;
    GHashTable *by_job; /* char * → Redispatch *, capped */
};

SchRedispatches *
sch_redispatches_new(void)
{
    SchRedispatches *self = g_new0(SchRedispatches, 1);

    self->by_job = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
sch_redispatches_free(SchRedispatches *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->by_job);
        g_free(self->after_id);
        g_free(self);
    }
}

/* One entry a job and token, so that a job released after an attempt is redispatched at once. */
static char *
redispatch_key(const JwJob *job)
{
    return g_strdup_printf("%s/%" G_GINT64_FORMAT, job->id, job->token);
}

static bool
redispatch_is_due(const SchRedispatches *self, const JwJob *job, int64_t mono_ms)
{
    g_autofree char *key = redispatch_key(job);
    const Redispatch *entry = g_hash_table_lookup(self->by_job, key);

    return entry == NULL || mono_ms >= entry->again_mono_ms;
}

/* Only what the bus took while the broker answers is noted: a full bus or an unreachable broker
 * must not delay a job by a minute. */
static void
redispatch_note(SchRedispatches *self, const JwJob *job, int64_t mono_ms)
{
    g_autofree char *key = redispatch_key(job);
    Redispatch *entry = g_hash_table_lookup(self->by_job, key);

    if (entry == NULL) {
        if (g_hash_table_size(self->by_job) >= REDISPATCH_REMEMBERED) {
            g_hash_table_remove_all(self->by_job); /* forgetting costs redispatches, never a job */
        }
        entry = g_new0(Redispatch, 1);
        entry->wait_ms = REDISPATCH_FIRST_MS;
        g_hash_table_insert(self->by_job, g_steal_pointer(&key), entry);
    } else {
        entry->wait_ms = MIN(entry->wait_ms * 2, REDISPATCH_LAST_MS);
    }
    entry->again_mono_ms = mono_ms + entry->wait_ms;
}

static void
go_on_behind(SchRedispatches *self, const GPtrArray *page)
{
    g_clear_pointer(&self->after_id, g_free);
    if (page->len == REDISPATCH_BATCH) {
        const JwJob *last = g_ptr_array_index(page, page->len - 1);

        self->after_id = g_strdup(last->id);
        self->after_updated_ms = last->updated_at_ms;
    }
}

bool
sch_go_on(const JwJob *job, const char *task, GError *take_error, GError **error)
{
    if (jw_error_retry(take_error) != JW_RETRY_NEVER) {
        g_propagate_error(error, take_error);
        return false;
    }
    jw_warn("job_refused", JW_STR("task", task), JW_STR("job_id", job->id),
            JW_STR("error", jw_error_message(take_error)));
    g_error_free(take_error);
    return true;
}

bool
sch_redispatch(Sch *self, size_t *ret_redispatched, GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    int64_t now = jw_clock_now_ms(self->clock);
    int64_t mono = jw_clock_mono_ms(self->clock);
    JwJobScan scan = {
        .states = JW_JOB_BIT(JW_JOB_PENDING),
        .due_before_ms = now,
        .updated_before_ms = now - self->config.redispatch_after_ms,
        .ahead_ms = now + JW_JOB_BACKOFF_LONGEST_MS, /* as the claim has it */
        .limit = REDISPATCH_BATCH,
        .after_id = self->redispatches->after_id,
        .after_updated_ms = self->redispatches->after_updated_ms,
    };

    *ret_redispatched = 0;
    if (!jw_bus_connected(self->bus)) {
        return true;
    }
    if (!jw_store_scan_jobs(self->store, &scan, &jobs, error)) {
        return false;
    }
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);

        if (!redispatch_is_due(self->redispatches, job, mono)) {
            continue;
        }
        g_autoptr(GError) failed = NULL;
        bool sent = jw_jobs_redispatch(&self->jobs, job, &failed);
        if (!sent && !sch_go_on(job, "redispatch", g_steal_pointer(&failed), error)) {
            return false;
        }
        redispatch_note(self->redispatches, job,
                        mono); /* a refused one too: it will not get better */
        if (!sent) {
            continue;
        }
        jw_info("job_redispatched", JW_STR("job_id", job->id), JW_INT("token", job->token));
        (*ret_redispatched)++;
    }
    go_on_behind(self->redispatches, jobs);
    jw_metric_add(sch_metrics[SCH_METRIC_REDISPATCHES], NULL, (double)*ret_redispatched);
    return true;
}
