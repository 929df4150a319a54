/* mock_kafka.c: see mock_kafka.h. Reports are counted on the bus's delivery thread. */
#include "mock_kafka.h"

#include <string.h>

MockKafka *
mock_kafka_new(int64_t queue_max, int64_t publish_timeout_ms)
{
    char text[256];
    MockKafka *self = g_new0(MockKafka, 1);
    g_autoptr(GError) error = NULL;
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), text, sizeof text);
    assert_non_null(self->rk);
    self->cluster = rd_kafka_mock_cluster_new(self->rk, 1);
    assert_non_null(self->cluster);

    g_autofree char *brokers = g_strdup(rd_kafka_mock_cluster_bootstraps(self->cluster));
    JwBusConfig config = {
        .brokers = brokers,
        .queue_max = queue_max,
        .publish_timeout_ms = publish_timeout_ms,
    };
    self->bus = jw_bus_kafka_new(&config, "mock", "0.0.1", &error);
    assert_ok(self->bus != NULL, error);
    return self;
}

void
mock_kafka_free_bus(MockKafka *self)
{
    g_clear_pointer(&self->bus, jw_bus_free);
}

void
mock_kafka_free(MockKafka *self)
{
    mock_kafka_free_bus(self);
    rd_kafka_mock_cluster_destroy(self->cluster);
    rd_kafka_destroy(self->rk);
    g_free(self->why);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static void
count(bool persisted, const char *why, gpointer data)
{
    MockKafka *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (persisted) {
        self->persisted += 1;
    } else {
        self->failed += 1;
        g_free(self->why);
        self->why = g_strdup(why);
    }
    jw_cond_broadcast(&self->changed);
}

bool
mock_kafka_publish(MockKafka *self, const char *topic, const char *body, GError **error)
{
    JwHeader header = { "ce_id", body };
    JwMessage message = {
        .topic = topic,
        .key = "key",
        .key_length = 3,
        .body = body,
        .body_length = strlen(body),
        .headers = &header,
        .n_headers = 1,
    };
    return jw_bus_publish(self->bus, &message, count, self, error);
}

void
mock_kafka_wait(MockKafka *self, size_t persisted, size_t failed)
{
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + 30000;
    size_t got_persisted, got_failed;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);
        while (self->persisted + self->failed < persisted + failed) {
            if (!jw_cond_wait_until(&self->changed, &self->mutex, deadline_ms)) {
                break;
            }
        }
        got_persisted = self->persisted;
        got_failed = self->failed;
    }
    assert_int_equal(got_persisted, persisted);
    assert_int_equal(got_failed, failed);
}

rd_kafka_t *
mock_kafka_reader(MockKafka *self, const char *topic)
{
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "bootstrap.servers",
                            rd_kafka_mock_cluster_bootstraps(self->cluster), text, sizeof text);
    (void)rd_kafka_conf_set(conf, "group.id", "reader", text, sizeof text);
    rd_kafka_t *reader = rd_kafka_new(RD_KAFKA_CONSUMER, conf, text, sizeof text);
    assert_non_null(reader);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(4);
    for (int32_t partition = 0; partition < 4; partition++) {
        rd_kafka_topic_partition_list_add(list, topic, partition)->offset = 0;
    }
    assert_int_equal(rd_kafka_assign(reader, list), RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
    return reader;
}
