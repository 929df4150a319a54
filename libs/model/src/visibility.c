/* visibility.c: see jw/visibility.h. Any thread, no state. */
#include "jw/visibility.h"

const char *const jw_visibility_names[] = {
    [JW_VISIBLE_DEPARTMENT] = "department",
    [JW_VISIBLE_PRIVATE] = "private",
    [JW_VISIBLE_EVERYONE] = "everyone",
    NULL,
};

const char *
jw_visibility_name(int visibility)
{
    return visibility >= 0 && visibility <= (int)JW_VISIBLE_EVERYONE
               ? jw_visibility_names[visibility]
               : NULL;
}

bool
jw_visibility_parse(const char *text, JwVisibility *ret)
{
    for (int i = 0; text != NULL && jw_visibility_names[i] != NULL; i++) {
        if (g_str_equal(jw_visibility_names[i], text)) {
            *ret = (JwVisibility)i;
            return true;
        }
    }
    return false;
}
