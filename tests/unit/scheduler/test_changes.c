/* test_changes.c: a rule changes, a schedule is paused, resumed or made anew, while due times have
 * come that are not decided, or not carried out: none is lost, none doubled, and each has its row.
 */
#include "schkit.h"

#include "jw/jobs_calendars.h"
#include "jw/jobs_schedule_write.h"
#include "jw/jobs_schedules.h"
#include "jw/store_mem.h"
#include "jw/store_records.h"

#include <string.h>

#define EVERY_10  "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"misfire_grace\":\"1m\""
#define MAX_CALLS 60

static const struct {
    const char *misfire, *history;
} policies[] = {
    { "fire_once", "coalesced@10 coalesced@20 caught_up@30 " },
    { "skip", "skipped@10 skipped@20 skipped@30 " },
    { "fire_all", "caught_up@10 caught_up@20 caught_up@30 " },
};

static JwSchedule *
stored(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    assert_non_null(schedule);
    return schedule;
}

/* As PATCH of the API does it. */
static bool
try_patch(SchKit *kit, const char *body, GError **error)
{
    json_auto_t *patch = json_loads(body, 0, NULL);
    g_auto(JwViolations) violations = { 0 };
    JwScheduleOutcome outcome = JW_WISH_MISSING;
    const JwScheduleWish wish = {
        .verb = JW_SCHEDULE_PATCH, .id = "s", .body = patch, .by = "ann"
    };

    assert_non_null(patch);
    if (!jw_jobs_write_schedule(&kit->second.jobs, &wish, &violations, &outcome, error)) {
        return false;
    }
    assert_int_equal(outcome, JW_WISH_CHANGED);
    return true;
}

static void
patch(SchKit *kit, const char *body)
{
    g_autoptr(GError) error = NULL;

    assert_ok(try_patch(kit, body, &error), error);
}

static void
look_at(SchKit *kit, int minute)
{
    kit->ports->clock.fake.now_ms = KIT_NOW + minute * MINUTE;
    (void)kit_fire(&kit->sch);
}

/* No scheduler looked for 35 minutes. What was due until then is decided as if nothing had changed;
 * from then on the new rule holds. */
static void
test_what_was_due_before_a_change(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *change, *after;
    } changes[] = {
        { "{\"end\":\"2030-01-01T00:00:00Z\"}", "fired@40 fired@50 fired@60 " },
        { "{\"jitter\":\"1s\"}", "fired@40 fired@50 fired@60 " },
        { "{\"time_zone\":\"Europe/Istanbul\"}", "fired@40 fired@50 fired@60 " },
        { "{\"trigger\":{\"every\":\"20m\"}}", "fired@40 fired@60 " },
        { "{\"trigger\":{\"type\":\"cron\",\"cron\":\"*/30 * * * *\",\"every\":null}}",
          "fired@60 " },
        { "{\"description\":\"x\"}", "fired@40 fired@50 fired@60 " },
    };

    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        for (size_t c = 0; c < G_N_ELEMENTS(changes); c++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);
            g_autofree char *whole = g_strconcat(policies[p].history, changes[c].after, NULL);

            patch(kit, changes[c].change);
            (void)kit_fire(&kit->sch);
            assert_history(kit, "s", policies[p].history);
            for (int minute = 36; minute <= 60; minute++) {
                look_at(kit, minute);
                kit->ports->clock.fake.now_ms += 1000; /* jitter */
                (void)kit_fire(&kit->second);
            }
            assert_history(kit, "s", whole);
            kit_assert_none_pending(kit, "s");
            g_autoptr(JwSchedule) schedule = stored(kit);
            assert_int_equal(schedule->pasts->len, 0);
        }
    }
}

/* Two changes during one outage; under fire_once one job stands for all that was missed. */
static void
test_two_changes(void **state G_GNUC_UNUSED)
{
    static const char *const histories[] = {
        "coalesced@10 coalesced@20 coalesced@30 coalesced@40 coalesced@45 caught_up@60 ",
        "skipped@10 skipped@20 skipped@30 skipped@40 skipped@45 skipped@60 ",
        "caught_up@10 caught_up@20 caught_up@30 caught_up@40 caught_up@45 caught_up@60 ",
    };

    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        g_autoptr(SchKit) kit = kit_with_three_late(policies[p].misfire);

        patch(kit, "{\"trigger\":{\"every\":\"20m\"}}");
        kit->ports->clock.fake.now_ms = KIT_NOW + 44 * MINUTE;
        patch(kit, "{\"trigger\":{\"every\":\"15m\"}}");
        kit->ports->clock.fake.now_ms = KIT_NOW + 59 * MINUTE;
        patch(kit, "{\"trigger\":{\"every\":\"60m\"}}");
        look_at(kit, 65);
        assert_history(kit, "s", histories[p]);
        kit_assert_none_pending(kit, "s");
    }
}

