/* store_conformance_expiry.c: which files are expired, and what marking them does. */
#include "store_conformance.h"

#define NONE INT64_C(-1) /* no artifact at all */

/* @ret_id: (transfer full), may be NULL */
static void
new_job(JwStore *store, const char *file_id, int64_t expires_at_ms, char **ret_id)
{
    g_autoptr(JwJob) job = sc_job(expires_at_ms == NONE ? JW_JOB_FAILED : JW_JOB_COMPLETED);

    g_clear_pointer(&job->artifact, jw_artifact_free);
    if (expires_at_ms != NONE) {
        char *id = g_strdup(file_id);
        const JwArtifact artifact = { .file_id = id, .expires_at_ms = expires_at_ms, .rows = 3 };
        job->artifact = jw_artifact_copy(&artifact);
        g_free(id);
    }
    sc_create(store, job);
    if (ret_id != NULL) {
        *ret_id = g_strdup(job->id);
    }
}

static void
assert_expired(JwStore *store, int64_t before_ms, size_t limit, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) files = NULL;
    g_autoptr(GString) found = g_string_new(NULL);

    assert_ok(jw_store_find_expired_files(store, before_ms, limit, &files, &error), error);
    for (guint i = 0; i < files->len; i++) {
        const JwExpiredFile *file = g_ptr_array_index(files, i);
        g_autoptr(JwJob) job = sc_get(store, file->job_id);
        sc_assert_text(job->artifact->file_id, file->file_id);
        g_string_append_printf(found, "%s ", file->file_id);
    }
    assert_string_equal(found->str, expected);
}

static void
mark(JwStore *store, char *job_id, char *file_id)
{
    const JwExpiredFile file = { .job_id = job_id, .file_id = file_id };
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_mark_file_removed(store, &file, SC_NOW + 100, &error), error);
}

static void
finds_expired_files_until_they_are_marked(JwStore *store)
{
    g_autofree char *early = NULL;
    g_autofree char *file_early = g_strdup("early"), *other = g_strdup("other");

    new_job(store, "late", SC_NOW + 20, NULL);
    new_job(store, "early", SC_NOW + 10, &early);
    new_job(store, "forever", 0, NULL);
    new_job(store, NULL, NONE, NULL);
    g_autoptr(JwJob) before = sc_get(store, early);
    assert_expired(store, SC_NOW + 10, 10, "");
    assert_expired(store, SC_NOW + 11, 10, "early ");
    assert_expired(store, SC_NOW + 21, 10, "early late ");
    assert_expired(store, SC_NOW + 21, 1, "early ");
    mark(store, early, other); /* not its file: another attempt's */
    assert_expired(store, SC_NOW + 21, 10, "early late ");
    for (int twice = 0; twice < 2; twice++) {
        mark(store, early, file_early);
        assert_expired(store, SC_NOW + 21, 10, "late ");
    }
    mark(store, other, file_early); /* a job that is gone */
    g_autoptr(JwJob) after = sc_get(store, early);
    sc_assert_same_job(before, after); /* its artifact stays as a record */
}

const ScCase sc_expiry_cases[] = {
    { "finds_expired_files_until_they_are_marked", finds_expired_files_until_they_are_marked },
    { NULL, NULL },
};
