/* render/xlsx/sheet_xml.c: see render/xlsx/sheet_xml.h. A cell is written into room that is
 * reserved for the longest it can be. */
#include "render/xlsx/sheet_xml.h"

#include <stdbool.h>
#include <string.h>

#include "jw/text.h"
#include "render/text.h"
#include "render/xlsx/xml_text.h"

#define COLUMN_NAME_MAX 4  /* "XFD" */
#define DIGITS_MAX      20 /* of an int64 with its sign */
#define DAY_MS          INT64_C(86400000)
#define DAYS_TO_1970    25569 /* since 1899-12-30, a spreadsheet's day 0 */
#define FRACTION_DIGITS 11    /* of a day: a microsecond */
#define FRACTION_UNIT   INT64_C(100000000000)

/* Around a cell's row number and its value, for each column. */
typedef struct {
    char open[COLUMN_NAME_MAX + 8], text[48], number[32];
    size_t open_length, text_length, number_length;
} Column;

struct _ExeSheetXml {
    char row[DIGITS_MAX];
    size_t row_length;
    unsigned n_columns;
    Column columns[];
};

static void
column_name(unsigned column, char name[COLUMN_NAME_MAX])
{
    char reversed[COLUMN_NAME_MAX];
    size_t length = 0;

    for (unsigned rest = column + 1; rest > 0 && length < COLUMN_NAME_MAX - 1;
         rest = (rest - 1) / 26) {
        reversed[length++] = (char)('A' + (rest - 1) % 26);
    }
    for (size_t i = 0; i < length; i++) {
        name[i] = reversed[length - 1 - i];
    }
    name[length] = '\0';
}

void
exe_sheet_xml_cell_name(unsigned column, uint32_t row, char *name)
{
    column_name(column, name);
    (void)g_snprintf(name + strlen(name), 16 - COLUMN_NAME_MAX, "%u", row);
}

static char *
put(char *at, const char *text, size_t length)
{
    return (char *)memcpy(at, text, length) + length;
}

#define PUT(at, literal) put(at, literal, sizeof(literal) - 1)

