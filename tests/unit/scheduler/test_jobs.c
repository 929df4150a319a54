/* test_jobs.c: redispatch of jobs nobody claimed, and jobs whose time has come. */
#include "schkit.h"

#include <string.h>

static size_t
redispatch(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    size_t redispatched = 0;

    assert_ok(sch_redispatch(&kit->sch, &redispatched, &error), error);
    (void)jw_bus_mem_deliver(kit->sch.bus);
    return redispatched;
}

static size_t
promote(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    size_t promoted = 0;

    assert_ok(sch_promote(&kit->sch, &promoted, &error), error);
    return promoted;
}

static void
test_redispatch(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    tk_clock_advance(&kit->ports->clock.fake, 5000);
    assert_int_equal(redispatch(kit), 0); /* its own command may still be on its way */
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_int_equal(redispatch(kit), 1);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->commands), 1);
    const JwMessage *command = jw_bus_mem_get(kit->sch.bus, kit->ports->commands, 0);
    assert_string_equal(jw_message_header(command, "ce_type"), JW_TYPE_JOB_SUBMIT);
    assert_memory_equal(command->key, id, strlen(id));
    assert_non_null(strstr(command->body, id));
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->outbox->len, 0); /* a redispatch belongs to no document */
}

static void
test_no_redispatch(void **state)
{
    SchKit *kit = *state;
    g_autofree char *claimed = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
    g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW + 31 * MINUTE));
    g_free(kit_make_job(kit, JW_JOB_SCHEDULED, KIT_NOW + HOUR));

    (void)kit_claim(kit->ports, claimed);
    tk_clock_advance(&kit->ports->clock.fake, 30 * MINUTE);
    assert_int_equal(redispatch(kit), 0);
}

/* Page by page: those that wait at the front of a long queue hide none behind them. */
static void
test_a_long_queue_is_redispatched_to_its_end(void **state)
{
    SchKit *kit = *state;
    size_t redispatched = 0;

    for (int i = 0; i < 1200; i++) {
        g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW));
    }
    tk_clock_advance(&kit->ports->clock.fake, 10000);
    for (int round = 0; round < 3; round++) {
        redispatched += redispatch(kit);
    }
    assert_int_equal(redispatched, 1200);
    assert_int_equal(redispatch(kit), 0); /* from the start again: all were redispatched just now */
}

/* At once, after a minute, then every two. */
static void
test_redispatches_grow_rare(void **state)
{
    static const int64_t minutes[] = { 0, 1, 3, 5, 7, 9, 11, 13, 15 };
    SchKit *kit = *state;
    size_t at = 0;

    g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW));
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    for (int64_t minute = 0; minute <= 16; minute++) {
        bool due = at < G_N_ELEMENTS(minutes) && minutes[at] == minute;
        if (redispatch(kit) != (due ? 1 : 0)) {
            fail_msg("minute %d", (int)minute);
        }
        at += due ? 1 : 0;
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
    }
    assert_int_equal(at, G_N_ELEMENTS(minutes));
}

/* @n rounds, a minute apart. */
static size_t
redispatch_for(SchKit *kit, int n)
{
    size_t redispatched = 0;

    for (int i = 0; i < n; i++) {
        redispatched += redispatch(kit);
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
    }
    return redispatched;
}

/* Jobs that are pending since now, and have their command in the topic. */
static void
make_jobs(SchKit *kit, int n)
{
    for (int i = 0; i < n; i++) {
        g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        g_autoptr(GError) error = NULL;

        assert_ok(jw_jobs_redispatch(&kit->sch.jobs, job, &error), error);
    }
    (void)jw_bus_mem_deliver(kit->sch.bus);
}

static void
read_commands(SchKit *kit, size_t n)
{
    kit->reads = n;
    (void)jw_bus_mem_deliver(kit->sch.bus);
}

/* No executor reads: each job has its command in the topic, and waiting adds none, for hours and
 * whoever of two schedulers it is. */
static void
test_waiting_multiplies_no_commands(void **state)
{
    enum { JOBS = 1200 };
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t redispatched = 0;

    kit->reads = 0;
    make_jobs(kit, JOBS);
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    assert_int_equal(redispatch_for(kit, 200), 0);
    assert_ok(sch_redispatch(&kit->second, &redispatched, &error), error);
    assert_int_equal(redispatched, 0);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->commands), JOBS);

    /* An executor reads them all and dies: each gets a new one, and no second before that is read
     * as well. */
    read_commands(kit, JOBS);
    assert_int_equal(redispatch_for(kit, 200), JOBS);
    read_commands(kit, JOBS);
    assert_int_equal(redispatch_for(kit, 3), JOBS);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->commands), 3 * JOBS);
}

