/* schedules.c: what a schedule is: written, found, deleted. Any thread. Its decisions:
 * schedule_fires.c. */
#include "repo.h"
#include "jw/store_calendars.h"
#include "jw/store_schedule_commands.h"
#include "jw/store_schedules.h"

#define ROUNDS 5 /* of one that others write as well */

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
    { "schedules", "past.wakeAt:1", false },
    { "schedules", "source:1 paused:1 _id:1", false },
    { "schedules", "calendar:1 calendarVersion:1 _id:1", false },
    { "schedules", "outbox.at:1", false },
    { "schedules", "deletedAt:1 _id:1", false },
    { 0 },
};

/* The fields that a configuration does not set, but for @starts: then it sets the next due time. */
static bool
is_decision(const char *name, bool starts)
{
    static const char *const names[] = {
        "_id",          "pendingFires", "lookAt",    "switchedAt", "switchReason",
        "deletedAt",    "deletedBy",    "tombstone", "version",    "outbox",
        "commandMarks", "commandIds",   "past",      "createdAt",  NULL,
    };
    static const char *const next[] = { "nextFireAt", "wakeAt", "spentAt", "calendarVersion",
                                        NULL };

    return g_strv_contains(names, name) || (!starts && g_strv_contains(next, name));
}

static void
append_push(bson_t *pushes, const char *name, const JwDocTable *table, const void *const *items,
            size_t n_items)
{
    bson_t push;

    BSON_APPEND_DOCUMENT_BEGIN(pushes, name, &push);
    jw_doc_append_list(&push, "$each", table, items, n_items);
    bson_append_document_end(pushes, &push);
}

/* What commands left on @schedule, if they did: marks and ids as they are to be, answers behind
 * those that are there. */
static void
append_command(bson_t *set, bson_t *pushes, const JwSchedule *schedule)
{
    if (schedule->command_marks->len > 0) {
        jw_doc_append_list(set, "commandMarks", &jw_doc_mark_table,
                           (const void *const *)schedule->command_marks->pdata,
                           schedule->command_marks->len);
    }
    if (schedule->command_ids != NULL) {
        jw_doc_append_strings(set, "commandIds", (const char *const *)schedule->command_ids);
    }
    if (schedule->outbox->len > 0) {
        append_push(pushes, "outbox", &jw_doc_outbox_table,
                    (const void *const *)schedule->outbox->pdata, schedule->outbox->len);
    }
}

/* That it was paused or resumed: its row of the ledger is owed as that of a decision is. Paused is
 * not down: nextFireAt of a schedule that is resumed lies after now, so that nothing is made up
 * for.
 */
static void
append_switch(bson_t *set, bson_t *pushes, bool paused, const char *reason, int64_t at_ms)
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
    append_push(pushes, "pendingFires", &jw_doc_fire_table, (const void *const *)rows,
                G_N_ELEMENTS(rows));
}

/* A document of one operator, if there is something for it. */
static void
append_operator(bson_t *update, const char *name, const bson_t *fields)
{
    if (bson_count_keys(fields) > 0) {
        BSON_APPEND_DOCUMENT(update, name, fields);
    }
}

/* One that was deleted is made anew: what it was before is not its. */
static void
append_revival(bson_t *set, bson_t *unset, const JwSchedule *schedule)
{
    static const char *const names[] = { "deletedAt",  "deletedBy",    "tombstone",
                                         "switchedAt", "switchReason", "past" };

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        BSON_APPEND_INT32(unset, names[i], 1);
    }
    BSON_APPEND_DATE_TIME(set, "createdAt", schedule->updated_at_ms);
}

/* Due times that have come, and that @schedule does not go on with, are decided by the rule that
 * they were due by. */
static void
append_past(bson_t *pushes, const JwSchedule *schedule, const JwSchedule *old)
{
    const int64_t until = MAX(schedule->begun_ms, schedule->updated_at_ms);
    g_autoptr(JwSchedule) past = jw_schedule_past(old, until, schedule->paused);
    const void *const pasts[] = { past };

    if (past != NULL) {
        append_push(pushes, "past", &jw_doc_past_table, pasts, G_N_ELEMENTS(pasts));
    }
}

/* That a schedule is as it was read. (transfer full) */
static bson_t *
as_it_was(const JwSchedule *old)
{
    bson_t *filter = BCON_NEW("_id", BCON_UTF8(old->id), "paused", BCON_BOOL(old->paused),
                              "updatedAt", BCON_DATE_TIME(old->updated_at_ms));

    if (old->version != 0) {
        BSON_APPEND_INT64(filter, "version", old->version);
    }
    if (old->rule_hash != NULL) {
        BSON_APPEND_UTF8(filter, "ruleHash", old->rule_hash);
    }
    if (old->deleted_at_ms != 0) {
        BSON_APPEND_UTF8(filter, "tombstone", old->tombstone != NULL ? old->tombstone : "");
    } else {
        BSON_APPEND_NULL(filter, "deletedAt");
    }
    return filter;
}

