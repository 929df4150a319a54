/* env.c: what the commands take from the environment, and where they look when it has nothing. Main
 * thread. */
#include "jobctl.h"

#include <string.h>

#include "jw/languages.h"
#include "jw/text.h"

const char *
jc_env(const JcContext *self, const char *name)
{
    const size_t length = strlen(name);

    for (size_t i = 0; self->env != NULL && self->env[i] != NULL; i++) {
        if (strncmp(self->env[i], name, length) == 0 && self->env[i][length] == '=') {
            const char *value = self->env[i] + length + 1;
            return value[0] != '\0' ? value : NULL;
        }
    }
    return NULL;
}

static bool
is_known(const JwConfigTable *table, const char *variable)
{
    const size_t length = strcspn(variable, "=");

    if (strncmp(variable, "JW_KAFKA_", strlen("JW_KAFKA_")) == 0) {
        return true;
    }
    for (size_t i = 0; i < table->n_entries; i++) {
        const char *name = table->entries[i].name;
        const size_t name_length = strlen(name);
        if (length >= name_length && strncmp(variable, name, name_length) == 0
            && (length == name_length || strncmp(variable + name_length, "_FILE=", 6) == 0)) {
            return true;
        }
    }
    return false;
}

bool
jc_config_load(const JcContext *self, const JwConfigTable *table, GError **error)
{
    g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; self->env != NULL && self->env[i] != NULL; i++) {
        if (is_known(table, self->env[i])) {
            g_ptr_array_add(known, g_strdup(self->env[i]));
        }
    }
    g_ptr_array_add(known, NULL);
    if (!jw_config_load(table, 1, (const char *const *)known->pdata, error)) {
        return jw_prefix(error, "settings (local servers: eval \"$(make env)\")");
    }
    return true;
}

/* <top>/build/<kind>/bin/jobctl → <top>; wherever else the program lies, something that has no such
 * folder. */
static char *
tree_of_program(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = program != NULL ? g_path_get_dirname(program) : g_strdup(".");

    return g_build_filename(bin, "..", "..", "..", NULL);
}

char *
jc_find_path(const JcContext *self, const char *name, const char *relative, const char *cure,
             GError **error)
{
    const char *given = jc_env(self, name);

    if (given != NULL) {
        if (g_file_test(given, G_FILE_TEST_EXISTS)) {
            return g_strdup(given);
        }
        return jw_fail_null(error, JW_ERROR_NOT_FOUND, "%s names '%s', which does not exist", name,
                            given);
    }
    if (g_file_test(relative, G_FILE_TEST_EXISTS)) {
        return g_strdup(relative);
    }
    g_autofree char *tree = tree_of_program();
    g_autofree char *beside = g_build_filename(tree, relative, NULL);
    if (g_file_test(beside, G_FILE_TEST_EXISTS)) {
        return g_canonicalize_filename(beside, NULL);
    }
    return jw_fail_null(error, JW_ERROR_NOT_FOUND, "%s is not set and there is no '%s' here: %s",
                        name, relative, cure);
}

bool
jc_languages_load(const JcContext *self, GError **error)
{
    const bool named = jc_env(self, "JW_LANGUAGES_DIR") != NULL;
    g_autoptr(GError) none = NULL;
    g_autofree char *dir = jc_find_path(self, "JW_LANGUAGES_DIR", JW_LANGUAGES_DIR_DEFAULT,
                                        "name their folder", named ? error : &none);

    return dir != NULL ? jw_languages_load(dir, error) : !named;
}

JwStore *
jc_store_open(const JcContext *self, JwStore **ret_owned, GError **error)
{
    if (self->store != NULL) {
        return self->store;
    }
    if (jc_env(self, "JW_MONGODB_URI") == NULL && jc_env(self, "JW_MONGODB_URI_FILE") == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "JW_MONGODB_URI is not set; for the local one: eval \"$(make env)\"");
    }
    JwStoreConfig config = { 0 };
    const JwConfigTable table = { "store", jw_store_config_entries, jw_store_n_config_entries,
                                  &config };
    if (!jc_config_load(self, &table, error)) {
        return NULL;
    }
    g_autoptr(JwStore) store = jw_store_mongo_new(&config, "jobctl", error);
    jw_config_clear(&table, 1);
    if (store == NULL) {
        return NULL;
    }
    if (!jw_store_ping(store, error)) {
        (void)jw_prefix(error, "the database does not answer (is it up? make status)");
        return NULL;
    }
    *ret_owned = g_steal_pointer(&store);
    return *ret_owned;
}

char *
jc_count_text(int64_t count)
{
    g_autofree char *digits = g_strdup_printf("%" G_GINT64_FORMAT, count);

    return jw_text_thousands(digits);
}
