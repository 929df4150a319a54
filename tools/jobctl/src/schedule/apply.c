/* apply.c: brings schedules to what a file says. One thread.
 *
 * All of them are looked at first, by dry runs: where one is refused nothing is changed. Each is
 * then changed only in the place of the digest that was compared, so that what somebody else
 * changed meanwhile is not lost but named. Whether a schedule is paused belongs to who pauses it,
 * unless the file says it. */
#include "schedule.h"

#include <jansson.h>
#include <string.h>

#include "jw/json.h"

#define TIMES 3

typedef struct {
    const char *file; /* it is of */
    const char *id;   /* of the value */
    json_t *value;    /* what is asked for */
    char *digest;     /* of what is there; NULL: nothing is */
    json_t *plan;     /* the answer to a dry run */
    json_t *changes;  /* jc_diff() */
    const char *said; /* "created", "changed", "unchanged"; NULL: not yet known */
} Entry;

typedef struct {
    const JcCall *call;
    const JcScheduleOptions *given;
    GPtrArray *entries; /* of Entry */
    GHashTable *ids;    /* of those, a set */
    int done, failed;
} Apply;

static void
entry_free(gpointer self)
{
    Entry *entry = self;

    json_decref(entry->value);
    json_decref(entry->plan);
    json_decref(entry->changes);
    g_free(entry->digest);
    g_free(entry);
}

/* Each needs an id, and one of its own. */
static bool
take_entries(Apply *self, const char *file, const json_t *list, bool is_file, GError **error)
{
    json_t *value = NULL;
    size_t i = 0;

    json_array_foreach(list, i, value)
    {
        g_autofree char *base = is_file ? jw_pointer_index("/schedules", i) : g_strdup("");
        const char *id = jw_json_text(value, "id");

        if (id == NULL || id[0] == '\0') {
            return jw_fail(error, JW_ERROR_INVALID,
                           "%s: %s/id is required, a text: it says which schedule is meant", file,
                           base);
        }
        if (!g_hash_table_add(self->ids, g_strdup(id))) {
            return jw_fail(error, JW_ERROR_INVALID, "%s: %s/id '%s' is that of an earlier schedule",
                           file, base, id);
        }
        Entry *entry = g_new0(Entry, 1);
        entry->file = file;
        entry->id = id;
        entry->value = json_copy(value);
        g_ptr_array_add(self->entries, entry);
    }
    return true;
}

/* What the file does not say of a pause stays. */
static void
keep_pause(json_t *value, const json_t *before)
{
    static const char *const members[] = { "paused", "note" };

    if (json_object_get(value, "paused") != NULL) {
        return;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(members); i++) {
        json_t *kept = json_object_get(before, members[i]);
        if (kept != NULL && json_object_get(value, members[i]) == NULL) {
            json_object_set(value, members[i], kept);
        }
    }
}

/* The definition that is stored. @ret: (out) (nullable) (transfer full): NULL: there is none */
static bool
read_stored(const Apply *self, Entry *entry, json_t **ret, GError **error)
{
    g_autofree char *path = jc_schedule_path(entry->id, "/definition");
    g_autoptr(GError) cause = NULL;
    json_auto_t *data = jc_schedule_ask(self->call, "GET", path, NULL, &cause);

    if (data == NULL && jw_error_code(cause) != JW_ERROR_NOT_FOUND) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    *ret = json_incref(json_object_get(data, "definition"));
    entry->digest = g_strdup(json_string_value(json_object_get(data, "digest")));
    return true;
}

static bool
plan(const Apply *self, Entry *entry, GError **error)
{
    json_auto_t *before = NULL;

    if (!read_stored(self, entry, &before, error)) {
        return false;
    }
    keep_pause(entry->value, before);
    g_autofree char *path = jc_schedule_path(entry->id, "?dry_run=true");
    entry->plan = jc_schedule_ask(self->call, "PUT", path, entry->value, error);
    if (entry->plan == NULL) {
        return false;
    }
    const char *digest = jc_show_text(entry->plan, "digest");
    const bool same = g_strcmp0(digest, entry->digest) == 0;
    entry->changes =
        before == NULL ? json_array() : jc_diff(before, json_object_get(entry->plan, "definition"));
    entry->said = before == NULL ? "created" : same ? "unchanged" : "changed";
    return true;
}

/* What is said of one schedule is of no use for the others when nobody answers, or may ask. */
static bool
ends_all(const GError *error)
{
    const JwErrorCode code = jw_error_code(error);

    return code != JW_ERROR_INVALID && code != JW_ERROR_CONFLICT && code != JW_ERROR_NOT_FOUND
           && code != JW_ERROR_TOO_LARGE;
}

static void
tell(Apply *self, const Entry *entry, const GError *error)
{
    jc_print(self->call->context->err, "%s: schedule '%s': %s\n", entry->file, entry->id,
             jw_error_message(error));
    self->failed++;
}

