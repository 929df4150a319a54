/* test_cron.c: cron expressions against a table computed by croniter (cron_reference.py), and by
 * hand where dialects differ: changes of the clock, both day fields, leap years, what must be
 * refused.
 */
#include "jw/cron.h"
#include "testkit.h"

#include <string.h>

typedef struct {
    const char *expression, *zone;
    int64_t after_ms, next_ms;
} Case;

static const Case croniter_cases[] = {
#include "cron_cases.inc"
};

/* (transfer full) */
static char *
next_text(const char *expression, const char *zone_name, const char *after)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCron) cron = jw_cron_new(expression, &error);
    assert_ok(cron, error);
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, &error);
    assert_ok(zone, error);
    int64_t after_ms = 0;
    assert_ok(jw_time_parse(after, &after_ms, &error), error);
    const int64_t next_ms = jw_cron_next(cron, zone, after_ms);
    return next_ms == 0 ? g_strdup("never") : jw_time_format(next_ms);
}

#define assert_next(expression, zone, after, expected)                                             \
    do {                                                                                           \
        g_autofree char *next_ = next_text(expression, zone, after);                               \
        assert_string_equal(next_, expected);                                                      \
    } while (0)

static void
test_against_croniter(void **state)
{
    (void)state;
    assert_true(G_N_ELEMENTS(croniter_cases) >= 500);
    for (size_t i = 0; i < G_N_ELEMENTS(croniter_cases); i++) {
        const Case *row = &croniter_cases[i];
        g_autoptr(GError) error = NULL;
        g_autoptr(JwCron) cron = jw_cron_new(row->expression, &error);
        assert_ok(cron, error);
        g_autoptr(GTimeZone) zone = jw_zone_new(row->zone, &error);
        assert_ok(zone, error);
        const int64_t next_ms = jw_cron_next(cron, zone, row->after_ms);
        if (next_ms != row->next_ms) {
            fail_msg("row %zu: \"%s\" %s after %" G_GINT64_FORMAT ": %" G_GINT64_FORMAT
                     ", croniter says %" G_GINT64_FORMAT,
                     i, row->expression, row->zone, row->after_ms, next_ms, row->next_ms);
        }
    }
}

