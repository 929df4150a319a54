/* test_job_state.c: walks every pair of state and change against a list written from the
 * architecture's text, not from the table under test. */
#include "jw/job_state.h"
#include "testkit.h"

#include <string.h>

/* Every allowed pair, one a line; what is not here is forbidden. */
static const struct {
    JwJobTransition change;
    JwJobState from, to;
} allowed[] = {
    { JW_CHANGE_PROMOTE, JW_JOB_SCHEDULED, JW_JOB_PENDING },
    { JW_CHANGE_CLAIM, JW_JOB_PENDING, JW_JOB_RUNNING },
    { JW_CHANGE_FINISH, JW_JOB_RUNNING, JW_JOB_COMPLETED },
    { JW_CHANGE_FAIL_RETRY, JW_JOB_RUNNING, JW_JOB_PENDING },
    { JW_CHANGE_FAIL_FINAL, JW_JOB_RUNNING, JW_JOB_FAILED },
    { JW_CHANGE_RELEASE, JW_JOB_RUNNING, JW_JOB_PENDING },
    { JW_CHANGE_CANCEL_NOW, JW_JOB_SCHEDULED, JW_JOB_CANCELLED },
    { JW_CHANGE_CANCEL_NOW, JW_JOB_PENDING, JW_JOB_CANCELLED },
    { JW_CHANGE_CANCEL_NOW, JW_JOB_RUNNING, JW_JOB_CANCELLED },
    { JW_CHANGE_CANCEL_NOW, JW_JOB_CANCELLING, JW_JOB_CANCELLED },
    { JW_CHANGE_CANCEL_GRACEFUL, JW_JOB_RUNNING, JW_JOB_CANCELLING },
    { JW_CHANGE_CANCELLED, JW_JOB_CANCELLING, JW_JOB_CANCELLED },
    { JW_CHANGE_REAP_RETRY, JW_JOB_RUNNING, JW_JOB_PENDING },
    { JW_CHANGE_REAP_FAIL, JW_JOB_RUNNING, JW_JOB_FAILED },
    { JW_CHANGE_REAP_CANCEL, JW_JOB_CANCELLING, JW_JOB_CANCELLED },
    { JW_CHANGE_RETRY, JW_JOB_FAILED, JW_JOB_PENDING },
};

static void
test_all_pairs(void **state)
{
    size_t n_allowed = 0;

    (void)state;
    for (int change = 0; change < JW_JOB_N_TRANSITIONS; change++) {
        const JwJobRule *rule = jw_job_rule((JwJobTransition)change);
        for (int from = 0; from < JW_JOB_N_STATES; from++) {
            bool expected = false;
            for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++) {
                if ((int)allowed[i].change == change && (int)allowed[i].from == from) {
                    expected = true;
                    assert_int_equal(rule->to, allowed[i].to);
                }
            }
            assert_int_equal((rule->from & JW_JOB_BIT(from)) != 0, expected);
            n_allowed += expected ? 1 : 0;
        }
        assert_int_equal(rule->from >> JW_JOB_N_STATES, 0);
    }
    assert_int_equal(n_allowed, G_N_ELEMENTS(allowed));
}

/* The rules of each change, from the architecture. */
static void
test_flags(void **state)
{
    const unsigned observed = JW_RULE_FENCED | JW_RULE_HEARTBEAT | JW_RULE_RAISES_TOKEN;
    const struct {
        JwJobTransition change;
        unsigned flags;
    } expected[] = {
        { JW_CHANGE_PROMOTE, JW_RULE_WHEN_DUE | JW_RULE_SETS_NOT_BEFORE },
        { JW_CHANGE_CLAIM, JW_RULE_AFTER_BACKOFF | JW_RULE_RAISES_TOKEN | JW_RULE_COUNTS_ATTEMPT },
        { JW_CHANGE_FINISH, JW_RULE_FENCED | JW_RULE_ENDS },
        { JW_CHANGE_FAIL_RETRY, JW_RULE_FENCED | JW_RULE_SETS_NOT_BEFORE },
        { JW_CHANGE_FAIL_FINAL, JW_RULE_FENCED | JW_RULE_ENDS },
        { JW_CHANGE_RELEASE, JW_RULE_FENCED | JW_RULE_RETURNS_ATTEMPT },
        { JW_CHANGE_CANCEL_NOW, JW_RULE_RAISES_TOKEN | JW_RULE_ENDS },
        { JW_CHANGE_CANCEL_GRACEFUL, 0 },
        { JW_CHANGE_CANCELLED, JW_RULE_FENCED | JW_RULE_ENDS },
        { JW_CHANGE_REAP_RETRY, observed },
        { JW_CHANGE_REAP_FAIL, observed | JW_RULE_ENDS },
        { JW_CHANGE_REAP_CANCEL, observed | JW_RULE_ENDS },
        { JW_CHANGE_RETRY, JW_RULE_COUNTS_RETRY },
    };

    (void)state;
    assert_int_equal(G_N_ELEMENTS(expected), JW_JOB_N_TRANSITIONS);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_int_equal(jw_job_rule(expected[i].change)->flags, expected[i].flags);
    }
}

