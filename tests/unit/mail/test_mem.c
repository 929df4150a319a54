/* test_mem.c: the port in memory behaves like the real one as far as services see. */
#include "testkit.h"

#include "jw/mail_mem.h"

static bool
answer(gpointer data)
{
    int *calls = data;
    *calls += 1;
    return *calls < 100;
}

static JwMailOutcome
send_one(JwMail *mail, int *calls, const char *reply_pattern)
{
    g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
    JwMailOutcome outcome;
    g_autofree char *reply = NULL;
    g_autoptr(GError) error = NULL;
    assert_ok(jw_mail_send(mail, "a@example.org", "b@example.org", message, answer, calls, &outcome,
                           &reply, &error),
              error);
    assert_true(g_pattern_match_simple(reply_pattern, reply));
    return outcome;
}

static void
test_outcomes(void **state)
{
    (void)state;
    g_autoptr(JwMail) mail = jw_mail_mem_new();
    int calls = 0;
    assert_int_equal(send_one(mail, &calls, "250*"), JW_MAIL_SENT);
    assert_int_equal(calls, 1);
    jw_mail_mem_next(mail, JW_MAIL_BOUNCED, "550 no");
    assert_int_equal(send_one(mail, &calls, "550 no"), JW_MAIL_BOUNCED);
    jw_mail_mem_next(mail, JW_MAIL_LATER, NULL);
    assert_int_equal(send_one(mail, &calls, "later"), JW_MAIL_LATER);
    jw_mail_mem_next(mail, JW_MAIL_FAILED, "554 no");
    assert_int_equal(send_one(mail, &calls, "554 no"), JW_MAIL_FAILED);
    assert_int_equal(calls, 1); /* those end before the dot */
    jw_mail_mem_next(mail, JW_MAIL_UNKNOWN, NULL);
    assert_int_equal(send_one(mail, &calls, "unknown"), JW_MAIL_UNKNOWN);
    assert_int_equal(send_one(mail, &calls, "250*"), JW_MAIL_SENT);
    assert_int_equal(calls, 3);
    calls = 200;
    assert_int_equal(send_one(mail, &calls, "stopped"), JW_MAIL_STOPPED);
    assert_int_equal(jw_mail_mem_count(mail), 3);
    assert_string_equal(jw_mail_mem_recipient(mail, 2), "b@example.org");
    assert_int_equal(g_bytes_get_size(jw_mail_mem_message(mail, 0)), 3);
    g_autoptr(GError) error = NULL;
    assert_ok(jw_mail_ping(mail, &error), error);
}

static void
test_the_authenticator_is_the_same(void **state)
{
    (void)state;
    g_autoptr(JwMail) mail = jw_mail_mem_new();
    g_autoptr(GBytes) message = g_bytes_new_static("x\r\n", 3);
    JwMailOutcome outcome;
    char *reply = NULL;
    g_autoptr(GError) error = NULL;
    assert_false(jw_mail_send(mail, "a@example.org", "b@example.org\r\n", message, NULL, NULL,
                              &outcome, &reply, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "recipient*");
    assert_int_equal(jw_mail_mem_count(mail), 0);
}

static void
test_names(void **state)
{
    (void)state;
    static const char *const names[] = {
        "later", "sent", "bounced", "failed", "unknown", "stopped"
    };
    for (int i = 0; i <= JW_MAIL_STOPPED; i++) {
        assert_string_equal(jw_mail_outcome_name((JwMailOutcome)i), names[i]);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_outcomes),
        cmocka_unit_test(test_the_authenticator_is_the_same),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
