/* schedules.c: schedules. Any thread. nextFireAt is the one field that decides who fires: it moves
 * by compare and set only. */
#include "repo.h"
#include "jw/store_calendars.h"
#include "jw/store_schedules.h"
#include <string.h>

static gpointer
create_schedule(void)
{
    return jw_schedule_new();
}

static const JwRepo schedules = { "schedules", &jw_doc_schedule_table, create_schedule,
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
    static const char *const next[] = { "nextFireAt", "wakeAt", "spentAt", "calendarVersion",
                                        NULL };

    return g_strv_contains(names, name) || (!starts && g_strv_contains(next, name));
}

static void
append_fires(bson_t *update, const JwFire *const *fires, size_t n_fires)
{
    bson_t child, push;

    BSON_APPEND_DOCUMENT_BEGIN(update, "$push", &child);
    BSON_APPEND_DOCUMENT_BEGIN(&child, "pendingFires", &push);
    jw_doc_append_list(&push, "$each", &jw_doc_fire_table, (const void *const *)fires, n_fires);
    bson_append_document_end(&child, &push);
    bson_append_document_end(update, &child);
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
    append_fires(update, rows, G_N_ELEMENTS(rows));
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

    if (!jw_repo_get(self, &schedules, id, &schedule, error)) {
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
        if (!(old == NULL ? jw_db_insert_one(self, "schedules",
                                             jw_repo_document(&schedules, &whole), &create, error)
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
    if (!jw_db_insert_one(self, "schedules", jw_repo_document(&schedules, &whole), &create,
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

    if (!jw_repo_modify(self, &schedules, filter, update, &cas, &deleted, error)) {
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
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
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
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
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

bool
jw_store_due_schedules(JwStore *self, int64_t now_ms, const JwSchedule *after, size_t limit,
                       GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    /* Earliest first, by an index, so that a page costs what it shows, however many are due. "Less
     * than the next millisecond" and not $lte: SecantusDB in Python leaves out the bound itself
     * where another field of the index comes behind. */
    int64_t from_ms = after != NULL ? after->wake_ms : JW_DOC_FIRST_DATE_MS;
    g_autoptr(bson_t) filter =
        BCON_NEW("paused", BCON_BOOL(false), "wakeAt", "{", "$gte", BCON_DATE_TIME(from_ms), "$lt",
                 BCON_DATE_TIME(now_ms + 1), "}");
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "wakeAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (after != NULL) {
        BCON_APPEND(filter, "$or", "[", "{", "wakeAt", "{", "$gt", BCON_DATE_TIME(from_ms), "}",
                    "}", "{", "_id", "{", "$gt", BCON_UTF8(after->id), "}", "}", "]");
    }
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
}

bool
jw_store_pending_schedules(JwStore *self, int64_t now_ms, const char *after_id, size_t limit,
                           GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    /* Decided is decided, also of a schedule that was paused since. */
    g_autoptr(bson_t) filter =
        BCON_NEW("pendingFires.due", "{", "$gt", BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}",
                 "lookAt", "{", "$lte", BCON_DATE_TIME(now_ms), "}");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
}

bool
jw_store_next_wake(JwStore *self, int64_t after_ms, int64_t *ret_wake_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_wake_ms != NULL, false);
    g_autoptr(GPtrArray) first = NULL;
    g_autoptr(bson_t) filter =
        BCON_NEW("paused", BCON_BOOL(false), "wakeAt", "{", "$gt", BCON_DATE_TIME(after_ms), "}");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "wakeAt", BCON_INT32(1), "_id", BCON_INT32(1),
                                      "}", "projection", "{", "wakeAt", BCON_INT32(1), "}");

    if (!jw_repo_page(self, &schedules, filter, opts, 1, &first, error)) {
        return false;
    }
    *ret_wake_ms = first->len > 0 ? ((JwSchedule *)g_ptr_array_index(first, 0))->wake_ms : 0;
    return true;
}

static void
append_next(bson_t *set, bson_t *unset, const char *name, int64_t ms)
{
    if (ms != 0) {
        BSON_APPEND_DATE_TIME(set, name, ms);
    } else {
        BSON_APPEND_INT32(unset, name, 1);
    }
}

bool
jw_store_fire_schedule(JwStore *self, const JwSchedule *schedule, const JwScheduleStep *step,
                       int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && step != NULL && ret_cas != NULL,
                         false);
    g_return_val_if_fail(step->fires != NULL || step->n_fires == 0, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(schedule->id), "paused", BCON_BOOL(false),
                                        "nextFireAt", BCON_DATE_TIME(schedule->next_fire_ms));
    g_auto(bson_t) update = BSON_INITIALIZER, set = BSON_INITIALIZER, unset = BSON_INITIALIZER;

    if (schedule->rule_hash != NULL) {
        BSON_APPEND_UTF8(filter, "ruleHash", schedule->rule_hash);
    } else {
        BSON_APPEND_NULL(filter, "ruleHash");
    }
    BSON_APPEND_DATE_TIME(&set, "updatedAt", now_ms);
    BSON_APPEND_DATE_TIME(&set, "lookAt", now_ms);
    append_next(&set, &unset, "nextFireAt", step->next_ms);
    append_next(&set, &unset, "wakeAt", step->wake_ms);
    if (step->next_ms == 0) {
        BSON_APPEND_DATE_TIME(&set, "spentAt", now_ms);
    }
    if (step->calendar != NULL) {
        BSON_APPEND_UTF8(&set, "calendarVersion", step->calendar);
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    if (step->n_fires > 0) {
        append_fires(&update, step->fires, step->n_fires);
    }
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "firing schedule '%s'", schedule->id);
}

bool
jw_store_push_fires(JwStore *self, const char *id, const JwFire *const *fires, size_t n_fires,
                    int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && fires != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "lookAt", BCON_DATE_TIME(now_ms), "}");

    append_fires(update, fires, n_fires);
    return jw_db_update(self, "schedules", filter, update, ret_cas, error)
           || jw_prefix(error, "decisions of schedule '%s'", id);
}

bool
jw_store_finish_fire(JwStore *self, const char *id, const JwFire *fire, JwCas *ret_cas,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && fire != NULL && ret_cas != NULL, false);
    const char *kind = jw_occurrence_kind_name(fire->kind);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(id), "pendingFires", "{", "$elemMatch", "{", "due",
                 BCON_DATE_TIME(fire->due_ms), "kind", BCON_UTF8(kind), "}", "}");
    g_autoptr(bson_t) update =
        BCON_NEW("$pull", "{", "pendingFires", "{", "due", BCON_DATE_TIME(fire->due_ms), "kind",
                 BCON_UTF8(kind), "}", "}");

    return jw_db_update(self, "schedules", filter, update, ret_cas, error);
}

