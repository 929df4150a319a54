/* test_due_faults.c: the store fails at each call, a second scheduler comes between any two steps,
 * and a scheduler dies anywhere: every due time has exactly one row, and one job when it fired. */
#include "schkit.h"
#include "metrics.h"

#define MAX_CALLS    40
#define MAX_READINGS 100

static const struct {
    const char *misfire, *history;
} policies[] = {
    { "fire_once", "coalesced@10 coalesced@20 caught_up@30 " },
    { "skip", "skipped@10 skipped@20 skipped@30 " },
    { "fire_all", "caught_up@10 caught_up@20 caught_up@30 " },
};

static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        for (size_t f = 0; f < kit_n_faults; f++) {
            for (int n = 1;; n++) {
                g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);
                g_autoptr(GError) error = NULL;
                size_t decided = 0;

                kit_fault_at(kit->ports, n, kit_faults[f]);
                bool ok = sch_fire_due(&kit->sch, &decided, &error);
                assert_int_equal(ok, error == NULL);
                bool reached = kit_fault_met(kit->ports);
                /* the next round, of whichever scheduler */
                (void)kit_fire(&kit->sch);
                assert_history(kit, "s", policies[p].history);
                kit_assert_none_pending(kit, "s");
                if (!reached) {
                    break;
                }
                assert_true(n < MAX_CALLS);
            }
        }
    }
}

/* The first one was stopped for so long that the other takes over. */
static void
fire_second(gpointer data)
{
    SchKit *kit = data;

    tk_clock_advance(&kit->ports->clock.fake, KIT_TAKE_OVER);
    (void)kit_fire(&kit->second);
}

static void
test_two_schedulers(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        for (int n = 1;; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);

            hook_clock_at(&kit->ports->clock, n, fire_second, kit);
            (void)kit_fire(&kit->sch);
            bool ran = hook_clock_done(&kit->ports->clock);
            (void)kit_fire(&kit->second);
            assert_history(kit, "s", policies[p].history);
            kit_assert_none_pending(kit, "s");
            if (!ran) {
                break;
            }
            assert_true(n < MAX_READINGS);
        }
    }
}

/* Of two that carry out the same decision one counts it. */
static void
test_two_schedulers_count_once(void **state G_GNUC_UNUSED)
{
    static const char *const kinds[] = { "fired", "caught_up", "coalesced", "skipped" };

    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        bool ran = true;

        for (int n = 1; ran; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);
            JwMetric *metric = sch_metrics[SCH_METRIC_OCCURRENCES];
            double before = 0, after = 0;

            for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
                before += jw_metric_value(metric, kinds[k]);
            }
            hook_clock_at(&kit->ports->clock, n, fire_second, kit);
            (void)kit_fire(&kit->sch);
            ran = hook_clock_done(&kit->ports->clock);
            for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
                after += jw_metric_value(metric, kinds[k]);
            }
            assert_int_equal((int)(after - before), 3);
        }
    }
}

static void
fire_second_later(gpointer data)
{
    SchKit *kit = ((void **)data)[0];

    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    (void)kit_fire(((void **)data)[1]);
}

/* The second one looks ten minutes later and would decide otherwise: what was decided first holds,
 * and its row and job agree. */
static void
test_two_schedulers_at_two_times(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        for (int n = 1;; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);
            Sch *second = &kit->second;

            hook_clock_at(&kit->ports->clock, n, fire_second_later, (void *[]){ kit, second });
            (void)kit_fire(&kit->sch);
            bool ran = hook_clock_done(&kit->ports->clock);
            (void)kit_fire(&kit->sch);
            g_autofree char *history = kit_history(kit, "s");
            g_auto(GStrv) rows = g_strsplit(history, " ", -1);
            assert_int_equal(g_strv_length(rows), (ran ? 4 : 3) + 1);
            for (int i = 0; rows[i + 1] != NULL; i++) {
                g_autofree char *minute = g_strdup_printf("@%d0", i + 1);
                assert_true(g_str_has_suffix(rows[i], minute));
            }
            kit_assert_none_pending(kit, "s");
            if (!ran) {
                break;
            }
            assert_true(n < MAX_READINGS);
        }
    }
}

/* Two at once, the first of which meets a failing store at any call: the worst of both. */
static void
test_second_takes_over(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        for (int n = 1; n < MAX_CALLS; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);
            g_autoptr(GError) error = NULL;
            size_t decided = 0;

            kit_fault_at(kit->ports, n, (KitFault){ JW_ERROR_IN_DOUBT, n % 2 == 0 });
            bool ok = sch_fire_due(&kit->sch, &decided, &error);
            assert_int_equal(ok, error == NULL);
            (void)kit_fault_met(kit->ports);
            fire_second(kit); /* the first never comes back */
            assert_history(kit, "s", policies[p].history);
            kit_assert_none_pending(kit, "s");
        }
    }
}

/* The wall clock jumps by up to an hour, in both directions, between any two looks of two
 * schedulers: each due time has one row and one job, in order, none is left out. */
static void
test_clock_jumps(void **state G_GNUC_UNUSED)
{
    static const int jumps[] = { 0, 60, -60, 7, -60, 60, 0, -13, 60, -47, 3, -60, 60, 60 };

    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);
        int minute = 1;

        for (int i = 0; i < 200; i++) {
            kit->ports->clock.fake.now_ms +=
                (jumps[(size_t)i % G_N_ELEMENTS(jumps)] + i % 3) * MINUTE;
            (void)kit_fire(i % 2 == 0 ? &kit->sch : &kit->second);
        }
        g_autofree char *history = kit_history(kit, "s");
        g_auto(GStrv) rows = g_strsplit(history, " ", -1);
        for (; rows[minute] != NULL; minute++) {
            g_autofree char *at = g_strdup_printf("@%d0", minute);
            assert_true(g_str_has_suffix(rows[minute - 1], at));
        }
        assert_true(minute > 10);
        kit_assert_none_pending(kit, "s");
    }
}

/* What failed is logged and tried again with the next round; all that was in the same call. */
static void
test_error_is_reported(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t decided = 0;

    kit_put(kit, "a", "\"trigger\":{\"type\":\"interval\",\"every\":\"5m\"}");
    kit_put(kit, "b", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    jw_store_mem_fail_nth(kit->sch.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(sch_fire_due(&kit->sch, &decided, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    jw_store_mem_fail_nth(kit->sch.store, 4, JW_ERROR_UNAVAILABLE, false);
    assert_false(sch_fire_due(&kit->sch, &decided, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*tried again*");
    assert_history(kit, "a", "");
    assert_history(kit, "b", "");
    (void)kit_fire(&kit->sch);
    assert_history(kit, "a", "coalesced@5 fired@10 ");
    assert_history(kit, "b", "fired@10 ");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_two_schedulers),
        cmocka_unit_test(test_two_schedulers_count_once),
        cmocka_unit_test(test_two_schedulers_at_two_times),
        cmocka_unit_test(test_second_takes_over),
        cmocka_unit_test(test_clock_jumps),
        cmocka_unit_test_setup_teardown(test_error_is_reported, kit_setup, kit_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
