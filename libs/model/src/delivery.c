/* delivery.c: one message to one recipient: its struct and its table of allowed changes.
 * Constant table: any thread; a JwDelivery belongs to its creator. `data_sent` is written just
 * before the final dot of the SMTP transaction: while it is unset, nothing was sent. */
#include "jw/delivery.h"
#include "jw/error.h"
#include "jw/ident.h"
#include "jw/text.h"
#include "model_private.h"

#include <string.h>

#define BACKOFF_FIRST_MS INT64_C(30000)
#define BACKOFF_MOST_MS  INT64_C(3600000)

#define BIT(state) (1u << (state))

static const JwDeliveryRule rules[JW_DELIVERY_N_TRANSITIONS] = {
    [JW_DCHANGE_CLAIM] = { "claim", BIT(JW_DELIVERY_QUEUED), JW_DELIVERY_SENDING,
                           JW_DRULE_RAISES_TOKEN | JW_DRULE_COUNTS_ATTEMPT | JW_DRULE_WHEN_DUE
                               | JW_DRULE_CLEARS_DATA_SENT },
    [JW_DCHANGE_MARK] = { "mark", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_SENDING,
                          JW_DRULE_FENCED | JW_DRULE_SETS_DATA_SENT },
    [JW_DCHANGE_SENT] = { "sent", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_SENT,
                          JW_DRULE_FENCED | JW_DRULE_ENDS | JW_DRULE_TOLD },
    [JW_DCHANGE_LATER] = { "later", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_QUEUED,
                           JW_DRULE_FENCED | JW_DRULE_SETS_NOT_BEFORE | JW_DRULE_TOLD },
    [JW_DCHANGE_BOUNCED] = { "bounced", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_BOUNCED,
                             JW_DRULE_FENCED | JW_DRULE_ENDS | JW_DRULE_TOLD },
    [JW_DCHANGE_FAILED] = { "failed", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_FAILED,
                            JW_DRULE_FENCED | JW_DRULE_ENDS | JW_DRULE_TOLD },
    [JW_DCHANGE_DOUBT] = { "doubt", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_UNKNOWN,
                           JW_DRULE_FENCED | JW_DRULE_TOLD },
    [JW_DCHANGE_REAP_QUEUE] = { "reap-queue", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_QUEUED,
                                JW_DRULE_FENCED | JW_DRULE_RAISES_TOKEN
                                    | JW_DRULE_WANTS_DATA_UNSENT },
    [JW_DCHANGE_REAP_DOUBT] = { "reap-doubt", BIT(JW_DELIVERY_SENDING), JW_DELIVERY_UNKNOWN,
                                JW_DRULE_FENCED | JW_DRULE_RAISES_TOKEN | JW_DRULE_WANTS_DATA_SENT
                                    | JW_DRULE_TOLD },
    [JW_DCHANGE_RESEND] = { "resend", BIT(JW_DELIVERY_UNKNOWN), JW_DELIVERY_QUEUED,
                            JW_DRULE_COUNTS_RESEND | JW_DRULE_TOLD },
    [JW_DCHANGE_GIVE_UP] = { "give-up", BIT(JW_DELIVERY_UNKNOWN), JW_DELIVERY_FAILED,
                             JW_DRULE_WANTS_RESENT | JW_DRULE_ENDS | JW_DRULE_TOLD },
    [JW_DCHANGE_NOT_AGAIN] = { "not-again", BIT(JW_DELIVERY_UNKNOWN), JW_DELIVERY_FAILED,
                               JW_DRULE_ENDS | JW_DRULE_TOLD },
    /* of those whose data was sent: what is queued once more is, for nobody knew of the first */
    [JW_DCHANGE_RETURNED] = { "returned",
                              BIT(JW_DELIVERY_SENT) | BIT(JW_DELIVERY_UNKNOWN)
                                  | BIT(JW_DELIVERY_QUEUED) | BIT(JW_DELIVERY_FAILED),
                              JW_DELIVERY_BOUNCED,
                              JW_DRULE_WANTS_DATA_SENT | JW_DRULE_ENDS | JW_DRULE_TOLD },
};

static const char *const state_names[JW_DELIVERY_N_STATES] = {
    [JW_DELIVERY_QUEUED] = "queued",   [JW_DELIVERY_SENDING] = "sending",
    [JW_DELIVERY_SENT] = "sent",       [JW_DELIVERY_FAILED] = "failed",
    [JW_DELIVERY_BOUNCED] = "bounced", [JW_DELIVERY_UNKNOWN] = "unknown",
};

static const size_t delivery_texts[] = {
    offsetof(JwDelivery, id),          offsetof(JwDelivery, job_id),
    offsetof(JwDelivery, recipient),   offsetof(JwDelivery, message_id),
    offsetof(JwDelivery, owner),       offsetof(JwDelivery, reply),
    offsetof(JwDelivery, request_id),  offsetof(JwDelivery, traceparent),
    offsetof(JwDelivery, subject),     offsetof(JwDelivery, text),
    offsetof(JwDelivery, html),        offsetof(JwDelivery, event),
    offsetof(JwDelivery, status_code),
};

