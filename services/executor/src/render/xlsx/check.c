/* render/xlsx/check.c: reads a finished workbook back before anybody may have it.
 *
 * libxlsxwriter reports success when its temporary disk was full, and the zip around the cut sheet
 * is sound; and it writes what it is given, also what XML cannot hold. So besides each entry's CRC
 * (libarchive checks it while reading) every part must be well-formed, every part that another
 * names must be there, and the sheets of the list must hold as many rows as were written. One pass,
 * bounded memory. */
#include "render/render.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

#include "render/xlsx/part_check.h"
#include "render/xlsx/row_walk.h"

typedef struct {
    struct archive *zip;
    int first_list_sheet;
    GHashTable *parts; /* the paths of all */
    GHashTable *names; /* the paths that parts name → the part */
    int64_t rows;      /* of the list, found so far */
} Check;

static void
check_clear(Check *self)
{
    (void)archive_read_free(self->zip);
    g_hash_table_unref(self->parts);
    g_hash_table_unref(self->names);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Check, check_clear)

/* Gives the current entry's bytes to @feed. */
static bool
read_part(const Check *self, const char *name, void (*feed)(gpointer, const char *, size_t),
          gpointer data, GError **error)
{
    const void *block = NULL;
    size_t length = 0;
    la_int64_t offset = 0;
    int result = ARCHIVE_OK;

    while ((result = archive_read_data_block(self->zip, &block, &length, &offset)) == ARCHIVE_OK) {
        feed(data, block, length);
    }
    return result == ARCHIVE_EOF
           || jw_fail(error, JW_ERROR_CORRUPT, "part %s of the workbook cannot be read back: %s",
                      name, archive_error_string(self->zip));
}

static void
feed_walk(gpointer walk, const char *data, size_t length)
{
    exe_row_walk_feed(walk, data, length);
}

static void
feed_part(gpointer part, const char *data, size_t length)
{
    exe_part_check_feed(part, data, length);
}

static bool
check_list_sheet(Check *self, const char *name, GError **error)
{
    g_autoptr(ExeRowWalk) walk = exe_row_walk_new();
    int64_t rows = 0;

    if (!read_part(self, name, feed_walk, walk, error)) {
        return false;
    }
    if (!exe_row_walk_end(walk, &rows)) {
        return jw_fail(error, JW_ERROR_CORRUPT,
                       "part %s of the workbook is cut or not well-formed; was the disk full?",
                       name);
    }
    self->rows += rows;
    return true;
}

static bool
check_part(Check *self, const char *name, GError **error)
{
    g_autoptr(ExePartCheck) part = exe_part_check_new(name, self->names);

    return read_part(self, name, feed_part, part, error) && exe_part_check_end(part, error);
}

int64_t
exe_sheet_number(const char *part)
{
    static const char prefix[] = "xl/worksheets/sheet";

    return g_str_has_prefix(part, prefix) ? g_ascii_strtoll(part + strlen(prefix), NULL, 10) : 0;
}

static bool
check_parts(Check *self, GError **error)
{
    struct archive_entry *entry = NULL;
    int result = ARCHIVE_OK;

    while ((result = archive_read_next_header(self->zip, &entry)) == ARCHIVE_OK) {
        g_autofree char *name = g_strdup(archive_entry_pathname(entry));
        const bool list = exe_sheet_number(name) >= self->first_list_sheet;

        if (list ? !check_list_sheet(self, name, error) : !check_part(self, name, error)) {
            return false;
        }
        g_hash_table_add(self->parts, g_steal_pointer(&name));
    }
    if (result != ARCHIVE_EOF || g_hash_table_size(self->parts) == 0) {
        return jw_fail(error, JW_ERROR_CORRUPT, "the workbook is not a readable zip file: %s",
                       archive_error_string(self->zip));
    }
    return true;
}

static bool
check_names(const Check *self, GError **error)
{
    GHashTableIter iter;
    gpointer path = NULL;
    gpointer by = NULL;

    g_hash_table_iter_init(&iter, self->names);
    while (g_hash_table_iter_next(&iter, &path, &by)) {
        if (!g_hash_table_contains(self->parts, path)) {
            return jw_fail(error, JW_ERROR_CORRUPT,
                           "part %s of the workbook names %s, which is not there", (char *)by,
                           (char *)path);
        }
    }
    return true;
}

static bool
check_open(const Check *self, const char *path, GError **error)
{
    /* The seekable reader goes by the central directory, as spreadsheet programs do. */
    return (archive_read_support_format_zip_seekable(self->zip) == ARCHIVE_OK
            && archive_read_open_filename(self->zip, path, 1 << 16) == ARCHIVE_OK)
           || jw_fail(error, JW_ERROR_CORRUPT, "the workbook cannot be opened again: %s",
                      archive_error_string(self->zip));
}

bool
exe_check_workbook(const char *path, int64_t list_rows, int first_list_sheet, GError **error)
{
    g_auto(Check) self = {
        .zip = archive_read_new(),
        .first_list_sheet = first_list_sheet,
        .parts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
    };

    if (!check_open(&self, path, error) || !check_parts(&self, error)
        || !check_names(&self, error)) {
        return false;
    }
    return self.rows == list_rows
           || jw_fail(error, JW_ERROR_CORRUPT,
                      "the workbook holds %" G_GINT64_FORMAT
                      " list rows instead of %" G_GINT64_FORMAT "; was the disk full?",
                      self.rows, list_rows);
}
