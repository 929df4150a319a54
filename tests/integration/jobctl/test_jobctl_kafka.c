/* test_jobctl_kafka.c: jobctl topics and dlq on a real broker (JW_KAFKA_BROKERS), under a prefix of
 * their own. */
#include "jc_fixture.h"

#include <librdkafka/rdkafka.h>
#include <string.h>

#include "jw/bus.h"
#include "jw/sync.h"

#define WAIT_MS 30000

typedef struct {
    JcFixture *jc;
    char *prefix, *brokers;
    char *topic, *dlq;
    JwMutex mutex; /* guards what follows: written on a poll thread */
    JwCond changed;
    GPtrArray *bodies;
    char *header, *key;
    bool refuse;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    g_autofree char *name = tk_unique_name();

    self->brokers = g_strdup(tk_need_env("JW_KAFKA_BROKERS"));
    self->prefix = g_strconcat(name, ".", NULL);
    self->topic = g_strconcat(self->prefix, "job.events", NULL);
    self->dlq = g_strconcat(self->topic, ".dlq", NULL);
    self->jc = jc_fixture_new(NULL, NULL);
    jc_fixture_env(self->jc, "JW_KAFKA_BROKERS", self->brokers);
    jc_fixture_env(self->jc, "JW_BUS_TOPIC_PREFIX", self->prefix);
    jc_fixture_env(self->jc, "JW_SCHEMAS_DIR", JW_SOURCE_DIR "/schemas");
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->changed);
    self->bodies = g_ptr_array_new_with_free_func(g_free);
    *state = self;
    return 0;
}

/* The topics this run created, so that a shared broker does not fill up. */
static void
delete_topics(const Fixture *self)
{
    static const char *const names[] = { "job.commands.high", "job.commands.normal",
                                         "job.commands.low",  "job.events",
                                         "delivery.events",   "schedule.commands",
                                         "schedule.events" };
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    char text[256];
    rd_kafka_DeleteTopic_t *topics[2 * G_N_ELEMENTS(names)];

    assert_int_equal(rd_kafka_conf_set(conf, "bootstrap.servers", self->brokers, text, sizeof text),
                     RD_KAFKA_CONF_OK);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
    assert_non_null(rk);
    for (size_t i = 0; i < G_N_ELEMENTS(topics); i++) {
        g_autofree char *name =
            g_strconcat(self->prefix, names[i / 2], i % 2 == 1 ? ".dlq" : "", NULL);
        topics[i] = rd_kafka_DeleteTopic_new(name);
    }
    rd_kafka_queue_t *queue = rd_kafka_queue_new(rk);
    rd_kafka_DeleteTopics(rk, topics, G_N_ELEMENTS(topics), NULL, queue);
    rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);
    assert_non_null(event);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
    rd_kafka_DeleteTopic_destroy_array(topics, G_N_ELEMENTS(topics));
    rd_kafka_destroy(rk);
}

static int
teardown(void **state)
{
    Fixture *self = *state;

    delete_topics(self);
    jc_fixture_free(self->jc);
    jw_mutex_clear(&self->mutex);
    jw_cond_clear(&self->changed);
    g_ptr_array_unref(self->bodies);
    g_free(self->header);
    g_free(self->key);
    g_free(self->prefix);
    g_free(self->brokers);
    g_free(self->topic);
    g_free(self->dlq);
    g_free(self);
    return 0;
}

static void
test_topics(void **state)
{
    Fixture *self = *state;

    assert_jobctl(self->jc, JC_EXIT_OK, "topics");
    assert_contains(self->jc->out, "created  ");
    assert_contains(self->jc->out, self->dlq);
    assert_null(strstr(self->jc->out, "existed"));
    assert_jobctl(self->jc, JC_EXIT_OK, "topics", "--schemas", JW_SOURCE_DIR "/schemas");
    assert_contains(self->jc->out, "existed  ");
    assert_null(strstr(self->jc->out, "created"));
}

static JwBus *
connect_bus(const Fixture *self)
{
    char client[] = "test";
    const JwBusConfig config = { .brokers = self->brokers,
                                 .client_id = client,
                                 .message_max_bytes = 1 << 20,
                                 .queue_max = 1000,
                                 .publish_timeout_ms = WAIT_MS,
                                 .topic_prefix = self->prefix };
    g_autoptr(GError) error = NULL;
    JwBus *bus = jw_bus_kafka_new(&config, "test-service", "1.2.3", &error);

    assert_ok(bus != NULL, error);
    return bus;
}