/* Berlin: 2026-03-29 02:00 → 03:00 (01:00Z); New York: 2026-03-08 02:00 → 03:00 (07:00Z). */
static void
test_skipped_time_fires_after_the_gap(void **state)
{
    (void)state;
    assert_next("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
    assert_next("30 2 * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
    assert_next("0 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
    assert_next("59 59 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
    assert_next("0 3 * * *", "Europe/Berlin", "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z");
    /* What is due in the gap and just after it is due once. */
    assert_next("*/20 * * * *", "Europe/Berlin", "2026-03-29T00:40:00Z", "2026-03-29T01:00:00Z");
    assert_next("*/20 * * * *", "Europe/Berlin", "2026-03-29T01:00:00Z", "2026-03-29T01:20:00Z");
    assert_next("15 2 8 3 *", "America/New_York", "2026-01-01T00:00:00Z", "2026-03-08T07:00:00Z");
    assert_next("15 2 8 3 *", "America/New_York", "2026-03-08T07:00:00Z", "2027-03-08T07:15:00Z");
    /* A gap at midnight: Santiago 2026-09-06 00:00 → 01:00. */
    assert_next("0 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", "2026-09-06T04:00:00Z");
    /* A whole day skipped: Apia had no 2011-12-30. */
    assert_next("0 12 30 12 *", "Pacific/Apia", "2011-12-01T00:00:00Z", "2011-12-30T10:00:00Z");
}

/* Berlin: 2026-10-25 03:00 → 02:00 (01:00Z); New York: 2026-11-01 02:00 → 01:00 (06:00Z). */
static void
test_doubled_time_fires_once_at_its_first(void **state)
{
    (void)state;
    assert_next("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z");
    assert_next("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
    assert_next("30 2 * * *", "Europe/Berlin", "2026-10-25T01:10:00Z", "2026-10-26T01:30:00Z");
    assert_next("0 3 * * *", "Europe/Berlin", "2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
    assert_next("0 1 * * *", "America/New_York", "2026-11-01T04:00:00Z", "2026-11-01T05:00:00Z");
    assert_next("0 1 * * *", "America/New_York", "2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z");
    /* A list or a range of hours is fixed. Started in the second pass: that hour is done. */
    assert_next("0,30 0-5 * * *", "America/New_York", "2026-11-01T05:30:00Z",
                "2026-11-01T07:00:00Z");
    assert_next("0,30 0-5 * * *", "America/New_York", "2026-11-01T06:15:00Z",
                "2026-11-01T07:00:00Z");
}

static void
test_leap_days_and_long_waits(void **state)
{
    (void)state;
    assert_next("0 0 29 2 *", "UTC", "2024-02-28T23:59:59.999Z", "2024-02-29T00:00:00Z");
    assert_next("0 0 29 2 *", "UTC", "2024-02-29T00:00:00Z", "2028-02-29T00:00:00Z");
    assert_next("0 0 29 2 *", "UTC", "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z");
    assert_next("0 0 29 Feb *", "Europe/Istanbul", "2026-01-01T00:00:00Z", "2028-02-28T21:00:00Z");
    assert_next("0 0 31 * *", "UTC", "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z");
    assert_next("0 0 1 1 *", "UTC", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
    /* Saturday or Sunday, and 29 February: 2032 is one, 2036 a Friday, 2040 a Wednesday, 2048 a
     * Saturday. */
    assert_next("0 0 29 2 */6", "UTC", "2026-01-01T00:00:00Z", "2032-02-29T00:00:00Z");
    assert_next("0 0 29 2 */6", "UTC", "2032-03-01T00:00:00Z", "never");
}

static void
test_day_rule(void **state)
{
    (void)state;
    /* 2026-01-13 is a Tuesday; both restricted: either is enough. */
    assert_next("0 0 15 * TUE", "UTC", "2026-01-12T00:00:00Z", "2026-01-13T00:00:00Z");
    assert_next("0 0 15 * TUE", "UTC", "2026-01-13T00:00:00Z", "2026-01-15T00:00:00Z");
    /* A field that begins with '*' restricts by its step, and the other must hold as well. */
    assert_next("0 0 */2 * TUE", "UTC", "2026-01-06T00:00:00Z", "2026-01-13T00:00:00Z");
    assert_next("0 0 13 * */2", "UTC", "2026-01-01T00:00:00Z", "2026-01-13T00:00:00Z");
    assert_next("0 0 14 * */2", "UTC", "2026-01-01T00:00:00Z", "2026-02-14T00:00:00Z");
    /* 0, 7 and SUN are the same day: 2026-01-11. */
    assert_next("0 0 * * 0", "UTC", "2026-01-06T00:00:00Z", "2026-01-11T00:00:00Z");
    assert_next("0 0 * * 7", "UTC", "2026-01-06T00:00:00Z", "2026-01-11T00:00:00Z");
    assert_next("0 0 * * sun", "UTC", "2026-01-06T00:00:00Z", "2026-01-11T00:00:00Z");
    assert_next("0 0 * * 6-7", "UTC", "2026-01-10T00:00:00Z", "2026-01-11T00:00:00Z");
    assert_next("0 0 * * FRI-SUN", "UTC", "2026-01-10T00:00:00Z", "2026-01-11T00:00:00Z");
    assert_next("0 0 * * FRI-SUN", "UTC", "2026-01-11T00:00:00Z", "2026-01-16T00:00:00Z");
}

static void
test_forms(void **state)
{
    (void)state;
    assert_next("@hourly", "UTC", "2026-01-06T10:20:30Z", "2026-01-06T11:00:00Z");
    assert_next("@daily", "UTC", "2026-01-06T10:20:30Z", "2026-01-07T00:00:00Z");
    assert_next("@midnight", "Europe/Istanbul", "2026-01-06T10:20:30Z", "2026-01-06T21:00:00Z");
    assert_next("@weekly", "UTC", "2026-01-06T10:20:30Z", "2026-01-11T00:00:00Z");
    assert_next("@monthly", "UTC", "2026-01-06T10:20:30Z", "2026-02-01T00:00:00Z");
    assert_next("@Yearly", "UTC", "2026-01-06T10:20:30Z", "2027-01-01T00:00:00Z");
    assert_next("@annually", "UTC", "2026-01-06T10:20:30Z", "2027-01-01T00:00:00Z");
    assert_next("  5\t4  * *  * ", "UTC", "2026-01-06T10:20:30Z", "2026-01-07T04:05:00Z");
    assert_next("*/15 * * * * *", "UTC", "2026-01-06T10:20:30Z", "2026-01-06T10:20:45Z");
    assert_next("10/20 * * * *", "UTC", "2026-01-06T10:31:00Z", "2026-01-06T10:50:00Z");
    assert_next("* * * * *", "UTC", "2026-01-06T10:20:00Z", "2026-01-06T10:21:00Z");
    assert_next("* * * * *", "UTC", "2026-01-06T10:20:59.999Z", "2026-01-06T10:21:00Z");
    assert_next("0 12 * JAN,DEC MON-fri", "UTC", "2026-01-09T12:00:00Z", "2026-01-12T12:00:00Z");

    g_autoptr(JwCron) cron = jw_cron_new(" @daily ", NULL);
    assert_string_equal(jw_cron_fields(cron), "0 0 * * *");
}

static void
test_refused(void **state)
{
    static const struct {
        const char *expression, *pattern;
    } rows[] = {
        { "", "*empty*" },
        { "   ", "*empty*" },
        { "* * * *", "*4 fields*" },
        { "* * * * * * *", "*7 fields*" },
        { "60 * * * *", "*minute: 60 is not within 0-59*" },
        { "* 24 * * *", "*hour: 24*0-23*" },
        { "* * 0 * *", "*day of month: 0*1-31*" },
        { "* * 32 * *", "*day of month: 32*" },
        { "* * * 13 *", "*month: 13*1-12*" },
        { "* * * * 8", "*day of week: 8*0-7*" },
        { "61 * * * * *", "*second: 61*" },
        { "*/0 * * * *", "*step*minute: 0 is not within*" },
        { "*/60 * * * *", "*step*minute: 60*" },
        { "*/ * * * *", "*step*" },
        { "*/x * * * *", "*step*'x'*" },
        { "30-10 * * * *", "*minute: the range 30-10 falls*" },
        { "* * * * FRI-MON", "*day of week: the range FRI-MON falls*" },
        { "* * * * 6-0", "*day of week: the range 6-0 falls*" },
        { "1,,2 * * * *", "*minute: a value is missing*" },
        { "1, * * * *", "*minute: a value is missing*" },
        { "1- * * * *", "*minute: '' is not a number*" },
        { "-1 * * * *", "*minute: '' is not a number*" },
        { "+1 * * * *", "*minute: '+1'*" },
        { "1-2-3 * * * *", "*minute: '2-3'*" },
        { "1/2/3 * * * *", "*step*'2/3'*" },
        { "99999999999999999999 * * * *", "*minute*" },
        { "* * L * *", "*day of month: 'L' is not a number*" },
        { "* * 15W * *", "*day of month: '15W'*" },
        { "* * ? * *", "*day of month: '?'*" },
        { "* * * * MON#2", "*day of week: 'MON#2'*" },
        { "* * * JANUARY *", "*month: 'JANUARY' is not a number or a three-letter name*" },
        { "JAN * * * *", "*minute: 'JAN'*" },
        { "0 0 30 2 *", "*day of month: never fires*" },
        { "0 0 31 4,6,9,11 *", "*never fires*" },
        { "0 0 30-31 FEB */2", "*never fires*" },
        { "@reboot", "*@hourly*" },
        { "@", "*@hourly*" },
        { "*5 * * * *", "*minute*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwCron) cron = jw_cron_new(rows[i].expression, &error);
        assert_null(cron);
        assert_jw_error(error, JW_ERROR_INVALID, rows[i].pattern);
    }
    g_autofree char *huge = g_strnfill(100000, '1');
    g_autoptr(GError) error = NULL;
    assert_null(jw_cron_new(huge, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*256*");
    /* A restricted weekday makes the impossible day of month harmless. */
    assert_next("0 0 30 2 MON", "UTC", "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z");
}

/* Due times rise strictly, and as many come as there are different ones. */
static void
test_walk_over_both_changes(void **state)
{
    g_autoptr(JwCron) cron = jw_cron_new("*/7 1-3 * * *", NULL);
    g_autoptr(GTimeZone) zone = jw_zone_new("Europe/Berlin", NULL);
    const char *const starts[] = { "2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z" };
    const int expected[] = { 18, 36 }; /* 9 an hour; none in the hour that is skipped */

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        int64_t at_ms = 0, last_ms = 0;
        int n = 0;
        assert_true(jw_time_parse(starts[i], &at_ms, NULL));
        const int64_t end_ms = at_ms + INT64_C(12) * 3600 * 1000;
        while ((at_ms = jw_cron_next(cron, zone, at_ms)) < end_ms) {
            assert_true(at_ms > last_ms);
            last_ms = at_ms;
            n++;
        }
        assert_int_equal(n, expected[i]);
    }
}

/* What is due around a change of the clock, by a model that looks at every second as Vixie's cron
 * looks at every minute (cron_change_reference.py). */
static const struct {
    const char *expression, *zone, *from, *to;
    int n;        /* how many times are due in [from, to) */
    uint32_t sum; /* of the due times, in order: sum · 31 + seconds since the start */
} change_cases[] = {
#include "cron_change_cases.inc"
};

static void
test_changes_of_the_clock(void **state)
{
    (void)state;
    assert_true(G_N_ELEMENTS(change_cases) >= 300);
    for (size_t i = 0; i < G_N_ELEMENTS(change_cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwCron) cron = jw_cron_new(change_cases[i].expression, &error);
        assert_ok(cron, error);
        g_autoptr(GTimeZone) zone = jw_zone_new(change_cases[i].zone, &error);
        assert_ok(zone, error);
        int64_t from_ms = 0, to_ms = 0;
        uint32_t sum = 0;
        int n = 0;

        assert_true(jw_time_parse(change_cases[i].from, &from_ms, NULL));
        assert_true(jw_time_parse(change_cases[i].to, &to_ms, NULL));
        for (int64_t at_ms = from_ms - 1;
             (at_ms = jw_cron_next(cron, zone, at_ms)) != 0 && at_ms < to_ms; n++) {
            sum = sum * 31 + (uint32_t)((at_ms - from_ms) / 1000);
        }
        if (n != change_cases[i].n || sum != change_cases[i].sum) {
            fail_msg("row %zu: \"%s\" %s from %s: %d due times, %d are right", i,
                     change_cases[i].expression, change_cases[i].zone, change_cases[i].from, n,
                     change_cases[i].n);
        }
    }
}

/* New York's 25-hour day and its 23-hour day, as people count. */
static void
test_wild_cards_follow_elapsed_time(void **state)
{
    static const struct {
        const char *expression, *from, *to;
        int n;
    } rows[] = {
        { "*/30 * * * *", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 50 },
        { "0 * * * *", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25 },
        { "@hourly", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25 },
        { "*/5 1 * * *", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 24 },
        { "30 1 * * *", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 1 },
        { "0,30 1 * * *", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 2 },
        { "*/30 * * * *", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 46 },
        { "0 * * * *", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 23 },
        { "0,30 2 * * *", "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 1 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(JwCron) cron = jw_cron_new(rows[i].expression, NULL);
        g_autoptr(GTimeZone) zone = jw_zone_new("America/New_York", NULL);
        int64_t at_ms = 0, to_ms = 0;
        int n = 0;

        assert_true(jw_time_parse(rows[i].from, &at_ms, NULL));
        assert_true(jw_time_parse(rows[i].to, &to_ms, NULL));
        for (at_ms--; (at_ms = jw_cron_next(cron, zone, at_ms)) < to_ms; n++) {
        }
        if (n != rows[i].n) {
            fail_msg("\"%s\": %d due times, %d are right", rows[i].expression, n, rows[i].n);
        }
    }
    /* No pause between the passes, nor after one. */
    assert_next("*/10 * * * *", "America/New_York", "2026-11-01T05:50:00Z", "2026-11-01T06:00:00Z");
    assert_next("*/10 * * * *", "America/New_York", "2026-11-01T06:15:00Z", "2026-11-01T06:20:00Z");
    assert_next("* * * * * *", "America/New_York", "2026-11-01T06:00:00Z", "2026-11-01T06:00:01Z");
    /* A midnight that comes twice, and one that is skipped. */
    assert_next("0 * * * *", "America/Havana", "2026-11-01T04:00:00Z", "2026-11-01T05:00:00Z");
    assert_next("0 0 * * *", "America/Havana", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z");
    assert_next("*/20 0 * * *", "America/Santiago", "2026-09-05T12:00:00Z", "2026-09-07T03:00:00Z");
}

static void
test_zones(void **state)
{
    const char *const good[] = { "UTC",     "Europe/Istanbul", "America/Argentina/Buenos_Aires",
                                 "EST5EDT", "Etc/GMT+3",       "America/Port-au-Prince" };
    const char *const bad[] = { "",
                                "Z",
                                "+03:00",
                                "Europe/Nowhere",
                                "europe/berlin",
                                "Europe",
                                "../UTC",
                                "/etc/passwd",
                                "EST5EDT4,M3.2.0,M11.1.0",
                                "ABC5DEF",
                                "leapseconds",
                                "Europe/Berlin ",
                                "posixrules",
                                "Europe//Berlin" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GTimeZone) zone = jw_zone_new(good[i], &error);
        assert_ok(zone, error);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GTimeZone) zone = jw_zone_new(bad[i], &error);
        if (zone != NULL) {
            fail_msg("'%s' was taken for a zone", bad[i]);
        }
        assert_jw_error(error, JW_ERROR_INVALID, "*is not a time zone*");
    }
}

static void
test_far_away(void **state)
{
    g_autoptr(JwCron) cron = jw_cron_new("0 0 1 1 *", NULL);
    g_autoptr(GTimeZone) zone = jw_zone_new("UTC", NULL);

    (void)state;
    assert_int_equal(jw_cron_next(cron, zone, INT64_MAX), 0);
    assert_int_equal(jw_cron_next(cron, zone, INT64_MIN), 0);
    assert_next("0 0 1 7 *", "Europe/Berlin", "2045-01-01T00:00:00Z", "2045-06-30T22:00:00Z");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_against_croniter),
        cmocka_unit_test(test_skipped_time_fires_after_the_gap),
        cmocka_unit_test(test_doubled_time_fires_once_at_its_first),
        cmocka_unit_test(test_leap_days_and_long_waits),
        cmocka_unit_test(test_day_rule),
        cmocka_unit_test(test_forms),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_walk_over_both_changes),
        cmocka_unit_test(test_changes_of_the_clock),
        cmocka_unit_test(test_wild_cards_follow_elapsed_time),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
