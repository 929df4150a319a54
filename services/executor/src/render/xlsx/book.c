/* render/xlsx/book.c: see render/xlsx/book.h. */
#include "render/xlsx/book.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "jw/civil.h"
#include "jw/report_sheets.h"
#include "jw/report_words.h"
#include "jw/text.h"
#include "render/text.h"
#include "render/xlsx/list.h"
#include "render/xlsx/xml_text.h"
#include "temp.h"

#define DAY_MS         INT64_C(86400000)
#define CELL_CHARS_MAX 32767 /* the library refuses more, escapes counted */

void
exe_book_init(ExeBook *self, lxw_workbook *book, JwZoneCache *zone)
{
    *self = (ExeBook){ .book = book, .zone = zone };
    self->names = g_ptr_array_new_with_free_func(g_free);
    self->scratch = g_string_new(NULL);
    self->escaped = g_string_new(NULL);
    exe_xlsx_styles_init(&self->styles, book);
}

void
exe_book_clear(ExeBook *self)
{
    if (self->book != NULL) {
        (void)workbook_close(self->book); /* the file is thrown away */
    }
    g_clear_pointer(&self->names, g_ptr_array_unref);
    g_free(self->refused);
    exe_xlsx_styles_clear(&self->styles);
    if (self->scratch != NULL) {
        g_string_free(self->scratch, TRUE);
        g_string_free(self->escaped, TRUE);
    }
}

void
exe_book_note(ExeBook *self, lxw_error result)
{
    if (result != LXW_NO_ERROR && self->failed == LXW_NO_ERROR) {
        self->failed = result;
    }
}

void
exe_book_close(ExeBook *self)
{
    exe_book_note(self, workbook_close(g_steal_pointer(&self->book)));
}

/* Whether disk or memory failed, and not what the library was given. */
static bool
may_pass(lxw_error failed)
{
    return failed <= LXW_ERROR_ZIP_CLOSE;
}

bool
exe_book_ok(const ExeBook *self, GError **error)
{
    const char *reason = lxw_strerror(self->failed);

    if (self->failed == LXW_NO_ERROR) {
        return true;
    }
    if (self->refused != NULL) {
        return jw_fail(
            error, JW_ERROR_INVALID,
            "the workbook cannot have a sheet named '%s': %s; give the table or the list "
            "another title in the report's definition",
            self->refused, reason);
    }
    if (may_pass(self->failed)) {
        g_autofree char *what = g_strdup_printf("write the workbook (%s)", reason);
        return self->failed == LXW_ERROR_MEMORY_MALLOC_FAILED
                   ? jw_fail(error, JW_ERROR_UNAVAILABLE,
                             "cannot %s; give the executor more memory, or fewer JW_WORKERS", what)
                   : exe_temp_failed(error, what, 0);
    }
    return jw_fail(error, JW_ERROR_INVALID,
                   "the workbook cannot hold a value of this report: %s; please report this, or "
                   "ask for the format csv",
                   reason);
}

/* The library leaves out quotation marks that "2021" or "Q1" need: they read as a number, a cell.
 */
static char *
quoted(const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, "'", -1);
    g_autofree char *inner = g_strjoinv("''", parts);

    return g_strconcat("'", inner, "'", NULL);
}

char *
exe_book_range(const lxw_worksheet *sheet, lxw_row_t first_row, lxw_row_t last_row, lxw_col_t col)
{
    g_autofree char *name = quoted(sheet->name);
    char letters[LXW_MAX_COL_NAME_LENGTH];

    lxw_col_to_name(letters, col, LXW_TRUE);
    return g_strdup_printf("%s!%s$%" PRIu32 ":%s$%" PRIu32, name, letters, first_row + 1, letters,
                           last_row + 1);
}

