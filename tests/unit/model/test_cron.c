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
    g_autoptr(JwCron) cron = jw_cron_new_in(expression, JW_CRON_CRONTAB, &error);
    assert_ok(cron, error);
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, &error);
    assert_ok(zone, error);
    int64_t after_ms = 0;
    assert_ok(jw_time_parse(after, &after_ms, &error), error);
    const int64_t next_ms = jw_cron_next_by(cron, zone, NULL, after_ms);
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
        g_autoptr(JwCron) cron = jw_cron_new_in(row->expression, JW_CRON_CRONTAB, &error);
        assert_ok(cron, error);
        g_autoptr(GTimeZone) zone = jw_zone_new(row->zone, &error);
        assert_ok(zone, error);
        const int64_t next_ms = jw_cron_next_by(cron, zone, NULL, row->after_ms);
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
    assert_next("0 0 29 2 */6", "UTC", "2032-03-01T00:00:00Z", "2048-02-29T00:00:00Z");
    assert_next("* * 29 2 *", "Europe/Berlin", "2096-03-01T00:00:00Z", "2104-02-28T23:00:00Z");
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

    g_autoptr(JwCron) cron = jw_cron_new_in(" @daily ", JW_CRON_CRONTAB, NULL);
    assert_string_equal(jw_cron_fields(cron), "0 0 * * *");
}

static const struct {
    const char *expression, *pattern;
} refused[] = {
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
    { "* * 15W * *", "*day of month: '15W'*quartz*" },
    { "* * LW * *", "*day of month: 'LW'*quartz*" },
    { "* * ? * *", "*day of month: '?'*quartz*" },
    { "* * * * ?", "*day of week: '?'*quartz*" },
    { "* * L-0 * *", "*day of month: 'L-0' is not L, L-1 to L-30" },
    { "* * L-31 * *", "*day of month: 'L-31'*" },
    { "* * L5 * *", "*day of month: 'L5'*" },
    { "* * -L * *", "*day of month: '' is not a number*" },
    { "* * last * *", "*day of month: 'last'*" },
    { "* * * * L", "*day of week: 'L' names no weekday*5L*" },
    { "* * * * 8L", "*day of week: '8L'*" },
    { "* * * * L5", "*day of week: 'L5'*" },
    { "* * * * MON#0", "*day of week: 'MON#0'*MON#2*" },
    { "* * * * MON#6", "*day of week: 'MON#6'*" },
    { "* * * * MON#", "*day of week: 'MON#'*" },
    { "* * * * #2", "*day of week: '#2'*" },
    { "* * * * 1-3#2", "*day of week: '1-3#2'*" },
    { "L * * * *", "*minute: 'L'*" },
    { "* * * MON#1 *", "*month: 'MON#1'*" },
    { "0 0 L-30 2 *", "*never fires*" },
    { "* * * JANUARY *", "*month: 'JANUARY' is not a number or a three-letter name*" },
    { "JAN * * * *", "*minute: 'JAN'*" },
    { "0 0 30 2 *", "*day of month: never fires*" },
    { "0 0 31 4,6,9,11 *", "*never fires*" },
    { "0 0 30-31 FEB */2", "*never fires*" },
    { "@reboot", "*@reboot names no time*once*" },
    { "@every 5m", "*@every*interval*" },
    { "@never", "*@hourly*" },
    { "@", "*@hourly*" },
    { "*5 * * * *", "*minute*" },
};

static void
test_refused(void **state)
{

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwCron) cron = jw_cron_new_in(refused[i].expression, JW_CRON_CRONTAB, &error);
        assert_null(cron);
        assert_jw_error(error, JW_ERROR_INVALID, refused[i].pattern);
    }
    g_autofree char *huge = g_strnfill(100000, '1');
    g_autoptr(GError) error = NULL;
    assert_null(jw_cron_new_in(huge, JW_CRON_CRONTAB, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*256*");
    /* A restricted weekday makes the impossible day of month harmless. */
    assert_next("0 0 30 2 MON", "UTC", "2026-01-01T00:00:00Z", "2026-02-02T00:00:00Z");
}

typedef struct {
    const char *expression;
    JwCronDialect dialect;
    const char *after, *next; /* UTC */
} Reading;

static void
assert_readings(const Reading *rows, size_t n_rows)
{
    for (size_t i = 0; i < n_rows; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwCron) cron = jw_cron_new_in(rows[i].expression, rows[i].dialect, &error);
        assert_ok(cron, error);
        g_autoptr(GTimeZone) zone = jw_zone_new("UTC", NULL);
        int64_t after_ms = 0;
        assert_true(jw_time_parse(rows[i].after, &after_ms, NULL));
        const int64_t next_ms = jw_cron_next_by(cron, zone, NULL, after_ms);
        g_autofree char *next = next_ms == 0 ? g_strdup("never") : jw_time_format(next_ms);
        if (strcmp(next, rows[i].next) != 0) {
            fail_msg("row %zu: \"%s\" after %s: %s, but %s is right", i, rows[i].expression,
                     rows[i].after, next, rows[i].next);
        }
    }
}

