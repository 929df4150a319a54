/* ready.c: see jw/ready.h. Pure. */
#include "jw/ready.h"

#include <string.h>

const char *
jw_ready_name(int type)
{
    static const char *const names[] = { "at_once", "record", "marker" };

    return type >= 0 && (size_t)type < G_N_ELEMENTS(names) ? names[type] : NULL;
}

const char *
jw_unready_name(int what)
{
    static const char *const names[] = { "run", "skip", "alarm" };

    return what >= 0 && (size_t)what < G_N_ELEMENTS(names) ? names[what] : NULL;
}

char *
jw_ready_unknown_name(const char *text, const char *const *known)
{
    for (const char *open = strchr(text, '{'); open != NULL; open = strchr(open + 1, '{')) {
        const char *close = strchr(open, '}');
        g_autofree char *name = NULL;

        if (close == NULL) {
            return g_strdup(open);
        }
        name = g_strndup(open + 1, (gsize)(close - open - 1));
        if (!g_strv_contains(known, name)) {
            return g_steal_pointer(&name);
        }
    }
    return NULL;
}

char *
jw_ready_fill(const char *text, const char *const *names, const char *const *values)
{
    g_autoptr(GString) filled = g_string_new(text);

    for (size_t i = 0; names[i] != NULL; i++) {
        g_autofree char *braced = g_strconcat("{", names[i], "}", NULL);
        (void)g_string_replace(filled, braced, values[i], 0);
    }
    return g_string_free(g_steal_pointer(&filled), FALSE);
}
