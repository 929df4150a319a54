/* test_job.c: the job struct: defaults, deep copies, freeing (the sanitizers look on). */
#include "jw/ident.h"
#include "jw/job.h"
#include "testkit.h"

static JwJob *
full_job(void)
{
    JwJob *job = jw_job_new();
    char **texts[] = {
        &job->id,
        &job->type,
        &job->name,
        &job->description,
        &job->subtype,
        &job->edition,
        &job->spec,
        &job->format,
        &job->source,
        &job->requested_by.id,
        &job->requested_by.name,
        &job->requested_by.email,
        &job->request_id,
        &job->traceparent,
        &job->request_hash,
        &job->owner,
        &job->progress.step,
        &job->error_code,
        &job->error_message,
        &job->cancelled_by,
        &job->cancel_reason,
    };

    for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
        *texts[i] = g_strdup_printf("text %zu", i);
    }
    job->departments = g_strsplit("a,b", ",", -1);
    job->recipients = g_strsplit("x@example.com,y@example.com", ",", -1);
    job->token = 7;
    job->artifact = g_new0(JwArtifact, 1);
    job->artifact->file_id = g_strdup("file");
    job->artifact->file_name = g_strdup("a.xlsx");
    job->artifact->content_type = g_strdup("text/csv");
    job->artifact->sha256 = g_strdup("00");
    job->artifact->summary = g_strdup("{}");
    job->artifact->definition_sha256 = g_strdup("11");
    job->artifact->program = g_strdup("program 1");
    job->artifact->rows = 12;
    g_ptr_array_add(job->outbox, jw_outbox_entry_new("topic", job->id, "jobwire.job.submitted.v1",
                                                     g_strdup("{}"), 1700000000000));
    return job;
}

static void
test_defaults(void **state)
{
    g_autoptr(JwJob) job = jw_job_new();

    (void)state;
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(job->priority, JW_PRIORITY_NORMAL);
    assert_int_equal(job->max_attempts, 5);
    assert_int_equal(job->max_retries, 3);
    assert_int_equal(job->outbox->len, 0);
    assert_null(job->artifact);
    assert_null(job->id);
    assert_int_equal(job->token, 0);
    jw_job_free(NULL);
}

/* Under the leak checker: every string of a full job is released. */
static void
test_free_releases_everything(void **state)
{
    JwJob *job = full_job();

    (void)state;
    assert_string_equal(job->cancel_reason, "text 20");
    jw_job_free(job);
    assert_null(jw_artifact_copy(NULL));
}

static void
test_outbox_entries_have_their_own_ids(void **state)
{
    g_autoptr(JwOutboxEntry) one = jw_outbox_entry_new("t", "k", "y", g_strdup("{}"), 5);
    g_autoptr(JwOutboxEntry) two = jw_outbox_entry_new("t", "k", "y", g_strdup("{}"), 5);
    g_autoptr(JwOutboxEntry) copy = NULL;

    (void)state;
    one->request_id = g_strdup("r1");
    one->traceparent = g_strdup("00-1");
    copy = jw_outbox_entry_copy(one);
    assert_string_equal(copy->request_id, "r1");
    assert_string_equal(copy->traceparent, "00-1");
    assert_ptr_not_equal(copy->request_id, one->request_id);
    assert_true(jw_uuid_valid(one->id));
    assert_string_not_equal(one->id, two->id);
    assert_string_equal(one->id, copy->id);
    assert_int_equal(one->at_ms, 5);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults),
        cmocka_unit_test(test_free_releases_everything),
        cmocka_unit_test(test_outbox_entries_have_their_own_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
