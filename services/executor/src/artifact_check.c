/* artifact_check.c: reads a finished workbook back before anybody may have it.
 *
 * libxlsxwriter says success when its temporary disk was full, and the zip around the cut sheet is sound. So
 * besides each entry's CRC (libarchive checks it while reading) every XML part must close what it opens, and
 * the sheets of the list must hold as many rows as were written. One pass, a fixed buffer. */
#include "render.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#define MAX_DEPTH 32
#define MAX_TAG   256 /* an element's name and, of the tag's rest, nothing: only names are kept */

/* Follows tags over block borders. Attribute values of these files hold no '>' that is not escaped. */
typedef struct {
    enum { IN_TEXT, IN_NAME, IN_TAG, IN_QUOTE } where;
    char name[MAX_TAG];
    size_t name_length;
    char quote, before; /* last character before '>' tells an empty element */
    char open[MAX_DEPTH][MAX_TAG];
    int depth;
    bool seen_root, broken;
    int64_t rows;
} XmlWalk;

static void
walk_close(XmlWalk *self, const char *name)
{
    if (self->depth == 0 || strcmp(self->open[self->depth - 1], name) != 0) {
        self->broken = true;
        return;
    }
    self->depth--;
}

static void
walk_tag(XmlWalk *self)
{
    self->name[self->name_length] = '\0';
    if (self->name[0] == '?' || self->name[0] == '!') {
        return;
    }
    if (self->name[0] == '/') {
        walk_close(self, self->name + 1);
        return;
    }
    if (strcmp(self->name, "row") == 0) {
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
    memcpy(self->open[self->depth++], self->name, self->name_length + 1);
}

static void
walk_name(XmlWalk *self, char c)
{
    bool closes_empty = c == '/' && self->name_length > 0;

    if (c == '>' || c == ' ' || c == '\n' || c == '\r' || c == '\t' || closes_empty) {
        self->where = IN_TAG;
        self->before = c;
        if (c == '>') {
            self->before = '\0';
            walk_tag(self);
            self->where = IN_TEXT;
        }
        return;
    }
    if (self->name_length + 1 >= MAX_TAG) {
        self->broken = true;
        return;
    }
    self->name[self->name_length++] = c;
}

static void
walk_rest(XmlWalk *self, char c)
{
    if (c == '>') {
        walk_tag(self);
        self->where = IN_TEXT;
    } else if (c == '"' || c == '\'') {
        self->quote = c;
        self->where = IN_QUOTE;
    }
    self->before = c;
}

static void
walk_feed(XmlWalk *self, const char *data, size_t length)
{
    const char *end = data + length;

    while (data < end && !self->broken) {
        if (self->where == IN_TEXT || self->where == IN_QUOTE) {
            const char *next =
                memchr(data, self->where == IN_TEXT ? '<' : self->quote, (size_t)(end - data));
            if (next == NULL) {
                return;
            }
            if (self->where == IN_TEXT) {
                self->where = IN_NAME;
                self->name_length = 0;
            } else {
                self->where = IN_TAG;
                self->before = self->quote;
            }
            data = next + 1;
        } else if (self->where == IN_NAME) {
            walk_name(self, *data++);
        } else {
            walk_rest(self, *data++);
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

/* The number of xl/worksheets/sheetN.xml, 0 for other parts. */
static int64_t
sheet_number(const char *name)
{
    static const char prefix[] = "xl/worksheets/sheet";

    return g_str_has_prefix(name, prefix) ? g_ascii_strtoll(name + strlen(prefix), NULL, 10) : 0;
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
        if (sheet_number(name) >= first_list_sheet) {
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
