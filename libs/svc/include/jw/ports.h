/* jw/ports.h: the ports that every service has, as one value in the service's struct. svc opens
 * their real adapters there before start() and closes them after stop(); a unit test puts ports in
 * memory into the same fields. */
#pragma once
#include "jw/bus.h"
#include "jw/catalog.h"
#include "jw/clock.h"
#include "jw/jobs.h"
#include "jw/relay.h"
#include "jw/store_clock.h"
#include "jw/wire.h"

G_BEGIN_DECLS

#define JW_PORT_FIELDS                                                                             \
    JwClock *clock;                                                                                \
    JwCatalog *catalog; /* NULL where a service reads no report definitions */                     \
    JwWire *wire;                                                                                  \
    JwStore *store;                                                                                \
    JwStoreClock *store_clock; /* what @clock is where a service asked for it, else NULL */        \
    JwBus *bus;                                                                                    \
    JwRelay *relay;                                                                                \
    JwJobs jobs; /* on these */

typedef struct {
    JW_PORT_FIELDS
} JwPorts;

/* A member of a service's struct: self->store and the like, and self->ports for all of them. */
#define JW_PORTS                                                                                   \
    union {                                                                                        \
        JwPorts ports;                                                                             \
        struct {                                                                                   \
            JW_PORT_FIELDS                                                                         \
        };                                                                                         \
    }

G_END_DECLS
