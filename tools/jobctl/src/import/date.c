/* import/date.c: dates by a strptime-like format. Not strptime(): that one reads names of the
 * process's locale, takes "31-Feb", and knows no zones. Any thread. */
#include "import/when.h"

#include <string.h>

#include "import/cell.h"
#include "jw/civil.h"

typedef struct {
    const char *text; /* what is left */
    int64_t year, month, day, day_of_year, hour, minute, second, nano, offset_s;
    bool pm, twelve, has_offset;
} Reading;

struct _JcDate {
    char *format; /* with the shorthands written out */
    GTimeZone *zone;
    bool utc, reads_offset;
};

/* Each of hour to fraction is read only with the one before it. */
enum {
    PART_YEAR,
    PART_MONTH,
    PART_DAY,
    PART_YEAR_DAY,
    PART_WEEKDAY,
    PART_HOUR,
    PART_MINUTE,
    PART_SECOND,
    PART_FRACTION,
    PART_HALF,
    PART_OFFSET,
};

static const char *const months[] = { "January",   "February", "March",    "April",
                                      "May",       "June",     "July",     "August",
                                      "September", "October",  "November", "December" };
static const char *const weekdays[] = { "Sunday",   "Monday", "Tuesday", "Wednesday",
                                        "Thursday", "Friday", "Saturday" };

static bool
read_number(Reading *reading, size_t min_digits, size_t max_digits, int64_t min, int64_t max,
            int64_t *ret)
{
    int64_t number = 0;
    size_t digits = 0;

    while (digits < max_digits && g_ascii_isdigit(reading->text[digits])) {
        number = number * 10 + (reading->text[digits] - '0');
        digits++;
    }
    if (digits < min_digits || number < min || number > max) {
        return false;
    }
    reading->text += digits;
    *ret = number;
    return true;
}

/* The long name, or its first three letters. @ret_index from 0. */
static bool
read_name(Reading *reading, const char *const *names, size_t n_names, int64_t *ret_index)
{
    for (size_t i = 0; i < n_names; i++) {
        const size_t length = strlen(names[i]);
        if (g_ascii_strncasecmp(reading->text, names[i], length) == 0) {
            reading->text += length;
            *ret_index = (int64_t)i;
            return true;
        }
    }
    for (size_t i = 0; i < n_names; i++) {
        if (g_ascii_strncasecmp(reading->text, names[i], 3) == 0
            && !g_ascii_isalpha(reading->text[3])) {
            reading->text += 3;
            *ret_index = (int64_t)i;
            return true;
        }
    }
    return false;
}

static bool
read_offset(Reading *reading)
{
    int64_t hours = 0, minutes = 0;

    reading->has_offset = true;
    if (reading->text[0] == 'Z' || reading->text[0] == 'z') {
        reading->text++;
        reading->offset_s = 0;
        return true;
    }
    const char sign = reading->text[0];
    if (sign != '+' && sign != '-') {
        return false;
    }
    reading->text++;
    if (!read_number(reading, 2, 2, 0, 14, &hours)) {
        return false;
    }
    if (reading->text[0] == ':') {
        reading->text++;
        if (!read_number(reading, 2, 2, 0, 59, &minutes)) {
            return false;
        }
    } else if (g_ascii_isdigit(reading->text[0]) && !read_number(reading, 2, 2, 0, 59, &minutes)) {
        return false;
    }
    reading->offset_s = (hours * 3600 + minutes * 60) * (sign == '-' ? -1 : 1);
    return true;
}

static bool
read_fraction(Reading *reading)
{
    const char *start = reading->text;

    if (!read_number(reading, 1, 9, 0, 999999999, &reading->nano)) {
        return false;
    }
    for (size_t digits = (size_t)(reading->text - start); digits < 9; digits++) {
        reading->nano *= 10;
    }
    return true;
}

static bool
read_half(Reading *reading)
{
    const bool pm = g_ascii_strncasecmp(reading->text, "pm", 2) == 0;

    if (!pm && g_ascii_strncasecmp(reading->text, "am", 2) != 0) {
        return false;
    }
    reading->pm = pm;
    reading->text += 2;
    return true;
}

static bool
read_short_year(Reading *reading)
{
    int64_t year = 0;

    if (!read_number(reading, 2, 2, 0, 99, &year)) {
        return false;
    }
    reading->year = year >= 69 ? 1900 + year : 2000 + year;
    return true;
}

static bool
read_month_name(Reading *reading)
{
    int64_t index = 0;

    if (!read_name(reading, months, G_N_ELEMENTS(months), &index)) {
        return false;
    }
    reading->month = index + 1;
    return true;
}

