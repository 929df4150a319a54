/* test_calendar.c: which days a calendar excludes, beside a model that keeps one flag a day. */
#include "jw/calendar.h"
#include "jw/civil.h"
#include "testkit.h"

static int64_t
day_of(const char *date)
{
    int64_t ms = 0;
    g_autofree char *text = g_strconcat(date, "T00:00:00Z", NULL);

    assert_true(jw_time_parse(text, &ms, NULL));
    return ms / 1000 / JW_DAY_SECONDS;
}

static void
test_each_sort(void **state)
{
    g_autoptr(JwCalendar) calendar = jw_calendar_new();
    static const struct {
        const char *date;
        bool excluded;
    } rows[] = {
        { "2026-12-23", false }, { "2026-12-24", true },  { "2026-12-31", true },
        { "2027-01-01", true },  { "2027-01-02", true },  { "2027-01-04", false },
        { "2026-08-05", true },  { "2027-08-05", false }, { "2028-02-29", true },
        { "2027-02-28", true },  { "2027-03-01", false }, { "2026-11-28", true },
        { "2026-11-27", false }, { "2026-11-29", true },
    };

    (void)state;
    assert_true(jw_calendar_add_range(calendar, "2026-12-24", "2026-12-31", NULL));
    assert_true(jw_calendar_add_yearly(calendar, "01-01", NULL));
    assert_true(jw_calendar_add_yearly(calendar, "02-29", NULL));
    assert_true(jw_calendar_add_date(calendar, "2026-08-05", NULL));
    assert_true(jw_calendar_add_weekday(calendar, "SAT", NULL));
    assert_true(jw_calendar_add_weekday(calendar, "sunday", NULL));
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (jw_calendar_excludes(calendar, day_of(rows[i].date)) != rows[i].excluded) {
            fail_msg("%s is%s excluded", rows[i].date, rows[i].excluded ? " not" : "");
        }
    }
    jw_calendar_free(NULL);
}

static void
test_open_day(void **state)
{
    g_autoptr(JwCalendar) calendar = jw_calendar_new();
    int64_t day = -1;

    (void)state;
    assert_true(jw_calendar_open_day(calendar, 5, &day));
    assert_int_equal(day, 5);
    /* From a Thursday over Christmas, a weekend, and dates that touch: a Monday. */
    assert_true(jw_calendar_add_range(calendar, "2026-12-24", "2026-12-26", NULL));
    assert_true(jw_calendar_add_range(calendar, "2026-12-28", "2026-12-31", NULL));
    assert_true(jw_calendar_add_date(calendar, "2026-12-27", NULL));
    assert_true(jw_calendar_add_yearly(calendar, "01-01", NULL));
    assert_true(jw_calendar_add_weekday(calendar, "SATURDAY", NULL));
    assert_true(jw_calendar_add_weekday(calendar, "sun", NULL));
    assert_true(jw_calendar_open_day(calendar, day_of("2026-12-24"), &day));
    assert_int_equal(day, day_of("2027-01-04"));
    assert_true(jw_calendar_open_day(calendar, day_of("2026-12-23"), &day));
    assert_int_equal(day, day_of("2026-12-23"));
    /* A long range costs no more than a short one, and none is left behind the last year. */
    assert_true(jw_calendar_add_range(calendar, "2030-01-01", "9999-12-31", NULL));
    assert_false(jw_calendar_open_day(calendar, day_of("2030-01-01"), &day));
    assert_true(jw_calendar_open_day(calendar, day_of("2029-12-31"), &day));
}

static void
test_no_day_left(void **state)
{
    static const char *const week[] = { "MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN" };
    g_autoptr(JwCalendar) calendar = jw_calendar_new();
    g_autoptr(JwCalendar) years = jw_calendar_new();
    int64_t day = 0;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(week); i++) {
        assert_true(jw_calendar_add_weekday(calendar, week[i], NULL));
    }
    assert_false(jw_calendar_open_day(calendar, 0, &day));
    for (int month = 1; month <= 12; month++) {
        for (int date = 1; date <= jw_civil_month_days(2000, month); date++) {
            char text[16];
            g_snprintf(text, sizeof text, "%02d-%02d", month, date);
            if (month != 2 || date != 29) {
                assert_true(jw_calendar_add_yearly(years, text, NULL));
            }
        }
    }
    assert_true(jw_calendar_open_day(years, day_of("2096-03-01"), &day));
    assert_int_equal(day, day_of("2104-02-29"));
    assert_true(jw_calendar_add_yearly(years, "02-29", NULL));
    assert_false(jw_calendar_open_day(years, 0, &day));
}

