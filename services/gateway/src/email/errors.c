/* email/errors.c: the error forms of this API: problem details for 401 and 403, else
 * {code,message,details,timestamp}. */
#include "email/email.h"

#include "jw/clock.h"

#include <string.h>

/* Codes that are not just words of another case here. */
static const struct {
    const char *code, *ours;
} renamed[] = {
    { "INVALID_JSON", "ValidationError" },
    { "INTERNAL_ERROR", "InternalServerError" },
};

/* "RATE_LIMIT_EXCEEDED" → "RateLimitExceeded". (transfer full) */
static char *
code_of(const char *code)
{
    g_autoptr(GString) ours = g_string_new(NULL);
    bool begins = true;

    for (size_t i = 0; i < G_N_ELEMENTS(renamed); i++) {
        if (strcmp(renamed[i].code, code) == 0) {
            return g_strdup(renamed[i].ours);
        }
    }
    for (; *code != '\0'; code++) {
        if (*code != '_') {
            g_string_append_c(ours, begins ? g_ascii_toupper(*code) : g_ascii_tolower(*code));
        }
        begins = *code == '_';
    }
    return g_string_free(g_steal_pointer(&ours), FALSE);
}

/* "/startDate: must be …", a line each; null: none. (transfer full) */
static json_t *
details_of(const JwViolations *violations)
{
    g_autoptr(GString) lines = g_string_new(NULL);

    for (size_t i = 0; violations != NULL && i < jw_violations_count(violations); i++) {
        const JwViolation *violation = jw_violations_get(violations, i);

        g_string_append_printf(lines, "%s%s%s%s", i > 0 ? "\n" : "", violation->pointer,
                               violation->pointer[0] != '\0' ? ": " : "", violation->message);
    }
    return lines->len > 0 ? jw_json_string(lines->str) : json_null();
}

/* A caller whose departments do not do has the role. */
static json_t *
problem_details(const JwHttpProblem *problem)
{
    if (problem->status == 401) {
        return json_pack("{s:s, s:s, s:i}", "type",
                         "https://tools.ietf.org/html/rfc7235#section-3.1", "title", "Unauthorized",
                         "status", 401);
    }
    json_t *details =
        json_pack("{s:s, s:s, s:i}", "type", "https://tools.ietf.org/html/rfc7231#section-6.5.3",
                  "title", "Forbidden", "status", 403);
    jw_json_set_string(details, "detail",
                       strcmp(problem->code, "FORBIDDEN") == 0 ? "User does not have Admin role"
                                                               : problem->message);
    return details;
}

json_t *
gw_email_error(const JwHttpProblem *problem, const char **ret_content_type)
{
    if (problem->status == 401 || problem->status == 403) {
        *ret_content_type = "application/problem+json";
        return problem_details(problem);
    }
    json_t *error = json_object();
    g_autofree char *code = code_of(problem->code);

    jw_json_set_string(error, "code", code);
    jw_json_set_string(error, "message", problem->message);
    json_object_set_new(error, "details", details_of(problem->violations));
    jw_json_set_time(error, "timestamp", jw_clock_now_ms(jw_clock_system()));
    return error;
}
