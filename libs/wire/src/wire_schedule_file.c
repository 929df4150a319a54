/* wire_schedule_file.c: the schedules of a configuration file (schemas/schedules.v1.json). Any
 * thread, no state. */
#include "wire_private.h"

#include "jw/ident.h"
#include "jw/wire_calendar.h"

#include <string.h>

#define SCHEDULES_MAX 10000
#define CALENDARS_MAX 1000

static const JwField any = { .type = JW_FIELD_ANY };
static const JwField file_fields[] = {
    { .name = "$schema", .type = JW_FIELD_STRING },
    { .name = "calendars",
      .type = JW_FIELD_MAP,
      .max = CALENDARS_MAX,
      .check = jw_check_slug,
      .item = &any },
    { .name = "schedules",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_REQUIRED,
      .max = SCHEDULES_MAX,
      .item = &any },
    { .name = NULL },
};

/* Which one it is must be said, and once. @ids: of those before it, a set of borrowed texts */
static bool
check_id(const json_t *item, const char *base, GHashTable *ids, JwViolations *violations)
{
    const char *id = jw_json_text(item, "id");
    g_autofree char *pointer = jw_pointer(base, "id");

    if (json_is_object(item) && json_object_get(item, "id") == NULL) {
        return jw_violations_add(violations, pointer, "is required");
    }
    if (id != NULL && !g_hash_table_add(ids, (gpointer)(uintptr_t)id)) {
        return jw_violations_add(violations, pointer, "is the id of an earlier schedule");
    }
    return true;
}

static void
read_item(const JwWire *self, const json_t *item, const char *base, int64_t now_ms,
          JwViolations *violations, GPtrArray *schedules)
{
    JwSchedule *schedule = NULL;

    if (!jw_wire_schedule_from_value(self, item, base, now_ms, violations, &schedule)) {
        return;
    }
    g_autofree char *entry = jw_json_print(item);
    schedule->source = g_strdup(JW_SCHEDULE_FILE);
    schedule->entry_hash = jw_sha256_hex(entry, strlen(entry));
    schedule->switch_reason =
        g_strdup(schedule->paused ? "the file of schedules pauses it"
                                  : "the file of schedules resumes it; what was due while it was "
                                    "paused is not made up for");
    g_ptr_array_add(schedules, schedule);
}

static bool
check_calendars(const json_t *calendars, JwViolations *violations)
{
    const char *name = NULL;
    const json_t *days = NULL;
    bool ok = true;

    json_object_foreach(jw_json_mutable(calendars), name, days)
    {
        g_autofree char *pointer = jw_pointer("/calendars", name);
        json_auto_t *sound = jw_wire_calendar_days(days, NULL, pointer, violations);
        ok = sound != NULL && ok;
    }
    return ok;
}

json_t *
jw_wire_calendars_load(const char *path, GError **error)
{
    g_return_val_if_fail(path != NULL, NULL);
    json_auto_t *file = jw_json_parse_file(path, error);
    json_t *calendars = file != NULL ? json_object_get(file, "calendars") : NULL;

    if (file == NULL) {
        return NULL;
    }
    return json_is_object(calendars) ? json_incref(calendars) : json_object();
}

bool
jw_wire_schedules_load(const JwWire *self, const char *path, int64_t now_ms, GPtrArray **ret,
                       GError **error)
{
    g_return_val_if_fail(self != NULL && path != NULL && ret != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    g_auto(JwViolations) violations = { 0 };
    json_auto_t *file = jw_json_parse_file(path, error);
    g_autoptr(GPtrArray) schedules = g_ptr_array_new_with_free_func(jw_schedule_free);
    g_autoptr(GHashTable) ids = g_hash_table_new(g_str_hash, g_str_equal);
    const json_t *item = NULL;
    size_t i = 0;

    if (file == NULL) {
        return false;
    }
    bool ok = jw_check_object(file, file_fields, "", &violations);
    ok = check_calendars(json_object_get(file, "calendars"), &violations) && ok;
    json_array_foreach(json_object_get(file, "schedules"), i, item)
    {
        g_autofree char *base = jw_pointer_index("/schedules", i);
        read_item(self, item, base, now_ms, &violations, schedules);
        ok = check_id(item, base, ids, &violations) && ok;
    }
    if (!ok || schedules->len != i) {
        g_autofree char *text = jw_violations_text(&violations);
        return jw_fail(error, JW_ERROR_INVALID, "%s: %s", path, text);
    }
    *ret = g_steal_pointer(&schedules);
    return true;
}
