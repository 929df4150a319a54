/* test_auth_sign.c: tokens for local use pass the verifier, and bad input gets a reason. */
#include "jw/auth_sign.h"
#include "jwt_maker.h"

static Maker maker;
static TkClock fake;
static JwTokenVerifier *verifier;

static int
setup(void **state)
{
    g_autoptr(GError) error = NULL;
    (void)state;
    maker_init(&maker);
    tk_clock_init(&fake, INT64_C(1700000000000));
    verifier = maker_verifier(maker.keys_file, "local", &fake.clock, &error);
    assert_ok(verifier != NULL, error);
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    jw_token_verifier_free(verifier);
    maker_clear(&maker);
    return 0;
}

static const char *const roles[] = { "analyst", NULL };
static const char *const permissions[] = { "reports:create", "reports:cancel", NULL };

static JwTokenClaims
claims_of(const char *alg, const char *kid)
{
    return (JwTokenClaims){
        .kid = kid,
        .alg = alg,
        .issuer = "local",
        .audience = "jobwire",
        .subject = "dev",
        .name = "A \"developer\"",
        .roles = roles,
        .permissions = permissions,
        .issued_s = 1700000000,
        .expires_s = 1700003600,
    };
}

static void
test_round_trip(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        const JwTokenClaims claims =
            i == 0 ? claims_of("RS256", "rs256") : claims_of("ES256", "es256");
        g_autofree char *token =
            jw_auth_sign(&claims, i == 0 ? maker.rsa_private : maker.ec_private, &error);
        assert_ok(token != NULL, error);
        g_autoptr(JwPrincipal) principal = jw_token_verify(verifier, token, &error);
        assert_ok(principal != NULL, error);
        assert_string_equal(principal->subject, "dev");
        assert_string_equal(principal->name, "A \"developer\"");
        assert_null(principal->email);
        assert_true(jw_principal_may(principal, "reports:cancel"));
        assert_false(jw_principal_is_admin(principal));
    }
}

static void
test_refused(void **state)
{
    g_autoptr(GError) error = NULL;
    (void)state;
    JwTokenClaims claims = claims_of("HS256", "hs256");
    assert_null(jw_auth_sign(&claims, MAKER_SECRET, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*RS256 or ES256*");

    claims = claims_of("RS256", NULL);
    assert_null(jw_auth_sign(&claims, maker.rsa_private, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*needs kid*");

    claims = claims_of("RS256", "rs256");
    assert_null(jw_auth_sign(&claims, "no key at all", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*cannot sign with RS256*");
    assert_null(jw_auth_sign(&claims, maker.ec_private, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*cannot sign with RS256*");

    claims.subject = "bad \xff utf-8";
    assert_null(jw_auth_sign(&claims, maker.rsa_private, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*not UTF-8*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