/* 2026: 1 January is a Thursday, 1 February a Sunday, 1 August a Saturday, 31 May a Sunday. */
static void
test_days_that_depend_on_the_month(void **state)
{
    static const Reading rows[] = {
        { "0 0 L * *", 0, "2026-01-31T00:00:00Z", "2026-02-28T00:00:00Z" },
        { "0 0 l * *", 0, "2028-02-01T00:00:00Z", "2028-02-29T00:00:00Z" },
        { "0 0 L-3 * *", 0, "2026-01-28T00:00:00Z", "2026-02-25T00:00:00Z" },
        { "0 0 L-30 * *", 0, "2026-01-01T00:00:00Z", "2026-03-01T00:00:00Z" },
        { "0 0 15,L * *", 0, "2026-01-15T00:00:00Z", "2026-01-31T00:00:00Z" },
        { "0 0 1,L-1 2 *", 0, "2026-02-01T00:00:00Z", "2026-02-27T00:00:00Z" },
        { "0 0 * * 5L", 0, "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z" },
        { "0 0 * * FRIL", 0, "2026-01-30T00:00:00Z", "2026-02-27T00:00:00Z" },
        { "0 0 * * 0L", 0, "2026-05-01T00:00:00Z", "2026-05-31T00:00:00Z" },
        { "0 0 * * 7l", 0, "2026-05-01T00:00:00Z", "2026-05-31T00:00:00Z" },
        { "0 0 * * MON#2", 0, "2026-01-01T00:00:00Z", "2026-01-12T00:00:00Z" },
        { "0 0 * * 4#1", 0, "2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z" },
        { "0 0 * * 7#5", 0, "2026-03-01T00:00:00Z", "2026-03-29T00:00:00Z" },
        { "0 0 * * THU#5", 0, "2026-01-29T00:00:00Z", "2026-04-30T00:00:00Z" },
        { "0 0 * 2 SUN#5", 0, "2026-01-01T00:00:00Z", "2032-02-29T00:00:00Z" },
        { "0 0 * * MON#1,MON#3", 0, "2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z" },
        { "0 0 * * FRI,MON#1", 0, "2026-01-02T00:00:00Z", "2026-01-05T00:00:00Z" },
        /* Both restricted: either is enough, also in these forms. */
        { "0 0 L * MON#1", 0, "2026-01-05T00:00:00Z", "2026-01-31T00:00:00Z" },
        { "0 0 */2 * 5L", 0, "2026-01-01T00:00:00Z", "2026-02-27T00:00:00Z" },
        /* The nearest weekday stays within its month. */
        { "0 0 0 1W * ?", JW_CRON_QUARTZ, "2026-07-31T00:00:00Z", "2026-08-03T00:00:00Z" },
        { "0 0 0 1W * ?", JW_CRON_QUARTZ, "2026-01-31T00:00:00Z", "2026-02-02T00:00:00Z" },
        { "0 0 0 15W * ?", JW_CRON_QUARTZ, "2026-08-01T00:00:00Z", "2026-08-14T00:00:00Z" },
        { "0 0 0 15w * ?", JW_CRON_QUARTZ, "2026-02-01T00:00:00Z", "2026-02-16T00:00:00Z" },
        { "0 0 0 31W * ?", JW_CRON_QUARTZ, "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z" },
        { "0 0 0 31W * ?", JW_CRON_QUARTZ, "2026-05-29T00:00:00Z", "2026-07-31T00:00:00Z" },
        { "0 0 0 LW * ?", JW_CRON_QUARTZ, "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z" },
        { "0 0 0 L-1W * ?", JW_CRON_QUARTZ, "2026-05-01T00:00:00Z", "2026-05-29T00:00:00Z" },
        { "0 0 0 LW * ?", JW_CRON_QUARTZ, "2026-10-01T00:00:00Z", "2026-10-30T00:00:00Z" },
    };

    (void)state;
    assert_readings(rows, G_N_ELEMENTS(rows));
}

