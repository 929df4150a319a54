/* webhooks/errors.c: the error form of this API. */
#include "webhooks/webhooks.h"

/* "WEBHOOK_NOT_FOUND" as "WebhookNotFound". (transfer full) */
static char *
camel(const char *code)
{
    GString *name = g_string_new(NULL);
    bool begins = true;

    for (; *code != '\0'; code++) {
        if (*code != '_') {
            g_string_append_c(name, begins ? *code : g_ascii_tolower(*code));
        }
        begins = *code == '_';
    }
    return g_string_free(name, FALSE);
}

static json_t *
denial(const JwHttpProblem *problem)
{
    const bool nobody = problem->status == 401;

    return json_pack("{s:s, s:s, s:i, s:s}", "type",
                     nobody ? "https://tools.ietf.org/html/rfc7235#section-3.1"
                            : "https://tools.ietf.org/html/rfc7231#section-6.5.3",
                     "title", nobody ? "Unauthorized" : "Forbidden", "status", problem->status,
                     "detail", problem->message);
}

json_t *
gw_webhooks_error(const JwHttpProblem *problem, const char **ret_content_type)
{
    g_autofree char *code = camel(problem->code);
    json_t *value = json_object();

    if (problem->status == 401 || problem->status == 403) {
        json_decref(value);
        *ret_content_type = "application/problem+json";
        return denial(problem);
    }
    jw_json_set_string(value, "code", code);
    jw_json_set_string(value, "message", problem->message);
    if (problem->violations != NULL && jw_violations_count(problem->violations) > 0) {
        g_autofree char *details = jw_violations_text(problem->violations);
        jw_json_set_string(value, "details", details);
    } else {
        json_object_set_new(value, "details", json_null());
    }
    jw_json_set_time(value, "timestamp", jw_clock_now_ms(jw_clock_system()));
    return value;
}
