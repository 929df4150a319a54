/* fuzz_cron.c: any text as a cron expression of each dialect. What is accepted fires, always later
 * than asked, and means the same when its own fields are read again. */
#include "fuzz.h"

#include "jw/cron.h"
#include "jw/error.h"

static GTimeZone *zone;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    jw_base_init();
    if (zone == NULL) {
        zone = jw_zone_new("Europe/Berlin", NULL);
        g_assert_nonnull(zone);
    }
    return 0;
}

static void
walk(const JwCron *cron, const JwCron *again, const JwDst *dst)
{
    int64_t at = INT64_C(1774738800000); /* 2026-03-29, the night of a change of the clock */

    for (int i = 0; i < 5; i++) {
        const int64_t next = jw_cron_next_by(cron, zone, dst, at);

        g_assert_cmpint(next, ==, jw_cron_next_by(again, zone, dst, at));
        if (next == 0) {
            return; /* its years are over */
        }
        g_assert_cmpint(next, >, at);
        at = next;
    }
}

static void
read_as(const char *text, JwCronDialect dialect)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCron) cron = jw_cron_new_in(text, dialect, &error);

    if (cron == NULL) {
        g_assert_cmpint(jw_error_code(error), ==, JW_ERROR_INVALID);
        return;
    }
    g_autoptr(JwCron) again = jw_cron_new_in(jw_cron_fields(cron), dialect, NULL);
    g_assert_nonnull(again);
    for (int rule = 0; rule < 12; rule++) {
        walk(cron, again, &(JwDst){ (JwGapRule)(rule % 3), (JwRepeatRule)(rule / 3) });
    }
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup(size > 0 ? (const char *)data : "", size);

    for (int dialect = JW_CRON_CRONTAB; dialect <= JW_CRON_APSCHEDULER; dialect++) {
        read_as(text, (JwCronDialect)dialect);
    }
    return 0;
}
