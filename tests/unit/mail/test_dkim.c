/* test_dkim.c: the signature of a message: what it names, that it is checked by its public key, and
 * that it stays the same. Another implementation verifies it in tests/e2e/test_mail_dkim.py. */
#include "mail_dkim.h"
#include "testkit.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <string.h>

#define MESSAGE                                                                                    \
    "Date: Mon, 12 Jan 2026 02:00:00 +0000\r\n"                                                    \
    "From: Jobwire <jobs@example.org>\r\n"                                                         \
    "To: a@b.example\r\n"                                                                          \
    "Subject: a   long\r\n\tsubject  \r\n"                                                         \
    "Message-ID: <x@jobwire.local>\r\n"                                                            \
    "MIME-Version: 1.0\r\n"                                                                        \
    "Content-Type: text/plain\r\n\r\n"

/* PEM of a new key. (transfer full) */
static char *
new_key(gnutls_pk_algorithm_t kind, unsigned bits)
{
    gnutls_x509_privkey_t key;
    gnutls_datum_t pem = { 0 };
    assert_int_equal(gnutls_x509_privkey_init(&key), 0);
    assert_int_equal(gnutls_x509_privkey_generate(key, kind, bits, 0), 0);
    assert_int_equal(
        gnutls_x509_privkey_export2_pkcs8(key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &pem),
        0);
    char *text = g_strndup((const char *)pem.data, pem.size);
    gnutls_free(pem.data);
    gnutls_x509_privkey_deinit(key);
    return text;
}

static char *
sign(const char *pem, const char *text)
{
    g_autofree char *key = g_strdup(pem);
    char selector[] = "mail";
    char from[] = "Jobwire <jobs@Example.org>";
    const JwMailConfig config = { .from = from, .dkim_key = key, .dkim_selector = selector };
    g_autoptr(JwMailDkim) dkim = NULL;
    g_autoptr(GError) error = NULL;
    assert_ok(jw_mail_dkim_load(&config, &dkim, &error), error);
    g_autoptr(GBytes) message = g_bytes_new(text, strlen(text));
    char *header = jw_mail_dkim_sign(dkim, message, &error);
    assert_ok(header, error);
    return header;
}

static char *
unfold(const char *header)
{
    g_autoptr(GString) out = g_string_new(header);
    g_string_replace(out, "\r\n\t", "", 0);
    return g_strdup(out->str);
}

static void
test_what_it_says(void **state)
{
    (void)state;
    static const struct {
        gnutls_pk_algorithm_t kind;
        unsigned bits;
        const char *algorithm;
    } cases[] = {
        { GNUTLS_PK_RSA, 2048, "a=rsa-sha256;" },
        { GNUTLS_PK_EDDSA_ED25519, 256, "a=ed25519-sha256;" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *pem = new_key(cases[i].kind, cases[i].bits);
        g_autofree char *header = sign(pem, MESSAGE "body\r\n");
        g_autofree char *again = sign(pem, MESSAGE "body\r\n");
        g_autofree char *line = unfold(header);
        assert_string_equal(header, again);
        assert_true(g_str_has_prefix(header, "DKIM-Signature: v=1; "));
        assert_true(g_str_has_suffix(header, "\r\n"));
        assert_non_null(strstr(line, cases[i].algorithm));
        assert_non_null(strstr(line, "c=relaxed/relaxed;"));
        assert_non_null(strstr(line, "d=example.org; s=mail; t=1768183200;"));
        assert_non_null(strstr(line, "h=From:From:Reply-To:To:To:"));
        assert_null(strstr(line, "List-Id"));
        g_auto(GStrv) lines = g_strsplit(header, "\r\n", -1);
        for (size_t n = 0; lines[n] != NULL; n++) {
            assert_in_range(strlen(lines[n]), 0, 78);
        }
    }
}

/* Changes that the canonical form removes make no difference, others do. */
static void
test_what_it_covers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *text;
        bool same;
    } cases[] = {
        { "empty lines at the end", MESSAGE "body\r\n\r\n\r\n", true },
        { "spaces at the end of a line", MESSAGE "body \t \r\n", true },
        { "no line end", MESSAGE "body", true },
        { "another body", MESSAGE "bodY\r\n", false },
        { "a line more", MESSAGE "\r\nbody\r\n", false },
        { "a header that is not signed", "X-Seen: y\r\n" MESSAGE "body\r\n", true },
        { "a header once more", "Subject: other\r\n" MESSAGE "body\r\n", false },
        { "another kind of header", "Cc: c@d.example\r\n" MESSAGE "body\r\n", false },
        { "a one-click unsubscription", "List-Unsubscribe-Post: x\r\n" MESSAGE "body\r\n", false },
    };
    g_autofree char *pem = new_key(GNUTLS_PK_EDDSA_ED25519, 256);
    g_autofree char *plain = sign(pem, MESSAGE "body\r\n");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *other = sign(pem, cases[i].text);
        if ((strcmp(plain, other) == 0) != cases[i].same) {
            fail_msg("%s: %s", cases[i].name, other);
        }
    }
}

