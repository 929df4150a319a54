/* bench_formats.c: how fast a format is written, fed from memory with the columns of the call list;
 * nothing read, counted or uploaded. bench_formats FORMAT ROWS FILE */
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "jw/catalog.h"
#include "render/render.h"

static JwValue
text_of(const char *text)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = text, .length = strlen(text) };
}

static JwValue
number_of(int64_t number)
{
    return (JwValue){ .type = JW_VALUE_INT, .integer = number };
}

static void
make_row(int64_t row, char id[16], JwValue *values)
{
    static const char *const agents[] = { "Diane", "Becky", "Stewart", "Greg",
                                          "Dan",   "Joe",   "Martha",  "Jim" };
    static const char *const topics[] = { "Streaming", "Technical Support", "Payment related",
                                          "Contract related" };

    (void)g_snprintf(id, 16, "C%08u", (unsigned)row);
    values[0] = text_of(id);
    values[1] = (JwValue){ .type = JW_VALUE_TIME, .time_ms = INT64_C(1609459200000) + row * 30000 };
    values[2] = text_of(agents[row % 8]);
    values[3] = text_of("support");
    values[4] = text_of(topics[row % 4]);
    values[5] = text_of(row % 5 == 0 ? "missed" : "answered");
    values[6] = number_of(row % 120);
    values[7] = number_of(row % 400);
    values[8] = (JwValue){ .type = JW_VALUE_BOOL, .boolean = row % 3 != 0 };
    values[9] = number_of(row % 6);
}

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
    char id[16];

    for (int64_t row = 0; ok && row < rows; row++) {
        make_row(row, id, values);
        ok = ops->row(render, values, error);
    }
    g_autoptr(JwReportResult) result =
        ok ? jw_report_result_new_compared(aggregate, NULL, input->def, request, input->zone)
           : NULL;
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
    const int64_t begin = g_get_monotonic_time();
    const bool ok = write_file(ops, &input, rows, &error);
    const double took = (double)(g_get_monotonic_time() - begin) / 1e6;
    struct rusage usage;

    (void)getrusage(RUSAGE_SELF, &usage);
    printf("{\"format\":\"%s\",\"rows\":%" G_GINT64_FORMAT
           ",\"seconds\":%.3f,\"per_s\":%.0f,\"peak_kib\":%ld}\n",
           argv[1], rows, took, (double)rows / took, usage.ru_maxrss);
    if (!ok) {
        fprintf(stderr, "%s\n", error->message);
    }
    return ok ? 0 : 1;
}
