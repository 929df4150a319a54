/* exe.h: the executor's one struct and what its files share.
 *
 * Threads: the bus's poll thread (intake.c) inserts jobs and fills the ready queue; workers
 * (pool.c) claim and run them; one heartbeat thread (heartbeat.c) keeps claims alive. They meet in
 * the ready queue and in the table of running attempts, each with its own lock. */
#pragma once
#include "jw/config.h"
#include "jw/ident.h"
#include "jw/jobs_times.h"
#include "jw/ports.h"
#include "jw/store_jobs.h"
#include "jw/sync.h"
#include "temp.h"

G_BEGIN_DECLS

typedef struct {
    char *temp_dir;              /* JW_TEMP_DIR */
    int64_t workers;             /* JW_WORKERS */
    int64_t temp_free_min_bytes; /* JW_TEMP_FREE_MIN */
    int64_t ready_max;           /* JW_READY_MAX: jobs of one priority waiting in this process */
    int64_t pull_after_ms;       /* JW_PULL_AFTER */
    int64_t artifact_ttl_ms;     /* JW_ARTIFACT_TTL: 0 = kept without end */
    int64_t artifact_max_bytes;  /* JW_ARTIFACT_MAX */
} ExeConfig;

typedef struct _ExeHeartbeats ExeHeartbeats;

typedef struct {
    ExeConfig config;
    JwJobsTimes times;
    JW_PORTS;
    ExeTemp *temp;
    JwMutex consumer_mutex; /* workers wake the consumer while the main thread may end it */
    JwConsumer *consumer;   /* under consumer_mutex; NULL once this process takes no more */
    char **topics;          /* subscribed, with prefix */
    const char **types;     /* of jobs that this version runs, NULL-terminated */
    /* of char *: job ids, each once; lane 0 high, 1 normal, 2 low; in a lane callers take turns */
    JwQueue *ready;
    unsigned intake_waits; /* atomic: bit per lane that was full: the consumer waits for a wake */
    ExeHeartbeats *heartbeats;
    GPtrArray *workers;               /* of GThread */
    int64_t pull_mono_ms;             /* atomic: when the store may be looked at again */
    int64_t trim_mono_ms;             /* atomic: when freed memory may be given back again */
    int64_t touch_mono_ms;            /* atomic: when the lock of the temporary folder is due */
    int untrimmed;                    /* atomic: something ran since it was */
    int draining;                     /* atomic: workers take no further job */
    JwStop *stop;                     /* set when even the last writes of attempts must end */
    char owner[JW_PROCESS_NAME_SIZE]; /* "<host>/<pid>", first part of every claim's owner */
} Exe;

/* Configuration tables, for main.c and tests. */
extern const JwConfigEntry exe_config_entries[];
extern const size_t exe_n_config_entries;

/* exe.c: from ports to running threads. The ports in @self are set (real or in memory) and stay the
 * caller's until exe_stop(). */
bool exe_run(Exe *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void exe_drain(gpointer exe, int64_t deadline_mono_ms);
void exe_stop(gpointer exe);

/* A readiness check: UNAVAILABLE when the disk of JW_TEMP_DIR has less than JW_TEMP_FREE_MIN left.
 * Keeps the metric of what is left. */
bool exe_check_temp(gpointer exe, GError **error);

/* Has what was LATER offered again; any thread, nothing once the consumer is gone. */
void exe_wake_consumer(Exe *self);

/* intake.c */
void exe_consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer exe);

/* Notes what is wrong with the value of a command of @type; false when something is. Not of a
 * submit command, which jw_wire_job_from_command() checks. */
bool exe_check_command(const char *type, const json_t *body, JwViolations *violations);

#define EXE_LANES 3u /* of the ready queue: high, normal, low */

/* The lane of jobs of that priority. */
size_t exe_lane(JwPriority priority);

/* pull.c: for a worker that has nothing to do: puts jobs that wait in the store into the ready
 * queue, at most once every EXE_PULL_EVERY_MS in this process. */
#define EXE_PULL_EVERY_MS 1000
void exe_pull(Exe *self);

/* pool.c: claims and runs one job to its end; what a worker does between two pops. */
void exe_run_job(Exe *self, const char *job_id);
gpointer exe_worker(gpointer exe);

G_END_DECLS
