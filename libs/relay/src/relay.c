/* relay.c: offers, the worker that pulls, the sweep. Offers and sweeps come from any thread and
 * never wait for the broker. One worker thread turns delivery reports into pulls, many in one
 * round trip. */
#include "relay_private.h"

#include "jw/log.h"

#define LINGER_MS        20   /* a report waits this long for others to share the round trip */
#define FREE_MS          5000 /* for what was accepted, when freed */
#define RETRY_MIN_MS     100
#define RETRY_MAX_MS     5000
#define SWEEP_DOCS_LIMIT 1000

static int64_t
mono_ms(void)
{
    return jw_clock_mono_ms(jw_clock_system());
}

/* Up to a batch of what is persisted; the items stay in the set until they are pulled. */
static GPtrArray *
take_batch(JwRelayCore *core)
{
    g_autoptr(GPtrArray) batch = g_ptr_array_new();
    g_auto(JwLocker) locker = jw_locker(&core->mutex);
    guint n = MIN(core->persisted->len, JW_RELAY_BATCH_MAX);
    for (guint i = 0; i < n; i++) {
        g_ptr_array_add(batch, g_ptr_array_index(core->persisted, i));
    }
    if (n > 0) {
        g_ptr_array_remove_range(core->persisted, 0, n);
    }
    return g_steal_pointer(&batch);
}

static void
put_back(JwRelayCore *core, const GPtrArray *batch)
{
    g_auto(JwLocker) locker = jw_locker(&core->mutex);
    for (guint i = 0; i < batch->len; i++) {
        g_ptr_array_add(core->persisted, g_ptr_array_index(batch, i));
    }
}

static void
forget(JwRelayCore *core, const GPtrArray *batch)
{
    g_auto(JwLocker) locker = jw_locker(&core->mutex);
    for (guint i = 0; i < batch->len; i++) {
        jw_relay_set_remove(core->set, g_ptr_array_index(batch, i));
    }
    jw_relay_core_gauge_locked(core);
    jw_cond_broadcast(&core->changed);
}

/* One round trip. What may or may not have been pulled is pulled again: repeating is harmless. */
static bool
pull_batch(JwRelay *self, const GPtrArray *batch, GError **error)
{
    g_autofree JwOutboxRef *refs = g_new0(JwOutboxRef, batch->len);
    g_autoptr(GError) failed = NULL;

    for (guint i = 0; i < batch->len; i++) {
        const JwRelayItem *item = g_ptr_array_index(batch, i);
        refs[i] = (JwOutboxRef){ item->kind, item->doc_id, item->entry_id };
    }
    if (jw_store_pull_outbox(self->store, refs, batch->len, &failed)) {
        forget(self->core, batch);
        return true;
    }
    jw_metric_add(self->core->pull_failures, NULL, 1);
    if (jw_error_retry(failed) == JW_RETRY_NEVER) {
        forget(self->core, batch); /* a sweep tries them again */
    } else {
        put_back(self->core, batch);
    }
    g_propagate_error(error, g_steal_pointer(&failed));
    return false;
}

/* Waits until there is something to pull. False: the end. */
static bool
wait_for_work(JwRelayCore *core)
{
    g_auto(JwLocker) locker = jw_locker(&core->mutex);
    while (core->persisted->len == 0) {
        if (!core->stop) {
            jw_cond_wait(&core->changed, &core->mutex);
            continue;
        }
        if (core->sending == 0
            || !jw_cond_wait_until(&core->changed, &core->mutex, core->give_up_mono_ms)) {
            return core->persisted->len > 0;
        }
    }
    int64_t deadline_ms = mono_ms() + LINGER_MS;
    while (!core->stop && core->sending > 0 && core->persisted->len < JW_RELAY_BATCH_MAX) {
        if (!jw_cond_wait_until(&core->changed, &core->mutex, deadline_ms)) {
            break;
        }
    }
    return true;
}

/* True: it is time for a retry. False: stopping, and no time is left for one. */
static bool
wait_for_retry(JwRelayCore *core, int64_t delay_ms)
{
    int64_t deadline_ms = mono_ms() + delay_ms;
    g_auto(JwLocker) locker = jw_locker(&core->mutex);
    for (;;) {
        if (core->stop && mono_ms() >= core->give_up_mono_ms) {
            return false;
        }
        int64_t until_ms = core->stop ? MIN(deadline_ms, core->give_up_mono_ms) : deadline_ms;
        if (mono_ms() >= until_ms) {
            return !core->stop || mono_ms() < core->give_up_mono_ms;
        }
        (void)jw_cond_wait_until(&core->changed, &core->mutex, until_ms);
    }
}

static gpointer
worker_thread(gpointer data)
{
    JwRelay *self = data;
    int64_t delay_ms = RETRY_MIN_MS;
    while (wait_for_work(self->core)) {
        g_autoptr(GPtrArray) batch = take_batch(self->core);
        g_autoptr(GError) error = NULL;
        if (batch->len == 0) {
            continue; /* jw_relay_pull_now() took them */
        }
        if (pull_batch(self, batch, &error)) {
            delay_ms = RETRY_MIN_MS;
            continue;
        }
        jw_warn("outbox_pull_failed", JW_STR("error", jw_error_message(error)),
                JW_INT("entries", batch->len), JW_INT("retry_ms", delay_ms));
        if (!wait_for_retry(self->core, delay_ms)) {
            break;
        }
        delay_ms = MIN(delay_ms * 2, RETRY_MAX_MS);
    }
    return NULL;
}

