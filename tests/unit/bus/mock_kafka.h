/* mock_kafka.h: librdkafka's mock cluster, and a bus on it. */
#pragma once
#include "testkit.h"
#include "jw/bus.h"
#include "jw/sync.h"

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#define MOCK_PRODUCE      0 /* Kafka's ApiKey of a Produce request */
#define MOCK_OFFSET_FETCH 9

typedef struct {
    rd_kafka_t *rk; /* carries the cluster */
    rd_kafka_mock_cluster_t *cluster;
    JwBus *bus;

    JwMutex mutex; /* guards what follows */
    JwCond changed;
    size_t persisted, failed;
    char *why; /* of the last failure */
} MockKafka;

MockKafka *mock_kafka_new(int64_t queue_max, int64_t publish_timeout_ms);
void mock_kafka_free(MockKafka *self); /* the bus as well */
void mock_kafka_free_bus(MockKafka *self);
/* Publishes @body under @topic; the report is counted. */
bool mock_kafka_publish(MockKafka *self, const char *topic, const char *body, GError **error);
/* Fails the test unless this many reports come within 30 s. */
void mock_kafka_wait(MockKafka *self, size_t persisted, size_t failed);
/* Reads everything of a topic from its start, one message a call; NULL after @timeout_ms. */
rd_kafka_t *mock_kafka_reader(MockKafka *self, const char *topic);
