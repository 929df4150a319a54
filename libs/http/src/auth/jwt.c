/* auth/jwt.c: the strict token verifier. Any thread; it is immutable. Three segments of strict
 * base64url, the key by its kid, the one algorithm of that key, the length of the signature;
 * gnutls checks the signature, and the claims are read from the bytes it verified. libjwt 1.10
 * is not asked: it takes the algorithm from the token, accepts "none", a public key as an HMAC
 * secret, and expired tokens, and refuses access tokens (typ "at+jwt"). */
#include "auth_private.h"

#include "jw/text.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <string.h>

#define TOKEN_MAX     8192u
#define HEADER_MAX    1024u
#define SIGNATURE_MAX 1024u

const JwConfigEntry jw_auth_config_entries[] = {
    { "JW_JWT_KEYS_FILE", JW_CONFIG_STRING, offsetof(JwAuthConfig, keys_file), NULL, 0, 0,
      JW_CONFIG_REQUIRED,
      "JSON file with the keys that tokens may be signed with: {\"keys\":[{kid, alg, "
      "publicKeyFile|secretFile}]}" },
    { "JW_JWT_ISSUER", JW_CONFIG_STRING, offsetof(JwAuthConfig, issuer), NULL, 0, 0,
      JW_CONFIG_REQUIRED, "iss that every token must have" },
    { "JW_JWT_AUDIENCE", JW_CONFIG_STRING, offsetof(JwAuthConfig, audience), NULL, 0, 0,
      JW_CONFIG_REQUIRED, "aud that every token must name" },
    { "JW_JWT_LEEWAY", JW_CONFIG_DURATION, offsetof(JwAuthConfig, leeway_ms), "30s", 0, 300000, 0,
      "difference of clocks that is tolerated" },
    { "JW_JWT_ROLES_CLAIM", JW_CONFIG_STRING, offsetof(JwAuthConfig, roles_claim), "roles", 0, 0, 0,
      "claim that lists the roles" },
    { "JW_JWT_PERMISSIONS_CLAIM", JW_CONFIG_STRING, offsetof(JwAuthConfig, permissions_claim),
      "permissions", 0, 0, 0, "claim that lists the permissions; scope counts too" },
    { "JW_JWT_DEPARTMENTS_CLAIM", JW_CONFIG_STRING, offsetof(JwAuthConfig, departments_claim),
      "departments", 0, 0, 0, "claim that lists the departments; an empty list means none" },
    { "JW_JWT_WITHOUT_DEPARTMENTS", JW_CONFIG_STRING, offsetof(JwAuthConfig, without_departments),
      "all", 0, 0, 0, "what a token without that claim means: all departments, or none" },
    { "JW_JWT_ALL_DEPARTMENTS_ROLES", JW_CONFIG_STRING,
      offsetof(JwAuthConfig, all_departments_roles), NULL, 0, 0, 0,
      "roles, with commas, whose holders are not limited by departments" },
};
const size_t jw_auth_n_config_entries = G_N_ELEMENTS(jw_auth_config_entries);

static bool
read_rule(JwTokenVerifier *self, const JwAuthConfig *config, GError **error)
{
    const char *rule = config->without_departments;

    self->all_departments_roles = jw_text_list(config->all_departments_roles);
    self->absent_means_all = g_strcmp0(rule, "all") == 0;
    return self->absent_means_all || g_strcmp0(rule, "none") == 0
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_JWT_WITHOUT_DEPARTMENTS is '%s'; use all or none", rule);
}

