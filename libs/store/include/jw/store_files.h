/* jw/store_files.h: artifacts in GridFS, by our own chunk writer (ARCHITECTURE.md, libmongoc's
 * upload stream loses data), in the standard layout (fs.files, fs.chunks, 255 KiB chunks), so any
 * GridFS client reads them. A file becomes visible when its fs.files document is written, after
 * all chunks were read back. Errors: jw/store.h. */
#pragma once
#include "jw/store.h"

G_BEGIN_DECLS

/* One thread. */
typedef struct _JwFileWriter JwFileWriter;

/* One thread. */
typedef struct _JwFileReader JwFileReader;

/* @file_id: a UUID private to this attempt. Nothing is visible before _finish. @job_id: (nullable):
 * the job that is going to name the file. (transfer full) */
JwFileWriter *jw_file_writer_new(JwStore *self, const char *file_id, const char *file_name,
                                 const char *content_type, const char *job_id, int64_t now_ms);

/* CONFLICT: another file of this id has other bytes there. After an error all further writes
 * fail. */
bool jw_file_writer_write(JwFileWriter *self, const void *data, size_t length,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_file_writer_finish:
 * @ret_size: (out): in bytes
 * @ret_sha256: (out) (transfer full): in hex
 * @error: CORRUPT when what was read back differs; CONFLICT when another file has this id
 *
 * Writes the rest, reads all chunks back (count, length, SHA-256) and then makes the file visible.
 */
bool jw_file_writer_finish(JwFileWriter *self, int64_t *ret_size, char **ret_sha256,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Frees; a file that was not finished has its chunks removed, as far as the server answers. When
 * the outcome of a write was unknown, one may still arrive: then the note of the upload stays, and
 * the sweep deletes again (jw_store_find_orphan_files). */
void jw_file_writer_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwFileWriter, jw_file_writer_free)

/* NOT_FOUND when there is no such file. (transfer full) */
JwFileReader *jw_file_reader_new(JwStore *self, const char *file_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_file_reader_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwFileReader, jw_file_reader_free)

/* In bytes. */
int64_t jw_file_reader_size(const JwFileReader *self);

/* Reads up to @length bytes from @offset; *ret_length 0 at the end. CORRUPT for a missing or short
 * chunk. */
bool jw_file_reader_read(JwFileReader *self, int64_t offset, void *buffer, size_t length,
                         size_t *ret_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deletes chunks and file. A file that is gone is no error. */
bool jw_store_delete_file(JwStore *self, const char *file_id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_find_orphan_files:
 * @before_ms: of uploads that began before this
 * @limit: at least 1
 * @ret_ids: (out) (element-type utf8) (transfer full): of files, and of chunks without a file,
 *   that no job names; one of a job that cannot be read is not among them
 */
bool jw_store_find_orphan_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_ids,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    char *job_id, *file_id;
} JwExpiredFile;

/* Frees @self, a JwExpiredFile, and its strings. */
void jw_expired_file_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwExpiredFile, jw_expired_file_free)

/* Files of jobs whose artifact expired before @before_ms and is not marked as removed, those that
 * expired first in front, at most @limit. @ret_files: (out) (element-type JwExpiredFile)
 * (transfer full) */
bool jw_store_find_expired_files(JwStore *self, int64_t before_ms, size_t limit,
                                 GPtrArray **ret_files, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* After jw_store_delete_file(): the job's artifact stays as a record, but is not found again. May
 * be repeated. */
bool jw_store_mark_file_removed(JwStore *self, const JwExpiredFile *file, int64_t now_ms,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
