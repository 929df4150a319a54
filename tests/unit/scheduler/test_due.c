/* test_due.c: which due times fire, by trigger, misfire policy and grace, and what is left of them.
 */
#include "schkit.h"
#include "jw/report_request.h"

#include <string.h>

#define EVERY_10 "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"misfireGrace\":\"1m\""

static void
test_interval(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10);
    assert_int_equal(kit_fire(&kit->sch), 0);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE - 1);
    assert_int_equal(kit_fire(&kit->sch), 0);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_int_equal(kit_fire(&kit->sch), 1);
    assert_int_equal(kit_fire(&kit->sch), 0);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE + 30000);
    assert_int_equal(kit_fire(&kit->sch), 1);
    assert_history(kit, "s", "fired@10 fired@20 ");
    kit_assert_none_pending(kit, "s");
    (void)jw_bus_mem_deliver(kit->sch.bus);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->commands), 2);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->events), 2);
}

/* 02:00 in Istanbul (UTC+3) is 23:00 of the day before. */
static void
test_cron_with_zone(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s",
            "\"trigger\":{\"type\":\"cron\",\"cron\":\"0 2 * * *\"},"
            "\"timeZone\":\"Europe/Istanbul\"");
    for (int hour = 0; hour < 48; hour++) {
        tk_clock_advance(&kit->ports->clock.fake, HOUR);
        (void)kit_fire(&kit->sch);
    }
    assert_history(kit, "s", "fired@1380 fired@2820 ");
}

static void
test_once(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"once\",\"at\":\"2021-01-11T00:30:00Z\"}");
    kit_put(kit, "past", "\"trigger\":{\"type\":\"once\",\"at\":\"2021-01-10T00:30:00Z\"}");
    for (int i = 0; i < 10; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_history(kit, "s", "fired@30 ");
    assert_history(kit, "past", "");
}

/* Nobody looked for 65 minutes, or for 60 minutes and a bit less than the grace period. However
 * long that period is, coalesce means one. */
static void
test_misfires(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *policy;
        int64_t away_ms;
        const char *history;
        const char *grace; /* NULL: a minute */
    } cases[] = {
        { "coalesce", 65 * MINUTE,
          "coalesced@10 coalesced@20 coalesced@30 coalesced@40 coalesced@50 caught-up@60 ", NULL },
        { "coalesce", 60 * MINUTE + 59999,
          "coalesced@10 coalesced@20 coalesced@30 coalesced@40 coalesced@50 fired@60 ", NULL },
        { "coalesce", 35 * MINUTE, "coalesced@10 coalesced@20 fired@30 ", "1h" },
        { "coalesce", 10 * MINUTE + 30000, "fired@10 ", "1h" },
        { "skip", 35 * MINUTE, "fired@10 fired@20 fired@30 ", "1h" },
        { "catch-up", 35 * MINUTE, "fired@10 fired@20 fired@30 ", "1h" },
        { "skip", 65 * MINUTE, "skipped@10 skipped@20 skipped@30 skipped@40 skipped@50 skipped@60 ",
          NULL },
        { "skip", 61 * MINUTE, "skipped@10 skipped@20 skipped@30 skipped@40 skipped@50 fired@60 ",
          NULL },
        { "skip", 61 * MINUTE + 1,
          "skipped@10 skipped@20 skipped@30 skipped@40 skipped@50 skipped@60 ", NULL },
        { "catch-up", 65 * MINUTE,
          "caught-up@10 caught-up@20 caught-up@30 caught-up@40 caught-up@50 caught-up@60 ", NULL },
        { "catch-up", 10 * MINUTE, "fired@10 ", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *members = g_strdup_printf(
            "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"misfireGrace\":\"%s\","
            "\"misfire\":\"%s\"",
            cases[i].grace != NULL ? cases[i].grace : "1m", cases[i].policy);

        kit_put(kit, "s", members);
        tk_clock_advance(&kit->ports->clock.fake, cases[i].away_ms);
        (void)kit_fire(&kit->sch);
        assert_int_equal(kit_fire(&kit->sch), 0);
        assert_history(kit, "s", cases[i].history);
        kit_assert_none_pending(kit, "s");
    }
}

