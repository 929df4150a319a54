/* test_wanted.c: which values a text means, type by type. */
#include "jw/clock.h"
#include "jw/wanted.h"
#include "testkit.h"

#include <math.h>
#include <string.h>

static JwValue
text(const char *value)
{
    return (JwValue){ .type = JW_VALUE_TEXT, .text = value, .length = strlen(value) };
}

#define INT(n)                                                                                     \
    {                                                                                              \
        .type = JW_VALUE_INT, .integer = (n)                                                       \
    }
#define REAL(x)                                                                                    \
    {                                                                                              \
        .type = JW_VALUE_REAL, .real = (x)                                                         \
    }
#define BOOL(b)                                                                                    \
    {                                                                                              \
        .type = JW_VALUE_BOOL, .boolean = (b)                                                      \
    }
#define TIME(t)                                                                                    \
    {                                                                                              \
        .type = JW_VALUE_TIME, .time_ms = (t)                                                      \
    }

static const struct {
    const char *text;
    JwValue value;
    bool wanted;
} value_cases[] = {
    { "3", INT(3), true },
    { "3", REAL(3.0), true },
    { "3", REAL(3.5), false },
    { "3", BOOL(true), false },
    { "3", TIME(3), false },
    { "3.0", INT(3), true },
    { "3e0", REAL(3.0), true },
    { "30e-1", INT(3), true },
    { "-7", INT(-7), true },
    { "-0", INT(0), true },
    { "007", INT(7), false },
    { "+7", INT(7), false },
    { " 7", INT(7), false },
    { "7 ", INT(7), false },
    { "7.", INT(7), false },
    { ".5", REAL(0.5), false },
    { "0x10", INT(16), false },
    { "1e", INT(1), false },
    { "", INT(0), false },
    { "-", INT(0), false },
    { "0.1", REAL(0.1), true },
    { "0.10", REAL(0.1), true },
    { "1e-1", REAL(0.1), true },
    { "0.1", REAL(0.1 + 1e-16), false },
    { "nan", REAL(NAN), false },
    { "inf", REAL(INFINITY), false },
    { "1e999", REAL(INFINITY), false },
    { "1e999", REAL(0), false },
    { "x", REAL(0), false },
    { "9007199254740993", INT(INT64_C(9007199254740993)), true },
    { "9007199254740993", INT(INT64_C(9007199254740992)), false },
    { "9007199254740993", REAL(9007199254740992.0), false },
    { "9007199254740992", REAL(9007199254740992.0), true },
    { "1e16", INT(INT64_C(10000000000000000)), true },
    { "9223372036854775807", INT(INT64_MAX), true },
    { "9223372036854775807", REAL(9223372036854775808.0), false },
    { "-9223372036854775808", INT(INT64_MIN), true },
    { "-9223372036854775808", REAL(-9223372036854775808.0), true },
    { "9223372036854775808", INT(INT64_MAX), false },
    { "9223372036854775808", REAL(9223372036854775808.0), true },
    { "true", BOOL(true), true },
    { "true", BOOL(false), false },
    { "false", BOOL(false), true },
    { "True", BOOL(true), false },
    { "1", BOOL(true), false },
    { "1970-01-01T00:00:01Z", TIME(1000), true },
    { "1970-01-01T00:00:01.000Z", TIME(1000), true },
    { "1970-01-01T03:00:01+03:00", TIME(1000), true },
    { "1970-01-01T00:00:01Z", TIME(1001), false },
    { "1970-01-01", TIME(0), false },
    { "1960-02-03T00:00:00Z", TIME(-INT64_C(312768000000)), true },
    { "1960-02-03T02:00:00+02:00", TIME(-INT64_C(312768000000)), true },
    { "1960-02-03T00:00:00.250Z", TIME(-INT64_C(312767999750)), true },
    { "1960-02-03T00:00:00Z", TIME(INT64_C(312768000000)), false },
    { "0000-01-01T00:00:00Z", TIME(-INT64_C(62167219200000)), true },
    { "0001-01-01T00:00:00Z", TIME(-INT64_C(62135596800000)), true },
    { "9999-12-31T23:59:59.999Z", TIME(INT64_C(253402300799999)), true },
    { "1000", TIME(1000), false },
    { "3", { .type = JW_VALUE_NULL }, false },
    { "", { .type = JW_VALUE_NULL }, false },
};

static void
test_values(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(value_cases); i++) {
        JwWanted wanted;
        jw_wanted_init(&wanted, value_cases[i].text);
        if (jw_wanted_is(&wanted, &value_cases[i].value) != value_cases[i].wanted) {
            fail_msg("case %zu: '%s' is%s wanted", i, value_cases[i].text,
                     value_cases[i].wanted ? " not" : "");
        }
    }
}

static void
test_texts(void **state)
{
    static const struct {
        const char *text, *value;
        bool wanted, object_id;
    } cases[] = {
        { "3", "3", true, false },
        { "3", "3.0", false, false },
        { "", "", true, false },
        { "a", "", false, false },
        { "", "a", false, false },
        { "Ann", "ann", false, false },
        { "65a1b2c3d4e5f60718293a4b", "65a1b2c3d4e5f60718293a4b", true, true },
        { "65A1B2C3D4E5F60718293A4B", "65a1b2c3d4e5f60718293a4b", false, false },
        { "65a1b2c3d4e5f60718293a4", "65a1b2c3d4e5f60718293a4b", false, false },
        { "65a1b2c3d4e5f60718293a4g", "x", false, false },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        const JwValue value = text(cases[i].value);
        JwWanted wanted;
        jw_wanted_init(&wanted, cases[i].text);
        assert_int_equal(jw_wanted_is(&wanted, &value), cases[i].wanted);
        assert_int_equal(wanted.is_object_id, cases[i].object_id);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_texts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
