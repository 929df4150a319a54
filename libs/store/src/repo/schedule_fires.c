/* schedule_fires.c: when schedules are due, and what is decided of them. Any thread. nextFireAt is
 * the one field that decides who fires: it moves by compare and set only. */
#include "repo.h"
#include "jw/store_calendars.h"
#include "jw/store_schedules.h"

void
jw_repo_append_fires(bson_t *update, const JwFire *const *fires, size_t n_fires)
{
    bson_t child, push;

    BSON_APPEND_DOCUMENT_BEGIN(update, "$push", &child);
    BSON_APPEND_DOCUMENT_BEGIN(&child, "pendingFires", &push);
    jw_doc_append_list(&push, "$each", &jw_doc_fire_table, (const void *const *)fires, n_fires);
    bson_append_document_end(&child, &push);
    bson_append_document_end(update, &child);
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
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
}

bool
jw_store_pending_schedules(JwStore *self, int64_t now_ms, const char *after_id, size_t limit,
                           GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    /* Also of a schedule that was paused since: what becomes of it then is written, too. */
    g_autoptr(bson_t) filter =
        BCON_NEW("pendingFires.due", "{", "$gt", BCON_DATE_TIME(JW_DOC_FIRST_DATE_MS), "}",
                 "lookAt", "{", "$lte", BCON_DATE_TIME(now_ms), "}");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
}

bool
jw_store_past_schedules(JwStore *self, int64_t now_ms, const char *after_id, size_t limit,
                        GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("past.wakeAt", "{", "$lte", BCON_DATE_TIME(now_ms), "}");
    g_autoptr(bson_t) opts = BCON_NEW("sort", "{", "_id", BCON_INT32(1), "}");

    if (after_id != NULL) {
        BCON_APPEND(filter, "_id", "{", "$gt", BCON_UTF8(after_id), "}");
    }
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
}

bool
jw_store_fire_past(JwStore *self, const JwSchedule *schedule, const JwFire *const *fires,
                   size_t n_fires, int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && ret_cas != NULL, false);
    g_return_val_if_fail(fires != NULL && n_fires > 0 && schedule->pasts->len > 0, false);
    const JwSchedule *first = g_ptr_array_index(schedule->pasts, 0);
    const guint over = first->next_fire_ms == 0 ? 1 : 0;
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(schedule->id), "updatedAt",
                 BCON_DATE_TIME(schedule->updated_at_ms), "deletedAt", BCON_NULL);
    g_auto(bson_t) update = BSON_INITIALIZER, set = BSON_INITIALIZER;

    BSON_APPEND_DATE_TIME(&set, "updatedAt", MAX(now_ms, schedule->updated_at_ms + 1));
    BSON_APPEND_DATE_TIME(&set, "lookAt", now_ms);
    if (schedule->pasts->len > over) {
        jw_doc_append_list(&set, "past", &jw_doc_past_table,
                           (const void *const *)&schedule->pasts->pdata[over],
                           schedule->pasts->len - over);
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (schedule->pasts->len == over) {
        BCON_APPEND(&update, "$unset", "{", "past", BCON_INT32(1), "}");
    }
    jw_repo_append_fires(&update, fires, n_fires);
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "firing schedule '%s'", schedule->id);
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

    if (!jw_repo_page(self, &jw_repo_schedules, filter, opts, 1, &first, error)) {
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

static void
append_step(bson_t *update, const JwScheduleStep *step, int64_t now_ms)
{
    g_auto(bson_t) set = BSON_INITIALIZER, unset = BSON_INITIALIZER;

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
    BSON_APPEND_DOCUMENT(update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(update, "$unset", &unset);
    }
    if (step->n_fires > 0) {
        jw_repo_append_fires(update, step->fires, step->n_fires);
    }
}

/* That it is as it was read. */
static void
append_read(bson_t *filter, const JwSchedule *schedule)
{
    BSON_APPEND_UTF8(filter, "_id", schedule->id);
    BSON_APPEND_BOOL(filter, "paused", false);
    BSON_APPEND_DATE_TIME(filter, "nextFireAt", schedule->next_fire_ms);
    if (schedule->rule_hash != NULL) {
        BSON_APPEND_UTF8(filter, "ruleHash", schedule->rule_hash);
    } else {
        BSON_APPEND_NULL(filter, "ruleHash");
    }
}

bool
jw_store_fire_schedule(JwStore *self, const JwSchedule *schedule, const JwScheduleStep *step,
                       int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && step != NULL && ret_cas != NULL,
                         false);
    g_return_val_if_fail(step->fires != NULL || step->n_fires == 0, false);
    g_auto(bson_t) filter = BSON_INITIALIZER, update = BSON_INITIALIZER;

    append_read(&filter, schedule);
    append_step(&update, step, now_ms);
    return jw_db_update(self, "schedules", &filter, &update, ret_cas, error)
           || jw_prefix(error, "firing schedule '%s'", schedule->id);
}