bool
jw_store_defer_schedule(JwStore *self, const char *id, int64_t look_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "lookAt", BCON_DATE_TIME(look_ms), "}");
    JwCas cas = JW_CAS_LOST;

    return jw_db_update(self, "schedules", filter, update, &cas, error)
           || jw_prefix(error, "deferring schedule '%s'", id);
}

bool
jw_store_outdated_schedules(JwStore *self, const char *calendar, const char *version,
                            const char *after_id, size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && calendar != NULL && version != NULL && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("calendar", BCON_UTF8(calendar), "calendarVersion", "{",
                                        "$ne", BCON_UTF8(version), "}", "deletedAt", BCON_NULL);
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
}

bool
jw_store_schedules_of_calendar(JwStore *self, const char *calendar, const char *after_id,
                               size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && calendar != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("calendar", BCON_UTF8(calendar), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
}

bool
jw_store_rebase_schedule(JwStore *self, const JwSchedule *schedule, int64_t before_ms,
                         const char *version, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && version != NULL, false);
    g_return_val_if_fail(schedule->rule_hash != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(schedule->id), "ruleHash",
                                        BCON_UTF8(schedule->rule_hash), "deletedAt", BCON_NULL);
    g_auto(bson_t) update = BSON_INITIALIZER, set = BSON_INITIALIZER, unset = BSON_INITIALIZER;

    if (before_ms != 0) {
        BSON_APPEND_DATE_TIME(filter, "nextFireAt", before_ms);
    } else {
        BSON_APPEND_NULL(filter, "nextFireAt");
    }
    BSON_APPEND_UTF8(&set, "calendarVersion", version);
    append_next(&set, &unset, "nextFireAt", schedule->next_fire_ms);
    append_next(&set, &unset, "wakeAt", schedule->wake_ms);
    if (schedule->next_fire_ms != 0) { /* its calendar lets it go on */
        BSON_APPEND_INT32(&unset, "spentAt", 1);
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "schedule '%s'", schedule->id);
}

static void
append_not_pending(bson_t *filter)
{
    BCON_APPEND(filter, "pendingFires.due", "{", "$not", "{", "$gt",
                BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}", "}");
}

bool
jw_store_spent_schedules(JwStore *self, int64_t before_ms, const char *after_id, size_t limit,
                         GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    /* By the index of those that wake: what never does stands at its beginning. */
    g_autoptr(bson_t) filter =
        BCON_NEW("paused", "{", "$in", "[", BCON_BOOL(false), BCON_BOOL(true), "]", "}", "wakeAt",
                 BCON_NULL, "trigger", BCON_UTF8(jw_trigger_name(JW_TRIGGER_ONCE)), "spentAt", "{",
                 "$lte", BCON_DATE_TIME(before_ms), "}", "deletedAt", BCON_NULL);
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    append_not_pending(filter);
    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
}

bool
jw_store_retire_schedule(JwStore *self, const JwSchedule *schedule, const char *by,
                         const char *tombstone, int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && by != NULL, false);
    g_return_val_if_fail(tombstone != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(schedule->id), "wakeAt", BCON_NULL, "spentAt",
                 BCON_DATE_TIME(schedule->spent_ms), "updatedAt",
                 BCON_DATE_TIME(schedule->updated_at_ms), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "deletedAt", BCON_DATE_TIME(now_ms), "deletedBy", BCON_UTF8(by),
                 "tombstone", BCON_UTF8(tombstone), "updatedAt", BCON_DATE_TIME(now_ms), "}");

    append_not_pending(filter);
    return jw_db_update(self, "schedules", filter, update, ret_cas, error)
           || jw_prefix(error, "retiring schedule '%s'", schedule->id);
}
