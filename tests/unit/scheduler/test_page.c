/* test_page.c: schedules that are due together are decided and carried out together: at the cost of
 * a few, by several schedulers, and none is stopped by another that is bad, nor by a store that
 * fails. */
#include "schkit.h"
#include "jw/store_mem.h"
#include "metrics.h"

#define MAX_CALLS 80
#define HOURLY    "\"trigger\":{\"type\":\"cron\",\"cron\":\"0 * * * *\"}"
#define EVERY_10  "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}"

/* Fires in the first hour of those that are put below. */
#define HOUR_OF_10 "fired@10 fired@20 fired@30 fired@40 fired@50 fired@60 "

static JwSchedule *
stored(SchKit *kit, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, id, &schedule, &error), error);
    assert_non_null(schedule);
    return schedule;
}

static void
put_many(SchKit *kit, const char *prefix, int n, const char *members)
{
    g_autofree char *first = g_strdup_printf("%s-0000", prefix);
    g_autoptr(GError) error = NULL;

    kit_put(kit, first, members);
    g_autoptr(JwSchedule) schedule = stored(kit, first);
    for (int i = 1; i < n; i++) {
        g_free(schedule->id);
        schedule->id = g_strdup_printf("%s-%04d", prefix, i);
        assert_ok(jw_schedule_begin(schedule, kit->ports->clock.fake.now_ms, &error), error);
        assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
    }
}

/* Of many some are looked at. */
static void
assert_all(SchKit *kit, const char *prefix, int n, const char *expected)
{
    for (int i = 0; i < n; i += 1 + n / 15) {
        g_autofree char *id = g_strdup_printf("%s-%04d", prefix, i);

        assert_history(kit, id, expected);
        kit_assert_none_pending(kit, id);
    }
}

static void
assert_jobs(SchKit *kit, int64_t expected)
{
    g_autoptr(GError) error = NULL;
    int64_t jobs = 0;

    assert_ok(jw_store_count_jobs(kit->sch.store, 0, 0, &jobs, &error), error);
    assert_int_equal(jobs, expected);
}

static int
calls_of_round(SchKit *kit)
{
    const int before = jw_store_mem_calls(kit->sch.store);

    (void)kit_fire(&kit->sch);
    return jw_store_mem_calls(kit->sch.store) - before;
}

/* Of one rule, or each with times of its own: a step is one call. */
static void
test_costs(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *members;
        int most; /* calls of the store for 200 of them */
    } cases[] = {
        { HOURLY, 8 }, /* looks for past, pending and due ones; decisions, rows, jobs, ends */
        { HOURLY ",\"misfire\":\"fire_all\",\"misfire_grace\":\"1m\"", 8 },
        { HOURLY ",\"jitter\":\"1m\"", 8 }, /* each has its own next time */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(SchKit) kit = kit_new();

        put_many(kit, "s", 200, cases[i].members);
        tk_clock_advance(&kit->ports->clock.fake, HOUR + MINUTE);
        const int calls = calls_of_round(kit);
        assert_true(calls <= cases[i].most);
        assert_all(kit, "s", 200, "fired@60 ");
        assert_jobs(kit, 200);
    }
}

/* What is not due costs nothing, however much there is. */
static void
test_costs_what_is_due(void **state)
{
    SchKit *kit = *state;

    put_many(kit, "far", 300, "\"trigger\":{\"type\":\"once\",\"at\":\"2031-01-11T00:30:00Z\"}");
    const int calls = calls_of_round(kit);
    assert_int_equal(calls,
                     3); /* a look at what is past, one at what is pending, one at what is due */
    kit_put(kit, "s", EVERY_10);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    assert_int_equal(calls_of_round(kit), 3 + 4);
    assert_history(kit, "s", "fired@10 ");
}

/* Different rules, policies and states on one page. */
static SchKit *
kit_with_a_page(void)
{
    SchKit *kit = kit_new();

    put_many(kit, "same", 2, EVERY_10 ",\"misfire\":\"fire_all\",\"misfire_grace\":\"1m\"");
    put_many(kit, "turn", 2, EVERY_10 ",\"misfire_grace\":\"1m\",\"overlap\":\"skip\"");
    kit_put(kit, "jitter", EVERY_10 ",\"jitter\":\"1s\",\"misfire_grace\":\"1m\"");
    tk_clock_advance(&kit->ports->clock.fake, 35 * MINUTE);
    return kit;
}

static void
assert_page(SchKit *kit)
{
    assert_all(kit, "same", 2, "caught_up@10 caught_up@20 caught_up@30 ");
    assert_all(kit, "turn", 2, "coalesced@10 coalesced@20 caught_up@30 ");
    assert_history(kit, "jitter", "coalesced@10 coalesced@20 caught_up@30 ");
    kit_assert_none_pending(kit, "jitter");
}

