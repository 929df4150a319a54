/* jwt_maker.c: keys and tokens for the tests of the verifier. Keys are created once for a test
 * binary.
 */
#include "jwt_maker.h"

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

static gnutls_privkey_t keys[3]; /* RSA, P-256, P-384 */

static gnutls_privkey_t
new_key(gnutls_pk_algorithm_t kind, unsigned int bits)
{
    gnutls_privkey_t key = NULL;

    assert_int_equal(gnutls_privkey_init(&key), 0);
    assert_int_equal(gnutls_privkey_generate(key, kind, bits, 0), 0);
    return key;
}

static char *
take_datum(gnutls_datum_t *datum)
{
    char *text = g_strndup((const char *)datum->data, datum->size);

    gnutls_free(datum->data);
    return text;
}

static char *
public_pem(gnutls_privkey_t key)
{
    gnutls_pubkey_t public_key = NULL;
    gnutls_datum_t out = { NULL, 0 };

    assert_int_equal(gnutls_pubkey_init(&public_key), 0);
    assert_int_equal(gnutls_pubkey_import_privkey(public_key, key, 0, 0), 0);
    assert_int_equal(gnutls_pubkey_export2(public_key, GNUTLS_X509_FMT_PEM, &out), 0);
    gnutls_pubkey_deinit(public_key);
    return take_datum(&out);
}

static char *
private_pem(gnutls_privkey_t key)
{
    gnutls_x509_privkey_t plain = NULL;
    gnutls_datum_t out = { NULL, 0 };

    assert_int_equal(gnutls_privkey_export_x509(key, &plain), 0);
    assert_int_equal(gnutls_x509_privkey_export2(plain, GNUTLS_X509_FMT_PEM, &out), 0);
    gnutls_x509_privkey_deinit(plain);
    return take_datum(&out);
}

char *
maker_rsa_pem(unsigned int bits, bool is_private)
{
    gnutls_privkey_t key = new_key(GNUTLS_PK_RSA, bits);
    char *pem = is_private ? private_pem(key) : public_pem(key);

    gnutls_privkey_deinit(key);
    return pem;
}

void
maker_ec_pems(char **ret_private, char **ret_public)
{
    gnutls_privkey_t key =
        new_key(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));

    *ret_private = private_pem(key);
    *ret_public = public_pem(key);
    gnutls_privkey_deinit(key);
}

JwTokenVerifier *
maker_verifier(const char *keys_file, const char *issuer, JwClock *clock, GError **error)
{
    const JwAuthConfig config = {
        .keys_file = (char *)(gintptr)keys_file,
        .issuer = (char *)(gintptr)issuer,
        .audience = (char *)(gintptr) "jobwire",
        .leeway_ms = 30000,
        .roles_claim = (char *)(gintptr) "roles",
        .permissions_claim = (char *)(gintptr) "permissions",
        .departments_claim = (char *)(gintptr) "departments",
        .without_departments = (char *)(gintptr) "all",
    };

    return jw_token_verifier_new(&config, clock, error);
}

