/* test_run.c: the threads, from ntf_run() to ntf_stop(): an event becomes mails, and the counts
 * come true. */
#include "ntfkit.h"

static void
start(NtfKit *kit)
{
    g_autoptr(GError) error = NULL;

    ntf_stop(&kit->ntf); /* those of the kit: ntf_run() creates its own */
    kit->ntf.config.poll_ms = 20;
    kit->ntf.config.senders = 2;
    assert_ok(ntf_run(&kit->ntf, &error), error);
    assert_string_equal(kit->ntf.sender_address, "jobs@example.com");
}

static void
publish(NtfKit *kit, const char *job_id)
{
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    g_autoptr(GPtrArray) entries = g_ptr_array_new();
    g_autoptr(JwOutboxEntry) event =
        jw_wire_job_event(kit->ntf.wire, job, JW_TYPE_JOB_COMPLETED, job->artifact, NULL, NULL,
                          kit->ports->clock.fake.now_ms);

    g_ptr_array_add(entries, event);
    jw_relay_offer(kit->ntf.relay, JW_DOC_JOB, job_id, entries);
}

static bool
both_sent(void *data)
{
    NtfKit *kit = ((void **)data)[0];

    (void)jw_bus_mem_deliver(kit->ntf.bus);
    g_autoptr(JwJob) job = kit_job(kit->ports, ((void **)data)[1]);
    return job->deliveries.sent == 2;
}

static void
test_event_to_mail(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "ann@example.com ben@example.com");

    kit_complete_job(kit, job_id);
    start(kit);
    publish(kit, job_id);
    publish(kit, job_id); /* twice, as Kafka may */
    tk_wait_until(both_sent, (void *[]){ kit, job_id }, 20000, "both mails are sent and counted");
    ntf_stop(&kit->ntf);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
}

/* Nobody brings the event: the maintenance finds what is due. */
static void
test_maintenance_finds_it(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "ann@example.com ben@example.com");

    kit_complete_job(kit, job_id);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    tk_clock_advance(&kit->ports->clock.fake, 2000);
    start(kit);
    tk_wait_until(both_sent, (void *[]){ kit, job_id }, 20000, "both mails are sent and counted");
}

static void
test_bad_sender(void **state)
{
    NtfKit *kit = *state;
    g_autoptr(GError) error = NULL;

    ntf_stop(&kit->ntf);
    kit->ntf.mail_config.from = (char *)(uintptr_t) "Jobwire <not an address>";
    assert_false(ntf_run(&kit->ntf, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_MAIL_FROM: *");
}

/* A claim must outlive the longest transaction, or a mail that is being sent is taken for lost. */
static void
test_dead_too_soon(void **state)
{
    NtfKit *kit = *state;
    g_autoptr(GError) error = NULL;

    ntf_stop(&kit->ntf);
    kit->ntf.mail_config.timeout_ms = 2000;
    kit->ntf.config.dead_after_ms = 13999;
    assert_false(ntf_run(&kit->ntf, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "JW_SENDER_DEAD_AFTER (13999 ms) must be at least twice JW_SMTP_TIMEOUT "
                    "(2000 ms) and 10 s: 14000 ms");
    g_clear_error(&error);
    kit->ntf.config.dead_after_ms = 14000;
    assert_ok(ntf_run(&kit->ntf, &error), error);
}

static void
test_unknown_policy(void **state)
{
    NtfKit *kit = *state;
    g_autoptr(GError) error = NULL;

    ntf_stop(&kit->ntf);
    kit->ntf.config.in_doubt = (char *)(uintptr_t) "exactly_once";
    assert_false(ntf_run(&kit->ntf, &error));
    assert_jw_error(error, JW_ERROR_INVALID,
                    "JW_IN_DOUBT must be at_least_once or at_most_once, not 'exactly_once'");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_event_to_mail), TEST(test_maintenance_finds_it), TEST(test_bad_sender),
        TEST(test_dead_too_soon), TEST(test_unknown_policy),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
