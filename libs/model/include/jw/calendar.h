/* jw/calendar.h: days on which nothing is due: dates, ranges of dates, weekdays, dates of every
 * year. Days are local dates, counted since 1970-01-01 (jw_civil_days()); which zone they are of is
 * said by who asks. Pure; built by one thread, read by any. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _JwCalendar JwCalendar;

/* One that excludes nothing. (transfer full) */
JwCalendar *jw_calendar_new(void);
void jw_calendar_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCalendar, jw_calendar_free)

/* Excludes a date such as "2026-12-25". INVALID: it is none of the years 1970-9999. */
bool jw_calendar_add_date(JwCalendar *self, const char *date,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Excludes the dates from @first to @last, both included. INVALID also when @last comes before. */
bool jw_calendar_add_range(JwCalendar *self, const char *first, const char *last,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Excludes a day of the week, "SAT" or "saturday". INVALID: it is none. */
bool jw_calendar_add_weekday(JwCalendar *self, const char *weekday,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Excludes a date of every year, "12-25"; "02-29" in leap years only. INVALID: it is none. */
bool jw_calendar_add_yearly(JwCalendar *self, const char *date,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the day is excluded. */
bool jw_calendar_excludes(const JwCalendar *self, int64_t day);

/* The first day on or after @day that is not excluded; false: none before the year 10000. */
bool jw_calendar_open_day(const JwCalendar *self, int64_t day, int64_t *ret_day);

G_END_DECLS
