/* bench_groups.c: the engine alone: groups a call list that is in memory, nothing read or written.
 *   bench_groups ROWS DIMENSION,DIMENSION MEASURE,MEASURE...
 * Prints bench_rows_print()'s line, then the rows of the table as JSON, to be compared. */
#include <stdio.h>

#include "bench_values.h"
#include "jw/catalog.h"
#include "jw/report_result.h"

#define ROUNDS 3 /* the best counts */

typedef struct {
    const JwReportDef *def;
    JwReportRequest *request;
    char **fields;
    GTimeZone *zone;
    JwValue *values;
    int64_t n_rows;
} Groups;

static JwAggregate *
count(const Groups *self, GError **error)
{
    g_autoptr(JwAggregate) aggregate = jw_aggregate_new(
        self->def, self->request, (const char *const *)self->fields, self->zone, error);

    for (int64_t row = 0; aggregate != NULL && row < self->n_rows; row++) {
        (void)jw_aggregate_add(aggregate, self->values + row * BENCH_VALUES);
    }
    return aggregate != NULL && jw_aggregate_check(aggregate, error) ? g_steal_pointer(&aggregate)
                                                                     : NULL;
}

static void
print_cell(const JwValue *cell)
{
    if (cell->type == JW_VALUE_TEXT) {
        printf("\"%.*s\"", (int)cell->length, cell->text);
    } else if (cell->type == JW_VALUE_INT) {
        printf("%" G_GINT64_FORMAT, cell->integer);
    } else if (cell->type == JW_VALUE_REAL) {
        printf("%.10g", cell->real);
    } else {
        printf("null");
    }
}

static void
print_table(const JwReportTable *table)
{
    const char *between = "[";

    for (size_t row = 0; row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) != JW_ROW_GROUP) {
            continue;
        }
        for (size_t column = 0; column < table->n_columns; column++) {
            printf("%s", column == 0 ? between : ",");
            printf("%s", column == 0 ? "[" : "");
            print_cell(jw_report_cell(table, row, column));
        }
        printf("]");
        between = ",\n";
    }
    printf("]\n");
}

/* The fastest of some rounds, as if it had been the only one. */
static bool
measure(const Groups *self, GError **error)
{
    int64_t best_us = G_MAXINT64;
    g_autoptr(JwReportResult) result = NULL;

    for (int round = 0; round < ROUNDS; round++) {
        const int64_t begin_us = g_get_monotonic_time();
        g_autoptr(JwAggregate) aggregate = count(self, error);
        if (aggregate == NULL) {
            return false;
        }
        g_clear_pointer(&result, jw_report_result_free);
        result = jw_report_result_new(aggregate, self->def, self->request, self->zone);
        best_us = MIN(best_us, g_get_monotonic_time() - begin_us);
    }
    bench_rows_print(self->n_rows, g_get_monotonic_time() - best_us);
    print_table(&g_array_index(result->tables, JwReportTable, 0));
    return true;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;

    if (argc != 4) {
        fprintf(stderr, "usage: bench_groups ROWS DIMENSION,... MEASURE,...\n");
        return 64;
    }
    g_autoptr(JwCatalog) catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    Groups self = { .def = jw_catalog_find(catalog, "call-records"),
                    .request = request,
                    .zone = zone,
                    .n_rows = g_ascii_strtoll(argv[1], NULL, 10) };
    g_auto(GStrv) fields = jw_report_def_fields(self.def);
    g_autofree BenchRow *rows = g_new0(BenchRow, (gsize)self.n_rows);
    g_autofree JwValue *values = g_new0(JwValue, (gsize)self.n_rows * BENCH_VALUES);

    request->group_by = g_strsplit(argv[2], ",", -1);
    request->measures = g_strsplit(argv[3], ",", -1);
    request->start_ms = BENCH_EPOCH_MS;
    request->end_ms = BENCH_EPOCH_MS + self.n_rows * BENCH_STEP_MS;
    self.fields = fields;
    self.values = values;
    for (int64_t row = 0; row < self.n_rows; row++) {
        bench_row(row, &rows[row]);
        bench_values(&rows[row], values + row * BENCH_VALUES);
    }
    g_assert(g_strv_length(fields) == BENCH_VALUES);
    if (!measure(&self, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    return 0;
}
