/* request/compared.c: the period that one is compared with. Pure, any thread. */
#include "jw/civil.h"
#include "jw/report.h"

/* The local time of day of @time_ms on @day, which takes the place of its own. */
static int64_t
moved(GTimeZone *zone, int64_t time_ms, int64_t day)
{
    const int64_t own_ms = jw_zone_day_start_ms(zone, jw_zone_day(zone, time_ms));
    const int64_t next_ms = jw_zone_day_start_ms(zone, day + 1);

    return MIN(jw_zone_day_start_ms(zone, day) + time_ms - own_ms, next_ms - 1);
}

static bool
is_whole_days(GTimeZone *zone, int64_t start_ms, int64_t end_ms)
{
    return start_ms == jw_zone_day_start_ms(zone, jw_zone_day(zone, start_ms))
           && end_ms == jw_zone_day_start_ms(zone, jw_zone_day(zone, end_ms));
}

/* Directly before. */
static int64_t
previous_start(JwPeriodType type, GTimeZone *zone, int64_t start_ms, int64_t end_ms)
{
    const int64_t first = jw_zone_day(zone, start_ms);
    JwCivil date;

    if (type == JW_PERIOD_WEEKLY) {
        return jw_zone_day_start_ms(zone, first - 7);
    }
    if (type == JW_PERIOD_MONTHLY) {
        jw_civil_from_days(first - 1, &date);
        return jw_zone_day_start_ms(zone, first - jw_civil_month_days(date.year, date.month));
    }
    if (is_whole_days(zone, start_ms, end_ms)) {
        const int64_t n_days = jw_zone_day(zone, end_ms) - first;
        return jw_zone_day_start_ms(zone, first - n_days);
    }
    return start_ms - (end_ms - start_ms);
}

/* The last day decides, and not the first behind: February ends with its own last day. */
static void
same_a_year_before(JwPeriodType type, GTimeZone *zone, int64_t start_ms, int64_t end_ms,
                   int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    const int64_t first = jw_zone_day(zone, start_ms);
    const int64_t last = jw_zone_day(zone, end_ms - 1);
    JwCivil date;

    if (type == JW_PERIOD_WEEKLY) {
        *ret_start_ms = jw_zone_day_start_ms(zone, first - 364);
        *ret_end_ms = jw_zone_day_start_ms(zone, last + 1 - 364);
    } else if (type == JW_PERIOD_MONTHLY) {
        jw_civil_from_days(first, &date);
        const int64_t begin = jw_civil_days(date.year - 1, date.month, 1);
        *ret_start_ms = jw_zone_day_start_ms(zone, begin);
        *ret_end_ms =
            jw_zone_day_start_ms(zone, begin + jw_civil_month_days(date.year - 1, date.month));
    } else if (is_whole_days(zone, start_ms, end_ms)) {
        *ret_start_ms = jw_zone_day_start_ms(zone, jw_civil_year_before(first));
        *ret_end_ms = jw_zone_day_start_ms(zone, jw_civil_year_before(last) + 1);
    } else {
        *ret_start_ms = moved(zone, start_ms, jw_civil_year_before(first));
        *ret_end_ms = moved(zone, end_ms - 1, jw_civil_year_before(last)) + 1;
    }
}

char *
jw_period_compared(JwPeriodType type, JwCompare compare, GTimeZone *zone, int64_t start_ms,
                   int64_t end_ms, int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    int64_t from_ms = 0, to_ms = start_ms;

    g_return_val_if_fail(zone != NULL && ret_start_ms != NULL && ret_end_ms != NULL, NULL);
    g_return_val_if_fail(compare != JW_COMPARE_NONE, NULL);

    if (compare == JW_COMPARE_PREVIOUS) {
        from_ms = previous_start(type, zone, start_ms, end_ms);
    } else {
        same_a_year_before(type, zone, start_ms, end_ms, &from_ms, &to_ms);
    }
    if (from_ms < 0) {
        return g_strdup("the period before would begin before 1970; ask for a later or shorter "
                        "one, or leave compare out");
    }
    if (to_ms > start_ms) {
        return g_strdup("a period of more than a year overlaps with the same a year before; ask "
                        "for a shorter one, or compare with the previous one");
    }
    if (to_ms <= from_ms) {
        return g_strdup("the clock of its zone skipped the day before; ask for other days");
    }
    *ret_start_ms = from_ms;
    *ret_end_ms = to_ms;
    return NULL;
}
