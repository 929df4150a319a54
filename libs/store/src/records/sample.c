/* sample.c: which fields the records of a collection have, by a look at some. A server could only
 * say that none has one after reading all of them. Any thread. */
#include "db/db.h"
#include "jw/store_records.h"
#include <string.h>

#define HALF (JW_RECORDS_SAMPLE / 2)

typedef struct {
    const char *const *fields;
    JwSeen *seen;
    int64_t records;
    bson_t *rest; /* a query: the ids behind that of the last record; NULL: none was seen */
} Sample;

static void
sample_clear(Sample *self)
{
    g_clear_pointer(&self->rest, bson_destroy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Sample, sample_clear)

static JwSeen
seen_of(bson_type_t type)
{
    const bool number = type == BSON_TYPE_INT32 || type == BSON_TYPE_INT64
                        || type == BSON_TYPE_DOUBLE || type == BSON_TYPE_DECIMAL128
                        || type == BSON_TYPE_BOOL;

    return type == BSON_TYPE_UTF8 || type == BSON_TYPE_SYMBOL
               ? (JwSeen)(JW_SEEN_VALUE | JW_SEEN_TEXT)
           : number                      ? (JwSeen)(JW_SEEN_VALUE | JW_SEEN_NUMBER)
           : type == BSON_TYPE_DATE_TIME ? (JwSeen)(JW_SEEN_VALUE | JW_SEEN_DATE)
                                         : JW_SEEN_VALUE;
}

/* Filters reach into arrays as well, so what is inside of one counts as all it may be. */
static JwSeen
seen_in(bson_iter_t *document, const char *path)
{
    const size_t head = strcspn(path, ".");
    bson_iter_t child;

    if (!bson_iter_find_w_len(document, path, (int)head)) {
        return JW_SEEN_NOTHING;
    }
    if (BSON_ITER_HOLDS_ARRAY(document)) {
        return JW_SEEN_ARRAY;
    }
    if (path[head] == '\0') {
        return seen_of(bson_iter_type(document));
    }
    return BSON_ITER_HOLDS_DOCUMENT(document) && bson_iter_recurse(document, &child)
               ? seen_in(&child, path + head + 1)
               : JW_SEEN_NOTHING;
}

static void
note_rest(Sample *self, const bson_t *document)
{
    bson_iter_t id;
    bson_t condition;

    sample_clear(self);
    if (bson_iter_init_find(&id, document, "_id")) {
        self->rest = bson_new();
        BSON_APPEND_DOCUMENT_BEGIN(self->rest, "_id", &condition);
        bson_append_iter(&condition, "$gt", -1, &id);
        bson_append_document_end(self->rest, &condition);
    }
}

static bool
look(const bson_t *document, gpointer data, GError **error)
{
    Sample *sample = data;

    for (size_t i = 0; sample->fields[i] != NULL; i++) {
        bson_iter_t iter;
        if (!bson_iter_init(&iter, document)) {
            return jw_fail(error, JW_ERROR_CORRUPT, "a stored record is cut");
        }
        const JwSeen seen = seen_in(&iter, sample->fields[i]);
        sample->seen[i] = (JwSeen)(sample->seen[i] | seen);
    }
    if (++sample->records == HALF) {
        note_rest(sample, document);
    }
    return true;
}

static bool
look_at(JwStore *store, const char *collection, const bson_t *filter, int way, Sample *sample,
        GError **error)
{
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "_id", BCON_INT32(way), "}", "limit", BCON_INT64(HALF));

    return jw_db_find(store, collection, filter, opts, look, sample, error)
           || jw_prefix(error, "looking for the fields of '%s'", collection);
}

bool
jw_store_sample_fields(JwStore *self, const char *collection, const char *const *fields,
                       JwSeen *ret_seen, int64_t *ret_records, GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL && fields != NULL, false);
    g_return_val_if_fail(ret_seen != NULL && ret_records != NULL, false);
    const size_t n = g_strv_length((char **)(uintptr_t)fields);
    g_autofree JwSeen *seen = g_new0(JwSeen, n + 1);
    g_auto(Sample) sample = { fields, seen, 0, NULL };
    g_auto(bson_t) all = BSON_INITIALIZER;

    if (!jw_db_check_records(collection, error)
        || !look_at(self, collection, &all, 1, &sample, error)) {
        return false;
    }
    if (sample.rest != NULL) {
        g_autoptr(bson_t) rest = g_steal_pointer(&sample.rest);
        if (!look_at(self, collection, rest, -1, &sample, error)) {
            return false;
        }
    }
    memcpy(ret_seen, seen, n * sizeof *seen);
    *ret_records = sample.records;
    return true;
}
