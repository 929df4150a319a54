/* bus_kafka_admin.c: creates topics through the Admin API.
 * Any thread; blocks the caller. */
#include "kafka_private.h"

#include "jw/log.h"

#include <string.h>

#define STEP_MS 100

static void
new_topic_free(gpointer topic)
{
    rd_kafka_NewTopic_destroy(topic);
}

static void
event_free(rd_kafka_event_t *event)
{
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
}

static GPtrArray *
build_topics(const JwTopic *topics, size_t n_topics, GError **error)
{
    g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func(new_topic_free);
    for (size_t i = 0; i < n_topics; i++) {
        char text[256];
        rd_kafka_NewTopic_t *topic =
            rd_kafka_NewTopic_new(topics[i].name, topics[i].partitions, -1, text, sizeof text);
        if (topic == NULL) {
            return jw_fail_null(error, JW_ERROR_INVALID, "topic '%s': %s", topics[i].name, text);
        }
        g_ptr_array_add(list, topic);
        for (const char *const *pair = topics[i].config; pair != NULL && pair[0] != NULL;
             pair += 2) {
            rd_kafka_resp_err_t cause = rd_kafka_NewTopic_set_config(topic, pair[0], pair[1]);
            if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
                (void)jw_kafka_fail(error, cause, "topic '%s', setting '%s'", topics[i].name,
                                    pair[0]);
                return NULL;
            }
        }
    }
    return g_steal_pointer(&list);
}

static rd_kafka_AdminOptions_t *
build_options(rd_kafka_t *rk, int64_t timeout_ms)
{
    rd_kafka_AdminOptions_t *options =
        rd_kafka_AdminOptions_new(rk, RD_KAFKA_ADMIN_OP_CREATETOPICS);
    int wait_ms = (int)CLAMP(timeout_ms, 1, 3600000);
    char text[128];
    /* cannot fail: the value is in range */
    (void)rd_kafka_AdminOptions_set_request_timeout(options, wait_ms, text, sizeof text);
    (void)rd_kafka_AdminOptions_set_operation_timeout(options, wait_ms, text, sizeof text);
    return options;
}

static bool
check_results(const rd_kafka_event_t *event, GError **error)
{
    rd_kafka_resp_err_t cause = rd_kafka_event_error((rd_kafka_event_t *)(uintptr_t)event);
    if (cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return jw_kafka_fail(error, cause, "creating topics");
    }
    const rd_kafka_CreateTopics_result_t *result =
        rd_kafka_event_CreateTopics_result((rd_kafka_event_t *)(uintptr_t)event);
    size_t n_results = 0;
    const rd_kafka_topic_result_t **results =
        rd_kafka_CreateTopics_result_topics(result, &n_results);
    for (size_t i = 0; i < n_results; i++) {
        cause = rd_kafka_topic_result_error(results[i]);
        if (cause != RD_KAFKA_RESP_ERR_NO_ERROR
            && cause != RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
            const char *text = rd_kafka_topic_result_error_string(results[i]);
            return jw_kafka_fail(error, cause, "creating topic '%s'%s%s",
                                 rd_kafka_topic_result_name(results[i]), text != NULL ? ": " : "",
                                 text != NULL ? text : "");
        }
    }
    return true;
}

static bool
topic_ready(const struct rd_kafka_metadata *metadata, const char *name)
{
    for (int i = 0; i < metadata->topic_cnt; i++) {
        const struct rd_kafka_metadata_topic *topic = &metadata->topics[i];
        if (strcmp(topic->topic, name) != 0) {
            continue;
        }
        bool ready = topic->err == RD_KAFKA_RESP_ERR_NO_ERROR && topic->partition_cnt > 0;
        for (int p = 0; ready && p < topic->partition_cnt; p++) {
            ready = topic->partitions[p].leader >= 0;
        }
        return ready;
    }
    return false;
}

static bool
all_ready(rd_kafka_t *rk, const JwTopic *topics, size_t n_topics, int wait_ms)
{
    const struct rd_kafka_metadata *metadata = NULL;
    if (rd_kafka_metadata(rk, 1, NULL, &metadata, wait_ms) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return false;
    }
    bool ready = true;
    for (size_t i = 0; ready && i < n_topics; i++) {
        ready = topic_ready(metadata, topics[i].name);
    }
    rd_kafka_metadata_destroy(metadata);
    return ready;
}

static bool
create_topics(rd_kafka_t *rk, const JwTopic *topics, size_t n_topics, int64_t timeout_ms,
              GError **error)
{
    JwClock *clock = jw_clock_system();
    int64_t deadline_ms = jw_clock_mono_ms(clock) + timeout_ms;
    g_autoptr(GPtrArray) list = build_topics(topics, n_topics, error);
    if (list == NULL) {
        return false;
    }
    g_autoptr(rd_kafka_AdminOptions_t) options = build_options(rk, timeout_ms);
    g_autoptr(rd_kafka_queue_t) queue = rd_kafka_queue_new(rk);

    rd_kafka_CreateTopics(rk, (rd_kafka_NewTopic_t **)list->pdata, list->len, options, queue);
    g_autoptr(rd_kafka_event_t) event = rd_kafka_queue_poll(queue, (int)timeout_ms + STEP_MS);
    if (event == NULL) {
        return jw_fail(error, JW_ERROR_UNAVAILABLE, "creating topics: the broker did not answer");
    }
    if (!check_results(event, error)) {
        return false;
    }
    /* Until every topic has its leaders, a consumer would not find it before its next refresh. */
    while (!all_ready(rk, topics, n_topics, (int)timeout_ms)) {
        if (jw_clock_mono_ms(clock) >= deadline_ms) {
            return jw_fail(error, JW_ERROR_UNAVAILABLE, "new topics have no leader yet");
        }
        event_free(rd_kafka_queue_poll(queue, STEP_MS)); /* nothing comes: a pause */
    }
    return true;
}

bool
jw_kafka_create_topics(JwBus *bus, const JwTopic *topics, size_t n_topics, int64_t timeout_ms,
                       GError **error)
{
    JwKafka *self = (JwKafka *)bus;
    JwKafkaHandle *handle = jw_kafka_take(self);
    bool ok = create_topics(handle->rk, topics, n_topics, CLAMP(timeout_ms, 1, 3600000), error);
    jw_kafka_release(self, handle);
    return ok;
}
