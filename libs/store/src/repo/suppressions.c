/* suppressions.c: addresses that get no mail. Any thread. */
#include "repo.h"
#include "jw/store_suppressions.h"

static gpointer
create_suppression(void)
{
    return g_new0(JwSuppression, 1);
}

#define COLLECTION "suppressions"
static const JwRepo suppressions = { COLLECTION, &jw_doc_suppression_table, create_suppression,
                                     jw_suppression_free };

JW_DB_INDEXES(suppressions) = {
    { COLLECTION, "address:1 createdAt:1 _id:1", false },
    { COLLECTION, "createdAt:1 _id:1", false },
    { 0 },
};

bool
jw_store_add_suppression(JwStore *self, const JwSuppression *suppression, JwCreate *ret_create,
                         GError **error)
{
    g_return_val_if_fail(self != NULL && suppression != NULL && ret_create != NULL, false);

    return jw_db_insert_one(self, COLLECTION, jw_repo_document(&suppressions, suppression),
                            ret_create, error)
           || jw_prefix(error, "adding to the suppression list");
}

static bool
get(JwStore *self, const char *address, const char *report_type, JwSuppression **ret,
    GError **error)
{
    g_autofree char *id = jw_suppression_id(address, report_type);
    gpointer found = NULL;

    if (!jw_repo_get(self, &suppressions, id, &found, error)) {
        return jw_prefix(error, "asking the suppression list");
    }
    *ret = found;
    return true;
}

bool
jw_store_is_suppressed(JwStore *self, const char *address, const char *report_type,
                       JwSuppression **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && address != NULL && ret != NULL, false);
    JwSuppression *found = NULL;

    if (!get(self, address, NULL, &found, error)
        || (found == NULL && report_type != NULL
            && !get(self, address, report_type, &found, error))) {
        return false;
    }
    *ret = found;
    return true;
}

bool
jw_store_remove_suppression(JwStore *self, const char *address, const char *report_type,
                            const JwSuppressionReason *only, JwSuppression **ret_removed,
                            GError **error)
{
    g_return_val_if_fail(self != NULL && address != NULL && ret_removed != NULL, false);
    g_autoptr(JwSuppression) found = NULL;

    if (!get(self, address, report_type, &found, error)) {
        return false;
    }
    if (found == NULL || (only != NULL && found->reason != *only)) {
        *ret_removed = NULL;
        return true;
    }
    const char *reason = jw_suppression_reason_name((int)found->reason);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(found->id), "reason", BCON_UTF8(reason));
    if (!jw_db_remove_where(self, COLLECTION, filter, error)) {
        return jw_prefix(error, "taking off the suppression list");
    }
    *ret_removed = g_steal_pointer(&found);
    return true;
}

bool
jw_store_list_suppressions(JwStore *self, const char *address, size_t limit, GPtrArray **ret,
                           GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "createdAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (address != NULL) { /* as an entry has it */
        g_autoptr(JwSuppression) like = jw_suppression_new(address, NULL, JW_SUPPRESSED_MANUAL, 0);
        BSON_APPEND_UTF8(&filter, "address", like->address);
    }
    return jw_repo_page(self, &suppressions, &filter, opts, limit, ret, error);
}
