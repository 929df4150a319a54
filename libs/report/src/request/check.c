/* request/check.c: what only the definition can judge about a body: report type, filters,
 * dimensions, measures, period. Any thread, no state. Looks at values the tables may already have
 * refused, so every read tolerates a wrong type. */
#include "request/request_private.h"

#include "jw/clock.h"
#include "jw/cron.h"
#include "names.h"

#include <string.h>

/* What an RFC 3339 text of jw_time_format() and jw_time_parse() can say: from 1970 to the end of
 * 9999. */
#define LAST_MS        INT64_C(253402300799999)
#define FIRST_AT_MS    (INT64_C(60) * 86400000) /* a whole month lies before it */
#define NO_FRACTION_MS 1000 /* "…:59" without a fraction means that whole second */

const JwReportDef *
jw_report_body_def(const JwCatalog *catalog, const json_t *body)
{
    const char *type = jw_json_text(body, "reportType");

    return type != NULL ? jw_catalog_find(catalog, jw_skip_prefix(type, JW_LOOKUP_TYPE)) : NULL;
}

/* A list of names that a body takes from its definition. */
typedef struct {
    const char *member, *what;
    GArray *known;
} NameList;

static bool
check_name_list(const JwReportDef *def, const NameList *names, const json_t *parameters,
                const char *base, JwViolations *faults)
{
    const json_t *list = json_object_get(parameters, names->member);
    g_autofree char *pointer = jw_pointer(base, names->member);
    size_t known_at = 0;
    const json_t *item = NULL;
    bool ok = true;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        const char *name = json_string_value(item);
        if (name == NULL || jw_names_index(names->known, name, &known_at)) {
            continue;
        }
        if (jw_violations_count(faults) >= JW_VIOLATIONS_MAX) {
            return false;
        }
        g_autofree char *at = jw_pointer_index(pointer, i);
        g_autofree char *echo = jw_echo(name);
        g_autofree char *known = jw_names_join(names->known);
        ok = jw_violations_add(faults, at, "%s has no %s '%s'; it has %s", def->report_type,
                               names->what, echo, known);
    }
    return ok;
}

static bool
check_filters(const JwReportDef *def, const json_t *parameters, const char *base,
              JwViolations *faults)
{
    json_t *filters = json_object_get(parameters, "filters");
    g_autofree char *pointer = jw_pointer(base, "filters");
    const char *name = NULL;
    json_t *values = NULL;
    bool ok = true;

    json_object_foreach(filters, name, values)
    {
        if (jw_report_def_filter(def, name) != NULL) {
            continue;
        }
        if (jw_violations_count(faults) >= JW_VIOLATIONS_MAX) {
            return false;
        }
        g_autofree char *at = jw_pointer(pointer, name);
        g_autofree char *echo = jw_echo(name);
        g_autofree char *known = jw_names_join(def->filters);
        ok = jw_violations_add(faults, at, "%s has no filter '%s'; it has %s", def->report_type,
                               echo, known);
    }
    return ok;
}

/* When does @text begin and end? A date is its whole day, a time without fraction its whole
 * second. */
static bool
instant(const char *text, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms,
        bool *ret_day)
{
    int64_t time_ms = 0;

    if (text == NULL) {
        return false;
    }
    *ret_day = jw_parse_day(text, zone, ret_start_ms, ret_end_ms);
    if (*ret_day) {
        return true;
    }
    if (!jw_time_parse(text, &time_ms, NULL)) {
        return false;
    }
    *ret_start_ms = time_ms;
    *ret_end_ms = time_ms + (strchr(text, '.') != NULL ? 1 : NO_FRACTION_MS);
    return true;
}

