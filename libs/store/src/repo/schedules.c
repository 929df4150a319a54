/* schedules.c: what a schedule is: written, found, deleted. Any thread. Its decisions:
 * schedule_fires.c. */
#include "repo.h"
#include "jw/store_schedules.h"

static gpointer
create_schedule(void)
{
    return jw_schedule_new();
}

const JwRepo jw_repo_schedules = { "schedules", &jw_doc_schedule_table, create_schedule,
                                   jw_schedule_free };

JW_DB_INDEXES(schedules) = {
    { "schedules", "paused:1 wakeAt:1 _id:1", false },
    { "schedules", "pendingFires.due:1 lookAt:1", false },
    { "schedules", "source:1 paused:1 _id:1", false },
    { "schedules", "calendar:1 calendarVersion:1 _id:1", false },
    { 0 },
};

/* The fields that a configuration does not set, but for @starts: then it sets the next due time. */
static bool
is_decision(const char *name, bool starts)
{
    static const char *const names[] = {
        "_id",       "pendingFires", "lookAt",    "switchedAt", "switchReason",
        "deletedAt", "deletedBy",    "tombstone", NULL,
    };
    static const char *const next[] = { "nextFireAt", "wakeAt", "calendarVersion", NULL };

    return g_strv_contains(names, name) || (!starts && g_strv_contains(next, name));
}

/* That it was paused or resumed: its row of the ledger is owed as that of a decision is. Paused is
 * not down: nextFireAt of a schedule that is resumed lies after now, so that nothing is made up
 * for.
 */
static void
append_switch(bson_t *set, bson_t *update, bool paused, const char *reason, int64_t at_ms)
{
    g_autoptr(JwFire) row =
        jw_fire_new(at_ms, at_ms, paused ? JW_OCCURRENCE_PAUSED : JW_OCCURRENCE_RESUMED,
                    reason != NULL ? reason
                    : paused       ? "it was paused"
                                   : "it was resumed");
    const JwFire *const rows[] = { row };

    BSON_APPEND_DATE_TIME(set, "switchedAt", at_ms);
    BSON_APPEND_UTF8(set, "switchReason", row->reason);
    BSON_APPEND_DATE_TIME(set, "lookAt", at_ms);
    jw_repo_append_fires(update, rows, G_N_ELEMENTS(rows));
}

static void
append_revival(bson_t *unset)
{
    BSON_APPEND_INT32(unset, "deletedAt", 1);
    BSON_APPEND_INT32(unset, "deletedBy", 1);
    BSON_APPEND_INT32(unset, "tombstone", 1);
}

/* Replaces everything except the decisions. Strings that the new schedule lacks are unset. */
static bool
update_schedule(JwStore *self, const JwSchedule *schedule, const JwSchedule *old, JwCas *ret_cas,
                GError **error)
{
    const bool switched = schedule->paused != old->paused;
    const bool revives = old->deleted_at_ms != 0;
    const bool starts = revives || g_strcmp0(schedule->rule_hash, old->rule_hash) != 0
                        || (switched && !schedule->paused);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(schedule->id), "paused", BCON_BOOL(old->paused), "updatedAt",
                 BCON_DATE_TIME(old->updated_at_ms));
    g_auto(bson_t) whole = BSON_INITIALIZER;
    g_auto(bson_t) set = BSON_INITIALIZER;
    g_auto(bson_t) unset = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_iter_t iter;

    if (old->rule_hash != NULL) {
        BSON_APPEND_UTF8(filter, "ruleHash", old->rule_hash);
    }
    if (revives) {
        BSON_APPEND_UTF8(filter, "tombstone", old->tombstone != NULL ? old->tombstone : "");
        append_revival(&unset);
    } else {
        BSON_APPEND_NULL(filter, "deletedAt");
    }
    jw_doc_append(&whole, &jw_doc_schedule_table, schedule);
    for (size_t i = 0; i < jw_doc_schedule_table.n_fields; i++) {
        const char *name = jw_doc_schedule_table.fields[i].name;
        if (is_decision(name, starts)) {
            continue;
        }
        if (bson_iter_init_find(&iter, &whole, name)) {
            bson_append_iter(&set, name, -1, &iter);
        } else {
            BSON_APPEND_INT32(&unset, name, 1);
        }
    }
    if (switched) {
        append_switch(&set, &update, schedule->paused, schedule->switch_reason,
                      schedule->updated_at_ms);
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error);
}

static bool
find_any(JwStore *self, const char *id, JwSchedule **ret_schedule, GError **error)
{
    gpointer schedule = NULL;

    if (!jw_repo_get(self, &jw_repo_schedules, id, &schedule, error)) {
        return false;
    }
    *ret_schedule = schedule;
    return true;
}

