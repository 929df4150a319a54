/* diff.c: how two JSON values differ. One thread. */
#include "schedule.h"

#include <jansson.h>

#include "jw/json.h"

static void diff(const json_t *before, const json_t *after, const char *pointer, json_t *changes);

/* The members of @before that @after has otherwise, then those that only @after has. */
static void
diff_members(const json_t *before, const json_t *after, const char *pointer, json_t *changes)
{
    const char *name = NULL;
    const json_t *member = NULL;

    json_object_foreach(jw_json_mutable(before), name, member)
    {
        g_autofree char *there = jw_pointer(pointer, name);
        diff(member, json_object_get(after, name), there, changes);
    }
    json_object_foreach(jw_json_mutable(after), name, member)
    {
        g_autofree char *there = jw_pointer(pointer, name);
        if (json_object_get(before, name) == NULL) {
            diff(NULL, member, there, changes);
        }
    }
}

static void
diff(const json_t *before, const json_t *after, const char *pointer, json_t *changes)
{
    if (json_is_object(before) && json_is_object(after)) {
        diff_members(before, after, pointer, changes);
    } else if (before == NULL || after == NULL || !json_equal(before, after)) {
        json_array_append_new(changes, json_pack("{s:s, s:O?, s:O?}", "pointer", pointer, "from",
                                                 before, "to", after));
    }
}

json_t *
jc_diff(const json_t *before, const json_t *after)
{
    json_t *changes = json_array();

    diff(before, after, "", changes);
    return changes;
}

static char *
value_text(const json_t *value)
{
    return json_is_null(value)
               ? g_strdup("(none)")
               : jw_json_dump(value, JSON_ENCODE_ANY | JSON_COMPACT | JSON_SORT_KEYS);
}

char *
jc_diff_text(const json_t *change)
{
    g_autofree char *from = value_text(json_object_get(change, "from"));
    g_autofree char *to = value_text(json_object_get(change, "to"));

    return g_strdup_printf("%s: %s → %s", json_string_value(json_object_get(change, "pointer")),
                           from, to);
}
