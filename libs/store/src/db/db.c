/* db.c: what all adapters of the port share: the check of strings that are written, and finds
 * that skip unreadable documents. Any thread. One malformed document must not stop a service's
 * maintenance of all the others, so a page skips it; it is counted, and logged until it is
 * repaired. */
#include "db.h"
#include "jw/log.h"
#include "jw/metrics.h"

/* Scans run every second: each document is logged once in this time, and at most this many. */
#define NOTE_AGAIN_MS (10 * 60 * INT64_C(1000))
#define NOTED_MAX     1000u

void
jw_db_init(JwStore *self, const JwDbOps *ops)
{
    self->ops = ops;
    jw_mutex_init(&self->noting);
    self->noted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

void
jw_db_clear(JwStore *self)
{
    g_hash_table_unref(self->noted);
    jw_mutex_clear(&self->noting);
}

/* Servers do not check, and bson_validate() of 1.23 accepts broken strings; what cannot be read
 * back as UTF-8 must not be written. Our own documents, so the depth is small. */
static bool
strings_valid(bson_iter_t *iter)
{
    bson_iter_t child;
    uint32_t length;

    while (bson_iter_next(iter)) {
        if (BSON_ITER_HOLDS_UTF8(iter)) {
            const char *string = bson_iter_utf8(iter, &length);
            if (!bson_utf8_validate(string, length, true)) {
                return false;
            }
        } else if ((BSON_ITER_HOLDS_DOCUMENT(iter) || BSON_ITER_HOLDS_ARRAY(iter))
                   && (!bson_iter_recurse(iter, &child) || !strings_valid(&child))) {
            return false;
        }
    }
    return true;
}

static bool
check_strings(const bson_t *document, const char *collection, GError **error)
{
    bson_iter_t iter;

    return (bson_iter_init(&iter, document) && strings_valid(&iter))
           || jw_fail(error, JW_ERROR_INVALID, "a string for %s is not valid UTF-8", collection);
}

static void
free_document(gpointer document)
{
    bson_destroy(document);
}

GPtrArray *
jw_db_documents(size_t n)
{
    return g_ptr_array_new_full((guint)n, free_document);
}

bool
jw_db_insert(JwStore *self, const char *collection, const GPtrArray *documents,
             JwCreate *ret_creates, GError **error)
{
    g_autofree const bson_t **list = g_new(const bson_t *, documents->len);

    for (guint i = 0; i < documents->len; i++) {
        list[i] = g_ptr_array_index(documents, i);
        if (!check_strings(list[i], collection, error)) {
            return false;
        }
    }
    return self->ops->insert(self, collection, list, documents->len, ret_creates, error);
}

bool
jw_db_insert_one(JwStore *self, const char *collection, bson_t *take_document, JwCreate *ret_create,
                 GError **error)
{
    g_autoptr(GPtrArray) documents = jw_db_documents(1);

    g_ptr_array_add(documents, take_document);
    return jw_db_insert(self, collection, documents, ret_create, error);
}

bool
jw_db_find(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
           JwDocFunc visit, gpointer data, GError **error)
{
    return self->ops->find(self, collection, filter, opts, visit, data, error);
}

static bool
is_news(JwStore *self, const char *collection, const char *id)
{
    g_auto(JwLocker) locker = jw_locker(&self->noting);
    const int64_t mono_ms = jw_clock_mono_ms(jw_clock_system());

    if (mono_ms - self->noted_since_ms >= NOTE_AGAIN_MS) {
        g_hash_table_remove_all(self->noted);
        self->noted_since_ms = mono_ms;
    }
    return g_hash_table_size(self->noted) < NOTED_MAX
           && g_hash_table_add(self->noted, g_strdup_printf("%s/%s", collection, id));
}

void
jw_db_note_unreadable(JwStore *self, const char *collection, const char *id, const GError *why)
{
    jw_metric_add(jw_metric_counter("jobwire_store_unreadable_total",
                                    "Documents passed over because they could not be read, at "
                                    "each look",
                                    "collection"),
                  collection, 1);
    if (is_news(self, collection, id)) {
        jw_warn("document_unreadable", JW_STR("collection", collection), JW_STR("id", id),
                JW_STR("error", jw_error_message(why)));
    }
}

/* The id as a string, whatever its type. (transfer full) */
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
    JwStore *store;
    const char *collection;
    JwDocFunc visit;
    gpointer data;
    size_t left, seen; /* still wanted; found, readable or not */
} Page;

