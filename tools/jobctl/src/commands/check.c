/* commands/check.c: jobctl check-definitions: report definitions and mappings. Main thread. */
#include "command.h"

#include <string.h>

#include "import/record.h"
#include "jw/catalog.h"
#include "jw/languages.h"
#include "jw/log.h"
#include "jw/report.h"
#include "jw/store_records.h"
#include "jw/report_sheets.h"
#include "jw/text.h"

#define FILE_MAX_BYTES (1024u * 1024u)

static const JcOption options[] = { { 0 } };

typedef struct {
    const JcContext *context;
    int checked, faulty;
    GHashTable *types; /* report types → the file that has it */
    JwStore *store;    /* whose records are looked at; NULL: none */
} Check;

static void
print_violation(Check *check, const GError *error)
{
    jc_print(check->context->err, "%s\n", jw_error_message(error));
    check->faulty++;
}

/* What is no mistake and yet not as it is written. */
static void
print_notes(const Check *check, const char *path, const JwReportDef *def)
{
    g_autoptr(GPtrArray) notes = jw_report_def_notes(def);

    for (guint i = 0; i < notes->len; i++) {
        jc_print(check->context->out, "note  %s: %s\n", path, (char *)notes->pdata[i]);
    }
}

/* All that a job may ask for, so that every field of the definition is one that is read. */
static JwReportRequest *
widest_request(const JwReportDef *def)
{
    JwReportRequest *request = jw_report_request_new();

    request->end_ms = 1; /* a period */
    for (guint i = 0; i < def->filters->len; i++) {
        const JwFilterDef *known = &g_array_index(def->filters, JwFilterDef, i);
        const JwFilter filter = { .name = g_strdup(known->name), .values = g_new0(char *, 1) };
        g_array_append_val(request->filters, filter);
    }
    return request;
}

/* All fields that a report reads, its date as well, which need not be in a row. (transfer full) */
static char **
read_fields(const JwReportDef *def)
{
    g_auto(GStrv) fields = jw_report_def_fields(def);
    g_autoptr(GStrvBuilder) all = g_strv_builder_new();

    for (size_t i = 0; fields[i] != NULL; i++) {
        g_strv_builder_add(all, fields[i]);
    }
    if (!g_strv_contains((const char *const *)fields, def->date_field)) {
        g_strv_builder_add(all, def->date_field);
    }
    return g_strv_builder_end(all);
}

/* Filters look into arrays, rows have no value of them. */
static void
note_array(const Check *check, const char *path, const JwReportDef *def,
           const JwReportRequest *request, const char *field)
{
    g_autofree char *uses = jw_report_field_uses(def, request, field);

    if (uses != NULL) {
        fprintf(check->context->out,
                "note  %s: the field '%s' (%s) is, or is in, an array in records of '%s': filters "
                "and inactive find what is in it, while where, dimensions, measures and the list "
                "take no value from it\n",
                path, field, uses, def->collection);
    }
}

static void
warn_of_field(const Check *check, const char *path, const JwReportDef *def,
              const JwReportRequest *request, const char *field, JwSeen seen, int64_t records)
{
    g_autofree char *text = NULL;

    if ((seen & JW_SEEN_ARRAY) != 0) {
        note_array(check, path, def, request, field);
        return;
    }
    switch (jw_report_field_fault(def, request, field, seen, records, &text)) {
    case JW_FIELD_FAULT_NONE:
        break;
    case JW_FIELD_FAULT_NOT_FOUND:
        jc_print(check->context->out, "warn  %s: %s; correct its name, or import it\n", path, text);
        break;
    case JW_FIELD_FAULT_NOT_A_DATE:
        fprintf(check->context->out,
                "warn  %s: /dateField: %s, so no period finds any; import it as a datetime\n", path,
                text);
        break;
    case JW_FIELD_FAULT_NO_DATES:
        fprintf(check->context->out,
                "warn  %s: %s, so all records are in one group, \"(none)\"; import it as a "
                "datetime, or leave out the part\n",
                path, text);
        break;
    case JW_FIELD_FAULT_NO_NUMBERS:
        fprintf(check->context->out,
                "warn  %s: %s, so there is nothing to reckon with; import it as a number, or "
                "correct the field\n",
                path, text);
        break;
    }
}

