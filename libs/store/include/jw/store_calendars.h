/* jw/store_calendars.h: the days on which schedules that name them are not due. Errors: those of
 * jw/store.h. */
#pragma once
#include "jw/store.h"

G_BEGIN_DECLS

typedef struct {
    char *name;
    char *days;    /* JSON: schemas/common/calendar.v1.json */
    char *version; /* SHA-256 of that */
    int64_t updated_at_ms;
} JwStoredCalendar;

/* NULL-safe. */
void jw_stored_calendar_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwStoredCalendar, jw_stored_calendar_free)

/* Inserts it, or replaces its days; the same days again change nothing. */
bool jw_store_put_calendar(JwStore *self, const JwStoredCalendar *calendar,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_calendar(JwStore *self, const char *name, JwStoredCalendar **ret,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* By their names, behind @after (nullable), at most @limit. @ret: (out) (element-type
 * JwStoredCalendar) (transfer full) */
bool jw_store_list_calendars(JwStore *self, const char *after, size_t limit, GPtrArray **ret,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