/* 2026-01-04 is a Sunday. */
static void
test_dialects(void **state)
{
    static const Reading rows[] = {
        { "0 0 * * 1", JW_CRON_CRONTAB, "2026-01-03T00:00:00Z", "2026-01-05T00:00:00Z" },
        { "0 0 0 ? * 1", JW_CRON_QUARTZ, "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z" },
        { "0 0 * * 1", JW_CRON_APSCHEDULER, "2026-01-03T00:00:00Z", "2026-01-06T00:00:00Z" },
        { "0 0 0 ? * 7", JW_CRON_QUARTZ, "2026-01-04T00:00:00Z", "2026-01-10T00:00:00Z" },
        { "0 0 * * 6", JW_CRON_APSCHEDULER, "2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z" },
        { "0 0 * * sun", JW_CRON_APSCHEDULER, "2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z" },
        { "0 0 0 ? * SUN", JW_CRON_QUARTZ, "2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z" },
        { "0 0 0 ? * L", JW_CRON_QUARTZ, "2026-01-04T00:00:00Z", "2026-01-10T00:00:00Z" },
        { "0 0 0 ? * 6L", JW_CRON_QUARTZ, "2026-01-01T00:00:00Z", "2026-01-30T00:00:00Z" },
        { "0 0 0 ? * 2#2", JW_CRON_QUARTZ, "2026-01-01T00:00:00Z", "2026-01-12T00:00:00Z" },
        /* Ranges that wrap. */
        { "0 0 0 ? * FRI-MON", JW_CRON_QUARTZ, "2026-01-04T00:00:00Z", "2026-01-05T00:00:00Z" },
        { "0 0 0 ? * FRI-MON", JW_CRON_QUARTZ, "2026-01-05T00:00:00Z", "2026-01-09T00:00:00Z" },
        { "0 0 22-2/2 * * ?", JW_CRON_QUARTZ, "2026-01-05T00:00:00Z", "2026-01-05T02:00:00Z" },
        { "0 0 22-2/2 * * ?", JW_CRON_QUARTZ, "2026-01-05T02:00:00Z", "2026-01-05T22:00:00Z" },
        { "0 0 0 1 NOV-FEB ?", JW_CRON_QUARTZ, "2026-02-01T00:00:00Z", "2026-11-01T00:00:00Z" },
        { "0 0 0 30-2 * ?", JW_CRON_QUARTZ, "2026-01-02T00:00:00Z", "2026-01-30T00:00:00Z" },
        { "0 0 0 30-2 * ?", JW_CRON_QUARTZ, "2026-01-31T00:00:00Z", "2026-02-01T00:00:00Z" },
        { "/20 * * * * ?", JW_CRON_QUARTZ, "2026-01-01T00:00:00Z", "2026-01-01T00:00:20Z" },
        /* Years. */
        { "0 0 0 1 1 ? 2030", JW_CRON_QUARTZ, "2026-01-01T00:00:00Z", "2030-01-01T00:00:00Z" },
        { "0 0 0 1 1 ? 2030", JW_CRON_QUARTZ, "2030-01-01T00:00:00Z", "never" },
        { "0 0 0 1 1 ? 2027-2099/9", JW_CRON_QUARTZ, "2028-01-01T00:00:00Z",
          "2036-01-01T00:00:00Z" },
        { "0 0 0 1 1 ? */7", JW_CRON_QUARTZ, "1970-01-01T00:00:00Z", "1971-01-01T00:00:00Z" },
        { "0 0 0 1 1 ? *", JW_CRON_QUARTZ, "2099-01-01T00:00:00Z", "2100-01-01T00:00:00Z" },
        { "0 0 0 29 2 ? 2096,2097", JW_CRON_QUARTZ, "2026-01-01T00:00:00Z",
          "2096-02-29T00:00:00Z" },
        /* APScheduler: both must hold. 2026-02-13 is the first Friday the thirteenth. */
        { "0 0 13 * 4", JW_CRON_APSCHEDULER, "2026-01-01T00:00:00Z", "2026-02-13T00:00:00Z" },
        { "0 0 last * *", JW_CRON_APSCHEDULER, "2026-02-01T00:00:00Z", "2026-02-28T00:00:00Z" },
        { "0 0 * * FRI-SUN", JW_CRON_APSCHEDULER, "2026-01-10T00:00:00Z", "2026-01-11T00:00:00Z" },
    };

    (void)state;
    assert_readings(rows, G_N_ELEMENTS(rows));
}

