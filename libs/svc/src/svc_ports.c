/* svc_ports.c: the ports that every service has, by their real adapters, opened before the service
 * starts and closed after it has stopped. Main thread; each check runs on the thread of its own. */
#include "svc_private.h"

#include "jw/clock.h"

static bool
store_ready(gpointer store, GError **error)
{
    return jw_store_ping(store, error);
}

static bool
bus_ready(gpointer bus, GError **error)
{
    return jw_bus_connected(bus)
           || jw_fail(error, JW_ERROR_UNAVAILABLE, "the broker does not answer");
}

bool
jw_svc_open_ports(JwSvc *self, GError **error)
{
    const JwPorts *ports = self->def->ports;
    const JwCatalog *catalog = NULL;
    g_autofree char *program = g_strconcat("jobwire-", self->def->name, NULL);
    g_autofree char *source = g_strconcat("/jobwire/", self->def->name, NULL);

    if (ports == NULL) {
        return true;
    }
    *ports->clock = jw_clock_system();
    if (ports->catalog != NULL) {
        catalog = *ports->catalog = jw_catalog_load(self->reports_dir, error);
        if (catalog == NULL) {
            return jw_prefix(error, "JW_REPORTS_DIR");
        }
    }
    *ports->wire = jw_wire_new(catalog, self->bus_config.topic_prefix);
    *ports->store = jw_store_mongo_new(&self->store_config, program, error);
    if (*ports->store == NULL) {
        return false;
    }
    *ports->bus = jw_bus_kafka_new(&self->bus_config, self->def->name, JW_VERSION, error);
    if (*ports->bus == NULL) {
        return false;
    }
    *ports->relay = jw_relay_new(*ports->store, *ports->bus, *ports->clock, source);
    jw_svc_add_check(self, "mongodb", true, store_ready, *ports->store);
    jw_svc_add_check(self, "kafka", ports->needs_bus, bus_ready, *ports->bus);
    return true;
}

void
jw_svc_close_ports(JwSvc *self)
{
    const JwPorts *ports = self->def->ports;

    if (ports == NULL) {
        return;
    }
    g_clear_pointer(ports->relay, jw_relay_free);
    g_clear_pointer(ports->bus, jw_bus_free);
    g_clear_pointer(ports->store, jw_store_free);
    g_clear_pointer(ports->wire, jw_wire_free);
    if (ports->catalog != NULL) {
        g_clear_pointer(ports->catalog, jw_catalog_free);
    }
}
