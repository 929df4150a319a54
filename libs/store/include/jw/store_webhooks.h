/* jw/store_webhooks.h: webhooks (jw/webhook.h), and what they got. Each change that somebody makes
 * raises the version; what sending finds out of one (that it fails, or not) does not. Errors:
 * jw/store.h. */
#pragma once
#include "jw/store.h"
#include "jw/webhook.h"

G_BEGIN_DECLS

/* @ret_create: (out): EXISTS: there is one with this id, which is left as it is. */
bool jw_store_create_webhook(JwStore *self, const JwWebhook *created, JwCreate *ret_create,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_webhook(JwStore *self, const char *id, JwWebhook **ret,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Oldest first, disabled ones as well, at most @limit. @ret: (out) (element-type JwWebhook)
 * (transfer full) */
bool jw_store_list_webhooks(JwStore *self, size_t limit, GPtrArray **ret,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Replaces url, description, events, report types, secrets, updated_at_ms, updated_by, and whether
 * and why it is disabled, and raises the version. @changed: its version is the one that the change
 * was made on. @forgive: its failures until now count no more, and nobody is to be told of them.
 * @ret_cas: (out): LOST: it has another version by now, or is gone. */
bool jw_store_change_webhook(JwStore *self, const JwWebhook *changed, bool forgive, JwCas *ret_cas,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret_cas: (out): LOST: there is none. */
bool jw_store_delete_webhook(JwStore *self, const char *id, int64_t now_ms, JwCas *ret_cas,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes how sending to it went: @why: what failed; NULL: it succeeded, which ends a time of
 * failures. One that is gone is no error. */
bool jw_store_note_webhook(JwStore *self, const char *id, const char *why, int64_t now_ms,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Disables it, with a notice to be sent. @failing_since_ms: only while it fails since then; 0:
 * whatever it does. @ret_cas: (out): LOST: it is disabled, gone, or succeeded meanwhile. */
bool jw_store_disable_webhook(JwStore *self, const char *id, const char *reason,
                              int64_t failing_since_ms, int64_t now_ms, JwCas *ret_cas,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The notice about that disabling is stored. One that is gone is no error. */
bool jw_store_end_webhook_notice(JwStore *self, const char *id, int64_t disabled_at_ms,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
