/* warnings.c: see jw/warnings.h. */
#include "jw/warnings.h"

static void
free_warning(gpointer self)
{
    JwWarning *warning = self;

    g_free(warning->message);
    g_free(warning);
}

GPtrArray *
jw_warnings_new(void)
{
    return g_ptr_array_new_with_free_func(free_warning);
}

void
jw_warnings_add(GPtrArray *self, const char *code, const char *format, ...)
{
    JwWarning *warning = g_new0(JwWarning, 1);
    va_list arguments;

    va_start(arguments, format);
    warning->code = code;
    warning->message = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_ptr_array_add(self, warning);
}
