/* test_relay_worker.c: the worker thread pulls in batches, retries, and stops in time. */
#include "relay_store.h"

static void
offer_many(RelayFixture *self, int from, int to)
{
    for (int i = from; i < to; i++) {
        g_autofree char *doc_id = g_strdup_printf("doc-%d", i);
        jw_relay_offer(self->relay, JW_DOC_JOB, doc_id,
                       relay_store_add(JW_DOC_JOB, doc_id, RELAY_NOW));
    }
    (void)jw_bus_mem_deliver(self->bus);
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
    relay_store_wait_left(0, 30000);
    tk_wait_until(backlog_empty, self, 30000, "nothing under way");
    assert_in_range(relay_store_pulls(), 3, 20);
    assert_in_range(relay_store_largest(), 2, 500);
}

static void
a_pull_that_failed_is_tried_again(void **state)
{
    RelayFixture *self = *state;
    relay_store_reset(3, JW_ERROR_UNAVAILABLE);
    offer_many(self, 0, 10);
    relay_store_wait_left(0, 30000);
    tk_wait_until(backlog_empty, self, 30000, "nothing under way");
    assert_in_range(relay_store_attempts(), 4, 8);
}

static void
free_pulls_what_was_accepted(void **state)
{
    RelayFixture *self = *state;
    relay_store_latch(true);
    offer_many(self, 0, 700);
    relay_store_latch(false);
    g_clear_pointer(&self->relay, jw_relay_free);
    assert_int_equal(relay_store_left(), 0);
}

static void
free_is_bounded(void **state)
{
    RelayFixture *self = *state;
    relay_store_reset(1000000, JW_ERROR_UNAVAILABLE);
    offer_many(self, 0, 5);
    /* one whose report never comes */
    jw_relay_offer(self->relay, JW_DOC_JOB, "x", relay_store_add(JW_DOC_JOB, "x", RELAY_NOW));
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    g_clear_pointer(&self->relay, jw_relay_free);
    assert_in_range(jw_clock_mono_ms(jw_clock_system()) - start_ms, 4000, 8000);
    assert_int_equal(relay_store_left(), 6);
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
