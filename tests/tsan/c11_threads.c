/* c11_threads.c: C11 threads mapped to pthread, linked into test binaries under ThreadSanitizer
 * only. Debian's librdkafka calls thrd_, mtx_ and cnd_ functions of libc, which ThreadSanitizer
 * does not intercept: a program with one producer crashes at start (google/sanitizers#1195,
 * librdkafka#4929). These definitions win over libc's (link with -rdynamic), and pthread is what it
 * knows. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <threads.h>

_Static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t), "a mutex fits");
_Static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t), "a condition fits");

#define MUTEX(m) ((pthread_mutex_t *)(void *)(m))
#define COND(c)  ((pthread_cond_t *)(void *)(c))

static int
result(int rc)
{
    return rc == 0           ? thrd_success
           : rc == ETIMEDOUT ? thrd_timedout
           : rc == EBUSY     ? thrd_busy
           : rc == ENOMEM    ? thrd_nomem
                             : thrd_error;
}

typedef struct {
    thrd_start_t function;
    void *argument;
} Start;

static void *
run(void *data)
{
    Start start = *(Start *)data;
    free(data);
    return (void *)(intptr_t)start.function(start.argument);
}

int
thrd_create(thrd_t *thread, thrd_start_t function, void *argument)
{
    Start *start = malloc(sizeof *start);
    if (start == NULL) {
        return thrd_nomem;
    }
    *start = (Start){ function, argument };
    int rc = pthread_create(thread, NULL, run, start);
    if (rc != 0) {
        free(start);
    }
    return result(rc);
}

int
thrd_join(thrd_t thread, int *ret_result)
{
    void *value = NULL;
    int rc = pthread_join(thread, &value);
    if (ret_result != NULL) {
        *ret_result = (int)(intptr_t)value;
    }
    return result(rc);
}

int
thrd_detach(thrd_t thread)
{
    return result(pthread_detach(thread));
}

thrd_t
thrd_current(void)
{
    return pthread_self();
}

int
mtx_init(mtx_t *mutex, int type)
{
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_settype(&attributes, (type & mtx_recursive) != 0 ? PTHREAD_MUTEX_RECURSIVE
                                                                       : PTHREAD_MUTEX_NORMAL);
    int rc = pthread_mutex_init(MUTEX(mutex), &attributes);
    pthread_mutexattr_destroy(&attributes);
    return result(rc);
}

int
mtx_lock(mtx_t *mutex)
{
    return result(pthread_mutex_lock(MUTEX(mutex)));
}

int
mtx_trylock(mtx_t *mutex)
{
    return result(pthread_mutex_trylock(MUTEX(mutex)));
}

int
mtx_unlock(mtx_t *mutex)
{
    return result(pthread_mutex_unlock(MUTEX(mutex)));
}

void
mtx_destroy(mtx_t *mutex)
{
    pthread_mutex_destroy(MUTEX(mutex));
}

int
cnd_init(cnd_t *cond)
{
    return result(pthread_cond_init(COND(cond), NULL));
}

int
cnd_signal(cnd_t *cond)
{
    return result(pthread_cond_signal(COND(cond)));
}

int
cnd_broadcast(cnd_t *cond)
{
    return result(pthread_cond_broadcast(COND(cond)));
}

int
cnd_wait(cnd_t *cond, mtx_t *mutex)
{
    return result(pthread_cond_wait(COND(cond), MUTEX(mutex)));
}

int
cnd_timedwait(cnd_t *cond, mtx_t *mutex, const struct timespec *until)
{
    return result(pthread_cond_timedwait(COND(cond), MUTEX(mutex), until));
}

void
cnd_destroy(cnd_t *cond)
{
    pthread_cond_destroy(COND(cond));
}