bool
jw_report_range(const json_t *range, GTimeZone *zone, int64_t *ret_start_ms, int64_t *ret_end_ms,
                int64_t *ret_last_ms)
{
    int64_t start_ms = 0, first_end_ms = 0, last_ms = 0, end_ms = 0;
    bool first_day = false, last_day = false;

    if (zone == NULL
        || !instant(jw_json_text(range, "startDate"), zone, &start_ms, &first_end_ms, &first_day)
        || !instant(jw_json_text(range, "endDate"), zone, &last_ms, &end_ms, &last_day)) {
        return false;
    }
    *ret_start_ms = MAX(start_ms, 0);
    *ret_end_ms = MIN(end_ms, LAST_MS);
    *ret_last_ms = last_day ? end_ms - 1 : last_ms;
    return true;
}

GTimeZone *
jw_report_zone(const json_t *parameters, const JwReportDef *def, const char **ret_name)
{
    const char *asked = jw_json_text(json_object_get(parameters, "period"), "timeZone");

    if (asked == NULL) {
        asked = jw_json_text(parameters, "timeZone");
    }
    *ret_name = asked;
    if (asked == NULL && def != NULL) {
        asked = def->time_zone;
    }
    return jw_zone_new(asked != NULL ? asked : "UTC", NULL);
}

static bool
check_period(const JwReportDef *def, const json_t *parameters, const char *base,
             JwViolations *faults)
{
    const json_t *range = json_object_get(parameters, "dateRange");
    const json_t *period = json_object_get(parameters, "period");
    const char *outer = jw_json_text(parameters, "timeZone");
    const char *inner = jw_json_text(period, "timeZone");
    const char *zone_name = NULL;
    int64_t start_ms = 0, end_ms = 0, last_ms = 0;
    bool ok = true;

    if (range != NULL && period != NULL) {
        g_autofree char *pointer = jw_pointer(base, "period");
        ok = jw_violations_add(faults, pointer,
                               "and dateRange exclude each other; give one of them");
    }
    if (inner != NULL && outer != NULL && strcmp(inner, outer) != 0) {
        g_autofree char *pointer = g_strconcat(base, "/period/timeZone", NULL);
        ok = jw_violations_add(faults, pointer,
                               "differs from the timeZone beside period; give one of them");
    }
    if (jw_json_time(period, "at", FIRST_AT_MS) < FIRST_AT_MS) {
        g_autofree char *pointer = g_strconcat(base, "/period/at", NULL);
        ok = jw_violations_add(faults, pointer, "must be in March 1970 or later");
    }
    g_autoptr(GTimeZone) zone = jw_report_zone(parameters, def, &zone_name);
    if (jw_report_range(range, zone, &start_ms, &end_ms, &last_ms) && start_ms >= last_ms) {
        g_autofree char *pointer = jw_pointer(base, "dateRange");
        ok = jw_violations_add(faults, pointer, "startDate must be before endDate");
    }
    return ok;
}

bool
jw_report_body_check(const JwCatalog *catalog, const json_t *body, const char *base,
                     JwViolations *faults)
{
    const JwReportDef *def = jw_report_body_def(catalog, body);
    const json_t *parameters = json_object_get(body, "parameters");
    const char *type = jw_json_text(body, "reportType");
    g_autofree char *pointer = jw_pointer(base, "parameters");
    bool ok = true;

    if (def == NULL && type != NULL && *type != '\0') {
        g_autofree char *at = jw_pointer(base, "reportType");
        g_autofree char *echo = jw_echo(type);
        g_autofree char *known = jw_catalog_names(catalog);
        ok = jw_violations_add(faults, at, "no report type '%s'; known: %s", echo, known);
    }
    ok = check_period(def, parameters, pointer, faults) && ok;
    if (def == NULL) {
        return false;
    }
    ok = check_filters(def, parameters, pointer, faults) && ok;
    const NameList lists[] = {
        { "groupBy", "dimension", def->dimensions },
        { "measures", "measure", def->measures },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(lists); i++) {
        ok = check_name_list(def, &lists[i], parameters, pointer, faults) && ok;
    }
    return ok;
}
