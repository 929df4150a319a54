/* calendars.c: days on which schedules are not due. Any thread. Schedules follow by the version:
 * schedules.c. A calendar changes by compare and set: version and time of what was read. */
#include "repo.h"
#include "jw/store_calendars.h"

static void
hold_free(gpointer self)
{
    JwCalendarHold *hold = self;

    g_free(hold->id);
    g_free(hold->schedule_id);
    g_free(hold);
}

void
jw_stored_calendar_free(gpointer self)
{
    JwStoredCalendar *calendar = self;

    if (calendar != NULL) {
        g_free(calendar->name);
        g_free(calendar->days);
        g_free(calendar->version);
        g_free(calendar->source);
        g_free(calendar->entry_hash);
        g_free(calendar->deleted_by);
        g_free(calendar->tombstone);
        g_clear_pointer(&calendar->holds, g_ptr_array_unref);
        g_free(calendar);
    }
}

static gpointer
create_calendar(void)
{
    JwStoredCalendar *calendar = g_new0(JwStoredCalendar, 1);

    calendar->holds = g_ptr_array_new_with_free_func(hold_free);
    return calendar;
}

#define FIELD_OF(type_, kind, member, name_)                                                       \
    {                                                                                              \
        .name = (name_), .type = JW_DOC_FIELD_##kind, .offset = offsetof(type_, member)            \
    }
#define FIELD(kind, member, name_) FIELD_OF(JwStoredCalendar, kind, member, name_)

static const JwDocField hold_fields[] = {
    FIELD_OF(JwCalendarHold, STRING, id, "id"),
    FIELD_OF(JwCalendarHold, STRING, schedule_id, "scheduleId"),
    FIELD_OF(JwCalendarHold, TIME, until_ms, "until"),
};
static const JwDocTable hold_table = { "hold of a calendar", sizeof(JwCalendarHold), hold_fields,
                                       G_N_ELEMENTS(hold_fields) };

static const JwDocField fields[] = {
    FIELD(STRING, name, "_id"),
    FIELD(STRING, days, "days"),
    FIELD(STRING, version, "version"),
    FIELD(STRING, source, "source"),
    FIELD(STRING, entry_hash, "entryHash"),
    FIELD(TIME, updated_at_ms, "updatedAt"),
    FIELD(TIME, deleted_at_ms, "deletedAt"),
    FIELD(STRING, deleted_by, "deletedBy"),
    FIELD(STRING, tombstone, "tombstone"),
    { .name = "holds",
      .type = JW_DOC_FIELD_LIST,
      .offset = offsetof(JwStoredCalendar, holds),
      .table = &hold_table },
};
#define N_SETTINGS (G_N_ELEMENTS(fields) - 1) /* all but the holds, which a change leaves */
static const JwDocTable table = { "calendar", sizeof(JwStoredCalendar), fields,
                                  G_N_ELEMENTS(fields) };
static const JwRepo calendars = { "calendars", &table, create_calendar, jw_stored_calendar_free };

JW_DB_INDEXES(calendars) = {
    { "calendars", "deletedAt:1 _id:1", false },
    { 0 },
};

/* Of what was read. */
static bson_t *
as_read(const JwStoredCalendar *old)
{
    bson_t *filter = BCON_NEW("_id", BCON_UTF8(old->name), "version", BCON_UTF8(old->version),
                              "updatedAt", BCON_DATE_TIME(old->updated_at_ms));

    if (old->tombstone != NULL) {
        BSON_APPEND_UTF8(filter, "tombstone", old->tombstone);
    } else {
        BSON_APPEND_NULL(filter, "tombstone");
    }
    return filter;
}

static bool
update_calendar(JwStore *self, const JwStoredCalendar *calendar, const JwStoredCalendar *old,
                JwCas *ret_cas, GError **error)
{
    g_autoptr(bson_t) filter = as_read(old);
    g_auto(bson_t) whole = BSON_INITIALIZER, set = BSON_INITIALIZER, unset = BSON_INITIALIZER,
                   update = BSON_INITIALIZER;
    bson_iter_t iter;

    jw_doc_append(&whole, &table, calendar);
    for (size_t i = 1; i < N_SETTINGS; i++) { /* but for _id */
        if (bson_iter_init_find(&iter, &whole, fields[i].name)) {
            bson_append_iter(&set, fields[i].name, -1, &iter);
        } else {
            BSON_APPEND_INT32(&unset, fields[i].name, 1);
        }
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    return jw_db_update(self, "calendars", filter, &update, ret_cas, error);
}

bool
jw_store_replace_calendar(JwStore *self, const JwStoredCalendar *calendar,
                          const JwStoredCalendar *old, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && calendar != NULL && calendar->name != NULL, false);
    g_return_val_if_fail(calendar->days != NULL && calendar->version != NULL, false);
    g_return_val_if_fail(ret_cas != NULL, false);
    JwCreate create = JW_CREATE_EXISTS;

    if (old != NULL) {
        return update_calendar(self, calendar, old, ret_cas, error)
               || jw_prefix(error, "calendar '%s'", calendar->name);
    }
    if (!jw_db_insert_one(self, "calendars", jw_repo_document(&calendars, calendar), &create,
                          error)) {
        return jw_prefix(error, "calendar '%s'", calendar->name);
    }
    *ret_cas = create == JW_CREATE_NEW ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

bool
jw_store_find_calendar(JwStore *self, const char *name, JwStoredCalendar **ret, GError **error)
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
jw_store_get_calendar(JwStore *self, const char *name, JwStoredCalendar **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && ret != NULL, false);
    g_autoptr(JwStoredCalendar) found = NULL;

    if (!jw_store_find_calendar(self, name, &found, error)) {
        return false;
    }
    *ret = found != NULL && found->deleted_at_ms == 0 ? g_steal_pointer(&found) : NULL;
    return true;
}

