/* memdb.c: the store's port in memory, for unit tests: collections of documents under one lock,
 * and faults on demand. Any thread. Documents are copied, so a reader's function runs without
 * the lock. */
#include "memdb.h"
#include "db/db.h"
#include "jw/store_mem.h"
#include <string.h>

typedef struct {
    JwStore base;
    JwMutex mutex;
    int calls, fail_in; /* guarded by the mutex, as is all that follows */
    int run_in;         /* jw_store_mem_before_nth() */
    void (*run)(gpointer data);
    gpointer run_data;
    int then_fail; /* calls that fail once fail_in is 0 */
    JwErrorCode fail_code, then_code;
    bool fail_after, failing, unreachable;
    JwClock *clock;           /* the server's */
    GHashTable *collections;  /* name → Collection */
    GHashTable *corrupted;    /* ids of documents that cannot be read, a set */
    JwStoreMemHook on_update; /* never changes while there are calls */
    gpointer on_update_data;
} MemDb;

typedef struct {
    char *id;
    bson_t *bson;
    bson_t *key; /* while it is sorted */
} Document;

typedef struct {
    GPtrArray *documents; /* of Document, as they were inserted */
    GHashTable *by_id;    /* id → Document of the array */
} Collection;

static void
free_document(gpointer self)
{
    Document *document = self;

    g_free(document->id);
    bson_destroy(document->bson);
    g_free(document);
}

static void
free_collection(gpointer self)
{
    Collection *collection = self;

    g_hash_table_unref(collection->by_id);
    g_ptr_array_unref(collection->documents);
    g_free(collection);
}

static Collection *
collection_locked(MemDb *db, const char *name)
{
    Collection *collection = g_hash_table_lookup(db->collections, name);

    if (collection == NULL) {
        collection = g_new0(Collection, 1);
        collection->documents = g_ptr_array_new_with_free_func(free_document);
        collection->by_id = g_hash_table_new(g_str_hash, g_str_equal);
        g_hash_table_insert(db->collections, g_strdup(name), collection);
    }
    return collection;
}

/* Every call begins with _begin and ends with _end, both under the lock. They count the call and
 * fail it where a test asked for it: _begin before anything is done, _end after it (a lost
 * reply). */
static bool
begin_locked(MemDb *self, GError **error)
{
    if (self->run_in > 0 && --self->run_in == 0) {
        jw_mutex_unlock(&self->mutex);
        self->run(self->run_data);
        jw_mutex_lock(&self->mutex);
    }
    self->calls++;
    self->failing = false;
    if (self->fail_in == 0 && self->then_fail > 0) {
        self->then_fail--;
        return jw_fail(error, self->then_code, "the store failed again as the test asked");
    }
    if (self->fail_in > 0 && --self->fail_in == 0) {
        if (!self->fail_after) {
            return jw_fail(error, self->fail_code, "the store failed as the test asked");
        }
        self->failing = true;
    }
    return true;
}

static bool
end_locked(MemDb *self, GError **error)
{
    if (self->failing) {
        self->failing = false;
        return jw_fail(error, self->fail_code, "the store's reply was lost as the test asked");
    }
    return true;
}

static bool
ping(JwStore *self, GError **error)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);

    return begin_locked(db, error) && end_locked(db, error);
}

static bool
ensure_indexes(JwStore *self, const JwDbIndex *indexes, size_t n, GError **error)
{
    (void)indexes;
    (void)n;
    return ping(self, error);
}

static bool
reachable(JwStore *self)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);

    return !db->unreachable;
}

static bool
now(JwStore *self, int64_t *ret_now_ms, GError **error)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);

    if (!begin_locked(db, error) || !end_locked(db, error)) {
        return false;
    }
    *ret_now_ms = jw_clock_now_ms(db->clock);
    return true;
}

/* Nothing here ever waits. */
static void
stop_waiting(JwStore *self)
{
    (void)self;
}

static const char *
id_of(const bson_t *document)
{
    bson_iter_t iter;

    if (!bson_iter_init_find(&iter, document, "_id") || !BSON_ITER_HOLDS_UTF8(&iter)) {
        md_unknown("document without a string as its", "_id");
    }
    return bson_iter_utf8(&iter, NULL);
}

