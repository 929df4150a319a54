/* jw/crash.h: named points at which a fault test kills the process, as kill -9 would.
 * JW_CRASH_AT=<point>:<n> ends it at the n-th passing. Only builds with the CMake option
 * JW_CRASH_POINTS know that variable; in others a point is nothing and the variable is refused as
 * unknown. Any thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

#ifdef JW_CRASH_POINTS
/* Kills the process at the n-th passing of the point that is armed. */
void jw_crash_point(const char *name);
#else
static inline void
jw_crash_point(const char *name)
{
    (void)name;
}
#endif

/* svc does this at start; NULL or "" arms nothing. INVALID unless "<point>:<n>" with n >= 1. */
bool jw_crash_arm(const char *spec, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
