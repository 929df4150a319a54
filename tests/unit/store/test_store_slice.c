/* test_store_slice.c: the widths in which a period is read. */
#include "testkit.h"

#include "records/slice.h"

#define HOUR_MS INT64_C(3600000)

static void
test_next_width(void **state G_GNUC_UNUSED)
{
    static const struct {
        int64_t width_ms, rows, first_ms, next_ms;
    } cases[] = {
        { HOUR_MS, 0, 1, 4 * HOUR_MS },    /* nothing there: wider, step by step */
        { HOUR_MS, 749, 1, 4 * HOUR_MS },  /* few */
        { HOUR_MS, 750, 1, 4 * HOUR_MS },  /* to what is wanted */
        { HOUR_MS, 1500, 1, 2 * HOUR_MS }, /* likewise */
        { HOUR_MS, 3000, 199, HOUR_MS },
        { HOUR_MS, 30000, 1, HOUR_MS / 10 },
        { 1, 1000000, 1, 1 },                /* all at one moment */
        { HOUR_MS, 3000, 200, 4 * HOUR_MS }, /* no index: fewer and wider */
        { HOUR_MS, 25000, 900, 2 * HOUR_MS },
        { HOUR_MS, 100000, 900, HOUR_MS / 2 },
        { HOUR_MS, 0, 900, 4 * HOUR_MS },
        { INT64_MAX, 0, 1, INT64_MAX / 16 * 4 }, /* never beyond what time can be */
        { INT64_MAX / 4, 750, 1, INT64_C(1) << 61 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        int64_t next = jw_slice_next_width(cases[i].width_ms, cases[i].rows, cases[i].first_ms);

        if (next != cases[i].next_ms) {
            fail_msg("case %zu: %" G_GINT64_FORMAT " instead of %" G_GINT64_FORMAT, i, next,
                     cases[i].next_ms);
        }
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_next_width) };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