static bool
insert(JwStore *self, const char *name, const bson_t **documents, size_t n, JwCreate *ret_creates,
       GError **error)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    Collection *collection = collection_locked(db, name);
    g_autofree JwCreate *creates = g_new0(JwCreate, n);

    if (!begin_locked(db, error)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        const char *id = id_of(documents[i]);
        if (!g_hash_table_contains(collection->by_id, id)) {
            Document *document = g_new0(Document, 1);
            document->id = g_strdup(id);
            document->bson = bson_copy(documents[i]);
            g_ptr_array_add(collection->documents, document);
            g_hash_table_insert(collection->by_id, document->id, document);
            creates[i] = JW_CREATE_NEW;
        }
    }
    if (!end_locked(db, error)) {
        return false;
    }
    memcpy(ret_creates, creates, n * sizeof(*creates));
    return true;
}

/* Those that match, in insertion order, at most @limit. (transfer container) */
static GPtrArray *
matches_locked(MemDb *db, const char *name, const bson_t *filter, size_t limit)
{
    const Collection *collection = collection_locked(db, name);
    GPtrArray *found = g_ptr_array_new();
    bson_iter_t id;

    if (bson_iter_init_find(&id, filter, "_id") && BSON_ITER_HOLDS_UTF8(&id)) {
        Document *one = g_hash_table_lookup(collection->by_id, bson_iter_utf8(&id, NULL));
        if (one != NULL && md_matches(one->bson, filter)) {
            g_ptr_array_add(found, one);
        }
        return found;
    }
    for (guint i = 0; i < collection->documents->len && found->len < limit; i++) {
        Document *document = g_ptr_array_index(collection->documents, i);
        if (md_matches(document->bson, filter)) {
            g_ptr_array_add(found, document);
        }
    }
    return found;
}

/* What a reader gets: of one that was corrupted an _id that is two things at once. (transfer
 * full) */
static bson_t *
hand_out_locked(const MemDb *db, const Document *document, const bson_t *fields)
{
    if (g_hash_table_contains(db->corrupted, document->id)) {
        return BCON_NEW("_id", BCON_UTF8(document->id), "_id", BCON_INT32(0));
    }
    return fields == NULL ? bson_copy(document->bson) : md_project(document->bson, fields);
}

typedef struct {
    bson_t *sort, *projection; /* NULL: none */
    int64_t skip, limit;
} Options;

static void
options_clear(Options *self)
{
    g_clear_pointer(&self->sort, bson_destroy);
    g_clear_pointer(&self->projection, bson_destroy);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Options, options_clear)

static bson_t *
copy_view(const bson_iter_t *iter)
{
    bson_t view;

    md_view(iter, &view);
    return bson_copy(&view);
}

static void
read_options(Options *self, const bson_t *opts)
{
    bson_iter_t iter;

    for (bool ok = bson_iter_init(&iter, opts); ok && bson_iter_next(&iter);) {
        const char *name = bson_iter_key(&iter);
        if (strcmp(name, "sort") == 0) {
            self->sort = copy_view(&iter);
        } else if (strcmp(name, "projection") == 0) {
            self->projection = copy_view(&iter);
        } else if (strcmp(name, "skip") == 0) {
            self->skip = bson_iter_as_int64(&iter);
        } else if (strcmp(name, "limit") == 0) {
            self->limit = bson_iter_as_int64(&iter);
        } else if (strcmp(name, "batchSize") != 0 && strcmp(name, "hint") != 0
                   && strcmp(name, "maxTimeMS") != 0) {
            md_unknown("option", name);
        }
    }
}

static gint
compare_documents(gconstpointer a, gconstpointer b, gpointer sort)
{
    return md_compare_keys((*(Document *const *)a)->key, (*(Document *const *)b)->key, sort);
}

static void
sort_locked(GPtrArray *documents, bson_t *sort)
{
    for (guint i = 0; i < documents->len; i++) {
        Document *document = g_ptr_array_index(documents, i);
        document->key = md_sort_key(document->bson, sort);
    }
    g_ptr_array_sort_with_data(documents, compare_documents, sort);
    for (guint i = 0; i < documents->len; i++) {
        g_clear_pointer(&((Document *)g_ptr_array_index(documents, i))->key, bson_destroy);
    }
}