static JwDelivery *
new_delivery(const char *id, const char *job_id, const char *recipient, int64_t now_ms)
{
    JwDelivery *delivery = g_new0(JwDelivery, 1);

    delivery->id = g_strdup(id);
    delivery->job_id = g_strdup(job_id);
    delivery->recipient = g_strdup(recipient);
    delivery->message_id = g_strconcat(id, "@jobwire.local", NULL);
    delivery->state = JW_DELIVERY_QUEUED;
    delivery->created_at_ms = now_ms;
    delivery->updated_at_ms = now_ms;
    delivery->outbox = jw_outbox_new();
    return delivery;
}

JwDelivery *
jw_delivery_new(const char *job_id, const char *recipient, int64_t now_ms)
{
    char id[JW_UUID_LEN + 1];

    g_return_val_if_fail(job_id != NULL && recipient != NULL, NULL);
    jw_uuid_derive(id, "delivery", job_id, recipient, NULL);
    return new_delivery(id, job_id, recipient, now_ms);
}

JwDelivery *
jw_delivery_new_resend(const char *job_id, int32_t round, const char *recipient, int64_t now_ms)
{
    char id[JW_UUID_LEN + 1];
    char number[16];

    g_return_val_if_fail(job_id != NULL && recipient != NULL && round > 0, NULL);
    (void)g_snprintf(number, sizeof number, "%d", round);
    jw_uuid_derive(id, "delivery-resend", job_id, number, recipient, NULL);
    JwDelivery *delivery = new_delivery(id, job_id, recipient, now_ms);
    delivery->round = round;
    return delivery;
}

JwDelivery *
jw_delivery_new_failure(const JwJob *job, int64_t now_ms)
{
    char id[JW_UUID_LEN + 1];
    char number[16];
    const char *recipient = job->requested_by.email;

    g_return_val_if_fail(job->id != NULL, NULL);
    if (job->state != JW_JOB_FAILED || job->on_failure == JW_ON_FAILURE_NONE || recipient == NULL) {
        return NULL;
    }
    (void)g_snprintf(number, sizeof number, "%d", job->retry_count);
    jw_uuid_derive(id, "delivery-failure", job->id, recipient, number, NULL);
    JwDelivery *delivery = new_delivery(id, job->id, recipient, now_ms);
    delivery->kind = JW_DELIVERY_FAILURE;
    delivery->failure = job->retry_count;
    delivery->in_doubt = job->in_doubt;
    return delivery;
}

JwDelivery *
jw_delivery_new_message(const char *job_id, const char *key, const char *recipient, int64_t now_ms)
{
    char id[JW_UUID_LEN + 1];

    g_return_val_if_fail(job_id != NULL && key != NULL && recipient != NULL, NULL);
    jw_uuid_derive(id, "delivery-message", key, recipient, NULL);
    JwDelivery *delivery = new_delivery(id, job_id, recipient, now_ms);
    delivery->kind = JW_DELIVERY_MESSAGE;
    return delivery;
}

JwDelivery *
jw_delivery_new_event(const char *job_id, const char *event_id, const char *webhook_id,
                      const char *event, int64_t now_ms)
{
    char id[JW_UUID_LEN + 1];

    g_return_val_if_fail(job_id != NULL && event_id != NULL, NULL);
    g_return_val_if_fail(webhook_id != NULL && event != NULL, NULL);
    jw_uuid_derive(id, "delivery-event", event_id, webhook_id, NULL);
    JwDelivery *delivery = new_delivery(id, job_id, webhook_id, now_ms);
    delivery->channel = JW_CHANNEL_WEBHOOK;
    delivery->kind = JW_DELIVERY_EVENT;
    delivery->event = g_strdup(event);
    delivery->in_doubt = JW_IN_DOUBT_AT_LEAST_ONCE;
    return delivery;
}

const char *
jw_delivery_channel_name(int channel)
{
    static const char *const names[JW_N_CHANNELS] = { "mail", "webhook" };

    return (size_t)channel < G_N_ELEMENTS(names) ? names[channel] : NULL;
}

const char *
jw_delivery_kind_name(int kind)
{
    static const char *const names[JW_DELIVERY_N_KINDS] = { "report", "failure", "message",
                                                            "event" };

    return (size_t)kind < G_N_ELEMENTS(names) ? names[kind] : NULL;
}

char *
jw_delivery_id_of(const char *message_id)
{
    g_autofree char *local = g_strndup(message_id, strcspn(message_id, "@"));

    return jw_uuid_valid(local) ? g_ascii_strdown(local, -1) : NULL;
}

void
jw_delivery_free(gpointer self)
{
    JwDelivery *delivery = self;

    if (delivery == NULL) {
        return;
    }
    jw_texts_clear(delivery, delivery_texts, G_N_ELEMENTS(delivery_texts));
    g_clear_pointer(&delivery->outbox, g_ptr_array_unref);
    g_free(delivery);
}

const JwDeliveryRule *
jw_delivery_rule(JwDeliveryTransition transition)
{
    g_return_val_if_fail((size_t)transition < G_N_ELEMENTS(rules), NULL);
    return &rules[transition];
}

const char *
jw_delivery_state_name(JwDeliveryState state)
{
    g_return_val_if_fail((size_t)state < G_N_ELEMENTS(state_names), "unknown");
    return state_names[state];
}

int64_t
jw_delivery_backoff_ms(int attempts, double jitter)
{
    return jw_backoff_ms(BACKOFF_FIRST_MS, BACKOFF_MOST_MS, attempts, jitter);
}