/* What a schedule says, without what was decided and when. */
static void
append_settings(bson_t *settings, const JwSchedule *schedule)
{
    g_auto(bson_t) whole = BSON_INITIALIZER;
    bson_iter_t iter;

    jw_doc_append(&whole, &jw_doc_schedule_table, schedule);
    for (bool ok = bson_iter_init(&iter, &whole); ok && bson_iter_next(&iter);) {
        const char *name = bson_iter_key(&iter);
        if (!is_decision(name, false) && strcmp(name, "updatedAt") != 0) {
            bson_append_iter(settings, name, -1, &iter);
        }
    }
}

static bool
says_the_same(const JwSchedule *a, const JwSchedule *b)
{
    g_auto(bson_t) one = BSON_INITIALIZER;
    g_auto(bson_t) other = BSON_INITIALIZER;

    append_settings(&one, a);
    append_settings(&other, b);
    return bson_equal(&one, &other);
}

/* Strings that the new schedule lacks are unset. */
static void
append_whole(bson_t *set, bson_t *unset, const JwSchedule *schedule, bool starts)
{
    g_auto(bson_t) whole = BSON_INITIALIZER;
    bson_iter_t iter;

    jw_doc_append(&whole, &jw_doc_schedule_table, schedule);
    for (size_t i = 0; i < jw_doc_schedule_table.n_fields; i++) {
        const char *name = jw_doc_schedule_table.fields[i].name;
        if (is_decision(name, starts)) {
            continue;
        }
        if (bson_iter_init_find(&iter, &whole, name)) {
            bson_append_iter(set, name, -1, &iter);
        } else {
            BSON_APPEND_INT32(unset, name, 1);
        }
    }
}

