/* store_mem_files.c: chunks, files and uploads in memory. Any thread. */
#include "store_mem.h"
#include <string.h>

void
jw_store_mem_free_upload(gpointer data)
{
    JwMemUpload *upload = data;

    g_free(upload->job_id);
    g_free(upload);
}

void
jw_store_mem_free_file(gpointer data)
{
    JwFileInfo *info = data;

    jw_file_info_clear(info);
    g_free(info);
}

static char *
chunk_key(const char *file_id, int64_t n)
{
    return g_strdup_printf("%s/%" G_GINT64_FORMAT, file_id, n);
}

static void
copy_info(JwFileInfo *to, const JwFileInfo *from)
{
    *to = *from;
    to->file_id = g_strdup(from->file_id);
    to->file_name = g_strdup(from->file_name);
    to->content_type = g_strdup(from->content_type);
    to->job_id = g_strdup(from->job_id);
    to->sha256 = g_strdup(from->sha256);
}

static bool
begin_file(JwStore *self, const char *file_id, const char *job_id, int64_t now_ms, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    if (!g_hash_table_contains(mem->uploads, file_id)) {
        JwMemUpload *upload = g_new0(JwMemUpload, 1);
        upload->job_id = g_strdup(job_id);
        upload->at_ms = now_ms;
        g_hash_table_insert(mem->uploads, g_strdup(file_id), upload);
    }
    return jw_store_mem_end(mem, error);
}

static bool
put_chunk(JwStore *self, const char *file_id, int64_t n, const void *data, size_t length,
          GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autofree char *key = chunk_key(file_id, n);
    g_autoptr(GBytes) bytes = g_bytes_new(data, length);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    GBytes *old = g_hash_table_lookup(mem->chunks, key);
    if (old != NULL && !g_bytes_equal(old, bytes)) {
        return jw_fail(error, JW_ERROR_CONFLICT,
                       "file '%s' has another chunk %" G_GINT64_FORMAT " already", file_id, n);
    }
    if (old == NULL) {
        g_hash_table_insert(mem->chunks, g_steal_pointer(&key), g_steal_pointer(&bytes));
    }
    return jw_store_mem_end(mem, error);
}

static GBytes *
take_chunk(JwStoreMem *mem, const char *file_id, int64_t n)
{
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autofree char *key = chunk_key(file_id, n);
    GBytes *chunk = g_hash_table_lookup(mem->chunks, key);

    return chunk == NULL ? NULL : g_bytes_ref(chunk);
}

static bool
read_chunks(JwStore *self, const char *file_id, int64_t first, size_t limit, JwChunkFunc visit,
            gpointer user, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    {
        g_auto(JwLocker) locker = jw_locker(&mem->mutex);
        if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
            return false;
        }
    }
    for (int64_t n = first; limit == 0 || n < first + (int64_t)limit; n++) {
        g_autoptr(GBytes) chunk = take_chunk(mem, file_id, n);
        gsize length;
        if (chunk == NULL) {
            break;
        }
        const void *data = g_bytes_get_data(chunk, &length);
        if (!visit(n, data, length, user, error)) {
            return false;
        }
    }
    return true;
}

static bool
put_file(JwStore *self, const JwFileInfo *info, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    const JwFileInfo *old = g_hash_table_lookup(mem->files, info->file_id);
    if (old != NULL
        && (old->size_bytes != info->size_bytes || g_strcmp0(old->sha256, info->sha256) != 0)) {
        return jw_fail(error, JW_ERROR_CONFLICT, "another file '%s' exists already", info->file_id);
    }
    if (old == NULL) {
        JwFileInfo *copy = g_new0(JwFileInfo, 1);
        copy_info(copy, info);
        g_hash_table_insert(mem->files, g_strdup(info->file_id), copy);
    }
    return jw_store_mem_end(mem, error);
}

static bool
get_file(JwStore *self, const char *file_id, bool *ret_found, JwFileInfo *ret_info, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    const JwFileInfo *info = g_hash_table_lookup(mem->files, file_id);
    *ret_found = info != NULL;
    if (info != NULL) {
        copy_info(ret_info, info);
    }
    return true;
}

static bool
delete_file(JwStore *self, const char *file_id, bool keep_note, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autofree char *prefix = g_strconcat(file_id, "/", NULL);
    GHashTableIter iter;
    gpointer key;

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    g_hash_table_remove(mem->files, file_id);
    if (!keep_note) {
        g_hash_table_remove(mem->uploads, file_id);
    }
    g_hash_table_iter_init(&iter, mem->chunks);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (g_str_has_prefix(key, prefix)) {
            g_hash_table_iter_remove(&iter);
        }
    }
    return jw_store_mem_end(mem, error);
}

