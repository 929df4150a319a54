/* jw/store_files.h: artifacts in GridFS, by our own chunk writer (ARCHITECTURE.md, libmongoc's
 * upload stream loses data), in the standard layout (fs.files, fs.chunks, 255 KiB chunks), so any
 * GridFS client reads them. A file becomes visible when its fs.files document is written, after
 * all chunks were read back. */
#pragma once
#include "jw/store.h"

G_BEGIN_DECLS

typedef struct _JwFileWriter JwFileWriter;
typedef struct _JwFileReader JwFileReader;

/* @file_id: a UUID private to this attempt. Nothing is visible before _finish. One thread. */
JwFileWriter *jw_file_writer_new(JwStore *self, const char *file_id, const char *file_name,
                                 const char *content_type, const char *job_id, int64_t now_ms);
bool jw_file_writer_write(JwFileWriter *self, const void *data, size_t length,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes the rest, reads all chunks back (count, length, SHA-256) and then makes the file visible.
 * CORRUPT when what was read differs. @ret_sha256: (transfer full) hex */
bool jw_file_writer_finish(JwFileWriter *self, int64_t *ret_size, char **ret_sha256,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Frees; a file that was not finished has its chunks removed, as far as the server answers. When
 * the outcome of a write was unknown, one may still arrive: then the note of the upload stays, and
 * the sweep deletes again (jw_store_find_orphan_files). */
void jw_file_writer_free(JwFileWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwFileWriter, jw_file_writer_free)

/* NOT_FOUND when there is no such file. One thread. */
JwFileReader *jw_file_reader_new(JwStore *self, const char *file_id,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
int64_t jw_file_reader_size(const JwFileReader *self);
/* Up to @length bytes from @offset; *ret_length 0 at the end. CORRUPT for a missing or short
 * chunk. */
bool jw_file_reader_read(JwFileReader *self, int64_t offset, void *buffer, size_t length,
                         size_t *ret_length, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_file_reader_free(JwFileReader *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwFileReader, jw_file_reader_free)

bool jw_store_delete_file(JwStore *self, const char *file_id,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Ids of files and of chunks without a file whose upload began before @before_ms and that no job
 * names. For the sweep. One of a job that cannot be read is not among them. @ret_ids: of char *
 * (transfer full) */
bool jw_store_find_orphan_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_ids,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    char *job_id, *file_id;
} JwExpiredFile;
void jw_expired_file_free(JwExpiredFile *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwExpiredFile, jw_expired_file_free)

/* Files of jobs whose artifact expired before @before_ms and is not marked as removed, those that
 * expired first in front. @ret_files: of JwExpiredFile (transfer full) */
bool jw_store_find_expired_files(JwStore *self, int64_t before_ms, size_t limit,
                                 GPtrArray **ret_files, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* After jw_store_delete_file(): the job's artifact stays as a record, but is not found again. May
 * be repeated. */
bool jw_store_mark_file_removed(JwStore *self, const JwExpiredFile *file, int64_t now_ms,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
