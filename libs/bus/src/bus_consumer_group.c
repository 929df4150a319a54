/* bus_consumer_group.c: membership: partitions are assigned, revoked, paused and resumed, and
 * their offsets stored. Poll thread only: librdkafka calls the rebalance function from within
 * the poll. */
#include "consumer_private.h"

#include "jw/log.h"

#include <string.h>

static void
message_free(gpointer message)
{
    rd_kafka_message_destroy(message);
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
    JwTrack *track = jw_track_new(topic, partition, message_free, jw_dlq_ticket_unref);
    g_ptr_array_add(self->tracks, track);
    return track;
}

/* The client keeps a pause over a rebalance, so the partition is resumed before it is revoked. */
static void
drop_track(JwKafkaConsumer *self, const char *topic, int32_t partition)
{
    guint index = 0;
    if (!find_track(self, topic, partition, &index)) {
        return;
    }
    const JwTrack *track = g_ptr_array_index(self->tracks, index);
    if (track->flow_stopped) {
        g_autoptr(rd_kafka_topic_partition_list_t) goes = rd_kafka_topic_partition_list_new(1);
        (void)rd_kafka_topic_partition_list_add(goes, topic, partition);
        (void)rd_kafka_resume_partitions(self->rk, goes);
    }
    g_ptr_array_remove_index(self->tracks, index);
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
    /* Messages of a revoked partition belong to its next owner, even if that is this process again.
     */
    for (int i = 0; i < partitions->cnt; i++) {
        drop_track(self, partitions->elems[i].topic, partitions->elems[i].partition);
    }
    jw_debug("kafka_rebalance", JW_STR("group", self->group),
             JW_STR("kind", rd_kafka_err2name(cause)), JW_INT("partitions", partitions->cnt),
             JW_BOOL("lost", rd_kafka_assignment_lost(rk)));
    if (cause == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
        synchronise(rk, partitions);
        return;
    }
    /* librdkafka commits the stored offsets of revoked partitions after this call */
    synchronise(rk, NULL);
}

/* Never before a partition's first message: pausing or resuming one whose fetcher is about to
 * start makes librdkafka 2.0.2 drop the start as outdated ("received outdated op FETCH_START"),
 * and nothing is ever fetched from it. */
void
jw_group_set_flow(JwKafkaConsumer *self, bool stop)
{
    g_autoptr(rd_kafka_topic_partition_list_t) stops = rd_kafka_topic_partition_list_new(0);
    g_autoptr(rd_kafka_topic_partition_list_t) goes = rd_kafka_topic_partition_list_new(0);

    for (guint i = 0; i < self->tracks->len; i++) {
        JwTrack *track = g_ptr_array_index(self->tracks, i);
        bool stopped = track->started && (stop || jw_track_blocked(track));
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
        /* revoked: the next owner decides these again */
        jw_debug("kafka_offsets_not_stored", JW_STR("group", self->group),
                 JW_STR("error", rd_kafka_err2str(cause)));
    }
}