static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        bool reached = true;

        for (int n = 1; reached; n++) {
            g_autoptr(SchKit) kit = kit_with_a_page();
            g_autoptr(GError) error = NULL;
            size_t decided = 0;

            kit_fault_at(kit->ports, n, kit_faults[f]);
            bool ok = sch_fire_due(&kit->sch, &decided, &error);
            assert_int_equal(ok, error == NULL);
            reached = kit_fault_met(kit->ports);
            (void)kit_fire(&kit->sch);
            assert_page(kit);
            assert_true(n < MAX_CALLS);
        }
    }
}

/* A write of many that is refused is not an error of each: they are written one by one, at once. */
static void
test_refused_together(void **state G_GNUC_UNUSED)
{
    bool reached = true;

    for (int n = 4; reached; n++) { /* behind the looks */
        g_autoptr(SchKit) kit = kit_new();
        g_autoptr(GError) error = NULL;
        size_t decided = 0;

        put_many(kit, "s", 5, HOURLY);
        tk_clock_advance(&kit->ports->clock.fake, HOUR);
        kit_fault_at(kit->ports, n, (KitFault){ JW_ERROR_INVALID, false });
        assert_ok(sch_fire_due(&kit->sch, &decided, &error), error);
        reached = kit_fault_met(kit->ports);
        if (n < 7) { /* decisions, rows, jobs; taking them out is tried again with the next round */
            assert_all(kit, "s", 5, "fired@60 ");
        }
        (void)kit_fire(&kit->sch);
        assert_all(kit, "s", 5, "fired@60 ");
        assert_true(n < 20);
    }
}

typedef struct {
    SchKit *kit;
    int64_t later_ms;
} Second;

static void
fire_second(gpointer data)
{
    const Second *self = data;

    tk_clock_advance(&self->kit->ports->clock.fake, self->later_ms);
    (void)kit_fire(&self->kit->second);
}

static double
counted(void)
{
    static const char *const kinds[] = { "fired", "late", "caught_up", "coalesced", "skipped" };
    double sum = 0;

    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        sum += jw_metric_value(sch_metrics[SCH_METRIC_OCCURRENCES], kinds[k]);
    }
    return sum;
}

/* Before any call of the first one a second one does a round, at once or when it takes over: each
 * due time has one row, one job, and is counted once. */
static void
test_second_between_any_two_calls(void **state G_GNUC_UNUSED)
{
    static const int64_t later[] = { 0, KIT_TAKE_OVER };

    for (size_t i = 0; i < G_N_ELEMENTS(later); i++) {
        for (int n = 1; n < MAX_CALLS; n++) {
            g_autoptr(SchKit) kit = kit_with_a_page();
            Second second = { kit, later[i] };
            const double before = counted();

            jw_store_mem_before_nth(kit->sch.store, n, fire_second, &second);
            (void)kit_fire(&kit->sch);
            jw_store_mem_before_nth(kit->sch.store, 0, fire_second, &second);
            assert_page(kit);
            assert_int_equal((int)(counted() - before), 3 * 5);
        }
    }
}

/* What another decided just now is left to it; what it decided before it died is not. */
static void
test_in_hand(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t decided = 0;

    put_many(kit, "s", 3, HOURLY);
    tk_clock_advance(&kit->ports->clock.fake, HOUR);
    kit_fault_at(kit->ports, 5, (KitFault){ JW_ERROR_UNAVAILABLE, false }); /* decided, no rows */
    assert_false(sch_fire_due(&kit->sch, &decided, &error));
    const int before = jw_store_mem_calls(kit->sch.store);
    assert_int_equal(kit_fire(&kit->second), 0);
    assert_int_equal(jw_store_mem_calls(kit->sch.store) - before, 3); /* it only looks */
    tk_clock_advance(&kit->ports->clock.fake, KIT_TAKE_OVER - 1);
    (void)kit_fire(&kit->second);
    assert_history(kit, "s-0000", "");
    tk_clock_advance(&kit->ports->clock.fake, 1);
    (void)kit_fire(&kit->second);
    assert_all(kit, "s", 3, "fired@60 ");
}

/* One that comes upon another looks again instead of going through what is done. */
static void
test_two_on_one_page(void **state)
{
    SchKit *kit = *state;
    Second second = { kit, 0 };

    put_many(kit, "s", 600, HOURLY);
    tk_clock_advance(&kit->ports->clock.fake, HOUR);
    /* the second one begins when the first one has its page */
    jw_store_mem_before_nth(kit->sch.store, 4, fire_second, &second);
    const int calls = calls_of_round(kit);
    /* Of the second one four looks and four calls for each of three slices; of the first one three
     * looks, a slice that is lost, and one more look, at what is left: nothing. */
    assert_int_equal(calls, (4 + 3 * 4) + (3 + 1 + 1));
    assert_all(kit, "s", 600, "fired@60 ");
    assert_jobs(kit, 600);
}

