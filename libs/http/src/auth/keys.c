/* auth/keys.c: the keys file of the token verifier. Main thread, at start; all errors name the file
 * and the key. Each key is good for one algorithm only, and its kind and length are checked
 * here. */
#include "auth_private.h"

#include "jw/text.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define FILE_LIMIT     (1024 * 1024)
#define RSA_BITS_MIN   2048u
#define HMAC_BYTES_MIN 32u
#define KEYS_MAX       64u

static const JwAuthAlg algs[] = {
    { "RS256", JW_ALG_RSA, .sign = GNUTLS_SIGN_RSA_SHA256 },
    { "RS384", JW_ALG_RSA, .sign = GNUTLS_SIGN_RSA_SHA384 },
    { "RS512", JW_ALG_RSA, .sign = GNUTLS_SIGN_RSA_SHA512 },
    { "ES256", JW_ALG_EC, .sign = GNUTLS_SIGN_ECDSA_SHA256, .curve = GNUTLS_ECC_CURVE_SECP256R1,
      .signature_bytes = 64 },
    { "ES384", JW_ALG_EC, .sign = GNUTLS_SIGN_ECDSA_SHA384, .curve = GNUTLS_ECC_CURVE_SECP384R1,
      .signature_bytes = 96 },
    { "HS256", JW_ALG_HMAC, .digest = GNUTLS_MAC_SHA256, .signature_bytes = 32 },
    { "HS384", JW_ALG_HMAC, .digest = GNUTLS_MAC_SHA384, .signature_bytes = 48 },
    { "HS512", JW_ALG_HMAC, .digest = GNUTLS_MAC_SHA512, .signature_bytes = 64 },
};

const JwAuthAlg *
jw_auth_alg_find(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(algs); i++) {
        if (strcmp(algs[i].name, name) == 0) {
            return &algs[i];
        }
    }
    return NULL;
}

static bool
check_imported(gnutls_pubkey_t key, JwAuthKey *target, GError **error)
{
    unsigned int bits = 0;
    int kind = gnutls_pubkey_get_pk_algorithm(key, &bits);
    gnutls_ecc_curve_t curve = GNUTLS_ECC_CURVE_INVALID;

    if (target->alg->family == JW_ALG_RSA) {
        if (kind != GNUTLS_PK_RSA) {
            return jw_fail(error, JW_ERROR_INVALID, "%s needs an RSA key", target->alg->name);
        }
        if (bits < RSA_BITS_MIN) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "the RSA key has %u bits; at least %u are needed", bits, RSA_BITS_MIN);
        }
        target->signature_bytes = (bits + 7) / 8;
        return true;
    }
    if (kind != GNUTLS_PK_ECDSA || gnutls_pubkey_export_ecc_raw2(key, &curve, NULL, NULL, 0) != 0
        || (int)curve != target->alg->curve) {
        return jw_fail(error, JW_ERROR_INVALID, "%s needs an EC key on %s", target->alg->name,
                       gnutls_ecc_curve_get_name((gnutls_ecc_curve_t)target->alg->curve));
    }
    target->signature_bytes = target->alg->signature_bytes;
    return true;
}

static bool
check_public(JwAuthKey *key, GError **error)
{
    gnutls_pubkey_t imported = NULL;
    const gnutls_datum_t pem = { (unsigned char *)key->secret, (unsigned int)key->secret_length };

    if (strstr(key->secret, "-----BEGIN PUBLIC KEY-----") == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "the file holds no '-----BEGIN PUBLIC KEY-----'");
    }
    if (gnutls_pubkey_init(&imported) != 0) {
        return jw_fail(error, JW_ERROR_INTERNAL, "gnutls has no memory for a key");
    }
    int failed = gnutls_pubkey_import(imported, &pem, GNUTLS_X509_FMT_PEM);
    bool good = failed == 0 ? check_imported(imported, key, error)
                            : jw_fail(error, JW_ERROR_INVALID, "the public key cannot be read: %s",
                                      gnutls_strerror(failed));
    gnutls_pubkey_deinit(imported);
    return good;
}

static bool
check_secret(JwAuthKey *key, GError **error)
{
    while (key->secret_length > 0 && strchr("\r\n", key->secret[key->secret_length - 1]) != NULL) {
        key->secret[--key->secret_length] = '\0';
    }
    if (key->secret_length < HMAC_BYTES_MIN) {
        return jw_fail(error, JW_ERROR_INVALID, "the secret has %zu bytes; at least %u are needed",
                       key->secret_length, HMAC_BYTES_MIN);
    }
    key->signature_bytes = key->alg->signature_bytes;
    return true;
}

