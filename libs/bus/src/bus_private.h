/* bus_private.h: the port behind jw/bus.h: what an adapter provides.
 * An adapter's bus and consumer start with these structs. Arguments are checked by bus.c before
 * they come here. */
#pragma once
#include "jw/bus.h"

G_BEGIN_DECLS

typedef struct {
    void (*free)(JwBus *self);
    bool (*publish)(JwBus *self, const JwMessage *message, JwPublished done, gpointer data,
                    GError **error);
    bool (*flush)(JwBus *self, int64_t timeout_ms, GError **error);
    bool (*connected)(JwBus *self);
    bool (*create_topics)(JwBus *self, const JwTopic *topics, size_t n_topics, int64_t timeout_ms,
                          GError **error);
    JwConsumer *(*subscribe)(JwBus *self, const JwSubscription *subscription, GError **error);
} JwBusOps;

struct _JwBus {
    const JwBusOps *ops;
    int64_t message_max_bytes; /* key, body and headers together */
};

typedef struct {
    void (*free)(JwConsumer *self);
} JwConsumerOps;

struct _JwConsumer {
    const JwConsumerOps *ops;
};

#define JW_BUS_MESSAGE_MAX_DEFAULT INT64_C(1048576)
#define JW_BUS_BATCH_MAX           1000

G_END_DECLS
