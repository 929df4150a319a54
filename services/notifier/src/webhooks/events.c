/* webhooks/events.c: from what happened to deliveries. The id of an event is derived from what it
 * tells of, that of a delivery from event and webhook: who tells of it again, after a crash or from
 * a message that came twice, creates nothing new. */
#include "webhooks/webhooks.h"

#include "jw/crash.h"
#include "jw/log.h"
#include "jw/store_webhooks.h"

#define WEBHOOKS_MOST 1000 /* that are read; the API allows fewer */

typedef struct {
    JwWebhookEvent event;
    const JwJob *job;
    char id[JW_UUID_LEN + 1];
    char *json; /* owned */
} Told;

static void
told_clear(Told *self)
{
    g_clear_pointer(&self->json, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Told, told_clear)

char *
ntf_webhook_off(const JwWebhook *webhook)
{
    return g_strdup_printf("not sent: the webhook is disabled (%s); enable it, and replay this",
                           webhook->disabled_reason != NULL ? webhook->disabled_reason : "?");
}

/* What a disabled webhook misses is kept, so that it can be replayed. (transfer full) */
static JwDelivery *
make(const Ntf *self, const Told *told, const JwWebhook *webhook)
{
    const int64_t now_ms = jw_clock_now_ms(self->clock);
    JwDelivery *delivery =
        jw_delivery_new_event(told->job->id, told->id, webhook->id, told->json, now_ms);

    delivery->request_id = g_strdup(told->job->request_id);
    delivery->traceparent = g_strdup(told->job->traceparent);
    if (webhook->disabled_at_ms != 0) {
        delivery->state = JW_DELIVERY_FAILED;
        delivery->finished_at_ms = now_ms;
        delivery->reply = ntf_webhook_off(webhook);
    }
    return delivery;
}

static bool
store(Ntf *self, const Told *told, const GPtrArray *deliveries, GError **error)
{
    g_autofree JwCreate *creates = g_new0(JwCreate, deliveries->len);

    if (deliveries->len == 0) {
        return true;
    }
    jw_crash_point("ntf_webhook_before_tell");
    if (!jw_store_create_deliveries(self->store, (const JwDelivery *const *)deliveries->pdata,
                                    deliveries->len, creates, error)) {
        return jw_prefix(error, "telling webhooks of job '%s'", told->job->id);
    }
    jw_crash_point("ntf_webhook_after_tell");
    for (guint i = 0; i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        if (creates[i] != JW_CREATE_NEW) {
            continue;
        }
        jw_info("event_told", JW_STR("event_id", told->id),
                JW_STR("type", jw_webhook_event_name((int)told->event)),
                JW_STR("job_id", told->job->id), JW_STR("webhook_id", delivery->recipient));
        if (delivery->state == JW_DELIVERY_QUEUED) {
            (void)ntf_lanes_push(self->lanes, delivery->recipient, delivery->id);
        }
    }
    return true;
}

static bool
tell(Ntf *self, const GPtrArray *webhooks, const Told *told, GError **error)
{
    g_autoptr(GPtrArray) deliveries = g_ptr_array_new_with_free_func(jw_delivery_free);

    for (guint i = 0; i < webhooks->len; i++) {
        const JwWebhook *webhook = g_ptr_array_index(webhooks, i);

        if (jw_webhook_wants(webhook, told->event, told->job)) {
            g_ptr_array_add(deliveries, make(self, told, webhook));
        }
    }
    return store(self, told, deliveries, error);
}

static void
name_event(Told *told, const char *of, int64_t number)
{
    char text[32];

    (void)g_snprintf(text, sizeof text, "%" G_GINT64_FORMAT, number);
    jw_uuid_derive(told->id, "event", jw_webhook_event_name((int)told->event), of, text, NULL);
}

bool
ntf_tell_job(Ntf *self, const JwJob *job, GError **error)
{
    g_auto(Told) told = { .event = job->state == JW_JOB_COMPLETED ? JW_WEBHOOK_REPORT_GENERATED
                                                                  : JW_WEBHOOK_REPORT_FAILED,
                          .job = job };
    g_autoptr(GPtrArray) webhooks = NULL;

    if (job->subtype == NULL) { /* no report */
        return true;
    }
    if (!jw_store_list_webhooks(self->store, WEBHOOKS_MOST, &webhooks, error)) {
        return false;
    }
    if (webhooks->len == 0) {
        return true;
    }
    name_event(&told, job->id, job->retry_count);
    told.json = ntf_payload_job(self, told.event, job);
    return tell(self, webhooks, &told, error);
}

static bool
tell_bounce(Ntf *self, const GPtrArray *webhooks, const JwJob *job, const JwDelivery *mail,
            GError **error)
{
    g_auto(Told) told = { .event = JW_WEBHOOK_EMAIL_BOUNCED, .job = job };

    name_event(&told, mail->id, 0);
    told.json = ntf_payload_bounce(self, job, mail);
    return tell(self, webhooks, &told, error);
}

static bool
is_bounce(const JwDelivery *mail)
{
    return mail->channel == JW_CHANNEL_MAIL && mail->kind == JW_DELIVERY_REPORT
           && mail->state == JW_DELIVERY_BOUNCED;
}

bool
ntf_tell_bounce(Ntf *self, const JwDelivery *mail, GError **error)
{
    g_autoptr(GPtrArray) webhooks = NULL;
    g_autoptr(JwJob) job = NULL;

    if (!is_bounce(mail)) {
        return true;
    }
    if (!jw_store_list_webhooks(self->store, WEBHOOKS_MOST, &webhooks, error)
        || (webhooks->len > 0 && !jw_store_get_job(self->store, mail->job_id, &job, error))) {
        return false;
    }
    return job == NULL || job->subtype == NULL || tell_bounce(self, webhooks, job, mail, error);
}

static bool
anybody_wants(const GPtrArray *webhooks, JwWebhookEvent event, const JwJob *job)
{
    for (guint i = 0; i < webhooks->len; i++) {
        if (jw_webhook_wants(g_ptr_array_index(webhooks, i), event, job)) {
            return true;
        }
    }
    return false;
}

static bool
tell_bounces(Ntf *self, const GPtrArray *webhooks, const JwJob *job, GError **error)
{
    g_autoptr(GPtrArray) mails = NULL;

    if (!jw_store_list_deliveries(self->store, job->id, &mails, error)) {
        return false;
    }
    for (guint i = 0; i < mails->len; i++) {
        const JwDelivery *mail = g_ptr_array_index(mails, i);

        if (is_bounce(mail) && !tell_bounce(self, webhooks, job, mail, error)) {
            return false;
        }
    }
    return true;
}

bool
ntf_tell_sent(Ntf *self, const JwJob *job, const JwDeliveryCounts *counts, GError **error)
{
    g_auto(Told) told = { .event = JW_WEBHOOK_REPORT_SENT, .job = job };
    g_autoptr(GPtrArray) webhooks = NULL;

    if (job->subtype == NULL || job->state != JW_JOB_COMPLETED || counts->total == 0) {
        return true;
    }
    if (!jw_store_list_webhooks(self->store, WEBHOOKS_MOST, &webhooks, error)
        || (counts->bounced > 0 && anybody_wants(webhooks, JW_WEBHOOK_EMAIL_BOUNCED, job)
            && !tell_bounces(self, webhooks, job, error))) {
        return false;
    }
    if (counts->sent == 0 || webhooks->len == 0) {
        return true;
    }
    /* When it was sent again, that is another event. */
    g_autofree char *of = g_strdup_printf("%s %d %d", job->id, counts->total, job->resend_count);
    name_event(&told, of, counts->sent);
    told.json = ntf_payload_sent(self, job, counts, jw_clock_now_ms(self->clock));
    return tell(self, webhooks, &told, error);
}