/* @ret_deleted: NULL: what was deleted is brought back. */
static bool
put_schedule(JwStore *self, const JwSchedule *schedule, JwSchedule **ret_deleted, GError **error)
{
    JwSchedule whole = *schedule; /* borrows all that @schedule has */

    if (whole.wake_ms == 0) {
        whole.wake_ms = whole.next_fire_ms;
    }
    /* Another process may write the same schedule in between; then the schedule is read again. */
    for (int round = 0; round < 5; round++) {
        g_autoptr(JwSchedule) old = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        JwCas cas = JW_CAS_LOST;

        if (!find_any(self, schedule->id, &old, error)) {
            return false;
        }
        if (ret_deleted != NULL && old != NULL && old->deleted_at_ms != 0
            && g_strcmp0(old->entry_hash, schedule->entry_hash) == 0) {
            *ret_deleted = g_steal_pointer(&old);
            return true;
        }
        if (!(old == NULL ? jw_db_insert_one(
                  self, "schedules", jw_repo_document(&jw_repo_schedules, &whole), &create, error)
                          : update_schedule(self, &whole, old, &cas, error))) {
            return false;
        }
        if (create == JW_CREATE_NEW || cas == JW_CAS_WON) {
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "schedule '%s' is being written by others", schedule->id);
}

bool
jw_store_put_schedule(JwStore *self, const JwSchedule *schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && schedule->id != NULL, false);
    return put_schedule(self, schedule, NULL, error);
}

bool
jw_store_put_file_schedule(JwStore *self, const JwSchedule *schedule, JwSchedule **ret_deleted,
                           GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && ret_deleted != NULL, false);
    g_return_val_if_fail(schedule->id != NULL && schedule->entry_hash != NULL, false);
    JwSchedule *deleted = NULL;

    if (!put_schedule(self, schedule, &deleted, error)) {
        return false;
    }
    *ret_deleted = deleted;
    return true;
}

/* In the place of @found, as it was read last. */
static bool
replace(JwStore *self, const JwSchedule *schedule, const JwSchedule *found, JwCas *ret_cas,
        GError **error)
{
    JwSchedule whole = *schedule; /* borrows all that @schedule has */
    JwCreate create = JW_CREATE_EXISTS;

    if (whole.wake_ms == 0) {
        whole.wake_ms = whole.next_fire_ms;
    }
    if (found != NULL) {
        return update_schedule(self, &whole, found, ret_cas, error);
    }
    if (!jw_db_insert_one(self, "schedules", jw_repo_document(&jw_repo_schedules, &whole), &create,
                          error)) {
        return false;
    }
    *ret_cas = create == JW_CREATE_NEW ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

bool
jw_store_replace_schedule(JwStore *self, const JwSchedule *schedule, const JwSchedule *old,
                          JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && schedule->id != NULL, false);
    g_return_val_if_fail(ret_cas != NULL, false);
    g_autoptr(JwSchedule) there = NULL;

    if (old == NULL && !find_any(self, schedule->id, &there, error)) {
        return false;
    }
    if (there != NULL && there->deleted_at_ms == 0) {
        *ret_cas = JW_CAS_LOST;
        return true;
    }
    return replace(self, schedule, old != NULL ? old : there, ret_cas, error);
}

/* Its next due time goes, so that nothing is decided any more; all else stays. */
bool
jw_store_delete_schedule(JwStore *self, const char *id, const char *by, const char *tombstone,
                         int64_t now_ms, JwSchedule **ret_schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && by != NULL && tombstone != NULL, false);
    g_return_val_if_fail(ret_schedule != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "deletedAt", BCON_DATE_TIME(now_ms), "deletedBy", BCON_UTF8(by),
                 "tombstone", BCON_UTF8(tombstone), "updatedAt", BCON_DATE_TIME(now_ms), "}",
                 "$unset", "{", "nextFireAt", BCON_INT32(1), "wakeAt", BCON_INT32(1), "}");
    gpointer deleted = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_repo_modify(self, &jw_repo_schedules, filter, update, &cas, &deleted, error)) {
        return jw_prefix(error, "deleting schedule '%s'", id);
    }
    *ret_schedule = deleted;
    return true;
}

bool
jw_store_forget_schedule(JwStore *self, const char *id, const char *tombstone, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && tombstone != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "tombstone", BCON_UTF8(tombstone));

    return jw_db_remove_where(self, "schedules", filter, error)
           || jw_prefix(error, "forgetting schedule '%s'", id);
}

static bool
find(JwStore *self, const char *id, bool deleted, JwSchedule **ret_schedule, GError **error)
{
    g_autoptr(JwSchedule) schedule = NULL;

    if (!find_any(self, id, &schedule, error)) {
        return false;
    }
    *ret_schedule = schedule != NULL && (schedule->deleted_at_ms != 0) == deleted
                        ? g_steal_pointer(&schedule)
                        : NULL;
    return true;
}

bool
jw_store_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_schedule != NULL, false);
    return find(self, id, false, ret_schedule, error);
}

bool
jw_store_get_deleted_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                              GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_schedule != NULL, false);
    return find(self, id, true, ret_schedule, error);
}

bool
jw_store_list_schedules(JwStore *self, const char *after_id, size_t limit, GPtrArray **ret,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("deletedAt", BCON_NULL);
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
}

bool
jw_store_running_schedules(JwStore *self, const char *source, const char *after_id, size_t limit,
                           GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && source != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("source", BCON_UTF8(source), "paused", BCON_BOOL(false), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
}

bool
jw_store_pause_schedule(JwStore *self, const char *id, const char *reason, int64_t now_ms,
                        JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && reason != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(id), "paused", BCON_BOOL(false), "deletedAt", BCON_NULL);
    g_auto(bson_t) update = BSON_INITIALIZER, set = BSON_INITIALIZER;

    BSON_APPEND_BOOL(&set, "paused", true);
    BSON_APPEND_UTF8(&set, "note", reason);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", now_ms);
    append_switch(&set, &update, true, reason, now_ms);
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "pausing schedule '%s'", id);
}
