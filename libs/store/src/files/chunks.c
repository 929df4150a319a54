/* chunks.c: chunks and file documents in the GridFS layout. Any thread. Chunk ids are derived
 * from file and number, so writing a chunk again after a lost reply finds it. */
#include "codec/doc.h"
#include "file.h"
#include "jw/ident.h"
#include <string.h>

/* One sorted read: bounds the memory of servers that sort without an index. */
#define WINDOW_CHUNKS 16

JW_DB_INDEXES(chunks) = {
    { "fs.chunks", "files_id:1 n:1", true },
    { 0 },
};
JW_DB_INDEXES(files) = {
    { "fs.files", "filename:1 uploadDate:1", false },
    { 0 },
};

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
jw_file_put_chunk(JwStore *self, const char *file_id, int64_t n, const void *data, size_t length,
                  GError **error)
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
    if (!jw_db_insert_one(self, "fs.chunks", document, &create, error)) {
        return jw_prefix(error, "chunk %s of file '%s'", number, file_id);
    }
    if (create == JW_CREATE_NEW) {
        return true;
    }
    if (!jw_file_read_chunks(self, file_id, n, 1, compare_chunk, &wanted, error)) {
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
jw_file_read_chunks(JwStore *self, const char *file_id, int64_t first, int64_t limit,
                    JwChunkFunc visit, gpointer user, GError **error)
{
    const int64_t end = limit == 0 ? INT64_MAX : first + limit;

    while (first < end) {
        const int64_t next = MIN(first + WINDOW_CHUNKS, end);
        g_autoptr(bson_t) filter = BCON_NEW("files_id", BCON_UTF8(file_id), "n", "{", "$gte",
                                            BCON_INT64(first), "$lt", BCON_INT64(next), "}");
        g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "n", BCON_INT32(1), "}", "projection", "{",
                                          "n", BCON_INT32(1), "data", BCON_INT32(1), "}");
        ChunkVisit chunks = { visit, user, 0 };

        if (!jw_db_find(self, "fs.chunks", filter, opts, visit_chunk, &chunks, error)) {
            return jw_prefix(error, "file '%s'", file_id);
        }
        if (chunks.count == 0) {
            break;
        }
        first = next;
    }
    return true;
}

#define FIELD(type_, member, name_)                                                                \
    {                                                                                              \
        .name = (name_), .type = JW_DOC_FIELD_##type_, .offset = offsetof(JwFileInfo, member)      \
    }
static const JwDocField metadata_fields[] = {
    FIELD(STRING, sha256, "sha256"),
    FIELD(STRING, content_type, "contentType"),
    FIELD(STRING, job_id, "jobId"),
};
static const JwDocTable metadata_table = { "file", sizeof(JwFileInfo), metadata_fields,
                                           G_N_ELEMENTS(metadata_fields) };
static const JwDocField file_fields[] = {
    FIELD(STRING, file_id, "_id"),
    FIELD(INT64, size_bytes, "length"),
    FIELD(INT64, chunk_bytes, "chunkSize"),
    FIELD(TIME, uploaded_at_ms, "uploadDate"),
    FIELD(STRING, file_name, "filename"),
    /* a document of its own over the same struct */
    { .name = "metadata", .type = JW_DOC_FIELD_STRUCT, .offset = 0, .table = &metadata_table },
};
static const JwDocTable file_table = { "file", sizeof(JwFileInfo), file_fields,
                                       G_N_ELEMENTS(file_fields) };

void
jw_file_info_clear(JwFileInfo *self)
{
    g_clear_pointer(&self->file_id, g_free);
    g_clear_pointer(&self->file_name, g_free);
    g_clear_pointer(&self->content_type, g_free);
    g_clear_pointer(&self->job_id, g_free);
    g_clear_pointer(&self->sha256, g_free);
}

static bool
take_file(const bson_t *document, gpointer data, GError **error)
{
    JwFileInfo *info = data;

    if (!jw_doc_read(document, &file_table, info, error)) {
        return false;
    }
    return (info->size_bytes >= 0 && info->chunk_bytes > 0)
           || jw_fail(error, JW_ERROR_CORRUPT, "a stored file has no sensible size");
}

bool
jw_file_get(JwStore *self, const char *file_id, bool *ret_found, JwFileInfo *ret_info,
            GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(file_id));
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(1));
    g_auto(JwFileInfo) info = { 0 };

    if (!jw_db_find(self, "fs.files", filter, opts, take_file, &info, error)) {
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
jw_file_publish(JwStore *self, const JwFileInfo *info, GError **error)
{
    g_auto(JwFileInfo) stored = { 0 };
    bson_t *document = bson_new();
    JwCreate create = JW_CREATE_EXISTS;
    bool found = false;

    jw_doc_append(document, &file_table, info);
    if (!jw_db_insert_one(self, "fs.files", document, &create, error)) {
        return jw_prefix(error, "file '%s'", info->file_id);
    }
    if (create == JW_CREATE_NEW) {
        return true;
    }
    if (!jw_file_get(self, info->file_id, &found, &stored, error)) {
        return false;
    }
    return (found && stored.size_bytes == info->size_bytes
            && g_strcmp0(stored.sha256, info->sha256) == 0)
           || jw_fail(error, JW_ERROR_CONFLICT, "another file '%s' exists already", info->file_id);
}

/* The visible document first, the note of the upload last, so that the sweep repeats what failed
 * in between. */
bool
jw_file_delete(JwStore *self, const char *file_id, bool keep_note, GError **error)
{
    return (jw_db_remove(self, "fs.files", "_id", file_id, error)
            && jw_db_remove(self, "fs.chunks", "files_id", file_id, error)
            && (keep_note || jw_db_remove(self, "fs.uploads", "_id", file_id, error)))
           || jw_prefix(error, "deleting file '%s'", file_id);
}

bool
jw_store_delete_file(JwStore *self, const char *file_id, GError **error)
{
    g_return_val_if_fail(self != NULL && file_id != NULL, false);
    return jw_file_delete(self, file_id, false, error);
}
