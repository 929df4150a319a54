/* occurrence.c: see jw/occurrence.h. Pure. */
#include "jw/occurrence.h"

JwFire *
jw_fire_new(int64_t due_ms, int64_t decided_ms, JwOccurrenceKind kind, const char *reason)
{
    JwFire *fire = g_new0(JwFire, 1);

    fire->due_ms = fire->wake_ms = due_ms;
    fire->decided_ms = decided_ms;
    fire->kind = kind;
    fire->reason = g_strdup(reason);
    return fire;
}

void
jw_fire_free(gpointer self)
{
    JwFire *fire = self;

    if (fire != NULL) {
        g_free(fire->reason);
        g_free(fire->key);
        g_free(fire);
    }
}

const char *
jw_occurrence_kind_name(JwOccurrenceKind kind)
{
    static const char *const names[] = {
        [JW_OCCURRENCE_FIRED] = "fired",         [JW_OCCURRENCE_LATE] = "late",
        [JW_OCCURRENCE_CAUGHT_UP] = "caught_up", [JW_OCCURRENCE_RUN] = "run",
        [JW_OCCURRENCE_COALESCED] = "coalesced", [JW_OCCURRENCE_SKIPPED] = "skipped",
        [JW_OCCURRENCE_PAUSED] = "paused",       [JW_OCCURRENCE_RESUMED] = "resumed",
    };

    g_return_val_if_fail((size_t)kind < G_N_ELEMENTS(names), "unknown");
    return names[kind];
}
