/* test_format.c: formats of single strings, and their values. */
#include "testkit.h"

#include "jw/civil.h"
#include "jw/clock.h"
#include "jw/json.h"

/* The day of a local date begins at its first midnight, also where the clock is put back to it. */
static void
test_days(void **state)
{
    static const struct {
        const char *date, *zone, *start, *end; /* start NULL: no date */
    } cases[] = {
        { "2021-01-31", "UTC", "2021-01-31T00:00:00Z", "2021-02-01T00:00:00Z" },
        { "2021-01-31", "Europe/Istanbul", "2021-01-30T21:00:00Z", "2021-01-31T21:00:00Z" },
        { "2021-03-28", "Europe/Berlin", "2021-03-27T23:00:00Z", "2021-03-28T22:00:00Z" },
        { "2022-11-06", "America/Havana", "2022-11-06T04:00:00Z", "2022-11-07T05:00:00Z" },
        { "2018-11-04", "America/Sao_Paulo", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z" },
        { "2024-02-29", "UTC", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z" },
        { "9999-12-31", "UTC", "9999-12-31T00:00:00Z", NULL },
        { "2023-02-29", "UTC", NULL, NULL },
        { "1969-12-31", "UTC", NULL, NULL },
        { "2021-1-31", "UTC", NULL, NULL },
        { "2021-01-31 ", "UTC", NULL, NULL },
        { "2021-01-31T", "UTC", NULL, NULL },
        { "", "UTC", NULL, NULL },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GTimeZone) zone = jw_zone_new(cases[i].zone, &error);
        int64_t start_ms = 0, end_ms = 0;
        assert_ok(zone != NULL, error);
        assert_int_equal(jw_parse_day(cases[i].date, zone, &start_ms, &end_ms),
                         cases[i].start != NULL);
        if (cases[i].start == NULL) {
            continue;
        }
        g_autofree char *start = jw_time_format(start_ms);
        g_autofree char *end = jw_time_format(end_ms);
        assert_string_equal(start, cases[i].start);
        assert_true(cases[i].end == NULL || g_str_equal(end, cases[i].end));
    }
}

/* What is a date, but too early, is not told that it is none. */
static void
test_before_1970(void **state)
{
    static const char *const early[] = { "1960-02-03T00:00:00Z", "1970-01-01T00:00:00+01:00",
                                         "0001-01-01T00:00:00Z" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(early); i++) {
        g_autofree char *time = jw_check_time(early[i]);
        g_autofree char *either = jw_check_date_or_time(early[i]);
        assert_string_equal(time, "is before 1970-01-01T00:00:00Z; give that moment or a later "
                                  "one");
        assert_string_equal(either, time);
    }
    g_autofree char *date = jw_check_date_or_time("1960-02-03");
    g_autofree char *none = jw_check_date_or_time("1960-02-30");
    g_autofree char *first = jw_check_date_or_time("1970-01-01");
    g_autofree char *day = jw_check_time("1960-02-03");
    assert_true(g_str_has_prefix(date, "is before 1970-01-01T"));
    assert_true(g_str_has_prefix(none, "must be a date such as"));
    assert_null(first);
    assert_true(g_str_has_prefix(day, "must be a date and time"));
}

static void
test_durations(void **state)
{
    static const char *const good[] = { "1s", "90s", "15m", "24h", "7d", "366d", "1500ms" };
    static const char *const wrong[] = { "", "0s", "999ms", "367d", "1", "1 h", "1w" };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(good); i++) {
        g_autofree char *message = jw_check_duration(good[i]);
        assert_null(message);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autofree char *message = jw_check_duration(wrong[i]);
        assert_non_null(message);
    }
}

static void
test_address(void **state)
{
    g_autofree char *good = jw_check_address("a@b.example");
    g_autofree char *wrong = jw_check_address("a@127.0.0.1");

    (void)state;
    assert_null(good);
    assert_string_equal(wrong, "must be a plain mail address such as name@example.com: the domain "
                               "must end in a name, not in a number");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_days),
        cmocka_unit_test(test_before_1970),
        cmocka_unit_test(test_durations),
        cmocka_unit_test(test_address),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
