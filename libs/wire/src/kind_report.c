/* kind_report.c: reports, by libs/report. Any thread, no state. */
#include "jw/kinds.h"
#include "jw/report_request.h"

static bool
check_template(const json_t *spec, const char *base, JwViolations *violations)
{
    const json_t *period = json_object_get(json_object_get(spec, "parameters"), "period");

    if (json_object_get(period, "at") == NULL) {
        return true;
    }
    g_autofree char *pointer = g_strconcat(base, "/parameters/period/at", NULL);
    return jw_violations_add(violations, pointer,
                             "does not belong here: the due time decides the period");
}

static void
set_zone(json_t *spec, const char *zone)
{
    if (json_object_get(spec, "timeZone") == NULL) {
        json_object_set_new(spec, "timeZone", json_string(zone));
    }
}

static int64_t
timeout_of(const JwCatalog *catalog, const json_t *spec)
{
    const JwReportDef *def = jw_catalog_find(catalog, jw_json_text(spec, "reportType"));

    return def != NULL ? (int64_t)def->timeout_s * 1000 : 0;
}

static const char *const departments[] = { "parameters", "filters", "departmentIds", NULL };
static const char *const format[] = { "output", "format", NULL };
static const char *const edition[] = { "parameters", "edition", NULL };

const JwJobKind jw_kind_report = {
    .type = "report",
    .subtype = "reportType",
    .flags = JW_KIND_ARTIFACT | JW_KIND_RECIPIENTS,
    .max_attempts = 5,
    .timeout_of = timeout_of,
    .fields = jw_report_spec_fields,
    .departments = departments,
    .format = format,
    .edition = edition,
    .check = jw_report_spec_check,
    .check_limited = jw_report_spec_check_limited,
    .build = jw_report_spec_build,
    .check_template = check_template,
    .set_zone = set_zone,
};
