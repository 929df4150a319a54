/* cron.c: finds the next due time of a cron expression. Pure, any thread. The search runs over
 * local calendar fields, from the largest to the smallest, and skips whatever a field rules out;
 * only the local time found is converted to UTC.
 *
 * At a change of the clock two rules apply, as in Vixie's cron. Fixed hours and minutes follow the
 * wall clock: each local time once, so the conversion is a monotonic one, and the first local time
 * whose UTC time lies after the start is the answer. With a wild-card hour or minute an expression
 * follows elapsed time: it fires whenever the clock shows a time of its own, twice in a doubled
 * hour and not at all in one that is skipped. */
#include "jw/cron.h"
#include "jw/civil.h"
#include "cron_private.h"

#define MOST_YEARS 8
#define MOST_MS    INT64_C(253402300799999) /* the end of 9999 */

/* Smallest value ≥ @from in the set, or -1. */
static int
next_bit(uint64_t set, int from)
{
    const uint64_t rest = from < 64 ? set >> from : 0;

    return rest == 0 ? -1 : from + __builtin_ctzll(rest);
}

static bool
day_matches(const JwCron *self, const JwCivil *t)
{
    const bool day = (self->days >> t->day & 1) != 0;
    const int weekday = jw_civil_weekday(jw_civil_days(t->year, t->month, t->day));
    const bool of_week = (self->weekdays >> weekday & 1) != 0;

    return jw_cron_either_day(self) ? day || of_week : day && of_week;
}

/* Moves to midnight of the first matching day on or after @t unless that is today; false: not
 * before
 * @last_year has ended. */
static bool
find_day(const JwCron *self, JwCivil *t, int last_year)
{
    const JwCivil start = *t;

    while (t->year <= last_year) {
        const int month = next_bit(self->months, t->month);
        if (month != t->month) {
            t->year += month < 0 ? 1 : 0;
            t->month = month < 0 ? 1 : month;
            t->day = 1;
        } else if (t->day > jw_civil_month_days(t->year, t->month)) {
            t->month++; /* 13 is in no set */
            t->day = 1;
        } else if (!day_matches(self, t)) {
            t->day++;
        } else {
            if (t->day != start.day || t->month != start.month || t->year != start.year) {
                t->hour = t->minute = t->second = 0;
            }
            return true;
        }
    }
    return false;
}

/* First matching time of day at or after @t; false: not on this day. */
static bool
find_time(const JwCron *self, JwCivil *t)
{
    for (;;) {
        const int hour = next_bit(self->hours, t->hour);
        if (hour < 0) {
            return false;
        }
        if (hour != t->hour) {
            t->minute = t->second = 0;
        }
        t->hour = hour;
        const int minute = next_bit(self->minutes, t->minute);
        if (minute < 0) {
            t->hour++;
            t->minute = t->second = 0;
            continue;
        }
        if (minute != t->minute) {
            t->second = 0;
        }
        t->minute = minute;
        t->second = next_bit(self->seconds, t->second);
        if (t->second >= 0) {
            return true;
        }
        t->minute++;
        t->second = 0;
    }
}

static bool
find_local(const JwCron *self, JwCivil *t, int last_year)
{
    while (find_day(self, t, last_year)) {
        if (find_time(self, t)) {
            return true;
        }
        t->day++;
        t->hour = t->minute = t->second = 0;
    }
    return false;
}

/* By elapsed time: within each stretch of time whose offset is the same. 0: none. */
static int64_t
next_elapsed(const JwCron *self, GTimeZone *zone, int64_t after)
{
    int64_t start = after + 1;
    int last_year = 0;

    for (;;) {
        const int64_t offset = jw_zone_offset(zone, start);
        JwCivil t;

        jw_civil_from_seconds(start + offset, &t);
        last_year = last_year == 0 ? t.year + MOST_YEARS : last_year;
        if (!find_local(self, &t, last_year)) {
            return 0;
        }
        const int64_t due = jw_civil_seconds(&t) - offset;
        const int64_t end = jw_zone_stretch(zone, start, due);
        if (end > due) {
            return due * 1000;
        }
        start = end;
    }
}

/* By the wall clock. 0: none. */
static int64_t
next_wall(const JwCron *self, GTimeZone *zone, int64_t after)
{
    JwCivil t;

    jw_civil_from_seconds(after + jw_zone_offset(zone, after) + 1, &t);
    const int last_year = t.year + MOST_YEARS;
    while (find_local(self, &t, last_year)) {
        const int64_t local = jw_civil_seconds(&t);
        const int64_t due = jw_zone_utc(zone, local);
        if (due > after) {
            return due * 1000;
        }
        /* In the second pass of a doubled hour: these local times fired in the first. */
        jw_civil_from_seconds(local + 1, &t);
    }
    return 0;
}

int64_t
jw_cron_next(const JwCron *self, GTimeZone *zone, int64_t after_ms)
{
    const int64_t after = jw_floor_div(after_ms, 1000);

    g_return_val_if_fail(self != NULL && zone != NULL, 0);
    if (after_ms < -MOST_MS || after_ms > MOST_MS) {
        return 0;
    }
    return self->follows_time ? next_elapsed(self, zone, after) : next_wall(self, zone, after);
}
