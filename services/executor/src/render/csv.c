/* render/csv.c: RFC 4180: CRLF lines, comma, quotes doubled, UTF-8, a header line; one line a
 * record, or one a group when the request names a dimension.
 *
 * A string that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
 * injection). Numbers are written as they are, and so are texts that are nothing but a number or a
 * telephone number: they can do no harm. Times are RFC 3339 in the report's zone. */
#include "render/render.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "jw/text.h"
#include "jw/zone_cache.h"
#include "render/text.h"
#include "temp.h"

struct _ExeRender {
    FILE *file;
    GArray *formats; /* of JwFormat, one a column */
    JwZoneCache zone;
    GString *line, *scratch;
    bool grouped;
};

static bool
csv_failed(GError **error)
{
    return exe_temp_failed(error, "write the CSV file", errno);
}

static bool
formula_like(const char *text, size_t length)
{
    static const char *const starts[] = { "=",
                                          "+",
                                          "-",
                                          "@",
                                          "\t",
                                          "\r",
                                          "\n",
                                          "\xef\xbc\x9d" /* ＝ */,
                                          "\xef\xbc\x8b" /* ＋ */,
                                          "\xef\xbc\x8d" /* － */,
                                          "\xef\xbc\xa0" /* ＠ */ };

    for (size_t i = 0; i < G_N_ELEMENTS(starts); i++) {
        size_t n = strlen(starts[i]);
        if (length >= n && memcmp(text, starts[i], n) == 0) {
            return true;
        }
    }
    return false;
}

/* The end of digits with @marks between them, from @at on; @ret_digits: how many. */
static size_t
skip_digits(const char *text, size_t length, size_t at, const char *marks, size_t *ret_digits)
{
    *ret_digits = 0;
    for (; at < length; at++) {
        if (g_ascii_isdigit(text[at])) {
            *ret_digits += 1;
        } else if (text[at] == '\0' || strchr(marks, text[at]) == NULL) {
            break;
        }
    }
    return at;
}

/* "-5", "+3.50", "-1,234.5e-7": a sign, digits with their marks, an exponent. */
static bool
is_number(const char *text, size_t length)
{
    size_t digits = 0;
    size_t exponent = 1;
    size_t at = skip_digits(text, length, 1, ".,", &digits);

    if (at < length && (text[at] == 'e' || text[at] == 'E')) {
        const bool sign = at + 1 < length && (text[at + 1] == '-' || text[at + 1] == '+');
        at = skip_digits(text, length, at + (sign ? 2 : 1), "", &exponent);
    }
    return (text[0] == '-' || text[0] == '+') && digits > 0 && exponent > 0 && at == length;
}

/* "+49 (30) 12-34/5": digits with what stands between them, no further sign of a sum. */
static bool
is_telephone(const char *text, size_t length)
{
    size_t digits = 0;

    return text[0] == '+' && skip_digits(text, length, 1, " ()-./", &digits) == length
           && digits >= 3;
}

static void
csv_text(GString *line, const char *text, size_t length)
{
    bool guard =
        formula_like(text, length) && !is_number(text, length) && !is_telephone(text, length);
    bool quote = guard || memchr(text, ',', length) != NULL || memchr(text, '"', length) != NULL
                 || memchr(text, '\n', length) != NULL || memchr(text, '\r', length) != NULL
                 || (length > 0 && (text[0] == ' ' || text[length - 1] == ' '));

    if (!quote) {
        g_string_append_len(line, text, (gssize)length);
        return;
    }
    g_string_append_c(line, '"');
    if (guard) {
        g_string_append_c(line, '\'');
    }
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"') {
            g_string_append_c(line, '"');
        }
        g_string_append_c(line, text[i]);
    }
    g_string_append_c(line, '"');
}

/* "2021-01-04T09:12:00+03:00", "…Z" for offset 0, or only the date. Where the offset had seconds,
 * as long ago, they are left out of the time as of the offset: both together give the moment. A
 * year that has not four digits, which RFC 3339 does not know, is written as it is. */
static void
csv_time(ExeRender *self, int64_t time_ms, bool date_only)
{
    char text[] = "0000-00-00T00:00:00+00:00";
    int64_t seconds = jw_zone_cache_local(&self->zone, time_ms);
    int offset = (int)self->zone.last.offset;
    int odd_seconds = offset % 60;
    size_t length = date_only ? 10 : offset == 0 ? 20 : 25;
    JwCivil civil;

    jw_civil_from_seconds(date_only ? seconds : seconds - odd_seconds, &civil);
    exe_text_put_digits(text, MAX(civil.year, 0), 4);
    exe_text_put_digits(text + 5, civil.month, 2);
    exe_text_put_digits(text + 8, civil.day, 2);
    exe_text_put_digits(text + 11, civil.hour, 2);
    exe_text_put_digits(text + 14, civil.minute, 2);
    exe_text_put_digits(text + 17, civil.second, 2);
    text[19] = offset == 0 ? 'Z' : offset < 0 ? '-' : '+';
    exe_text_put_digits(text + 20, ABS(offset) / 3600, 2);
    exe_text_put_digits(text + 23, ABS(offset) / 60 % 60, 2);
    if (civil.year < 0 || civil.year > 9999) {
        g_string_append_printf(self->line, "%04d", civil.year);
        g_string_append_len(self->line, text + 4, (gssize)length - 4);
        return;
    }
    g_string_append_len(self->line, text, (gssize)length);
}

