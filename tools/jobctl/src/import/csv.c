/* import/csv.c: the CSV reader. One thread.
 * A stray quote swallows the file up to the next one, so a row whose quotes do not work out is
 * given up and reading starts again on the line after the one where the quote was opened: one bad
 * line costs one violation. */
#include "import/csv.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "import/csv_start.h"

#define BUFFER_BYTES 65536u

struct _JcCsv {
    FILE *file;
    char *name;
    char delimiter;
    char *buffer;
    size_t have, at; /* bytes in the buffer, and the next one */
    int64_t base;    /* file offset of the buffer's first byte */
    int64_t size;
    int64_t line;   /* of the next byte */
    GString *text;  /* the row's cells, each with a NUL behind it */
    GArray *starts; /* of size_t: where each cell begins in text */
    GArray *cells;  /* of JcCell */
    int64_t row_line;
    int64_t after_offset, after_line; /* the line behind the one where the last quote was opened */
    bool started, failed;
    char *violation;
};

JcCsv *
jc_csv_new(FILE *take_file, const char *name, char delimiter)
{
    g_return_val_if_fail(take_file != NULL, NULL);
    JcCsv *self = g_new0(JcCsv, 1);
    struct stat status;

    self->file = take_file;
    self->name = g_strdup(name);
    self->delimiter = delimiter;
    self->buffer = g_malloc(BUFFER_BYTES);
    self->line = 1;
    self->text = g_string_new(NULL);
    self->starts = g_array_new(FALSE, FALSE, sizeof(size_t));
    self->cells = g_array_new(FALSE, FALSE, sizeof(JcCell));
    if (fileno(take_file) >= 0 && fstat(fileno(take_file), &status) == 0) {
        self->size = (int64_t)status.st_size;
    }
    return self;
}

JcCsv *
jc_csv_open(const char *path, char delimiter, GError **error)
{
    struct stat status;

    if (stat(path, &status) != 0) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    }
    if (!S_ISREG(status.st_mode)) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "%s is not a regular file; it is read twice, so save it to one first",
                            path);
    }
    FILE *file = fopen(path, "rbe");
    if (file == NULL) {
        return jw_fail_null(error, JW_ERROR_UNAVAILABLE, "%s: %s", path, g_strerror(errno));
    }
    return jc_csv_new(file, path, delimiter);
}

void
jc_csv_free(gpointer self)
{
    JcCsv *csv = self;

    if (csv == NULL) {
        return;
    }
    (void)fclose(csv->file);
    g_free(csv->name);
    g_free(csv->buffer);
    g_free(csv->violation);
    (void)g_string_free(csv->text, TRUE);
    g_array_unref(csv->starts);
    g_array_unref(csv->cells);
    g_free(csv);
}

int64_t
jc_csv_bytes(const JcCsv *self)
{
    return self->base + (int64_t)self->at;
}

int64_t
jc_csv_size(const JcCsv *self)
{
    return self->size;
}

static void
seek_to(JcCsv *self, int64_t offset, int64_t line)
{
    self->failed = fseeko(self->file, (off_t)offset, SEEK_SET) != 0 || self->failed;
    self->base = offset;
    self->have = 0;
    self->at = 0;
    self->line = line;
}

/* The next byte, or EOF; it stays. */
static int
peek_byte(JcCsv *self)
{
    if (self->at == self->have) {
        self->base += (int64_t)self->have;
        self->at = 0;
        self->have = fread(self->buffer, 1, BUFFER_BYTES, self->file);
        if (self->have == 0) {
            self->failed = self->failed || ferror(self->file) != 0;
            return EOF;
        }
    }
    return (unsigned char)self->buffer[self->at];
}

static int
take_byte(JcCsv *self)
{
    const int byte = peek_byte(self);

    if (byte != EOF) {
        self->at++;
        self->line += byte == '\n' ? 1 : 0;
    }
    return byte;
}

/* What stands before the first row. */
static bool
read_start(JcCsv *self, GError **error)
{
    size_t skip = 0;
    int64_t lines = 0;

    self->started = true;
    if (peek_byte(self) == EOF) {
        return true;
    }
    if (!jc_csv_start(self->buffer, self->have, self->name, &skip, &lines, &self->delimiter,
                      error)) {
        return false;
    }
    self->at = skip;
    self->line += lines;
    return true;
}

static void
skip_line(JcCsv *self)
{
    int byte = 0;

    while ((byte = take_byte(self)) != EOF && byte != '\n') {
        continue;
    }
}

static bool G_GNUC_PRINTF(2, 3) refuse(JcCsv *self, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    g_free(self->violation);
    self->violation = g_strdup_vprintf(format, args);
    va_end(args);
    return false;
}

static bool
has_room(JcCsv *self)
{
    if (self->text->len >= JC_CSV_ROW_MAX_BYTES) {
        return refuse(self, "the row is longer than 1 MiB");
    }
    return true;
}

