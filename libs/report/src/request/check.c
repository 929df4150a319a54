/* request/check.c: what the tables of fields cannot check in a spec: report type, filters,
 * dimensions, measures, period, size. Any thread, no state. Looks at values the tables may
 * already have refused, so every read tolerates a wrong type. */
#include "definition/rows_json.h"
#include "request/request_private.h"

#include "jw/clock.h"
#include "jw/cron.h"
#include "jw/text.h"
#include "names.h"

#include <string.h>

#define FIRST_AT_MS (INT64_C(60) * 86400000) /* a whole month lies before it */

/* A command with them must fit a message of 1 MiB. */
#define MAX_PARAMETERS_BYTES ((size_t)512 * 1024)
/* By which they grow when the spec is built and their period has no `at` yet, or is that of their
 * edition. */
#define AT_BYTES     (sizeof ",\"at\":\"2026-01-13T02:00:15.000Z\"" - 1)
#define PERIOD_BYTES (sizeof ",\"period\":{\"type\":\"monthly\"}" - 1)

const JwReportDef *
jw_report_spec_def(const JwCatalog *catalog, const json_t *spec)
{
    const char *type = jw_json_text(spec, "reportType");

    return type != NULL ? jw_catalog_find(catalog, jw_skip_prefix(type, JW_LOOKUP_TYPE)) : NULL;
}

static bool
check_list(const JwReportDef *def, GArray *named, const char *what, const json_t *list,
           const char *pointer, JwViolations *violations)
{
    const json_t *item = NULL;
    bool ok = true;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        g_autofree char *at = jw_pointer_index(pointer, i);
        ok = jw_report_check_name(def, named, what, json_string_value(item), at, violations) && ok;
    }
    return ok;
}

static bool
check_range(const json_t *range, const char *zone_name, const char *base, JwViolations *violations)
{
    g_autoptr(GTimeZone) zone = jw_zone_new(zone_name, NULL);
    int64_t start_ms = 0, end_ms = 0, last_ms = 0;

    if (!jw_report_range(range, zone, &start_ms, &end_ms, &last_ms) || start_ms < last_ms) {
        return true;
    }
    g_autofree char *pointer = jw_pointer(base, "dateRange");
    if (start_ms == end_ms
        && strcmp(jw_json_text(range, "startDate"), jw_json_text(range, "endDate")) <= 0) {
        return jw_violations_add(violations, pointer,
                                 "is no time at all: the clock of %s skipped that day; name the "
                                 "days beside it",
                                 zone_name);
    }
    return jw_violations_add(violations, pointer, "startDate must be before endDate");
}

static bool
check_period(const JwReportDef *def, const json_t *spec, const char *base, JwViolations *violations)
{
    const json_t *parameters = json_object_get(spec, "parameters");
    const json_t *range = json_object_get(parameters, "dateRange");
    const json_t *period = json_object_get(parameters, "period");
    const char *outer = jw_json_text(parameters, "timeZone");
    const char *inner = jw_json_text(period, "timeZone");
    bool ok = true;

    if (range != NULL && period != NULL) {
        g_autofree char *pointer = jw_pointer(base, "period");
        ok = jw_violations_add(violations, pointer,
                               "and dateRange beside it exclude each other; leave one of them out");
    }
    if (inner != NULL && outer != NULL && strcmp(inner, outer) != 0) {
        g_autofree char *pointer = g_strconcat(base, "/period/timeZone", NULL);
        ok = jw_violations_add(violations, pointer,
                               "differs from the timeZone beside period; give one of them");
    }
    if (jw_json_time(period, "at", FIRST_AT_MS) < FIRST_AT_MS) {
        g_autofree char *pointer = g_strconcat(base, "/period/at", NULL);
        ok = jw_violations_add(violations, pointer, "must be in March 1970 or later");
    }
    return check_range(range, jw_report_zone_name(spec, def), base, violations) && ok;
}

