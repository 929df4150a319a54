/* request/spec.c: the spec of a report job, canonical JSON, and its way back to a request.
 * Any thread, no state. The period is resolved when the job is made, so that every attempt computes
 * the same:
 *   {"asked": {"output", "parameters"}, "output": {"fileName", "format"},
 *    "parameters": {"end", "filters", "groupBy", "includeInactive", "measures", "periodType",
 *                   "start", "timeZone"}, "reportType"}
 * "asked" is what the caller wrote, with the `at` of a period filled in. No start and end: all
 * records. */
#include "request/request_private.h"

#include "jw/clock.h"
#include "jw/cron.h"
#include "names.h"

#include <string.h>

#define SCOPE_FILTER "departmentIds"

static void
set_time(json_t *object, const char *name, int64_t time_ms)
{
    g_autofree char *text = jw_time_format(time_ms);

    json_object_set_new(object, name, json_string(text));
}

/* The resolved period into @spec; an `at` that was left out into @asked. */
static void
put_period(json_t *spec, json_t *asked, const JwReportDef *def, int64_t at_ms)
{
    json_t *period = json_object_get(asked, "period");
    const char *zone_name = NULL;
    g_autoptr(GTimeZone) zone = jw_report_zone(asked, def, &zone_name);
    const JwPeriodType type =
        (JwPeriodType)jw_name_read(period, "type", jw_period_names, JW_PERIOD_CUSTOM);
    int64_t start_ms = 0, end_ms = 0, last_ms = 0;

    g_assert(zone != NULL); /* the check came before */
    if (zone_name != NULL) {
        json_object_set_new(spec, "timeZone", json_string(zone_name));
    }
    if (type != JW_PERIOD_CUSTOM) {
        at_ms = jw_json_time(period, "at", at_ms);
        if (json_object_get(period, "at") == NULL) {
            set_time(period, "at", at_ms);
        }
        jw_period_previous(type, zone, at_ms, &start_ms, &end_ms);
    } else if (!jw_report_range(json_object_get(asked, "dateRange"), zone, &start_ms, &end_ms,
                                &last_ms)) {
        json_object_set_new(spec, "periodType", json_string(jw_period_names[type]));
        return;
    }
    json_object_set_new(spec, "periodType", json_string(jw_period_names[type]));
    set_time(spec, "start", start_ms);
    set_time(spec, "end", end_ms);
}

/* Empty lists ask for nothing and are left out. */
static void
put_lists(json_t *spec, const json_t *asked)
{
    static const char *const names[] = { "groupBy", "measures" };
    json_t *filters = json_object();
    const char *name = NULL;
    json_t *values = NULL;

    json_object_foreach(json_object_get(asked, "filters"), name, values)
    {
        if (json_array_size(values) > 0) {
            json_object_set(filters, name, values);
        }
    }
    json_object_set_new(spec, "filters", filters);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        json_t *list = json_object_get(asked, names[i]);
        if (json_array_size(list) > 0) {
            json_object_set(spec, names[i], list);
        }
    }
}

char *
jw_report_body_spec(const JwCatalog *catalog, const json_t *body, int64_t at_ms)
{
    const JwReportDef *def = jw_report_body_def(catalog, body);
    const json_t *output = json_object_get(body, "output");
    json_auto_t *asked = json_deep_copy(json_object_get(body, "parameters"));
    json_auto_t *spec = json_object();
    json_t *parameters = json_object();
    json_t *file = json_object();
    json_t *verbatim = json_object();

    put_period(parameters, asked, def, at_ms);
    put_lists(parameters, asked);
    json_object_set_new(parameters, "includeInactive",
                        json_boolean(json_is_true(json_object_get(asked, "includeInactive"))));

    json_object_set_new(
        file, "format",
        json_string(jw_skip_prefix(jw_json_text(output, "format"), JW_LOOKUP_FORMAT)));
    if (jw_json_text(output, "filename") != NULL) {
        json_object_set_new(file, "fileName", json_string(jw_json_text(output, "filename")));
    }
    json_object_set(verbatim, "parameters", asked);
    json_object_set(verbatim, "output", jw_json_mutable(output));

    json_object_set_new(spec, "reportType", json_string(def->report_type));
    json_object_set_new(spec, "parameters", parameters);
    json_object_set_new(spec, "output", file);
    json_object_set_new(spec, "asked", verbatim);
    return jw_json_print(spec);
}

/* A text member that may be absent but not of another type. */
static bool
read_text(const json_t *object, const char *name, char **ret)
{
    const json_t *value = json_object_get(object, name);

    if (value != NULL && !json_is_string(value)) {
        return false;
    }
    *ret = g_strdup(json_string_value(value));
    return true;
}

