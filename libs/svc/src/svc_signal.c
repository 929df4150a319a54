/* svc_signal.c: signals as events. They are blocked before any thread starts, so every thread
 * inherits that; the main thread takes them with sigwait(2). */
#include "svc_private.h"

#include "jw/clock.h"
#include "jw/log.h"

#include <signal.h>
#include <unistd.h>

#define LIMIT_EXTRA_MS 5000
#define EXIT_FORCED    75

static sigset_t
signals(void)
{
    sigset_t set;

    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGTERM);
    (void)sigaddset(&set, SIGINT);
    return set;
}

void
jw_svc_block_signals(void)
{
    const sigset_t set = signals();

    (void)pthread_sigmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

const char *
jw_svc_wait_signal(void)
{
    const sigset_t set = signals();
    int number = 0;

    while (sigwait(&set, &number) != 0) {
    }
    return number == SIGTERM ? "SIGTERM" : "SIGINT";
}

static gpointer
limit(gpointer data)
{
    g_autofree int64_t *deadline_mono_ms = data;
    const sigset_t set = signals();

    for (;;) {
        int64_t left_ms = *deadline_mono_ms - jw_clock_mono_ms(jw_clock_system());
        left_ms = MAX(left_ms, 0);
        const struct timespec time = { .tv_sec = left_ms / 1000,
                                       .tv_nsec = (left_ms % 1000) * 1000000 };
        int number = sigtimedwait(&set, NULL, &time);
        if (number > 0 || left_ms == 0) {
            jw_error_log("service_ended_by_force",
                         JW_STR("why", number > 0 ? "a second signal" : "draining took too long"));
            _exit(EXIT_FORCED);
        }
    }
    return NULL;
}

void
jw_svc_limit_drain(int64_t deadline_mono_ms)
{
    int64_t *data = g_new(int64_t, 1);

    *data = deadline_mono_ms + LIMIT_EXTRA_MS;
    g_thread_unref(g_thread_new("svc-limit", limit, data)); /* ends with the process */
}
