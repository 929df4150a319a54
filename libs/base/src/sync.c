/* sync.c: locks and the stop flag; the queue is queue.c.
 * Any thread.
 * Plain pthread: ThreadSanitizer understands it, GLib's futex locks it does not. */
#include "jw/sync.h"
#include "jw/clock.h"
#include "sync_private.h"

#include <errno.h>
#include <time.h>

/* A failing lock call is a bug (destroyed, not owned); going on would write data without
 * protection. */
#define MUST(call)                                                                                 \
    do {                                                                                           \
        int rc_ = (call);                                                                          \
        g_assert(rc_ == 0);                                                                        \
    } while (0)

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

int64_t
jw_sync_deadline(int64_t timeout_ms)
{
    int64_t now_ms = jw_clock_mono_ms(jw_clock_system());
    return timeout_ms > INT64_MAX - now_ms ? INT64_MAX : now_ms + timeout_ms;
}

bool
jw_sync_wait(JwCond *cond, JwMutex *mutex, int64_t timeout_ms, int64_t deadline_ms)
{
    if (timeout_ms < 0) {
        jw_cond_wait(cond, mutex);
        return true;
    }
    return jw_cond_wait_until(cond, mutex, deadline_ms);
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

    int64_t deadline_ms = jw_sync_deadline(MAX(timeout_ms, 0));
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    while (!self->set) {
        if (!jw_sync_wait(&self->changed, &self->mutex, timeout_ms, deadline_ms)) {
            break;
        }
    }
    return self->set;
}
