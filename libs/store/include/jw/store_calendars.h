/* jw/store_calendars.h: the days on which schedules that name them are not due. Errors: those of
 * jw/store.h. */
#pragma once
#include "jw/store_schedules.h"

G_BEGIN_DECLS

/* A schedule that is being stored comes to name the calendar, which is not deleted meanwhile. */
typedef struct {
    char *id, *schedule_id;
    int64_t until_ms; /* it is over then, whatever became of who stores it */
} JwCalendarHold;

typedef struct {
    char *name;
    char *days;       /* JSON: schemas/common/calendar.v1.json */
    char *version;    /* SHA-256 of that */
    char *source;     /* who owns it, as of schedules: "file", "api"; NULL: the file */
    char *entry_hash; /* the version that the file of schedules gave it last; NULL: it did not */
    int64_t updated_at_ms;
    /* Of one that was deleted: when, by whom, and what names this deletion among all. That of the
     * file is kept, so that the file does not bring it back. 0, NULL: it was not. */
    int64_t deleted_at_ms;
    char *deleted_by, *tombstone;
    GPtrArray *holds; /* of JwCalendarHold, as they were read; NULL in one that is to be stored */
} JwStoredCalendar;

/* NULL-safe. */
void jw_stored_calendar_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwStoredCalendar, jw_stored_calendar_free)

/* Puts it in the place of @old, as it was read, which may have been deleted; NULL: there is none.
 * @ret_cas: (out): LOST: it is otherwise by now */
bool jw_store_replace_calendar(JwStore *self, const JwStoredCalendar *calendar,
                               const JwStoredCalendar *old, JwCas *ret_cas,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret: (out) (nullable) (transfer full): NULL when there is none, or it was deleted. */
bool jw_store_get_calendar(JwStore *self, const char *name, JwStoredCalendar **ret,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same, also one that was deleted. */
bool jw_store_find_calendar(JwStore *self, const char *name, JwStoredCalendar **ret,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* By their names, behind @after (nullable), at most @limit, without those that were deleted.
 * @ret: (out) (element-type JwStoredCalendar) (transfer full) */
bool jw_store_list_calendars(JwStore *self, const char *after, size_t limit, GPtrArray **ret,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same with their names and versions alone. */
bool jw_store_list_calendar_versions(JwStore *self, const char *after, size_t limit,
                                     GPtrArray **ret, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many there are; counting stops at @limit. */
bool jw_store_count_calendars(JwStore *self, int64_t limit, int64_t *ret_count,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Keeps it from being deleted. @ret_cas: (out): LOST: there is none */
bool jw_store_hold_calendar(JwStore *self, const char *name, const JwCalendarHold *hold,
                            JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends that hold. */
bool jw_store_release_calendar(JwStore *self, const char *name, const JwCalendarHold *hold,
                               GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Marks @calendar, as it was read, as deleted: from now on it is not found. @ret_cas: (out): LOST:
 * it is otherwise by now, or held */
bool jw_store_delete_calendar(JwStore *self, const JwStoredCalendar *calendar, const char *by,
                              const char *tombstone, int64_t now_ms, JwCas *ret_cas,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Takes that deletion back. @ret_cas: (out): LOST: it is over already */
bool jw_store_restore_calendar(JwStore *self, const char *name, const char *tombstone,
                               JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes what is left of that deletion. */
bool jw_store_forget_calendar(JwStore *self, const char *name, const char *tombstone,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those that name @calendar and whose next due time does not follow this version of it, by their
 * id, behind @after_id (nullable), at most @limit. @ret: (out) (element-type JwSchedule) (transfer
 * full) */
bool jw_store_outdated_schedules(JwStore *self, const char *calendar, const char *version,
                                 const char *after_id, size_t limit, GPtrArray **ret,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All that name @calendar, in the same way. */
bool jw_store_schedules_of_calendar(JwStore *self, const char *calendar, const char *after_id,
                                    size_t limit, GPtrArray **ret,
                                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Puts the next due time of @schedule, which has a rule_hash, in the place of @before_ms (0: none),
 * by @version of its calendar. When it has none any more, that is so since @now_ms. @ret_cas:
 * (out): LOST: it is another by now */
bool jw_store_rebase_schedule(JwStore *self, const JwSchedule *schedule, int64_t before_ms,
                              const char *version, int64_t now_ms, JwCas *ret_cas,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
