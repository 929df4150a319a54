/* test_once.c: a schedule that is due once is removed some time after that, and what it did stays.
 */
#include "schkit.h"

#include "jw/jobs_calendars.h"
#include "jw/jobs_schedules.h"

#include <string.h>

#define DAY (24 * HOUR)

/* Due at that minute. */
static void
put_once(SchKit *kit, int minute, const char *more)
{
    g_autofree char *at = jw_time_format(KIT_NOW + minute * MINUTE);
    g_autofree char *members =
        g_strdup_printf("\"trigger\":{\"type\":\"once\",\"at\":\"%s\"}%s", at, more);

    kit_put(kit, "s", members);
}

static JwSchedule *
stored(SchKit *kit, bool deleted)
{
    JwSchedule *schedule = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(deleted ? jw_store_get_deleted_schedule(kit->sch.store, "s", &schedule, &error)
                      : jw_store_get_schedule(kit->sch.store, "s", &schedule, &error),
              error);
    return schedule;
}

/* Not of the file. */
static void
make_apis(SchKit *kit)
{
    g_autoptr(JwSchedule) schedule = stored(kit, false);
    g_autoptr(GError) error = NULL;

    g_free(schedule->source);
    schedule->source = g_strdup("api");
    g_clear_pointer(&schedule->entry_hash, g_free);
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
}

static void
look_at(SchKit *kit, int minute)
{
    kit->ports->clock.fake.now_ms = KIT_NOW + minute * MINUTE;
    (void)kit_fire(&kit->sch);
}

static size_t
sweep_on(SchKit *kit, int day)
{
    size_t count = 0;
    g_autoptr(GError) error = NULL;

    kit->ports->clock.fake.now_ms = KIT_NOW + day * DAY + HOUR;
    assert_ok(sch_note_ends(&kit->sch, &count, &error), error);
    assert_ok(sch_sweep_spent(&kit->sch, &count, &error), error);
    return count;
}

static bool
is_there(SchKit *kit)
{
    g_autoptr(JwSchedule) schedule = stored(kit, false);

    return schedule != NULL;
}

/* The job of minute 10. */
static char *
job_id(void)
{
    g_autofree char *due = jw_time_format(KIT_NOW + 10 * MINUTE);
    char id[JW_UUID_LEN + 1];

    jw_uuid_derive(id, "schedule", "s", due, NULL);
    return g_strdup(id);
}

static void
end_job(SchKit *kit)
{
    g_autofree char *id = job_id();
    const int64_t token = kit_claim(kit->ports, id);

    kit_change(kit->ports,
               (JwJobChange){ .job_id = id, .transition = JW_CHANGE_FINISH, .token = token });
}

static void
test_it_goes_after_its_time(void **state)
{
    SchKit *kit = *state;

    put_once(kit, 10, "");
    make_apis(kit);
    assert_int_equal(sweep_on(kit, 0), 0); /* it is still to come; the clock goes back */
    look_at(kit, 10);
    end_job(kit);
    assert_int_equal(sweep_on(kit, 29), 0);
    assert_true(is_there(kit));
    assert_int_equal(sweep_on(kit, 30), 1);
    assert_false(is_there(kit));
    assert_null(stored(kit, true));
    assert_int_equal(sweep_on(kit, 31), 0);
    assert_history(kit, "s", "fired@10 "); /* its row stays */
}

/* Whatever became of it; and only one that is due once. */
static void
test_what_goes_and_what_stays(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *members, *history;
        int look;    /* the minute at which it is looked at first */
        size_t gone; /* when its job, if it has one, has not ended */
    } rows[] = {
        { "", "fired@10 ", 10, 0 },
        { ",\"misfire\":\"skip\"", "skipped@10 ", 30, 1 },
        { ",\"paused\":true", "", 30, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(SchKit) kit = kit_new();

        put_once(kit, 10, rows[i].members);
        look_at(kit, rows[i].look);
        assert_history(kit, "s", rows[i].history);
        assert_int_equal(sweep_on(kit, 40), rows[i].gone);
        assert_int_equal(is_there(kit), rows[i].gone == 0);
    }
    g_autoptr(SchKit) kit = kit_new();
    g_autofree char *end = jw_time_format(KIT_NOW + 15 * MINUTE);
    g_autofree char *over = g_strdup_printf(
        "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"end\":\"%s\"", end);
    kit_put(kit, "s", over);
    look_at(kit, 10);
    end_job(kit);
    assert_int_equal(sweep_on(kit, 40), 0);
    assert_true(is_there(kit));
}

