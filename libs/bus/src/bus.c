/* bus.c: the port of jw/bus.h: checks arguments and calls the adapter; the configuration. Any
 * thread. */
#include "bus_private.h"

#include <string.h>

const JwConfigEntry jw_bus_config_entries[] = {
    { "JW_KAFKA_BROKERS", JW_CONFIG_STRING, offsetof(JwBusConfig, brokers), NULL, 0, 0,
      JW_CONFIG_REQUIRED, "Kafka brokers to start from: host:port,host:port" },
    { "JW_KAFKA_CLIENT_ID", JW_CONFIG_STRING, offsetof(JwBusConfig, client_id), NULL, 0, 0, 0,
      "Client id seen by the broker; the service's name when empty" },
    { "JW_BUS_MESSAGE_MAX", JW_CONFIG_SIZE, offsetof(JwBusConfig, message_max_bytes), "1MiB", 1024,
      100 * 1024 * 1024, 0, "Largest message (key, body and headers) that is published" },
    { "JW_BUS_QUEUE_MAX", JW_CONFIG_INT, offsetof(JwBusConfig, queue_max), "100000", 1, 10000000, 0,
      "Messages that may wait for the broker; more are refused as busy" },
    { "JW_BUS_PUBLISH_TIMEOUT", JW_CONFIG_DURATION, offsetof(JwBusConfig, publish_timeout_ms),
      "30s", 100, 3600000, 0,
      "How long a message is offered to the broker before it counts as not sent" },
    { "JW_BUS_TOPIC_PREFIX", JW_CONFIG_STRING, offsetof(JwBusConfig, topic_prefix), "jobwire.", 0,
      0, 0, "Put in front of every topic name" },
};
const size_t jw_bus_n_config_entries = G_N_ELEMENTS(jw_bus_config_entries);

const char *
jw_message_header(const JwMessage *self, const char *name)
{
    g_return_val_if_fail(self != NULL && name != NULL, NULL);

    for (size_t i = self->n_headers; i > 0; i--) {
        if (strcmp(self->headers[i - 1].name, name) == 0) {
            return self->headers[i - 1].value;
        }
    }
    return NULL;
}

void
jw_bus_free(gpointer self)
{
    JwBus *bus = self;

    if (bus != NULL) {
        bus->ops->free(bus);
    }
}

/* Checked before anything else is looked at or copied, so that a huge message costs nothing. */
static bool
check_size(const JwBus *self, const JwMessage *message, GError **error)
{
    size_t limit = (size_t)self->message_max_bytes;
    size_t total = message->key_length;
    bool fits = message->key_length <= limit && message->body_length <= limit;
    total += fits ? message->body_length : 0;
    for (size_t i = 0; fits && i < message->n_headers; i++) {
        total += strlen(message->headers[i].name) + strlen(message->headers[i].value);
        fits = total <= limit;
    }
    if (!fits || total > limit) {
        return jw_fail(error, JW_ERROR_TOO_LARGE,
                       "message for topic '%s' is larger than %" G_GINT64_FORMAT
                       " bytes (JW_BUS_MESSAGE_MAX)",
                       message->topic, self->message_max_bytes);
    }
    return true;
}

bool
jw_bus_publish(JwBus *self, const JwMessage *message, JwPublished done, gpointer data,
               GError **error)
{
    g_return_val_if_fail(self != NULL && message != NULL, false);
    g_return_val_if_fail(error == NULL || *error == NULL, false);

    if (message->topic == NULL || message->topic[0] == '\0') {
        return jw_fail(error, JW_ERROR_INVALID, "message without a topic");
    }
    if (!check_size(self, message, error)) {
        return false;
    }
    return self->ops->publish(self, message, done, data, error);
}

bool
jw_bus_flush(JwBus *self, int64_t timeout_ms, GError **error)
{
    g_return_val_if_fail(self != NULL, false);

    return self->ops->flush(self, timeout_ms, error);
}

bool
jw_bus_connected(JwBus *self)
{
    g_return_val_if_fail(self != NULL, false);

    return self->ops->connected(self);
}

bool
jw_bus_create_topics(JwBus *self, const JwTopic *topics, size_t n_topics, int64_t timeout_ms,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && (topics != NULL || n_topics == 0), false);

    return n_topics == 0 || self->ops->create_topics(self, topics, n_topics, timeout_ms, error);
}

JwConsumer *
jw_bus_subscribe(JwBus *self, const JwSubscription *subscription, GError **error)
{
    g_return_val_if_fail(self != NULL && subscription != NULL, NULL);
    g_return_val_if_fail(subscription->consume != NULL, NULL);

    if (subscription->topics == NULL || subscription->topics[0] == NULL
        || subscription->group == NULL || subscription->group[0] == '\0') {
        return jw_fail_null(error, JW_ERROR_INVALID, "a subscription needs topics and a group");
    }
    if (subscription->batch_max < 1 || subscription->batch_max > JW_BUS_BATCH_MAX) {
        return jw_fail_null(error, JW_ERROR_INVALID, "batch size of group '%s' is not 1 to %d",
                            subscription->group, JW_BUS_BATCH_MAX);
    }
    return self->ops->subscribe(self, subscription, error);
}

void
jw_consumer_free(gpointer self)
{
    JwConsumer *consumer = self;

    if (consumer != NULL) {
        consumer->ops->free(consumer);
    }
}
