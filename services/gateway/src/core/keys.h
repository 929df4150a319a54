/* core/keys.h: API keys, as a gateway that is asked with them knows them. Any thread. */
#pragma once
#include "gw.h"

G_BEGIN_DECLS

/* What admins and keys of the role "bounces" may. */
#define GW_BOUNCES_MAY "bounces:report"

/* @store, @clock: (transfer none): outlive it, as does @secrets (nullable): NULL: all keys are
 * refused. @cache_ms: how long what was read of a key is trusted. */
GwKeys *gw_keys_new(JwStore *store, JwClock *clock, const JwKeyring *secrets, int64_t cache_ms);

/* @keys: (transfer full) (nullable): a GwKeys; its thread is stopped. */
void gw_keys_free(gpointer keys);

/* Starts the thread that notes when keys were used and says how many were refused. @error:
 * UNAVAILABLE. */
bool gw_keys_start(GwKeys *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Who @key stands for: subject "apikey:<id>", the one role of the key. @error: DENIED: why it is
 * refused, without any part of it; others: the store's. (transfer full) */
JwPrincipal *gw_keys_verify(GwKeys *self, const char *key,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Writes what is to be noted now, at most once a minute for each key: what the thread does. @error:
 * those of jw_store_note_api_key(): the rest is tried again. */
bool gw_keys_note(GwKeys *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Logs how many keys were refused since the last time, and why, unless that is less than ten
 * seconds ago: what the thread does. */
void gw_keys_tell(GwKeys *self);

G_END_DECLS
