/* test_bus_mem.c: the memory adapter gives the same answers as the Kafka one. */
#include "testkit.h"
#include "jw/bus_mem.h"

#include <string.h>

typedef struct {
    GString *seen;
    JwVerdict verdict; /* for bodies "x" */
    int calls, persisted, failed;
    bool newest;
} Notes;

static void
count(bool persisted, const char *why, gpointer data)
{
    Notes *notes = data;
    notes->persisted += persisted ? 1 : 0;
    notes->failed += persisted ? 0 : 1;
    assert_int_equal(why == NULL, persisted);
}

static void
publish(JwBus *bus, const char *topic, const char *body, Notes *notes)
{
    g_autoptr(GError) error = NULL;
    JwHeader headers[] = { { "a", "1" }, { "b", "2" }, { "a", "3" } };
    JwMessage message = { .topic = topic,
                          .key = "k",
                          .key_length = 1,
                          .body = body,
                          .body_length = strlen(body),
                          .headers = headers,
                          .n_headers = 3 };
    assert_ok(jw_bus_publish(bus, &message, count, notes, &error), error);
}

static void
consume(const JwMessage *messages, size_t n_messages, JwAnswer *answers, gpointer data)
{
    Notes *notes = data;
    notes->calls += 1;
    for (size_t i = 0; i < n_messages; i++) {
        const char *body = messages[i].body;
        assert_int_equal(answers[i].verdict, JW_VERDICT_LATER);
        answers[i].verdict = *body == 'x' ? notes->verdict : JW_VERDICT_DONE;
        if (answers[i].verdict == JW_VERDICT_POISON) {
            answers[i].reason = g_strdup("no good");
        }
        g_string_append(notes->seen, body);
    }
}

static JwConsumer *
subscribe(JwBus *bus, size_t batch_max, Notes *notes)
{
    static const char *const topics[] = { "t", NULL };
    g_autoptr(GError) error = NULL;
    JwSubscription subscription = { topics, "g", notes->newest, batch_max, consume, notes };
    JwConsumer *consumer = jw_bus_subscribe(bus, &subscription, &error);
    assert_ok(consumer != NULL, error);
    return consumer;
}

static void
published_messages_can_be_looked_at(void **state)
{
    (void)state;
    g_autoptr(JwBus) bus = jw_bus_mem_new();
    Notes notes = { 0 };
    publish(bus, "t", "one", &notes);
    assert_int_equal(jw_bus_mem_count(bus, "t"), 0);
    assert_int_equal(notes.persisted, 0);
    (void)jw_bus_mem_deliver(bus);
    assert_int_equal(notes.persisted, 1);
    assert_int_equal(jw_bus_mem_count(bus, "t"), 1);
    const JwMessage *message = jw_bus_mem_get(bus, "t", 0);
    assert_string_equal(message->body, "one");
    assert_string_equal(jw_message_header(message, "a"), "3");
    assert_string_equal(jw_message_header(message, "b"), "2");
    assert_null(jw_message_header(message, "c"));
    assert_int_equal(jw_bus_mem_count(bus, "other"), 0);
}

