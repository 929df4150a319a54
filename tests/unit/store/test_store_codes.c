/* test_store_codes.c: what each error code of a server means for a write and for a read. The
 * first part is the list of the drivers' specification of retryable writes, with what the
 * retryable reads add. A write is UNAVAILABLE only if the server refused it before it did
 * anything; where it was interrupted, nobody knows. */
#include "fault_calls.h"

#define LATER JW_ERROR_UNAVAILABLE
#define DOUBT JW_ERROR_IN_DOUBT

static const struct {
    int code;
    const char *name;
    JwErrorCode write, read;
} codes[] = {
    { 10107, "NotWritablePrimary", LATER, LATER },
    { 13435, "NotPrimaryNoSecondaryOk", LATER, LATER },
    { 13436, "NotPrimaryOrSecondary", LATER, LATER },
    { 11600, "InterruptedAtShutdown", DOUBT, LATER },
    { 11602, "InterruptedDueToReplStateChange", DOUBT, LATER },
    { 189, "PrimarySteppedDown", DOUBT, LATER },
    { 91, "ShutdownInProgress", DOUBT, LATER },
    { 7, "HostNotFound", DOUBT, LATER },
    { 6, "HostUnreachable", DOUBT, LATER },
    { 89, "NetworkTimeout", DOUBT, LATER },
    { 9001, "SocketException", DOUBT, LATER },
    { 262, "ExceededTimeLimit", DOUBT, LATER },
    { 134, "ReadConcernMajorityNotAvailableYet", LATER, LATER },
    /* Not in those lists. */
    { 10058, "not primary, before 3.0", LATER, LATER },
    { 50, "MaxTimeMSExpired", DOUBT, LATER },
    { 64, "WriteConcernFailed", DOUBT, LATER },
    { 79, "UnknownReplWriteConcern", DOUBT, LATER },
    { 100, "UnsatisfiableWriteConcern", DOUBT, LATER },
    { 202, "NetworkInterfaceExceededTimeLimit", DOUBT, LATER },
    { 279, "ClientDisconnect", DOUBT, LATER },
    { 11601, "Interrupted", DOUBT, LATER },
    { 175, "QueryPlanKilled", DOUBT, LATER },
    { 24, "LockTimeout", LATER, LATER },
    { 46, "LockBusy", LATER, LATER },
    { 112, "WriteConflict", LATER, LATER },
    { 117, "ConflictingOperationInProgress", LATER, LATER },
    { 133, "FailedToSatisfyReadPreference", LATER, LATER },
    { 43, "CursorNotFound", LATER, LATER },
    { 237, "CursorKilled", LATER, LATER },
    { 13, "Unauthorized", LATER, LATER },
    { 18, "AuthenticationFailed", LATER, LATER },
    { 391, "ReauthenticationRequired", LATER, LATER },
    { 14031, "OutOfDiskSpace", LATER, LATER },
    { 2, "BadValue", JW_ERROR_INVALID, JW_ERROR_INVALID },
    { 9, "FailedToParse", JW_ERROR_INVALID, JW_ERROR_INVALID },
    { 10334, "BSONObjectTooLarge", JW_ERROR_TOO_LARGE, JW_ERROR_TOO_LARGE },
    { 987654, "nobody knows it", JW_ERROR_INTERNAL, JW_ERROR_INTERNAL },
};

static const struct {
    const char *what;
    bool (*call)(JwStore *store, GError **error);
    bool writes;
} calls[] = {
    { "insert", create, true }, { "change", claim, true },       { "update", roll_up, true },
    { "pull", pull, true },     { "delete", delete_file, true }, { "get", get, false },
    { "count", count, false },
};

static int wrong;

static void
expect(ScriptedMongo *server, size_t which, const char *reply, const char *name, JwErrorCode code)
{
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "retryReads=false");
    g_autoptr(GError) error = NULL;
    g_autoptr(JwStore) store = new_store(uri, 2, "majority", &error);

    assert_ok(store != NULL, error);
    scripted_mongo_set(server, SM_REPLY, reply);
    bool ok = calls[which].call(store, &error);
    if (ok || jw_error_code(error) != code) {
        print_error(
            "%s, %s: expected %s, got %s: %s\n", calls[which].what, name, jw_error_code_name(code),
            ok ? "success" : jw_error_code_name(jw_error_code(error)), jw_error_message(error));
        wrong++;
    }
}