/* The weekly period of a late job ends before its due time, not before now. */
static void
test_late_job_keeps_its_period(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;
    JwJobQuery query = { .type = "report", .limit = 10 };
    int64_t total = 0;

    kit_put(kit, "s",
            "\"trigger\":{\"type\":\"cron\",\"cron\":\"0 2 * * MON\"},\"misfire\":\"catch-up\"");
    tk_clock_advance(&kit->ports->clock.fake,
                     10 * 24 * HOUR); /* of two Mondays the second is the 18th */
    assert_int_equal(kit_fire(&kit->sch), 2);
    assert_ok(jw_store_list_jobs(kit->sch.store, &query, &jobs, &total, &error), error);
    assert_int_equal(total, 2);
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *job = g_ptr_array_index(jobs, i);
        g_autoptr(JwReportRequest) request = NULL;
        const JwReportDef *def = NULL;
        int64_t monday = job->scheduled_for_ms - 2 * HOUR;

        assert_ok(jw_report_request_of_job(kit->sch.catalog, job, &request, &def, &error), error);
        assert_int_equal(request->end_ms, monday);
        assert_int_equal(request->start_ms, monday - 7 * 24 * HOUR);
    }
}

static void
test_disabled(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10 ",\"enabled\":false");
    tk_clock_advance(&kit->ports->clock.fake, HOUR);
    assert_int_equal(kit_fire(&kit->sch), 0);
    assert_history(kit, "s", "");
}

/* The rule changed: the new one counts from then on, what was decided stays. */
static void
test_changed_rule(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    (void)kit_fire(&kit->sch);
    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"30m\"}");
    for (int i = 0; i < 5; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_history(kit, "s", "fired@10 fired@30 fired@60 ");
}

static void
put_broken(SchKit *kit, const char *id, const char *cron, const char *spec)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->trigger = JW_TRIGGER_CRON;
    schedule->cron = g_strdup(cron);
    schedule->job_type = g_strdup("report");
    schedule->job_spec = g_strdup(spec);
    schedule->rule_hash = g_strdup("x");
    schedule->next_fire_ms = KIT_NOW; /* the first in line */
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
}

/* A rule or template that became invalid, e.g. after an update of the definitions: only it
 * fails, and its decisions wait until it is valid again. */
static void
test_broken_schedules(void **state)
{
    SchKit *kit = *state;

    put_broken(kit, "a-cron", "not a cron", "{}");
    put_broken(kit, "b-spec", "*/10 * * * *",
               "{\"jobType\":\"report\",\"name\":\"x\",\"spec\":{\"reportType\":\"gone\"}}");
    put_broken(kit, "c-json", "*/10 * * * *", "{");
    kit_put(kit, "s", EVERY_10);
    for (int i = 0; i < 3; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_history(kit, "s", "fired@10 fired@20 fired@30 ");
    assert_history(kit, "a-cron", "");
    assert_history(kit, "b-spec", "coalesced@0 ");
    g_autoptr(JwSchedule) spec = NULL;
    g_autoptr(GError) error = NULL;
    assert_ok(jw_store_get_schedule(kit->sch.store, "b-spec", &spec, &error), error);
    assert_int_equal(spec->pending_fires->len, 3);
}

/* A backlog of hours does not hold up the others, and is worked off round by round. */
static void
test_long_backlog(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "long",
            "\"trigger\":{\"type\":\"interval\",\"every\":\"1s\"},\"misfire\":\"skip\"");
    kit_put(kit, "s", EVERY_10);
    tk_clock_advance(&kit->ports->clock.fake, 40 * MINUTE);
    assert_int_equal(kit_fire(&kit->sch), 1000 + 4);
    assert_history(kit, "s", "coalesced@10 coalesced@20 coalesced@30 fired@40 ");
    assert_int_equal(kit_fire(&kit->sch), 1000);
    assert_int_equal(kit_fire(&kit->sch), 400);
    assert_int_equal(kit_fire(&kit->sch), 0);
    kit_assert_none_pending(kit, "long");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_interval),
        TEST(test_cron_with_zone),
        TEST(test_once),
        cmocka_unit_test(test_misfires),
        TEST(test_late_job_keeps_its_period),
        TEST(test_disabled),
        TEST(test_changed_rule),
        TEST(test_broken_schedules),
        TEST(test_long_backlog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