static bool
read_directive(Reading *reading, char directive)
{
    int64_t ignored = 0;

    switch (directive) {
    case 'Y':
        return read_number(reading, 4, 4, 1, 9999, &reading->year);
    case 'y':
        return read_short_year(reading);
    case 'm':
        return read_number(reading, 1, 2, 1, 12, &reading->month);
    case 'b':
    case 'B':
        return read_month_name(reading);
    case 'd':
    case 'e':
        return read_number(reading, 1, 2, 1, 31, &reading->day);
    case 'j':
        return read_number(reading, 1, 3, 1, 366, &reading->day_of_year);
    case 'a':
    case 'A':
        return read_name(reading, weekdays, G_N_ELEMENTS(weekdays), &ignored);
    case 'H':
        return read_number(reading, 1, 2, 0, 23, &reading->hour);
    case 'I':
        reading->twelve = true;
        return read_number(reading, 1, 2, 1, 12, &reading->hour);
    case 'M':
        return read_number(reading, 1, 2, 0, 59, &reading->minute);
    case 'S':
        return read_number(reading, 1, 2, 0, 60, &reading->second);
    case 'f':
        return read_fraction(reading);
    case 'p':
        return read_half(reading);
    case 'z':
        return read_offset(reading);
    default:
        return false;
    }
}

/* The format with its shorthands written out; "%%F" is a per cent sign and an F. */
static char *
write_out(const char *format)
{
    GString *text = g_string_new(NULL);

    for (const char *at = format; *at != '\0'; at++) {
        if (*at != '%' || at[1] == '\0') {
            g_string_append_c(text, *at);
            continue;
        }
        at++;
        switch (*at) {
        case 'F':
            g_string_append(text, "%Y-%m-%d");
            break;
        case 'T':
            g_string_append(text, "%H:%M:%S");
            break;
        case 'R':
            g_string_append(text, "%H:%M");
            break;
        default:
            g_string_append_c(text, '%');
            g_string_append_c(text, *at);
        }
    }
    return g_string_free(text, FALSE);
}

/* What a format may read, and by which letters. */
static const struct {
    const char *name, *letters;
} parts[] = {
    [PART_YEAR] = { "year", "Yy" },        [PART_MONTH] = { "month", "mbB" },
    [PART_DAY] = { "day", "de" },          [PART_YEAR_DAY] = { "day of the year", "j" },
    [PART_WEEKDAY] = { "weekday", "aA" },  [PART_HOUR] = { "hour", "HI" },
    [PART_MINUTE] = { "minute", "M" },     [PART_SECOND] = { "second", "S" },
    [PART_FRACTION] = { "fraction", "f" }, [PART_HALF] = { "half of the day", "p" },
    [PART_OFFSET] = { "offset", "z" },
};

/* The letter that reads each part, 0 for none. */
static bool
find_parts(const char *format, char read_by[G_N_ELEMENTS(parts)], GError **error)
{
    for (const char *at = format; *at != '\0'; at++) {
        size_t part = 0;
        if (*at != '%') {
            continue;
        }
        at++;
        while (*at != '\0' && part < G_N_ELEMENTS(parts)
               && strchr(parts[part].letters, *at) == NULL) {
            part++;
        }
        if (*at == '\0' || (part == G_N_ELEMENTS(parts) && *at != '%')) {
            return jw_fail(
                error, JW_ERROR_INVALID,
                "date format '%s': %%%c is not known; known are %%Y %%y %%m %%b %%B %%d %%e "
                "%%j %%a %%A %%H %%I %%M %%S %%f %%p %%z %%F %%T %%R %%%%",
                format, *at != '\0' ? *at : ' ');
        }
        if (part < G_N_ELEMENTS(parts) && read_by[part] != '\0') {
            return jw_fail(error, JW_ERROR_INVALID,
                           "date format '%s' reads the %s twice (%%%c, %%%c); leave one of them "
                           "out",
                           format, parts[part].name, read_by[part], *at);
        }
        if (part < G_N_ELEMENTS(parts)) {
            read_by[part] = *at;
        }
    }
    return true;
}

static bool
check_day(const char *format, const char *read_by, GError **error)
{
    const bool by_year_day = read_by[PART_YEAR_DAY] != '\0';
    const char *lacking = NULL;

    if (by_year_day && (read_by[PART_MONTH] != '\0' || read_by[PART_DAY] != '\0')) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "date format '%s': %%j is the day of the year, so it stands without month "
                       "and day",
                       format);
    }
    if (read_by[PART_YEAR] == '\0') {
        lacking = "year";
    } else if (!by_year_day && read_by[PART_MONTH] == '\0') {
        lacking = "month";
    } else if (!by_year_day && read_by[PART_DAY] == '\0') {
        lacking = "day";
    }
    return lacking == NULL
           || jw_fail(error, JW_ERROR_INVALID, "date format '%s' lacks the %s", format, lacking);
}

