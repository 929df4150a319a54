/* test_relay.c: offers, sweeps and pulls without a worker thread. */
#include "relay_fixture.h"

#include <string.h>

static void
an_entry_is_published_and_pulled(void **state)
{
    RelayFixture *self = *state;
    g_autoptr(GError) error = NULL;
    const GPtrArray *entries = relay_add(self, JW_DOC_JOB, "job-1", RELAY_NOW);
    const JwOutboxEntry *entry = g_ptr_array_index(entries, 0);
    g_autofree char *id = g_strdup(entry->id);
    jw_relay_offer(self->relay, JW_DOC_JOB, "job-1", entries);
    assert_int_equal(jw_relay_backlog(self->relay), 1);
    assert_ok(jw_relay_pull_now(self->relay, &error), error);
    assert_int_equal(relay_left(self), 1); /* not persisted yet */

    (void)jw_bus_mem_deliver(self->bus);
    assert_ok(jw_relay_pull_now(self->relay, &error), error);
    assert_int_equal(relay_left(self), 0);
    assert_int_equal(jw_relay_backlog(self->relay), 0);

    const JwMessage *message = jw_bus_mem_get(self->bus, "jobwire.job.events", 0);
    static const struct {
        const char *name, *value;
    } expected[] = {
        { "ce_specversion", "1.0" },
        { "ce_source", "/jobwire/test" },
        { "ce_type", "jobwire.job.submitted.v1" },
        { "ce_subject", "job-1" },
        { "ce_time", "2026-01-13T02:00:15.250Z" },
        { "content-type", "application/json" },
        { "x-request-id", "request-1" },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(expected); i++) {
        assert_string_equal(jw_message_header(message, expected[i].name), expected[i].value);
    }
    assert_string_equal(jw_message_header(message, "ce_id"), id);
    assert_null(jw_message_header(message, "traceparent"));
    assert_int_equal(message->key_length, 5);
    assert_memory_equal(message->key, "job-1", 5);
    assert_string_equal(message->body, "{}");
}

static void
what_is_under_way_is_not_offered_twice(void **state)
{
    RelayFixture *self = *state;
    g_autoptr(GError) error = NULL;
    size_t offered = 99;
    const GPtrArray *entries = relay_add(self, JW_DOC_JOB, "job-1", RELAY_NOW - 10000);
    jw_relay_offer(self->relay, JW_DOC_JOB, "job-1", entries);
    jw_relay_offer(self->relay, JW_DOC_JOB, "job-1", entries);
    assert_ok(jw_relay_sweep(self->relay, 5000, &offered, &error), error);
    assert_int_equal(offered, 0);
    (void)jw_bus_mem_deliver(self->bus);
    assert_int_equal(jw_bus_mem_count(self->bus, "jobwire.job.events"), 1);
    assert_ok(jw_relay_sweep(self->relay, 5000, &offered, &error), error);
    assert_int_equal(offered, 0); /* persisted, not pulled: still under way */
}

static void
a_sweep_finds_what_was_lost(void **state)
{
    RelayFixture *self = *state;
    g_autoptr(GError) error = NULL;
    size_t offered = 0;
    jw_bus_mem_set_down(self->bus, true);
    jw_relay_offer(self->relay, JW_DOC_JOB, "a", relay_add(self, JW_DOC_JOB, "a", RELAY_NOW));
    (void)jw_bus_mem_deliver(self->bus); /* not persisted */
    jw_bus_mem_set_down(self->bus, false);
    jw_bus_mem_refuse(self->bus, 1);
    jw_relay_offer(self->relay, JW_DOC_JOB, "b", relay_add(self, JW_DOC_JOB, "b", RELAY_NOW));
    (void)relay_add(self, JW_DOC_DELIVERY, "c", RELAY_NOW); /* never offered: a crash */
    assert_int_equal(jw_relay_backlog(self->relay), 0);

    assert_ok(jw_relay_sweep(self->relay, 5000, &offered, &error), error);
    assert_int_equal(offered, 0); /* too young */
    tk_clock_advance(&self->clock, 5001);
    assert_ok(jw_relay_sweep(self->relay, 5000, &offered, &error), error);
    assert_int_equal(offered, 3);
    (void)jw_bus_mem_deliver(self->bus);
    assert_ok(jw_relay_pull_now(self->relay, &error), error);
    assert_int_equal(relay_left(self), 0);
    assert_int_equal(jw_bus_mem_count(self->bus, "jobwire.job.events"), 3);
    assert_ok(jw_relay_sweep(self->relay, 5000, &offered, &error), error);
    assert_int_equal(offered, 0);
}