static void
consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    Fixture *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    for (size_t i = 0; i < n_messages; i++) {
        g_ptr_array_add(self->bodies, g_strndup(messages[i].body, messages[i].body_length));
        g_free(self->header);
        g_free(self->key);
        self->header = g_strdup(jw_message_header(&messages[i], "ce_id"));
        self->key = g_strndup(messages[i].key, messages[i].key_length);
        answers[i].verdict = self->refuse ? JW_VERDICT_POISON : JW_VERDICT_DONE;
        answers[i].reason = self->refuse ? g_strdup("not a job") : NULL;
        assert_null(self->refuse ? NULL : jw_message_header(&messages[i], "jw_dlq_reason"));
    }
    jw_cond_broadcast(&self->changed);
}

static void
wait_bodies(Fixture *self, guint n)
{
    const int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + WAIT_MS;
    g_auto(JwLocker) locker = jw_locker(&self->mutex);

    while (self->bodies->len < n) {
        assert_true(jw_cond_wait_until(&self->changed, &self->mutex, deadline_ms));
    }
}

static void
publish(Fixture *self, JwBus *bus, const char *body)
{
    const JwHeader headers[] = { { "ce_id", body }, { "ce_type", "test.v1" } };
    const JwMessage message = { .topic = self->topic,
                                .key = "k1",
                                .key_length = 2,
                                .body = body,
                                .body_length = strlen(body),
                                .headers = headers,
                                .n_headers = 2 };
    g_autoptr(GError) error = NULL;

    assert_ok(jw_bus_publish(bus, &message, NULL, NULL, &error), error);
    assert_ok(jw_bus_flush(bus, WAIT_MS, &error), error);
}

/* Two messages are refused as poison; listed; one, then both are sent again and arrive as they
 * were. */
static void
test_dlq(void **state)
{
    Fixture *self = *state;
    const char *const topics[] = { self->topic, NULL };
    const JwSubscription subscription = { topics, self->prefix, false, 10, consume, self };
    g_autoptr(GError) error = NULL;

    assert_jobctl(self->jc, JC_EXIT_OK, "topics");
    assert_jobctl(self->jc, JC_EXIT_OK, "dlq", "list", "job.events");
    assert_contains(self->jc->out, "job.events.dlq holds no dead letters");
    g_autoptr(JwBus) bus = connect_bus(self);
    self->refuse = true;
    JwConsumer *consumer = jw_bus_subscribe(bus, &subscription, &error);
    assert_ok(consumer != NULL, error);
    publish(self, bus, "first");
    publish(self, bus, "second");
    wait_bodies(self, 2);
    jw_consumer_free(consumer); /* what was refused is in the DLQ when it has stopped */
    assert_ok(jw_bus_flush(bus, WAIT_MS, &error), error);

    assert_jobctl(self->jc, JC_EXIT_OK, "dlq", "list", self->dlq);
    assert_contains(self->jc->out, "partition 0 offset 0  ");
    assert_contains(self->jc->out, "  reason  not a job\n");
    assert_contains(self->jc->out, "refused by test-service 1.2.3\n");
    assert_contains(self->jc->out, "  message 6 B, key 'k1', type test.v1, id second\n");
    assert_jobctl(self->jc, JC_EXIT_OK, "dlq", "list", "job.events", "--limit", "1", "--json");
    assert_contains(self->jc->out, "\"jw_dlq_reason\":\"not a job\"");
    assert_null(strstr(self->jc->out, "second"));
    assert_jobctl(self->jc, JC_EXIT_FAILED, "dlq", "replay", "job.events", "--offset", "7");
    assert_contains(self->jc->err, "has offsets 0 to 1, not 7");

    g_ptr_array_set_size(self->bodies, 0);
    self->refuse = false;
    consumer = jw_bus_subscribe(bus, &subscription, &error);
    assert_ok(consumer != NULL, error);
    assert_jobctl(self->jc, JC_EXIT_OK, "dlq", "replay", "job.events", "--offset", "1");
    assert_string_equal(self->jc->out, "1 sent again, 0 not taken by the broker, 0 left out\n");
    wait_bodies(self, 1);
    assert_string_equal(g_ptr_array_index(self->bodies, 0), "second");
    assert_string_equal(self->header, "second");
    assert_string_equal(self->key, "k1");
    assert_jobctl(self->jc, JC_EXIT_OK, "dlq", "replay", "job.events", "--all");
    wait_bodies(self, 3);
    assert_string_equal(g_ptr_array_index(self->bodies, 1), "first");
    jw_consumer_free(consumer);
}

int
main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
    const struct CMUnitTest tests[] = { TEST(test_topics), TEST(test_dlq) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
