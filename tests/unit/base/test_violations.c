/* test_violations.c: the list of everything that is wrong with one input. */
#include "testkit.h"

#include "jw/violations.h"

static void
test_collects_in_order(void **state)
{
    (void)state;
    g_auto(JwViolations) violations = { NULL };
    g_autofree char *none = jw_violations_text(&violations);
    assert_string_equal(none, "");
    assert_int_equal(jw_violations_count(&violations), 0);

    assert_false(jw_violations_add(&violations, "/name", "is required"));
    assert_false(jw_violations_add(&violations, "", "has %d%% too much", 5));
    assert_int_equal(jw_violations_count(&violations), 2);
    assert_string_equal(jw_violations_get(&violations, 0)->pointer, "/name");
    assert_string_equal(jw_violations_get(&violations, 1)->message, "has 5% too much");
    g_autofree char *text = jw_violations_text(&violations);
    assert_string_equal(text, "/name: is required; (whole): has 5% too much");

    jw_violations_clear(&violations);
    assert_int_equal(jw_violations_count(&violations), 0);
}

static void
test_is_capped(void **state)
{
    (void)state;
    g_auto(JwViolations) violations = { NULL };
    for (unsigned i = 0; i < 10 * JW_VIOLATIONS_MAX; i++) {
        (void)jw_violations_add(&violations, "/list", "entry %u", i);
    }
    assert_int_equal(jw_violations_count(&violations), JW_VIOLATIONS_MAX);
    assert_string_equal(jw_violations_get(&violations, 0)->message, "entry 0");
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
