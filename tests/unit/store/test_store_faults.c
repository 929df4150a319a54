/* test_store_faults.c: errors of the Mongo adapter when the server misbehaves: lost replies,
 * stalls, nonsense, refusals, write concerns not met; on a scripted server, so that each fault
 * comes when it is asked for. The one rule behind the table: a write is UNAVAILABLE only if it
 * certainly did not happen. */
#include "fault_calls.h"
#include "jw/store_records.h"
#include "jw/sync.h"

typedef struct {
    const char *what;
    bool (*call)(JwStore *store, GError **error);
    SmTreatment treatment;
    const char *reply;
    JwErrorCode code;
} Fault;

#define NOT_PRIMARY "{\"ok\":0,\"code\":10107,\"errmsg\":\"not primary\"}"
#define SHUTDOWN    "{\"ok\":0,\"code\":91,\"errmsg\":\"going down\"}"
#define STEPPED     "{\"ok\":0,\"code\":189,\"errmsg\":\"stepped down\"}"
#define FULL        "{\"ok\":0,\"code\":14031,\"errmsg\":\"disk full\"}"
#define DENIED      "{\"ok\":0,\"code\":13,\"errmsg\":\"not authorized\"}"
#define STRANGE     "{\"ok\":0,\"code\":987654,\"errmsg\":\"strange\"}"
#define TIMED_OUT   "{\"ok\":0,\"code\":50,\"errmsg\":\"time limit\"}"
#define CONCERN     "\"writeConcernError\":{\"code\":64,\"errmsg\":\"waiting timed out\"}"
#define DUPLICATE   "{\"index\":0,\"code\":11000,\"errmsg\":\"dup\"}"