static bool
read_time(const json_t *object, const char *name, int64_t *ret_ms)
{
    const char *text = jw_json_text(object, name);

    return text != NULL && jw_time_parse(text, ret_ms, NULL);
}

static bool
read_period(const json_t *parameters, JwReportRequest *request)
{
    const int type = jw_name_read(parameters, "periodType", jw_period_names, -1);

    if (type < 0 || !read_text(parameters, "timeZone", &request->time_zone)) {
        return false;
    }
    request->period = (JwPeriodType)type;
    if (json_object_get(parameters, "start") == NULL && request->period == JW_PERIOD_CUSTOM) {
        return true; /* all records: both stay 0 */
    }
    return read_time(parameters, "start", &request->start_ms)
           && read_time(parameters, "end", &request->end_ms) && request->start_ms < request->end_ms;
}

static void
add_filter(JwReportRequest *request, const char *name, char **take_values)
{
    const JwFilter filter = { .name = g_strdup(name), .values = take_values };

    g_array_append_val(request->filters, filter);
}

static bool
read_filters(const json_t *parameters, const JwReportDef *def, JwReportRequest *request,
             GError **error)
{
    const char *name = NULL;
    json_t *values = NULL;

    json_object_foreach(json_object_get(parameters, "filters"), name, values)
    {
        if (!json_is_array(values) || json_array_size(values) == 0) {
            return jw_fail(error, JW_ERROR_CORRUPT, "filter '%s' has no values", name);
        }
        /* Leaving it out would widen the report to records that nobody asked for. */
        if (jw_report_def_filter(def, name) == NULL) {
            return jw_fail(error, JW_ERROR_CORRUPT, "report type '%s' has no filter '%s' any more",
                           def->report_type, name);
        }
        add_filter(request, name, jw_json_texts(values));
    }
    return true;
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

/* The job's departments limit what it may read: they are applied when it asked for none, and what
 * it asked for beyond them is an error, whoever let it through. */
static bool
apply_scope(const JwJob *job, const JwReportDef *def, JwReportRequest *request, GError **error)
{
    if (job->departments == NULL || job->departments[0] == NULL
        || jw_report_def_filter(def, SCOPE_FILTER) == NULL) {
        return true;
    }
    const JwFilter *asked = requested_filter(request, SCOPE_FILTER);
    if (asked == NULL) {
        add_filter(request, SCOPE_FILTER, g_strdupv(job->departments));
        return true;
    }
    for (size_t i = 0; asked->values[i] != NULL; i++) {
        if (!g_strv_contains((const char *const *)job->departments, asked->values[i])) {
            return jw_fail(error, JW_ERROR_DENIED,
                           "department '%s' is outside the scope of the job", asked->values[i]);
        }
    }
    return true;
}

static bool
read_spec(const json_t *spec, const JwReportDef *def, JwReportRequest *request, GError **error)
{
    const json_t *parameters = json_object_get(spec, "parameters");
    const json_t *output = json_object_get(spec, "output");

    request->report_type = g_strdup(def->report_type);
    if (!json_is_object(parameters) || !read_period(parameters, request)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "no usable period");
    }
    if (!json_is_object(output) || !read_text(output, "format", &request->format)
        || request->format == NULL || !read_text(output, "fileName", &request->file_name)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "no usable output");
    }
    request->group_by = jw_json_texts(json_object_get(parameters, "groupBy"));
    request->measures = jw_json_texts(json_object_get(parameters, "measures"));
    request->include_inactive = json_is_true(json_object_get(parameters, "includeInactive"));
    if (request->start_ms == 0 && request->end_ms == 0 && request->file_name == NULL) {
        /* Without a period there are no days to put into the name. */
        request->file_name = g_strdup_printf("%s_Complete_Report", def->file_prefix);
    }
    return read_filters(parameters, def, request, error);
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
        return jw_fail(error, JW_ERROR_CORRUPT, "spec of job '%s': %s", job->id,
                       jw_error_message(cause));
    }
    const char *type = jw_json_text(spec, "reportType");
    if (type == NULL) {
        return jw_fail(error, JW_ERROR_CORRUPT, "spec of job '%s' names no report type", job->id);
    }
    const JwReportDef *def = jw_catalog_find(catalog, type);
    if (def == NULL) {
        g_autofree char *echo = jw_echo(type);
        return jw_fail(error, JW_ERROR_NOT_FOUND, "report type '%s' has no definition here", echo);
    }
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    if (!read_spec(spec, def, request, error) || !apply_scope(job, def, request, error)) {
        return jw_prefix(error, "spec of job '%s'", job->id);
    }
    *ret_request = g_steal_pointer(&request);
    *ret_def = def;
    return true;
}