/* Tells of each that is refused; what would be said of all ends it. */
static bool
plan_all(Apply *self, GError **error)
{
    for (guint i = 0; i < self->entries->len; i++) {
        Entry *entry = g_ptr_array_index(self->entries, i);
        g_autoptr(GError) cause = NULL;

        if (plan(self, entry, &cause)) {
            continue;
        }
        if (ends_all(cause)) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        tell(self, entry, cause);
    }
    return self->failed == 0
           || jw_fail(error, JW_ERROR_INVALID, "nothing is changed: %d of %u schedules are refused",
                      self->failed, self->entries->len);
}

static void
show_entry(const Apply *self, const Entry *entry)
{
    const JcContext *context = self->call->context;
    const json_t *definition = json_object_get(entry->plan, "definition");
    const bool changes = strcmp(entry->said, "unchanged") != 0;
    const bool wide = self->call->as == JC_AS_WIDE;
    g_autoptr(GTimeZone) zone = jc_moment_zone(jc_show_text(definition, "time_zone"));
    const json_t *change = NULL;
    size_t i = 0;

    jc_print(context->out, "%-10s %s%s%s\n", entry->said, entry->id,
             json_is_true(json_object_get(definition, "paused")) ? ", which is paused" : "",
             self->given->dry_run && changes ? "; dry run, nothing is changed" : "");
    json_array_foreach(entry->changes, i, change)
    {
        g_autofree char *text = jc_diff_text(change);
        jc_print(context->out, "  %s\n", text);
    }
    if (self->given->dry_run || changes) {
        jc_schedule_show_times(context, entry->plan, zone, wide ? G_MAXUINT : TIMES);
    }
}

static json_t *
entry_json(const Entry *entry)
{
    return json_pack("{s:s, s:s, s:O, s:O, s:O, s:O}", "id", entry->id, "result", entry->said,
                     "changes", entry->changes, "digest", json_object_get(entry->plan, "digest"),
                     "next_run_times", json_object_get(entry->plan, "next_run_times"), "warnings",
                     json_object_get(entry->plan, "warnings"));
}

/* In the place of what was compared. */
static bool
write_entry(const Apply *self, Entry *entry, GError **error)
{
    g_autofree char *tail =
        entry->digest != NULL ? g_strconcat("?digest=", entry->digest, NULL) : NULL;
    g_autofree char *path =
        tail != NULL ? jc_schedule_path(entry->id, tail) : g_strdup(JC_SCHEDULES);
    json_auto_t *data =
        jc_schedule_ask(self->call, tail != NULL ? "PUT" : "POST", path, entry->value, error);

    return data != NULL;
}

static bool
write_all(Apply *self, json_t *list, GError **error)
{
    for (guint i = 0; i < self->entries->len; i++) {
        Entry *entry = g_ptr_array_index(self->entries, i);
        const bool writes = !self->given->dry_run && strcmp(entry->said, "unchanged") != 0;
        g_autoptr(GError) cause = NULL;

        if (writes && !write_entry(self, entry, &cause)) {
            if (ends_all(cause)) {
                g_propagate_prefixed_error(error, g_steal_pointer(&cause),
                                           "schedule '%s': ", entry->id);
                return false;
            }
            tell(self, entry, cause);
            continue;
        }
        self->done++;
        json_array_append_new(list, entry_json(entry));
        if (self->call->as != JC_AS_JSON) {
            show_entry(self, entry);
        }
    }
    return true;
}

static JcExit
apply(Apply *self, GError **error)
{
    json_auto_t *list = json_array();
    const bool ok = write_all(self, list, error);

    if (self->call->as == JC_AS_JSON) {
        jc_show_json(self->call->context, list);
    }
    if (ok && self->failed == 0) {
        return JC_EXIT_OK;
    }
    return self->done > 0 ? JC_EXIT_PARTLY : JC_EXIT_FAILED;
}

static bool
read_all(Apply *self, GError **error)
{
    for (guint i = 0; i < self->given->files->len; i++) {
        const char *file = g_ptr_array_index(self->given->files, i);
        bool is_file = false;
        json_auto_t *list = jc_rule_read(self->call, file, &is_file, error);

        if (list == NULL || !take_entries(self, file, list, is_file, error)) {
            return false;
        }
    }
    return true;
}

JcExit
jc_schedule_apply(const JcCall *call, GError **error)
{
    g_autoptr(GPtrArray) entries = g_ptr_array_new_with_free_func(entry_free);
    g_autoptr(GHashTable) ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    Apply self = { .call = call, .given = call->given, .entries = entries, .ids = ids };

    return read_all(&self, error) && plan_all(&self, error) ? apply(&self, error) : JC_EXIT_FAILED;
}
