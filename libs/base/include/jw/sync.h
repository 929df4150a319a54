/* jw/sync.h: pthread locks with g_auto lockers, and the bounded queue by which threads hand over
 * work. GLib's own locks are invisible to ThreadSanitizer and therefore not used in this tree. */
#pragma once
#include <glib.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct {
    pthread_mutex_t raw;
} JwMutex;

typedef struct {
    pthread_cond_t raw; /* waits on CLOCK_MONOTONIC */
} JwCond;

/* As pthread_mutex_init(). In all functions of locks a failure is a bug and aborts. */
void jw_mutex_init(JwMutex *self);
void jw_mutex_clear(JwMutex *self);

/* Waits for the lock, which is not recursive. */
void jw_mutex_lock(JwMutex *self);

/* By the thread that locked it. */
void jw_mutex_unlock(JwMutex *self);

/* As pthread_cond_init(), on the monotonic clock. */
void jw_cond_init(JwCond *self);
void jw_cond_clear(JwCond *self);

/* Wakes one waiting thread. */
void jw_cond_signal(JwCond *self);

/* Wakes all waiting threads. */
void jw_cond_broadcast(JwCond *self);

/* Releases @mutex while it waits; may wake spuriously. */
void jw_cond_wait(JwCond *self, JwMutex *mutex);

/* The same, until @deadline_mono_ms (of jw_clock_system()) at the longest: false when it has
 * passed. */
bool jw_cond_wait_until(JwCond *self, JwMutex *mutex, int64_t deadline_mono_ms);

/* g_auto(JwLocker) locker = jw_locker(&self->mutex); */
typedef struct {
    JwMutex *mutex;
} G_GNUC_UNUSED JwLocker; /* clang would call a variable that only cleans up unused */

static inline JwLocker
jw_locker(JwMutex *mutex)
{
    jw_mutex_lock(mutex);
    return (JwLocker){ mutex };
}

static inline void
jw_locker_clear(JwLocker *self)
{
    if (self->mutex != NULL) {
        jw_mutex_unlock(self->mutex);
        self->mutex = NULL;
    }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwLocker, jw_locker_clear)

/* A bounded queue with @lanes priority lanes (0 is served first; a lower lane gets one of every 8
 * pops while it waits, so it never starves). Each lane has @capacity places of its own; inside it
 * items come first in, first out. */
typedef struct _JwQueue JwQueue;

/* @item_free: (nullable): frees the items that are left in it when it is freed, at which time no
 * thread may wait on it. (transfer full) */
JwQueue *jw_queue_new(size_t capacity, size_t lanes, GDestroyNotify item_free);
void jw_queue_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwQueue, jw_queue_free)

/* Takes @take_item and returns true, or returns false at once (that lane is full, or closed; the
 * item stays yours). */
bool jw_queue_try_push(JwQueue *self, size_t lane, gpointer take_item) G_GNUC_WARN_UNUSED_RESULT;

/* The same, and false too when something waits under @key, in any lane. */
bool jw_queue_try_push_once(JwQueue *self, size_t lane, const char *key,
                            gpointer take_item) G_GNUC_WARN_UNUSED_RESULT;

/* Waits up to @timeout_ms (-1: for ever). NULL: timed out, or closed and empty. (transfer full) */
gpointer jw_queue_pop(JwQueue *self, int64_t timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

/* No pushes from now on; sleeping poppers wake. What is queued can still be popped. */
void jw_queue_close(JwQueue *self);

/* How many items wait in all lanes. */
size_t jw_queue_length(JwQueue *self);

/* A flag that threads can sleep on: the stop signal of a service, and the only way to wait. */
typedef struct _JwStop JwStop;

/* A flag that is not set. No thread may wait on it when it is freed. (transfer full) */
JwStop *jw_stop_new(void);
void jw_stop_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwStop, jw_stop_free)

/* Sets it for good and wakes all that wait. */
void jw_stop_set(JwStop *self);

/* Whether it is set. */
bool jw_stop_is_set(JwStop *self);

/* Sleeps up to @timeout_ms; true as soon as the flag is set. */
bool jw_stop_wait(JwStop *self, int64_t timeout_ms);

G_END_DECLS
