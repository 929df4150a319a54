/* main.c: jobwire-executor: its composition and its end. The rest is exe_run(). */
#include "exe.h"

#include "jw/svc.h"

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    (void)svc;
    return exe_run(data, error);
}

int
main(int argc, char **argv)
{
    Exe self = { 0 };
    const JwConfigTable tables[] = {
        { "Executor", exe_config_entries, exe_n_config_entries, &self.config },
    };
    const JwSvcDef def = {
        .name = "executor",
        .summary = "runs jobs: reads records, aggregates them and writes reports",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = &self.ports,
        .reads_reports = true,
        .needs_bus = true,
        .start = start,
        .drain = exe_drain,
        .stop = exe_stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