/* What of @def reads fields that no record has, or of another sort, or as arrays. False: the store
 * cannot be asked. */
static bool
look_at_records(const Check *check, const char *path, const JwReportDef *def, GError **error)
{
    g_auto(GStrv) fields = read_fields(def);
    g_autoptr(JwReportRequest) request = widest_request(def);
    g_autofree JwSeen *seen = g_new0(JwSeen, g_strv_length(fields) + 1);
    FILE *out = check->context->out;
    int64_t records = 0;

    if (!jw_store_sample_fields(check->store, def->collection, (const char *const *)fields, seen,
                                &records, error)) {
        return false;
    }
    if (records == 0) {
        fprintf(out,
                "note  %s: /collection: '%s' has no records yet, so its fields are not looked "
                "up\n",
                path, def->collection);
    }
    for (size_t i = 0; records > 0 && fields[i] != NULL; i++) {
        warn_of_field(check, path, def, request, fields[i], seen[i], records);
    }
    return true;
}

static void
warn_of_fields(Check *check, const char *path, const JwReportDef *def)
{
    g_autoptr(GError) error = NULL;

    if (check->store != NULL && !look_at_records(check, path, def, &error)) {
        jc_print(check->context->err, "the records of '%s' cannot be looked at: %s\n",
                 def->collection, jw_error_message(error));
        check->store = NULL; /* once is enough */
    }
}

static void
check_report(Check *check, const char *path)
{
    g_autoptr(GError) error = NULL;
    size_t length = 0;
    g_autofree char *text = jw_file_read(path, FILE_MAX_BYTES, &length, &error);
    g_autoptr(JwReportDef) def =
        text != NULL ? jw_report_def_parse(text, length, path, &error) : NULL;

    if (def == NULL) {
        print_violation(check, error);
        return;
    }
    const char *other = g_hash_table_lookup(check->types, def->report_type);
    if (other != NULL) {
        (void)jw_fail(&error, JW_ERROR_INVALID, "%s: /reportType: '%s' is defined in %s as well",
                      path, def->report_type, other);
        print_violation(check, error);
        return;
    }
    g_hash_table_insert(check->types, g_strdup(def->report_type), g_strdup(path));
    jc_print(check->context->out, "good  %s: report %s, %u measures, %u table%s\n", path,
             def->report_type, def->measures->len, def->tables->len,
             def->tables->len == 1 ? "" : "s");
    print_notes(check, path, def);
    if (jw_report_def_is_closed(def)) {
        fprintf(check->context->out,
                "note  %s: /filters: none is '%s', so callers who are limited to departments are "
                "refused; if the records belong to none, say \"openToAllDepartments\": true\n",
                path, JW_REPORT_DEPARTMENTS);
    }
    warn_of_fields(check, path, def);
}

static void
check_mapping(Check *check, const char *path)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JcMapping) mapping = jc_mapping_load(path, &error);
    g_autoptr(JcRecordBuilder) builder = NULL;

    if (mapping != NULL) {
        builder = jc_record_builder_new(mapping, &error); /* reads its date and duration formats */
        if (builder == NULL) {
            (void)jw_prefix(&error, "%s: /fields", path);
        }
    }
    if (builder == NULL) {
        print_violation(check, error);
        return;
    }
    jc_print(check->context->out, "good  %s: mapping to %s, %u fields\n", path, mapping->collection,
             mapping->fields->len);
}

static void
check_language(Check *check, const char *path)
{
    size_t length = 0;
    g_autoptr(GError) error = NULL;
    g_autofree char *text = jw_file_read(path, FILE_MAX_BYTES, &length, &error);

    if (text == NULL || !jw_language_check_file(text, length, path, &error)) {
        print_violation(check, error);
        return;
    }
    fprintf(check->context->out, "good  %s: language\n", path);
}

