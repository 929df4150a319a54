/* render/xlsx/list.c: see render/xlsx/list.h. */
#include "render/xlsx/list.h"

#include "jw/civil.h"
#include "jw/report_words.h"

#include <math.h>
#include <string.h>

#include "jw/text.h"
#include "render/xlsx/sheet_xml.h"
#include "render/xlsx/pack.h"

#define SHEET_ROWS_MAX 1048576 /* of a sheet, by the file format */
#define DAY_MS         INT64_C(86400000)
#define TEXT_MAX       32767 /* of a cell, in units of UTF-16: Excel calls more a damage */

/* Numbers that are shown with their own decimals. */
typedef struct {
    bool is;
    int most;                              /* decimals so far */
    int present;                           /* format of the last cell */
    int styles[EXE_XLSX_OWN_DECIMALS + 1]; /* by the decimals; -1: not asked for yet */
} Own;

struct _ExeXlsxList {
    const char *yes, *no;
    char *temp_dir;
    JwZoneCache *zone;
    unsigned n_columns;
    bool *days; /* of each column, whether its times are days */
    uint32_t sheet_rows;
    ExeSheetXml *xml;
    GPtrArray *streams; /* of ExeSheetStream, one a sheet */
    GArray *ended;      /* of ExeListSheet, of all sheets that get no more rows */
    double *most;       /* of each column, the greatest number without its sign */
    bool *numbers;      /* of each column, whether it has numbers, */
    bool *negative;     /* and whether one has a sign */
    Own *own;           /* of each column; NULL: all have the decimals of their column */
    ExeXlsxStyleOf style_of;
    gpointer style_data;
    ExeSheetStream *rows; /* of the present sheet */
    uint32_t last_row;    /* of it */
    GString *scratch;
};

static void
free_stream(gpointer stream)
{
    exe_sheet_stream_free(stream);
}

ExeXlsxList *
exe_xlsx_list_new(const char *temp_dir, JwZoneCache *zone, const int *styles, const bool *days,
                  unsigned n_columns, const char *language, uint32_t sheet_rows)
{
    ExeXlsxList *self = g_new0(ExeXlsxList, 1);

    self->temp_dir = g_strdup(temp_dir);
    self->zone = zone;
    self->n_columns = n_columns;
    self->days = g_memdup2(days, n_columns * sizeof days[0]);
    self->sheet_rows = sheet_rows > 0 ? sheet_rows : SHEET_ROWS_MAX;
    self->yes = jw_report_word(JW_WORD_YES, language);
    self->no = jw_report_word(JW_WORD_NO, language);
    self->xml = exe_sheet_xml_new(styles, n_columns);
    self->streams = g_ptr_array_new_with_free_func(free_stream);
    self->ended = g_array_new(FALSE, TRUE, sizeof(ExeListSheet));
    self->most = g_new0(double, n_columns);
    self->numbers = g_new0(bool, n_columns);
    self->negative = g_new0(bool, n_columns);
    self->scratch = g_string_new(NULL);
    return self;
}

void
exe_xlsx_list_free(ExeXlsxList *self)
{
    if (self == NULL) {
        return;
    }
    g_ptr_array_unref(self->streams);
    g_array_unref(self->ended);
    exe_sheet_xml_free(self->xml);
    g_string_free(self->scratch, TRUE);
    g_free(self->most);
    g_free(self->numbers);
    g_free(self->negative);
    g_free(self->own);
    g_free(self->days);
    g_free(self->temp_dir);
    g_free(self);
}

void
exe_xlsx_list_own_decimals(ExeXlsxList *self, const bool *own, ExeXlsxStyleOf style_of,
                           gpointer data)
{
    self->own = g_new0(Own, self->n_columns);
    self->style_of = style_of;
    self->style_data = data;
    for (unsigned i = 0; i < self->n_columns; i++) {
        self->own[i].is = own[i];
        self->own[i].present = -1;
        memset(self->own[i].styles, -1, sizeof self->own[i].styles);
    }
}

/* The present sheet gets no more rows. */
static bool
sheet_end(ExeXlsxList *self, GError **error)
{
    ExeListSheet sheet = { 0 };

    if (self->rows == NULL) { /* a workbook without a list */
        return true;
    }
    if (!exe_sheet_stream_end(self->rows, &sheet.rows, error)) {
        return false;
    }
    exe_sheet_xml_cell_name(self->n_columns - 1, self->last_row, sheet.last_cell);
    g_array_append_val(self->ended, sheet);
    return true;
}

bool
exe_xlsx_list_next_sheet(ExeXlsxList *self, GError **error)
{
    if (!sheet_end(self, error)) {
        return false;
    }
    self->rows = exe_sheet_stream_new(self->temp_dir, error);
    if (self->rows == NULL) {
        return false;
    }
    g_ptr_array_add(self->streams, self->rows);
    self->last_row = 1;
    return true;
}

unsigned
exe_xlsx_list_n_sheets(const ExeXlsxList *self)
{
    return self->streams->len;
}

uint32_t
exe_xlsx_list_last_row(const ExeXlsxList *self, unsigned sheet)
{
    return sheet + 1 < self->streams->len ? self->sheet_rows : self->last_row;
}

bool
exe_xlsx_list_widest(const ExeXlsxList *self, unsigned column, double *ret_number,
                     int *ret_decimals)
{
    if (!self->numbers[column]) {
        return false;
    }
    *ret_number = self->negative[column] ? -self->most[column] : self->most[column];
    *ret_decimals = self->own != NULL ? self->own[column].most : 0;
    return true;
}

