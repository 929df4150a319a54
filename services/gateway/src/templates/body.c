/* templates/body.c: the body of a template, in both directions. Its settings are a part of the
 * request for a job, and checked like one. */
#include "templates/templates.h"

#include <string.h>

#include "jw/json_parts.h"
#include "jw/report_request.h"

#define VERSION_MAX (INT64_C(1) << 53)

/* clang-format off */
#define FIELDS                                                                                     \
    { .name = "name", .type = JW_FIELD_STRING, .flags = JW_FIELD_REQUIRED, .min = 1, .max = 200 }, \
    { .name = "description", .type = JW_FIELD_STRING, .flags = JW_FIELD_LINES, .max = 2000 },      \
    { .name = "visibility", .type = JW_FIELD_STRING, .values = jw_visibility_names },              \
    { .name = "settings", .type = JW_FIELD_ANY, .flags = JW_FIELD_REQUIRED }
/* clang-format on */

static const JwField create_fields[] = { FIELDS, { .name = NULL } };
static const JwField change_fields[] = {
    FIELDS,
    { .name = "version", .type = JW_FIELD_INT, .min = 1, .max = VERSION_MAX },
    { .name = NULL },
};

bool
gw_template_check(const Gw *gw, const json_t *body, bool creates, JwViolations *violations)
{
    const json_t *settings = json_object_get(body, "settings");
    bool ok = jw_check_object(body, creates ? create_fields : change_fields, "", violations);

    return (settings == NULL || jw_wire_check_settings(gw->wire, settings, "/settings", violations))
           && ok;
}

void
gw_template_check_nulls(const json_t *body, JwViolations *violations)
{
    const json_t *settings = json_object_get(body, "settings");

    (void)jw_check_nulls(body, change_fields, "", violations);
    if (json_is_object(settings)) {
        (void)jw_wire_check_nulls(settings, "/settings", violations);
    }
}

static void
set_text(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

void
gw_template_read(const json_t *body, JwTemplate *template)
{
    const json_t *settings = json_object_get(body, "settings");

    set_text(&template->name, jw_json_text(body, "name"));
    set_text(&template->description, jw_json_text(body, "description"));
    set_text(&template->report_type,
             jw_skip_prefix(jw_json_text(settings, "reportType"), JW_LOOKUP_TYPE));
    g_free(template->settings);
    template->settings = jw_json_print(settings);
    template->visibility = JW_VISIBLE_DEPARTMENT;
    (void)jw_visibility_parse(jw_json_text(body, "visibility"), &template->visibility);
}

json_t *
gw_template_body(const JwTemplate *template)
{
    json_t *body = json_object();

    jw_json_set_string(body, "name", template->name);
    jw_json_set_string(body, "description", template->description);
    jw_json_set_string(body, "visibility", jw_visibility_name((int)template->visibility));
    json_object_set_new(body, "settings",
                        jw_json_parse(template->settings, strlen(template->settings), NULL));
    return body;
}
