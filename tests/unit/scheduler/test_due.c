/* test_due.c: which due times fire, by trigger, misfire policy and grace, and what is left of them.
 */
#include "due.h"
#include "schkit.h"
#include "jw/report_request.h"

#include <string.h>

#define EVERY_10 "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"misfire_grace\":\"1m\""

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
            "\"time_zone\":\"Europe/Istanbul\"");
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
 * long that period is, fire_once means one. */
static void
test_misfires(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *policy;
        int64_t away_ms;
        const char *history;
        const char *grace; /* NULL: a minute */
    } cases[] = {
        { "fire_once", 65 * MINUTE,
          "coalesced@10 coalesced@20 coalesced@30 coalesced@40 coalesced@50 caught_up@60 ", NULL },
        { "fire_once", 60 * MINUTE + 59999,
          "coalesced@10 coalesced@20 coalesced@30 coalesced@40 coalesced@50 fired@60 ", NULL },
        { "fire_once", 35 * MINUTE, "coalesced@10 coalesced@20 fired@30 ", "1h" },
        { "fire_once", 10 * MINUTE + 30000, "fired@10 ", "1h" },
        { "skip", 35 * MINUTE, "fired@10 fired@20 fired@30 ", "1h" },
        { "fire_all", 35 * MINUTE, "fired@10 fired@20 fired@30 ", "1h" },
        { "skip", 65 * MINUTE, "skipped@10 skipped@20 skipped@30 skipped@40 skipped@50 skipped@60 ",
          NULL },
        { "skip", 61 * MINUTE, "skipped@10 skipped@20 skipped@30 skipped@40 skipped@50 fired@60 ",
          NULL },
        { "skip", 61 * MINUTE + 1,
          "skipped@10 skipped@20 skipped@30 skipped@40 skipped@50 skipped@60 ", NULL },
        { "fire_all", 65 * MINUTE,
          "caught_up@10 caught_up@20 caught_up@30 caught_up@40 caught_up@50 caught_up@60 ", NULL },
        { "fire_all", 10 * MINUTE, "fired@10 ", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *members = g_strdup_printf(
            "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"misfire_grace\":\"%s\","
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
            "\"trigger\":{\"type\":\"cron\",\"cron\":\"0 2 * * MON\"},\"misfire\":\"fire_all\"");
    tk_clock_advance(&kit->ports->clock.fake,
                     10 * 24 * HOUR); /* of two Mondays the second is the 18th */
    assert_int_equal(kit_fire(&kit->sch), 2);
    assert_ok(jw_store_list_jobs(kit->sch.store, &query, &jobs, &total, &error), error);
    assert_int_equal(total, 2);
    for (guint i = 0; i < jobs->len; i++) {
        const JwJob *listed = g_ptr_array_index(jobs, i);
        g_autoptr(JwJob) job = kit_job(kit->ports, listed->id);
        g_autoptr(JwReportRequest) request = NULL;
        const JwReportDef *def = NULL;
        int64_t monday = job->scheduled_for_ms - 2 * HOUR;

        assert_ok(jw_report_request_of_job(kit->sch.catalog, job, &request, &def, &error), error);
        assert_int_equal(request->end_ms, monday);
        assert_int_equal(request->start_ms, monday - 7 * 24 * HOUR);
    }
}

static void
test_paused(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10 ",\"paused\":true");
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

#define SPEC_OF(type)                                                                              \
    "{\"kind\":\"report\",\"name\":\"x\",\"reportType\":\"" type                                   \
    "\",\"parameters\":{\"period\":{\"type\":\"weekly\"}},\"output\":{\"format\":\"csv\"}}"
#define GONE SPEC_OF("gone")
#define BACK SPEC_OF("call-records")

typedef struct {
    const char *cron; /* NULL: every @every_ms */
    const char *spec;
    JwMisfire misfire;
    int64_t every_ms, grace_ms, next_ms;
} Template;

/* As it is stored, whether it is valid or not. */
static void
put_template(SchKit *kit, const char *id, const Template *template)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->trigger = template->cron != NULL ? JW_TRIGGER_CRON : JW_TRIGGER_INTERVAL;
    schedule->cron = g_strdup(template->cron);
    schedule->interval_ms = template->every_ms;
    schedule->anchor_ms = KIT_NOW;
    schedule->misfire = template->misfire;
    if (template->grace_ms != 0) {
        schedule->misfire_grace_ms = template->grace_ms;
    }
    schedule->job_type = g_strdup("report");
    schedule->job_name = g_strdup("x");
    schedule->job_body = g_strdup(template->spec);
    schedule->rule_hash = g_strdup("x");
    schedule->next_fire_ms = template->next_ms != 0 ? template->next_ms : KIT_NOW;
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
}