bool
exe_xlsx_list_sheet_is_full(const ExeXlsxList *self)
{
    return self->last_row == self->sheet_rows;
}

static void
note_number(ExeXlsxList *self, unsigned column, double value)
{
    self->numbers[column] = true;
    self->most[column] = MAX(self->most[column], fabs(value));
    self->negative[column] = self->negative[column] || value < 0;
}

/* "0.125" has three, "1.5e-07" eight. */
static int
decimals_of(const char *digits)
{
    const char *point = strchr(digits, '.'), *exponent = strchr(digits, 'e');
    const char *end = exponent != NULL ? exponent : digits + strlen(digits);
    const int64_t power = exponent != NULL ? g_ascii_strtoll(exponent + 1, NULL, 10) : 0;
    const int64_t decimals = (point != NULL ? end - point - 1 : 0) - power;

    return (int)CLAMP(decimals, 0, EXE_XLSX_OWN_DECIMALS);
}

/* The next cell is of a number with so many decimals. */
static void
style_number(ExeXlsxList *self, unsigned column, int decimals)
{
    Own *own = &self->own[column];

    if (own->styles[decimals] < 0) {
        own->styles[decimals] = self->style_of(column, decimals, self->style_data);
    }
    if (own->styles[decimals] != own->present) {
        own->present = own->styles[decimals];
        exe_sheet_xml_restyle(self->xml, column, own->present);
    }
    own->most = MAX(own->most, decimals);
}

static bool
is_own(const ExeXlsxList *self, unsigned column)
{
    return self->own != NULL && self->own[column].is;
}

static void
put_integer(ExeXlsxList *self, GByteArray *into, unsigned column, int64_t value)
{
    if (is_own(self, column)) {
        style_number(self, column, 0);
    }
    exe_sheet_xml_integer(self->xml, into, column, value);
    note_number(self, column, (double)value);
}

static void
put_real(ExeXlsxList *self, GByteArray *into, unsigned column, double value)
{
    char buffer[JW_TEXT_REAL_MAX];
    const char *digits = jw_text_real(value, buffer);

    if (is_own(self, column)) {
        style_number(self, column, decimals_of(digits));
    }
    exe_sheet_xml_digits(self->xml, into, column, value, digits);
    note_number(self, column, value);
}

static void
put_time(ExeXlsxList *self, GByteArray *into, unsigned column, int64_t time_ms)
{
    int64_t local_ms = jw_zone_cache_local_ms(self->zone, time_ms);

    if (self->days[column]) {
        local_ms = jw_floor_div(local_ms, DAY_MS) * DAY_MS;
    }
    exe_sheet_xml_time(self->xml, into, column, local_ms);
}

static void
put_cell(ExeXlsxList *self, GByteArray *into, unsigned column, const JwValue *value)
{
    size_t length = 0;

    switch (value->type) {
    case JW_VALUE_NULL:
        break;
    case JW_VALUE_BOOL: {
        const char *word = value->boolean ? self->yes : self->no;
        exe_sheet_xml_text(self->xml, into, column, word, strlen(word));
        break;
    }
    case JW_VALUE_INT:
        put_integer(self, into, column, value->integer);
        break;
    case JW_VALUE_REAL:
        if (isfinite(value->real)) {
            put_real(self, into, column, value->real);
        }
        break;
    case JW_VALUE_TEXT: {
        const char *text = exe_xlsx_text(self->scratch, value->text, value->length, &length);
        exe_sheet_xml_text(self->xml, into, column, text, length);
        break;
    }
    case JW_VALUE_TIME:
        put_time(self, into, column, value->time_ms);
        break;
    }
}

bool
exe_xlsx_list_row(ExeXlsxList *self, const JwValue *row, GError **error)
{
    GByteArray *into = exe_sheet_stream_block(self->rows);

    exe_sheet_xml_begin_row(self->xml, into, ++self->last_row);
    for (unsigned i = 0; i < self->n_columns; i++) {
        put_cell(self, into, i, &row[i]);
    }
    exe_sheet_xml_end_row(into);
    return exe_sheet_stream_next(self->rows, error);
}

bool
exe_xlsx_list_pack(ExeXlsxList *self, const char *from, const char *to, int first_sheet,
                   GError **error)
{
    return sheet_end(self, error)
           && exe_xlsx_pack(from, to, &g_array_index(self->ended, ExeListSheet, 0),
                            self->ended->len, first_sheet, error);
}

/* The bytes of @text's beginning that take @most units of UTF-16 at most. */
static size_t
fitting(const char *text, size_t length, size_t most)
{
    size_t units = 0;

    for (size_t at = 0; at < length; at++) {
        const guchar byte = (guchar)text[at];

        if ((byte & 0xc0) == 0x80) {
            continue; /* inside of a character */
        }
        units += byte >= 0xf0 ? 2 : 1; /* four bytes are a pair of surrogates */
        if (units > most) {
            return at;
        }
    }
    return length;
}

const char *
exe_xlsx_text(GString *scratch, const char *text, size_t length, size_t *ret_length)
{
    const char *sane = jw_text_sane(scratch, text, length, ret_length);

    if (*ret_length <= TEXT_MAX || fitting(sane, *ret_length, TEXT_MAX) == *ret_length) {
        return sane;
    }
    if (sane != scratch->str) {
        g_string_truncate(scratch, 0);
        g_string_append_len(scratch, sane, (gssize)*ret_length);
    }
    g_string_truncate(scratch, fitting(scratch->str, scratch->len, TEXT_MAX - 1));
    g_string_append(scratch, "…");
    *ret_length = scratch->len;
    return scratch->str;
}