/* The executors read, but are behind: what they read and lost does not wait until they are through
 * with all. */
static void
test_redispatch_behind_a_backlog(void **state)
{
    SchKit *kit = *state;

    kit->reads = 0;
    make_jobs(kit, 11);
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    assert_int_equal(redispatch(kit), 0);
    make_jobs(kit, 20);
    tk_clock_advance(&kit->ports->clock.fake, MINUTE);
    assert_int_equal(redispatch(kit), 0);
    read_commands(kit, 12);
    tk_clock_advance(&kit->ports->clock.fake, MINUTE);
    assert_int_equal(redispatch(kit), 11);
    assert_int_equal(redispatch_for(kit, 10), 0);
}

/* The broker tells nobody how far a group has read: then by age, more and more rarely. */
static void
test_redispatch_without_knowing_what_was_read(void **state)
{
    static const int64_t minutes[] = { 0, 1, 3, 7, 15, 31, 63, 123, 183 };
    SchKit *kit = *state;
    size_t at = 0;

    kit->reads = 0;
    jw_bus_mem_deny_reading(kit->sch.bus, true);
    make_jobs(kit, 1);
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    for (int64_t minute = 0; minute <= 200; minute++) {
        bool due = at < G_N_ELEMENTS(minutes) && minutes[at] == minute;
        if (redispatch_for(kit, 1) != (due ? 1 : 0)) {
            fail_msg("minute %d", (int)minute);
        }
        at += due ? 1 : 0;
    }
    assert_int_equal(at, G_N_ELEMENTS(minutes));
}

/* Its command is with the relay, which publishes it as soon as it can. */
static void
test_no_redispatch_of_what_is_on_its_way(void **state)
{
    SchKit *kit = *state;
    g_autoptr(JwJob) job = kit_new_job(kit->ports);

    job->state = JW_JOB_PENDING;
    g_ptr_array_add(job->outbox, jw_wire_submit_command(kit->sch.wire, job, KIT_NOW));
    g_free(kit_insert_job(kit->ports, job));
    assert_int_equal(redispatch_for(kit, 10), 0);
}

/* Given back after an attempt: a new token, so redispatched at once. */
static void
test_redispatch_after_an_attempt(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    tk_clock_advance(&kit->ports->clock.fake, 6000);
    assert_int_equal(redispatch(kit), 1);
    (void)kit_claim(kit->ports, id);
    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FAIL_RETRY,
                                          .token = 1,
                                          .not_before_ms = kit->ports->clock.fake.now_ms });
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    assert_int_equal(redispatch(kit), 1);
    assert_int_equal(redispatch(kit), 0);
}

/* The clock is set back by an hour: neither the time of the next attempt nor that of the last
 * change delays the redispatch by that. Set ahead again, the one wait that was skipped is all that
 * is lost. */
static void
test_redispatch_and_a_clock_set_back(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    kit_claim(kit->ports, id);
    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FAIL_RETRY,
                                          .token = 1,
                                          .not_before_ms = kit->ports->clock.fake.now_ms + 30000 });
    tk_clock_advance(&kit->ports->clock.fake, 10000);
    assert_int_equal(redispatch(kit), 0);
    kit->ports->clock.fake.now_ms -= HOUR;
    assert_int_equal(redispatch(kit), 1);
    kit_claim(kit->ports, id);
}

/* The bus is full: logged, and the job is redispatched in the next round, not a minute later. */
static void
test_redispatch_refused(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t redispatched = 0;

    g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW));
    g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW));
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    jw_bus_mem_refuse(kit->sch.bus, 1);
    assert_false(sch_redispatch(&kit->sch, &redispatched, &error));
    assert_jw_error(error, JW_ERROR_BUSY, "*");
    assert_int_equal(redispatch(kit), 2);
    assert_int_equal(redispatch(kit), 0);
}

/* The broker is away: nothing is published into the void and noted as redispatched. */
static void
test_redispatch_with_the_broker_away(void **state)
{
    SchKit *kit = *state;

    g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW));
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    jw_bus_mem_set_down(kit->sch.bus, true);
    assert_int_equal(redispatch(kit), 0);
    jw_bus_mem_set_down(kit->sch.bus, false);
    assert_int_equal(redispatch(kit), 1);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->commands), 1);
}

