/* render/xlsx/sheet_xml.h: rows of a worksheet as XML (ECMA-376 part 1, 18.3.1: row, c, v, is, t).
 * Pure; one thread.
 *
 * libxlsxwriter writes everything else of a workbook. A list row through it costs 4 µs, most of it
 * in printf, which is as much as everything else that happens to a record; here it costs a
 * quarter. */
#pragma once
#include <glib.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _ExeSheetXml ExeSheetXml;

/* @styles: one a column, the number of its cell format in the workbook. */
ExeSheetXml *exe_sheet_xml_new(const int *styles, unsigned n_columns);
void exe_sheet_xml_free(ExeSheetXml *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ExeSheetXml, exe_sheet_xml_free)

/* Numbers of the column have another cell format from now on. */
void exe_sheet_xml_restyle(ExeSheetXml *self, unsigned column, int style);

/* "C7" for column 2, row 7. @name: 16 bytes. */
void exe_sheet_xml_cell_name(unsigned column, uint32_t row, char *name);

/* All append to @into. Rows count from 1, columns from 0; both in ascending order, a column may be
 * left out. */
void exe_sheet_xml_begin_row(ExeSheetXml *self, GByteArray *into, uint32_t row);
void exe_sheet_xml_end_row(GByteArray *into);
/* @text: valid UTF-8. What XML cannot hold is written in Excel's way (_x0007_), so that a
 * spreadsheet shows the same text; the two code points that no file can hold become U+FFFD. */
void exe_sheet_xml_text(ExeSheetXml *self, GByteArray *into, unsigned column, const char *text,
                        size_t length);
/* A spreadsheet's numbers are doubles: what none of them is (exe_text_is_double) becomes a text. */
void exe_sheet_xml_integer(ExeSheetXml *self, GByteArray *into, unsigned column, int64_t value);
/* @value: finite. Written with the fewest of 15 or 17 digits that give it back. */
void exe_sheet_xml_real(ExeSheetXml *self, GByteArray *into, unsigned column, double value);
/* The same of who has its digits (jw_text_real). */
void exe_sheet_xml_digits(ExeSheetXml *self, GByteArray *into, unsigned column, double value,
                          const char *digits);
/* @local_ms: milliseconds since 1970-01-01 on the wall clock of the sheet's zone. A text where
 * spreadsheets have no date for it, see exe_text_far_time(). */
void exe_sheet_xml_time(ExeSheetXml *self, GByteArray *into, unsigned column, int64_t local_ms);

G_END_DECLS
