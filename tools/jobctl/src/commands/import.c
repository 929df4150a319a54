/* commands/import.c: jobctl import. Main thread. */
#include "command.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "import/load.h"

typedef struct {
    const char *mapping, *errors;
    bool keep_going, drop, dry_run, json, update;
    int on_conflict;
    JcConflict conflict; /* what the two options come to */
} Options;

static const JcOption options[] = {
    { "mapping", 'm', JC_OPTION_TEXT, offsetof(Options, mapping), "FILE",
      "how columns become fields: schemas/mappings/*.json", 0, 0, NULL },
    { "keep-going", 'k', JC_OPTION_FLAG, offsetof(Options, keep_going), NULL,
      "loads the good rows although others are refused", 0, 0, NULL },
    { "dry-run", 'n', JC_OPTION_FLAG, offsetof(Options, dry_run), NULL,
      "only checks; needs no database", 0, 0, NULL },
    { "drop", '\0', JC_OPTION_FLAG, offsetof(Options, drop), NULL,
      "first removes what the collection holds", 0, 0, NULL },
    { "on-conflict", '\0', JC_OPTION_CHOICE, offsetof(Options, on_conflict), "fail|skip|update",
      "rows whose id is there with other values: fail (default) refuses them, skip leaves the "
      "records, update replaces their values",
      0, 0, NULL },
    { "update", 'u', JC_OPTION_FLAG, offsetof(Options, update), NULL,
      "the same as --on-conflict=update", 0, 0, NULL },
    { "errors", 'e', JC_OPTION_TEXT, offsetof(Options, errors), "FILE",
      "writes every reason there; 20 are shown", 0, 0, NULL },
    { "json", '\0', JC_OPTION_FLAG, offsetof(Options, json), NULL, "the result as one JSON object",
      0, 0, NULL },
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
load_files(const JcCall *call, FILE *violations, GError **error)
{
    const Options *given = call->given;
    const JcContext *context = call->context;
    g_autoptr(JwStore) owned = NULL;
    JcLoadResult result = { 0 };
    g_autoptr(JcMapping) mapping = jc_mapping_load(given->mapping, error);
    JwStore *store = NULL;

    if (mapping != NULL && !given->dry_run) {
        store = jc_store_open(context, &owned, error);
    }
    if (mapping == NULL || (store == NULL && !given->dry_run)) {
        return JC_EXIT_FAILED;
    }
    const JcLoad load = { .paths = (const char *const *)call->arguments,
                          .mapping = mapping,
                          .store = store,
                          .keep_going = given->keep_going,
                          .drop = given->drop,
                          .conflict = given->conflict,
                          .err = context->err,
                          .violations = violations,
                          .clock = context->clock };
    if (!jc_load_run(&load, &result, error)) {
        return JC_EXIT_FAILED;
    }
    print_result(context, given, mapping, &result);
    return exit_of(&result);
}

static bool
check(const JcCall *call, GError **error)
{
    static const char *const names[] = { "fail", "skip", "update" }; /* in JcConflict's order */
    Options *given = call->given;

    if (given->mapping == NULL) {
        return jw_fail(error, JW_ERROR_INVALID, "--mapping FILE is needed");
    }
    if (given->dry_run && (given->on_conflict != 0 || given->update)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "--%s has no effect with --dry-run, which does not look into the database",
                       given->on_conflict != 0 ? "on-conflict" : "update");
    }
    given->conflict = given->on_conflict != 0 ? (JcConflict)(given->on_conflict - 1)
                      : given->update         ? JC_CONFLICT_UPDATE
                                              : JC_CONFLICT_FAIL;
    return !given->update || given->conflict == JC_CONFLICT_UPDATE
           || jw_fail(error, JW_ERROR_INVALID,
                      "--update and --on-conflict=%s exclude each other; leave one of them out",
                      names[given->conflict]);
}

static JcExit
run(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    FILE *violations = given->errors != NULL ? fopen(given->errors, "we") : NULL;

    if (given->errors != NULL && violations == NULL) {
        (void)jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s", given->errors, g_strerror(errno));
        return JC_EXIT_FAILED;
    }
    JcExit code = load_files(call, violations, error);
    if (violations != NULL && fclose(violations) != 0) {
        fprintf(call->context->err, "jobctl import: %s: %s\n", given->errors, g_strerror(errno));
        code = JC_EXIT_FAILED;
    }
    return code;
}

static const JcVerb verbs[] = {
    { .name = "",
      .arguments = "--mapping FILE CSV…",
      .min = 1,
      .max = INT_MAX,
      .run = run,
      .wants = "name at least one CSV file" },
    { 0 },
};

const JcCommand jc_import = {
    .name = "import",
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
    .given_size = sizeof(Options),
    .verbs = verbs,
    .check = check,
};
