/* test_reading.c: how far the executors have read, told while they are behind. */
#include "schkit.h"

#include "reading.h"

#define SECOND 1000

static void
publish_one(SchKit *kit)
{
    const JwMessage message = {
        .topic = kit->ports->commands, .key = "k", .key_length = 1, .body = "{}", .body_length = 2
    };
    g_autoptr(GError) error = NULL;

    assert_ok(jw_bus_publish(kit->sch.bus, &message, NULL, NULL, &error), error);
}

/* Executors that are ten minutes behind, and stay so: what is known of them is not much older. */
static void
test_behind_by_as_much(void **state)
{
    enum { BEHIND = 600, SECONDS = 3000, INACCURACY = 100 };
    SchKit *kit = *state;
    g_autofree char *group = jw_wire_topic(kit->sch.wire, JW_GROUP_EXECUTOR);
    g_autoptr(SchReading) reading =
        sch_reading_new(g_steal_pointer(&group), g_strdup(kit->ports->commands));

    kit->reads = 0;
    for (int64_t second = 0; second < SECONDS; second++) {
        g_autoptr(GError) error = NULL;

        publish_one(kit);
        if (second >= BEHIND) {
            kit->reads = 1;
            (void)jw_bus_mem_deliver(kit->sch.bus);
        }
        assert_ok(sch_reading_look(reading, kit->sch.bus, second * SECOND, &error), error);
    }
    assert_false(sch_reading_is_past(reading, (int64_t)SECONDS * SECOND));
    assert_true(sch_reading_is_past(reading, (int64_t)(SECONDS - BEHIND - INACCURACY) * SECOND));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_behind_by_as_much),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
