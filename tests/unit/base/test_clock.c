/* test_clock.c: RFC 3339 text in both directions, against values of an independent calendar
 * (Python). */
#include "testkit.h"

static void
test_format_and_parse(void **state)
{
    static const struct {
        int64_t time_ms;
        const char *text;
    } cases[] = {
        { 0, "1970-01-01T00:00:00Z" },
        { 1, "1970-01-01T00:00:00.001Z" },
        { 951782400000, "2000-02-29T00:00:00Z" },
        { 1709210096789, "2024-02-29T12:34:56.789Z" },
        { 1768269615250, "2026-01-13T02:00:15.250Z" },
        { 4107542399999, "2100-02-28T23:59:59.999Z" },
        { 4107542400000, "2100-03-01T00:00:00Z" },
        { 253402300799999, "9999-12-31T23:59:59.999Z" },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *text = jw_time_format(cases[i].time_ms);
        int64_t time_ms = -1;
        assert_string_equal(text, cases[i].text);
        assert_ok(jw_time_parse(text, &time_ms, &error), error);
        assert_int_equal(time_ms, cases[i].time_ms);
    }
    g_autofree char *before = jw_time_format(-1);
    assert_string_equal(before, "1969-12-31T23:59:59.999Z");
    g_autofree char *words = jw_time_words(1768269615250);
    assert_string_equal(words, "13 Jan 2026, 02:00 UTC");
}

static void
test_every_day_round_trips(void **state)
{
    (void)state;
    for (int64_t day = 0; day < 366 * 401; day += 1) {
        g_autoptr(GError) error = NULL;
        int64_t wanted_ms = day * 86400000, time_ms = -1;
        g_autofree char *text = jw_time_format(wanted_ms);
        g_autoptr(GDateTime) other = g_date_time_new_from_unix_utc(day * 86400);
        g_autofree char *other_text = g_date_time_format(other, "%Y-%m-%dT%H:%M:%SZ");
        assert_string_equal(text, other_text);
        assert_ok(jw_time_parse(text, &time_ms, &error), error);
        assert_int_equal(time_ms, wanted_ms);
    }
}

static void
test_parse_forms(void **state)
{
    static const struct {
        const char *text;
        int64_t time_ms;
    } cases[] = {
        { "2026-01-13T02:00:15+00:00", 1768269615000 },
        { "2026-01-13T02:00:15-00:00", 1768269615000 },
        { "2026-01-13t02:00:15z", 1768269615000 },
        { "2026-01-13T09:00:15+07:00", 1768269615000 },
        { "2026-01-12T20:30:15-05:30", 1768269615000 },
        { "2026-01-13T02:00:15.2Z", 1768269615200 },
        { "2026-01-13T02:00:15.25Z", 1768269615250 },
        { "2026-01-13T02:00:15.250999999Z", 1768269615250 },
        { "2016-12-31T23:59:60Z", 1483228799000 },
        { "2017-01-01T08:59:60+09:00", 1483228799000 },
        { "1970-01-01T05:00:00+05:00", 0 },
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int64_t time_ms = -1;
        assert_ok(jw_time_parse(cases[i].text, &time_ms, &error), error);
        assert_int_equal(time_ms, cases[i].time_ms);
    }
}

static void
test_parse_refuses(void **state)
{
    static const char *const cases[] = {
        "",
        "2026",
        "2026-01-13",
        "2026-01-13T02:00:15",
        "2026-01-13T02:00Z",
        "2026-01-13 02:00:15Z",
        " 2026-01-13T02:00:15Z",
        "2026-01-13T02:00:15Z ",
        "2026-01-13T02:00:15.Z",
        "2026-01-13T02:00:15.1234567890Z",
        "2026-01-13T02:00:15,5Z",
        "2026-01-13T02:00:15+0700",
        "2026-01-13T02:00:15+07",
        "2026-01-13T02:00:15+24:00",
        "2026-01-13T02:00:15+07:60",
        "2026-00-13T02:00:15Z",
        "2026-13-13T02:00:15Z",
        "2026-01-00T02:00:15Z",
        "2026-01-32T02:00:15Z",
        "2026-04-31T02:00:15Z",
        "2026-02-29T02:00:15Z",
        "2100-02-29T02:00:15Z",
        "2026-01-13T24:00:00Z",
        "2026-01-13T02:60:00Z",
        "2026-01-13T02:00:61Z",
        "2026-01-13T02:00:60Z",
        "1969-12-31T23:59:59Z",
        "1970-01-01T00:00:00+05:00",
        "9999-12-31T23:59:59-01:00",
        "10000-01-01T00:00:00Z",
        "+026-01-13T02:00:15Z",
        "2026-1-13T02:00:15Z",
        "2026-01-13T02:00:15Z0",
    };
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int64_t time_ms = -7;
        if (jw_time_parse(cases[i], &time_ms, &error)) {
            fail_msg("'%s' was accepted", cases[i]);
        }
        assert_jw_error(error, JW_ERROR_INVALID, "not a date and time with zone*");
        assert_int_equal(time_ms, -7);
    }
}

/* What of a record may be older than any time of ours. */
static void
test_parse_record(void **state)
{
    static const struct {
        const char *text;
        int64_t time_ms;
    } cases[] = {
        { "0000-01-01T00:00:00Z", -INT64_C(62167219200000) },
        { "0001-01-01T00:00:00Z", -INT64_C(62135596800000) },
        { "1960-02-03T00:00:00Z", -INT64_C(312768000000) },
        { "1969-12-31T23:59:59.999Z", -1 },
        { "1969-12-31T23:59:60Z", -1000 },
        { "1970-01-01T00:00:00+05:00", -INT64_C(18000000) },
        { "9999-12-31T23:59:59.999Z", INT64_C(253402300799999) },
    };
    static const char *const refused[] = { "0000-01-01T00:00:00+01:00", "1960-02-30T00:00:00Z",
                                           "9999-12-31T23:59:59-01:00", "1960-02-03",
                                           "1969-12-31T23:58:60Z",      "-001-01-01T00:00:00Z" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        int64_t time_ms = 7;
        assert_ok(jw_time_parse_record(cases[i].text, &time_ms, &error), error);
        assert_int_equal(time_ms, cases[i].time_ms);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_autoptr(GError) error = NULL;
        int64_t time_ms = 7;
        assert_false(jw_time_parse_record(refused[i], &time_ms, &error));
        assert_jw_error(error, JW_ERROR_INVALID, "not a date and time with zone*");
    }
}

static void
test_system_clock(void **state)
{
    (void)state;
    JwClock *clock = jw_clock_system();
    int64_t glib_ms = g_get_real_time() / 1000;
    int64_t now_ms = jw_clock_now_ms(clock);
    assert_true(now_ms >= glib_ms - 1000 && now_ms <= glib_ms + 60000);
    int64_t first_ms = jw_clock_mono_ms(clock);
    assert_true(jw_clock_mono_ms(clock) >= first_ms);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_format_and_parse), cmocka_unit_test(test_every_day_round_trips),
        cmocka_unit_test(test_parse_forms),      cmocka_unit_test(test_parse_refuses),
        cmocka_unit_test(test_parse_record),     cmocka_unit_test(test_system_clock),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