static void
put_once(SchKit *kit, const char *id, const char *spec)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->trigger = JW_TRIGGER_ONCE;
    schedule->once_ms = schedule->next_fire_ms = KIT_NOW;
    schedule->misfire_grace_ms = 24 * HOUR;
    schedule->job_type = g_strdup("report");
    schedule->job_body = g_strdup(spec);
    schedule->rule_hash = g_strdup("x");
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
}

static guint
count_pending(SchKit *kit, const char *id)
{
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, id, &schedule, &error), error);
    return schedule->pending_fires->len;
}

/* A rule or template that became invalid, e.g. after an update of the definitions: only it
 * fails, and each due time that passed for good has a row that says why. */
static void
test_broken_schedules(void **state)
{
    SchKit *kit = *state;

    put_template(kit, "a-cron", &(Template){ .cron = "not a cron", .spec = "{}" });
    put_template(kit, "b-spec", &(Template){ .cron = "*/10 * * * *", .spec = GONE });
    put_template(kit, "c-json", &(Template){ .cron = "*/10 * * * *", .spec = "{" });
    kit_put(kit, "s", EVERY_10);
    for (int i = 0; i < 3; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_history(kit, "s", "fired@10 fired@20 fired@30 ");
    assert_history(kit, "a-cron", "");
    assert_history(kit, "b-spec", "coalesced@0 coalesced@10 coalesced@20 ");
    assert_history(kit, "c-json", "coalesced@0 coalesced@10 coalesced@20 ");
    assert_int_equal(count_pending(kit, "b-spec"), 1);
    tk_clock_advance(&kit->ports->clock.fake, 2 * MINUTE);
    (void)kit_fire(&kit->sch);
    assert_history(kit, "b-spec", "coalesced@0 coalesced@10 coalesced@20 skipped@30 ");
    kit_assert_none_pending(kit, "b-spec");
}

/* A definition that is gone for 35 minutes: what is decided waits for it as long as the grace
 * period, under fire_once the latest only; when it is back nothing else fires than the policy has
 * it. */
static void
test_definition_that_comes_back(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwMisfire misfire;
        int grace;
        guint pending;
        const char *history;
    } cases[] = {
        { JW_MISFIRE_FIRE_ONCE, 1, 1, "skipped@10 skipped@20 skipped@30 fired@40 " },
        { JW_MISFIRE_SKIP, 1, 1, "skipped@10 skipped@20 skipped@30 fired@40 " },
        { JW_MISFIRE_FIRE_ALL, 1, 1, "skipped@10 skipped@20 skipped@30 fired@40 " },
        { JW_MISFIRE_FIRE_ONCE, 60, 1, "coalesced@10 coalesced@20 fired@30 fired@40 " },
        { JW_MISFIRE_SKIP, 12, 2, "skipped@10 skipped@20 fired@30 fired@40 " },
        { JW_MISFIRE_FIRE_ALL, 12, 2, "skipped@10 skipped@20 fired@30 fired@40 " },
        { JW_MISFIRE_SKIP, 60, 3, "fired@10 fired@20 fired@30 fired@40 " },
        { JW_MISFIRE_FIRE_ALL, 60, 3, "fired@10 fired@20 fired@30 fired@40 " },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(SchKit) kit = kit_new();
        Template template = { .cron = "*/10 * * * *",
                              .spec = GONE,
                              .misfire = cases[i].misfire,
                              .grace_ms = cases[i].grace * MINUTE,
                              .next_ms = KIT_NOW + 10 * MINUTE };
        guint pending = 0;

        put_template(kit, "s", &template);
        for (int minute = 1; minute <= 40; minute++) {
            if (minute == 35) {
                template.spec = BACK;
                put_template(kit, "s", &template);
            }
            tk_clock_advance(&kit->ports->clock.fake, MINUTE);
            (void)kit_fire(&kit->sch);
            pending = MAX(pending, count_pending(kit, "s"));
        }
        assert_history(kit, "s", cases[i].history);
        assert_int_equal(pending, cases[i].pending);
        kit_assert_none_pending(kit, "s");
    }
}