static void
test_it_stays_until_its_job_has_ended(void **state)
{
    SchKit *kit = *state;

    put_once(kit, 10, "");
    look_at(kit, 10);
    assert_int_equal(sweep_on(kit, 40), 0);
    assert_true(is_there(kit));
    end_job(kit);
    assert_int_equal(sweep_on(kit, 41), 1);
}

/* Paused over its moment it never fired, and stays as long as it is paused: that it did not is for
 * people to see. Resumed, it is due never again. */
static void
test_paused_over_its_moment(void **state)
{
    SchKit *kit = *state;

    put_once(kit, 10, ",\"paused\":true");
    look_at(kit, 20);
    assert_int_equal(sweep_on(kit, 40), 0);
    put_once(kit, 10, "");
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "resumed@57660 ");
    assert_int_equal(sweep_on(kit, 69), 0);
    assert_true(is_there(kit));
    assert_int_equal(sweep_on(kit, 70), 1);
}

/* Spent is spent, whatever else is said of it. */
static void
test_paused_and_resumed_afterwards(void **state)
{
    SchKit *kit = *state;

    put_once(kit, 10, "");
    look_at(kit, 10);
    end_job(kit);
    kit->ports->clock.fake.now_ms = KIT_NOW + 20 * DAY;
    put_once(kit, 10, ",\"paused\":true");
    kit->ports->clock.fake.now_ms++;
    put_once(kit, 10, "");
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "fired@10 paused@28800 resumed@28800 ");
    assert_int_equal(sweep_on(kit, 29), 0);
    assert_int_equal(sweep_on(kit, 30), 1);
}

/* It had passed when the file was read first. */
static void
test_stored_after_its_moment(void **state)
{
    SchKit *kit = *state;

    put_once(kit, -10, "");
    assert_int_equal(sweep_on(kit, 29), 0);
    assert_true(is_there(kit));
    assert_int_equal(sweep_on(kit, 30), 1);
}

static void
put_days(SchKit *kit, const char *days)
{
    json_auto_t *value = json_loads(days, 0, NULL);
    g_autoptr(JwStoredCalendar) gone = NULL;
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    assert_ok(jw_jobs_put_file_calendar(&kit->sch.jobs, "c", value, false, &gone, &error), error);
    assert_ok(sch_follow_calendars(&kit->sch, &count, &error), error);
}

/* Its calendar takes its day, gives it back, and takes it again. */
static void
test_its_day_is_taken(void **state)
{
    SchKit *kit = *state;
    const char *taken = "{\"dates\":[\"2021-01-11\"]}";

    put_days(kit, "{\"dates\":[\"2021-06-01\"]}");
    put_once(kit, 10, ",\"calendar\":\"c\"");
    put_days(kit, taken);
    g_autoptr(JwSchedule) without = stored(kit, false);
    assert_int_equal(without->next_fire_ms, 0);
    assert_int_equal(without->spent_ms, KIT_NOW);
    put_days(kit, "{}");
    g_autoptr(JwSchedule) back = stored(kit, false);
    assert_int_equal(back->next_fire_ms, KIT_NOW + 10 * MINUTE);
    assert_int_equal(back->spent_ms, 0);
    put_days(kit, taken);
    look_at(kit, 20);
    assert_history(kit, "s", "");
    assert_int_equal(sweep_on(kit, 29), 0);
    assert_int_equal(sweep_on(kit, 30), 1);
}

static void
test_another_moment(void **state)
{
    SchKit *kit = *state;
    const int later = 35 * 24 * 60;
    g_autofree char *both = g_strdup_printf("fired@10 fired@%d ", later);

    put_once(kit, 10, "");
    look_at(kit, 10);
    end_job(kit);
    put_once(kit, later, "");
    assert_int_equal(sweep_on(kit, 34), 0);
    look_at(kit, later);
    assert_history(kit, "s", both);
    assert_int_equal(sweep_on(kit, 36), 0);
}

/* The file does not bring it back, until its entry is another one. */
static void
test_of_the_file(void **state)
{
    SchKit *kit = *state;
    g_autoptr(JwSchedule) stays = NULL;
    g_autoptr(JwSchedule) none = NULL;
    g_autoptr(GError) error = NULL;

    put_once(kit, 10, "");
    look_at(kit, 10);
    end_job(kit);
    g_autoptr(JwSchedule) entry = stored(kit, false);
    assert_int_equal(sweep_on(kit, 31), 1);
    assert_ok(jw_store_put_file_schedule(kit->sch.store, entry, &stays, &error), error);
    assert_string_equal(stays->deleted_by, "JW_ONCE_KEEP");
    assert_false(is_there(kit));
    assert_int_equal(sweep_on(kit, 99), 0);
    entry->entry_hash[0] = 'X';
    assert_ok(jw_store_put_file_schedule(kit->sch.store, entry, &none, &error), error);
    assert_null(none);
    assert_true(is_there(kit));
}