static void
test_refused(void **state)
{
    static const struct {
        char sort;
        const char *text, *pattern;
    } rows[] = {
        { 'd', "2026-02-29", "*'2026-02-29' is not a date*" },
        { 'd', "2026-13-01", "*is not a date*" },
        { 'd', "2026-00-01", "*is not a date*" },
        { 'd', "2026-01-00", "*is not a date*" },
        { 'd', "1969-12-31", "*from 1970 on*" },
        { 'd', "26-12-25", "*is not a date*" },
        { 'd', "2026/12/25", "*is not a date*" },
        { 'd', "2026-12-2a", "*is not a date*" },
        { 'd', "2026-12-251", "*is not a date*" },
        { 'd', "+026-12-25", "*is not a date*" },
        { 'd', "", "*is not a date*" },
        { 'w', "", "*is not a weekday*" },
        { 'w', "SATU", "*'SATU' is not a weekday*" },
        { 'w', "6", "*is not a weekday*" },
        { 'y', "02-30", "*'02-30' is not a date of every year*" },
        { 'y', "13-01", "*is not a date*" },
        { 'y', "00-01", "*is not a date*" },
        { 'y', "1-1", "*is not a date*" },
        { 'y', "2026-12-25", "*is not a date of every year*" },
    };
    g_autoptr(JwCalendar) calendar = jw_calendar_new();
    g_autoptr(GError) falls = NULL;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        const char *text = rows[i].text;
        assert_false(rows[i].sort == 'd'   ? jw_calendar_add_date(calendar, text, &error)
                     : rows[i].sort == 'w' ? jw_calendar_add_weekday(calendar, text, &error)
                                           : jw_calendar_add_yearly(calendar, text, &error));
        assert_jw_error(error, JW_ERROR_INVALID, rows[i].pattern);
    }
    assert_false(jw_calendar_add_range(calendar, "2026-12-25", "2026-12-24", &falls));
    assert_jw_error(falls, JW_ERROR_INVALID, "*ends before it begins*");
}

#define MODEL_DAYS 400

/* Ranges in any order, over and beside each other. */
static void
test_ranges_beside_a_model(void **state)
{
    g_autoptr(GRand) rnd = g_rand_new_with_seed(11);

    (void)state;
    for (int round = 0; round < 200; round++) {
        g_autoptr(JwCalendar) calendar = jw_calendar_new();
        bool excluded[MODEL_DAYS + 1] = { false };
        for (int n = g_rand_int_range(rnd, 1, 40); n > 0; n--) {
            const int first = g_rand_int_range(rnd, 0, MODEL_DAYS - 31);
            const int last = first + g_rand_int_range(rnd, 0, n % 3 == 0 ? 30 : 4);
            JwCivil from, to;
            jw_civil_from_days(20000 + first, &from);
            jw_civil_from_days(20000 + last, &to);
            g_autofree char *from_text =
                g_strdup_printf("%04d-%02d-%02d", from.year, from.month, from.day);
            g_autofree char *to_text = g_strdup_printf("%04d-%02d-%02d", to.year, to.month, to.day);
            assert_true(jw_calendar_add_range(calendar, from_text, to_text, NULL));
            for (int day = first; day <= last; day++) {
                excluded[day] = true;
            }
        }
        int open = MODEL_DAYS;
        for (int day = MODEL_DAYS; day >= 0; day--) {
            int64_t found = 0;
            open = excluded[day] ? open : day;
            assert_int_equal(jw_calendar_excludes(calendar, 20000 + day), excluded[day]);
            assert_true(jw_calendar_open_day(calendar, 20000 + day, &found));
            assert_int_equal(found, 20000 + open);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_sort),
        cmocka_unit_test(test_open_day),
        cmocka_unit_test(test_no_day_left),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_ranges_beside_a_model),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
