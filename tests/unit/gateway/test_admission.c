/* test_admission.c: the cap of pending jobs, and gw_run() with its watch thread. */
#include "gwkit.h"

#include "core/admission.h"

#include <string.h>

static void
recap(GwKit *kit, int64_t max)
{
    gw_admission_free(kit->gw.admission);
    kit->gw.admission = gw_admission_new(kit->gw.store, kit->gw.clock, max);
}

static void
count(GwKit *kit)
{
    g_autoptr(GError) error = NULL;

    assert_ok(gw_admission_count(kit->gw.admission, &error), error);
}

static void
test_cap(void **state)
{
    GwKit *kit = *state;

    recap(kit, 2);
    count(kit);
    g_autofree char *first = kit_make(kit, "alice");
    g_free(kit_make(kit, "alice")); /* what came since the count is counted */
    g_auto(Answer) refused = kit_post(kit, "alice", KIT_JOBS, KIT_BODY);
    assert_answer(refused, 503, "TOO_MANY_PENDING_JOBS");
    assert_string_equal(answer_header(&refused, "retry-after"), "5");
    count(kit);
    g_auto(Answer) still = kit_post(kit, "alice", KIT_JOBS, KIT_BODY);
    assert_answer(still, 503, "TOO_MANY_PENDING_JOBS");
    (void)kit_claim(kit->ports, first);
    count(kit);
    g_free(kit_make(kit, "alice"));
}

/* Without a fresh figure nobody is turned away. */
static void
test_stale(void **state)
{
    GwKit *kit = *state;

    recap(kit, 1);
    g_free(kit_make(kit, "alice"));
    g_free(kit_make(kit, "alice")); /* never counted */
    count(kit);
    assert_false(gw_admission_allows(kit->gw.admission));
    tk_clock_advance(&kit->ports->clock.fake, 2000);
    assert_false(gw_admission_allows(kit->gw.admission));
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_true(gw_admission_allows(kit->gw.admission));
    jw_store_mem_fail_nth(kit->gw.store, 1, JW_ERROR_UNAVAILABLE, false);
    g_autoptr(GError) error = NULL;
    assert_false(gw_admission_count(kit->gw.admission, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    assert_true(gw_admission_allows(kit->gw.admission));
}

static bool
full(void *kit)
{
    return !gw_admission_allows(((GwKit *)kit)->gw.admission);
}

/* The thread counts once somebody asks, and again when the store was not there. */
static void
test_watch(void **state)
{
    GwKit *kit = *state;
    g_autoptr(GError) error = NULL;

    recap(kit, 1);
    g_free(kit_make(kit, "alice"));
    jw_store_mem_fail_nth(kit->gw.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_ok(gw_admission_watch(kit->gw.admission, &error), error);
    tk_wait_until(full, kit, 10000, "the count");
}

static void
test_run(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *url, *link; /* NULL: refused */
    } cases[] = {
        { "jobs.example.com", NULL },
        { "ftp://jobs.example.com", NULL },
        { "https://", NULL },
        { "https://jobs.example.com/?a=b", NULL },
        { "https://jobs.example.com/#top", NULL },
        { "https://jobs.example.com/", "https://jobs.example.com" },
        { "http://127.0.0.1:18080", "http://127.0.0.1:18080" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *url = g_strdup(cases[i].url);
        g_autoptr(GError) error = NULL;
        g_autoptr(JwHttpServer) http = jw_http_server_new(&kit->http_config, &error);
        Gw gw = kit->gw;

        assert_ok(http != NULL, error);
        gw.config.public_url = url;
        gw.admission = NULL;
        gw.queue = NULL;
        gw.events = NULL;
        gw.keys = NULL;
        gw.jobs.batch = NULL;
        if (cases[i].link == NULL) {
            assert_false(gw_run(&gw, http, &error));
            assert_jw_error(error, JW_ERROR_INVALID, "*JW_PUBLIC_URL*");
        } else {
            assert_ok(gw_run(&gw, http, &error), error);
            assert_string_equal(url, cases[i].link);
        }
        gw_stop(&gw);
    }
}

static gpointer
deliver(gpointer kit)
{
    return GSIZE_TO_POINTER(jw_bus_mem_deliver(((GwKit *)kit)->gw.bus));
}

/* Draining ends when all is published, when the broker or the store is away, and when time is
 * up. */
static void
test_drain(void **state)
{
    GwKit *kit = *state;
    int64_t never = INT64_MAX;

    gw_drain(&kit->gw, never);
    g_free(kit_make(kit, "alice"));
    assert_int_equal(jw_relay_backlog(kit->gw.relay), 2);
    gw_drain(&kit->gw, jw_clock_mono_ms(kit->gw.clock));
    jw_bus_mem_set_down(kit->gw.bus, true);
    gw_drain(&kit->gw, never);
    assert_int_equal(jw_relay_backlog(kit->gw.relay), 2);
    jw_bus_mem_set_down(kit->gw.bus, false);
    jw_store_mem_set_reachable(kit->gw.store, false); /* what the broker has cannot be pulled */
    gw_drain(&kit->gw, never);
    assert_int_equal(jw_relay_backlog(kit->gw.relay), 2);
    jw_store_mem_set_reachable(kit->gw.store, true);
    GThread *thread = g_thread_new("deliver", deliver, kit);
    gw_drain(&kit->gw, never);
    (void)g_thread_join(thread);
    assert_int_equal(jw_relay_backlog(kit->gw.relay), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = { TEST(test_cap), TEST(test_stale), TEST(test_watch),
                                        TEST(test_run), TEST(test_drain) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