static gpointer
fire_in_thread(gpointer sch)
{
    (void)kit_fire(sch);
    return NULL;
}

/* Who shares takes its part first and does all in the end, beside another or alone, also where a
 * part of what is due cannot be decided. */
static void
test_sharing(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;

    put_many(kit, "bad", 260, EVERY_10);
    for (int i = 0; i < 260; i++) {
        g_autofree char *id = g_strdup_printf("bad-%04d", i);
        g_autoptr(JwSchedule) bad = stored(kit, id);

        bad->trigger = JW_TRIGGER_CRON; /* without an expression */
        assert_ok(jw_store_put_schedule(kit->sch.store, bad, &error), error);
    }
    put_many(kit, "s", 300, HOURLY);
    tk_clock_advance(&kit->ports->clock.fake, HOUR);
    for (int hour = 1; hour <= 3; hour++) {
        kit->sch.shares_until_ms = kit->second.shares_until_ms = INT64_MAX;
        kit->sch.first_slice = 0;
        kit->second.first_slice = (guint)hour % 2;
        GThread *beside = hour < 3 ? g_thread_new("second", fire_in_thread, &kit->second) : NULL;
        (void)kit_fire(&kit->sch);
        if (beside != NULL) {
            (void)g_thread_join(beside);
        }
        assert_jobs(kit, hour * 300);
        tk_clock_advance(&kit->ports->clock.fake, HOUR);
    }
    assert_all(kit, "s", 300, "fired@60 fired@120 fired@180 ");
}

static void
advance(gpointer data)
{
    const Second *self = data;

    tk_clock_advance(&self->kit->ports->clock.fake, self->later_ms);
}

/* What comes up while a round is under way is looked at right behind it; what cannot be decided
 * does not keep the scheduler awake. */
static void
test_rests(void **state)
{
    SchKit *kit = *state;
    Second later = { kit, 5000 };
    g_autoptr(GError) error = NULL;

    kit->sch.config.tick_ms = 60000;
    kit_put(kit, "a", EVERY_10);
    kit_put(kit, "b", "\"trigger\":{\"type\":\"once\",\"at\":\"2021-01-11T00:10:03Z\"}");
    kit_put(kit, "broken", EVERY_10);
    g_autoptr(JwSchedule) broken = stored(kit, "broken");
    broken->trigger = JW_TRIGGER_CRON; /* without an expression */
    assert_ok(jw_store_put_schedule(kit->sch.store, broken, &error), error);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE - 20000);
    (void)kit_fire(&kit->sch);
    assert_int_equal(sch_rest_ms(&kit->sch), 20000);
    tk_clock_advance(&kit->ports->clock.fake, 20000);
    jw_store_mem_before_nth(kit->sch.store, 5, advance, &later); /* decided, no rows yet */
    (void)kit_fire(&kit->sch);
    assert_history(kit, "a", "fired@10 ");
    assert_history(kit, "b", "");
    assert_int_equal(sch_rest_ms(&kit->sch), 1);
    (void)kit_fire(&kit->sch);
    assert_history(kit, "b", "fired@10 ");
    assert_int_equal(sch_rest_ms(&kit->sch), 60000);
    assert_history(kit, "broken", "");
    jw_store_mem_fail_nth(kit->sch.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_int_equal(sch_rest_ms(&kit->sch), 60000);
}

/* By the threads of the crew. */
static void
test_crew(void **state)
{
    SchKit *kit = *state;

    kit->sch.crew = sch_crew_new(7);
    put_many(kit, "s", 40, EVERY_10);
    put_many(kit, "j", 40, EVERY_10 ",\"jitter\":\"1s\",\"overlap\":\"queue_one\"");
    tk_clock_advance(&kit->ports->clock.fake, 1000); /* the longest jitter */
    for (int i = 0; i < 7; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_all(kit, "s", 40, HOUR_OF_10 "fired@70 ");
    for (int i = 0; i < 40; i++) {
        g_autofree char *id = g_strdup_printf("j-%04d", i);
        g_autofree char *history = kit_history(kit, id);

        assert_true(g_str_has_prefix(history, "fired@10 "));
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_costs),
        TEST(test_costs_what_is_due),
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_refused_together),
        cmocka_unit_test(test_second_between_any_two_calls),
        TEST(test_in_hand),
        TEST(test_two_on_one_page),
        TEST(test_sharing),
        TEST(test_rests),
        TEST(test_crew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