/* Of a period without `at`, which ends today, there is always one before. */
static bool
check_compare(const JwReportDef *def, const json_t *spec, const char *base,
              JwViolations *violations)
{
    const json_t *parameters = json_object_get(spec, "parameters");
    const int compare = jw_name_read(parameters, "compare", jw_compare_names, JW_COMPARE_NONE);
    const json_t *period = json_object_get(parameters, "period");
    g_autoptr(GTimeZone) zone = jw_zone_new(jw_report_zone_name(spec, def), NULL);
    g_autofree char *pointer = jw_pointer(base, "compare");
    int64_t start_ms = 0, end_ms = 0, from_ms = 0, to_ms = 0;

    if (compare == JW_COMPARE_NONE || zone == NULL || jw_report_edition_of(def, parameters) != NULL
        || (period != NULL && json_object_get(period, "at") == NULL)
        || !jw_report_period_in(parameters, zone, &start_ms, &end_ms)) {
        return true;
    }
    if (end_ms == 0) {
        return jw_violations_add(violations, pointer,
                                 "needs a period: all records have none before them; give period "
                                 "or dateRange, or leave compare out");
    }
    g_autofree char *none =
        jw_period_compared(jw_report_period_type(parameters), (JwCompare)compare, zone, start_ms,
                           end_ms, &from_ms, &to_ms);
    return none == NULL
           || jw_violations_add(violations, pointer, "there is nothing to compare with: %s", none);
}

/* An edition of the type. */
static bool
check_edition(const JwReportDef *def, const json_t *parameters, const char *base,
              JwViolations *violations)
{
    g_autofree char *pointer = jw_pointer(base, "edition");
    const char *name = jw_json_text(parameters, "edition");

    if (name != NULL && def->editions->len == 0) {
        return jw_violations_add(violations, pointer,
                                 "%s has no editions; leave it out, and give period or dateRange",
                                 def->report_type);
    }
    return jw_report_check_name(def, def->editions, "edition", name, pointer, violations);
}

static bool
check_size(const JwReportDef *def, const json_t *parameters, const char *base,
           JwViolations *violations)
{
    const json_t *period = json_object_get(parameters, "period");
    size_t size =
        parameters != NULL ? json_dumpb(parameters, NULL, 0, JSON_COMPACT | JSON_ENCODE_ANY) : 0;

    size += period != NULL && json_object_get(period, "at") == NULL ? AT_BYTES : 0;
    size += jw_report_edition_of(def, parameters) != NULL ? PERIOD_BYTES + AT_BYTES : 0;
    if (size <= MAX_PARAMETERS_BYTES) {
        return true;
    }
    g_autofree char *bytes = jw_text_bytes((int64_t)size);
    return jw_violations_add(violations, base,
                             "take %s when stored; at most 512 KiB are: narrow the filters", bytes);
}

/* Each measure that @measures name without a value inside a group, and no other: false, and the
 * first of them. */
static bool
some_has_groups(const JwReportDef *def, const json_t *measures, const char **ret_first)
{
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(measures, i, item)
    {
        const JwMeasureDef *measure = jw_report_def_measure(def, json_string_value(item));
        if (measure == NULL || jw_report_def_has_groups(def, measure)) {
            return true;
        }
    }
    *ret_first = json_string_value(json_array_get(measures, 0));
    return *ret_first == NULL;
}

static bool
check_rows(const JwReportDef *def, const json_t *parameters, const char *pointer,
           JwViolations *violations)
{
    static const char *const members[] = { "pivot", "totals", "top", "sort" };
    g_auto(GStrv) names = jw_json_texts(json_object_get(parameters, "groupBy"));
    JwTableRows rows = jw_table_rows_read(parameters);
    bool ok = true;

    for (size_t i = 0; i < G_N_ELEMENTS(members) && (names == NULL || names[0] == NULL); i++) {
        g_autofree char *at = jw_pointer(pointer, members[i]);
        ok = (json_object_get(parameters, members[i]) == NULL
              || jw_violations_add(violations, at, "has no effect without groupBy"))
             && ok;
    }
    if (names != NULL && names[0] != NULL) {
        ok = jw_table_rows_note(def, &rows, (const char *const *)names, pointer, violations);
    }
    jw_table_rows_clear(&rows);
    return ok;
}

