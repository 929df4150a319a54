/* core/request.c: see core/request.h. */
#include "core/request.h"

json_t *
gw_request_body(const JwHttpRequest *request, JwHttpReply *reply)
{
    g_autoptr(GError) error = NULL;
    size_t length = 0;
    const void *data = jw_http_body(request, &length);

    json_t *body = jw_json_parse(data, length, &error);
    if (body == NULL) {
        jw_http_reply_problem(reply, 400, "INVALID_JSON", NULL, 0, "the body is %s",
                              jw_error_message(error));
    }
    return body;
}

json_t *
gw_request_object(const JwHttpRequest *request, JwHttpReply *reply, const JwField *fields)
{
    g_auto(JwViolations) violations = { 0 };
    size_t length = 0;

    (void)jw_http_body(request, &length);
    json_auto_t *body = length > 0 ? gw_request_body(request, reply) : json_object();
    if (body == NULL) {
        return NULL;
    }
    (void)jw_check_object(body, fields, "", &violations);
    return gw_request_sound(reply, &violations) ? g_steal_pointer(&body) : NULL;
}

bool
gw_request_sound(JwHttpReply *reply, const JwViolations *violations)
{
    if (jw_violations_count(violations) == 0) {
        return true;
    }
    jw_http_reply_violations(reply, violations);
    return false;
}

void
gw_reply_unknown(JwHttpReply *reply, const char *location, const char *instead)
{
    jw_http_reply_header(reply, "Location", location);
    jw_http_reply_problem(
        reply, 504, "OUTCOME_UNKNOWN", NULL, 0,
        "whether this was done is not known: ask for the job at its Location, or %s", instead);
}
