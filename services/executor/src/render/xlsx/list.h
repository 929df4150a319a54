/* render/xlsx/list.h: the records of a workbook's list: values become cells, rows are compressed at
 * once, and a list longer than a sheet goes on in another one. One thread. The sheets themselves
 * (widths, headers, filter) are libxlsxwriter's; pack joins both. */
#pragma once
#include "render/xlsx/sheet_stream.h"

#include "jw/report.h"
#include "jw/zone_cache.h"

G_BEGIN_DECLS

typedef struct _ExeXlsxList ExeXlsxList;

/* @styles: for each column the number of its cell format. @days: for each column whether its times
 * are shown as days, and are whole ones. @zone: of the times; outlives the list.
 * (borrowed) @sheet_rows: of a sheet, its header among them; 0: as many as the format has. */
ExeXlsxList *exe_xlsx_list_new(const char *temp_dir, JwZoneCache *zone, const int *styles,
                               const bool *days, unsigned n_columns, const char *language,
                               uint32_t sheet_rows);
void exe_xlsx_list_free(ExeXlsxList *self);

/* The most decimals that a number of a list is shown with, when they are its own. */
#define EXE_XLSX_OWN_DECIMALS 15

/* The number of the cell format that shows a column's numbers of so many decimals as cells hold
 * them, EXE_XLSX_OWN_DECIMALS at most. */
typedef int (*ExeXlsxStyleOf)(unsigned column, int decimals, gpointer data);

/* Each number of the columns that are @own is shown with its own decimals, and no more. Before the
 * first row. */
void exe_xlsx_list_own_decimals(ExeXlsxList *self, const bool *own, ExeXlsxStyleOf style_of,
                                gpointer data);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExeXlsxList, exe_xlsx_list_free)

/* The rows from now on belong to another sheet; the first is to be begun too. @error:
 * UNAVAILABLE. */
bool exe_xlsx_list_next_sheet(ExeXlsxList *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
unsigned exe_xlsx_list_n_sheets(const ExeXlsxList *self);
/* The number of the last row of sheet @sheet, which counts from 0, from 1; its header is row 1. */
uint32_t exe_xlsx_list_last_row(const ExeXlsxList *self, unsigned sheet);
/* The number of a column, counted from 0, that takes most room so far: the greatest, with a sign if
 * any has one, and the most decimals of one that are its own. False: it has no numbers. */
bool exe_xlsx_list_widest(const ExeXlsxList *self, unsigned column, double *ret_number,
                          int *ret_decimals);
bool exe_xlsx_list_sheet_is_full(const ExeXlsxList *self);
/* @row: one value a column. @error: UNAVAILABLE. */
bool exe_xlsx_list_row(ExeXlsxList *self, const JwValue *row,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes the workbook @to: @from, which libxlsxwriter closed, with these rows in its sheets from
 * number @first_sheet on (from 1). Once, after the last row. @error: UNAVAILABLE, CORRUPT. */
bool exe_xlsx_list_pack(ExeXlsxList *self, const char *from, const char *to, int first_sheet,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A string as a cell takes it: sane (jw_text_sane), of at most 32,767 characters as Excel counts
 * them (UTF-16), cut with "…". @text itself, or built in @scratch. */
const char *exe_xlsx_text(GString *scratch, const char *text, size_t length, size_t *ret_length);

G_END_DECLS
