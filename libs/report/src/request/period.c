/* request/period.c: the periods of reports. Pure, any thread. */
#include "jw/civil.h"
#include "jw/error.h"
#include "jw/report.h"

void
jw_period_previous(JwPeriodType type, GTimeZone *zone, int64_t at_ms, int64_t *ret_start_ms,
                   int64_t *ret_end_ms)
{
    int64_t start = 0, end = 0;
    JwCivil date;

    g_return_if_fail(zone != NULL && ret_start_ms != NULL && ret_end_ms != NULL);
    g_return_if_fail(type == JW_PERIOD_WEEKLY || type == JW_PERIOD_MONTHLY);

    const int64_t today = jw_zone_day(zone, at_ms);
    if (type == JW_PERIOD_WEEKLY) {
        end = today - (jw_civil_weekday(today) + 6) % 7;
        start = end - 7;
    } else {
        jw_civil_from_days(today, &date);
        end = today - (date.day - 1);
        jw_civil_from_days(end - 1, &date);
        start = end - jw_civil_month_days(date.year, date.month);
    }
    *ret_start_ms = jw_zone_day_start_ms(zone, start);
    *ret_end_ms = jw_zone_day_start_ms(zone, end);
}