JwTokenVerifier *
jw_token_verifier_new(const JwAuthConfig *config, JwClock *clock, GError **error)
{
    g_return_val_if_fail(config != NULL && clock != NULL, NULL);
    g_autoptr(JwTokenVerifier) self = g_new0(JwTokenVerifier, 1);

    self->seen = jw_auth_seen_new();
    self->clock = clock;
    self->leeway_ms = config->leeway_ms;
    self->issuer = g_strdup(config->issuer);
    self->audience = g_strdup(config->audience);
    self->roles_claim = g_strdup(config->roles_claim);
    self->permissions_claim = g_strdup(config->permissions_claim);
    self->departments_claim = g_strdup(config->departments_claim);
    if (!read_rule(self, config, error) || !jw_auth_keys_load(self, config->keys_file, error)) {
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
jw_token_verifier_check(const JwAuthConfig *config, JwConfigCheck *check)
{
    g_return_if_fail(config != NULL && check != NULL);
    g_autoptr(JwTokenVerifier) self = g_new0(JwTokenVerifier, 1);
    g_autoptr(GError) error = NULL;

    if (jw_config_is_read(check, "JW_JWT_WITHOUT_DEPARTMENTS", NULL)) {
        jw_config_note(check, read_rule(self, config, &error), &error);
    }
    if (jw_config_is_read(check, "JW_JWT_KEYS_FILE", NULL)) {
        jw_config_note(check, jw_auth_keys_load(self, config->keys_file, &error), &error);
    }
}

void
jw_token_verifier_free(gpointer verifier)
{
    JwTokenVerifier *self = verifier;

    if (self == NULL) {
        return;
    }
    g_free(self->issuer);
    g_free(self->audience);
    g_free(self->roles_claim);
    g_free(self->permissions_claim);
    g_free(self->departments_claim);
    g_strfreev(self->all_departments_roles);
    g_clear_pointer(&self->keys, g_ptr_array_unref);
    g_clear_pointer(&self->revoked, g_hash_table_unref);
    g_clear_pointer(&self->seen, jw_auth_seen_free);
    g_free(self);
}

static int
base64url_value(char c)
{
    if (c >= 'A' && c <= 'Z') {
        return c - 'A';
    }
    if (c >= 'a' && c <= 'z') {
        return c - 'a' + 26;
    }
    if (c >= '0' && c <= '9') {
        return c - '0' + 52;
    }
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

/* Base64url without padding (RFC 7515); unused bits must be 0, so that each value has one spelling.
 * NULL: malformed. */
static guchar *
decode_segment(const char *text, size_t length, size_t *ret_length)
{
    g_autofree guchar *out = g_malloc(length + 1);
    uint32_t bits = 0;
    int n_bits = 0;
    size_t n = 0;

    if (length == 0 || length % 4 == 1) {
        return NULL;
    }
    for (size_t i = 0; i < length; i++) {
        int value = base64url_value(text[i]);
        if (value < 0) {
            return NULL;
        }
        bits = (bits << 6 | (uint32_t)value) & 0xffff;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[n++] = (guchar)(bits >> n_bits);
        }
    }
    if ((bits & ((1u << n_bits) - 1)) != 0) {
        return NULL;
    }
    *ret_length = n;
    return g_steal_pointer(&out);
}

typedef struct {
    const char *start[3];
    size_t length[3];
} Segments;

static bool
split_token(const char *token, Segments *ret, GError **error)
{
    size_t n = 0;

    if (strnlen(token, TOKEN_MAX + 1) > TOKEN_MAX) {
        return jw_fail(error, JW_ERROR_DENIED, "the token is longer than %u bytes", TOKEN_MAX);
    }
    for (const char *rest = token;; rest++) {
        size_t length = strcspn(rest, ".");
        if (n < 3) {
            ret->start[n] = rest;
            ret->length[n] = length;
        }
        n++;
        rest += length;
        if (*rest == '\0') {
            break;
        }
    }
    if (n != 3) {
        return jw_fail(error, JW_ERROR_DENIED, "the token has %zu segments instead of 3", n);
    }
    return true;
}

/* A media type, whose "application/" may be left out (RFC 7515), as that of access tokens is
 * (RFC 9068). */
static bool
is_known_type(const char *type)
{
    static const char prefix[] = "application/";

    if (type != NULL && g_ascii_strncasecmp(type, prefix, strlen(prefix)) == 0) {
        type += strlen(prefix);
    }
    return type != NULL
           && (g_ascii_strcasecmp(type, "JWT") == 0 || g_ascii_strcasecmp(type, "at+jwt") == 0);
}

/* Headers that name or carry keys, or change what is signed. */
static bool
check_header_names(json_t *header, GError **error)
{
    static const char *const refused[] = {
        "crit", "jku", "jwk", "x5u", "x5c", "b64", "zip", "enc"
    };
    json_t *type = json_object_get(header, "typ");

    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        if (json_object_get(header, refused[i]) != NULL) {
            return jw_fail(error, JW_ERROR_DENIED, "the header '%s' is refused", refused[i]);
        }
    }
    if (type != NULL && !is_known_type(json_string_value(type))) {
        return jw_fail(error, JW_ERROR_DENIED, "typ is neither JWT nor at+jwt");
    }
    return true;
}

static const JwAuthKey *
choose_key(const JwTokenVerifier *self, const Segments *segments, GError **error)
{
    size_t length = 0;

    if (segments->length[0] > HEADER_MAX) {
        return jw_fail_null(error, JW_ERROR_DENIED, "the header is too long");
    }
    g_autofree guchar *text = decode_segment(segments->start[0], segments->length[0], &length);
    if (text == NULL) {
        return jw_fail_null(error, JW_ERROR_DENIED, "the header is not base64url");
    }
    json_auto_t *header = jw_auth_object_parse(text, length, "the header", error);
    if (header == NULL || !check_header_names(header, error)) {
        return NULL;
    }
    const char *kid = json_string_value(json_object_get(header, "kid"));
    const char *alg = json_string_value(json_object_get(header, "alg"));
    if (kid == NULL || alg == NULL) {
        return jw_fail_null(error, JW_ERROR_DENIED, "kid and alg must be strings");
    }
    for (guint i = 0; i < self->keys->len; i++) {
        const JwAuthKey *key = g_ptr_array_index(self->keys, i);
        if (strcmp(key->kid, kid) == 0) {
            return strcmp(key->alg->name, alg) == 0
                       ? key
                       : jw_fail_null(error, JW_ERROR_DENIED, "alg is not the one of this key");
        }
    }
    return jw_fail_null(error, JW_ERROR_DENIED, "kid names no key of ours");
}

static bool
check_hmac(const JwAuthKey *key, const gnutls_datum_t *signed_part, const guchar *signature)
{
    guchar wanted[64];

    if (gnutls_hmac_fast((gnutls_mac_algorithm_t)key->alg->digest, key->secret, key->secret_length,
                         signed_part->data, signed_part->size, wanted)
        != 0) {
        return false;
    }
    return gnutls_memcmp(wanted, signature, key->signature_bytes) == 0;
}

static bool
check_public(const JwAuthKey *key, const gnutls_datum_t *signed_part, const gnutls_datum_t *value)
{
    gnutls_pubkey_t imported = NULL;
    const gnutls_datum_t pem = { (unsigned char *)key->secret, (unsigned int)key->secret_length };

    if (gnutls_pubkey_init(&imported) != 0) {
        return false;
    }
    bool good = gnutls_pubkey_import(imported, &pem, GNUTLS_X509_FMT_PEM) == 0
                && gnutls_pubkey_verify_data2(imported, (gnutls_sign_algorithm_t)key->alg->sign, 0,
                                              signed_part, value)
                       >= 0;
    gnutls_pubkey_deinit(imported);
    return good;
}

/* r and s side by side (RFC 7518), which gnutls wants as a sequence. */
static bool
check_ec(const JwAuthKey *key, const gnutls_datum_t *signed_part, guchar *signature)
{
    unsigned int half = (unsigned int)key->signature_bytes / 2;
    const gnutls_datum_t r = { signature, half }, s = { signature + half, half };
    gnutls_datum_t sequence = { NULL, 0 };

    if (gnutls_encode_rs_value(&sequence, &r, &s) != 0) {
        return false;
    }
    bool good = check_public(key, signed_part, &sequence);
    gnutls_free(sequence.data);
    return good;
}

static bool
check_by_family(const JwAuthKey *key, const gnutls_datum_t *signed_part, guchar *signature)
{
    const gnutls_datum_t value = { signature, (unsigned int)key->signature_bytes };

    switch (key->alg->family) {
    case JW_ALG_RSA:
        return check_public(key, signed_part, &value);
    case JW_ALG_EC:
        return check_ec(key, signed_part, signature);
    case JW_ALG_HMAC:
        return check_hmac(key, signed_part, signature);
    }
    return false;
}

static bool
check_signature(const JwAuthKey *key, const char *token, const Segments *segments, GError **error)
{
    size_t length = 0;

    if (segments->length[2] > SIGNATURE_MAX * 4 / 3) {
        return jw_fail(error, JW_ERROR_DENIED, "the signature is too long");
    }
    g_autofree guchar *signature = decode_segment(segments->start[2], segments->length[2], &length);
    if (signature == NULL || length != key->signature_bytes) {
        return jw_fail(error, JW_ERROR_DENIED, "the signature has not the length of its algorithm");
    }
    size_t signed_length = (size_t)(segments->start[1] - token) + segments->length[1];
    g_autofree guchar *signed_part = g_memdup2(token, signed_length);
    const gnutls_datum_t data = { signed_part, (unsigned int)signed_length };
    return check_by_family(key, &data, signature)
           || jw_fail(error, JW_ERROR_DENIED, "the signature is wrong");
}

JwPrincipal *
jw_token_verify(const JwTokenVerifier *self, const char *token, GError **error)
{
    g_return_val_if_fail(self != NULL && token != NULL, NULL);
    Segments segments;
    size_t length = 0;

    if (!split_token(token, &segments, error)) {
        return NULL;
    }
    const JwAuthKey *key = choose_key(self, &segments, error);
    if (key == NULL) {
        return NULL;
    }
    g_autofree guchar *text = decode_segment(segments.start[1], segments.length[1], &length);
    if (text == NULL) {
        return jw_fail_null(error, JW_ERROR_DENIED, "the claims are not base64url");
    }
    json_auto_t *claims = jw_auth_object_parse(text, length, "the claims", error);
    if (claims == NULL) {
        return NULL;
    }
    if (!jw_auth_seen_has(self->seen, token)) {
        if (!check_signature(key, token, &segments, error)) {
            return NULL;
        }
        jw_auth_seen_note(self->seen, token);
    }
    return jw_auth_claims_read(self, claims, error);
}
