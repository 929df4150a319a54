/* main.c: jobwire-scheduler: its composition and its end. The rest is sch_run(). */
#include "sch.h"

#include "jw/svc.h"

static void
check_values(gpointer data, JwConfigCheck *check)
{
    Sch *self = data;
    g_autoptr(GError) error = NULL;

    if (jw_config_is_read(check, "JW_HEARTBEAT_INTERVAL", "JW_HEARTBEAT_TIMEOUT", "JW_REAP_AFTER",
                          NULL)) {
        jw_config_note(check, jw_jobs_times_check(&self->times, &error), &error);
    }
    if (jw_config_is_read(check, "JW_EMAIL_REPORT_RECIPIENTS", NULL)) {
        jw_config_note(check, sch_check_shipped(self, &error), &error);
    }
    if (self->wire != NULL && jw_config_is_read(check, "JW_SCHEDULES_FILE", NULL)) {
        jw_config_note(check, sch_check_file(self, &error), &error);
    }
}

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

int
main(int argc, char **argv)
{
    Sch self = { 0 };
    const JwConfigTable tables[] = {
        { "Scheduler", sch_config_entries, sch_n_config_entries, &self.config },
        { "Recipients", jw_default_recipients_entries, jw_default_recipients_n_entries,
          &self.recipients },
        { "Liveness", jw_jobs_times_entries, jw_jobs_n_times_entries, &self.times },
    };
    const JwSvcDef def = {
        .name = "scheduler",
        .summary = "fires schedules, promotes and reaps jobs, relays outboxes",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .ports = &self.ports,
        .reads_reports = true,
        .time = JW_SVC_STORE_TIME,
        .check = check_values,
        .start = start,
        .drain = drain,
        .stop = sch_stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
