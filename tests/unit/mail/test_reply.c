/* test_reply.c: following an SMTP server's replies. */
#include "mail_private.h"
#include "testkit.h"

#include <string.h>

static void
say(JwMailReplies *replies, const char *line)
{
    jw_mail_replies_line(replies, line, strlen(line));
}

static void
test_phases(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        JwMailPhase phase;
    } cases[] = {
        { "EHLO x\r\n", JW_MAIL_PHASE_SESSION },     { "AUTH PLAIN x\r\n", JW_MAIL_PHASE_SESSION },
        { "STARTTLS\r\n", JW_MAIL_PHASE_SESSION },   { "MAIL FROM:<a@b>\r\n", JW_MAIL_PHASE_MAIL },
        { "RCPT TO:<a@b>\r\n", JW_MAIL_PHASE_RCPT }, { "DATA\r\n", JW_MAIL_PHASE_DATA },
        { "QUIT\r\n", JW_MAIL_PHASE_DATA },          { "RCPT TO:<a@b>\r\n", JW_MAIL_PHASE_DATA },
    };
    g_auto(JwMailReplies) replies = { 0 };
    jw_mail_replies_init(&replies);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        jw_mail_replies_command(&replies, cases[i].line, strlen(cases[i].line));
        assert_int_equal(replies.phase, cases[i].phase);
    }
}

static void
test_quit_keeps_the_reason(void **state)
{
    (void)state;
    g_auto(JwMailReplies) replies = { 0 };
    jw_mail_replies_init(&replies);
    jw_mail_replies_command(&replies, "RCPT TO:<a@b>\r\n", 15);
    say(&replies, "550 no\r\n");
    jw_mail_replies_command(&replies, "QUIT\r\n", 6);
    say(&replies, "221 bye\r\n");
    assert_int_equal(replies.code, 550);
    assert_int_equal(replies.phase, JW_MAIL_PHASE_RCPT);
    assert_string_equal(replies.text->str, "550 no");
}

static void
test_lines(void **state)
{
    (void)state;
    g_auto(JwMailReplies) replies = { 0 };
    jw_mail_replies_init(&replies);
    say(&replies, "250-one\r\n");
    assert_int_equal(replies.code, 0);
    assert_true(replies.open);
    say(&replies, "250 two\r\n");
    assert_int_equal(replies.code, 250);
    assert_string_equal(replies.text->str, "250-one two");
    static const char *const garbage[] = { "",          "\r\n",      "hello\r\n",  "25\r\n",
                                           "999 x\r\n", "2x0 a\r\n", "2501 a\r\n", " 250 x\r\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(garbage); i++) {
        say(&replies, garbage[i]);
    }
    assert_int_equal(replies.code, 250);
    assert_int_equal(replies.count, 1);
    say(&replies, "451\r\n");
    assert_int_equal(replies.code, 451);
    jw_mail_replies_end_of_data(&replies);
    assert_int_equal(replies.code, 0);
    assert_int_equal(replies.phase, JW_MAIL_PHASE_DOT);
}

static void
test_bounded(void **state)
{
    (void)state;
    g_auto(JwMailReplies) replies = { 0 };
    jw_mail_replies_init(&replies);
    g_autofree char *fill = g_strnfill(3000, 'x');
    g_autofree char *line = g_strconcat("250-", fill, "\r\n", NULL);
    for (int i = 0; i < 1000; i++) {
        say(&replies, line);
    }
    say(&replies, "250 end\r\n");
    assert_int_equal(replies.code, 250);
    assert_in_range(replies.text->len, 1, 501);
}

static void
test_clean(void **state)
{
    (void)state;
    static const struct {
        const char *text, *clean;
    } cases[] = {
        { "250 ok\r\n", "250 ok" },
        { "a\tb\nc", "a b c" },
        { "\x1b[31mred", "[31mred" },
        { "\xff", "\xef\xbf\xbd" },
        { "Zo\xc3\xab", "Zo\xc3\xab" },
        { "", "" },
        { "a\xe2\x80\xa8"
          "b",
          "a b" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = jw_mail_reply_clean(cases[i].text, strlen(cases[i].text));
        assert_string_equal(got, cases[i].clean);
    }
    g_autoptr(GString) many = g_string_new(NULL);
    for (int i = 0; i < 400; i++) {
        g_string_append(many, "\xc3\xab");
    }
    g_autofree char *cut = jw_mail_reply_clean(many->str, many->len);
    assert_int_equal(strlen(cut), 500);
    assert_true(g_utf8_validate(cut, -1, NULL));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_phases), cmocka_unit_test(test_quit_keeps_the_reason),
        cmocka_unit_test(test_lines),  cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
