/* main.c: jobwire-executor: what it is made of and how it ends. The rest is exe_run(). */
#include "exe.h"

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    (void)svc;
    return exe_run(data, error);
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    exe_drain(data, deadline_mono_ms);
}

static void
stop(gpointer data)
{
    exe_stop(data);
}

int
main(int argc, char **argv)
{
    Exe self = { 0 };
    const JwConfigTable tables[] = {
        { "Executor", exe_config_entries, exe_n_config_entries, &self.config },
    };
    const JwPorts ports = {
        .clock = &self.clock,
        .catalog = &self.catalog,
        .wire = &self.wire,
        .store = &self.store,
        .bus = &self.bus,
        .needs_bus = true,
        .relay = &self.relay,
    };
    const JwSvcDef def = {
        .name = "executor",
        .summary = "runs jobs: reads records, aggregates them and writes reports",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = &ports,
        .start = start,
        .drain = drain,
        .stop = stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
