/* bus_kafka_reading.c: how far a group has read a topic: where its partitions begin and end, and
 * what the group committed. Any thread; blocks the caller. */
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

/* (transfer full), NULL: no answer. */
static rd_kafka_event_t *
ask_group(const Asking *asking, const char *group,
          const rd_kafka_topic_partition_list_t *partitions)
{
    g_autoptr(rd_kafka_AdminOptions_t) options =
        rd_kafka_AdminOptions_new(asking->rk, RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
    g_autoptr(rd_kafka_queue_t) queue = rd_kafka_queue_new(asking->rk);
    rd_kafka_ListConsumerGroupOffsets_t *request =
        rd_kafka_ListConsumerGroupOffsets_new(group, partitions);
    const int wait_ms = time_left(asking);
    char text[128];

    /* cannot fail: the value is in range */
    (void)rd_kafka_AdminOptions_set_request_timeout(options, wait_ms, text, sizeof text);
    rd_kafka_ListConsumerGroupOffsets(asking->rk, &request, 1, options, queue);
    rd_kafka_ListConsumerGroupOffsets_destroy(request);
    return rd_kafka_queue_poll(queue, wait_ms + 100);
}

/* Puts what the group committed in the place of where it begins, when that is more. */
static bool
add_committed(const Asking *asking, const char *group, rd_kafka_topic_partition_list_t *first,
              GError **error)
{
    g_autoptr(rd_kafka_event_t) event = ask_group(asking, group, first);
    size_t n_groups = 0;

    if (event == NULL) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "offsets of group '%s': no answer", group);
    }
    rd_kafka_resp_err_t cause = rd_kafka_event_error(event);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return jw_kafka_fail(error, cause, "offsets of group '%s'", group);
    }
    const rd_kafka_group_result_t **groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
        rd_kafka_event_ListConsumerGroupOffsets_result(event), &n_groups);
    for (size_t g = 0; g < n_groups; g++) {
        const rd_kafka_error_t *failed = rd_kafka_group_result_error(groups[g]);
        const rd_kafka_topic_partition_list_t *read = rd_kafka_group_result_partitions(groups[g]);

        if (rd_kafka_error_code(failed) == RD_KAFKA_RESP_ERR_GROUP_ID_NOT_FOUND) {
            continue; /* it never read anything */
        }
        if (failed != NULL) {
            return jw_kafka_fail(error, rd_kafka_error_code(failed), "offsets of group '%s'",
                                 group);
        }
        if (!check_partitions(asking, read, error)) {
            return false;
        }
        for (int i = 0; i < read->cnt; i++) {
            rd_kafka_topic_partition_t *own = rd_kafka_topic_partition_list_find(
                first, read->elems[i].topic, read->elems[i].partition);

            if (own != NULL) { /* nothing committed is a negative offset */
                own->offset = MAX(own->offset, read->elems[i].offset);
            }
        }
    }
    return true;
}

static bool
read_so_far(const Asking *asking, const char *group, GArray *readings, GError **error)
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
        || !add_committed(asking, group, first, error)
        || !find_offsets(asking, RD_KAFKA_OFFSET_END, end, error)) {
        return false;
    }
    for (int i = 0; i < end->cnt; i++) {
        const JwReading reading = { .end = end->elems[i].offset, .read = first->elems[i].offset };

        g_array_append_val(readings, reading);
    }
    return true;
}

bool
jw_kafka_read_so_far(JwBus *bus, const char *group, const char *topic, int64_t timeout_ms,
                     GArray **ret, GError **error)
{
    JwKafka *self = (JwKafka *)bus;
    g_autoptr(GArray) readings = g_array_new(FALSE, FALSE, sizeof(JwReading));
    JwKafkaHandle *handle = jw_kafka_take(self);
    const Asking asking = { handle->rk, topic,
                            jw_clock_mono_ms(jw_clock_system()) + MAX(timeout_ms, 1) };
    bool ok = read_so_far(&asking, group, readings, error);

    jw_kafka_release(self, handle);
    if (ok) {
        *ret = g_steal_pointer(&readings);
    }
    return ok;
}