static void
test_rules_agree_with_each_other(void **state)
{
    (void)state;
    for (int change = 0; change < JW_JOB_N_TRANSITIONS; change++) {
        const JwJobRule *rule = jw_job_rule((JwJobTransition)change);
        assert_non_null(rule->name);
        assert_int_equal(jw_job_state_terminal(rule->to), (rule->flags & JW_RULE_ENDS) != 0);
        for (int from = 0; from < JW_JOB_N_STATES; from++) {
            /* A final state stays, except for the retry of a failed job. */
            if ((rule->from & JW_JOB_BIT(from)) != 0 && jw_job_state_terminal((JwJobState)from)) {
                assert_int_equal(change, JW_CHANGE_RETRY);
            }
        }
        for (int other = 0; other < change; other++) {
            assert_string_not_equal(rule->name, jw_job_rule((JwJobTransition)other)->name);
        }
    }
}

static void
test_names(void **state)
{
    const char *const names[] = { "scheduled", "pending", "running",  "cancelling",
                                  "completed", "failed",  "cancelled" };

    (void)state;
    for (int i = 0; i < JW_JOB_N_STATES; i++) {
        JwJobState parsed = JW_JOB_SCHEDULED;
        assert_string_equal(jw_job_state_name((JwJobState)i), names[i]);
        assert_true(jw_job_state_parse(names[i], &parsed));
        assert_int_equal(parsed, i);
    }
    JwJobState untouched = JW_JOB_FAILED;
    assert_false(jw_job_state_parse("Pending", &untouched));
    assert_false(jw_job_state_parse("", &untouched));
    assert_false(jw_job_state_parse(NULL, &untouched));
    assert_int_equal(untouched, JW_JOB_FAILED);

    JwPriority priority = JW_PRIORITY_LOW;
    assert_true(jw_priority_parse("high", &priority));
    assert_int_equal(priority, JW_PRIORITY_HIGH);
    assert_string_equal(jw_priority_name(JW_PRIORITY_LOW), "low");
    assert_string_equal(jw_priority_name(JW_PRIORITY_NORMAL), "normal");
    assert_false(jw_priority_parse("urgent", &priority));
}

static void
test_backoff(void **state)
{
    const int64_t middle[] = { 5000, 10000, 20000, 40000, 80000, 160000, 320000, 600000, 600000 };

    (void)state;
    for (int attempt = 1; attempt <= (int)G_N_ELEMENTS(middle); attempt++) {
        const int64_t wanted = middle[attempt - 1];
        assert_in_range(jw_job_backoff_ms(attempt, 0.5), wanted - 1, wanted + 1);
        assert_in_range(jw_job_backoff_ms(attempt, 0.0), wanted * 8 / 10 - 1, wanted * 8 / 10 + 1);
        assert_in_range(jw_job_backoff_ms(attempt, 0.999), wanted, wanted * 12 / 10);
    }
    assert_in_range(jw_job_backoff_ms(0, 0.5), 4999, 5001);
    assert_in_range(jw_job_backoff_ms(1000000, 0.5), 599999, 600001);
    assert_int_equal(jw_job_backoff_ms(1000000, 1.0), JW_JOB_BACKOFF_LONGEST_MS);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_pairs),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_rules_agree_with_each_other),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_backoff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
