/* store_gridfs.c: the Mongo side of files: uploads, chunks and file documents in the GridFS
 * layout. Any thread. Chunk ids are derived from file and number, so writing a chunk again after
 * a lost reply meets itself. fs.uploads notes each upload before its first chunk: the sweep
 * reads that small collection instead of looking for strays among all chunks, and a file that a
 * job names is struck off there for good. */
#include "store_mongo.h"
#include "jw/ident.h"
#include <string.h>

#define WINDOW_CHUNKS                                                                              \
    16 /* one sorted read: bounds the memory of servers that sort without an index */

static void
free_document(gpointer document)
{
    bson_destroy(document);
}

static bool
insert_one(JwStore *self, const char *collection, bson_t *take_document, JwCreate *ret_create,
           GError **error)
{
    g_autoptr(GPtrArray) documents = g_ptr_array_new_with_free_func(free_document);

    g_ptr_array_add(documents, take_document);
    return jw_store_insert(self, collection, documents, ret_create, error);
}

bool
jw_store_mongo_begin_file(JwStore *self, const char *file_id, const char *job_id, int64_t now_ms,
                          GError **error)
{
    bson_t *document = BCON_NEW("_id", BCON_UTF8(file_id), "at", BCON_DATE_TIME(now_ms));
    JwCreate create;

    if (job_id != NULL) {
        BSON_APPEND_UTF8(document, "jobId", job_id);
    }
    return insert_one(self, "fs.uploads", document, &create, error);
}

typedef struct {
    const void *data;
    size_t length;
    bool same;
} Wanted;

static bool
compare_chunk(int64_t n, const void *data, size_t length, gpointer user, GError **error)
{
    Wanted *wanted = user;

    (void)n;
    (void)error;
    wanted->same = length == wanted->length && memcmp(data, wanted->data, length) == 0;
    return true;
}

bool
jw_store_mongo_put_chunk(JwStore *self, const char *file_id, int64_t n, const void *data,
                         size_t length, GError **error)
{
    char chunk_id[JW_UUID_LEN + 1];
    char number[24];
    Wanted wanted = { data, length, false };
    JwCreate create = JW_CREATE_EXISTS;
    bson_t *document = bson_sized_new(length + 256);

    g_snprintf(number, sizeof(number), "%" G_GINT64_FORMAT, n);
    jw_uuid_derive(chunk_id, "chunk", file_id, number, NULL);
    BSON_APPEND_UTF8(document, "_id", chunk_id);
    BSON_APPEND_UTF8(document, "files_id", file_id);
    BSON_APPEND_INT32(document, "n", (int32_t)n);
    bson_append_binary(document, "data", -1, BSON_SUBTYPE_BINARY, data, (uint32_t)length);
    if (!insert_one(self, "fs.chunks", document, &create, error)) {
        return jw_prefix(error, "chunk %s of file '%s'", number, file_id);
    }
    if (create == JW_CREATE_NEW) {
        return true;
    }
    if (!jw_store_mongo_read_chunks(self, file_id, n, 1, compare_chunk, &wanted, error)) {
        return false;
    }
    return wanted.same
           || jw_fail(error, JW_ERROR_CONFLICT, "file '%s' has another chunk %s already", file_id,
                      number);
}

typedef struct {
    JwChunkFunc visit;
    gpointer user;
    size_t count;
} ChunkVisit;

static bool
visit_chunk(const bson_t *document, gpointer data, GError **error)
{
    ChunkVisit *chunks = data;
    bson_iter_t iter;
    const uint8_t *bytes;
    uint32_t length;
    bson_subtype_t subtype;

    if (!bson_iter_init_find(&iter, document, "n")
        || (!BSON_ITER_HOLDS_INT32(&iter) && !BSON_ITER_HOLDS_INT64(&iter))) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored chunk has no number");
    }
    int64_t n = bson_iter_as_int64(&iter);
    if (!bson_iter_init_find(&iter, document, "data") || !BSON_ITER_HOLDS_BINARY(&iter)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored chunk has no data");
    }
    bson_iter_binary(&iter, &subtype, &length, &bytes);
    chunks->count++;
    return chunks->visit(n, bytes, length, chunks->user, error);
}

bool
jw_store_mongo_read_chunks(JwStore *self, const char *file_id, int64_t first, size_t limit,
                           JwChunkFunc visit, gpointer user, GError **error)
{
    const int64_t end = limit == 0 ? INT64_MAX : first + (int64_t)limit;

    while (first < end) {
        const int64_t next = MIN(first + WINDOW_CHUNKS, end);
        g_autoptr(bson_t) filter = BCON_NEW("files_id", BCON_UTF8(file_id), "n", "{", "$gte",
                                            BCON_INT64(first), "$lt", BCON_INT64(next), "}");
        g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "n", BCON_INT32(1), "}", "projection", "{",
                                          "n", BCON_INT32(1), "data", BCON_INT32(1), "}");
        ChunkVisit chunks = { visit, user, 0 };

        if (!jw_store_find(self, "fs.chunks", filter, opts, visit_chunk, &chunks, error)) {
            return jw_prefix(error, "file '%s'", file_id);
        }
        if (chunks.count == 0) {
            break;
        }
        first = next;
    }
    return true;
}

