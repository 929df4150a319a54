/* test_address.c: the rule for mail addresses, row by row. */
#include "addresses.h"
#include "testkit.h"

#include "jw/address.h"

#include <string.h>

static bool
accepted(const char *address)
{
    g_autofree char *wrong = jw_address_check(address);
    return wrong == NULL;
}

static void
test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(tk_good_addresses); i++) {
        g_autofree char *wrong = jw_address_check(tk_good_addresses[i]);
        if (wrong != NULL) {
            fail_msg("%s: %s", tk_good_addresses[i], wrong);
        }
    }
}

static void
test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(tk_bad_addresses); i++) {
        g_autofree char *wrong = jw_address_check(tk_bad_addresses[i].address);
        if (wrong == NULL) {
            fail_msg("%s was accepted", tk_bad_addresses[i].name);
        }
        if (!g_pattern_match_simple(tk_bad_addresses[i].why, wrong)) {
            fail_msg("%s: %s", tk_bad_addresses[i].name, wrong);
        }
    }
}

static void
test_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(tk_converted_addresses); i++) {
        g_autofree char *wrong = jw_address_check(tk_converted_addresses[i][0]);
        g_autofree char *sent = jw_address_sent(tk_converted_addresses[i][0]);
        g_autofree char *again = jw_address_sent(tk_converted_addresses[i][1]);
        assert_null(wrong);
        assert_string_equal(sent, tk_converted_addresses[i][1]);
        assert_string_equal(again, sent);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tk_good_addresses); i++) {
        g_autofree char *sent = jw_address_sent(tk_good_addresses[i]);
        assert_string_equal(sent, tk_good_addresses[i]);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tk_bad_addresses); i++) {
        assert_null(jw_address_sent(tk_bad_addresses[i].address));
    }
    assert_null(jw_address_sent(NULL));
}

static void
test_every_byte(void **state)
{
    (void)state;
    for (int c = 1; c < 256; c++) {
        char address[] = "a?b@c.example";
        address[1] = (char)c;
        bool wanted =
            g_ascii_isalnum(c) || c == '.' || (c < 0x80 && strchr("!#$%&'*+-/=?^_`{|}~", c));
        if (accepted(address) != wanted) {
            fail_msg("byte 0x%02x in the local part", (unsigned)c);
        }
        char domain[] = "a@b?c.example";
        domain[3] = (char)c;
        wanted = g_ascii_isalnum(c) || c == '-' || c == '.';
        if (accepted(domain) != wanted) {
            fail_msg("byte 0x%02x in the domain", (unsigned)c);
        }
    }
}

static void
test_key(void **state)
{
    static const char *const cases[][2] = {
        { "a@b.example", "a@b.example" },
        { "Ann.Lee@Example.ORG", "Ann.Lee@example.org" },
        { "none", "none" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *key = jw_address_key(cases[i][0]);
        assert_string_equal(key, cases[i][1]);
    }
}

/* What is wrong is said so that it can be found and mended. */
static void
test_bytes_in_words(void **state)
{
    static const struct {
        const char *address, *said;
    } cases[] = {
        { "ann @example.org", "the address has a space in it (byte 0x20); remove it" },
        { "ann@example.org\n", "the address has a control character in it (byte 0x0a); remove it" },
        { "ann\x7f@example.org",
          "the address has a control character in it (byte 0x7f); remove it" },
        { "<ann@example.org>", "the address has a \"<\" in it (byte 0x3c); give it alone" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *said = jw_address_check(cases[i].address);
        assert_string_equal(said, cases[i].said);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good),           cmocka_unit_test(test_bad),
        cmocka_unit_test(test_sent),           cmocka_unit_test(test_every_byte),
        cmocka_unit_test(test_bytes_in_words), cmocka_unit_test(test_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