static void
test_refused_by_dialect(void **state)
{
    static const struct {
        const char *expression;
        JwCronDialect dialect;
        const char *pattern;
    } rows[] = {
        { "0 0 * * *", JW_CRON_QUARTZ, "*5 fields where 6*quartz*" },
        { "0 0 0 1 1 ? 2030 1", JW_CRON_QUARTZ, "*8 fields*" },
        { "0 0 0 * * *", JW_CRON_QUARTZ, "*exactly one of them must be ?*" },
        { "0 0 0 ? * ?", JW_CRON_QUARTZ, "*exactly one of them must be ?*" },
        { "0 0 0 1 * MON", JW_CRON_QUARTZ, "*exactly one of them must be ?*" },
        { "0 0 0 1,? * ?", JW_CRON_QUARTZ, "*day of month: '?' stands alone*" },
        { "? 0 0 1 * ?", JW_CRON_QUARTZ, "*second: '?' stands alone*" },
        { "0 0 0 ? * 0", JW_CRON_QUARTZ, "*day of week: 0 is not within 1-7*" },
        { "0 0 0 ? * 8", JW_CRON_QUARTZ, "*day of week: 8 is not within 1-7*" },
        { "0 0 0 32W * ?", JW_CRON_QUARTZ, "*day of month: '32W'*LW*" },
        { "0 0 0 W * ?", JW_CRON_QUARTZ, "*day of month: 'W'*" },
        { "0 0 0 1-5W * ?", JW_CRON_QUARTZ, "*day of month: '1-5W'*" },
        { "0 0 0 1 1 ? 1969", JW_CRON_QUARTZ, "*year: 1969 is not within 1970-2099*" },
        { "0 0 0 1 1 ? 2100", JW_CRON_QUARTZ, "*year: 2100*" },
        { "0 0 0 1 1 ? 2031-2030", JW_CRON_QUARTZ, "*year: the range 2031-2030 falls*" },
        { "0 0 0 29 2 ? 2027", JW_CRON_QUARTZ, "*never fires*" },
        { "@daily", JW_CRON_QUARTZ, "*@ forms*quartz*" },
        { "0 0 0 * * *", JW_CRON_APSCHEDULER, "*6 fields where 5*apscheduler*" },
        { "0 0 * * 7", JW_CRON_APSCHEDULER, "*day of week: 7 is not within 0-6*" },
        { "0 0 L * *", JW_CRON_APSCHEDULER, "*day of month: 'L'*" },
        { "0 0 * * MON#1", JW_CRON_APSCHEDULER, "*day of week: 'MON#1'*" },
        { "0 0 * * 5L", JW_CRON_APSCHEDULER, "*day of week: '5L'*" },
        { "0 0 ? * *", JW_CRON_APSCHEDULER, "*day of month: '?'*quartz*" },
        { "0 0 * * SUN-MON", JW_CRON_APSCHEDULER, "*the range SUN-MON falls*" },
        { "@daily", JW_CRON_APSCHEDULER, "*@ forms*apscheduler*" },
    };
    JwCronDialect dialect = JW_CRON_CRONTAB;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwCron) cron = jw_cron_new_in(rows[i].expression, rows[i].dialect, &error);
        assert_null(cron);
        assert_jw_error(error, JW_ERROR_INVALID, rows[i].pattern);
    }
    assert_true(jw_cron_dialect_find("quartz", &dialect));
    assert_int_equal(dialect, JW_CRON_QUARTZ);
    assert_string_equal(jw_cron_dialect_name(JW_CRON_APSCHEDULER), "apscheduler");
    assert_false(jw_cron_dialect_find("Quartz", &dialect));
}

