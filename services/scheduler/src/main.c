/* main.c: jobwire-scheduler: what it is made of and how it ends. The rest is sch_run(). */
#include "sch.h"

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    (void)svc;
    return sch_run(data, error);
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    (void)deadline_mono_ms; /* each task is short and may be cut anywhere */
    sch_stop(data);
}

static void
stop(gpointer data)
{
    sch_stop(data);
}

int
main(int argc, char **argv)
{
    Sch self = { 0 };
    const JwConfigTable tables[] = {
        { "Scheduler", sch_config_entries, sch_n_config_entries, &self.config },
    };
    const JwPorts ports = {
        .clock = &self.clock,
        .catalog = &self.catalog,
        .wire = &self.wire,
        .store = &self.store,
        .bus = &self.bus,
        .relay = &self.relay,
    };
    const JwSvcDef def = {
        .name = "scheduler",
        .summary = "fires schedules, relays outboxes, hints and reaps jobs",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = &ports,
        .start = start,
        .drain = drain,
        .stop = stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
