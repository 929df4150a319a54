/* bench_scan.c: what reading the records of a report costs: its scan of the store, nothing counted
 * or written. bench_scan URI DATABASE ROWS */
#include <stdio.h>

#include "bench_rows.h"
#include "jw/catalog.h"
#include "jw/store_records.h"

static bool
pass(const JwValue *row G_GNUC_UNUSED, gpointer data, GError **error G_GNUC_UNUSED)
{
    int64_t *rows = data;

    (*rows)++;
    return true;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    int64_t read = 0;

    if (argc != 4) {
        fprintf(stderr, "usage: bench_scan URI DATABASE ROWS\n");
        return 64;
    }
    const int64_t rows = g_ascii_strtoll(argv[3], NULL, 10);
    g_autoptr(JwCatalog) catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    const JwReportDef *def = jw_catalog_find(catalog, "call-records");
    g_auto(GStrv) fields = jw_report_def_fields(def);
    char majority[] = "majority";
    const JwStoreConfig config = { .uri = argv[1],
                                   .database = argv[2],
                                   .write_concern = majority,
                                   .pool_size = 4,
                                   .wait_ms = 5000,
                                   .select_ms = 5000,
                                   .socket_ms = 30000 };
    const JwRecordScan scan = { .collection = def->collection,
                                .date_field = def->date_field,
                                .start_ms = BENCH_EPOCH_MS,
                                .end_ms = BENCH_EPOCH_MS + rows * BENCH_STEP_MS,
                                .fields = (const char *const *)fields,
                                .ordered = true };
    g_autoptr(JwStore) store = jw_store_mongo_new(&config, "bench", &error);
    const int64_t begin_us = g_get_monotonic_time();
    if (store == NULL || !jw_store_scan_records(store, &scan, pass, &read, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    bench_rows_print(read, begin_us);
    return read == rows ? 0 : 1;
}
