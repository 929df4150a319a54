/* store_schedules.c: schedules and occurrences in MongoDB. Any thread.
 * nextFireAt is the one field that decides who fires: it moves by compare and set only. */
#include "store_mongo.h"
#include <string.h>

static void
free_document(gpointer document)
{
    bson_destroy(document);
}

static void
free_schedule(gpointer schedule)
{
    jw_schedule_free(schedule);
}

static bool
insert_one(JwStore *self, const char *collection, bson_t *take_document, JwCreate *ret_create,
           GError **error)
{
    g_autoptr(GPtrArray) documents = g_ptr_array_new_with_free_func(free_document);

    g_ptr_array_add(documents, take_document);
    return jw_store_insert(self, collection, documents, ret_create, error);
}

/* The fields that belong to the decisions of the scheduler and not to whoever writes the rule. */
static bool
is_decision(const char *name, bool same_rule)
{
    return strcmp(name, "_id") == 0 || strcmp(name, "pendingFires") == 0
           || (same_rule && strcmp(name, "nextFireAt") == 0);
}

/* Replaces everything but the decisions. Texts that the new schedule has no more are unset, never
 * left from the old one. */
static bool
update_schedule(JwStore *self, const JwSchedule *schedule, const JwSchedule *old, JwCas *ret_cas,
                GError **error)
{
    const bool same_rule = g_strcmp0(schedule->rule_hash, old->rule_hash) == 0;
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) whole = BSON_INITIALIZER;
    g_auto(bson_t) set = BSON_INITIALIZER;
    g_auto(bson_t) unset = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_iter_t iter;

    BSON_APPEND_UTF8(&filter, "_id", schedule->id);
    if (old->rule_hash != NULL) {
        BSON_APPEND_UTF8(&filter, "ruleHash", old->rule_hash);
    }
    jw_store_doc_append(&whole, &jw_store_schedule_table, schedule);
    for (size_t i = 0; i < jw_store_schedule_table.n_fields; i++) {
        const char *name = jw_store_schedule_table.fields[i].name;
        if (is_decision(name, same_rule)) {
            continue;
        }
        if (bson_iter_init_find(&iter, &whole, name)) {
            bson_append_iter(&set, name, -1, &iter);
        } else {
            BSON_APPEND_INT32(&unset, name, 1);
        }
    }
    BSON_APPEND_DOCUMENT(&update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(&update, "$unset", &unset);
    }
    return jw_store_update(self, "schedules", &filter, &update, ret_cas, error);
}

bool
jw_store_mongo_put_schedule(JwStore *self, const JwSchedule *schedule, GError **error)
{
    /* Somebody else may write the same schedule in between; then their write is looked at again. */
    for (int round = 0; round < 5; round++) {
        g_autoptr(JwSchedule) old = NULL;
        JwCreate create = JW_CREATE_EXISTS;
        JwCas cas = JW_CAS_LOST;

        if (!jw_store_mongo_get_schedule(self, schedule->id, &old, error)) {
            return false;
        }
        if (old == NULL) {
            bson_t *document = bson_new();
            jw_store_doc_append(document, &jw_store_schedule_table, schedule);
            if (!insert_one(self, "schedules", document, &create, error)) {
                return false;
            }
            if (create == JW_CREATE_NEW) {
                return true;
            }
            continue;
        }
        if (!update_schedule(self, schedule, old, &cas, error)) {
            return false;
        }
        if (cas == JW_CAS_WON) {
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "schedule '%s' is being written by others", schedule->id);
}

bool
jw_store_mongo_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule,
                            GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(1));
    g_autoptr(JwSchedule) schedule = NULL;

    if (!jw_store_find(self, "schedules", filter, opts, jw_store_take_schedule, &schedule, error)) {
        return false;
    }
    *ret_schedule = g_steal_pointer(&schedule);
    return true;
}

