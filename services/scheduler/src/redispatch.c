/* redispatch.c: jobs that are due but claimed by nobody.
 *
 * A redispatch publishes the command of a job once more. That helps only when its last command was
 * read and lost, with the memory of an executor; one that still waits in the topic is as good. So a
 * job is redispatched only once the executors have read past its last command (reading.c): however
 * long a topic waits, and however deep it is, waiting adds nothing to it. Two things do, by a
 * number that does not grow with the jobs that wait in topics:
 * - What was read and not claimed, most likely because it waits in an executor, is redispatched at
 *   once, after a minute and then every two, by each scheduler: of each priority JW_READY_MAX jobs
 *   an executor at most. While it waits there, an executor drops the repeat without a claim.
 * - A partition with two unread messages or fewer counts as read (MARKERS): each scheduler may
 *   repeat those commands, until there are more.
 *
 * A job that was given back after an attempt has no command of its own, and gets one at once. */
#include "reading.h"
#include "sch.h"

#include "jw/log.h"
#include "metrics.h"

#include <string.h>

#define REDISPATCH_BATCH      500
#define REDISPATCH_REMEMBERED 50000u
#define REDISPATCH_FIRST_MS   60000
/* Not rarer: what an executor had taken from Kafka and not begun is lost with its memory, and only
 * a redispatch brings it back. */
#define REDISPATCH_LAST_MS (2 * 60000)
/* Where the broker does not tell what was read. */
#define REDISPATCH_BLIND_LAST_MS (60 * 60000)

typedef struct {
    int64_t sent_mono_ms, wait_ms;
    unsigned pass; /* that saw the job last */
} Redispatch;

struct _SchRedispatches {
    /* Where the next round goes on: page by page, then from the start, which is another pass. */
    char *after_id;
    int64_t after_updated_ms;
    unsigned pass;
    GHashTable *by_job;   /* char * → Redispatch *, capped */
    GHashTable *by_topic; /* char * → SchReading *: three */
};

SchRedispatches *
sch_redispatches_new(void)
{
    SchRedispatches *self = g_new0(SchRedispatches, 1);

    self->by_job = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->by_topic = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, sch_reading_free);
    return self;
}

void
sch_redispatches_free(SchRedispatches *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->by_job);
        g_hash_table_unref(self->by_topic);
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

/* Its command is not published yet: the relay has it. */
static bool
is_on_its_way(const JwJob *job)
{
    for (guint i = 0; i < job->outbox->len; i++) {
        const JwOutboxEntry *entry = g_ptr_array_index(job->outbox, i);

        if (g_strcmp0(entry->type, JW_TYPE_JOB_SUBMIT) == 0) {
            return true;
        }
    }
    return false;
}

typedef struct {
    const Sch *sch;
    int64_t now_ms, mono_ms;
} Round;

/* The command that a job was made with is as old as the job's last change, by the clocks of two
 * machines: a time that lies ahead says nothing. */
static bool
first_was_read(const Round *round, const SchReading *reading, const JwJob *job)
{
    int64_t age = round->now_ms - job->updated_at_ms;

    return age < 0
           || sch_reading_is_past(reading,
                                  round->mono_ms - age + round->sch->config.redispatch_after_ms);
}

static bool
redispatch_is_due(const Round *round, const SchReading *reading, const JwJob *job)
{
    const SchRedispatches *self = round->sch->redispatches;
    g_autofree char *key = redispatch_key(job);
    Redispatch *entry = g_hash_table_lookup(self->by_job, key);

    if (entry != NULL) {
        entry->pass = self->pass;
        return round->mono_ms >= entry->sent_mono_ms + entry->wait_ms
               && sch_reading_is_past(reading,
                                      entry->sent_mono_ms + round->sch->config.redispatch_after_ms);
    }
    if (g_hash_table_size(self->by_job) >= REDISPATCH_REMEMBERED || is_on_its_way(job)) {
        return false;
    }
    return job->token > 0 || first_was_read(round, reading, job);
}

/* Only what the bus took while the broker answers is noted: a full bus or an unreachable broker
 * must not delay a job by a minute. */
