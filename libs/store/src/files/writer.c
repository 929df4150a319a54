/* writer.c: writing files. One thread a writer. libmongoc's upload stream is not used: it spins for
 * ever on a stray chunk, drops a failed last chunk silently, and publishes the partial file when it
 * is destroyed. Here nothing is visible until every chunk was read back and hashed. Memory: one
 * chunk. */
#include "file.h"
#include "jw/log.h"
#include <string.h>

#define PUT_TRIES 3 /* a chunk's id is derived, so a write with unknown outcome may be repeated */

struct _JwFileWriter {
    JwStore *store;
    JwFileInfo info;
    GByteArray *buffer;
    GChecksum *hash;
    int64_t n_chunks;
    bool begun, failed, finished;
    bool doubt; /* a put with unknown outcome may still reach the server */
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
    writer->info.chunk_bytes = JW_FILE_CHUNK_BYTES;
    writer->buffer = g_byte_array_sized_new(JW_FILE_CHUNK_BYTES);
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
        if (jw_upload_begin(self->store, self->info.file_id, self->info.job_id,
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

/* Whether a put that failed like this may be repeated, as the @tries-th time. */
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
        if (jw_file_put_chunk(self->store, self->info.file_id, self->n_chunks, self->buffer->data,
                              self->buffer->len, &failure)) {
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
        const size_t part = MIN(length, (size_t)JW_FILE_CHUNK_BYTES - self->buffer->len);
        g_byte_array_append(self->buffer, bytes, (guint)part);
        bytes += part;
        length -= part;
        if (self->buffer->len == JW_FILE_CHUNK_BYTES && !put_buffer(self, error)) {
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
    const int64_t want = last ? back->size_bytes - n * JW_FILE_CHUNK_BYTES : JW_FILE_CHUNK_BYTES;

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

    if (!jw_file_read_chunks(self->store, self->info.file_id, 0, 0, check_chunk, &back, error)) {
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
        if (jw_file_publish(self->store, &self->info, &failure)) {
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
    self->failed = true; /* until it succeeds: a second finish must not publish */
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
jw_file_writer_free(gpointer self)
{
    JwFileWriter *writer = self;
    g_autoptr(GError) error = NULL;

    if (writer == NULL) {
        return;
    }
    if (writer->begun && !writer->finished
        && !jw_file_delete(writer->store, writer->info.file_id, writer->doubt, &error)) {
        jw_debug("upload_left_behind", JW_STR("file_id", writer->info.file_id),
                 JW_STR("error", jw_error_message(error))); /* the sweep finds it */
    }
    jw_file_info_clear(&writer->info);
    g_byte_array_unref(writer->buffer);
    g_checksum_free(writer->hash);
    g_free(writer);
}
