/* shares.c: links that an owner made to a job's report. Any thread. */
#include "repo.h"
#include "jw/store_shares.h"
#include "jw/text.h"

static const size_t texts[] = {
    offsetof(JwShare, id),
    offsetof(JwShare, job_id),
    offsetof(JwShare, description),
    offsetof(JwShare, created_by.id),
    offsetof(JwShare, created_by.name),
    offsetof(JwShare, created_by.email),
    offsetof(JwShare, revoked_by),
    offsetof(JwShare, request_hash),
};

void
jw_share_free(gpointer self)
{
    if (self == NULL) {
        return;
    }
    jw_texts_clear(self, texts, G_N_ELEMENTS(texts));
    g_free(self);
}

static gpointer
create_share(void)
{
    return g_new0(JwShare, 1);
}

#define COLLECTION "reportLinks"
static const JwRepo shares = { COLLECTION, &jw_doc_share_table, create_share, jw_share_free };

JW_DB_INDEXES(shares) = {
    { COLLECTION, "jobId:1 createdAt:1 _id:1", false },
    { 0 },
};

bool
jw_store_create_share(JwStore *self, const JwShare *share, JwCreate *ret_create, GError **error)
{
    g_return_val_if_fail(self != NULL && share != NULL && ret_create != NULL, false);

    return jw_db_insert_one(self, COLLECTION, jw_repo_document(&shares, share), ret_create, error)
           || jw_prefix(error, "creating link '%s'", share->id);
}

bool
jw_store_get_share(JwStore *self, const char *id, JwShare **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret != NULL, false);
    gpointer share = NULL;

    if (!jw_repo_get(self, &shares, id, &share, error)) {
        return false;
    }
    *ret = share;
    return true;
}

bool
jw_store_list_shares(JwStore *self, const char *job_id, size_t limit, GPtrArray **ret,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("jobId", BCON_UTF8(job_id));
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "createdAt", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    return jw_repo_page(self, &shares, filter, opts, limit, ret, error);
}

/* The most is in the filter, not compared with the count inside the document: no server of ours is
 * asked to compare two fields, and it never changes. */
bool
jw_store_use_share(JwStore *self, const JwShare *share, int64_t now_ms, JwCas *ret_cas,
                   GError **error)
{
    g_return_val_if_fail(self != NULL && share != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(share->id), "revokedAt", BCON_NULL);
    g_autoptr(bson_t) update = BCON_NEW("$inc", "{", "downloads", BCON_INT64(1), "}", "$set", "{",
                                        "usedAt", BCON_DATE_TIME(now_ms), "}");

    if (share->max_downloads > 0) {
        BCON_APPEND(filter, "downloads", "{", "$lt", BCON_INT64(share->max_downloads), "}");
    }
    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "counting a download of link '%s'", share->id);
}

bool
jw_store_return_share(JwStore *self, const char *id, JwCas *ret_cas, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(id), "downloads", "{", "$gt", BCON_INT64(0), "}");
    g_autoptr(bson_t) update = BCON_NEW("$inc", "{", "downloads", BCON_INT64(-1), "}");

    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "giving back a download of link '%s'", id);
}

bool
jw_store_revoke_share(JwStore *self, const char *id, const char *by, int64_t now_ms, JwCas *ret_cas,
                      GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && by != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id), "revokedAt", BCON_NULL);
    g_autoptr(bson_t) update =
        BCON_NEW("$set", "{", "revokedAt", BCON_DATE_TIME(now_ms), "revokedBy", BCON_UTF8(by), "}");

    return jw_db_update(self, COLLECTION, filter, update, ret_cas, error)
           || jw_prefix(error, "revoking link '%s'", id);
}