static bool
list(JwStore *self, const char *after, const bson_t *opts, size_t limit, GPtrArray **ret,
     GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("deletedAt", BCON_NULL);

    if (after != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after), "}");
    }
    return jw_repo_page(self, &calendars, filter, opts, limit, ret, error);
}

bool
jw_store_list_calendars(JwStore *self, const char *after, size_t limit, GPtrArray **ret,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    return list(self, after, opts, limit, ret, error);
}

bool
jw_store_list_calendar_versions(JwStore *self, const char *after, size_t limit, GPtrArray **ret,
                                GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}", "projection", "{",
                                      "version", BCON_INT32(1), "}");

    return list(self, after, opts, limit, ret, error);
}

bool
jw_store_count_calendars(JwStore *self, int64_t limit, int64_t *ret_count, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_count != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("deletedAt", BCON_NULL);

    return jw_db_count(self, "calendars", filter, limit, ret_count, error);
}

bool
jw_store_hold_calendar(JwStore *self, const char *name, const JwCalendarHold *hold, JwCas *ret_cas,
                       GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && hold != NULL && ret_cas != NULL, false);
    const void *const holds[] = { hold };
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(name), "deletedAt", BCON_NULL);
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t pushes, push;

    BSON_APPEND_DOCUMENT_BEGIN(&update, "$push", &pushes);
    BSON_APPEND_DOCUMENT_BEGIN(&pushes, "holds", &push);
    jw_doc_append_list(&push, "$each", &hold_table, holds, G_N_ELEMENTS(holds));
    bson_append_document_end(&pushes, &push);
    bson_append_document_end(&update, &pushes);
    return jw_db_update(self, "calendars", filter, &update, ret_cas, error)
           || jw_prefix(error, "holding calendar '%s'", name);
}

bool
jw_store_release_calendar(JwStore *self, const char *name, const JwCalendarHold *hold,
                          GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && hold != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(name));
    g_autoptr(bson_t) update =
        BCON_NEW("$pull", "{", "holds", "{", "id", BCON_UTF8(hold->id), "}", "}");
    JwCas cas = JW_CAS_LOST;

    return jw_db_update(self, "calendars", filter, update, &cas, error)
           || jw_prefix(error, "releasing calendar '%s'", name);
}

bool
jw_store_delete_calendar(JwStore *self, const JwStoredCalendar *calendar, const char *by,
                         const char *tombstone, int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && calendar != NULL && by != NULL, false);
    g_return_val_if_fail(tombstone != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = as_read(calendar);
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "deletedAt", BCON_DATE_TIME(now_ms), "deletedBy", BCON_UTF8(by),
                 "tombstone", BCON_UTF8(tombstone), "}");

    BCON_APPEND(filter, "holds", "{", "$not", "{", "$elemMatch", "{", "until", "{", "$gt",
                BCON_DATE_TIME(now_ms), "}", "}", "}", "}");
    return jw_db_update(self, "calendars", filter, update, ret_cas, error)
           || jw_prefix(error, "deleting calendar '%s'", calendar->name);
}

bool
jw_store_restore_calendar(JwStore *self, const char *name, const char *tombstone, JwCas *ret_cas,
                          GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && tombstone != NULL, false);
    g_return_val_if_fail(ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(name), "tombstone", BCON_UTF8(tombstone));
    g_autoptr(bson_t) update = BCON_NEW("$unset", "{", "deletedAt", BCON_INT32(1), "deletedBy",
                                        BCON_INT32(1), "tombstone", BCON_INT32(1), "}");

    return jw_db_update(self, "calendars", filter, update, ret_cas, error)
           || jw_prefix(error, "restoring calendar '%s'", name);
}

bool
jw_store_forget_calendar(JwStore *self, const char *name, const char *tombstone, GError **error)
{
    g_return_val_if_fail(self != NULL && name != NULL && tombstone != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(name), "tombstone", BCON_UTF8(tombstone));

    return jw_db_remove_where(self, "calendars", filter, error)
           || jw_prefix(error, "forgetting calendar '%s'", name);
}
