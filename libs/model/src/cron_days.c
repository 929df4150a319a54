/* cron_days.c: which days of a month an expression means, and the forms of a day that depend on the
 * month: L, L-3, 15W, LW, 5L, MON#2. Pure, any thread. A month is one bit set, made of few
 * operations, so that a search over centuries is cheap. */
#include "cron_private.h"
#include "jw/error.h"

#include <string.h>

#define SATURDAY 6

/* @day, or the nearest of Monday to Friday in the same month. */
static int
nearest_weekday(int day, int first_weekday, int n_days)
{
    const int weekday = (first_weekday + day - 1) % 7;

    if (weekday == SATURDAY) {
        return day > 1 ? day - 1 : day + 2;
    }
    if (weekday == 0) {
        return day < n_days ? day + 1 : day - 2;
    }
    return day;
}

static uint64_t
days_of_month(const JwCron *self, int first_weekday, int n_days)
{
    uint64_t set = self->days;

    for (int n = jw_cron_next_bit(self->before_last, 0); n >= 0 && n < n_days;
         n = jw_cron_next_bit(self->before_last, n + 1)) {
        set |= UINT64_C(1) << (n_days - n);
    }
    for (int day = jw_cron_next_bit(self->near_days, 1); day >= 0 && day <= n_days;
         day = jw_cron_next_bit(self->near_days, day + 1)) {
        set |= UINT64_C(1) << nearest_weekday(day, first_weekday, n_days);
    }
    for (int n = jw_cron_next_bit(self->near_last, 0); n >= 0 && n < n_days;
         n = jw_cron_next_bit(self->near_last, n + 1)) {
        set |= UINT64_C(1) << nearest_weekday(n_days - n, first_weekday, n_days);
    }
    return set;
}

static uint64_t
days_of_weeks(const JwCron *self, int first_weekday, int n_days)
{
    uint64_t set = self->week_masks[first_weekday];

    for (int n = 0; n <= 5; n++) {
        for (int weekday = jw_cron_next_bit(self->nth_weekdays[n], 0); weekday >= 0;
             weekday = jw_cron_next_bit(self->nth_weekdays[n], weekday + 1)) {
            const int first = 1 + (weekday - first_weekday + 7) % 7;
            const int day = n > 0 ? first + 7 * (n - 1) : first + (n_days - first) / 7 * 7;
            set |= UINT64_C(1) << day; /* a fifth beyond the month is cut off below */
        }
    }
    return set;
}

uint64_t
jw_cron_month_days(const JwCron *self, int year, int month)
{
    const int first_weekday = jw_civil_weekday(jw_civil_days(year, month, 1));
    const int n_days = jw_civil_month_days(year, month);
    const uint64_t of_month = days_of_month(self, first_weekday, n_days);
    const uint64_t of_weeks = days_of_weeks(self, first_weekday, n_days);
    const uint64_t set = self->either_day ? of_month | of_weeks : of_month & of_weeks;

    return set & ((UINT64_C(2) << n_days) - 2);
}

int
jw_cron_year(const JwCron *self, int year)
{
    if (self->years_free) {
        return year;
    }
    for (int y = MAX(year, JW_CRON_FIRST_YEAR); y <= JW_CRON_LAST_YEAR; y++) {
        const unsigned bit = (unsigned)(y - JW_CRON_FIRST_YEAR);
        if ((self->years[bit / 64] >> bit % 64 & 1) != 0) {
            return y;
        }
    }
    return -1;
}

/* "L", "L-3", "15", each of which may end with W. */
static bool
read_day(const char *text, size_t length, bool *ret_from_last, int *ret_day)
{
    g_autofree char *number = NULL;
    const bool from_last = length > 0 && g_ascii_toupper(text[0]) == 'L';
    guint64 day = 0;

    if (from_last && length == 1) {
        *ret_from_last = true;
        *ret_day = 0;
        return true;
    }
    if (from_last && text[1] != '-') {
        return false;
    }
    number = from_last ? g_strndup(text + 2, length - 2) : g_strndup(text, length);
    if (!g_ascii_string_to_unsigned(number, 10, 1, from_last ? 30 : 31, &day, NULL)) {
        return false;
    }
    *ret_from_last = from_last;
    *ret_day = (int)day;
    return true;
}

bool
jw_cron_parse_day(JwCron *self, const char *text, bool *ret_taken, GError **error)
{
    const size_t length = strlen(text);
    const bool near = length > 0 && g_ascii_toupper(text[length - 1]) == 'W';
    bool from_last = false;
    int day = 0;

    *ret_taken = false;
    if (self->dialect == JW_CRON_APSCHEDULER) {
        *ret_taken = g_ascii_strcasecmp(text, "last") == 0;
        self->before_last |= *ret_taken ? 1 : 0;
        return true;
    }
    if (!near && g_ascii_toupper(text[0]) != 'L') {
        return true;
    }
    if (near && self->dialect != JW_CRON_QUARTZ) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "day of month: '%s': W is known to the dialect quartz only; name that",
                       text);
    }
    if (!read_day(text, length - (near ? 1 : 0), &from_last, &day)) {
        return jw_fail(error, JW_ERROR_INVALID, "day of month: '%s' is not L, L-1 to L-30%s", text,
                       self->dialect == JW_CRON_QUARTZ ? ", 1W to 31W, LW or L-1W to L-30W" : "");
    }
    uint64_t *set = !near ? &self->before_last : from_last ? &self->near_last : &self->near_days;
    *set |= UINT64_C(1) << day;
    *ret_taken = true;
    return true;
}

static bool
parse_last_weekday(JwCron *self, const char *text, bool *ret_taken, GError **error)
{
    const JwCronField *field = jw_cron_field(self->dialect, JW_FIELD_WEEKDAY);
    const size_t length = strlen(text);
    g_autofree char *name = g_strndup(text, length - 1);
    int weekday = 0;

    if (length == 1 && self->dialect == JW_CRON_QUARTZ) {
        self->weekdays |= UINT64_C(1) << SATURDAY; /* Quartz: the last day of the week */
    } else if (length == 1) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "day of week: 'L' names no weekday; the last Friday of the month is 5L");
    } else if (!jw_cron_parse_value(field, name, &weekday, NULL)) {
        return true; /* the caller says what is wrong */
    }
    self->nth_weekdays[0] |= length == 1 ? 0 : UINT64_C(1) << (weekday + field->shift) % 7;
    *ret_taken = true;
    return true;
}

bool
jw_cron_parse_weekday(JwCron *self, const char *text, bool *ret_taken, GError **error)
{
    const JwCronField *field = jw_cron_field(self->dialect, JW_FIELD_WEEKDAY);
    const size_t length = strlen(text);
    const char *hash = strchr(text, '#');
    guint64 n = 0;
    int weekday = 0;

    *ret_taken = false;
    if (length == 0 || self->dialect == JW_CRON_APSCHEDULER) {
        return true;
    }
    if (hash == NULL) {
        return g_ascii_toupper(text[length - 1]) != 'L'
               || parse_last_weekday(self, text, ret_taken, error);
    }
    g_autofree char *name = g_strndup(text, (size_t)(hash - text));
    if (!g_ascii_string_to_unsigned(hash + 1, 10, 1, 5, &n, NULL)
        || !jw_cron_parse_value(field, name, &weekday, NULL)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "day of week: '%s' is not a weekday, # and 1 to 5, such as MON#2 for the "
                       "second Monday",
                       text);
    }
    self->nth_weekdays[n] |= UINT64_C(1) << (weekday + field->shift) % 7;
    *ret_taken = true;
    return true;
}
