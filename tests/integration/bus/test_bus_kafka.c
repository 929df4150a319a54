/* test_bus_kafka.c: publishing, verdicts and offsets against a real broker. */
#include "bus_fixture.h"

static void
topics_are_created_once(void **state)
{
    (void)state;
    BusFixture *fixture = bus_fixture_new(2);
    g_autoptr(GError) error = NULL;
    JwTopic again = { fixture->topic, 2, NULL };
    assert_ok(jw_bus_create_topics(fixture->bus, &again, 1, 30000, &error), error);
    assert_true(jw_bus_connected(fixture->bus));

    const char *const settings[] = { "no.such.setting", "1", NULL };
    g_autofree char *other = tk_unique_name();
    JwTopic wrong = { other, 1, settings };
    assert_false(jw_bus_create_topics(fixture->bus, &wrong, 1, 30000, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "*");
    bus_fixture_free(fixture);
}

static void
too_large_is_refused_before_anything_else(void **state)
{
    (void)state;
    BusFixture *fixture = bus_fixture_new(1);
    g_autoptr(GError) error = NULL;
    g_autofree char *body = g_malloc0((1 << 20) + 1);
    JwMessage message = { .topic = fixture->topic, .body = body, .body_length = (1 << 20) + 1 };
    assert_false(jw_bus_publish(fixture->bus, &message, NULL, NULL, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*JW_BUS_MESSAGE_MAX*");

    JwHeader header = { "name", "value" };
    message = (JwMessage){ .topic = fixture->topic,
                           .body = body,
                           .body_length = (1 << 20) - 4,
                           .headers = &header,
                           .n_headers = 1 };
    assert_false(jw_bus_publish(fixture->bus, &message, NULL, NULL, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "*");
    bus_fixture_free(fixture);
}

static JwVerdict
later_at_50(Reader *self, const JwMessage *message, int number)
{
    (void)message;
    if (number == 50 && self->laters_left > 0) {
        self->laters_left -= 1;
        return JW_VERDICT_LATER;
    }
    return JW_VERDICT_DONE;
}

static void
assert_in_order(Reader *reader, int from, int to)
{
    assert_int_equal(reader_done(reader), to - from);
    for (int i = from; i < to; i++) {
        assert_int_equal(g_array_index(reader->done, int, i - from), i);
    }
}

static void
later_keeps_the_order(void **state)
{
    (void)state;
    BusFixture *fixture = bus_fixture_new(1);
    bus_fixture_publish(fixture, 0, 1000, 1);
    fixture->laters = 3;
    Reader *reader = reader_new(fixture, fixture->topic, 20, later_at_50);
    reader_wait_done(reader, 1000, 60000);
    assert_string_equal(reader->extra, reader->body); /* the last header of a name counts */
    assert_in_order(reader, 0, 1000);
    reader_free(reader);
    bus_fixture_free(fixture);
}

static JwVerdict
later_from_stop_at(Reader *self, const JwMessage *message, int number)
{
    (void)message;
    return number >= self->stop_at ? JW_VERDICT_LATER : JW_VERDICT_DONE;
}

static JwVerdict
later_from_70(Reader *self, const JwMessage *message, int number)
{
    self->stop_at = 70;
    return later_from_stop_at(self, message, number);
}

/* What was not decided before a stop is offered to the next reader of the group, and nothing else.
 */
static void
offsets_survive_a_restart(void **state)
{
    (void)state;
    BusFixture *fixture = bus_fixture_new(1);
    bus_fixture_publish(fixture, 0, 100, 1);
    Reader *first = reader_new(fixture, fixture->topic, 500, later_from_70);
    reader_wait_done(first, 70, 60000);
    reader_wait_offered(first, 101, 60000); /* offered again at least once */
    reader_free(first);

    Reader *second = reader_new(fixture, fixture->topic, 500, NULL);
    reader_wait_done(second, 30, 60000);
    assert_in_order(second, 70, 100);
    reader_free(second);
    bus_fixture_free(fixture);
}

static JwVerdict
poison_every_tenth(Reader *self, const JwMessage *message, int number)
{
    (void)self;
    (void)message;
    return number % 10 == 5 ? JW_VERDICT_POISON : JW_VERDICT_DONE;
}

static void
poison_goes_to_the_dlq_as_it_came(void **state)
{
    (void)state;
    BusFixture *fixture = bus_fixture_new(1);
    bus_fixture_publish(fixture, 0, 100, 3);
    Reader *reader = reader_new(fixture, fixture->topic, 25, poison_every_tenth);
    reader_wait_done(reader, 90, 60000);

    g_autofree char *dlq = g_strconcat(fixture->topic, ".dlq", NULL);
    Reader *people = reader_new(fixture, dlq, 25, NULL);
    reader_wait_done(people, 10, 60000);
    for (int i = 0; i < 10; i++) {
        assert_int_equal(g_array_index(people->done, int, i), i * 10 + 5);
    }
    assert_string_equal(people->body, "95");
    assert_string_equal(people->key, "k2");
    assert_string_equal(people->extra, "95");
    assert_string_equal(people->reason, "does not parse");
    reader_free(people);
    reader_free(reader);

    /* the refused ones are done as well */
    bus_fixture_publish(fixture, 100, 101, 1);
    Reader *after = reader_new(fixture, fixture->topic, 25, NULL);
    reader_wait_done(after, 1, 60000);
    assert_in_order(after, 100, 101);
    reader_free(after);
    bus_fixture_free(fixture);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(topics_are_created_once),
        cmocka_unit_test(too_large_is_refused_before_anything_else),
        cmocka_unit_test(later_keeps_the_order),
        cmocka_unit_test(offsets_survive_a_restart),
        cmocka_unit_test(poison_goes_to_the_dlq_as_it_came),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
