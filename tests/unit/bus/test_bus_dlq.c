/* test_bus_dlq.c: a refused message is done only once the DLQ has it, on librdkafka's mock
 * cluster. */
#include "mock_kafka.h"

#include <stdlib.h>
#include <string.h>

#define BIG (600 * 1024)

typedef struct {
    MockKafka *mock;
    GString *seen; /* first byte of each body that was answered DONE */
    int offered;
    rd_kafka_resp_err_t next_error; /* for the next Produce request; 0: none */
    int n_errors;
} Reader;

static void
consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    Reader *self = data;
    g_auto(JwLocker) locker = jw_locker(&self->mock->mutex);
    for (size_t i = 0; i < n_messages; i++) {
        char first = *(const char *)messages[i].body;
        self->offered += 1;
        if (first == 'p') {
            answers[i].verdict = JW_VERDICT_POISON;
            answers[i].reason = g_strdup("a bad one");
            for (int e = 0; e < self->n_errors; e++) {
                rd_kafka_mock_push_request_errors(self->mock->cluster, MOCK_PRODUCE, 1,
                                                  self->next_error);
            }
            self->n_errors = 0;
        } else {
            answers[i].verdict = JW_VERDICT_DONE;
            g_string_append_c(self->seen, first);
        }
    }
    jw_cond_broadcast(&self->mock->changed);
}

static void
wait_for(Reader *self, size_t n)
{
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + 30000;
    size_t seen = 0;
    {
        g_auto(JwLocker) locker = jw_locker(&self->mock->mutex);
        while (self->seen->len < n
               && jw_cond_wait_until(&self->mock->changed, &self->mock->mutex, deadline_ms)) {
            /* again */
        }
        seen = self->seen->len;
    }
    assert_int_equal(seen, n);
}

static JwConsumer *
subscribe(Reader *reader, const char *const *topics)
{
    g_autoptr(GError) error = NULL;
    JwSubscription subscription = { topics, "group", false, 100, consume, reader };
    JwConsumer *consumer = jw_bus_subscribe(reader->mock->bus, &subscription, &error);
    assert_ok(consumer != NULL, error);
    return consumer;
}

static char *
header_of(const rd_kafka_message_t *message, const char *name)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    size_t size = 0;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR
        || rd_kafka_header_get_last(headers, name, &value, &size) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return NULL;
    }
    return g_strndup(value, size);
}

static rd_kafka_message_t *
read_one(rd_kafka_t *reader)
{
    for (int i = 0; i < 300; i++) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(reader, 100);
        if (message != NULL && message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            return message;
        }
        if (message != NULL) {
            rd_kafka_message_destroy(message);
        }
    }
    return NULL;
}

/* Publishes good, poison, good under one key; the DLQ publish meets @cause @n_errors times first.
 */
static rd_kafka_message_t *
run(MockKafka *mock, rd_kafka_t *dlq, const char *topic, const char *poison,
    rd_kafka_resp_err_t cause, int n_errors)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    Reader reader = { mock, seen, 0, cause, n_errors };
    const char *const topics[] = { topic, NULL };
    assert_ok(mock_kafka_publish(mock, topic, "a", &error), error);
    assert_ok(mock_kafka_publish(mock, topic, poison, &error), error);
    assert_ok(mock_kafka_publish(mock, topic, "b", &error), error);
    assert_ok(jw_bus_flush(mock->bus, 30000, &error), error);
    JwConsumer *consumer = subscribe(&reader, topics);
    wait_for(&reader, 2);
    rd_kafka_message_t *message = read_one(dlq);
    assert_non_null(message);

    /* the partition goes on after it */
    assert_ok(mock_kafka_publish(mock, topic, "c", &error), error);
    wait_for(&reader, 3);
    assert_string_equal(seen->str, "abc");
    jw_consumer_free(consumer);
    return message;
}

static void
a_failed_dlq_publish_is_tried_again(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 10000);
    rd_kafka_t *dlq = mock_kafka_reader(mock, "t.dlq");
    rd_kafka_message_t *message =
        run(mock, dlq, "t", "poison", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED, 2);
    assert_int_equal(message->len, 6);
    assert_memory_equal(message->payload, "poison", 6);
    assert_memory_equal(message->key, "key", 3);
    static const struct {
        const char *name, *value;
    } expected[] = {
        { "ce_id", "poison" },        { "jw_dlq_reason", "a bad one" },
        { "jw_dlq_service", "mock" }, { "jw_dlq_version", "0.0.1" },
        { "jw_dlq_topic", "t" },      { "jw_dlq_offset", "1" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        g_autofree char *value = header_of(message, expected[i].name);
        assert_string_equal(value, expected[i].value);
    }
    g_autofree char *time = header_of(message, "jw_dlq_time");
    g_autofree char *partition = header_of(message, "jw_dlq_partition");
    assert_non_null(time);
    assert_non_null(partition);
    rd_kafka_message_destroy(message);
    rd_kafka_consumer_close(dlq);
    rd_kafka_destroy(dlq);
    mock_kafka_free(mock);
}

static void
what_is_too_large_goes_without_its_body(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 10000);
    rd_kafka_t *dlq = mock_kafka_reader(mock, "t.dlq");
    g_autofree char *poison = g_strnfill(BIG, 'p'); /* twice: as body and as header */
    poison[BIG - 200000] = '\0';
    rd_kafka_message_t *message =
        run(mock, dlq, "t", poison, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE, 1);
    assert_int_equal(message->len, 0);
    g_autofree char *omitted = header_of(message, "jw_dlq_omitted");
    assert_non_null(strstr(omitted, "bytes left out"));
    g_autofree char *offset = header_of(message, "jw_dlq_offset");
    assert_string_equal(offset, "1");
    rd_kafka_message_destroy(message);
    rd_kafka_consumer_close(dlq);
    rd_kafka_destroy(dlq);
    mock_kafka_free(mock);
}

/* Stopping is bounded while the broker and the group's coordinator are away. */
static void
closing_is_bounded(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 500);
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    Reader reader = { mock, seen, 0, RD_KAFKA_RESP_ERR_NO_ERROR, 0 };
    const char *const topics[] = { "t", NULL };
    assert_ok(mock_kafka_publish(mock, "t", "a", &error), error);
    JwConsumer *consumer = subscribe(&reader, topics);
    wait_for(&reader, 1);
    rd_kafka_mock_broker_set_down(mock->cluster, 1);
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    jw_consumer_free(consumer);
    int64_t took_ms = jw_clock_mono_ms(jw_clock_system()) - start_ms;
    print_message("closing took %d ms\n", (int)took_ms);
    assert_in_range(took_ms, 0, 11000);
    rd_kafka_mock_broker_set_up(mock->cluster, 1);
    mock_kafka_free(mock);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_dlq_publish_is_tried_again),
        cmocka_unit_test(what_is_too_large_goes_without_its_body),
        cmocka_unit_test(closing_is_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
