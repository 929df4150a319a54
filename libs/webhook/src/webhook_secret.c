/* webhook_secret.c: see jw/webhook_secret.h. The key that encrypts a secret is derived from one of
 * the configuration and a nonce of its own, so no two secrets share one. */
#include "jw/webhook_secret.h"

#include "jw/ident.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define PURPOSE      "jobwire webhook secret 1\n" /* these keys are used for nothing else */
#define SECRET_BYTES 32u
#define NONCE_BYTES  12u
#define TAG_BYTES    16u
#define KEY_BYTES    32u
#define PLAIN_MAX    256u

char *
jw_webhook_secret_make(void)
{
    guchar bytes[SECRET_BYTES];

    jw_random_bytes(bytes, sizeof bytes);
    char *text = g_base64_encode(bytes, sizeof bytes);
    char *secret = g_strconcat(JW_WEBHOOK_SECRET_PREFIX, text, NULL);
    explicit_bzero(bytes, sizeof bytes);
    jw_webhook_secret_wipe(text);
    return secret;
}

void
jw_webhook_secret_wipe(char *secret)
{
    if (secret != NULL) {
        explicit_bzero(secret, strlen(secret));
    }
    g_free(secret);
}

/* The cipher for what has that nonce; NULL: there is no such key, or it is refused. */
static gnutls_aead_cipher_hd_t
cipher_of(const JwKeyring *keys, const char *key_id, const guchar *nonce, bool *ret_known)
{
    g_autofree char *salt = g_base64_encode(nonce, NONCE_BYTES);
    char mac[JW_MAC_LEN + 2];
    guchar *key = NULL;
    gsize n = 0;
    gnutls_aead_cipher_hd_t cipher = NULL;

    *ret_known = jw_keyring_mac(keys, key_id, strlen(key_id), PURPOSE, salt, mac);
    g_strdelimit(mac, "-", '+');
    g_strdelimit(mac, "_", '/');
    mac[JW_MAC_LEN] = '='; /* as base64 of 32 bytes ends */
    mac[JW_MAC_LEN + 1] = '\0';
    key = g_base64_decode(mac, &n);
    const gnutls_datum_t datum = { key, KEY_BYTES };
    if (n != KEY_BYTES
        || gnutls_aead_cipher_init(&cipher, GNUTLS_CIPHER_AES_256_GCM, &datum) != 0) {
        cipher = NULL;
    }
    explicit_bzero(mac, sizeof mac);
    explicit_bzero(key, n);
    g_free(key);
    return cipher;
}

char *
jw_webhook_secret_seal(const JwKeyring *keys, const char *webhook_id, const char *secret,
                       GError **error)
{
    g_return_val_if_fail(keys != NULL && webhook_id != NULL && secret != NULL, NULL);
    const size_t length = strlen(secret);
    guchar sealed[NONCE_BYTES + PLAIN_MAX + TAG_BYTES];
    size_t n = PLAIN_MAX + TAG_BYTES;
    bool known = false;

    g_return_val_if_fail(length <= PLAIN_MAX, NULL);
    jw_random_bytes(sealed, NONCE_BYTES);
    gnutls_aead_cipher_hd_t cipher = cipher_of(keys, jw_keyring_first(keys), sealed, &known);
    const bool ok =
        cipher != NULL
        && gnutls_aead_cipher_encrypt(cipher, sealed, NONCE_BYTES, webhook_id, strlen(webhook_id),
                                      TAG_BYTES, secret, length, sealed + NONCE_BYTES, &n)
               == 0;
    if (cipher != NULL) {
        gnutls_aead_cipher_deinit(cipher);
    }
    if (!ok) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "the secret of a webhook was not encrypted");
    }
    g_autofree char *text = g_base64_encode(sealed, NONCE_BYTES + n);
    return g_strconcat(jw_keyring_first(keys), ".", text, NULL);
}

char *
jw_webhook_secret_open(const JwKeyring *keys, const char *webhook_id, const char *sealed,
                       GError **error)
{
    g_return_val_if_fail(keys != NULL && webhook_id != NULL && sealed != NULL, NULL);
    g_auto(GStrv) parts = g_strsplit(sealed, ".", 2);
    gsize length = 0;
    g_autofree guchar *bytes =
        parts[0] != NULL && parts[1] != NULL ? g_base64_decode(parts[1], &length) : NULL;
    char plain[PLAIN_MAX + 1];
    size_t n = PLAIN_MAX;
    bool known = false;

    if (length < NONCE_BYTES + TAG_BYTES || length > NONCE_BYTES + PLAIN_MAX + TAG_BYTES) {
        return jw_fail_null(error, JW_ERROR_CORRUPT, "the stored secret of webhook '%s' is none",
                            webhook_id);
    }
    gnutls_aead_cipher_hd_t cipher = cipher_of(keys, parts[0], bytes, &known);
    const bool ok = cipher != NULL
                    && gnutls_aead_cipher_decrypt(
                           cipher, bytes, NONCE_BYTES, webhook_id, strlen(webhook_id), TAG_BYTES,
                           bytes + NONCE_BYTES, length - NONCE_BYTES, plain, &n)
                           == 0;
    if (cipher != NULL) {
        gnutls_aead_cipher_deinit(cipher);
    }
    if (!known) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND,
                            "JW_WEBHOOK_KEYS has no key '%s', by which the secret of webhook '%s' "
                            "was encrypted; put it back, or delete the webhook and make it anew",
                            parts[0], webhook_id);
    }
    if (!ok) {
        return jw_fail_null(error, JW_ERROR_CORRUPT,
                            "the stored secret of webhook '%s' cannot be decrypted: it was "
                            "changed, or the key '%s' of JW_WEBHOOK_KEYS was; rotate the secret",
                            webhook_id, parts[0]);
    }
    char *secret = g_strndup(plain, n);
    explicit_bzero(plain, sizeof plain);
    return secret;
}

char *
jw_webhook_sign(const char *secret, const char *id, int64_t time_s, const char *body,
                GError **error)
{
    g_return_val_if_fail(secret != NULL && id != NULL && body != NULL, NULL);
    const char *text = g_str_has_prefix(secret, JW_WEBHOOK_SECRET_PREFIX)
                           ? secret + strlen(JW_WEBHOOK_SECRET_PREFIX)
                           : "";
    gsize length = 0;
    guchar *key = g_base64_decode(text, &length);
    guchar digest[32];
    gsize n = sizeof digest;

    if (length == 0) {
        g_free(key);
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "a secret is \"" JW_WEBHOOK_SECRET_PREFIX "\" and base64");
    }
    g_autoptr(GHmac) hmac = g_hmac_new(G_CHECKSUM_SHA256, key, length);
    g_autofree char *head = g_strdup_printf("%s.%" G_GINT64_FORMAT ".", id, time_s);
    g_hmac_update(hmac, (const guchar *)head, (gssize)strlen(head));
    g_hmac_update(hmac, (const guchar *)body, (gssize)strlen(body));
    g_hmac_get_digest(hmac, digest, &n);
    explicit_bzero(key, length);
    g_free(key);
    g_autofree char *signature = g_base64_encode(digest, n);
    return g_strconcat("v1,", signature, NULL);
}
