/* jw/liveness.h: detects dead claims by this process's own monotonic clock.
 * An observer reads all claims again and again, in passes, and reports them here. A claim whose
 * token and heartbeat were the same in every pass for long enough is dead; wall clocks of other
 * machines play no part, and an observer that slept sees that the others moved on. One thread. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _JwLiveness JwLiveness;

/* @max: how many keys are remembered; further ones are observed when others have left. (transfer
 * full) */
JwLiveness *jw_liveness_new(size_t max);
void jw_liveness_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwLiveness, jw_liveness_free)

/* From now on the time between two passes counts as at most @gap_ms: an observer that was stopped,
 * or waited for its store together with those it observes, gives them time to move. */
void jw_liveness_limit_gap(JwLiveness *self, int64_t gap_ms);

/* Begins a pass. @mono_ms: taken after the claims were read, so that a slow store does not let a
 * claim look dead. */
void jw_liveness_begin(JwLiveness *self, int64_t mono_ms);

/* Records the claim @key as it is now; true when it has not changed for @after_ms. */
bool jw_liveness_is_stale(JwLiveness *self, const char *key, int64_t token, int64_t heartbeat,
                          int64_t after_ms);

/* Ends the pass: forgets the claims that it did not record. */
void jw_liveness_end(JwLiveness *self);

G_END_DECLS
