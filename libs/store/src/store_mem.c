/* store_mem.c: the store in memory, for unit tests: tables under one lock, faults on demand,
 * outboxes. Any thread. It follows the same rule tables as the Mongo adapter, and the same
 * conformance test. */
#include "store_mem.h"
#include <pthread.h>

static JwStoreOps mem_ops;

static void
free_job(gpointer job)
{
    jw_job_free(job);
}

static void
free_delivery(gpointer delivery)
{
    jw_delivery_free(delivery);
}

static void
free_schedule(gpointer schedule)
{
    jw_schedule_free(schedule);
}

static void
free_bytes(gpointer bytes)
{
    g_bytes_unref(bytes);
}

static GHashTable *
new_table(GDestroyNotify value_free)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, value_free);
}

bool
jw_store_mem_begin(JwStoreMem *self, GError **error)
{
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

bool
jw_store_mem_end(JwStoreMem *self, GError **error)
{
    if (self->failing) {
        self->failing = false;
        return jw_fail(error, self->fail_code, "the store's reply was lost as the test asked");
    }
    return true;
}

bool
jw_store_mem_readable(const JwStoreMem *self, const char *id)
{
    return !g_hash_table_contains(self->corrupted, id);
}

bool
jw_store_mem_read(JwStoreMem *self, const char *id, GError **error)
{
    return jw_store_mem_readable(self, id)
           || jw_fail(error, JW_ERROR_CORRUPT, "'%s' was corrupted by the test", id);
}

void
jw_store_mem_push(GPtrArray *outbox, const JwOutboxEntry *const *events, size_t n_events)
{
    for (size_t i = 0; i < n_events; i++) {
        g_ptr_array_add(outbox, jw_outbox_entry_copy(events[i]));
    }
}

void
jw_store_mem_set_text(char **text, const char *value)
{
    if (value != NULL) {
        g_free(*text);
        *text = g_strdup(value);
    }
}

GPtrArray *
jw_store_mem_sorted(GHashTable *table, GCompareDataFunc compare, gpointer data)
{
    GPtrArray *values = g_ptr_array_new();
    GHashTableIter iter;
    gpointer value;

    g_hash_table_iter_init(&iter, table);
    while (g_hash_table_iter_next(&iter, NULL, &value)) {
        g_ptr_array_add(values, value);
    }
    g_ptr_array_sort_with_data(values, compare, data);
    return values;
}

static bool
answer(JwStore *self, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    return jw_store_mem_begin(mem, error) && jw_store_mem_end(mem, error);
}

static bool
reachable(JwStore *self)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    return !mem->unreachable;
}

/* Nothing here ever waits. */
static void
stop_waiting(JwStore *self)
{
    (void)self;
}

static bool
drop(JwStore *self, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    GHashTable *const tables[] = { mem->jobs,        mem->deliveries, mem->schedules,
                                   mem->occurrences, mem->uploads,    mem->chunks,
                                   mem->files,       mem->removed,    mem->corrupted,
                                   mem->records };

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        g_hash_table_remove_all(tables[i]);
    }
    return jw_store_mem_end(mem, error);
}

static GPtrArray *
outbox_of(JwStoreMem *mem, JwDocKind kind, const char *id)
{
    if (kind == JW_DOC_JOB) {
        JwJob *job = g_hash_table_lookup(mem->jobs, id);
        return job == NULL ? NULL : job->outbox;
    }
    JwDelivery *delivery = g_hash_table_lookup(mem->deliveries, id);
    return delivery == NULL ? NULL : delivery->outbox;
}

static bool
pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    for (size_t i = 0; i < n_refs; i++) {
        GPtrArray *outbox = outbox_of(mem, refs[i].kind, refs[i].doc_id);
        for (guint k = outbox == NULL ? 0 : outbox->len; k > 0; k--) {
            const JwOutboxEntry *entry = g_ptr_array_index(outbox, k - 1);
            if (g_strcmp0(entry->id, refs[i].entry_id) == 0) {
                g_ptr_array_remove_index(outbox, k - 1);
            }
        }
    }
    return jw_store_mem_end(mem, error);
}

/* A document with the time of its oldest entry, by which they are ordered. */
typedef struct {
    const char *id;
    const GPtrArray *outbox;
    int64_t oldest_ms;
} Waiting;

static gint
compare_waiting(gconstpointer a, gconstpointer b)
{
    const Waiting *x = a, *y = b;

    if (x->oldest_ms != y->oldest_ms) {
        return x->oldest_ms < y->oldest_ms ? -1 : 1;
    }
    return g_strcmp0(x->id, y->id);
}

static void
add_waiting(GArray *all, const char *id, const GPtrArray *outbox, int64_t before_ms)
{
    Waiting waiting = { id, outbox, INT64_MAX };

    for (guint i = 0; i < outbox->len; i++) {
        const JwOutboxEntry *entry = g_ptr_array_index(outbox, i);
        waiting.oldest_ms = MIN(waiting.oldest_ms, entry->at_ms);
    }
    if (waiting.oldest_ms < before_ms) {
        g_array_append_val(all, waiting);
    }
}

