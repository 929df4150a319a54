/* error.c: the error domain, its codes and what a caller may do with each.
 * Any thread once jw_base_init() has run.
 * One table holds name and retry class, so that a code and its meaning cannot drift apart. */
#include "jw/error.h"

#include <stdarg.h>

G_DEFINE_QUARK(jw - error - quark, jw_error)

typedef struct {
    const char *name;
    JwRetry retry;
    bool permanent;
} CodeInfo;

static const CodeInfo codes[] = {
    [JW_ERROR_INTERNAL] = { "INTERNAL", JW_RETRY_NEVER, false },
    [JW_ERROR_INVALID] = { "INVALID", JW_RETRY_NEVER, true },
    [JW_ERROR_NOT_FOUND] = { "NOT_FOUND", JW_RETRY_NEVER, true },
    [JW_ERROR_CONFLICT] = { "CONFLICT", JW_RETRY_NEVER, false },
    [JW_ERROR_DENIED] = { "DENIED", JW_RETRY_NEVER, true },
    [JW_ERROR_TOO_LARGE] = { "TOO_LARGE", JW_RETRY_NEVER, true },
    [JW_ERROR_CORRUPT] = { "CORRUPT", JW_RETRY_NEVER, false },
    [JW_ERROR_CANCELLED] = { "CANCELLED", JW_RETRY_NEVER, false },
    [JW_ERROR_BUSY] = { "BUSY", JW_RETRY_LATER, false },
    [JW_ERROR_UNAVAILABLE] = { "UNAVAILABLE", JW_RETRY_LATER, false },
    [JW_ERROR_IN_DOUBT] = { "IN_DOUBT", JW_RETRY_AFTER_REREAD, false },
};

void
jw_base_init(void)
{
    (void)jw_error_quark();
}

bool
jw_fail(GError **error, JwErrorCode code, const char *format, ...)
{
    if (error == NULL) {
        return false;
    }
    va_list args;
    va_start(args, format);
    g_autofree char *message = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error_literal(error, JW_ERROR, (int)code, message);
    return false;
}

bool
jw_prefix(GError **error, const char *format, ...)
{
    if (error == NULL || *error == NULL) {
        return false;
    }
    va_list args;
    va_start(args, format);
    g_autofree char *prefix = g_strdup_vprintf(format, args);
    va_end(args);
    g_prefix_error(error, "%s: ", prefix);
    return false;
}

bool
jw_error_adopt(GError **error, JwErrorCode code, GError *take_foreign)
{
    g_autoptr(GError) foreign = take_foreign;
    if (foreign == NULL) {
        return jw_fail(error, code, "unknown error");
    }
    return jw_fail(error, code, "%s", foreign->message);
}

static const CodeInfo *
find_code(int code)
{
    if (code < 0 || (size_t)code >= G_N_ELEMENTS(codes)) {
        return &codes[JW_ERROR_INTERNAL];
    }
    return &codes[code];
}

JwRetry
jw_error_retry(const GError *error)
{
    return find_code((int)jw_error_code(error))->retry;
}

bool
jw_error_is_permanent(const GError *error)
{
    return find_code((int)jw_error_code(error))->permanent;
}

JwErrorCode
jw_error_code(const GError *error)
{
    if (error == NULL || error->domain != JW_ERROR || error->code < 0
        || (size_t)error->code >= G_N_ELEMENTS(codes)) {
        return JW_ERROR_INTERNAL;
    }
    return (JwErrorCode)error->code;
}

const char *
jw_error_message(const GError *error)
{
    return error != NULL && error->message != NULL ? error->message : "unknown error";
}

const char *
jw_error_code_name(JwErrorCode code)
{
    return find_code((int)code)->name;
}
