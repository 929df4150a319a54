/* render/csv.c: RFC 4180: CRLF lines, comma (or the delimiter asked for), quotes doubled, UTF-8, a
 * header line; one line a record, or one a group of a table. Several of them are the files of a
 * zip: list.csv, figures.csv, a file a table by its title, and notes.txt when there is something to
 * say, in the report's language.
 *
 * A string that a spreadsheet would take for a formula gets an apostrophe in front (OWASP, CSV
 * injection). Numbers are written as they are, and so are texts that are nothing but a number or a
 * telephone number: they can do no harm. Times are RFC 3339 in the report's zone. */
#include "render/render.h"

#include <math.h>
#include <string.h>

#include "jw/report_words.h"
#include "jw/text.h"
#include "jw/zone_cache.h"
#include "render/out.h"
#include "render/text.h"

struct _ExeRender {
    ExeRenderInput input; /* strings borrowed from the attempt */
    char delimiter;
    ExeOut out;
    GPtrArray *names;  /* of the zip's files, figures and notes first; NULL: one file, and no zip */
    JwFormat *formats; /* of the list's columns */
    JwZoneCache zone;
    GString *scratch;
};

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
csv_text(ExeRender *self, const char *text, size_t length)
{
    GString *line = self->out.text;
    bool guard =
        formula_like(text, length) && !is_number(text, length) && !is_telephone(text, length);
    bool quote = guard || memchr(text, self->delimiter, length) != NULL
                 || memchr(text, '"', length) != NULL || memchr(text, '\n', length) != NULL
                 || memchr(text, '\r', length) != NULL
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

static void
csv_real(ExeRender *self, double value)
{
    char buffer[JW_TEXT_REAL_MAX];
    const size_t begin = self->out.text->len;

    g_string_append(self->out.text, jw_text_real(value, buffer));
    char *point = strchr(self->out.text->str + begin, '.');
    if (self->input.csv.decimal_comma && point != NULL) {
        *point = ',';
    }
}

static void
csv_value(ExeRender *self, const JwValue *value, JwFormat format)
{
    GString *line = self->out.text;

    switch (value->type) {
    case JW_VALUE_NULL:
        break;
    case JW_VALUE_BOOL:
        g_string_append(line, value->boolean ? "true" : "false");
        break;
    case JW_VALUE_INT:
        exe_text_append_int(line, value->integer);
        break;
    case JW_VALUE_REAL:
        if (isfinite(value->real)) {
            csv_real(self, value->real);
        }
        break;
    case JW_VALUE_TEXT: {
        size_t length = 0;
        const char *text = jw_text_sane(self->scratch, value->text, value->length, &length);
        csv_text(self, text, length);
        break;
    }
    case JW_VALUE_TIME:
        exe_text_append_time(line, &self->zone, value->time_ms, format == JW_FORMAT_DATE);
        break;
    }
}

static void
csv_comma(ExeRender *self, size_t column)
{
    if (column > 0) {
        g_string_append_c(self->out.text, self->delimiter);
    }
}

static bool
csv_end_line(ExeRender *self, GError **error)
{
    g_string_append(self->out.text, "\r\n");
    return exe_out_flush(&self->out, error);
}

/* Begins a file: the only one, or one of the zip. */
static bool
csv_begin(ExeRender *self, const char *name, GError **error)
{
    if (self->names != NULL && !exe_out_entry(&self->out, name, error)) {
        return false;
    }
    g_string_append(self->out.text, self->input.bom ? "\xef\xbb\xbf" : "");
    return true;
}

static void
csv_free(ExeRender *self)
{
    if (self == NULL) {
        return;
    }
    exe_out_clear(&self->out);
    g_clear_pointer(&self->names, g_ptr_array_unref);
    g_string_free(self->scratch, TRUE);
    g_free(self->formats);
    g_free(self);
}

/* "list.csv". (transfer full) */
static char *
file_name(const ExeRender *self, JwWord word, const char *ending)
{
    return g_strconcat(jw_report_word(word, self->input.def->language), ending, NULL);
}

static bool
csv_begin_list(ExeRender *self, GError **error)
{
    const GArray *columns = self->input.def->columns;

    g_autofree char *name = file_name(self, JW_WORD_FILE_LIST, ".csv");

    if (!csv_begin(self, name, error)) {
        return false;
    }
    self->formats = g_new(JwFormat, columns->len);
    for (guint i = 0; i < columns->len; i++) {
        const JwColumnDef *column = &g_array_index(columns, JwColumnDef, i);
        csv_comma(self, i);
        csv_text(self, column->label, strlen(column->label));
        self->formats[i] = column->format;
    }
    return csv_end_line(self, error);
}

static bool
csv_open_file(ExeRender *self, GError **error)
{
    const bool zipped =
        self->input.content == JW_CONTENT_ALL || self->input.content == JW_CONTENT_TABLES;

    if (!zipped) {
        return exe_out_open(&self->out, self->input.path, "write the CSV file", error);
    }
    self->names = g_ptr_array_new_with_free_func(g_free);
    g_ptr_array_add(self->names, file_name(self, JW_WORD_FILE_FIGURES, ".csv"));
    g_ptr_array_add(self->names, file_name(self, JW_WORD_FILE_NOTES, ".txt"));
    if (exe_render_wants_list(&self->input)) {
        g_ptr_array_add(self->names, file_name(self, JW_WORD_FILE_LIST, ".csv"));
    }
    return exe_out_open_zip(&self->out, self->input.path, "write the zip of CSV files",
                            self->input.made_at_ms, error);
}

static ExeRender *
csv_open(const ExeRenderInput *input, GError **error)
{
    ExeRender *self = g_new0(ExeRender, 1);

    self->input = *input;
    self->delimiter = input->csv.delimiter != '\0' ? input->csv.delimiter : ',';
    self->scratch = g_string_new(NULL);
    self->zone.zone = input->zone;
    if (!csv_open_file(self, error)
        || (exe_render_wants_list(input) && !csv_begin_list(self, error))) {
        csv_free(self);
        return NULL;
    }
    return self;
}

static bool
csv_row(ExeRender *self, const JwValue *row, GError **error)
{
    const guint n_columns = self->input.def->columns->len;

    if (!exe_render_wants_list(&self->input)) {
        return true;
    }
    for (guint i = 0; i < n_columns; i++) {
        csv_comma(self, i);
        csv_value(self, &row[i], self->formats[i]);
    }
    return csv_end_line(self, error);
}

/* Lines of groups alone, so that who sums a column counts nothing twice. What of a pivot is above a
 * column is in its name. */
static bool
csv_table(ExeRender *self, const JwReportTable *table, GError **error)
{
    for (size_t i = 0; i < table->n_columns; i++) {
        g_autofree char *head = exe_text_head(&table->columns[i]);
        csv_comma(self, i);
        csv_text(self, head, strlen(head));
    }
    bool ok = csv_end_line(self, error);
    for (size_t row = 0; ok && row < table->n_rows; row++) {
        if (jw_report_row_kind(table, row) != JW_ROW_GROUP) {
            continue;
        }
        for (size_t i = 0; i < table->n_columns; i++) {
            csv_comma(self, i);
            csv_value(self, jw_report_cell(table, row, i), table->columns[i].format);
        }
        ok = csv_end_line(self, error);
    }
    return ok;
}

static void
csv_figure(ExeRender *self, const JwReportFigure *figure, bool compared)
{
    const JwValue *const values[] = { &figure->comparison.previous, &figure->comparison.difference,
                                      &figure->comparison.percent };
    const char *const texts[] = { figure->name, figure->label, figure->text };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        csv_comma(self, i);
        csv_text(self, texts[i], strlen(texts[i]));
    }
    csv_comma(self, 1);
    csv_value(self, &figure->value, figure->format);
    for (size_t i = 0; compared && i < G_N_ELEMENTS(values); i++) {
        csv_comma(self, 1);
        csv_value(self, values[i], figure->format);
    }
}

