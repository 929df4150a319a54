/* store.c: the store as a whole: its indexes and its health. Any thread. */
#include "db/db.h"
#include <string.h>

/* The indexes of every collection except records, by the queries of its repository. Neighbours
 * of one collection are created in one round trip. */
static const JwDbIndex indexes[] = {
    { "jobs", "state:1 updatedAt:1 _id:1", false },
    { "jobs", "state:1 notBefore:1", false },
    { "jobs", "mailPending:1 state:1 updatedAt:1 _id:1", false },
    { "jobs", "outbox.at:1", false },
    /* A list for each order, so that a page costs what it shows. */
    { "jobs", "createdAt:-1 _id:-1", false },
    { "jobs", "priority:1 createdAt:1 _id:1", false },
    { "jobs", "state:1 createdAt:1 _id:1", false },
    { "jobs", "requestedBy.id:1 createdAt:-1 _id:-1", false },
    { "jobs", "departments:1", false },
    { "jobs", "artifact.removedAt:1 artifact.expiresAt:1", false },
    { "deliveries", "jobId:1", false },
    { "deliveries", "state:1 notBefore:1", false },
    { "deliveries", "outbox.at:1", false },
    { "schedules", "enabled:1 nextFireAt:1", false },
    { "schedules", "pendingFires:1", false },
    { "occurrences", "scheduleId:1 dueAt:-1", false },
    { "fs.chunks", "files_id:1 n:1", true },
    { "fs.files", "filename:1 uploadDate:1", false },
    { "fs.uploads", "at:1", false },
};

void
jw_store_free(gpointer self)
{
    JwStore *store = self;

    if (store != NULL) {
        store->ops->free(store);
    }
}

bool
jw_store_ping(JwStore *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->ping(self, error);
}

bool
jw_store_reachable(JwStore *self)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->reachable(self);
}

void
jw_store_stop_waiting(JwStore *self)
{
    g_return_if_fail(self != NULL);
    self->ops->stop_waiting(self);
}

bool
jw_store_prepare(JwStore *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->ensure_indexes(self, indexes, G_N_ELEMENTS(indexes), error);
}

bool
jw_store_drop(JwStore *self, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    return self->ops->drop(self, NULL, error);
}

bool
jw_db_check_records(const char *collection, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(indexes); i++) {
        if (strcmp(collection, indexes[i].collection) == 0) {
            return jw_fail(error, JW_ERROR_INVALID, "'%s' is a collection of Jobwire itself",
                           collection);
        }
    }
    if (collection[0] == '\0' || strlen(collection) > 100 || strchr(collection, '$') != NULL
        || g_str_has_prefix(collection, "system.") || g_str_has_prefix(collection, "fs.")) {
        return jw_fail(error, JW_ERROR_INVALID, "'%s' cannot be the name of a records collection",
                       collection);
    }
    return true;
}