/* Definitions are in every language, so what they say is looked at in those of files as well. A
 * file that is wrong is told where it is checked. */
static void
load_languages(const char *top)
{
    g_autofree char *dir = g_build_filename(top, "languages", NULL);
    g_autoptr(GError) error = NULL;

    if (g_file_test(dir, G_FILE_TEST_IS_DIR) && !jw_languages_load(dir, &error)) {
        jw_debug("languages", JW_STR("error", jw_error_message(error)));
    }
}

static int
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Every *.json of @top/@name, in order. A folder that is not there has nothing to check. */
static void
check_folder(Check *check, const char *top, const char *name,
             void (*check_file)(Check *check, const char *path))
{
    g_autofree char *folder = g_build_filename(top, name, NULL);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
    const char *entry = NULL;

    while (dir != NULL && (entry = g_dir_read_name(dir)) != NULL) {
        if (g_str_has_suffix(entry, ".json") && entry[0] != '.') {
            g_ptr_array_add(paths, g_build_filename(folder, entry, NULL));
        }
    }
    g_ptr_array_sort(paths, compare_paths);
    for (guint i = 0; i < paths->len; i++) {
        check_file(check, g_ptr_array_index(paths, i));
        check->checked++;
    }
}

/* The definitions are good or not without it, so one that is away is only told. (nullable) */
static JwStore *
find_store(const JcContext *context, JwStore **ret_owned)
{
    g_autoptr(GError) error = NULL;

    if (context->store == NULL && jc_env(context, "JW_MONGODB_URI") == NULL
        && jc_env(context, "JW_MONGODB_URI_FILE") == NULL) {
        return NULL;
    }
    JwStore *store = jc_store_open(context, ret_owned, &error);
    if (store == NULL) {
        jc_print(context->err, "records are not looked at: %s\n", jw_error_message(error));
    }
    return store;
}

static JcExit
run(const JcCall *call, GError **error)
{
    const JcContext *context = call->context;
    g_autofree char *top =
        call->arguments[0] != NULL
            ? g_strdup(call->arguments[0])
            : jc_find_path(context, "JW_SCHEMAS_DIR", "schemas",
                           "name the folder: jobctl check-definitions DIR", error);

    if (top == NULL) {
        return JC_EXIT_FAILED;
    }
    g_autoptr(GHashTable) types = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_autoptr(JwStore) owned = NULL;
    Check check = { .context = context, .types = types, .store = find_store(context, &owned) };
    load_languages(top);
    check_folder(&check, top, "languages", check_language);
    check_folder(&check, top, "reports", check_report);
    check_folder(&check, top, "mappings", check_mapping);
    if (check.checked == 0) {
        (void)jw_fail(error, JW_ERROR_NOT_FOUND,
                      "%s holds neither reports/*.json nor mappings/*.json", top);
        return JC_EXIT_FAILED;
    }
    fprintf(context->out, "%d files checked, %d faulty\n", check.checked, check.faulty);
    return check.faulty == 0 ? JC_EXIT_OK : JC_EXIT_FAILED;
}

static const JcVerb verbs[] = {
    { .name = "", .arguments = "[DIR]", .max = 1, .run = run, .wants = "name one folder" },
    { 0 },
};

const JcCommand jc_check_definitions = {
    .name = "check-definitions",
    .summary = "checks report definitions, import mappings and languages",
    .help = "DIR holds reports/*.json, mappings/*.json and languages/*.json; JW_SCHEMAS_DIR, or\n"
            "./schemas.\n"
            "Each violation names the file and the place in it as a JSON pointer. A note is no\n"
            "mistake: it says what the workbook shows otherwise, such as the name of a sheet.\n"
            "With JW_MONGODB_URI, records are looked at as well: a field that none has is warned "
            "of,\nand one that has texts where a measure takes numbers or a part takes dates.\n",
    .options = options,
    .verbs = verbs,
};
