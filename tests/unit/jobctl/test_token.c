/* test_token.c: what jobctl token prints passes the gateway's verifier. */
#include "jc_fixture.h"

#include <string.h>

#include "../http/jwt_maker.h"

static Maker maker;
static TkClock fake;
static JcFixture *jc;
static JwTokenVerifier *verifier;

static int
setup(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    tk_clock_init(&fake, INT64_C(1700000000000));
    jc = jc_fixture_new(&fake.clock, NULL);
    maker_init(&maker); /* with its keys file: kids rs256, es256 and more */
    g_autofree char *private_file = jc_fixture_file(jc, "private.pem", maker.rsa_private);
    verifier = maker_verifier(maker.keys_file, "tests", &fake.clock, &error);
    assert_ok(verifier != NULL, error);
    jc_fixture_env(jc, "JW_JWT_SIGN_KEY_FILE", private_file);
    jc_fixture_env(jc, "JW_JWT_SIGN_KID", "rs256");
    jc_fixture_env(jc, "JW_JWT_ISSUER", "tests");
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    jw_token_verifier_free(verifier);
    maker_clear(&maker);
    jc_fixture_free(jc);
    return 0;
}

static void
test_token(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_jobctl(jc, JC_EXIT_OK, "token", "--role", "analyst", "--role", "viewer", "--permissions",
                  "reports:create, reports:read", "--subject", "u-1", "--name", "Zoë", "--email",
                  "zoe@example.org", "--departments", "sales,support");
    assert_string_equal(jc->err, "");
    g_strchomp(jc->out);
    assert_null(strchr(jc->out, '\n'));
    g_autoptr(JwPrincipal) principal = jw_token_verify(verifier, jc->out, &error);
    assert_ok(principal != NULL, error);
    assert_string_equal(principal->subject, "u-1");
    assert_string_equal(principal->name, "Zoë");
    assert_string_equal(principal->email, "zoe@example.org");
    assert_string_equal(principal->roles[0], "analyst");
    assert_string_equal(principal->roles[1], "viewer");
    assert_string_equal(principal->permissions[1], "reports:read");
    assert_string_equal(principal->departments[1], "support");
    assert_false(jw_principal_is_admin(principal));
}

/* A name that gives no rights is a slip; those that the gateway's routes ask for are all known. */
static void
test_names(void **state)
{
    static const struct {
        const char *option, *name, *said;
    } cases[] = {
        { "--role", "admn", "the role 'admn' gives no rights; did you mean admin?\n" },
        { "--permissions", "reports:raed",
          "there is no permission 'reports:raed'; did you mean reports:read?\n" },
        { "--permissions", "reports:read,jobs",
          "there is no permission 'jobs'; there are reports:create, reports:read, reports:cancel "
          "and * for all\n" },
    };
    static const char *const sources[] = { "routes.c", "change.c" };
    g_autoptr(GRegex) asked = g_regex_new("\"([a-z]+:[a-z]+)\"", 0, 0, NULL);

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        assert_jobctl(jc, JC_EXIT_USAGE, "token", cases[i].option, cases[i].name);
        assert_contains(jc->err, cases[i].said);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(sources); i++) {
        g_autofree char *path =
            g_build_filename(JW_SOURCE_DIR, "services/gateway/src/reports", sources[i], NULL);
        g_autofree char *text = NULL;
        g_autoptr(GMatchInfo) match = NULL;
        assert_true(g_file_get_contents(path, &text, NULL, NULL));
        assert_true(g_regex_match(asked, text, 0, &match));
        for (; g_match_info_matches(match); (void)g_match_info_next(match, NULL)) {
            g_autofree char *name = g_match_info_fetch(match, 1);
            assert_jobctl(jc, JC_EXIT_OK, "token", "-p", name, "-r", "ADMIN");
        }
    }
}

static void
test_other_algorithm(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    g_autofree char *private_file = jc_fixture_file(jc, "ec.pem", maker.ec_private);
    jc_fixture_env(jc, "JW_JWT_SIGN_KEY_FILE", private_file);
    jc_fixture_env(jc, "JW_JWT_SIGN_KID", "es256");
    jc_fixture_env(jc, "JW_JWT_SIGN_ALG", "ES256");
    assert_jobctl(jc, JC_EXIT_OK, "token", "--permissions", "reports:read");
    g_strchomp(jc->out);
    g_autoptr(JwPrincipal) principal = jw_token_verify(verifier, jc->out, &error);
    assert_ok(principal != NULL, error);
    assert_string_equal(principal->subject, "local-user");
}

static void
test_lifetime(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_jobctl(jc, JC_EXIT_OK, "token", "--role", "admin", "--expires", "10m");
    g_autofree char *token = g_strchomp(g_strdup(jc->out));
    tk_clock_advance(&fake, 9 * 60000);
    g_autoptr(JwPrincipal) principal = jw_token_verify(verifier, token, &error);
    assert_ok(principal != NULL, error);
    assert_true(jw_principal_is_admin(principal));
    tk_clock_advance(&fake, 2 * 60000);
    assert_null(jw_token_verify(verifier, token, &error));
    assert_jw_error(error, JW_ERROR_DENIED, "*");
}

static void
test_faults(void **state)
{
    (void)state;
    assert_jobctl(jc, JC_EXIT_USAGE, "token");
    assert_contains(jc->err, "may do nothing");
    assert_jobctl(jc, JC_EXIT_USAGE, "token", "--role", "a", "--expires", "soon");
    assert_contains(jc->err, "--expires 'soon' is not a time");
    assert_jobctl(jc, JC_EXIT_USAGE, "token", "--role", "a", "--email", "a@1.2.3.4");
    assert_contains(jc->err, "--email 'a@1.2.3.4': the domain must end in a name");
    jc_fixture_env(jc, "JW_JWT_SIGN_KEY_FILE", "/nowhere.pem");
    assert_jobctl(jc, JC_EXIT_FAILED, "token", "--role", "a");
    assert_contains(jc->err, "JW_JWT_SIGN_KEY_FILE names '/nowhere.pem', which does not exist");
    g_autofree char *junk = jc_fixture_file(jc, "junk.pem", "no key\n");
    jc_fixture_env(jc, "JW_JWT_SIGN_KEY_FILE", junk);
    assert_jobctl(jc, JC_EXIT_FAILED, "token", "--role", "a");
    assert_contains(jc->err, "the key cannot sign with RS256");
    assert_string_equal(jc->out, "");
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(test_token), TEST(test_other_algorithm),
                                        TEST(test_lifetime), TEST(test_faults), TEST(test_names) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
