/* webhooks/post.c: one delivery from its claim to its end. Webhook senders' threads.
 *
 * There is no mark as before the final dot of a mail: whether a receiver got what had no answer
 * nobody can know, and it is sent again, under the same webhook-id, by which the receiver tells.
 * So a sender that dies at any step loses nothing: its claim is taken away, and the delivery is
 * queued again. */
#include "webhooks/webhooks.h"

#include "jw/crash.h"
#include "jw/log.h"
#include "jw/store_webhooks.h"
#include "jw/webhook_post.h"
#include "jw/webhook_secret.h"
#include "metrics.h"

#define RETRY_AFTER_MAX_MS INT64_C(86400000)
#define OWN_FAULT_MS       INT64_C(60000) /* the wait after what is not the receiver's fault */
#define SLOW_MS            INT64_C(3000)
#define GONE               410

typedef struct {
    Ntf *ntf;
    const JwDelivery *delivery;
    JwWebhook *webhook; /* owned */
    int64_t began_ms;
    JwWebhookAnswer answer;
} Posting;

static void
posting_clear(Posting *self)
{
    g_clear_pointer(&self->webhook, jw_webhook_free);
    jw_webhook_answer_clear(&self->answer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Posting, posting_clear)

/* @tried: (nullable) */
static void
end(const Posting *self, JwDeliveryTransition transition, const char *reply, int64_t not_before_ms,
    const JwDeliveryTry *tried)
{
    Ntf *ntf = self->ntf;
    const JwDeliveryChange change = {
        .transition = transition,
        .reply = reply,
        .not_before_ms = not_before_ms,
        .tried = tried,
        /* who is asked later for a reason of our own has as many attempts as before */
        .returns_attempt = transition == JW_DCHANGE_LATER && tried == NULL,
    };
    const JwJobsCall call = { .patience_ms = ntf->config.dead_after_ms / 2, .stop = ntf->stop };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    /* LOST or unknown: the claim is taken away, and it is sent again. */
    if (!ntf_change(ntf, self->delivery, &change, &call, &cas, &error)) {
        jw_warn("delivery_change_failed", JW_STR("delivery_id", self->delivery->id),
                JW_STR("error", jw_error_message(error)));
    }
}

static void
end_own_fault(const Posting *self, const GError *error)
{
    jw_warn("webhook_not_posted", JW_STR("delivery_id", self->delivery->id),
            JW_STR("error", jw_error_message(error)));
    end(self, JW_DCHANGE_LATER, jw_error_message(error),
        jw_clock_now_ms(self->ntf->clock) + OWN_FAULT_MS, NULL);
}

/* By one secret; NULL with @error. (transfer full) */
static char *
sign(const Posting *self, const JwWebhookSecret *by, int64_t time_s, GError **error)
{
    const JwDelivery *delivery = self->delivery;
    char *secret =
        jw_webhook_secret_open(self->ntf->webhook_keys, self->webhook->id, by->sealed, error);
    char *signature = secret != NULL ? jw_webhook_sign(secret, delivery->message_id, time_s,
                                                       delivery->event, error)
                                     : NULL;

    jw_webhook_secret_wipe(secret);
    return signature;
}

/* By all secrets that are not over, the newest first, without which nothing is sent. (transfer
 * full) */
static char *
signatures(const Posting *self, int64_t time_s, GError **error)
{
    const GPtrArray *secrets = self->webhook->secrets;
    g_autoptr(GString) text = g_string_new(NULL);

    for (guint i = 0; i < secrets->len; i++) {
        const JwWebhookSecret *one = g_ptr_array_index(secrets, i);
        g_autoptr(GError) cause = NULL;

        if (one->until_ms != 0 && one->until_ms <= self->began_ms) {
            continue;
        }
        g_autofree char *signature = sign(self, one, time_s, &cause);
        if (signature != NULL) {
            g_string_append_printf(text, "%s%s", text->len > 0 ? " " : "", signature);
        } else if (one->until_ms == 0) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return NULL;
        }
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

static bool
succeeded(const JwWebhookAnswer *answer)
{
    return answer->status >= 200 && answer->status < 300;
}

/* "HTTP 500", or what happened. (transfer full) */
static char *
reply_of(const JwWebhookAnswer *answer)
{
    if (answer->status == 0) {
        return g_strdup(answer->why != NULL ? answer->why : "no answer");
    }
    return answer->why != NULL ? g_strdup_printf("HTTP %d: %s", answer->status, answer->why)
                               : g_strdup_printf("HTTP %d", answer->status);
}

/* What sending found out of the webhook; the next failure finds what is missed here. */
static void
note(const Posting *self, const char *why)
{
    Ntf *ntf = self->ntf;
    const int64_t now_ms = jw_clock_now_ms(ntf->clock);
    const int64_t since_ms = self->webhook->failing_since_ms;
    const bool gone = self->answer.status == GONE;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;
    g_autofree char *reason = NULL;

    if (why == NULL && since_ms == 0) {
        return;
    }
    bool ok = jw_store_note_webhook(ntf->store, self->webhook->id, why, now_ms, &error);
    if (ok && why != NULL && gone) {
        reason = g_strdup("it answered 410 Gone");
        ok = jw_store_disable_webhook(ntf->store, self->webhook->id, reason, 0, now_ms, &cas,
                                      &error);
    } else if (ok && why != NULL && since_ms != 0
               && now_ms - since_ms >= ntf->config.webhook_disable_after_ms) {
        g_autofree char *since = jw_time_format(since_ms);
        reason = g_strdup_printf("every attempt since %s failed, the last by: %s", since, why);
        ok = jw_store_disable_webhook(ntf->store, self->webhook->id, reason, since_ms, now_ms, &cas,
                                      &error);
    }
    if (!ok) {
        jw_warn("webhook_note_failed", JW_STR("webhook_id", self->webhook->id),
                JW_STR("error", jw_error_message(error)));
    } else if (cas == JW_CAS_WON) {
        jw_warn("webhook_disabled", JW_STR("webhook_id", self->webhook->id),
                JW_STR("reason", reason));
    }
}

static void
end_failed(const Posting *self, const char *why, const JwDeliveryTry *tried)
{
    Ntf *ntf = self->ntf;
    const JwWebhookAnswer *answer = &self->answer;
    const int64_t wait_ms =
        jw_webhook_retry_ms(ntf->retries, self->delivery->attempts, jw_random_unit());

    if (answer->status == GONE) {
        end(self, JW_DCHANGE_FAILED, why, 0, tried);
    } else if (wait_ms < 0) {
        g_autofree char *given_up =
            g_strdup_printf("given up after %d attempts: %s", self->delivery->attempts, why);
        end(self, JW_DCHANGE_FAILED, given_up, 0, tried);
    } else {
        const int64_t asked_ms = MIN(answer->retry_after_ms, RETRY_AFTER_MAX_MS);
        end(self, JW_DCHANGE_LATER, why, jw_clock_now_ms(ntf->clock) + MAX(wait_ms, asked_ms),
            tried);
    }
}

static void
end_answer(const Posting *self)
{
    const JwWebhookAnswer *answer = &self->answer;
    const bool good = succeeded(answer);
    g_autofree char *reply = reply_of(answer);
    const JwDeliveryTry tried = {
        .at_ms = self->began_ms,
        .duration_ms = answer->duration_ms,
        .status = answer->status,
        .answer = answer->answer,
        .why = good ? NULL : reply,
    };

    jw_metric_observe_ms(ntf_metrics[NTF_METRIC_WEBHOOK_SECONDS], good ? "sent" : "failed",
                         answer->duration_ms);
    /* first: when it is the last thing that is done, the delivery is sent again, and finds it */
    note(self, good ? NULL : reply);
    jw_crash_point("ntf_webhook_noted");
    if (good) {
        end(self, JW_DCHANGE_SENT, reply, 0, &tried);
    } else {
        end_failed(self, reply, &tried);
    }
}

/* False: it was ended without a post. */
static bool
may_post(Posting *self)
{
    Ntf *ntf = self->ntf;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_webhook(ntf->store, self->delivery->recipient, &self->webhook, &error)) {
        end_own_fault(self, error);
        return false;
    }
    if (self->webhook == NULL) {
        end(self, JW_DCHANGE_FAILED, "not sent: the webhook was deleted", 0, NULL);
        return false;
    }
    /* a test, which is about no job, is there to see whether it can be enabled again */
    const bool test = g_strcmp0(self->delivery->job_id, self->webhook->id) == 0;
    if (self->webhook->disabled_at_ms != 0 && !test) {
        g_autofree char *why = ntf_webhook_off(self->webhook);
        end(self, JW_DCHANGE_FAILED, why, 0, NULL);
        return false;
    }
    return true;
}

static void
post_claimed(Posting *self)
{
    Ntf *ntf = self->ntf;
    g_autoptr(GError) error = NULL;

    self->began_ms = jw_clock_now_ms(ntf->clock);
    if (!may_post(self)) {
        return;
    }
    g_autofree char *all = signatures(self, self->began_ms / 1000, &error);
    if (all == NULL) {
        end_own_fault(self, error);
        return;
    }
    const JwWebhookPost post = { .url = self->webhook->url,
                                 .id = self->delivery->message_id,
                                 .time_s = self->began_ms / 1000,
                                 .signatures = all,
                                 .body = self->delivery->event };
    jw_crash_point("ntf_webhook_before_post");
    ntf->poster->post(ntf->poster, &post, &self->answer);
    jw_crash_point("ntf_webhook_after_post");
    if (self->answer.stopped) {
        end(self, JW_DCHANGE_LATER, "broken off: the notifier ends", jw_clock_now_ms(ntf->clock),
            NULL);
        return;
    }
    end_answer(self);
}

bool
ntf_post(Ntf *self, const char *delivery_id)
{
    g_autoptr(JwDelivery) delivery = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_jobs_claim_delivery(&self->jobs, delivery_id, self->owner, &delivery, &error)) {
        jw_warn("delivery_claim_failed", JW_STR("delivery_id", delivery_id),
                JW_STR("error", jw_error_message(error)));
        return false;
    }
    if (delivery == NULL || delivery->channel != JW_CHANNEL_WEBHOOK || delivery->event == NULL) {
        return false;
    }
    g_auto(JwLogScope) scope =
        jw_log_scope(JW_STR("job_id", delivery->job_id), JW_STR("delivery_id", delivery->id),
                     JW_STR("request_id", delivery->request_id));
    g_auto(Posting) posting = { .ntf = self, .delivery = delivery };
    jw_crash_point("ntf_webhook_claimed");
    post_claimed(&posting);
    return posting.webhook != NULL
           && (posting.answer.duration_ms > SLOW_MS
               || (posting.answer.why != NULL && posting.answer.status == 0));
}

gpointer
ntf_webhook_sender(gpointer data)
{
    Ntf *self = data;

    while (!jw_stop_is_set(self->stop)) {
        g_autofree char *webhook_id = NULL;
        g_autofree char *id = ntf_lanes_pop(self->lanes, 1000, &webhook_id);

        if (id != NULL) {
            const bool slow = !jw_stop_is_set(self->stop) && ntf_post(self, id);
            ntf_lanes_done(self->lanes, webhook_id, id, slow);
        }
    }
    return NULL;
}