/* The rest of a cell after its opening quote, up to and with the closing one. */
static bool
read_quoted(JcCsv *self)
{
    const int64_t opened = self->line;

    self->after_line = 0;
    for (;;) {
        const int byte = take_byte(self);
        if (byte == EOF) {
            return refuse(self, "the quote opened on line %" G_GINT64_FORMAT " is never closed",
                          opened);
        }
        if (byte == '\n' && self->after_line == 0) {
            self->after_line = self->line;
            self->after_offset = jc_csv_bytes(self);
        }
        if (byte == '"' && peek_byte(self) != '"') {
            break;
        }
        if (byte == '"') {
            (void)take_byte(self);
        }
        g_string_append_c(self->text, (char)byte);
        if (!has_room(self)) {
            return refuse(
                self, "the quote opened on line %" G_GINT64_FORMAT " is not closed within 1 MiB",
                opened);
        }
    }
    const int next = peek_byte(self);
    if (next != EOF && next != self->delimiter && next != '\n' && next != '\r') {
        return refuse(self,
                      "text follows the closing quote; a quote inside a cell is written \"\"");
    }
    self->after_line = 0; /* it worked out: what is wrong further on is of a later line */
    return true;
}

static bool
read_plain(JcCsv *self)
{
    for (;;) {
        const int byte = peek_byte(self);
        if (byte == EOF || byte == self->delimiter || byte == '\n' || byte == '\r') {
            return true;
        }
        if (byte == '"') {
            return refuse(self, "a quote inside a cell that does not begin with one");
        }
        g_string_append_c(self->text, (char)take_byte(self));
        if (!has_room(self)) {
            return false;
        }
    }
}

static bool
read_cell(JcCsv *self)
{
    const size_t start = self->text->len;

    if (self->starts->len >= JC_CSV_CELLS_MAX) {
        return refuse(self, "more than %u cells", JC_CSV_CELLS_MAX);
    }
    g_array_append_val(self->starts, start);
    if (peek_byte(self) == '"') {
        (void)take_byte(self);
        if (!read_quoted(self)) {
            return false;
        }
    } else if (!read_plain(self)) {
        return false;
    }
    g_string_append_c(self->text, '\0');
    return true;
}

/* A row up to its line break, which is taken. */
static bool
read_row(JcCsv *self)
{
    for (;;) {
        if (!read_cell(self)) {
            return false;
        }
        const int byte = take_byte(self);
        if (byte == EOF || byte == '\n') {
            return true;
        }
        if (byte == '\r') {
            if (peek_byte(self) != EOF && peek_byte(self) != '\n') {
                return refuse(self, "a carriage return without a line feed");
            }
            (void)take_byte(self);
            return true;
        }
    }
}

static void
make_cells(JcCsv *self)
{
    g_array_set_size(self->cells, 0);
    for (guint i = 0; i < self->starts->len; i++) {
        const size_t start = g_array_index(self->starts, size_t, i);
        const size_t end = i + 1 < self->starts->len ? g_array_index(self->starts, size_t, i + 1)
                                                     : self->text->len;
        const JcCell cell = { self->text->str + start, end - start - 1 };
        g_array_append_val(self->cells, cell);
    }
}

/* To where the next row begins after one that was given up. */
static void
resume(JcCsv *self)
{
    if (self->after_line > 0) {
        seek_to(self, self->after_offset, self->after_line);
    } else {
        skip_line(self);
    }
}

bool
jc_csv_next(JcCsv *self, JcCsvRow *ret_row, JcCsvResult *ret_result, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_row != NULL && ret_result != NULL, false);
    JcCsvRow row = { 0 };
    bool good = false;

    if (!self->started && !read_start(self, error)) {
        return false;
    }
    while (peek_byte(self) == '\n' || peek_byte(self) == '\r') {
        (void)take_byte(self);
    }
    if (peek_byte(self) == EOF) {
        if (self->failed) {
            return jw_fail(error, JW_ERROR_UNAVAILABLE, "%s: cannot be read: %s", self->name,
                           g_strerror(errno));
        }
        *ret_result = JC_CSV_END;
        return true;
    }
    row.line = self->line;
    self->after_line = 0;
    g_string_truncate(self->text, 0);
    g_array_set_size(self->starts, 0);
    good = read_row(self);
    if (good) {
        make_cells(self);
        row.cells = (const JcCell *)(const void *)self->cells->data;
        row.n_cells = self->cells->len;
    } else {
        resume(self);
        row.violation = self->violation;
    }
    *ret_row = row;
    *ret_result = JC_CSV_ROW;
    return true;
}

void
jc_csv_put(FILE *file, const char *text, bool first)
{
    if (!first) {
        fputc(',', file);
    }
    if (strpbrk(text, ",\"\r\n") == NULL) {
        fputs(text, file);
        return;
    }
    fputc('"', file);
    for (const char *at = text; *at != '\0'; at++) {
        if (*at == '"') {
            fputc('"', file);
        }
        fputc(*at, file);
    }
    fputc('"', file);
}