/* The same moment of the same id, made again when it lies ahead once more, as by a clock that was
 * set back: it has its job. @rows: the ledger has its row still */
static void
check_made_again(SchKit *kit, bool rows)
{
    g_autofree char *id = job_id();
    size_t count = 0;
    g_autoptr(GError) error = NULL;

    put_once(kit, 10, "");
    look_at(kit, 10);
    end_job(kit);
    g_autoptr(JwJob) before = kit_job(kit->ports, id);
    assert_int_equal(sweep_on(kit, 31), 1);
    if (!rows) {
        kit->ports->clock.fake.now_ms = KIT_NOW + 100 * DAY;
        assert_ok(sch_sweep_occurrences(&kit->sch, &count, &error), error);
        assert_int_equal(count, 1);
    }
    kit->ports->clock.fake.now_ms = KIT_NOW;
    put_once(kit, 10, "");
    kit->ports->clock.fake.now_ms = KIT_NOW + 10 * MINUTE;
    assert_int_equal(kit_fire(&kit->sch), 1);
    kit_assert_none_pending(kit, "s");
    g_autoptr(JwJob) after = kit_job(kit->ports, id);
    assert_int_equal(after->state, JW_JOB_COMPLETED);
    assert_int_equal(after->created_at_ms, before->created_at_ms);
    assert_int_equal(after->updated_at_ms, before->updated_at_ms);
    assert_history(kit, "s", "fired@10 ");
}

static void
test_no_due_time_twice(void **state G_GNUC_UNUSED)
{
    g_autoptr(SchKit) kit = kit_new();
    g_autoptr(SchKit) without = kit_new();

    check_made_again(kit, true);
    check_made_again(without, false);
}

/* Page by page, by two at once; those that cannot go yet hold up none. */
static void
test_many(void **state)
{
    SchKit *kit = *state;
    g_autofree char *at = jw_time_format(KIT_NOW + 10 * MINUTE);
    g_autofree char *members = g_strdup_printf("\"trigger\":{\"type\":\"once\",\"at\":\"%s\"}", at);
    g_autofree char *skips = g_strconcat(members, ",\"misfire\":\"skip\"", NULL);
    size_t first = 0, second = 0;
    g_autoptr(GError) error = NULL;

    for (int i = 0; i < 250; i++) {
        g_autofree char *id = g_strdup_printf("s%03d", i);
        kit_put(kit, id, i < 120 ? members : skips);
    }
    look_at(kit, 30);
    kit->ports->clock.fake.now_ms = KIT_NOW + 40 * DAY;
    assert_ok(sch_sweep_spent(&kit->sch, &first, &error), error);
    assert_ok(sch_sweep_spent(&kit->second, &second, &error), error);
    assert_int_equal(first, 130);
    assert_int_equal(second, 0);
}

/* Every call fails once, done or not: in the next rounds it goes all the same. */
static void
test_faults(void **state G_GNUC_UNUSED)
{
    bool reached = true;

    for (int n = 1; reached; n++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autoptr(GError) error = NULL;
        size_t count = 0;

        put_once(kit, 10, ",\"misfire\":\"skip\"");
        make_apis(kit);
        look_at(kit, 30);
        kit->ports->clock.fake.now_ms = KIT_NOW + 40 * DAY;
        kit_fault_at(kit->ports, n, kit_faults[(size_t)n % kit_n_faults]);
        bool ok = sch_sweep_spent(&kit->sch, &count, &error);
        assert_int_equal(ok, error == NULL);
        reached = kit_fault_met(kit->ports);
        (void)sweep_on(kit, 41);
        assert_false(is_there(kit));
        assert_true(n < 20);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_it_goes_after_its_time),
        cmocka_unit_test(test_what_goes_and_what_stays),
        TEST(test_it_stays_until_its_job_has_ended),
        TEST(test_paused_over_its_moment),
        TEST(test_paused_and_resumed_afterwards),
        TEST(test_stored_after_its_moment),
        TEST(test_its_day_is_taken),
        TEST(test_another_moment),
        TEST(test_of_the_file),
        cmocka_unit_test(test_no_due_time_twice),
        TEST(test_many),
        cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
