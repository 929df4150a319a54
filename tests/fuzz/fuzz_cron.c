/* fuzz_cron.c: any text as a cron expression. What is accepted fires, always later than asked, and
 * means the same when its own fields are read again. */
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

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autofree char *text = g_strndup(size > 0 ? (const char *)data : "", size);
    g_autoptr(GError) error = NULL;
    g_autoptr(JwCron) cron = jw_cron_new(text, &error);

    if (cron == NULL) {
        g_assert_cmpint(jw_error_code(error), ==, JW_ERROR_INVALID);
        return 0;
    }
    g_autoptr(JwCron) again = jw_cron_new(jw_cron_fields(cron), NULL);
    g_assert_nonnull(again);
    int64_t at = INT64_C(1774738800000); /* 2026-03-29, the night of a change of the clock */
    for (int i = 0; i < 5; i++) {
        int64_t next = jw_cron_next(cron, zone, at);

        g_assert_cmpint(next, ==, jw_cron_next(again, zone, at));
        if (next == 0) {
            return 0; /* not within eight years */
        }
        g_assert_cmpint(next, >, at);
        at = next;
    }
    return 0;
}