static void
every_code_has_its_meaning(void **state)
{
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autoptr(GPtrArray) replies = g_ptr_array_new_with_free_func(g_free); /* outlive the server */

    (void)state;
    wrong = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        char *reply = g_strdup_printf("{\"ok\":0,\"code\":%d,\"errmsg\":\"x\"}", codes[i].code);

        g_ptr_array_add(replies, reply);
        for (size_t k = 0; k < G_N_ELEMENTS(calls); k++) {
            expect(server, k, reply, codes[i].name,
                   calls[k].writes ? codes[i].write : codes[i].read);
        }
    }
    g_clear_pointer(&server, scripted_mongo_free);
    assert_int_equal(wrong, 0);
}

/* Whatever the code: the write was done here, and may be undone. */
static void
a_write_concern_not_met_is_in_doubt(void **state)
{
    static const int of_concern[] = {
        64, 79, 91, 100, 189, 11600, 11602, 10107, 13436, 262, 987654
    };
    static const char *const done[] = {
        "\"n\":1", "\"value\":{\"_id\":\"j\"}", "\"n\":1,\"nModified\":1", "\"n\":1", "\"n\":1",
    };
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autoptr(GPtrArray) replies = g_ptr_array_new_with_free_func(g_free);

    (void)state;
    wrong = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(of_concern); i++) {
        for (size_t k = 0; k < G_N_ELEMENTS(done); k++) {
            char *reply = g_strdup_printf("{\"ok\":1,%s,\"writeConcernError\":{\"code\":%d,"
                                          "\"errmsg\":\"x\"}}",
                                          done[k], of_concern[i]);

            g_ptr_array_add(replies, reply);
            expect(server, k, reply, reply, DOUBT);
        }
    }
    g_clear_pointer(&server, scripted_mongo_free);
    assert_int_equal(wrong, 0);
}

#define REFUSED(index, code) "{\"index\":" #index ",\"code\":" #code ",\"errmsg\":\"x\"}"

/* A code of a server newer than this list: its label means that a retry makes sense, not that
 * nothing was done. And of several documents some may be written when the rest is refused. */
static void
what_the_rest_of_a_reply_means(void **state)
{
    static const struct {
        bool (*call)(JwStore *store, GError **error);
        const char *reply;
        JwErrorCode code;
    } cases[] = {
        { claim,
          "{\"ok\":0,\"code\":987654,\"errmsg\":\"x\",\"errorLabels\":[\"RetryableWriteError\"]}",
          DOUBT },
        { create,
          "{\"ok\":0,\"code\":987654,\"errmsg\":\"x\",\"errorLabels\":[\"RetryableWriteError\"]}",
          DOUBT },
        { claim, "{\"ok\":0,\"code\":987654,\"errmsg\":\"x\",\"errorLabels\":[\"Other\"]}",
          JW_ERROR_INTERNAL },
        { create_two, "{\"ok\":1,\"n\":1,\"writeErrors\":[" REFUSED(1, 14031) "]}", DOUBT },
        { create_two, "{\"ok\":1,\"n\":1,\"writeErrors\":[" REFUSED(0, 10107) "]}", DOUBT },
        { create_two,
          "{\"ok\":1,\"n\":0,\"writeErrors\":[" REFUSED(0, 14031) "," REFUSED(1, 14031) "]}",
          LATER },
        { create_two, "{\"ok\":1,\"n\":1,\"writeErrors\":[" REFUSED(1, 2) "]}", JW_ERROR_INVALID },
    };
    g_autoptr(ScriptedMongo) server = scripted_mongo_new();
    g_autofree char *uri = uri_for(scripted_mongo_port(server), "");

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwStore) store = new_store(uri, 2, "majority", &error);

        assert_ok(store != NULL, error);
        scripted_mongo_set(server, SM_REPLY, cases[i].reply);
        assert_false(cases[i].call(store, &error));
        if (jw_error_code(error) != cases[i].code) {
            fail_msg("%s: expected %s, got %s: %s", cases[i].reply,
                     jw_error_code_name(cases[i].code), jw_error_code_name(jw_error_code(error)),
                     jw_error_message(error));
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_has_its_meaning),
        cmocka_unit_test(a_write_concern_not_met_is_in_doubt),
        cmocka_unit_test(what_the_rest_of_a_reply_means),
    };

    return cmocka_run_group_tests_name("error codes of MongoDB", tests, NULL, NULL);
}
