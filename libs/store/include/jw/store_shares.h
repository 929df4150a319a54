/* jw/store_shares.h: links that an owner made to a job's report, for people without a token. The
 * link itself is a signature (jw/link_token.h) over the id here. Errors: jw/store.h. */
#pragma once
#include "jw/job.h"
#include "jw/store.h"

G_BEGIN_DECLS

typedef struct {
    char *id, *job_id; /* UUIDs */
    char *description; /* NULL: none */
    JwActor created_by;
    int64_t created_at_ms, expires_at_ms; /* the latter in whole seconds */
    int64_t max_downloads;                /* 0: no limit */
    int64_t downloads, used_at_ms;        /* how many were begun, and when the last of them */
    int64_t revoked_at_ms;                /* 0: it was not */
    char *revoked_by;                     /* subject */
    char *request_hash;                   /* SHA-256 of the request that made it */
} JwShare;

/* NULL-safe. */
void jw_share_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwShare, jw_share_free)

/* @ret_create: (out): EXISTS: there is one with this id, which is left as it is. */
bool jw_store_create_share(JwStore *self, const JwShare *share, JwCreate *ret_create,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_share(JwStore *self, const char *id, JwShare **ret,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Those of a job, oldest first, at most @limit. @ret: (out) (element-type JwShare) (transfer
 * full) */
bool jw_store_list_shares(JwStore *self, const char *job_id, size_t limit, GPtrArray **ret,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Counts a download that begins. @share: as it was read. @ret_cas: (out): LOST: it was revoked, or
 * has no download left, or is gone. IN_DOUBT: it may have been counted. */
bool jw_store_use_share(JwStore *self, const JwShare *share, int64_t now_ms, JwCas *ret_cas,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Gives a download back that was counted, and of which the file could not be had. @ret_cas: (out):
 * LOST: none is counted, or it is gone. IN_DOUBT: it may have been given back. */
bool jw_store_return_share(JwStore *self, const char *id, JwCas *ret_cas,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends it. @by: subject. @ret_cas: (out): LOST: it was revoked before, or is gone. */
bool jw_store_revoke_share(JwStore *self, const char *id, const char *by, int64_t now_ms,
                           JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
