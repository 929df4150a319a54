/* test_times.c: heartbeats and reaping: which times go together. */
#include "jw/jobs_times.h"
#include "testkit.h"

static void
test_times(void **state)
{
    static const struct {
        JwJobsTimes times;
        const char *violation; /* NULL: none */
    } cases[] = {
        { { 2000, 15000, 18000 }, NULL },
        { { 5000, 15000, 20000 }, NULL },
        { { 5001, 15000, 30000 },
          "JW_HEARTBEAT_TIMEOUT: 15000ms *JW_HEARTBEAT_INTERVAL=5001ms*at least 15003ms*" },
        { { 2000, 15000, 16999 },
          "JW_REAP_AFTER: 16999ms *JW_HEARTBEAT_TIMEOUT=15000ms*at least 17000ms*executors and "
          "scheduler*" },
        { { 2000, 1000, 2000 }, /* both, and what is right once the first is mended */
          "JW_HEARTBEAT_TIMEOUT: 1000ms *at least 6000ms*\nJW_REAP_AFTER: 2000ms "
          "*JW_HEARTBEAT_TIMEOUT=6000ms*at least 8000ms*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        assert_int_equal(jw_jobs_times_check(&cases[i].times, &error), cases[i].violation == NULL);
        if (cases[i].violation != NULL) {
            assert_jw_error(error, JW_ERROR_INVALID, cases[i].violation);
        }
    }
}

/* The defaults go together, and notice a death well within 25 s. */
static void
test_defaults(void **state)
{
    JwJobsTimes times = { 0 };
    const JwConfigTable table = { "Liveness", jw_jobs_times_entries, jw_jobs_n_times_entries,
                                  &times };
    static const char *const none[] = { NULL };
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_ok(jw_config_load(&table, 1, none, &error), error);
    assert_ok(jw_jobs_times_check(&times, &error), error);
    assert_in_range(times.reap_after_ms, times.heartbeat_timeout_ms, 20000);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_defaults),
    };

    return cmocka_run_group_tests_name("jobs_times", tests, NULL, NULL);
}
