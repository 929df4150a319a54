/* jw/delivery.h: one message to one recipient about one job: its artifact, its failure, a text that
 * the job wrote, or an event; and its table of allowed changes. `unknown`: the connection died
 * after the data was sent; shown as Sending with a note. Pure data: changes happen in the store. */
#pragma once
#include "jw/delivery_try.h"
#include "jw/job.h"

G_BEGIN_DECLS

typedef enum {
    JW_DELIVERY_QUEUED,
    JW_DELIVERY_SENDING,
    JW_DELIVERY_SENT,
    JW_DELIVERY_FAILED,
    JW_DELIVERY_BOUNCED,
    JW_DELIVERY_UNKNOWN,
} JwDeliveryState;
#define JW_DELIVERY_N_STATES 6

typedef enum {
    JW_DCHANGE_CLAIM,   /* queued → sending; token+1, attempts+1, dataSent=false; when due */
    JW_DCHANGE_MARK,    /* sending → sending; fenced; dataSent=true, just before the final dot */
    JW_DCHANGE_SENT,    /* sending → sent; fenced */
    JW_DCHANGE_LATER,   /* sending → queued with notBefore; fenced (4xx, connection refused) */
    JW_DCHANGE_RELEASE, /* sending → queued with notBefore; fenced; attempts-1: none was made */
    JW_DCHANGE_BOUNCED, /* sending → bounced; fenced (5xx at RCPT) */
    JW_DCHANGE_FAILED,  /* sending → failed; fenced (5xx elsewhere, or given up after 72 h) */
    JW_DCHANGE_DOUBT,   /* sending → unknown; fenced (no reply after the data) */
    JW_DCHANGE_REAP_QUEUE, /* sending, data not sent, token as observed → queued; token+1 */
    JW_DCHANGE_REAP_DOUBT, /* sending, data sent, token as observed → unknown; token+1 */
    JW_DCHANGE_RESEND,     /* unknown, resends=0 → queued; resends+1, maybeDuplicate=true */
    JW_DCHANGE_GIVE_UP,    /* unknown, resends≥1 → failed, "in doubt" */
    JW_DCHANGE_NOT_AGAIN,  /* unknown → failed, "in doubt": sent at most once */
    JW_DCHANGE_RETURNED,   /* sent, or nobody knew → bounced: a mail server says so later */
    JW_DCHANGE_REPLAY,     /* of an event: sent or failed → queued with notBefore; attempts=0 */
} JwDeliveryTransition;
#define JW_DELIVERY_N_TRANSITIONS 15

typedef enum {
    JW_DRULE_FENCED = 1 << 0,
    JW_DRULE_RAISES_TOKEN = 1 << 1,
    JW_DRULE_COUNTS_ATTEMPT = 1 << 2,
    JW_DRULE_WHEN_DUE = 1 << 3,
    JW_DRULE_SETS_DATA_SENT = 1 << 4,
    JW_DRULE_CLEARS_DATA_SENT = 1 << 5,
    JW_DRULE_WANTS_DATA_SENT = 1 << 6,
    JW_DRULE_WANTS_DATA_UNSENT = 1 << 7,
    JW_DRULE_SETS_NOT_BEFORE = 1 << 8,
    JW_DRULE_COUNTS_RESEND = 1 << 9, /* filter resends = 0; resends+1, maybeDuplicate = true */
    JW_DRULE_WANTS_RESENT = 1 << 10, /* filter resends ≥ 1 */
    JW_DRULE_ENDS = 1 << 11,         /* sets finishedAt */
    JW_DRULE_TOLD = 1 << 12,         /* its event is published */
    JW_DRULE_RETURNS_ATTEMPT = 1 << 13,
    JW_DRULE_RESTARTS = 1 << 14, /* filter channel = webhook; attempts=0, no finishedAt */
} JwDeliveryRuleFlags;

typedef struct {
    const char *name;
    unsigned from; /* 1u << state */
    JwDeliveryState to;
    unsigned flags;
} JwDeliveryRule;