static bool
check_time(const char *format, const char *read_by, GError **error)
{
    const char hour = read_by[PART_HOUR];
    const bool half = read_by[PART_HALF] != '\0';

    if (half && hour == 'H') {
        const char *cure = strstr(format, "%H") != NULL   ? "%I for %H"
                           : strstr(format, "%T") != NULL ? "%I:%M:%S for %T"
                                                          : "%I:%M for %R";
        return jw_fail(error, JW_ERROR_INVALID,
                       "date format '%s': %%p (AM, PM) goes with an hour of twelve; write %s, or "
                       "leave %%p out",
                       format, cure);
    }
    if (half != (hour == 'I')) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "date format '%s': %%I (the hour of twelve) and %%p (AM, PM) go together; "
                       "the hour of 24 is %%H",
                       format);
    }
    for (size_t part = PART_MINUTE; part <= PART_FRACTION; part++) {
        if (read_by[part] != '\0' && read_by[part - 1] == '\0') {
            return jw_fail(error, JW_ERROR_INVALID, "date format '%s' reads the %s without the %s",
                           format, parts[part].name, parts[part - 1].name);
        }
    }
    return true;
}

JcDate *
jc_date_new(const char *format, const char *zone, GError **error)
{
    g_return_val_if_fail(format != NULL, NULL);
    const char *name = zone != NULL ? zone : "UTC";
    g_autofree char *full = write_out(format);
    char read_by[G_N_ELEMENTS(parts)] = { 0 };

    if (!find_parts(full, read_by, error) || !check_day(format, read_by, error)
        || !check_time(format, read_by, error)) {
        return NULL;
    }
    GTimeZone *found = g_time_zone_new_identifier(name);
    if (found == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "time zone '%s' is not known; is the tzdata package installed?", name);
    }
    JcDate *self = g_new0(JcDate, 1);
    self->format = g_steal_pointer(&full);
    self->zone = found;
    self->utc = strcmp(name, "UTC") == 0;
    self->reads_offset = read_by[PART_OFFSET] != '\0';
    return self;
}

void
jc_date_free(gpointer self)
{
    JcDate *date = self;

    if (date == NULL) {
        return;
    }
    g_free(date->format);
    g_time_zone_unref(date->zone);
    g_free(date);
}

bool
jc_date_reads_offset(const JcDate *self)
{
    return self->reads_offset;
}

/* Seconds since 1970 as if the reading were UTC. */
static bool
to_seconds(const Reading *reading, int64_t *ret_seconds, GError **error)
{
    const int year = (int)reading->year, month = (int)reading->month, day = (int)reading->day;
    const int year_day = (int)reading->day_of_year;

    if (year_day == 0 && day > jw_civil_month_days(year, month)) {
        return jw_fail(error, JW_ERROR_INVALID, "%s %d has no day %d", months[month - 1], year,
                       day);
    }
    if (year_day > 337 + jw_civil_month_days(year, 2)) {
        return jw_fail(error, JW_ERROR_INVALID, "%d has no day %d", year, year_day);
    }
    const int64_t days =
        year_day == 0 ? jw_civil_days(year, month, day) : jw_civil_days(year, 1, 1) + year_day - 1;
    int64_t hour = reading->hour;
    if (reading->twelve) {
        hour = hour % 12 + (reading->pm ? 12 : 0);
    }
    *ret_seconds = days * 86400 + hour * 3600 + reading->minute * 60 + MIN(reading->second, 59);
    return true;
}

/* A wall time that comes twice is the first of the two. */
static bool
from_wall(const JcDate *self, int64_t wall_s, const char *text, int64_t *ret_utc_s, GError **error)
{
    const int64_t utc_s = jw_zone_utc(self->zone, wall_s);

    if (utc_s + jw_zone_offset(self->zone, utc_s) != wall_s) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "'%s' does not exist in %s: the clock was put forward over it", text,
                       g_time_zone_get_identifier(self->zone));
    }
    *ret_utc_s = utc_s;
    return true;
}

static bool
read_all(const JcDate *self, Reading *reading)
{
    for (const char *at = self->format; *at != '\0'; at++) {
        if (g_ascii_isspace(*at)) {
            while (g_ascii_isspace(*reading->text)) {
                reading->text++;
            }
        } else if (*at == '%' && at[1] != '%') {
            at++;
            if (!read_directive(reading, *at)) {
                return false;
            }
        } else {
            at += *at == '%' ? 1 : 0;
            if (*reading->text != *at) {
                return false;
            }
            reading->text++;
        }
    }
    return *reading->text == '\0';
}

bool
jc_date_parse(const JcDate *self, const char *text, int64_t *ret_time_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && text != NULL && ret_time_ms != NULL, false);
    Reading reading = { .text = text };
    int64_t wall_s = 0, utc_s = 0;

    if (!read_all(self, &reading)) {
        g_autofree char *start = jc_cell_show(text, strlen(text));
        return jw_fail(error, JW_ERROR_INVALID, "'%s' is not a date like %s", start, self->format);
    }
    if (!to_seconds(&reading, &wall_s, error)) {
        return false;
    }
    if (reading.has_offset) {
        utc_s = wall_s - reading.offset_s;
    } else if (self->utc) {
        utc_s = wall_s;
    } else if (!from_wall(self, wall_s, text, &utc_s, error)) {
        return false;
    }
    *ret_time_ms = utc_s * 1000 + reading.nano / 1000000;
    return true;
}
