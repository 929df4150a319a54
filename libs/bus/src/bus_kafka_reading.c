/* bus_kafka_reading.c: how far a group has read a topic: where its partitions begin and end, and
 * what the group committed. Any thread; blocks the caller, one at a time.
 *
 * The client that asks is a consumer of the group that never subscribes, so it is no member.
 * librdkafka 2.0.2's ListConsumerGroupOffsets, which a producer could call, crashes the process
 * when the group's coordinator has moved or just started (confluentinc/librdkafka#5040). */
#include "kafka_private.h"

#include <string.h>

typedef struct {
    rd_kafka_t *rk;
    const char *topic;
    int64_t deadline_ms;
} Asking;

static int
time_left(const Asking *asking)
{
    return (int)CLAMP(asking->deadline_ms - jw_clock_mono_ms(jw_clock_system()), 1, 3600000);
}

/* Empty: there is no such topic. */
static bool
list_partitions(const Asking *asking, rd_kafka_topic_partition_list_t *partitions, GError **error)
{
    const struct rd_kafka_metadata *metadata = NULL;
    rd_kafka_topic_t *topic = rd_kafka_topic_new(asking->rk, asking->topic, NULL);
    rd_kafka_resp_err_t cause = rd_kafka_last_error();

    if (topic == NULL) {
        return jw_kafka_fail(error, cause, "topic '%s'", asking->topic);
    }
    cause = rd_kafka_metadata(asking->rk, 0, topic, &metadata, time_left(asking));
    rd_kafka_topic_destroy(topic);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return jw_kafka_fail(error, cause, "partitions of topic '%s'", asking->topic);
    }
    if (metadata->topic_cnt == 1) {
        cause = metadata->topics[0].err;
        for (int p = 0; p < metadata->topics[0].partition_cnt; p++) {
            (void)rd_kafka_topic_partition_list_add(partitions, asking->topic,
                                                    metadata->topics[0].partitions[p].id);
        }
    }
    rd_kafka_metadata_destroy(metadata);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR && cause != RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
        return jw_kafka_fail(error, cause, "partitions of topic '%s'", asking->topic);
    }
    rd_kafka_topic_partition_list_sort(partitions, NULL, NULL);
    return true;
}

static bool
check_partitions(const Asking *asking, const rd_kafka_topic_partition_list_t *partitions,
                 GError **error)
{
    for (int i = 0; i < partitions->cnt; i++) {
        if (partitions->elems[i].err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            return jw_kafka_fail(error, partitions->elems[i].err, "topic '%s', partition %d",
                                 asking->topic, (int)partitions->elems[i].partition);
        }
    }
    return true;
}

/* @where: RD_KAFKA_OFFSET_BEGINNING or _END, which this call takes in the place of a time. */
static bool
find_offsets(const Asking *asking, int64_t where, rd_kafka_topic_partition_list_t *partitions,
             GError **error)
{
    for (int i = 0; i < partitions->cnt; i++) {
        partitions->elems[i].offset = where;
    }
    rd_kafka_resp_err_t cause =
        rd_kafka_offsets_for_times(asking->rk, partitions, time_left(asking));
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return jw_kafka_fail(error, cause, "offsets of topic '%s'", asking->topic);
    }
    return check_partitions(asking, partitions, error);
}

/* Puts what the group committed in the place of where a partition begins, when that is more. */
static bool
add_committed(const Asking *asking, rd_kafka_topic_partition_list_t *first, GError **error)
{
    g_autoptr(rd_kafka_topic_partition_list_t) read = rd_kafka_topic_partition_list_copy(first);
    rd_kafka_resp_err_t cause = rd_kafka_committed(asking->rk, read, time_left(asking));

    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return jw_kafka_fail(error, cause, "offsets of the group that reads topic '%s'",
                             asking->topic);
    }
    if (!check_partitions(asking, read, error)) {
        return false;
    }
    for (int i = 0; i < read->cnt; i++) { /* nothing committed is a negative offset */
        first->elems[i].offset = MAX(first->elems[i].offset, read->elems[i].offset);
    }
    return true;
}

static bool
read_so_far(const Asking *asking, GArray *readings, GError **error)
{
    g_autoptr(rd_kafka_topic_partition_list_t) first = rd_kafka_topic_partition_list_new(16);

    if (!list_partitions(asking, first, error)) {
        return false;
    }
    if (first->cnt == 0) {
        return true;
    }
    g_autoptr(rd_kafka_topic_partition_list_t) end = rd_kafka_topic_partition_list_copy(first);
    if (!find_offsets(asking, RD_KAFKA_OFFSET_BEGINNING, first, error)
        || !add_committed(asking, first, error)
        || !find_offsets(asking, RD_KAFKA_OFFSET_END, end, error)) {
        return false;
    }
    for (int i = 0; i < end->cnt; i++) {
        const JwReading reading = { .end = end->elems[i].offset, .read = first->elems[i].offset };

        g_array_append_val(readings, reading);
    }
    return true;
}

/* The client that asks for this group, made when it is first needed. (transfer none), NULL: error
 */
static rd_kafka_t *
client_locked(JwKafka *self, const char *group, GError **error)
{
    char text[512];

    if (self->reader != NULL && g_str_equal(self->reader_group, group)) {
        (void)rd_kafka_poll(self->reader, 0); /* its log and errors */
        return self->reader;
    }
    g_autoptr(rd_kafka_conf_t) conf = jw_kafka_conf_consumer(self->common, group, error);
    if (conf == NULL) {
        return NULL;
    }
    jw_kafka_reader_free(self);
    self->reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    if (self->reader == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "Kafka client of group '%s': %s", group, text);
    }
    conf = NULL; /* the client owns it now */
    self->reader_group = g_strdup(group);
    return self->reader;
}

void
jw_kafka_reader_free(JwKafka *self)
{
    if (self->reader != NULL) {
        rd_kafka_destroy_flags(self->reader, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }
    self->reader = NULL;
    g_clear_pointer(&self->reader_group, g_free);
}

bool
jw_kafka_read_so_far(JwBus *bus, const char *group, const char *topic, int64_t timeout_ms,
                     GArray **ret, GError **error)
{
    JwKafka *self = (JwKafka *)bus;
    g_autoptr(GArray) readings = g_array_new(FALSE, FALSE, sizeof(JwReading));
    g_auto(JwLocker) locker = jw_locker(&self->reading);
    const Asking asking = { client_locked(self, group, error), topic,
                            jw_clock_mono_ms(jw_clock_system()) + MAX(timeout_ms, 1) };

    if (asking.rk == NULL || !read_so_far(&asking, readings, error)) {
        return false;
    }
    *ret = g_steal_pointer(&readings);
    return true;
}
