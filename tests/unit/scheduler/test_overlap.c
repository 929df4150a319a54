/* test_overlap.c: what becomes of a due time while jobs of its schedule have not ended. */
#include "schkit.h"

#define EVERY_10(policy)                                                                           \
    "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"misfire\":\"fire_all\","              \
    "\"misfire_grace\":\"3m\",\"overlap\":\"" policy "\""

static void
pass(SchKit *kit, int minutes)
{
    for (int i = 0; i < minutes; i++) {
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
        (void)kit_fire(&kit->sch);
    }
}

/* The id of the job due that many minutes after KIT_NOW. (transfer full) */
static char *
job_at(int minute)
{
    g_autofree char *due = jw_time_format(KIT_NOW + minute * MINUTE);
    char id[JW_UUID_LEN + 1];

    jw_uuid_derive(id, "schedule", "s", due, NULL);
    return g_strdup(id);
}

static void
claim(SchKit *kit, int minute)
{
    g_autofree char *id = job_at(minute);

    (void)kit_claim(kit->ports, id);
}

static void
end(SchKit *kit, int minute, JwJobTransition transition)
{
    g_autofree char *id = job_at(minute);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);

    assert_non_null(job);
    kit_change(kit->ports,
               (JwJobChange){ .job_id = id, .transition = transition, .token = job->token });
}

static void
test_allow(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10("allow"));
    pass(kit, 30);
    assert_history(kit, "s", "fired@10 fired@20 fired@30 ");
}

static void
test_skip(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10("skip"));
    pass(kit, 10);
    claim(kit, 10);
    pass(kit, 15); /* 20: it runs */
    end(kit, 10, JW_CHANGE_FINISH);
    pass(kit, 5); /* 30 */
    assert_history(kit, "s", "fired@10 skipped@20 fired@30 ");
    end(kit, 30, JW_CHANGE_CANCEL_NOW);
    pass(kit, 10);
    assert_history(kit, "s", "fired@10 skipped@20 fired@30 fired@40 ");
}

/* One waits, for longer than its grace; those that come due meanwhile have no job. */
static void
test_queue_one(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10("queue_one"));
    pass(kit, 10);
    claim(kit, 10);
    pass(kit, 32); /* 20 waits; 30 and 40 do not */
    assert_history(kit, "s", "fired@10 skipped@30 skipped@40 ");
    end(kit, 10, JW_CHANGE_FINISH);
    pass(kit, 1);
    assert_history(kit, "s", "fired@10 late@20 skipped@30 skipped@40 ");
    pass(kit, 7); /* 50: that of 20 has not ended */
    claim(kit, 20);
    pass(kit, 2);
    end(kit, 20, JW_CHANGE_FINISH);
    pass(kit, 1);
    assert_history(kit, "s", "fired@10 late@20 skipped@30 skipped@40 fired@50 ");
    kit_assert_none_pending(kit, "s");
}

static void
test_cancel_running(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = job_at(10);

    kit_put(kit, "s", EVERY_10("cancel_running"));
    pass(kit, 10);
    claim(kit, 10);
    pass(kit, 10);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_CANCELLING);
    assert_string_equal(job->cancelled_by, "schedule:s");
    assert_string_equal(job->cancel_reason, "schedule 's' is due again");
    assert_history(kit, "s", "fired@10 ");
    pass(kit, 12); /* 30 takes the place of 20 */
    assert_history(kit, "s", "fired@10 coalesced@20 ");
    end(kit, 10, JW_CHANGE_CANCELLED);
    pass(kit, 1);
    assert_history(kit, "s", "fired@10 coalesced@20 fired@30 ");
    pass(kit, 8); /* one that nobody runs is gone at once */
    assert_history(kit, "s", "fired@10 coalesced@20 fired@30 fired@40 ");
    kit_assert_none_pending(kit, "s");
}

/* Jobs of other schedules, and of nobody, are no reason to wait. */
static void
test_only_its_own(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, 0);
    assert_non_null(id);

    kit_put(kit, "other", EVERY_10("allow"));
    kit_put(kit, "s", EVERY_10("skip"));
    pass(kit, 10);
    assert_history(kit, "s", "fired@10 ");
    assert_history(kit, "other", "fired@10 ");
}

/* A backlog of three, of which one may run: whoever fires, wherever it fails or dies. */
static const struct {
    const char *policy, *history;
} backlogs[] = {
    { "skip", "caught_up@10 skipped@20 skipped@30 " },
    { "queue_one", "caught_up@10 skipped@30 " }, /* and 20 waits */
    { "cancel_running", "caught_up@10 coalesced@20 caught_up@30 " },
};

static SchKit *
kit_with_backlog(const char *policy)
{
    SchKit *kit = kit_new();
    g_autofree char *members = g_strdup_printf(EVERY_10("%s"), policy);

    kit_put(kit, "s", members);
    tk_clock_advance(&kit->ports->clock.fake, 35 * MINUTE);
    return kit;
}

static void
go_on(SchKit *kit, Sch *sch)
{
    for (int i = 0; i < 4; i++) {
        (void)kit_fire(sch);
        tk_clock_advance(&kit->ports->clock.fake, 1000);
    }
}

static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(backlogs); p++) {
        bool reached = true;

        for (int n = 1; reached; n++) {
            g_autoptr(SchKit) kit = kit_with_backlog(backlogs[p].policy);
            g_autoptr(GError) error = NULL;
            size_t decided = 0;

            kit_fault_at(kit->ports, n, kit_faults[(size_t)n % kit_n_faults]);
            bool ok = sch_fire_due(&kit->sch, &decided, &error);
            assert_int_equal(ok, error == NULL);
            reached = kit_fault_met(kit->ports);
            go_on(kit, &kit->second); /* the first never comes back */
            assert_history(kit, "s", backlogs[p].history);
            assert_true(n < 60);
        }
    }
}

static void
fire_second(gpointer second)
{
    (void)kit_fire(second);
}

static void
test_two_schedulers(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(backlogs); p++) {
        bool ran = true;

        for (int n = 1; ran; n++) {
            g_autoptr(SchKit) kit = kit_with_backlog(backlogs[p].policy);

            hook_clock_at(&kit->ports->clock, n, fire_second, &kit->second);
            (void)kit_fire(&kit->sch);
            ran = hook_clock_done(&kit->ports->clock);
            go_on(kit, &kit->second);
            assert_history(kit, "s", backlogs[p].history);
            assert_true(n < 100);
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_allow),
        TEST(test_skip),
        TEST(test_queue_one),
        TEST(test_cancel_running),
        TEST(test_only_its_own),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_two_schedulers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