/* RFC 6376 3.4.5, whose body is " C \r\nD \t E\r\n\r\n\r\n" and becomes " C\r\nD E\r\n". */
static void
test_body_hash(void **state)
{
    (void)state;
    static const struct {
        const char *body, *canonical;
    } cases[] = {
        { " C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n" },
        { "", "" },
        { "\r\n\r\n", "" },
        { "a\t\tb\r\n\r\nc", "a b\r\n\r\nc\r\n" },
        { "\t x\r\n", " x\r\n" },
        { "one two\r\n", "one two\r\n" },
    };
    g_autofree char *pem = new_key(GNUTLS_PK_EDDSA_ED25519, 256);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = g_strconcat(MESSAGE, cases[i].body, NULL);
        g_autofree char *header = sign(pem, text);
        g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
        guint8 digest[32];
        gsize length = sizeof digest;
        g_checksum_update(sum, (const guchar *)cases[i].canonical,
                          (gssize)strlen(cases[i].canonical));
        g_checksum_get_digest(sum, digest, &length);
        g_autofree char *base64 = g_base64_encode(digest, length);
        g_autofree char *tag = g_strdup_printf("bh=%s;", base64);
        if (strstr(header, tag) == NULL) {
            fail_msg("%s: %s", cases[i].body, header);
        }
    }
}

static void
test_configuration(void **state)
{
    (void)state;
    g_autofree char *good = new_key(GNUTLS_PK_RSA, 2048);
    g_autofree char *elliptic =
        new_key(GNUTLS_PK_ECDSA, GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1));
    const struct {
        const char *key, *selector, *domain, *why;
    } cases[] = {
        { NULL, "mail", NULL, "JW_DKIM_SELECTOR has no effect*JW_DKIM_KEY_FILE*" },
        { NULL, NULL, "example.org", "JW_DKIM_DOMAIN has no effect*" },
        { good, NULL, "example.org", "JW_DKIM_SELECTOR must be*" },
        { good, "a b", "example.org", "JW_DKIM_SELECTOR must be*" },
        { good, "a;b=", "example.org", "JW_DKIM_SELECTOR must be*" },
        { good, "mail", "exa mple.org", "JW_DKIM_DOMAIN must be*" },
        { good, "mail", "example.org; t=1", "JW_DKIM_DOMAIN must be*" },
        { good, "mail", NULL, "JW_DKIM_KEY needs a JW_DKIM_DOMAIN" },
        { "-----BEGIN", "mail", "example.org", "JW_DKIM_KEY is no private key*openssl*" },
        { elliptic, "mail", "example.org", "JW_DKIM_KEY must be an RSA*" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *key = g_strdup(cases[i].key);
        g_autofree char *selector = g_strdup(cases[i].selector);
        g_autofree char *domain = g_strdup(cases[i].domain);
        const JwMailConfig config = { .dkim_key = key,
                                      .dkim_selector = selector,
                                      .dkim_domain = domain };
        g_autoptr(JwMailDkim) dkim = NULL;
        g_autoptr(GError) error = NULL;
        assert_false(jw_mail_dkim_load(&config, &dkim, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].why);
    }
    g_autoptr(JwMailDkim) none = NULL;
    g_autoptr(GError) error = NULL;
    assert_ok(jw_mail_dkim_load(&(JwMailConfig){ 0 }, &none, &error), error);
    assert_null(none);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_it_says),
        cmocka_unit_test(test_what_it_covers),
        cmocka_unit_test(test_body_hash),
        cmocka_unit_test(test_configuration),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
