/* clock.c: the system clock and RFC 3339 text.
 * Any thread, no state. Not gmtime and strptime, which know locale and zone. */
#include "jw/clock.h"
#include "jw/civil.h"
#include "jw/error.h"

#include <string.h>
#include <time.h>

#define FIRST_MS (JW_CALENDAR_FIRST * 1000)
#define LAST_MS  (JW_CALENDAR_END * 1000 - 1)

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

char *
jw_time_format(int64_t time_ms)
{
    JwCivil civil;
    const int ms = (int)jw_floor_mod(time_ms, 1000);
    GString *text = g_string_sized_new(32);

    jw_civil_from_seconds(jw_floor_div(time_ms, 1000), &civil);
    g_string_printf(text, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month, civil.day,
                    civil.hour, civil.minute, civil.second);
    if (ms != 0) {
        g_string_append_printf(text, ".%03d", ms);
    }
    g_string_append_c(text, 'Z');
    return g_string_free(text, FALSE);
}

char *
jw_time_words(int64_t time_ms)
{
    static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                          "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
    JwCivil civil;

    jw_civil_from_seconds(jw_floor_div(time_ms, 1000), &civil);
    return g_strdup_printf("%d %s %d, %02d:%02d UTC", civil.day, months[civil.month - 1],
                           civil.year, civil.hour, civil.minute);
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
parse_time(const char *text, int64_t first_ms, int64_t *ret_time_ms)
{
    const char *pos = text;
    JwCivil at = { 0 };
    int ms, offset_min;

    at.year = take_number(&pos, 4);
    if (at.year < 0 || !take_char(&pos, '-')) {
        return false;
    }
    at.month = take_number(&pos, 2);
    if (at.month < 1 || at.month > 12 || !take_char(&pos, '-')) {
        return false;
    }
    at.day = take_number(&pos, 2);
    if (at.day < 1 || at.day > jw_civil_month_days(at.year, at.month) || !take_char(&pos, 'T')) {
        return false;
    }
    at.hour = take_number(&pos, 2);
    if (at.hour < 0 || at.hour > 23 || !take_char(&pos, ':')) {
        return false;
    }
    at.minute = take_number(&pos, 2);
    if (at.minute < 0 || at.minute > 59 || !take_char(&pos, ':')) {
        return false;
    }
    at.second = take_number(&pos, 2);
    if (at.second < 0 || at.second > 60 || !take_fraction(&pos, &ms)
        || !take_zone(&pos, &offset_min) || *pos != '\0') {
        return false;
    }
    bool leap_second = at.second == 60;
    at.second = MIN(at.second, 59);
    int64_t seconds = jw_civil_seconds(&at) - (int64_t)offset_min * 60;
    int64_t time_ms = seconds * 1000 + ms;
    if (time_ms < first_ms || time_ms > LAST_MS) {
        return false;
    }
    if (leap_second && jw_floor_mod(seconds, JW_DAY_SECONDS) != JW_DAY_SECONDS - 1) {
        return false; /* leap seconds are inserted at the end of a UTC day only */
    }
    *ret_time_ms = time_ms;
    return true;
}

static bool
parse_from(const char *text, int64_t first_ms, int64_t *ret_time_ms, GError **error)
{
    if (!parse_time(text, first_ms, ret_time_ms)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "not a date and time with zone such as 2026-01-13T02:00:15Z");
    }
    return true;
}

bool
jw_time_parse(const char *text, int64_t *ret_time_ms, GError **error)
{
    g_return_val_if_fail(text != NULL && ret_time_ms != NULL, false);

    return parse_from(text, 0, ret_time_ms, error);
}

bool
jw_time_parse_record(const char *text, int64_t *ret_time_ms, GError **error)
{
    g_return_val_if_fail(text != NULL && ret_time_ms != NULL, false);

    return parse_from(text, FIRST_MS, ret_time_ms, error);
}
