/* definition/catalog.c: all report definitions of a directory, ordered by type name. Immutable
 * after loading; any thread. One invalid file fails the load; the message names every such file. */
#include "jw/catalog.h"
#include "jw/civil.h"
#include "jw/json.h"
#include "jw/text.h"

#include <string.h>

struct _JwCatalog {
    GPtrArray *defs; /* of JwReportDef, by report_type */
};

static int
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int
compare_defs(gconstpointer a, gconstpointer b)
{
    const JwReportDef *first = *(const JwReportDef *const *)a;
    const JwReportDef *second = *(const JwReportDef *const *)b;

    return strcmp(first->report_type, second->report_type);
}

/* The *.json of a directory, sorted, with their path. (transfer full) */
static GPtrArray *
list_files(const char *dir, GError **error)
{
    g_autoptr(GError) cause = NULL;
    g_autoptr(GDir) handle = g_dir_open(dir, 0, &cause);
    const char *name = NULL;

    if (handle == NULL) {
        bool absent = g_error_matches(cause, G_FILE_ERROR, G_FILE_ERROR_NOENT);
        (void)jw_fail(error, absent ? JW_ERROR_NOT_FOUND : JW_ERROR_UNAVAILABLE,
                      "%s; name the folder of the report definitions", cause->message);
        return NULL;
    }
    GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
    while ((name = g_dir_read_name(handle)) != NULL) {
        if (g_str_has_suffix(name, ".json") && name[0] != '.') {
            g_ptr_array_add(files, g_build_filename(dir, name, NULL));
        }
    }
    g_ptr_array_sort(files, compare_names);
    return files;
}

static JwReportDef *
load_file(const char *path, GError **error)
{
    size_t length = 0;
    g_autofree char *text = jw_file_read(path, JW_JSON_FILE_MAX, &length, error);

    return text != NULL ? jw_report_def_parse(text, length, path, error) : NULL;
}

/* Adds the file's definition; a complaint goes into @problems. */
static void
take_file(JwCatalog *self, const char *path, GString *problems)
{
    g_autoptr(GError) cause = NULL;
    JwReportDef *def = load_file(path, &cause);

    if (def == NULL) {
        g_string_append_printf(problems, "%s%s", problems->len > 0 ? "\n" : "",
                               jw_error_message(cause));
        return;
    }
    if (jw_catalog_find(self, def->report_type) != NULL) {
        g_string_append_printf(problems, "%s%s: /reportType: '%s' is defined in an earlier file",
                               problems->len > 0 ? "\n" : "", path, def->report_type);
        jw_report_def_free(def);
        return;
    }
    g_ptr_array_add(self->defs, def);
}

JwCatalog *
jw_catalog_load(const char *dir, GError **error)
{
    g_return_val_if_fail(dir != NULL, NULL);
    g_return_val_if_fail(error == NULL || *error == NULL, NULL);

    g_autoptr(GString) problems = g_string_new(NULL);
    g_autoptr(GPtrArray) files = list_files(dir, error);
    if (files == NULL) {
        return NULL;
    }
    g_autoptr(JwCatalog) catalog = g_new0(JwCatalog, 1);
    catalog->defs = g_ptr_array_new_with_free_func(jw_report_def_free);
    for (guint i = 0; i < files->len; i++) {
        take_file(catalog, g_ptr_array_index(files, i), problems);
    }
    if (problems->len > 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s", problems->str);
    }
    if (catalog->defs->len == 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "%s: holds no report definition (*.json)",
                            dir);
    }
    g_ptr_array_sort(catalog->defs, compare_defs);
    return g_steal_pointer(&catalog);
}

static void
set_zone(JwReportDef *def, const char *zone)
{
    g_free(def->time_zone);
    def->time_zone = g_strdup(zone);
}

bool
jw_catalog_set_zone(JwCatalog *self, const char *zone, GError **error)
{
    g_return_val_if_fail(self != NULL && zone != NULL, false);
    g_autoptr(GTimeZone) known = jw_zone_new(zone, error);

    if (known == NULL) {
        return false;
    }
    for (guint i = 0; i < self->defs->len; i++) {
        JwReportDef *def = g_ptr_array_index(self->defs, i);
        GHashTableIter others;
        gpointer other = NULL;

        if (def->zone_named) {
            continue;
        }
        set_zone(def, zone);
        g_hash_table_iter_init(&others, def->others);
        while (g_hash_table_iter_next(&others, NULL, &other)) {
            set_zone(other, zone);
        }
    }
    return true;
}

void
jw_catalog_free(gpointer data)
{
    JwCatalog *self = data;

    if (self == NULL) {
        return;
    }
    g_clear_pointer(&self->defs, g_ptr_array_unref);
    g_free(self);
}

const JwReportDef *
jw_catalog_find(const JwCatalog *self, const char *report_type)
{
    g_return_val_if_fail(self != NULL, NULL);

    for (guint i = 0; i < self->defs->len; i++) {
        const JwReportDef *def = g_ptr_array_index(self->defs, i);
        if (g_strcmp0(def->report_type, report_type) == 0) {
            return def;
        }
    }
    return NULL;
}

size_t
jw_catalog_size(const JwCatalog *self)
{
    g_return_val_if_fail(self != NULL, 0);

    return self->defs->len;
}

const JwReportDef *
jw_catalog_get(const JwCatalog *self, size_t index)
{
    g_return_val_if_fail(self != NULL && index < self->defs->len, NULL);

    return g_ptr_array_index(self->defs, index);
}

char *
jw_catalog_names(const JwCatalog *self)
{
    g_return_val_if_fail(self != NULL, NULL);

    GString *names = g_string_new(NULL);
    for (guint i = 0; i < self->defs->len; i++) {
        const JwReportDef *def = g_ptr_array_index(self->defs, i);
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", def->report_type);
    }
    return g_string_free(names, FALSE);
}
