/* json_value.c: small reads and writes on JSON values, JSON pointers, and strings for messages.
 * Any thread, no state. */
#include "jw/json.h"

#include <string.h>

#define ECHO_CHARS 60

void
jw_pointer_append(GString *path, const char *name)
{
    g_string_append_c(path, '/');
    for (const char *pos = name; *pos != '\0'; pos++) {
        if (*pos == '~') {
            g_string_append(path, "~0");
        } else if (*pos == '/') {
            g_string_append(path, "~1");
        } else {
            g_string_append_c(path, *pos);
        }
    }
}

char *
jw_pointer(const char *base, const char *name)
{
    GString *path = g_string_new(base);

    jw_pointer_append(path, name);
    return g_string_free(path, FALSE);
}

char *
jw_pointer_index(const char *base, size_t index)
{
    return g_strdup_printf("%s/%zu", base, index);
}

char *
jw_echo(const char *text)
{
    if (g_utf8_strlen(text, -1) <= ECHO_CHARS) {
        return g_strdup(text);
    }
    g_autofree char *start = g_utf8_substring(text, 0, ECHO_CHARS);
    return g_strconcat(start, "...", NULL);
}

const char *
jw_skip_prefix(const char *text, const char *prefix)
{
    return g_str_has_prefix(text, prefix) ? text + strlen(prefix) : text;
}

const char *
jw_json_text(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

char **
jw_json_texts(const json_t *array)
{
    size_t i = 0;
    const json_t *item = NULL;

    if (!json_is_array(array)) {
        return NULL;
    }
    GPtrArray *texts = g_ptr_array_new();
    json_array_foreach(array, i, item)
    {
        if (json_is_string(item)) {
            g_ptr_array_add(texts, g_strdup(json_string_value(item)));
        }
    }
    g_ptr_array_add(texts, NULL);
    return (char **)g_ptr_array_free(texts, FALSE);
}

json_t *
jw_json_mutable(const json_t *value)
{
    union {
        const json_t *in;
        json_t *out;
    } both = { value };

    return both.out;
}

json_t *
jw_json_string(const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text, -1);

    return json_string(valid);
}

void
jw_json_set_string(json_t *object, const char *name, const char *text)
{
    if (text != NULL) {
        json_object_set_new(object, name, jw_json_string(text));
    }
}

json_t *
jw_json_strings(const char *const *texts)
{
    json_t *array = json_array();

    for (size_t i = 0; texts != NULL && texts[i] != NULL; i++) {
        json_array_append_new(array, jw_json_string(texts[i]));
    }
    return array;
}
