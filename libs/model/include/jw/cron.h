/* jw/cron.h: cron expressions in a time zone. Pure. Checked against croniter. */
#pragma once
#include "jw/civil.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _JwCron JwCron;

/* Five fields (minute hour day-of-month month day-of-week), or six with seconds in front; names
 * (JAN, MON), lists, ranges, steps; 0 and 7 are Sunday; day-of-month OR day-of-week when both are
 * restricted, as crontab(5) does; @hourly @daily @midnight @weekly @monthly @yearly @annually.
 * INVALID names the field and what is wrong, also for an expression that never fires (30 February).
 */
JwCron *jw_cron_new(const char *expression, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_cron_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCron, jw_cron_free)

/* The fields as understood, one space apart, macros such as @daily written out. (transfer none) */
const char *jw_cron_fields(const JwCron *self);

/* First due time strictly after @after_ms in @zone (transfer none), UTC ms. 0 if none within 8
 * years.
 *
 * Around a change of the clock as Vixie's cron: fixed hours and minutes follow the wall clock (a
 * local time that is skipped fires at the first moment after the gap, one that comes twice at its
 * first); an expression whose hour or minute begins with '*' follows elapsed time (it fires in both
 * passes of a doubled hour, and not for a time that is skipped). */
int64_t jw_cron_next(const JwCron *self, GTimeZone *zone, int64_t after_ms);

G_END_DECLS
