/* test_pull.c: which jobs an executor with nothing to do finds in the store. */
#include "exekit.h"

static char *
popped(ExeKit *kit)
{
    return jw_queue_pop(kit->exe.ready, 0);
}

/* Jobs whose commands went to a process that died: taken after JW_PULL_AFTER, oldest first, by
 * priority, and looked for once a second at most. */
static void
test_waiting_jobs_are_found(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *low = kit_make(kit, ",\"priority\":\"low\"");
    g_autofree char *normal = kit_make(kit, "");
    g_autofree char *high = kit_make(kit, ",\"priority\":\"high\"");
    const char *expected[] = { high, normal, low };

    tk_clock_advance(&kit->ports->clock.fake, 2000);
    exe_pull(&kit->exe);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0); /* not longer than that yet */
    tk_clock_advance(&kit->ports->clock.fake, EXE_PULL_EVERY_MS - 1);
    exe_pull(&kit->exe);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0); /* looked less than a second ago */
    tk_clock_advance(&kit->ports->clock.fake, 1);
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        exe_pull(&kit->exe); /* those of one priority at a time */
        tk_clock_advance(&kit->ports->clock.fake, EXE_PULL_EVERY_MS);
        g_autofree char *id = popped(kit);

        assert_string_equal(id, expected[i]);
        exe_run_job(&kit->exe, id);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(job->state, JW_JOB_COMPLETED);
    }
    tk_clock_advance(&kit->ports->clock.fake, 10000);
    exe_pull(&kit->exe);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0);
}

/* More than one look finds, all of them older: of lower priority, and of a type that another
 * version runs. */
static void
test_others_hide_nothing(void **state)
{
    enum { MANY = 60 };
    ExeKit *kit = *state;

    for (int i = 0; i < MANY; i++) {
        g_autoptr(JwJob) strange = kit_new_job(kit->ports);

        g_free(strange->type);
        strange->type = g_strdup("of-another-version");
        strange->priority = JW_PRIORITY_HIGH;
        strange->state = JW_JOB_PENDING;
        g_free(kit_insert_job(kit->ports, strange));
        g_free(kit_make(kit, ",\"priority\":\"low\""));
    }
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_autofree char *normal = kit_make(kit, "");
    tk_clock_advance(&kit->ports->clock.fake, 3000);
    exe_pull(&kit->exe);
    g_autofree char *id = popped(kit);
    assert_string_equal(id, normal);
}

/* Nobody who has something to do looks, so nothing is queued twice. */
static void
test_a_queue_with_jobs_is_enough(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");

    assert_true(jw_queue_try_push(kit->exe.ready, 2, g_strdup("another")));
    tk_clock_advance(&kit->ports->clock.fake, 10000);
    exe_pull(&kit->exe);
    assert_int_equal(jw_queue_length(kit->exe.ready), 1);
    g_free(popped(kit));
    exe_pull(&kit->exe); /* its turn was not used up */
    g_autofree char *found = popped(kit);
    assert_string_equal(found, id);
}

/* One that waits out its backoff, one that is scheduled, one that runs: not due. */
static void
test_what_is_not_due_waits(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *backoff = kit_make(kit, "");
    g_autofree char *running = kit_make(kit, "");

    g_free(kit_make(kit, ",\"scheduledFor\":\"2099-01-01T00:00:00Z\""));
    (void)kit_claim(kit->ports, running);
    (void)kit_claim(kit->ports, backoff);
    kit_change(kit->ports, (JwJobChange){ .job_id = backoff,
                                          .transition = JW_CHANGE_FAIL_RETRY,
                                          .token = 1,
                                          .error_code = "X",
                                          .error_message = "x",
                                          .not_before_ms = KIT_NOW + 60000 });
    tk_clock_advance(&kit->ports->clock.fake, 59999);
    exe_pull(&kit->exe);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0);
    tk_clock_advance(&kit->ports->clock.fake, EXE_PULL_EVERY_MS);
    exe_pull(&kit->exe);
    g_autofree char *found = popped(kit);
    assert_string_equal(found, backoff);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0);
}

/* The store away: nothing happens, and a second later it is asked again. */
static void
test_the_store_is_away(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");

    tk_clock_advance(&kit->ports->clock.fake, 10000);
    jw_store_mem_fail_nth(kit->exe.store, 1, JW_ERROR_UNAVAILABLE, false);
    exe_pull(&kit->exe);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0);
    tk_clock_advance(&kit->ports->clock.fake, EXE_PULL_EVERY_MS);
    exe_pull(&kit->exe);
    g_autofree char *found = popped(kit);
    assert_string_equal(found, id);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_waiting_jobs_are_found),      TEST(test_others_hide_nothing),
        TEST(test_a_queue_with_jobs_is_enough), TEST(test_what_is_not_due_waits),
        TEST(test_the_store_is_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
