/* jw/webhook_net.h: which addresses a webhook may lead to: those of the public internet, and those
 * that the configuration allows. What is private, loopback, link-local (where clouds have their
 * metadata), shared, reserved or multicast is refused, also inside of an IPv6 address that stands
 * for an IPv4 one. Any thread; immutable. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"
#include "jw/keyring.h"

G_BEGIN_DECLS

struct sockaddr;

typedef struct _JwWebhookNet JwWebhookNet;

/* @allowed: (nullable): networks that may be reached, whatever they are: "10.1.0.0/16 fd00::/8",
 * separated by white space or commas. @http: plain http may be used. @error: INVALID: which of them
 * is none. (transfer full) */
JwWebhookNet *jw_webhook_net_new(const char *allowed, bool http,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @self: (transfer full) (nullable): a JwWebhookNet. */
void jw_webhook_net_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwWebhookNet, jw_webhook_net_free)

/* Whether @address, of any family, may be connected to. @ret_why: (out) (nullable) (transfer none):
 * when not, what it is: "a private address" */
bool jw_webhook_net_allows(const JwWebhookNet *self, const struct sockaddr *address,
                           const char **ret_why);

/* What is wrong with @url as that of a webhook, as a clause: "must be …"; NULL: nothing that can be
 * known without asking for its host. (transfer full) */
char *jw_webhook_url_wrong(const JwWebhookNet *self, const char *url);

#define JW_WEBHOOK_URL_MAX 2000

/* What gateway and notifier must have alike. */
typedef struct {
    char *keys;          /* JW_WEBHOOK_KEYS */
    char *allow_private; /* JW_WEBHOOK_ALLOW_PRIVATE */
    bool allow_http;     /* JW_WEBHOOK_ALLOW_HTTP */
} JwWebhookConfig;
extern const JwConfigEntry jw_webhook_config_entries[];
extern const size_t jw_webhook_n_config_entries;

/* What they come to. @ret_keys: (out) (nullable) (transfer full): NULL: JW_WEBHOOK_KEYS is not set,
 * so there are no webhooks. @ret_net: (out) (transfer full). @error: INVALID */
bool jw_webhook_configure(const JwWebhookConfig *config, JwKeyring **ret_keys,
                          JwWebhookNet **ret_net, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
