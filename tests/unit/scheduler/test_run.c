/* test_run.c: the two threads, from sch_run() to sch_stop(): each task is done in its rhythm. */
#include "schkit.h"

static void
put_file(SchKit *kit, const char *text)
{
    g_autofree char *dir = tk_temp_dir();

    kit->sch.config.schedules_file = g_build_filename(dir, "schedules.json", NULL);
    assert_true(g_file_set_contents(kit->sch.config.schedules_file, text, -1, NULL));
}

static void
start(SchKit *kit)
{
    g_autoptr(GError) error = NULL;

    jw_liveness_free(kit->sch.running); /* of the kit; sch_run() creates its own */
    assert_ok(sch_run(&kit->sch, &error), error);
}

static int
teardown(void **state)
{
    SchKit *kit = *state;

    sch_stop(&kit->sch);
    g_clear_pointer(&kit->sch.config.schedules_file, g_free);
    kit_free(kit);
    return 0;
}

static bool
published(SchKit *kit, size_t n)
{
    (void)jw_bus_mem_deliver(kit->sch.bus);
    return jw_bus_mem_count(kit->sch.bus, kit->ports->commands) >= n;
}

static bool
one_command(void *kit)
{
    return published(kit, 1);
}

static bool
two_commands(void *kit)
{
    return published(kit, 2);
}

/* The file's schedule fires, and its job is relayed. */
static void
test_fires(void **state)
{
    SchKit *kit = *state;

    put_file(kit, "{\"schedules\":[{\"id\":\"s\",\"trigger\":{\"type\":\"interval\",\"every\":"
                  "\"10m\"},\"job\":{\"name\":\"Calls\","
                  "\"reportType\":\"call-records\",\"parameters\":{},"
                  "\"output\":{\"format\":\"csv\"}}}]}");
    start(kit);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    tk_wait_until(one_command, kit, 20000, "the command is published");
    sch_stop(&kit->sch);
    assert_history(kit, "s", "fired@10 ");
}

static bool
is_pending(void *data)
{
    SchKit *kit = ((void **)data)[0];
    g_autoptr(JwJob) job = kit_job(kit->ports, ((void **)data)[1]);

    return job->state == JW_JOB_PENDING;
}

/* What another process left in an outbox is published, and the dead attempt reaped. */
static void
test_promotes_relays_and_reaps(void **state)
{
    SchKit *kit = *state;
    g_autofree char *scheduled = kit_make_job(kit, JW_JOB_SCHEDULED, KIT_NOW);
    g_autofree char *running = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, running);
    kit->sch.times.reap_after_ms = 0;
    jw_bus_mem_refuse(kit->sch.bus, 3); /* offers at the change are lost; the sweep is left */
    start(kit);
    tk_wait_until(is_pending, (void *[]){ kit, scheduled }, 20000, "the job is promoted");
    tk_wait_until(is_pending, (void *[]){ kit, running }, 20000, "the dead attempt is reaped");
    tk_clock_advance(&kit->ports->clock.fake, 5001);
    tk_wait_until(two_commands, kit, 20000, "the sweep publishes what was left");
}

static void
test_bad_file(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;

    put_file(kit, "{\"schedules\":[{\"id\":\"s\"}]}");
    jw_liveness_free(kit->sch.running);
    assert_false(sch_run(&kit->sch, &error));
    assert_jw_error(error, JW_ERROR_INVALID, "JW_SCHEDULES_FILE: *schedules.json*/schedules/0*");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_fires, kit_setup, teardown),
        cmocka_unit_test_setup_teardown(test_promotes_relays_and_reaps, kit_setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_file, kit_setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
