/* core/resolve.c: see core/resolve.h. */
#include "core/resolve.h"

#define TRIES 3

/* Whether the outcome is known by now. A LOST after a write in doubt may be that very write. */
static bool
step(GwWrite *self, bool *doubt, JwCas *ret_cas, GError **error)
{
    GwSeen seen = GW_SEEN_POSSIBLE;
    const bool wrote = self->write(self, ret_cas, error);

    if (wrote && (*ret_cas == JW_CAS_WON || !*doubt)) {
        return true;
    }
    if (!wrote && jw_error_code(*error) != JW_ERROR_IN_DOUBT && !*doubt) {
        return false;
    }
    *doubt = true;
    g_clear_error(error);
    if (!self->read(self, &seen, error)) {
        return false;
    }
    *ret_cas = seen == GW_SEEN_OURS ? JW_CAS_WON : JW_CAS_LOST;
    return seen != GW_SEEN_POSSIBLE;
}

bool
gw_resolve(GwWrite *self, JwCas *ret_cas, GError **error)
{
    g_autoptr(GError) last = NULL;
    bool doubt = false;

    for (int i = 0; i < TRIES; i++) {
        g_autoptr(GError) cause = NULL;

        if (step(self, &doubt, ret_cas, &cause)) {
            return true;
        }
        if (!doubt) {
            g_propagate_error(error, g_steal_pointer(&cause));
            return false;
        }
        g_clear_error(&last);
        last = g_steal_pointer(&cause);
    }
    return jw_fail(error, JW_ERROR_IN_DOUBT, "not known to be done: %s",
                   last != NULL ? jw_error_message(last) : "it was read again, and was not");
}