static void
down_and_refusing(void **state)
{
    (void)state;
    g_autoptr(JwBus) bus = jw_bus_mem_new();
    g_autoptr(GError) error = NULL;
    Notes notes = { 0 };
    JwMessage message = { .topic = "t", .body = "x", .body_length = 1 };
    JwTopic topic = { "t", 1, NULL };
    jw_bus_mem_refuse(bus, 1);
    assert_false(jw_bus_publish(bus, &message, count, &notes, &error));
    assert_jw_error(error, JW_ERROR_BUSY, "*");
    jw_bus_mem_set_down(bus, true);
    assert_false(jw_bus_connected(bus));
    assert_false(jw_bus_create_topics(bus, &topic, 1, 10, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    publish(bus, "t", "lost", &notes);
    assert_ok(jw_bus_flush(bus, 10, &error), error);
    assert_int_equal(notes.failed, 1);
    assert_int_equal(jw_bus_mem_count(bus, "t"), 0);
    jw_bus_mem_set_down(bus, false);
    assert_true(jw_bus_connected(bus));
    message.body_length = 2 << 20;
    assert_false(jw_bus_publish(bus, &message, count, &notes, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*");
}

static void
later_is_offered_again_in_order(void **state)
{
    (void)state;
    g_autoptr(JwBus) bus = jw_bus_mem_new();
    g_autoptr(GString) seen = g_string_new(NULL);
    Notes notes = { .seen = seen, .verdict = JW_VERDICT_LATER };
    g_autoptr(JwConsumer) consumer = subscribe(bus, 10, &notes);
    assert_non_null(consumer);
    publish(bus, "t", "a", &notes);
    publish(bus, "t", "x", &notes);
    publish(bus, "t", "b", &notes);
    assert_int_equal(jw_bus_mem_deliver(bus), 1);
    assert_int_equal(jw_bus_mem_deliver(bus), 0);
    notes.verdict = JW_VERDICT_DONE;
    assert_int_equal(jw_bus_mem_deliver(bus), 2);
    assert_int_equal(jw_bus_mem_deliver(bus), 0);
    assert_string_equal(seen->str, "axbxbxb");
}

static void
newest_begins_at_the_end(void **state)
{
    (void)state;
    g_autoptr(JwBus) bus = jw_bus_mem_new();
    g_autoptr(GString) seen = g_string_new(NULL);
    Notes notes = { .seen = seen, .newest = true };
    publish(bus, "t", "a", &notes);
    (void)jw_bus_mem_deliver(bus);
    g_autoptr(JwConsumer) consumer = subscribe(bus, 10, &notes);
    assert_non_null(consumer);
    publish(bus, "t", "b", &notes);
    assert_int_equal(jw_bus_mem_deliver(bus), 1);
    assert_string_equal(seen->str, "b");
}

static void
poison_goes_to_the_dlq(void **state)
{
    (void)state;
    g_autoptr(JwBus) bus = jw_bus_mem_new();
    g_autoptr(GString) seen = g_string_new(NULL);
    Notes notes = { .seen = seen, .verdict = JW_VERDICT_POISON };
    JwConsumer *consumer = subscribe(bus, 2, &notes);
    publish(bus, "t", "a", &notes);
    publish(bus, "t", "x", &notes);
    publish(bus, "t", "b", &notes);
    assert_int_equal(jw_bus_mem_deliver(bus), 3);
    assert_int_equal(notes.calls, 2);
    assert_int_equal(jw_bus_mem_count(bus, "t.dlq"), 1);
    const JwMessage *message = jw_bus_mem_get(bus, "t.dlq", 0);
    assert_string_equal(message->topic, "t.dlq");
    assert_string_equal(message->body, "x");
    assert_string_equal(jw_message_header(message, "a"), "3");
    assert_string_equal(jw_message_header(message, "jw_dlq_reason"), "no good");
    assert_string_equal(jw_message_header(message, "jw_dlq_offset"), "1");
    assert_string_equal(jw_message_header(message, "jw_dlq_topic"), "t");
    jw_consumer_free(consumer);
}

static void
freeing_ends_what_is_pending(void **state)
{
    (void)state;
    JwBus *bus = jw_bus_mem_new();
    Notes notes = { 0 };
    publish(bus, "t", "a", &notes);
    jw_bus_free(bus);
    assert_int_equal(notes.persisted + notes.failed, 1);
    jw_bus_free(NULL);
    jw_consumer_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_messages_can_be_looked_at),
        cmocka_unit_test(down_and_refusing),
        cmocka_unit_test(later_is_offered_again_in_order),
        cmocka_unit_test(newest_begins_at_the_end),
        cmocka_unit_test(poison_goes_to_the_dlq),
        cmocka_unit_test(freeing_ends_what_is_pending),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
