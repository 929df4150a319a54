/* jw/keyring.h: secrets that a configuration lists as "id:secret id:secret …", and what they sign
 * (HMAC-SHA-256): the first signs, all are good for checking. To change secrets, the new one goes
 * in front everywhere, and the old one is left out once nothing needs it. Any thread; immutable. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

G_BEGIN_DECLS

#define JW_KEYRING_ID_MAX 16u
#define JW_MAC_LEN        43u /* base64url of 32 bytes, without padding */

typedef struct _JwKeyring JwKeyring;

/* @variable: whose value @text (nullable) is, for messages. Secrets are separated by white space or
 * commas. @error: INVALID: what is wrong and how one is made; without any part of a secret.
 * (transfer full) */
JwKeyring *jw_keyring_new(const char *variable, const char *text,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @keyring: (transfer full) (nullable): a JwKeyring. */
void jw_keyring_free(gpointer keyring);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwKeyring, jw_keyring_free)

/* Their ids for the log, the one that signs first: "b a". (transfer none) */
const char *jw_keyring_ids(const JwKeyring *self);

/* The id of the one that signs. (transfer none) */
const char *jw_keyring_first(const JwKeyring *self);

/**
 * jw_keyring_mac:
 * @id: of the secret, @id_length characters of it
 * @purpose: a constant, so that what is signed for one purpose is good for no other
 * @ret: the signature of @text
 *
 * Returns whether there is such a secret. With one that is not known it takes the same time, and
 * the signature is one that nobody can make.
 */
bool jw_keyring_mac(const JwKeyring *self, const char *id, size_t id_length, const char *purpose,
                    const char *text, char ret[JW_MAC_LEN + 1]);

/* Whether two signatures are the same, in the same time whichever byte differs. @a, @b: JW_MAC_LEN
 * characters each. */
bool jw_mac_same(const char *a, const char *b);

G_END_DECLS