/* @ids: of strings, NULL at its end */
static void
append_ids(bson_t *filter, const GPtrArray *ids)
{
    bson_t of;

    BSON_APPEND_DOCUMENT_BEGIN(filter, "_id", &of);
    jw_doc_append_strings(&of, "$in", (const char *const *)ids->pdata);
    bson_append_document_end(filter, &of);
}

/* That they are. One that has the rule of another by now is as good: of one rule and without jitter
 * the step is the same. */
static void
append_same(bson_t *filter, const JwScheduleGroup *group)
{
    g_autoptr(GHashTable) hashes = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GPtrArray) ids = g_ptr_array_new(), rules = g_ptr_array_new();
    bson_t of;

    for (size_t i = 0; i < group->n; i++) {
        const JwSchedule *schedule = group->schedules[i];

        g_ptr_array_add(ids, schedule->id);
        if (g_hash_table_add(hashes, schedule->rule_hash)) {
            g_ptr_array_add(rules, schedule->rule_hash);
        }
    }
    g_ptr_array_add(ids, NULL);
    g_ptr_array_add(rules, NULL);
    append_ids(filter, ids);
    BSON_APPEND_BOOL(filter, "paused", false);
    BSON_APPEND_DATE_TIME(filter, "nextFireAt", group->schedules[0]->next_fire_ms);
    BSON_APPEND_DOCUMENT_BEGIN(filter, "ruleHash", &of);
    jw_doc_append_strings(&of, "$in", (const char *const *)rules->pdata);
    bson_append_document_end(filter, &of);
}

static void
add_group(GPtrArray *updates, const JwScheduleGroup *group, int64_t now_ms)
{
    JwDbUpdate *one = jw_db_add_update(updates, group->n > 1);
    const JwFire *const fires[] = { group->fire };
    const JwScheduleStep step = { .next_ms = group->next_ms,
                                  .wake_ms = group->wake_ms,
                                  .calendar = group->calendar,
                                  .fires = fires,
                                  .n_fires = 1 };

    if (group->n > 1) {
        append_same(one->filter, group);
    } else {
        append_read(one->filter, group->schedules[0]);
    }
    append_step(one->update, &step, now_ms);
}

/* Which of them have the decision of @round. @ids: NULL at its end */
static bool
find_round(JwStore *self, const GPtrArray *ids, const char *round, GHashTable *found,
           GError **error)
{
    g_autoptr(GPtrArray) with = NULL;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts = BCON_NEW("projection", "{", "_id", BCON_INT32(1), "}");

    append_ids(&filter, ids);
    BSON_APPEND_UTF8(&filter, "pendingFires.key", round);
    if (!jw_repo_list(self, &jw_repo_schedules, &filter, opts, &with, error)) {
        return false;
    }
    for (guint i = 0; i < with->len; i++) {
        (void)g_hash_table_add(found, g_strdup(((JwSchedule *)g_ptr_array_index(with, i))->id));
    }
    return true;
}

