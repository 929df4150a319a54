/* webhooks.c: webhooks. Any thread. */
#include "repo.h"
#include "jw/log.h"
#include "jw/store_webhooks.h"

#define COLLECTION "webhooks"

static gpointer
create_webhook(void)
{
    return jw_webhook_new();
}

static const JwRepo webhooks = { COLLECTION, &jw_doc_webhook_table, create_webhook,
                                 jw_webhook_free };

JW_DB_INDEXES(webhooks) = {
    { COLLECTION, "createdAt:1 _id:1", false },
    { 0 },
};

bool
jw_store_create_webhook(JwStore *self, const JwWebhook *created, JwCreate *ret_create,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && created != NULL && ret_create != NULL, false);

    return jw_db_insert_one(self, COLLECTION, jw_repo_document(&webhooks, created), ret_create,
                            error)
           || jw_prefix(error, "creating webhook '%s'", created->id);
}

bool
jw_store_get_webhook(JwStore *self, const char *id, JwWebhook **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret != NULL, false);
    gpointer found = NULL;

    if (!jw_repo_get(self, &webhooks, id, &found, error)) {
        return false;
    }
    g_autoptr(JwWebhook) webhook = found;
    *ret = webhook != NULL && webhook->deleted_at_ms == 0 ? g_steal_pointer(&webhook) : NULL;
    return true;
}

bool
jw_store_list_webhooks(JwStore *self, size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("deletedAt", BCON_NULL);
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "createdAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    return jw_repo_page(self, &webhooks, filter, opts, limit, ret, error);
}

/* What a change does not touch: who made it and when, and what sending finds out. */
static bool
is_kept(const char *name)
{
    static const char *const names[] = {
        "_id",       "owner",         "departments",  "version",    "createdAt", "requestHash",
        "deletedAt", "noticePending", "failingSince", "failingWhy", NULL
    };

    return g_strv_contains(names, name);
}

bool
jw_store_change_webhook(JwStore *self, const JwWebhook *changed, bool forgive, JwCas *ret_cas,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && changed != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(changed->id), "version",
                                        BCON_INT64(changed->version), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) whole = jw_repo_document(&webhooks, changed);
    g_autoptr(bson_t) update = BCON_NEW("$inc", "{", "version", BCON_INT64(1), "}");
    g_auto(bson_t) set = BSON_INITIALIZER;
    g_auto(bson_t) unset = BSON_INITIALIZER;
    bson_iter_t iter;

    for (size_t i = 0; i < jw_doc_webhook_table.n_fields; i++) {
        const char *name = jw_doc_webhook_table.fields[i].name;

        if (is_kept(name)) {
            continue;
        }
        if (bson_iter_init_find(&iter, whole, name)) {
            bson_append_iter(&set, name, -1, &iter);
        } else {
            BSON_APPEND_INT32(&unset, name, 1);
        }
    }
    if (forgive) {
        BSON_APPEND_BOOL(&set, "noticePending", false);
        BSON_APPEND_INT32(&unset, "failingSince", 1);
        BSON_APPEND_INT32(&unset, "failingWhy", 1);
    }
    BSON_APPEND_DOCUMENT(update, "$set", &set);
    if (!bson_empty(&unset)) {
        BSON_APPEND_DOCUMENT(update, "$unset", &unset);
    }
    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "changing webhook '%s'", changed->id);
}

bool
jw_store_delete_webhook(JwStore *self, const char *id, int64_t now_ms, JwCas *ret_cas,
                        GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "deletedAt", BCON_NULL);
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "deletedAt", BCON_DATE_TIME(now_ms), "}");

    if (!jw_db_update(self, COLLECTION, filter, update, ret_cas, error)) {
        return jw_prefix(error, "deleting webhook '%s'", id);
    }
    g_autoptr(GError) left = NULL;
    if (*ret_cas == JW_CAS_WON && !jw_db_remove(self, COLLECTION, "_id", id, &left)) {
        jw_debug("webhook_left", JW_STR("webhook_id", id), /* and yet gone for everybody */
                 JW_STR("error", jw_error_message(left)));
    }
    return true;
}

/* LOST is no error. */
static bool
note(JwStore *self, const char *id, const bson_t *filter, const bson_t *update, JwCas *ret_cas,
     GError **error)
{
    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "noting how sending to webhook '%s' went", id);
}

bool
jw_store_note_webhook(JwStore *self, const char *id, const char *why, int64_t now_ms,
                      GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL, false);
    JwCas cas = JW_CAS_LOST;
    g_autoptr(bson_t) failing =
        BCON_NEW("_id", BCON_UTF8(id), "failingSince", "{", "$ne", BCON_NULL, "}");
    g_autoptr(bson_t) fine = BCON_NEW("_id", BCON_UTF8(id), "failingSince", BCON_NULL);

    if (why == NULL) {
        g_autoptr(bson_t) ends = BCON_NEW("$unset", "{", "failingSince", BCON_INT32(1),
                                          "failingWhy", BCON_INT32(1), "}");
        return note(self, id, failing, ends, &cas, error);
    }
    g_auto(bson_t) begins = BSON_INITIALIZER;
    g_auto(bson_t) goes_on = BSON_INITIALIZER;
    bson_t set;
    BSON_APPEND_DOCUMENT_BEGIN(&begins, "$set", &set);
    BSON_APPEND_DATE_TIME(&set, "failingSince", now_ms);
    jw_doc_append_valid(&set, "failingWhy", why);
    bson_append_document_end(&begins, &set);
    BSON_APPEND_DOCUMENT_BEGIN(&goes_on, "$set", &set);
    jw_doc_append_valid(&set, "failingWhy", why);
    bson_append_document_end(&goes_on, &set);
    return note(self, id, fine, &begins, &cas, error)
           && (cas == JW_CAS_WON || note(self, id, failing, &goes_on, &cas, error));
}

bool
jw_store_disable_webhook(JwStore *self, const char *id, const char *reason,
                         int64_t failing_since_ms, int64_t now_ms, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && reason != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(id), "deletedAt", BCON_NULL, "disabledAt", BCON_NULL);
    g_autoptr(bson_t) update = BCON_NEW("$inc", "{", "version", BCON_INT64(1), "}");
    bson_t set;

    if (failing_since_ms != 0) {
        BSON_APPEND_DATE_TIME(filter, "failingSince", failing_since_ms);
    }
    BSON_APPEND_DOCUMENT_BEGIN(update, "$set", &set);
    BSON_APPEND_DATE_TIME(&set, "disabledAt", now_ms);
    jw_doc_append_valid(&set, "disabledReason", reason);
    BSON_APPEND_BOOL(&set, "noticePending", true);
    bson_append_document_end(update, &set);
    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "disabling webhook '%s'", id);
}

bool
jw_store_end_webhook_notice(JwStore *self, const char *id, int64_t disabled_at_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "noticePending", BCON_BOOL(true),
                                        "disabledAt", BCON_DATE_TIME(disabled_at_ms));
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "noticePending", BCON_BOOL(false), "}");
    JwCas cas = JW_CAS_LOST;

    return jw_db_update(self, COLLECTION, filter, update, &cas, error)
           || jw_prefix(error, "ending the notice of webhook '%s'", id);
}
