/* verbs.c: the operations of the port except insert. Any thread; each borrows a client for its
 * own duration, so that no cursor or reply outlives its client. */
#include "mongo.h"
#include <string.h>

#define NAMESPACE_NOT_FOUND 26

bool
jw_mongo_modify(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
                const bson_t *fields, JwCas *ret_cas, JwDocFunc visit, gpointer data,
                GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) in = jw_lease_collection(&lease, collection);
    g_autoptr(mongoc_find_and_modify_opts_t) opts = mongoc_find_and_modify_opts_new();
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;
    bson_iter_t iter;
    const uint8_t *bytes;
    uint32_t length;
    bson_t document;

    mongoc_find_and_modify_opts_set_update(opts, update);
    mongoc_find_and_modify_opts_set_flags(opts, MONGOC_FIND_AND_MODIFY_RETURN_NEW);
    if (fields != NULL) {
        mongoc_find_and_modify_opts_set_fields(opts, fields);
    }
    if (!mongoc_collection_find_and_modify_with_opts(in, filter, opts, &reply, &cause)) {
        return jw_mongo_fail_write(error, &cause, &reply, "changing a document of %s", collection);
    }
    if (!jw_mongo_check_concern(error, &reply, "changing a document")) {
        return false;
    }
    if (!bson_iter_init_find(&iter, &reply, "value")) {
        return jw_fail(error, JW_ERROR_IN_DOUBT, "%s: the reply does not mention a document",
                       collection);
    }
    if (BSON_ITER_HOLDS_NULL(&iter)) {
        *ret_cas = JW_CAS_LOST; /* an ordinary answer, so not an error */
        return true;
    }
    if (!BSON_ITER_HOLDS_DOCUMENT(&iter)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "%s: findAndModify gave no document", collection);
    }
    bson_iter_document(&iter, &length, &bytes);
    if (!bson_init_static(&document, bytes, length)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "%s: findAndModify gave a cut document",
                       collection);
    }
    if (visit != NULL && !visit(&document, data, error)) {
        return false;
    }
    *ret_cas = JW_CAS_WON;
    return true;
}

bool
jw_mongo_update(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
                bool many, int64_t *ret_matched, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) in = jw_lease_collection(&lease, collection);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;
    bson_iter_t iter;
    const bool done = many ? mongoc_collection_update_many(in, filter, update, NULL, &reply, &cause)
                           : mongoc_collection_update_one(in, filter, update, NULL, &reply, &cause);

    if (!done) {
        return jw_mongo_fail_write(error, &cause, &reply, "updating %s", collection);
    }
    *ret_matched =
        bson_iter_init_find(&iter, &reply, "matchedCount") ? bson_iter_as_int64(&iter) : 0;
    return true;
}

static bool
append_updates(mongoc_bulk_operation_t *bulk, JwDbUpdate *const *updates, size_t n,
               bson_error_t *cause)
{
    for (size_t i = 0; i < n; i++) {
        const JwDbUpdate *one = updates[i];
        const bool ok = one->many
                            ? mongoc_bulk_operation_update_many_with_opts(bulk, one->filter,
                                                                          one->update, NULL, cause)
                            : mongoc_bulk_operation_update_one_with_opts(bulk, one->filter,
                                                                         one->update, NULL, cause);
        if (!ok) {
            return false;
        }
    }
    return true;
}

bool
jw_mongo_update_each(JwStore *self, const char *collection, JwDbUpdate *const *updates, size_t n,
                     int64_t *ret_matched, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) in = jw_lease_collection(&lease, collection);
    g_autoptr(bson_t) opts = BCON_NEW("ordered", BCON_BOOL(false));
    g_autoptr(mongoc_bulk_operation_t) bulk =
        mongoc_collection_create_bulk_operation_with_opts(in, opts);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;
    bson_iter_t iter;

    if (!append_updates(bulk, updates, n, &cause)) {
        return jw_fail(error, JW_ERROR_INVALID, "updating %s: %s", collection, cause.message);
    }
    if (mongoc_bulk_operation_execute(bulk, &reply, &cause) == 0) {
        return jw_mongo_fail_write(error, &cause, &reply, "updating %s", collection);
    }
    if (!jw_mongo_check_concern(error, &reply, "updating")) {
        return false;
    }
    *ret_matched = bson_iter_init_find(&iter, &reply, "nMatched") ? bson_iter_as_int64(&iter) : 0;
    return true;
}

bool
jw_mongo_find(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
              JwDocFunc visit, gpointer data, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) from = jw_lease_collection(&lease, collection);
    g_autoptr(mongoc_cursor_t) cursor = mongoc_collection_find_with_opts(from, filter, opts, NULL);
    const bson_t *document;
    bson_error_t cause;

    while (mongoc_cursor_next(cursor, &document)) {
        if (!visit(document, data, error)) {
            return false;
        }
    }
    return !mongoc_cursor_error(cursor, &cause)
           || jw_mongo_fail_read(error, &cause, "reading %s", collection);
}

