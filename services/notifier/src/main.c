/* main.c: jobwire-notifier: real ports, then ntf_run(). */
#include "ntf.h"

static bool
store_ready(gpointer data, GError **error)
{
    return jw_store_ping(((Ntf *)data)->store, error);
}

static bool
bus_ready(gpointer data, GError **error)
{
    return jw_bus_connected(((Ntf *)data)->bus)
           || jw_fail(error, JW_ERROR_UNAVAILABLE, "the broker does not answer");
}

static bool
mail_ready(gpointer data, GError **error)
{
    return jw_mail_ping(((Ntf *)data)->mail, error);
}

static bool
start(JwSvc *svc, gpointer data, GError **error)
{
    Ntf *self = data;

    self->clock = jw_clock_system();
    self->wire = jw_wire_new(NULL, self->bus_config.topic_prefix);
    self->mail = jw_mail_smtp_new(&self->mail_config, error);
    if (self->mail == NULL) {
        return false;
    }
    self->store = jw_store_mongo_new(&self->store_config, "jobwire-notifier", error);
    if (self->store == NULL) {
        return false;
    }
    self->bus = jw_bus_kafka_new(&self->bus_config, "notifier", JW_VERSION, error);
    if (self->bus == NULL) {
        return false;
    }
    self->relay = jw_relay_new(self->store, self->bus, self->clock, "/jobwire/notifier");
    jw_svc_add_check(svc, "mongodb", true, store_ready, self);
    jw_svc_add_check(svc, "kafka", true, bus_ready, self);
    jw_svc_add_check(svc, "smtp", false, mail_ready, self);
    return ntf_run(self, error);
}

static void
drain(gpointer data, int64_t deadline_mono_ms)
{
    /* Only mails at their final dot are waited for. One whose server answers after the deadline is in doubt by its
     * mark, which is what is true of it. */
    (void)deadline_mono_ms;
    ntf_stop(data);
}

static void
stop(gpointer data)
{
    Ntf *self = data;

    ntf_stop(self);
    g_clear_pointer(&self->relay, jw_relay_free);
    g_clear_pointer(&self->bus, jw_bus_free);
    g_clear_pointer(&self->store, jw_store_free);
    g_clear_pointer(&self->mail, jw_mail_free);
    g_clear_pointer(&self->wire, jw_wire_free);
}

int
main(int argc, char **argv)
{
    Ntf self = { 0 };
    const JwConfigTable tables[] = {
        { "Notifier", ntf_config_entries, ntf_n_config_entries, &self.config },
        { "Mail", jw_mail_config_entries, jw_mail_n_config_entries, &self.mail_config },
        { "MongoDB", jw_store_config_entries, jw_store_n_config_entries, &self.store_config },
        { "Kafka", jw_bus_config_entries, jw_bus_n_config_entries, &self.bus_config },
    };
    const JwSvcDef def = {
        .name = "notifier",
        .summary = "mails finished reports and keeps what became of each mail",
        .tables = tables,
        .n_tables = G_N_ELEMENTS(tables),
        .start = start,
        .drain = drain,
        .stop = stop,
    };

    return jw_svc_main(&def, &self, argc, argv);
}