/* It has come and jitter delays it: a change takes neither it nor its delay away. */
static void
test_jitter(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10 ",\"jitter\":\"9m\"");
    g_autoptr(JwSchedule) before = stored(kit);
    assert_true(before->wake_ms > before->next_fire_ms + 2);
    kit->ports->clock.fake.now_ms = before->next_fire_ms + 1;
    patch(kit, "{\"end\":\"2030-01-01T00:00:00Z\"}");
    patch(kit, "{\"jitter\":\"8m\"}");
    kit->ports->clock.fake.now_ms = before->wake_ms - 1;
    assert_int_equal(kit_fire(&kit->sch), 0);
    assert_history(kit, "s", "");
    kit->ports->clock.fake.now_ms = before->wake_ms;
    assert_int_equal(kit_fire(&kit->sch), 1);
    assert_history(kit, "s", "fired@10 ");
    for (int minute = 20; minute <= 29; minute++) {
        look_at(kit, minute);
    }
    assert_history(kit, "s", "fired@10 fired@20 ");
}

/* Of what had come before a pause nothing is started any more, and each has its row; also when the
 * pause is over before a scheduler looks. */
static void
test_paused_and_resumed(void **state G_GNUC_UNUSED)
{
    for (int resumed = 0; resumed < 2; resumed++) {
        g_autoptr(SchKit) kit = kit_with_three_late("fire_all");

        patch(kit, "{\"paused\":true}");
        if (resumed == 0) {
            (void)kit_fire(&kit->sch);
            assert_history(kit, "s", "skipped@10 skipped@20 skipped@30 paused@35 ");
        }
        kit->ports->clock.fake.now_ms = KIT_NOW + 46 * MINUTE;
        patch(kit, "{\"paused\":false}");
        look_at(kit, 50);
        assert_history(kit, "s", "skipped@10 skipped@20 skipped@30 paused@35 resumed@46 fired@50 ");
        kit_assert_none_pending(kit, "s");
    }
}

/* A rule that changed, and then a pause. */
static void
test_changed_and_paused(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10 ",\"misfire\":\"fire_all\"");
    kit->ports->clock.fake.now_ms = KIT_NOW + 15 * MINUTE;
    patch(kit, "{\"end\":\"2030-01-01T00:00:00Z\"}");
    kit->ports->clock.fake.now_ms = KIT_NOW + 25 * MINUTE;
    patch(kit, "{\"paused\":true,\"end\":null}");
    kit->ports->clock.fake.now_ms = KIT_NOW + 26 * MINUTE;
    patch(kit, "{\"paused\":false}");
    look_at(kit, 30);
    assert_history(kit, "s", "skipped@10 skipped@20 paused@25 resumed@26 fired@30 ");
}

/* As when jobs failed in a row, or it left the file. */
static void
test_paused_by_a_scheduler(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) kit = kit_with_three_late("fire_all");
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(
        jw_store_pause_schedule(kit->sch.store, "s", "why", KIT_NOW + 35 * MINUTE, &cas, &error),
        error);
    assert_int_equal(cas, JW_CAS_WON);
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "skipped@10 skipped@20 skipped@30 paused@35 ");
}

/* More than one look has. */
static void
test_long_backlog(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"1s\"},\"misfire\":\"skip\"");
    kit->ports->clock.fake.now_ms = KIT_NOW + 40 * MINUTE;
    patch(kit, "{\"trigger\":{\"every\":\"1h\"}}");
    assert_int_equal(kit_fire(&kit->sch), 40 * 60);
    g_autofree char *history = kit_history(kit, "s");
    g_auto(GStrv) all = g_strsplit(history, " ", -1);
    assert_int_equal(g_strv_length(all), 40 * 60 + 1);
    kit_assert_none_pending(kit, "s");
}

static void
fire_second(gpointer data)
{
    SchKit *kit = data;

    tk_clock_advance(&kit->ports->clock.fake, KIT_TAKE_OVER);
    (void)kit_fire(&kit->second);
}

/* At the @n-th call of the store, or reading of the clock: a fault, or behind the last of those the
 * other scheduler. */
static void
arm(SchKit *kit, size_t fault, int n)
{
    if (fault < kit_n_faults) {
        kit_fault_at(kit->ports, n, kit_faults[fault]);
    } else {
        hook_clock_at(&kit->ports->clock, n, fire_second, kit);
    }
}

