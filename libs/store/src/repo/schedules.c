/* schedules.c: schedules. Any thread. nextFireAt is the one field that decides who fires: it moves
 * by compare and set only. */
#include "repo.h"
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
    { "schedules", "paused:1 nextFireAt:1", false },
    { "schedules", "pendingFires:1", false },
    { 0 },
};

/* The fields that a configuration does not set, but for @starts: then it sets nextFireAt. */
static bool
is_decision(const char *name, bool starts)
{
    static const char *const names[] = { "_id", "pendingFires", "switchedAt", "switchReason",
                                         NULL };

    return g_strv_contains(names, name) || (!starts && strcmp(name, "nextFireAt") == 0);
}

/* Paused is not down: nextFireAt of a schedule that is resumed lies after now, so that nothing
 * is made up for. */
static void
append_switch(bson_t *set, const JwSchedule *schedule)
{
    BSON_APPEND_DATE_TIME(set, "switchedAt", schedule->updated_at_ms);
    BSON_APPEND_UTF8(set, "switchReason",
                     schedule->switch_reason != NULL ? schedule->switch_reason : "");
}

/* Replaces everything except the decisions. Strings that the new schedule lacks are unset. */
static bool
update_schedule(JwStore *self, const JwSchedule *schedule, const JwSchedule *old, JwCas *ret_cas,
                GError **error)
{
    const bool switched = schedule->paused != old->paused;
    const bool starts =
        g_strcmp0(schedule->rule_hash, old->rule_hash) != 0 || (switched && !schedule->paused);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(schedule->id), "paused", BCON_BOOL(old->paused));
    g_auto(bson_t) whole = BSON_INITIALIZER;
    g_auto(bson_t) set = BSON_INITIALIZER;
    g_auto(bson_t) unset = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_iter_t iter;

    if (old->rule_hash != NULL) {
        BSON_APPEND_UTF8(filter, "ruleHash", old->rule_hash);
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
        append_switch(&set, schedule);
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error);
}

bool
jw_store_put_schedule(JwStore *self, const JwSchedule *schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && schedule->id != NULL, false);
    /* Another process may write the same schedule in between; then the schedule is read again. */
    for (int round = 0; round < 5; round++) {
        g_autoptr(JwSchedule) old = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        JwCas cas = JW_CAS_LOST;

        if (!jw_store_get_schedule(self, schedule->id, &old, error)
            || !(old == NULL ? jw_db_insert_one(
                     self, "schedules", jw_repo_document(&schedules, schedule), &create, error)
                             : update_schedule(self, schedule, old, &cas, error))) {
            return false;
        }
        if (create == JW_CREATE_NEW || cas == JW_CAS_WON) {
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "schedule '%s' is being written by others", schedule->id);
}

bool
jw_store_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_schedule != NULL, false);
    gpointer schedule = NULL;

    if (!jw_repo_get(self, &schedules, id, &schedule, error)) {
        return false;
    }
    *ret_schedule = schedule;
    return true;
}

bool
jw_store_list_schedules(JwStore *self, const char *after_id, size_t limit, GPtrArray **ret,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(&filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &schedules, &filter, opts, limit, ret, error);
}

bool
jw_store_pause_schedule(JwStore *self, const char *id, const char *reason, int64_t now_ms,
                        JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && reason != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "paused", BCON_BOOL(false));
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "paused", BCON_BOOL(true), "switchedAt", BCON_DATE_TIME(now_ms),
                 "switchReason", BCON_UTF8(reason), "updatedAt", BCON_DATE_TIME(now_ms), "}");

    return jw_db_update(self, "schedules", filter, update, ret_cas, error)
           || jw_prefix(error, "pausing schedule '%s'", id);
}

bool
jw_store_due_schedules(JwStore *self, int64_t now_ms, const char *after_id, size_t limit,
                       GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    /* Each branch of the $or has an index of its own, so the cost depends on what is due. A
     * pending decision not to fire is a negative time, so any date will do. Decided is decided,
     * also of a schedule that was paused since. */
    g_autoptr(bson_t) filter =
        BCON_NEW("$or", "[", "{", "paused", BCON_BOOL(false), "nextFireAt", "{", "$lte",
                 BCON_DATE_TIME(now_ms), "}", "}", "{", "pendingFires", "{", "$gt",
                 BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}", "}", "]");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &schedules, filter, opts, limit, ret, error);
}

bool
jw_store_fire_schedule(JwStore *self, const char *id, const char *rule_hash, int64_t expected_ms,
                       int64_t next_ms, const int64_t *fires_ms, size_t n_fires, int64_t now_ms,
                       JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_cas != NULL, false);
    g_return_val_if_fail(fires_ms != NULL || n_fires == 0, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "paused", BCON_BOOL(false),
                                        "nextFireAt", BCON_DATE_TIME(expected_ms));
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t child, push;

    if (rule_hash != NULL) {
        BSON_APPEND_UTF8(filter, "ruleHash", rule_hash);
    } else {
        BSON_APPEND_NULL(filter, "ruleHash");
    }
    BSON_APPEND_DOCUMENT_BEGIN(&update, "$set", &child);
    BSON_APPEND_DATE_TIME(&child, "updatedAt", now_ms);
    if (next_ms != 0) {
        BSON_APPEND_DATE_TIME(&child, "nextFireAt", next_ms);
    }
    bson_append_document_end(&update, &child);
    if (next_ms == 0) {
        BCON_APPEND(&update, "$unset", "{", "nextFireAt", BCON_INT32(1), "}");
    }
    if (n_fires > 0) {
        BSON_APPEND_DOCUMENT_BEGIN(&update, "$push", &child);
        BSON_APPEND_DOCUMENT_BEGIN(&child, "pendingFires", &push);
        jw_doc_append_times(&push, "$each", fires_ms, n_fires);
        bson_append_document_end(&child, &push);
        bson_append_document_end(&update, &child);
    }
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "firing schedule '%s'", id);
}

bool
jw_store_finish_fire(JwStore *self, const char *id, int64_t fire_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(id), "pendingFires", BCON_DATE_TIME(fire_ms));
    g_autoptr(bson_t) update = BCON_NEW("$pull", "{", "pendingFires", BCON_DATE_TIME(fire_ms), "}");

    return jw_db_update(self, "schedules", filter, update, ret_cas, error);
}
