/* store_files.c: writing and reading files over the chunk operations of whatever adapter. One
 * thread a handle. libmongoc's upload stream is not used: it spins for ever on a stray chunk,
 * drops a failed last chunk silently, and publishes the partial file when it is destroyed. Here
 * nothing is visible until every chunk was read back and hashed. Memory: one chunk for writing,
 * a window of four for reading. */
#include "store_private.h"
#include "jw/log.h"
#include <string.h>

#define PUT_TRIES     3 /* a chunk's id is derived, so a write in doubt may simply be repeated */
#define WINDOW_CHUNKS 4

void
jw_file_info_clear(JwFileInfo *self)
{
    g_clear_pointer(&self->file_id, g_free);
    g_clear_pointer(&self->file_name, g_free);
    g_clear_pointer(&self->content_type, g_free);
    g_clear_pointer(&self->job_id, g_free);
    g_clear_pointer(&self->sha256, g_free);
}

void
jw_expired_file_free(JwExpiredFile *self)
{
    if (self != NULL) {
        g_free(self->job_id);
        g_free(self->file_id);
        g_free(self);
    }
}

struct _JwFileWriter {
    JwStore *store;
    JwFileInfo info;
    GByteArray *buffer;
    GChecksum *hash;
    int64_t n_chunks;
    bool begun, failed, finished;
    bool doubt; /* a put may still reach the server, after whatever else is done */
};

JwFileWriter *
jw_file_writer_new(JwStore *self, const char *file_id, const char *file_name,
                   const char *content_type, const char *job_id, int64_t now_ms)
{
    g_return_val_if_fail(self != NULL && file_id != NULL, NULL);

    JwFileWriter *writer = g_new0(JwFileWriter, 1);
    writer->store = self;
    writer->info.file_id = g_strdup(file_id);
    writer->info.file_name = g_strdup(file_name);
    writer->info.content_type = g_strdup(content_type);
    writer->info.job_id = g_strdup(job_id);
    writer->info.uploaded_at_ms = now_ms;
    writer->info.chunk_bytes = JW_STORE_CHUNK_BYTES;
    writer->buffer = g_byte_array_sized_new(JW_STORE_CHUNK_BYTES);
    writer->hash = g_checksum_new(G_CHECKSUM_SHA256);
    return writer;
}

static bool
begin(JwFileWriter *self, GError **error)
{
    if (self->begun) {
        return true;
    }
    for (int tries = 1;; tries++) {
        g_autoptr(GError) failure = NULL;
        if (self->store->ops->begin_file(self->store, self->info.file_id, self->info.job_id,
                                         self->info.uploaded_at_ms, &failure)) {
            self->begun = true;
            return true;
        }
        if (tries == PUT_TRIES || jw_error_retry(failure) == JW_RETRY_NEVER) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
    }
}

/* May a put that failed like this be repeated, as the @tries-th time? */
static bool
may_repeat(JwFileWriter *self, int tries, const GError *failure)
{
    const JwRetry retry = jw_error_retry(failure);

    self->doubt = self->doubt || retry == JW_RETRY_AFTER_REREAD;
    return tries < PUT_TRIES && retry != JW_RETRY_NEVER;
}

