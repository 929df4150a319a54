/* gw.h: the gateway's one struct and what its files share.
 *
 * Threads: handlers run on the HTTP server's workers, one a request; everything in Gw is
 * immutable after gw_run(), and the ports are for any thread. One watch thread (core/admission.c)
 * counts the pending jobs, so that no request pays for it. */
#pragma once
#include "jw/api_key.h"
#include "jw/default_recipients.h"
#include "jw/http.h"
#include "jw/http_jwt.h"
#include "jw/jobs_queue.h"
#include "jw/link_token.h"
#include "jw/mail_domains.h"
#include "jw/ports.h"
#include "jw/webhook_net.h"

G_BEGIN_DECLS

typedef struct {
    char *public_url;    /* JW_PUBLIC_URL: how clients reach this gateway; NULL: links are paths */
    int64_t pending_max; /* JW_PENDING_MAX */
    int64_t retry_max;   /* JW_RETRY_MAX */
    int64_t events_max, events_caller_max; /* JW_EVENTS_MAX, JW_EVENTS_CALLER_MAX */
    int64_t api_key_cache_ms;              /* JW_API_KEY_CACHE */
    int64_t waits_max;                     /* JW_WAITING_CALLS_MAX */
    int64_t email_timeout_ms;              /* JW_EMAIL_REPORT_TIMEOUT */
    char *api_docs_dir; /* JW_API_DOCS_DIR: of Swagger UI's files; NULL: no page of the APIs */
} GwConfig;

typedef struct _GwAdmission GwAdmission;
typedef struct _GwEvents GwEvents;
typedef struct _GwKeys GwKeys;

typedef struct {
    GwConfig config;
    JwAuthConfig auth_config;
    JwLinkConfig link_config;
    JwApiKeyConfig api_key_config;
    JwMailDomainsConfig mail_domains_config;
    JwWebhookConfig webhook_config;
    JwDefaultRecipients recipients;
    JW_PORTS;
    JwTokenVerifier *tokens;
    JwLinkKeys *links; /* what signs links */
    JwMailDomains *mail_domains;
    JwKeyring *key_secrets;  /* what signs API keys; NULL: there are none */
    GwKeys *keys;            /* API keys that were used here */
    JwKeyring *webhook_keys; /* encrypt the secrets of webhooks; NULL: there are none */
    JwWebhookNet *webhook_net;
    GwAdmission *admission;
    JwTurnsConfig turns_config;
    JwTurnWeights *weights;
    JwJobsQueue *queue;      /* where pending jobs stand */
    GwEvents *events;        /* whom to tell what becomes of jobs */
    char **email_recipients; /* of reports that name none; NULL: nobody */
} Gw;

/* For main.c and tests. */
extern const JwConfigEntry gw_config_entries[];
extern const size_t gw_n_config_entries;

/* Starts the gateway. @self: its ports are set (real or in memory) and stay the caller's. @http:
 * not started yet: the APIs are added to it. @error: INVALID for a wrong JW_PUBLIC_URL,
 * UNAVAILABLE. */
bool gw_run(Gw *self, JwHttpServer *http, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until what was offered to the relay is on the broker, at most until @deadline_mono_ms. */
void gw_drain(Gw *self, int64_t deadline_mono_ms);

/* Ends the watch thread. Also after a failed start. */
void gw_stop(Gw *self);

/* apis.c: the APIs that this gateway serves; NULL-terminated. */
extern const JwHttpApi *const gw_apis[];

/* Puts them on @http, which is not started yet. */
void gw_add_apis(Gw *self, JwHttpServer *http);

G_END_DECLS
