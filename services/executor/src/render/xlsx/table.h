/* render/xlsx/table.h: a table of the result as a sheet, with its chart. One thread. */
#pragma once
#include "jw/report_result.h"
#include "render/xlsx/book.h"

G_BEGIN_DECLS

#define EXE_HEAD_HEIGHT   20
#define EXE_HEAD_HEIGHT_2 34    /* of two lines */
#define EXE_WIDTH_MOST    255.0 /* of a column, by the file format */

/* Head, rows and chart into @sheet; the chart into @summary as well, from @column on, when the
 * definition wants it in front. */
void exe_table_write(ExeBook *book, const JwReportTable *table, lxw_worksheet *sheet,
                     lxw_worksheet *summary, lxw_col_t column);

/* The chart alone into @summary, with what it draws in hidden columns behind it: of a workbook
 * without the table. Nothing when the definition does not want it in front. */
void exe_table_in_front(ExeBook *book, const JwReportTable *table, lxw_worksheet *summary,
                        lxw_col_t column);

/* As long as a time that a cell shows. */
#define EXE_TIME_SHOWN "2021-01-04 09:12:00"

/* The width of a column in which @text, as it is shown, has room, of @least at least. Wider than
 * any number: what is not of JW_FORMAT_TEXT shows as "###" where it has none. */
double exe_column_width(double least, const char *text);

/* What the signs of an estimate and of a level take in front of a number. */
double exe_marks_width(bool approximate, JwLevel level);

G_END_DECLS
