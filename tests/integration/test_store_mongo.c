/* test_store_mongo.c: the conformance test on the server of JW_MONGODB_URI, and what only that
 * adapter has: configuration, the pool, tampering behind its back. */
#include "store_conformance.h"
#include "jw/metrics.h"
#include <mongoc/mongoc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOUR_MS INT64_C(3600000)

static char *database; /* of the store opened last */

static JwStoreConfig
config_for(const char *uri)
{
    static char majority[] = "majority";

    return (JwStoreConfig){ .uri = (char *)(uintptr_t)uri,
                            .database = database,
                            .write_concern = majority,
                            .journal = true,
                            .pool_size = 8,
                            .wait_ms = 5000,
                            .select_ms = 5000,
                            .socket_ms = 30000 };
}

static JwStore *
new_mongo(void)
{
    g_autoptr(GError) error = NULL;

    g_free(database);
    database = tk_unique_name();
    JwStoreConfig config = config_for(tk_need_env("JW_MONGODB_URI"));
    JwStore *store = jw_store_mongo_new(&config, "jobwire-test", &error);
    assert_ok(store, error);
    return store;
}

/* Runs a plain update on the server, beside the store. */
static void
tamper(const char *collection, const char *filter_json, const char *update_json)
{
    mongoc_client_t *client = mongoc_client_new(tk_need_env("JW_MONGODB_URI"));
    mongoc_collection_t *in = mongoc_client_get_collection(client, database, collection);
    bson_error_t cause;
    bson_t *filter = bson_new_from_json((const uint8_t *)filter_json, -1, &cause);
    bson_t *update =
        update_json == NULL ? NULL : bson_new_from_json((const uint8_t *)update_json, -1, &cause);
    bson_t reply;
    bson_iter_t iter;

    if (update_json == NULL) {
        assert_true(mongoc_collection_delete_one(in, filter, NULL, &reply, &cause));
        assert_true(bson_iter_init_find(&iter, &reply, "deletedCount"));
    } else {
        assert_true(mongoc_collection_update_one(in, filter, update, NULL, &reply, &cause));
        assert_true(bson_iter_init_find(&iter, &reply, "modifiedCount"));
    }
    assert_int_equal(bson_iter_as_int64(&iter), 1);
    bson_destroy(&reply);
    bson_destroy(filter);
    bson_destroy(update);
    mongoc_collection_destroy(in);
    mongoc_client_destroy(client);
}

static void
corrupt(JwStore *store, const char *collection, const char *id)
{
    g_autofree char *filter = g_strdup_printf("{\"_id\":\"%s\"}", id);

    (void)store;
    tamper(collection, filter,
           strcmp(collection, "occurrences") == 0 || strcmp(collection, "schedules") == 0
               ? "{\"$set\":{\"kind\":5,\"trigger\":5}}"
               : "{\"$set\":{\"priority\":\"high\",\"token\":\"seven\",\"outbox.0.id\":5,"
                 "\"reason\":5}}");
}

typedef struct {
    const char *ids[8];
    size_t n;
} Seen;

static bool
note_id(const JwValue *row, gpointer data, GError **error)
{
    Seen *seen = data;

    (void)error;
    assert_true(seen->n < G_N_ELEMENTS(seen->ids));
    seen->ids[seen->n++] = g_intern_string(row[0].text);
    return true;
}

static void
assert_seen(JwStore *store, int64_t start_ms, int64_t end_ms, const char *expected)
{
    const char *const fields[] = { "_id", "at", NULL };
    const JwRecordScan scan = { .collection = "calls",
                                .fields = fields,
                                .date_field = "at",
                                .start_ms = start_ms,
                                .end_ms = end_ms,
                                .ordered = true };
    g_autoptr(GError) error = NULL;
    Seen seen = { 0 };

    assert_ok(jw_store_scan_records(store, &scan, note_id, &seen, &error), error);
    g_autofree char *ids = g_strjoinv(" ", (char **)(uintptr_t)seen.ids);
    assert_string_equal(ids, expected);
}