typedef struct {
    char *sha256, *content_type, *job_id;
} Metadata;
typedef struct {
    char *file_id, *file_name;
    int64_t size_bytes, uploaded_at_ms;
    int64_t chunk_bytes;
    Metadata metadata;
} FileDoc;

static const JwDocField metadata_fields[] = {
    { .name = "sha256", .type = JW_FIELD_TEXT, .offset = offsetof(Metadata, sha256) },
    { .name = "contentType", .type = JW_FIELD_TEXT, .offset = offsetof(Metadata, content_type) },
    { .name = "jobId", .type = JW_FIELD_TEXT, .offset = offsetof(Metadata, job_id) },
};
static const JwDocTable metadata_table = { "file", sizeof(Metadata), metadata_fields,
                                           G_N_ELEMENTS(metadata_fields) };
static const JwDocField file_fields[] = {
    { .name = "_id", .type = JW_FIELD_TEXT, .offset = offsetof(FileDoc, file_id) },
    { .name = "length", .type = JW_FIELD_INT64, .offset = offsetof(FileDoc, size_bytes) },
    { .name = "chunkSize", .type = JW_FIELD_INT64, .offset = offsetof(FileDoc, chunk_bytes) },
    { .name = "uploadDate",
      .type = JW_FIELD_TIME,
      .offset = offsetof(FileDoc, uploaded_at_ms),
      .always = true },
    { .name = "filename", .type = JW_FIELD_TEXT, .offset = offsetof(FileDoc, file_name) },
    { .name = "metadata",
      .type = JW_FIELD_STRUCT,
      .offset = offsetof(FileDoc, metadata),
      .table = &metadata_table },
};
static const JwDocTable file_table = { "file", sizeof(FileDoc), file_fields,
                                       G_N_ELEMENTS(file_fields) };

static bool
take_file(const bson_t *document, gpointer data, GError **error)
{
    JwFileInfo *info = data;
    FileDoc doc = { 0 };
    bool ok = jw_store_doc_read(document, &file_table, &doc, error);

    info->file_id = doc.file_id;
    info->file_name = doc.file_name;
    info->content_type = doc.metadata.content_type;
    info->job_id = doc.metadata.job_id;
    info->sha256 = doc.metadata.sha256;
    info->size_bytes = doc.size_bytes;
    info->chunk_bytes = doc.chunk_bytes;
    info->uploaded_at_ms = doc.uploaded_at_ms;
    if (ok && (info->size_bytes < 0 || info->chunk_bytes <= 0)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored file has no sensible size");
    }
    return ok;
}

bool
jw_store_mongo_get_file(JwStore *self, const char *file_id, bool *ret_found, JwFileInfo *ret_info,
                        GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(file_id));
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(1));
    g_auto(JwFileInfo) info = { 0 };

    if (!jw_store_find(self, "fs.files", filter, opts, take_file, &info, error)) {
        return jw_prefix(error, "file '%s'", file_id);
    }
    *ret_found = info.file_id != NULL;
    if (*ret_found) {
        *ret_info = info;
        info = (JwFileInfo){ 0 };
    }
    return true;
}

bool
jw_store_mongo_put_file(JwStore *self, const JwFileInfo *info, GError **error)
{
    const FileDoc doc = { .file_id = info->file_id,
                          .file_name = info->file_name,
                          .size_bytes = info->size_bytes,
                          .chunk_bytes = info->chunk_bytes,
                          .uploaded_at_ms = info->uploaded_at_ms,
                          .metadata = { info->sha256, info->content_type, info->job_id } };
    g_auto(JwFileInfo) stored = { 0 };
    bson_t *document = bson_new();
    JwCreate create = JW_CREATE_EXISTS;
    bool found = false;

    jw_store_doc_append(document, &file_table, &doc);
    if (!insert_one(self, "fs.files", document, &create, error)) {
        return jw_prefix(error, "file '%s'", info->file_id);
    }
    if (create == JW_CREATE_NEW) {
        return true;
    }
    if (!jw_store_mongo_get_file(self, info->file_id, &found, &stored, error)) {
        return false;
    }
    return (found && stored.size_bytes == info->size_bytes
            && g_strcmp0(stored.sha256, info->sha256) == 0)
           || jw_fail(error, JW_ERROR_CONFLICT, "another file '%s' exists already", info->file_id);
}

static bool
delete_from(const JwLease *lease, const char *collection, const char *key, const char *file_id,
            GError **error)
{
    g_autoptr(mongoc_collection_t) from = jw_lease_collection(lease, collection);
    g_autoptr(bson_t) filter = BCON_NEW(key, BCON_UTF8(file_id));
    bson_error_t cause;

    return mongoc_collection_delete_many(from, filter, NULL, NULL, &cause)
           || jw_store_fail_write(error, &cause, NULL, "deleting file '%s'", file_id);
}

