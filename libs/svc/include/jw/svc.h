/* jw/svc.h: what every service's main() shares: options, configuration, log, health, signals,
 * drain. A service is a const JwSvcDef and its own struct; jw_svc_main() runs it on the main
 * thread. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"
#include "jw/http.h"
#include "jw/ports.h"
#include "jw/sync.h"

G_BEGIN_DECLS

typedef struct _JwSvc JwSvc;

/* By whose clock a service goes: this machine's or the store's. With the store's there is a check
 * "clock", which fails when the two differ. */
typedef enum {
    JW_SVC_OWN_TIME,
    JW_SVC_JOBS_TIME,  /* the store's in ports->jobs alone, not for tokens */
    JW_SVC_STORE_TIME, /* ports->clock is the store's; to be synced before anything is decided */
} JwSvcTime;

typedef struct {
    const char *name;            /* "gateway": program jobwire-gateway, log field service */
    const char *summary;         /* one line for --help */
    const JwConfigTable *tables; /* the service's own; svc adds ports, log, HTTP and drain */
    size_t n_tables;
    JwPorts *ports;     /* filled before start(), emptied after stop(); NULL: none */
    bool reads_reports; /* ports->catalog: the report definitions of JW_REPORTS_DIR */
    bool needs_bus;     /* not ready while the broker is away */
    JwSvcTime time;
    /* Notes what is wrong with the values that were read, for --check-config and before a start.
     * Clock, catalog (NULL when it could not be read) and wire are there. May be NULL. */
    void (*check)(gpointer self, JwConfigCheck *check);
    /* Creates further ports and threads, adds APIs to jw_svc_http() (not started yet). */
    bool (*start)(JwSvc *svc, gpointer self, GError **error);
    /* Readiness is off and no request is taken any more: finish or release work until
     * @deadline_mono_ms. May be NULL. */
    void (*drain)(gpointer self, int64_t deadline_mono_ms);
    /* Ends threads, frees what start() created. Called also after a failed start. */
    void (*stop)(gpointer self);
} JwSvcDef;

/* Exit status: 0 drained, 64 usage, 78 bad configuration (all violations named), 70 start failed.
 * Options: --help, --version, --check-config, --print-config (secrets masked). SIGTERM and SIGINT
 * drain; a second one ends at once. */
int jw_svc_main(const JwSvcDef *def, gpointer self, int argc, char **argv);

/* The server that start() adds its APIs to. (transfer none) */
JwHttpServer *jw_svc_http(JwSvc *self);

/* Tests only: set when draining starts, before requests are waited for. (transfer none) */
JwStop *jw_svc_stop_flag(JwSvc *self);

/* Whether a dependency answers. On a thread of its own; the error is for the log. */
typedef bool (*JwReadyCheck)(gpointer data, GError **error);

/* /readyz asks every check (each at most once a second, on a thread of its own, so that a slow
 * dependency does not block the probe): a failing REQUIRED one makes it 503, a failing other one
 * 200 with "degraded". Before start() returns. */
void jw_svc_add_check(JwSvc *self, const char *name, bool required, JwReadyCheck check,
                      gpointer data);

G_END_DECLS
