/* request/spec.c: the canonical spec of a report job, and its way back to a request. Any thread,
 * no state. A spec keeps what was written, with the `at` of a period and the zone filled in;
 * start and end follow from that alone. */
#include "definition/rows_json.h"
#include "request/request_private.h"

#include "jw/clock.h"
#include "jw/cron.h"
#include "jw/report_words.h"
#include "names.h"

#include <string.h>

json_t *
jw_report_spec_build(const JwCatalog *catalog, const json_t *spec, int64_t at_ms)
{
    const JwReportDef *def = jw_report_spec_def(catalog, spec);
    json_t *parameters = json_deep_copy(json_object_get(spec, "parameters"));
    const JwEditionDef *edition = jw_report_edition_of(def, parameters);
    json_t *built = json_object();

    if (edition != NULL) {
        json_object_set_new(parameters, "period",
                            json_pack("{s:s}", "type", jw_period_name(edition->period)));
    }
    json_t *period = json_object_get(parameters, "period");
    if (period != NULL && json_object_get(period, "at") == NULL) {
        g_autofree char *at = jw_time_format(at_ms);
        json_object_set_new(period, "at", json_string(at));
    }
    json_object_set_new(built, "reportType", json_string(def->report_type));
    json_object_set(built, "output", json_object_get(spec, "output"));
    if (jw_report_asked_zone(parameters) == NULL) {
        json_object_set_new(built, "timeZone", json_string(jw_report_zone_name(spec, def)));
    }
    if (strcmp(def->language, "en") != 0 && json_object_get(parameters, "language") == NULL) {
        /* For who tells of the job without its definition. */
        json_object_set_new(parameters, "language", json_string(def->language));
    }
    json_object_set_new(built, "parameters", parameters);
    return built;
}

static char **
read_names(const json_t *list)
{
    return json_array_size(list) > 0 ? jw_json_texts(list) : NULL;
}

static JwFilter *
requested_filter(JwReportRequest *request, const char *name)
{
    for (guint i = 0; i < request->filters->len; i++) {
        JwFilter *filter = &g_array_index(request->filters, JwFilter, i);
        if (strcmp(filter->name, name) == 0) {
            return filter;
        }
    }
    return NULL;
}

/* The job's departments limit what it may read: they apply when it asked for none; asking for
 * others is an error, and so are records that nothing limits. */
static bool
apply_scope(const JwJob *job, const JwReportDef *def, JwReportRequest *request, GError **error)
{
    if (job->departments == NULL || job->departments[0] == NULL || def->open_to_all_departments) {
        return true;
    }
    if (jw_report_def_is_closed(def)) {
        return jw_fail(
            error, JW_ERROR_DENIED,
            "%s cannot be limited to the departments of the job; its definition needs a "
            "filter '%s', or \"openToAllDepartments\": true if its records belong to none",
            def->report_type, JW_REPORT_DEPARTMENTS);
    }
    const JwFilter *asked = requested_filter(request, JW_REPORT_DEPARTMENTS);
    if (asked == NULL) {
        const JwFilter own = { .name = g_strdup(JW_REPORT_DEPARTMENTS),
                               .values = g_strdupv(job->departments) };
        g_array_append_val(request->filters, own);
        return true;
    }
    if (asked->values == NULL) {
        return jw_fail(error, JW_ERROR_DENIED,
                       "the filter '%s' names no department of the job's scope",
                       JW_REPORT_DEPARTMENTS);
    }
    for (size_t i = 0; asked->values[i] != NULL; i++) {
        if (!g_strv_contains((const char *const *)job->departments, asked->values[i])) {
            return jw_fail(error, JW_ERROR_DENIED,
                           "department '%s' is outside the scope of the job", asked->values[i]);
        }
    }
    return true;
}

/* What there is none of, as of all records, is not compared where only the definition wants it. */
static void
read_compare(const json_t *parameters, const JwReportDef *def, JwReportRequest *request)
{
    g_autoptr(GTimeZone) zone = jw_zone_new(request->time_zone, NULL);
    const int otherwise = def != NULL ? (int)def->compare : JW_COMPARE_NONE;
    const JwCompare compare =
        (JwCompare)jw_name_read(parameters, "compare", jw_compare_names, otherwise);

    request->compare_asked = json_object_get(parameters, "compare") != NULL;
    if (compare == JW_COMPARE_NONE || request->end_ms == 0 || zone == NULL) {
        return;
    }
    request->not_compared =
        jw_period_compared(request->period, compare, zone, request->start_ms, request->end_ms,
                           &request->compared_start_ms, &request->compared_end_ms);
    request->compare = request->not_compared == NULL ? compare : JW_COMPARE_NONE;
}

