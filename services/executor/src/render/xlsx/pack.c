/* render/xlsx/pack.c: see render/xlsx/pack.h.
 *
 * A zip entry is one deflate stream, and deflate streams can be put together from pieces that end
 * on a byte (as pigz does it): what stands before the rows, the rows as render/xlsx/sheet_stream.c
 * made them, what stands behind. */
#include "render/xlsx/pack.h"

#include <errno.h>
#include <minizip/unzip.h>
#include <minizip/zip.h>
#include <string.h>
#include <unistd.h>

#include "render/render.h"
#include "temp.h"

#define PIECE_BYTES     ((size_t)64 * 1024)
#define SHEET_BYTES_MAX ((size_t)16 * 1024 * 1024) /* of a list sheet without its rows */
#define NAME_MAX_BYTES  256
#define SIZE_ZIP32_MAX  UINT32_C(0xfffffffe)
#define ROWS_END        "</sheetData>"
#define AREA_BEGIN      "<dimension ref=\"A1" /* and ":B1", unless that is all */

typedef struct {
    unzFile from;
    zipFile to;
    unz_file_info64 info; /* of the current entry */
    char name[NAME_MAX_BYTES];
    char piece[PIECE_BYTES];
} Pack;

static void
pack_clear(Pack *self)
{
    if (self->from != NULL) {
        (void)unzClose(self->from);
    }
    if (self->to != NULL) {
        (void)zipClose(self->to, NULL);
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Pack, pack_clear)

static bool
not_written(const Pack *self, GError **error)
{
    g_autofree char *what = g_strdup_printf("write part %s of the workbook", self->name);

    return exe_temp_failed(error, what, 0);
}

static bool
not_read(const Pack *self, GError **error)
{
    return jw_fail(error, JW_ERROR_CORRUPT, "part %s of the closed workbook cannot be read",
                   self->name);
}

static bool
put(Pack *self, const void *bytes, size_t length, GError **error)
{
    return zipWriteInFileInZip(self->to, bytes, (unsigned)length) == ZIP_OK
           || not_written(self, error);
}

/* Begins an entry that is given compressed, @plain bytes when inflated. */
static bool
entry_begin(Pack *self, int level, uint64_t plain, GError **error)
{
    const zip_fileinfo info = { .dosDate = self->info.dosDate,
                                .internal_fa = self->info.internal_fa,
                                .external_fa = self->info.external_fa };

    return zipOpenNewFileInZip2_64(self->to, self->name, &info, NULL, 0, NULL, 0, NULL,
                                   (int)self->info.compression_method, level, 1,
                                   plain > SIZE_ZIP32_MAX)
               == ZIP_OK
           || not_written(self, error);
}

static bool
entry_end(Pack *self, uint64_t plain, uLong crc, GError **error)
{
    return zipCloseFileInZipRaw64(self->to, plain, crc) == ZIP_OK || not_written(self, error);
}

static bool
entry_copy(Pack *self, GError **error)
{
    int method = 0;
    int level = 0;
    int length = 0;

    if (unzOpenCurrentFile2(self->from, &method, &level, 1) != UNZ_OK) {
        return not_read(self, error);
    }
    if (!entry_begin(self, level, self->info.uncompressed_size, error)) {
        return false;
    }
    while ((length = unzReadCurrentFile(self->from, self->piece, PIECE_BYTES)) > 0) {
        if (!put(self, self->piece, (size_t)length, error)) {
            return false;
        }
    }
    if (length < 0 || unzCloseCurrentFile(self->from) != UNZ_OK) {
        return not_read(self, error);
    }
    return entry_end(self, self->info.uncompressed_size, self->info.crc, error);
}

/* The current entry's text, NULL: too long, or not readable. */
static char *
entry_text(Pack *self)
{
    size_t length = self->info.uncompressed_size;
    g_autofree char *text = NULL;

    if (length > SHEET_BYTES_MAX || unzOpenCurrentFile(self->from) != UNZ_OK) {
        return NULL;
    }
    text = g_malloc(length + 1);
    text[length] = '\0';
    int got = unzReadCurrentFile(self->from, text, (unsigned)length);
    if (unzCloseCurrentFile(self->from) != UNZ_OK || got < 0 || (size_t)got != length) {
        return NULL;
    }
    return g_steal_pointer(&text);
}

/* Writes @text as deflate blocks of their own. @flush: Z_SYNC_FLUSH, or Z_FINISH for the end of the
 * entry. */
static bool
put_text(Pack *self, char *text, size_t length, int flush, GError **error)
{
    z_stream deflater = { .next_in = (Bytef *)text, .avail_in = (uInt)length };
    bool ok = deflateInit2(&deflater, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8,
                           Z_DEFAULT_STRATEGY)
              == Z_OK;

    g_assert(ok); /* fails for want of memory only */
    do {
        deflater.next_out = (Bytef *)self->piece;
        deflater.avail_out = PIECE_BYTES;
        (void)deflate(&deflater, flush);
        ok = put(self, self->piece, PIECE_BYTES - deflater.avail_out, error);
    } while (ok && deflater.avail_out == 0);
    (void)deflateEnd(&deflater);
    return ok;
}

static bool
put_rows(Pack *self, const ExeDeflated *rows, GError **error)
{
    uint64_t done = 0;

    while (done < rows->compressed) {
        ssize_t length = read(rows->fd, self->piece, PIECE_BYTES);

        if (length < 0 && errno == EINTR) {
            continue;
        }
        if (length <= 0) {
            return exe_temp_failed(error, "read rows back", length < 0 ? errno : 0);
        }
        if (!put(self, self->piece, (size_t)length, error)) {
            return false;
        }
        done += (uint64_t)length;
    }
    return true;
}

/* What stands before the rows, with the sheet's area corrected. NULL: not a sheet as libxlsxwriter
 * writes it. */
static char *
head_text(const char *text, const char *rows_end, const char *last_cell)
{
    const char *area = strstr(text, AREA_BEGIN);
    const char *area_end = area != NULL ? strchr(area + strlen(AREA_BEGIN), '"') : NULL;

    if (area_end == NULL || area_end > rows_end) {
        return NULL;
    }
    return g_strdup_printf("%.*s" AREA_BEGIN ":%s%.*s", (int)(area - text), text, last_cell,
                           (int)(rows_end - area_end), area_end);
}

static bool
entry_splice(Pack *self, const ExeListSheet *sheet, GError **error)
{
    g_autofree char *text = entry_text(self);
    char *tail = text != NULL ? strstr(text, ROWS_END) : NULL;
    g_autofree char *head = tail != NULL ? head_text(text, tail, sheet->last_cell) : NULL;
    const ExeDeflated *rows = &sheet->rows;

    if (head == NULL) {
        return not_read(self, error);
    }
    size_t head_length = strlen(head);
    size_t tail_length = strlen(tail);
    uint64_t plain = head_length + rows->plain + tail_length;
    uLong crc = crc32_z(0, (const Bytef *)head, head_length);

    crc = crc32_combine(crc, rows->crc, (z_off_t)rows->plain);
    crc = crc32_combine(crc, crc32_z(0, (const Bytef *)tail, tail_length), (z_off_t)tail_length);
    return entry_begin(self, Z_DEFAULT_COMPRESSION, plain, error)
           && put_text(self, head, head_length, Z_SYNC_FLUSH, error) && put_rows(self, rows, error)
           && put_text(self, tail, tail_length, Z_FINISH, error)
           && entry_end(self, plain, crc, error);
}

/* Which of the list sheets the current entry is, -1: none. */
static int
list_index(const Pack *self, int first_sheet, size_t n_sheets)
{
    int64_t sheet = exe_sheet_number(self->name);

    return sheet >= first_sheet && sheet - first_sheet < (int64_t)n_sheets
               ? (int)(sheet - first_sheet)
               : -1;
}

static bool
pack_entries(Pack *self, const ExeListSheet *sheets, size_t n_sheets, int first_sheet,
             GError **error)
{
    int more = unzGoToFirstFile(self->from);
    size_t found = 0;

    for (; more == UNZ_OK; more = unzGoToNextFile(self->from)) {
        if (unzGetCurrentFileInfo64(self->from, &self->info, self->name, sizeof(self->name), NULL,
                                    0, NULL, 0)
            != UNZ_OK) {
            return not_read(self, error);
        }
        int index = list_index(self, first_sheet, n_sheets);
        if (index < 0 ? !entry_copy(self, error) : !entry_splice(self, &sheets[index], error)) {
            return false;
        }
        found += index >= 0 ? 1 : 0;
    }
    if (more != UNZ_END_OF_LIST_OF_FILE || found != n_sheets) {
        return jw_fail(error, JW_ERROR_CORRUPT, "the closed workbook has %zu of %zu list sheets",
                       found, n_sheets);
    }
    return true;
}

bool
exe_xlsx_pack(const char *from, const char *to, const ExeListSheet *sheets, size_t n_sheets,
              int first_sheet, GError **error)
{
    g_auto(Pack) self = { .name = "[Content_Types].xml" };

    self.from = unzOpen64(from);
    if (self.from == NULL) {
        return not_read(&self, error);
    }
    self.to = zipOpen64(to, APPEND_STATUS_CREATE);
    if (self.to == NULL) {
        return not_written(&self, error);
    }
    if (!pack_entries(&self, sheets, n_sheets, first_sheet, error)) {
        return false;
    }
    return zipClose(g_steal_pointer(&self.to), NULL) == ZIP_OK || not_written(&self, error);
}
