/* test_auth_keys.c: what the verifier refuses at start: short keys, wrong kinds, repeated kids,
 * unknown algorithms. */
#include "jwt_maker.h"

static Maker maker;

static int
setup(void **state)
{
    (void)state;
    maker_init(&maker);
    g_autofree char *small = maker_rsa_pem(1024, false);
    g_autofree char *private_pem = maker_rsa_pem(2048, true);
    maker_write(&maker, "rsa1024.pem", small);
    maker_write(&maker, "private.pem", private_pem);
    maker_write(&maker, "short", "0123456789abcdef0123456789abcde\n");
    maker_write(&maker, "exact", "0123456789abcdef0123456789abcdef\r\n");
    maker_write(&maker, "garbage.pem",
                "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    maker_clear(&maker);
    return 0;
}

static JwTokenVerifier *
authenticator_of(const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(maker.folder, "keys-of-test.json", NULL);

    maker_write(&maker, "keys-of-test.json", text);
    return maker_verifier(path, "i", jw_clock_system(), error);
}

#define KEY(kid, alg, member, file)                                                                \
    "{\"kid\":\"" kid "\",\"alg\":\"" alg "\",\"" member "\":\"" file "\"}"

static void
test_files(void **state)
{
    static const struct {
        const char *text, *pattern;
    } cases[] = {
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "rsa.pem") "]}", NULL },
        { "{\"keys\":[" KEY("a", "HS256", "secretFile", "exact") "]}", NULL },
        { "{\"keys\":[" KEY("a", "ES384", "publicKeyFile", "p384.pem") "],\"revoked\":[]}", NULL },
        { "", "*line*" },
        { "[]", "*must be*" },
        { "{\"keys\":{}}", "*must be*" },
        { "{\"keys\":[]}", "*1 to 64 keys*" },
        { "{\"keys\":[],\"more\":1}", "*must be*" },
        { "{\"keys\":[],\"keys\":[]}", "*line*" },
        { "{\"keys\":[7]}", "*keys?0? (kid '')*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "rsa1024.pem") "]}",
          "*keys?0? (kid 'a'): *1024 bits*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "p256.pem") "]}", "*needs an RSA key*" },
        { "{\"keys\":[" KEY("a", "ES256", "publicKeyFile", "rsa.pem") "]}", "*needs an EC key*" },
        { "{\"keys\":[" KEY("a", "ES256", "publicKeyFile", "p384.pem") "]}", "*needs an EC key*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "private.pem") "]}", "*holds no*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "garbage.pem") "]}",
          "*cannot be read*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "absent.pem") "]}", "*absent.pem*" },
        { "{\"keys\":[" KEY("a", "RS256", "secretFile", "exact") "]}", "*needs publicKeyFile*" },
        { "{\"keys\":[" KEY("a", "HS256", "publicKeyFile", "rsa.pem") "]}", "*needs secretFile*" },
        { "{\"keys\":[" KEY("a", "HS256", "secretFile", "short") "]}", "*31 bytes*" },
        { "{\"keys\":[" KEY("a", "none", "secretFile", "exact") "]}", "*alg 'none'*" },
        { "{\"keys\":[" KEY("a", "EdDSA", "publicKeyFile", "rsa.pem") "]}", "*alg 'EdDSA'*" },
        { "{\"keys\":[" KEY("a", "PS256", "publicKeyFile", "rsa.pem") "]}", "*alg 'PS256'*" },
        { "{\"keys\":[" KEY("", "RS256", "publicKeyFile", "rsa.pem") "]}", "*kid must*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile",
                            "rsa.pem") "," KEY("a", "HS256", "secretFile", "exact") "]}",
          "*keys?1? (kid 'a'): kid 'a' is used twice*" },
        { "{\"keys\":[{\"kid\":\"a\",\"alg\":\"HS256\",\"secret\":\"x\"}]}", "*secret*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "rsa.pem") "],\"revoked\":\"x\"}",
          "*revoked must*" },
        { "{\"keys\":[" KEY("a", "RS256", "publicKeyFile", "rsa.pem") "],\"revoked\":[1]}",
          "*revoked?0?*" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwTokenVerifier) verifier = authenticator_of(cases[i].text, &error);
        if (cases[i].pattern == NULL) {
            assert_ok(verifier != NULL, error);
            continue;
        }
        if (verifier != NULL) {
            fail_msg("accepted: %s", cases[i].text);
        }
        assert_non_null(strstr(jw_error_message(error), "JW_JWT_KEYS_FILE"));
        if (!g_pattern_match_simple(cases[i].pattern, jw_error_message(error))) {
            fail_msg("%s\n  gave: %s", cases[i].text, jw_error_message(error));
        }
    }
}

static void
test_no_file(void **state)
{
    g_autoptr(GError) error = NULL;
    (void)state;
    assert_null(maker_verifier("/nonexistent/keys.json", "i", jw_clock_system(), &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "JW_JWT_KEYS_FILE*/nonexistent/keys.json*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
