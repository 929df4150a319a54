/* jw/jobs_times.h: how long a dead attempt goes unnoticed, and how long a living one may be silent.
 * Executors and the scheduler read the same variables, because each is only right beside the
 * others. Main thread, at start. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct {
    int64_t heartbeat_ms;         /* JW_HEARTBEAT_INTERVAL */
    int64_t heartbeat_timeout_ms; /* JW_HEARTBEAT_TIMEOUT: an attempt that is silent for longer and
                                     cannot reach the store stops itself */
    int64_t reap_after_ms;        /* JW_REAP_AFTER: a silent attempt loses its job */
} JwJobsTimes;

/* For a table with the title "Liveness", whose target is a JwJobsTimes. */
extern const JwConfigEntry jw_jobs_times_entries[];
extern const size_t jw_jobs_n_times_entries;

/* INVALID when a living attempt could lose its job; says of each variable to change to what, a line
 * each. */
bool jw_jobs_times_check(const JwJobsTimes *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
