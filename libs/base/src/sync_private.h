/* sync_private.h: waiting for a condition with a time limit, for queue and stop flag. */
#pragma once
#include "jw/sync.h"

G_BEGIN_DECLS

/* That much from now on, by the monotonic clock. */
int64_t jw_sync_deadline(int64_t timeout_ms);

/* One wait up to a deadline; @timeout_ms < 0: for ever. False: the deadline has passed. */
bool jw_sync_wait(JwCond *cond, JwMutex *mutex, int64_t timeout_ms, int64_t deadline_ms);

G_END_DECLS