bool
jw_mongo_remove(JwStore *self, const char *collection, const bson_t *filter, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) from = jw_lease_collection(&lease, collection);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;

    return mongoc_collection_delete_many(from, filter, NULL, &reply, &cause)
           || jw_mongo_fail_write(error, &cause, &reply, "deleting from %s", collection);
}

/* The command `count`: libmongoc's own function makes an aggregate of it, for which servers look at
 * documents where an index would do, and which takes a multiple of the time. */
bool
jw_mongo_count(JwStore *self, const char *collection, const bson_t *filter, int64_t limit,
               int64_t *ret_count, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(bson_t) command = BCON_NEW("count", BCON_UTF8(collection));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;
    bson_iter_t iter;

    if (filter != NULL) {
        BSON_APPEND_DOCUMENT(command, "query", filter);
    }
    if (limit > 0) {
        BSON_APPEND_INT64(command, "limit", limit);
    }
    if (!mongoc_client_read_command_with_opts(lease.client, lease.store->database, command, NULL,
                                              NULL, &reply, &cause)) {
        return jw_mongo_fail_read(error, &cause, "counting in %s", collection);
    }
    if (!bson_iter_init_find(&iter, &reply, "n") || !BSON_ITER_HOLDS_NUMBER(&iter)) {
        return jw_fail(error, JW_ERROR_CORRUPT, "%s: the reply to a count has no number",
                       collection);
    }
    *ret_count = bson_iter_as_int64(&iter);
    return true;
}

/* One of the indexes of the command, under its place in the array. */
static void
append_index(bson_t *array, const char *place, const JwDbIndex *index)
{
    g_auto(GStrv) parts = g_strsplit(index->keys, " ", -1);
    g_auto(bson_t) keys = BSON_INITIALIZER;
    bson_t options;
    bool ttl = false;

    for (size_t i = 0; parts[i] != NULL; i++) {
        char *colon = strrchr(parts[i], ':');
        *colon = '\0';
        ttl = ttl || strcmp(colon + 1, "ttl") == 0;
        BSON_APPEND_INT32(&keys, parts[i], strcmp(colon + 1, "-1") == 0 ? -1 : 1);
    }
    g_autoptr(JwBsonStr) name = mongoc_collection_keys_to_index_string(&keys);
    BSON_APPEND_DOCUMENT_BEGIN(array, place, &options);
    BCON_APPEND(&options, "key", BCON_DOCUMENT(&keys), "name", BCON_UTF8(name), "unique",
                BCON_BOOL(index->unique));
    if (ttl) {
        BSON_APPEND_INT32(&options, "expireAfterSeconds", 0);
    }
    bson_append_document_end(array, &options);
}

bool
jw_mongo_ensure_indexes(JwStore *self, const JwDbIndex *indexes, size_t n, GError **error)
{
    const char *collection = indexes[0].collection;
    g_auto(JwLease) lease = { 0 };
    g_autoptr(bson_t) command = BCON_NEW("createIndexes", BCON_UTF8(collection));
    char buffer[16];
    const char *place;
    bson_t array;
    bson_error_t cause;

    if (!jw_mongo_lease(self, &lease, error)) {
        return false;
    }
    BSON_APPEND_ARRAY_BEGIN(command, "indexes", &array);
    for (size_t i = 0; i < n; i++) {
        bson_uint32_to_string((uint32_t)i, &place, buffer, sizeof(buffer));
        append_index(&array, place, &indexes[i]);
    }
    bson_append_array_end(command, &array);
    return mongoc_client_write_command_with_opts(lease.client, lease.store->database, command, NULL,
                                                 NULL, &cause)
           || jw_mongo_fail_write(error, &cause, NULL, "creating the indexes of %s", collection);
}

static bool
drop_database(const JwLease *lease, GError **error)
{
    g_autoptr(mongoc_database_t) database =
        mongoc_client_get_database(lease->client, lease->store->database);
    bson_error_t cause;

    return mongoc_database_drop(database, &cause)
           || jw_mongo_fail_write(error, &cause, NULL, "dropping the database");
}

static bool
drop_collection(const JwLease *lease, const char *collection, GError **error)
{
    g_autoptr(mongoc_database_t) database =
        mongoc_client_get_database(lease->client, lease->store->database);
    g_autoptr(mongoc_collection_t) dropped = jw_lease_collection(lease, collection);
    bson_error_t cause = { 0 };

    if (!mongoc_database_has_collection(database, collection, &cause)) {
        return cause.code == 0
               || jw_mongo_fail_read(error, &cause, "looking for the collection %s", collection);
    }
    return mongoc_collection_drop(dropped, &cause)
           || (cause.domain == MONGOC_ERROR_SERVER && cause.code == NAMESPACE_NOT_FOUND)
           || jw_mongo_fail_write(error, &cause, NULL, "dropping %s", collection);
}

bool
jw_mongo_drop(JwStore *self, const char *collection, GError **error)
{
    g_auto(JwLease) lease = { 0 };

    return jw_mongo_lease(self, &lease, error)
           && (collection == NULL ? drop_database(&lease, error)
                                  : drop_collection(&lease, collection, error));
}
