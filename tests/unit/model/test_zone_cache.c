/* test_zone_cache.c: offsets near the ends of the calendar, whatever was asked before. */
#include "jw/zone_cache.h"
#include "testkit.h"

#define HOUR_MS INT64_C(3600000)

/* The offset of the zone is right at the change of the clock, and 0 where the local year would have
 * five digits or be before the year 0. */
static void
test_ends_of_the_calendar(void **state)
{
    static const int64_t first = JW_CALENDAR_FIRST * 1000, end = JW_CALENDAR_END * 1000;
    const struct {
        const char *zone;
        int64_t utc_ms, local_ms;
    } cases[] = {
        { "Asia/Tokyo", end - 9 * HOUR_MS - 1, end - 1 },
        { "Asia/Tokyo", end - 9 * HOUR_MS, end - 9 * HOUR_MS },
        { "Asia/Tokyo", end - 1, end - 1 },
        { "Asia/Tokyo", end, end },
        { "Asia/Tokyo", INT64_C(1609459200000), INT64_C(1609491600000) },
        { "America/New_York", end - 1, end - 1 - 5 * HOUR_MS },
        { "America/New_York", end, end - 5 * HOUR_MS },
        { "America/New_York", end + 5 * HOUR_MS, end + 5 * HOUR_MS },
        { "America/New_York", first, first },
        { "America/New_York", first + 5 * HOUR_MS, first + 5 * HOUR_MS - 17762000 },
        { "Europe/Dublin", INT64_C(2178273600000), INT64_C(2178273600000) }, /* January 2039 */
        { "Europe/Dublin", INT64_C(2193912000000), INT64_C(2193912000000) + HOUR_MS },
        { "UTC", first, first },
        { "UTC", first - 1, first - 1 },
    };

    const char *known = NULL;

    (void)state;
    for (int way = 0; way < 2; way++) {
        JwZoneCache cache = { 0 };
        for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
            const size_t at = way == 0 ? i : G_N_ELEMENTS(cases) - 1 - i;
            g_autoptr(GTimeZone) zone = g_time_zone_new_identifier(cases[at].zone);
            JwZoneCache fresh = { .zone = zone };
            if (known == NULL || !g_str_equal(known, cases[at].zone)) {
                cache = (JwZoneCache){ .zone = zone };
            }
            known = cases[at].zone;
            cache.zone = zone;
            assert_int_equal(jw_zone_cache_local_ms(&fresh, cases[at].utc_ms), cases[at].local_ms);
            assert_int_equal(jw_zone_cache_local_ms(&cache, cases[at].utc_ms), cases[at].local_ms);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_ends_of_the_calendar) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