/* Replaces everything except the decisions. */
static bool
update_schedule(JwStore *self, const JwSchedule *schedule, const JwSchedule *old, JwCas *ret_cas,
                GError **error)
{
    const bool revives = old->deleted_at_ms != 0;
    const bool switched = !revives && schedule->paused != old->paused;
    const bool starts = revives || g_strcmp0(schedule->rule_hash, old->rule_hash) != 0
                        || (switched && !schedule->paused);
    g_autoptr(bson_t) filter = as_it_was(old);
    g_auto(bson_t) set = BSON_INITIALIZER;
    g_auto(bson_t) unset = BSON_INITIALIZER;
    g_auto(bson_t) pushes = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;

    if (revives) {
        append_revival(&set, &unset, schedule);
    } else if (starts || switched) {
        append_past(&pushes, schedule, old);
    }
    append_whole(&set, &unset, schedule, starts);
    if (switched) {
        append_switch(&set, &pushes, schedule->paused, schedule->switch_reason,
                      schedule->updated_at_ms);
    }
    append_command(&set, &pushes, schedule);
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    append_operator(&update, "$unset", &unset);
    append_operator(&update, "$push", &pushes);
    if (revives || !says_the_same(schedule, old)) {
        BCON_APPEND(&update, "$inc", "{", "version", BCON_INT64(1), "}");
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

/* @old: (nullable): in whose place it is stored */
static void
complete(JwSchedule *schedule, const JwSchedule *old)
{
    const bool same = old != NULL && old->deleted_at_ms == 0
                      && g_strcmp0(schedule->rule_hash, old->rule_hash) == 0;

    schedule->version = 1; /* unless there is one already */
    if (schedule->created_at_ms == 0) {
        schedule->created_at_ms = schedule->updated_at_ms;
    }
    if (schedule->wake_ms == 0) {
        schedule->wake_ms = schedule->next_fire_ms;
    }
    /* One that begins anew and has no due time has none from now on, or since it had none. */
    schedule->spent_ms = schedule->next_fire_ms != 0  ? 0
                         : same && old->spent_ms != 0 ? old->spent_ms
                                                      : schedule->updated_at_ms;
}

bool
jw_schedule_is_left(const JwSchedule *there, const JwSchedule *schedule)
{
    g_return_val_if_fail(schedule != NULL, false);
    if (there == NULL) {
        return false;
    }
    const bool others = there->deleted_at_ms == 0 && there->source != NULL
                        && strcmp(there->source, JW_SCHEDULE_FILE) != 0
                        && strcmp(there->source, JW_SCHEDULE_SHIPPED) != 0;
    return others || g_strcmp0(there->entry_hash, schedule->entry_hash) == 0;
}

/* @ret_left: NULL: what is there is replaced, whatever it is */
static bool
put_schedule(JwStore *self, const JwSchedule *schedule, JwSchedule **ret_left, GError **error)
{
    JwSchedule whole = *schedule; /* borrows all that @schedule has */

    /* Another process may write the same schedule in between; then the schedule is read again. */
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(JwSchedule) old = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        JwCas cas = JW_CAS_LOST;

        if (!find_any(self, schedule->id, &old, error)) {
            return false;
        }
        if (ret_left != NULL && jw_schedule_is_left(old, schedule)) {
            *ret_left = g_steal_pointer(&old);
            return true;
        }
        complete(&whole, old);
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
jw_store_put_file_schedule(JwStore *self, const JwSchedule *schedule, JwSchedule **ret_left,
                           GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && ret_left != NULL, false);
    g_return_val_if_fail(schedule->id != NULL && schedule->entry_hash != NULL, false);
    JwSchedule *left = NULL;

    if (!put_schedule(self, schedule, &left, error)) {
        return false;
    }
    *ret_left = left;
    return true;
}

/* In the place of @found, as it was read last. */
static bool
replace(JwStore *self, const JwSchedule *schedule, const JwSchedule *found, JwCas *ret_cas,
        GError **error)
{
    JwSchedule whole = *schedule; /* borrows all that @schedule has */
    JwCreate create = JW_CREATE_EXISTS;

    complete(&whole, found);
    if (found != NULL && found->deleted_at_ms != 0 && whole.entry_hash == NULL) {
        whole.entry_hash = found->entry_hash; /* that entry of the file stays deleted */
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
    /* also when commands are kept there that @schedule does not know of */
    if (there != NULL && (there->deleted_at_ms == 0 || schedule->command_marks->len > 0)) {
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
                 "$unset", "{", "nextFireAt", BCON_INT32(1), "wakeAt", BCON_INT32(1), "past",
                 BCON_INT32(1), "}", "$inc", "{", "version", BCON_INT64(1), "}");
    gpointer deleted = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!jw_repo_modify(self, &jw_repo_schedules, filter, update, &cas, &deleted, error)) {
        return jw_prefix(error, "deleting schedule '%s'", id);
    }
    *ret_schedule = deleted;
    return true;
}

bool
jw_store_end_schedule(JwStore *self, const JwSchedule *noted, const JwSchedule *old,
                      JwSchedule **ret_schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && noted != NULL && old != NULL, false);
    g_return_val_if_fail(noted->tombstone != NULL && ret_schedule != NULL, false);
    g_autoptr(bson_t) filter = as_it_was(old);
    g_auto(bson_t) set = BSON_INITIALIZER, pushes = BSON_INITIALIZER, update = BSON_INITIALIZER;
    gpointer deleted = NULL;
    JwCas cas = JW_CAS_LOST;

    BSON_APPEND_DATE_TIME(&set, "deletedAt", noted->deleted_at_ms);
    BSON_APPEND_UTF8(&set, "deletedBy", noted->deleted_by);
    BSON_APPEND_UTF8(&set, "tombstone", noted->tombstone);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", noted->updated_at_ms);
    append_command(&set, &pushes, noted);
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    append_operator(&update, "$push", &pushes);
    BCON_APPEND(&update, "$unset", "{", "nextFireAt", BCON_INT32(1), "wakeAt", BCON_INT32(1),
                "past", BCON_INT32(1), "}", "$inc", "{", "version", BCON_INT64(1), "}");
    if (!jw_repo_modify(self, &jw_repo_schedules, filter, &update, &cas, &deleted, error)) {
        return jw_prefix(error, "deleting schedule '%s'", old->id);
    }
    *ret_schedule = deleted;
    return true;
}

bool
jw_store_note_command(JwStore *self, const JwSchedule *noted, const JwSchedule *old, JwCas *ret_cas,
                      GError **error)
{
    g_return_val_if_fail(self != NULL && noted != NULL && ret_cas != NULL, false);
    g_auto(bson_t) set = BSON_INITIALIZER, pushes = BSON_INITIALIZER, update = BSON_INITIALIZER;
    JwCreate create = JW_CREATE_EXISTS;

    if (old == NULL) {
        if (!jw_db_insert_one(self, "schedules", jw_repo_document(&jw_repo_schedules, noted),
                              &create, error)) {
            return jw_prefix(error, "a command about schedule '%s'", noted->id);
        }
        *ret_cas = create == JW_CREATE_NEW ? JW_CAS_WON : JW_CAS_LOST;
        return true;
    }
    g_autoptr(bson_t) filter = as_it_was(old);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", noted->updated_at_ms);
    append_command(&set, &pushes, noted);
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    append_operator(&update, "$push", &pushes);
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "a command about schedule '%s'", old->id);
}

