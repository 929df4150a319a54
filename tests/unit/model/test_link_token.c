/* test_link_token.c: keys of JW_LINK_KEYS, tokens that they sign, and everything else that they
 * did not. */
#include "jw/link_token.h"
#include "testkit.h"

#include <string.h>

#define DELIVERY "019480a4-5f00-5000-8000-00000000beef"
#define EXPIRES  INT64_C(1611000000000)
#define SECRET_A "0123456789abcdef0123456789abcdef"
#define SECRET_B "fedcba9876543210fedcba9876543210"

static JwLinkKeys *
keys_of(const char *text)
{
    const JwLinkConfig config = { (char *)(uintptr_t)text };
    g_autoptr(GError) error = NULL;
    JwLinkKeys *keys = jw_link_keys_new(&config, &error);

    assert_ok(keys != NULL, error);
    return keys;
}

static void
test_round_trip(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwLinkKeys) keys = keys_of("a:" SECRET_A);
    g_autofree char *text = jw_link_token_sign(keys, DELIVERY, EXPIRES + 999);
    g_autofree char *again = jw_link_token_sign(keys, DELIVERY, EXPIRES);
    JwLinkToken token = { 0 };

    assert_string_equal(text, again);
    assert_true(g_str_has_suffix(text, ".a." DELIVERY ".1611000000"));
    assert_true(jw_link_token_check(keys, text, &token));
    assert_string_equal(token.id, DELIVERY);
    assert_int_equal(token.expires_ms, EXPIRES);
}

/* printf 'jobwire download link 1\na.<delivery>.1611000000' | openssl dgst -sha256 -hmac … */
static void
test_known_value(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwLinkKeys) keys = keys_of("a:" SECRET_A);
    g_autofree char *text = jw_link_token_sign(keys, DELIVERY, EXPIRES);

    assert_string_equal(text,
                        "ccjekK24A2N0TuBNDnG1KFQA5DIZtx-j08Of8UY2Q_s.a." DELIVERY ".1611000000");
}

/* The new key in front, then the old one left out. */
static void
test_rotation(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwLinkKeys) old = keys_of("a:" SECRET_A);
    g_autoptr(JwLinkKeys) both = keys_of("b:" SECRET_B ", a:" SECRET_A "\n");
    g_autoptr(JwLinkKeys) new = keys_of("b:" SECRET_B);
    g_autofree char *by_old = jw_link_token_sign(old, DELIVERY, EXPIRES);
    g_autofree char *by_both = jw_link_token_sign(both, DELIVERY, EXPIRES);
    JwLinkToken token = { 0 };

    assert_string_equal(jw_link_keys_ids(both), "b a");
    assert_true(jw_link_token_check(both, by_old, &token));
    assert_true(jw_link_token_check(both, by_both, &token));
    assert_true(jw_link_token_check(new, by_both, &token));
    assert_false(jw_link_token_check(old, by_both, &token));
    assert_false(jw_link_token_check(new, by_old, &token));
}

/* The same id with another secret, as after a mistake. */
static void
test_other_secret(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwLinkKeys) ours = keys_of("a:" SECRET_A);
    g_autoptr(JwLinkKeys) theirs = keys_of("a:" SECRET_B);
    g_autofree char *text = jw_link_token_sign(theirs, DELIVERY, EXPIRES);
    JwLinkToken token = { .expires_ms = 7 };

    assert_false(jw_link_token_check(ours, text, &token));
    assert_int_equal(token.expires_ms, 7);
}