static void
redispatch_note(const Round *round, const SchReading *reading, const JwJob *job)
{
    SchRedispatches *self = round->sch->redispatches;
    g_autofree char *key = redispatch_key(job);
    Redispatch *entry = g_hash_table_lookup(self->by_job, key);
    int64_t last = sch_reading_is_blind(reading) ? REDISPATCH_BLIND_LAST_MS : REDISPATCH_LAST_MS;

    if (entry == NULL) {
        entry = g_new0(Redispatch, 1);
        entry->wait_ms = REDISPATCH_FIRST_MS;
        g_hash_table_insert(self->by_job, g_steal_pointer(&key), entry);
    } else {
        entry->wait_ms = MIN(entry->wait_ms * 2, last);
    }
    entry->sent_mono_ms = round->mono_ms;
    entry->pass = self->pass;
}

static gboolean
was_not_seen(gpointer key, gpointer value, gpointer pass)
{
    (void)key;
    return ((const Redispatch *)value)->pass != *(const unsigned *)pass;
}

static void
go_on_behind(SchRedispatches *self, const GPtrArray *page)
{
    g_clear_pointer(&self->after_id, g_free);
    if (page->len == REDISPATCH_BATCH) {
        const JwJob *last = g_ptr_array_index(page, page->len - 1);

        self->after_id = g_strdup(last->id);
        self->after_updated_ms = last->updated_at_ms;
        return;
    }
    /* What a whole pass did not see has been claimed or has ended. */
    (void)g_hash_table_foreach_remove(self->by_job, was_not_seen, &self->pass);
    self->pass++;
}

/* How far the topic of @job's command has been read. (transfer none) */
static SchReading *
reading_of(const Round *round, const JwJob *job, GError **error)
{
    const Sch *sch = round->sch;
    g_autofree char *topic = jw_wire_topic(sch->wire, jw_wire_command_topic(job->priority));
    SchReading *reading = g_hash_table_lookup(sch->redispatches->by_topic, topic);

    if (reading == NULL) {
        reading = sch_reading_new(jw_wire_topic(sch->wire, JW_GROUP_EXECUTOR), g_strdup(topic));
        g_hash_table_insert(sch->redispatches->by_topic, g_steal_pointer(&topic), reading);
    }
    return sch_reading_look(reading, sch->bus, round->mono_ms, error) ? reading : NULL;
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

/* False: the store or the bus fails. */
static bool
redispatch_job(const Round *round, const JwJob *job, size_t *ret_redispatched, GError **error)
{
    const SchReading *reading = reading_of(round, job, error);
    g_autoptr(GError) failed = NULL;

    if (reading == NULL) {
        return false;
    }
    if (!redispatch_is_due(round, reading, job)) {
        return true;
    }
    bool sent = jw_jobs_redispatch(&round->sch->jobs, job, &failed);
    if (!sent && !sch_go_on(job, "redispatch", g_steal_pointer(&failed), error)) {
        return false;
    }
    redispatch_note(round, reading, job); /* a refused one too: it will not get better */
    if (sent) {
        jw_info("job_redispatched", JW_STR("job_id", job->id), JW_INT("token", job->token));
        (*ret_redispatched)++;
    }
    return true;
}

bool
sch_redispatch(Sch *self, size_t *ret_redispatched, GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    const Round round = { self, jw_clock_now_ms(self->clock), jw_clock_mono_ms(self->clock) };
    JwJobScan scan = {
        .states = JW_JOB_BIT(JW_JOB_PENDING),
        .due_before_ms = round.now_ms,
        .updated_before_ms = round.now_ms - self->config.redispatch_after_ms,
        .ahead_ms = round.now_ms + JW_JOB_BACKOFF_LONGEST_MS, /* as the claim has it */
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
        if (!redispatch_job(&round, g_ptr_array_index(jobs, i), ret_redispatched, error)) {
            return false;
        }
    }
    go_on_behind(self->redispatches, jobs);
    jw_metric_add(sch_metrics[SCH_METRIC_REDISPATCHES], NULL, (double)*ret_redispatched);
    return true;
}
