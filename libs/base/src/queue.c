/* queue.c: the bounded queue by which threads hand over work. Any thread.
 * Lanes are priorities. */
#include "jw/sync.h"
#include "sync_private.h"

#define STARVE_LIMIT 7 /* pops that may skip a waiting lane */

typedef struct {
    gpointer item;
    char *key; /* NULL: none */
} Entry;

typedef struct {
    GQueue entries;       /* of Entry */
    unsigned passed_over; /* pops by other lanes since this one waits */
} Lane;

struct _JwQueue {
    JwMutex mutex;
    JwCond ready;
    size_t capacity, length;
    size_t n_lanes;
    Lane *lanes;
    GHashTable *keys; /* char * (of the entries), a set */
    GDestroyNotify item_free;
    bool closed;
};

JwQueue *
jw_queue_new(size_t capacity, size_t lanes, GDestroyNotify item_free)
{
    g_return_val_if_fail(capacity > 0 && lanes > 0, NULL);

    JwQueue *self = g_new0(JwQueue, 1);
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->ready);
    self->capacity = capacity;
    self->n_lanes = lanes;
    self->lanes = g_new0(Lane, lanes);
    for (size_t i = 0; i < lanes; i++) {
        g_queue_init(&self->lanes[i].entries);
    }
    self->keys = g_hash_table_new(g_str_hash, g_str_equal);
    self->item_free = item_free;
    return self;
}

static gpointer
shift_locked(JwQueue *self, Lane *lane)
{
    Entry *entry = g_queue_pop_head(&lane->entries);
    gpointer item = entry->item;

    if (entry->key != NULL) {
        (void)g_hash_table_remove(self->keys, entry->key);
    }
    g_free(entry->key);
    g_free(entry);
    self->length -= 1;
    return item;
}

void
jw_queue_free(gpointer self)
{
    JwQueue *queue = self;

    if (queue == NULL) {
        return;
    }
    for (size_t i = 0; i < queue->n_lanes; i++) {
        Lane *lane = &queue->lanes[i];
        while (!g_queue_is_empty(&lane->entries)) {
            gpointer item = shift_locked(queue, lane);
            if (queue->item_free != NULL) {
                queue->item_free(item);
            }
        }
    }
    g_free(queue->lanes);
    g_hash_table_unref(queue->keys);
    jw_cond_clear(&queue->ready);
    jw_mutex_clear(&queue->mutex);
    g_free(queue);
}

bool
jw_queue_try_push_once(JwQueue *self, size_t lane, const char *key, gpointer take_item)
{
    g_return_val_if_fail(self != NULL && lane < self->n_lanes && take_item != NULL, false);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Lane *target = &self->lanes[lane];
    if (self->closed || g_queue_get_length(&target->entries) == self->capacity
        || (key != NULL && g_hash_table_contains(self->keys, key))) {
        return false;
    }
    Entry *entry = g_new0(Entry, 1);

    entry->item = take_item;
    entry->key = g_strdup(key);
    if (key != NULL) {
        (void)g_hash_table_add(self->keys, entry->key);
    }
    g_queue_push_tail(&target->entries, entry);
    self->length += 1;
    jw_cond_signal(&self->ready);
    return true;
}

bool
jw_queue_try_push(JwQueue *self, size_t lane, gpointer take_item)
{
    return jw_queue_try_push_once(self, lane, NULL, take_item);
}

/* The first lane that waits, unless a later one was passed over too often. */
static Lane *
choose_lane_locked(JwQueue *self)
{
    Lane *chosen = NULL;
    for (size_t i = 0; i < self->n_lanes; i++) {
        Lane *lane = &self->lanes[i];
        if (g_queue_is_empty(&lane->entries)) {
            continue;
        }
        bool starving = lane->passed_over >= STARVE_LIMIT;
        if (chosen == NULL || (starving && lane->passed_over > chosen->passed_over)) {
            chosen = lane;
        }
    }
    return chosen;
}

static gpointer
take_locked(JwQueue *self)
{
    Lane *chosen = choose_lane_locked(self);
    for (size_t i = 0; i < self->n_lanes; i++) {
        Lane *lane = &self->lanes[i];
        lane->passed_over =
            lane == chosen || g_queue_is_empty(&lane->entries) ? 0 : lane->passed_over + 1;
    }
    return shift_locked(self, chosen);
}

gpointer
jw_queue_pop(JwQueue *self, int64_t timeout_ms)
{
    g_return_val_if_fail(self != NULL, NULL);

    int64_t deadline_ms = jw_sync_deadline(MAX(timeout_ms, 0));
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    while (self->length == 0) {
        if (self->closed || !jw_sync_wait(&self->ready, &self->mutex, timeout_ms, deadline_ms)) {
            break;
        }
    }
    return self->length > 0 ? take_locked(self) : NULL;
}

void
jw_queue_close(JwQueue *self)
{
    g_return_if_fail(self != NULL);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->closed = true;
    jw_cond_broadcast(&self->ready);
}

size_t
jw_queue_length(JwQueue *self)
{
    g_return_val_if_fail(self != NULL, 0);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->length;
}
