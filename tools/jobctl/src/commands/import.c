/* commands/import.c: jobctl import. Main thread. */
#include "jobctl.h"

#include <errno.h>
#include <string.h>

#include "import/load.h"

typedef struct {
    const char *mapping, *errors, *on_conflict;
    bool keep_going, drop, dry_run, json, update;
    JcConflict conflict; /* what the two options come to */
} Options;

static const JcOption options[] = {
    { "mapping", 'm', JC_OPTION_TEXT, offsetof(Options, mapping), "FILE",
      "how columns become fields: schemas/mappings/*.json", 0, 0 },
    { "keep-going", 'k', JC_OPTION_FLAG, offsetof(Options, keep_going), NULL,
      "loads the good rows although others are refused", 0, 0 },
    { "dry-run", 'n', JC_OPTION_FLAG, offsetof(Options, dry_run), NULL,
      "only checks; needs no database", 0, 0 },
    { "drop", '\0', JC_OPTION_FLAG, offsetof(Options, drop), NULL,
      "first removes what the collection holds", 0, 0 },
    { "on-conflict", '\0', JC_OPTION_TEXT, offsetof(Options, on_conflict), "RULE",
      "rows whose id is there with other values: fail (default) refuses them, skip leaves the "
      "records, update replaces their values",
      0, 0 },
    { "update", 'u', JC_OPTION_FLAG, offsetof(Options, update), NULL,
      "the same as --on-conflict=update", 0, 0 },
    { "errors", 'e', JC_OPTION_TEXT, offsetof(Options, errors), "FILE",
      "writes every reason there; 20 are shown", 0, 0 },
    { "json", '\0', JC_OPTION_FLAG, offsetof(Options, json), NULL, "the result as one JSON object",
      0, 0 },
    { 0 },
};

/* Read by programs. */
static void
print_json(const JcContext *context, const JcMapping *mapping, const JcLoadResult *result)
{
    fprintf(context->out,
            "{\"collection\":\"%s\",\"rows\":%" G_GINT64_FORMAT ",\"refused\":%" G_GINT64_FORMAT
            ",\"added\":%" G_GINT64_FORMAT ",\"loaded\":%s,\"differing\":%" G_GINT64_FORMAT
            ",\"updated\":%" G_GINT64_FORMAT "}\n",
            mapping->collection, result->rows, result->refused, result->added,
            result->loaded ? "true" : "false", result->differing, result->updated);
}

/* "; 3 rows …" and what to do about them, or nothing. (transfer full) */
static char *
differing_text(const Options *given, const JcLoadResult *result)
{
    g_autofree char *differing = jc_count_text(result->differing);
    g_autofree char *updated = jc_count_text(result->updated);

    if (result->updated > 0) {
        return g_strdup_printf(", %s updated", updated);
    }
    if (result->differing == 0) {
        return g_strdup("");
    }
    const bool one = result->differing == 1;
    return given->conflict == JC_CONFLICT_SKIP
               ? g_strdup_printf(", %s there with other values and left", differing)
               : g_strdup_printf("; %s of the refused %s there with other values: --update "
                                 "replaces %s, --on-conflict=skip leaves %s",
                                 differing, one ? "is" : "are", one ? "it" : "those",
                                 one ? "it" : "them");
}

static void
print_result(const JcContext *context, const Options *given, const JcMapping *mapping,
             const JcLoadResult *result)
{
    const int64_t left = given->conflict == JC_CONFLICT_SKIP ? result->differing : 0;
    g_autofree char *rows = jc_count_text(result->rows);
    g_autofree char *refused = jc_count_text(result->refused);
    g_autofree char *added = jc_count_text(result->added);
    g_autofree char *there =
        jc_count_text(result->rows - result->refused - result->added - result->updated - left);
    g_autofree char *differing = differing_text(given, result);

    if (given->json) {
        print_json(context, mapping, result);
    } else if (given->dry_run) {
        fprintf(context->out, "%s rows checked, %s refused; nothing was loaded (--dry-run)\n", rows,
                refused);
    } else if (!result->loaded) {
        fprintf(context->out,
                "%s of %s rows refused; nothing was loaded. Correct them, or load the others with "
                "--keep-going%s\n",
                refused, rows, differing);
    } else {
        fprintf(context->out, "%s: %s rows read, %s added, %s there already, %s refused%s\n",
                mapping->collection, rows, added, there, refused, differing);
    }
}