static const Fault faults[] = {
    { "insert, lost reply", create, SM_DROP, NULL, JW_ERROR_IN_DOUBT },
    { "insert, no reply in time", create, SM_STALL, NULL, JW_ERROR_IN_DOUBT },
    { "insert, nonsense", create, SM_GARBAGE, NULL, JW_ERROR_IN_DOUBT },
    { "insert, impossible length", create, SM_BAD_LENGTH, NULL, JW_ERROR_IN_DOUBT },
    { "insert, half a reply", create, SM_CUT, NULL, JW_ERROR_IN_DOUBT },
    { "insert, not primary", create, SM_REPLY, NOT_PRIMARY, JW_ERROR_UNAVAILABLE },
    { "insert, shutdown", create, SM_REPLY, SHUTDOWN, JW_ERROR_IN_DOUBT },
    { "insert, disk full", create, SM_REPLY, FULL, JW_ERROR_UNAVAILABLE },
    { "insert, not allowed", create, SM_REPLY, DENIED, JW_ERROR_UNAVAILABLE },
    { "insert, unknown code", create, SM_REPLY, STRANGE, JW_ERROR_INTERNAL },
    { "insert, time limit", create, SM_REPLY, TIMED_OUT, JW_ERROR_IN_DOUBT },
    { "insert, concern not met", create, SM_REPLY, "{\"ok\":1,\"n\":1," CONCERN "}",
      JW_ERROR_IN_DOUBT },
    { "insert, exists, concern not met", create, SM_REPLY,
      "{\"ok\":1,\"n\":0,\"writeErrors\":[" DUPLICATE "]," CONCERN "}", JW_ERROR_IN_DOUBT },
    { "insert, one of two unaccounted for", create_two, SM_REPLY,
      "{\"ok\":1,\"n\":0,\"writeErrors\":[" DUPLICATE "]}", JW_ERROR_IN_DOUBT },
    { "insert, an error of a document never sent", create_two, SM_REPLY,
      "{\"ok\":1,\"n\":1,\"writeErrors\":[{\"index\":7,\"code\":11000,\"errmsg\":\"\"}]}",
      JW_ERROR_IN_DOUBT },
    { "insert, one of two refused", create_two, SM_REPLY,
      "{\"ok\":1,\"n\":0,\"writeErrors\":[" DUPLICATE
      ",{\"index\":1,\"code\":14031,\"errmsg\":\"\"}]}",
      JW_ERROR_UNAVAILABLE },
    { "change, lost reply", claim, SM_DROP, NULL, JW_ERROR_IN_DOUBT },
    { "change, no reply in time", claim, SM_STALL, NULL, JW_ERROR_IN_DOUBT },
    { "change, nonsense", claim, SM_GARBAGE, NULL, JW_ERROR_IN_DOUBT },
    { "change, not primary", claim, SM_REPLY, NOT_PRIMARY, JW_ERROR_UNAVAILABLE },
    { "change, stepped down", claim, SM_REPLY, STEPPED, JW_ERROR_IN_DOUBT },
    { "change, concern not met", claim, SM_REPLY,
      "{\"ok\":1,\"value\":{\"_id\":\"j\"}," CONCERN "}", JW_ERROR_IN_DOUBT },
    { "change, no document but a number", claim, SM_REPLY, "{\"ok\":1,\"value\":5}",
      JW_ERROR_CORRUPT },
    { "pull, lost reply", pull, SM_DROP, NULL, JW_ERROR_IN_DOUBT },
    { "pull, not primary", pull, SM_REPLY, NOT_PRIMARY, JW_ERROR_UNAVAILABLE },
    { "update, lost reply", roll_up, SM_DROP, NULL, JW_ERROR_IN_DOUBT },
    { "update, concern not met", roll_up, SM_REPLY,
      "{\"ok\":1,\"n\":1,\"nModified\":1," CONCERN "}", JW_ERROR_IN_DOUBT },
    { "each, lost reply", fire_two, SM_DROP, NULL, JW_ERROR_IN_DOUBT },
    { "each, not primary", fire_two, SM_REPLY, NOT_PRIMARY, JW_ERROR_UNAVAILABLE },
    { "each, not allowed", fire_two, SM_REPLY, DENIED, JW_ERROR_UNAVAILABLE },
    { "each, concern not met", fire_two, SM_REPLY, "{\"ok\":1,\"n\":2,\"nModified\":2," CONCERN "}",
      JW_ERROR_IN_DOUBT },
    { "each, one of two refused", fire_two, SM_REPLY,
      "{\"ok\":1,\"n\":1,\"nModified\":1,\"writeErrors\":[{\"index\":1,\"code\":14031,\"errmsg\":"
      "\"\"}]}",
      JW_ERROR_IN_DOUBT },
    { "each, both refused", fire_two, SM_REPLY,
      "{\"ok\":1,\"n\":0,\"nModified\":0,\"writeErrors\":[{\"index\":0,\"code\":14031,\"errmsg\":"
      "\"\"},"
      "{\"index\":1,\"code\":14031,\"errmsg\":\"\"}]}",
      JW_ERROR_UNAVAILABLE },
    { "delete, lost reply", delete_file, SM_DROP, NULL, JW_ERROR_IN_DOUBT },
    { "read, lost reply", get, SM_DROP, NULL, JW_ERROR_UNAVAILABLE },
    { "read, no reply in time", get, SM_STALL, NULL, JW_ERROR_UNAVAILABLE },
    { "read, nonsense", get, SM_GARBAGE, NULL, JW_ERROR_UNAVAILABLE },
    { "read, not primary", get, SM_REPLY, NOT_PRIMARY, JW_ERROR_UNAVAILABLE },
    { "read, time limit", get, SM_REPLY, TIMED_OUT, JW_ERROR_UNAVAILABLE },
    { "count, lost reply", count, SM_DROP, NULL, JW_ERROR_UNAVAILABLE },
    { "count, shutdown", count, SM_REPLY, SHUTDOWN, JW_ERROR_UNAVAILABLE },
};

static void
every_fault_has_its_code(void **state)
{
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "");
    int wrong = 0;

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(faults); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwStore) store = new_store(uri, 4, "majority", &error);
        assert_ok(store, error);
        scripted_mongo_set(server, faults[i].treatment, faults[i].reply);
        const bool ok = faults[i].call(store, &error);
        if (ok || jw_error_code(error) != faults[i].code) {
            print_error(
                "%s: expected %s, got %s: %s\n", faults[i].what, jw_error_code_name(faults[i].code),
                ok ? "success" : jw_error_code_name(jw_error_code(error)), jw_error_message(error));
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void
a_write_is_sent_once(void **state)
{
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "");
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = new_store(uri, 4, "majority", &error);

    (void)state;
    assert_ok(store, error);
    scripted_mongo_set(server, SM_DROP, NULL);
    assert_false(claim(store, &error));
    assert_jw_error(error, JW_ERROR_IN_DOUBT, "claim of job 'j'*");
    assert_int_equal(scripted_mongo_commands(server), 1);
    scripted_mongo_set(server, SM_REPLY, "{\"ok\":1,\"value\":null}");
    assert_ok(claim(store, &error), error); /* and the store recovers by itself */
}

