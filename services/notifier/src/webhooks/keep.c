/* webhooks/keep.c: what maintenance does for webhooks: deliveries that are due go into the lanes,
 * owners of disabled webhooks are told, old deliveries are removed. The maintenance thread. */
#include "webhooks/webhooks.h"

#include "jw/jobs_deliveries.h"
#include "jw/log.h"
#include "jw/store_events.h"
#include "jw/store_webhooks.h"

#define PAGE          500u
#define LANE_PAGE     50u
#define WEBHOOKS_MOST 1000u
#define SWEEP_MS      INT64_C(600000)

static bool
fill(Ntf *self, const char *webhook_id, size_t limit, size_t *ret_found, GError **error)
{
    const int64_t now_ms = jw_clock_now_ms(self->clock);
    g_autoptr(GPtrArray) due = NULL;

    /* what was just created is in a lane already */
    if (!jw_store_due_events(self->store, webhook_id, now_ms, now_ms - self->config.poll_ms, limit,
                             &due, error)) {
        return false;
    }
    for (guint i = 0; i < due->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(due, i);
        (void)ntf_lanes_push(self->lanes, delivery->recipient, delivery->id);
    }
    *ret_found = due->len;
    return true;
}

/* Where more is due than one page has, it may all be of one webhook: then each is asked for its
 * own. */
static bool
fill_lanes(Ntf *self, const GPtrArray *webhooks, GError **error)
{
    size_t found = 0;

    if (!fill(self, NULL, PAGE, &found, error)) {
        return false;
    }
    for (guint i = 0; found >= PAGE && i < webhooks->len; i++) {
        const JwWebhook *webhook = g_ptr_array_index(webhooks, i);
        size_t own = 0;

        if (!fill(self, webhook->id, LANE_PAGE, &own, error)) {
            return false;
        }
    }
    return true;
}

/* (transfer full) */
static char *
notice_text(const Ntf *self, const JwWebhook *webhook)
{
    g_autofree char *when = jw_time_words(webhook->disabled_at_ms);

    return g_strdup_printf(
        "Your webhook was disabled at %s: %s.\n\n"
        "Webhook:  %s\n"
        "URL:      %s\n"
        "%s%s%s"
        "\nNothing is sent to it until it is enabled again. What it would have been told meanwhile "
        "is kept, and can be replayed.\n\n"
        "1. Put the receiver right. POST %s/report/webhooks/%s/test sends it a test, also while it "
        "is disabled.\n"
        "2. Enable it: PATCH %s/report/webhooks/%s with {\"enabled\": true}. The answer says what "
        "it missed.\n"
        "3. Replay that: POST %s/report/webhooks/%s/replay.\n\n"
        "With jobctl: webhook test, webhook enable, webhook replay.\n",
        when, webhook->disabled_reason != NULL ? webhook->disabled_reason : "", webhook->id,
        webhook->url, webhook->description != NULL ? "About:    " : "",
        webhook->description != NULL ? webhook->description : "",
        webhook->description != NULL ? "\n" : "", self->config.public_url, webhook->id,
        self->config.public_url, webhook->id, self->config.public_url, webhook->id);
}

/* The mail is stored first, once, whoever does it: its key names this disabling. */
static bool
give_notice(Ntf *self, const JwWebhook *webhook, GError **error)
{
    g_autofree char *key = g_strdup_printf("webhook-disabled:%s:%" G_GINT64_FORMAT, webhook->id,
                                           webhook->disabled_at_ms);
    g_autofree char *text = notice_text(self, webhook);
    g_autoptr(GError) cause = NULL;
    JwCreate create = JW_CREATE_EXISTS;
    const JwMessageWish wish = {
        .job_id = webhook->id, /* no job writes it */
        .key = key,
        .recipient = webhook->owner.email,
        .subject = "A webhook was disabled",
        .text = text,
    };

    if (wish.recipient == NULL) {
        jw_warn("webhook_notice_without_address", JW_STR("webhook_id", webhook->id));
    } else if (!jw_jobs_create_message(&self->jobs, &wish, &create, &cause)) {
        if (!jw_error_is_permanent(cause)) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        jw_warn("webhook_notice_failed", JW_STR("webhook_id", webhook->id),
                JW_STR("error", jw_error_message(cause)));
    }
    return jw_store_end_webhook_notice(self->store, webhook->id, webhook->disabled_at_ms, error);
}

static bool
sweep(Ntf *self, GError **error)
{
    const int64_t mono_ms = jw_clock_mono_ms(self->clock);

    if (mono_ms < self->sweep_mono_ms) {
        return true;
    }
    self->sweep_mono_ms = mono_ms + SWEEP_MS;
    return jw_store_sweep_events(
        self->store, jw_clock_now_ms(self->clock) - self->config.webhook_keep_ms, error);
}

bool
ntf_keep_webhooks(Ntf *self, GError **error)
{
    g_autoptr(GPtrArray) webhooks = NULL;

    if (!jw_store_list_webhooks(self->store, WEBHOOKS_MOST, &webhooks, error)
        || (self->webhook_keys != NULL && !fill_lanes(self, webhooks, error))) {
        return false;
    }
    for (guint i = 0; i < webhooks->len; i++) {
        const JwWebhook *webhook = g_ptr_array_index(webhooks, i);

        if (webhook->notice_pending && !give_notice(self, webhook, error)) {
            return false;
        }
    }
    return sweep(self, error);
}