static void
errors_of_the_store(void **state)
{
    RelayFixture *self = *state;
    g_autoptr(GError) error = NULL;
    size_t offered = 7;
    (void)relay_add(self, JW_DOC_JOB, "a", RELAY_NOW - 10000);
    jw_store_mem_fail_nth(self->store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(jw_relay_sweep(self->relay, 0, &offered, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "sweeping outboxes: the store failed as *");
    assert_int_equal(offered, 7);

    /* a pull that may have been done is repeated */
    jw_relay_offer(self->relay, JW_DOC_JOB, "b", relay_add(self, JW_DOC_JOB, "b", RELAY_NOW));
    (void)jw_bus_mem_deliver(self->bus);
    jw_store_mem_fail_nth(self->store, 1, JW_ERROR_IN_DOUBT, true);
    assert_false(jw_relay_pull_now(self->relay, &error));
    assert_jw_error(error, JW_ERROR_IN_DOUBT, "*");
    assert_int_equal(jw_relay_backlog(self->relay), 1);
    assert_ok(jw_relay_pull_now(self->relay, &error), error);
    assert_int_equal(jw_relay_backlog(self->relay), 0);

    /* one that always fails is left to a sweep */
    jw_relay_offer(self->relay, JW_DOC_JOB, "c", relay_add(self, JW_DOC_JOB, "c", RELAY_NOW));
    (void)jw_bus_mem_deliver(self->bus);
    jw_store_mem_fail_nth(self->store, 1, JW_ERROR_CORRUPT, false);
    assert_false(jw_relay_pull_now(self->relay, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
    assert_int_equal(jw_relay_backlog(self->relay), 0);
    assert_int_equal(relay_left(self), 2); /* a and c */
}

static void
the_set_is_bounded(void **state)
{
    RelayFixture *self = *state;
    g_autoptr(JwOutboxEntry) entry = jw_outbox_entry_new("t", "k", "x", g_strdup("{}"), RELAY_NOW);
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    g_ptr_array_add(entries, entry);
    for (int i = 0; i < 50010; i++) {
        g_autofree char *doc_id = g_strdup_printf("doc-%d", i);
        jw_relay_offer(self->relay, JW_DOC_JOB, doc_id, entries);
    }
    assert_int_equal(jw_relay_backlog(self->relay), 50000);
}

/* A report that comes after the relay is gone corrupts nothing. */
static void
a_late_report(void **state)
{
    RelayFixture *self = *state;
    jw_relay_offer(self->relay, JW_DOC_JOB, "a", relay_add(self, JW_DOC_JOB, "a", RELAY_NOW));
    g_clear_pointer(&self->relay, jw_relay_free);
    (void)jw_bus_mem_deliver(self->bus);
    assert_int_equal(jw_bus_mem_count(self->bus, "jobwire.job.events"), 1);
    assert_int_equal(relay_left(self), 1);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_entry_is_published_and_pulled, relay_setup_manual,
                                        relay_teardown),
        cmocka_unit_test_setup_teardown(what_is_under_way_is_not_offered_twice, relay_setup_manual,
                                        relay_teardown),
        cmocka_unit_test_setup_teardown(a_sweep_finds_what_was_lost, relay_setup_manual,
                                        relay_teardown),
        cmocka_unit_test_setup_teardown(errors_of_the_store, relay_setup_manual, relay_teardown),
        cmocka_unit_test_setup_teardown(the_set_is_bounded, relay_setup_manual, relay_teardown),
        cmocka_unit_test_setup_teardown(a_late_report, relay_setup_manual, relay_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
