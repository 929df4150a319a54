/* test_jobs.c: jobs whose time has come. */
#include "schkit.h"

static size_t
promote(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    size_t promoted = 0;

    assert_ok(sch_promote(&kit->sch, &promoted, &error), error);
    return promoted;
}

/* One job that cannot be promoted is logged, and costs the others nothing. */
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
        TEST(test_promote),
        TEST(test_promote_goes_on),
        cmocka_unit_test(test_promote_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
