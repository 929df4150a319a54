/* render/xlsx/sheet_stream.c: see render/xlsx/sheet_stream.h. The writing thread fills blocks of a
 * ring, the stream's own thread deflates them into an unlinked temporary file. */
#include "render/xlsx/sheet_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>
#define ZLIB_CONST /* zlib only reads its input */
#include <zlib.h>

#include "jw/ring.h"
#include "temp.h"

#define N_BLOCKS     4
#define BLOCK_BYTES  ((size_t)128 * 1024)
#define OUT_BYTES    ((size_t)64 * 1024)
#define RAW_DEFLATE  (-MAX_WBITS) /* no zlib header: a zip entry has its own */
#define MEMORY_LEVEL 8            /* zlib's default */
/* A third faster than zlib's default 6 on list rows, at most 4 % larger. */
#define DEFLATE_LEVEL 5

struct _ExeSheetStream {
    JwRing *ring;
    GThread *thread;
    int failed; /* errno of the temporary file: the thread's until the ring reports that it stopped
                 */
    ExeDeflated deflated; /* the thread's until it is joined */
    z_stream deflater;
    Bytef out[OUT_BYTES];
};

static bool
write_out(ExeSheetStream *self, size_t length)
{
    for (size_t done = 0; done < length;) {
        ssize_t n = write(self->deflated.fd, self->out + done, length - done);

        if (n < 0 && errno != EINTR) {
            self->failed = errno;
            return false;
        }
        done += n > 0 ? (size_t)n : 0;
    }
    self->deflated.compressed += length;
    return true;
}

static bool
deflate_bytes(ExeSheetStream *self, const guint8 *bytes, size_t length, int flush)
{
    self->deflater.next_in = bytes;
    self->deflater.avail_in = (uInt)length;
    do {
        self->deflater.next_out = self->out;
        self->deflater.avail_out = (uInt)OUT_BYTES;
        (void)deflate(&self->deflater, flush); /* with space to write it cannot fail */
        if (!write_out(self, OUT_BYTES - self->deflater.avail_out)) {
            return false;
        }
    } while (self->deflater.avail_out == 0);
    return true;
}

static gpointer
run_deflate(gpointer data)
{
    ExeSheetStream *self = data;
    const GByteArray *block = NULL;

    while ((block = jw_ring_next(self->ring)) != NULL) {
        self->deflated.crc = (uint32_t)crc32_z(self->deflated.crc, block->data, block->len);
        self->deflated.plain += block->len;
        if (!deflate_bytes(self, block->data, block->len, Z_NO_FLUSH)) {
            jw_ring_stop(self->ring);
            return NULL;
        }
        jw_ring_release(self->ring);
    }
    (void)deflate_bytes(self, NULL, 0, Z_SYNC_FLUSH);
    return NULL;
}

static int
temp_file(const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, "rows-XXXXXX", NULL);
    int fd = g_mkstemp_full(path, O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0) {
        (void)exe_temp_failed(error, "make a file", errno);
    } else {
        (void)g_unlink(path); /* gone with the descriptor, however this process ends */
    }
    return fd;
}

ExeSheetStream *
exe_sheet_stream_new(const char *temp_dir, GError **error)
{
    int fd = temp_file(temp_dir, error);

    if (fd < 0) {
        return NULL;
    }
    ExeSheetStream *self = g_new0(ExeSheetStream, 1);
    self->deflated.fd = fd;
    self->ring = jw_ring_new(N_BLOCKS);
    int ready = deflateInit2(&self->deflater, DEFLATE_LEVEL, Z_DEFLATED, RAW_DEFLATE, MEMORY_LEVEL,
                             Z_DEFAULT_STRATEGY);
    g_assert(ready == Z_OK); /* fails for want of memory only */
    self->thread = g_thread_new("jw-deflate", run_deflate, self);
    return self;
}

GByteArray *
exe_sheet_stream_block(ExeSheetStream *self)
{
    return jw_ring_block(self->ring);
}

static bool
temp_failed(const ExeSheetStream *self, GError **error)
{
    return exe_temp_failed(error, "write rows", self->failed);
}

bool
exe_sheet_stream_next(ExeSheetStream *self, GError **error)
{
    return jw_ring_block(self->ring)->len < BLOCK_BYTES || jw_ring_hand_over(self->ring)
           || temp_failed(self, error);
}

/* After this only the file is left. */
static void
end_thread(ExeSheetStream *self)
{
    jw_ring_end(self->ring);
    (void)g_thread_join(g_steal_pointer(&self->thread));
    (void)deflateEnd(&self->deflater);
    g_clear_pointer(&self->ring, jw_ring_free);
}

bool
exe_sheet_stream_end(ExeSheetStream *self, ExeDeflated *ret_deflated, GError **error)
{
    end_thread(self);
    if (self->failed == 0 && lseek(self->deflated.fd, 0, SEEK_SET) != 0) {
        self->failed = errno;
    }
    if (self->failed != 0) {
        return temp_failed(self, error);
    }
    *ret_deflated = self->deflated;
    return true;
}

void
exe_sheet_stream_free(ExeSheetStream *self)
{
    if (self == NULL) {
        return;
    }
    if (self->thread != NULL) {
        end_thread(self);
    }
    (void)close(self->deflated.fd);
    g_free(self);
}
