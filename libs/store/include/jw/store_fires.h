/* jw/store_fires.h: what is decided of schedules, by compare and set. Errors: jw/store.h. */
#pragma once
#include "jw/schedule.h"
#include "jw/store_occurrences.h"

G_BEGIN_DECLS

/* How a schedule goes on when its next due time is decided. */
typedef struct {
    int64_t next_ms, wake_ms; /* from now on; 0: never again */
    const char *calendar;     /* the version of its calendar that these follow; NULL: it has none */
    const JwFire *const *fires; /* appended to its decisions in the same update */
    size_t n_fires;
} JwScheduleStep;

/**
 * jw_store_fire_schedule:
 * @schedule: as it was read: its id, rule_hash and next_fire_ms are compared
 * @ret_cas: (out): LOST: one of these is another by now, or the schedule is paused or gone */
bool jw_store_fire_schedule(JwStore *self, const JwSchedule *schedule, const JwScheduleStep *step,
                            int64_t now_ms, JwCas *ret_cas,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* What is decided of some schedules alike. */
typedef struct {
    const JwSchedule *const *schedules; /* as they were read */
    size_t n;                 /* more than one only with rule_hash, of one next_fire_ms, and
                                 without jitter */
    int64_t next_ms, wake_ms; /* of each, as in JwScheduleStep, */
    const char *calendar;     /* and this */
    const JwFire *fire;       /* of each; its key names this call among all */
} JwScheduleGroup;

/**
 * jw_store_fire_schedules:
 * @ret_won: (out): an answer for each schedule of all groups, in their order; LOST also when
 * another has carried that decision out already
 *
 * jw_store_fire_schedule() for many in one round trip; a second one when some are lost. */
bool jw_store_fire_schedules(JwStore *self, const JwScheduleGroup *groups, size_t n_groups,
                             int64_t now_ms, JwCas *ret_won,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_fire_past:
 * @schedule: as it was read, but for the first of its pasts, which is as it shall go on; one that
 * has no due time any more (next_fire_ms 0) goes
 * @fires: appended to its decisions in the same update
 * @ret_cas: (out): LOST: the schedule is another by now, or gone */
bool jw_store_fire_past(JwStore *self, const JwSchedule *schedule, const JwFire *const *fires,
                        size_t n_fires, int64_t now_ms, JwCas *ret_cas,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Appends decisions that the rule did not make. @ret_cas: (out): LOST: the schedule is gone */
bool jw_store_push_fires(JwStore *self, const char *id, const JwFire *const *fires, size_t n_fires,
                         int64_t now_ms, JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* That decision is carried out: takes it out. @ret_cas: (out): LOST: it was not in there, or the
 * schedule is gone */
bool jw_store_finish_fire(JwStore *self, const char *id, const JwFire *fire, JwCas *ret_cas,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for the decision of that round (jw_fire_round()) in each of @n schedules, in one round
 * trip. @ret_matched: (out): of how many it was in there */
bool jw_store_finish_round(JwStore *self, const char *const *ids, size_t n, const char *round,
                           int64_t *ret_matched, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Its decisions need not be looked at before @look_ms; but when others were added since it was read
 * with @before_ms it stays as it is. */
bool jw_store_defer_schedule(JwStore *self, const char *id, int64_t before_ms, int64_t look_ms,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