static void
assert_reason(const JwOccurrence *row, gpointer data)
{
    assert_true(g_pattern_match_simple(data, row->reason));
}

static void
test_given_up_says_why(void **state)
{
    SchKit *kit = *state;
    char pattern[] = "its job could not be made: *reportType*gone*";
    g_autoptr(GError) error = NULL;

    put_template(kit, "s", &(Template){ .every_ms = HOUR, .spec = GONE });
    tk_clock_advance(&kit->ports->clock.fake, 2 * MINUTE);
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "skipped@0 ");
    assert_ok(jw_store_list_occurrences(kit->sch.store,
                                        &(JwOccurrenceQuery){ .schedule_id = "s", .limit = 1 },
                                        assert_reason, pattern, &error),
              error);
}

/* However long the grace period is, what waits is bounded. */
static void
test_waiting_is_bounded(void **state)
{
    SchKit *kit = *state;

    put_template(
        kit, "s",
        &(Template){
            .every_ms = 1000, .spec = GONE, .misfire = JW_MISFIRE_SKIP, .grace_ms = HOUR });
    for (int i = 0; i < 5; i++) {
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_int_equal(count_pending(kit, "s"), 100);
}

/* A scheduler that had the definition made the job and died at any call: the next one, that has it
 * not, never calls skipped what fired (kit_history looks for the jobs). */
static void
test_job_of_before(void **state G_GNUC_UNUSED)
{
    bool reached = true;

    for (int n = 1; reached; n++) {
        g_autoptr(SchKit) kit = kit_new();
        Template template = { .every_ms = HOUR, .spec = BACK };
        g_autoptr(GError) error = NULL;
        size_t decided = 0;

        put_template(kit, "s", &template);
        kit_fault_at(kit->ports, n, (KitFault){ JW_ERROR_UNAVAILABLE, false });
        bool ok = sch_fire_due(&kit->sch, &decided, &error);
        assert_int_equal(ok, error == NULL);
        reached = kit_fault_met(kit->ports);
        template.spec = GONE;
        put_template(kit, "s", &template);
        tk_clock_advance(&kit->ports->clock.fake, 2 * MINUTE);
        (void)kit_fire(&kit->second);
        g_autofree char *history = kit_history(kit, "s");
        assert_true(g_str_has_suffix(history, "@0 "));
        kit_assert_none_pending(kit, "s");
    }
}

/* More of them than one look at the store has, that wait for their job and have no next time. */
static void
test_stuck_ones_hold_up_nobody(void **state)
{
    SchKit *kit = *state;

    for (int i = 0; i < 250; i++) {
        g_autofree char *id = g_strdup_printf("a-%03d", i);
        put_once(kit, id, GONE);
    }
    kit_put(kit, "s", EVERY_10);
    for (int i = 0; i < 3; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_int_equal(count_pending(kit, "a-249"), 1);
    assert_history(kit, "s", "fired@10 fired@20 fired@30 ");
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
    assert_int_equal(kit_fire_round(&kit->sch), SCH_TURN_MAX + 4);
    assert_history(kit, "s", "coalesced@10 coalesced@20 coalesced@30 fired@40 ");
    assert_int_equal(kit_fire(&kit->sch), 40 * 60 - SCH_TURN_MAX);
    assert_int_equal(kit_fire(&kit->sch), 0);
    kit_assert_none_pending(kit, "long");
}

/* Of a backlog the latest fire, as many as the limit says; the bound moves on with the rounds. */
static void
test_misfire_limit(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GString) expected = g_string_new(NULL);

    kit_put(kit, "s", EVERY_10 ",\"misfire\":\"fire_all\",\"misfire_limit\":2");
    kit_put(kit, "long",
            "\"trigger\":{\"type\":\"interval\",\"every\":\"1m\"},\"misfire\":\"fire_all\","
            "\"misfire_limit\":3,\"misfire_grace\":\"1s\"");
    tk_clock_advance(&kit->ports->clock.fake, 45 * MINUTE + 5000);
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "skipped@10 skipped@20 caught_up@30 caught_up@40 ");
    for (int i = 1; i <= 45; i++) {
        g_string_append_printf(expected, "%s@%d ", i <= 42 ? "skipped" : "caught_up", i);
    }
    assert_history(kit, "long", expected->str);
}

