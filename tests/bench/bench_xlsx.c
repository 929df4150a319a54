/* bench_xlsx.c: a workbook by libxlsxwriter in constant-memory mode, fed from memory with the call
 * list; nothing read, counted, checked or uploaded. bench_xlsx ROWS FILE */
#include <stdio.h>
#include <xlsxwriter.h>

#include "bench_rows.h"

#define DAYS_TO_1970 25569 /* of Excel's calendar */

static void
write_row(lxw_worksheet *sheet, lxw_row_t line, int64_t index, lxw_format *date)
{
    BenchRow row;

    bench_row(index, &row);
    (void)worksheet_write_string(sheet, line, 0, row.id, NULL);
    (void)worksheet_write_number(sheet, line, 1, DAYS_TO_1970 + (double)row.time_ms / 86400000.0,
                                 date);
    (void)worksheet_write_string(sheet, line, 2, row.agent, NULL);
    (void)worksheet_write_string(sheet, line, 3, row.department, NULL);
    (void)worksheet_write_string(sheet, line, 4, row.topic, NULL);
    (void)worksheet_write_string(sheet, line, 5, row.status, NULL);
    (void)worksheet_write_number(sheet, line, 6, row.wait_s, NULL);
    (void)worksheet_write_number(sheet, line, 7, row.talk_s, NULL);
    (void)worksheet_write_string(sheet, line, 8, row.resolved ? "yes" : "no", NULL);
    (void)worksheet_write_number(sheet, line, 9, row.satisfaction, NULL);
}

int
main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: bench_xlsx ROWS FILE\n");
        return 64;
    }
    const int64_t rows = g_ascii_strtoll(argv[1], NULL, 10);
    const int64_t begin_us = g_get_monotonic_time();
    lxw_workbook_options options = { .constant_memory = LXW_TRUE, .use_zip64 = LXW_TRUE };
    lxw_workbook *book = workbook_new_opt(argv[2], &options);
    lxw_worksheet *sheet = NULL;
    lxw_format *date = workbook_add_format(book);

    format_set_num_format(date, "yyyy-mm-dd hh:mm:ss");
    for (int64_t row = 0; row < rows; row++) {
        if (row % (LXW_ROW_MAX - 1) == 0) {
            sheet = workbook_add_worksheet(book, NULL);
        }
        write_row(sheet, (lxw_row_t)(row % (LXW_ROW_MAX - 1)) + 1, row, date);
    }
    const lxw_error result = workbook_close(book);
    bench_rows_print(rows, begin_us);
    return result == LXW_NO_ERROR ? 0 : 1;
}
