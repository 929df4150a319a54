/* store_calls.c: the dispatch of deliveries, schedules, files and records. Any thread. */
#include "store_private.h"
#include <string.h>

bool
jw_store_create_deliveries(JwStore *self, const JwDelivery *const *deliveries, size_t n,
                           JwCreate *ret_creates, GError **error)
{
    g_return_val_if_fail(self != NULL && (n == 0 || (deliveries != NULL && ret_creates != NULL)),
                         false);
    return n == 0 || self->ops->create_deliveries(self, deliveries, n, ret_creates, error);
}

bool
jw_store_get_delivery(JwStore *self, const char *id, JwDelivery **ret_delivery, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_delivery != NULL, false);
    return self->ops->get_delivery(self, id, ret_delivery, error);
}

bool
jw_store_list_deliveries(JwStore *self, const char *job_id, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && ret != NULL, false);
    return self->ops->list_deliveries(self, job_id, ret, error);
}

bool
jw_store_change_delivery(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                         JwDelivery **ret_delivery, GError **error)
{
    g_return_val_if_fail(self != NULL && change != NULL && ret_cas != NULL, false);
    g_return_val_if_fail(
        change->delivery_id != NULL && (change->events != NULL || change->n_events == 0), false);
    return self->ops->change_delivery(self, change, ret_cas, ret_delivery, error);
}

bool
jw_store_scan_deliveries(JwStore *self, unsigned states, int64_t due_before_ms,
                         int64_t updated_before_ms, size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    return self->ops->scan_deliveries(self, states, due_before_ms, updated_before_ms, limit, ret,
                                      error);
}

bool
jw_store_put_schedule(JwStore *self, const JwSchedule *schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule != NULL && schedule->id != NULL, false);
    return self->ops->put_schedule(self, schedule, error);
}

bool
jw_store_get_schedule(JwStore *self, const char *id, JwSchedule **ret_schedule, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_schedule != NULL, false);
    return self->ops->get_schedule(self, id, ret_schedule, error);
}

bool
jw_store_due_schedules(JwStore *self, int64_t now_ms, size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    return self->ops->due_schedules(self, now_ms, limit, ret, error);
}

bool
jw_store_fire_schedule(JwStore *self, const char *id, const char *rule_hash, int64_t expected_ms,
                       int64_t next_ms, const int64_t *fires_ms, size_t n_fires, int64_t now_ms,
                       JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_cas != NULL, false);
    g_return_val_if_fail(fires_ms != NULL || n_fires == 0, false);
    return self->ops->fire_schedule(self, id, rule_hash, expected_ms, next_ms, fires_ms, n_fires,
                                    now_ms, ret_cas, error);
}

bool
jw_store_finish_fire(JwStore *self, const char *id, int64_t fire_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL, false);
    return self->ops->finish_fire(self, id, fire_ms, error);
}

bool
jw_store_put_occurrence(JwStore *self, const JwOccurrence *occurrence, GError **error)
{
    g_return_val_if_fail(self != NULL && occurrence != NULL && occurrence->schedule_id != NULL,
                         false);
    return self->ops->put_occurrence(self, occurrence, error);
}

bool
jw_store_list_occurrences(JwStore *self, const char *schedule_id, size_t limit,
                          JwOccurrenceFunc visit, gpointer data, GError **error)
{
    g_return_val_if_fail(self != NULL && schedule_id != NULL && limit > 0 && visit != NULL, false);
    return self->ops->list_occurrences(self, schedule_id, limit, visit, data, error);
}

bool
jw_store_delete_file(JwStore *self, const char *file_id, GError **error)
{
    g_return_val_if_fail(self != NULL && file_id != NULL, false);
    return self->ops->delete_file(self, file_id, false, error);
}

bool
jw_store_find_orphan_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_ids,
                           GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_ids != NULL, false);
    return self->ops->find_orphan_files(self, before_ms, limit, ret_ids, error);
}

bool
jw_store_find_expired_files(JwStore *self, int64_t before_ms, size_t limit, GPtrArray **ret_files,
                            GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret_files != NULL, false);
    return self->ops->find_expired_files(self, before_ms, limit, ret_files, error);
}

bool
jw_store_mark_file_removed(JwStore *self, const JwExpiredFile *file, int64_t now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && file != NULL, false);
    g_return_val_if_fail(file->job_id != NULL && file->file_id != NULL, false);
    return self->ops->mark_file_removed(self, file, now_ms, error);
}

/* The name of a records collection comes from a definition or mapping file: it must not reach
 * our own. */
static bool
check_collection(const char *name, GError **error)
{
    static const char *const ours[] = { "jobs", "deliveries", "schedules", "occurrences" };

    for (size_t i = 0; i < G_N_ELEMENTS(ours); i++) {
        if (strcmp(name, ours[i]) == 0) {
            return jw_fail(error, JW_ERROR_INVALID, "'%s' is a collection of Jobwire itself", name);
        }
    }
    if (name[0] == '\0' || strlen(name) > 100 || strchr(name, '$') != NULL
        || g_str_has_prefix(name, "system.") || g_str_has_prefix(name, "fs.")) {
        return jw_fail(error, JW_ERROR_INVALID, "'%s' cannot be the name of a records collection",
                       name);
    }
    return true;
}

static bool
check_scan(const JwRecordScan *scan, GError **error)
{
    const bool whole = scan->start_ms == 0 && scan->end_ms == 0;

    if (!check_collection(scan->collection, error)) {
        return false;
    }
    if ((scan->ordered || !whole) && (scan->date_field == NULL || scan->date_field[0] == '\0')) {
        return jw_fail(error, JW_ERROR_INVALID, "a scan by time needs the name of the date field");
    }
    return true;
}

bool
jw_store_scan_records(JwStore *self, const JwRecordScan *scan, JwRowFunc row, gpointer data,
                      GError **error)
{
    g_return_val_if_fail(self != NULL && scan != NULL && scan->collection != NULL, false);
    g_return_val_if_fail(scan->fields != NULL && row != NULL, false);
    return check_scan(scan, error) && self->ops->scan_records(self, scan, row, data, error);
}

bool
jw_store_insert_records(JwStore *self, const char *collection, const char *const *fields,
                        const char *const *ids, const JwValue *const *rows, size_t n_rows,
                        size_t *ret_inserted, GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL && ret_inserted != NULL, false);
    g_return_val_if_fail(fields != NULL && (n_rows == 0 || (ids != NULL && rows != NULL)), false);
    if (!check_collection(collection, error)) {
        return false;
    }
    if (n_rows == 0) {
        *ret_inserted = 0;
        return true;
    }
    return self->ops->insert_records(self, collection, fields, ids, rows, n_rows, ret_inserted,
                                     error);
}

bool
jw_store_index_records(JwStore *self, const char *collection, const char *date_field,
                       GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL && date_field != NULL, false);
    return check_collection(collection, error)
           && self->ops->index_records(self, collection, date_field, error);
}

bool
jw_store_drop_records(JwStore *self, const char *collection, GError **error)
{
    g_return_val_if_fail(self != NULL && collection != NULL, false);
    return check_collection(collection, error) && self->ops->drop_records(self, collection, error);
}
