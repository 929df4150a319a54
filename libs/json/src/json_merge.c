/* json_merge.c: a value over another, after RFC 7396 (JSON Merge Patch). Any thread, no state. */
#include "jw/json_parts.h"

json_t *
jw_json_merge(const json_t *base, const json_t *patch)
{
    json_t *from = jw_json_mutable(patch);
    const char *name = NULL;
    json_t *member = NULL;

    if (!json_is_object(base) || !json_is_object(patch)) {
        return json_deep_copy(patch);
    }
    json_t *merged = json_deep_copy(base);
    json_object_foreach(from, name, member)
    {
        json_t *old = json_object_get(merged, name);

        if (old != NULL && json_is_null(member)) {
            (void)json_object_del(merged, name);
        } else {
            json_object_set_new(merged, name,
                                old != NULL ? jw_json_merge(old, member) : json_deep_copy(member));
        }
    }
    return merged;
}

/* "a~1b" is the name "a/b". (transfer full) */
static char *
unescaped(const char *part)
{
    GString *name = g_string_new(part);

    g_string_replace(name, "~1", "/", 0);
    g_string_replace(name, "~0", "~", 0);
    return g_string_free(name, FALSE);
}

const json_t *
jw_json_at(const json_t *value, const char *pointer)
{
    g_auto(GStrv) parts = g_strsplit(pointer, "/", -1);

    for (size_t i = 1; value != NULL && parts[0] != NULL && parts[i] != NULL; i++) {
        g_autofree char *name = unescaped(parts[i]);
        guint64 index = 0;

        if (!json_is_array(value)) {
            value = json_object_get(value, name);
        } else if (g_ascii_string_to_unsigned(name, 10, 0, G_MAXUINT32, &index, NULL)) {
            value = json_array_get(value, (size_t)index);
        } else {
            value = NULL;
        }
    }
    return value;
}
