/* store.c: the store as a whole: its indexes, of which each repository has its own, and its health.
 * Any thread. */
#include "db/db.h"
#include <string.h>

#define JW_DB_INDEX_TABLE(id) extern const JwDbIndex jw_db_indexes_##id[];
#include "index_tables.inc"
#undef JW_DB_INDEX_TABLE
#define JW_DB_INDEX_TABLE(id) jw_db_indexes_##id,
static const JwDbIndex *const index_tables[] = {
#include "index_tables.inc"
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
jw_store_now(JwStore *self, int64_t *ret_now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && ret_now_ms != NULL, false);
    return self->ops->now(self, ret_now_ms, error);
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

    for (size_t i = 0; i < G_N_ELEMENTS(index_tables); i++) {
        size_t n = 0;

        while (index_tables[i][n].collection != NULL) {
            n++;
        }
        if (!self->ops->ensure_indexes(self, index_tables[i], n, error)) {
            return false;
        }
    }
    return true;
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
    for (size_t i = 0; i < G_N_ELEMENTS(index_tables); i++) {
        if (strcmp(collection, index_tables[i][0].collection) == 0) {
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
