/* http_problem.c: errors as answers. Any thread. The only table from error codes to HTTP; an API
 * only decides the form. */
#include "http_private.h"

#include "jw/json.h"
#include "jw/log.h"

typedef struct {
    JwErrorCode code;
    int status;
    const char *name;
    int64_t retry_after_s;
    bool own_message; /* the caller may see the error's message */
} ErrorRow;

static const ErrorRow error_rows[] = {
    { JW_ERROR_INVALID, 400, "VALIDATION_ERROR", 0, true },
    { JW_ERROR_NOT_FOUND, 404, "NOT_FOUND", 0, true },
    { JW_ERROR_CONFLICT, 409, "CONFLICT", 0, true },
    { JW_ERROR_DENIED, 403, "FORBIDDEN", 0, true },
    { JW_ERROR_TOO_LARGE, 413, "PAYLOAD_TOO_LARGE", 0, true },
    { JW_ERROR_BUSY, 503, "SERVICE_UNAVAILABLE", 2, false },
    { JW_ERROR_UNAVAILABLE, 503, "SERVICE_UNAVAILABLE", 5, false },
    { JW_ERROR_IN_DOUBT, 503, "SERVICE_UNAVAILABLE", 5, false },
    { JW_ERROR_INTERNAL, 500, "INTERNAL_ERROR", 0, false },
};

struct json_t *
jw_http_problem_details(const JwHttpProblem *problem)
{
    const JwViolations *violations = problem->violations;
    json_t *details = json_array();

    for (size_t i = 0; violations != NULL && i < jw_violations_count(violations); i++) {
        const JwViolation *violation = jw_violations_get(violations, i);
        json_t *detail = json_object();

        (void)json_object_set_new(detail, "pointer", jw_json_string(violation->pointer));
        (void)json_object_set_new(detail, "message", jw_json_string(violation->message));
        (void)json_array_append_new(details, detail);
    }
    return details;
}

static json_t *
default_form(const JwHttpProblem *problem, const char **ret_content_type G_GNUC_UNUSED)
{
    return json_pack("{s:{s:s, s:s, s:o, s:s}}", "error", "code", problem->code, "message",
                     problem->message, "details", jw_http_problem_details(problem), "requestId",
                     problem->request_id);
}

void
jw_http_reply_problem(JwHttpReply *self, int status, const char *code,
                      const JwViolations *violations, int64_t retry_after_s, const char *format,
                      ...)
{
    g_return_if_fail(self != NULL && code != NULL && format != NULL);
    JwHttpErrorForm form =
        self->api != NULL && self->api->errors != NULL ? self->api->errors : default_form;
    const char *content_type = "application/json";
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);

    const JwHttpProblem problem = {
        .status = status,
        .code = code,
        .message = message,
        .violations = violations,
        .retry_after_s = retry_after_s,
        .request_id = self->request->request_id,
    };
    json_t *body = form(&problem, &content_type);
    if (json_is_string(body)) {
        jw_http_reply_text(self, status, content_type, json_string_value(body));
        json_decref(body);
    } else {
        jw_http_reply_json(self, status, body);
        jw_http_reply_header(self, "Content-Type", content_type);
    }
    if (retry_after_s > 0) {
        g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, retry_after_s);
        jw_http_reply_header(self, "Retry-After", seconds);
    }
}

void
jw_http_reply_violations(JwHttpReply *self, const JwViolations *violations)
{
    size_t n = jw_violations_count(violations);
    g_return_if_fail(n > 0);
    const JwViolation *first = jw_violations_get(violations, 0);

    if (n > 1) {
        jw_http_reply_problem(self, 400, "VALIDATION_ERROR", violations, 0,
                              "the request has %zu violations; each is listed", n);
    } else {
        jw_http_reply_problem(self, 400, "VALIDATION_ERROR", violations, 0, "%s%s%s",
                              first->pointer, first->pointer[0] != '\0' ? ": " : "",
                              first->message);
    }
}

void
jw_http_reply_error(JwHttpReply *self, const GError *error)
{
    g_return_if_fail(self != NULL);
    const ErrorRow *row = &error_rows[G_N_ELEMENTS(error_rows) - 1];
    JwErrorCode code = jw_error_code(error);

    for (size_t i = 0; i < G_N_ELEMENTS(error_rows); i++) {
        if (error_rows[i].code == code) {
            row = &error_rows[i];
            break;
        }
    }
    if (row->own_message) {
        jw_http_reply_problem(self, row->status, row->name, NULL, 0, "%s", jw_error_message(error));
        return;
    }
    jw_warn("http_request_failed", JW_STR("code", jw_error_code_name(code)),
            JW_STR("cause", jw_error_message(error)),
            JW_STR("request_id", self->request->request_id));
    jw_http_reply_problem(
        self, row->status, row->name, NULL, row->retry_after_s, "%s",
        row->status == 503
            ? "this cannot be done at the moment; try again later"
            : "an internal error happened; report the request id if it happens again");
}
