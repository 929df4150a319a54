/* expiry.c: expired files: finding them, and the mark that one is removed. Any thread. The mark,
 * artifact.removedAt, takes a job out of the index range that is scanned, so the cost depends on
 * what is left to do; the rest of the artifact stays as a record. */
#include "repo/repo.h"
#include "jw/store_files.h"

static gpointer
create_expired(void)
{
    return g_new0(JwExpiredFile, 1);
}

void
jw_expired_file_free(gpointer self)
{
    JwExpiredFile *file = self;

    if (file != NULL) {
        g_free(file->job_id);
        g_free(file->file_id);
        g_free(file);
    }
}

static const JwDocField artifact_fields[] = {
    { .name = "fileId", .type = JW_DOC_FIELD_STRING, .offset = offsetof(JwExpiredFile, file_id) },
};
static const JwDocTable artifact_table = { "artifact", sizeof(JwExpiredFile), artifact_fields, 1 };
static const JwDocField job_fields[] = {
    { .name = "_id", .type = JW_DOC_FIELD_STRING, .offset = offsetof(JwExpiredFile, job_id) },
    { .name = "artifact", .type = JW_DOC_FIELD_STRUCT, .offset = 0, .table = &artifact_table },
};
static const JwDocTable job_table = { "artifact of job", sizeof(JwExpiredFile), job_fields,
                                      G_N_ELEMENTS(job_fields) };
static const JwRepo expired = { "jobs", &job_table, create_expired, jw_expired_file_free };

bool
jw_store_find_expired_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_files,
                            GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_files != NULL, false);
    /* fileId: an artifact without it has nothing to remove, and must not block others. */
    g_autoptr(bson_t) filter =
        BCON_NEW("artifact.removedAt", BCON_NULL, "artifact.expiresAt", "{", "$lt",
                 BCON_DATE_TIME(before_ms), "}", "artifact.fileId", "{", "$gt", BCON_UTF8(""), "}");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "artifact.expiresAt", BCON_INT32(1), "}",
                                      "projection", "{", "artifact.fileId", BCON_INT32(1), "}");

    return jw_repo_page(self, &expired, filter, opts, limit, ret_files, error)
           || jw_prefix(error, "expired files");
}

bool
jw_store_mark_file_removed(JwStore *self, const JwExpiredFile *file, int64_t now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && file != NULL, false);
    g_return_val_if_fail(file->job_id != NULL && file->file_id != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(file->job_id), "artifact.fileId", BCON_UTF8(file->file_id));
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "artifact.removedAt", BCON_DATE_TIME(now_ms), "}");
    JwCas cas = JW_CAS_LOST; /* LOST: the job is gone */

    return jw_db_update(self, "jobs", filter, update, &cas, error)
           || jw_prefix(error, "artifact of job '%s'", file->job_id);
}
