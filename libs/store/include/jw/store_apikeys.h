/* jw/store_apikeys.h: API keys (jw/api_key.h). The store has no key, only what checks one. Errors:
 * jw/store.h. */
#pragma once
#include "jw/api_key.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* @ret_create: (out): EXISTS: there is one with this id, which is left as it is. */
bool jw_store_create_api_key(JwStore *self, const JwApiKey *key, JwCreate *ret_create,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_api_key(JwStore *self, const char *id, JwApiKey **ret,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Oldest first, those that are over as well; at most @limit. @ret: (out) (element-type JwApiKey)
 * (transfer full) */
bool jw_store_list_api_keys(JwStore *self, size_t limit, GPtrArray **ret,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends it for good. @by: who. @ret_cas: (out): LOST: it was revoked before, or there is none. */
bool jw_store_revoke_api_key(JwStore *self, const char *id, const char *by, int64_t now_ms,
                             JwCas *ret_cas, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes that it was used; an earlier time than the one that is noted changes nothing. */
bool jw_store_note_api_key(JwStore *self, const char *id, int64_t used_ms,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
