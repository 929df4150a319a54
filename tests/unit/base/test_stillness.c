/* test_stillness.c: what counts as standing still. */
#include "jw/stillness.h"
#include "testkit.h"

typedef struct {
    int64_t mono_ms;
    const char *key; /* NULL: a look that does not see it */
    int64_t token, beat;
    bool still;
} Look;

static void
look_at(JwStillness *stillness, const Look *looks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        bool still = false;

        jw_stillness_begin(stillness, looks[i].mono_ms);
        if (looks[i].key != NULL) {
            still = jw_stillness_seen(stillness, looks[i].key, looks[i].token, looks[i].beat, 100);
        }
        jw_stillness_end(stillness);
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
    g_autoptr(JwStillness) one = jw_stillness_new(10);
    g_autoptr(JwStillness) two = jw_stillness_new(10);

    look_at(one, moves, G_N_ELEMENTS(moves));
    look_at(two, comes_back, G_N_ELEMENTS(comes_back));
}

static void
test_over_the_limit_nothing_looks_dead(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwStillness) stillness = jw_stillness_new(1);

    for (int64_t t = 0; t <= 1000; t += 500) {
        jw_stillness_begin(stillness, t);
        assert_int_equal(jw_stillness_seen(stillness, "a", 1, 1, 400), t > 0);
        assert_false(jw_stillness_seen(stillness, "b", 1, 1, 400));
        jw_stillness_end(stillness);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_looks),
        cmocka_unit_test(test_over_the_limit_nothing_looks_dead),
    };

    return cmocka_run_group_tests_name("stillness", tests, NULL, NULL);
}
