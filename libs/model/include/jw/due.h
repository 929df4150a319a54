/* jw/due.h: the due times of a rule: an interval, a cron expression or one moment, within a start
 * and an end, without the days that a calendar excludes. Pure: any thread, no clock.
 *
 * A due time is an identity: jitter delays what is done at it and never changes it. */
#pragma once
#include "jw/calendar.h"
#include "jw/cron.h"
#include "jw/warnings.h"

G_BEGIN_DECLS

typedef enum { JW_TRIGGER_INTERVAL, JW_TRIGGER_CRON, JW_TRIGGER_ONCE } JwTriggerType;

/* Everything that decides due times; all (transfer none). { .zone = zone, … } */
typedef struct {
    JwTriggerType trigger;
    int64_t interval_ms, anchor_ms; /* interval: due at anchor + n · interval, n from 0 on; elapsed
                                     * time, whatever the clock does */
    int64_t once_ms;                /* once */
    const JwCron *cron;             /* cron */
    JwDst dst;                      /* cron */
    GTimeZone *zone;                /* of cron and of the calendar's days */
    const JwCalendar *calendar;     /* (nullable): days on which nothing is due; a due time's day is
                                     * the local one of its moment, also where a gap moved it */
    int64_t start_ms, end_ms;       /* due times lie in [start, end); 0: no limit */
} JwDueRule;

/* First due time strictly after @after_ms, after 1970 began and before 10000; UTC ms; 0: none. The
 * search is bounded: a rule whose due times fall on excluded days 5,000 times in a row has none. */
int64_t jw_due_next(const JwDueRule *self, int64_t after_ms);

/* Appends the due times in [@from_ms, @to_ms) to @due (of int64_t), at most @most of them, in
 * order. False: there are more. The next ten: (now + 1, INT64_MAX, 10). */
bool jw_due_list(const JwDueRule *self, int64_t from_ms, int64_t to_ms, size_t most, GArray *due);

/* Refuses a rule that has no due time after @after_ms (INT64_MIN: ever), or has a member without
 * effect. @ret_member: the one to blame: "trigger", "dst", "start", "end" or "calendar"; a
 * constant. INVALID: why. */
bool jw_due_check(const JwDueRule *self, int64_t after_ms, const char **ret_member,
                  GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Says what changes of the clock do from @from_ms to @until_ms, of which @due (of int64_t) are the
 * due times, in order. Codes: DST_MOVED, a due time stands for local times that the clock skips;
 * DST_SKIPPED, such local times are not due; DST_FIRST, DST_LAST and DST_BOTH, local times that
 * come twice are due in the first pass, in the last, in both; INTERVAL_DRIFTS, an interval of whole
 * days gets another local time. One a change. */
void jw_due_notes(const JwDueRule *self, int64_t from_ms, int64_t until_ms, const GArray *due,
                  GPtrArray *warnings);

/* By how much what is due at @due_ms is delayed: evenly spread over [0, @jitter_ms], but to before
 * @next_ms, the due time after it (0: none), so that the order stays. It follows from the schedule
 * and the due time alone, so every process computes the same. An end does not cut it. */
int64_t jw_due_jitter_ms(const char *schedule_id, int64_t due_ms, int64_t next_ms,
                         int64_t jitter_ms);

G_END_DECLS
