/* jw/store_turns.h: the order in which pending jobs are taken. Of one priority the callers (JwJob's
 * caller) take turns, in the order of their names, and round again; of one caller the oldest job
 * comes first. The order is the store's own: no message, no process and no count decides it.
 * Errors: jw/store.h. */
#pragma once
#include "jw/store_jobs.h"

G_BEGIN_DECLS

typedef struct {
    JwPriority priority;
    const char *const *types; /* NULL-terminated: jobs of these alone */
    const char *after;        /* behind the jobs of this caller; NULL: from the first caller on */
} JwJobTurn;

/* A job that waits. */
typedef struct {
    char *id, *caller; /* caller "": of a version that kept none */
} JwJobWaiting;

/* NULL-safe. */
void jw_job_waiting_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwJobWaiting, jw_job_waiting_free)

/* The first jobs of the order that wait and are due, @limit at most. A claim by its id decides who
 * gets one. @ret_waiting: (out) (element-type JwJobWaiting) (transfer full) */
bool jw_store_next_jobs(JwStore *self, const JwJobTurn *turn, int64_t now_ms, int64_t limit,
                        GPtrArray **ret_waiting, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The first caller behind @after (nullable: of all) who has a job of that priority that waits and
 * is due. @ret_caller: (out) (nullable) (transfer full): NULL: nobody; "": jobs of a version that
 * kept no caller. */
bool jw_store_next_caller(JwStore *self, JwPriority priority, const char *after, int64_t now_ms,
                          char **ret_caller, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many jobs of that priority and caller wait and are due; counting stops at @limit. @before:
 * (nullable): only those that come before this one. */
bool jw_store_count_waiting(JwStore *self, JwPriority priority, const char *caller,
                            const JwJob *before, int64_t now_ms, int64_t limit, int64_t *ret_count,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* When an attempt that completed its job ran. */
typedef struct {
    int64_t start_ms, end_ms;
} JwJobRun;

/* Those that ended at @since_ms or later, newest first, @limit at most. @ret_runs: (out)
 * (element-type JwJobRun) (transfer full) */
bool jw_store_recent_runs(JwStore *self, int64_t since_ms, int64_t limit, GArray **ret_runs,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
