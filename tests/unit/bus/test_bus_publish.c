/* test_bus_publish.c: what ends as persisted and what does not, on librdkafka's mock cluster. */
#include "mock_kafka.h"

#include <string.h>

static void
a_message_is_persisted(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 10000);
    g_autoptr(GError) error = NULL;
    for (int i = 0; i < 100; i++) {
        assert_ok(mock_kafka_publish(mock, "t", "x", &error), error);
    }
    assert_ok(jw_bus_flush(mock->bus, 30000, &error), error);
    mock_kafka_wait(mock, 100, 0); /* flush waits for the reports too */
    assert_true(jw_bus_connected(mock->bus));
    mock_kafka_free(mock);
}

static void
a_passing_error_is_retried(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 10000);
    g_autoptr(GError) error = NULL;
    rd_kafka_mock_push_request_errors(
        mock->cluster, MOCK_PRODUCE, 3, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
        RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, RD_KAFKA_RESP_ERR__TRANSPORT);
    assert_ok(mock_kafka_publish(mock, "t", "x", &error), error);
    mock_kafka_wait(mock, 1, 0);
    mock_kafka_free(mock);
}

static void
a_refusal_is_not_persisted(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 10000);
    g_autoptr(GError) error = NULL;
    rd_kafka_mock_push_request_errors(mock->cluster, MOCK_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_ok(mock_kafka_publish(mock, "t", "x", &error), error);
    mock_kafka_wait(mock, 0, 1);
    assert_string_equal(mock->why, "Broker: Topic authorization failed");
    /* "t" is denied until the client asks again; other topics go through */
    assert_ok(mock_kafka_publish(mock, "u", "y", &error), error);
    mock_kafka_wait(mock, 1, 1);
    mock_kafka_free(mock);
}

static void
an_unanswered_message_is_not_persisted(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 1000);
    g_autoptr(GError) error = NULL;
    assert_ok(mock_kafka_publish(mock, "t", "x", &error), error);
    mock_kafka_wait(mock, 1, 0);
    /* it arrives, but the answer is late: "possibly persisted" is no proof */
    rd_kafka_mock_broker_set_rtt(mock->cluster, 1, 3000);
    assert_ok(mock_kafka_publish(mock, "t", "y", &error), error);
    assert_false(jw_bus_flush(mock->bus, 100, &error));
    assert_jw_error(error, JW_ERROR_BUSY, "1 messages still wait*");
    mock_kafka_wait(mock, 1, 1);
    rd_kafka_mock_broker_set_rtt(mock->cluster, 1, 0);
    mock_kafka_free(mock);
}

static void
a_broker_that_is_away(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(10, 1500);
    g_autoptr(GError) error = NULL;
    assert_ok(mock_kafka_publish(mock, "t", "x", &error), error);
    mock_kafka_wait(mock, 1, 0);
    rd_kafka_mock_broker_set_down(mock->cluster, 1);
    for (int taken = 0; taken < 10;) {
        if (mock_kafka_publish(mock, "t", "y", &error)) {
            taken++;
        } else { /* a report comes a moment before its message leaves the queue of ten */
            assert_jw_error(error, JW_ERROR_BUSY, "*");
            g_thread_yield();
        }
    }
    assert_false(mock_kafka_publish(mock, "t", "z", &error));
    assert_jw_error(error, JW_ERROR_BUSY, "*'t'*Queue full*");
    mock_kafka_wait(mock, 1, 10);
    rd_kafka_mock_broker_set_up(mock->cluster, 1);
    for (size_t failed = 10; mock->persisted == 1; failed++) {
        assert_ok(mock_kafka_publish(mock, "t", "again", &error), error);
        assert_ok(jw_bus_flush(mock->bus, 30000, &error), error);
        assert_in_range(failed, 10, 20);
    }
    mock_kafka_free(mock);
}

/* Fatal for the idempotent producer: the bus creates a new one, and each publish still ends
 * exactly once. */
