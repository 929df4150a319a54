/* jw/store_schedules.h: schedules and their occurrences (full management is a later piece). */
#pragma once
#include "jw/schedule.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* Inserts, or replaces all that a configuration says: template, recipients, priority, misfire
 * policy, enabled, rule. What was decided stays: pendingFires always, and nextFireAt as long as
 * rule_hash is the same; another rule starts anew at @schedule->next_fire_ms. */
bool jw_store_put_schedule(JwStore *self, const JwSchedule *schedule,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Enabled ones with nextFireAt ≤ @now_ms or with pending fires, earliest first. @ret: of
 * JwSchedule (transfer full) */
bool jw_store_due_schedules(JwStore *self, int64_t now_ms, size_t limit, GPtrArray **ret,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Compare and set: nextFireAt @expected_ms → @next_ms, and pushes the decided due times to
 * pendingFires. LOST as well when the rule is no more the one of @rule_hash (NULL: one without),
 * whose due times these are. */
bool jw_store_fire_schedule(JwStore *self, const char *id, const char *rule_hash,
                            int64_t expected_ms, int64_t next_ms, const int64_t *fires_ms,
                            size_t n_fires, int64_t now_ms, JwCas *ret_cas,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* The job of this due time exists: takes it out of pendingFires. */
bool jw_store_finish_fire(JwStore *self, const char *id, int64_t fire_ms,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Writes an occurrence row; one that exists is left as it is. */
bool jw_store_put_occurrence(JwStore *self, const JwOccurrence *occurrence,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Rows of a schedule, newest first; @visit is called for each. */
bool jw_store_list_occurrences(JwStore *self, const char *schedule_id, size_t limit,
                               void (*visit)(const JwOccurrence *occurrence, gpointer data),
                               gpointer data, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
