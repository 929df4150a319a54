/* test_duration.c: lengths of time as text. */
#include "testkit.h"

#include "jw/duration.h"

static void
test_parse(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: no duration */
    } cases[] = {
        { "250ms", 250 },
        { "90s", 90000 },
        { "15m", 900000 },
        { "72h", 259200000 },
        { "7d", 604800000 },
        { "0", 0 },
        { "0s", 0 },
        { "007s", 7000 },
        { "9223372036854775807ms", INT64_MAX },
        { "9223372036854775807s", -1 },
        { "9223372036854775808ms", -1 },
        { "", -1 },
        { "5", -1 },
        { "s", -1 },
        { "-5s", -1 },
        { "+5s", -1 },
        { " 5s", -1 },
        { "5 s", -1 },
        { "5s ", -1 },
        { "5S", -1 },
        { "5sec", -1 },
        { "1h30m", -1 },
        { "1.5h", -1 },
        { "5w", -1 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t ms = -1;
        if (jw_duration_parse(cases[i].text, &ms) != (cases[i].ms >= 0) || ms != cases[i].ms) {
            fail_msg("'%s' gives %" G_GINT64_FORMAT, cases[i].text, ms);
        }
    }
}

static void
test_format(void **state)
{
    static const struct {
        int64_t ms;
        const char *text;
    } cases[] = {
        { 0, "0" },         { 1, "1ms" },        { 1000, "1s" },
        { 1500, "1500ms" }, { 90000, "90s" },    { 3600000, "1h" },
        { 86400000, "1d" }, { 259200000, "3d" }, { 60000, "1m" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *text = jw_duration_format(cases[i].ms);
        assert_string_equal(text, cases[i].text);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_format),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
