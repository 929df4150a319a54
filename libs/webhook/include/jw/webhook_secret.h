/* jw/webhook_secret.h: the secrets that sign what webhooks get, and the signature, both as Standard
 * Webhooks 1.0 has them. Any thread, no state.
 *
 * A secret is "whsec_" and the base64 of 32 random bytes. The store has it encrypted (AES-256-GCM)
 * by a key of the configuration, JW_WEBHOOK_KEYS, bound to its webhook: who reads the database, or
 * a backup of it, cannot sign. A hash would not do, as for API keys: who sends must sign. */
#pragma once
#include "jw/error.h"
#include "jw/keyring.h"

#include <stdint.h>

G_BEGIN_DECLS

#define JW_WEBHOOK_SECRET_PREFIX "whsec_"

/* A new secret. (transfer full): jw_webhook_secret_wipe() it. */
char *jw_webhook_secret_make(void);

/* Frees a secret, whose memory is overwritten first. @secret: (transfer full) (nullable) */
void jw_webhook_secret_wipe(char *secret);

/* @secret as it is stored for that webhook: "<key id>.<base64>". @error: INTERNAL. (transfer full)
 */
char *jw_webhook_secret_seal(const JwKeyring *keys, const char *webhook_id, const char *secret,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The secret again. @error: NOT_FOUND: the key that it was encrypted by is not among @keys;
 * CORRUPT: it is of another webhook, or was changed. (transfer full): wipe it. */
char *jw_webhook_secret_open(const JwKeyring *keys, const char *webhook_id, const char *sealed,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "v1,<base64>": the signature of @body, NUL-terminated, sent under @id at @time_s. @error:
 * INVALID:
 * @secret is none. (transfer full) */
char *jw_webhook_sign(const char *secret, const char *id, int64_t time_s, const char *body,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
