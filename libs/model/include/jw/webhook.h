/* jw/webhook.h: webhooks: who wants to be told of what, and where. Pure data; any thread. What they
 * get are deliveries of the channel webhook (jw/delivery.h). */
#pragma once
#include "jw/job.h"

G_BEGIN_DECLS

typedef enum {
    JW_WEBHOOK_REPORT_GENERATED, /* a report job completed */
    JW_WEBHOOK_REPORT_SENT,      /* its mails have ended, and at least one was sent */
    JW_WEBHOOK_REPORT_FAILED,    /* a report job failed for good */
    JW_WEBHOOK_EMAIL_BOUNCED,    /* one of its mails bounced */
    JW_WEBHOOK_TEST,             /* somebody tries the webhook; none needs to ask for it */
} JwWebhookEvent;
#define JW_WEBHOOK_N_EVENTS 5
#define JW_WEBHOOK_N_WANTED 4 /* the first of them: what can be asked for */

/* "report.generated" …; NULL for what is none. (transfer none) */
const char *jw_webhook_event_name(int event);

/* False, and nothing is set, for what is no name. @text: (nullable) */
bool jw_webhook_event_parse(const char *text, JwWebhookEvent *ret);

#define JW_WEBHOOK_SECRETS_MAX 4 /* that sign at once, the newest counted */

typedef struct {
    char *sealed;          /* as the store has it (jw/webhook_secret.h) */
    int64_t created_at_ms; /* when it became the newest */
    int64_t until_ms;      /* it signs until then; 0: it is the newest */
} JwWebhookSecret;

/* @take_sealed: (transfer full). (transfer full) */
JwWebhookSecret *jw_webhook_secret_new(char *take_sealed, int64_t now_ms);
void jw_webhook_secret_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwWebhookSecret, jw_webhook_secret_free)

typedef struct {
    char *id; /* UUID */
    char *url, *description;
    char **events;       /* names, NULL-terminated, at least one */
    char **report_types; /* NULL-terminated; NULL: of all */
    JwActor owner;       /* who made it, and is told when it is disabled */
    char **departments;  /* NULL-terminated: of whose jobs it is told; NULL: of all */
    GPtrArray *secrets;  /* of JwWebhookSecret, the newest first; never NULL */
    int64_t version;     /* from 1, raised by each change that somebody makes */
    int64_t created_at_ms, updated_at_ms;
    char *updated_by;         /* subject; NULL: nobody has */
    int64_t disabled_at_ms;   /* 0: it is enabled */
    char *disabled_reason;    /* what happened; NULL: it is enabled */
    bool notice_pending;      /* its owner is to be told that it was disabled */
    int64_t failing_since_ms; /* the first failure after the last success; 0: the last succeeded */
    char *failing_why;        /* the last failure; NULL with failing_since_ms 0 */
    char *request_hash;       /* SHA-256 of the request that made it */
    int64_t deleted_at_ms;    /* the store's */
} JwWebhook;

/* Zeroed, without secrets. (transfer full) */
JwWebhook *jw_webhook_new(void);
void jw_webhook_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwWebhook, jw_webhook_free)

/* Whether it is to be told that @event happened to @job: it asked for it, the type of the report
 * and all departments of the job are its own, and the job ended after it was made, or a minute
 * before, since clocks differ. */
bool jw_webhook_wants(const JwWebhook *self, JwWebhookEvent event, const JwJob *job);

/* How long failed attempts wait for the next one. */
typedef struct _JwWebhookRetries JwWebhookRetries;

/* @text: durations, "5s 5m 30m": after the first attempt, after the second …; there is none after
 * the last. @error: INVALID, naming @variable. (transfer full) */
JwWebhookRetries *jw_webhook_retries_new(const char *variable, const char *text,
                                         GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_webhook_retries_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwWebhookRetries, jw_webhook_retries_free)

/* The wait after attempt number @attempts, from 1, ± 10 % by @jitter in [0,1); -1: there is no
 * further one. */
int64_t jw_webhook_retry_ms(const JwWebhookRetries *self, int attempts, double jitter);

G_END_DECLS
