/* jw/relay.h: brings outbox entries to the bus and pulls them from their documents once
 * persisted. Any thread. One worker thread pulls in batches, so that a busy gateway pays one round
 * trip for many jobs. What it loses (a crash, a full queue, the broker away) a later
 * jw_relay_sweep() of any process finds in the documents. */
#pragma once
#include "jw/bus.h"
#include "jw/job.h"
#include "jw/store_outbox.h"

G_BEGIN_DECLS

typedef struct _JwRelay JwRelay;

/* All (transfer none), must outlive it. @ce_source: CloudEvents source of this service,
 * "/jobwire/gateway". */
JwRelay *jw_relay_new(JwStore *store, JwBus *bus, JwClock *clock, const char *ce_source);

/* Tests only: the same without a worker thread, on the memory adapters: everything runs in the
 * test's thread, pulls only in jw_relay_pull_now(). */
JwRelay *jw_relay_new_manual(JwStore *store, JwBus *bus, JwClock *clock, const char *ce_source);

/* Publishes what was accepted and pulls, up to 5 s; then stops and frees. */
void jw_relay_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwRelay, jw_relay_free)

/* Offers the entries of a document for publishing; never waits, may drop (the sweep finds them).
 * Entries are copied. */
void jw_relay_offer(JwRelay *self, JwDocKind kind, const char *doc_id, const GPtrArray *entries);

/* Offers every outbox entry older than @older_than_ms that is not under way here; returns how many
 * documents. Several processes may sweep at once: a double publish is harmless (ids are derived).
 */
bool jw_relay_sweep(JwRelay *self, int64_t older_than_ms, size_t *ret_offered,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Entries offered here and not yet pulled. */
size_t jw_relay_backlog(JwRelay *self);

/* Pulls now what is known to be persisted, in the caller's thread. Tests only, see
 * jw_relay_new_manual(). */
bool jw_relay_pull_now(JwRelay *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
