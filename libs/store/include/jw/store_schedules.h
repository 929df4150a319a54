/* jw/store_schedules.h: schedules. What is decided of them: jw/store_fires.h. Errors: jw/store.h.
 */
#pragma once
#include "jw/store_fires.h"

G_BEGIN_DECLS

/**
 * jw_store_put_schedule:
 * @error: BUSY also when others keep writing the same schedule
 *
 * Inserts, or replaces all that a configuration says: template, recipients, priority, misfire
 * policy, paused, rule. What was decided stays: pendingFires always, and nextFireAt as long as
 * rule_hash is the same. Another rule starts anew at @schedule->next_fire_ms, and so does a
 * schedule that is resumed: paused is not down. What was due until then (begun_ms, updated_at_ms)
 * and is not decided joins its pasts, when its rule changes or it is paused. When that pauses or
 * resumes it, the time (its updated_at_ms) and switch_reason are kept as switched_at_ms and
 * switch_reason, and a row of the ledger about it joins the pending decisions.
 */
bool jw_store_put_schedule(JwStore *self, const JwSchedule *schedule,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same in the place of @old, as it was read; NULL: there is none, or one that was deleted.
 * @ret_cas: (out): LOST: it is otherwise by now */
bool jw_store_replace_schedule(JwStore *self, const JwSchedule *schedule, const JwSchedule *old,
                               JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the file of schedules leaves what is there (nullable) as it is, in the place of its
 * @schedule: its entry (entry_hash) is what it was when it was stored, so that what was changed,
 * paused or deleted since stays so; or it is somebody else's, and none that came with Jobwire. */
bool jw_schedule_is_left(const JwSchedule *there, const JwSchedule *schedule);

/* The same for a schedule of the file. @ret_left: (out) (nullable) (transfer full): one that is
 * left as it is, deleted or not; NULL: @schedule is stored. */
bool jw_store_put_file_schedule(JwStore *self, const JwSchedule *schedule, JwSchedule **ret_left,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_delete_schedule:
 * @by: who
 * @tombstone: names this deletion among all
 * @ret_schedule: (out) (nullable) (transfer full): what is left of it, with the decisions that are
 *   pending; NULL: there is none, or it was deleted before
 *
 * From now on it is not found and nothing new is decided. What is pending is for the caller:
 * jw_jobs_delete_schedule().
 */
bool jw_store_delete_schedule(JwStore *self, const char *id, const char *by, const char *tombstone,
                              int64_t now_ms, JwSchedule **ret_schedule,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One that was deleted. @ret_schedule: (out) (nullable) (transfer full): NULL: it was not, or there
 * is none. */
bool jw_store_get_deleted_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what is left of that deletion, as it was read, unless it changed since. */
bool jw_store_forget_schedule(JwStore *self, const JwSchedule *deleted,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret_schedule: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All of them by their id, behind @after_id (nullable), at most @limit. @ret: (out) (element-type
 * JwSchedule) (transfer full) */
bool jw_store_list_schedules(JwStore *self, const char *after_id, size_t limit, GPtrArray **ret,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those of @source that are not paused, by their id, behind @after_id (nullable), at most @limit.
 * @ret: (out) (element-type JwSchedule) (transfer full) */
bool jw_store_running_schedules(JwStore *self, const char *source, const char *after_id,
                                size_t limit, GPtrArray **ret,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Pauses a schedule, with @reason as its note, and keeps everything else of it. @ret_cas: (out):
 * LOST: it is paused, or gone. */
bool jw_store_pause_schedule(JwStore *self, const char *id, const char *reason, int64_t now_ms,
                             JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same of one that left the file of schedules: an entry that comes back is another one. */
bool jw_store_pause_left_schedule(JwStore *self, const char *id, const char *reason, int64_t now_ms,
                                  JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Unpaused ones whose next due time is to be decided at @now_ms, earliest first, behind @after
 * (nullable; its wake_ms and id), at most @limit.
 * @ret: (out) (element-type JwSchedule) (transfer full) */
bool jw_store_due_schedules(JwStore *self, int64_t now_ms, const JwSchedule *after, size_t limit,
                            GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those with decisions that are not carried out, unless it is too early to look at them again; by
 * their id, behind @after_id (nullable), at most @limit.
 * @ret: (out) (element-type JwSchedule) (transfer full) */
bool jw_store_pending_schedules(JwStore *self, int64_t now_ms, const char *after_id, size_t limit,
                                GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those with pasts that are to be decided at @now_ms, by their id, behind @after_id (nullable), at
 * most @limit. @ret: (out) (element-type JwSchedule) (transfer full) */
bool jw_store_past_schedules(JwStore *self, int64_t now_ms, const char *after_id, size_t limit,
                             GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* When the first schedule after @after_ms is to be looked at. @ret_wake_ms: (out): 0: none */
bool jw_store_next_wake(JwStore *self, int64_t after_ms, int64_t *ret_wake_ms,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those of one moment (once) that are due never again, since @before_ms at the latest, and have
 * nothing left to be decided or carried out, by their id, behind @after_id (nullable), at most
 * @limit. @ret: (out) (element-type JwSchedule) (transfer full) */
bool jw_store_spent_schedules(JwStore *self, int64_t before_ms, const char *after_id, size_t limit,
                              GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* As jw_store_delete_schedule(), of one of those, as it was read. @ret_cas: (out): LOST: it is
 * otherwise by now */
bool jw_store_retire_schedule(JwStore *self, const JwSchedule *schedule, const char *by,
                              const char *tombstone, int64_t now_ms, JwCas *ret_cas,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