/* The record comes once, where its first date is, and affects no other. */
static void
an_array_counts_by_its_first_date(void **state)
{
    const char *const fields[] = { "at", NULL };
    const char *const ids[] = { "a", "b", "c", "d" };
    const JwValue times[] = { { .type = JW_VALUE_TIME, .time_ms = SC_NOW },
                              { .type = JW_VALUE_TIME, .time_ms = SC_NOW + 1 },
                              { .type = JW_VALUE_TIME, .time_ms = SC_NOW + 90 * HOUR_MS },
                              { .type = JW_VALUE_TIME, .time_ms = SC_NOW + 91 * HOUR_MS } };
    const JwValue *const rows[] = { &times[0], &times[1], &times[2], &times[3] };
    JwStore *store = *state;
    g_autoptr(GError) error = NULL;
    size_t inserted = 0;

    assert_ok(jw_store_insert_records(store, "calls", fields, ids, rows, 4, &inserted, &error),
              error);
    assert_seen(store, 0, 0, "a b c d");
    tamper("calls", "{\"_id\":\"a\"}", "{\"$set\":{\"at\":[{\"$date\":0}]}}");
    tamper("calls", "{\"_id\":\"c\"}",
           "{\"$set\":{\"at\":[{\"$date\":1},{\"$date\":1893456000000}]}}");
    assert_seen(store, 0, 0, "a c b d");
    assert_seen(store, SC_NOW, SC_NOW + 100 * HOUR_MS, "b d");
}

static int
set_up(void **state)
{
    g_autoptr(GError) error = NULL;

    *state = new_mongo();
    assert_ok(jw_store_prepare(*state, &error), error);
    return 0;
}

static int
tear_down(void **state)
{
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_drop(*state, &error), error);
    jw_store_free(*state);
    return 0;
}

#define CHUNK (255 * 1024)

static JwFileWriter *
half_written(JwStore *store, const char *file_id)
{
    g_autoptr(GError) error = NULL;
    g_autofree guint8 *zeros = g_malloc0(3 * CHUNK);
    JwFileWriter *writer = jw_file_writer_new(store, file_id, "a", "b", "job", SC_NOW);

    assert_ok(jw_file_writer_write(writer, zeros, 3 * CHUNK - 7, &error), error);
    return writer;
}

static void
a_changed_chunk_is_found_before_the_file_shows(void **state)
{
    const char *const updates[] = {
        "{\"$set\":{\"data\":{\"$binary\":{\"base64\":\"AAAA\",\"subType\":\"00\"}}}}", /* short */
        "{\"$set\":{\"n\":7}}", /* one missing, one too many */
        NULL,                   /* gone */
    };

    for (size_t i = 0; i < G_N_ELEMENTS(updates); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *file_id = g_strdup_printf("f%d", (int)i);
        g_autofree char *filter = g_strdup_printf("{\"files_id\":\"%s\",\"n\":1}", file_id);
        g_autoptr(JwFileWriter) writer = half_written(*state, file_id);
        g_autofree char *sha256 = NULL;
        int64_t size;
        tamper("fs.chunks", filter, updates[i]);
        assert_false(jw_file_writer_finish(writer, &size, &sha256, &error));
        assert_jw_error(error, JW_ERROR_CORRUPT, "*reads back differently*");
        assert_null(jw_file_reader_new(*state, file_id, &error));
        assert_jw_error(error, JW_ERROR_NOT_FOUND, "*");
    }
}

static void
a_damaged_file_is_not_served(void **state)
{
    const char *const updates[] = {
        "{\"$set\":{\"data\":{\"$binary\":{\"base64\":\"AAAA\",\"subType\":\"00\"}}}}",
        "{\"$set\":{\"data\":\"text\"}}",
        "{\"$unset\":{\"n\":1}}",
        NULL,
    };
    g_autofree guint8 *buffer = g_malloc(CHUNK);

    for (size_t i = 0; i < G_N_ELEMENTS(updates); i++) {
        g_autoptr(GError) error = NULL;
        g_autofree char *sha256 = NULL;
        g_autofree char *file_id = g_strdup_printf("f%d", (int)i);
        g_autofree char *filter = g_strdup_printf("{\"files_id\":\"%s\",\"n\":1}", file_id);
        int64_t size;
        size_t got;
        JwFileWriter *writer = half_written(*state, file_id);
        assert_ok(jw_file_writer_finish(writer, &size, &sha256, &error), error);
        jw_file_writer_free(writer);
        tamper("fs.chunks", filter, updates[i]);
        g_autoptr(JwFileReader) reader = jw_file_reader_new(*state, file_id, &error);
        assert_ok(reader, error);
        assert_false(jw_file_reader_read(reader, CHUNK, buffer, 10, &got, &error));
        assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    }
}

