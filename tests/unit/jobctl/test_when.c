/* test_when.c: dates and durations by format. */
#include "testkit.h"

#include <locale.h>

#include "import/when.h"

static void
check_date(const char *format, const char *zone, const char *text, const char *expected)
{
    g_autoptr(GError) error = NULL;
    int64_t time_ms = 0;
    g_autoptr(JcDate) date = jc_date_new(format, zone, &error);
    assert_ok(date != NULL, error);
    assert_ok(jc_date_parse(date, text, &time_ms, &error), error);
    const int64_t rest = time_ms % 1000;
    g_autoptr(GDateTime) got = g_date_time_new_from_unix_utc((time_ms - rest) / 1000);
    g_autofree char *base = g_date_time_format(got, "%Y-%m-%dT%H:%M:%S");
    g_autofree char *got_text =
        rest != 0 ? g_strdup_printf("%s.%03dZ", base, (int)rest) : g_strconcat(base, "Z", NULL);
    assert_string_equal(got_text, expected);
}

static void
test_dates(void **state)
{
    static const struct {
        const char *format, *zone, *text, *expected;
    } cases[] = {
        { "%d-%b-%y %H:%M", "UTC", "1-Jan-21 9:12", "2021-01-01T09:12:00Z" },
        { "%d-%b-%y %H:%M", "UTC", "31-DEC-68 23:59", "2068-12-31T23:59:00Z" },
        { "%d-%b-%y", "UTC", "01-jan-69", "1969-01-01T00:00:00Z" },
        { "%d %B %Y", "UTC", "29 February 2024", "2024-02-29T00:00:00Z" },
        { "%d %b %Y", "UTC", "29 February 2024", "2024-02-29T00:00:00Z" },
        { "%Y-%m-%dT%H:%M:%SZ", "UTC", "2026-01-13T02:00:15Z", "2026-01-13T02:00:15Z" },
        { "%FT%T%z", "UTC", "2026-01-13T02:00:15+03:00", "2026-01-12T23:00:15Z" },
        { "%FT%T%z", "Europe/Istanbul", "2026-01-13T02:00:15Z", "2026-01-13T02:00:15Z" },
        { "%FT%T%z", NULL, "2026-01-13T02:00:15-0330", "2026-01-13T05:30:15Z" },
        { "%FT%T%z", NULL, "2026-01-13T02:00:15+02", "2026-01-13T00:00:15Z" },
        { "%F %T.%f", "UTC", "2026-01-13 02:00:15.25", "2026-01-13T02:00:15.250Z" },
        { "%F %T.%f", "UTC", "2026-01-13 02:00:15.123999", "2026-01-13T02:00:15.123Z" },
        { "%m/%d/%Y %I:%M %p", "UTC", "7/4/2021 12:05 AM", "2021-07-04T00:05:00Z" },
        { "%m/%d/%Y %I:%M %p", "UTC", "7/4/2021 12:05 pm", "2021-07-04T12:05:00Z" },
        { "%m/%d/%Y %I:%M%p", "UTC", "7/4/2021 1:05PM", "2021-07-04T13:05:00Z" },
        { "%a, %d %b %Y", "UTC", "Mon, 4 Jan 2021", "2021-01-04T00:00:00Z" },
        { "%A %d %b %Y", "UTC", "monday 4 May 2021", "2021-05-04T00:00:00Z" },
        { "%Y-%j", "UTC", "2024-366", "2024-12-31T00:00:00Z" },
        { "%F %R", "UTC", "2000-02-29   13:05", "2000-02-29T13:05:00Z" },
        { "%F 100%%", "UTC", "2000-02-29 100%", "2000-02-29T00:00:00Z" },
        { "%F %T", "UTC", "2016-12-31 23:59:60", "2016-12-31T23:59:59Z" },
        /* summer and winter, each side of a change */
        { "%F %R", "Europe/Berlin", "2021-01-15 12:00", "2021-01-15T11:00:00Z" },
        { "%F %R", "Europe/Berlin", "2021-07-15 12:00", "2021-07-15T10:00:00Z" },
        { "%F %R", "Europe/Berlin", "2021-03-28 01:59", "2021-03-28T00:59:00Z" },
        { "%F %R", "Europe/Berlin", "2021-03-28 03:00", "2021-03-28T01:00:00Z" },
        { "%F %R", "Europe/Berlin", "2021-10-31 01:59", "2021-10-30T23:59:00Z" },
        { "%F %R", "Europe/Berlin", "2021-10-31 02:30",
          "2021-10-31T00:30:00Z" }, /* the first one */
        { "%F %R", "Europe/Berlin", "2021-10-31 03:00", "2021-10-31T02:00:00Z" },
        { "%F %R", "America/New_York", "2021-11-07 01:30", "2021-11-07T05:30:00Z" },
        { "%F %R", "America/New_York", "2021-11-07 02:00", "2021-11-07T07:00:00Z" },
        { "%F %R", "Australia/Lord_Howe", "2021-04-04 01:45",
          "2021-04-03T14:45:00Z" }, /* half an hour */
        { "%F %R", "Asia/Kolkata", "2021-06-01 00:00", "2021-05-31T18:30:00Z" },
        { "%F %R", "Europe/Istanbul", "2021-01-15 12:00", "2021-01-15T09:00:00Z" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        check_date(cases[i].format, cases[i].zone, cases[i].text, cases[i].expected);
    }
}

/* Per cent signs, and parts that may be left out. */
static void
test_literals(void **state)
{
    (void)state;
    check_date("%F %%F%%T", "UTC", "2000-02-29 %F%T", "2000-02-29T00:00:00Z");
    check_date("%%%F", "UTC", "%2000-02-29", "2000-02-29T00:00:00Z");
    check_date("%F%z", "UTC", "2000-02-29+02:00", "2000-02-28T22:00:00Z");
    check_date("%F %H", "UTC", "2000-02-29 7", "2000-02-29T07:00:00Z");
}

static void
test_bad_dates(void **state)
{
    static const struct {
        const char *format, *zone, *text, *pattern;
    } cases[] = {
        { "%d-%b-%y %H:%M", "UTC", "", "'' is not a date like %d-%b-%y %H:%M" },
        { "%d-%b-%y", "UTC", "1-Jän-21", "*is not a date like*" },
        { "%d-%b-%y", "UTC", "1-Janx-21", "*is not a date like*" },
        { "%d-%b-%y", "UTC", "1-Oca-21", "*is not a date like*" },
        { "%d-%b-%y", "UTC", "1-Jan-21 9:12", "*is not a date like*" },
        { "%d-%b-%y", "UTC", "1-Jan-2021", "*is not a date like*" },
        { "%F", "UTC", "21-01-01", "*is not a date like*" },
        { "%F", "UTC", "2021-13-01", "*is not a date like*" },
        { "%F", "UTC", "2021-00-01", "*is not a date like*" },
        { "%F", "UTC", "2021-02-29", "February 2021 has no day 29" },
        { "%F", "UTC", "2100-02-29", "February 2100 has no day 29" },
        { "%F", "UTC", "2021-04-31", "April 2021 has no day 31" },
        { "%F", "UTC", "2021-04-32", "*is not a date like*" },
        { "%Y-%j", "UTC", "2021-366", "2021 has no day 366" },
        { "%F %R", "UTC", "2021-01-01 24:00", "*is not a date like*" },
        { "%F %R", "UTC", "2021-01-01 12:60", "*is not a date like*" },
        { "%F %I:%M %p", "UTC", "2021-01-01 13:00 pm", "*is not a date like*" },
        { "%F %T%z", "UTC", "2021-01-01 12:00:00", "*is not a date like*" },
        { "%F %T%z", "UTC", "2021-01-01 12:00:00+15:00", "*is not a date like*" },
        { "%F %R", "Europe/Berlin", "2021-03-28 02:30", "*does not exist in Europe/Berlin*" },
        { "%F %R", "America/New_York", "2021-03-14 02:00", "*does not exist in America/New_York*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int64_t time_ms = -7;
        g_autoptr(JcDate) date = jc_date_new(cases[i].format, cases[i].zone, &error);
        assert_ok(date != NULL, error);
        assert_false(jc_date_parse(date, cases[i].text, &time_ms, &error));
        assert_int_equal(time_ms, -7);
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
    }
}

static void
test_bad_formats(void **state)
{
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(jc_date_new("%d-%q-%Y", "UTC", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*%q is not known*");
    assert_null(jc_date_new("%d-%m-%Y %", "UTC", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*is not known*");
    assert_null(jc_date_new("%d-%m", "UTC", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*lacks the year");
    assert_null(jc_date_new("%Y-%m", "UTC", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*lacks the day");
    assert_null(jc_date_new("%H:%M", "UTC", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*lacks the year");
    assert_null(jc_date_new("%F", "Mars/Olympus", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "time zone 'Mars/Olympus' is not known*");
    assert_null(jc_span_new("x:y", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*needs letters of d, h, m, s*");
    assert_null(jc_span_new("mm:hh", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*must come before smaller units*");
    assert_null(jc_span_new("h'h", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*needs letters*");
}

static void
test_spans(void **state)
{
    static const struct {
        const char *format, *text;
        int64_t seconds; /* -1: refused */
    } cases[] = {
        { "h:mm:ss", "0:02:23", 143 },
        { "h:mm:ss", "0:00:00", 0 },
        { "h:mm:ss", "100:00:01", 360001 },
        { "h:mm:ss", "12:02:23 AM", -1 },
        { "h:mm:ss", "0:2:23", -1 },
        { "h:mm:ss", "0:60:00", -1 },
        { "h:mm:ss", "0:00:60", -1 },
        { "h:mm:ss", "-0:00:01", -1 },
        { "h:mm:ss", "", -1 },
        { "h:mm:ss", "1:00", -1 },
        { "hh:mm:ss", "1:00:00", -1 },
        { "hh:mm:ss", "01:00:00", 3600 },
        { "m:ss", "90:05", 5405 },
        { "m:s", "1:5", 65 },
        { "s", "7200", 7200 },
        { "s", "1.5", -1 },
        { "s's'", "90s", 90 },
        { "h'h' m'm'", "2h 5m", 7500 },
        { "d'd' h:mm", "1d 2:30", 95400 },
        { "d'd' h:mm", "1d 24:00", -1 },
        { "s", "1234567890", -1 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int64_t seconds = -1;
        g_autoptr(JcSpan) span = jc_span_new(cases[i].format, &error);
        assert_ok(span != NULL, error);
        if (jc_span_parse(span, cases[i].text, &seconds, &error) != (cases[i].seconds >= 0)) {
            fail_msg("'%s' as %s", cases[i].text, cases[i].format);
        }
        assert_int_equal(seconds, cases[i].seconds);
        if (seconds < 0) {
            assert_jw_error(error, JW_ERROR_INVALID, "*is not a duration like*");
        }
    }
}

/* What contradicts itself or lacks a part loses data in silence; it is refused with its cure. */
static void
test_contradicting_formats(void **state)
{
    static const struct {
        const char *format, *pattern;
    } cases[] = {
        { "%F %T %p", "date format '%F %T %p': *; write %I:%M:%S for %T, or leave %p out" },
        { "%F %R %p", "date format '%F %R %p': *; write %I:%M for %R, or leave %p out" },
        { "%F %H:%M %p", "*%p (AM, PM) goes with an hour of twelve; write %I for %H*" },
        { "%F %T %p", "*%p (AM, PM) goes with an hour of twelve*" },
        { "%F %R%p", "*%p (AM, PM) goes with an hour of twelve*" },
        { "%F %I:%M", "*%I (the hour of twelve) and %p (AM, PM) go together*" },
        { "%F %p", "*%I (the hour of twelve) and %p (AM, PM) go together*" },
        { "%F %H %I %p", "*reads the hour twice (%H, %I)*" },
        { "%F %T %H", "*reads the hour twice (%H, %H)*" },
        { "%F %y", "*reads the year twice (%Y, %y)*" },
        { "%m %b %d %Y", "*reads the month twice (%m, %b)*" },
        { "%F %e", "*reads the day twice (%d, %e)*" },
        { "%F %z %z", "*reads the offset twice*" },
        { "%F %j", "*%j is the day of the year, so it stands without month and day" },
        { "%Y %j %d", "*%j is the day of the year*" },
        { "%F %M", "*reads the minute without the hour" },
        { "%F %H:%S", "*reads the second without the minute" },
        { "%F %R.%f", "*reads the fraction without the second" },
        { "%%F %H:%M", "*lacks the year" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(jc_date_new(cases[i].format, "UTC", &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
    }
    g_autoptr(GError) error = NULL;
    assert_null(jc_span_new("h:ss", &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*leaves out the m");
}

/* Names of months are English wherever the program runs. */
static void
test_locale(void **state)
{
    g_autoptr(GError) error = NULL;
    int64_t time_ms = 0;

    (void)state;
    (void)setlocale(LC_ALL, "tr_TR.UTF-8"); /* where it is installed; its I is not ours */
    g_autoptr(JcDate) date = jc_date_new("%d %B %Y", "UTC", &error);
    assert_ok(date != NULL, error);
    assert_ok(jc_date_parse(date, "1 APRIL 2021", &time_ms, &error), error);
    assert_int_equal(time_ms, INT64_C(1617235200000));
    (void)setlocale(LC_ALL, "C");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_dates),
        cmocka_unit_test(test_literals),
        cmocka_unit_test(test_bad_dates),
        cmocka_unit_test(test_bad_formats),
        cmocka_unit_test(test_spans),
        cmocka_unit_test(test_locale),
        cmocka_unit_test(test_contradicting_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
