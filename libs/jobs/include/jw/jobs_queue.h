/* jw/jobs_queue.h: where a pending job stands in the order of jw/store_turns.h, and about how long
 * it will wait: from what waits, what runs and how long jobs took lately, as read at most once a
 * second, however many ask. Any thread. */
#pragma once
#include "jw/jobs_turns.h"
#include "jw/store_turns.h"

G_BEGIN_DECLS

typedef struct _JwJobsQueue JwJobsQueue;

/* @store, @clock, @weights: (transfer none), outlive it. (transfer full) */
JwJobsQueue *jw_jobs_queue_new(JwStore *store, JwClock *clock, const JwTurnWeights *weights);

/* NULL-safe. */
void jw_jobs_queue_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwJobsQueue, jw_jobs_queue_free)

/* 1 for the next; 0: not known, or the job does not wait. Wait -1: not known. */
typedef struct {
    int64_t position, wait_ms;
} JwJobPlace;

/* The place of @job, which was read just now; nothing is known while the store does not answer.
 * @is_new: it was created just now, and counts for those that come after it. */
JwJobPlace jw_jobs_queue_place(JwJobsQueue *self, const JwJob *job, bool is_new);

G_END_DECLS
