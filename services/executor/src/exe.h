/* exe.h: the executor's one struct and what its files share.
 *
 * Threads: the bus's poll thread (intake.c) inserts jobs; workers (pool.c) claim those that are
 * next (turns.c) and run them; one heartbeat thread (heartbeat.c) keeps claims alive. They meet in
 * the queue that wakes workers, in the turns and in the table of running attempts, each with its
 * own lock. */
#pragma once
#include "jw/config.h"
#include "jw/ident.h"
#include "jw/jobs_times.h"
#include "jw/jobs_turns.h"
#include "jw/ports.h"
#include "jw/store_jobs.h"
#include "jw/sync.h"
#include "temp.h"

G_BEGIN_DECLS

typedef struct {
    char *temp_dir;              /* JW_TEMP_DIR */
    int64_t workers;             /* JW_WORKERS */
    int64_t temp_free_min_bytes; /* JW_TEMP_FREE_MIN */
    int64_t artifact_ttl_ms;     /* JW_ARTIFACT_TTL: 0 = kept without end */
    int64_t artifact_max_bytes;  /* JW_ARTIFACT_MAX */
} ExeConfig;

typedef struct _ExeHeartbeats ExeHeartbeats;
typedef struct _ExeTurns ExeTurns;

typedef struct {
    ExeConfig config;
    JwJobsTimes times;
    JW_PORTS;
    ExeTemp *temp;
    JwConsumer *consumer; /* main thread; NULL once this process takes no more */
    char **topics;        /* subscribed, with prefix */
    JwTurnsConfig turns_config;
    JwTurnWeights *weights;
    ExeTurns *turns; /* who is next */
    /* of char *: ids of jobs whose commands came while a worker had nothing to do; in lanes */
    JwQueue *ready;
    int idle; /* atomic: workers that wait for one of these */
    ExeHeartbeats *heartbeats;
    GPtrArray *workers;               /* of GThread */
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

/* intake.c */
void exe_consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer exe);

/* Notes what is wrong with the value of a command of @type; false when something is. Not of a
 * submit command, which jw_wire_job_from_command() checks. */
bool exe_check_command(const char *type, const json_t *body, JwViolations *violations);

#define EXE_LANES 3u /* high, normal, low */

/* The lane of jobs of that priority. */
size_t exe_lane(JwPriority priority);

/* turns.c */
ExeTurns *exe_turns_new(void);
/* NULL-safe. */
void exe_turns_free(gpointer self);
/* The command of that job came: where nothing waited something may. */
void exe_turns_wake(ExeTurns *self, const JwJob *job);
/* Whether one came of a priority in which nothing was found. */
bool exe_turns_woken(ExeTurns *self);

/* A priority in which nothing was found is looked at again after this, by a worker that has nothing
 * to do and by one that ended a job. */
#define EXE_LOOK_IDLE_MS 500
#define EXE_LOOK_BUSY_MS 100
/* Claims the next job of all that wait in the store; NULL: nothing does. (transfer full) */
JwJob *exe_next(Exe *self, bool idle);

/* pool.c */
/* Runs a claimed job to its end. */
void exe_run_claimed(Exe *self, const JwJob *job);
/* Claims the job of a command, unless somebody did, and runs it. */
void exe_run_job(Exe *self, const char *job_id);
gpointer exe_worker(gpointer exe);

G_END_DECLS
