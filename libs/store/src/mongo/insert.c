/* insert.c: many documents in one round trip, and the outcome of each. Any thread. */
#include "mongo.h"
#include <string.h>

/* Reads the reply of an unordered insert that met ids which exist. Everything else in it is an
 * error, and so is a document that the reply does not account for. */
static bool
read_insert_reply(const bson_t *reply, const char *collection, size_t n, JwCreate *ret_creates,
                  GError **error)
{
    g_autofree JwCreate *creates = g_new(JwCreate, n);
    bson_iter_t iter, errors, field;
    int64_t inserted = 0;
    size_t existing = 0;

    for (size_t i = 0; i < n; i++) {
        creates[i] = JW_CREATE_NEW;
    }
    if (bson_iter_init_find(&iter, reply, "insertedCount")) {
        inserted = bson_iter_as_int64(&iter);
    }
    if (!bson_iter_init_find(&iter, reply, "writeErrors") || !bson_iter_recurse(&iter, &errors)) {
        if (n == 1) { /* some servers refuse the command instead of the document */
            ret_creates[0] = JW_CREATE_EXISTS;
            return true;
        }
        return jw_fail(error, JW_ERROR_IN_DOUBT, "inserting into %s: the reply names no document",
                       collection);
    }
    while (bson_iter_next(&errors)) {
        bson_error_t cause = { .domain = MONGOC_ERROR_SERVER };
        int64_t index = -1;
        if (bson_iter_recurse(&errors, &field) && bson_iter_find(&field, "index")) {
            index = bson_iter_as_int64(&field);
        }
        if (bson_iter_recurse(&errors, &field) && bson_iter_find(&field, "code")) {
            cause.code = (uint32_t)bson_iter_as_int64(&field);
        }
        if (cause.code != MONGOC_ERROR_DUPLICATE_KEY) {
            g_strlcpy(cause.message, "one document was refused", sizeof(cause.message));
            return jw_mongo_fail_write(error, &cause, reply, "inserting into %s", collection);
        }
        if (index < 0 || (size_t)index >= n || creates[index] == JW_CREATE_EXISTS) {
            return jw_fail(error, JW_ERROR_IN_DOUBT,
                           "inserting into %s: the reply names a document that was not sent",
                           collection);
        }
        creates[index] = JW_CREATE_EXISTS;
        existing++;
    }
    if (inserted < 0 || (size_t)inserted + existing < n) { /* some servers count refused ones in */
        return jw_fail(error, JW_ERROR_IN_DOUBT,
                       "inserting into %s: the reply accounts for %" G_GINT64_FORMAT
                       " of %" G_GSIZE_FORMAT,
                       collection, inserted + (int64_t)existing, n);
    }
    memcpy(ret_creates, creates, n * sizeof(*creates));
    return true;
}

/* The driver takes a malformed reply for success, so the count must be in it. */
static bool
read_insert_success(const bson_t *reply, const char *collection, size_t n, JwCreate *ret_creates,
                    GError **error)
{
    bson_iter_t iter;

    if (!bson_iter_init_find(&iter, reply, "insertedCount")
        || bson_iter_as_int64(&iter) != (int64_t)n) {
        return jw_fail(error, JW_ERROR_IN_DOUBT, "inserting into %s: the reply counts otherwise",
                       collection);
    }
    for (size_t i = 0; i < n; i++) {
        ret_creates[i] = JW_CREATE_NEW;
    }
    return true;
}

bool
jw_mongo_insert(JwStore *self, const char *collection, const bson_t **documents, size_t n,
                JwCreate *ret_creates, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) into = jw_lease_collection(&lease, collection);
    g_autoptr(bson_t) opts = BCON_NEW("ordered", BCON_BOOL(false));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;

    if (mongoc_collection_insert_many(into, documents, n, opts, &reply, &cause)) {
        return read_insert_success(&reply, collection, n, ret_creates, error);
    }
    if (cause.domain != MONGOC_ERROR_SERVER || cause.code != MONGOC_ERROR_DUPLICATE_KEY) {
        return jw_mongo_fail_write(error, &cause, &reply, "inserting into %s", collection);
    }
    return jw_mongo_check_concern(error, &reply, "inserting")
           && read_insert_reply(&reply, collection, n, ret_creates, error);
}
