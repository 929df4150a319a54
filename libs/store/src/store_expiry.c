/* store_expiry.c: files whose time is over, in MongoDB: which ones, and the mark that one is gone.
 * Any thread. The mark, artifact.removedAt, takes a job out of the index range that is looked
 * through, so the cost follows what is left to do; the rest of the artifact stays for those who
 * ask what the job made. */
#include "store_mongo.h"

static void
free_expired(gpointer file)
{
    jw_expired_file_free(file);
}

static bool
take_text(const bson_t *document, const char *path, char **ret_text)
{
    bson_iter_t iter, at;

    if (!bson_iter_init(&iter, document) || !bson_iter_find_descendant(&iter, path, &at)
        || !BSON_ITER_HOLDS_UTF8(&at)) {
        return false;
    }
    *ret_text = g_strdup(bson_iter_utf8(&at, NULL));
    return true;
}

static bool
add_expired(const bson_t *document, gpointer files, GError **error)
{
    g_autoptr(JwExpiredFile) file = g_new0(JwExpiredFile, 1);

    if (!take_text(document, "_id", &file->job_id)
        || !take_text(document, "artifact.fileId", &file->file_id)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "the artifact of job '%s' has no file",
                       file->job_id != NULL ? file->job_id : "?");
    }
    g_ptr_array_add(files, g_steal_pointer(&file));
    return true;
}

bool
jw_store_mongo_find_expired_files(JwStore *self, int64_t before_ms, size_t limit,
                                  GPtrArray **ret_files, GError **error)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(free_expired);
    /* fileId: one without it has nothing to remove, and must not stand in the way of others. */
    g_autoptr(bson_t) filter =
        BCON_NEW("artifact.removedAt", BCON_NULL, "artifact.expiresAt", "{", "$lt",
                 BCON_DATE_TIME(before_ms), "}", "artifact.fileId", "{", "$gt", BCON_UTF8(""), "}");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "artifact.expiresAt", BCON_INT32(1), "}",
                                      "projection", "{", "artifact.fileId", BCON_INT32(1), "}");

    if (!jw_store_find_page(self, "jobs", filter, opts, limit, add_expired, files, error)) {
        return jw_prefix(error, "expired files");
    }
    *ret_files = g_steal_pointer(&files);
    return true;
}

bool
jw_store_mongo_mark_file_removed(JwStore *self, const JwExpiredFile *file, int64_t now_ms,
                                 GError **error)
{
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(file->job_id), "artifact.fileId", BCON_UTF8(file->file_id));
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "artifact.removedAt", BCON_DATE_TIME(now_ms), "}");
    JwCas cas = JW_CAS_LOST; /* LOST: the job is gone, and nobody will ask for its file */

    return jw_store_update(self, "jobs", filter, update, &cas, error)
           || jw_prefix(error, "artifact of job '%s'", file->job_id);
}
