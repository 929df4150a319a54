/* test_batch.c: shared inserts: every thread gets the answer of its own job. */
#include <string.h>

#include "jw/jobs_batch.h"
#include "jw/ident.h"
#include "jw/store_mem.h"
#include "testkit.h"

#define THREADS 16
#define JOBS    100

typedef struct {
    JwJobsBatch *batch;
    int thread, created, exist, failed;
} Worker;

static JwJob *
new_job(const char *id)
{
    JwJob *job = jw_job_new();

    job->id = g_strdup(id);
    job->type = g_strdup("report");
    job->name = g_strdup("n");
    job->subtype = g_strdup("s");
    job->spec = g_strdup("{}");
    job->source = g_strdup("test");
    job->requested_by.id = g_strdup("u");
    job->created_at_ms = job->updated_at_ms = 1;
    return job;
}

/* Every second id is shared by all threads: exactly one of them creates it. */
static gpointer
work(gpointer data)
{
    Worker *self = data;

    for (int i = 0; i < JOBS; i++) {
        char id[JW_UUID_LEN + 1];
        g_autofree char *number = g_strdup_printf("%d", i);
        g_autofree char *thread = g_strdup_printf("%d", i % 2 == 0 ? -1 : self->thread);
        g_autoptr(GError) error = NULL;
        JwCreate create = JW_CREATE_EXISTS;

        jw_uuid_derive(id, "batch", number, thread, NULL);
        g_autoptr(JwJob) job = new_job(id);
        if (!jw_jobs_batch_insert(self->batch, job, &create, &error)) {
            self->failed++;
        } else if (create == JW_CREATE_NEW) {
            self->created++;
        } else {
            self->exist++;
        }
    }
    return NULL;
}

static void
run_workers(JwStore *store, Worker *ret_sum)
{
    g_autoptr(JwJobsBatch) batch = jw_jobs_batch_new(store);
    Worker workers[THREADS];
    GThread *threads[THREADS];

    for (int i = 0; i < THREADS; i++) {
        workers[i] = (Worker){ .batch = batch, .thread = i };
        threads[i] = g_thread_new("worker", work, &workers[i]);
    }
    *ret_sum = (Worker){ 0 };
    for (int i = 0; i < THREADS; i++) {
        g_thread_join(threads[i]);
        ret_sum->created += workers[i].created;
        ret_sum->exist += workers[i].exist;
        ret_sum->failed += workers[i].failed;
    }
}

static void
test_each_gets_its_own_answer(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwStore) store = jw_store_mem_new();
    g_autoptr(GError) error = NULL;
    Worker sum;
    int64_t count = 0;

    run_workers(store, &sum);
    assert_int_equal(sum.failed, 0);
    assert_int_equal(sum.created, JOBS / 2 + THREADS * JOBS / 2);
    assert_int_equal(sum.exist, (THREADS - 1) * JOBS / 2);
    assert_ok(jw_store_count_jobs(store, 0, 0, &count, &error), error);
    assert_int_equal(count, sum.created);
}

/* A failed round trip fails those who were in it, and no others. */
static void
test_an_error_reaches_those_in_the_batch(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwStore) store = jw_store_mem_new();
    Worker sum;

    jw_store_mem_fail_nth(store, 5, JW_ERROR_UNAVAILABLE, false);
    run_workers(store, &sum);
    assert_in_range(sum.failed, 1, THREADS);
    assert_int_equal(sum.created + sum.exist + sum.failed, THREADS * JOBS);
}

/* Refused for good: maybe because of one job, so the others are tried alone. */
static void
test_one_bad_job_harms_no_other(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwStore) store = jw_store_mem_new();
    Worker sum;

    jw_store_mem_fail_nth(store, 5, JW_ERROR_INVALID, false);
    run_workers(store, &sum);
    assert_in_range(sum.failed, 0, 1); /* only a job that was alone in the refused call */
}

static void
test_errors_keep_their_code(void **state G_GNUC_UNUSED)
{
    static const JwErrorCode codes[] = { JW_ERROR_BUSY, JW_ERROR_UNAVAILABLE, JW_ERROR_IN_DOUBT,
                                         JW_ERROR_INVALID };

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(JwStore) store = jw_store_mem_new();
        g_autoptr(JwJobsBatch) batch = jw_jobs_batch_new(store);
        g_autoptr(JwJob) job = new_job("0190a5d0-0000-7000-8000-000000000001");
        JwCreate create = JW_CREATE_EXISTS;
        GError *error = NULL;

        jw_store_mem_fail_nth(store, 1, codes[i], false);
        assert_false(jw_jobs_batch_insert(batch, job, &create, &error));
        assert_jw_error(error, codes[i], "*");
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_gets_its_own_answer),
        cmocka_unit_test(test_an_error_reaches_those_in_the_batch),
        cmocka_unit_test(test_one_bad_job_harms_no_other),
        cmocka_unit_test(test_errors_keep_their_code),
    };

    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
