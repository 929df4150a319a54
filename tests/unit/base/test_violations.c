/* test_faults.c: the list of everything that is wrong with one input. */
#include "testkit.h"

#include "jw/violations.h"

static void
test_collects_in_order(void **state)
{
    (void)state;
    g_auto(JwViolations) faults = { NULL };
    g_autofree char *none = jw_violations_text(&faults);
    assert_string_equal(none, "");
    assert_int_equal(jw_violations_count(&faults), 0);

    assert_false(jw_violations_add(&faults, "/name", "is required"));
    assert_false(jw_violations_add(&faults, "", "has %d%% too much", 5));
    assert_int_equal(jw_violations_count(&faults), 2);
    assert_string_equal(jw_violations_get(&faults, 0)->pointer, "/name");
    assert_string_equal(jw_violations_get(&faults, 1)->message, "has 5% too much");
    g_autofree char *text = jw_violations_text(&faults);
    assert_string_equal(text, "/name: is required; (whole): has 5% too much");

    jw_violations_clear(&faults);
    assert_int_equal(jw_violations_count(&faults), 0);
}

static void
test_is_capped(void **state)
{
    (void)state;
    g_auto(JwViolations) faults = { NULL };
    for (unsigned i = 0; i < 10 * JW_VIOLATIONS_MAX; i++) {
        (void)jw_violations_add(&faults, "/list", "entry %u", i);
    }
    assert_int_equal(jw_violations_count(&faults), JW_VIOLATIONS_MAX);
    assert_string_equal(jw_violations_get(&faults, 0)->message, "entry 0");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_collects_in_order),
        cmocka_unit_test(test_is_capped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
