/* sch.h: the scheduler's one struct and what its files share.
 *
 * Any number of schedulers may run: every task is decided by a conditional update, or harmless
 * to repeat because ids are derived. Two threads: "due" fires schedules, with a crew that helps it
 * to wait for the store, "maintenance" does the rest; commands come on the bus's. */
#pragma once
#include "crew.h"
#include "jw/config.h"
#include "jw/default_recipients.h"
#include "jw/ident.h"
#include "jw/jobs_times.h"
#include "jw/liveness.h"
#include "jw/ports.h"
#include "jw/store_jobs.h"
#include "jw/store_schedules.h"
#include "jw/sync.h"

G_BEGIN_DECLS

typedef struct {
    char *schedules_file;        /* JW_SCHEDULES_FILE */
    int64_t tick_ms;             /* JW_TICK */
    int64_t relay_after_ms;      /* JW_RELAY_AFTER */
    int64_t orphan_after_ms;     /* JW_ORPHAN_AFTER */
    int64_t occurrences_keep_ms; /* JW_OCCURRENCES_KEEP */
    int64_t deleted_keep_ms;     /* JW_DELETED_SCHEDULES_KEEP */
    int64_t once_keep_ms;        /* JW_ONCE_KEEP */
    bool ship_schedules;         /* JW_SHIPPED_SCHEDULES */
} SchConfig;

typedef struct {
    SchConfig config;
    JwJobsTimes times;
    JwDefaultRecipients recipients;
    JW_PORTS;
    JwStop *stop;
    JwLiveness *running;   /* maintenance thread only: jobs as it saw them */
    GHashTable *calendars; /* due thread only: char * → days and version: those of one round */
    GHashTable
        *followed; /* maintenance thread only: char * → char *: calendars, as all follow them */
    unsigned follow_looks;
    bool shipped; /* maintenance thread only: the schedules that come with Jobwire are there */
    GHashTable *troubles; /* due thread only: char * → char *: schedules that fail, their error */
    /* due thread only: which process this is, among all; rounds that it named; the part of a page
     * that it takes until this monotonic time, because of others; the time of the last round */
    char name[JW_UUID_LEN + 1];
    guint64 n_rounds;
    guint first_slice;
    int64_t shares_until_ms;
    int64_t looked_ms;
    bool more;     /* that it left something to be done at once */
    SchCrew *crew; /* NULL: the due thread does all */
    GThread *due_thread, *maintenance_thread;
    JwConsumer *consumer;
} Sch;

extern const JwConfigEntry sch_config_entries[];
extern const size_t sch_n_config_entries;

/* sch.c: ports are set and stay the caller's. sch_run() writes the schedules of the file into the
 * store first. */
bool sch_run(Sch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void sch_stop(gpointer sch);

/* clock.c: to be called before a task: asks what the store's clock shows, by which everything here
 * is decided, once a second at most. False: it cannot be known now, and nothing may be decided.
 * Without a store's clock, in unit tests, there is nothing to ask. */
bool sch_know_time(Sch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* file.c: writes the schedules of JW_SCHEDULES_FILE into the store and pauses those that are no
 * longer in it; without a file all stay as they are. */
bool sch_read_file(Sch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether that file can be read, without a store. */
bool sch_check_file(Sch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* shipped.c: makes the schedules that come with Jobwire, paused, where they are not there yet, and
 * leaves alone what anybody changed. @ret_count: how many were made, or follow the configuration */
bool sch_ship_schedules(Sch *self, size_t *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Whether they can be made, without a store. */
bool sch_check_shipped(const Sch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* due.c: decides and fires everything that is due now; returns how many due times were decided.
 * What another scheduler decided within the last two seconds is left to it. */
bool sch_fire_due(Sch *self, size_t *ret_decided, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How long it may rest: until the first due time behind its last round that the store knows, a tick
 * at most, for schedules that others make. */
int64_t sch_rest_ms(Sch *self);

/* commands.c: begins to take commands; sch_stop() ends it. */
bool sch_take_commands(Sch *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Decides on messages, as a JwConsume; @sch: a Sch. */
void sch_consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer sch);
/* Removes what schedules that were deleted JW_DELETED_SCHEDULES_KEEP ago left behind. */
bool sch_sweep_deleted(Sch *self, size_t *ret_removed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* ends.c: writes into the ledger how jobs of due times ended; pauses schedules whose jobs fail in a
 * row. */
bool sch_note_ends(Sch *self, size_t *ret_noted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* calendars.c: schedules whose calendar changed follow it. */
bool sch_follow_calendars(Sch *self, size_t *ret_count, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* promote.c: turns scheduled jobs whose time has come into pending ones, and publishes their
 * command. */
bool sch_promote(Sch *self, size_t *ret_promoted, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether to go on after an error with one job. True: it will not get better and is logged. False,
 * with @error: the store fails, which ends the round. */
bool sch_go_on(const JwJob *job, const char *task, GError *take_error, GError **error);

#define SCH_REAP_LIMIT 10000 /* running jobs one scheduler watches */
#define SCH_REAP_LOOKS 4 /* an attempt is seen still at least so often before it counts as dead */

/* reap.c */
/* Looks at every running job once; takes those away whose heartbeat did not change for
 * JW_REAP_AFTER of this process's own clock. */
bool sch_reap(Sch *self, size_t *ret_reaped, GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define SCH_EXPIRY_GRACE                                                                           \
    (60 * 60 * INT64_C(1000)) /* ms that a download under way may still take                       \
                               */

/* sweep.c: removes files that no job names and nobody is still writing. */
bool sch_sweep_orphans(Sch *self, size_t *ret_removed, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes rows of the ledger older than JW_OCCURRENCES_KEEP, but for those whose job has not ended.
 * No due time fires again for that: nextFireAt and the ids of jobs see to it. */
bool sch_sweep_occurrences(Sch *self, size_t *ret_removed,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes schedules of one moment that was decided JW_ONCE_KEEP ago, unless a job of theirs has not
 * ended; one of the file is not brought back by it. Their rows stay, and see to it that one of the
 * same id, made anew, has no due time twice. */
bool sch_sweep_spent(Sch *self, size_t *ret_removed, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Removes the files of reports that expired SCH_EXPIRY_GRACE ago; the jobs stay. */
bool sch_sweep_expired(Sch *self, size_t *ret_removed, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
