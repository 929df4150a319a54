/* consumer_private.h: one subscription of the Kafka adapter, shared by its three files. */
#pragma once
#include "bus_track.h"
#include "kafka_private.h"

G_BEGIN_DECLS

typedef struct {
    JwTrack *track;
    JwHeld *held;
} JwSlot;

typedef struct {
    JwConsumer base;
    JwKafka *bus;
    rd_kafka_t *rk;
    JwDlqBell *bell;
    char *group;
    size_t batch_max;
    JwConsume consume;
    gpointer data;
    GThread *thread;
    gpointer next_abandoned; /* see consumer_free() */

    /* poll thread only */
    GPtrArray *tracks; /* of JwTrack: the partitions that are ours now */
    size_t first;      /* track that is served first; rotates, so that none starves */
    JwMessage *messages;
    JwAnswer *answers;
    JwSlot *slots;   /* of the messages */
    GArray *headers; /* of JwHeader, of the messages */

    JwMutex mutex; /* guards what follows */
    JwCond changed;
    bool stop;
    bool polled_out, closed; /* progress of the poll thread's end */
} JwKafkaConsumer;

#define JW_KAFKA_DLQ_LAST_MS 2000 /* for publishes to a DLQ that are under way when we stop */

/* bus_consumer_poll.c: runs a subscription until it is stopped, then leaves its group. */
gpointer jw_kafka_poll_thread(gpointer consumer);

/* bus_consumer_group.c: which partitions are assigned, and paused or not. Poll thread only. */
void jw_group_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t cause,
                           rd_kafka_topic_partition_list_t *partitions, void *opaque);
/* The track of a message's partition; created when it is missing. */
JwTrack *jw_group_track(JwKafkaConsumer *self, const char *topic, int32_t partition);
/* Pauses and resumes in the client what differs from what it should be. @stop: all of it. */
void jw_group_set_flow(JwKafkaConsumer *self, bool stop);
/* Hands the offsets of decided messages to librdkafka, which commits them. */
void jw_group_store_offsets(JwKafkaConsumer *self);

G_END_DECLS
