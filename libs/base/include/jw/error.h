/* jw/error.h: the one error domain. A code says what the caller may do next, never where it came
 * from. Any thread, after jw_base_init(). */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

#define JW_ERROR (jw_error_quark())

/* The domain of all our errors. */
GQuark jw_error_quark(void);

typedef enum {
    JW_ERROR_INTERNAL,    /* a bug or a surprise; not worth a retry */
    JW_ERROR_INVALID,     /* the input is wrong and stays wrong */
    JW_ERROR_NOT_FOUND,   /* what was named does not exist */
    JW_ERROR_CONFLICT,    /* it exists already, or is in another state */
    JW_ERROR_DENIED,      /* the caller may not */
    JW_ERROR_TOO_LARGE,   /* over a stated limit */
    JW_ERROR_CORRUPT,     /* stored or received data contradicts itself */
    JW_ERROR_CANCELLED,   /* somebody asked to stop */
    JW_ERROR_BUSY,        /* certainly not done: a queue or pool is full */
    JW_ERROR_UNAVAILABLE, /* certainly not done: the other side is away */
    JW_ERROR_IN_DOUBT,    /* may have been done: read again before deciding */
} JwErrorCode;

typedef enum {
    JW_RETRY_NEVER,
    JW_RETRY_LATER,        /* certainly not done */
    JW_RETRY_AFTER_REREAD, /* may be done */
} JwRetry;

/* Call once in main() before any thread starts: initialises lazy statics (quarks). */
void jw_base_init(void);

/* Sets @error and returns false, so that a function can `return jw_fail(error, CODE, "…")`. */
bool jw_fail(GError **error, JwErrorCode code, const char *format, ...) G_GNUC_PRINTF(3, 4);

/* The same for functions that return a pointer. */
#define jw_fail_null(...) ((void)jw_fail(__VA_ARGS__), NULL)

/* Puts "format: " in front of the message of an error that is set; returns false. NULL-safe. */
bool jw_prefix(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Sets @error to a new JW_ERROR of @code and the foreign error's text, for people: its domain and
 * number say nothing to them. The foreign one is freed (@take_foreign: (transfer full) (nullable)).
 * Returns false. */
bool jw_error_adopt(GError **error, JwErrorCode code, GError *take_foreign);

/* When the failed call may be repeated. NULL or a foreign domain: NEVER. */
JwRetry jw_error_retry(const GError *error);

/* Whether work that failed with @error always fails for its input: INVALID, NOT_FOUND, DENIED,
 * TOO_LARGE. INTERNAL is not permanent (a bug may be fixed), nor is CORRUPT (the data may be
 * written again); a caller for whom CORRUPT is permanent checks for it itself. */
bool jw_error_is_permanent(const GError *error);

/* The code; NULL or a foreign domain: INTERNAL. */
JwErrorCode jw_error_code(const GError *error);

/* The message; NULL: "unknown error". (transfer none) */
const char *jw_error_message(const GError *error);

/* "INVALID" …. (transfer none) */
const char *jw_error_code_name(JwErrorCode code);

G_END_DECLS