lxw_worksheet *
exe_book_sheet(ExeBook *self, const char *title, unsigned number)
{
    const char *name = jw_sheet_name_add(self->names, title, number, NULL);
    const lxw_error refusal = workbook_validate_sheet_name(self->book, name);

    if (refusal != LXW_NO_ERROR) {
        if (self->failed == LXW_NO_ERROR) {
            self->refused = g_strdup(name);
        }
        exe_book_note(self, refusal);
        return NULL;
    }
    lxw_worksheet *sheet = workbook_add_worksheet(self->book, name);
    if (sheet == NULL) {
        exe_book_note(self, LXW_ERROR_MEMORY_MALLOC_FAILED);
        return NULL;
    }
    g_free(sheet->quoted_name); /* GLib's memory is malloc's, as the library's is */
    sheet->quoted_name = quoted(name);
    worksheet_gridlines(sheet, LXW_HIDE_ALL_GRIDLINES);
    worksheet_set_landscape(sheet);
    worksheet_set_paper(sheet, self->paper == JW_PAPER_LETTER ? 1 : 9); /* 9: A4 */
    worksheet_fit_to_pages(sheet, 1, 0);
    g_autofree char *page = jw_report_word_fill(JW_WORD_PAGE_OF, self->language, "&P", "&N");
    g_autofree char *footer = g_strconcat("&L&A&R", page, NULL);
    worksheet_set_footer(sheet, footer);
    /* Long numbers and ids are texts on purpose: no mark at each. */
    exe_book_note(
        self, worksheet_ignore_errors(sheet, LXW_IGNORE_NUMBER_STORED_AS_TEXT, "A1:XFD1048576"));
    return sheet;
}

static void
escape(ExeBook *self, const char *text, size_t length)
{
    g_string_set_size(self->escaped, length * EXE_XML_GROWTH);
    char *end = exe_xml_put_text(self->escaped->str, text, length, false);
    g_string_truncate(self->escaped, (size_t)(end - self->escaped->str));
}

void
exe_book_text(ExeBook *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, const char *text,
              lxw_format *style)
{
    size_t length = 0;
    const char *fit = exe_xlsx_text(self->scratch, text, strlen(text), &length);

    escape(self, fit, length);
    if (g_utf8_strlen(self->escaped->str, -1) > CELL_CHARS_MAX) {
        /* The library counts the escapes too: so few that all may grow. */
        const char *end = g_utf8_offset_to_pointer(fit, CELL_CHARS_MAX / EXE_XML_GROWTH);
        escape(self, fit, (size_t)(end - fit));
    }
    exe_book_note(self, worksheet_write_string(sheet, row, col, self->escaped->str, style));
}

/* Days since 1899-12-30 with the local time of day as fraction, unless the day alone is shown. */
static void
put_time(ExeBook *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, int64_t time_ms,
         JwFormat format, lxw_format *style)
{
    int64_t local_ms = jw_zone_cache_local_ms(self->zone, time_ms);
    char buffer[EXE_FAR_TIME_MAX];
    const char *far = exe_text_far_time(local_ms, buffer);

    if (format == JW_FORMAT_DATE) {
        local_ms = jw_floor_div(local_ms, DAY_MS) * DAY_MS;
    }
    exe_book_note(self, far != NULL
                            ? worksheet_write_string(sheet, row, col, far, style)
                            : worksheet_write_number(sheet, row, col,
                                                     (double)local_ms / DAY_MS + 25569.0, style));
}

static void
put_integer(ExeBook *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, int64_t value,
            lxw_format *style)
{
    if (exe_text_is_double(value)) {
        exe_book_note(self, worksheet_write_number(sheet, row, col, (double)value, style));
        return;
    }
    g_autofree char *digits = g_strdup_printf("%" PRId64, value);
    exe_book_text(self, sheet, row, col, digits, style);
}

/* The library writes 16 digits; what has more is a text. */
static void
put_real(ExeBook *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col, double value,
         lxw_format *style)
{
    char digits[JW_TEXT_REAL_MAX], written[JW_TEXT_REAL_MAX];

    g_ascii_formatd(written, sizeof written, "%.16G", value);
    if (exe_text_is_number(value) && g_ascii_strtod(written, NULL) == value) {
        exe_book_note(self, worksheet_write_number(sheet, row, col, value, style));
        return;
    }
    exe_book_text(self, sheet, row, col, jw_text_real(value, digits), style);
}

void
exe_book_value(ExeBook *self, lxw_worksheet *sheet, lxw_row_t row, lxw_col_t col,
               const JwValue *value, JwFormat format, lxw_format *style)
{
    switch (value->type) {
    case JW_VALUE_NULL:
        break;
    case JW_VALUE_BOOL:
        exe_book_text(self, sheet, row, col,
                      jw_report_word(value->boolean ? JW_WORD_YES : JW_WORD_NO, self->language),
                      style);
        break;
    case JW_VALUE_INT:
        put_integer(self, sheet, row, col, value->integer, style);
        break;
    case JW_VALUE_REAL:
        if (isfinite(value->real)) {
            put_real(self, sheet, row, col, value->real, style);
        }
        break;
    case JW_VALUE_TEXT:
        exe_book_text(self, sheet, row, col, value->text, style);
        break;
    case JW_VALUE_TIME:
        put_time(self, sheet, row, col, value->time_ms, format, style);
        break;
    }
}
