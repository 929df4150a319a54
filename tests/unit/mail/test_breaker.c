/* test_breaker.c: when a mail server is left alone, and when it is tried again. */
#include "mail_breaker.h"
#include "testkit.h"

static void
test_opens_after_so_many_in_a_row(void **state)
{
    (void)state;
    JwMailBreaker breaker = { .limit = 3, .first_wait_ms = 1000 };
    assert_true(jw_mail_breaker_admit(&breaker, 0));
    assert_false(jw_mail_breaker_failure(&breaker, "a", 0, 0.5));
    assert_false(jw_mail_breaker_failure(&breaker, "b", 0, 0.5));
    jw_mail_breaker_success(&breaker); /* counts from the start again */
    assert_false(jw_mail_breaker_failure(&breaker, "c", 0, 0.5));
    assert_false(jw_mail_breaker_failure(&breaker, "d", 0, 0.5));
    assert_true(jw_mail_breaker_admit(&breaker, 0));
    assert_true(jw_mail_breaker_failure(&breaker, "e", 0, 0.5));
    assert_true(jw_mail_breaker_is_open(&breaker));
    assert_string_equal(breaker.problem, "e");
    assert_int_equal(jw_mail_breaker_left_ms(&breaker, 0), 1000);
    assert_false(jw_mail_breaker_admit(&breaker, 999));
    assert_int_equal(jw_mail_breaker_left_ms(&breaker, 999), 1);
    assert_true(jw_mail_breaker_admit(&breaker, 1000));
}

static void
test_one_trial_at_a_time(void **state)
{
    (void)state;
    JwMailBreaker breaker = { .limit = 1, .first_wait_ms = 1000 };
    assert_true(jw_mail_breaker_failure(&breaker, "a", 0, 0.5));
    assert_false(jw_mail_breaker_failure(&breaker, "begun before", 10, 0.5));
    assert_int_equal(jw_mail_breaker_left_ms(&breaker, 0), 1000); /* not longer by that */
    assert_true(jw_mail_breaker_admit(&breaker, 5000));
    assert_false(jw_mail_breaker_admit(&breaker, 5000));
    assert_true(jw_mail_breaker_left_ms(&breaker, 5000) > 0);
    assert_false(jw_mail_breaker_failure(&breaker, "b", 5000, 0.5));
    assert_false(jw_mail_breaker_admit(&breaker, 5000));
    assert_true(jw_mail_breaker_admit(&breaker, 7000));
    jw_mail_breaker_success(&breaker);
    assert_false(jw_mail_breaker_is_open(&breaker));
    assert_int_equal(jw_mail_breaker_left_ms(&breaker, 7000), 0);
    assert_true(jw_mail_breaker_admit(&breaker, 7000));
    assert_true(jw_mail_breaker_admit(&breaker, 7000));
}

static void
test_waits_longer_each_time_up_to_a_limit(void **state)
{
    (void)state;
    static const int64_t waits[] = { 1000, 2000, 4000, 4000, 4000 };
    JwMailBreaker breaker = { .limit = 1, .first_wait_ms = 1000 };
    int64_t now = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(waits); i++) {
        assert_true(jw_mail_breaker_admit(&breaker, now));
        assert_int_equal(jw_mail_breaker_failure(&breaker, "x", now, 0.5), i == 0);
        assert_int_equal(jw_mail_breaker_left_ms(&breaker, now), waits[i]);
        now += waits[i];
    }
    /* a server that was back begins at the start; several notifiers do not come at once */
    jw_mail_breaker_success(&breaker);
    assert_true(jw_mail_breaker_failure(&breaker, "x", now, 0));
    assert_int_equal(jw_mail_breaker_left_ms(&breaker, now), 800);
    jw_mail_breaker_success(&breaker);
    assert_true(jw_mail_breaker_failure(&breaker, "x", now, 0.9999));
    assert_int_equal(jw_mail_breaker_left_ms(&breaker, now), 1199);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opens_after_so_many_in_a_row),
        cmocka_unit_test(test_one_trial_at_a_time),
        cmocka_unit_test(test_waits_longer_each_time_up_to_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
