/* store_find.c: the one loop over what a find gives: strict, or passing over what cannot be read.
 * Any thread. One document of another shape must not stop a service's maintenance for all the others,
 * so a page goes on without it; it is counted, and named in the log until somebody mends it. */
#include "store_mongo.h"
#include "jw/log.h"
#include "jw/metrics.h"

/* A scan comes by every second: each document is named once in this time, and so many of them. */
#define NOTE_AGAIN_MS (10 * 60 * INT64_C(1000))
#define NOTED_MAX     1000u

static bool
is_news(JwStoreMongo *mongo, const char *collection, const char *id)
{
    g_auto(JwLocker) locker = jw_locker(&mongo->noting);
    const int64_t mono_ms = jw_clock_mono_ms(jw_clock_system());

    if (mono_ms - mongo->noted_since_ms >= NOTE_AGAIN_MS) {
        g_hash_table_remove_all(mongo->noted);
        mongo->noted_since_ms = mono_ms;
    }
    return g_hash_table_size(mongo->noted) < NOTED_MAX
           && g_hash_table_add(mongo->noted, g_strdup_printf("%s/%s", collection, id));
}

void
jw_store_note_unreadable(JwStore *self, const char *collection, const char *id, const GError *why)
{
    jw_metric_add(jw_metric_counter("jobwire_store_unreadable_total",
                                    "Documents passed over because they could not be read, at "
                                    "each look",
                                    "collection"),
                  collection, 1);
    if (is_news((JwStoreMongo *)self, collection, id)) {
        jw_warn("document_unreadable", JW_STR("collection", collection), JW_STR("id", id),
                JW_STR("error", jw_error_message(why)));
    }
}

/* The id as a text, whatever its type. (transfer full) */
static char *
id_of(const bson_t *document)
{
    g_auto(bson_t) only_id = BSON_INITIALIZER;
    bson_iter_t iter;

    if (!bson_iter_init_find(&iter, document, "_id")) {
        return g_strdup("?");
    }
    if (BSON_ITER_HOLDS_UTF8(&iter)) {
        return g_strdup(bson_iter_utf8(&iter, NULL));
    }
    bson_append_iter(&only_id, "_id", -1, &iter);
    g_autoptr(JwBsonStr) json = bson_as_relaxed_extended_json(&only_id, NULL);
    return g_strdup(json != NULL ? json : "?");
}

typedef struct {
    JwDocFunc visit;
    gpointer data;
    bool passes_over;  /* what @visit calls CORRUPT */
    size_t left, seen; /* how many are still wanted; how many there were, read or not */
} Find;

static bool
run(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts, Find *find,
    GError **error)
{
    g_auto(JwLease) lease = { 0 };
    if (!jw_store_lease(self, &lease, error)) {
        return false;
    }
    g_autoptr(mongoc_collection_t) from = jw_lease_collection(&lease, collection);
    g_autoptr(mongoc_cursor_t) cursor = mongoc_collection_find_with_opts(from, filter, opts, NULL);
    const bson_t *document;
    bson_error_t failed;

    while (find->left > 0 && mongoc_cursor_next(cursor, &document)) {
        g_autoptr(GError) cause = NULL;

        find->seen++;
        if (find->visit(document, find->data, &cause)) {
            find->left--;
        } else if (find->passes_over && jw_error_code(cause) == JW_ERROR_CORRUPT) {
            g_autofree char *id = id_of(document);
            jw_store_note_unreadable(self, collection, id, cause);
        } else {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
    }
    if (mongoc_cursor_error(cursor, &failed)) {
        return jw_store_fail_read(error, &failed, "reading %s", collection);
    }
    return true;
}

bool
jw_store_find(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
              JwDocFunc visit, gpointer data, GError **error)
{
    Find find = { visit, data, false, SIZE_MAX, 0 };

    return run(self, collection, filter, opts, &find, error);
}

bool
jw_store_find_readable(JwStore *self, const char *collection, const bson_t *filter,
                       const bson_t *opts, JwDocFunc visit, gpointer data, GError **error)
{
    Find find = { visit, data, true, SIZE_MAX, 0 };

    return run(self, collection, filter, opts, &find, error);
}

bool
jw_store_find_page(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
                   size_t limit, JwDocFunc visit, gpointer data, GError **error)
{
    Find find = { visit, data, true, limit, 0 };
    size_t skip = 0;

    /* Twice as many each time, so that even a collection full of them is soon gone through. */
    for (size_t ask = limit; find.left > 0; ask *= 2) {
        g_autoptr(bson_t) asked = bson_copy(opts);

        BSON_APPEND_INT64(asked, "skip", (int64_t)skip);
        BSON_APPEND_INT64(asked, "limit", (int64_t)ask);
        if (!run(self, collection, filter, asked, &find, error)) {
            return false;
        }
        skip += ask;
        if (find.seen < skip) {
            break;
        }
    }
    return true;
}