static bool
put_buffer(JwFileWriter *self, GError **error)
{
    if (!begin(self, error)) {
        return false;
    }
    for (int tries = 1;; tries++) {
        g_autoptr(GError) failure = NULL;
        if (self->store->ops->put_chunk(self->store, self->info.file_id, self->n_chunks,
                                        self->buffer->data, self->buffer->len, &failure)) {
            break;
        }
        if (!may_repeat(self, tries, failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
    }
    self->n_chunks++;
    g_byte_array_set_size(self->buffer, 0);
    return true;
}

bool
jw_file_writer_write(JwFileWriter *self, const void *data, size_t length, GError **error)
{
    const guint8 *bytes = data;

    g_return_val_if_fail(self != NULL && (data != NULL || length == 0), false);
    g_return_val_if_fail(!self->finished, false);
    if (self->failed) {
        return jw_fail(error, JW_ERROR_INTERNAL, "file '%s': an earlier write failed",
                       self->info.file_id);
    }
    g_checksum_update(self->hash, bytes, (gssize)length);
    self->info.size_bytes += (int64_t)length;
    while (length > 0) {
        const size_t part = MIN(length, (size_t)JW_STORE_CHUNK_BYTES - self->buffer->len);
        g_byte_array_append(self->buffer, bytes, (guint)part);
        bytes += part;
        length -= part;
        if (self->buffer->len == JW_STORE_CHUNK_BYTES && !put_buffer(self, error)) {
            self->failed = true;
            return false;
        }
    }
    return true;
}

typedef struct {
    GChecksum *hash;
    int64_t next, size_bytes, n_chunks;
    bool wrong;
} ReadBack;

static bool
check_chunk(int64_t n, const void *data, size_t length, gpointer user, GError **error)
{
    ReadBack *back = user;
    const bool last = n == back->n_chunks - 1;
    const int64_t want = last ? back->size_bytes - n * JW_STORE_CHUNK_BYTES : JW_STORE_CHUNK_BYTES;

    (void)error;
    back->wrong = back->wrong || n != back->next || n >= back->n_chunks || (int64_t)length != want;
    back->next++;
    g_checksum_update(back->hash, data, (gssize)length);
    return true;
}

static bool
read_back(JwFileWriter *self, const char *sha256, GError **error)
{
    g_autoptr(GChecksum) hash = g_checksum_new(G_CHECKSUM_SHA256);
    ReadBack back = { hash, 0, self->info.size_bytes, self->n_chunks, false };

    if (!self->store->ops->read_chunks(self->store, self->info.file_id, 0, 0, check_chunk, &back,
                                       error)) {
        return false;
    }
    if (back.wrong || back.next != self->n_chunks
        || strcmp(g_checksum_get_string(hash), sha256) != 0) {
        return jw_fail(error, JW_ERROR_CORRUPT,
                       "file '%s' reads back differently from what was written",
                       self->info.file_id);
    }
    return true;
}

static bool
publish(JwFileWriter *self, GError **error)
{
    for (int tries = 1;; tries++) {
        g_autoptr(GError) failure = NULL;
        if (self->store->ops->put_file(self->store, &self->info, &failure)) {
            return true;
        }
        if (!may_repeat(self, tries, failure)) {
            g_propagate_error(error, g_steal_pointer(&failure));
            return false;
        }
    }
}

bool
jw_file_writer_finish(JwFileWriter *self, int64_t *ret_size, char **ret_sha256, GError **error)
{
    g_return_val_if_fail(self != NULL && !self->finished, false);

    if (self->failed) {
        return jw_fail(error, JW_ERROR_INTERNAL, "file '%s': an earlier write failed",
                       self->info.file_id);
    }
    self->failed = true; /* until proved otherwise: a second finish is no way to publish */
    if (!begin(self, error) || (self->buffer->len > 0 && !put_buffer(self, error))) {
        return false;
    }
    g_free(self->info.sha256);
    self->info.sha256 = g_strdup(g_checksum_get_string(self->hash));
    if (!read_back(self, self->info.sha256, error) || !publish(self, error)) {
        return false;
    }
    self->failed = false;
    self->finished = true;
    *ret_size = self->info.size_bytes;
    *ret_sha256 = g_strdup(self->info.sha256);
    return true;
}

void
jw_file_writer_free(JwFileWriter *self)
{
    g_autoptr(GError) error = NULL;

    if (self == NULL) {
        return;
    }
    if (self->begun && !self->finished
        && !self->store->ops->delete_file(self->store, self->info.file_id, self->doubt, &error)) {
        jw_debug("upload_left_behind", JW_STR("file_id", self->info.file_id),
                 JW_STR("error", jw_error_message(error))); /* the sweep finds it */
    }
    jw_file_info_clear(&self->info);
    g_byte_array_unref(self->buffer);
    g_checksum_free(self->hash);
    g_free(self);
}

struct _JwFileReader {
    JwStore *store;
    JwFileInfo info;
    GByteArray *window;
    int64_t window_at; /* offset of its first byte; whole chunks from there */
};

JwFileReader *
jw_file_reader_new(JwStore *self, const char *file_id, GError **error)
{
    g_auto(JwFileInfo) info = { 0 };
    bool found = false;

    g_return_val_if_fail(self != NULL && file_id != NULL, NULL);
    if (!self->ops->get_file(self, file_id, &found, &info, error)) {
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
    const int64_t last = (self->info.size_bytes - 1) / self->info.chunk_bytes;
    const int64_t n = MIN(WINDOW_CHUNKS, last - first + 1);
    Fill fill = { self, first };

    g_byte_array_set_size(self->window, 0);
    self->window_at = first * self->info.chunk_bytes;
    if (!self->store->ops->read_chunks(self->store, self->info.file_id, first, (size_t)n,
                                       fill_window, &fill, error)) {
        g_byte_array_set_size(self->window, 0);
        return false;
    }
    if (fill.next != first + n) {
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
jw_file_reader_free(JwFileReader *self)
{
    if (self == NULL) {
        return;
    }
    jw_file_info_clear(&self->info);
    g_byte_array_unref(self->window);
    g_free(self);
}
