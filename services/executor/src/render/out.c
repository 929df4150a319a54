/* render/out.c: see render/out.h. */
#include "render/out.h"

#include <errno.h>
#include <minizip/unzip.h>
#include <time.h>
#include <unistd.h>

#include "jw/civil.h"
#include "temp.h"

#define UTF8_NAMES     (1U << 11) /* of an entry's flags */
#define MADE_BY_UNIX   (3U << 8 | 20U)
#define ORDINARY_FILE  (0100644U << 16)
#define DOS_FIRST_YEAR 1980
#define COPY_BYTES     ((size_t)256 * 1024)

static bool
out_failed(const ExeOut *self, int cause, GError **error)
{
    return exe_temp_failed(error, self->what, cause);
}

bool
exe_out_open(ExeOut *self, const char *path, const char *what, GError **error)
{
    *self = (ExeOut){ .what = what, .text = g_string_sized_new(EXE_OUT_BYTES + 4096) };
    self->file = fopen(path, "w+xe");
    return self->file != NULL || out_failed(self, errno, error);
}

bool
exe_out_open_spool(ExeOut *self, const char *path, const char *what, GError **error)
{
    return exe_out_open(self, path, what, error)
           && (unlink(path) == 0 || out_failed(self, errno, error));
}

bool
exe_out_open_zip(ExeOut *self, const char *path, const char *what, int64_t made_at_ms,
                 GError **error)
{
    *self = (ExeOut){ .what = what,
                      .text = g_string_sized_new(EXE_OUT_BYTES + 4096),
                      .made_at_ms = made_at_ms };
    self->zip = zipOpen64(path, APPEND_STATUS_CREATE);
    return self->zip != NULL || out_failed(self, 0, error);
}

static bool
end_entry(ExeOut *self, GError **error)
{
    if (!self->in_entry) {
        return true;
    }
    if (!exe_out_write(self, error)) {
        return false;
    }
    self->in_entry = false;
    return zipCloseFileInZip(self->zip) == ZIP_OK || out_failed(self, 0, error);
}

/* In UTC, as a zip has no zone. */
static zip_fileinfo
entry_info(int64_t made_at_ms)
{
    const int64_t seconds = jw_floor_div(made_at_ms, 1000);
    JwCivil at;

    jw_civil_from_seconds(seconds, &at);
    return (zip_fileinfo){
        .tmz_date = { .tm_sec = (uInt)at.second,
                      .tm_min = (uInt)at.minute,
                      .tm_hour = (uInt)at.hour,
                      .tm_mday = (uInt)at.day,
                      .tm_mon = (uInt)at.month - 1,
                      .tm_year = (uInt)MAX(at.year, DOS_FIRST_YEAR) },
        .external_fa = ORDINARY_FILE,
    };
}

bool
exe_out_entry(ExeOut *self, const char *name, GError **error)
{
    const zip_fileinfo info = entry_info(self->made_at_ms);

    if (!end_entry(self, error)) {
        return false;
    }
    self->in_entry = true;
    return zipOpenNewFileInZip4_64(self->zip, name, &info, NULL, 0, NULL, 0, NULL, Z_DEFLATED,
                                   Z_DEFAULT_COMPRESSION, 0, -MAX_WBITS, DEF_MEM_LEVEL,
                                   Z_DEFAULT_STRATEGY, NULL, 0, MADE_BY_UNIX, UTF8_NAMES, 1)
               == ZIP_OK
           || out_failed(self, 0, error);
}

bool
exe_out_write(ExeOut *self, GError **error)
{
    const size_t length = self->text->len;
    bool ok = self->zip != NULL
                  ? zipWriteInFileInZip(self->zip, self->text->str, (unsigned)length) == ZIP_OK
                  : fwrite(self->text->str, 1, length, self->file) == length;
    const int cause = self->zip != NULL ? 0 : errno;

    g_string_truncate(self->text, 0);
    return ok || out_failed(self, cause, error);
}

bool
exe_out_append(ExeOut *self, ExeOut *spool, GError **error)
{
    g_autofree char *piece = g_malloc(COPY_BYTES);
    size_t length = 0;

    if (!exe_out_write(spool, error) || !exe_out_write(self, error)) {
        return false;
    }
    rewind(spool->file);
    while ((length = fread(piece, 1, COPY_BYTES, spool->file)) > 0) {
        if (fwrite(piece, 1, length, self->file) != length) {
            return out_failed(self, errno, error);
        }
    }
    return !ferror(spool->file) || out_failed(spool, errno, error);
}

static bool
close_file(ExeOut *self, GError **error)
{
    FILE *file = g_steal_pointer(&self->file);

    /* A full disk may show only now. */
    if (fflush(file) != 0 || ferror(file)) {
        const int cause = errno;
        (void)fclose(file);
        return out_failed(self, cause, error);
    }
    return fclose(file) == 0 || out_failed(self, errno, error);
}

bool
exe_out_close(ExeOut *self, GError **error)
{
    if (self->zip != NULL) {
        return end_entry(self, error)
               && (zipClose(g_steal_pointer(&self->zip), NULL) == ZIP_OK
                   || out_failed(self, 0, error));
    }
    return exe_out_write(self, error) && close_file(self, error);
}

void
exe_out_clear(ExeOut *self)
{
    if (self->file != NULL) {
        (void)fclose(self->file); /* only after a failure: the file is thrown away */
    }
    if (self->zip != NULL) {
        (void)zipClose(self->zip, NULL);
    }
    if (self->text != NULL) {
        g_string_free(self->text, TRUE);
    }
    *self = (ExeOut){ 0 };
}

/* The current entry, to its end, where its checksum is compared. */
static bool
entry_is_whole(unzFile zip, char *piece)
{
    int length = 0;

    if (unzOpenCurrentFile(zip) != UNZ_OK) {
        return false;
    }
    do {
        length = unzReadCurrentFile(zip, piece, (unsigned)COPY_BYTES);
    } while (length > 0);
    return unzCloseCurrentFile(zip) == UNZ_OK && length == 0;
}

bool
exe_out_check_zip(const char *path, size_t n_entries, GError **error)
{
    g_autofree char *piece = g_malloc(COPY_BYTES);
    unzFile zip = unzOpen64(path);
    size_t found = 0;
    bool whole = zip != NULL;

    for (int more = whole ? unzGoToFirstFile(zip) : UNZ_ERRNO; more == UNZ_OK && whole;
         more = unzGoToNextFile(zip)) {
        whole = entry_is_whole(zip, piece);
        found++;
    }
    if (zip != NULL) {
        (void)unzClose(zip);
    }
    if (whole && found == n_entries) {
        return true;
    }
    return jw_fail(error, JW_ERROR_CORRUPT, "the zip has %zu whole files instead of %zu",
                   whole ? found : MAX(found, 1) - 1, n_entries);
}
