/* violations.c: the list of what is wrong with one input. */
#include "jw/violations.h"

static void
violation_free(gpointer self)
{
    JwViolation *violation = self;

    g_free(violation->pointer);
    g_free(violation->message);
    g_free(violation);
}

bool
jw_violations_add(JwViolations *self, const char *pointer, const char *format, ...)
{
    if (self->list == NULL) {
        self->list = g_ptr_array_new_with_free_func(violation_free);
    }
    if (self->list->len < JW_VIOLATIONS_MAX) {
        JwViolation *violation = g_new0(JwViolation, 1);
        va_list args;

        va_start(args, format);
        violation->pointer = g_strdup(pointer);
        violation->message = g_strdup_vprintf(format, args);
        va_end(args);
        g_ptr_array_add(self->list, violation);
    }
    return false;
}

size_t
jw_violations_count(const JwViolations *self)
{
    return self->list == NULL ? 0 : self->list->len;
}

const JwViolation *
jw_violations_get(const JwViolations *self, size_t index)
{
    return g_ptr_array_index(self->list, index);
}

char *
jw_violations_text(const JwViolations *self)
{
    GString *text = g_string_new(NULL);

    for (size_t i = 0; i < jw_violations_count(self); i++) {
        const JwViolation *violation = jw_violations_get(self, i);
        g_string_append_printf(text, "%s%s: %s", i > 0 ? "; " : "",
                               violation->pointer[0] != '\0' ? violation->pointer : "(whole)",
                               violation->message);
    }
    return g_string_free(text, FALSE);
}

void
jw_violations_clear(JwViolations *self)
{
    g_clear_pointer(&self->list, g_ptr_array_unref);
}
