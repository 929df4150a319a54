/* file.h: the parts of a file: the note of its upload, its chunks, and the document that makes
 * it visible, in the GridFS layout. Any thread. */
#pragma once
#include "db/db.h"
#include "jw/store_files.h"

G_BEGIN_DECLS

#define JW_FILE_CHUNK_BYTES (255 * 1024)

/* The fs.files document of one file. */
typedef struct {
    char *file_id, *file_name, *content_type, *job_id, *sha256;
    int64_t size_bytes, chunk_bytes, uploaded_at_ms;
} JwFileInfo;
void jw_file_info_clear(JwFileInfo *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwFileInfo, jw_file_info_clear)

/* One chunk as read back; false with @error set ends the reading. */
typedef bool (*JwChunkFunc)(int64_t n, const void *data, size_t length, gpointer user,
                            GError **error);

/* repo/uploads.c: notes an upload before its first chunk, so that a sweep finds an abandoned
 * one. */
bool jw_upload_begin(JwStore *self, const char *file_id, const char *job_id, int64_t now_ms,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A chunk that exists with the same bytes is done already; with other bytes: CONFLICT. */
bool jw_file_put_chunk(JwStore *self, const char *file_id, int64_t n, const void *data,
                       size_t length, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Chunks from number @first on, in order, at most @limit (0: all). */
bool jw_file_read_chunks(JwStore *self, const char *file_id, int64_t first, int64_t limit,
                         JwChunkFunc visit, gpointer user,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Makes the file visible. One that exists with the same id, size and hash is done already;
 * another: CONFLICT. */
bool jw_file_publish(JwStore *self, const JwFileInfo *info,
                     GError **error) G_GNUC_WARN_UNUSED_RESULT;

bool jw_file_get(JwStore *self, const char *file_id, bool *ret_found, JwFileInfo *ret_info,
                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @keep_note: the note of the upload stays, for the sweep to delete once more. */
bool jw_file_delete(JwStore *self, const char *file_id, bool keep_note,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