static bool
visit_readable(const bson_t *document, gpointer data, GError **error)
{
    Page *page = data;
    g_autoptr(GError) cause = NULL;

    page->seen++;
    if (page->left == 0) {
        return true;
    }
    if (page->visit(document, page->data, &cause)) {
        page->left--;
        return true;
    }
    if (jw_error_code(cause) != JW_ERROR_CORRUPT) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    g_autofree char *id = id_of(document);
    jw_db_note_unreadable(page->store, page->collection, id, cause);
    return true;
}

bool
jw_db_find_readable(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
                    JwDocFunc visit, gpointer data, GError **error)
{
    Page page = { self, collection, visit, data, SIZE_MAX, 0 };

    return self->ops->find(self, collection, filter, opts, visit_readable, &page, error);
}

bool
jw_db_find_page(JwStore *self, const char *collection, const bson_t *filter, const bson_t *opts,
                size_t limit, JwDocFunc visit, gpointer data, GError **error)
{
    Page page = { self, collection, visit, data, limit, 0 };
    size_t skip = 0;

    /* Doubled each time, so that even a collection full of them is scanned quickly. */
    for (size_t ask = limit; page.left > 0; ask *= 2) {
        g_autoptr(bson_t) asked = bson_copy(opts);

        BSON_APPEND_INT64(asked, "skip", (int64_t)skip);
        BSON_APPEND_INT64(asked, "limit", (int64_t)ask);
        if (!self->ops->find(self, collection, filter, asked, visit_readable, &page, error)) {
            return false;
        }
        skip += ask;
        if (page.seen < skip) {
            break;
        }
    }
    return true;
}

bool
jw_db_modify(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
             const bson_t *fields, JwCas *ret_cas, JwDocFunc visit, gpointer data, GError **error)
{
    return check_strings(update, collection, error)
           && self->ops->modify(self, collection, filter, update, fields, ret_cas, visit, data,
                                error);
}

bool
jw_db_update(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
             JwCas *ret_cas, GError **error)
{
    int64_t matched = 0;

    if (!check_strings(update, collection, error)
        || !self->ops->update(self, collection, filter, update, false, &matched, error)) {
        return false;
    }
    *ret_cas = matched > 0 ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

bool
jw_db_update_many(JwStore *self, const char *collection, const bson_t *filter, const bson_t *update,
                  int64_t *ret_matched, GError **error)
{
    int64_t matched = 0;

    if (!check_strings(update, collection, error)
        || !self->ops->update(self, collection, filter, update, true, &matched, error)) {
        return false;
    }
    if (ret_matched != NULL) {
        *ret_matched = matched;
    }
    return true;
}

static void
free_update(gpointer update)
{
    JwDbUpdate *self = update;

    bson_destroy(self->filter);
    bson_destroy(self->update);
    g_free(self);
}

GPtrArray *
jw_db_updates(void)
{
    return g_ptr_array_new_with_free_func(free_update);
}

JwDbUpdate *
jw_db_add_update(GPtrArray *updates, bool many)
{
    JwDbUpdate *update = g_new0(JwDbUpdate, 1);

    update->filter = bson_new();
    update->update = bson_new();
    update->many = many;
    g_ptr_array_add(updates, update);
    return update;
}

bool
jw_db_update_each(JwStore *self, const char *collection, const GPtrArray *updates,
                  int64_t *ret_matched, GError **error)
{
    for (guint i = 0; i < updates->len; i++) {
        const JwDbUpdate *update = g_ptr_array_index(updates, i);

        if (!check_strings(update->update, collection, error)) {
            return false;
        }
    }
    return self->ops->update_each(self, collection, (JwDbUpdate *const *)updates->pdata,
                                  updates->len, ret_matched, error);
}

bool
jw_db_remove(JwStore *self, const char *collection, const char *key, const char *value,
             GError **error)
{
    g_auto(bson_t) filter = BSON_INITIALIZER;

    BSON_APPEND_UTF8(&filter, key, value);
    return self->ops->remove(self, collection, &filter, error);
}

bool
jw_db_remove_where(JwStore *self, const char *collection, const bson_t *filter, GError **error)
{
    return self->ops->remove(self, collection, filter, error);
}

bool
jw_db_count(JwStore *self, const char *collection, const bson_t *filter, int64_t limit,
            int64_t *ret_count, GError **error)
{
    return self->ops->count(self, collection, filter, limit, ret_count, error);
}
