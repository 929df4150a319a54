/* ntf.c: the notifier's threads and configuration. See ntf.h. */
#include "ntf.h"

#include "jw/links.h"
#include "metrics.h"

const JwConfigEntry ntf_config_entries[] = {
    { "JW_SENDERS", JW_CONFIG_INT, offsetof(NtfConfig, senders), "4", 1, 64, 0,
      "mails sent at once" },
    { "JW_ATTACH_MAX", JW_CONFIG_SIZE, offsetof(NtfConfig, attach_max_bytes), "10MiB", 0, 1 << 30,
      0,
      "larger reports are not attached: the mail carries a link. The size is that in the mail, "
      "where "
      "a file takes a third more" },
    { "JW_PUBLIC_URL", JW_CONFIG_STRING, offsetof(NtfConfig, public_url), NULL, 0, 0,
      JW_CONFIG_REQUIRED,
      "where readers of mails reach the gateway, https://jobs.example.com: the links begin so" },
    { "JW_LINK_TTL", JW_CONFIG_DURATION, offsetof(NtfConfig, link_ttl_ms), "168h", 60000,
      INT64_C(366) * 86400000, 0,
      "how long the link in a mail works, unless the report is removed before" },
    { "JW_POLL", JW_CONFIG_DURATION, offsetof(NtfConfig, poll_ms), "1s", 20, 60000, 0,
      "how often the notifier looks for due and stuck deliveries" },
    { "JW_SENDER_DEAD_AFTER", JW_CONFIG_DURATION, offsetof(NtfConfig, dead_after_ms), "150s", 500,
      3600000, 0,
      "a claim without progress for this long is taken away; at least twice JW_SMTP_TIMEOUT and "
      "10 s" },
    { "JW_RESEND_AFTER", JW_CONFIG_DURATION, offsetof(NtfConfig, resend_after_ms), "2m", 0,
      86400000, 0,
      "a mail in doubt is sent once more, with the same Message-ID, or has failed after this" },
    { "JW_IN_DOUBT", JW_CONFIG_STRING, offsetof(NtfConfig, in_doubt), "at_least_once", 0, 0, 0,
      "what becomes of a mail in doubt, unless its job says: at_least_once (sent once more, "
      "flagged) or at_most_once (never again: it has failed)" },
    { "JW_GIVE_UP_AFTER", JW_CONFIG_DURATION, offsetof(NtfConfig, give_up_ms), "72h", 1000,
      INT64_MAX, 0, "a mail that cannot be sent for this long has failed" },
};
const size_t ntf_n_config_entries = G_N_ELEMENTS(ntf_config_entries);

bool
ntf_check_in_doubt(const Ntf *self, GError **error)
{
    JwInDoubt in_doubt = JW_IN_DOUBT_DEFAULT;

    return jw_in_doubt_parse(self->config.in_doubt, &in_doubt)
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_IN_DOUBT must be at_least_once or at_most_once, not '%s'",
                      self->config.in_doubt);
}

/* A mail waits for a connection and is then sent, each for JW_SMTP_TIMEOUT at most; the rest is for
 * the store. A claim taken away sooner would be one whose mail is on its way. */
bool
ntf_check(const Ntf *self, GError **error)
{
    int64_t least_ms = 2 * self->mail_config.timeout_ms + 10000;

    return self->config.dead_after_ms >= least_ms
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_SENDER_DEAD_AFTER (%" G_GINT64_FORMAT
                      " ms) must be at least twice JW_SMTP_TIMEOUT (%" G_GINT64_FORMAT
                      " ms) and 10 s: %" G_GINT64_FORMAT " ms",
                      self->config.dead_after_ms, self->mail_config.timeout_ms, least_ms);
}

bool
ntf_run(Ntf *self, GError **error)
{
    if (!ntf_check_in_doubt(self, error) || !ntf_check(self, error)
        || !jw_link_base_check(self->config.public_url, error)) {
        return false;
    }
    ntf_metrics_init();
    jw_process_name(self->owner);
    if (!jw_mail_address_parse(self->mail_config.from, &self->sender_name, &self->sender_address,
                               error)) {
        return jw_prefix(error, "JW_MAIL_FROM");
    }
    self->stop = jw_stop_new();
    self->due = jw_queue_new(10000, 1, g_free);
    self->sending = jw_liveness_new(NTF_MAINTENANCE_BATCH);
    jw_liveness_limit_gap(self->sending,
                          MAX(self->config.dead_after_ms / NTF_LOOKS, 2 * self->config.poll_ms));
    g_autofree char *jobs = jw_wire_topic(self->wire, JW_TOPIC_JOB_EVENTS);
    g_autofree char *deliveries = jw_wire_topic(self->wire, JW_TOPIC_DELIVERY_EVENTS);
    g_autofree char *group = jw_wire_topic(self->wire, "notifier");
    const char *topics[] = { jobs, deliveries, NULL };
    JwSubscription subscription = {
        .topics = topics,
        .group = group,
        .batch_max = 100,
        .consume = ntf_consume,
        .data = self,
    };
    self->consumer = jw_bus_subscribe(self->bus, &subscription, error);
    if (self->consumer == NULL) {
        return false;
    }
    self->senders = g_ptr_array_new();
    for (int64_t i = 0; i < self->config.senders; i++) {
        g_ptr_array_add(self->senders, g_thread_new("sender", ntf_sender, self));
    }
    self->maintenance = g_thread_new("maintenance", ntf_maintenance_thread, self);
    return true;
}

/* Ends after what is at its final dot; queued deliveries are durable and wait for the next
 * notifier. */
void
ntf_stop(Ntf *self)
{
    if (self->stop != NULL) {
        jw_stop_set(self->stop); /* first: what has no mark yet ends before its dot */
    }
    g_clear_pointer(&self->consumer, jw_consumer_free);
    if (self->due != NULL) {
        jw_queue_close(self->due);
    }
    for (guint i = 0; self->senders != NULL && i < self->senders->len; i++) {
        g_thread_join(g_ptr_array_index(self->senders, i));
    }
    g_clear_pointer(&self->senders, g_ptr_array_unref);
    if (self->store != NULL) { /* a mail under way was worth the wait for its row */
        jw_store_stop_waiting(self->store);
    }
    g_clear_pointer(&self->maintenance, g_thread_join);
    g_clear_pointer(&self->sending, jw_liveness_free);
    g_clear_pointer(&self->mail_scan.after_id, g_free);
    g_clear_pointer(&self->due, jw_queue_free);
    g_clear_pointer(&self->stop, jw_stop_free);
    g_clear_pointer(&self->sender_name, g_free);
    g_clear_pointer(&self->sender_address, g_free);
}