static char *
put_digits(char *at, uint64_t value)
{
    char reversed[DIGITS_MAX];
    size_t length = 0;

    do {
        reversed[length++] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    while (length > 0) {
        *at++ = reversed[--length];
    }
    return at;
}

void
exe_sheet_xml_restyle(ExeSheetXml *self, unsigned column, int style)
{
    Column *shape = &self->columns[column];
    char *at = PUT(shape->number, "\" s=\"");

    at = put_digits(at, (uint64_t)style);
    shape->number_length = (size_t)(PUT(at, "\"><v>") - shape->number);
}

ExeSheetXml *
exe_sheet_xml_new(const int *styles, unsigned n_columns)
{
    ExeSheetXml *self = g_malloc0(sizeof(ExeSheetXml) + n_columns * sizeof(Column));

    self->n_columns = n_columns;
    for (unsigned i = 0; i < n_columns; i++) {
        Column *column = &self->columns[i];
        char name[COLUMN_NAME_MAX];

        column_name(i, name);
        column->open_length =
            (size_t)g_snprintf(column->open, sizeof(column->open), "<c r=\"%s", name);
        column->text_length = (size_t)g_snprintf(column->text, sizeof(column->text),
                                                 "\" s=\"%d\" t=\"inlineStr\"><is><t", styles[i]);
        exe_sheet_xml_restyle(self, i, styles[i]);
    }
    return self;
}

void
exe_sheet_xml_free(ExeSheetXml *self)
{
    g_free(self);
}

/* Space for @most bytes at the end of @into; written() sets how much of it was used. */
static char *
reserve(GByteArray *into, size_t most)
{
    guint used = into->len;

    g_byte_array_set_size(into, used + (guint)most);
    into->len = used;
    return (char *)into->data + used;
}

static void
written(GByteArray *into, const char *end)
{
    into->len = (guint)(end - (const char *)into->data);
}

void
exe_sheet_xml_begin_row(ExeSheetXml *self, GByteArray *into, uint32_t row)
{
    char *at = reserve(into, DIGITS_MAX + 16);

    self->row_length = (size_t)(put_digits(self->row, row) - self->row);
    at = PUT(at, "<row r=\"");
    at = put(at, self->row, self->row_length);
    written(into, PUT(at, "\">"));
}

void
exe_sheet_xml_end_row(GByteArray *into)
{
    g_byte_array_append(into, (const guint8 *)"</row>", strlen("</row>"));
}

static char *
put_number_open(const ExeSheetXml *self, GByteArray *into, unsigned column)
{
    const Column *shape = &self->columns[column];
    char *at = reserve(into, sizeof(Column) + DIGITS_MAX + JW_TEXT_REAL_MAX + 16);

    at = put(at, shape->open, shape->open_length);
    at = put(at, self->row, self->row_length);
    return put(at, shape->number, shape->number_length);
}

static void
number_close(GByteArray *into, char *at)
{
    written(into, PUT(at, "</v></c>"));
}

void
exe_sheet_xml_integer(ExeSheetXml *self, GByteArray *into, unsigned column, int64_t value)
{
    char digits[DIGITS_MAX + 1];
    char *end = digits;

    if (value < 0) {
        *end++ = '-';
    }
    end = put_digits(end, value < 0 ? -(uint64_t)value : (uint64_t)value);
    const size_t length = (size_t)(end - digits);
    if (exe_text_is_double(value)) {
        number_close(into, put(put_number_open(self, into, column), digits, length));
    } else {
        exe_sheet_xml_text(self, into, column, digits, length);
    }
}

void
exe_sheet_xml_digits(ExeSheetXml *self, GByteArray *into, unsigned column, double value,
                     const char *digits)
{
    const size_t length = strlen(digits);

    if (exe_text_is_number(value)) {
        number_close(into, put(put_number_open(self, into, column), digits, length));
    } else {
        exe_sheet_xml_text(self, into, column, digits, length);
    }
}

void
exe_sheet_xml_real(ExeSheetXml *self, GByteArray *into, unsigned column, double value)
{
    char digits[JW_TEXT_REAL_MAX];

    exe_sheet_xml_digits(self, into, column, value, jw_text_real(value, digits));
}

/* Days and their fraction from whole numbers: the printing of doubles is the dearest part of a
 * row. */
void
exe_sheet_xml_time(ExeSheetXml *self, GByteArray *into, unsigned column, int64_t local_ms)
{
    char buffer[EXE_FAR_TIME_MAX];
    const char *far = exe_text_far_time(local_ms, buffer);

    if (far != NULL) {
        exe_sheet_xml_text(self, into, column, far, strlen(far));
        return;
    }
    int64_t since_day_0 = local_ms + DAYS_TO_1970 * DAY_MS;
    char *at = put_number_open(self, into, column);
    int64_t fraction = (since_day_0 % DAY_MS * FRACTION_UNIT + DAY_MS / 2) / DAY_MS;

    at = put_digits(at, (uint64_t)(since_day_0 / DAY_MS));
    if (fraction > 0) {
        *at++ = '.';
        at = exe_text_put_digits(at, fraction, FRACTION_DIGITS);
    }
    number_close(into, at);
}

void
exe_sheet_xml_text(ExeSheetXml *self, GByteArray *into, unsigned column, const char *text,
                   size_t length)
{
    const Column *shape = &self->columns[column];
    char *at = reserve(into, sizeof(Column) + DIGITS_MAX + 64 + length * EXE_XML_GROWTH);

    at = put(at, shape->open, shape->open_length);
    at = put(at, self->row, self->row_length);
    at = put(at, shape->text, shape->text_length);
    if (length > 0 && (g_ascii_isspace(text[0]) || g_ascii_isspace(text[length - 1]))) {
        at = PUT(at, " xml:space=\"preserve\"");
    }
    *at++ = '>';
    at = exe_xml_put_text(at, text, length, true);
    written(into, PUT(at, "</t></is></c>"));
}
