/* svc_ports.c: the ports that every service has, by their real adapters, opened before the
 * service starts (those without a server: svc_check.c) and closed after it has stopped. Main
 * thread; each check runs on a thread of its own, and so does the creation of the indexes. */
#include "svc_private.h"

#include "jw/clock.h"
#include "jw/log.h"

#define PREPARE_EVERY_MS 1000
#define CLOCK_EVERY_MS   1000
#define CLOCK_OFF_MS     5000 /* more than clocks that are kept right ever differ */

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

/* A store that is away is told of by "mongodb". */
static bool
clock_ready(gpointer data, GError **error)
{
    JwSvc *self = data;
    g_autoptr(GError) cause = NULL;

    if (!jw_store_clock_sync(self->def->ports->store_clock, CLOCK_EVERY_MS, &cause)) {
        return jw_error_code(cause) != JW_ERROR_INTERNAL
               || (g_propagate_error(error, g_steal_pointer(&cause)), false);
    }
    const int64_t ahead = jw_store_clock_ahead_ms(self->def->ports->store_clock);
    jw_metric_set(self->clock_ahead, NULL, (double)ahead / 1000);
    return ABS(ahead) <= CLOCK_OFF_MS
           || jw_fail(error, JW_ERROR_INTERNAL,
                      "the clock of this machine is %.1f s %s that of the MongoDB server, by which "
                      "it is decided what is due; have both set by NTP",
                      (double)ABS(ahead) / 1000, ahead > 0 ? "ahead of" : "behind");
}

/* The clock of ports->jobs. */
static JwClock *
open_clock(JwSvc *self)
{
    JwPorts *ports = self->def->ports;

    if (self->def->time == JW_SVC_OWN_TIME) {
        return ports->clock;
    }
    ports->store_clock = jw_store_clock_new(ports->store, ports->clock);
    JwClock *clock = jw_store_clock_port(ports->store_clock);
    if (self->def->time == JW_SVC_STORE_TIME) {
        ports->clock = clock;
    }
    self->clock_ahead = jw_metric_gauge(
        "jobwire_clock_ahead_seconds",
        "How far the clock of this machine is ahead of that of the store; negative: behind", NULL);
    jw_svc_health_add(self->health, "clock", false, clock_ready, self);
    return clock;
}

/* Any service may be the first on an empty database. The store may start later; nothing waits
 * for the indexes, without which queries are only slower. */
static gpointer
prepare_store(gpointer data)
{
    JwSvc *self = data;
    bool warned = false;

    do {
        g_autoptr(GError) error = NULL;

        if (jw_store_prepare(self->def->ports->store, &error)) {
            jw_info("store_prepared");
            return NULL;
        }
        if (!warned) {
            jw_warn("store_not_ready", JW_STR("error", jw_error_message(error)));
            warned = true;
        }
    } while (!jw_stop_wait(self->stop, PREPARE_EVERY_MS));
    return NULL;
}

bool
jw_svc_open_ports(JwSvc *self, GError **error)
{
    JwPorts *ports = self->def->ports;
    g_autofree char *program = g_strconcat("jobwire-", self->def->name, NULL);
    g_autofree char *source = g_strconcat("/jobwire/", self->def->name, NULL);

    if (ports == NULL) {
        return true;
    }
    ports->store = jw_store_mongo_new(&self->store_config, program, error);
    if (ports->store == NULL) {
        return false;
    }
    JwClock *clock = open_clock(self);
    ports->bus = jw_bus_kafka_new(&self->bus_config, self->def->name, JW_VERSION, error);
    if (ports->bus == NULL) {
        return false;
    }
    ports->relay = jw_relay_new(ports->store, ports->bus, clock, source);
    ports->jobs = jw_jobs(clock, ports->wire, ports->store, ports->relay);
    jw_svc_health_add(self->health, "mongodb", true, store_ready, ports->store);
    jw_svc_health_add(self->health, "kafka", self->def->needs_bus, bus_ready, ports->bus);
    self->preparing = g_thread_new("store-prepare", prepare_store, self);
    return true;
}

void
jw_svc_close_ports(JwSvc *self)
{
    JwPorts *ports = self->def->ports;

    if (ports == NULL) {
        return;
    }
    if (self->preparing != NULL) {
        jw_store_stop_waiting(ports->store);
        (void)g_thread_join(g_steal_pointer(&self->preparing));
    }
    g_clear_pointer(&ports->relay, jw_relay_free);
    g_clear_pointer(&ports->bus, jw_bus_free);
    g_clear_pointer(&ports->store_clock, jw_store_clock_free);
    g_clear_pointer(&ports->store, jw_store_free);
    g_clear_pointer(&ports->wire, jw_wire_free);
    g_clear_pointer(&ports->catalog, jw_catalog_free);
}