/* All but its type. @def: (nullable). False when it has no period that can be used. */
static bool
read_asked(const json_t *spec, const JwReportDef *def, JwReportRequest *request)
{
    const json_t *parameters = json_object_get(spec, "parameters");

    request->period = jw_report_period_type(parameters);
    request->edition = g_strdup(jw_json_text(parameters, "edition"));
    request->time_zone = g_strdup(jw_report_zone_name(spec, def));
    request->group_by = read_names(json_object_get(parameters, "groupBy"));
    request->rows = jw_table_rows_read(parameters);
    request->measures = read_names(json_object_get(parameters, "measures"));
    request->include_inactive = json_is_true(json_object_get(parameters, "includeInactive"));
    request->on_empty =
        (JwOnEmpty)jw_name_read(parameters, "onEmpty", jw_on_empty_names,
                                (int)(def != NULL ? def->on_empty : JW_ON_EMPTY_SEND));
    jw_report_output_read(json_object_get(spec, "output"), def, request);
    jw_report_read_filters(json_object_get(parameters, "filters"), request);
    if (!jw_report_spec_period(spec, &request->start_ms, &request->end_ms)) {
        return false;
    }
    const char *language = jw_json_text(parameters, "language");
    request->language = g_strdup(language == NULL && def != NULL ? def->language : language);
    read_compare(parameters, def, request);
    return true;
}

static bool
read_spec(const json_t *spec, const JwReportDef *def, JwReportRequest *request, GError **error)
{
    request->report_type = g_strdup(def->report_type);
    return read_asked(spec, def, request)
           || jw_fail(error, JW_ERROR_INVALID, "no usable period; ask for a new report");
}

JwReportRequest *
jw_report_request_of_spec(const char *text)
{
    json_auto_t *spec = text != NULL ? jw_json_parse(text, strlen(text), NULL) : NULL;
    const char *type = jw_json_text(spec, "reportType");
    g_autoptr(JwReportRequest) request = jw_report_request_new();

    if (type == NULL || !json_is_object(json_object_get(spec, "parameters"))
        || !read_asked(spec, NULL, request)) {
        return NULL;
    }
    request->report_type = g_strdup(jw_skip_prefix(type, JW_LOOKUP_TYPE));
    return g_steal_pointer(&request);
}

/* By today's definition: leaving out a filter that is gone would widen the report. What is gone
 * does not come back by trying again, so the owner is told at once. */
static bool
check_spec(const JwCatalog *catalog, const JwReportDef *def, const json_t *spec, GError **error)
{
    g_auto(JwViolations) violations = { 0 };
    bool ok = jw_check_object(spec, jw_report_spec_fields, "", &violations);

    if (jw_report_spec_check(catalog, spec, "", &violations) && ok) {
        return true;
    }
    g_autofree char *text = jw_violations_text(&violations);
    return jw_fail(error, JW_ERROR_INVALID,
                   "does not fit the report type '%s' as it is now: %s; ask for a new report that "
                   "does",
                   def->report_type, text);
}

/* Without a period the name has no days. (transfer full) */
static char *
name_without_days(const JwReportDef *def, const JwReportRequest *request)
{
    g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
    char *name = jw_request_template_name(def, request, utc);
    g_autofree char *part = jw_request_part(request, def->language);

    return name != NULL
               ? name
               : g_strdup_printf("%s_%s%s", def->file_prefix,
                                 jw_report_word(JW_WORD_FILE_COMPLETE, def->language), part);
}

bool
jw_report_request_of_job(const JwCatalog *catalog, const JwJob *job, JwReportRequest **ret_request,
                         const JwReportDef **ret_def, GError **error)
{
    g_return_val_if_fail(catalog != NULL && job != NULL && ret_request != NULL && ret_def != NULL,
                         false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    g_autoptr(GError) cause = NULL;
    const char *text = job->spec != NULL ? job->spec : "";
    json_auto_t *spec = jw_json_parse(text, strlen(text), &cause);
    if (spec == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "spec of job '%s': %s", job->id,
                       jw_error_message(cause));
    }
    const char *type = jw_json_text(spec, "reportType");
    if (type == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "spec of job '%s' names no report type", job->id);
    }
    const JwReportDef *def = jw_report_spec_def(catalog, spec);
    if (def == NULL) {
        g_autofree char *echo = jw_echo(type);
        return jw_fail(error, JW_ERROR_NOT_FOUND, "report type '%s' has no definition here", echo);
    }
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    if (!check_spec(catalog, def, spec, error) || !read_spec(spec, def, request, error)
        || !apply_scope(job, def, request, error)) {
        return jw_prefix(error, "spec of job '%s'", job->id);
    }
    def = jw_report_def_in(def, request->language);
    if (request->end_ms == 0 && request->file_name == NULL) {
        request->file_name = name_without_days(def, request);
    }
    request->requester = g_strdup(jw_actor_name(&job->requested_by));
    *ret_def = def;
    *ret_request = g_steal_pointer(&request);
    return true;
}
