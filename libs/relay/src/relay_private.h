/* relay_private.h: what the files of the relay share. */
#pragma once
#include "jw/clock.h"
#include "jw/metrics.h"
#include "jw/relay.h"
#include "jw/sync.h"

G_BEGIN_DECLS

#define JW_RELAY_SET_MAX   50000 /* entries under way; more are left to the sweep */
#define JW_RELAY_BATCH_MAX 500   /* references in one pull */

/* One entry under way. Its address is its identity; the set owns it. */
typedef struct {
    JwDocKind kind;
    char *doc_id, *entry_id;
    char *key; /* in the set */
} JwRelayItem;

/* relay_set.c: not locked by itself. */
typedef struct _JwRelaySet JwRelaySet;
JwRelaySet *jw_relay_set_new(size_t max);
void jw_relay_set_free(gpointer self);
/* NULL: it is under way already, or the set is full. (transfer none) */
JwRelayItem *jw_relay_set_add(JwRelaySet *self, JwDocKind kind, const char *doc_id,
                              const char *entry_id);
bool jw_relay_set_has(const JwRelaySet *self, JwDocKind kind, const char *doc_id,
                      const char *entry_id);
void jw_relay_set_remove(JwRelaySet *self, JwRelayItem *item);
size_t jw_relay_set_size(const JwRelaySet *self);

/* relay_core.c: the part that outlives the relay for late delivery reports: reference counted. */
typedef struct {
    gatomicrefcount refs;
    JwMutex mutex; /* guards what follows */
    JwCond changed;
    JwRelaySet *set;      /* published or persisted, not yet pulled */
    GPtrArray *persisted; /* of JwRelayItem (transfer none): to be pulled */
    size_t sending;       /* publishes without a report yet */
    bool stop;
    int64_t give_up_mono_ms; /* when stopping */
    JwMetric *published, *pull_failures, *backlog;
} JwRelayCore;
JwRelayCore *jw_relay_core_new(void);
JwRelayCore *jw_relay_core_ref(JwRelayCore *self);
void jw_relay_core_unref(JwRelayCore *self);
void jw_relay_core_gauge_locked(JwRelayCore *self);

struct _JwRelay {
    JwStore *store;
    JwBus *bus;
    JwClock *clock;
    char *ce_source;
    JwRelayCore *core;
    GThread *worker; /* NULL: pulled by jw_relay_pull_now() only */
};

/* relay_publish.c: publishes an entry of the set; removes it when refused.
 */
void jw_relay_send(JwRelay *self, JwRelayItem *item, const JwOutboxEntry *entry);

G_END_DECLS
