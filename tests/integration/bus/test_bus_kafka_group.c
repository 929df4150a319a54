/* test_bus_kafka_group.c: two readers of a group, rebalances, throughput, against a real broker. */
#include "bus_fixture.h"

#define MESSAGES 10000

/* Records what a reader did. */
static void
mark(Reader *reader, int *seen)
{
    for (guint i = 0; i < reader->done->len; i++) {
        int number = g_array_index(reader->done, int, i);
        assert_in_range(number, 0, MESSAGES - 1);
        seen[number] += 1;
    }
}

typedef struct {
    Reader *first, *second;
} Pair;

static bool
all_seen(void *data)
{
    const Pair *pair = data;
    g_autofree int *seen = g_new0(int, MESSAGES);
    Reader *const readers[] = { pair->first, pair->second };
    for (size_t i = 0; i < G_N_ELEMENTS(readers); i++) {
        g_auto(JwLocker) locker = jw_locker(&readers[i]->mutex);
        mark(readers[i], seen);
    }
    for (int i = 0; i < MESSAGES; i++) {
        if (seen[i] == 0) {
            return false;
        }
    }
    return true;
}

static JwVerdict
later_now_and_then(Reader *self, const JwMessage *message, int number)
{
    (void)message;
    if (number % 7 == 3 && self->laters_left > 0 && self->offered->len % 5 == 0) {
        self->laters_left -= 1;
        return JW_VERDICT_LATER;
    }
    return JW_VERDICT_DONE;
}

static bool
both_done(void *data)
{
    const Pair *pair = data;
    return reader_done(pair->first) + reader_done(pair->second) >= MESSAGES;
}

/* One reader joins and leaves in the middle of the stream, and some messages are held back
 * meanwhile: each message is decided at least once, and nothing is left for the next reader of the
 * group. */
static void
rebalances_lose_nothing(void **state)
{
    (void)state;
    BusFixture *fixture = bus_fixture_new(6);
    g_autofree int *seen = g_new0(int, MESSAGES);
    fixture->laters = 300;
    Reader *first = reader_new(fixture, fixture->topic, 100, later_now_and_then);
    bus_fixture_publish(fixture, 0, MESSAGES / 4, 100);
    reader_wait_done(first, 1, 60000);
    Reader *second = reader_new(fixture, fixture->topic, 100, later_now_and_then);
    bus_fixture_publish(fixture, MESSAGES / 4, MESSAGES / 2, 100);
    for (int n = 0; reader_done(second) == 0; n++) {
        bus_fixture_publish(fixture, n % 100, n % 100 + 1,
                            100); /* until the second has its share */
    }
    bus_fixture_publish(fixture, MESSAGES / 2, MESSAGES * 3 / 4, 100);
    jw_consumer_free(g_steal_pointer(&second->consumer));
    bus_fixture_publish(fixture, MESSAGES * 3 / 4, MESSAGES, 100);
    Pair pair = { first, second };
    tk_wait_until(all_seen, &pair, 60000, "every message decided by one of the two");
    jw_consumer_free(g_steal_pointer(&first->consumer));
    mark(first, seen);
    mark(second, seen);

    Reader *rest = reader_new(fixture, fixture->topic, 100, NULL);
    bus_fixture_publish(fixture, MESSAGES - 1, MESSAGES, 1);
    reader_wait_done(rest, 1, 60000);
    assert_int_equal(g_array_index(rest->done, int, 0), MESSAGES - 1);
    reader_free(rest);
    reader_free(first);
    reader_free(second);
    bus_fixture_free(fixture);
}

static void
every_message_is_decided(void **state)
{
    (void)state;
    BusFixture *fixture = bus_fixture_new(4);
    g_autofree int *seen = g_new0(int, MESSAGES);
    Reader *first = reader_new(fixture, fixture->topic, 200, NULL);
    Reader *second = reader_new(fixture, fixture->topic, 200, NULL);
    JwClock *clock = jw_clock_system();
    int64_t start_ms = jw_clock_mono_ms(clock);
    bus_fixture_publish(fixture, 0, MESSAGES, 1000);
    int64_t published_ms = jw_clock_mono_ms(clock) - start_ms;
    Pair pair = { first, second };
    tk_wait_until(both_done, &pair, 60000, "all messages done");
    print_message("%d messages: persisted in %d ms\n", MESSAGES, (int)published_ms);
    jw_consumer_free(g_steal_pointer(&first->consumer));
    jw_consumer_free(g_steal_pointer(&second->consumer));
    mark(first, seen);
    mark(second, seen);
    for (int i = 0; i < MESSAGES; i++) {
        if (seen[i] == 0) {
            fail_msg("message %d was never decided", i);
        }
    }
    reader_free(first);
    reader_free(second);
    bus_fixture_free(fixture);
}

/* It never sees what was there before it; what comes once it has its partitions it does see, and no
 * reader after it goes on where it was. */
static void
newest_begins_at_the_end(void **state)
{
    enum { BEFORE = 30 };
    BusFixture *fixture = bus_fixture_new(3);
    int next = BEFORE;

    (void)state;
    bus_fixture_publish(fixture, 0, BEFORE, BEFORE);
    fixture->newest = true;
    for (int round = 0; round < 2; round++) {
        Reader *reader = reader_new(fixture, fixture->topic, 10, NULL);
        int from = next;

        while (reader_done(reader) == 0 && next < 3000) {
            bus_fixture_publish(fixture, next, next + 10, 30);
            next += 10;
        }
        assert_true(reader_done(reader) > 0);
        jw_mutex_lock(&reader->mutex);
        for (guint i = 0; i < reader->offered->len; i++) {
            assert_true(g_array_index(reader->offered, int, i) >= from);
        }
        jw_mutex_unlock(&reader->mutex);
        reader_free(reader);
        bus_fixture_publish(fixture, next, next + 10, 30); /* nobody reads these */
        next += 10;
    }
    bus_fixture_free(fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_message_is_decided),
        cmocka_unit_test(rebalances_lose_nothing),
        cmocka_unit_test(newest_begins_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