bool
jw_store_fire_schedules(JwStore *self, const JwScheduleGroup *groups, size_t n_groups,
                        int64_t now_ms, JwCas *ret_won, GError **error)
{
    g_return_val_if_fail(self != NULL && groups != NULL && n_groups > 0 && ret_won != NULL, false);
    g_autoptr(GHashTable) found = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autoptr(GPtrArray) ids = g_ptr_array_new(), updates = jw_db_updates();
    const char *round = groups[0].fire->key;
    int64_t matched = 0;

    for (size_t i = 0; i < n_groups; i++) {
        g_return_val_if_fail(round != NULL && g_strcmp0(groups[i].fire->key, round) == 0, false);
        add_group(updates, &groups[i], now_ms);
        for (size_t k = 0; k < groups[i].n; k++) {
            g_ptr_array_add(ids, groups[i].schedules[k]->id);
        }
    }
    const guint n = ids->len;
    g_ptr_array_add(ids, NULL);
    if (!jw_db_update_each(self, "schedules", updates, &matched, error)
        || (matched > 0 && matched < n && !find_round(self, ids, round, found, error))) {
        return jw_prefix(error, "firing %u schedules", n);
    }
    for (guint i = 0; i < n; i++) {
        const bool won = matched == n || g_hash_table_contains(found, g_ptr_array_index(ids, i));

        ret_won[i] = won ? JW_CAS_WON : JW_CAS_LOST;
    }
    return true;
}

bool
jw_store_push_fires(JwStore *self, const char *id, const JwFire *const *fires, size_t n_fires,
                    int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && fires != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "lookAt", BCON_DATE_TIME(now_ms), "}");

    jw_repo_append_fires(update, fires, n_fires);
    return jw_db_update(self, "schedules", filter, update, ret_cas, error)
           || jw_prefix(error, "decisions of schedule '%s'", id);
}

bool
jw_store_finish_fire(JwStore *self, const char *id, const JwFire *fire, JwCas *ret_cas,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && fire != NULL && ret_cas != NULL, false);
    g_auto(bson_t) one = BSON_INITIALIZER;

    /* two runs of one millisecond differ in their keys alone */
    BSON_APPEND_DATE_TIME(&one, "due", fire->due_ms);
    BSON_APPEND_UTF8(&one, "kind", jw_occurrence_kind_name(fire->kind));
    if (fire->key != NULL) {
        BSON_APPEND_UTF8(&one, "key", fire->key);
    } else {
        BSON_APPEND_NULL(&one, "key");
    }
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(id), "pendingFires", "{", "$elemMatch", BCON_DOCUMENT(&one), "}");
    g_autoptr(bson_t) update = BCON_NEW("$pull", "{", "pendingFires", BCON_DOCUMENT(&one), "}");

    return jw_db_update(self, "schedules", filter, update, ret_cas, error);
}

bool
jw_store_finish_round(JwStore *self, const char *const *ids, size_t n, const char *round,
                      int64_t *ret_matched, GError **error)
{
    g_return_val_if_fail(self != NULL && ids != NULL && n > 0 && round != NULL, false);
    g_autoptr(GPtrArray) list = g_ptr_array_new();
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) update =
        BCON_NEW("$pull", "{", "pendingFires", "{", "key", BCON_UTF8(round), "}", "}");

    for (size_t i = 0; i < n; i++) {
        g_ptr_array_add(list, (gpointer)(uintptr_t)ids[i]);
    }
    g_ptr_array_add(list, NULL);
    append_ids(&filter, list);
    BSON_APPEND_UTF8(&filter, "pendingFires.key", round);
    return jw_db_update_many(self, "schedules", &filter, update, ret_matched, error)
           || jw_prefix(error, "decisions of %" G_GSIZE_FORMAT " schedules", n);
}

bool
jw_store_defer_schedule(JwStore *self, const char *id, int64_t before_ms, int64_t look_ms,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "lookAt", BCON_DATE_TIME(before_ms));
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
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
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
    return jw_repo_page(self, &jw_repo_schedules, filter, opts, limit, ret, error);
}

bool
jw_store_rebase_schedule(JwStore *self, const JwSchedule *schedule, int64_t before_ms,
                         const char *version, int64_t now_ms, JwCas *ret_cas, GError **error)
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
    } else if (schedule->spent_ms == 0) {
        BSON_APPEND_DATE_TIME(&set, "spentAt", now_ms);
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    return jw_db_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "schedule '%s'", schedule->id);
}