bool
jw_store_forget_schedule(JwStore *self, const JwSchedule *deleted, GError **error)
{
    g_return_val_if_fail(self != NULL && deleted != NULL && deleted->tombstone != NULL, false);
    /* a command may have left its mark since */
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(deleted->id), "tombstone", BCON_UTF8(deleted->tombstone),
                 "updatedAt", BCON_DATE_TIME(deleted->updated_at_ms));

    return jw_db_remove_where(self, "schedules", filter, error)
           || jw_prefix(error, "forgetting schedule '%s'", deleted->id);
}

bool
jw_store_deleted_schedules(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret,
                           GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW(
        "deletedAt", "{", "$gt", BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "$lt",
        BCON_DATE_TIME(before_ms), "}", "source", "{", "$nin", "[", BCON_UTF8(JW_SCHEDULE_FILE),
        BCON_UTF8(JW_SCHEDULE_SHIPPED), "]", "}", "entryHash", BCON_NULL);
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "deletedAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
}

bool
jw_store_find_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_schedule != NULL, false);
    return find_any(self, id, ret_schedule, error);
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

/* @leaves: it left the file, so an entry that comes back there is another one */
static bool
try_pause(JwStore *self, const JwSchedule *old, const char *reason, bool leaves, int64_t now_ms,
          JwCas *ret_cas, GError **error)
{
    const JwSchedule paused = { .paused = true,
                                .updated_at_ms = MAX(now_ms, old->updated_at_ms + 1) };
    g_autoptr(bson_t) filter = as_it_was(old);
    g_auto(bson_t) update = BSON_INITIALIZER, set = BSON_INITIALIZER, pushes = BSON_INITIALIZER;

    BSON_APPEND_BOOL(&set, "paused", true);
    BSON_APPEND_UTF8(&set, "note", reason);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", paused.updated_at_ms);
    append_past(&pushes, &paused, old);
    append_switch(&set, &pushes, true, reason, now_ms);
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    BSON_APPEND_DOCUMENT(&update, "$push", &pushes);
    BCON_APPEND(&update, "$inc", "{", "version", BCON_INT64(1), "}");
    if (leaves) {
        BCON_APPEND(&update, "$unset", "{", "entryHash", BCON_INT32(1), "}");
    }
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error);
}

static bool
pause_it(JwStore *self, const char *id, const char *reason, bool leaves, int64_t now_ms,
         JwCas *ret_cas, GError **error)
{
    for (int round = 0; round < ROUNDS; round++) {
        g_autoptr(JwSchedule) old = NULL;
        JwCas cas = JW_CAS_LOST;

        if (!jw_store_get_schedule(self, id, &old, error)) {
            return jw_prefix(error, "pausing schedule '%s'", id);
        }
        if (old == NULL || old->paused) {
            *ret_cas = JW_CAS_LOST;
            return true;
        }
        if (!try_pause(self, old, reason, leaves, now_ms, &cas, error)) {
            return jw_prefix(error, "pausing schedule '%s'", id);
        }
        if (cas == JW_CAS_WON) {
            *ret_cas = cas;
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "schedule '%s' is being written by others", id);
}

bool
jw_store_pause_schedule(JwStore *self, const char *id, const char *reason, int64_t now_ms,
                        JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && reason != NULL && ret_cas != NULL, false);
    return pause_it(self, id, reason, false, now_ms, ret_cas, error);
}

bool
jw_store_pause_left_schedule(JwStore *self, const char *id, const char *reason, int64_t now_ms,
                             JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && reason != NULL && ret_cas != NULL, false);
    return pause_it(self, id, reason, true, now_ms, ret_cas, error);
}

/* Nothing is to be decided or carried out. By $elemMatch: mongo-java-server takes $not on a path
 * through a list for one of its items. */
static void
append_not_pending(bson_t *filter)
{
    BCON_APPEND(filter, "pendingFires", "{", "$not", "{", "$elemMatch", "{", "due", "{", "$gt",
                BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}", "}", "}", "}");
    BCON_APPEND(filter, "past", "{", "$not", "{", "$elemMatch", "{", "wakeAt", "{", "$gt",
                BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}", "}", "}", "}");
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
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
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
