/* maintenance.c: deliveries that are due, whose sender died, or that are in doubt, and jobs whose
 * event was lost.
 *
 * A sender is dead when its claim did not change for JW_SENDER_DEAD_AFTER of this process's
 * monotonic clock, which is longer than any transaction may take. What happens then follows the
 * mark: without it the message was certainly not sent and is queued again; with it nobody knows,
 * and it is in doubt. In doubt, it is sent once more with the same Message-ID and flagged, then
 * given up; one that must come at most once is given up at once. */
#include "ntf.h"

#include "jw/log.h"

static bool
queue_due(Ntf *self, GError **error)
{
    g_autoptr(GPtrArray) due = NULL;
    int64_t now = jw_clock_now_ms(self->clock);
    /* What was just created is in the queue already. */
    int64_t updated_before = now - self->config.poll_ms;

    if (jw_queue_length(self->due) > 0) {
        return true;
    }
    if (!jw_store_scan_deliveries(self->store, 1u << JW_DELIVERY_QUEUED, now, updated_before,
                                  NTF_MAINTENANCE_BATCH, &due, error)) {
        return false;
    }
    for (guint i = 0; i < due->len; i++) {
        char *id = g_strdup(((JwDelivery *)g_ptr_array_index(due, i))->id);

        if (!jw_queue_try_push(self->due, 0, id)) {
            g_free(id);
            break;
        }
    }
    return true;
}

static bool
reap_senders(Ntf *self, GError **error)
{
    g_autoptr(GPtrArray) sending = NULL;

    if (!jw_store_scan_deliveries(self->store, 1u << JW_DELIVERY_SENDING, 0, 0,
                                  NTF_MAINTENANCE_BATCH, &sending, error)) {
        return false;
    }
    jw_liveness_begin(self->sending, jw_clock_mono_ms(self->clock));
    for (guint i = 0; i < sending->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(sending, i);
        JwCas cas = JW_CAS_LOST;

        if (!jw_liveness_is_stale(self->sending, delivery->id, delivery->token, delivery->data_sent,
                                  self->config.dead_after_ms)) {
            continue;
        }
        jw_warn("sender_died", JW_STR("delivery_id", delivery->id),
                JW_STR("owner", delivery->owner), JW_BOOL("dataSent", delivery->data_sent));
        const JwDeliveryChange change = {
            .transition = delivery->data_sent ? JW_DCHANGE_REAP_DOUBT : JW_DCHANGE_REAP_QUEUE,
            .reply =
                delivery->data_sent
                    ? "the sender died around the final dot: nobody knows whether the mail went out"
                    : NULL,
        };
        if (!ntf_change(self, delivery, &change, NULL, &cas, error)) {
            return false;
        }
    }
    jw_liveness_end(self->sending);
    return true;
}

/* What becomes of a delivery in doubt: by what its job asked for, else as it is configured. */
static JwDeliveryChange
resolution(const Ntf *self, const JwDelivery *delivery)
{
    JwInDoubt in_doubt = delivery->in_doubt;

    if (in_doubt == JW_IN_DOUBT_DEFAULT) { /* ntf_run() has checked the word */
        (void)jw_in_doubt_parse(self->config.in_doubt, &in_doubt);
    }
    if (in_doubt == JW_IN_DOUBT_AT_MOST_ONCE) {
        return (JwDeliveryChange){
            .transition = JW_DCHANGE_NOT_AGAIN,
            .reply = "in doubt: the mail may have arrived, the server never confirmed it; it is "
                     "sent at most once",
        };
    }
    if (delivery->resends == 0) {
        return (JwDeliveryChange){ .transition = JW_DCHANGE_RESEND };
    }
    return (JwDeliveryChange){
        .transition = JW_DCHANGE_GIVE_UP,
        .reply = "in doubt twice: the mail may have arrived, the server never confirmed it",
    };
}

static bool
resolve_unknown(Ntf *self, GError **error)
{
    g_autoptr(GPtrArray) unknown = NULL;
    int64_t before = jw_clock_now_ms(self->clock) - self->config.resend_after_ms;

    if (!jw_store_scan_deliveries(self->store, 1u << JW_DELIVERY_UNKNOWN, 0, before,
                                  NTF_MAINTENANCE_BATCH, &unknown, error)) {
        return false;
    }
    for (guint i = 0; i < unknown->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(unknown, i);
        const JwDeliveryChange change = resolution(self, delivery);
        JwCas cas = JW_CAS_LOST;

        if (!ntf_change(self, delivery, &change, NULL, &cas, error)) {
            return false;
        }
    }
    return true;
}

/* Does what a lost event would have done: creates missing deliveries, updates the counts. */
static bool
recover_job(Ntf *self, const JwJob *job, GError **error)
{
    const int64_t now_ms = jw_clock_now_ms(self->clock);
    g_autoptr(GPtrArray) deliveries = jw_jobs_mails_of(job, now_ms);
    /* Nobody is told of a failure of long ago, as of a time before there were such mails. */
    const bool old =
        job->state == JW_JOB_FAILED && now_ms - job->finished_at_ms > self->config.give_up_ms;
    size_t created = 0;

    if (deliveries->len == 0 || old) { /* nothing to send, now or later */
        return jw_store_end_mail(self->store, job, now_ms, error);
    }
    if (!ntf_create_deliveries(self, job, deliveries, &created, error)) {
        return false;
    }
    if (created > 0) { /* the next round finds them due */
        jw_warn("event_lost", JW_STR("job_id", job->id), JW_INT("created", created));
    }
    return true;
}

/* One page in each round, a pause after the last. A job that fails is left for the next pass. */
static bool
recover_mail(Ntf *self, GError **error)
{
    NtfMailScan *at = &self->mail_scan;
    int64_t mono = jw_clock_mono_ms(self->clock);
    g_autoptr(GPtrArray) jobs = NULL;
    JwJobScan scan = {
        .states = JW_JOB_BIT(JW_JOB_COMPLETED) | JW_JOB_BIT(JW_JOB_FAILED),
        .updated_before_ms = jw_clock_now_ms(self->clock) - NTF_MAIL_AFTER_MS,
        .mail_pending = true,
        .limit = NTF_MAIL_PAGE,
        .after_id = at->after_id,
        .after_updated_ms = at->after_updated_ms,
    };

    if (mono < at->next_mono_ms) {
        return true;
    }
    if (!jw_store_scan_jobs(self->store, &scan, &jobs, error)) {
        return false;
    }
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);

        g_free(at->after_id);
        at->after_id = g_strdup(job->id);
        at->after_updated_ms = job->updated_at_ms;
        if (!recover_job(self, job, error)) {
            return false;
        }
    }
    if (jobs->len < NTF_MAIL_PAGE) {
        g_clear_pointer(&at->after_id, g_free);
        at->next_mono_ms = mono + NTF_MAIL_PAUSE_MS;
    }
    return true;
}

bool
ntf_maintain(Ntf *self, GError **error)
{
    return queue_due(self, error) && reap_senders(self, error) && resolve_unknown(self, error)
           && recover_mail(self, error);
}

gpointer
ntf_maintenance_thread(gpointer data)
{
    Ntf *self = data;

    while (!jw_stop_wait(self->stop, self->config.poll_ms)) {
        g_autoptr(GError) error = NULL;

        if (!ntf_maintain(self, &error)) {
            jw_warn("maintenance_failed", JW_STR("error", jw_error_message(error)));
        }
    }
    return NULL;
}
