/* uploads.c: a note of each upload, written before its first chunk: the sweep reads this small
 * collection instead of all chunks, and removes the note of a file that a job names. Any thread. */
#include "files/file.h"
#include "repo.h"
#include "jw/store_jobs.h"

typedef struct {
    char *file_id, *job_id;
    int64_t at_ms;
} Upload;

static gpointer
create_upload(void)
{
    return g_new0(Upload, 1);
}

static void
free_upload(gpointer self)
{
    Upload *upload = self;

    g_free(upload->file_id);
    g_free(upload->job_id);
    g_free(upload);
}

static const JwDocField fields[] = {
    { .name = "_id", .type = JW_DOC_FIELD_STRING, .offset = offsetof(Upload, file_id) },
    { .name = "at", .type = JW_DOC_FIELD_TIME, .offset = offsetof(Upload, at_ms), .always = true },
    { .name = "jobId", .type = JW_DOC_FIELD_STRING, .offset = offsetof(Upload, job_id) },
};
static const JwDocTable table = { "upload", sizeof(Upload), fields, G_N_ELEMENTS(fields) };
static const JwRepo uploads = { "fs.uploads", &table, create_upload, free_upload };

JW_DB_INDEXES(uploads) = {
    { "fs.uploads", "at:1", false },
    { 0 },
};

bool
jw_upload_begin(JwStore *self, const char *file_id, const char *job_id, int64_t now_ms,
                GError **error)
{
    const Upload upload = { (char *)(uintptr_t)file_id, (char *)(uintptr_t)job_id, now_ms };
    JwCreate create = JW_CREATE_EXISTS;

    return jw_db_insert_one(self, "fs.uploads", jw_repo_document(&uploads, &upload), &create,
                            error);
}

typedef enum { UPLOAD_ORPHAN, UPLOAD_NAMED, UPLOAD_WORKING } UploadKind;

static bool
judge_jobless(JwStore *self, const Upload *upload, UploadKind *ret_kind, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("artifact.fileId", BCON_UTF8(upload->file_id));
    int64_t count = 0;

    if (!jw_db_count(self, "jobs", filter, 1, &count, error)) {
        return false;
    }
    *ret_kind = count > 0 ? UPLOAD_NAMED : UPLOAD_ORPHAN;
    return true;
}

/* A running job may still name its file, however old the upload is. */
static bool
judge_upload(JwStore *self, const Upload *upload, UploadKind *ret_kind, GError **error)
{
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) cause = NULL;

    if (upload->job_id == NULL) {
        return judge_jobless(self, upload, ret_kind, error);
    }
    if (!jw_store_get_job(self, upload->job_id, &job, &cause)) {
        if (jw_error_code(cause) != JW_ERROR_CORRUPT) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        jw_db_note_unreadable(self, "jobs", upload->job_id, cause);
        *ret_kind = UPLOAD_WORKING; /* kept until its owner is known */
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
add_upload(const bson_t *document, gpointer some, GError **error)
{
    gpointer upload = jw_repo_read(&uploads, document, error);

    if (upload != NULL) {
        g_ptr_array_add(some, upload);
    }
    return upload != NULL;
}

bool
jw_store_find_orphan_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_ids,
                           GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_ids != NULL, false);
    g_autoptr(GPtrArray) ids = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(bson_t) filter = BCON_NEW("at", "{", "$lt", BCON_DATE_TIME(before_ms), "}");
    int64_t kept = 0;
    bool more = true;

    while (more && ids->len < limit) {
        g_autoptr(GPtrArray) some = g_ptr_array_new_with_free_func(free_upload);
        g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "at", BCON_INT32(1), "_id", BCON_INT32(1),
                                          "}", "skip", BCON_INT64(kept), "limit", BCON_INT64(200));
        if (!jw_db_find(self, "fs.uploads", filter, opts, add_upload, some, error)) {
            return false;
        }
        more = some->len > 0;
        for (guint i = 0; i < some->len && ids->len < limit; i++) {
            const Upload *upload = g_ptr_array_index(some, i);
            UploadKind kind = UPLOAD_WORKING;
            if (!judge_upload(self, upload, &kind, error)
                || (kind == UPLOAD_NAMED
                    && !jw_db_remove(self, "fs.uploads", "_id", upload->file_id, error))) {
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
