/* jw/cron.h: cron expressions in a time zone. Pure. Checked against croniter, cron-parser, croner
 * and a walker of minutes (tests/cron). */
#pragma once
#include "jw/civil.h"
#include "jw/warnings.h"

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

G_BEGIN_DECLS

typedef struct _JwCron JwCron;

/* How an expression is read.
 *
 * CRONTAB, the default, is crontab(5): five fields (minute hour day-of-month month day-of-week), or
 * six with seconds in front; names (JAN, MON), lists, rising ranges, steps; 0 and 7 are Sunday;
 * @hourly @daily @midnight @weekly @monthly @yearly @annually. Day-of-month OR day-of-week when
 * both are restricted, but AND when one of them begins with '*': Vixie's cron takes a '*' with a
 * step for unrestricted in this choice, and keeps to its step all the same. Beyond crontab(5): L
 * and L-3 as days of the month (the last one, the third before it), 5L or FRIL (the last Friday)
 * and MON#2 (the second Monday) as weekdays.
 *
 * QUARTZ: six fields with seconds in front, or seven with the year (1970-2099) behind; 1 to 7 are
 * Sunday to Saturday; '?' in exactly one of the day fields; ranges may wrap (FRI-MON); 15W, LW and
 * L-2W are the weekday (Monday to Friday) nearest to that day within its month. No @ forms.
 *
 * APSCHEDULER, as its CronTrigger.from_crontab(): five fields; 0 to 6 are Monday to Sunday; both
 * day fields must hold; "last" as day of the month. No @ forms. */
typedef enum { JW_CRON_CRONTAB, JW_CRON_QUARTZ, JW_CRON_APSCHEDULER } JwCronDialect;

/* "crontab", "quartz", "apscheduler". (transfer none) */
const char *jw_cron_dialect_name(JwCronDialect dialect);

/* False when there is none of this name. */
bool jw_cron_dialect_find(const char *name, JwCronDialect *ret_dialect) G_GNUC_WARN_UNUSED_RESULT;

/* INVALID names the field and what is wrong, also for an expression that never fires (30 February).
 */
JwCron *jw_cron_new_in(const char *expression, JwCronDialect dialect,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @self: (transfer full) (nullable): a JwCron. */
void jw_cron_free(gpointer self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwCron, jw_cron_free)

/* The fields as understood, one space apart, macros such as @daily written out. (transfer none) */
const char *jw_cron_fields(const JwCron *self);

/* Warns of what may not be meant. Of every expression CRON_UNEVEN_STEP (a step that starts anew
 * before it is full). Unless its author named the dialect (@named), of what crontab, Quartz and
 * APScheduler do not read alike: CRON_WEEKDAY_NUMBERS, CRON_BOTH_DAYS, CRON_STAR_STEP_DAYS,
 * CRON_SECONDS, CRON_OPEN_STEP, CRON_EXTENSION, CRON_RANGE_TO_SUNDAY. */
void jw_cron_lint(const JwCron *self, bool named, GPtrArray *warnings);

/* What happens to local times that a change of the clock skips, and to those that it shows twice.
 * What is named holds for every expression:
 *   gap     RUN_AFTER  due at the first moment after the gap, once however many were skipped
 *           SKIP       not due that day
 *   repeat  FIRST      due in the first pass only
 *           LAST       due in the last pass only
 *           BOTH       due in each pass
 * AUTO, when nothing is named, is the rule of Vixie's cron. Fixed hours and minutes follow the wall
 * clock: RUN_AFTER, FIRST. An expression whose hour or minute begins with '*' (in Quartz, 0/5
 * too) follows elapsed time: SKIP, BOTH, so that every ten minutes are always ten minutes. */
typedef enum { JW_GAP_AUTO, JW_GAP_RUN_AFTER, JW_GAP_SKIP } JwGapRule;
typedef enum { JW_REPEAT_AUTO, JW_REPEAT_FIRST, JW_REPEAT_LAST, JW_REPEAT_BOTH } JwRepeatRule;

typedef struct {
    JwGapRule gap;
    JwRepeatRule repeat;
} JwDst;

/* First due time strictly after @after_ms in @zone (transfer none), UTC ms. @dst: (nullable): AUTO.
 * 0: never again before the year 10000. The search is bounded: days repeat every 400 years. */
int64_t jw_cron_next_by(const JwCron *self, GTimeZone *zone, const JwDst *dst, int64_t after_ms);

G_END_DECLS