bool
jw_store_mongo_due_schedules(JwStore *self, int64_t now_ms, size_t limit, GPtrArray **ret,
                             GError **error)
{
    g_autoptr(GPtrArray) schedules = g_ptr_array_new_with_free_func(free_schedule);
    /* Each branch of the $or has an index of its own, so the cost follows what is due. */
    g_autoptr(bson_t) filter =
        BCON_NEW("$or", "[", "{", "enabled", BCON_BOOL(true), "nextFireAt", "{", "$lte",
                 BCON_DATE_TIME(now_ms), "}", "}", "{", "enabled", BCON_BOOL(true), "pendingFires",
                 "{", "$gt", BCON_DATE_TIME(0), "}", "}", "]");
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "nextFireAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (!jw_store_find_page(self, "schedules", filter, opts, limit, jw_store_add_schedule,
                            schedules, error)) {
        return false;
    }
    *ret = g_steal_pointer(&schedules);
    return true;
}

bool
jw_store_mongo_fire_schedule(JwStore *self, const char *id, const char *rule_hash,
                             int64_t expected_ms, int64_t next_ms, const int64_t *fires_ms,
                             size_t n_fires, int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "enabled", BCON_BOOL(true),
                                        "nextFireAt", BCON_DATE_TIME(expected_ms));
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t child, push, each;
    char buffer[16];
    const char *key;

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
        BSON_APPEND_ARRAY_BEGIN(&push, "$each", &each);
        for (uint32_t i = 0; i < n_fires; i++) {
            bson_uint32_to_string(i, &key, buffer, sizeof(buffer));
            bson_append_date_time(&each, key, -1, fires_ms[i]);
        }
        bson_append_array_end(&push, &each);
        bson_append_document_end(&child, &push);
        bson_append_document_end(&update, &child);
    }
    return jw_store_update(self, "schedules", filter, &update, ret_cas, error)
           || jw_prefix(error, "firing schedule '%s'", id);
}

bool
jw_store_mongo_finish_fire(JwStore *self, const char *id, int64_t fire_ms, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    g_autoptr(bson_t) update = BCON_NEW("$pull", "{", "pendingFires", BCON_DATE_TIME(fire_ms), "}");
    JwCas cas = JW_CAS_LOST; /* LOST: the schedule is gone, and its pending fires with it */

    return jw_store_update(self, "schedules", filter, update, &cas, error);
}

bool
jw_store_mongo_put_occurrence(JwStore *self, const JwOccurrence *occurrence, GError **error)
{
    g_autofree char *schedule_id = g_strdup(occurrence->schedule_id);
    g_autofree char *reason = g_strdup(occurrence->reason);
    g_autofree char *id = g_strdup(occurrence->id);
    const JwOccurrenceDoc doc = { .id = id,
                                  .schedule_id = schedule_id,
                                  .reason = reason,
                                  .due_ms = occurrence->due_ms,
                                  .decided_ms = occurrence->decided_ms,
                                  .kind = occurrence->kind };
    bson_t *document = bson_new();
    JwCreate create;

    jw_store_doc_append(document, &jw_store_occurrence_table, &doc);
    return insert_one(self, "occurrences", document, &create, error);
}

typedef struct {
    JwOccurrenceFunc visit;
    gpointer data;
} Visit;

static bool
visit_occurrence(const bson_t *document, gpointer data, GError **error)
{
    const Visit *visit = data;
    JwOccurrenceDoc doc = { 0 };
    bool ok = jw_store_doc_read(document, &jw_store_occurrence_table, &doc, error);
    g_autofree char *id = doc.id;
    g_autofree char *schedule_id = doc.schedule_id;
    g_autofree char *reason = doc.reason;

    if (ok) {
        JwOccurrence occurrence = { .schedule_id = schedule_id,
                                    .due_ms = doc.due_ms,
                                    .decided_ms = doc.decided_ms,
                                    .kind = doc.kind,
                                    .reason = reason };
        g_strlcpy(occurrence.id, id != NULL ? id : "", sizeof(occurrence.id));
        visit->visit(&occurrence, visit->data);
    }
    return ok;
}

bool
jw_store_mongo_list_occurrences(JwStore *self, const char *schedule_id, size_t limit,
                                JwOccurrenceFunc visit, gpointer data, GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("scheduleId", BCON_UTF8(schedule_id));
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "dueAt", BCON_INT32(-1), "_id", BCON_INT32(-1), "}");
    Visit both = { visit, data };

    return jw_store_find_page(self, "occurrences", filter, opts, limit, visit_occurrence, &both,
                              error);
}
