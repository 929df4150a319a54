/* test_calendars.c: days on which nothing is due, in one place for all schedules that name them. */
#include "schkit.h"

#include "jw/jobs_calendars.h"
#include "jw/store_mem.h"

#define DAY INT64_C(86400000)
#define NAMED                                                                                      \
    "\"trigger\":{\"type\":\"cron\",\"cron\":\"0 12 * * *\"},\"calendar\":\"holidays\","           \
    "\"misfire_grace\":\"1h\""

static void
put_days(SchKit *kit, const char *days)
{
    json_auto_t *value = json_loads(days, 0, NULL);
    g_autoptr(JwStoredCalendar) gone = NULL;
    g_autoptr(GError) error = NULL;

    assert_non_null(value);
    assert_ok(jw_jobs_put_file_calendar(&kit->sch.jobs, "holidays", value, false, &gone, &error),
              error);
}

static void
follow(Sch *sch)
{
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    assert_ok(sch_follow_calendars(sch, &count, &error), error);
}

/* As the API stores one. */
static void
put_as(SchKit *kit, const char *id, const char *members)
{
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    kit_put(kit, id, members);
    assert_ok(jw_store_get_schedule(kit->sch.store, id, &schedule, &error), error);
    g_free(schedule->rule_hash);
    schedule->rule_hash = g_strdup("by its calendar");
    assert_ok(jw_jobs_begin_schedule(&kit->sch.jobs, schedule, &error), error);
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
}

static void
put(SchKit *kit, const char *members)
{
    put_as(kit, "s", members);
}

static int64_t
next_of(SchKit *kit, const char *id)
{
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, id, &schedule, &error), error);
    return schedule->next_fire_ms;
}

static int64_t
next(SchKit *kit)
{
    return next_of(kit, "s");
}

static void
pass(SchKit *kit, int hours)
{
    for (int i = 0; i < hours; i++) {
        tk_clock_advance(&kit->ports->clock.fake, HOUR);
        follow(&kit->sch);
        (void)kit_fire(&kit->sch);
    }
}

static char *
day(int n)
{
    g_autofree char *time = jw_time_format(KIT_NOW + n * DAY);

    return g_strndup(time, 10);
}

/* Changed before and after the next due time was computed: it moves both ways. */
static void
test_schedules_follow(void **state)
{
    SchKit *kit = *state;
    const int64_t noon = KIT_NOW / DAY * DAY + 12 * HOUR;
    g_autofree char *second = day(1), *third = day(2);
    g_autofree char *one = g_strdup_printf("{\"dates\":[\"%s\"]}", second);
    g_autofree char *two = g_strdup_printf("{\"dates\":[\"%s\",\"%s\"]}", second, third);

    put_days(kit, one);
    put(kit, NAMED);
    pass(kit, 13);
    assert_int_equal(next(kit), noon + 2 * DAY);
    put_days(kit, two);
    follow(&kit->sch);
    assert_int_equal(next(kit), noon + 3 * DAY);
    put_days(kit, "{}");
    follow(&kit->second);
    assert_int_equal(next(kit), noon + DAY);
    pass(kit, 24);
    assert_history(kit, "s", "fired@720 fired@2160 ");
}

/* The day became one of the calendar when the due time had come: its row says so. */
static void
test_excluded_at_the_last_moment(void **state)
{
    SchKit *kit = *state;
    g_autofree char *today = day(0);
    g_autofree char *days = g_strdup_printf("{\"dates\":[\"%s\"]}", today);

    put_days(kit, "{}");
    put(kit, NAMED);
    tk_clock_advance(&kit->ports->clock.fake, 12 * HOUR);
    put_days(kit, days);
    follow(&kit->sch); /* what is due is left to the due thread */
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "skipped@720 ");
    follow(&kit->sch);
    pass(kit, 24);
    assert_history(kit, "s", "skipped@720 fired@2160 ");
}

/* One that is paused is never due, and follows all the same; one whose rule cannot be read holds up
 * no other, and neither does one that is due already. */
static void
test_each_by_itself(void **state)
{
    SchKit *kit = *state;
    const int64_t noon = KIT_NOW / DAY * DAY + 12 * HOUR;
    g_autoptr(JwSchedule) broken = NULL;
    g_autofree char *second = day(1);
    g_autofree char *days = g_strdup_printf("{\"dates\":[\"%s\"]}", second);
    g_autoptr(GError) error = NULL;

    put_days(kit, "{}");
    put_as(kit, "a-broken", NAMED);
    assert_ok(jw_store_get_schedule(kit->sch.store, "a-broken", &broken, &error), error);
    g_free(broken->time_zone);
    broken->time_zone = g_strdup("No/Where");
    assert_ok(jw_store_put_schedule(kit->sch.store, broken, &error), error);
    put_as(kit, "b-due", NAMED);
    put_as(kit, "c-paused", NAMED ",\"paused\":true");
    tk_clock_advance(&kit->ports->clock.fake, 13 * HOUR);
    put_as(kit, "d-next", NAMED);
    put_days(kit, days);
    follow(&kit->sch);
    assert_int_equal(next_of(kit, "a-broken"), noon);
    assert_int_equal(next_of(kit, "b-due"), noon);
    assert_int_equal(next_of(kit, "c-paused"), noon + 2 * DAY);
    assert_int_equal(next_of(kit, "d-next"), noon + 2 * DAY);
}

