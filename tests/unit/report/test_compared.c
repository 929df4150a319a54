/* test_compared.c: the period that one is compared with: the one before, or the same a year
 * before. */
#include "calls_def.h"
#include "jw/cron.h"
#include "testkit.h"

#include <string.h>

#define WEEK   JW_PERIOD_WEEKLY
#define MONTH  JW_PERIOD_MONTHLY
#define CUSTOM JW_PERIOD_CUSTOM
#define BEFORE JW_COMPARE_PREVIOUS
#define YEAR   JW_COMPARE_YEAR

static char *
compared(JwPeriodType type, JwCompare compare, const char *zone_name, const char *start,
         const char *end, char **ret_from, char **ret_to)
{
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, NULL);
    int64_t start_ms = 0, end_ms = 0, from_ms = 0, to_ms = 0;

    assert_true(jw_time_parse(start, &start_ms, NULL));
    assert_true(jw_time_parse(end, &end_ms, NULL));
    char *none = jw_period_compared(type, compare, zone, start_ms, end_ms, &from_ms, &to_ms);
    *ret_from = jw_time_format(from_ms);
    *ret_to = jw_time_format(to_ms);
    return none;
}

static const struct {
    JwPeriodType type;
    JwCompare compare;
    const char *zone, *start, *end, *from, *to;
} periods[] = {
    { WEEK, BEFORE, "UTC", "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", "2025-12-29T00:00:00Z",
      "2026-01-05T00:00:00Z" },
    /* The week of the change of the clock is an hour shorter, the one before is not. */
    { WEEK, BEFORE, "Europe/Berlin", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z",
      "2026-03-15T23:00:00Z", "2026-03-22T23:00:00Z" },
    { WEEK, BEFORE, "Europe/Berlin", "2026-03-29T22:00:00Z", "2026-04-05T22:00:00Z",
      "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z" },
    { WEEK, BEFORE, "America/New_York", "2026-11-02T05:00:00Z", "2026-11-09T05:00:00Z",
      "2026-10-26T04:00:00Z", "2026-11-02T05:00:00Z" },
    { MONTH, BEFORE, "UTC", "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "2026-02-01T00:00:00Z",
      "2026-03-01T00:00:00Z" },
    { MONTH, BEFORE, "UTC", "2024-03-01T00:00:00Z", "2024-04-01T00:00:00Z", "2024-02-01T00:00:00Z",
      "2024-03-01T00:00:00Z" },
    { MONTH, BEFORE, "UTC", "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z", "2025-12-01T00:00:00Z",
      "2026-01-01T00:00:00Z" },
    { MONTH, BEFORE, "Europe/Berlin", "2026-03-31T22:00:00Z", "2026-04-30T22:00:00Z",
      "2026-02-28T23:00:00Z", "2026-03-31T22:00:00Z" },
    /* As many days, though they are an hour longer. */
    { CUSTOM, BEFORE, "Europe/Berlin", "2026-03-29T22:00:00Z", "2026-04-01T22:00:00Z",
      "2026-03-26T23:00:00Z", "2026-03-29T22:00:00Z" },
    { CUSTOM, BEFORE, "UTC", "2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z", "2026-02-28T00:00:00Z",
      "2026-03-01T00:00:00Z" },
    { CUSTOM, BEFORE, "UTC", "2024-03-01T00:00:00Z", "2024-03-02T00:00:00Z", "2024-02-29T00:00:00Z",
      "2024-03-01T00:00:00Z" },
    /* Not of whole days: as much time. */
    { CUSTOM, BEFORE, "Europe/Berlin", "2026-03-29T08:00:00Z", "2026-03-29T18:30:00Z",
      "2026-03-28T21:30:00Z", "2026-03-29T08:00:00Z" },
    { CUSTOM, BEFORE, "UTC", "1970-01-02T00:00:00Z", "1970-01-03T00:00:00Z", "1970-01-01T00:00:00Z",
      "1970-01-02T00:00:00Z" },
    /* The same weekdays. */
    { WEEK, YEAR, "UTC", "2026-01-05T00:00:00Z", "2026-01-12T00:00:00Z", "2025-01-06T00:00:00Z",
      "2025-01-13T00:00:00Z" },
    { WEEK, YEAR, "Europe/Berlin", "2026-03-22T23:00:00Z", "2026-03-29T22:00:00Z",
      "2025-03-23T23:00:00Z", "2025-03-30T22:00:00Z" },
    { MONTH, YEAR, "UTC", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", "2023-02-01T00:00:00Z",
      "2023-03-01T00:00:00Z" },
    { MONTH, YEAR, "UTC", "2025-02-01T00:00:00Z", "2025-03-01T00:00:00Z", "2024-02-01T00:00:00Z",
      "2024-03-01T00:00:00Z" },
    { CUSTOM, YEAR, "UTC", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z", "2023-02-28T00:00:00Z",
      "2023-03-01T00:00:00Z" },
    { CUSTOM, YEAR, "UTC", "2025-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2024-01-01T00:00:00Z",
      "2025-01-01T00:00:00Z" },
    { CUSTOM, YEAR, "Europe/Berlin", "2026-03-29T06:00:00Z", "2026-03-29T16:00:00Z",
      "2025-03-29T06:00:00Z", "2025-03-29T16:00:00Z" },
};

static void
test_periods(void **state)
{

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(periods); i++) {
        g_autofree char *from = NULL;
        g_autofree char *to = NULL;
        g_autofree char *none = compared(periods[i].type, periods[i].compare, periods[i].zone,
                                         periods[i].start, periods[i].end, &from, &to);
        assert_null(none);
        assert_string_equal(from, periods[i].from);
        assert_string_equal(to, periods[i].to);
    }
}

static void
test_there_is_none(void **state)
{
    static const struct {
        JwPeriodType type;
        JwCompare compare;
        const char *zone, *start, *end, *why;
    } rows[] = {
        { CUSTOM, BEFORE, "UTC", "1970-01-01T00:00:00Z", "1970-01-02T00:00:00Z", "before 1970" },
        { CUSTOM, BEFORE, "UTC", "1990-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "before 1970" },
        { MONTH, YEAR, "UTC", "1970-12-01T00:00:00Z", "1971-01-01T00:00:00Z", "before 1970" },
        { CUSTOM, YEAR, "UTC", "2024-01-01T00:00:00Z", "2025-01-02T00:00:00Z", "overlaps" },
        /* Samoa had no 30 December 2011. */
        { CUSTOM, BEFORE, "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-31T10:00:00Z",
          "skipped" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *from = NULL;
        g_autofree char *to = NULL;
        g_autofree char *none = compared(rows[i].type, rows[i].compare, rows[i].zone, rows[i].start,
                                         rows[i].end, &from, &to);
        assert_non_null(none);
        assert_non_null(strstr(none, rows[i].why));
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_periods),
        cmocka_unit_test(test_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
