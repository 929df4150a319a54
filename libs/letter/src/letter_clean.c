/* letter_clean.c: strings from outside as one line. Any thread, no state. */
#include "letter_view.h"

#define MAX_TEXT 200 /* characters of one string from the summary */

/* At most MAX_TEXT characters. */
char *
jw_letter_view_clean(const char *text)
{
    if (text == NULL) {
        return NULL;
    }
    g_autofree char *valid = g_utf8_make_valid(text, -1);
    GString *out = g_string_new(NULL);
    size_t count = 0;
    for (const char *pos = valid; *pos != '\0' && count < MAX_TEXT;
         pos = g_utf8_find_next_char(pos, NULL)) {
        gunichar c = g_utf8_get_char(pos);
        bool space = g_unichar_iscntrl(c) || g_unichar_isspace(c)
                     || (c >= 0xfffd && c <= 0xffff); /* no characters of XML */
        bool again = space && (out->len == 0 || out->str[out->len - 1] == ' ');
        if (!again) {
            g_string_append_unichar(out, space ? ' ' : c);
            count += 1;
        }
    }
    char *result = g_strchomp(g_string_free(out, FALSE));
    if (result[0] == '\0') {
        g_clear_pointer(&result, g_free);
    }
    return result;
}
