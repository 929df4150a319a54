/* test_address.c: addresses with display names, row by row. */
#include "addresses.h"
#include "testkit.h"

#include "jw/mail.h"

#include <string.h>

/* The rule for addresses holds inside a full mailbox too. */
static void
test_bad_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(tk_bad_addresses); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *mailbox = g_strdup_printf("Name <%s>", tk_bad_addresses[i].address);
        char *name = NULL;
        char *address = NULL;
        assert_false(jw_mail_address_parse(mailbox, &name, &address, &error));
        assert_null(address);
        assert_jw_error(error, JW_ERROR_INVALID, "*");
    }
}

static void
test_good_addresses(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(tk_good_addresses); i++) {
        g_autofree char *name = NULL;
        g_autofree char *address = NULL;
        g_autoptr(GError) error = NULL;
        assert_ok(jw_mail_address_parse(tk_good_addresses[i], &name, &address, &error), error);
        assert_string_equal(address, tk_good_addresses[i]);
    }
}

static void
test_mailboxes(void **state)
{
    (void)state;
    static const struct {
        const char *text, *name, *address;
    } cases[] = {
        { "a@b.example", NULL, "a@b.example" },
        { "<a@b.example>", NULL, "a@b.example" },
        { "Ann Lee <a@b.example>", "Ann Lee", "a@b.example" },
        { "  Ann   <a@b.example>", "Ann", "a@b.example" },
        { "Ann<a@b.example>", "Ann", "a@b.example" },
        { "J. Doe <a@b.example>", "J. Doe", "a@b.example" },
        { "\"Lee, Ann\" <a@b.example>", "Lee, Ann", "a@b.example" },
        { "\"a \\\"b\\\" \\\\c\" <a@b.example>", "a \"b\" \\c", "a@b.example" },
        { "Zo\xc3\xab <a@b.example>", "Zo\xc3\xab", "a@b.example" },
        { "\"\" <a@b.example>", NULL, "a@b.example" },
        { "Zo\xc3\xab <a@m\xc3\xbcnchen.example>", "Zo\xc3\xab", "a@xn--mnchen-3ya.example" },
        { "a@m\xc3\xbcnchen.example", NULL, "a@xn--mnchen-3ya.example" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = NULL;
        g_autofree char *address = NULL;
        g_autoptr(GError) error = NULL;
        assert_ok(jw_mail_address_parse(cases[i].text, &name, &address, &error), error);
        assert_string_equal(address, cases[i].address);
        if (g_strcmp0(name, cases[i].name) != 0) {
            fail_msg("%s: the name is %s", cases[i].text, name);
        }
    }
}

static void
test_bad_names(void **state)
{
    (void)state;
    g_autofree char *longest = g_strnfill(201, 'x');
    g_autofree char *too_long = g_strconcat(longest, " <a@b.example>", NULL);
    const char *const cases[] = {
        "A\r\nBcc: c@d.example <a@b.example>",
        "A\nB <a@b.example>",
        "\r\n <a@b.example>",
        "\"A\r\nBcc: x\" <a@b.example>",
        "A\tB <a@b.example>",
        "A\x7f <a@b.example>",
        "=?utf-8?q?a=0d=0aBcc:_x?= <a@b.example>",
        "\"=?utf-8?b?DQo=?=\" <a@b.example>",
        "Bank <security@bank.example> <a@b.example>",
        "\"Bank <x@bank.example>\" <a@b.example>",
        "x@bank.example <a@b.example>",
        "Team: <a@b.example>",
        "A, B <a@b.example>",
        "(c) <a@b.example>",
        "a\\b <a@b.example>",
        "\"a <a@b.example>",
        "\"a\" b <a@b.example>",
        "\"a\\\" <a@b.example>",
        "A\xe2\x80\xae <a@b.example>",
        "A\xe2\x80\x8b <a@b.example>",
        "A\xe2\x80\xa8 <a@b.example>",
        "A\xff <a@b.example>",
        "A <a@b.example> x",
        "A <a@b.example",
        "A <>",
        "A <",
        ">",
        "",
        "a@b.example\r\n",
        "Team: a@b.example, c@d.example;",
        too_long,
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        char *name = NULL;
        char *address = NULL;
        g_autoptr(GError) error = NULL;
        if (jw_mail_address_parse(cases[i], &name, &address, &error)) {
            fail_msg("\"%s\" was taken as \"%s\" and \"%s\"", cases[i], name, address);
        }
        assert_jw_error(error, JW_ERROR_INVALID, "*");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_good_addresses),
        cmocka_unit_test(test_bad_addresses),
        cmocka_unit_test(test_mailboxes),
        cmocka_unit_test(test_bad_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
