/* svc_signal.c: signals as events. They are blocked before any thread starts, so every thread
 * inherits that; the main thread takes them with sigwait(2). SIGUSR1 is the service's own wish to
 * end, so that it is not counted as the operator's first SIGTERM. */
#include "svc_private.h"

#include "jw/clock.h"
#include "jw/log.h"

#include <stdlib.h>
#include <unistd.h>

#define LIMIT_EXTRA_MS 5000
#define EXIT_FORCED    75

static sigset_t
signals(bool with_own)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    if (with_own) {
        (void)sigaddset(&set, SIGUSR1);
    }
    return set;
}

void
jw_svc_block_signals(void)
{
    const sigset_t set = signals(true);

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

const char *
jw_svc_wait_signal(void)
{
    const sigset_t set = signals(true);
    int number = 0;

    while (sigwait(&set, &number) != 0) {
    }
    return number == SIGTERM ? "SIGTERM" : number == SIGINT ? "SIGINT" : "the service";
}

void
jw_svc_request_stop(JwSvc *self, const char *why)
{
    g_return_if_fail(self != NULL && why != NULL);
    jw_error_log("service_stop_requested", JW_STR("why", why));
    if (g_atomic_int_compare_and_exchange(&self->stop_requested, 0, 1)) {
        (void)kill(getpid(), SIGUSR1);
    }
}

typedef struct {
    int64_t deadline_mono_ms;
    int forgiven; /* signals that may still come */
} Limit;

static gpointer
limit(gpointer data)
{
    g_autofree Limit *self = data;
    const sigset_t set = signals(false);

    for (;;) {
        int64_t left_ms = self->deadline_mono_ms - jw_clock_mono_ms(jw_clock_system());
        left_ms = MAX(left_ms, 0);
        const struct timespec time = { .tv_sec = left_ms / 1000,
                                       .tv_nsec = (left_ms % 1000) * 1000000 };
        int number = sigtimedwait(&set, NULL, &time);
        if (number > 0 && self->forgiven-- > 0) {
            continue;
        }
        if (number > 0 || left_ms == 0) {
            jw_error_log("service_ended_by_force",
                         JW_STR("why", number > 0 ? "a second signal" : "draining took too long"));
            _exit(EXIT_FORCED);
        }
    }
    return NULL;
}

void
jw_svc_limit_drain(JwSvc *self, int64_t deadline_mono_ms)
{
    Limit *data = g_new0(Limit, 1);

    data->deadline_mono_ms = deadline_mono_ms + LIMIT_EXTRA_MS;
    data->forgiven = g_atomic_int_get(&self->stop_requested) != 0 ? 1 : 0;
    g_thread_unref(g_thread_new("svc-limit", limit, data)); /* ends with the process */
}
