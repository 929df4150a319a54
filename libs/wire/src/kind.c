/* kind.c: looks up kinds, and reads what all specs have. Any thread, no state. */
#include "jw/kinds.h"

const JwJobKind *
jw_kind_find(const char *type)
{
    for (size_t i = 0; i < jw_n_kinds; i++) {
        if (g_strcmp0(jw_kinds[i]->type, type) == 0) {
            return jw_kinds[i];
        }
    }
    return NULL;
}

/* The member of a spec that lists its departments, and its pointer after @path: a list, or what the
 * operator `in` of a filter lists. */
static const json_t *
find_departments(const JwJobKind *self, const json_t *spec, GString *path)
{
    for (size_t i = 0; self->departments != NULL && self->departments[i] != NULL; i++) {
        spec = json_object_get(spec, self->departments[i]);
        jw_pointer_append(path, self->departments[i]);
    }
    if (self->departments != NULL && json_is_object(spec)) {
        spec = json_object_get(spec, "in");
        jw_pointer_append(path, "in");
    }
    return self->departments != NULL ? spec : NULL;
}

char **
jw_kind_departments(const JwJobKind *self, const json_t *spec)
{
    g_autoptr(GString) path = g_string_new(NULL);
    const json_t *list = find_departments(self, spec, path);

    return json_array_size(list) > 0 ? jw_json_texts(list) : NULL;
}

/* @path: (nullable): the names of members from the outermost in */
static const char *
text_at(const json_t *spec, const char *const *path)
{
    for (size_t i = 0; path != NULL && path[i] != NULL; i++) {
        spec = json_object_get(spec, path[i]);
    }
    return path != NULL ? json_string_value(spec) : NULL;
}

const char *
jw_kind_format(const JwJobKind *self, const json_t *spec)
{
    return text_at(spec, self->format);
}

const char *
jw_kind_edition(const JwJobKind *self, const json_t *spec)
{
    return text_at(spec, self->edition);
}

bool
jw_kind_check_scope(const JwJobKind *self, const JwCatalog *catalog, const json_t *spec,
                    const char *base, const char *const *scope, const char *message,
                    JwViolations *violations)
{
    g_autoptr(GString) path = g_string_new(base);
    const json_t *list = find_departments(self, spec, path);
    const json_t *item = NULL;
    bool ok = self->check_limited == NULL || self->check_limited(catalog, spec, base, violations);
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        if (!g_strv_contains(scope, json_string_value(item))) {
            g_autofree char *pointer = jw_pointer_index(path->str, i);
            ok = jw_violations_add(violations, pointer, "%s", message);
        }
    }
    return ok;
}
