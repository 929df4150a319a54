/* test_secret.c: secrets of webhooks, encrypted and opened, and signatures. */
#include "testkit.h"

#include "jw/webhook_secret.h"

#include <string.h>

#define OLD_KEY "old:0123456789abcdef0123456789abcdef"
#define NEW_KEY "new:fedcba9876543210fedcba9876543210"

static JwKeyring *
keys_of(const char *text)
{
    g_autoptr(GError) error = NULL;
    JwKeyring *keys = jw_keyring_new("JW_WEBHOOK_KEYS", text, &error);

    assert_ok(keys != NULL, error);
    return keys;
}

static void
test_made(void **state G_GNUC_UNUSED)
{
    char *one = jw_webhook_secret_make();
    char *two = jw_webhook_secret_make();
    gsize length = 0;

    assert_true(g_str_has_prefix(one, "whsec_"));
    g_free(g_base64_decode(one + 6, &length));
    assert_int_equal(length, 32);
    assert_string_not_equal(one, two);
    jw_webhook_secret_wipe(one);
    jw_webhook_secret_wipe(two);
    jw_webhook_secret_wipe(NULL);
}

static void
test_sealed(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwKeyring) keys = keys_of(NEW_KEY " " OLD_KEY);
    g_autoptr(JwKeyring) old = keys_of(OLD_KEY);
    g_autoptr(GError) error = NULL;
    char *secret = jw_webhook_secret_make();

    g_autofree char *one = jw_webhook_secret_seal(keys, "hook", secret, &error);
    g_autofree char *two = jw_webhook_secret_seal(keys, "hook", secret, &error);
    g_autofree char *by_old = jw_webhook_secret_seal(old, "hook", secret, &error);
    assert_true(g_str_has_prefix(one, "new."));
    assert_true(g_str_has_prefix(by_old, "old."));
    assert_string_not_equal(one, two); /* whoever reads both does not see that they are the same */
    assert_null(strstr(one, secret + 6));
    const char *const sealed[] = { one, two, by_old };
    for (size_t i = 0; i < G_N_ELEMENTS(sealed); i++) {
        g_autofree char *opened = jw_webhook_secret_open(keys, "hook", sealed[i], &error);
        assert_ok(opened != NULL, error);
        assert_string_equal(opened, secret);
    }
    assert_null(jw_webhook_secret_open(old, "hook", one, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "JW_WEBHOOK_KEYS has no key 'new'*");
    g_clear_error(&error);
    assert_null(jw_webhook_secret_open(keys, "another", one, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*cannot be decrypted*");
    jw_webhook_secret_wipe(secret);
}

/* Each byte that is another makes it another text, and no secret. */
static void
test_changed(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwKeyring) keys = keys_of(NEW_KEY);
    g_autoptr(GError) error = NULL;
    g_autofree char *sealed = jw_webhook_secret_seal(keys, "hook", "whsec_c2VjcmV0", &error);

    for (size_t i = strlen("new."); i < strlen(sealed) - 2; i++) {
        g_autofree char *changed = g_strdup(sealed);
        g_autoptr(GError) wrong = NULL;

        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        assert_null(jw_webhook_secret_open(keys, "hook", changed, &wrong));
        assert_jw_error(wrong, JW_ERROR_CORRUPT, "*");
    }
    static const char *const none[] = { "", "new", "new.", "new.AAAA", ".", "new.!!!!" };
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        g_autoptr(GError) wrong = NULL;

        assert_null(jw_webhook_secret_open(keys, "hook", none[i], &wrong));
        assert_jw_error(wrong, JW_ERROR_CORRUPT, "*is none");
    }
}

/* The example of the Standard Webhooks libraries' own tests. */
static void
test_signature(void **state G_GNUC_UNUSED)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *signature =
        jw_webhook_sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek",
                        1614265330, "{\"test\": 2432232314}", &error);

    assert_ok(signature != NULL, error);
    assert_string_equal(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    assert_null(jw_webhook_sign("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "m", 1, "{}", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "a secret is *");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made),
        cmocka_unit_test(test_sealed),
        cmocka_unit_test(test_changed),
        cmocka_unit_test(test_signature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