/* By the request itself; where the definition compares, the figures alone are. */
static bool
check_compared_groups(const json_t *parameters, const char *base, JwViolations *violations)
{
    const size_t n = json_array_size(json_object_get(parameters, "groupBy"));
    g_autofree char *pointer = jw_pointer(base, "compare");

    return n < 2
           || jw_name_read(parameters, "compare", jw_compare_names, JW_COMPARE_NONE)
                  == JW_COMPARE_NONE
           || jw_violations_add(violations, pointer,
                                "a table of one dimension is compared, and groupBy names %zu; name "
                                "one, or leave compare out",
                                n);
}

/* What groupBy cannot do. Looked at when every name is known. */
static bool
check_grouping(const JwReportDef *def, const json_t *parameters, const char *pointer,
               JwViolations *violations)
{
    const json_t *dimensions = json_object_get(parameters, "groupBy");
    const char *peak = NULL;

    if (json_array_size(dimensions) > 0
        && !some_has_groups(def, json_object_get(parameters, "measures"), &peak)) {
        g_autofree char *at = jw_pointer(pointer, "measures");
        return jw_violations_add(violations, at,
                                 "'%s' has no value inside a group, so there would be nothing to "
                                 "group: add a measure that has one, or leave groupBy out",
                                 peak);
    }
    return check_compared_groups(parameters, pointer, violations)
           && check_rows(def, parameters, pointer, violations);
}

static bool
check_names(const JwReportDef *def, const json_t *spec, const char *pointer,
            JwViolations *violations)
{
    const json_t *parameters = json_object_get(spec, "parameters");
    g_autofree char *filters = jw_pointer(pointer, "filters");
    g_autofree char *group_by = jw_pointer(pointer, "groupBy");
    g_autofree char *measures = jw_pointer(pointer, "measures");
    bool ok = check_list(def, def->dimensions, "dimension", json_object_get(parameters, "groupBy"),
                         group_by, violations);

    ok = check_list(def, def->measures, "measure", json_object_get(parameters, "measures"),
                    measures, violations)
         && ok;
    ok = ok && check_grouping(def, parameters, pointer, violations);
    return jw_report_check_filters(def, json_object_get(parameters, "filters"),
                                   jw_report_zone_name(spec, def), filters, violations)
           && ok;
}

bool
jw_report_spec_check_limited(const JwCatalog *catalog, const json_t *spec, const char *base,
                             JwViolations *violations)
{
    const JwReportDef *def = jw_report_spec_def(catalog, spec);

    if (def == NULL || !jw_report_def_is_closed(def)) {
        return true;
    }
    g_autofree char *pointer = jw_pointer(base, "reportType");
    return jw_violations_add(violations, pointer,
                             "%s cannot be limited to departments, so it is only for callers who "
                             "are not; its definition needs a filter '%s', or "
                             "\"openToAllDepartments\": true if its records belong to none",
                             def->report_type, JW_REPORT_DEPARTMENTS);
}

bool
jw_report_spec_check(const JwCatalog *catalog, const json_t *spec, const char *base,
                     JwViolations *violations)
{
    const JwReportDef *def = jw_report_spec_def(catalog, spec);
    const json_t *parameters = json_object_get(spec, "parameters");
    const char *type = jw_json_text(spec, "reportType");
    g_autofree char *pointer = jw_pointer(base, "parameters");

    if (def == NULL && type != NULL && *type != '\0') {
        g_autofree char *at = jw_pointer(base, "reportType");
        g_autofree char *echo = jw_echo(type);
        g_autofree char *known = jw_catalog_names(catalog);
        (void)jw_violations_add(violations, at, "no report type '%s'; known: %s", echo, known);
    }
    bool ok = check_period(def, spec, pointer, violations);
    ok = ok && check_compare(def, spec, pointer, violations);
    ok = check_size(def, parameters, pointer, violations) && ok;
    ok = jw_report_output_check(def, spec, base, violations) && ok;
    if (def == NULL) {
        return false;
    }
    ok = check_edition(def, parameters, pointer, violations) && ok;
    return check_names(def, spec, pointer, violations) && ok;
}