/* More than a page of them that cannot follow yet keep nobody else from it. */
static void
test_page_by_page(void **state)
{
    SchKit *kit = *state;
    const int64_t noon = KIT_NOW / DAY * DAY + 12 * HOUR;
    g_autofree char *second = day(1);
    g_autofree char *days = g_strdup_printf("{\"dates\":[\"%s\"]}", second);

    put_days(kit, "{}");
    for (int i = 0; i < 205; i++) {
        g_autofree char *id = g_strdup_printf("s%03d", i);
        put_as(kit, id, NAMED);
    }
    tk_clock_advance(&kit->ports->clock.fake, 13 * HOUR);
    put_as(kit, "z", NAMED);
    put_days(kit, days);
    follow(&kit->sch);
    assert_int_equal(next_of(kit, "s204"), noon);
    assert_int_equal(next_of(kit, "z"), noon + 2 * DAY);
}

/* A due time moved it on by the days as they were in between: it follows those that it had before,
 * too. */
static void
test_changed_and_back(void **state)
{
    SchKit *kit = *state;
    const int64_t noon = KIT_NOW / DAY * DAY + 12 * HOUR;
    g_autofree char *first = day(0), *second = day(1);
    g_autofree char *days = g_strdup_printf("{\"dates\":[\"%s\",\"%s\"]}", first, second);

    put_days(kit, "{}");
    put(kit, NAMED);
    tk_clock_advance(&kit->ports->clock.fake, 12 * HOUR);
    put_days(kit, days);
    (void)kit_fire(&kit->sch); /* before the maintenance thread looks */
    assert_int_equal(next(kit), noon + 2 * DAY);
    put_days(kit, "{}");
    follow(&kit->sch);
    assert_int_equal(next(kit), noon + DAY);
}

static void
put_calendar(SchKit *kit, const char *name)
{
    json_auto_t *days = json_object();
    g_autoptr(JwStoredCalendar) gone = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_jobs_put_file_calendar(&kit->sch.jobs, name, days, false, &gone, &error), error);
}

/* What nobody changes costs one question, however many there are; and yet one that was written by
 * the days before is seen in the end. */
static void
test_a_look_costs_what_changed(void **state)
{
    SchKit *kit = *state;
    JwStore *store = kit->sch.store;
    const int64_t noon = KIT_NOW / DAY * DAY + 12 * HOUR;
    g_autoptr(JwSchedule) before = NULL;
    g_autofree char *first = day(0);
    g_autofree char *days = g_strdup_printf("{\"dates\":[\"%s\"]}", first);
    g_autoptr(GError) error = NULL;
    int calls = 0;

    for (int i = 0; i < 50; i++) {
        g_autofree char *name = g_strdup_printf("c%02d", i);
        put_calendar(kit, name);
    }
    put_days(kit, "{}");
    put(kit, NAMED);
    assert_ok(jw_store_get_schedule(store, "s", &before, &error), error);
    put_days(kit, days);
    follow(&kit->sch);
    follow(&kit->sch);
    assert_int_equal(next(kit), noon + DAY);
    calls = jw_store_mem_calls(store);
    follow(&kit->sch);
    assert_int_equal(jw_store_mem_calls(store) - calls, 1);
    before->rule_hash[0] = 'X'; /* begins anew, as it would have by the days before */
    assert_ok(jw_store_put_schedule(store, before, &error), error);
    assert_int_equal(next(kit), noon);
    for (int i = 0; i < 60; i++) {
        follow(&kit->sch);
    }
    assert_int_equal(next(kit), noon + DAY);
}

/* Other rules of the zone came after it was computed: its day is open, so it fires, as it does
 * without a calendar. */
static void
test_a_due_time_that_the_rule_has_no_more(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;

    put_days(kit, "{\"dates\":[\"2021-06-01\"]}");
    put(kit, NAMED);
    g_autoptr(JwSchedule) schedule = NULL;
    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    g_free(schedule->rule_hash);
    schedule->rule_hash = g_strdup("of before");
    schedule->next_fire_ms = schedule->wake_ms = schedule->next_fire_ms - HOUR;
    schedule->updated_at_ms++;
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
    pass(kit, 13);
    assert_history(kit, "s", "fired@660 fired@720 ");
}

static void
test_unknown(void **state)
{
    SchKit *kit = *state;
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup("s");
    schedule->calendar = g_strdup("nowhere");
    assert_false(jw_jobs_begin_schedule(&kit->sch.jobs, schedule, &error));
    assert_jw_error(error, JW_ERROR_NOT_FOUND, "there is no calendar 'nowhere'");
}

/* Every call fails once: they follow in the next round. */
static void
test_faults(void **state G_GNUC_UNUSED)
{
    bool reached = true;

    for (int n = 1; reached; n++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *today = day(0);
        g_autofree char *days = g_strdup_printf("{\"dates\":[\"%s\"]}", today);
        g_autoptr(GError) error = NULL;
        size_t count = 0;

        put_days(kit, "{}");
        put(kit, NAMED);
        put_days(kit, days);
        kit_fault_at(kit->ports, n, kit_faults[(size_t)n % kit_n_faults]);
        bool ok = sch_follow_calendars(&kit->sch, &count, &error);
        assert_int_equal(ok, error == NULL);
        reached = kit_fault_met(kit->ports);
        follow(&kit->second);
        assert_int_equal(next(kit), KIT_NOW / DAY * DAY + DAY + 12 * HOUR);
        assert_true(n < 20);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_schedules_follow),
        TEST(test_excluded_at_the_last_moment),
        TEST(test_each_by_itself),
        TEST(test_page_by_page),
        TEST(test_changed_and_back),
        TEST(test_a_look_costs_what_changed),
        TEST(test_a_due_time_that_the_rule_has_no_more),
        TEST(test_unknown),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
