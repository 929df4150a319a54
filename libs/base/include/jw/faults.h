/* jw/faults.h: all that is wrong with one input, each with its JSON pointer, so that a caller
 * learns everything at once. */
#pragma once
#include <glib.h>
#include <stdbool.h>

G_BEGIN_DECLS

typedef struct {
    char *pointer; /* RFC 6901, "" is the whole input */
    char *message; /* what is wrong and what to do */
} JwFault;

#define JW_FAULTS_MAX 50u

typedef struct {
    GPtrArray *list; /* of JwFault; NULL while there is none */
} JwFaults;

static inline void
jw_fault_free(void *data)
{
    JwFault *fault = (JwFault *)data;
    g_free(fault->pointer);
    g_free(fault->message);
    g_free(fault);
}

static inline size_t
jw_faults_count(const JwFaults *self)
{
    return self->list == NULL ? 0 : self->list->len;
}

static inline const JwFault *
jw_faults_get(const JwFaults *self, size_t index)
{
    return (const JwFault *)g_ptr_array_index(self->list, index);
}

/* Notes a fault; those after the first JW_FAULTS_MAX are dropped. Returns false, for `return
 * jw_faults_add(…)`. */
static inline bool G_GNUC_PRINTF(3, 4)
    jw_faults_add(JwFaults *self, const char *pointer, const char *format, ...)
{
    if (self->list == NULL) {
        self->list = g_ptr_array_new_with_free_func(jw_fault_free);
    }
    if (self->list->len < JW_FAULTS_MAX) {
        JwFault *fault = g_new0(JwFault, 1);
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
jw_faults_clear(JwFaults *self)
{
    g_clear_pointer(&self->list, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwFaults, jw_faults_clear)

/* "/name: is required; /output/format: …". (transfer full) */
static inline char *
jw_faults_text(const JwFaults *self)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < jw_faults_count(self); i++) {
        const JwFault *fault = jw_faults_get(self, i);
        g_string_append_printf(text, "%s%s: %s", i > 0 ? "; " : "",
                               fault->pointer[0] != '\0' ? fault->pointer : "(whole)",
                               fault->message);
    }
    return g_string_free(text, FALSE);
}

G_END_DECLS
