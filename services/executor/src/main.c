/* main.c: jobwire-executor: its composition and its end. The rest is exe_run(). */
#include "exe.h"

#include "jw/memory.h"
#include "jw/svc.h"

#include <errno.h>
#include <unistd.h>

/* Reports are written there: a folder that is missing would fail each job. */
static bool
check_temp_dir(const char *path, GError **error)
{
    if (!g_file_test(path, G_FILE_TEST_IS_DIR)) {
        return jw_fail(error, JW_ERROR_INVALID,
                       "JW_TEMP_DIR: '%s' is no folder; create it, or name another", path);
    }
    return access(path, W_OK | X_OK) == 0
           || jw_fail(error, JW_ERROR_INVALID,
                      "JW_TEMP_DIR: '%s' cannot be written to: %s; give this process the right to",
                      path, g_strerror(errno));
}

static void
check_values(gpointer data, JwConfigCheck *check)
{
    Exe *self = data;
    g_autoptr(GError) error = NULL;

    if (jw_config_is_read(check, "JW_HEARTBEAT_INTERVAL", "JW_HEARTBEAT_TIMEOUT", "JW_REAP_AFTER",
                          NULL)) {
        jw_config_note(check, jw_jobs_times_check(&self->times, &error), &error);
    }
    if (jw_config_is_read(check, "JW_CALLER_WEIGHTS", NULL)) {
        g_autoptr(JwTurnWeights) weights = jw_turn_weights_new(&self->turns_config, &error);
        jw_config_note(check, weights != NULL, &error);
    }
    if (jw_config_is_read(check, "JW_TEMP_DIR", NULL)) {
        jw_config_note(check, check_temp_dir(self->config.temp_dir, &error), &error);
    }
}

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    if (!exe_run(data, error)) {
        return false;
    }
    jw_svc_add_check(svc, "temp", false, exe_check_temp, data);
    return true;
}

int
main(int argc, char **argv)
{
    Exe self = { 0 };
    const JwConfigTable tables[] = {
        { "Executor", exe_config_entries, exe_n_config_entries, &self.config },
        { "Turns", jw_turns_config_entries, jw_turns_n_config_entries, &self.turns_config },
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
        .check = check_values,
        .start = start,
        .drain = exe_drain,
        .stop = exe_stop,
    };

    jw_memory_share();
    return jw_svc_main(&def, &self, argc, argv);
}
