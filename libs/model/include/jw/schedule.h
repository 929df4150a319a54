/* jw/schedule.h: a rule that creates jobs (interval, cron or once). Pure data. */
#pragma once
#include "jw/cron.h"
#include "jw/job.h"

G_BEGIN_DECLS

#define JW_SCHEDULE_FILE "file" /* the source of schedules that JW_SCHEDULES_FILE made */

#define JW_SCHEDULE_ID_MAX 128

typedef enum { JW_TRIGGER_INTERVAL, JW_TRIGGER_CRON, JW_TRIGGER_ONCE } JwTriggerType;

/* What happens to due times that passed while no scheduler ran. Those that passed while the
 * schedule was paused are never made up for. */
typedef enum { JW_MISFIRE_FIRE_ONCE, JW_MISFIRE_FIRE_ALL, JW_MISFIRE_SKIP } JwMisfire;

/* What becomes of a due time; and two for what happens to the schedule. */
typedef enum {
    JW_OCCURRENCE_FIRED,
    JW_OCCURRENCE_LATE, /* decided in its time, but its job had to wait for more than its grace */
    JW_OCCURRENCE_CAUGHT_UP, /* it had passed while no scheduler ran, or a backfill asks for it */
    JW_OCCURRENCE_COALESCED, /* a later one stands for it */
    JW_OCCURRENCE_SKIPPED,
    JW_OCCURRENCE_PAUSED,
    JW_OCCURRENCE_RESUMED
} JwOccurrenceKind;

/* Whether a due time of that kind has a job. */
static inline bool
jw_occurrence_fires(JwOccurrenceKind kind)
{
    return kind <= JW_OCCURRENCE_CAUGHT_UP;
}

/* A due time that is decided and not carried out yet. */
typedef struct {
    int64_t due_ms, decided_ms;
    JwOccurrenceKind kind; /* what it comes to, unless it has to wait */
    char *reason;          /* NULL: it fires in its time */
} JwFire;

/* @reason: (nullable). (transfer full) */
JwFire *jw_fire_new(int64_t due_ms, int64_t decided_ms, JwOccurrenceKind kind, const char *reason);
void jw_fire_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwFire, jw_fire_free)

/* What happens to a due time while a job of the schedule has not ended: it fires all the same; it
 * has no job; one waits for the end, those after it have no job; the jobs are cancelled, and it
 * fires when they have ended. */
typedef enum {
    JW_OVERLAP_ALLOW,
    JW_OVERLAP_SKIP,
    JW_OVERLAP_QUEUE_ONE,
    JW_OVERLAP_CANCEL_RUNNING
} JwOverlap;

typedef struct {
    char *id;
    char *source; /* who owns it: JW_SCHEDULE_FILE */
    char *description;
    JwTriggerType trigger;
    int64_t interval_ms, anchor_ms; /* interval: due at anchor + n · interval */
    char *cron;                     /* cron */
    int64_t once_ms;                /* once */
    char *time_zone;                /* IANA name; NULL: UTC, and the job's own default */
    JwMisfire misfire;
    int64_t misfire_grace_ms; /* later than this is a misfire; default 60 s */
    JwOverlap overlap;
    bool paused;
    char *note; /* of who paused it, or resumed it */
    /* When and why it was paused or resumed last, once it is stored; 0, NULL: as it was made. */
    int64_t switched_at_ms;
    char *switch_reason;
    /* Template of the job: its kind, name, and all of it as JSON (schemas/common/schedule.v1.json),
     * `kind` included. */
    char *job_type, *job_name, *job_body;
    char *rule_hash;          /* SHA-256 of the rule: a changed rule starts anew */
    int64_t next_fire_ms;     /* 0: never again */
    int64_t wake_ms;          /* when that is to be decided; 0: never */
    GPtrArray *pending_fires; /* of JwFire, in the order of their decision; never NULL */
    int64_t look_ms;          /* before this time it is of no use to look at those */
    int64_t updated_at_ms;
} JwSchedule;

/* Zeroed, grace 60 s, no pending fires. (transfer full) */
JwSchedule *jw_schedule_new(void);
void jw_schedule_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwSchedule, jw_schedule_free)

/* What is wrong with the id of a schedule, as a clause; NULL: nothing. Letters, digits and ._:- in
 * any but the first place, at most JW_SCHEDULE_ID_MAX. (transfer full) */
char *jw_schedule_check_id(const char *id);

/* The zone of its due times, "UTC" when it names none. (transfer none) */
const char *jw_schedule_zone(const JwSchedule *self);

/* Whether a pending decision to fire stands behind that of @index. */
bool jw_schedule_fires_behind(const JwSchedule *self, guint index);

/* First due time strictly after @after_ms; 0: none. INVALID when cron or zone do not parse. */
bool jw_schedule_next(const JwSchedule *self, int64_t after_ms, int64_t *ret_next_ms,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "every 3600 seconds", the five cron fields, or the RFC 3339 time. (transfer full) */
char *jw_schedule_details(const JwSchedule *self);

/* "interval", "cron" or "date". (transfer none) */
const char *jw_trigger_name(JwTriggerType trigger);

/* One due time of one schedule, or one time at which it was paused or resumed: a durable row each.
 */
typedef struct {
    char id[37]; /* UUIDv5 of (schedule, due time) = its job's id */
    const char *schedule_id;
    int64_t due_ms, decided_ms;
    JwOccurrenceKind kind;
    const char *reason; /* why, unless it fired in its time; NULL */
    const char *job_id; /* NULL: it has none */
    /* How its job ended, "completed", and when; NULL, 0: it has not. */
    const char *end_state;
    int64_t ended_ms;
} JwOccurrence;

/* "fire_once", "fire_all" or "skip"; NULL past the last. (transfer none) */
const char *jw_misfire_name(int misfire);

/* "allow", "skip", "queue_one" or "cancel_running"; NULL past the last. (transfer none) */
const char *jw_overlap_name(int overlap);

/* As stored: "fired" …. (transfer none) */
const char *jw_occurrence_kind_name(JwOccurrenceKind kind);

G_END_DECLS
