/* jw/violations.h: all that is wrong with one input, each with its JSON pointer, so that a caller
 * learns everything at once. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    char *pointer; /* RFC 6901, "" is the whole input */
    char *message; /* what is wrong and what to do */
} JwViolation;

#define JW_VIOLATIONS_MAX 50u

typedef struct {
    GPtrArray *list; /* of JwViolation; NULL while there is none */
} JwViolations;

static inline void
jw_violation_free(void *data)
{
    JwViolation *fault = (JwViolation *)data;
    g_free(fault->pointer);
    g_free(fault->message);
    g_free(fault);
}

static inline size_t
jw_violations_count(const JwViolations *self)
{
    return self->list == NULL ? 0 : self->list->len;
}

static inline const JwViolation *
jw_violations_get(const JwViolations *self, size_t index)
{
    return (const JwViolation *)g_ptr_array_index(self->list, index);
}

/* Notes a fault; those after the first JW_VIOLATIONS_MAX are dropped. Returns false, for `return
 * jw_violations_add(…)`. */
static inline bool G_GNUC_PRINTF(3, 4)
    jw_violations_add(JwViolations *self, const char *pointer, const char *format, ...)
{
    if (self->list == NULL) {
        self->list = g_ptr_array_new_with_free_func(jw_violation_free);
    }
    if (self->list->len < JW_VIOLATIONS_MAX) {
        JwViolation *fault = g_new0(JwViolation, 1);
        va_list args;

        va_start(args, format);
        fault->pointer = g_strdup(pointer);
        fault->message = g_strdup_vprintf(format, args);
        va_end(args);
        g_ptr_array_add(self->list, fault);
    }
    return false;
}

static inline void
jw_violations_clear(JwViolations *self)
{
    g_clear_pointer(&self->list, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwViolations, jw_violations_clear)

/* "/name: is required; /output/format: …". (transfer full) */
static inline char *
jw_violations_text(const JwViolations *self)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < jw_violations_count(self); i++) {
        const JwViolation *fault = jw_violations_get(self, i);
        g_string_append_printf(text, "%s%s: %s", i > 0 ? "; " : "",
                               fault->pointer[0] != '\0' ? fault->pointer : "(whole)",
                               fault->message);
    }
    return g_string_free(text, FALSE);
}

G_END_DECLS
