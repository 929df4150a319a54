/* config.c: which variables of the environment exist, and all their violations in one message.
 * Main thread, at start. The strings read belong to the components' structs. An empty variable
 * counts as not set: compose files and shells write X="${X:-}". */
#include "jw/config.h"
#include "jw/error.h"
#include "jw/text.h"
#include "config_private.h"

#include <string.h>

#define SECRET_FILE_LIMIT (64 * 1024)

extern char **environ;

static void *
field_of(const JwConfigTable *table, const JwConfigEntry *entry)
{
    return (char *)table->target + entry->offset;
}

static const char *
lookup(const char *const *env, const char *name)
{
    size_t length = strlen(name);
    for (; env != NULL && *env != NULL; env++) {
        if (strncmp(*env, name, length) == 0 && (*env)[length] == '=') {
            const char *value = *env + length + 1;
            return *value != '\0' ? value : NULL;
        }
    }
    return NULL;
}

static void G_GNUC_PRINTF(3, 4)
    add_violation(GString *violations, const char *name, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    g_string_append_printf(violations, "%s%s: ", violations->len > 0 ? "\n" : "", name);
    g_string_append_vprintf(violations, format, args);
    va_end(args);
}

/* The text of a variable: itself, the content of the file that NAME_FILE names, or the default.
 * NULL when there is none or it could not be read (then a violation is added). (transfer full) */
static char *
find_text(const JwConfigEntry *entry, const char *const *env, GString *violations)
{
    const char *text = lookup(env, entry->name);
    g_autofree char *file_name = g_strconcat(entry->name, "_FILE", NULL);
    const char *path = (entry->flags & JW_CONFIG_SECRET) != 0 ? lookup(env, file_name) : NULL;

    if (text != NULL && path != NULL) {
        add_violation(violations, entry->name, "set both directly and by %s; keep one of them",
                      file_name);
        return NULL;
    }
    if (path != NULL) {
        g_autoptr(GError) cause = NULL;
        size_t length = 0;
        char *content = jw_file_read(path, SECRET_FILE_LIMIT, &length, &cause);
        if (content == NULL) {
            add_violation(violations, file_name, "%s; name a file that this process may read",
                          jw_error_message(cause));
            return NULL;
        }
        if (strlen(content) != length) {
            add_violation(violations, file_name, "the file holds a NUL byte; it must be text");
            g_free(content);
            return NULL;
        }
        size_t end = length;
        while (end > 0 && (content[end - 1] == '\n' || content[end - 1] == '\r')) {
            content[--end] = '\0';
        }
        if (end == 0) {
            add_violation(violations, file_name, "the file is empty; write the secret into it");
            g_clear_pointer(&content, g_free);
        }
        return content;
    }
    if (text == NULL) {
        text = entry->default_text;
        if (text == NULL && (entry->flags & JW_CONFIG_REQUIRED) != 0) {
            add_violation(
                violations, entry->name, "not set; it must be set%s%s%s",
                (entry->flags & JW_CONFIG_SECRET) != 0 ? " (directly or by a file named in " : "",
                (entry->flags & JW_CONFIG_SECRET) != 0 ? file_name : "",
                (entry->flags & JW_CONFIG_SECRET) != 0 ? ")" : "");
        }
    }
    return g_strdup(text);
}

static void
load_entry(const JwConfigTable *table, const JwConfigEntry *entry, const char *const *env,
           GString *violations)
{
    if (entry->type == JW_CONFIG_FOREIGN) {
        return;
    }
    g_autofree char *text = find_text(entry, env, violations);
    g_autofree char *violation = NULL;
    if (text != NULL && !jw_config_value_parse(entry, text, field_of(table, entry), &violation)) {
        add_violation(violations, entry->name, "%s", violation);
    }
}

/* True when a table has @name itself, or a secret whose file it names. */
static bool
is_known(const JwConfigTable *tables, size_t n_tables, const char *name)
{
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t e = 0; e < tables[t].n_entries; e++) {
            const JwConfigEntry *entry = &tables[t].entries[e];
            if (g_str_equal(name, entry->name)) {
                return true;
            }
            if ((entry->flags & JW_CONFIG_SECRET) != 0 && g_str_has_prefix(name, entry->name)
                && g_str_equal(name + strlen(entry->name), "_FILE")) {
                return true;
            }
        }
    }
    return false;
}

static const char *
nearest_name(const JwConfigTable *tables, size_t n_tables, const char *name)
{
    JwNearest nearest = jw_nearest_begin(name);

    for (size_t t = 0; t < n_tables; t++) {
        for (size_t e = 0; e < tables[t].n_entries; e++) {
            jw_nearest_offer(&nearest, tables[t].entries[e].name);
        }
    }
    return nearest.name;
}

static void
check_unknown(const JwConfigTable *tables, size_t n_tables, const char *const *env,
              GString *violations)
{
    static const char *const passed[] = { "JW_KAFKA_", "JW_DEV_", "JW_TEST_" };
    for (; env != NULL && *env != NULL; env++) {
        const char *equals = strchr(*env, '=');
        if (equals == NULL || !g_str_has_prefix(*env, "JW_")) {
            continue;
        }
        g_autofree char *raw = g_strndup(*env, MIN((size_t)(equals - *env), 100));
        g_autofree char *name = g_utf8_make_valid(raw, -1);
        bool known = is_known(tables, n_tables, name);
        for (size_t i = 0; i < G_N_ELEMENTS(passed); i++) {
            known = known || g_str_has_prefix(name, passed[i]);
        }
        if (known) {
            continue;
        }
        const char *nearest = nearest_name(tables, n_tables, name);
        if (nearest != NULL) {
            add_violation(violations, name, "no such setting; did you mean %s?", nearest);
        } else {
            add_violation(violations, name, "no such setting; remove it (--help lists them all)");
        }
    }
}

