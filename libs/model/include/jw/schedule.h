/* jw/schedule.h: a rule that creates jobs (interval, cron or once). Pure data. */
#pragma once
#include "jw/cron.h"
#include "jw/due.h"
#include "jw/job.h"

G_BEGIN_DECLS

#define JW_SCHEDULE_FILE "file" /* the source of schedules that JW_SCHEDULES_FILE made */

/* What happens to due times that passed while no scheduler ran. Those that passed while the
 * schedule was disabled are never made up for. */
typedef enum { JW_MISFIRE_COALESCE, JW_MISFIRE_SKIP, JW_MISFIRE_CATCH_UP } JwMisfire;

typedef struct {
    char *id;
    char *source; /* who owns it: JW_SCHEDULE_FILE */
    JwTriggerType trigger;
    int64_t interval_ms, anchor_ms; /* interval: due at anchor + n · interval */
    char *cron;                     /* cron */
    int64_t once_ms;                /* once */
    char *time_zone;                /* IANA name, default "UTC" */
    JwMisfire misfire;
    int64_t misfire_grace_ms; /* later than this is a misfire; default 60 s */
    bool enabled;
    /* When and why it was disabled or enabled last, once it is stored; 0, NULL: as it was made. */
    int64_t switched_at_ms;
    char *switch_reason;
    char *job_type, *job_name, *job_spec; /* template of the job; spec is JSON */
    char *rule_hash;                      /* SHA-256 of the rule: a changed rule starts anew */
    int64_t next_fire_ms;                 /* 0: never again */
    /* of int64_t: decided due times without their job yet; negative: skipped; never NULL */
    GArray *pending_fires;
    int64_t updated_at_ms;
} JwSchedule;

/* Zeroed, UTC, grace 60 s, no pending fires. (transfer full) */
JwSchedule *jw_schedule_new(void);
void jw_schedule_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwSchedule, jw_schedule_free)

/* First due time strictly after @after_ms; 0: none. INVALID when cron or zone do not parse. */
bool jw_schedule_next(const JwSchedule *self, int64_t after_ms, int64_t *ret_next_ms,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* "every 3600 seconds", the five cron fields, or the RFC 3339 time. (transfer full) */
char *jw_schedule_details(const JwSchedule *self);

/* "interval", "cron" or "date". (transfer none) */
const char *jw_trigger_name(JwTriggerType trigger);

typedef enum {
    JW_OCCURRENCE_FIRED,
    JW_OCCURRENCE_CAUGHT_UP,
    JW_OCCURRENCE_COALESCED,
    JW_OCCURRENCE_SKIPPED,
    JW_OCCURRENCE_DISABLED,
    JW_OCCURRENCE_ENABLED
} JwOccurrenceKind;

/* One due time of one schedule, or one time at which it was disabled or enabled: a durable row
 * each. */
typedef struct {
    char id[37]; /* UUIDv5 of (schedule, due time) = the job's id when it fired */
    const char *schedule_id;
    int64_t due_ms, decided_ms;
    JwOccurrenceKind kind;
    const char *reason; /* why it was coalesced, skipped, disabled or enabled; NULL */
} JwOccurrence;

/* As stored: "fired" …. (transfer none) */
const char *jw_occurrence_kind_name(JwOccurrenceKind kind);

G_END_DECLS