bool
jw_store_mongo_delete_file(JwStore *self, const char *file_id, bool keep_note, GError **error)
{
    g_auto(JwLease) lease = { 0 };

    /* Invisible first; the note of the upload last, so that what fails in between is swept
     * again. */
    return jw_store_lease(self, &lease, error)
           && delete_from(&lease, "fs.files", "_id", file_id, error)
           && delete_from(&lease, "fs.chunks", "files_id", file_id, error)
           && (keep_note || delete_from(&lease, "fs.uploads", "_id", file_id, error));
}

typedef struct {
    char *file_id, *job_id;
} Upload;

static void
free_upload(gpointer data)
{
    Upload *upload = data;

    g_free(upload->file_id);
    g_free(upload->job_id);
    g_free(upload);
}

static bool
add_upload(const bson_t *document, gpointer uploads, GError **error)
{
    bson_iter_t iter;
    Upload *upload = g_new0(Upload, 1);

    g_ptr_array_add(uploads, upload);
    if (!bson_iter_init_find(&iter, document, "_id") || !BSON_ITER_HOLDS_UTF8(&iter)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "a stored upload has no text as its id");
    }
    upload->file_id = g_strdup(bson_iter_utf8(&iter, NULL));
    if (bson_iter_init_find(&iter, document, "jobId") && BSON_ITER_HOLDS_UTF8(&iter)) {
        upload->job_id = g_strdup(bson_iter_utf8(&iter, NULL));
    }
    return true;
}

typedef enum { UPLOAD_ORPHAN, UPLOAD_NAMED, UPLOAD_WORKING } UploadKind;

/* A job that is still at work may yet name its file, however long ago the upload began. */
static bool
judge_upload(JwStore *self, const Upload *upload, UploadKind *ret_kind, GError **error)
{
    g_autoptr(JwJob) job = NULL;

    if (upload->job_id == NULL) {
        g_autoptr(bson_t) filter = BCON_NEW("artifact.fileId", BCON_UTF8(upload->file_id));
        int64_t count = 0;
        if (!jw_store_count(self, "jobs", filter, 1, &count, error)) {
            return false;
        }
        *ret_kind = count > 0 ? UPLOAD_NAMED : UPLOAD_ORPHAN;
        return true;
    }
    g_autoptr(GError) cause = NULL;
    if (!jw_store_mongo_get_job(self, upload->job_id, &job, &cause)) {
        if (jw_error_code(cause) != JW_ERROR_CORRUPT) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        jw_store_note_unreadable(self, "jobs", upload->job_id, cause);
        *ret_kind = UPLOAD_WORKING; /* kept until somebody can say whose it is */
        return true;
    }
    *ret_kind = UPLOAD_ORPHAN;
    if (job != NULL && job->artifact != NULL
        && g_strcmp0(job->artifact->file_id, upload->file_id) == 0) {
        *ret_kind = UPLOAD_NAMED;
    } else if (job != NULL && (job->state == JW_JOB_RUNNING || job->state == JW_JOB_CANCELLING)) {
        *ret_kind = UPLOAD_WORKING;
    }
    return true;
}

static bool
strike_off(JwStore *self, const char *file_id, GError **error)
{
    g_auto(JwLease) lease = { 0 };

    return jw_store_lease(self, &lease, error)
           && delete_from(&lease, "fs.uploads", "_id", file_id, error);
}

bool
jw_store_mongo_find_orphan_files(JwStore *self, int64_t before_ms, size_t limit,
                                 GPtrArray **ret_ids, GError **error)
{
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(bson_t) filter = BCON_NEW("at", "{", "$lt", BCON_DATE_TIME(before_ms), "}");
    int64_t kept = 0;
    bool more = true;

    while (more && ids->len < limit) {
        g_autoptr(GPtrArray) uploads = g_ptr_array_new_with_free_func(free_upload);
        g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "at", BCON_INT32(1), "_id", BCON_INT32(1),
                                          "}", "skip", BCON_INT64(kept), "limit", BCON_INT64(200));
        if (!jw_store_find(self, "fs.uploads", filter, opts, add_upload, uploads, error)) {
            return false;
        }
        more = uploads->len > 0;
        for (guint i = 0; i < uploads->len && ids->len < limit; i++) {
            const Upload *upload = g_ptr_array_index(uploads, i);
            UploadKind kind = UPLOAD_WORKING;
            if (!judge_upload(self, upload, &kind, error)
                || (kind == UPLOAD_NAMED && !strike_off(self, upload->file_id, error))) {
                return false;
            }
            kept += kind == UPLOAD_NAMED ? 0 : 1;
            if (kind == UPLOAD_ORPHAN) {
                g_ptr_array_add(ids, g_strdup(upload->file_id));
            }
        }
    }
    *ret_ids = g_steal_pointer(&ids);
    return true;
}
