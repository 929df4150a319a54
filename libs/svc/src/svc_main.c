/* svc_main.c: the life of a service process: configuration, log, ports, service, signal, drain,
 * end. Main thread. HTTP starts last and stops first, so a handler never sees a service that is
 * incomplete; a health listener of its own stops last, so that probes see the draining. */
#include "svc_private.h"

#include "jw/clock.h"
#include "jw/log.h"

#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXIT_START_FAILED  70
#define HEALTH_CONNECTIONS 64
#define HEALTH_TIMEOUT_MS  10000

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

/* Secrets are in memory: no core files, and no access for other processes of this user. */
static void
harden(void)
{
    const struct rlimit none = { 0, 0 };

    (void)setrlimit(RLIMIT_CORE, &none);
#ifndef SANITIZED /* the leak checker attaches to its own process */
    (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
    (void)umask(0077);
}

static void
build_tables(JwSvc *self)
{
    const JwSvcDef *def = self->def;
    const JwConfigTable ours[] = {
        { "Reports", jw_svc_reports_entries, jw_svc_n_reports_entries, self },
        { "Languages", jw_svc_languages_entries, jw_svc_n_languages_entries, self },
        { "MongoDB", jw_store_config_entries, jw_store_n_config_entries, &self->store_config },
        { "Kafka", jw_bus_config_entries, jw_bus_n_config_entries, &self->bus_config },
        { "HTTP", jw_http_config_entries, jw_http_n_config_entries, &self->http_config },
        { "Process", jw_svc_config_entries, jw_svc_n_config_entries, &self->config },
        { NULL, jw_svc_sibling_entries, jw_svc_n_sibling_entries, NULL },
    };
    const size_t without = def->ports == NULL ? 4 : def->reads_reports ? 0 : 1;
    const size_t n_ours = G_N_ELEMENTS(ours) - without;

    self->n_tables = def->n_tables + n_ours - 1;
    self->tables = g_new0(JwConfigTable, def->n_tables + n_ours);
    memcpy(self->tables, def->tables, def->n_tables * sizeof *ours);
    memcpy(self->tables + def->n_tables, ours + without, n_ours * sizeof *ours);
}

/* Its handlers never block, so its I/O thread runs them, and nothing else waits for that thread. */
static bool
make_health(JwSvc *self, GError **error)
{
    self->health_config = (JwHttpConfig){
        .address = self->http_config.address, /* (transfer none) */
        .port = self->config.health_port,
        .port_variable = "JW_HEALTH_PORT",
        .body_max_bytes = 1024,
        .connections_max = HEALTH_CONNECTIONS,
        .idle_timeout_ms = HEALTH_TIMEOUT_MS,
        .request_age_ms = HEALTH_TIMEOUT_MS,
    };
    if (self->config.health_port != 0) {
        self->health_http = jw_http_server_new(&self->health_config, error);
        if (self->health_http == NULL) {
            return false;
        }
    }
    self->health =
        jw_svc_health_new(self, self->health_http != NULL ? self->health_http : self->http);
    return true;
}

static bool
start_health(JwSvc *self, GError **error)
{
    jw_svc_health_start(self->health);
    return self->health_http == NULL || jw_http_server_start(self->health_http, error);
}

static bool
start(JwSvc *self, gpointer service, GError **error)
{
    self->stop = jw_stop_new();
    self->http = jw_http_server_new(&self->http_config, error);
    if (self->http == NULL || !make_health(self, error)) {
        return false;
    }
    if (!jw_svc_open_ports(self, error) || !self->def->start(self, service, error)) {
        return false;
    }
    return start_health(self, error) && jw_http_server_start(self->http, error);
}

static void
drain(JwSvc *self, gpointer service, const char *reason)
{
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    int64_t deadline_ms = start_ms + self->config.drain_timeout_ms;

    jw_info("service_draining", JW_STR("reason", reason),
            JW_INT("timeout_ms", self->config.drain_timeout_ms));
    jw_svc_limit_drain(deadline_ms);
    jw_svc_health_drain(self->health);
    jw_stop_set(self->stop);
    jw_http_server_stop(self->http, self->config.drain_timeout_ms);
    if (self->def->drain != NULL) {
        self->def->drain(service, deadline_ms);
    }
}

static void
end(JwSvc *self, gpointer service)
{
    if (self->stop != NULL) {
        jw_stop_set(self->stop);
    }
    if (self->http != NULL) {
        jw_http_server_stop(self->http, 0);
    }
    if (self->health_http != NULL) {
        jw_http_server_stop(self->health_http, 0);
    }
    if (self->health != NULL) {
        jw_svc_health_stop(self->health);
    }
    if (self->def->stop != NULL) {
        self->def->stop(service);
    }
    jw_svc_close_ports(self);
    g_clear_pointer(&self->health, jw_svc_health_free);
    g_clear_pointer(&self->health_http, jw_http_server_free);
    g_clear_pointer(&self->http, jw_http_server_free);
    g_clear_pointer(&self->stop, jw_stop_free);
    jw_config_clear(self->tables, self->n_tables);
}

static int
run(JwSvc *self, gpointer service, const char *wrong)
{
    g_autoptr(GError) error = NULL;
    JwLogLevel level = JW_LOG_INFO;

    harden();
    (void)jw_log_level_parse(self->config.log_level, &level);
    jw_log_init(self->def->name, level);
    jw_svc_block_signals();
    if (wrong[0] != '\0') {
        (void)jw_fail(&error, JW_ERROR_INVALID, "%s", wrong);
    }
    if (error != NULL || !start(self, service, &error)) {
        jw_error_log("service_start_failed", JW_STR("cause", jw_error_message(error)));
        end(self, service);
        return EXIT_START_FAILED;
    }
    jw_info("service_started", JW_STR("version", JW_VERSION),
            JW_STR("address", self->http_config.address),
            JW_INT("port", jw_http_server_port(self->http)),
            JW_INT("health_port", self->config.health_port), JW_INT("pid", getpid()));
    drain(self, service, jw_svc_wait_signal());
    end(self, service);
    jw_info("service_stopped");
    return 0;
}

int
jw_svc_main(const JwSvcDef *def, gpointer service, int argc, char **argv)
{
    g_return_val_if_fail(def != NULL && def->start != NULL, EXIT_START_FAILED);
    JwSvc svc = { .def = def };
    g_autofree char *wrong = NULL;
    int status = 0;

    jw_base_init();
    build_tables(&svc);
    if (jw_svc_options(&svc, service, argc, argv, &wrong, &status) == JW_SVC_RUN) {
        status = run(&svc, service, wrong);
    }
    g_free(svc.tables);
    return status;
}

JwHttpServer *
jw_svc_http(JwSvc *self)
{
    return self->http;
}

JwStop *
jw_svc_stop_flag(JwSvc *self)
{
    return self->stop;
}

void
jw_svc_add_check(JwSvc *self, const char *name, bool required, JwReadyCheck check, gpointer data)
{
    g_return_if_fail(self != NULL && name != NULL && check != NULL);
    jw_svc_health_add(self->health, name, required, check, data);
}
