/* main.c: jobwire-executor: its composition and its end. The rest is exe_run(). */
#include "exe.h"

#include "jw/svc.h"

static bool
check(gpointer data, GError **error)
{
    Exe *self = data;

    return jw_jobs_times_check(&self->times, error);
}

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
        { "Liveness", jw_jobs_times_entries, jw_jobs_n_times_entries, &self.times },
    };
    const JwSvcDef def = {
        .name = "executor",
        .summary = "runs jobs: reads records, aggregates them and writes reports",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = &self.ports,
        .reads_reports = true,
        .needs_bus = true,
        .check = check,
        .start = start,
        .drain = exe_drain,
        .stop = exe_stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
