/* jw/occurrence.h: what becomes of a due time of a schedule: a decision first, then a row of the
 * ledger. Pure data. */
#pragma once
#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

/* What becomes of a due time; and two for what happens to the schedule. */
typedef enum {
    JW_OCCURRENCE_FIRED,
    JW_OCCURRENCE_LATE, /* decided in its time, but its job had to wait for more than its grace */
    JW_OCCURRENCE_CAUGHT_UP, /* it had passed while no scheduler ran, or a backfill asks for it */
    JW_OCCURRENCE_RUN,       /* no due time: somebody asked for a job now */
    JW_OCCURRENCE_COALESCED, /* a later one stands for it */
    JW_OCCURRENCE_SKIPPED,
    JW_OCCURRENCE_PAUSED,
    JW_OCCURRENCE_RESUMED
} JwOccurrenceKind;

/* Whether a due time of that kind has a job. */
static inline bool
jw_occurrence_fires(JwOccurrenceKind kind)
{
    return kind <= JW_OCCURRENCE_RUN;
}

/* The key of what a backfill asks for. */
#define JW_FIRE_BACKFILL "backfill"

/* A due time that is decided and not carried out yet. */
typedef struct {
    int64_t due_ms, wake_ms, decided_ms; /* wake: when jitter lets it be looked at */
    JwOccurrenceKind kind;               /* what it comes to, unless it has to wait */
    char *reason;                        /* NULL: it fires in its time */
    /* Of a run, that of its request; JW_FIRE_BACKFILL; of what the rule made due, that of the round
     * which decided it: no schedule has two of one round; NULL: of the time before there were. */
    char *key;
} JwFire;

/* Whether a backfill asks for it. */
static inline bool
jw_fire_is_backfill(const JwFire *self)
{
    return self->kind != JW_OCCURRENCE_RUN && g_strcmp0(self->key, JW_FIRE_BACKFILL) == 0;
}

/* The round of a scheduler that decided it; NULL: nobody's. (transfer none) */
static inline const char *
jw_fire_round(const JwFire *self)
{
    return self->kind != JW_OCCURRENCE_RUN && self->kind < JW_OCCURRENCE_PAUSED
                   && g_strcmp0(self->key, JW_FIRE_BACKFILL) != 0
               ? self->key
               : NULL;
}

/* Without jitter. @reason: (nullable). (transfer full) */
JwFire *jw_fire_new(int64_t due_ms, int64_t decided_ms, JwOccurrenceKind kind, const char *reason);
void jw_fire_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwFire, jw_fire_free)

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

/* As stored: "fired" …. (transfer none) */
const char *jw_occurrence_kind_name(JwOccurrenceKind kind);

G_END_DECLS
