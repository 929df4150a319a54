/* bench_xlsx.c: the limit of a workbook: libxlsxwriter in constant-memory mode, fed from memory
 * with the columns of the call list (text, time, numbers), nothing read, counted, checked or
 * uploaded. bench_xlsx ROWS FILE */
#include <stdio.h>
#include <sys/resource.h>
#include <xlsxwriter.h>

#include <glib.h>

static void
write_row(lxw_worksheet *sheet, lxw_row_t row, lxw_format *date)
{
    static const char *const agents[] = { "Diane", "Becky", "Stewart", "Greg",
                                          "Dan",   "Joe",   "Martha",  "Jim" };
    static const char *const topics[] = { "Streaming", "Technical Support", "Payment related",
                                          "Contract related" };
    char id[16];

    (void)g_snprintf(id, sizeof id, "C%08u", row);
    (void)worksheet_write_string(sheet, row, 0, id, NULL);
    (void)worksheet_write_number(sheet, row, 1, 44197.0 + row / 2880.0, date);
    (void)worksheet_write_string(sheet, row, 2, agents[row % 8], NULL);
    (void)worksheet_write_string(sheet, row, 3, "support", NULL);
    (void)worksheet_write_string(sheet, row, 4, topics[row % 4], NULL);
    (void)worksheet_write_string(sheet, row, 5, row % 5 == 0 ? "missed" : "answered", NULL);
    (void)worksheet_write_number(sheet, row, 6, row % 120, NULL);
    (void)worksheet_write_number(sheet, row, 7, row % 400, NULL);
    (void)worksheet_write_string(sheet, row, 8, row % 3 == 0 ? "no" : "yes", NULL);
    (void)worksheet_write_number(sheet, row, 9, row % 6, NULL);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_xlsx ROWS FILE\n");
        return 64;
    }
    lxw_row_t rows = (lxw_row_t)g_ascii_strtoull(argv[1], NULL, 10);
    int64_t begin = g_get_monotonic_time();
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE };
    lxw_workbook *book = workbook_new_opt(argv[2], &options);
    lxw_worksheet *sheet = NULL;
    lxw_format *date = workbook_add_format(book);
    struct rusage usage;

    format_set_num_format(date, "yyyy-mm-dd hh:mm:ss");
    for (lxw_row_t row = 0; row < rows; row++) {
        if (row % (LXW_ROW_MAX - 1) == 0) {
            sheet = workbook_add_worksheet(book, NULL);
        }
        write_row(sheet, row % (LXW_ROW_MAX - 1) + 1, date);
    }
    lxw_error result = workbook_close(book);
    double took = (double)(g_get_monotonic_time() - begin) / 1e6;
    (void)getrusage(RUSAGE_SELF, &usage);
    printf("{\"rows\":%u,\"seconds\":%.3f,\"per_s\":%.0f,\"peak_kib\":%ld}\n", rows, took,
           rows / took, usage.ru_maxrss);
    return result == LXW_NO_ERROR ? 0 : 1;
}
