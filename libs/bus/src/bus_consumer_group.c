/* bus_consumer_group.c: membership: partitions come and go, flow and stop, and get their offsets stored.
 * Poll thread only: librdkafka calls the rebalance function from within the poll. Owner: bus. */
#include "consumer_private.h"

#include "jw/log.h"

#include <string.h>

static void
message_free(gpointer message)
{
    rd_kafka_message_destroy(message);
}

static void
ticket_free(gpointer ticket)
{
    jw_dlq_ticket_unref(ticket);
}

bool
jw_group_paused(JwKafkaConsumer *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->paused;
}

static bool
find_track(const JwKafkaConsumer *self, const char *topic, int32_t partition, guint *ret_index)
{
    for (guint i = 0; i < self->tracks->len; i++) {
        const JwTrack *track = g_ptr_array_index(self->tracks, i);
        if (track->partition == partition && strcmp(track->topic, topic) == 0) {
            *ret_index = i;
            return true;
        }
    }
    return false;
}

JwTrack *
jw_group_track(JwKafkaConsumer *self, const char *topic, int32_t partition)
{
    guint index = 0;
    if (find_track(self, topic, partition, &index)) {
        return g_ptr_array_index(self->tracks, index);
    }
    JwTrack *track = jw_track_new(topic, partition, message_free, ticket_free);
    g_ptr_array_add(self->tracks, track);
    return track;
}

static void
drop_track(JwKafkaConsumer *self, const char *topic, int32_t partition)
{
    guint index = 0;
    if (find_track(self, topic, partition, &index)) {
        g_ptr_array_remove_index(self->tracks, index);
    }
}

/* The client may remember a pause from an earlier assignment, so both directions are said aloud. */
static void
set_flow_of_all(JwKafkaConsumer *self, rd_kafka_topic_partition_list_t *partitions)
{
    bool paused = jw_group_paused(self);
    rd_kafka_resp_err_t cause = paused ? rd_kafka_pause_partitions(self->rk, partitions)
                                       : rd_kafka_resume_partitions(self->rk, partitions);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        jw_warn("kafka_flow_not_set", JW_STR("error", rd_kafka_err2str(cause)));
    }
    for (int i = 0; i < partitions->cnt; i++) {
        const rd_kafka_topic_partition_t *partition = &partitions->elems[i];
        JwTrack *track = jw_group_track(self, partition->topic, partition->partition);
        track->flow_stopped = paused && partition->err == RD_KAFKA_RESP_ERR_NO_ERROR;
    }
}

static void
synchronise(rd_kafka_t *rk, const rd_kafka_topic_partition_list_t *partitions)
{
    rd_kafka_resp_err_t cause = rd_kafka_assign(rk, partitions);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        jw_warn("kafka_assign_failed", JW_STR("error", rd_kafka_err2str(cause)));
    }
}

void
jw_group_on_rebalance(rd_kafka_t *rk, rd_kafka_resp_err_t cause,
                      rd_kafka_topic_partition_list_t *partitions, void *opaque)
{
    JwKafkaConsumer *self = opaque;
    /* What is held of a partition belongs to its next owner in any case, also when it comes back. */
    for (int i = 0; i < partitions->cnt; i++) {
        drop_track(self, partitions->elems[i].topic, partitions->elems[i].partition);
    }
    jw_debug("kafka_rebalance", JW_STR("group", self->group),
             JW_STR("kind", rd_kafka_err2name(cause)), JW_INT("partitions", partitions->cnt),
             JW_BOOL("lost", rd_kafka_assignment_lost(rk)));
    if (cause == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        synchronise(rk, partitions);
        set_flow_of_all(self, partitions);
        return;
    }
    /* librdkafka commits the stored offsets of what goes, within this call's aftermath */
    synchronise(rk, NULL);
}

void
jw_group_set_flow(JwKafkaConsumer *self, bool paused)
{
    g_autoptr(rd_kafka_topic_partition_list_t) stops = rd_kafka_topic_partition_list_new(0);
    g_autoptr(rd_kafka_topic_partition_list_t) goes = rd_kafka_topic_partition_list_new(0);

    for (guint i = 0; i < self->tracks->len; i++) {
        JwTrack *track = g_ptr_array_index(self->tracks, i);
        bool stopped = paused || jw_track_blocked(track);
        if (stopped != track->flow_stopped) {
            (void)rd_kafka_topic_partition_list_add(stopped ? stops : goes, track->topic,
                                                    track->partition);
            track->flow_stopped = stopped;
        }
    }
    if (stops->cnt > 0) {
        (void)rd_kafka_pause_partitions(self->rk, stops);
    }
    if (goes->cnt > 0) {
        (void)rd_kafka_resume_partitions(self->rk, goes);
    }
}

void
jw_group_store_offsets(JwKafkaConsumer *self)
{
    g_autoptr(rd_kafka_topic_partition_list_t) offsets = rd_kafka_topic_partition_list_new(0);

    for (guint i = 0; i < self->tracks->len; i++) {
        JwTrack *track = g_ptr_array_index(self->tracks, i);
        if (track->store_offset >= 0) {
            rd_kafka_topic_partition_t *element =
                rd_kafka_topic_partition_list_add(offsets, track->topic, track->partition);
            element->offset = track->store_offset;
            track->store_offset = -1;
        }
    }
    if (offsets->cnt == 0) {
        return;
    }
    rd_kafka_resp_err_t cause = rd_kafka_offsets_store(self->rk, offsets);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        /* the partition has gone: its next owner decides these again */
        jw_debug("kafka_offsets_not_stored", JW_STR("group", self->group),
                 JW_STR("error", rd_kafka_err2str(cause)));
    }
}
