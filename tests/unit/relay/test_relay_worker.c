/* test_relay_worker.c: the worker thread pulls in batches, retries, and stops in time. */
#include "relay_fixture.h"

/* Nothing is pulled before jw_bus_mem_deliver(). */
static void
offer_many(RelayFixture *self, int from, int to)
{
    for (int i = from; i < to; i++) {
        g_autofree char *doc_id = g_strdup_printf("doc-%d", i);
        jw_relay_offer(self->relay, JW_DOC_JOB, doc_id,
                       relay_add(self, JW_DOC_JOB, doc_id, RELAY_NOW));
    }
}

static bool
backlog_empty(void *data)
{
    RelayFixture *self = data;
    return jw_relay_backlog(self->relay) == 0;
}

static void
pulls_are_batched(void **state)
{
    RelayFixture *self = *state;
    offer_many(self, 0, 1200);
    (void)jw_bus_mem_deliver(self->bus);
    tk_wait_until(backlog_empty, self, 30000, "nothing under way");
    assert_int_equal(relay_left(self), 0);
    assert_in_range(relay_pulls(self), 3, 20);
    assert_in_range(relay_largest(self), 2, 500);
}

static void
a_pull_that_failed_is_tried_again(void **state)
{
    RelayFixture *self = *state;
    offer_many(self, 0, 10);
    jw_store_mem_then_fail(self->store, 3, JW_ERROR_UNAVAILABLE);
    (void)jw_bus_mem_deliver(self->bus);
    tk_wait_until(backlog_empty, self, 30000, "nothing under way");
    assert_int_equal(relay_left(self), 0);
    assert_in_range(relay_attempts(self), 4, 8);
}

static void
free_pulls_what_was_accepted(void **state)
{
    RelayFixture *self = *state;
    relay_latch(self, true);
    offer_many(self, 0, 700);
    (void)jw_bus_mem_deliver(self->bus);
    relay_latch(self, false);
    g_clear_pointer(&self->relay, jw_relay_free);
    assert_int_equal(relay_left(self), 0);
}

static void
free_is_bounded(void **state)
{
    RelayFixture *self = *state;
    const GPtrArray *unreported = relay_add(self, JW_DOC_JOB, "x", RELAY_NOW);
    offer_many(self, 0, 5);
    jw_store_mem_then_fail(self->store, 1000000, JW_ERROR_UNAVAILABLE);
    (void)jw_bus_mem_deliver(self->bus);
    jw_relay_offer(self->relay, JW_DOC_JOB, "x", unreported); /* whose report never comes */
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    g_clear_pointer(&self->relay, jw_relay_free);
    assert_in_range(jw_clock_mono_ms(jw_clock_system()) - start_ms, 4000, 8000);
    assert_int_equal(relay_left(self), 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pulls_are_batched, relay_setup_worker, relay_teardown),
        cmocka_unit_test_setup_teardown(a_pull_that_failed_is_tried_again, relay_setup_worker,
                                        relay_teardown),
        cmocka_unit_test_setup_teardown(free_pulls_what_was_accepted, relay_setup_worker,
                                        relay_teardown),
        cmocka_unit_test_setup_teardown(free_is_bounded, relay_setup_worker, relay_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
