/* commands/demo.c: jobctl demo-data: invented records into their collection, or into a CSV file.
 * Main thread. */
#include <errno.h>
#include <string.h>

#include "import/csv.h"
#include "demo/demo.h"
#include "import/load.h"
#include "command.h"

typedef struct {
    int64_t rows, weeks, seed;
    const char *report, *until, *csv;
    bool drop;
    /* what report and until come to */
    const JcDemoKind *kind;
    int64_t until_ms;
} Options;

static const JcOption options[] = {
    { "rows", 'n', JC_OPTION_INT, offsetof(Options, rows), "N", "records in all; default 40000", 1,
      1000000000, NULL },
    { "weeks", 'w', JC_OPTION_INT, offsetof(Options, weeks), "W", "over how many weeks; default 8",
      1, 520, NULL },
    { "seed", 's', JC_OPTION_INT, offsetof(Options, seed), "S",
      "the same seed, the same data; default 1", 0, INT32_MAX, NULL },
    { "report", 'r', JC_OPTION_TEXT, offsetof(Options, report), "TYPE",
      "call-records (default) or learning-activity", 0, 0, NULL },
    { "until", 'u', JC_OPTION_TEXT, offsetof(Options, until), "DATE",
      "ends with the last whole week before it; default now", 0, 0, NULL },
    { "drop", '\0', JC_OPTION_FLAG, offsetof(Options, drop), NULL,
      "first removes what the collection holds", 0, 0, NULL },
    { "csv", 'c', JC_OPTION_TEXT, offsetof(Options, csv), "FILE",
      "writes CSV instead; - is standard output", 0, 0, NULL },
    { 0 },
};

typedef struct {
    const JcDemo *demo;
    const JcDemoKind *kind;
    JcBatch *batch;
    FILE *csv;
    size_t n_fields;
    int64_t done;
    JcProgress progress;
} Sink;

static void
count_row(Sink *sink)
{
    sink->done++;
    jc_progress_update(&sink->progress, sink->done, sink->demo->rows, sink->done);
}

static bool
into_store(const char *id, const JwValue *values, gpointer data, GError **error)
{
    Sink *sink = data;
    GStringChunk *strings = jc_batch_strings(sink->batch);
    JwValue *row = jc_batch_row(sink->batch);

    for (size_t i = 0; i < sink->n_fields; i++) {
        row[i] = values[i];
        if (values[i].type == JW_VALUE_TEXT) {
            row[i].text =
                g_string_chunk_insert_len(strings, values[i].text, (gssize)values[i].length);
        }
    }
    count_row(sink);
    return jc_batch_add(sink->batch, g_string_chunk_insert(strings, id), sink->done, error);
}

static char *
cell_text(const char *column, const JwValue *value)
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    switch (value->type) {
    case JW_VALUE_NULL:
        return g_strdup("");
    case JW_VALUE_BOOL:
        return g_strdup(value->boolean ? "true" : "false");
    case JW_VALUE_INT:
        return g_strdup_printf("%" G_GINT64_FORMAT, value->integer);
    case JW_VALUE_REAL:
        return g_strdup(g_ascii_formatd(number, sizeof number, "%.1f", value->real));
    case JW_VALUE_TIME:
        return jw_time_format(value->time_ms);
    case JW_VALUE_TEXT:
        if (strcmp(column, "active") == 0) { /* the state of a learner, as the mapping reads it */
            return g_strdup(value->length == strlen("active") ? "true" : "false");
        }
        return g_strndup(value->text, value->length);
    }
    return g_strdup("");
}

static bool
into_csv(const char *id G_GNUC_UNUSED, const JwValue *values, gpointer data, GError **error)
{
    Sink *sink = data;

    for (size_t i = 0; i < sink->n_fields; i++) {
        g_autofree char *text = cell_text(sink->kind->columns[i], &values[i]);
        jc_csv_put(sink->csv, text, i == 0);
    }
    fputc('\n', sink->csv);
    count_row(sink);
    if (ferror(sink->csv) != 0) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "the file cannot be written: %s",
                       g_strerror(errno));
    }
    return true;
}

static void
print_result(const JcContext *context, const Sink *sink, const char *where, int64_t added)
{
    int64_t start_ms = 0, end_ms = 0;

    jc_demo_span(sink->demo, &start_ms, &end_ms);
    g_autofree char *rows = jc_count_text(sink->done);
    g_autofree char *fresh = jc_count_text(added);
    g_autofree char *start = jw_time_format(start_ms);
    g_autofree char *end = jw_time_format(end_ms - 1000);
    fprintf(context->out,
            "%s: %s records from %.10s to %.10s, %s added, seed %" G_GUINT64_FORMAT "\n", where,
            rows, start, end, fresh, sink->demo->seed);
}

