/* jw/liveness.h: notices what stands still, by this process's own monotonic clock.
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

/* @max: how many keys are remembered; further ones are looked at when others have left. */
JwLiveness *jw_liveness_new(size_t max);

void jw_liveness_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwLiveness, jw_liveness_free)

/* Starts a look at everything. @mono_ms: taken after what is looked at was read, so that a store
 * that was slow to answer lets nothing look dead. */
void jw_liveness_begin(JwLiveness *self, int64_t mono_ms);

/* Notes @key as it is now; true when it stood still for @after_ms. */
bool jw_liveness_is_stale(JwLiveness *self, const char *key, int64_t token, int64_t heartbeat,
                          int64_t after_ms);

/* Forgets what this look did not see. */
void jw_liveness_end(JwLiveness *self);

G_END_DECLS
