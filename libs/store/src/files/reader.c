/* reader.c: reading files, in any order. One thread a reader. Memory: one chunk, for there may be
 * many readers, of downloads that wait for their clients. */
#include "file.h"
#include <string.h>

struct _JwFileReader {
    JwStore *store;
    JwFileInfo info;
    GByteArray *window; /* a chunk */
    int64_t window_at;  /* offset of its first byte */
};

JwFileReader *
jw_file_reader_new(JwStore *self, const char *file_id, GError **error)
{
    g_auto(JwFileInfo) info = { 0 };
    bool found = false;

    g_return_val_if_fail(self != NULL && file_id != NULL, NULL);
    if (!jw_file_get(self, file_id, &found, &info, error)) {
        return NULL;
    }
    if (!found) {
        return jw_fail_null(error, JW_ERROR_NOT_FOUND, "there is no file '%s'", file_id);
    }
    JwFileReader *reader = g_new0(JwFileReader, 1);
    reader->store = self;
    reader->info = info;
    info = (JwFileInfo){ 0 };
    reader->window = g_byte_array_new();
    return reader;
}

int64_t
jw_file_reader_size(const JwFileReader *self)
{
    g_return_val_if_fail(self != NULL, 0);
    return self->info.size_bytes;
}

typedef struct {
    JwFileReader *reader;
    int64_t next;
} Fill;

static bool
fill_window(int64_t n, const void *data, size_t length, gpointer user, GError **error)
{
    Fill *fill = user;
    const JwFileInfo *info = &fill->reader->info;
    const int64_t left = info->size_bytes - n * info->chunk_bytes;

    if (n != fill->next || (int64_t)length != MIN(left, info->chunk_bytes)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "file '%s' lacks a part of chunk %" G_GINT64_FORMAT,
                       info->file_id, fill->next);
    }
    fill->next++;
    g_byte_array_append(fill->reader->window, data, (guint)length);
    return true;
}

static bool
load_window(JwFileReader *self, int64_t offset, GError **error)
{
    const int64_t first = offset / self->info.chunk_bytes;
    Fill fill = { self, first };

    g_byte_array_set_size(self->window, 0);
    self->window_at = first * self->info.chunk_bytes;
    if (!jw_file_read_chunks(self->store, self->info.file_id, first, 1, fill_window, &fill,
                             error)) {
        g_byte_array_set_size(self->window, 0);
        return false;
    }
    if (fill.next != first + 1) {
        g_byte_array_set_size(self->window, 0);
        return jw_fail(error, JW_ERROR_CORRUPT, "file '%s' lacks chunk %" G_GINT64_FORMAT,
                       self->info.file_id, fill.next);
    }
    return true;
}

bool
jw_file_reader_read(JwFileReader *self, int64_t offset, void *buffer, size_t length,
                    size_t *ret_length, GError **error)
{
    size_t done = 0;

    g_return_val_if_fail(self != NULL && offset >= 0 && ret_length != NULL, false);
    g_return_val_if_fail(buffer != NULL || length == 0, false);
    while (done < length && offset < self->info.size_bytes) {
        if (offset < self->window_at || offset >= self->window_at + (int64_t)self->window->len) {
            if (!load_window(self, offset, error)) {
                return false;
            }
        }
        const size_t skip = (size_t)(offset - self->window_at);
        const size_t part = MIN(length - done, self->window->len - skip);
        memcpy((char *)buffer + done, self->window->data + skip, part);
        done += part;
        offset += (int64_t)part;
    }
    *ret_length = done;
    return true;
}

void
jw_file_reader_free(gpointer self)
{
    JwFileReader *reader = self;

    if (reader == NULL) {
        return;
    }
    jw_file_info_clear(&reader->info);
    g_byte_array_unref(reader->window);
    g_free(reader);
}