enum { SPRING, AUTUMN };
static const char *const change_days[][2] = {
    /* Berlin: 02:00 → 03:00 at 01:00Z; 03:00 → 02:00 at 01:00Z. */
    { "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z" },
    { "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z" },
};
static const struct {
    const char *expression;
    JwDst dst;
    int day;
    const char *due; /* hours and minutes, UTC */
} change_rules[] = {
    { "30 2 * * *", { JW_GAP_AUTO, JW_REPEAT_AUTO }, SPRING, "01:00 " },
    { "30 2 * * *", { JW_GAP_RUN_AFTER, JW_REPEAT_FIRST }, SPRING, "01:00 " },
    { "30 2 * * *", { JW_GAP_SKIP, JW_REPEAT_FIRST }, SPRING, "" },
    { "30 2 * * *", { JW_GAP_SKIP, JW_REPEAT_LAST }, SPRING, "" },
    { "30 2 * * *", { JW_GAP_SKIP, JW_REPEAT_BOTH }, SPRING, "" },
    { "30 2 * * *", { JW_GAP_RUN_AFTER, JW_REPEAT_LAST }, SPRING, "01:00 " },
    { "30 2 * * *", { JW_GAP_RUN_AFTER, JW_REPEAT_BOTH }, SPRING, "01:00 " },
    { "0,20,40 2-3 * * *", { JW_GAP_AUTO, JW_REPEAT_AUTO }, SPRING, "01:00 01:20 01:40 " },
    { "5,20 2-3 * * *", { JW_GAP_AUTO, JW_REPEAT_AUTO }, SPRING, "01:00 01:05 01:20 " },
    { "5,20 2-3 * * *", { JW_GAP_SKIP, JW_REPEAT_AUTO }, SPRING, "01:05 01:20 " },
    { "5 1-4 * * *", { JW_GAP_SKIP, JW_REPEAT_BOTH }, SPRING, "00:05 01:05 02:05 " },
    { "*/20 2 * * *", { JW_GAP_AUTO, JW_REPEAT_AUTO }, SPRING, "" },
    { "*/20 2 * * *", { JW_GAP_RUN_AFTER, JW_REPEAT_AUTO }, SPRING, "01:00 " },
    { "*/20 2 * * *", { JW_GAP_RUN_AFTER, JW_REPEAT_LAST }, SPRING, "01:00 " },
    { "15 */2 * * *",
      { JW_GAP_RUN_AFTER, JW_REPEAT_AUTO },
      SPRING,
      "23:15 01:00 02:15 04:15 06:15 08:15 10:15 12:15 14:15 16:15 18:15 20:15 " },
    { "30 2 * * *", { JW_GAP_AUTO, JW_REPEAT_AUTO }, AUTUMN, "00:30 " },
    { "30 2 * * *", { JW_GAP_AUTO, JW_REPEAT_FIRST }, AUTUMN, "00:30 " },
    { "30 2 * * *", { JW_GAP_AUTO, JW_REPEAT_LAST }, AUTUMN, "01:30 " },
    { "30 2 * * *", { JW_GAP_AUTO, JW_REPEAT_BOTH }, AUTUMN, "00:30 01:30 " },
    { "0,30 1-3 * * *",
      { JW_GAP_SKIP, JW_REPEAT_LAST },
      AUTUMN,
      "23:00 23:30 01:00 01:30 02:00 02:30 " },
    { "0,30 1-3 * * *",
      { JW_GAP_AUTO, JW_REPEAT_FIRST },
      AUTUMN,
      "23:00 23:30 00:00 00:30 02:00 02:30 " },
    { "0,30 1-3 * * *",
      { JW_GAP_AUTO, JW_REPEAT_BOTH },
      AUTUMN,
      "23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30 " },
    { "*/30 1-3 * * *",
      { JW_GAP_AUTO, JW_REPEAT_AUTO },
      AUTUMN,
      "23:00 23:30 00:00 00:30 01:00 01:30 02:00 02:30 " },
    { "*/30 1-3 * * *",
      { JW_GAP_AUTO, JW_REPEAT_FIRST },
      AUTUMN,
      "23:00 23:30 00:00 00:30 02:00 02:30 " },
    { "*/30 1-3 * * *",
      { JW_GAP_AUTO, JW_REPEAT_LAST },
      AUTUMN,
      "23:00 23:30 01:00 01:30 02:00 02:30 " },
};

/* All due times of a day with a change of the clock, by rule. */
static void
test_rules_of_change(void **state)
{
    g_autoptr(GTimeZone) zone = jw_zone_new("Europe/Berlin", NULL);

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(change_rules); i++) {
        g_autoptr(JwCron) cron = jw_cron_new_in(change_rules[i].expression, JW_CRON_CRONTAB, NULL);
        g_autoptr(GString) due = g_string_new(NULL);
        int64_t from_ms = 0, to_ms = 0;
        assert_true(jw_time_parse(change_days[change_rules[i].day][0], &from_ms, NULL));
        assert_true(jw_time_parse(change_days[change_rules[i].day][1], &to_ms, NULL));
        for (int64_t at_ms = from_ms - 1;
             (at_ms = jw_cron_next_by(cron, zone, &change_rules[i].dst, at_ms)) < to_ms
             && at_ms != 0;) {
            g_autofree char *text = jw_time_format(at_ms);
            g_string_append_len(due, strchr(text, 'T') + 1, 5);
            g_string_append_c(due, ' ');
        }
        if (strcmp(due->str, change_rules[i].due) != 0) {
            fail_msg("row %zu: %s: \"%s\", but \"%s\" is right", i, change_rules[i].expression,
                     due->str, change_rules[i].due);
        }
    }
}

