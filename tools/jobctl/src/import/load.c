/* import/load.c: the import: checks every row of every file, then loads; or, with --keep-going,
 * loads what is good in one go. One thread, memory of one batch. */
#include "import/load.h"

#include <errno.h>
#include <string.h>

#include "import/cell.h"
#include "import/ids.h"
#include "import/record.h"
#include "jw/ident.h"

#define SHOWN_MAX 20

typedef struct {
    const JcLoad *load;
    JcRecordBuilder *builder;
    JcBatch *batch;
    JcLoadResult *result;
    GPtrArray *violations; /* of one row */
    JcIds *ids;            /* of one file */
    const char *path;      /* of that file */
    JcProgress progress;
    int64_t bytes_before, bytes_total;
    bool loading, with_store;
} Run;

static void
print_violation(Run *run, int64_t line, const char *column, const char *reason)
{
    g_autofree char *text =
        g_strdup_printf("%s:%" G_GINT64_FORMAT ": %s%s%s\n", run->path, line,
                        column != NULL ? column : "", column != NULL ? ": " : "", reason);

    if (run->load->violations != NULL) {
        fputs(text, run->load->violations);
    }
    if (run->result->violations < SHOWN_MAX) {
        jc_progress_clear(&run->progress);
        fputs(text, run->load->err);
    }
    run->result->violations++;
}

static void
print_violations(Run *run, int64_t line)
{
    for (guint i = 0; i < run->violations->len; i++) {
        const JcRowViolation *one = g_ptr_array_index(run->violations, i);
        print_violation(run, line, one->column, one->reason);
    }
    g_ptr_array_set_size(run->violations, 0);
    run->result->refused++;
}

/* A row whose record has other values and keeps them. */
static void
note_difference(int64_t line, const char *what, gpointer data)
{
    Run *run = data;

    print_violation(run, line, NULL, what);
    run->result->refused += run->load->conflict == JC_CONFLICT_FAIL ? 1 : 0;
}

/* SHA-256 of the file: with the line it is the id of a row that has none. */
static char *
hash_file(const char *path, GError **error)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree unsigned char *buffer = g_malloc(65536);
    FILE *file = fopen(path, "rbe");
    size_t have = 0;

    if (file == NULL) {
        return jw_fail_null(error, JW_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror(errno));
    }
    while ((have = fread(buffer, 1, 65536, file)) > 0) {
        g_checksum_update(sum, buffer, (gssize)have);
    }
    const bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed) {
        return jw_fail_null(error, JW_ERROR_UNAVAILABLE, "%s cannot be read", path);
    }
    return g_strdup(g_checksum_get_string(sum));
}

/* The file's own hash is read when the first row without an id asks for it. */
static const char *
derive_id(Run *run, int64_t line, char **hash, GError **error)
{
    char id[JW_UUID_LEN + 1];

    if (*hash == NULL) {
        *hash = hash_file(run->path, error);
        if (*hash == NULL) {
            return NULL;
        }
    }
    g_autofree char *number = g_strdup_printf("%" G_GINT64_FORMAT, line);
    jw_uuid_derive(id, "record", run->load->mapping->collection, *hash, number, NULL);
    return g_string_chunk_insert(jc_batch_strings(run->batch), id);
}

/* @ret_good: false: the row was refused. */
static bool
check_id(Run *run, const char *id, int64_t line, bool *ret_good, GError **error)
{
    int64_t earlier = 0;

    if (id != NULL && !jc_ids_add(run->ids, id, line, &earlier, error)) {
        return jw_prefix(error, "%s", run->path);
    }
    *ret_good = earlier == 0;
    if (earlier > 0) {
        g_autofree char *shown = jc_cell_show(id, strlen(id));
        g_autofree char *reason = g_strdup_printf("id '%s' is that of line %" G_GINT64_FORMAT
                                                  " already; a file has one row for each id",
                                                  shown, earlier);
        print_violation(run, line, NULL, reason);
        run->result->refused++;
    }
    return true;
}

static bool
take_row(Run *run, const JcCsvRow *row, char **hash, GError **error)
{
    const char *id = NULL;
    bool good = true;

    run->result->rows++;
    if (!jc_record_builder_apply(run->builder, row, jc_batch_strings(run->batch),
                                 jc_batch_row(run->batch), &id, run->violations)) {
        print_violations(run, row->line);
        good = false;
    } else if (!check_id(run, id, row->line, &good, error)) {
        return false;
    }
    if (!good && run->loading && !run->load->keep_going) {
        return jw_fail(error, JW_ERROR_CONFLICT,
                       "%s changed while it was read; run the import again", run->path);
    }
    if (!good) {
        return jc_batch_skip(run->batch, error);
    }
    if (id == NULL && run->with_store) {
        id = derive_id(run, row->line, hash, error);
        if (id == NULL) {
            return false;
        }
    }
    return jc_batch_add(run->batch, id, row->line, error);
}

