/* jw/store_schedules.h: schedules and their occurrences. Errors: jw/store.h. */
#pragma once
#include "jw/schedule.h"
#include "jw/store.h"

G_BEGIN_DECLS

/**
 * jw_store_put_schedule:
 * @error: BUSY also when others keep writing the same schedule
 *
 * Inserts, or replaces all that a configuration says: template, recipients, priority, misfire
 * policy, paused, rule. What was decided stays: pendingFires always, and nextFireAt as long as
 * rule_hash is the same. Another rule starts anew at @schedule->next_fire_ms, and so does a
 * schedule that is resumed: paused is not down. When that pauses or resumes it, the time (its
 * updated_at_ms) and switch_reason are kept as switched_at_ms and switch_reason.
 */
bool jw_store_put_schedule(JwStore *self, const JwSchedule *schedule,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret_schedule: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of them by their id, behind @after_id (nullable), at most @limit. @ret: (out) (element-type
 * JwSchedule) (transfer full) */
bool jw_store_list_schedules(JwStore *self, const char *after_id, size_t limit, GPtrArray **ret,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pauses a schedule, and keeps everything else of it. @ret_cas: (out): LOST: it is paused, or gone.
 */
bool jw_store_pause_schedule(JwStore *self, const char *id, const char *reason, int64_t now_ms,
                             JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Unpaused ones with nextFireAt ≤ @now_ms, and any with pending fires, by their id, behind
 * @after_id (nullable), at most @limit.
 * @ret: (out) (element-type JwSchedule) (transfer full) */
bool jw_store_due_schedules(JwStore *self, int64_t now_ms, const char *after_id, size_t limit,
                            GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_fire_schedule:
 * @rule_hash: (nullable): the rule whose due times these are; NULL: one without
 * @expected_ms: nextFireAt as it was read
 * @next_ms: nextFireAt from now on; 0: never again
 * @fires_ms: decided due times, appended to pendingFires in the same update
 * @ret_cas: (out): LOST: nextFireAt or the rule is another by now, or the schedule is paused
 */
bool jw_store_fire_schedule(JwStore *self, const char *id, const char *rule_hash,
                            int64_t expected_ms, int64_t next_ms, const int64_t *fires_ms,
                            size_t n_fires, int64_t now_ms, JwCas *ret_cas,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The job of this due time exists: takes it out of pendingFires. May be repeated. @ret_cas: (out):
 * LOST: it was not in there, or the schedule is gone. */
bool jw_store_finish_fire(JwStore *self, const char *id, int64_t fire_ms, JwCas *ret_cas,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes an occurrence; one that exists is left as it is. */
bool jw_store_put_occurrence(JwStore *self, const JwOccurrence *occurrence,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The occurrence is valid during the call. */
typedef void (*JwOccurrenceFunc)(const JwOccurrence *occurrence, gpointer data);

/* Calls @visit for the occurrences of a schedule, newest first, at most @limit. */
bool jw_store_list_occurrences(JwStore *self, const char *schedule_id, size_t limit,
                               JwOccurrenceFunc visit, gpointer data,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