JwRelay *
jw_relay_new_manual(JwStore *store, JwBus *bus, JwClock *clock, const char *ce_source)
{
    g_return_val_if_fail(store != NULL && bus != NULL && clock != NULL, NULL);
    g_return_val_if_fail(ce_source != NULL, NULL);

    JwRelay *self = g_new0(JwRelay, 1);
    self->store = store;
    self->bus = bus;
    self->clock = clock;
    self->ce_source = g_strdup(ce_source);
    self->core = jw_relay_core_new();
    return self;
}

JwRelay *
jw_relay_new(JwStore *store, JwBus *bus, JwClock *clock, const char *ce_source)
{
    JwRelay *self = jw_relay_new_manual(store, bus, clock, ce_source);
    if (self != NULL) {
        self->worker = g_thread_new("relay-pull", worker_thread, self);
    }
    return self;
}

void
jw_relay_free(gpointer self)
{
    JwRelay *relay = self;

    if (relay == NULL) {
        return;
    }
    {
        g_auto(JwLocker) locker = jw_locker(&relay->core->mutex);
        relay->core->stop = true;
        relay->core->give_up_mono_ms = mono_ms() + FREE_MS;
        jw_cond_broadcast(&relay->core->changed);
    }
    if (relay->worker != NULL) {
        (void)g_thread_join(relay->worker);
    } else {
        g_autoptr(GError) error = NULL;
        if (!jw_relay_pull_now(relay, &error)) {
            jw_debug("outbox_pull_failed", JW_STR("error", jw_error_message(error)));
        }
    }
    jw_relay_core_unref(relay->core);
    g_free(relay->ce_source);
    g_free(relay);
}

static JwRelayItem *
reserve(JwRelay *self, JwDocKind kind, const char *doc_id, const char *entry_id)
{
    g_auto(JwLocker) locker = jw_locker(&self->core->mutex);
    JwRelayItem *item =
        self->core->stop ? NULL : jw_relay_set_add(self->core->set, kind, doc_id, entry_id);
    if (item != NULL) {
        self->core->sending += 1;
        jw_relay_core_gauge_locked(self->core);
    }
    return item;
}

void
jw_relay_offer(JwRelay *self, JwDocKind kind, const char *doc_id, const GPtrArray *entries)
{
    g_return_if_fail(self != NULL && doc_id != NULL);

    for (guint i = 0; entries != NULL && i < entries->len; i++) {
        const JwOutboxEntry *entry = g_ptr_array_index(entries, i);
        JwRelayItem *item = reserve(self, kind, doc_id, entry->id);
        if (item != NULL) {
            jw_relay_send(self, item, entry);
        }
    }
}

/* The old entries of one document; true when at least one was not under way yet. */
static bool
offer_old(JwRelay *self, const JwOutboxDoc *doc, int64_t before_ms)
{
    g_autoptr(GPtrArray) old = g_ptr_array_new();
    for (guint i = 0; i < doc->entries->len; i++) {
        const JwOutboxEntry *entry = g_ptr_array_index(doc->entries, i);
        g_auto(JwLocker) locker = jw_locker(&self->core->mutex);
        if (entry->at_ms < before_ms
            && !jw_relay_set_has(self->core->set, doc->kind, doc->doc_id, entry->id)) {
            g_ptr_array_add(old, g_ptr_array_index(doc->entries, i));
        }
    }
    jw_relay_offer(self, doc->kind, doc->doc_id, old);
    return old->len > 0;
}

bool
jw_relay_sweep(JwRelay *self, int64_t older_than_ms, size_t *ret_offered, GError **error)
{
    static const JwDocKind kinds[] = { JW_DOC_JOB, JW_DOC_DELIVERY, JW_DOC_SCHEDULE };
    g_return_val_if_fail(self != NULL && ret_offered != NULL, false);

    int64_t before_ms = jw_clock_now_ms(self->clock) - older_than_ms;
    size_t offered = 0;
    for (size_t k = 0; k < G_N_ELEMENTS(kinds); k++) {
        g_autoptr(GPtrArray) docs = NULL;
        if (!jw_store_find_outbox(self->store, kinds[k], before_ms, SWEEP_DOCS_LIMIT, &docs,
                                  error)) {
            return jw_prefix(error, "sweeping outboxes");
        }
        for (guint i = 0; i < docs->len; i++) {
            offered += offer_old(self, g_ptr_array_index(docs, i), before_ms) ? 1 : 0;
        }
    }
    *ret_offered = offered;
    return true;
}

size_t
jw_relay_backlog(JwRelay *self)
{
    g_return_val_if_fail(self != NULL, 0);

    g_auto(JwLocker) locker = jw_locker(&self->core->mutex);
    return jw_relay_set_size(self->core->set);
}

bool
jw_relay_pull_now(JwRelay *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);

    for (;;) {
        g_autoptr(GPtrArray) batch = take_batch(self->core);
        if (batch->len == 0) {
            return true;
        }
        if (!pull_batch(self, batch, error)) {
            return false;
        }
    }
}
