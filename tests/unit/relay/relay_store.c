/* relay_store.c: see relay_store.h. */
#include "relay_store.h"

#include <string.h>

static JwMutex mutex = { PTHREAD_MUTEX_INITIALIZER };
static JwCond changed;
static bool ready;
static GPtrArray *docs; /* of JwOutboxDoc */
static int failures_left;
static JwErrorCode failure;
static size_t pulls, attempts, largest;
static bool latch_shut;

static void
doc_free(gpointer data)
{
    JwOutboxDoc *doc = data;
    g_free(doc->doc_id);
    g_ptr_array_unref(doc->entries);
    g_free(doc);
}

static void
entry_free(gpointer data)
{
    jw_outbox_entry_free(data);
}

void
relay_store_reset(int n_failures, JwErrorCode code)
{
    if (!ready) {
        jw_cond_init(&changed);
        ready = true;
    }
    g_auto(JwLocker) locker = jw_locker(&mutex);
    g_clear_pointer(&docs, g_ptr_array_unref);
    docs = g_ptr_array_new_with_free_func(doc_free);
    failures_left = n_failures;
    failure = code;
    pulls = attempts = largest = 0;
    latch_shut = false;
}

void
relay_store_clear(void)
{
    g_clear_pointer(&docs, g_ptr_array_unref);
}

JwStore *
relay_store(void)
{
    static int anything;
    return (JwStore *)(void *)&anything; /* never looked into */
}

const GPtrArray *
relay_store_add(JwDocKind kind, const char *doc_id, int64_t at_ms)
{
    JwOutboxDoc *doc = g_new0(JwOutboxDoc, 1);
    doc->kind = kind;
    doc->doc_id = g_strdup(doc_id);
    doc->entries = g_ptr_array_new_with_free_func(entry_free);
    JwOutboxEntry *entry = jw_outbox_entry_new("jobwire.job.events", doc_id,
                                               "jobwire.job.submitted.v1", g_strdup("{}"), at_ms);
    entry->request_id = g_strdup("request-1");
    g_ptr_array_add(doc->entries, entry);
    g_auto(JwLocker) locker = jw_locker(&mutex);
    g_ptr_array_add(docs, doc);
    return doc->entries;
}

/* The entry stays allocated: a test may still look at it. */
static void
pull_one_locked(const JwOutboxRef *ref)
{
    for (guint i = 0; i < docs->len; i++) {
        JwOutboxDoc *doc = g_ptr_array_index(docs, i);
        if (doc->kind != ref->kind || strcmp(doc->doc_id, ref->doc_id) != 0) {
            continue;
        }
        for (guint e = 0; e < doc->entries->len; e++) {
            JwOutboxEntry *entry = g_ptr_array_index(doc->entries, e);
            if (strcmp(entry->id, ref->entry_id) == 0) {
                g_ptr_array_remove_index(doc->entries, e);
                return;
            }
        }
    }
}

bool
jw_store_pull_outbox(JwStore *self, const JwOutboxRef *refs, size_t n_refs, GError **error)
{
    assert_ptr_equal(self, relay_store());
    g_auto(JwLocker) locker = jw_locker(&mutex);
    attempts += 1;
    jw_cond_broadcast(&changed);
    while (latch_shut) {
        jw_cond_wait(&changed, &mutex);
    }
    if (failures_left > 0) {
        failures_left -= 1;
        return jw_fail(error, failure, "the store says no");
    }
    for (size_t i = 0; i < n_refs; i++) {
        pull_one_locked(&refs[i]);
    }
    pulls += 1;
    largest = MAX(largest, n_refs);
    jw_cond_broadcast(&changed);
    return true;
}

bool
jw_store_find_outbox(JwStore *self, JwDocKind kind, int64_t before_ms, size_t limit,
                     GPtrArray **ret_docs, GError **error)
{
    assert_ptr_equal(self, relay_store());
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(doc_free);
    g_auto(JwLocker) locker = jw_locker(&mutex);
    if (failures_left > 0) {
        failures_left -= 1;
        return jw_fail(error, failure, "the store says no");
    }
    for (guint i = 0; i < docs->len && found->len < limit; i++) {
        const JwOutboxDoc *doc = g_ptr_array_index(docs, i);
        bool old = false;
        for (guint e = 0; e < doc->entries->len; e++) {
            const JwOutboxEntry *entry = g_ptr_array_index(doc->entries, e);
            old = old || entry->at_ms < before_ms;
        }
        if (doc->kind != kind || !old) {
            continue;
        }
        JwOutboxDoc *copy = g_new0(JwOutboxDoc, 1);
        copy->kind = kind;
        copy->doc_id = g_strdup(doc->doc_id);
        copy->entries = g_ptr_array_new_with_free_func(entry_free);
        for (guint e = 0; e < doc->entries->len; e++) {
            g_ptr_array_add(copy->entries,
                            jw_outbox_entry_copy(g_ptr_array_index(doc->entries, e)));
        }
        g_ptr_array_add(found, copy);
    }
    *ret_docs = g_steal_pointer(&found);
    return true;
}

static size_t
left_locked(void)
{
    size_t left = 0;
    for (guint i = 0; i < docs->len; i++) {
        left += ((const JwOutboxDoc *)g_ptr_array_index(docs, i))->entries->len;
    }
    return left;
}

size_t
relay_store_left(void)
{
    g_auto(JwLocker) locker = jw_locker(&mutex);
    return left_locked();
}

size_t
relay_store_pulls(void)
{
    g_auto(JwLocker) locker = jw_locker(&mutex);
    return pulls;
}

size_t
relay_store_attempts(void)
{
    g_auto(JwLocker) locker = jw_locker(&mutex);
    return attempts;
}

size_t
relay_store_largest(void)
{
    g_auto(JwLocker) locker = jw_locker(&mutex);
    return largest;
}

void
relay_store_wait_left(size_t left, int64_t timeout_ms)
{
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + timeout_ms;
    size_t now_left = 0;
    {
        g_auto(JwLocker) locker = jw_locker(&mutex);
        while (left_locked() > left && jw_cond_wait_until(&changed, &mutex, deadline_ms)) {
            /* again */
        }
        now_left = left_locked();
    }
    assert_int_equal(now_left, left);
}

void
relay_store_latch(bool shut)
{
    g_auto(JwLocker) locker = jw_locker(&mutex);
    latch_shut = shut;
    jw_cond_broadcast(&changed);
}

static int
set_up(void **state,
       JwRelay *(*new_relay)(JwStore *store, JwBus *bus, JwClock *clock, const char *ce_source))
{
    RelayFixture *self = g_new0(RelayFixture, 1);

    relay_store_reset(0, JW_ERROR_INTERNAL);
    tk_clock_init(&self->clock, RELAY_NOW);
    self->bus = jw_bus_mem_new();
    self->relay = new_relay(relay_store(), self->bus, &self->clock.clock, "/jobwire/test");
    *state = self;
    return 0;
}

int
relay_setup_manual(void **state)
{
    return set_up(state, jw_relay_new_manual);
}

int
relay_setup_worker(void **state)
{
    return set_up(state, jw_relay_new);
}

int
relay_teardown(void **state)
{
    RelayFixture *self = *state;

    jw_relay_free(self->relay);
    jw_bus_free(self->bus);
    relay_store_clear();
    g_free(self);
    return 0;
}
