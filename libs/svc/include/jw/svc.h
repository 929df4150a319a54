/* jw/svc.h: what every service's main() shares: options, configuration, log, health, signals,
 * drain. A service is a const JwSvcDef and its own struct; jw_svc_main() runs it on the main
 * thread. */
#pragma once
#include "jw/catalog.h"
#include "jw/config.h"
#include "jw/error.h"
#include "jw/http.h"
#include "jw/relay.h"
#include "jw/sync.h"
#include "jw/wire.h"

G_BEGIN_DECLS

typedef struct _JwSvc JwSvc;

/* Where a service wants the ports that all have, by their real adapters. They are there from
 * start() to the end of stop(), and stay ours; readiness asks store and bus. */
typedef struct {
    JwClock **clock;
    JwCatalog **catalog; /* NULL: it knows no reports, only events */
    JwWire **wire;
    JwStore **store;
    JwBus **bus;
    bool needs_bus; /* not ready while the broker is away */
    JwRelay **relay;
} JwPorts;

typedef struct {
    const char *name;            /* "gateway": program jobwire-gateway, log field service */
    const char *summary;         /* one line for --help */
    const JwConfigTable *tables; /* the service's own; svc adds ports, log, HTTP and drain */
    size_t n_tables;
    const JwPorts *ports; /* NULL: none */
    /* Makes further ports and threads, adds APIs to jw_svc_http() (not started yet). */
    bool (*start)(JwSvc *svc, gpointer self, GError **error);
    /* Readiness is off and no request is taken any more: finish or hand back work until
     * @deadline_mono_ms. May be NULL. */
    void (*drain)(gpointer self, int64_t deadline_mono_ms);
    /* Ends threads, frees what start() made. Called also after a failed start. */
    void (*stop)(gpointer self);
} JwSvcDef;

/* Exit status: 0 drained, 64 usage, 78 bad configuration (all faults named), 70 start failed.
 * Options: --help, --version, --check-config, --print-config (secrets masked). SIGTERM and SIGINT
 * drain; a second one ends at once. */
int jw_svc_main(const JwSvcDef *def, gpointer self, int argc, char **argv);

JwHttpServer *jw_svc_http(JwSvc *self); /* (transfer none) */
JwStop *jw_svc_stop_flag(JwSvc *self);  /* set when draining starts: threads sleep on it */
/* Ends the service as SIGTERM does; from any thread (a port that cannot recover). */
void jw_svc_request_stop(JwSvc *self, const char *why);

/* /readyz asks every check (each at most once a second, on a thread of its own, so that a slow
 * dependency does not hold the probe): a failing REQUIRED one makes it 503, a failing other one
 * 200 with "degraded". Before start() returns. */
typedef bool (*JwReadyCheck)(gpointer data, GError **error);
void jw_svc_add_check(JwSvc *self, const char *name, bool required, JwReadyCheck check,
                      gpointer data);

G_END_DECLS