static bool
was_met(SchKit *kit, size_t fault)
{
    return fault < kit_n_faults ? kit_fault_met(kit->ports) : hook_clock_done(&kit->ports->clock);
}

static void
assert_all_decided(SchKit *kit, size_t policy)
{
    (void)kit_fire(&kit->sch);
    fire_second(kit);
    assert_history(kit, "s", policies[policy].history);
    kit_assert_none_pending(kit, "s");
}

#define END "{\"end\":\"2030-01-01T00:00:00Z\"}"

/* False: it was not reached. */
static bool
fault_of_the_decision(size_t policy, size_t fault, int n)
{
    g_autoptr(SchKit) kit = kit_with_three_late(policies[policy].misfire);
    g_autoptr(GError) error = NULL;
    size_t decided = 0;

    patch(kit, END);
    arm(kit, fault, n);
    const bool ok = sch_fire_due(&kit->sch, &decided, &error);
    assert_int_equal(ok, error == NULL);
    const bool met = was_met(kit, fault);
    assert_all_decided(kit, policy);
    return met;
}

/* One that fails is made again. */
static bool
fault_of_the_change(size_t policy, size_t fault, int n)
{
    g_autoptr(SchKit) kit = kit_with_three_late(policies[policy].misfire);
    g_autoptr(GError) error = NULL;

    arm(kit, fault, n);
    const bool ok = try_patch(kit, END, &error);
    const bool met = was_met(kit, fault);
    if (!ok) {
        patch(kit, END);
    }
    assert_all_decided(kit, policy);
    return met;
}

/* Every call of the change, and of what decides afterwards, fails; or another scheduler comes in
 * between: none is lost or has two rows. */
static void
test_faults(void **state G_GNUC_UNUSED)
{
    for (size_t i = 0; i < G_N_ELEMENTS(policies) * (kit_n_faults + 1); i++) {
        const size_t policy = i % G_N_ELEMENTS(policies), fault = i / G_N_ELEMENTS(policies);
        int n = 1;

        while (fault_of_the_decision(policy, fault, n)) {
            assert_true(n++ < MAX_CALLS);
        }
        assert_true(n > 5);
        n = 1;
        while (fault_of_the_change(policy, fault, n)) {
            assert_true(n++ < MAX_CALLS);
        }
        assert_true(n > 2);
    }
}

typedef struct {
    SchKit *kit;
    const char *body;
    bool done;
} Patch;

static void
patch_now(gpointer data)
{
    Patch *self = data;

    patch(self->kit, self->body);
    self->done = true;
}

/* It changes, or is paused, between any two calls of a scheduler. */
static void
test_changed_in_the_middle(void **state G_GNUC_UNUSED)
{
    static const char *const bodies[] = { END, "{\"paused\":true}" };

    for (size_t p = 0; p < G_N_ELEMENTS(policies) * 2; p++) {
        Patch change = { .done = true };

        for (int n = 1; change.done; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p / 2].misfire);

            change = (Patch){ .kit = kit, .body = bodies[p % 2] };
            jw_store_mem_before_nth(kit->sch.store, n, patch_now, &change);
            (void)kit_fire(&kit->sch);
            jw_store_mem_before_nth(kit->sch.store, 0, NULL, NULL);
            (void)kit_fire(&kit->sch);
            fire_second(kit);
            g_autofree char *history = kit_history(kit, "s"); /* rows and jobs agree */
            if (p % 2 == 0) {
                assert_string_equal(history, policies[p / 2].history);
            }
            for (int minute = 10; minute <= 30; minute += 10) {
                g_autofree char *at = g_strdup_printf("@%d ", minute);
                const char *found = strstr(history, at);
                assert_non_null(found);
                assert_null(strstr(found + 1, at));
            }
            kit_assert_none_pending(kit, "s");
            assert_true(n < MAX_CALLS);
        }
    }
}

/* The calendar of the rule before is gone. */
static void
test_without_its_calendar(void **state)
{
    SchKit *kit = *state;
    json_auto_t *days = json_loads("{\"dates\":[\"2021-06-01\"]}", 0, NULL);
    g_autoptr(JwStoredCalendar) gone = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_jobs_put_file_calendar(&kit->sch.jobs, "c", days, false, &gone, &error), error);
    kit_put(kit, "s", EVERY_10 ",\"misfire\":\"fire_all\"");
    patch(kit, "{\"calendar\":\"c\"}");
    kit->ports->clock.fake.now_ms = KIT_NOW + 10 * MINUTE;
    patch(kit, "{\"calendar\":null}");
    g_autoptr(JwStoredCalendar) there = NULL;
    JwCas cas = JW_CAS_LOST;
    assert_ok(jw_store_get_calendar(kit->sch.store, "c", &there, &error), error);
    assert_ok(jw_store_delete_calendar(kit->sch.store, there, "ann", "x", KIT_NOW, &cas, &error),
              error);
    assert_int_equal(cas, JW_CAS_WON);
    look_at(kit, 20);
    assert_history(kit, "s", "caught_up@10 fired@20 ");
}

