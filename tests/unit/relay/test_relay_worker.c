/* test_relay_worker.c: the worker thread pulls in batches, retries, and stops in time. */
#include "relay_store.h"
#include "jw/bus_mem.h"

#define NOW INT64_C(1768269615250)

typedef struct {
    TkClock clock;
    JwBus *bus;
    JwRelay *relay;
} Fixture;

static int
setup(void **state)
{
    Fixture *self = g_new0(Fixture, 1);
    relay_store_reset(0, JW_ERROR_INTERNAL);
    tk_clock_init(&self->clock, NOW);
    self->bus = jw_bus_mem_new();
    self->relay = jw_relay_new(relay_store(), self->bus, &self->clock.clock, "/jobwire/test");
    *state = self;
    return 0;
}

static int
teardown(void **state)
{
    Fixture *self = *state;
    jw_relay_free(self->relay);
    jw_bus_free(self->bus);
    relay_store_clear();
    g_free(self);
    return 0;
}

static void
offer_many(Fixture *self, int from, int to)
{
    for (int i = from; i < to; i++) {
        g_autofree char *doc_id = g_strdup_printf("doc-%d", i);
        jw_relay_offer(self->relay, JW_DOC_JOB, doc_id, relay_store_add(JW_DOC_JOB, doc_id, NOW));
    }
    (void)jw_bus_mem_deliver(self->bus);
}

static bool
backlog_empty(void *data)
{
    Fixture *self = data;
    return jw_relay_backlog(self->relay) == 0;
}

static void
pulls_are_batched(void **state)
{
    Fixture *self = *state;
    offer_many(self, 0, 1200);
    relay_store_wait_left(0, 30000);
    tk_wait_until(backlog_empty, self, 30000, "nothing under way");
    assert_in_range(relay_store_pulls(), 3, 20);
    assert_in_range(relay_store_largest(), 2, 500);
}

static void
a_pull_that_failed_is_tried_again(void **state)
{
    Fixture *self = *state;
    relay_store_reset(3, JW_ERROR_UNAVAILABLE);
    offer_many(self, 0, 10);
    relay_store_wait_left(0, 30000);
    tk_wait_until(backlog_empty, self, 30000, "nothing under way");
    assert_in_range(relay_store_attempts(), 4, 8);
}

static void
free_pulls_what_was_accepted(void **state)
{
    Fixture *self = *state;
    relay_store_gate(true);
    offer_many(self, 0, 700);
    relay_store_gate(false);
    g_clear_pointer(&self->relay, jw_relay_free);
    assert_int_equal(relay_store_left(), 0);
}

static void
free_is_bounded(void **state)
{
    Fixture *self = *state;
    relay_store_reset(1000000, JW_ERROR_UNAVAILABLE);
    offer_many(self, 0, 5);
    /* one whose report never comes */
    jw_relay_offer(self->relay, JW_DOC_JOB, "x", relay_store_add(JW_DOC_JOB, "x", NOW));
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    g_clear_pointer(&self->relay, jw_relay_free);
    assert_in_range(jw_clock_mono_ms(jw_clock_system()) - start_ms, 4000, 8000);
    assert_int_equal(relay_store_left(), 6);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(pulls_are_batched, setup, teardown),
        cmocka_unit_test_setup_teardown(a_pull_that_failed_is_tried_again, setup, teardown),
        cmocka_unit_test_setup_teardown(free_pulls_what_was_accepted, setup, teardown),
        cmocka_unit_test_setup_teardown(free_is_bounded, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