/* (element-type bson_t) (transfer full), NULL: failed */
static GPtrArray *
select_documents(MemDb *db, const char *name, const bson_t *filter, const Options *options,
                 GError **error)
{
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    g_autoptr(GPtrArray) selected = jw_db_documents(0);

    if (!begin_locked(db, error) || !end_locked(db, error)) {
        return NULL;
    }
    g_autoptr(GPtrArray) found = matches_locked(db, name, filter, SIZE_MAX);
    if (options->sort != NULL) {
        sort_locked(found, options->sort);
    }
    for (guint i = (guint)options->skip;
         i < found->len && (options->limit == 0 || selected->len < (guint)options->limit); i++) {
        g_ptr_array_add(selected,
                        hand_out_locked(db, g_ptr_array_index(found, i), options->projection));
    }
    return g_steal_pointer(&selected);
}

static bool
find(JwStore *self, const char *name, const bson_t *filter, const bson_t *opts, JwDocFunc visit,
     gpointer data, GError **error)
{
    g_auto(Options) options = { 0 };
    read_options(&options, opts);
    g_autoptr(GPtrArray) found = select_documents((MemDb *)self, name, filter, &options, error);

    for (guint i = 0; found != NULL && i < found->len; i++) {
        if (!visit(g_ptr_array_index(found, i), data, error)) {
            return false;
        }
    }
    return found != NULL;
}

/* (transfer container) of Document: those that were updated */
static GPtrArray *
update_locked(MemDb *db, const char *name, const bson_t *filter, const bson_t *update, bool many)
{
    GPtrArray *found = matches_locked(db, name, filter, many ? SIZE_MAX : 1);

    for (guint i = 0; i < found->len; i++) {
        Document *document = g_ptr_array_index(found, i);
        bson_t *updated = md_update(document->bson, update);
        bson_destroy(document->bson);
        document->bson = updated;
    }
    return found;
}

/* Updates the first, or all of @many. @ret_document: (optional) (transfer full): the last of them
 * as it is then. */
static bool
update_matches(MemDb *db, const char *name, const bson_t *filter, const bson_t *update, bool many,
               int64_t *ret_matched, const bson_t *fields, bson_t **ret_document, GError **error)
{
    g_auto(JwLocker) locker = jw_locker(&db->mutex);

    if (!begin_locked(db, error)) {
        return false;
    }
    g_autoptr(GPtrArray) found = update_locked(db, name, filter, update, many);
    if (!end_locked(db, error)) {
        return false;
    }
    *ret_matched = found->len;
    if (ret_document != NULL && found->len > 0) {
        *ret_document = hand_out_locked(db, g_ptr_array_index(found, found->len - 1), fields);
    }
    return true;
}

static bool
modify(JwStore *self, const char *name, const bson_t *filter, const bson_t *update,
       const bson_t *fields, JwCas *ret_cas, JwDocFunc visit, gpointer data, GError **error)
{
    g_autoptr(bson_t) document = NULL;
    int64_t matched = 0;

    if (!update_matches((MemDb *)self, name, filter, update, false, &matched, fields, &document,
                        error)
        || (matched > 0 && visit != NULL && !visit(document, data, error))) {
        return false;
    }
    *ret_cas = matched > 0 ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

static bool
update_some(JwStore *self, const char *name, const bson_t *filter, const bson_t *update, bool many,
            int64_t *ret_matched, GError **error)
{
    MemDb *db = (MemDb *)self;
    const bool ok = update_matches(db, name, filter, update, many, ret_matched, NULL, NULL, error);

    if (many && db->on_update != NULL) {
        db->on_update(ok ? *ret_matched : -1, db->on_update_data);
    }
    return ok;
}

static bool
update_each(JwStore *self, const char *name, JwDbUpdate *const *updates, size_t n,
            int64_t *ret_matched, GError **error)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    int64_t matched = 0;

    if (!begin_locked(db, error)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        g_autoptr(GPtrArray) found =
            update_locked(db, name, updates[i]->filter, updates[i]->update, updates[i]->many);
        matched += found->len;
    }
    if (!end_locked(db, error)) {
        return false;
    }
    *ret_matched = matched;
    return true;
}

