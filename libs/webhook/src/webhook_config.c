/* webhook_config.c: what gateway and notifier must know alike of webhooks. Main thread, at start.
 */
#include "jw/webhook_net.h"

#define VARIABLE "JW_WEBHOOK_KEYS"

const JwConfigEntry jw_webhook_config_entries[] = {
    { "JW_WEBHOOK_KEYS", JW_CONFIG_STRING, offsetof(JwWebhookConfig, keys), NULL, 0, 0,
      JW_CONFIG_SECRET,
      "keys that encrypt the secrets of webhooks in the store, the same for gateway and notifier: "
      "\"id:secret\", of which the first encrypts and all decrypt; without it there are no "
      "webhooks; make one with: echo \"k1:$(openssl rand -hex 32)\"" },
    { "JW_WEBHOOK_ALLOW_PRIVATE", JW_CONFIG_STRING, offsetof(JwWebhookConfig, allow_private), NULL,
      0, 0, 0,
      "networks that webhooks may reach though they are not of the public internet: "
      "\"10.1.0.0/16 fd00::/8\"; default none" },
    { "JW_WEBHOOK_ALLOW_HTTP", JW_CONFIG_BOOL, offsetof(JwWebhookConfig, allow_http), "false", 0, 0,
      0, "whether webhooks may be sent without encryption, by http" },
};
const size_t jw_webhook_n_config_entries = G_N_ELEMENTS(jw_webhook_config_entries);

bool
jw_webhook_configure(const JwWebhookConfig *config, JwKeyring **ret_keys, JwWebhookNet **ret_net,
                     GError **error)
{
    g_return_val_if_fail(config != NULL && ret_keys != NULL && ret_net != NULL, false);
    g_autoptr(JwKeyring) keys = NULL;
    g_autoptr(JwWebhookNet) net =
        jw_webhook_net_new(config->allow_private, config->allow_http, error);

    if (net == NULL) {
        return false;
    }
    if (config->keys != NULL) {
        keys = jw_keyring_new(VARIABLE, config->keys, error);
        if (keys == NULL) {
            return false;
        }
    }
    *ret_keys = g_steal_pointer(&keys);
    *ret_net = g_steal_pointer(&net);
    return true;
}
