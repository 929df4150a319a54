/* calendars.c: days on which schedules are not due. Any thread. Schedules follow by the version:
 * schedules.c. */
#include "repo.h"
#include "jw/store_calendars.h"

void
jw_stored_calendar_free(gpointer self)
{
    JwStoredCalendar *calendar = self;

    if (calendar != NULL) {
        g_free(calendar->name);
        g_free(calendar->days);
        g_free(calendar->version);
        g_free(calendar);
    }
}

static gpointer
create_calendar(void)
{
    return g_new0(JwStoredCalendar, 1);
}

static const JwDocField fields[] = {
    { .name = "_id", .type = JW_DOC_FIELD_STRING, .offset = offsetof(JwStoredCalendar, name) },
    { .name = "days", .type = JW_DOC_FIELD_STRING, .offset = offsetof(JwStoredCalendar, days) },
    { .name = "version",
      .type = JW_DOC_FIELD_STRING,
      .offset = offsetof(JwStoredCalendar, version) },
    { .name = "updatedAt",
      .type = JW_DOC_FIELD_TIME,
      .offset = offsetof(JwStoredCalendar, updated_at_ms) },
};
static const JwDocTable table = { "calendar", sizeof(JwStoredCalendar), fields,
                                  G_N_ELEMENTS(fields) };
static const JwRepo calendars = { "calendars", &table, create_calendar, jw_stored_calendar_free };

JW_DB_INDEXES(calendars) = {
    { "calendars", "updatedAt:1", false },
    { 0 },
};

bool
jw_store_put_calendar(JwStore *self, const JwStoredCalendar *calendar, GError **error)
{
    g_return_val_if_fail(self != NULL && calendar != NULL && calendar->name != NULL, false);
    g_return_val_if_fail(calendar->days != NULL && calendar->version != NULL, false);
    JwCreate create = JW_CREATE_EXISTS;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(calendar->name), "version", "{", "$ne",
                                        BCON_UTF8(calendar->version), "}");
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "days", BCON_UTF8(calendar->days), "version",
                                        BCON_UTF8(calendar->version), "updatedAt",
                                        BCON_DATE_TIME(calendar->updated_at_ms), "}");

    return (jw_db_insert_one(self, "calendars", jw_repo_document(&calendars, calendar), &create,
                             error)
            && (create == JW_CREATE_NEW
                || jw_db_update(self, "calendars", filter, update, &cas, error)))
           || jw_prefix(error, "calendar '%s'", calendar->name);
}

bool
jw_store_get_calendar(JwStore *self, const char *name, JwStoredCalendar **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && ret != NULL, false);
    gpointer found = NULL;

    if (!jw_repo_get(self, &calendars, name, &found, error)) {
        return false;
    }
    *ret = found;
    return true;
}

bool
jw_store_list_calendars(JwStore *self, const char *after, size_t limit, GPtrArray **ret,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after != NULL) {
        BCON_APPEND(&filter, "_id", "{", "$gt", BCON_UTF8(after), "}");
    }
    return jw_repo_page(self, &calendars, &filter, opts, limit, ret, error);
}