void
maker_write(const Maker *self, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(self->folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static void
write_keys_file(Maker *self)
{
    static const char *const algs[] = { "RS256", "RS384", "RS512", "ES256",
                                        "ES384", "HS256", "HS384", "HS512" };
    GString *text = g_string_new("{\"keys\":[");

    for (size_t i = 0; i < G_N_ELEMENTS(algs); i++) {
        g_autofree char *kid = g_ascii_strdown(algs[i], -1);
        const char *file = i < 3 ? "rsa.pem" : i == 3 ? "p256.pem" : i == 4 ? "p384.pem" : "secret";
        g_string_append_printf(text, "%s{\"kid\":\"%s\",\"alg\":\"%s\",\"%s\":\"%s\"}",
                               i > 0 ? "," : "", kid, algs[i],
                               i < 5 ? "publicKeyFile" : "secretFile", file);
    }
    g_string_append(text, "],\"revoked\":[\"token-taken-back\"]}");
    maker_write(self, "keys.json", text->str);
    self->keys_file = g_build_filename(self->folder, "keys.json", NULL);
    g_string_free(text, TRUE);
}

void
maker_init(Maker *self)
{
    g_autofree char *p256 = NULL, *p384 = NULL;

    memset(self, 0, sizeof(*self));
    self->folder = tk_temp_dir();
    keys[0] = new_key(GNUTLS_PK_RSA, 2048);
    keys[1] = new_key(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
    keys[2] = new_key(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1));
    self->rsa_public = public_pem(keys[0]);
    self->rsa_private = private_pem(keys[0]);
    self->ec_private = private_pem(keys[1]);
    p256 = public_pem(keys[1]);
    p384 = public_pem(keys[2]);
    maker_write(self, "rsa.pem", self->rsa_public);
    maker_write(self, "p256.pem", p256);
    maker_write(self, "p384.pem", p384);
    maker_write(self, "secret", MAKER_SECRET "\n");
    write_keys_file(self);
}

void
maker_clear(Maker *self)
{
    for (size_t i = 0; i < G_N_ELEMENTS(keys); i++) {
        gnutls_privkey_deinit(keys[i]);
    }
    g_free(self->folder);
    g_free(self->keys_file);
    g_free(self->rsa_public);
    g_free(self->rsa_private);
    g_free(self->ec_private);
}

char *
maker_base64url(const void *data, size_t length)
{
    char *text = g_base64_encode(data, length);
    size_t n = strlen(text);

    while (n > 0 && text[n - 1] == '=') {
        text[--n] = '\0';
    }
    for (size_t i = 0; i < n; i++) {
        text[i] = text[i] == '+' ? '-' : text[i] == '/' ? '_' : text[i];
    }
    return text;
}

static char *
sign_hmac(gnutls_mac_algorithm_t digest, const char *secret, size_t secret_length,
          const char *input)
{
    unsigned char out[64];

    assert_int_equal(gnutls_hmac_fast(digest, secret, secret_length, input, strlen(input), out), 0);
    g_autofree char *signature = maker_base64url(out, (size_t)gnutls_hmac_get_len(digest));
    return g_strconcat(input, ".", signature, NULL);
}

char *
maker_sign_secret(const char *secret, size_t secret_length, const char *input)
{
    return sign_hmac(GNUTLS_MAC_SHA256, secret, secret_length, input);
}

/* r and s, each as long as the curve's field */
static void
put_number(unsigned char *out, size_t width, const gnutls_datum_t *number)
{
    const unsigned char *data = number->data;
    size_t length = number->size;

    while (length > width && *data == 0) {
        data++;
        length--;
    }
    memset(out, 0, width - length);
    memcpy(out + width - length, data, length);
}

static char *
sign_ec(gnutls_privkey_t key, gnutls_sign_algorithm_t how, size_t width, const char *input)
{
    const gnutls_datum_t data = { (unsigned char *)(gintptr)input, (unsigned int)strlen(input) };
    gnutls_datum_t der = { NULL, 0 }, r = { NULL, 0 }, s = { NULL, 0 };
    unsigned char out[96];

    assert_int_equal(gnutls_privkey_sign_data2(key, how, 0, &data, &der), 0);
    assert_int_equal(gnutls_decode_rs_value(&der, &r, &s), 0);
    put_number(out, width, &r);
    put_number(out + width, width, &s);
    gnutls_free(der.data);
    gnutls_free(r.data);
    gnutls_free(s.data);
    g_autofree char *signature = maker_base64url(out, 2 * width);
    return g_strconcat(input, ".", signature, NULL);
}

static char *
sign_rsa(gnutls_sign_algorithm_t how, const char *input)
{
    const gnutls_datum_t data = { (unsigned char *)(gintptr)input, (unsigned int)strlen(input) };
    gnutls_datum_t out = { NULL, 0 };

    assert_int_equal(gnutls_privkey_sign_data2(keys[0], how, 0, &data, &out), 0);
    g_autofree char *signature = maker_base64url(out.data, out.size);
    gnutls_free(out.data);
    return g_strconcat(input, ".", signature, NULL);
}

char *
maker_sign(const Maker *self, MakerAlg alg, const char *input)
{
    (void)self;
    switch (alg) {
    case MAKER_RS256:
        return sign_rsa(GNUTLS_SIGN_RSA_SHA256, input);
    case MAKER_RS384:
        return sign_rsa(GNUTLS_SIGN_RSA_SHA384, input);
    case MAKER_RS512:
        return sign_rsa(GNUTLS_SIGN_RSA_SHA512, input);
    case MAKER_ES256:
        return sign_ec(keys[1], GNUTLS_SIGN_ECDSA_SHA256, 32, input);
    case MAKER_ES384:
        return sign_ec(keys[2], GNUTLS_SIGN_ECDSA_SHA384, 48, input);
    case MAKER_HS256:
        return sign_hmac(GNUTLS_MAC_SHA256, MAKER_SECRET, strlen(MAKER_SECRET), input);
    case MAKER_HS384:
        return sign_hmac(GNUTLS_MAC_SHA384, MAKER_SECRET, strlen(MAKER_SECRET), input);
    case MAKER_HS512:
        return sign_hmac(GNUTLS_MAC_SHA512, MAKER_SECRET, strlen(MAKER_SECRET), input);
    }
    return NULL;
}

char *
maker_token(const Maker *self, MakerAlg alg, const char *header, const char *claims)
{
    g_autofree char *head = maker_base64url(header, strlen(header));
    g_autofree char *body = maker_base64url(claims, strlen(claims));
    g_autofree char *input = g_strconcat(head, ".", body, NULL);

    return maker_sign(self, alg, input);
}
