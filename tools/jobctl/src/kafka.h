/* kafka.h: what jobctl needs of Kafka beyond the bus port: which topics exist, and reading one
 * from a given place without a consumer group. One thread. */
#pragma once
#include "jobctl.h"
#include "jw/bus.h"

G_BEGIN_DECLS

/* The bus's settings from the environment; their strings belong to @ret until jw_config_clear(). */
bool jc_bus_config(const JcContext *context, JwBusConfig *ret,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_bus_config_clear(JwBusConfig *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(JwBusConfig, jc_bus_config_clear)

typedef struct _JcKafka JcKafka;
JcKafka *jc_kafka_new(const JcContext *context, const JwBusConfig *config,
                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jc_kafka_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JcKafka, jc_kafka_free)

/* Names of the topics that exist, as keys. (transfer full) */
GHashTable *jc_kafka_topics(JcKafka *self, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *topic;
    int32_t partition; /* -1: all */
    int64_t offset;    /* -1: from the beginning; else this message alone */
    int64_t limit;     /* messages; 0: all */
} JcKafkaRead;
/* Return false with @error set to stop. */
typedef bool (*JcKafkaFunc)(const JwMessage *message, gpointer data, GError **error);
/* Calls @each for what the topic holds now, partition by partition, in order. NOT_FOUND: no such
 * topic. */
bool jc_kafka_read(JcKafka *self, const JcKafkaRead *read, JcKafkaFunc each, gpointer data,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
