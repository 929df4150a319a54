/* request/range.c: zone and period of a spec. Any thread, no state. Looks at values that the tables
 * of fields may have refused, so every read tolerates a wrong type. */
#include "request/request_private.h"

#include "jw/clock.h"
#include "jw/cron.h"
#include "names.h"

#include <string.h>

/* The range of jw_time_format() and jw_time_parse(): from 1970 to the end of 9999. */
#define LAST_MS INT64_C(253402300799999)

bool
jw_report_range(const json_t *range, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms,
                int64_t *ret_last_ms)
{
    int64_t start_ms = 0, first_end_ms = 0, last_ms = 0, end_ms = 0;
    bool first_day = false, last_day = false;

    if (zone == NULL
        || !jw_report_instant(jw_json_text(range, "startDate"), zone, &start_ms, &first_end_ms,
                              &first_day)
        || !jw_report_instant(jw_json_text(range, "endDate"), zone, &last_ms, &end_ms, &last_day)) {
        return false;
    }
    *ret_start_ms = MAX(start_ms, 0);
    *ret_end_ms = MIN(end_ms, LAST_MS);
    *ret_last_ms = last_day ? end_ms - 1 : last_ms;
    return true;
}

const char *
jw_report_asked_zone(const json_t *parameters)
{
    const char *inner = jw_json_text(json_object_get(parameters, "period"), "timeZone");

    return inner != NULL ? inner : jw_json_text(parameters, "timeZone");
}

const char *
jw_report_zone_name(const json_t *spec, const JwReportDef *def)
{
    const char *name = jw_report_asked_zone(json_object_get(spec, "parameters"));

    name = name != NULL ? name : jw_json_text(spec, "timeZone");
    name = name != NULL || def == NULL ? name : def->time_zone;
    return name != NULL ? name : "UTC";
}

JwPeriodType
jw_report_period_type(const json_t *parameters)
{
    return (JwPeriodType)jw_name_read(json_object_get(parameters, "period"), "type",
                                      jw_period_names, JW_PERIOD_CUSTOM);
}

const JwEditionDef *
jw_report_edition_of(const JwReportDef *def, const json_t *parameters)
{
    const char *name = jw_json_text(parameters, "edition");
    const bool open = json_object_get(parameters, "period") == NULL
                      && json_object_get(parameters, "dateRange") == NULL;

    return def != NULL && name != NULL && open ? jw_report_def_edition(def, name) : NULL;
}

bool
jw_report_period_in(const json_t *parameters, GTimeZone *zone, int64_t *ret_start_ms,
                    int64_t *ret_end_ms)
{
    const json_t *range = json_object_get(parameters, "dateRange");
    const JwPeriodType type = jw_report_period_type(parameters);
    int64_t last_ms = 0;

    *ret_start_ms = 0;
    *ret_end_ms = 0;
    if (type == JW_PERIOD_CUSTOM) {
        return range == NULL || jw_report_range(range, zone, ret_start_ms, ret_end_ms, &last_ms);
    }
    const int64_t at_ms = jw_json_time(json_object_get(parameters, "period"), "at", 0);
    if (at_ms == 0 || zone == NULL) {
        return false;
    }
    jw_period_previous(type, zone, at_ms, ret_start_ms, ret_end_ms);
    return true;
}

bool
jw_report_spec_period(const json_t *spec, int64_t *ret_start_ms, int64_t *ret_end_ms)
{
    g_autoptr(GTimeZone) zone = jw_zone_new(jw_report_zone_name(spec, NULL), NULL);

    return jw_report_period_in(json_object_get(spec, "parameters"), zone, ret_start_ms, ret_end_ms);
}