static void
test_start_and_end(void **state)
{
    SchKit *kit = *state;
    g_autofree char *start = jw_time_format(KIT_NOW + 15 * MINUTE);
    g_autofree char *end = jw_time_format(KIT_NOW + 35 * MINUTE);
    g_autofree char *anchored =
        g_strdup_printf(EVERY_10 ",\"start\":\"%s\",\"end\":\"%s\"", start, end);
    g_autofree char *cron = g_strdup_printf(
        "\"trigger\":{\"type\":\"cron\",\"cron\":\"*/10 * * * *\"},\"start\":\"%s\","
        "\"end\":\"%s\"",
        start, end);

    kit_put(kit, "i", anchored);
    kit_put(kit, "c", cron);
    for (int i = 0; i < 60; i++) {
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
        (void)kit_fire(&kit->sch);
    }
    assert_history(kit, "i", "fired@15 fired@25 ");
    assert_history(kit, "c", "fired@20 fired@30 ");
}

static JwSchedule *
stored(SchKit *kit, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, id, &schedule, &error), error);
    assert_non_null(schedule);
    return schedule;
}

/* Jitter delays the job, which keeps its due time; the delay is no lateness, and every scheduler
 * computes the same. */
static void
test_jitter(void **state)
{
    SchKit *kit = *state;
    int64_t delays[5] = { 0 };

    kit_put(kit, "s", EVERY_10 ",\"jitter\":\"9m\"");
    for (int i = 0; i < 5; i++) {
        g_autoptr(JwSchedule) before = stored(kit, "s");
        delays[i] = before->wake_ms - before->next_fire_ms;
        assert_true(delays[i] >= 0 && delays[i] <= 9 * MINUTE);
        kit->ports->clock.fake.now_ms = before->wake_ms - 1;
        assert_int_equal(kit_fire(&kit->sch), 0);
        kit->ports->clock.fake.now_ms = before->wake_ms;
        assert_int_equal(kit_fire(i % 2 == 0 ? &kit->sch : &kit->second), 1);
    }
    assert_true(delays[0] != delays[1] || delays[1] != delays[2]);
    assert_history(kit, "s", "fired@10 fired@20 fired@30 fired@40 fired@50 ");
    kit_assert_none_pending(kit, "s");
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
        TEST(test_paused),
        TEST(test_misfire_limit),
        TEST(test_start_and_end),
        TEST(test_jitter),
        TEST(test_changed_rule),
        TEST(test_broken_schedules),
        cmocka_unit_test(test_definition_that_comes_back),
        TEST(test_given_up_says_why),
        TEST(test_waiting_is_bounded),
        cmocka_unit_test(test_job_of_before),
        TEST(test_stuck_ones_hold_up_nobody),
        TEST(test_long_backlog),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