static void
csv_value(ExeRender *self, const JwValue *value, JwFormat format)
{
    char buffer[JW_TEXT_REAL_MAX];

    switch (value->type) {
    case JW_VALUE_NULL:
        break;
    case JW_VALUE_BOOL:
        g_string_append(self->line, value->boolean ? "true" : "false");
        break;
    case JW_VALUE_INT:
        g_string_append_printf(self->line, "%" G_GINT64_FORMAT, value->integer);
        break;
    case JW_VALUE_REAL:
        if (isfinite(value->real)) {
            g_string_append(self->line, jw_text_real(value->real, buffer));
        }
        break;
    case JW_VALUE_TEXT: {
        size_t length = 0;
        const char *text = jw_text_sane(self->scratch, value->text, value->length, &length);
        csv_text(self->line, text, length);
        break;
    }
    case JW_VALUE_TIME:
        csv_time(self, value->time_ms, format == JW_FORMAT_DATE);
        break;
    }
}

static bool
csv_flush_line(ExeRender *self, GError **error)
{
    g_string_append(self->line, "\r\n");
    if (fwrite(self->line->str, 1, self->line->len, self->file) != self->line->len) {
        return csv_failed(error);
    }
    g_string_truncate(self->line, 0);
    return true;
}

static void
csv_free(ExeRender *self)
{
    if (self == NULL) {
        return;
    }
    if (self->file != NULL) {
        (void)fclose(self->file); /* only after a failure: the file is thrown away */
    }
    g_array_unref(self->formats);
    g_string_free(self->line, TRUE);
    g_string_free(self->scratch, TRUE);
    g_free(self);
}

static void
csv_head_cell(ExeRender *self, const char *label, JwFormat format)
{
    if (self->formats->len > 0) {
        g_string_append_c(self->line, ',');
    }
    csv_text(self->line, label, strlen(label));
    g_array_append_val(self->formats, format);
}

static bool
csv_head(ExeRender *self, const GArray *columns, GError **error)
{
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        csv_head_cell(self, column->label, column->format);
    }
    return csv_flush_line(self, error);
}

static ExeRender *
csv_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);

    self->line = g_string_sized_new(512);
    self->scratch = g_string_new(NULL);
    self->formats = g_array_new(FALSE, FALSE, sizeof(JwFormat));
    self->zone.zone = input->zone;
    self->grouped = input->grouped;
    self->file = fopen(input->path, "wxe");
    if (self->file == NULL) {
        (void)csv_failed(error);
        csv_free(self);
        return NULL;
    }
    g_string_append(self->line, input->bom ? "\xef\xbb\xbf" : "");
    if (!self->grouped && !csv_head(self, input->def->columns, error)) {
        csv_free(self);
        return NULL;
    }
    return self;
}

static bool
csv_line(ExeRender *self, const JwValue *row, GError **error)
{
    for (guint i = 0; i < self->formats->len; i++) {
        if (i > 0) {
            g_string_append_c(self->line, ',');
        }
        csv_value(self, &row[i], g_array_index(self->formats, JwFormat, i));
    }
    return csv_flush_line(self, error);
}

static bool
csv_row(ExeRender *self, const JwValue *row, GError **error)
{
    return self->grouped || csv_line(self, row, error);
}

/* Lines of groups alone, so that who sums a column counts nothing twice. What of a pivot is above a
 * column is in its name. */
static bool
csv_table(ExeRender *self, const JwReportTable *table, GError **error)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        const JwReportColumn *column = &table->columns[i];
        g_autofree char *label = column->head != NULL
                                     ? g_strdup_printf("%s: %s", column->head, column->label)
                                     : g_strdup(column->label);
        csv_head_cell(self, label, column->format);
    }
    bool ok = csv_flush_line(self, error);
    for (size_t row = 0; ok && row < table->n_rows; row++) {
        ok = jw_report_row_kind(table, row) != JW_ROW_GROUP
             || csv_line(self, jw_report_cell(table, row, 0), error);
    }
    return ok;
}

static bool
csv_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    if (self->grouped
        && !csv_table(self, &g_array_index(result->tables, JwReportTable, 0), error)) {
        return false;
    }
    FILE *file = g_steal_pointer(&self->file);

    /* A full disk may show only now. */
    if (fflush(file) != 0 || ferror(file)) {
        (void)csv_failed(error);
        (void)fclose(file);
        return false;
    }
    if (fclose(file) != 0) {
        return csv_failed(error);
    }
    return true;
}

const ExeRenderOps exe_render_csv = {
    .open = csv_open,
    .row = csv_row,
    .finish = csv_finish,
    .free = csv_free,
};
