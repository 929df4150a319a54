/* gw.h: the gateway's one struct and what its files share.
 *
 * Threads: handlers run on the HTTP server's threads, one per connection; everything in Gw is immutable after
 * gw_run(), and the ports are for any thread. One watch thread (core/pending.c) counts the pending jobs, so that no
 * request pays for it. */
#pragma once
#include "jw/http.h"
#include "jw/ports.h"

G_BEGIN_DECLS

typedef struct {
    char *public_url;    /* JW_PUBLIC_URL: how clients reach this gateway; NULL: links are paths */
    int64_t pending_max; /* JW_PENDING_MAX */
    int64_t retry_max;   /* JW_RETRY_MAX */
} GwConfig;

typedef struct _GwPending GwPending;

typedef struct {
    GwConfig config;
    JwAuthConfig auth_config;
    JW_PORTS;
    JwAuthenticator *authenticator;
    GwPending *pending;
} Gw;

/* For main.c and tests. */
extern const JwConfigEntry gw_config_entries[];
extern const size_t gw_n_config_entries;

/* gw.c: from ports to a working façade. The ports in @self are set (real or in memory) and stay the caller's. Adds the
 * routes to @http, which is not started yet. */
bool gw_run(Gw *self, JwHttpServer *http, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* Waits until what was offered to the relay is on the broker, at most until @deadline_mono_ms. */
void gw_drain(Gw *self, int64_t deadline_mono_ms);
/* Ends the watch thread. Also after a failed start. */
void gw_stop(Gw *self);

/* routes.c */
void gw_add_routes(Gw *self, JwHttpServer *http);

/* core/pending.c: the cap of pending jobs. */
GwPending *gw_pending_new(JwStore *store, JwClock *clock, int64_t max);
void gw_pending_free(GwPending *self); /* stops its thread */
/* Starts the watch thread: a count a second while jobs are coming in. */
bool gw_pending_watch(GwPending *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* False when the last count, not older than two seconds, plus what came since is at the cap. Never waits. */
bool gw_pending_admits(GwPending *self);
void gw_pending_note(GwPending *self); /* one more was made here */
/* One count, now: what the thread does. */
bool gw_pending_count(GwPending *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
