/* http_problem.c: what went wrong, as an answer. Any thread.
 * The table from error codes to HTTP is here and nowhere else; a façade only gives the problem its
 * form. */
#include "http_private.h"

#include "jw/log.h"

typedef struct {
    JwErrorCode code;
    int status;
    const char *name;
    int64_t retry_after_s;
    bool own_message; /* the error's text is fit for the caller */
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

static json_t *
default_render(const JwHttpProblem *problem)
{
    json_auto_t *details = json_array();

    for (size_t i = 0; problem->faults != NULL && i < jw_violations_count(problem->faults); i++) {
        const JwViolation *fault = jw_violations_get(problem->faults, i);
        (void)json_array_append_new(
            details, json_pack("{s:s, s:s}", "pointer", fault->pointer, "message", fault->message));
    }
    return json_pack("{s:{s:s, s:s, s:O, s:s}}", "error", "code", problem->code, "message",
                     problem->message, "details", details, "requestId", problem->request_id);
}

const JwHttpErrorStyle jw_http_default_errors = { "application/json", default_render };

void
jw_http_reply_problem(JwHttpReply *self, int status, const char *code, const JwViolations *faults,
                      int64_t retry_after_s, const char *format, ...)
{
    g_return_if_fail(self != NULL && code != NULL && format != NULL);
    const JwHttpErrorStyle *style = self->style != NULL ? self->style : &jw_http_default_errors;
    g_autofree char *message = NULL;
    va_list args;

    va_start(args, format);
    message = g_strdup_vprintf(format, args);
    va_end(args);

    const JwHttpProblem problem = {
        .status = status,
        .code = code,
        .message = message,
        .faults = faults,
        .retry_after_s = retry_after_s,
        .request_id = self->request->request_id,
    };
    jw_http_reply_json(self, status, style->render(&problem));
    jw_http_reply_header(self, "Content-Type", style->content_type);
    if (retry_after_s > 0) {
        g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, retry_after_s);
        jw_http_reply_header(self, "Retry-After", seconds);
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
    jw_http_reply_problem(self, row->status, row->name, NULL, row->retry_after_s, "%s",
                          row->status == 503
                              ? "this cannot be done at the moment; try again later"
                              : "an internal error happened; tell us the request id if it stays");
}
