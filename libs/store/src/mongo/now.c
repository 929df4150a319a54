/* now.c: what the clock of the server shows. Any thread. The greeting is for everybody, whatever
 * their rights, and the driver sends it all the time, so it is the cheapest question there is. */
#include "mongo.h"

#define UNKNOWN_COMMAND 59

/* @reply: (out): written in any case */
static bool
greet(const JwLease *lease, const char *greeting, bson_t *reply, bson_error_t *cause)
{
    g_autoptr(bson_t) command = BCON_NEW(greeting, BCON_INT32(1));

    return mongoc_client_command_simple(lease->client, "admin", command, NULL, reply, cause);
}

bool
jw_mongo_now(JwStore *self, int64_t *ret_now_ms, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t iter;
    bson_error_t cause;

    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    bool answered = greet(&lease, "hello", &reply, &cause);
    if (!answered && cause.code == UNKNOWN_COMMAND) { /* of servers before 4.4.2 */
        bson_destroy(&reply);
        answered = greet(&lease, "isMaster", &reply, &cause);
    }
    if (!answered) {
        return jw_mongo_fail_read(error, &cause, "asking MongoDB for its time");
    }
    if (!bson_iter_init_find(&iter, &reply, "localTime") || !BSON_ITER_HOLDS_DATE_TIME(&iter)) {
        return jw_fail(error, JW_ERROR_INTERNAL,
                       "the MongoDB server does not tell its time: its greeting has no localTime");
    }
    *ret_now_ms = bson_iter_date_time(&iter);
    return true;
}