static bool
remove_matches(JwStore *self, const char *name, const bson_t *filter, GError **error)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    Collection *collection = collection_locked(db, name);

    if (!begin_locked(db, error)) {
        return false;
    }
    g_autoptr(GPtrArray) found = matches_locked(db, name, filter, SIZE_MAX);
    for (guint i = 0; i < found->len; i++) {
        Document *document = g_ptr_array_index(found, i);
        g_hash_table_remove(collection->by_id, document->id);
        g_ptr_array_remove(collection->documents, document);
    }
    return end_locked(db, error);
}

static bool
count(JwStore *self, const char *name, const bson_t *filter, int64_t limit, int64_t *ret_count,
      GError **error)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    g_auto(bson_t) all = BSON_INITIALIZER;

    if (!begin_locked(db, error) || !end_locked(db, error)) {
        return false;
    }
    g_autoptr(GPtrArray) found = matches_locked(db, name, filter == NULL ? &all : filter,
                                                limit > 0 ? (size_t)limit : SIZE_MAX);
    *ret_count = found->len;
    return true;
}

static bool
drop(JwStore *self, const char *name, GError **error)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);

    if (!begin_locked(db, error)) {
        return false;
    }
    if (name != NULL) {
        g_hash_table_remove(db->collections, name);
    } else {
        g_hash_table_remove_all(db->collections);
    }
    return end_locked(db, error);
}

static void
free_mem(JwStore *self)
{
    MemDb *db = (MemDb *)self;

    jw_db_clear(self);
    g_hash_table_unref(db->collections);
    g_hash_table_unref(db->corrupted);
    jw_mutex_clear(&db->mutex);
    g_free(db);
}

static const JwDbOps mem_ops = {
    .free = free_mem,
    .ping = ping,
    .reachable = reachable,
    .now = now,
    .stop_waiting = stop_waiting,
    .ensure_indexes = ensure_indexes,
    .insert = insert,
    .find = find,
    .modify = modify,
    .update = update_some,
    .update_each = update_each,
    .remove = remove_matches,
    .count = count,
    .drop = drop,
};

JwStore *
jw_store_mem_new(void)
{
    MemDb *db = g_new0(MemDb, 1);

    jw_db_init(&db->base, &mem_ops);
    jw_mutex_init(&db->mutex);
    db->clock = jw_clock_system();
    db->collections = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, free_collection);
    db->corrupted = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return &db->base;
}

void
jw_store_mem_fail_nth(JwStore *self, int nth, JwErrorCode code, bool after)
{
    MemDb *db = (MemDb *)self;

    g_return_if_fail(self != NULL && self->ops == &mem_ops);
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    db->fail_in = nth;
    db->fail_code = code;
    db->fail_after = after;
    db->then_fail = 0;
}

void
jw_store_mem_then_fail(JwStore *self, int times, JwErrorCode code)
{
    MemDb *db = (MemDb *)self;

    g_return_if_fail(self != NULL && self->ops == &mem_ops);
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    db->then_fail = times;
    db->then_code = code;
}

void
jw_store_mem_set_reachable(JwStore *self, bool reachable_now)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);

    db->unreachable = !reachable_now;
}

void
jw_store_mem_set_clock(JwStore *self, JwClock *clock)
{
    g_return_if_fail(self != NULL && self->ops == &mem_ops && clock != NULL);
    ((MemDb *)self)->clock = clock;
}

void
jw_store_mem_corrupt(JwStore *self, const char *id)
{
    MemDb *db = (MemDb *)self;

    g_return_if_fail(self != NULL && self->ops == &mem_ops && id != NULL);
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    g_hash_table_add(db->corrupted, g_strdup(id));
}

void
jw_store_mem_before_nth(JwStore *self, int nth, void (*run)(gpointer data), gpointer data)
{
    MemDb *db = (MemDb *)self;
    g_auto(JwLocker) locker = jw_locker(&db->mutex);

    db->run_in = nth;
    db->run = run;
    db->run_data = data;
}

int
jw_store_mem_calls(JwStore *self)
{
    MemDb *db = (MemDb *)self;

    g_return_val_if_fail(self != NULL && self->ops == &mem_ops, 0);
    g_auto(JwLocker) locker = jw_locker(&db->mutex);
    return db->calls;
}

void
jw_store_mem_on_update(JwStore *self, JwStoreMemHook hook, gpointer data)
{
    MemDb *db = (MemDb *)self;

    g_return_if_fail(self != NULL && self->ops == &mem_ops);
    db->on_update = hook;
    db->on_update_data = data;
}