static bool
csv_figures(ExeRender *self, const JwReportResult *result, GError **error)
{
    static const JwWord heads[] = { JW_WORD_NAME,   JW_WORD_FIGURE,   JW_WORD_TEXT,
                                    JW_WORD_VALUE,  JW_WORD_PREVIOUS, JW_WORD_DIFFERENCE,
                                    JW_WORD_PERCENT };
    const bool compared = result->compared_label != NULL;

    for (size_t i = 0; i < (compared ? G_N_ELEMENTS(heads) : 4); i++) {
        csv_comma(self, i);
        g_string_append(self->out.text, jw_report_word(heads[i], result->language));
    }
    bool ok = csv_end_line(self, error);
    for (guint i = 0; ok && i < result->figures->len; i++) {
        csv_figure(self, &g_array_index(result->figures, JwReportFigure, i), compared);
        ok = csv_end_line(self, error);
    }
    return ok;
}

static gboolean
equal_fold(gconstpointer a, gconstpointer b)
{
    g_autofree char *folded_a = g_utf8_casefold(a, -1);
    g_autofree char *folded_b = g_utf8_casefold(b, -1);

    return strcmp(folded_a, folded_b) == 0;
}

/* "By agent.csv", and of no other file of the zip, whatever its case. (transfer none) */
static const char *
entry_name(ExeRender *self, const char *title)
{
    g_autofree char *base = jw_text_file_name(title);
    char *name = g_strconcat(base, ".csv", NULL);

    for (int n = 2; g_ptr_array_find_with_equal_func(self->names, name, equal_fold, NULL); n++) {
        g_free(name);
        name = g_strdup_printf("%s (%d).csv", base, n);
    }
    g_ptr_array_add(self->names, name);
    return name;
}