static void
a_document_of_another_shape_is_corrupt(void **state)
{
    const char *const updates[] = {
        "{\"$set\":{\"token\":\"seven\"}}",      "{\"$set\":{\"state\":\"sleeping\"}}",
        "{\"$set\":{\"createdAt\":5}}",          "{\"$set\":{\"outbox\":{\"a\":1}}}",
        "{\"$set\":{\"outbox\":[1]}}",           "{\"$set\":{\"departments\":[1]}}",
        "{\"$set\":{\"attempts\":99999999999}}", "{\"$set\":{\"progress\":\"half\"}}",
    };

    for (size_t i = 0; i < G_N_ELEMENTS(updates); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
        g_autoptr(JwJob) none = NULL;
        g_autofree char *filter = g_strdup_printf("{\"_id\":\"%s\"}", job->id);
        sc_create(*state, job);
        tamper("jobs", filter, updates[i]);
        assert_false(jw_store_get_job(*state, job->id, &none, &error));
        assert_jw_error(error, JW_ERROR_CORRUPT, "job '*");
        assert_null(none);
    }
}

/* Scans come by every second: each of them counts it, the first names it. */
static void
an_unreadable_document_is_named_once(void **state)
{
    JwMetric *unreadable =
        jw_metric_counter("jobwire_store_unreadable_total", "set already", "collection");
    const double before = jw_metric_value(unreadable, "jobs");
    const JwJobScan scan = { .limit = 9 };
    int named = 0;

    for (int i = 0; i < 2; i++) {
        g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
        sc_create(*state, job);
        corrupt(*state, "jobs", job->id);
    }
    tk_log_capture();
    for (int i = 0; i < 3; i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(GPtrArray) jobs = NULL;
        assert_ok(jw_store_scan_jobs(*state, &scan, &jobs, &error), error);
        assert_int_equal(jobs->len, 0);
    }
    assert_int_equal((int)(jw_metric_value(unreadable, "jobs") - before), 6);
    g_autofree char *log = tk_log_take();
    for (const char *at = log; (at = strstr(at, "document_unreadable")) != NULL; at++) {
        named++;
    }
    assert_int_equal(named, 2);
}

static void
an_unknown_field_is_passed_over(void **state)
{
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
    g_autofree char *filter = g_strdup_printf("{\"_id\":\"%s\"}", job->id);

    sc_create(*state, job);
    tamper("jobs", filter, "{\"$set\":{\"fromTheFuture\":{\"a\":[1]},\"owner\":null}}");
    g_clear_pointer(&job->owner, g_free);
    g_autoptr(JwJob) read = sc_get(*state, job->id);
    sc_assert_same_job(job, read);
}

static void
a_string_that_is_not_utf8_is_refused(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
    const JwJob *const jobs[] = { job };
    JwCreate create;

    g_free(job->name);
    job->name = g_strdup("\xff\xfe");
    assert_false(jw_store_create_jobs(*state, jobs, 1, &create, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*UTF-8*");
}

static void
a_broken_message_does_not_stop_a_change(void **state)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_RUNNING);
    const JwJobChange fail = { .job_id = job->id,
                               .transition = JW_CHANGE_FAIL_FINAL,
                               .now_ms = SC_NOW,
                               .token = 7,
                               .error_code = "E",
                               .error_message = "no file \xff" };
    JwCas cas = JW_CAS_LOST;

    sc_create(*state, job);
    assert_ok(jw_store_change_job(*state, &fail, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwJob) read = sc_get(*state, job->id);
    assert_string_equal(read->error_message, "no file \xef\xbf\xbd");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_changed_chunk_is_found_before_the_file_shows, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_not_served, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_array_counts_by_its_first_date, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_document_of_another_shape_is_corrupt, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unreadable_document_is_named_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_unknown_field_is_passed_over, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_string_that_is_not_utf8_is_refused, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_broken_message_does_not_stop_a_change, set_up, tear_down),
    };
    if (g_getenv("JW_MONGODB_URI") == NULL) { /* one message, not one for each case */
        fprintf(stderr, "ERROR: JW_MONGODB_URI is not set: run `make servers`, then "
                        "`eval \"$(make env)\"`\n");
        return EXIT_FAILURE;
    }
    int failures = sc_run("store on MongoDB", new_mongo, corrupt);

    failures += cmocka_run_group_tests_name("MongoDB adapter", tests, NULL, NULL);
    g_free(database);
    return failures;
}
