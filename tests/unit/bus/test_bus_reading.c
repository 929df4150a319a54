/* test_bus_reading.c: how far a group has read, while its coordinator moves; on the mock cluster.
 */
#include "mock_kafka.h"

/* The group's coordinator has moved, or just started: librdkafka's own way to ask crashes then. */
static void
reading_outlives_a_moved_coordinator(void **state)
{
    (void)state;
    MockKafka *mock = mock_kafka_new(1000, 30000);
    g_autoptr(GError) error = NULL;
    g_autoptr(GArray) readings = NULL;

    assert_ok(mock_kafka_publish(mock, "t", "a", &error), error);
    mock_kafka_wait(mock, 1, 0);
    rd_kafka_mock_push_request_errors(
        mock->cluster, MOCK_OFFSET_FETCH, 3, RD_KAFKA_RESP_ERR_NOT_COORDINATOR,
        RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS, RD_KAFKA_RESP_ERR_NOT_COORDINATOR);
    for (int tries = 0; readings == NULL && tries < 20; tries++) {
        g_clear_error(&error);
        if (!jw_bus_read_so_far(mock->bus, "g", "t", 2000, &readings, &error)) {
            assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
        }
    }
    assert_ok(readings != NULL, error);
    int64_t end = 0, read = 0;
    for (guint i = 0; i < readings->len; i++) {
        end += g_array_index(readings, JwReading, i).end;
        read += g_array_index(readings, JwReading, i).read;
    }
    assert_int_equal(end, 1);
    assert_int_equal(read, 0);
    mock_kafka_free(mock);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reading_outlives_a_moved_coordinator),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
