/* judge.c: what becomes of a due time by the calendar and the policy of misfires. Pure. */
#include "due.h"

/* Whether so many due times behind the next one have passed that this one is beyond the limit. The
 * bound moves on with the due times, so a backlog is walked once. */
static bool
is_beyond_limit(SchJudge *self)
{
    if (!self->bounded) {
        self->bound_ms = self->schedule->next_fire_ms;
        for (int32_t i = 0; i < self->schedule->misfire_limit && self->bound_ms != 0
                            && self->bound_ms <= self->now_ms;
             i++) {
            self->bound_ms = jw_due_next(self->due, self->bound_ms);
        }
        self->bounded = true;
    }
    return self->bound_ms != 0 && self->bound_ms <= self->now_ms;
}

/* Not whether the rule has it still: other rules of its zone may have come since. */
static bool
is_excluded(const SchJudge *self, int64_t due_ms)
{
    return self->due->calendar != NULL
           && jw_calendar_excludes(self->due->calendar, jw_zone_day(self->due->zone, due_ms));
}

JwFire *
sch_judge(SchJudge *self, int64_t next_wake_ms)
{
    const JwSchedule *schedule = self->schedule;
    const int64_t due = schedule->next_fire_ms, now = self->now_ms;
    const bool missed = now - schedule->wake_ms > schedule->misfire_grace_ms;
    const bool passed = next_wake_ms != 0 && next_wake_ms <= now;

    if (is_excluded(self, due)) {
        return jw_fire_new(due, now, JW_OCCURRENCE_SKIPPED,
                           "its calendar excludes the day since the time was computed");
    }
    /* Only the latest of those that have passed: one, also where the grace period would let each of
     * them fire. */
    if (schedule->misfire == JW_MISFIRE_FIRE_ONCE && passed) {
        return jw_fire_new(due, now, JW_OCCURRENCE_COALESCED,
                           "missed its time; a later one stands for it");
    }
    if (schedule->misfire == JW_MISFIRE_SKIP && missed) {
        return jw_fire_new(due, now, JW_OCCURRENCE_SKIPPED,
                           "missed its time by more than the grace period");
    }
    if (schedule->misfire == JW_MISFIRE_FIRE_ALL && missed && is_beyond_limit(self)) {
        return jw_fire_new(due, now, JW_OCCURRENCE_SKIPPED,
                           "more than misfire_limit due times had passed; the latest of them fire");
    }
    return missed
               ? jw_fire_new(due, now, JW_OCCURRENCE_CAUGHT_UP, "missed its time, fired afterwards")
               : jw_fire_new(due, now, JW_OCCURRENCE_FIRED, NULL);
}

void
sch_judge_move_on(SchJudge *self)
{
    if (self->bounded && self->bound_ms != 0) {
        self->bound_ms = jw_due_next(self->due, self->bound_ms);
    }
}
