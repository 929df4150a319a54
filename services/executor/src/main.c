/* main.c: jobwire-executor: real ports, then exe_run(). */
#include "exe.h"

#include "jw/log.h"

static bool
store_ready(gpointer data, GError **error)
{
    return jw_store_ping(((Exe *)data)->store, error);
}

static bool
bus_ready(gpointer data, GError **error)
{
    return jw_bus_connected(((Exe *)data)->bus)
           || jw_fail(error, JW_ERROR_UNAVAILABLE, "the broker does not answer");
}

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    Exe *self = data;

    self->clock = jw_clock_system();
    self->catalog = jw_catalog_load(self->config.reports_dir, error);
    if (self->catalog == NULL) {
        return jw_prefix(error, "JW_REPORTS_DIR");
    }
    self->wire = jw_wire_new(self->catalog, self->bus_config.topic_prefix);
    self->store = jw_store_mongo_new(&self->store_config, "jobwire-executor", error);
    if (self->store == NULL) {
        return false;
    }
    self->bus = jw_bus_kafka_new(&self->bus_config, "executor", JW_VERSION, error);
    if (self->bus == NULL) {
        return false;
    }
    self->relay = jw_relay_new(self->store, self->bus, self->clock, "/jobwire/executor");
    jw_svc_add_check(svc, "mongodb", true, store_ready, self);
    jw_svc_add_check(svc, "kafka", true, bus_ready, self);
    return exe_run(self, error);
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    exe_drain(data, deadline_mono_ms);
}

static void
stop(gpointer data)
{
    Exe *self = data;

    exe_stop(self);
    g_clear_pointer(&self->relay, jw_relay_free);
    g_clear_pointer(&self->bus, jw_bus_free);
    g_clear_pointer(&self->store, jw_store_free);
    g_clear_pointer(&self->wire, jw_wire_free);
    g_clear_pointer(&self->catalog, jw_catalog_free);
}

int
main(int argc, char **argv)
{
    Exe self = { 0 };
    const JwConfigTable tables[] = {
        { "Executor", exe_config_entries, exe_n_config_entries, &self.config },
        { "MongoDB", jw_store_config_entries, jw_store_n_config_entries, &self.store_config },
        { "Kafka", jw_bus_config_entries, jw_bus_n_config_entries, &self.bus_config },
    };
    const JwSvcDef def = {
        .name = "executor",
        .summary = "runs jobs: reads records, aggregates them and writes reports",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .start = start,
        .drain = drain,
        .stop = stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
