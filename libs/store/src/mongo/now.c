/* now.c: what the clock of the server shows. Any thread. `hello` is for everybody, whatever their
 * rights, and the driver asks it all the time, so it is the cheapest question there is. */
#include "mongo.h"

bool
jw_mongo_now(JwStore *self, int64_t *ret_now_ms, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    g_autoptr(bson_t) command = BCON_NEW("hello", BCON_INT32(1));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_iter_t iter;
    bson_error_t cause;

    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    if (!mongoc_client_command_simple(lease.client, "admin", command, NULL, &reply, &cause)) {
        return jw_mongo_fail_read(error, &cause, "asking MongoDB for its time");
    }
    if (!bson_iter_init_find(&iter, &reply, "localTime") || !BSON_ITER_HOLDS_DATE_TIME(&iter)) {
        return jw_fail(error, JW_ERROR_INTERNAL,
                       "the MongoDB server does not tell its time: its answer to hello has no "
                       "localTime");
    }
    *ret_now_ms = bson_iter_date_time(&iter);
    return true;
}