char *
jw_config_read(const JwConfigTable *tables, size_t n_tables, const char *const *environ_)
{
    g_return_val_if_fail(tables != NULL || n_tables == 0, NULL);

    const char *const *env = environ_ != NULL ? environ_ : (const char *const *)environ;
    GString *violations = g_string_new(NULL);
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t e = 0; e < tables[t].n_entries; e++) {
            load_entry(&tables[t], &tables[t].entries[e], env, violations);
        }
    }
    check_unknown(tables, n_tables, env, violations);
    return g_string_free(violations, FALSE);
}

bool
jw_config_load(const JwConfigTable *tables, size_t n_tables, const char *const *environ_,
               GError **error)
{
    g_return_val_if_fail(tables != NULL || n_tables == 0, false);

    g_autofree char *text = jw_config_read(tables, n_tables, environ_);
    if (*text != '\0') {
        jw_config_clear(tables, n_tables);
        return jw_fail(error, JW_ERROR_INVALID, "%s", text);
    }
    return true;
}

/* Whether a line of violations is about this variable, or about the file of it. */
static bool
is_about(const char *line, const char *name)
{
    const size_t length = strlen(name);

    if (strncmp(line, name, length) != 0) {
        return false;
    }
    line += length + (g_str_has_prefix(line + length, "_FILE") ? strlen("_FILE") : 0);
    return *line != '_' && !g_ascii_isalnum(*line);
}

bool
jw_config_is_read(const JwConfigCheck *self, const char *name, ...)
{
    g_auto(GStrv) lines = g_strsplit(self->unread, "\n", -1);
    bool good = true;
    va_list names;

    va_start(names, name);
    for (; name != NULL; name = va_arg(names, const char *)) {
        for (size_t i = 0; lines[i] != NULL; i++) {
            good = good && !is_about(lines[i], name);
        }
    }
    va_end(names);
    return good;
}

void
jw_config_note(JwConfigCheck *self, bool good, GError **error)
{
    if (!good) {
        g_string_append_printf(self->wrong, "%s%s", self->wrong->len > 0 ? "\n" : "",
                               jw_error_message(*error));
        g_clear_error(error);
    }
}

char *
jw_config_help(const JwConfigTable *tables, size_t n_tables)
{
    GString *out = g_string_new(NULL);
    for (size_t t = 0; t < n_tables; t++) {
        g_string_append_printf(out, "%s%s:\n", t > 0 ? "\n" : "", tables[t].title);
        for (size_t e = 0; e < tables[t].n_entries; e++) {
            const JwConfigEntry *entry = &tables[t].entries[e];
            g_autofree char *form = jw_config_value_describe(entry);
            g_string_append_printf(out, "  %s\n      %s\n      %s", entry->name,
                                   entry->help != NULL ? entry->help : "", form);
            if (entry->default_text != NULL) {
                g_string_append_printf(out, "; default: %s", entry->default_text);
            } else if ((entry->flags & JW_CONFIG_REQUIRED) != 0) {
                g_string_append(out, "; required");
            }
            if ((entry->flags & JW_CONFIG_SECRET) != 0) {
                g_string_append_printf(out, "; or the name of a file with it in %s_FILE",
                                       entry->name);
            }
            g_string_append_c(out, '\n');
        }
    }
    return g_string_free(out, FALSE);
}

/* The lines about @entry as comments; each is emptied. True when there was one. */
static bool
print_marks(GString *out, char **lines, const JwConfigEntry *entry)
{
    bool found = false;

    for (size_t i = 0; lines[i] != NULL; i++) {
        if (is_about(lines[i], entry->name)) {
            g_string_append_printf(out, "# %s\n", lines[i]);
            lines[i][0] = '\0';
            found = true;
        }
    }
    return found;
}

static void
print_rest(GString *out, char **lines)
{
    for (size_t i = 0; lines[i] != NULL; i++) {
        if (lines[i][0] != '\0') {
            g_string_append_printf(out, "# %s\n", lines[i]);
        }
    }
}

char *
jw_config_print(const JwConfigTable *tables, size_t n_tables, const char *unread, const char *wrong)
{
    GString *out = g_string_new(NULL);
    g_auto(GStrv) unread_lines = g_strsplit(unread, "\n", -1);
    g_auto(GStrv) wrong_lines = g_strsplit(wrong, "\n", -1);
    g_autoptr(GHashTable) printed = g_hash_table_new(g_str_hash, g_str_equal);
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t e = 0; e < tables[t].n_entries; e++) {
            const JwConfigEntry *entry = &tables[t].entries[e];
            if (!g_hash_table_add(printed, (gpointer)(uintptr_t)entry->name)) {
                continue; /* two components read it */
            }
            (void)print_marks(out, wrong_lines, entry);
            if (!print_marks(out, unread_lines, entry)) {
                g_autofree char *value = jw_config_value_show(entry, field_of(&tables[t], entry));
                g_string_append_printf(out, "%s=%s\n", entry->name, value);
            }
        }
    }
    print_rest(out, unread_lines);
    print_rest(out, wrong_lines);
    return g_string_free(out, FALSE);
}

void
jw_config_clear(const JwConfigTable *tables, size_t n_tables)
{
    for (size_t t = 0; t < n_tables; t++) {
        for (size_t e = 0; e < tables[t].n_entries; e++) {
            const JwConfigEntry *entry = &tables[t].entries[e];
            if (entry->type == JW_CONFIG_STRING) {
                char **field = field_of(&tables[t], entry);
                g_clear_pointer(field, g_free);
            }
        }
    }
}
