/* sync.c: locks, the bounded hand-over queue and the stop flag.
 * Any thread.
 * Plain pthread: ThreadSanitizer understands it, GLib's futex locks it does not. */
#include "jw/sync.h"
#include "jw/clock.h"

#include <errno.h>
#include <time.h>

/* A failing lock call is a bug (destroyed, not owned); going on would write data without
 * protection. */
#define MUST(call)                                                                                 \
    do {                                                                                           \
        int rc_ = (call);                                                                          \
        g_assert(rc_ == 0);                                                                        \
    } while (0)

#define STARVE_LIMIT 7 /* pops that may skip a waiting lane */

void
jw_mutex_init(JwMutex *self)
{
    MUST(pthread_mutex_init(&self->raw, NULL));
}

void
jw_mutex_clear(JwMutex *self)
{
    MUST(pthread_mutex_destroy(&self->raw));
}

void
jw_mutex_lock(JwMutex *self)
{
    MUST(pthread_mutex_lock(&self->raw));
}

void
jw_mutex_unlock(JwMutex *self)
{
    MUST(pthread_mutex_unlock(&self->raw));
}

void
jw_cond_init(JwCond *self)
{
    pthread_condattr_t attributes;
    MUST(pthread_condattr_init(&attributes));
    MUST(pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC));
    MUST(pthread_cond_init(&self->raw, &attributes));
    MUST(pthread_condattr_destroy(&attributes));
}

void
jw_cond_clear(JwCond *self)
{
    MUST(pthread_cond_destroy(&self->raw));
}

void
jw_cond_signal(JwCond *self)
{
    MUST(pthread_cond_signal(&self->raw));
}

void
jw_cond_broadcast(JwCond *self)
{
    MUST(pthread_cond_broadcast(&self->raw));
}

void
jw_cond_wait(JwCond *self, JwMutex *mutex)
{
    MUST(pthread_cond_wait(&self->raw, &mutex->raw));
}

bool
jw_cond_wait_until(JwCond *self, JwMutex *mutex, int64_t deadline_mono_ms)
{
    int64_t deadline_ms = MAX(deadline_mono_ms, 0);
    struct timespec until = {
        .tv_sec = (time_t)(deadline_ms / 1000),
        .tv_nsec = (long)(deadline_ms % 1000) * 1000000,
    };
    int rc = pthread_cond_timedwait(&self->raw, &mutex->raw, &until);
    g_assert(rc == 0 || rc == ETIMEDOUT);
    return rc == 0;
}

static int64_t
deadline_after(int64_t timeout_ms)
{
    int64_t now_ms = jw_clock_mono_ms(jw_clock_system());
    return timeout_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + timeout_ms;
}

/* One wait up to a deadline; @timeout_ms < 0: for ever. False: the deadline has passed. */
static bool
wait_step(JwCond *cond, JwMutex *mutex, int64_t timeout_ms, int64_t deadline_ms)
{
    if (timeout_ms < 0) {
        jw_cond_wait(cond, mutex);
        return true;
    }
    return jw_cond_wait_until(cond, mutex, deadline_ms);
}

typedef struct {
    gpointer *ring;
    size_t head, length;
    unsigned passed_over; /* pops by other lanes since this one waits */
} Lane;

struct _JwQueue {
    JwMutex mutex;
    JwCond ready;
    size_t capacity, length;
    size_t n_lanes;
    Lane *lanes;
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
        self->lanes[i].ring = g_new0(gpointer, capacity);
    }
    self->item_free = item_free;
    return self;
}

static gpointer
lane_shift(Lane *lane, size_t capacity)
{
    gpointer item = lane->ring[lane->head];
    lane->head = (lane->head + 1) % capacity;
    lane->length -= 1;
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
        while (lane->length > 0) {
            gpointer item = lane_shift(lane, queue->capacity);
            if (queue->item_free != NULL) {
                queue->item_free(item);
            }
        }
        g_free(lane->ring);
    }
    g_free(queue->lanes);
    jw_cond_clear(&queue->ready);
    jw_mutex_clear(&queue->mutex);
    g_free(queue);
}

bool
jw_queue_try_push(JwQueue *self, size_t lane, gpointer take_item)
{
    g_return_val_if_fail(self != NULL && lane < self->n_lanes && take_item != NULL, false);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Lane *target = &self->lanes[lane];
    if (self->closed || target->length == self->capacity) {
        return false;
    }
    target->ring[(target->head + target->length) % self->capacity] = take_item;
    target->length += 1;
    self->length += 1;
    jw_cond_signal(&self->ready);
    return true;
}

/* The first lane that waits, unless a later one was passed over too often. */
static Lane *
choose_lane_locked(JwQueue *self)
{
    Lane *chosen = NULL;
    for (size_t i = 0; i < self->n_lanes; i++) {
        Lane *lane = &self->lanes[i];
        if (lane->length == 0) {
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
        lane->passed_over = lane == chosen || lane->length == 0 ? 0 : lane->passed_over + 1;
    }
    self->length -= 1;
    return lane_shift(chosen, self->capacity);
}

gpointer
jw_queue_pop(JwQueue *self, int64_t timeout_ms)
{
    g_return_val_if_fail(self != NULL, NULL);

    int64_t deadline_ms = deadline_after(MAX(timeout_ms, 0));
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    while (self->length == 0) {
        if (self->closed || !wait_step(&self->ready, &self->mutex, timeout_ms, deadline_ms)) {
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

size_t
jw_queue_lane_length(JwQueue *self, size_t lane)
{
    g_return_val_if_fail(self != NULL && lane < self->n_lanes, 0);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->lanes[lane].length;
}

size_t
jw_queue_capacity(const JwQueue *self)
{
    g_return_val_if_fail(self != NULL, 0);

    return self->capacity;
}

struct _JwStop {
    JwMutex mutex;
    JwCond changed;
    bool set;
};

JwStop *
jw_stop_new(void)
{
    JwStop *self = g_new0(JwStop, 1);
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    return self;
}

void
jw_stop_free(gpointer self)
{
    JwStop *stop = self;

    if (stop == NULL) {
        return;
    }
    jw_cond_clear(&stop->changed);
    jw_mutex_clear(&stop->mutex);
    g_free(stop);
}

void
jw_stop_set(JwStop *self)
{
    g_return_if_fail(self != NULL);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->set = true;
    jw_cond_broadcast(&self->changed);
}

bool
jw_stop_is_set(JwStop *self)
{
    g_return_val_if_fail(self != NULL, true);

    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->set;
}

bool
jw_stop_wait(JwStop *self, int64_t timeout_ms)
{
    g_return_val_if_fail(self != NULL, true);

    int64_t deadline_ms = deadline_after(MAX(timeout_ms, 0));
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    while (!self->set) {
        if (!wait_step(&self->changed, &self->mutex, timeout_ms, deadline_ms)) {
            break;
        }
    }
    return self->set;
}
