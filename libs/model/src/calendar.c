/* calendar.c: see jw/calendar.h. Dates and ranges are kept sorted and apart, so that a long one
 * costs as much as a short one; weekdays and dates of every year are bits. */
#include "jw/calendar.h"
#include "jw/civil.h"
#include "jw/error.h"

#include <string.h>

#define FIRST_YEAR  1970
#define ALL_WEEK    0x7fu
#define EVERY_DAYS  INT64_C(146097) /* of 400 years, after which the calendar repeats */
#define MONTHS      12
#define YEARLY_SIZE (MONTHS + 1)

typedef struct {
    int64_t first, last;
} Range;

struct _JwCalendar {
    GArray *ranges; /* of Range: sorted, none touches the next */
    unsigned weekdays;
    uint32_t yearly[YEARLY_SIZE]; /* of a month: bit n is its day n */
};

JwCalendar *
jw_calendar_new(void)
{
    JwCalendar *self = g_new0(JwCalendar, 1);

    self->ranges = g_array_new(FALSE, FALSE, sizeof(Range));
    return self;
}

void
jw_calendar_free(gpointer self)
{
    JwCalendar *calendar = self;

    if (calendar == NULL) {
        return;
    }
    g_array_unref(calendar->ranges);
    g_free(calendar);
}

static Range *
range_at(const JwCalendar *self, guint index)
{
    return &g_array_index(self->ranges, Range, index);
}

/* Index of the first range that ends on or after @day. */
static guint
find_range(const JwCalendar *self, int64_t day)
{
    guint low = 0, high = self->ranges->len;

    while (low < high) {
        const guint middle = low + (high - low) / 2;
        if (range_at(self, middle)->last < day) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

static void
add_range(JwCalendar *self, int64_t first, int64_t last)
{
    Range range = { first, last };
    const guint at = find_range(self, first - 1); /* one that touches is joined */
    guint n = 0;

    for (; at + n < self->ranges->len && range_at(self, at + n)->first <= last + 1; n++) {
        range.first = MIN(range.first, range_at(self, at + n)->first);
        range.last = MAX(range.last, range_at(self, at + n)->last);
    }
    if (n > 0) {
        g_array_remove_range(self->ranges, at, n);
    }
    g_array_insert_val(self->ranges, at, range);
}

/* @n digits of @text as a number, -1 when they are none. */
static int
digits(const char *text, size_t n)
{
    int value = 0;

    for (size_t i = 0; i < n; i++) {
        if (!g_ascii_isdigit(text[i])) {
            return -1;
        }
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

static bool
read_date(const char *text, int64_t *ret_day, GError **error)
{
    const bool formed = strlen(text) == 10 && text[4] == '-' && text[7] == '-';
    const int year = formed ? digits(text, 4) : -1;
    const int month = formed ? digits(text + 5, 2) : -1;
    const int day = formed ? digits(text + 8, 2) : -1;

    if (year < FIRST_YEAR || month < 1 || month > MONTHS || day < 1
        || day > jw_civil_month_days(year, month)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "'%.40s' is not a date from 1970 on, such as 2026-12-25", text);
    }
    *ret_day = jw_civil_days(year, month, day);
    return true;
}

bool
jw_calendar_add_date(JwCalendar *self, const char *date, GError **error)
{
    g_return_val_if_fail(self != NULL && date != NULL, false);
    int64_t day = 0;

    if (!read_date(date, &day, error)) {
        return false;
    }
    add_range(self, day, day);
    return true;
}

bool
jw_calendar_add_range(JwCalendar *self, const char *first, const char *last, GError **error)
{
    g_return_val_if_fail(self != NULL && first != NULL && last != NULL, false);
    int64_t from = 0, to = 0;

    if (!read_date(first, &from, error) || !read_date(last, &to, error)) {
        return false;
    }
    if (to < from) {
        return jw_fail(error, JW_ERROR_INVALID, "the range from %s to %s ends before it begins",
                       first, last);
    }
    add_range(self, from, to);
    return true;
}

bool
jw_calendar_add_weekday(JwCalendar *self, const char *weekday, GError **error)
{
    static const char *const names[] = { "sunday",   "monday", "tuesday", "wednesday",
                                         "thursday", "friday", "saturday" };

    g_return_val_if_fail(self != NULL && weekday != NULL, false);
    for (unsigned i = 0; i < G_N_ELEMENTS(names); i++) {
        const bool is_short =
            strlen(weekday) == 3 && g_ascii_strncasecmp(weekday, names[i], 3) == 0;
        if (is_short || g_ascii_strcasecmp(weekday, names[i]) == 0) {
            self->weekdays |= 1u << i;
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_INVALID, "'%.40s' is not a weekday such as SAT or SATURDAY",
                   weekday);
}

bool
jw_calendar_add_yearly(JwCalendar *self, const char *date, GError **error)
{
    g_return_val_if_fail(self != NULL && date != NULL, false);
    const bool formed = strlen(date) == 5 && date[2] == '-';
    const int month = formed ? digits(date, 2) : -1;
    const int day = formed ? digits(date + 3, 2) : -1;

    if (month < 1 || month > MONTHS || day < 1 || day > jw_civil_month_days(2000, month)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "'%.40s' is not a date of every year: month and day, such as 12-25", date);
    }
    self->yearly[month] |= UINT32_C(1) << day;
    return true;
}

static bool
of_week_or_year(const JwCalendar *self, int64_t day)
{
    JwCivil date;

    if ((self->weekdays >> jw_civil_weekday(day) & 1) != 0) {
        return true;
    }
    jw_civil_from_days(day, &date);
    return (self->yearly[date.month] >> date.day & 1) != 0;
}

bool
jw_calendar_excludes(const JwCalendar *self, int64_t day)
{
    g_return_val_if_fail(self != NULL, false);
    const guint at = find_range(self, day);

    return (at < self->ranges->len && range_at(self, at)->first <= day)
           || of_week_or_year(self, day);
}

bool
jw_calendar_open_day(const JwCalendar *self, int64_t day, int64_t *ret_day)
{
    g_return_val_if_fail(self != NULL && ret_day != NULL, false);
    guint at = find_range(self, day);

    for (int64_t steps = 0; steps <= EVERY_DAYS && self->weekdays != ALL_WEEK; day++) {
        if (at < self->ranges->len && range_at(self, at)->first <= day) {
            day = range_at(self, at++)->last; /* as few jumps as ranges; days are counted below */
        } else if (day >= JW_CALENDAR_END / JW_DAY_SECONDS) {
            return false;
        } else if (of_week_or_year(self, day)) {
            steps++;
        } else {
            *ret_day = day;
            return true;
        }
    }
    return false;
}
