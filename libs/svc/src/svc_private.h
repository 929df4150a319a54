/* svc_private.h: what the files of svc share. One JwSvc a process, of the main thread. */
#pragma once
#include "jw/metrics.h"
#include "jw/svc.h"

typedef struct {
    char *log_level;
    int64_t drain_timeout_ms;
    int64_t health_port; /* 0: on the service's own listener */
    char *crash_at;
} JwSvcConfig;
extern const JwConfigEntry jw_svc_config_entries[];
extern const size_t jw_svc_n_config_entries;

extern const JwConfigEntry jw_svc_reports_entries[];
extern const size_t jw_svc_n_reports_entries;
extern const JwConfigEntry jw_svc_languages_entries[];
extern const size_t jw_svc_n_languages_entries;

/* The variables of all services, for one environment may serve them all: names alone. */
extern const JwConfigEntry jw_svc_sibling_entries[];
extern const size_t jw_svc_n_sibling_entries;

typedef struct _JwHealth JwHealth;

struct _JwSvc {
    const JwSvcDef *def;
    JwSvcConfig config;
    JwHttpConfig http_config;
    JwHttpConfig health_config; /* of a listener of its own */
    char *reports_dir, *languages_dir;
    JwStoreConfig store_config;
    JwBusConfig bus_config;
    JwConfigTable *tables; /* the service's, ours, then the siblings' */
    size_t n_tables;
    JwHttpServer *http;
    JwHttpServer *health_http; /* NULL: health is on @http */
    JwHealth *health;
    JwStop *stop;
    GThread *preparing;    /* the store */
    JwMetric *clock_ahead; /* of a service that does not go by its own */
};

/* svc_options.c: what the command line asked for */
typedef enum { JW_SVC_RUN, JW_SVC_EXIT } JwSvcTodo;
/* JW_SVC_EXIT: everything was printed, @ret_status is the exit status. JW_SVC_RUN: the tables are
 * loaded, and @ret_wrong (transfer full) is what stops a start, or "". */
JwSvcTodo jw_svc_options(JwSvc *self, gpointer service, int argc, char **argv, char **ret_wrong,
                         int *ret_status);

/* svc_check.c: jw_config_read() of all tables, with those of the process that no table can check.
 * (transfer full) */
char *jw_svc_read(JwSvc *self);
/* All that is wrong with the values that were read, a line each; "": nothing. @unread: of the
 * above. Opens the ports that need no server: clock, catalog and wire. (transfer full) */
char *jw_svc_check(JwSvc *self, gpointer service, const char *unread);

/* svc_ports.c: for a service with ports. Closes those that were opened. */
bool jw_svc_open_ports(JwSvc *self, GError **error);
void jw_svc_close_ports(JwSvc *self);

/* svc_signal.c */
void jw_svc_block_signals(void);
/* Sleeps until SIGTERM or SIGINT; the name of what came. */
const char *jw_svc_wait_signal(void);
/* Ends the process at once on a further signal, or at the deadline. */
void jw_svc_limit_drain(int64_t deadline_mono_ms);

/* svc_health.c */
JwHealth *jw_svc_health_new(JwSvc *svc, JwHttpServer *http);
void jw_svc_health_add(JwHealth *self, const char *name, bool required, JwReadyCheck check,
                       gpointer data);
void jw_svc_health_start(JwHealth *self); /* a thread for each check */
void jw_svc_health_stop(JwHealth *self);
void jw_svc_health_free(gpointer self);
void jw_svc_health_drain(JwHealth *self); /* not ready from now on */
