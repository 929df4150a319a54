/* test_shipped.c: the schedules that come with Jobwire: made paused, once, and left alone when
 * anybody changed them. */
#include "schkit.h"

#include "jw/jobs_schedules.h"
#include "jw/store_mem.h"

#include <string.h>

static size_t
ship(Sch *sch)
{
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    sch->config.ship_schedules = true;
    sch->shipped = false; /* as at a start */
    assert_ok(sch_ship_schedules(sch, &count, &error), error);
    assert_true(sch->shipped);
    return count;
}

/* NULL: there is none. (transfer full) */
static JwSchedule *
get(Sch *sch, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(sch->store, id, &schedule, &error), error);
    return schedule;
}

/* As who resumes it, or gives it another hour. */
static void
change(Sch *sch, const char *id, bool paused, const char *cron)
{
    g_autoptr(JwSchedule) schedule = get(sch, id);
    g_autoptr(JwSchedule) old = get(sch, id);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    schedule->paused = paused;
    g_free(schedule->cron);
    schedule->cron = g_strdup(cron);
    assert_ok(jw_store_replace_schedule(sch->store, schedule, old, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

static void
test_they_are_made_paused(void **state)
{
    SchKit *kit = *state;

    kit->sch.recipients.list = (char *)(uintptr_t) "a@example.com, b@example.com";
    assert_int_equal(ship(&kit->sch), 2);
    g_autoptr(JwSchedule) weekly = get(&kit->sch, "cdr-weekly");
    g_autoptr(JwSchedule) monthly = get(&kit->sch, "cdr-monthly");
    assert_true(weekly->paused && monthly->paused);
    assert_string_equal(weekly->cron, "0 2 * * MON");
    assert_string_equal(monthly->cron, "0 2 1 * *");
    assert_string_equal(weekly->time_zone, "UTC");
    assert_string_equal(weekly->source, JW_SCHEDULE_SHIPPED);
    assert_int_equal(weekly->version, 1);
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = NULL;
    assert_ok(jw_wire_job_from_schedule(kit->sch.wire, weekly, KIT_NOW, KIT_NOW, &job, &error),
              error);
    assert_string_equal(job->subtype, "cdr");
    assert_string_equal(job->edition, "Weekly");
    assert_string_equal(job->format, "xlsx");
    assert_int_equal(g_strv_length(job->recipients), 2);
    assert_string_equal(job->recipients[1], "b@example.com");
    assert_int_equal(ship(&kit->sch), 0); /* another start */
}

static void
test_only_when_wanted(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    kit->sch.config.ship_schedules = false;
    assert_ok(sch_ship_schedules(&kit->sch, &count, &error), error);
    assert_int_equal(count, 0);
    g_autoptr(JwSchedule) none = get(&kit->sch, "cdr-weekly");
    assert_null(none);
}

/* As long as nobody said otherwise they go to whom the configuration says. */
static void
test_they_follow_the_configuration(void **state)
{
    SchKit *kit = *state;

    assert_int_equal(ship(&kit->sch), 2);
    g_autoptr(JwSchedule) before = get(&kit->sch, "cdr-weekly");
    assert_null(strstr(before->job_body, "recipients"));
    kit->sch.recipients.list = (char *)(uintptr_t) "new@example.com";
    assert_int_equal(ship(&kit->sch), 2);
    g_autoptr(JwSchedule) after = get(&kit->sch, "cdr-weekly");
    assert_non_null(strstr(after->job_body, "new@example.com"));
    assert_true(after->paused);
    assert_int_equal(ship(&kit->sch), 0);
}

/* An upgrade, or another configuration, changes nothing of what an operator said. */
static void
test_what_was_changed_stays(void **state)
{
    SchKit *kit = *state;

    assert_int_equal(ship(&kit->sch), 2);
    change(&kit->sch, "cdr-weekly", false, "0 2 * * MON"); /* resumed */
    change(&kit->sch, "cdr-monthly", true, "0 9 1 * *");   /* another hour */
    kit->sch.recipients.list = (char *)(uintptr_t) "new@example.com";
    assert_int_equal(ship(&kit->sch), 0);
    g_autoptr(JwSchedule) weekly = get(&kit->sch, "cdr-weekly");
    g_autoptr(JwSchedule) monthly = get(&kit->sch, "cdr-monthly");
    assert_false(weekly->paused);
    assert_null(strstr(weekly->job_body, "recipients"));
    assert_string_equal(monthly->cron, "0 9 1 * *");
}

static void
test_what_was_deleted_stays_deleted(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) left = NULL;
    size_t removed = 0;

    assert_int_equal(ship(&kit->sch), 2);
    assert_ok(jw_store_delete_schedule(kit->sch.store, "cdr-weekly", "ann",
                                       "0190a5d0-0000-7000-8000-000000000001", KIT_NOW, &left,
                                       &error),
              error);
    assert_int_equal(ship(&kit->sch), 0);
    tk_clock_advance(&kit->ports->clock.fake, 365 * INT64_C(86400000));
    assert_ok(sch_sweep_deleted(&kit->sch, &removed, &error), error);
    assert_int_equal(ship(&kit->sch), 0); /* a year later, too */
    g_autoptr(JwSchedule) none = get(&kit->sch, "cdr-weekly");
    assert_null(none);
}

/* One that has that id already is not ours. */
static void
test_a_schedule_of_that_id_stays(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "cdr-weekly", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    assert_int_equal(ship(&kit->sch), 1);
    g_autoptr(JwSchedule) own = get(&kit->sch, "cdr-weekly");
    assert_int_equal(own->trigger, JW_TRIGGER_INTERVAL);
}

static void
test_recipients_are_checked(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    kit->sch.recipients.list = (char *)(uintptr_t) "a@example.com,nobody";
    assert_false(sch_check_shipped(&kit->sch, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_EMAIL_REPORT_RECIPIENTS: 'nobody': *");
    g_clear_error(&error);
    kit->sch.config.ship_schedules = true;
    assert_false(sch_ship_schedules(&kit->sch, &count, &error));
    assert_false(kit->sch.shipped);
    g_clear_error(&error);
    kit->sch.recipients.list = (char *)(uintptr_t) " , ";
    assert_ok(sch_check_shipped(&kit->sch, &error), error);
}

/* Whatever call fails, the next round does it. */
static void
test_store_that_fails(void **state)
{
    SchKit *kit = *state;
    bool done = false;

    kit->sch.config.ship_schedules = true;
    for (int n = 1; n < 30 && !done; n++) {
        g_autoptr(GError) error = NULL;
        size_t count = 0;

        jw_store_mem_fail_nth(kit->sch.store, n, JW_ERROR_UNAVAILABLE, false);
        done = sch_ship_schedules(&kit->sch, &count, &error);
        assert_int_equal(done, kit->sch.shipped);
        jw_store_mem_fail_nth(kit->sch.store, 0, JW_ERROR_UNAVAILABLE, false);
    }
    assert_true(done);
    g_autoptr(JwSchedule) weekly = get(&kit->sch, "cdr-weekly");
    g_autoptr(JwSchedule) monthly = get(&kit->sch, "cdr-monthly");
    assert_true(weekly->paused && monthly->paused);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)

int
main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_they_are_made_paused),           TEST(test_only_when_wanted),
        TEST(test_they_follow_the_configuration),  TEST(test_what_was_changed_stays),
        TEST(test_what_was_deleted_stays_deleted), TEST(test_a_schedule_of_that_id_stays),
        TEST(test_recipients_are_checked),         TEST(test_store_that_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
