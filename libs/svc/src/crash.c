/* crash.c: the crash points of the fault tests. Armed once, on the main thread, before any other
 * thread starts. */
#include "jw/crash.h"

#include "jw/text.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static char point_name[64];
static int passes_left; /* atomic */

bool
jw_crash_arm(const char *spec, GError **error)
{
    int64_t n = 0;

    point_name[0] = '\0';
    if (spec == NULL || spec[0] == '\0') {
        return true;
    }
    const char *colon = strrchr(spec, ':');
    if (colon == NULL || colon == spec || (size_t)(colon - spec) >= sizeof(point_name)) {
        return jw_fail(error, JW_ERROR_INVALID, "JW_CRASH_AT must be <point>:<n>");
    }
    if (!jw_text_int64(colon + 1, "JW_CRASH_AT", 1, 1000000, &n, error)) {
        return false;
    }
    memcpy(point_name, spec, (size_t)(colon - spec));
    point_name[colon - spec] = '\0';
    g_atomic_int_set(&passes_left, (int)n);
    return true;
}

#ifdef JW_CRASH_POINTS
void
jw_crash_point(const char *name)
{
    if (point_name[0] == '\0' || strcmp(point_name, name) != 0) {
        return;
    }
    if (g_atomic_int_dec_and_test(&passes_left)) {
        (void)kill(getpid(), SIGKILL);
        for (;;) {
            (void)pause(); /* nothing behind the point may run */
        }
    }
}
#endif