static JcExit
exit_of(const JcLoadResult *result)
{
    if (result->refused == 0) {
        return JC_EXIT_OK;
    }
    return result->loaded ? JC_EXIT_PARTLY : JC_EXIT_FAILED;
}

static JcExit
load_files(JcContext *context, const Options *given, const char *const *paths, FILE *violations)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = NULL;
    JcLoadResult result = { 0 };
    g_autoptr(JcMapping) mapping = jc_mapping_load(given->mapping, &error);

    if (mapping == NULL) {
        return jc_failed(context, &jc_import, error);
    }
    if (!given->dry_run) {
        store = jc_store_open(context, &owned, &error);
        if (store == NULL) {
            return jc_failed(context, &jc_import, error);
        }
    }
    const JcLoad load = { .paths = paths,
                          .mapping = mapping,
                          .store = store,
                          .keep_going = given->keep_going,
                          .drop = given->drop,
                          .conflict = given->conflict,
                          .err = context->err,
                          .violations = violations,
                          .clock = context->clock };
    if (!jc_load_run(&load, &result, &error)) {
        return jc_failed(context, &jc_import, error);
    }
    print_result(context, given, mapping, &result);
    return exit_of(&result);
}

static bool
read_conflict(Options *given, GError **error)
{
    static const char *const names[] = { "fail", "skip", "update" }; /* in JcConflict's order */
    const char *name = given->on_conflict;

    given->conflict = given->update ? JC_CONFLICT_UPDATE : JC_CONFLICT_FAIL;
    if (given->dry_run && (name != NULL || given->update)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "--%s has no effect with --dry-run, which does not look into the database",
                       name != NULL ? "on-conflict" : "update");
    }
    if (name == NULL) {
        return true;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        if (strcmp(name, names[i]) != 0) {
            continue;
        }
        if (given->update && i != JC_CONFLICT_UPDATE) {
            return jw_fail(error, JW_ERROR_INVALID,
                           "--update and --on-conflict=%s exclude each "
                           "other; leave one of them out",
                           name);
        }
        given->conflict = (JcConflict)i;
        return true;
    }
    return jw_fail(error, JW_ERROR_INVALID,
                   "--on-conflict '%s' is not known; it is fail, skip or update", name);
}

static JcExit
run(JcContext *context, int argc, char **argv)
{
    Options given = { 0 };
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) paths = g_ptr_array_new();
    FILE *violations = NULL;

    bool good = jc_options_parse(&jc_import, &given, &argc, argv, &error);
    if (good && given.mapping == NULL) {
        good = jw_fail(&error, JW_ERROR_INVALID, "--mapping FILE is needed");
    } else if (good && argc == 0) {
        good = jw_fail(&error, JW_ERROR_INVALID, "name at least one CSV file");
    }
    if (!good || !read_conflict(&given, &error)) {
        return jc_usage(context, &jc_import, error);
    }
    for (int i = 0; i < argc; i++) {
        g_ptr_array_add(paths, argv[i]);
    }
    g_ptr_array_add(paths, NULL);
    if (given.errors != NULL) {
        violations = fopen(given.errors, "we");
        if (violations == NULL) {
            (void)jw_fail(&error, JW_ERROR_UNAVAILABLE, "%s: %s", given.errors, g_strerror(errno));
            return jc_failed(context, &jc_import, error);
        }
    }
    JcExit code = load_files(context, &given, (const char *const *)paths->pdata, violations);
    if (violations != NULL && fclose(violations) != 0) {
        fprintf(context->err, "jobctl import: %s: %s\n", given.errors, g_strerror(errno));
        code = JC_EXIT_FAILED;
    }
    return code;
}

const JcCommand jc_import = {
    .name = "import",
    .arguments = "--mapping FILE CSV…",
    .summary = "loads CSV files into a collection",
    .help =
        "Rows are checked first; when any is refused nothing is loaded, unless --keep-going.\n"
        "Importing the same file again adds nothing: a row's id is that of the mapping's idField,\n"
        "or derived from the file's content and the line. A row whose id is there with other "
        "values\n"
        "is refused, unless --on-conflict says otherwise; one whose id an earlier row of the file "
        "has\n"
        "is refused always.\n"
        "Exit status 2: loaded, but for refused rows.\n",
    .options = options,
    .run = run,
};