/* What waits for its data, for the job before it, or for its definition, is not started any more
 * once it is paused, also when it is resumed at once; what was asked for is. */
static void
test_pause_ends_what_waits(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *members, *history;
    } cases[] = {
        { ",\"ready\":{\"type\":\"record\",\"deadline\":\"1h\",\"at_deadline\":\"run\"}",
          "skipped@10 skipped@20 paused@25 " },
        { ",\"overlap\":\"queue_one\"", "fired@10 skipped@20 paused@25 " },
        { ",\"overlap\":\"cancel_running\"", "fired@10 skipped@20 paused@25 " },
        { "", "fired@10 fired@20 paused@25 " },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases) * 2; i++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *members = g_strconcat(EVERY_10, cases[i / 2].members, NULL);
        g_autofree char *resumed = g_strconcat(cases[i / 2].history, "resumed@26 ", NULL);

        kit_put(kit, "s", members);
        look_at(kit, 10);
        look_at(kit, 20);
        kit->ports->clock.fake.now_ms = KIT_NOW + 25 * MINUTE;
        patch(kit, "{\"paused\":true}");
        if (i % 2 == 0) {
            (void)kit_fire(&kit->sch);
            assert_history(kit, "s", cases[i / 2].history);
        }
        kit->ports->clock.fake.now_ms = KIT_NOW + 26 * MINUTE;
        patch(kit, "{\"paused\":false}");
        look_at(kit, 27);
        assert_history(kit, "s", resumed);
        kit_assert_none_pending(kit, "s");
    }
}

static void
end_job(SchKit *kit, int minute)
{
    g_autofree char *due = jw_time_format(KIT_NOW + minute * MINUTE);
    char id[JW_UUID_LEN + 1];

    jw_uuid_derive(id, "schedule", "s", due, NULL);
    const int64_t token = kit_claim(kit->ports, id);
    kit_change(kit->ports,
               (JwJobChange){ .job_id = id, .transition = JW_CHANGE_FINISH, .token = token });
}

/* A backfill that was asked for goes on, one at a time, and so does a run. */
static void
test_what_was_asked_for_goes_on(void **state)
{
    SchKit *kit = *state;
    size_t count = 0;
    char id[JW_UUID_LEN + 1];
    bool replayed = true;
    g_autoptr(GError) error = NULL;

    kit_put(kit, "s", EVERY_10 ",\"overlap\":\"skip\"");
    g_autoptr(JwSchedule) schedule = stored(kit);
    assert_ok(jw_jobs_backfill_schedule(&kit->sch.jobs, schedule, KIT_NOW - 20 * MINUTE, KIT_NOW,
                                        "ann", &count, &error),
              error);
    assert_int_equal(count, 2);
    look_at(kit, 1);
    patch(kit, "{\"paused\":true}");
    kit->ports->clock.fake.now_ms = KIT_NOW + 2 * MINUTE;
    assert_ok(jw_jobs_run_schedule(&kit->sch.jobs, schedule, "ann", NULL, id, &replayed, &error),
              error);
    look_at(kit, 3);
    assert_history(kit, "s", "caught_up@-20 paused@1 run@2 ");
    end_job(kit, -20);
    kit_change(kit->ports, (JwJobChange){ .job_id = id, .transition = JW_CHANGE_CANCEL_NOW });
    look_at(kit, 4);
    assert_history(kit, "s", "caught_up@-20 caught_up@-10 paused@1 run@2 ");
    kit_assert_none_pending(kit, "s");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_was_due_before_a_change),
        cmocka_unit_test(test_two_changes),
        TEST(test_jitter),
        cmocka_unit_test(test_paused_and_resumed),
        TEST(test_changed_and_paused),
        cmocka_unit_test(test_paused_by_a_scheduler),
        TEST(test_long_backlog),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_changed_in_the_middle),
        TEST(test_without_its_calendar),
        cmocka_unit_test(test_pause_ends_what_waits),
        TEST(test_what_was_asked_for_goes_on),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
