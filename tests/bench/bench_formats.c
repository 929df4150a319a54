/* bench_formats.c: how fast a format is written, fed from memory with the columns of the call list,
 * and read back as a job does it; nothing is counted or uploaded. bench_formats FORMAT ROWS FILE */
#include <stdio.h>
#include <string.h>

#include "bench_values.h"
#include "jw/catalog.h"
#include "render/render.h"

static bool
write_file(const ExeRenderOps *ops, const ExeRenderInput *input, int64_t rows, GError **error)
{
    g_autoptr(JwReportRequest) request = jw_report_request_new();
    g_auto(GStrv) fields = jw_report_def_fields(input->def);
    g_autoptr(JwAggregate) aggregate =
        jw_aggregate_new(input->def, request, (const char *const *)fields, input->zone, error);
    ExeRender *render = aggregate != NULL ? ops->open(input, error) : NULL;
    bool ok = render != NULL;
    JwValue values[64] = { 0 };
    BenchRow record;

    for (int64_t row = 0; ok && row < rows; row++) {
        bench_row(row, &record);
        bench_values(&record, values);
        ok = ops->row(render, values, error);
    }
    g_autoptr(JwReportResult) result =
        ok ? jw_report_result_new(aggregate, input->def, request, input->zone) : NULL;
    ok = ok && ops->finish(render, result, error)
         && (ops->check == NULL || ops->check(render, error));
    ops->free(render);
    return ok;
}

int
main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    const ExeRenderOps *ops = argc == 4 ? exe_render_find(argv[1]) : NULL;

    if (ops == NULL) {
        fprintf(stderr, "usage: bench_formats FORMAT ROWS FILE\n");
        return 64;
    }
    g_autoptr(JwCatalog) catalog = jw_catalog_load(JW_SOURCE_DIR "/schemas/reports", &error);
    g_autoptr(GTimeZone) zone = g_time_zone_new_utc();
    g_autofree char *dir = g_path_get_dirname(argv[3]);
    const int64_t rows = g_ascii_strtoll(argv[2], NULL, 10);
    const ExeRenderInput input = {
        .def = jw_catalog_find(catalog, "call-records"),
        .zone = zone,
        .title = "bench",
        .path = argv[3],
        .temp_dir = dir,
        .content = strcmp(argv[1], "csv") == 0 || strcmp(argv[1], "ndjson") == 0 ? JW_CONTENT_LIST
                                                                                 : JW_CONTENT_ALL,
    };
    const int64_t begin_us = g_get_monotonic_time();
    if (!write_file(ops, &input, rows, &error)) {
        fprintf(stderr, "%s\n", error->message);
        return 1;
    }
    bench_rows_print(rows, begin_us);
    return 0;
}
