/* store_lease.c: the lease of a pooled client, and the verbs over a collection that all the rest
 * of the adapter is made of. Any thread; a lease belongs to the thread that took it and ends
 * with its call, so that no cursor or reply outlives its client. */
#include "store_mongo.h"
#include <string.h>

bool
jw_store_lease(JwStore *self, JwLease *lease, GError **error)
{
    JwStoreMongo *mongo = (JwStoreMongo *)self;

    lease->client = mongoc_client_pool_pop(mongo->pool);
    if (lease->client == NULL) {
        return jw_fail(error, JW_ERROR_BUSY, "no MongoDB connection became free in time");
    }
    lease->store = mongo;
    if (!jw_store_servers_wait(&mongo->servers, lease->client, error)) {
        jw_lease_clear(lease);
        return false;
    }
    return true;
}

void
jw_lease_clear(JwLease *lease)
{
    if (lease->client != NULL) {
        mongoc_client_pool_push(lease->store->pool, lease->client);
        lease->client = NULL;
    }
}

mongoc_collection_t *
jw_lease_collection(const JwLease *lease, const char *name)
{
    return mongoc_client_get_collection(lease->client, lease->store->database, name);
}

/* Real servers do not look, and bson_validate() of 1.23 passes over broken texts; what cannot be
 * read back as UTF-8 must not get in. Documents of our own, so the depth is small. */
static bool
texts_valid(bson_iter_t *iter)
{
    bson_iter_t child;
    uint32_t length;

    while (bson_iter_next(iter)) {
        if (BSON_ITER_HOLDS_UTF8(iter)) {
            const char *text = bson_iter_utf8(iter, &length);
            if (!bson_utf8_validate(text, length, true)) {
                return false;
            }
        } else if ((BSON_ITER_HOLDS_DOCUMENT(iter) || BSON_ITER_HOLDS_ARRAY(iter))
                   && (!bson_iter_recurse(iter, &child) || !texts_valid(&child))) {
            return false;
        }
    }
    return true;
}

static bool
check_texts(const bson_t *document, const char *collection, GError **error)
{
    bson_iter_t iter;

    return (bson_iter_init(&iter, document) && texts_valid(&iter))
           || jw_fail(error, JW_ERROR_INVALID, "a text for %s is not valid UTF-8", collection);
}

bool
jw_store_modify(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
                const bson_t *fields, JwCas *ret_cas, JwDocFunc visit, gpointer data,
                GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!check_texts(update, collection, error) || !jw_store_lease(self, &lease, error)) {
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
        return jw_store_fail_write(error, &cause, &reply, "changing a document of %s", collection);
    }
    if (!jw_store_check_concern(error, &reply, "changing a document")) {
        return false;
    }
    if (!bson_iter_init_find(&iter, &reply, "value")) {
        return jw_fail(error, JW_ERROR_IN_DOUBT, "%s: the reply says nothing of a document",
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
jw_store_update(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
                JwCas *ret_cas, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!check_texts(update, collection, error) || !jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) in = jw_lease_collection(&lease, collection);
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;
    bson_iter_t iter;

    if (!mongoc_collection_update_one(in, filter, update, NULL, &reply, &cause)) {
        return jw_store_fail_write(error, &cause, &reply, "updating %s", collection);
    }
    *ret_cas = bson_iter_init_find(&iter, &reply, "matchedCount") && bson_iter_as_int64(&iter) > 0
                   ? JW_CAS_WON
                   : JW_CAS_LOST;
    return true;
}

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
            return jw_store_fail_write(error, &cause, reply, "inserting into %s", collection);
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

/* The driver takes a reply without any sense for success, so the count must be in it. */
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
jw_store_insert(JwStore *self, const char *collection, const GPtrArray *documents,
                JwCreate *ret_creates, GError **error)
{
    g_autofree const bson_t **list = g_new(const bson_t *, documents->len);
    for (guint i = 0; i < documents->len; i++) {
        list[i] = g_ptr_array_index(documents, i);
        if (!check_texts(list[i], collection, error)) {
            return false;
        }
    }
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) into = jw_lease_collection(&lease, collection);
    g_autoptr(bson_t) opts = BCON_NEW("ordered", BCON_BOOL(false));
    g_auto(bson_t) reply = BSON_INITIALIZER;
    bson_error_t cause;

    if (mongoc_collection_insert_many(into, list, documents->len, opts, &reply, &cause)) {
        return read_insert_success(&reply, collection, documents->len, ret_creates, error);
    }
    if (cause.domain != MONGOC_ERROR_SERVER || cause.code != MONGOC_ERROR_DUPLICATE_KEY) {
        return jw_store_fail_write(error, &cause, &reply, "inserting into %s", collection);
    }
    return jw_store_check_concern(error, &reply, "inserting")
           && read_insert_reply(&reply, collection, documents->len, ret_creates, error);
}

bool
jw_store_count(JwStore *self, const char *collection, const bson_t *filter, int64_t limit,
               int64_t *ret_count, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) in = jw_lease_collection(&lease, collection);
    g_auto(bson_t) opts = BSON_INITIALIZER;
    bson_error_t cause;

    if (limit > 0) {
        BSON_APPEND_INT64(&opts, "limit", limit);
    }
    int64_t count = mongoc_collection_count_documents(in, filter, &opts, NULL, NULL, &cause);
    if (count < 0) {
        return jw_store_fail_read(error, &cause, "counting in %s", collection);
    }
    *ret_count = count;
    return true;
}

bool
jw_store_estimate(JwStore *self, const char *collection, int64_t *ret_count, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) in = jw_lease_collection(&lease, collection);
    bson_error_t cause;

    const int64_t count = mongoc_collection_estimated_document_count(in, NULL, NULL, NULL, &cause);
    if (count < 0) {
        return jw_store_fail_read(error, &cause, "estimating %s", collection);
    }
    *ret_count = count;
    return true;
}

bool
jw_store_ensure_index(JwStore *self, const JwIndexSpec *spec, GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_auto(GStrv) parts = g_strsplit(spec->keys, " ", -1);
    g_auto(bson_t) keys = BSON_INITIALIZER;
    bson_error_t cause;

    for (size_t i = 0; parts[i] != NULL; i++) {
        char *colon = strrchr(parts[i], ':');
        *colon = '\0';
        BSON_APPEND_INT32(&keys, parts[i], strcmp(colon + 1, "-1") == 0 ? -1 : 1);
    }
    g_autoptr(JwBsonStr) name = mongoc_collection_keys_to_index_string(&keys);
    g_autoptr(bson_t) command = BCON_NEW(
        "createIndexes", BCON_UTF8(spec->collection), "indexes", "[", "{", "key",
        BCON_DOCUMENT(&keys), "name", BCON_UTF8(name), "unique", BCON_BOOL(spec->unique), "}", "]");
    if (!mongoc_client_write_command_with_opts(lease.client, lease.store->database, command, NULL,
                                               NULL, &cause)) {
        return jw_store_fail_write(error, &cause, NULL, "making the index %s of %s", name,
                                   spec->collection);
    }
    return true;
}
