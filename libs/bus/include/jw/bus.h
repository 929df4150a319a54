/* jw/bus.h: the bus port: publish with proof of persistence, consume with a verdict per message.
 * Two adapters: Kafka here, memory in jw/bus_mem.h for unit tests. Publishing is for any thread;
 * each subscription has one poll thread of its own, on which its function is called. */
#pragma once
#include "jw/config.h"
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct _JwBus JwBus;
typedef struct _JwConsumer JwConsumer;

typedef struct {
    const char *name;  /* NUL-terminated UTF-8 */
    const char *value; /* the same; NULL in a consumed message: it is there, and no UTF-8 */
} JwHeader;

typedef struct {
    const char *topic;
    const void *key; /* NULL: none */
    size_t key_length;
    const void *body;
    size_t body_length;
    const JwHeader *headers;
    size_t n_headers;
    /* of a consumed message only */
    int32_t partition;
    int64_t offset, timestamp_ms;
} JwMessage;

/* The last header of that name, or NULL: there is none, or it is no UTF-8. (transfer none) */
const char *jw_message_header(const JwMessage *self, const char *name);

typedef struct {
    char *brokers;             /* JW_KAFKA_BROKERS, required */
    char *client_id;           /* JW_KAFKA_CLIENT_ID, default: the service's name */
    int64_t message_max_bytes; /* JW_BUS_MESSAGE_MAX, default 1 MiB */
    int64_t queue_max; /* JW_BUS_QUEUE_MAX: messages waiting for the broker, default 100000 */
    int64_t publish_timeout_ms; /* JW_BUS_PUBLISH_TIMEOUT: then not persisted, default 30 s */
    char *topic_prefix;         /* JW_BUS_TOPIC_PREFIX, default "jobwire." */
} JwBusConfig;

extern const JwConfigEntry jw_bus_config_entries[];
extern const size_t jw_bus_n_config_entries;

/* Whether @brokers is a list of host:port. INVALID names each that is not, and JW_KAFKA_BROKERS. */
bool jw_bus_brokers_check(const char *brokers, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes all that is wrong with @config, as far as it was read, and with the JW_KAFKA_* variables,
 * without making a client. */
void jw_bus_kafka_check(const JwBusConfig *config, const char *service, JwConfigCheck *check);

/* @service names the client and goes into DLQ headers with @version. Other JW_KAFKA_* variables
 * are passed to librdkafka (JW_KAFKA_SECURITY_PROTOCOL → security.protocol), but for the protected
 * ones that keep messages safe: INVALID names them. Connects lazily: succeeds with the broker
 * away. */
JwBus *jw_bus_kafka_new(const JwBusConfig *config, const char *service, const char *version,
                        GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stop the consumers first. Waits up to 10 s for what is still to be published. */
void jw_bus_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwBus, jw_bus_free)

/* @persisted: the broker reported that it has it. Called exactly once for each publish that
 * answered true, on the bus's delivery thread; keep it short. */
typedef void (*JwPublished)(bool persisted, const char *why, gpointer data);

/* Queues a copy of @message and never waits for the broker. @done: (nullable).
 * @error: BUSY (the queue is full), TOO_LARGE, INVALID */
bool jw_bus_publish(JwBus *self, const JwMessage *message, JwPublished done, gpointer data,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Waits until all that was published is persisted or refused; BUSY when time ran out. */
bool jw_bus_flush(JwBus *self, int64_t timeout_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Whether the broker answered recently; for readiness. */
bool jw_bus_connected(JwBus *self);

typedef struct {
    const char *name; /* with prefix */
    int partitions;
    const char *const *config; /* pairs key, value, …, NULL; or NULL */
} JwTopic;

/* Creates what is missing, leaves what exists; replication is the broker's default. INVALID,
 * UNAVAILABLE, IN_DOUBT. */
bool jw_bus_create_topics(JwBus *self, const JwTopic *topics, size_t n_topics, int64_t timeout_ms,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How a message ends. LATER keeps it (partition paused, offset not stored) and offers it again. */
typedef enum { JW_VERDICT_LATER, JW_VERDICT_DONE, JW_VERDICT_POISON } JwVerdict;

typedef struct {
    JwVerdict verdict;
    char *reason; /* POISON: why, for the DLQ; (transfer full) to the bus */
} JwAnswer;

/* Decides on messages in order; answers start as LATER. Within a partition nothing after a LATER
 * may count as done: the bus offers again from the first LATER on, so deciding twice must be
 * harmless. */
typedef void (*JwConsume)(const JwMessage *messages, size_t n_messages, JwAnswer *answers,
                          gpointer data);

typedef struct {
    const char *const *topics; /* NULL-terminated, with prefix */
    const char *group;
    /* Only what comes from now on; nothing is kept of how far it was read, so @group should be of
     * this process alone. */
    bool newest;
    size_t batch_max; /* messages a call, 1 … 1000 */
    JwConsume consume;
    gpointer data;
} JwSubscription;

/* Starts the poll thread. A POISON message goes to `<topic>.dlq` (original key and bytes, headers
 * plus jw_dlq_reason, jw_dlq_service, jw_dlq_version, jw_dlq_topic, jw_dlq_partition,
 * jw_dlq_offset, jw_dlq_time); its offset is stored only after that is persisted. LATER is offered
 * again after 100 ms, doubling to 5 s. */
JwConsumer *jw_bus_subscribe(JwBus *self, const JwSubscription *subscription,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Stops, commits what is stored, leaves the group; bounded to 10 s. Frees. */
void jw_consumer_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwConsumer, jw_consumer_free)

G_END_DECLS
