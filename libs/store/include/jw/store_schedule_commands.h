/* jw/store_schedule_commands.h: what commands of the bus leave on schedules: command_marks,
 * command_ids and outbox. It goes into the store with a change of the schedule, by
 * jw_store_replace_schedule() of one that has them, or by a function below; a schedule without them
 * leaves them as they are. Errors: jw/store.h. */
#pragma once
#include "jw/store_schedules.h"

G_BEGIN_DECLS

/* Whether it was deleted or not. @ret_schedule: (out) (nullable) (transfer full): NULL: there is
 * none. */
bool jw_store_find_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps what @noted has of commands, in the place of @old as it was read, deleted or not; nothing
 * else changes but updated_at_ms. @old: NULL: there is none; then @noted is stored, which must say
 * that it was deleted. @ret_cas: (out): LOST: it is otherwise by now */
bool jw_store_note_command(JwStore *self, const JwSchedule *noted, const JwSchedule *old,
                           JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, and deletes it, as jw_store_delete_schedule() does: when, by whom and with which
 * tombstone @noted says. @ret_schedule: (out) (nullable) (transfer full): what is left of it; NULL:
 * it is otherwise by now */
bool jw_store_end_schedule(JwStore *self, const JwSchedule *noted, const JwSchedule *old,
                           JwSchedule **ret_schedule, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those that were deleted before @before_ms and are not of the file, the first of them first, at
 * most @limit. @ret: (out) (element-type JwSchedule) (transfer full) */
bool jw_store_deleted_schedules(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret,
                                GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
