/* test_schedule.c: next due times of the three triggers. */
#include "jw/schedule.h"
#include "testkit.h"

static bool
next_due(const JwSchedule *schedule, int64_t after_ms, int64_t *ret_next_ms, GError **error)
{
    g_auto(JwScheduleRule) rule = { 0 };

    if (!jw_schedule_rule_init(&rule, schedule, error)) {
        return false;
    }
    *ret_next_ms = jw_due_next(&rule.due, after_ms);
    return true;
}

static int64_t
next_of(const JwSchedule *schedule, int64_t after_ms)
{
    g_autoptr(GError) error = NULL;
    int64_t next_ms = -1;

    assert_ok(next_due(schedule, after_ms, &next_ms, &error), error);
    return next_ms;
}

static void
test_defaults(void **state)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();

    (void)state;
    assert_null(schedule->time_zone);
    assert_string_equal(jw_schedule_zone(schedule), "UTC");
    assert_int_equal(schedule->misfire, JW_MISFIRE_FIRE_ONCE);
    assert_int_equal(schedule->misfire_grace_ms, 60000);
    assert_false(schedule->paused);
    assert_int_equal(schedule->pending_fires->len, 0);
    jw_schedule_free(NULL);
}

static void
test_interval(void **state)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    const struct {
        int64_t anchor, interval, after, next;
    } rows[] = {
        { 0, 1000, 0, 1000 },
        { 0, 1000, 999, 1000 },
        { 0, 1000, 1000, 2000 },
        { 250, 1000, 0, 250 },
        { 250, 1000, 249, 250 },
        { 250, 1000, 250, 1250 },
        { 250, 1000, 1251, 2250 },
        { 5000, 1000, -70000, 5000 },
        { 1700000000123, 3600000, 1700000000123, 1700003600123 },
        { 0, 7, 1767225600000, 1767225600007 },
        { 0, INT64_MAX, 1, 0 }, /* in no year of four digits */
        { 1, INT64_MAX, 1, 0 },
        { 0, 1000, INT64_MAX, 0 },
        { INT64_MIN, 1000, 0, 0 },
    };

    (void)state;
    schedule->trigger = JW_TRIGGER_INTERVAL;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        schedule->anchor_ms = rows[i].anchor;
        schedule->interval_ms = rows[i].interval;
        assert_int_equal(next_of(schedule, rows[i].after), rows[i].next);
    }
}

static void
test_once(void **state)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();

    (void)state;
    schedule->trigger = JW_TRIGGER_ONCE;
    schedule->once_ms = 5000;
    assert_int_equal(next_of(schedule, 4999), 5000);
    assert_int_equal(next_of(schedule, 5000), 0);
    assert_int_equal(next_of(schedule, 5001), 0);
}

static void
test_cron(void **state)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    int64_t at_ms = 0, expected_ms = 0;

    (void)state;
    schedule->trigger = JW_TRIGGER_CRON;
    schedule->cron = g_strdup("0 3 * * *");
    g_free(schedule->time_zone);
    schedule->time_zone = g_strdup("Europe/Istanbul");
    assert_true(jw_time_parse("2026-01-06T00:00:00Z", &at_ms, NULL));
    assert_true(jw_time_parse("2026-01-07T00:00:00Z", &expected_ms, NULL));
    assert_int_equal(next_of(schedule, at_ms), expected_ms);
}

static void
test_wrong_rules(void **state)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;
    int64_t next_ms = -1;

    (void)state;
    schedule->trigger = JW_TRIGGER_INTERVAL;
    assert_false(next_due(schedule, 0, &next_ms, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*interval*positive*");
    schedule->trigger = JW_TRIGGER_CRON;
    assert_false(next_due(schedule, 0, &next_ms, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*no cron expression*");
    schedule->cron = g_strdup("0 0 30 2 *");
    assert_false(next_due(schedule, 0, &next_ms, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*never fires*");
    g_free(schedule->cron);
    schedule->cron = g_strdup("@daily");
    g_free(schedule->time_zone);
    schedule->time_zone = g_strdup("Mars/Olympus");
    assert_false(next_due(schedule, 0, &next_ms, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*Mars/Olympus*");
    assert_int_equal(next_ms, -1);
}

static void
assert_details(const JwSchedule *schedule, const char *expected)
{
    g_autofree char *details = jw_schedule_details(schedule);

    assert_string_equal(details, expected);
}

static void
test_details(void **state)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();

    (void)state;
    schedule->trigger = JW_TRIGGER_INTERVAL;
    schedule->interval_ms = 3600000;
    assert_details(schedule, "every 3600 seconds");
    schedule->interval_ms = 1500;
    assert_details(schedule, "every 1.500 seconds");
    schedule->trigger = JW_TRIGGER_CRON;
    schedule->cron = g_strdup("@daily");
    assert_details(schedule, "0 0 * * *");
    g_free(schedule->cron);
    schedule->cron = g_strdup("0  */6 * * *");
    assert_details(schedule, "0 */6 * * *");
    schedule->trigger = JW_TRIGGER_ONCE;
    schedule->once_ms = 1768269615000;
    assert_details(schedule, "2026-01-13T02:00:15Z");
    assert_string_equal(jw_trigger_name(JW_TRIGGER_INTERVAL), "interval");
    assert_string_equal(jw_trigger_name(JW_TRIGGER_CRON), "cron");
    assert_string_equal(jw_trigger_name(JW_TRIGGER_ONCE), "date");
    assert_string_equal(jw_occurrence_kind_name(JW_OCCURRENCE_FIRED), "fired");
    assert_string_equal(jw_occurrence_kind_name(JW_OCCURRENCE_CAUGHT_UP), "caught_up");
    assert_string_equal(jw_occurrence_kind_name(JW_OCCURRENCE_COALESCED), "coalesced");
    assert_string_equal(jw_occurrence_kind_name(JW_OCCURRENCE_SKIPPED), "skipped");
    assert_string_equal(jw_occurrence_kind_name(JW_OCCURRENCE_PAUSED), "paused");
    assert_string_equal(jw_occurrence_kind_name(JW_OCCURRENCE_RESUMED), "resumed");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),    cmocka_unit_test(test_interval),
        cmocka_unit_test(test_once),        cmocka_unit_test(test_cron),
        cmocka_unit_test(test_wrong_rules), cmocka_unit_test(test_details),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