static bool
write_csv(JcContext *context, const Options *given, Sink *sink, GError **error)
{
    const bool to_out = strcmp(given->csv, "-") == 0;

    sink->csv = to_out ? context->out : fopen(given->csv, "we");
    if (sink->csv == NULL) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s", given->csv, g_strerror(errno));
    }
    for (size_t i = 0; i < sink->n_fields; i++) {
        jc_csv_put(sink->csv, sink->kind->columns[i], i == 0);
    }
    fputc('\n', sink->csv);
    bool ok = jc_demo_run(sink->demo, sink->kind, into_csv, sink, error);
    jc_progress_clear(&sink->progress);
    if (!to_out && fclose(sink->csv) != 0 && ok) {
        ok = jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: %s", given->csv, g_strerror(errno));
    }
    if (ok && !to_out) {
        print_result(context, sink, given->csv, sink->done);
    }
    return ok;
}

/* All records once: into the store, or only beside what is there. */
static bool
run_batch(Sink *sink, JwStore *store, bool insert, JcBatchCounts *ret, GError **error)
{
    const JcDemoKind *kind = sink->kind;
    const JcBatchConfig config = {
        .store = store, .collection = kind->collection, .fields = kind->fields, .insert = insert
    };
    g_autoptr(JcBatch) batch = jc_batch_new(&config);

    sink->batch = batch;
    sink->done = 0;
    const bool ok =
        jc_demo_run(sink->demo, kind, into_store, sink, error) && jc_batch_flush(batch, error);
    jc_progress_clear(&sink->progress);
    *ret = *jc_batch_counts(batch);
    return ok;
}

static bool
write_store(JcContext *context, const Options *given, Sink *sink, GError **error)
{
    const JcDemoKind *kind = sink->kind;
    g_autoptr(JwStore) owned = NULL;
    JwStore *store = jc_store_open(context, &owned, error);
    JcBatchCounts counts = { 0 };

    if (store == NULL || (given->drop && !jw_store_drop_records(store, kind->collection, error))
        || !jw_store_index_records(store, kind->collection, kind->date_field, error)
        || (!given->drop && !run_batch(sink, store, false, &counts, error))) {
        return false;
    }
    if (counts.differing > 0) {
        g_autofree char *differing = jc_count_text(counts.differing);
        return jw_fail(error, JW_ERROR_CONFLICT,
                       "%s of these records are in %s with other values, from a run with other "
                       "--rows or --weeks; nothing was loaded. Take those, another --seed, or "
                       "--drop",
                       differing, kind->collection);
    }
    if (counts.same < sink->demo->rows && !run_batch(sink, store, true, &counts, error)) {
        return false;
    }
    print_result(context, sink, kind->collection, counts.added);
    return true;
}

/* "2026-11-16" or a full RFC 3339 time. */
static bool
read_until(const JcContext *context, const char *text, int64_t *ret_ms, GError **error)
{
    if (text == NULL) {
        *ret_ms = jw_clock_now_ms(context->clock);
        return true;
    }
    g_autofree char *full = strlen(text) == strlen("2026-11-16")
                                ? g_strconcat(text, "T00:00:00Z", NULL)
                                : g_strdup(text);
    return jw_time_parse(full, ret_ms, error) || jw_prefix(error, "--until %s", text);
}

static bool
check(const JcCall *call, GError **error)
{
    Options *given = call->given;

    given->kind = jc_demo_find(given->report);
    return given->kind != NULL
               ? read_until(call->context, given->until, &given->until_ms, error)
               : jw_fail(error, JW_ERROR_INVALID,
                         "there is no demo data for '%s'; there is for call-records and "
                         "learning-activity",
                         given->report);
}

static JcExit
run(const JcCall *call, GError **error)
{
    const Options *given = call->given;
    const JcDemo demo = { .rows = given->rows,
                          .weeks = given->weeks,
                          .seed = (uint64_t)given->seed,
                          .until_ms = given->until_ms };
    JcContext *context = call->context;
    Sink sink = { .demo = &demo, .kind = given->kind };

    while (given->kind->fields[sink.n_fields] != NULL) {
        sink.n_fields++;
    }
    jc_progress_init(&sink.progress, context->err, context->clock, "making ");
    const bool good = given->csv != NULL ? write_csv(context, given, &sink, error)
                                         : write_store(context, given, &sink, error);
    return good ? JC_EXIT_OK : JC_EXIT_FAILED;
}

static const JcVerb verbs[] = { { .name = "", .run = run }, { 0 } };

const JcCommand jc_demo_data = {
    .name = "demo-data",
    .summary = "generates plausible records, for trying things out",
    .help = "Each week is generated by itself: a run in a later week finds the earlier ones there "
            "and adds\n"
            "the new one. Ids are D<Monday>-<seed>-<number>. The CSV has the records' own field "
            "names;\n"
            "tools/jobctl/mappings/call-records-plain.json and "
            "schemas/mappings/learning-activity.json\n"
            "import it.\n",
    .options = options,
    .given_size = sizeof(Options),
    .defaults = &(const Options){ .rows = 40000, .weeks = 8, .seed = 1, .report = "call-records" },
    .verbs = verbs,
    .check = check,
};
