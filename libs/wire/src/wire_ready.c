/* wire_ready.c: what a schedule waits for, as JSON. Any thread, no state. */
#include "wire_private.h"

#include "jw/duration.h"

#include <string.h>

static const char *const types[] = { "record", "marker", NULL };
static const char *const unready[] = { "run", "skip", "alarm", NULL };
static const char *const names[] = { "due_date", "period_start", "period_end", NULL };
const JwField jw_wire_ready_fields[] = {
    { .name = "type", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .values = types },
    { .name = "collection", .type = JW_FIELD_STRING, .check = jw_check_collection },
    { .name = "id", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = "deadline",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_duration },
    { .name = "at_deadline",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .values = unready },
    { .name = NULL },
};

static bool
check_marker(const json_t *ready, const char *base, const char *name, JwViolations *violations)
{
    const bool is_marker = g_strcmp0(jw_json_text(ready, "type"), "marker") == 0;
    const bool given = json_object_get(ready, name) != NULL;
    g_autofree char *pointer = jw_pointer(base, name);

    if (is_marker && !given) {
        return jw_violations_add(violations, pointer, "is required to find the marker");
    }
    return is_marker || !given
           || jw_violations_add(violations, pointer, "belongs to the type marker");
}

static bool
check_names(const char *id, bool has_period, const char *base, JwViolations *violations)
{
    static const char *const without_period[] = { "due_date", NULL };
    g_autofree char *pointer = jw_pointer(base, "id");
    g_autofree char *unknown = jw_ready_unknown_name(id, has_period ? names : without_period);

    return unknown == NULL
           || jw_violations_add(violations, pointer,
                                "has '%s' in braces; there are {due_date} and, for a job with a "
                                "period, {period_start} and {period_end}",
                                unknown);
}

bool
jw_wire_check_ready(const json_t *ready, const json_t *job, const char *base,
                    JwViolations *violations)
{
    const json_t *parameters = json_object_get(job, "parameters");
    /* That of an edition ends with the due time, too. */
    const bool has_period = json_object_get(parameters, "period") != NULL
                            || (json_object_get(parameters, "edition") != NULL
                                && json_object_get(parameters, "dateRange") == NULL);
    g_autofree char *pointer = jw_pointer(base, "type");
    const char *id = jw_json_text(ready, "id");
    bool ok = true;

    if (ready == NULL) {
        return true;
    }
    if (g_strcmp0(jw_json_text(ready, "type"), "record") == 0 && !has_period) {
        ok = jw_violations_add(violations, pointer,
                               "waits for a record after the job's period, and the job has none; "
                               "give it parameters.period, or an edition");
    }
    ok = check_marker(ready, base, "collection", violations) && ok;
    ok = check_marker(ready, base, "id", violations) && ok;
    return (id == NULL || check_names(id, has_period, base, violations)) && ok;
}

void
jw_wire_read_ready(const json_t *ready, JwReady *ret)
{
    const char *deadline = jw_json_text(ready, "deadline");
    const char *otherwise = jw_json_text(ready, "at_deadline");

    if (ready == NULL) {
        return;
    }
    ret->type =
        g_strcmp0(jw_json_text(ready, "type"), "record") == 0 ? JW_READY_RECORD : JW_READY_MARKER;
    ret->collection = g_strdup(jw_json_text(ready, "collection"));
    ret->marker_id = g_strdup(jw_json_text(ready, "id"));
    (void)jw_parse_duration(deadline != NULL ? deadline : "", &ret->deadline_ms);
    for (int i = 0; unready[i] != NULL; i++) {
        if (g_strcmp0(otherwise, unready[i]) == 0) {
            ret->at_deadline = (JwUnready)i;
        }
    }
}

json_t *
jw_wire_ready_value(const JwReady *ready)
{
    json_t *value = json_object();
    g_autofree char *deadline = jw_duration_format(ready->deadline_ms);

    jw_json_set_string(value, "type", jw_ready_name((int)ready->type));
    jw_json_set_string(value, "collection", ready->collection);
    jw_json_set_string(value, "id", ready->marker_id);
    jw_json_set_string(value, "deadline", deadline);
    jw_json_set_string(value, "at_deadline", jw_unready_name((int)ready->at_deadline));
    return value;
}
