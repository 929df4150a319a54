/* main.c: jobwire-gateway: real ports, then gw_run(). */
#include "gw.h"

#include "jw/svc.h"

static bool
store_ready(gpointer data, GError **error)
{
    return jw_store_ping(((Gw *)data)->store, error);
}

static bool
bus_ready(gpointer data, GError **error)
{
    return jw_bus_connected(((Gw *)data)->bus)
           || jw_fail(error, JW_ERROR_UNAVAILABLE,
                      "the broker does not answer; jobs wait in their outboxes");
}

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    Gw *self = data;

    self->clock = jw_clock_system();
    if ((self->catalog = jw_catalog_load(self->config.reports_dir, error)) == NULL) {
        return jw_prefix(error, "JW_REPORTS_DIR");
    }
    self->wire = jw_wire_new(self->catalog, self->bus_config.topic_prefix);
    if ((self->gate = jw_auth_gate_new(&self->auth_config, self->clock, error)) == NULL
        || (self->store = jw_store_mongo_new(&self->store_config, "jobwire-gateway", error)) == NULL
        || (self->bus = jw_bus_kafka_new(&self->bus_config, "gateway", JW_VERSION, error))
               == NULL) {
        return false;
    }
    self->relay = jw_relay_new(self->store, self->bus, self->clock, "/jobwire/gateway");
    jw_svc_add_check(svc, "mongodb", true, store_ready, self);
    jw_svc_add_check(svc, "kafka", false, bus_ready, self);
    jw_svc_set_gate(svc, self->gate);
    return gw_run(self, jw_svc_http(svc), error);
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    gw_drain(data, deadline_mono_ms);
}

static void
stop(gpointer data)
{
    Gw *self = data;

    gw_stop(self);
    g_clear_pointer(&self->relay, jw_relay_free);
    g_clear_pointer(&self->bus, jw_bus_free);
    g_clear_pointer(&self->store, jw_store_free);
    g_clear_pointer(&self->gate, jw_auth_gate_free);
    g_clear_pointer(&self->wire, jw_wire_free);
    g_clear_pointer(&self->catalog, jw_catalog_free);
}

int
main(int argc, char **argv)
{
    Gw self = { 0 };
    const JwConfigTable tables[] = {
        { "Gateway", gw_config_entries, gw_n_config_entries, &self.config },
        { "Tokens", jw_auth_config_entries, jw_auth_n_config_entries, &self.auth_config },
        { "MongoDB", jw_store_config_entries, jw_store_n_config_entries, &self.store_config },
        { "Kafka", jw_bus_config_entries, jw_bus_n_config_entries, &self.bus_config },
    };
    const JwSvcDef def = { "gateway", "takes report jobs over HTTP and serves their reports",
                           tables,    G_N_ELEMENTS(tables),
                           start,     drain,
                           stop };

    return jw_svc_main(&def, &self, argc, argv);
}