static void
a_fatal_error_renews_the_producer(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 10000);
    g_autoptr(GError) error = NULL;
    assert_ok(mock_kafka_publish(mock, "t", "first", &error), error);
    mock_kafka_wait(mock, 1, 0);
    tk_log_capture();
    rd_kafka_mock_push_request_errors(mock->cluster, MOCK_PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    assert_ok(mock_kafka_publish(mock, "t", "lost", &error), error);
    mock_kafka_wait(mock, 1, 1);
    while (mock->persisted < 51) { /* the test's time limit ends it otherwise */
        /* refused while the old producer exists, on a busy machine for a while */
        if (!mock_kafka_publish(mock, "t", "next", &error)) {
            assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
            g_thread_yield();
        }
        assert_ok(jw_bus_flush(mock->bus, 30000, &error), error);
    }
    g_autofree char *log = tk_log_take();
    assert_non_null(strstr(log, "kafka_producer_renewed"));
    mock_kafka_free(mock);
}

static void
free_reports_what_was_not_sent(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 60000);
    g_autoptr(GError) error = NULL;
    assert_ok(mock_kafka_publish(mock, "t", "x", &error), error);
    mock_kafka_wait(mock, 1, 0);
    rd_kafka_mock_broker_set_down(mock->cluster, 1);
    for (int i = 0; i < 50; i++) {
        assert_ok(mock_kafka_publish(mock, "t", "y", &error), error);
    }
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    mock_kafka_free_bus(mock); /* gives up after 10 s */
    assert_in_range(jw_clock_mono_ms(jw_clock_system()) - start_ms, 9000, 20000);
    mock_kafka_wait(mock, 1, 50);
    mock_kafka_free(mock);
}

static void
nobody_listens(void **state)
{
    (void)state;
    g_autoptr(GError) error = NULL;
    char brokers[] = "127.0.0.1:9"; /* discard: never served here */
    JwBusConfig config = { .brokers = brokers, .publish_timeout_ms = 500 };
    g_autoptr(JwBus) bus = jw_bus_kafka_new(&config, "mock", "0.0.1", &error);
    assert_ok(bus != NULL, error);
    JwMessage message = { .topic = "t", .body = "x", .body_length = 1 };
    assert_ok(jw_bus_publish(bus, &message, NULL, NULL, &error), error);
    assert_ok(jw_bus_flush(bus, 30000, &error), error);
    assert_false(jw_bus_connected(bus));
    JwTopic topic = { "t", 1, NULL };
    assert_false(jw_bus_create_topics(bus, &topic, 1, 300, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
}

static void
ignore(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    (void)messages;
    (void)n_messages;
    (void)answers;
    (void)data;
}

static void
bad_messages_are_refused(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(10, 1000);
    g_autoptr(GError) error = NULL;
    JwMessage message = { .topic = "" };
    assert_false(jw_bus_publish(mock->bus, &message, NULL, NULL, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*topic*");
    message = (JwMessage){ .topic = "t", .body = "", .body_length = SIZE_MAX };
    assert_false(jw_bus_publish(mock->bus, &message, NULL, NULL, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*");
    message = (JwMessage){ .topic = "t", .key = "", .key_length = SIZE_MAX, .body_length = 2 };
    assert_false(jw_bus_publish(mock->bus, &message, NULL, NULL, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*");
    const char *const none[] = { NULL };
    JwSubscription subscription = { none, "g", false, 10, ignore, NULL };
    assert_null(jw_bus_subscribe(mock->bus, &subscription, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*topics*");
    mock_kafka_free(mock);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_message_is_persisted),
        cmocka_unit_test(a_passing_error_is_retried),
        cmocka_unit_test(a_refusal_is_not_persisted),
        cmocka_unit_test(an_unanswered_message_is_not_persisted),
        cmocka_unit_test(a_broker_that_is_away),
        cmocka_unit_test(a_fatal_error_renews_the_producer),
        cmocka_unit_test(free_reports_what_was_not_sent),
        cmocka_unit_test(nobody_listens),
        cmocka_unit_test(bad_messages_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