/* Due times rise strictly, and as many come as there are different ones. */
static void
test_walk_over_both_changes(void **state)
{
    g_autoptr(JwCron) cron = jw_cron_new_in("*/7 1-3 * * *", JW_CRON_CRONTAB, NULL);
    g_autoptr(GTimeZone) zone = jw_zone_new("Europe/Berlin", NULL);
    const char *const starts[] = { "2026-03-28T20:00:00Z", "2026-10-24T20:00:00Z" };
    const int expected[] = { 18, 36 }; /* 9 an hour; none in the hour that is skipped */

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        int64_t at_ms = 0, last_ms = 0;
        int n = 0;
        assert_true(jw_time_parse(starts[i], &at_ms, NULL));
        const int64_t end_ms = at_ms + INT64_C(12) * 3600 * 1000;
        while ((at_ms = jw_cron_next_by(cron, zone, NULL, at_ms)) < end_ms) {
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
        g_autoptr(JwCron) cron =
            jw_cron_new_in(change_cases[i].expression, JW_CRON_CRONTAB, &error);
        assert_ok(cron, error);
        g_autoptr(GTimeZone) zone = jw_zone_new(change_cases[i].zone, &error);
        assert_ok(zone, error);
        int64_t from_ms = 0, to_ms = 0;
        uint32_t sum = 0;
        int n = 0;

        assert_true(jw_time_parse(change_cases[i].from, &from_ms, NULL));
        assert_true(jw_time_parse(change_cases[i].to, &to_ms, NULL));
        for (int64_t at_ms = from_ms - 1;
             (at_ms = jw_cron_next_by(cron, zone, NULL, at_ms)) != 0 && at_ms < to_ms; n++) {
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
        g_autoptr(JwCron) cron = jw_cron_new_in(rows[i].expression, JW_CRON_CRONTAB, NULL);
        g_autoptr(GTimeZone) zone = jw_zone_new("America/New_York", NULL);
        int64_t at_ms = 0, to_ms = 0;
        int n = 0;

        assert_true(jw_time_parse(rows[i].from, &at_ms, NULL));
        assert_true(jw_time_parse(rows[i].to, &to_ms, NULL));
        for (at_ms--; (at_ms = jw_cron_next_by(cron, zone, NULL, at_ms)) < to_ms; n++) {
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

/* A zone is read once, however often it is asked for; a wrong name is asked for each time. */
static void
test_zones_are_kept(void **state)
{
    g_autoptr(GTimeZone) first = jw_zone_new("Asia/Tokyo", NULL);
    g_autoptr(GTimeZone) again = jw_zone_new("Asia/Tokyo", NULL);
    g_autoptr(GTimeZone) other = jw_zone_new("Asia/Seoul", NULL);

    (void)state;
    assert_ptr_equal(first, again);
    assert_ptr_not_equal(first, other);
    for (int i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;
        assert_null(jw_zone_new("Asia/Atlantis", &error));
        assert_jw_error(error, JW_ERROR_INVALID, "*Asia/Atlantis*");
    }
}

static void
test_far_away(void **state)
{
    g_autoptr(JwCron) cron = jw_cron_new_in("0 0 1 1 *", JW_CRON_CRONTAB, NULL);
    g_autoptr(GTimeZone) zone = jw_zone_new("UTC", NULL);

    (void)state;
    assert_int_equal(jw_cron_next_by(cron, zone, NULL, INT64_MAX), 0);
    assert_int_equal(jw_cron_next_by(cron, zone, NULL, INT64_MIN), 0);
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
        cmocka_unit_test(test_days_that_depend_on_the_month),
        cmocka_unit_test(test_dialects),
        cmocka_unit_test(test_refused_by_dialect),
        cmocka_unit_test(test_rules_of_change),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_walk_over_both_changes),
        cmocka_unit_test(test_changes_of_the_clock),
        cmocka_unit_test(test_wild_cards_follow_elapsed_time),
        cmocka_unit_test(test_zones),
        cmocka_unit_test(test_zones_are_kept),
        cmocka_unit_test(test_far_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
