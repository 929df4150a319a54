/* test_liveness.c: which claims are dead. */
#include "jw/liveness.h"
#include "testkit.h"

typedef struct {
    int64_t mono_ms;
    const char *key; /* NULL: a pass without it */
    int64_t token, heartbeat;
    bool still;
} Look;

static void
look_at(JwLiveness *liveness, const Look *looks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool still = false;

        jw_liveness_begin(liveness, looks[i].mono_ms);
        if (looks[i].key != NULL) {
            still = jw_liveness_is_stale(liveness, looks[i].key, looks[i].token, looks[i].heartbeat,
                                         100);
        }
        jw_liveness_end(liveness);
        if (still != looks[i].still) {
            fail_msg("look %zu: %s", i, still ? "still" : "moving");
        }
    }
}

static void
test_looks(void **state G_GNUC_UNUSED)
{
    static const Look moves[] = {
        { 0, "a", 1, 0, false },  { 90, "a", 1, 1, false },  { 180, "a", 1, 1, false },
        { 190, "a", 1, 1, true }, { 200, "a", 2, 1, false }, { 299, "a", 2, 1, false },
        { 300, "a", 2, 1, true },
    };
    static const Look comes_back[] = {
        { 0, "a", 1, 1, false },   { 50, NULL, 0, 0, false }, { 120, "a", 1, 1, false },
        { 219, "a", 1, 1, false }, { 220, "a", 1, 1, true },
    };
    g_autoptr(JwLiveness) one = jw_liveness_new(10);
    g_autoptr(JwLiveness) two = jw_liveness_new(10);

    look_at(one, moves, G_N_ELEMENTS(moves));
    look_at(two, comes_back, G_N_ELEMENTS(comes_back));
}

static void
test_over_the_limit_nothing_looks_dead(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwLiveness) liveness = jw_liveness_new(1);

    for (int64_t t = 0; t <= 1000; t += 500) {
        jw_liveness_begin(liveness, t);
        assert_int_equal(jw_liveness_is_stale(liveness, "a", 1, 1, 400), t > 0);
        assert_false(jw_liveness_is_stale(liveness, "b", 1, 1, 400));
        jw_liveness_end(liveness);
    }
}

/* An observer that was stopped sees claims as they were before; it gives them time to move. */
static void
test_time_without_looks_does_not_count(void **state G_GNUC_UNUSED)
{
    static const Look stopped[] = {
        { 0, "a", 1, 1, false },    { 25, "a", 1, 1, false },   { 5000, "a", 1, 1, false },
        { 5025, "a", 1, 1, false }, { 5049, "a", 1, 1, false }, { 5050, "a", 1, 1, true },
    };
    static const Look moved[] = {
        { 0, "a", 1, 1, false },
        { 5000, "a", 1, 1, false },
        { 5020, "a", 1, 2, false },
        { 9000, "a", 1, 2, false },
    };
    g_autoptr(JwLiveness) one = jw_liveness_new(10);
    g_autoptr(JwLiveness) two = jw_liveness_new(10);

    jw_liveness_limit_gap(one, 25);
    jw_liveness_limit_gap(two, 25);
    look_at(one, stopped, G_N_ELEMENTS(stopped));
    look_at(two, moved, G_N_ELEMENTS(moved));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_time_without_looks_does_not_count),
        cmocka_unit_test(test_over_the_limit_nothing_looks_dead),
    };

    return cmocka_run_group_tests_name("liveness", tests, NULL, NULL);
}
