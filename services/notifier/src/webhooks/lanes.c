/* webhooks/lanes.c: deliveries that wait, in a lane for each webhook, and the senders' turns. Any
 * thread; one lock.
 *
 * The lanes take turns. Of one webhook at most a quarter of the senders posts at once, of one that
 * failed or was slow last a single one, and of all those together half: receivers that hang leave
 * the other half to the rest, however many they are. */
#include "webhooks/webhooks.h"

#define LANE_MAX  500u /* that wait in one lane */
#define LANES_MAX 1000u

typedef struct {
    char *id;
    GQueue waiting; /* of char *, owned */
    size_t running;
    bool slow;
} Lane;

struct _NtfLanes {
    JwMutex mutex;
    JwCond cond;
    GPtrArray *lanes;  /* of Lane */
    GHashTable *known; /* of delivery ids that wait or are sent, a set */
    size_t next;       /* whose turn it is */
    size_t n_waiting, slow_running;
    size_t each, slow_each; /* senders that one webhook, and all slow ones, may have */
    bool closed;
};

static void
lane_free(gpointer data)
{
    Lane *lane = data;

    g_queue_clear_full(&lane->waiting, g_free);
    g_free(lane->id);
    g_free(lane);
}

NtfLanes *
ntf_lanes_new(size_t n_senders)
{
    NtfLanes *self = g_new0(NtfLanes, 1);

    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->cond);
    self->lanes = g_ptr_array_new_with_free_func(lane_free);
    self->known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->each = MAX(n_senders / 4, 1);
    self->slow_each = MAX(n_senders / 2, 1);
    return self;
}

void
ntf_lanes_free(gpointer data)
{
    NtfLanes *self = data;

    if (self != NULL) {
        g_ptr_array_unref(self->lanes);
        g_hash_table_unref(self->known);
        jw_cond_clear(&self->cond);
        jw_mutex_clear(&self->mutex);
        g_free(self);
    }
}

/* (nullable) (transfer none) */
static Lane *
find_locked(const NtfLanes *self, const char *id)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        Lane *lane = g_ptr_array_index(self->lanes, i);

        if (g_str_equal(lane->id, id)) {
            return lane;
        }
    }
    return NULL;
}

/* Where there is no place, that of a webhook for which nothing waits is taken. */
static bool
make_place_locked(NtfLanes *self)
{
    for (guint i = 0; self->lanes->len >= LANES_MAX && i < self->lanes->len; i++) {
        const Lane *lane = g_ptr_array_index(self->lanes, i);

        if (lane->running == 0 && lane->waiting.length == 0) {
            g_ptr_array_remove_index(self->lanes, i);
        }
    }
    return self->lanes->len < LANES_MAX;
}

bool
ntf_lanes_push(NtfLanes *self, const char *webhook_id, const char *delivery_id)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Lane *lane = find_locked(self, webhook_id);

    if (self->closed || g_hash_table_contains(self->known, delivery_id)
        || (lane == NULL && !make_place_locked(self))
        || (lane != NULL && lane->waiting.length >= LANE_MAX)) {
        return false;
    }
    if (lane == NULL) {
        lane = g_new0(Lane, 1);
        lane->id = g_strdup(webhook_id);
        g_queue_init(&lane->waiting);
        g_ptr_array_add(self->lanes, lane);
    }
    g_hash_table_add(self->known, g_strdup(delivery_id));
    g_queue_push_tail(&lane->waiting, g_strdup(delivery_id));
    self->n_waiting++;
    jw_cond_signal(&self->cond);
    return true;
}

static bool
may_run_locked(const NtfLanes *self, const Lane *lane)
{
    if (lane->waiting.length == 0) {
        return false;
    }
    return lane->slow ? lane->running == 0 && self->slow_running < self->slow_each
                      : lane->running < self->each;
}

/* (nullable) (transfer none) */
static Lane *
choose_locked(NtfLanes *self)
{
    for (guint i = 0; i < self->lanes->len; i++) {
        const size_t at = (self->next + i) % self->lanes->len;
        Lane *lane = g_ptr_array_index(self->lanes, at);

        if (may_run_locked(self, lane)) {
            self->next = at + 1;
            return lane;
        }
    }
    return NULL;
}

char *
ntf_lanes_pop(NtfLanes *self, int64_t timeout_ms, char **ret_webhook_id)
{
    const int64_t deadline = jw_clock_mono_ms(jw_clock_system()) + timeout_ms;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Lane *lane = choose_locked(self);

    while (lane == NULL && !self->closed
           && jw_cond_wait_until(&self->cond, &self->mutex, deadline)) {
        lane = choose_locked(self);
    }
    if (lane == NULL || self->closed) {
        return NULL;
    }
    lane->running++;
    self->slow_running += lane->slow;
    self->n_waiting--;
    *ret_webhook_id = g_strdup(lane->id);
    return g_queue_pop_head(&lane->waiting);
}

/* What was counted as slow when it began is so when it ends: only then the lane changes. */
void
ntf_lanes_done(NtfLanes *self, const char *webhook_id, const char *delivery_id, bool slow)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Lane *lane = find_locked(self, webhook_id);

    g_hash_table_remove(self->known, delivery_id);
    if (lane == NULL || lane->running == 0) {
        return;
    }
    if (lane->slow) {
        self->slow_running -= lane->running;
    }
    lane->running--;
    lane->slow = slow;
    if (lane->slow) {
        self->slow_running += lane->running;
    }
    if (lane->running == 0 && lane->waiting.length == 0 && !lane->slow) {
        g_ptr_array_remove(self->lanes, lane);
    }
    jw_cond_broadcast(&self->cond);
}

size_t
ntf_lanes_length(NtfLanes *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    return self->n_waiting;
}

void
ntf_lanes_close(NtfLanes *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    self->closed = true;
    jw_cond_broadcast(&self->cond);
}
