/* definition/name_template.c: see definition/name_template.h. Pure, any thread. */
#include "definition/name_template.h"

#include "jw/text.h"

#include <string.h>

static const char *const names[JW_NAME_N] = {
    [JW_NAME_EDITION] = "edition", [JW_NAME_START] = "start",       [JW_NAME_END] = "end",
    [JW_NAME_YEAR] = "year",       [JW_NAME_MONTH] = "month",       [JW_NAME_TYPE] = "type",
    [JW_NAME_TITLE] = "title",     [JW_NAME_LANGUAGE] = "language",
};

/* JW_NAME_N: none. */
static size_t
find_value(const char *name, size_t length)
{
    size_t i = 0;

    while (i < JW_NAME_N && (strlen(names[i]) != length || strncmp(names[i], name, length) != 0)) {
        i++;
    }
    return i;
}

static char *
known_values(void)
{
    GString *known = g_string_new(NULL);

    for (size_t i = 0; i < JW_NAME_N; i++) {
        g_string_append_printf(known, "%s{%s}", i > 0 ? ", " : "", names[i]);
    }
    return g_string_free(known, FALSE);
}

/* What is wrong with the braces; NULL: nothing. (transfer full) (nullable) */
static char *
check_values(const char *text)
{
    g_autofree char *known = known_values();

    for (const char *pos = strpbrk(text, "{}"); pos != NULL; pos = strpbrk(pos + 1, "{}")) {
        const size_t length = strcspn(pos + 1, "{}");
        if (*pos == '}' || pos[1 + length] != '}') {
            return g_strdup_printf("has a brace without its other one; around a value there are "
                                   "two, and there are %s",
                                   known);
        }
        if (find_value(pos + 1, length) == JW_NAME_N) {
            return g_strdup_printf("has no value {%.*s}; there are %s", (int)MIN(length, 60),
                                   pos + 1, known);
        }
        pos += 1 + length;
    }
    return NULL;
}

char *
jw_check_name_template(const char *text)
{
    const char *sample[JW_NAME_N];
    char *wrong = check_values(text);

    if (wrong != NULL) {
        return wrong;
    }
    for (size_t i = 0; i < JW_NAME_N; i++) {
        sample[i] = "2026-01-05";
    }
    g_autofree char *name = jw_name_template_fill(text, sample);
    g_autofree char *safe = jw_text_file_name(name);
    return strcmp(name, safe) == 0
               ? NULL
               : g_strdup_printf("makes no name of a file: '%s' would have to be '%s'; leave out "
                                 "folders, signs such as : * ? and what is at its ends",
                                 name, safe);
}

char *
jw_name_template_fill(const char *text, const char *const values[JW_NAME_N])
{
    g_autoptr(GString) name = g_string_new(NULL);

    while (*text != '\0') {
        if (*text != '{') {
            g_string_append_c(name, *text++);
            continue;
        }
        const size_t length = strcspn(text + 1, "}");
        const size_t value = find_value(text + 1, length);
        if (value == JW_NAME_N || values[value] == NULL) {
            return NULL;
        }
        g_string_append(name, values[value]);
        text += length + 2;
    }
    return g_string_free(g_steal_pointer(&name), FALSE);
}
