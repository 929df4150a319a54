/* core/request.c: see core/request.h. */
#include "core/request.h"

#include "jw/ident.h"

#include <string.h>

#define KEY_MAX 200

json_t *
gw_request_body(const JwHttpRequest *request, JwHttpReply *reply)
{
    g_autoptr(GError) error = NULL;
    size_t length = 0;
    const void *data = jw_http_body(request, &length);

    json_t *body = jw_json_parse_body(data, length, &error);
    if (jw_error_code(error) == JW_ERROR_TOO_LARGE) {
        jw_http_reply_problem(reply, 413, "PAYLOAD_TOO_LARGE", NULL, 0, "the body is %s",
                              jw_error_message(error));
    } else if (body == NULL) {
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
    jw_http_reply_problem(reply, 504, "OUTCOME_UNKNOWN", NULL, 0,
                          "whether this was done is not known: ask at the Location, or %s",
                          instead);
}

static bool
key_fits(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isprint(key[i])) {
            return false;
        }
    }
    return length >= 1 && length <= KEY_MAX;
}

bool
gw_request_key(const JwHttpRequest *request, JwViolations *violations, const char **ret_key)
{
    const char *key = jw_http_header(request, "Idempotency-Key");

    if (key != NULL && !key_fits(key)) {
        return jw_violations_add(violations, "/Idempotency-Key",
                                 "must have 1 to %d printable ASCII characters", KEY_MAX);
    }
    *ret_key = key;
    return true;
}

char *
gw_request_hash(const json_t *body)
{
    g_autofree char *text = jw_json_print(body);

    return jw_sha256_hex(text, strlen(text));
}

void
gw_reply_key_reused(JwHttpReply *reply)
{
    jw_http_reply_problem(
        reply, 422, "IDEMPOTENCY_KEY_REUSED", NULL, 0,
        "this Idempotency-Key came with another body before; use a new key for a new request");
}

const char *
gw_repeat_advice(const char *key)
{
    return key != NULL ? "repeat the request with the same Idempotency-Key"
                       : "repeat the request, which had no Idempotency-Key and may then create a "
                         "second one";
}
