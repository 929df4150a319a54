/* bus_fixture.c: see bus_fixture.h. The reader runs on its consumer's poll thread, the test waits
 * on its condition. */
#include "bus_fixture.h"

#include <librdkafka/rdkafka.h>
#include <stdlib.h>
#include <string.h>

JwBus *
bus_fixture_connect(int64_t message_max_bytes, int64_t publish_timeout_ms)
{
    g_autofree char *brokers = g_strdup(tk_need_env("JW_KAFKA_BROKERS"));
    g_autoptr(GError) error = NULL;
    JwBusConfig config = {
        .brokers = brokers,
        .message_max_bytes = message_max_bytes,
        .queue_max = 100000,
        .publish_timeout_ms = publish_timeout_ms,
    };
    JwBus *bus = jw_bus_kafka_new(&config, "bus-test", "1.2.3", &error);
    assert_ok(bus != NULL, error);
    return bus;
}

BusFixture *
bus_fixture_new(int partitions)
{
    BusFixture *self = g_new0(BusFixture, 1);
    g_autoptr(GError) error = NULL;
    self->bus = bus_fixture_connect(1 << 20, 30000);
    self->topic = tk_unique_name();
    self->group = g_strconcat(self->topic, "-group", NULL);
    g_autofree char *dlq = g_strconcat(self->topic, ".dlq", NULL);
    const char *const settings[] = { "retention.ms", "3600000", NULL };
    JwTopic topics[] = { { self->topic, partitions, settings }, { dlq, 1, NULL } };
    assert_ok(jw_bus_create_topics(self->bus, topics, 2, 30000, &error), error);
    return self;
}

/* Test topics do not pile up on a shared server. */
static void
delete_topics(const char *topic)
{
    char text[256];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    (void)rd_kafka_conf_set(conf, "bootstrap.servers", tk_need_env("JW_KAFKA_BROKERS"), text,
                            sizeof text);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    g_autofree char *dlq = g_strconcat(topic, ".dlq", NULL);
    rd_kafka_DeleteTopic_t *topics[] = { rd_kafka_DeleteTopic_new(topic),
                                         rd_kafka_DeleteTopic_new(dlq) };
    rd_kafka_DeleteTopics(rk, topics, 2, NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, 10000);
    if (event != NULL) {
        rd_kafka_event_destroy(event);
    }
    rd_kafka_DeleteTopic_destroy_array(topics, 2);
    rd_kafka_queue_destroy(queue);
    rd_kafka_destroy(rk);
}

void
bus_fixture_free(BusFixture *self)
{
    jw_bus_free(self->bus);
    delete_topics(self->topic);
    g_free(self->topic);
    g_free(self->group);
    g_free(self);
}

static void
count_persisted(bool persisted, const char *why, gpointer data)
{
    (void)why;
    g_atomic_int_add((int *)data, persisted ? 1 : 0);
}

void
bus_fixture_publish(BusFixture *self, int from, int to, int keys)
{
    g_autoptr(GError) error = NULL;
    int persisted = 0;
    for (int n = from; n < to; n++) {
        g_autofree char *key = g_strdup_printf("k%d", n % keys);
        g_autofree char *body = g_strdup_printf("%d", n);
        JwHeader headers[] = { { "ce_id", "old" }, { "ce_id", body } };
        JwMessage message = {
            .topic = self->topic,
            .key = key,
            .key_length = strlen(key),
            .body = body,
            .body_length = strlen(body),
            .headers = headers,
            .n_headers = 2,
        };
        assert_ok(jw_bus_publish(self->bus, &message, count_persisted, &persisted, &error), error);
    }
    assert_ok(jw_bus_flush(self->bus, 30000, &error), error);
    assert_int_equal(g_atomic_int_get(&persisted), to - from);
}

static void
note(Reader *self, const JwMessage *message)
{
    g_free(self->body);
    g_free(self->key);
    g_free(self->reason);
    g_free(self->extra);
    self->body = g_strndup(message->body, message->body_length);
    self->key = g_strndup(message->key, message->key_length);
    self->reason = g_strdup(jw_message_header(message, "jw_dlq_reason"));
    self->extra = g_strdup(jw_message_header(message, "ce_id"));
}

static void
consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    Reader *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    unsigned later = 0; /* one bit a partition: what follows a LATER there does not count */
    for (size_t i = 0; i < n_messages; i++) {
        unsigned bit = 1U << messages[i].partition;
        note(self, &messages[i]);
        int number = (int)g_ascii_strtoll(self->body, NULL, 10);
        g_array_append_val(self->offered, number);
        JwVerdict verdict =
            self->judge != NULL ? self->judge(self, &messages[i], number) : JW_VERDICT_DONE;
        later |= verdict == JW_VERDICT_LATER ? bit : 0;
        answers[i].verdict = verdict;
        if (verdict == JW_VERDICT_POISON) {
            answers[i].reason = g_strdup("does not parse");
        }
        if (verdict == JW_VERDICT_DONE && (later & bit) == 0) {
            g_array_append_val(self->done, number);
        }
    }
    jw_cond_broadcast(&self->changed);
}

Reader *
reader_new(BusFixture *fixture, const char *topic, size_t batch_max, Judge judge)
{
    Reader *self = g_new0(Reader, 1);
    g_autoptr(GError) error = NULL;
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->judge = judge;
    self->laters_left = fixture->laters;
    self->done = g_array_new(FALSE, FALSE, sizeof(int));
    self->offered = g_array_new(FALSE, FALSE, sizeof(int));
    const char *const topics[] = { topic, NULL };
    JwSubscription subscription = { topics,    fixture->group, fixture->newest,
                                    batch_max, consume,        self };
    self->consumer = jw_bus_subscribe(fixture->bus, &subscription, &error);
    assert_ok(self->consumer != NULL, error);
    return self;
}

void
reader_free(Reader *self)
{
    jw_consumer_free(self->consumer);
    g_array_unref(self->done);
    g_array_unref(self->offered);
    g_free(self->body);
    g_free(self->key);
    g_free(self->reason);
    g_free(self->extra);
    jw_cond_clear(&self->changed);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

size_t
reader_done(Reader *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->done->len;
}

size_t
reader_offered(Reader *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    return self->offered->len;
}

static bool
wait_for(Reader *self, GArray *numbers, size_t n, int64_t timeout_ms)
{
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + timeout_ms;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    while (numbers->len < n) {
        if (!jw_cond_wait_until(&self->changed, &self->mutex, deadline_ms)) {
            break;
        }
    }
    return numbers->len >= n;
}

void
reader_wait_done(Reader *self, size_t n, int64_t timeout_ms)
{
    if (!wait_for(self, self->done, n, timeout_ms)) {
        fail_msg("only %zu of %zu messages done", reader_done(self), n);
    }
}

void
reader_wait_offered(Reader *self, size_t n, int64_t timeout_ms)
{
    if (!wait_for(self, self->offered, n, timeout_ms)) {
        fail_msg("only %zu of %zu messages offered", reader_offered(self), n);
    }
}
