/* jw/schedule.h: a rule that creates jobs (interval, cron or once). Pure data. */
#pragma once
#include "jw/command_marks.h"
#include "jw/due.h"
#include "jw/job.h"
#include "jw/occurrence.h"
#include "jw/ready.h"

G_BEGIN_DECLS

#define JW_SCHEDULE_FILE    "file"    /* the source of schedules that JW_SCHEDULES_FILE made */
#define JW_SCHEDULE_SHIPPED "shipped" /* of those that come with Jobwire */

#define JW_SCHEDULE_ID_MAX          128
#define JW_MISFIRE_LIMIT_DEFAULT    1000
#define JW_MISFIRE_LIMIT_MAX        10000
#define JW_PAUSE_AFTER_FAILURES_MAX 1000

/* What happens to due times that passed while no scheduler ran. Those that passed while the
 * schedule was paused are never made up for, and those that waited when it was paused are skipped.
 */
typedef enum { JW_MISFIRE_FIRE_ONCE, JW_MISFIRE_FIRE_ALL, JW_MISFIRE_SKIP } JwMisfire;

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
    bool anchor_named;              /* by its author: another start leaves it */
    char *cron;                     /* cron */
    JwCronDialect dialect;          /* cron */
    bool dialect_named;             /* by its author, who knows how it is read */
    JwDst dst;                      /* cron */
    int64_t once_ms;                /* once */
    char *time_zone;                /* IANA name; NULL: UTC, and the job's own default */
    int64_t start_ms, end_ms;       /* due times lie in [start, end); 0: no limit */
    int64_t jitter_ms;              /* by how much a due time may be delayed; 0: not */
    char *calendar;                 /* the name of the days on which nothing is due; NULL: none */
    char *calendar_version;         /* which days of it next_fire_ms follows */
    const JwCalendar *days;         /* of that, (transfer none); not stored: set by who loads it */
    JwMisfire misfire;
    int32_t misfire_limit;    /* fire_all: how many that have passed fire, the latest */
    int64_t misfire_grace_ms; /* later than this is a misfire; default 60 s */
    JwOverlap overlap;
    JwReady ready;
    int32_t pause_after_failures; /* it pauses when so many jobs in a row failed; 0: never */
    bool paused;
    char *note; /* of who paused it, or resumed it */
    /* When and why it was paused or resumed last, once it is stored; 0, NULL: as it was made. */
    int64_t switched_at_ms;
    char *switch_reason;
    /* Of one that was deleted: when, by whom, and what names this deletion among all. It is kept so
     * that the file it came from does not bring it back. 0, NULL: it was not. */
    int64_t deleted_at_ms;
    char *deleted_by, *tombstone;
    /* Of the request that created it, when that had an Idempotency-Key: an id that is the key's and
     * the caller's, and the SHA-256 of its body; NULL. */
    char *request_key, *request_hash;
    char *entry_hash; /* SHA-256 of its entry in the file of schedules; NULL: not of the file */
    /* Template of the job: its kind, name, and all of it as JSON (schemas/common/schedule.v1.json),
     * `kind` included. */
    char *job_type, *job_name, *job_body;
    char *rule_hash;      /* SHA-256 of the rule: a changed rule starts anew */
    int64_t next_fire_ms; /* 0: never again */
    int64_t wake_ms;      /* when that is to be decided; 0: never */
    int64_t spent_ms;     /* since when it is due never again; 0: it is */
    int64_t begun_ms;     /* next_fire_ms is the first after this; not stored */
    /* Due times that had come, and were not decided, when its rule changed or it was paused: by the
     * rule they were due by, the oldest first. */
    GPtrArray *pasts;         /* of JwSchedule, what jw_schedule_past() gives; never NULL */
    GPtrArray *pending_fires; /* of JwFire, in the order of their decision; never NULL */
    int64_t look_ms;          /* before this time it is of no use to look at those */
    int64_t created_at_ms;    /* when it was stored, anew after a deletion; 0: by an older store */
    int64_t updated_at_ms;
    int64_t
        version; /* the store's: raised with each change of what it says; 0: of an older store */
    /* Commands of the bus that were decided about it, and answers to them that the bus has not yet.
     * In one that is to be stored: new ones, or none. */
    GPtrArray *command_marks; /* of JwCommandMark; never NULL */
    char **command_ids;       /* NULL: none */
    GPtrArray *outbox;        /* of JwOutboxEntry; never NULL */
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

/* What decides the due times of a schedule, read once. */
typedef struct {
    JwDueRule due; /* borrows all of these */
    JwCron *cron;
    GTimeZone *zone;
} JwScheduleRule;

/* INVALID when cron or zone do not parse, NOT_FOUND when it names a calendar without `days`. The
 * schedule outlives @rule. */
bool jw_schedule_rule_init(JwScheduleRule *rule, const JwSchedule *self,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_schedule_rule_clear(JwScheduleRule *rule);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwScheduleRule, jw_schedule_rule_clear)

/* When what is due at @due_ms is to be looked at: jitter delays it. 0 for 0. */
int64_t jw_schedule_wake(const JwSchedule *self, const JwScheduleRule *rule, int64_t due_ms);

/* Sets next_fire_ms and wake_ms to the first due time after @now_ms. Errors as above. */
bool jw_schedule_begin(JwSchedule *self, int64_t now_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is left of @self, which goes on otherwise after @until_ms: its rule, its next due time, and
 * an end behind @until_ms. @paused: none of it fires. NULL: nothing of it has come. (transfer full)
 */
JwSchedule *jw_schedule_past(const JwSchedule *self, int64_t until_ms, bool paused);

/* "every 3600 seconds", the five cron fields, or the RFC 3339 time. (transfer full) */
char *jw_schedule_details(const JwSchedule *self);

/* "interval", "cron" or "date". (transfer none) */
const char *jw_trigger_name(JwTriggerType trigger);

/* "fire_once", "fire_all" or "skip"; NULL past the last. (transfer none) */
const char *jw_misfire_name(int misfire);

/* "allow", "skip", "queue_one" or "cancel_running"; NULL past the last. (transfer none) */
const char *jw_overlap_name(int overlap);

G_END_DECLS
