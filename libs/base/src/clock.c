/* clock.c: the system clock and RFC 3339 text.
 * Any thread, no state. Owner: base.
 * Dates are computed by hand (days from the civil calendar): gmtime and strptime know locale and
 * zone. */
#include "jw/clock.h"
#include "jw/error.h"

#include <string.h>
#include <time.h>

#define MS_PER_DAY INT64_C(86400000)
#define LAST_MS    INT64_C(253402300799999) /* 9999-12-31T23:59:59.999Z */

static int64_t
read_clock(clockid_t which)
{
    struct timespec now;
    int rc = clock_gettime(which, &now);
    g_assert(rc == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t
system_now_ms(JwClock *self)
{
    (void)self;
    return read_clock(CLOCK_REALTIME);
}

static int64_t
system_mono_ms(JwClock *self)
{
    (void)self;
    return read_clock(CLOCK_MONOTONIC);
}

JwClock *
jw_clock_system(void)
{
    static JwClock clock = { .now_ms = system_now_ms, .mono_ms = system_mono_ms };
    return &clock;
}

/* Days since 1970-01-01 of a date of the Gregorian calendar; years are counted from March so that
 * the leap day comes last. */
static int64_t
days_from_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void
date_from_days(int64_t days, int64_t *ret_year, int64_t *ret_month, int64_t *ret_day)
{
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted_month = (5 * day_of_year + 2) / 153;

    *ret_day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    *ret_month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    *ret_year = year_of_era + era * 400 + (*ret_month <= 2 ? 1 : 0);
}

char *
jw_time_format(int64_t time_ms)
{
    int64_t days = time_ms / MS_PER_DAY;
    int64_t rest = time_ms % MS_PER_DAY;
    if (rest < 0) {
        rest += MS_PER_DAY;
        days -= 1;
    }
    int64_t year, month, day;
    date_from_days(days, &year, &month, &day);

    GString *text = g_string_sized_new(32);
    g_string_printf(text, "%04" G_GINT64_FORMAT "-%02d-%02dT%02d:%02d:%02d", year, (int)month,
                    (int)day, (int)(rest / 3600000), (int)(rest / 60000 % 60),
                    (int)(rest / 1000 % 60));
    if (rest % 1000 != 0) {
        g_string_append_printf(text, ".%03d", (int)(rest % 1000));
    }
    g_string_append_c(text, 'Z');
    return g_string_free(text, FALSE);
}

/* Reads exactly @digits digits at *@pos and moves *@pos behind them; -1 when they are not there. */
static int
take_number(const char **pos, int digits)
{
    int value = 0;
    for (int i = 0; i < digits; i++) {
        if (!g_ascii_isdigit((*pos)[i])) {
            return -1;
        }
        value = value * 10 + ((*pos)[i] - '0');
    }
    *pos += digits;
    return value;
}

static bool
take_char(const char **pos, char wanted)
{
    if (g_ascii_toupper(**pos) != wanted) {
        return false;
    }
    *pos += 1;
    return true;
}

static int
days_in_month(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap ? 1 : 0);
}

/* ".250" → 250; no fraction → 0; false for a dot without digits or more than nine of them. */
static bool
take_fraction(const char **pos, int *ret_ms)
{
    int ms = 0, digits = 0;
    if (**pos == '.') {
        *pos += 1;
        for (; g_ascii_isdigit(**pos); *pos += 1, digits++) {
            if (digits < 3) {
                ms = ms * 10 + (**pos - '0');
            }
        }
        if (digits < 1 || digits > 9) {
            return false;
        }
        for (; digits < 3; digits++) {
            ms *= 10;
        }
    }
    *ret_ms = ms;
    return true;
}

static bool
take_zone(const char **pos, int *ret_offset_min)
{
    if (take_char(pos, 'Z')) {
        *ret_offset_min = 0;
        return true;
    }
    bool west = **pos == '-';
    if (!west && **pos != '+') {
        return false;
    }
    *pos += 1;
    int hours = take_number(pos, 2);
    if (hours < 0 || hours > 23 || !take_char(pos, ':')) {
        return false;
    }
    int minutes = take_number(pos, 2);
    if (minutes < 0 || minutes > 59) {
        return false;
    }
    *ret_offset_min = (hours * 60 + minutes) * (west ? -1 : 1);
    return true;
}

static bool
parse_time(const char *text, int64_t *ret_time_ms)
{
    const char *pos = text;
    int year, month, day, hour, minute, second, ms, offset_min;

    year = take_number(&pos, 4);
    if (year < 1970 || !take_char(&pos, '-')) {
        return false;
    }
    month = take_number(&pos, 2);
    if (month < 1 || month > 12 || !take_char(&pos, '-')) {
        return false;
    }
    day = take_number(&pos, 2);
    if (day < 1 || day > days_in_month(year, month) || !take_char(&pos, 'T')) {
        return false;
    }
    hour = take_number(&pos, 2);
    if (hour < 0 || hour > 23 || !take_char(&pos, ':')) {
        return false;
    }
    minute = take_number(&pos, 2);
    if (minute < 0 || minute > 59 || !take_char(&pos, ':')) {
        return false;
    }
    second = take_number(&pos, 2);
    if (second < 0 || second > 60 || !take_fraction(&pos, &ms) || !take_zone(&pos, &offset_min)
        || *pos != '\0') {
        return false;
    }
    bool leap_second = second == 60;
    int64_t seconds = days_from_date(year, month, day) * 86400 + hour * 3600 + minute * 60
                      + (leap_second ? 59 : second) - (int64_t)offset_min * 60;
    int64_t time_ms = seconds * 1000 + ms;
    if (time_ms < 0 || time_ms > LAST_MS) {
        return false;
    }
    if (leap_second && seconds % 86400 != 86399) {
        return false; /* leap seconds are inserted at the end of a UTC day only */
    }
    *ret_time_ms = time_ms;
    return true;
}

bool
jw_time_parse(const char *text, int64_t *ret_time_ms, GError **error)
{
    g_return_val_if_fail(text != NULL && ret_time_ms != NULL, false);

    if (!parse_time(text, ret_time_ms)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "not a date and time with zone such as 2026-01-13T02:00:15Z");
    }
    return true;
}