static bool
csv_notes(ExeRender *self, const JwReportResult *result, GError **error)
{
    if (result->notes->len == 0) {
        g_ptr_array_remove_index(self->names, 1);
        return true;
    }
    if (!csv_begin(self, g_ptr_array_index(self->names, 1), error)) {
        return false;
    }
    for (guint i = 0; i < result->notes->len; i++) {
        g_string_append(self->out.text, g_ptr_array_index(result->notes, i));
        g_string_append(self->out.text, "\r\n");
    }
    return true;
}

static bool
csv_files(ExeRender *self, const JwReportResult *result, GError **error)
{
    bool ok = csv_begin(self, g_ptr_array_index(self->names, 0), error)
              && csv_figures(self, result, error);

    for (guint i = 0; ok && i < result->tables->len; i++) {
        const JwReportTable *table = &g_array_index(result->tables, JwReportTable, i);
        ok =
            csv_begin(self, entry_name(self, table->title), error) && csv_table(self, table, error);
    }
    return ok && csv_notes(self, result, error);
}

static bool
csv_finish(ExeRender *self, const JwReportResult *result, GError **error)
{
    bool ok = true;

    if (self->names != NULL) {
        ok = csv_files(self, result, error);
    } else if (self->input.content == JW_CONTENT_TABLE) {
        const JwReportTable *table = exe_text_table(result, self->input.table, error);
        ok = table != NULL && csv_begin(self, NULL, error) && csv_table(self, table, error);
    }
    return ok && exe_out_close(&self->out, error);
}

/* A file of its own has nothing to check. */
static bool
csv_check(const ExeRender *self, GError **error)
{
    return self->names == NULL || exe_out_check_zip(self->input.path, self->names->len, error);
}

const ExeRenderOps exe_render_csv = {
    .open = csv_open,
    .row = csv_row,
    .finish = csv_finish,
    .check = csv_check,
    .free = csv_free,
};
