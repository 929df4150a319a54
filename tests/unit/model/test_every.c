/* test_every.c: the lengths of intervals that are taken, and those that are refused. */
#include "jw/every.h"
#include "testkit.h"

static void
test_taken(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds;
    } rows[] = {
        { "1s", 1 },
        { "90s", 90 },
        { "5m", 300 },
        { "2h", 7200 },
        { "1d", 86400 },
        { "2w", 1209600 },
        { "1h30m", 5400 },
        { "1d12h30m15s", 131415 },
        { "2000ms", 2 },
        { "366d", 31622400 },
        { "PT90S", 90 },
        { "PT5M", 300 },
        { "PT1H30M", 5400 },
        { "P1D", 86400 },
        { "P1DT12H", 129600 },
        { "P2W", 1209600 },
        { "P1W1DT1S", 691201 },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        int64_t ms = 0;
        assert_ok(jw_every_parse(rows[i].text, &ms, &error), error);
        assert_int_equal(ms, rows[i].seconds * 1000);
    }
}

static void
test_refused(void **state)
{
    static const struct {
        const char *text, *pattern;
    } rows[] = {
        { "", "*is not an interval such as 90s*" },
        { "90", "*is not an interval*" },
        { "s", "*is not an interval*" },
        { "5 m", "*is not an interval*" },
        { "-5m", "*is not an interval*" },
        { "+5m", "*is not an interval*" },
        { "5M", "*is not an interval*" },
        { "5x", "*is not an interval*" },
        { "5m5m", "*is not an interval*" },
        { "5s1m", "*is not an interval*" },
        { "5m ", "*is not an interval*" },
        { "1234567890123s", "*is not an interval*" },
        { "P", "*is not an interval*" },
        { "PT", "*is not an interval*" },
        { "P1DT", "*is not an interval*" },
        { "1DT5M", "*is not an interval*" },
        { "pt5m", "*is not an interval*" },
        { "PT5S1M", "*is not an interval*" },
        { "P5S", "*months and years have no one length, use cron*" },
        { "P1M", "*months and years have no one length, use cron*" },
        { "P1Y", "*months and years*" },
        { "1.5h", "*has a fraction*" },
        { "PT0.5S", "*has a fraction*" },
        { "0s", "*is not from 1s to 366d*" },
        { "PT0S", "*is not from 1s*" },
        { "500ms", "*whole seconds*" },
        { "1500ms", "*whole seconds*" },
        { "1s500ms", "*whole seconds*" },
        { "367d", "*is not from 1s to 366d*" },
        { "999999999999w", "*is not from 1s to 366d*" },
        { "999999999999w999999999999d999999999999h", "*is not from 1s to 366d*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(GError) error = NULL;
        int64_t ms = -1;
        if (jw_every_parse(rows[i].text, &ms, &error)) {
            fail_msg("'%s' is taken", rows[i].text);
        }
        assert_jw_error(error, JW_ERROR_INVALID, rows[i].pattern);
        assert_int_equal(ms, -1);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_taken),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
