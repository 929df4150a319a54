/* test_store_mem.c: the conformance test on the store in memory, and its faults on demand. */
#include "store_conformance.h"
#include "db/db.h"
#include "jw/store_mem.h"
#include <sys/wait.h>
#include <unistd.h>

static void
the_nth_call_fails_before_anything_is_done(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = jw_store_mem_new();
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
    g_autoptr(JwJob) none = NULL;
    const JwJob *const jobs[] = { job };
    JwCreate create = JW_CREATE_EXISTS;

    (void)state;
    jw_store_mem_fail_nth(store, 2, JW_ERROR_UNAVAILABLE, false);
    assert_ok(jw_store_ping(store, &error), error);
    assert_false(jw_store_create_jobs(store, jobs, 1, &create, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*asked*");
    assert_ok(jw_store_get_job(store, job->id, &none, &error), error);
    assert_null(none);
    assert_int_equal(jw_store_mem_calls(store), 3);
    jw_store_mem_fail_nth(store, 1, JW_ERROR_BUSY, false);
    jw_store_mem_fail_nth(store, 0, JW_ERROR_BUSY, false);
    assert_ok(jw_store_create_jobs(store, jobs, 1, &create, &error), error);
}

static void
a_lost_reply_leaves_the_write_done(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = jw_store_mem_new();
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
    JwJobChange claim = {
        .job_id = job->id, .transition = JW_CHANGE_CLAIM, .now_ms = SC_NOW, .owner = "me"
    };
    JwCas cas = JW_CAS_LOST;
    JwJob *after = NULL;

    (void)state;
    sc_create(store, job);
    jw_store_mem_fail_nth(store, 1, JW_ERROR_IN_DOUBT, true);
    assert_false(jw_store_change_job(store, &claim, &cas, &after, &error));
    assert_jw_error(error, JW_ERROR_IN_DOUBT, "*lost*");
    assert_int_equal(cas, JW_CAS_LOST);
    assert_null(after);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    assert_int_equal(read->state, JW_JOB_RUNNING);
    assert_string_equal(read->owner, "me");
}

/* Every call of an upload fails once, before and after: the writer repeats what is safe to
 * repeat; whatever the result, the file is complete or absent. */
static void
uploads_survive_any_one_fault(void **state)
{
    static const guint8 zeros[600 * 1024];
    const JwErrorCode codes[] = { JW_ERROR_IN_DOUBT, JW_ERROR_UNAVAILABLE, JW_ERROR_INTERNAL };

    (void)state;
    for (int fault = 0; fault < 6; fault++) {
        for (int nth = 1; nth < 12; nth++) {
            g_autoptr(GError) error = NULL;
            g_autoptr(JwStore) store = jw_store_mem_new();
            JwFileWriter *writer = jw_file_writer_new(store, "f1", "a", "b", "job", SC_NOW);
            g_autofree char *sha256 = NULL;
            int64_t size = 0;
            jw_store_mem_fail_nth(store, nth, codes[fault % 3], fault >= 3);
            const bool ok = jw_file_writer_write(writer, zeros, sizeof(zeros), &error)
                            && jw_file_writer_finish(writer, &size, &sha256, &error);
            if (!ok) {
                assert_jw_error(error, codes[fault % 3], "*");
            }
            jw_file_writer_free(writer);
            jw_store_mem_fail_nth(store, 0, JW_ERROR_INTERNAL, false);
            g_autoptr(JwFileReader) reader = jw_file_reader_new(store, "f1", &error);
            assert_int_equal(reader != NULL, ok);
            if (ok) {
                assert_int_equal(jw_file_reader_size(reader), sizeof(zeros));
            } else {
                assert_jw_error(error, JW_ERROR_NOT_FOUND, "*");
            }
        }
    }
}

/* A put whose outcome is unknown may still reach the server after the upload was given up: its
 * note stays, so that the sweep deletes again. */
static void
an_upload_in_doubt_is_swept_again(void **state)
{
    static const guint8 zeros[600 * 1024];
    const JwErrorCode codes[] = { JW_ERROR_IN_DOUBT, JW_ERROR_UNAVAILABLE };

    (void)state;
    for (int fault = 0; fault < 4; fault++) {
        for (int nth = 2; nth <= 3; nth++) { /* both chunks; the note is the first call */
            g_autoptr(GError) error = NULL;
            g_autoptr(JwStore) store = jw_store_mem_new();
            g_autoptr(GPtrArray) orphans = NULL, after = NULL;
            JwFileWriter *writer = jw_file_writer_new(store, "f1", "a", "b", "job", SC_NOW);
            jw_store_mem_fail_nth(store, nth, codes[fault % 2], fault >= 2);
            assert_ok(jw_file_writer_write(writer, zeros, sizeof(zeros), &error), error);
            jw_file_writer_free(writer); /* given up */
            assert_ok(jw_store_find_orphan_files(store, SC_NOW + 1, 10, &orphans, &error), error);
            assert_int_equal(orphans->len, codes[fault % 2] == JW_ERROR_IN_DOUBT ? 1 : 0);
            assert_null(jw_file_reader_new(store, "f1", &error));
            g_clear_error(&error);
            assert_ok(jw_store_delete_file(store, "f1", &error), error); /* as the sweep does */
            assert_ok(jw_store_find_orphan_files(store, SC_NOW + 1, 10, &after, &error), error);
            assert_int_equal(after->len, 0);
        }
    }
}

/* The same for the last write of all, which makes the file visible. */
static void
a_publishing_in_doubt_is_swept_again(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = jw_store_mem_new();
    g_autoptr(GPtrArray) orphans = NULL;
    g_autofree char *sha256 = NULL;
    int64_t size = 0;
    JwFileWriter *writer = jw_file_writer_new(store, "f1", "a", "b", "job", SC_NOW);

    (void)state;
    assert_ok(jw_file_writer_write(writer, "x", 1, &error), error);
    jw_store_mem_fail_nth(store, 5, JW_ERROR_IN_DOUBT,
                          true); /* note, chunk, read back (2), publish */
    jw_store_mem_then_fail(store, 2, JW_ERROR_UNAVAILABLE);
    assert_false(jw_file_writer_finish(writer, &size, &sha256, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    jw_file_writer_free(writer);
    assert_null(jw_file_reader_new(store, "f1", &error));
    g_clear_error(&error);
    assert_ok(jw_store_find_orphan_files(store, SC_NOW + 1, 10, &orphans, &error), error);
    assert_int_equal(orphans->len, 1);
}

static bool
ignore_document(const bson_t *document, gpointer data, GError **error)
{
    (void)document;
    (void)data;
    (void)error;
    return true;
}

static void
find_in_child(const char *filter_json, const char *opts_json)
{
    g_autoptr(JwStore) store = jw_store_mem_new();
    g_autoptr(bson_t) filter = bson_new_from_json((const uint8_t *)filter_json, -1, NULL);
    g_autoptr(bson_t) opts = bson_new_from_json((const uint8_t *)opts_json, -1, NULL);
    JwCreate create;

    if (jw_db_insert_one(store, "scratch", BCON_NEW("_id", BCON_UTF8("a")), &create, NULL)
        && jw_db_find(store, "scratch", filter, opts, ignore_document, NULL, NULL)) {
        _exit(0);
    }
    _exit(1);
}

/* An unsupported operator must not look like a filter without matches. */
static void
an_unknown_operator_ends_the_test(void **state)
{
    static const struct {
        const char *filter, *opts;
        bool known;
    } cases[] = {
        { "{\"n\":{\"$gt\":1}}", "{\"sort\":{\"n\":1}}", true },
        { "{\"n\":{\"$regex\":\"x\"}}", "{}", false },
        { "{\"$nor\":[{\"n\":1}]}", "{}", false },
        { "{}", "{\"collation\":{\"locale\":\"de\"}}", false },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int status = 0;
        const pid_t child = fork();
        if (child == 0) {
            find_in_child(cases[i].filter, cases[i].opts);
        }
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_int_equal(WIFEXITED(status) && WEXITSTATUS(status) == 0, cases[i].known);
        assert_int_equal(WIFSIGNALED(status) != 0, !cases[i].known);
    }
}

static void
corrupt(JwStore *store, const char *collection, const char *id)
{
    (void)collection;
    jw_store_mem_corrupt(store, id);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_nth_call_fails_before_anything_is_done),
        cmocka_unit_test(a_lost_reply_leaves_the_write_done),
        cmocka_unit_test(uploads_survive_any_one_fault),
        cmocka_unit_test(an_upload_in_doubt_is_swept_again),
        cmocka_unit_test(a_publishing_in_doubt_is_swept_again),
        cmocka_unit_test(an_unknown_operator_ends_the_test),
    };
    int failures = sc_run("store in memory", jw_store_mem_new, corrupt);

    return failures + cmocka_run_group_tests_name("faults of the memory store", tests, NULL, NULL);
}
