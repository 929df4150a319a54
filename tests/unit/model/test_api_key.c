/* test_api_key.c: keys as they are made, read, signed and checked. */
#include "testkit.h"

#include "jw/api_key.h"

#include <string.h>

#define SECRETS "new:0123456789abcdef0123456789abcdef,old:fedcba9876543210fedcba9876543210"
/* Made by the CRC-32 of Python's zlib, so that the form stays what scanners were told. */
#define SAMPLE                                                                                     \
    "jobwire_0123456789AB_"                                                                        \
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ0QgTsh"

static JwKeyring *
ring(const char *text)
{
    g_autoptr(GError) error = NULL;
    JwKeyring *self = jw_keyring_new("JW_API_KEY_SECRETS", text, &error);

    assert_ok(self != NULL, error);
    return self;
}

static void
test_keys_have_their_form(void **state)
{
    (void)state;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (int i = 0; i < 1000; i++) {
        char *key = jw_api_key_make();
        char id[JW_API_KEY_ID_LEN + 1];
        g_autoptr(GError) error = NULL;

        assert_int_equal(strlen(key), JW_API_KEY_LEN);
        assert_true(g_regex_match_simple("^jobwire_[0-9A-Za-z]{12}_[0-9A-Za-z]{49}$", key, 0, 0));
        assert_ok(jw_api_key_read(key, id, &error), error);
        assert_memory_equal(id, key + 8, JW_API_KEY_ID_LEN);
        assert_true(g_hash_table_add(seen, key));
    }
}

static void
test_the_form_stays(void **state)
{
    (void)state;
    char id[JW_API_KEY_ID_LEN + 1];
    g_autoptr(GError) error = NULL;

    assert_ok(jw_api_key_read(SAMPLE, id, &error), error);
    assert_string_equal(id, "0123456789AB");
}

/* Each single slip, and each two neighbours in the wrong order. */
static void
test_slips_are_seen(void **state)
{
    (void)state;
    char id[JW_API_KEY_ID_LEN + 1];

    for (size_t i = 0; i < strlen(SAMPLE); i++) {
        char slip[] = SAMPLE;
        g_autoptr(GError) error = NULL;

        slip[i] = slip[i] == 'x' ? 'y' : 'x';
        assert_false(jw_api_key_read(slip, id, &error));
        assert_jw_error(error, JW_ERROR_DENIED, "*key*");
        if (SAMPLE[i + 1] != '\0') {
            char turned[] = SAMPLE;
            g_autoptr(GError) cause = NULL;

            turned[i] = SAMPLE[i + 1];
            turned[i + 1] = SAMPLE[i];
            assert_false(jw_api_key_read(turned, id, &cause));
        }
    }
}

static void
test_what_is_no_key(void **state)
{
    (void)state;
    static const struct {
        const char *text, *pattern;
    } cases[] = {
        { "", "*begin with jobwire_" },
        { "admin-key", "*begin with jobwire_" },
        { "JOBWIRE_0123456789AB_", "*begin with jobwire_" },
        { "jobwire_", "*70 characters*" },
        { SAMPLE "x", "*70 characters*" },
    };
    char id[JW_API_KEY_ID_LEN + 1];

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_false(jw_api_key_read(cases[i].text, id, &error));
        assert_jw_error(error, JW_ERROR_DENIED, cases[i].pattern);
    }
}

static JwApiKey *
signed_by(const JwKeyring *secrets, const char *key)
{
    JwApiKey *self = g_new0(JwApiKey, 1);

    self->role = JW_API_KEY_MONITOR;
    self->expires_at_ms = 2000;
    jw_api_key_sign(self, secrets, key);
    return self;
}

static void
test_only_the_key_itself_fits(void **state)
{
    (void)state;
    g_autoptr(JwKeyring) secrets = ring(SECRETS);
    char *key = jw_api_key_make();
    char *other = jw_api_key_make();
    g_autoptr(JwApiKey) stored = signed_by(secrets, key);

    assert_string_equal(stored->secret_id, "new");
    assert_null(strstr(stored->mac, key + 21));
    assert_true(jw_api_key_fits(stored, secrets, key));
    assert_false(jw_api_key_fits(stored, secrets, other));
    jw_api_key_wipe(key);
    jw_api_key_wipe(other);
}