static bool
read_head(Run *run, const char *path, JcCsv *csv, GError **error)
{
    JcCsvRow head = { 0 };
    JcCsvResult got = JC_CSV_END;

    if (!jc_csv_next(csv, &head, &got, error)) {
        return false;
    }
    if (got == JC_CSV_END) {
        return jw_fail(error, JW_ERROR_INVALID, "%s is empty: it needs a first line with the names",
                       path);
    }
    if (!jc_record_builder_set_head(run->builder, &head, error)) {
        return jw_prefix(error, "%s:%" G_GINT64_FORMAT, path, head.line);
    }
    return true;
}

static bool
read_file(Run *run, const char *path, GError **error)
{
    g_autoptr(JcCsv) csv = jc_csv_open(path, run->load->mapping->delimiter, error);
    g_autofree char *hash = NULL;
    JcCsvRow row = { 0 };
    JcCsvResult got = JC_CSV_ROW;

    run->path = path;
    jc_ids_reset(run->ids);
    if (csv == NULL || !read_head(run, path, csv, error)) {
        return false;
    }
    for (;;) {
        if (!jc_csv_next(csv, &row, &got, error)) {
            return false;
        }
        if (got == JC_CSV_END) {
            run->bytes_before += jc_csv_size(csv);
            return jc_batch_flush(run->batch, error); /* the next one may have the same ids */
        }
        if (!take_row(run, &row, &hash, error)) {
            return false;
        }
        jc_progress_update(&run->progress, run->bytes_before + jc_csv_bytes(csv), run->bytes_total,
                           run->result->rows);
    }
}

/* Whether the records that are there decide what becomes of the rows, before any is loaded. */
static bool
compares_first(const JcLoad *load)
{
    return load->store != NULL && !load->drop && load->conflict == JC_CONFLICT_FAIL;
}

/* Once over all files: to load, or to check only. */
static bool
pass(const JcLoad *load, JcRecordBuilder *builder, bool loading, int64_t bytes_total,
     JcLoadResult *result, GError **error)
{
    g_autoptr(GPtrArray) violations = g_ptr_array_new_with_free_func(jc_row_violation_free);
    g_autoptr(JcIds) ids = jc_ids_new();
    Run run = { .load = load,
                .builder = builder,
                .result = result,
                .violations = violations,
                .ids = ids,
                .bytes_total = bytes_total,
                .loading = loading,
                .with_store = loading || compares_first(load) };
    const JcBatchConfig config = { .store = run.with_store ? load->store : NULL,
                                   .collection = load->mapping->collection,
                                   .fields = jc_record_builder_fields(builder),
                                   .insert = loading,
                                   .conflict = load->conflict,
                                   .differs = note_difference,
                                   .data = &run };
    g_autoptr(JcBatch) batch = jc_batch_new(&config);
    bool ok = true;

    run.batch = batch;
    result->rows = 0;
    jc_progress_init(&run.progress, load->err, load->clock, loading ? "loading " : "checking");
    for (size_t i = 0; ok && load->paths[i] != NULL; i++) {
        ok = read_file(&run, load->paths[i], error);
    }
    jc_progress_clear(&run.progress);
    result->added = jc_batch_counts(batch)->added;
    result->same = jc_batch_counts(batch)->same;
    result->differing = jc_batch_counts(batch)->differing;
    result->updated = jc_batch_counts(batch)->updated;
    result->loaded = loading;
    if (result->violations > SHOWN_MAX) {
        fprintf(load->err, "… and %" G_GINT64_FORMAT " more%s\n", result->violations - SHOWN_MAX,
                load->violations == NULL ? "; --errors FILE writes them all" : "");
    }
    return ok;
}

/* Their sizes together; all of them must be there and have the columns before anything is done. */
static bool
look_at_files(const JcLoad *load, JcRecordBuilder *builder, int64_t *ret_bytes, GError **error)
{
    Run run = { .load = load, .builder = builder };

    for (size_t i = 0; load->paths[i] != NULL; i++) {
        g_autoptr(JcCsv) csv = jc_csv_open(load->paths[i], load->mapping->delimiter, error);
        if (csv == NULL || !read_head(&run, load->paths[i], csv, error)) {
            return false;
        }
        *ret_bytes += jc_csv_size(csv);
    }
    return true;
}

bool
jc_load_run(const JcLoad *load, JcLoadResult *ret, GError **error)
{
    g_return_val_if_fail(load != NULL && ret != NULL, false);
    const JcMapping *mapping = load->mapping;
    int64_t bytes = 0;

    *ret = (JcLoadResult){ 0 };
    g_autoptr(JcRecordBuilder) builder = jc_record_builder_new(mapping, error);
    if (builder == NULL || !look_at_files(load, builder, &bytes, error)) {
        return false;
    }
    if (load->store == NULL || !load->keep_going) {
        if (!pass(load, builder, false, bytes, ret, error)) {
            return false;
        }
        if (load->store == NULL || ret->refused > 0) {
            return true;
        }
        if (compares_first(load) && ret->same == ret->rows) { /* imported before */
            ret->loaded = true;
            return true;
        }
    }
    if (load->drop && !jw_store_drop_records(load->store, mapping->collection, error)) {
        return false;
    }
    if (!jw_store_index_records(load->store, mapping->collection, mapping->date_field, error)) {
        return false;
    }
    return pass(load, builder, true, bytes, ret, error);
}
