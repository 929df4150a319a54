/* sch_reap.c: T8: takes jobs away from attempts that died.
 *
 * Dead means: token and beat stood still for JW_REAP_AFTER of this process's own monotonic clock. Wall
 * clocks of other machines play no part, and a scheduler that slept sees the beats moved on when it wakes. */
#include "sch.h"

#include "jw/log.h"
#include "jw/metrics.h"

#define REAP_LIMIT 10000

typedef struct {
    int64_t token, beat, since_mono_ms;
    unsigned round; /* of the last look that saw it running */
} Seen;

struct _SchReaper {
    GHashTable *by_job; /* char * → Seen *; only running jobs, capped by REAP_LIMIT */
    unsigned round;
};

SchReaper *
sch_reaper_new(void)
{
    SchReaper *self = g_new0(SchReaper, 1);

    self->by_job = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    return self;
}

void
sch_reaper_free(SchReaper *self)
{
    if (self != NULL) {
        g_hash_table_unref(self->by_job);
        g_free(self);
    }
}

/* Notes what is seen; true when it stood still for long enough. */
static bool
stood_still(SchReaper *self, const JwJob *job, int64_t mono_ms, int64_t after_ms)
{
    Seen *seen = g_hash_table_lookup(self->by_job, job->id);

    if (seen == NULL) {
        seen = g_new0(Seen, 1);
        seen->token = -1;
        g_hash_table_insert(self->by_job, g_strdup(job->id), seen);
    }
    seen->round = self->round;
    if (seen->token != job->token || seen->beat != job->beat) {
        seen->token = job->token;
        seen->beat = job->beat;
        seen->since_mono_ms = mono_ms;
        return false;
    }
    return mono_ms - seen->since_mono_ms >= after_ms;
}

static JwJobTransition
transition_for(const JwJob *job)
{
    if (job->state == JW_JOB_CANCELLING) {
        return JW_CHANGE_REAP_CANCEL;
    }
    return job->attempts < job->max_attempts ? JW_CHANGE_REAP_RETRY : JW_CHANGE_REAP_FAIL;
}

static bool
reap_job(Sch *self, const JwJob *job, size_t *ret_reaped, GError **error)
{
    static const char code[] = "ATTEMPT_DIED";
    static const char message[] = "the attempt stopped without a word; its process or machine died";
    JwJobTransition transition = transition_for(job);
    int64_t now = jw_clock_now_ms(self->clock);
    bool cancel = transition == JW_CHANGE_REAP_CANCEL;
    g_autoptr(JwOutboxEntry) event = jw_wire_job_event(
        self->wire, job, cancel ? JW_TYPE_JOB_CANCELLED : JW_TYPE_JOB_FAILED, NULL,
        cancel ? NULL : code, cancel ? NULL : message, transition == JW_CHANGE_REAP_RETRY, now);
    g_autoptr(JwOutboxEntry) command =
        transition == JW_CHANGE_REAP_RETRY ? jw_wire_submit_command(self->wire, job, now) : NULL;
    const JwOutboxEntry *events[] = { event, command };
    g_autoptr(JwJob) after = NULL;
    JwCas cas = JW_CAS_LOST;
    JwJobChange change = {
        .job_id = job->id,
        .transition = transition,
        .now_ms = now,
        .token = job->token,
        .beat = job->beat,
        .not_before_ms = now,
        .error_code = cancel ? NULL : code,
        .error_message = cancel ? NULL : message,
        .events = events,
        .n_events = command != NULL ? 2 : 1,
    };

    if (!jw_store_change_job(self->store, &change, &cas, &after, error)) {
        return false;
    }
    if (cas == JW_CAS_WON) {
        jw_warn("job_reaped", JW_STR("job_id", job->id), JW_STR("owner", job->owner),
                JW_INT("token", job->token), JW_STR("change", jw_job_rule(transition)->name));
        jw_relay_offer(self->relay, JW_DOC_JOB, job->id, after->outbox);
        (*ret_reaped)++;
    }
    return true;
}

static gboolean
not_seen_this_round(gpointer key G_GNUC_UNUSED, gpointer value, gpointer round)
{
    return ((Seen *)value)->round != *(unsigned *)round;
}

bool
sch_reap(Sch *self, size_t *ret_reaped, GError **error)
{
    g_autoptr(GPtrArray) jobs = NULL;
    JwJobScan scan = { .states = JW_JOB_BIT(JW_JOB_RUNNING) | JW_JOB_BIT(JW_JOB_CANCELLING),
                       .limit = REAP_LIMIT };

    *ret_reaped = 0;
    if (!jw_store_scan_jobs(self->store, &scan, &jobs, error)) {
        return false;
    }
    /* After the reply: a store that was slow to answer must not make attempts look dead. */
    int64_t mono = jw_clock_mono_ms(self->clock);
    self->reaper->round++;
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);

        if (stood_still(self->reaper, job, mono, self->config.reap_after_ms)
            && !reap_job(self, job, ret_reaped, error)) {
            return false;
        }
    }
    g_hash_table_foreach_remove(self->reaper->by_job, not_seen_this_round, &self->reaper->round);
    jw_metric_add(jw_metric_counter("jobwire_reaped_total", "Jobs taken from dead attempts", NULL),
                  NULL, (double)*ret_reaped);
    return true;
}
