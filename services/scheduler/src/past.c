/* past.c: decides what had come due before a rule changed or a schedule was paused, by the rule it
 * was due by and the policies of now. The due thread.
 *
 * Who changes a schedule leaves that rule with it (jw_schedule_past()), in the same update: so no
 * due time is lost, however many they are and whether a scheduler runs. A few at a time become
 * pending decisions, by compare and set of the whole document. */
#include "due.h"

#include "jw/crash.h"
#include "jw/jobs_schedules.h"
#include "jw/log.h"

#define PENDING_MAX                                                                                \
    1000 /* decisions of one schedule; the rest waits until they are carried out                   \
          */

/* What it does not keep, and its rule. @ret_readable: (out): false: its calendar or its zone are
 * gone, and only the due time that was computed is known. */
static bool
complete(Sch *sch, const JwSchedule *schedule, JwSchedule *past, JwScheduleRule *rule,
         bool *ret_readable, GError **error)
{
    g_autoptr(GError) cause = NULL;

    past->id = g_strdup(schedule->id); /* as stored it has none */
    past->misfire = schedule->misfire;
    past->misfire_limit = schedule->misfire_limit;
    past->misfire_grace_ms = schedule->misfire_grace_ms;
    *ret_readable = sch_set_days(sch, past, &cause) && jw_schedule_rule_init(rule, past, &cause);
    if (*ret_readable) {
        return true;
    }
    if (jw_error_retry(cause) != JW_RETRY_NEVER) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    jw_warn("past_unreadable", JW_STR("schedule_id", schedule->id),
            JW_STR("error", jw_error_message(cause)));
    return true;
}

/* When a due time behind all of the first past is looked at; 0: none. Under fire_once it stands for
 * them. */
static int64_t
wake_behind(const JwSchedule *schedule)
{
    for (guint i = 1; i < schedule->pasts->len; i++) {
        const JwSchedule *past = g_ptr_array_index(schedule->pasts, i);

        if (!past->paused) {
            return past->wake_ms;
        }
    }
    return schedule->paused ? 0 : schedule->wake_ms;
}

static bool
is_past_due(const JwSchedule *past, int64_t now_ms)
{
    return past->wake_ms != 0 && past->wake_ms <= now_ms;
}

/* It was left before a pause, which may be over by now. */
static bool
is_stopped_by_pause(const JwSchedule *schedule, const JwSchedule *past)
{
    return past->paused || schedule->paused || past->end_ms <= schedule->switched_at_ms;
}

/* (transfer full) */
static JwFire *
decide(const JwSchedule *schedule, SchJudge *judge, int64_t next_wake_ms)
{
    const JwSchedule *past = judge->schedule;
    JwFire *fire =
        is_stopped_by_pause(schedule, past)
            ? jw_fire_new(past->next_fire_ms, judge->now_ms, JW_OCCURRENCE_SKIPPED, JW_JOBS_PAUSED)
            : sch_judge(judge, next_wake_ms != 0 ? next_wake_ms : wake_behind(schedule));

    fire->wake_ms = past->wake_ms;
    return fire;
}

/* Those that are to be looked at; the past moves on. (transfer full) of JwFire */
static GPtrArray *
decide_some(const JwSchedule *schedule, JwSchedule *past, const JwScheduleRule *rule, bool readable,
            int64_t now_ms)
{
    GPtrArray *fires = g_ptr_array_new_with_free_func(jw_fire_free);
    SchJudge judge = {
        .schedule = past, .due = &rule->due, .now_ms = now_ms, .bounded = !readable
    };

    while (is_past_due(past, now_ms) && fires->len < SCH_TURN_MAX) {
        const int64_t next = readable ? jw_due_next(&rule->due, past->next_fire_ms) : 0;
        const int64_t wake = jw_schedule_wake(past, rule, next);

        g_ptr_array_add(fires, decide(schedule, &judge, wake));
        past->next_fire_ms = next;
        past->wake_ms = wake;
        sch_judge_move_on(&judge);
    }
    return fires;
}

bool
sch_has_past(const JwSchedule *schedule, int64_t now_ms)
{
    return schedule->pasts->len > 0 && is_past_due(g_ptr_array_index(schedule->pasts, 0), now_ms);
}

bool
sch_decide_past(Sch *self, JwSchedule *schedule, guint *ret_decided, bool *ret_more, GError **error)
{
    JwSchedule *past = g_ptr_array_index(schedule->pasts, 0);
    const int64_t now = jw_clock_now_ms(self->clock);
    g_auto(JwScheduleRule) rule = { 0 };
    bool readable = false;
    JwCas cas = JW_CAS_LOST;

    *ret_decided = 0;
    *ret_more = false;
    if (schedule->pending_fires->len >= PENDING_MAX || !is_past_due(past, now)) {
        return true;
    }
    if (!complete(self, schedule, past, &rule, &readable, error)) {
        return false;
    }
    g_autoptr(GPtrArray) fires = decide_some(schedule, past, &rule, readable, now);
    jw_crash_point("sch_before_past");
    if (!jw_store_fire_past(self->store, schedule, (const JwFire *const *)fires->pdata, fires->len,
                            now, &cas, error)) {
        return false;
    }
    if (cas == JW_CAS_WON) { /* or it is another by now, or another scheduler did it */
        *ret_decided = fires->len;
        *ret_more = is_past_due(past, now) || (past->next_fire_ms == 0 && schedule->pasts->len > 1);
    }
    return true;
}
