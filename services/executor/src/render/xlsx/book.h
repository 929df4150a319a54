/* render/xlsx/book.h: a workbook while libxlsxwriter makes it: sheets by their titles, cells of
 * values and of any text. The first thing that fails is kept for the end. One thread. */
#pragma once
#include "jw/error.h"
#include "jw/value.h"
#include "jw/zone_cache.h"
#include "render/xlsx/styles.h"

G_BEGIN_DECLS

typedef struct {
    lxw_workbook *book;
    JwZoneCache *zone; /* of times (borrowed) */
    ExeXlsxStyles styles;
    const char *language; /* of words (borrowed); NULL: English */
    JwPaper paper;
    GPtrArray *names; /* of the sheets */
    GString *scratch, *escaped;
    lxw_error failed;
    char *refused; /* the name of a sheet that the library did not take */
} ExeBook;

/* @book: NULL after exe_book_close(). */
void exe_book_init(ExeBook *self, lxw_workbook *book, JwZoneCache *zone);
/* Also closes, and so frees, the library's workbook: there is no other way. */
void exe_book_clear(ExeBook *self);

/* Keeps the first @result that is an error. */
void exe_book_note(ExeBook *self, lxw_error result);
/* Writes the file. */
void exe_book_close(ExeBook *self);
/* Whether all went well so far. @error: UNAVAILABLE: disk or memory; INVALID: the library refuses
 * what it was given, which no further attempt changes. */
bool exe_book_ok(const ExeBook *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A sheet with the look of all, named after @title (jw_sheet_name_add). NULL: refused or no memory,
 * noted. (transfer none) */
lxw_worksheet *exe_book_sheet(ExeBook *self, const char *title, unsigned number);

/* @text: any; written as a spreadsheet shows it again. Longer ones are cut. */
void exe_book_text(ExeBook *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                   const char *text, lxw_format *style);
/* Nothing for NULL and for what is not finite. @format: how it is shown; a time of JW_FORMAT_DATE
 * is its day, so that people filter and compare what they see */
void exe_book_value(ExeBook *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
                    const JwValue *value, JwFormat format, lxw_format *style);

/* "'Calls'!$A$2:$A$9", in quotation marks whatever the name. (transfer full) */
char *exe_book_range(const lxw_worksheet *sheet, lxw_row_t first_row, lxw_row_t last_row,
                     lxw_col_t col);

G_END_DECLS
