/* json_print.c: canonical JSON. Any thread, no state. */
#include "jw/json.h"
#include "jw/text.h"

#include <stdlib.h>
#include <string.h>

typedef char JwJsonStr; /* allocated by jansson, so released with free() */

static void
json_str_free(JwJsonStr *text)
{
    free(text);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwJsonStr, json_str_free)

/* Whether @value holds a real that 15 digits do not give back. */
static bool
has_long_real(const json_t *value)
{
    const json_t *item = NULL;
    const char *key = NULL;
    char text[JW_TEXT_REAL_MAX];
    bool found = false;
    size_t i = 0;

    if (json_is_real(value)) {
        g_ascii_formatd(text, sizeof text, "%.15g", json_real_value(value));
        return g_ascii_strtod(text, NULL) != json_real_value(value);
    }
    json_array_foreach(value, i, item)
    {
        found = found || has_long_real(item);
    }
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        found = found || has_long_real(item);
    }
    return found;
}

/* As jansson writes a real, with as few digits as give it back. */
static void
put_real(GString *text, double value)
{
    char digits[JW_TEXT_REAL_MAX];
    const char *power = strchr(jw_text_real(value, digits), 'e');

    g_string_append_len(text, digits, power != NULL ? power - digits : (gssize)strlen(digits));
    if (power != NULL) {
        g_string_append_printf(text, "e%d", (int)g_ascii_strtoll(power + 1, NULL, 10));
    } else if (strchr(digits, '.') == NULL) {
        g_string_append(text, ".0");
    }
}

/* The end of the string that begins at @at. */
static const char *
skip_string(const char *at)
{
    for (at++; *at != '"'; at++) {
        at += *at == '\\' ? 1 : 0;
    }
    return at + 1;
}

/* @text with its reals, which have 17 digits, as short as may be. */
static char *
shorten_reals(const char *text)
{
    GString *into = g_string_sized_new(strlen(text));

    while (*text != '\0') {
        const size_t number = strspn(text, "+-.0123456789eE");
        const char *end = *text == '"' ? skip_string(text) : text + (number > 0 ? number : 1);

        if (number > 0 && g_ascii_isdigit(text[number - 1]) && strcspn(text, ".eE") < number) {
            put_real(into, g_ascii_strtod(text, NULL));
        } else {
            g_string_append_len(into, text, end - text);
        }
        text = end;
    }
    return g_string_free(into, FALSE);
}

char *
jw_json_print(const json_t *value)
{
    g_return_val_if_fail(value != NULL, NULL);

    /* 15 digits: 83.33 stays 83.33. Where that is not all of a number, as few as are. */
    const bool more = has_long_real(value);
    const size_t flags = JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY;
    const size_t digits = more ? JSON_REAL_PRECISION(17) : JSON_REAL_PRECISION(15);
    g_autoptr(JwJsonStr) text = json_dumps(value, flags | digits);
    g_assert(text != NULL); /* jansson refuses only what it would not have built */
    return more ? shorten_reals(text) : g_strdup(text);
}