static void
key_free(gpointer data)
{
    JwAuthKey *key = data;

    g_free(key->kid);
    if (key->secret != NULL) {
        gnutls_memset(key->secret, 0, key->secret_length);
        g_free(key->secret);
    }
    g_free(key);
}

static bool
add_key(JwTokenVerifier *self, const char *folder, json_t *row, GError **error)
{
    const char *kid = NULL, *name = NULL, *public_file = NULL, *secret_file = NULL;
    json_error_t failure;

    if (json_unpack_ex(row, &failure, JSON_STRICT, "{s:s, s:s, s?:s, s?:s}", "kid", &kid, "alg",
                       &name, "publicKeyFile", &public_file, "secretFile", &secret_file)
        != 0) {
        return jw_fail(error, JW_ERROR_INVALID, "%s", failure.text);
    }
    if (kid[0] == '\0' || strlen(kid) > 128 || !jw_text_clean(kid, strlen(kid))) {
        return jw_fail(error, JW_ERROR_INVALID, "kid must have 1 to 128 characters");
    }
    for (guint i = 0; i < self->keys->len; i++) {
        const JwAuthKey *other = g_ptr_array_index(self->keys, i);
        if (strcmp(other->kid, kid) == 0) {
            return jw_fail(error, JW_ERROR_INVALID, "kid '%s' is used twice", kid);
        }
    }
    const JwAuthAlg *alg = jw_auth_alg_find(name);
    if (alg == NULL) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "alg '%s' is not supported; use RS256, RS384, RS512, ES256, ES384, HS256, "
                       "HS384 or HS512",
                       name);
    }
    bool is_secret = alg->family == JW_ALG_HMAC;
    const char *file = is_secret ? secret_file : public_file;
    if (file == NULL || (is_secret ? public_file : secret_file) != NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "%s needs %s and nothing else", name,
                       is_secret ? "secretFile" : "publicKeyFile");
    }
    JwAuthKey *key = g_new0(JwAuthKey, 1);
    g_ptr_array_add(self->keys, key);
    key->kid = g_strdup(kid);
    key->alg = alg;
    g_autofree char *path =
        g_path_is_absolute(file) ? g_strdup(file) : g_build_filename(folder, file, NULL);
    key->secret = jw_file_read(path, FILE_LIMIT, &key->secret_length, error);
    if (key->secret == NULL) {
        return false;
    }
    return is_secret ? check_secret(key, error) : check_public(key, error);
}

static bool
add_revoked(JwTokenVerifier *self, json_t *list, GError **error)
{
    size_t i;
    json_t *id;

    if (list != NULL && !json_is_array(list)) {
        return jw_fail(error, JW_ERROR_INVALID, "revoked must be a list of token ids");
    }
    json_array_foreach(list, i, id)
    {
        if (!json_is_string(id)) {
            return jw_fail(error, JW_ERROR_INVALID, "revoked[%zu] must be a string", i);
        }
        (void)g_hash_table_add(self->revoked, g_strdup(json_string_value(id)));
    }
    return true;
}

static bool
read_file(JwTokenVerifier *self, const char *path, GError **error)
{
    json_t *keys = NULL, *revoked = NULL, *row;
    json_error_t failure;
    size_t length = 0, i;
    g_autofree char *folder = g_path_get_dirname(path);
    g_autofree char *text = jw_file_read(path, FILE_LIMIT, &length, error);

    if (text == NULL) {
        return false;
    }
    json_auto_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &failure);
    if (root == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "line %d: %s", failure.line, failure.text);
    }
    if (json_unpack_ex(root, &failure, JSON_STRICT, "{s:o, s?:o}", "keys", &keys, "revoked",
                       &revoked)
            != 0
        || !json_is_array(keys)) {
        return jw_fail(error, JW_ERROR_INVALID, "it must be {\"keys\":[…],\"revoked\":[…]}");
    }
    if (json_array_size(keys) == 0 || json_array_size(keys) > KEYS_MAX) {
        return jw_fail(error, JW_ERROR_INVALID, "it must hold 1 to %u keys", KEYS_MAX);
    }
    json_array_foreach(keys, i, row)
    {
        if (!add_key(self, folder, row, error)) {
            const char *kid = json_string_value(json_object_get(row, "kid"));
            return jw_prefix(error, "keys[%zu] (kid '%s')", i, kid != NULL ? kid : "");
        }
    }
    return add_revoked(self, revoked, error);
}

bool
jw_auth_keys_load(JwTokenVerifier *self, const char *path, GError **error)
{
    self->keys = g_ptr_array_new_with_free_func(key_free);
    self->revoked = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return read_file(self, path, error) || jw_prefix(error, "JW_JWT_KEYS_FILE '%s'", path);
}
