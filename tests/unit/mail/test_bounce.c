/* test_bounce.c: notifications as mail servers write them, and what is none. */
#include "jw/mail_bounce.h"
#include "testkit.h"

#include <string.h>

#define ID      "0f3b9a52-3a0e-5d2b-9a86-2b8c1a3f5f10"
#define MESSAGE ID "@jobwire.local"

static GBytes *
sample(const char *name)
{
    g_autofree char *path = g_strconcat(JW_SOURCE_DIR "/tests/data/bounces/", name, ".eml", NULL);
    char *text = NULL;
    gsize length = 0;

    assert_true(g_file_get_contents(path, &text, &length, NULL));
    return g_bytes_new_take(text, length);
}

static bool
parse(GBytes *mail, JwMailBounce *ret, GError **error)
{
    gsize length = 0;
    const void *bytes = g_bytes_get_data(mail, &length);

    return jw_mail_bounce_parse(bytes, length, ret, error);
}

static void
test_servers(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *name;
        JwBounceAction action;
        const char *recipient, *status, *diagnostic, *id, *envelope;
    } cases[] = {
        { "postfix", JW_BOUNCE_FAILED, "nobody@example.net", "5.1.1",
          "550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown in virtual "
          "mailbox table",
          MESSAGE, NULL },
        { "exim", JW_BOUNCE_FAILED, "nobody@example.net", "5.1.1",
          "550 5.1.1 <nobody@example.net>: Recipient address rejected: User unknown", MESSAGE,
          NULL },
        { "exim-plain", JW_BOUNCE_FAILED, "nobody@example.net", "5.1.1",
          "550 5.1.1 <nobody@example.net>:*User unknown", MESSAGE, NULL },
        { "exchange", JW_BOUNCE_FAILED, "nobody@example.net", "5.1.10",
          "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient nobody@example.net not found by "
          "SMTP address lookup",
          MESSAGE, NULL },
        { "gmail", JW_BOUNCE_FAILED, "nobody@example.net", "5.1.1",
          "550-5.1.1 The email account that you tried to reach does not exist.*gsmtp", MESSAGE,
          NULL },
        { "postfix-delayed", JW_BOUNCE_DELAYED, "nobody@example.net", "4.4.1",
          "connect to mx.example.net*timed out", MESSAGE, NULL },
        { "postfix-delivered", JW_BOUNCE_DELIVERED, "nobody@example.net", "2.0.0", "250 2.0.0*",
          MESSAGE, ID },
        /* whom we wrote to, and not whom they forward to */
        { "envelope-only", JW_BOUNCE_FAILED, "nobody@example.net", "5.2.2",
          "552 5.2.2 mailbox full", NULL, ID },
        /* of several the one that failed */
        { "two-recipients", JW_BOUNCE_FAILED, "two@example.org", "5.7.1",
          "554 5.7.1 rejected as spam", MESSAGE, NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GBytes) mail = sample(cases[i].name);
        g_auto(JwMailBounce) bounce = { 0 };
        g_autoptr(GError) error = NULL;

        print_message("%s\n", cases[i].name);
        assert_ok(parse(mail, &bounce, &error), error);
        assert_int_equal(bounce.action, cases[i].action);
        assert_string_equal(bounce.recipient, cases[i].recipient);
        assert_string_equal(bounce.status, cases[i].status);
        assert_true(g_pattern_match_simple(cases[i].diagnostic, bounce.diagnostic));
        if (cases[i].id != NULL) {
            assert_string_equal(g_ptr_array_index(bounce.ids, 0), cases[i].id);
            assert_int_equal(bounce.ids->len, 1); /* the same in each place */
        } else {
            assert_int_equal(bounce.ids->len, 0);
        }
        assert_int_equal(g_strcmp0(bounce.envelope_id, cases[i].envelope), 0);
    }
}

/* Cut behind any byte it is read as far as it goes, or refused; with the status it is known. */
static void
test_cut(void **state G_GNUC_UNUSED)
{
    g_autoptr(GBytes) mail = sample("postfix");
    gsize length = 0;
    const char *text = g_bytes_get_data(mail, &length);
    const size_t enough = (size_t)(strstr(text, "X-Jobwire-Job-Id") - text);

    for (size_t cut = 0; cut < length; cut += 7) {
        g_auto(JwMailBounce) bounce = { 0 };
        g_autoptr(GError) error = NULL;
        bool ok = jw_mail_bounce_parse(text, cut, &bounce, &error);

        if (!ok) {
            assert_jw_error(error, JW_ERROR_INVALID, "this is no *");
            assert_null(bounce.ids);
        }
        assert_true(ok || cut < enough);
        if (cut >= enough) {
            assert_string_equal(g_ptr_array_index(bounce.ids, 0), MESSAGE);
        }
    }
}

static void
test_none(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *mail, *pattern;
    } cases[] = {
        { "", "this is no mail: it has no headers" },
        { "{\"not\":\"a mail\"}", "this is no *" },
        { "Subject: x\r\n\r\nhello", "this is no delivery status notification: *" },
        { "Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\n"
          "Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n--x--\r\n",
          "this is no delivery status notification: *" },
    };
    g_autoptr(GBytes) vacation = sample("vacation");
    g_auto(JwMailBounce) none = { 0 };
    g_autoptr(GError) error = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(JwMailBounce) bounce = { 0 };
        g_autoptr(GError) refused = NULL;

        assert_false(jw_mail_bounce_parse(cases[i].mail, strlen(cases[i].mail), &bounce, &refused));
        assert_jw_error(refused, JW_ERROR_INVALID, cases[i].pattern);
    }
    assert_false(parse(vacation, &none, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "this is no delivery status notification: *");
}

/* Whatever a server writes is one line of bounded length; a code is one of RFC 3463, or none. */
static void
test_hostile(void **state G_GNUC_UNUSED)
{
    g_autofree char *many = g_strnfill(100000, 'x');
    static const struct {
        const char *status, *diagnostic, *expected;
    } cases[] = {
        { "5.1.1 (bad destination)", "smtp; 550 no", "5.1.1" },
        { "5.0.0", "smtp; 550 5.7.26 unauthenticated", "5.7.26" },
        { "5.0.0", "smtp; 451 4.7.1 later", "5.0.0" },
        { "5.0.0", "smtp; host 10.5.1.1 said no", "5.0.0" },
        { "9.9.9", "smtp; no", NULL },
        { "5.1.1.1", "smtp; no", NULL },
        { "\"; drop", "smtp; \x1b[31mred\x07", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *mail = g_strdup_printf(
            "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/"
            "delivery-status\n\nFinal-Recipient: rfc822; a@example.com\nAction: failed\n"
            "Status: %s\nDiagnostic-Code: %s %s\n--x--\n",
            cases[i].status, cases[i].diagnostic, many);
        g_auto(JwMailBounce) bounce = { 0 };
        g_autoptr(GError) error = NULL;

        assert_ok(jw_mail_bounce_parse(mail, strlen(mail), &bounce, &error), error);
        assert_int_equal(g_strcmp0(bounce.status, cases[i].expected), 0);
        assert_true(strlen(bounce.diagnostic) <= 500);
        assert_null(strpbrk(bounce.diagnostic, "\x1b\x07\r\n"));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_servers),
        cmocka_unit_test(test_cut),
        cmocka_unit_test(test_none),
        cmocka_unit_test(test_hostile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