typedef enum { UPLOAD_ORPHAN, UPLOAD_NAMED, UPLOAD_WORKING } UploadKind;

static bool
names_file(const JwJob *job, const char *file_id)
{
    return job != NULL && job->artifact != NULL && g_strcmp0(job->artifact->file_id, file_id) == 0;
}

static UploadKind
judge_upload(JwStoreMem *mem, const char *file_id, const JwMemUpload *upload)
{
    GHashTableIter iter;
    gpointer value;

    if (upload->job_id != NULL) {
        const JwJob *job = g_hash_table_lookup(mem->jobs, upload->job_id);
        if (names_file(job, file_id) && jw_store_mem_readable(mem, job->id)) {
            return UPLOAD_NAMED;
        }
        return job != NULL
                       && (job->state == JW_JOB_RUNNING || job->state == JW_JOB_CANCELLING
                           || !jw_store_mem_readable(mem, job->id))
                   ? UPLOAD_WORKING
                   : UPLOAD_ORPHAN;
    }
    g_hash_table_iter_init(&iter, mem->jobs);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        if (names_file(value, file_id)) {
            return UPLOAD_NAMED;
        }
    }
    return UPLOAD_ORPHAN;
}

typedef struct {
    const char *file_id;
    int64_t at_ms;
} Candidate;

static gint
compare_candidates(gconstpointer a, gconstpointer b)
{
    const Candidate *x = a, *y = b;

    if (x->at_ms != y->at_ms) {
        return x->at_ms < y->at_ms ? -1 : 1;
    }
    return strcmp(x->file_id, y->file_id);
}

static bool
find_orphan_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_ids,
                  GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GArray) candidates = g_array_new(FALSE, FALSE, sizeof(Candidate));
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    GHashTableIter iter;
    gpointer key, value;

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    g_hash_table_iter_init(&iter, mem->uploads);
    while (g_hash_table_iter_next(&iter, &key, &value)) {
        const JwMemUpload *upload = value;
        const Candidate candidate = { key, upload->at_ms };
        if (upload->at_ms < before_ms && judge_upload(mem, key, upload) == UPLOAD_ORPHAN) {
            g_array_append_val(candidates, candidate);
        }
    }
    g_array_sort(candidates, compare_candidates);
    for (guint i = 0; i < candidates->len && ids->len < limit; i++) {
        g_ptr_array_add(ids, g_strdup(g_array_index(candidates, Candidate, i).file_id));
    }
    *ret_ids = g_steal_pointer(&ids);
    return true;
}

static void
free_expired(gpointer file)
{
    jw_expired_file_free(file);
}

static gint
compare_expiry(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwJob *x = *(JwJob *const *)a, *y = *(JwJob *const *)b;
    const int64_t x_ms = x->artifact != NULL ? x->artifact->expires_at_ms : 0;
    const int64_t y_ms = y->artifact != NULL ? y->artifact->expires_at_ms : 0;

    (void)data;
    return (x_ms > y_ms) - (x_ms < y_ms);
}

static bool
find_expired_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_files,
                   GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) all = jw_store_mem_sorted(mem->jobs, compare_expiry, NULL);
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(free_expired);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    for (guint i = 0; i < all->len && files->len < limit; i++) {
        const JwJob *job = g_ptr_array_index(all, i);
        const JwArtifact *artifact = job->artifact;
        if (artifact != NULL && artifact->file_id != NULL && artifact->expires_at_ms != 0
            && artifact->expires_at_ms < before_ms
            && !g_hash_table_contains(mem->removed, artifact->file_id)) {
            JwExpiredFile *file = g_new0(JwExpiredFile, 1);
            file->job_id = g_strdup(job->id);
            file->file_id = g_strdup(artifact->file_id);
            g_ptr_array_add(files, file);
        }
    }
    *ret_files = g_steal_pointer(&files);
    return true;
}

static bool
mark_file_removed(JwStore *self, const JwExpiredFile *file, int64_t now_ms, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    (void)now_ms;
    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    if (names_file(g_hash_table_lookup(mem->jobs, file->job_id), file->file_id)) {
        g_hash_table_add(mem->removed, g_strdup(file->file_id));
    }
    return jw_store_mem_end(mem, error);
}

void
jw_store_mem_file_ops(JwStoreOps *ops)
{
    ops->begin_file = begin_file;
    ops->put_chunk = put_chunk;
    ops->read_chunks = read_chunks;
    ops->put_file = put_file;
    ops->get_file = get_file;
    ops->delete_file = delete_file;
    ops->find_orphan_files = find_orphan_files;
    ops->find_expired_files = find_expired_files;
    ops->mark_file_removed = mark_file_removed;
}
