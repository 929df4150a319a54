/* jw/civil.h: calendar arithmetic on whole seconds, and the offset of a time zone.
 * "Local seconds" are a local date and time counted as if it were UTC. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define JW_DAY_SECONDS INT64_C(86400)

/* The years 0000-9999: what four digits can write, in seconds since 1970, and the first behind. */
#define JW_CALENDAR_FIRST (-INT64_C(62167219200))
#define JW_CALENDAR_END   INT64_C(253402300800)

typedef struct {
    int year, month, day; /* month and day from 1 */
    int hour, minute, second;
} JwCivil;

/* Quotient rounded down and its remainder, also below zero. @by > 0. */
static inline int64_t
jw_floor_div(int64_t value, int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

static inline int64_t
jw_floor_mod(int64_t value, int64_t by)
{
    return value - jw_floor_div(value, by) * by;
}

/* 0 = Sunday, of a number of days since 1970-01-01 (a Thursday). */
static inline int
jw_civil_weekday(int64_t days)
{
    return (int)jw_floor_mod(days + 4, 7);
}

/* Days since 1970-01-01. */
int64_t jw_civil_days(int year, int month, int day);

/* The date, at midnight. */
void jw_civil_from_days(int64_t days, JwCivil *ret);

/* 28 to 31. @month from 1. */
int jw_civil_month_days(int year, int month);

/* The same date a year before; 28 February for the 29th. Both in days since 1970-01-01. */
int64_t jw_civil_year_before(int64_t days);

/* To local seconds. */
int64_t jw_civil_seconds(const JwCivil *civil);

/* From local seconds, also below zero. */
void jw_civil_from_seconds(int64_t seconds, JwCivil *ret);

/* An IANA zone that exists on this machine, or INVALID. "UTC" always works. Each is read once in
 * the life of a process: new rules of a zone need a restart. (transfer full) */
GTimeZone *jw_zone_new(const char *name, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Local minus UTC, in seconds, at a UTC time. */
int64_t jw_zone_offset(GTimeZone *zone, int64_t utc_seconds);

/* The first moment at which the local clock shows @local_seconds or, when a change of the clock
 * skips that, more. Never falls when @local_seconds grows. */
int64_t jw_zone_utc(GTimeZone *zone, int64_t local_seconds);

/* The same, but of a time that comes twice the last moment. */
int64_t jw_zone_utc_last(GTimeZone *zone, int64_t local_seconds);

/* Days since 1970-01-01 of the local date at a UTC time. */
int64_t jw_zone_day(GTimeZone *zone, int64_t utc_ms);

/* The first moment of a local date, UTC ms: midnight; the first of two; where a change of the clock
 * skips midnight, the moment of the change. The one rule for days, weeks and months: a day ends
 * where the next begins. A day that a zone skipped is empty. */
int64_t jw_zone_day_start_ms(GTimeZone *zone, int64_t day);

/* First UTC second in (@from, @to] whose offset is not that of @from. They must differ in offset.
 */
int64_t jw_zone_change(GTimeZone *zone, int64_t from, int64_t to);

/* The end of the stretch of time without a change of the clock that begins at or before @from: its
 * first UTC second in (@from, @to], @to + 1 when there is none. The clock may change to and fro
 * within. */
int64_t jw_zone_stretch(GTimeZone *zone, int64_t from, int64_t to);

G_END_DECLS
