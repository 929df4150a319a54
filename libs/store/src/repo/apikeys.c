/* apikeys.c: API keys. Any thread. */
#include "repo.h"
#include "jw/store_apikeys.h"

static gpointer
create_key(void)
{
    return g_new0(JwApiKey, 1);
}

#define COLLECTION "apikeys"
static const JwRepo keys = { COLLECTION, &jw_doc_api_key_table, create_key, jw_api_key_free };

JW_DB_INDEXES(apikeys) = {
    { COLLECTION, "createdAt:1 _id:1", false },
    { 0 },
};

bool
jw_store_create_api_key(JwStore *self, const JwApiKey *key, JwCreate *ret_create, GError **error)
{
    g_return_val_if_fail(self != NULL && key != NULL && ret_create != NULL, false);

    return jw_db_insert_one(self, COLLECTION, jw_repo_document(&keys, key), ret_create, error)
           || jw_prefix(error, "creating API key '%s'", key->id);
}

bool
jw_store_get_api_key(JwStore *self, const char *id, JwApiKey **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret != NULL, false);
    gpointer key = NULL;

    if (!jw_repo_get(self, &keys, id, &key, error)) {
        return false;
    }
    *ret = key;
    return true;
}

bool
jw_store_list_api_keys(JwStore *self, size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_auto(bson_t) all = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "createdAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    return jw_repo_page(self, &keys, &all, opts, limit, ret, error);
}

bool
jw_store_revoke_api_key(JwStore *self, const char *id, const char *by, int64_t now_ms,
                        JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && by != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "revokedAt", BCON_NULL);
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "revokedAt", BCON_DATE_TIME(now_ms), "revokedBy", BCON_UTF8(by), "}");

    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "revoking API key '%s'", id);
}

bool
jw_store_note_api_key(JwStore *self, const char *id, int64_t used_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "usedAt", "{", "$not", "{", "$gte",
                                        BCON_DATE_TIME(used_ms), "}", "}");
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "usedAt", BCON_DATE_TIME(used_ms), "}");
    JwCas later = JW_CAS_LOST;

    return jw_db_update(self, COLLECTION, filter, update, &later, error)
           || jw_prefix(error, "noting the use of API key '%s'", id);
}
