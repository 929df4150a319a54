/* jw/webhook_post.h: the port by which webhooks are sent: one POST and its answer. Adapters: HTTP
 * (libcurl) here, one of the tests in tests/unit/notifier. Any thread. */
#pragma once
#include "jw/sync.h"
#include "jw/webhook_net.h"

G_BEGIN_DECLS

#define JW_WEBHOOK_ANSWER_KEPT 1024 /* bytes of an answer's body */

typedef struct {
    const char *url;
    const char *id;         /* webhook-id */
    int64_t time_s;         /* webhook-timestamp */
    const char *signatures; /* webhook-signature: a space between them */
    const char *body;       /* JSON */
} JwWebhookPost;

/* What became of it. */
typedef struct {
    int status;             /* HTTP; 0: there was no answer */
    bool stopped;           /* we end: it was broken off, or not begun */
    int64_t retry_after_ms; /* that the answer asks for; 0: none */
    int64_t duration_ms;
    char *answer; /* its body's first bytes, as text; NULL: none */
    char *why; /* without an answer, and of a redirect: what happened and what to do; else NULL */
} JwWebhookAnswer;

/* Frees its texts. */
void jw_webhook_answer_clear(JwWebhookAnswer *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwWebhookAnswer, jw_webhook_answer_clear)

typedef struct _JwWebhookPoster JwWebhookPoster;
struct _JwWebhookPoster {
    /* Never follows a redirect. @ret: (out): zeroed before */
    void (*post)(JwWebhookPoster *self, const JwWebhookPost *post, JwWebhookAnswer *ret);
    void (*free)(JwWebhookPoster *self);
};

/* NULL-safe; no thread may still post. */
void jw_webhook_poster_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwWebhookPoster, jw_webhook_poster_free)

typedef struct {
    const JwWebhookNet *net; /* outlives it */
    int64_t timeout_ms;      /* of the whole exchange */
    const char *ca_file;     /* of the authorities that vouch for receivers; NULL: the system's */
    JwStop *stop;            /* outlives it: set, it breaks off what is under way */
} JwWebhookPosterConfig;

/* By HTTP. The address that it connects to is the one that was checked: no second look-up can put
 * another in its place. @error: INTERNAL: libcurl does not start. (transfer full) */
JwWebhookPoster *jw_webhook_poster_http(const JwWebhookPosterConfig *config,
                                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