/* How it is sent, and so what its recipient is. */
typedef enum {
    JW_CHANNEL_MAIL,    /* to an address */
    JW_CHANNEL_WEBHOOK, /* to a webhook, by its id */
} JwDeliveryChannel;
#define JW_N_CHANNELS 2

/* "mail", "webhook"; NULL for what is none. (transfer none) */
const char *jw_delivery_channel_name(int channel);

/* What it says: its payload. */
typedef enum {
    JW_DELIVERY_REPORT,  /* of a completed job, to one of its recipients */
    JW_DELIVERY_FAILURE, /* of a job that failed for good, to who asked for it */
    JW_DELIVERY_MESSAGE, /* its own subject and text, which a job wrote */
    JW_DELIVERY_EVENT,   /* its own JSON, to a webhook */
} JwDeliveryKind;
#define JW_DELIVERY_N_KINDS 4

/* "report", "failure" …; NULL for what is none. (transfer none) */
const char *jw_delivery_kind_name(int kind);

typedef struct {
    char *id; /* UUIDv5, derived from what it is about: see jw_delivery_new…() */
    JwDeliveryChannel channel;
    JwDeliveryKind kind;
    int32_t failure; /* which one it tells of: the job's retry_count then */
    int32_t round;   /* of a report: 0, or the number of the job's resend that it is of */
    JwInDoubt in_doubt;
    char *job_id;
    char *recipient;
    char *subject, *text, *html; /* of a message; html: (nullable) */
    char *event;                 /* of an event: its JSON, sent as it is */
    GPtrArray *tries;            /* of an event: of JwDeliveryTry, oldest first; never NULL */
    char *message_id;            /* without <>, deterministic; of an event: its id */
    JwDeliveryState state;
    int64_t token;
    int32_t attempts, resends;
    bool data_sent, maybe_duplicate;
    char *owner;
    int64_t not_before_ms, created_at_ms, updated_at_ms, sent_at_ms, finished_at_ms;
    char *reply;                /* last SMTP reply or error, as text */
    char *status_code;          /* "5.1.1" (RFC 3463), of one that came back; NULL: not told */
    int64_t link_revoked_at_ms; /* the link in its mail works no more; 0: it does */
    char *request_id, *traceparent;
    GPtrArray *outbox; /* of JwOutboxEntry; never NULL */
} JwDelivery;

/* A queued delivery of the job's report; its ids come from job and recipient. (transfer full) */
JwDelivery *jw_delivery_new(const char *job_id, const char *recipient, int64_t now_ms);

/* The same, once more: of the job's resend @round, from 1. (transfer full) */
JwDelivery *jw_delivery_new_resend(const char *job_id, int32_t round, const char *recipient,
                                   int64_t now_ms);

/* The same about a failure of @job, to who asked for it; NULL when nobody is to be told. (transfer
 * full) (nullable) */
JwDelivery *jw_delivery_new_failure(const JwJob *job, int64_t now_ms);

/* A message that the job writes; subject, text and html are the caller's to set. Its id is derived
 * from @key and recipient: whatever job says the same again, it is the same message. (transfer
 * full) */
JwDelivery *jw_delivery_new_message(const char *job_id, const char *key, const char *recipient,
                                    int64_t now_ms);

/* An event about the job for a webhook, at least once: who gets it knows it by its id, derived from
 * @event_id and webhook. @event: its JSON. (transfer full) */
JwDelivery *jw_delivery_new_event(const char *job_id, const char *event_id, const char *webhook_id,
                                  const char *event, int64_t now_ms);

/* The delivery whose mail has this Message-ID, without <>; NULL: none of ours. (transfer full) */
char *jw_delivery_id_of(const char *message_id);

/* NULL-safe. */
void jw_delivery_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwDelivery, jw_delivery_free)

/* The row of the table. (transfer none) */
const JwDeliveryRule *jw_delivery_rule(JwDeliveryTransition transition);

/* As stored: "queued" …. (transfer none) */
const char *jw_delivery_state_name(JwDeliveryState state);

/* Wait before the next try: 30 s · 2^(attempts-1), at most 1 h, ± 20 % by @jitter in [0,1). */
int64_t jw_delivery_backoff_ms(int attempts, double jitter);

G_END_DECLS