/* The server is up, only the connection was cut: no call waits for the next heartbeat. */
static void
a_cut_connection_costs_no_wait(void **state)
{
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "serverSelectionTimeoutMS=30000");
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = new_store(uri, 4, "majority", &error);

    (void)state;
    assert_ok(store, error);
    scripted_mongo_set(server, SM_DROP, NULL);
    assert_false(claim(store, &error));
    assert_jw_error(error, JW_ERROR_IN_DOUBT, "*");
    scripted_mongo_set(server, SM_REPLY, "{\"ok\":1,\"value\":null}");
    const int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    assert_ok(claim(store, &error), error);
    assert_true(jw_clock_mono_ms(jw_clock_system()) - start_ms < 3000);
}

static void
a_server_that_is_away_is_unavailable(void **state)
{
    ScriptedMongo *server = scripted_mongo_new();
    g_autofree char *uri =
        uri_for(scripted_mongo_port(server), "serverSelectionTimeoutMS=200&connectTimeoutMS=200");
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = new_store(uri, 4, "majority", &error);

    (void)state;
    assert_ok(store, error);
    scripted_mongo_free(server);
    assert_false(create(store, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    assert_false(get(store, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    assert_false(jw_store_ping(store, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
}

/* Its greeting has no localTime. */
static void
a_server_that_does_not_tell_its_time(void **state)
{
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "connectTimeoutMS=1000");
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = new_store(uri, 4, "majority", &error);
    int64_t now_ms = 1;

    (void)state;
    assert_ok(store, error);
    assert_false(jw_store_now(store, &now_ms, &error));
    assert_jw_error(error, JW_ERROR_INTERNAL, "*does not tell its time*localTime*");
    assert_int_equal(now_ms, 1);
}

static gpointer
hold_client(gpointer data)
{
    g_autoptr(GError) error = NULL;

    return GINT_TO_POINTER(claim(data, &error) ? 1 : 0);
}

/* A process that ends does not wait for a server, the server of a fresh store included; one that
 * answers is used. */
static void
a_store_that_waits_no_more(void **state)
{
    static const char options[] = "serverSelectionTimeoutMS=60000&connectTimeoutMS=1000";
    ScriptedMongo *server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), options);
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) used = new_store(uri, 4, "majority", &error);
    g_autoptr(JwStore) fresh = new_store(uri, 4, "majority", &error);
    const int64_t start_ms = jw_clock_mono_ms(jw_clock_system());

    (void)state;
    assert_ok(used != NULL && fresh != NULL, error);
    scripted_mongo_set(server, SM_REPLY, "{\"ok\":1,\"value\":null}");
    assert_ok(claim(used, &error), error);
    assert_true(jw_store_reachable(used));
    assert_false(jw_store_reachable(fresh)); /* not asked for yet */
    jw_store_stop_waiting(used);
    jw_store_stop_waiting(fresh);
    assert_ok(claim(used, &error), error);
    scripted_mongo_free(server);
    assert_false(claim(used, &error)); /* the driver learns that it is away */
    assert_jw_error(error, JW_ERROR_IN_DOUBT, "*");
    g_clear_error(&error);
    assert_false(jw_store_reachable(used));
    assert_false(claim(used, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*no MongoDB server is known*");
    assert_false(get(fresh, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*no MongoDB server is known*");
    assert_true(jw_clock_mono_ms(jw_clock_system()) - start_ms < 30000);
}

/* Nor do calls that wait already, or the final messages to the server. */
static void
a_wait_is_cancelled(void **state)
{
    ScriptedMongo *server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server),
                                   "serverSelectionTimeoutMS=60000&connectTimeoutMS=1000");
    g_autoptr(GError) error = NULL;
    JwStore *store = new_store(uri, 4, "majority", &error);
    const int64_t start_ms = jw_clock_mono_ms(jw_clock_system());

    (void)state;
    assert_ok(store != NULL, error);
    scripted_mongo_set(server, SM_REPLY, "{\"ok\":1,\"value\":null}");
    assert_ok(claim(store, &error), error);
    scripted_mongo_free(server);
    assert_false(claim(store, &error));
    GThread *waiter = g_thread_new("waiter", hold_client, store);
    jw_store_stop_waiting(store);
    assert_int_equal(GPOINTER_TO_INT(g_thread_join(waiter)), 0);
    jw_store_free(store);
    assert_true(jw_clock_mono_ms(jw_clock_system()) - start_ms < 30000);
}

static bool
has_command(void *data)
{
    return scripted_mongo_commands(data) > 0;
}

static void
an_empty_pool_is_busy(void **state)
{
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "socketTimeoutMS=3000");
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = new_store(uri, 1, "majority", &error);

    (void)state;
    assert_ok(store, error);
    scripted_mongo_set(server, SM_STALL, NULL);
    GThread *holder = g_thread_new("holder", hold_client, store);
    tk_wait_until(has_command, server, 5000, "the holder's command");
    assert_false(create(store, &error));
    assert_jw_error(error, JW_ERROR_BUSY, "*");
    assert_int_equal(scripted_mongo_commands(server), 1); /* certainly not sent */
    g_clear_pointer(&server, scripted_mongo_free);        /* lets the holder go */
    assert_int_equal(GPOINTER_TO_INT(g_thread_join(holder)), 0);
}

static bool
refuse_row(const JwValue *row, gpointer data, GError **error)
{
    (void)row;
    (void)data;
    return jw_fail(error, JW_ERROR_INVALID, "no record was sent");
}

static bool
scan(JwStore *store, int64_t limit_ms, GError **error)
{
    static const char *const fields[] = { "field", NULL };
    const JwRecordScan records = { .collection = "records",
                                   .date_field = "at",
                                   .start_ms = SC_NOW,
                                   .end_ms = SC_NOW + 1,
                                   .fields = fields,
                                   .ordered = true,
                                   .time_limit_ms = limit_ms };

    return jw_store_scan_records(store, &records, refuse_row, NULL, error);
}

static gpointer
scan_for_a_minute(gpointer data)
{
    g_autoptr(GError) error = NULL;

    return GINT_TO_POINTER(scan(data, 60000, &error) ? 0 : 1);
}

static gpointer
scan_without_limit(gpointer data)
{
    g_autoptr(GError) error = NULL;

    return GINT_TO_POINTER(scan(data, 0, &error) ? 0 : 1);
}

/* A server without an index for it may look for the records of a report for minutes: that the
 * connection is silent meanwhile is no fault, unlike for a search that has less time. */
static void
a_search_waits_as_long_as_its_own_limit(void **state)
{
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "retryReads=false");
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = new_store(uri, 4, "majority", &error);

    (void)state;
    assert_ok(store, error);
    scripted_mongo_set(server, SM_HOLD, NULL);
    GThread *limited = g_thread_new("limited", scan_for_a_minute, store);
    GThread *endless = g_thread_new("endless", scan_without_limit, store);
    scripted_mongo_await(server, 2);
    assert_false(scan(store, 200, &error)); /* began later, and ends by the timeout of a reply */
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    scripted_mongo_set(server, SM_REPLY,
                       "{\"ok\":1,\"cursor\":{\"id\":0,\"ns\":\"faults.records\","
                       "\"firstBatch\":[]}}");
    assert_int_equal(GPOINTER_TO_INT(g_thread_join(limited)), 0);
    assert_int_equal(GPOINTER_TO_INT(g_thread_join(endless)), 0);
}

static void
configuration_is_checked(void **state)
{
    const struct {
        const char *uri, *w;
        bool ok;
    } cases[] = {
        { "mongodb://127.0.0.1:1", "majority", true },
        { "mongodb://127.0.0.1:1", "2", true },
        { "mongodb://127.0.0.1:1/?w=1&journal=false", "majority", true },
        { "mongodb://127.0.0.1:1", "0", false },
        { "mongodb://127.0.0.1:1", "most", false },
        { "mongodb://127.0.0.1:1/?w=0", "majority", false },
        { "http://127.0.0.1:1", "majority", false },
        { "mongodb://user:secret@:bad", "majority", false },
        { "", "majority", false },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwStore) store = new_store(cases[i].uri, 4, cases[i].w, &error);
        assert_int_equal(store != NULL, cases[i].ok);
        if (!cases[i].ok) {
            assert_null(strstr(error->message, "secret"));
            assert_jw_error(error, JW_ERROR_INVALID, "*");
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fault_has_its_code),
        cmocka_unit_test(a_write_is_sent_once),
        cmocka_unit_test(a_cut_connection_costs_no_wait),
        cmocka_unit_test(a_server_that_is_away_is_unavailable),
        cmocka_unit_test(a_server_that_does_not_tell_its_time),
        cmocka_unit_test(a_store_that_waits_no_more),
        cmocka_unit_test(a_wait_is_cancelled),
        cmocka_unit_test(an_empty_pool_is_busy),
        cmocka_unit_test(a_search_waits_as_long_as_its_own_limit),
        cmocka_unit_test(configuration_is_checked),
    };

    return cmocka_run_group_tests_name("faults of MongoDB", tests, NULL, NULL);
}