/* Every byte changed, every length shorter, and longer ones. */
static void
test_forged(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwLinkKeys) keys = keys_of("a:" SECRET_A " b:" SECRET_B);
    g_autofree char *good = jw_link_token_sign(keys, DELIVERY, EXPIRES);
    static const char bytes[] = { 'a', 'b', '0', '.', '-', ' ', '\x7f', '\xc3' };
    JwLinkToken token = { 0 };

    for (size_t i = 0; good[i] != '\0'; i++) {
        for (size_t b = 0; b < sizeof bytes; b++) {
            g_autofree char *text = g_strdup(good);
            text[i] = bytes[b];
            assert_int_equal(jw_link_token_check(keys, text, &token), bytes[b] == good[i]);
        }
        g_autofree char *shorter = g_strndup(good, i);
        assert_false(jw_link_token_check(keys, shorter, &token));
    }
    static const char *const ends[] = { "0", ".", "=", "/", "%00" };
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *longer = g_strconcat(good, ends[i], NULL);
        assert_false(jw_link_token_check(keys, longer, &token));
    }
    g_autofree char *huge = g_strnfill(1 << 20, 'a');
    assert_false(jw_link_token_check(keys, huge, &token));
}

/* What ends a subscription opens no report, and the other way round. */
static void
test_unsubscribe(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwLinkKeys) keys = keys_of("a:" SECRET_A " b:" SECRET_B);
    g_autoptr(JwLinkKeys) other = keys_of("b:" SECRET_B);
    g_autofree char *good = jw_unsubscribe_token_sign(keys, DELIVERY);
    g_autofree char *download = jw_link_token_sign(keys, DELIVERY, EXPIRES);
    char id[JW_UUID_LEN + 1] = "";
    JwLinkToken token = { 0 };

    assert_true(g_str_has_suffix(good, ".a." DELIVERY));
    assert_true(jw_unsubscribe_token_check(keys, good, id));
    assert_string_equal(id, DELIVERY);
    assert_false(jw_unsubscribe_token_check(other, good, id));
    assert_false(jw_unsubscribe_token_check(keys, download, id));
    assert_false(jw_link_token_check(keys, good, &token));
    for (size_t i = 0; good[i] != '\0'; i++) {
        g_autofree char *changed = g_strdup(good);
        g_autofree char *shorter = g_strndup(good, i);
        changed[i] = good[i] == 'b' ? 'a' : 'b';
        assert_false(jw_unsubscribe_token_check(keys, changed, id));
        assert_false(jw_unsubscribe_token_check(keys, shorter, id));
    }
    g_autofree char *longer = g_strconcat(good, "0", NULL);
    assert_false(jw_unsubscribe_token_check(keys, longer, id));
    assert_false(jw_unsubscribe_token_check(keys, "", id));
}

static void
test_wrong_keys(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *text, *pattern;
    } cases[] = {
        { NULL, "*no key*openssl*" },
        { " ,\n", "*no key*openssl*" },
        { SECRET_A, "*key 1*id*openssl*" },
        { ":" SECRET_A, "*key 1*id*" },
        { "k.1:" SECRET_A, "*key 1*id*" },
        { "a-very-long-id-17:" SECRET_A, "*key 1*id*" },
        { "a:", "*key 1 has 0 characters*" },
        { "a:" SECRET_A " b:short", "*key 2 has 5 characters; 32 to 512*" },
        { "a:" SECRET_A " a:" SECRET_B, "*key 2 has the id of an earlier one*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwLinkConfig config = { (char *)(uintptr_t)cases[i].text };
        g_autoptr(GError) error = NULL;

        assert_null(jw_link_keys_new(&config, &error));
        assert_null(strstr(error->message, SECRET_A));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
    }
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 17; i++) {
        g_string_append_printf(many, "k%d:" SECRET_A "\n", i);
    }
    const JwLinkConfig config = { many->str };
    g_autoptr(GError) error = NULL;
    assert_null(jw_link_keys_new(&config, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*more than 16*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),  cmocka_unit_test(test_known_value),
        cmocka_unit_test(test_rotation),    cmocka_unit_test(test_other_secret),
        cmocka_unit_test(test_forged),      cmocka_unit_test(test_wrong_keys),
        cmocka_unit_test(test_unsubscribe),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
