/* moment.c: moments as people write and read them. One thread. */
#include "schedule.h"

#include <inttypes.h>
#include <string.h>

#include "jw/civil.h"
#include "jw/duration.h"

#define DATE_LENGTH 10

/* "2026-12-01", and perhaps a time behind it, with or without seconds. */
static bool
read_local(const char *text, JwCivil *ret)
{
    static const char form[] = "0000-00-00 00:00:00";
    const size_t length = strlen(text);

    *ret = (JwCivil){ 0 };
    if (length != DATE_LENGTH && length != 16 && length != 19) {
        return false;
    }
    for (size_t i = 0; i < length; i++) {
        const bool fits = form[i] == '0' ? g_ascii_isdigit(text[i]) : form[i] == text[i];
        if (!fits && !(i == DATE_LENGTH && text[i] == 'T')) {
            return false;
        }
    }
    (void)sscanf(text, "%4d-%2d-%2d%*c%2d:%2d:%2d", &ret->year, &ret->month, &ret->day, &ret->hour,
                 &ret->minute, &ret->second);
    return ret->year >= 1970 && ret->month >= 1 && ret->month <= 12 && ret->day >= 1
           && ret->day <= jw_civil_month_days(ret->year, ret->month) && ret->hour < 24
           && ret->minute < 60 && ret->second < 60;
}

static bool
take_local(const char *text, const char *what, GTimeZone *zone, const JwCivil *civil,
           int64_t *ret_ms, GError **error)
{
    const int64_t local = jw_civil_seconds(civil);
    const int64_t utc = jw_zone_utc(zone, local);
    const bool is_date = strlen(text) == DATE_LENGTH; /* begins when it begins */

    if (!is_date && utc + jw_zone_offset(zone, utc) != local) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "%s '%s' does not exist in %s: the clock is set ahead over it; give a time "
                       "before or after",
                       what, text, g_time_zone_get_identifier(zone));
    }
    *ret_ms = utc * 1000;
    return true;
}

/* "2h", or as people say it: "in 2h", "2h ago". */
static bool
read_length(const char *text, JcDirection direction, int64_t *ret_ms)
{
    const bool ahead = direction == JC_AHEAD;
    const bool worded = ahead ? g_str_has_prefix(text, "in ") : g_str_has_suffix(text, " ago");
    g_autofree char *bare = !worded ? g_strdup(text)
                            : ahead ? g_strdup(text + strlen("in "))
                                    : g_strndup(text, strlen(text) - strlen(" ago"));

    return jw_duration_parse(bare, ret_ms);
}

bool
jc_moment_read(const char *text, const char *what, GTimeZone *zone, JcDirection direction,
               JwClock *clock, int64_t *ret_ms, GError **error)
{
    const int64_t now = jw_clock_now_ms(clock);
    int64_t length = 0;
    JwCivil civil;

    if (strcmp(text, "now") == 0) {
        *ret_ms = now;
        return true;
    }
    if (read_local(text, &civil)) {
        return take_local(text, what, zone, &civil, ret_ms, error);
    }
    if (read_length(text, direction, &length)) {
        *ret_ms = direction == JC_AGO ? now - MIN(length, now) : now + MIN(length, INT64_MAX - now);
        *ret_ms -= *ret_ms % 1000;
        return true;
    }
    return jw_time_parse(text, ret_ms, NULL)
           || jw_fail(error, JW_ERROR_INVALID,
                      "%s '%s' is no time: 2026-12-01, '2026-12-01 08:00', 2026-12-01T08:00:00Z, "
                      "or '%s'",
                      what, text, direction == JC_AGO ? "2h ago" : "in 2h");
}

char *
jc_moment_text(int64_t time_ms, GTimeZone *zone)
{
    g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(time_ms / 1000);
    g_autoptr(GDateTime) there = g_date_time_to_timezone(utc, zone);

    return g_date_time_format(there, "%a %Y-%m-%d %H:%M:%S %Z");
}

/* "3 h", "3 h 20 min": minutes matter while it is a matter of hours. (transfer full) */
static char *
length_text(int64_t seconds)
{
    const int64_t minutes = seconds / 60, hours = seconds / 3600;

    if (seconds < 100) {
        return g_strdup_printf("%" PRId64 " s", seconds);
    }
    if (minutes < 100) {
        return g_strdup_printf("%" PRId64 " min", minutes);
    }
    if (hours < 10 && minutes % 60 != 0) {
        return g_strdup_printf("%" PRId64 " h %" PRId64 " min", hours, minutes % 60);
    }
    return hours < 48 ? g_strdup_printf("%" PRId64 " h", hours)
                      : g_strdup_printf("%" PRId64 " days", hours / 24);
}

char *
jc_moment_distance(int64_t time_ms, int64_t now_ms)
{
    const int64_t seconds = ABS(time_ms - now_ms) / 1000;
    g_autofree char *length = length_text(seconds);

    if (seconds == 0) {
        return g_strdup("now");
    }
    return time_ms > now_ms ? g_strconcat("in ", length, NULL) : g_strconcat(length, " ago", NULL);
}

char *
jc_moment_words(const JcContext *context, const char *time, GTimeZone *zone)
{
    g_autoptr(GTimeZone) here = g_time_zone_new_local();
    int64_t time_ms = 0;

    if (time == NULL || !jw_time_parse(time, &time_ms, NULL)) {
        return g_strdup(time != NULL ? time : "");
    }
    g_autofree char *text = jc_moment_text(time_ms, zone != NULL ? zone : here);
    g_autofree char *distance = jc_moment_distance(time_ms, jw_clock_now_ms(context->clock));
    return g_strdup_printf("%s, %s", text, distance);
}

GTimeZone *
jc_moment_zone(const char *name)
{
    GTimeZone *zone = name != NULL && name[0] != '\0' ? jw_zone_new(name, NULL) : NULL;

    return zone != NULL ? zone : g_time_zone_new_utc();
}
