/* bench_cron.c: how long the next due time of a cron expression takes: bench_cron N EXPRESSION
 * ZONE. N times in a row, each from the one before, beginning anew in 2026 when there is none left
 * before 2036. Prints one line of JSON. */
#include "jw/cron.h"
#include "jw/error.h"

#include <stdio.h>
#include <stdlib.h>

#define FROM_MS INT64_C(1767225600000) /* 2026-01-01 */
#define TO_MS   INT64_C(2082758400000) /* 2036-01-01 */

int
main(int argc, char **argv)
{
    g_autoptr(JwCron) cron = argc == 4 ? jw_cron_new_in(argv[2], JW_CRON_CRONTAB, NULL) : NULL;
    g_autoptr(GTimeZone) zone = argc == 4 ? jw_zone_new(argv[3], NULL) : NULL;
    const int64_t times = argc == 4 ? g_ascii_strtoll(argv[1], NULL, 10) : 0;
    int64_t at_ms = FROM_MS;

    if (cron == NULL || zone == NULL || times < 1) {
        fprintf(stderr, "bench_cron TIMES EXPRESSION ZONE\n");
        return 2;
    }
    const int64_t begin_us = g_get_monotonic_time();
    for (int64_t i = 0; i < times; i++) {
        at_ms = jw_cron_next_by(cron, zone, NULL, at_ms);
        at_ms = at_ms == 0 || at_ms > TO_MS ? FROM_MS : at_ms;
    }
    const double took_us = (double)(g_get_monotonic_time() - begin_us);
    printf("{\"us\":%.3f,\"last\":%" G_GINT64_FORMAT "}\n", took_us / (double)times, at_ms);
    return 0;
}
