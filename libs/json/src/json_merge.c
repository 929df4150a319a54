/* json_merge.c: a value over another, after RFC 7396 (JSON Merge Patch). Any thread, no state. */
#include "jw/json_parts.h"

#include <limits.h>
#include <string.h>

json_t *
jw_json_merge(const json_t *base, const json_t *patch)
{
    json_t *from = jw_json_mutable(patch);
    const char *name = NULL;
    json_t *member = NULL;

    if (!json_is_object(patch)) {
        return json_deep_copy(patch);
    }
    json_t *merged = json_is_object(base) ? json_deep_copy(base) : json_object();
    json_object_foreach(from, name, member)
    {
        if (json_is_null(member)) {
            (void)json_object_del(merged, name);
        } else {
            json_object_set_new(merged, name, jw_json_merge(json_object_get(merged, name), member));
        }
    }
    return merged;
}

static const JwField *
find_field(const JwField *fields, const char *name)
{
    for (const JwField *field = fields; field->name != NULL; field++) {
        if (strcmp(field->name, name) == 0) {
            return field;
        }
    }
    return NULL;
}

/* The members of the form that is an object; NULL: none is. */
static const JwField *
members_of(const JwField *field)
{
    while (field != NULL && field->type != JW_FIELD_OBJECT) {
        field = field->otherwise;
    }
    return field != NULL ? field->fields : NULL;
}

/* Those nulls of @patch that no field is there for, inside the objects that they are in. (transfer
 * full) */
static json_t *
unknown_nulls(const json_t *patch, const JwField *fields)
{
    json_t *unknown = json_object(), *member = NULL;
    json_t *from = jw_json_mutable(patch);
    const char *name = NULL;

    json_object_foreach(from, name, member)
    {
        const JwField *field = find_field(fields, name);
        const JwField *inner = members_of(field);
        if (field == NULL && json_is_null(member)) {
            json_object_set_new(unknown, name, json_null());
        } else if (inner != NULL && json_is_object(member)) {
            json_object_set_new(unknown, name, unknown_nulls(member, inner));
        }
    }
    return unknown;
}

bool
jw_check_nulls(const json_t *patch, const JwField *fields, const char *base,
               JwViolations *violations)
{
    json_auto_t *unknown = unknown_nulls(patch, fields);

    return jw_check_partial(unknown, fields, UINT_MAX, base, violations);
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
