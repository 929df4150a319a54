/* calendars.c: the days of calendars, in files and in the store. One thread. */
#include "schedule.h"

#include <jansson.h>

#include "jw/json.h"

static const char *const sorts[] = { "dates", "ranges", "weekdays", "yearly" };

char *
jc_calendar_path(const char *name, const char *tail)
{
    GString *path = g_string_new(JC_CALENDARS "/");

    g_string_append_uri_escaped(path, name, NULL, FALSE);
    g_string_append(path, tail);
    return g_string_free(path, FALSE);
}

bool
jc_calendar_read(const JcCall *call, const char *name, json_t **ret, GError **error)
{
    g_autofree char *path = jc_calendar_path(name, "");
    g_autoptr(GError) cause = NULL;
    json_auto_t *data = jc_schedule_ask(call, "GET", path, NULL, &cause);

    if (data == NULL && jw_error_code(cause) != JW_ERROR_NOT_FOUND) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    *ret = json_incref(json_object_get(data, "calendar"));
    return true;
}

/* A set of the items of a list, as they are printed. (transfer full) */
static GHashTable *
set_of(const json_t *list)
{
    GHashTable *set = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        g_hash_table_add(set, jw_json_print(item));
    }
    return set;
}

/* Those of @list that are not in @others. (transfer full) */
static json_t *
without(const json_t *list, GHashTable *others)
{
    json_t *left = json_array();
    json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(list, i, item)
    {
        g_autofree char *text = jw_json_print(item);
        if (!g_hash_table_contains(others, text)) {
            json_array_append(left, item);
        }
    }
    return left;
}

json_t *
jc_calendar_diff(const json_t *before, const json_t *after)
{
    json_t *changes = json_array();

    for (size_t i = 0; i < G_N_ELEMENTS(sorts); i++) {
        const json_t *old = json_object_get(before, sorts[i]);
        const json_t *new = json_object_get(after, sorts[i]);
        g_autoptr(GHashTable) olds = set_of(old);
        g_autoptr(GHashTable) news = set_of(new);
        json_auto_t *added = without(new, olds);
        json_auto_t *removed = without(old, news);

        if (json_array_size(added) + json_array_size(removed) > 0) {
            g_autofree char *pointer = jw_pointer("", sorts[i]);
            json_array_append_new(changes, json_pack("{s:s, s:O, s:O}", "pointer", pointer, "added",
                                                     added, "removed", removed));
        }
    }
    return changes;
}

bool
jc_calendar_check_stored(const JcCall *call, const char *file, const json_t *calendars,
                         GError **error)
{
    const char *name = NULL;
    const json_t *days = NULL;

    json_object_foreach(jw_json_mutable(calendars), name, days)
    {
        json_auto_t *stored = NULL;
        if (!jc_calendar_read(call, name, &stored, error)) {
            return false;
        }
        json_auto_t *changes = jc_calendar_diff(stored, days);
        if (stored == NULL || json_array_size(changes) > 0) {
            return jw_fail(error, JW_ERROR_CONFLICT,
                           "%s: /calendars/%s is not stored as it is here, and schedules follow "
                           "what is stored; first: jobctl calendar apply -f %s",
                           file, name, file);
        }
    }
    return true;
}
