/* request/shared.c: names and times in requests, for the checks and those who read them. Any
 * thread, no state. */
#include "request/request_private.h"

#include "jw/civil.h"
#include "jw/clock.h"
#include "names.h"

#include <string.h>

#define DAY_MS         (JW_DAY_SECONDS * 1000)
#define NO_FRACTION_MS 1000 /* "…:59" without a fraction means that whole second */

bool
jw_report_check_name(const JwReportDef *def, GArray *named, const char *what, const char *name,
                     const char *pointer, JwViolations *violations)
{
    size_t index = 0;

    if (name == NULL || jw_names_index(named, name, &index)) {
        return true;
    }
    if (jw_violations_count(violations) >= JW_VIOLATIONS_MAX) {
        return false;
    }
    g_autofree char *known = jw_names_join(named);
    g_autofree char *echo = jw_echo(name);
    return jw_violations_add(violations, pointer, "%s has no %s '%s'; it has %s", def->report_type,
                             what, echo, known);
}

/* Of any year that records have. */
static bool
take_day(const char *text, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    g_autofree char *midnight = g_strconcat(text, "T00:00:00Z", NULL);
    int64_t time_ms = 0;

    if (!jw_time_parse_record(midnight, &time_ms, NULL)) {
        return false;
    }
    const int64_t day = jw_floor_div(time_ms, DAY_MS);
    *ret_start_ms = jw_zone_day_start_ms(zone, day);
    *ret_end_ms = jw_zone_day_start_ms(zone, day + 1);
    return true;
}

bool
jw_report_instant(const char *text, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms,
                  bool *ret_day)
{
    int64_t time_ms = 0;

    if (text == NULL) {
        return false;
    }
    *ret_day = take_day(text, zone, ret_start_ms, ret_end_ms);
    if (*ret_day) {
        return true;
    }
    if (!jw_time_parse_record(text, &time_ms, NULL)) {
        return false;
    }
    *ret_start_ms = time_ms;
    *ret_end_ms = time_ms + (strchr(text, '.') != NULL ? 1 : NO_FRACTION_MS);
    return true;
}
