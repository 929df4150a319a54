/* http_date.c: the dates of HTTP (RFC 9110), in all three spellings that must be read. Any thread,
 * no state, whatever the locale is. */
#include "http_private.h"

#include "jw/civil.h"

#include <stdio.h>

static const char *const months[] = { "Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec" };
static const char *const weekdays[] = { "Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat" };

char *
jw_http_date_format(int64_t time_ms)
{
    int64_t seconds = jw_floor_div(time_ms, 1000);
    JwCivil civil;

    jw_civil_from_seconds(seconds, &civil);
    return g_strdup_printf("%s, %02d %s %04d %02d:%02d:%02d GMT",
                           weekdays[jw_civil_weekday(jw_floor_div(seconds, JW_DAY_SECONDS))],
                           civil.day, months[civil.month - 1], civil.year, civil.hour, civil.minute,
                           civil.second);
}

/* The text of one spelling, whole. Two digits of a year are of 1970 to 2069. */
static bool
read_spelling(const char *text, JwCivil *ret, char ret_month[4])
{
    int end = 0;

    if (sscanf(text, "%*3[A-Za-z], %2d %3s %4d %2d:%2d:%2d GMT%n", &ret->day, ret_month, &ret->year,
               &ret->hour, &ret->minute, &ret->second, &end)
            == 6
        && end > 0 && text[end] == '\0') {
        return true;
    }
    if (sscanf(text, "%*[A-Za-z], %2d-%3[A-Za-z]-%2d %2d:%2d:%2d GMT%n", &ret->day, ret_month,
               &ret->year, &ret->hour, &ret->minute, &ret->second, &end)
            == 6
        && end > 0 && text[end] == '\0') {
        ret->year += ret->year < 70 ? 2000 : 1900;
        return true;
    }
    return sscanf(text, "%*3[A-Za-z] %3s %2d %2d:%2d:%2d %4d%n", ret_month, &ret->day, &ret->hour,
                  &ret->minute, &ret->second, &ret->year, &end)
               == 6
           && end > 0 && text[end] == '\0';
}

bool
jw_http_date_parse(const char *text, int64_t *ret_ms)
{
    JwCivil civil = { 0 };
    char month[4] = "";

    if (!read_spelling(text, &civil, month)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(months); i++) {
        if (g_str_equal(months[i], month)) {
            civil.month = (int)i + 1;
        }
    }
    if (civil.month == 0 || civil.year < 1900 || civil.day < 1
        || civil.day > jw_civil_month_days(civil.year, civil.month) || civil.hour < 0
        || civil.hour > 23 || civil.minute < 0 || civil.minute > 59 || civil.second < 0
        || civil.second > 60) {
        return false;
    }
    *ret_ms = jw_civil_seconds(&civil) * 1000;
    return true;
}
