/* model_private.h: small helpers that the files of this library share. */
#pragma once
#include "jw/job.h"
#include <stddef.h>

G_BEGIN_DECLS

/* @first_ms · 2^(attempts-1), at most @most_ms, then ± 20 % by @jitter. */
int64_t jw_backoff_ms(int64_t first_ms, int64_t most_ms, int attempts, double jitter);

GPtrArray *jw_outbox_new(void);

G_END_DECLS