/* Who may write to the store and has no secret of the configuration makes nothing of it. */
static void
test_what_is_signed_cannot_be_changed(void **state)
{
    (void)state;
    g_autoptr(JwKeyring) secrets = ring(SECRETS);
    g_autoptr(JwKeyring) theirs = ring("new:theirstheirstheirstheirstheirstheirs");
    char *key = jw_api_key_make();

    for (int i = 0; i < 5; i++) {
        g_autoptr(JwApiKey) stored = signed_by(i == 0 ? theirs : secrets, key);

        stored->role = i == 1 ? JW_API_KEY_ADMIN : stored->role;
        stored->expires_at_ms = i == 2 ? 0 : stored->expires_at_ms;
        if (i == 3) {
            g_free(stored->secret_id);
            stored->secret_id = g_strdup("old");
        } else if (i == 4) {
            g_clear_pointer(&stored->mac, g_free);
        }
        assert_false(jw_api_key_fits(stored, secrets, key));
    }
    jw_api_key_wipe(key);
}

static void
test_secrets_are_changed_one_after_the_other(void **state)
{
    (void)state;
    g_autoptr(JwKeyring) before = ring("old:fedcba9876543210fedcba9876543210");
    g_autoptr(JwKeyring) between = ring(SECRETS);
    g_autoptr(JwKeyring) after = ring("new:0123456789abcdef0123456789abcdef");
    char *key = jw_api_key_make();
    g_autoptr(JwApiKey) stored = signed_by(before, key);

    assert_true(jw_api_key_fits(stored, between, key));
    assert_false(jw_api_key_fits(stored, after, key));
    jw_api_key_wipe(key);
}

static void
test_time_and_revocation(void **state)
{
    (void)state;
    static const struct {
        int64_t expires, revoked, now;
        const char *pattern; /* NULL: good */
    } cases[] = {
        { 0, 0, INT64_C(1) << 50, NULL },
        { 2000, 0, 1999, NULL },
        { 2000, 0, 2000, "*expired at 1970-01-01T00:00:02*" },
        { 0, 1000, 1, "*was revoked at 1970-01-01T00:00:01*" },
        { 2000, 1000, 3000, "*was revoked at 1970-01-01T00:00:01*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwApiKey key = { .expires_at_ms = cases[i].expires,
                               .revoked_at_ms = cases[i].revoked };
        g_autoptr(GError) error = NULL;
        const bool good = jw_api_key_good(&key, cases[i].now, &error);

        assert_int_equal(good, cases[i].pattern == NULL);
        if (!good) {
            assert_jw_error(error, JW_ERROR_DENIED, cases[i].pattern);
        }
    }
}

static void
test_without_secrets(void **state)
{
    (void)state;
    JwKeyring *none = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_api_key_secrets(&(JwApiKeyConfig){ NULL }, &none, &error), error);
    assert_null(none);
    assert_false(jw_api_key_secrets(&(JwApiKeyConfig){ (char[]){ "k:short" } }, &none, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_API_KEY_SECRETS: *5 characters*");
}

static void
test_roles(void **state)
{
    (void)state;

    assert_string_equal(jw_api_key_role_name(JW_API_KEY_MONITOR), "monitor");
    assert_string_equal(jw_api_key_role_name(JW_API_KEY_ADMIN), "admin");
    assert_string_equal(jw_api_key_role_name(JW_API_KEY_BOUNCES), "bounces");
    assert_null(jw_api_key_role_name(3));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_keys_have_their_form),
        cmocka_unit_test(test_the_form_stays),
        cmocka_unit_test(test_slips_are_seen),
        cmocka_unit_test(test_what_is_no_key),
        cmocka_unit_test(test_only_the_key_itself_fits),
        cmocka_unit_test(test_what_is_signed_cannot_be_changed),
        cmocka_unit_test(test_secrets_are_changed_one_after_the_other),
        cmocka_unit_test(test_time_and_revocation),
        cmocka_unit_test(test_without_secrets),
        cmocka_unit_test(test_roles),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
