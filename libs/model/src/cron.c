/* cron.c: finds the next due time of a cron expression. Pure, any thread. The search runs over
 * local calendar fields, from the largest to the smallest, and skips whatever a field rules out;
 * only the local time found is converted to UTC.
 *
 * Two ways lead to it. Where each local time is due once, by the wall clock: the conversion is a
 * monotonic one (to the first or to the last moment that shows it), so the first local time whose
 * UTC time lies after the start is the answer. Where it is due whenever the clock shows it: within
 * each stretch of time without a change of the clock. */
#include "jw/cron.h"
#include "cron_private.h"

#define MOST_YEARS   400 /* after these the days of the calendar repeat */
#define LAST_YEAR    9999
#define MOST_MS      INT64_C(253402300799999) /* the end of 9999 */
#define NEAR_SECONDS (2 * JW_DAY_SECONDS)     /* more than any change of a clock */

/* Moves to midnight of the first matching day on or after @t unless that is today; false: not
 * before @last_year has ended. */
static bool
find_day(const JwCron *self, JwCivil *t, int last_year)
{
    const JwCivil start = *t;

    while (t->year <= last_year) {
        const int year = jw_cron_year(self, t->year);
        const int month = year == t->year ? jw_cron_next_bit(self->months, t->month) : -1;
        if (year < 0) {
            return false;
        }
        if (month < 0) {
            t->year = year != t->year ? year : year + 1;
            t->month = t->day = 1;
            continue;
        }
        t->day = month == t->month ? t->day : 1;
        t->month = month;
        t->day = jw_cron_next_bit(jw_cron_month_days(self, t->year, month), t->day);
        if (t->day > 0) {
            if (t->day != start.day || t->month != start.month || t->year != start.year) {
                t->hour = t->minute = t->second = 0;
            }
            return true;
        }
        t->month++; /* 13 is in no set */
        t->day = 1;
    }
    return false;
}

/* First matching time of day at or after @t; false: not on this day. */
static bool
find_time(const JwCron *self, JwCivil *t)
{
    for (;;) {
        const int hour = jw_cron_next_bit(self->hours, t->hour);
        if (hour < 0) {
            return false;
        }
        if (hour != t->hour) {
            t->minute = t->second = 0;
        }
        t->hour = hour;
        const int minute = jw_cron_next_bit(self->minutes, t->minute);
        if (minute < 0) {
            t->hour++;
            t->minute = t->second = 0;
            continue;
        }
        if (minute != t->minute) {
            t->second = 0;
        }
        t->minute = minute;
        t->second = jw_cron_next_bit(self->seconds, t->second);
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

bool
jw_cron_has_local(const JwCron *self, int64_t from, int64_t to, int64_t *ret_first)
{
    JwCivil t;

    jw_civil_from_seconds(from, &t);
    if (!find_local(self, &t, MIN(t.year + 1, LAST_YEAR)) || jw_civil_seconds(&t) >= to) {
        return false;
    }
    *ret_first = jw_civil_seconds(&t);
    return true;
}

JwDst
jw_cron_dst(const JwCron *self, JwDst rule)
{
    if (rule.gap == JW_GAP_AUTO) {
        rule.gap = self->follows_time ? JW_GAP_SKIP : JW_GAP_RUN_AFTER;
    }
    if (rule.repeat == JW_REPEAT_AUTO) {
        rule.repeat = self->follows_time ? JW_REPEAT_BOTH : JW_REPEAT_FIRST;
    }
    return rule;
}

/* Whether @utc is the first moment after a gap with a local time of its own in it. */
static bool
ends_gap(const JwCron *self, GTimeZone *zone, int64_t utc)
{
    const int64_t before = jw_zone_offset(zone, utc - 1);
    const int64_t after = jw_zone_offset(zone, utc);

    int64_t first = 0;

    return after > before && jw_cron_has_local(self, utc + before, utc + after, &first);
}

/* Due whenever the clock shows it, and after gaps if asked. 0: none. */
static int64_t
next_shown(const JwCron *self, GTimeZone *zone, bool run_after, int64_t after, int last_year)
{
    int64_t start = after + 1;

    for (;;) {
        const int64_t offset = jw_zone_offset(zone, start);
        JwCivil t;

        if (run_after && ends_gap(self, zone, start)) {
            return start;
        }
        jw_civil_from_seconds(start + offset, &t);
        if (!find_local(self, &t, last_year)) {
            return 0;
        }
        const int64_t due = jw_civil_seconds(&t) - offset;
        const int64_t near = MIN(due, start + NEAR_SECONDS);
        const int64_t end = jw_zone_stretch(zone, start, near);
        if (end <= near) {
            start = end;
        } else if (near == due) {
            return due;
        } else {
            start =
                due - NEAR_SECONDS; /* what changes on the way there brings no local time back */
        }
    }
}

/* The earliest local time that the clock shows after @after, also when it is set back soon. */
static int64_t
earliest_local(GTimeZone *zone, int64_t after)
{
    const int64_t near = after + NEAR_SECONDS;
    int64_t start = after + 1;
    int64_t local = start + jw_zone_offset(zone, start);

    for (int64_t end = 0; (end = jw_zone_stretch(zone, start, near)) <= near; start = end) {
        local = MIN(local, end + jw_zone_offset(zone, end));
    }
    return local;
}

/* @local's due time is not after the start: what is the first local time behind it whose own is?
 * Those that a set clock shows again come in one go. */
static int64_t
behind_doubled(GTimeZone *zone, int64_t local, int64_t due)
{
    const int64_t to = due + NEAR_SECONDS;
    const int64_t end = jw_zone_stretch(zone, due, to);

    return end > to ? local + 1 : MAX(local + 1, end + jw_zone_offset(zone, end - 1));
}

/* Each local time once, by the wall clock. 0: none. */
static int64_t
next_wall(const JwCron *self, GTimeZone *zone, JwDst dst, int64_t after, int last_year)
{
    const bool last = dst.repeat == JW_REPEAT_LAST;
    JwCivil t;

    jw_civil_from_seconds(
        last ? earliest_local(zone, after) : after + jw_zone_offset(zone, after) + 1, &t);
    while (find_local(self, &t, last_year)) {
        const int64_t local = jw_civil_seconds(&t);
        const int64_t due = last ? jw_zone_utc_last(zone, local) : jw_zone_utc(zone, local);
        const int64_t shown = due + jw_zone_offset(zone, due);
        if (due > after && (shown == local || dst.gap != JW_GAP_SKIP)) {
            return due * 1000;
        }
        jw_civil_from_seconds(shown > local ? shown
                              : last        ? local + 1
                                            : behind_doubled(zone, local, due),
                              &t);
    }
    return 0;
}

int64_t
jw_cron_next_by(const JwCron *self, GTimeZone *zone, const JwDst *dst, int64_t after_ms)
{
    const int64_t after = jw_floor_div(after_ms, 1000);

    g_return_val_if_fail(self != NULL && zone != NULL, 0);
    if (after_ms < -MOST_MS || after_ms > MOST_MS) {
        return 0;
    }
    const JwDst rule = jw_cron_dst(self, dst != NULL ? *dst : (JwDst){ 0 });
    JwCivil now;

    jw_civil_from_seconds(after, &now);
    const int last_year = MIN(now.year + MOST_YEARS, LAST_YEAR);
    if (rule.repeat != JW_REPEAT_BOTH) {
        return next_wall(self, zone, rule, after, last_year);
    }
    return next_shown(self, zone, rule.gap == JW_GAP_RUN_AFTER, after, last_year) * 1000;
}
