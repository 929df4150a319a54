/* test_address.c: the authenticator for addresses and display names, row by row. */
#include "testkit.h"

#include "jw/mail.h"

#include <string.h>

#define L10     "abcdefghij"
#define L60     L10 L10 L10 L10 L10 L10
#define LABEL60 L60

static const char *const good[] = {
    "a@b.example",           "first.last@example.org",
    "first+tag@example.org", "o'brien@example.org",
    "user%part@example.org", "x_y-z@sub.domain.example-host.org",
    "1@2.example",           "!#$&*/?=^`{|}~@example.org",
    "root@localhost",        "a@xn--mnchen-3ya.example",
    L60 "abcd@example.org", /* 64 */
};

static const struct {
    const char *name, *address, *why;
} bad[] = {
    { "empty", "", "*empty*" },
    { "CR", "a@b.example\rRCPT TO:<c@d.example>", "*0x0d*" },
    { "LF", "a@b.example\nRCPT TO:<c@d.example>", "*0x0a*" },
    { "CRLF", "a@b.example\r\nRCPT TO:<c@d.example>", "*0x0d*" },
    { "CRLF in the local part", "a\r\nDATA@b.example", "*0x0d*" },
    { "LF at the end", "a@b.example\n", "*0x0a*" },
    { "other controls", "a\x01@b.example", "*0x01*" },
    { "TAB", "a\t@b.example", "*0x09*" },
    { "DEL", "a\x7f@b.example", "*0x7f*" },
    { "space", "a b@c.example", "*0x20*" },
    { "leading space", " a@b.example", "*0x20*" },
    { "encoded-word newline", "=?utf-8?q?a=0d=0ab?=@c.example", "*encoded word*" },
    { "> and RCPT", "a@b.example>RCPT", "*0x3e*" },
    { "> and a parameter", "a@b.example> NOTIFY=NEVER", "*0x3e*" },
    { "angle brackets", "<a@b.example>", "*0x3c*" },
    { "leading -", "-oQ/tmp@b.example", "*\"-\"*" },
    { "local part of 65", L60 "abcde@example.org", "*1 to 64*" },
    { "local part of 255", L60 L60 L60 L60 "abcdefghijklmno@example.org", "*254*" },
    { "255 in all", "a@" L60 "." L60 "." L60 "." L60 "." L10, "*254*" },
    { "label of 64", "a@" L60 "abcd.org", "*1 to 63*" },
    { "IP literal", "a@[127.0.0.1]", "*literal*" },
    { "IPv6 literal", "a@[IPv6:::1]", "*literal*" },
    { "bare IP", "a@127.0.0.1", "*number*" },
    { "quoted local part", "\"a b\"@c.example", "*0x20*" },
    { "quoted local part without space", "\"ab\"@c.example", "*\"\"\"*" },
    { "quoted @", "\"a@b\"@c.example", "*exactly one*" },
    { "group", "team:a@b.example;", "*\":\"*" },
    { "empty group", "undisclosed:;", "*exactly one*" },
    { "list", "a@b.example,c@d.example", "*exactly one*" },
    { "list without a second @", "a,b@c.example", "*\",\"*" },
    { "semicolon", "a@b.example;c", "*\";\"*" },
    { "comment", "a(b)@c.example", "*\"(\"*" },
    { "route", "@hop.example:a@b.example", "*exactly one*" },
    { "backslash", "a\\b@c.example", "*\"\\\"*" },
    { "Unicode confusable (Cyrillic a)", "\xd0\xb0@b.example", "*0xd0*" },
    { "Unicode domain", "a@m\xc3\xbcnchen.example", "*0xc3*" },
    { "full-width @",
      "a\xef\xbc\xa0"
      "b.example",
      "*0xef*" },
    { "right-to-left override", "a\xe2\x80\xae@b.example", "*0xe2*" },
    { "invalid UTF-8", "a\xff@b.example", "*0xff*" },
    { "no @", "example.org", "*exactly one*" },
    { "two @", "a@b@c.example", "*exactly one*" },
    { "no local part", "@b.example", "*1 to 64*" },
    { "no domain", "a@", "nothing stands after*" },
    { "leading dot", ".a@b.example", "*dot*" },
    { "trailing dot", "a.@b.example", "*dot*" },
    { "two dots", "a..b@c.example", "*dot*" },
    { "two dots in the domain", "a@b..example", "*1 to 63*" },
    { "dot at the end of the domain", "a@b.example.", "*1 to 63*" },
    { "underscore in the domain", "a@b_c.example", "*\"_\"*" },
    { "hyphen at the start of a label", "a@-b.example", "*hyphen*" },
    { "hyphen at the end of a label", "a@b-.example", "*hyphen*" },
    { "slash in the domain", "a@b/c.example", "*\"/\"*" },
    { "percent in the domain", "a@b%00c.example", "*\"%\"*" },
};

static void
test_good(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        if (!jw_mail_address_check(good[i], &error)) {
            fail_msg("%s: %s", good[i], jw_error_message(error));
        }
    }
}

static void
test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        if (jw_mail_address_check(bad[i].address, &error)) {
            fail_msg("%s was taken", bad[i].name);
        }
        print_message("  %s\n", bad[i].name);
        assert_jw_error(error, JW_ERROR_INVALID, bad[i].why);
        /* Nor inside a full mailbox. */
        g_autofree char *mailbox = g_strdup_printf("Name <%s>", bad[i].address);
        char *name = NULL;
        char *address = NULL;
        assert_false(jw_mail_address_parse(mailbox, &name, &address, &error));
        assert_null(address);
        assert_jw_error(error, JW_ERROR_INVALID, "*");
    }
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
        g_autoptr(GError) error = NULL;
        if (jw_mail_address_check(address, &error) != wanted) {
            fail_msg("byte 0x%02x in the local part", (unsigned)c);
        }
        g_clear_error(&error);
        char domain[] = "a@b?c.example";
        domain[3] = (char)c;
        wanted = g_ascii_isalnum(c) || c == '-' || c == '.';
        if (jw_mail_address_check(domain, &error) != wanted) {
            fail_msg("byte 0x%02x in the domain", (unsigned)c);
        }
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
        cmocka_unit_test(test_good),       cmocka_unit_test(test_bad),
        cmocka_unit_test(test_every_byte), cmocka_unit_test(test_mailboxes),
        cmocka_unit_test(test_bad_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
