/* test_lanes.c: whose delivery is next. */
#include "ntfkit.h"

static void
push(NtfLanes *lanes, const char *webhook, int from, int to)
{
    for (int i = from; i <= to; i++) {
        g_autofree char *id = g_strdup_printf("%s%d", webhook, i);
        assert_true(ntf_lanes_push(lanes, webhook, id));
    }
}

/* "a1"; "" for none. */
static void
assert_next(NtfLanes *lanes, const char *expected)
{
    g_autofree char *webhook = NULL;
    g_autofree char *id = ntf_lanes_pop(lanes, 0, &webhook);

    assert_string_equal(id != NULL ? id : "", expected);
    if (id != NULL) {
        assert_true(g_str_has_prefix(id, webhook));
    }
}

static void
test_webhooks_take_turns(void **state G_GNUC_UNUSED)
{
    g_autoptr(NtfLanes) lanes = ntf_lanes_new(64);

    push(lanes, "a", 1, 9);
    push(lanes, "b", 1, 2);
    push(lanes, "c", 1, 1);
    assert_int_equal(ntf_lanes_length(lanes), 12);
    static const char *const order[] = { "a1", "b1", "c1", "a2", "b2", "a3", "a4" };
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        assert_next(lanes, order[i]);
    }
    push(lanes, "b", 3, 3);
    assert_next(lanes, "b3");
    assert_next(lanes, "a5");
}

static void
test_one_has_a_quarter(void **state G_GNUC_UNUSED)
{
    g_autoptr(NtfLanes) lanes = ntf_lanes_new(8);

    push(lanes, "a", 1, 5);
    assert_next(lanes, "a1");
    assert_next(lanes, "a2");
    assert_next(lanes, "");
    push(lanes, "b", 1, 1);
    assert_next(lanes, "b1");
    ntf_lanes_done(lanes, "a", "a1", false);
    assert_next(lanes, "a3");
    assert_next(lanes, "");
}

/* Receivers that hang have one sender each, and half of them together. */
static void
test_slow_ones_leave_half(void **state G_GNUC_UNUSED)
{
    g_autoptr(NtfLanes) lanes = ntf_lanes_new(8);
    static const char *const hang[] = { "a", "b", "c", "d", "e" };

    for (size_t i = 0; i < G_N_ELEMENTS(hang); i++) {
        push(lanes, hang[i], 1, 9);
        g_autofree char *of = NULL;
        g_autofree char *id = ntf_lanes_pop(lanes, 0, &of);
        assert_string_equal(of, hang[i]);
        ntf_lanes_done(lanes, of, id, true);
    }
    for (int i = 0; i < 4; i++) {
        g_autofree char *of = NULL;
        g_autofree char *id = ntf_lanes_pop(lanes, 0, &of);
        assert_non_null(id);
    }
    assert_next(lanes, ""); /* the fifth waits, and none has a second one */
    push(lanes, "z", 1, 3);
    assert_next(lanes, "z1");
    assert_next(lanes, "z2");
    ntf_lanes_done(lanes, "a", "a2", false); /* it answers again */
    assert_next(lanes, "a3");
    assert_next(lanes, "e2"); /* now there is a place for it */
    assert_next(lanes, "a4");
    assert_next(lanes, "");
}

static void
test_none_twice(void **state G_GNUC_UNUSED)
{
    g_autoptr(NtfLanes) lanes = ntf_lanes_new(8);

    push(lanes, "a", 1, 1);
    assert_false(ntf_lanes_push(lanes, "a", "a1"));
    assert_next(lanes, "a1");
    assert_false(ntf_lanes_push(lanes, "a", "a1")); /* it is being sent */
    ntf_lanes_done(lanes, "a", "a1", false);
    assert_true(ntf_lanes_push(lanes, "a", "a1"));
}

static void
test_bounded(void **state G_GNUC_UNUSED)
{
    g_autoptr(NtfLanes) lanes = ntf_lanes_new(8);

    push(lanes, "a", 1, 500);
    assert_false(ntf_lanes_push(lanes, "a", "a501"));
    assert_true(ntf_lanes_push(lanes, "b", "b1"));
    /* those for which nothing waits make place */
    for (int i = 0; i < 1100; i++) {
        g_autofree char *webhook = g_strdup_printf("w%04d", i);
        g_autofree char *of = NULL;

        assert_true(ntf_lanes_push(lanes, webhook, webhook));
        for (g_autofree char *id = NULL; of == NULL || !g_str_equal(of, webhook);) {
            g_clear_pointer(&of, g_free);
            g_clear_pointer(&id, g_free);
            id = ntf_lanes_pop(lanes, 0, &of);
            assert_non_null(id);
            ntf_lanes_done(lanes, of, id, true);
        }
    }
}

static gpointer
wait_for_one(gpointer lanes)
{
    char *webhook = NULL;
    char *id = ntf_lanes_pop(lanes, 60000, &webhook);

    g_free(webhook);
    return id;
}

static void
test_close_wakes(void **state G_GNUC_UNUSED)
{
    g_autoptr(NtfLanes) lanes = ntf_lanes_new(8);
    GThread *thread = g_thread_new("waits", wait_for_one, lanes);

    ntf_lanes_close(lanes);
    assert_null(g_thread_join(thread));
    assert_false(ntf_lanes_push(lanes, "a", "a1"));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_webhooks_take_turns),
        cmocka_unit_test(test_one_has_a_quarter),
        cmocka_unit_test(test_slow_ones_leave_half),
        cmocka_unit_test(test_none_twice),
        cmocka_unit_test(test_bounded),
        cmocka_unit_test(test_close_wakes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