static void
free_doc(gpointer doc)
{
    jw_outbox_doc_free(doc);
}

static void
free_entry(gpointer entry)
{
    jw_outbox_entry_free(entry);
}

static JwOutboxDoc *
copy_waiting(const Waiting *waiting, JwDocKind kind)
{
    JwOutboxDoc *doc = g_new0(JwOutboxDoc, 1);

    doc->kind = kind;
    doc->doc_id = g_strdup(waiting->id);
    doc->entries = g_ptr_array_new_with_free_func(free_entry);
    for (guint i = 0; i < waiting->outbox->len; i++) {
        g_ptr_array_add(doc->entries, jw_outbox_entry_copy(g_ptr_array_index(waiting->outbox, i)));
    }
    return doc;
}

static bool
find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit, GPtrArray **ret_docs,
            GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) docs = g_ptr_array_new_with_free_func(free_doc);
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(Waiting));
    GHashTableIter iter;
    gpointer key;

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    g_hash_table_iter_init(&iter, kind == JW_DOC_JOB ? mem->jobs : mem->deliveries);
    while (g_hash_table_iter_next(&iter, &key, NULL)) {
        if (jw_store_mem_readable(mem, key)) {
            add_waiting(all, key, outbox_of(mem, kind, key), before_ms);
        }
    }
    g_array_sort(all, compare_waiting);
    for (guint i = 0; i < all->len && docs->len < limit; i++) {
        g_ptr_array_add(docs, copy_waiting(&g_array_index(all, Waiting, i), kind));
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    *ret_docs = g_steal_pointer(&docs);
    return true;
}

static void
free_mem(JwStore *self)
{
    JwStoreMem *mem = (JwStoreMem *)self;

    g_hash_table_unref(mem->jobs);
    g_hash_table_unref(mem->deliveries);
    g_hash_table_unref(mem->schedules);
    g_hash_table_unref(mem->occurrences);
    g_hash_table_unref(mem->uploads);
    g_hash_table_unref(mem->chunks);
    g_hash_table_unref(mem->files);
    g_hash_table_unref(mem->removed);
    g_hash_table_unref(mem->corrupted);
    g_hash_table_unref(mem->records);
    jw_mutex_clear(&mem->mutex);
    g_free(mem);
}

static void
init_ops(void)
{
    mem_ops.free = free_mem;
    mem_ops.ping = answer;
    mem_ops.prepare = answer;
    mem_ops.reachable = reachable;
    mem_ops.stop_waiting = stop_waiting;
    mem_ops.drop = drop;
    mem_ops.pull_outbox = pull_outbox;
    mem_ops.find_outbox = find_outbox;
    jw_store_mem_job_ops(&mem_ops);
    jw_store_mem_delivery_ops(&mem_ops);
    jw_store_mem_schedule_ops(&mem_ops);
    jw_store_mem_file_ops(&mem_ops);
    jw_store_mem_record_ops(&mem_ops);
}

JwStore *
jw_store_mem_new(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    JwStoreMem *mem = g_new0(JwStoreMem, 1);

    pthread_once(&once, init_ops);
    mem->base.ops = &mem_ops;
    jw_mutex_init(&mem->mutex);
    mem->jobs = new_table(free_job);
    mem->deliveries = new_table(free_delivery);
    mem->schedules = new_table(free_schedule);
    mem->occurrences = new_table(jw_store_mem_free_occurrence);
    mem->uploads = new_table(jw_store_mem_free_upload);
    mem->chunks = new_table(free_bytes);
    mem->files = new_table(jw_store_mem_free_file);
    mem->removed = new_table(NULL);
    mem->corrupted = new_table(NULL);
    mem->records = new_table(jw_store_mem_free_records);
    return &mem->base;
}

void
jw_store_mem_fail_nth(JwStore *self, int nth, JwErrorCode code, bool after)
{
    JwStoreMem *mem = (JwStoreMem *)self;

    g_return_if_fail(self != NULL && self->ops == &mem_ops);
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    mem->fail_in = nth;
    mem->fail_code = code;
    mem->fail_after = after;
    mem->then_fail = 0;
}

void
jw_store_mem_then_fail(JwStore *self, int times, JwErrorCode code)
{
    JwStoreMem *mem = (JwStoreMem *)self;

    g_return_if_fail(self != NULL && self->ops == &mem_ops);
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    mem->then_fail = times;
    mem->then_code = code;
}

void
jw_store_mem_set_reachable(JwStore *self, bool reachable_now)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    mem->unreachable = !reachable_now;
}

void
jw_store_mem_corrupt(JwStore *self, const char *id)
{
    JwStoreMem *mem = (JwStoreMem *)self;

    g_return_if_fail(self != NULL && self->ops == &mem_ops && id != NULL);
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_hash_table_add(mem->corrupted, g_strdup(id));
}

int
jw_store_mem_calls(JwStore *self)
{
    JwStoreMem *mem = (JwStoreMem *)self;

    g_return_val_if_fail(self != NULL && self->ops == &mem_ops, 0);
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    return mem->calls;
}
