/* render/xlsx/check.c: reads a finished workbook back before anybody may have it.
 *
 * libxlsxwriter reports success when its temporary disk was full, and the zip around the cut sheet
 * is sound. So besides each entry's CRC (libarchive checks it while reading) every XML part must
 * close what it opens, and the sheets of the list must hold as many rows as were written. One pass,
 * a fixed buffer. */
#include "render/render.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_TAG   256 /* an element's name and, of the tag's rest, nothing: only names are kept */

/* Follows tags over block borders. Attribute values of these files hold no '>' that is not
 * escaped. */
typedef struct {
    enum { IN_TEXT, IN_NAME, IN_TAG, IN_QUOTE } where;
    char name[MAX_TAG];
    size_t name_length;
    char quote, before; /* last character before '>' shows an empty element */
    struct {
        char name[MAX_TAG];
        size_t length;
    } open[MAX_DEPTH];
    int depth;
    bool seen_root, broken;
    int64_t rows;
} XmlWalk;

static bool
same_name(const char *a, size_t a_length, const char *b, size_t b_length)
{
    return a_length == b_length && memcmp(a, b, a_length) == 0;
}

static void
walk_close(XmlWalk *self)
{
    if (self->depth == 0
        || !same_name(self->open[self->depth - 1].name, self->open[self->depth - 1].length,
                      self->name + 1, self->name_length - 1)) {
        self->broken = true;
        return;
    }
    self->depth--;
}

static void
walk_tag(XmlWalk *self)
{
    char first = self->name_length > 0 ? self->name[0] : '\0';

    self->where = IN_TEXT;
    if (first == '?' || first == '!') {
        return;
    }
    if (first == '/') {
        walk_close(self);
        return;
    }
    if (same_name(self->name, self->name_length, "row", 3)) {
        self->rows++;
    }
    if (self->before == '/') {
        return;
    }
    if (self->depth == MAX_DEPTH || (self->depth == 0 && self->seen_root)) {
        self->broken = true;
        return;
    }
    self->seen_root = true;
    memcpy(self->open[self->depth].name, self->name, self->name_length);
    self->open[self->depth++].length = self->name_length;
}

/* The three below return where they stopped: behind what ended their part of the tag, or at
 * @end. */
static const char *
walk_name(XmlWalk *self, const char *at, const char *end)
{
    for (; at < end; at++) {
        bool closes_empty = *at == '/' && self->name_length > 0;

        if (*at == '>') {
            self->before = '\0';
            walk_tag(self);
            return at + 1;
        }
        if (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t' || closes_empty) {
            self->where = IN_TAG;
            self->before = *at;
            return at + 1;
        }
        if (self->name_length + 1 >= MAX_TAG) {
            self->broken = true;
            return end;
        }
        self->name[self->name_length++] = *at;
    }
    return end;
}

static const char *
walk_rest(XmlWalk *self, const char *at, const char *end)
{
    for (; at < end; at++) {
        if (*at == '>') {
            walk_tag(self);
            return at + 1;
        }
        if (*at == '"' || *at == '\'') {
            self->quote = *at;
            self->where = IN_QUOTE;
            return at + 1;
        }
        self->before = *at;
    }
    return end;
}

static const char *
walk_text(XmlWalk *self, const char *at, const char *end)
{
    const char *next = memchr(at, self->where == IN_TEXT ? '<' : self->quote, (size_t)(end - at));

    if (next == NULL) {
        return end;
    }
    if (self->where == IN_TEXT) {
        self->where = IN_NAME;
        self->name_length = 0;
    } else {
        self->where = IN_TAG;
        self->before = self->quote;
    }
    return next + 1;
}

static void
walk_feed(XmlWalk *self, const char *data, size_t length)
{
    const char *end = data + length;

    while (data < end && !self->broken) {
        switch (self->where) {
        case IN_TEXT:
        case IN_QUOTE:
            data = walk_text(self, data, end);
            break;
        case IN_NAME:
            data = walk_name(self, data, end);
            break;
        case IN_TAG:
            data = walk_rest(self, data, end);
            break;
        }
    }
}

static bool
check_part(struct archive *zip, const char *name, int64_t *ret_rows, GError **error)
{
    g_autofree XmlWalk *walk = g_new0(XmlWalk, 1);
    const void *block = NULL;
    size_t length = 0;
    la_int64_t offset = 0;
    int result = ARCHIVE_OK;

    while ((result = archive_read_data_block(zip, &block, &length, &offset)) == ARCHIVE_OK) {
        walk_feed(walk, block, length);
    }
    if (result != ARCHIVE_EOF) {
        return jw_fail(error, JW_ERROR_CORRUPT, "part %s of the workbook cannot be read back: %s",
                       name, archive_error_string(zip));
    }
    if (walk->broken || walk->depth != 0 || walk->where != IN_TEXT || !walk->seen_root) {
        return jw_fail(error, JW_ERROR_CORRUPT,
                       "part %s of the workbook is cut or not well-formed; was the disk full?",
                       name);
    }
    *ret_rows = walk->rows;
    return true;
}

int64_t
exe_sheet_number(const char *part)
{
    static const char prefix[] = "xl/worksheets/sheet";

    return g_str_has_prefix(part, prefix) ? g_ascii_strtoll(part + strlen(prefix), NULL, 10) : 0;
}

static bool
check_parts(struct archive *zip, int64_t list_rows, int first_list_sheet, GError **error)
{
    struct archive_entry *entry = NULL;
    int64_t found = 0;
    int parts = 0;
    int result = ARCHIVE_OK;

    while ((result = archive_read_next_header(zip, &entry)) == ARCHIVE_OK) {
        const char *name = archive_entry_pathname(entry);
        int64_t rows = 0;

        if (!check_part(zip, name, &rows, error)) {
            return false;
        }
        if (exe_sheet_number(name) >= first_list_sheet) {
            found += rows;
        }
        parts++;
    }
    if (result != ARCHIVE_EOF || parts == 0) {
        return jw_fail(error, JW_ERROR_CORRUPT, "the workbook is not a readable zip file: %s",
                       archive_error_string(zip));
    }
    if (found != list_rows) {
        return jw_fail(error, JW_ERROR_CORRUPT,
                       "the workbook holds %" G_GINT64_FORMAT
                       " list rows instead of %" G_GINT64_FORMAT "; was the disk full?",
                       found, list_rows);
    }
    return true;
}

bool
exe_check_workbook(const char *path, int64_t list_rows, int first_list_sheet, GError **error)
{
    struct archive *zip = archive_read_new();
    bool ok = false;

    /* The seekable reader goes by the central directory, as spreadsheet programs do. */
    if (archive_read_support_format_zip_seekable(zip) != ARCHIVE_OK
        || archive_read_open_filename(zip, path, 1 << 16) != ARCHIVE_OK) {
        ok = jw_fail(error, JW_ERROR_CORRUPT, "the workbook cannot be opened again: %s",
                     archive_error_string(zip));
    } else {
        ok = check_parts(zip, list_rows, first_list_sheet, error);
    }
    (void)archive_read_free(zip);
    return ok;
}
