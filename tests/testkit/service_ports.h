/* service_ports.h: the ports in memory as a service has them. For the kits of the services. */
#pragma once
#include "kit.h"

#include "jw/ports.h"

static inline JwPorts
kit_service_ports(KitPorts *self, const char *ce_source)
{
    JwPorts ports = {
        .clock = &self->clock.fake.clock,
        .catalog = self->catalog,
        .wire = self->wire,
        .store = self->store,
        .bus = self->bus,
        .relay = kit_relay(self, ce_source),
    };

    ports.jobs = jw_jobs(ports.clock, ports.wire, ports.store, ports.relay);
    return ports;
}
