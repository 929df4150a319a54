/* test_reply.c: following an SMTP server's replies. */
#include "mail_private.h"
#include "testkit.h"

#include <string.h>

static JwMailReplyLine
say(JwMailReply *reply, const char *line)
{
    return jw_mail_reply_line(reply, line, strlen(line));
}

static void
test_lines(void **state)
{
    (void)state;
    g_auto(JwMailReply) reply = { 0 };
    jw_mail_reply_init(&reply);
    assert_int_equal(say(&reply, "250-one\r\n"), JW_MAIL_REPLY_MORE);
    assert_int_equal(reply.code, 0);
    assert_true(reply.open);
    assert_int_equal(say(&reply, "250 two\r\n"), JW_MAIL_REPLY_WHOLE);
    assert_int_equal(reply.code, 250);
    assert_string_equal(reply.text->str, "250-one two");
    static const char *const garbage[] = { "",          "\r\n",      "hello\r\n",  "25\r\n",
                                           "999 x\r\n", "2x0 a\r\n", "2501 a\r\n", " 250 x\r\n" };
    for (size_t i = 0; i < G_N_ELEMENTS(garbage); i++) {
        assert_int_equal(say(&reply, garbage[i]), JW_MAIL_REPLY_NONE);
    }
    assert_int_equal(reply.code, 250);
    assert_int_equal(say(&reply, "451\r\n"), JW_MAIL_REPLY_WHOLE); /* begins anew */
    assert_int_equal(reply.code, 451);
    assert_string_equal(reply.text->str, "451");
    jw_mail_reply_restart(&reply);
    assert_int_equal(reply.code, 0);
    assert_string_equal(reply.text->str, "");
}

static void
test_empty_lines_of_a_reply(void **state)
{
    (void)state;
    g_auto(JwMailReply) reply = { 0 };
    jw_mail_reply_init(&reply);
    assert_int_equal(say(&reply, "550-no\r\n"), JW_MAIL_REPLY_MORE);
    assert_int_equal(say(&reply, "550-\r\n"), JW_MAIL_REPLY_MORE);
    assert_int_equal(say(&reply, "550\r\n"), JW_MAIL_REPLY_WHOLE);
    assert_int_equal(reply.code, 550);
    g_autofree char *clean = jw_mail_reply_clean(reply.text->str, reply.text->len);
    assert_string_equal(clean, "550-no");
}

static void
test_bounded(void **state)
{
    (void)state;
    g_auto(JwMailReply) replies = { 0 };
    jw_mail_reply_init(&replies);
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
        cmocka_unit_test(test_lines),
        cmocka_unit_test(test_empty_lines_of_a_reply),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_clean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