/* One job whose command fits no message is logged, and costs the others nothing. */
static void
test_redispatch_too_large(void **state)
{
    SchKit *kit = *state;

    g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW));
    g_free(kit_make_large_job(kit, KIT_NOW));
    g_free(kit_make_job(kit, JW_JOB_PENDING, KIT_NOW));
    tk_clock_advance(&kit->ports->clock.fake, 6000);
    assert_int_equal(redispatch(kit), 2);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->commands), 2);
    assert_int_equal(redispatch(kit), 0); /* the large one is not tried in every round */
}

/* The same for a job that cannot be promoted. */
static void
test_promote_goes_on(void **state)
{
    SchKit *kit = *state;
    g_autofree char *first = kit_make_job(kit, JW_JOB_SCHEDULED, KIT_NOW);
    g_autofree char *second = kit_make_job(kit, JW_JOB_SCHEDULED, KIT_NOW);

    jw_store_mem_fail_nth(kit->sch.store, 2, JW_ERROR_CORRUPT, false);
    assert_int_equal(promote(kit), 1);
    assert_int_equal(promote(kit), 1);
    g_autoptr(JwJob) one = kit_job(kit->ports, first);
    g_autoptr(JwJob) other = kit_job(kit->ports, second);
    assert_int_equal(one->state, JW_JOB_PENDING);
    assert_int_equal(other->state, JW_JOB_PENDING);
}

static void
test_promote(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_SCHEDULED, KIT_NOW + HOUR);

    assert_int_equal(promote(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, HOUR - 1);
    assert_int_equal(promote(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_int_equal(promote(kit), 1);
    assert_int_equal(promote(kit), 0);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMIT), 1);
    assert_int_equal(job->not_before_ms, 0);
    (void)jw_bus_mem_deliver(kit->sch.bus);
    assert_int_equal(jw_bus_mem_count(kit->sch.bus, kit->ports->commands), 1);
    kit->ports->clock.fake.now_ms -=
        HOUR; /* an executor whose clock is behind: promoted is promoted */
    (void)kit_claim(kit->ports, id);
}

static void
promote_second(gpointer second)
{
    g_autoptr(GError) error = NULL;
    size_t promoted = 0;

    assert_ok(sch_promote(second, &promoted, &error), error);
}

/* Once, whoever does it and whatever fails on the way. */
static void
test_promote_once(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1; n < 8; n++) {
            g_autoptr(SchKit) kit = kit_new();
            g_autofree char *id = kit_make_job(kit, JW_JOB_SCHEDULED, KIT_NOW);
            g_autoptr(GError) error = NULL;
            Sch *second = &kit->second;
            size_t promoted = 0;
            bool ok = false;

            hook_clock_at(&kit->ports->clock, n, promote_second, second);
            kit_fault_at(kit->ports, 4, kit_faults[f]);
            ok = sch_promote(&kit->sch, &promoted, &error);
            assert_int_equal(ok, error == NULL);
            kit_fault_at(kit->ports, 2, kit_faults[f]);
            (void)hook_clock_done(&kit->ports->clock);
            g_clear_error(&error);
            ok = sch_promote(&kit->sch, &promoted, &error);
            assert_int_equal(ok, error == NULL);
            (void)kit_fault_met(kit->ports);
            (void)promote(kit);
            g_autoptr(JwJob) job = kit_job(kit->ports, id);
            assert_int_equal(job->state, JW_JOB_PENDING);
            assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMIT), 1);
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_redispatch),
        TEST(test_no_redispatch),
        TEST(test_a_long_queue_is_redispatched_to_its_end),
        TEST(test_redispatches_grow_rare),
        TEST(test_waiting_multiplies_no_commands),
        TEST(test_redispatch_behind_a_backlog),
        TEST(test_redispatch_without_knowing_what_was_read),
        TEST(test_no_redispatch_of_what_is_on_its_way),
        TEST(test_redispatch_after_an_attempt),
        TEST(test_redispatch_and_a_clock_set_back),
        TEST(test_redispatch_refused),
        TEST(test_redispatch_with_the_broker_away),
        TEST(test_redispatch_too_large),
        TEST(test_promote),
        TEST(test_promote_goes_on),
        cmocka_unit_test(test_promote_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
