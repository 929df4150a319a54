/* due.c: which due times there are, and what is decided about each.
 *
 * One due time at a time: nextFireAt F → next(F) by compare and set, with the decision about F in
 * pendingFires of the same update. Whoever sees a pending decision, the decider or any scheduler
 * after it died, carries it out (fire.c). */
#include "due.h"

#include "jw/log.h"

#define DUE_PAGE 100
#define DECISIONS_PER_ROUND                                                                        \
    1000                   /* of one schedule, so that a long backlog does not starve the others */
#define TROUBLED_MAX 10000 /* schedules whose last error is remembered */

/* One look at one schedule. */
typedef struct {
    Sch *sch;
    JwSchedule *schedule;
    JwScheduleRule rule;
    int64_t now_ms;
    int64_t bound_ms; /* the due time misfire_limit times behind the next one; 0: not so many */
    bool bounded;     /* bound_ms is known */
} Look;

static void
look_clear(Look *self)
{
    jw_schedule_rule_clear(&self->rule);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Look, look_clear)

/* Whether so many due times behind the next one have passed that this one is beyond the limit. The
 * bound moves on with the due times, so a backlog is walked once. */
static bool
is_beyond_limit(Look *self)
{
    if (!self->bounded) {
        self->bound_ms = self->schedule->next_fire_ms;
        for (int32_t i = 0; i < self->schedule->misfire_limit && self->bound_ms != 0
                            && self->bound_ms <= self->now_ms;
             i++) {
            self->bound_ms = jw_due_next(&self->rule.due, self->bound_ms);
        }
        self->bounded = true;
    }
    return self->bound_ms != 0 && self->bound_ms <= self->now_ms;
}

/* What becomes of the next due time; @next_wake_ms: when the one after it is looked at, 0 for none.
 * (transfer full) */
static JwFire *
judge(Look *self, int64_t next_wake_ms)
{
    const JwSchedule *schedule = self->schedule;
    const int64_t due = schedule->next_fire_ms, now = self->now_ms;
    const bool missed = now - schedule->wake_ms > schedule->misfire_grace_ms;
    const bool passed = next_wake_ms != 0 && next_wake_ms <= now;

    if (schedule->calendar != NULL && jw_due_next(&self->rule.due, due - 1) != due) {
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

static void
move_on(Look *self, const JwScheduleStep *step, JwFire *take_fire)
{
    self->schedule->next_fire_ms = step->next_ms;
    self->schedule->wake_ms = step->wake_ms;
    g_ptr_array_add(self->schedule->pending_fires, take_fire);
    if (self->bounded && self->bound_ms != 0) {
        self->bound_ms = jw_due_next(&self->rule.due, self->bound_ms);
    }
}

/* Decides the schedule's next due time; moves the struct on so that the caller can go on with the
 * one after. */
static bool
decide(Look *self, JwCas *ret_cas, GError **error)
{
    JwSchedule *schedule = self->schedule;
    JwScheduleStep step = { .n_fires = 1 };

    step.next_ms = jw_due_next(&self->rule.due, schedule->next_fire_ms);
    step.wake_ms = jw_schedule_wake(schedule, &self->rule, step.next_ms);
    step.calendar = schedule->calendar_version;
    g_autoptr(JwFire) fire = judge(self, step.wake_ms);
    const JwFire *fires[] = { fire };
    fire->wake_ms = schedule->wake_ms;
    step.fires = fires;
    if (!jw_store_fire_schedule(self->sch->store, schedule, &step, self->now_ms, ret_cas, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_WON) {
        move_on(self, &step, g_steal_pointer(&fire));
    }
    return true;
}

static bool
is_due(const JwSchedule *schedule, int64_t now_ms)
{
    return !schedule->paused && schedule->wake_ms != 0 && schedule->wake_ms <= now_ms;
}

static bool
decide_all(Sch *self, JwSchedule *schedule, size_t *ret_decided, GError **error)
{
    g_auto(Look)
        look = { .sch = self, .schedule = schedule, .now_ms = jw_clock_now_ms(self->clock) };
    JwCas cas = JW_CAS_WON; /* LOST: another scheduler decided it */

    if (!is_due(schedule, look.now_ms)) {
        return true;
    }
    if (!sch_set_days(self, schedule, error)
        || !jw_schedule_rule_init(&look.rule, schedule, error)) {
        return false;
    }
    for (int i = 0; i < DECISIONS_PER_ROUND && cas == JW_CAS_WON && is_due(schedule, look.now_ms);
         i++) {
        if (!decide(&look, &cas, error)) {
            return false;
        }
        *ret_decided += cas == JW_CAS_WON ? 1 : 0;
    }
    return true;
}

static bool
fire_schedule(Sch *self, JwSchedule *schedule, size_t *ret_decided, GError **error)
{
    return decide_all(self, schedule, ret_decided, error) && sch_resolve_all(self, schedule, error);
}

/* A schedule may fail at every tick; what is said is what changed. @cause: (nullable) */
static void
note_trouble(Sch *self, const JwSchedule *schedule, const GError *cause)
{
    const char *message = cause != NULL ? jw_error_message(cause) : NULL;

    if (self->troubles == NULL) {
        self->troubles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    }
    if (g_strcmp0(g_hash_table_lookup(self->troubles, schedule->id), message) == 0) {
        return;
    }
    if (message == NULL) {
        jw_info("schedule_recovered", JW_STR("schedule_id", schedule->id));
        (void)g_hash_table_remove(self->troubles, schedule->id);
        return;
    }
    jw_warn("schedule_failed", JW_STR("schedule_id", schedule->id), JW_STR("error", message));
    if (g_hash_table_size(self->troubles) >= TROUBLED_MAX) {
        g_hash_table_remove_all(self->troubles);
    }
    g_hash_table_insert(self->troubles, g_strdup(schedule->id), g_strdup(message));
}

/* One bad schedule does not stop the rest. @ret_all: (inout): false when one is tried again */
static void
fire_page(Sch *self, const GPtrArray *due, size_t *ret_decided, bool *ret_all)
{
    for (guint i = 0; i < due->len; i++) {
        JwSchedule *schedule = g_ptr_array_index(due, i);
        g_autoptr(GError) cause = NULL;
        bool fired = fire_schedule(self, schedule, ret_decided, &cause);

        note_trouble(self, schedule, cause);
        *ret_all = *ret_all && (fired || jw_error_retry(cause) == JW_RETRY_NEVER);
    }
}

/* What was decided and not carried out, by whomever; what is due of those is decided as well. */
static bool
fire_pending(Sch *self, int64_t now_ms, size_t *ret_decided, bool *ret_all, GError **error)
{
    g_autofree char *after = NULL;
    size_t seen = DUE_PAGE;

    while (seen == DUE_PAGE) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_pending_schedules(self->store, now_ms, after, DUE_PAGE, &page, error)) {
            return false;
        }
        fire_page(self, page, ret_decided, ret_all);
        seen = page->len;
        if (seen > 0) {
            g_free(after);
            after = g_strdup(((JwSchedule *)g_ptr_array_index(page, seen - 1))->id);
        }
    }
    return true;
}

/* Where a page ends, as it was read: firing moves the schedule on. */
static void
keep_place(JwSchedule *place, const JwSchedule *last)
{
    g_free(place->id);
    place->id = g_strdup(last->id);
    place->wake_ms = last->wake_ms;
}

/* Page by page, so that schedules which wait for something hold up none, however many they are. */
static bool
fire_due(Sch *self, int64_t now_ms, size_t *ret_decided, bool *ret_all, GError **error)
{
    g_autoptr(JwSchedule) place = jw_schedule_new();
    size_t seen = DUE_PAGE;

    while (seen == DUE_PAGE) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_due_schedules(self->store, now_ms, place->id != NULL ? place : NULL, DUE_PAGE,
                                    &page, error)) {
            return false;
        }
        seen = page->len;
        if (seen > 0) {
            keep_place(place, g_ptr_array_index(page, seen - 1));
        }
        fire_page(self, page, ret_decided, ret_all);
    }
    return true;
}

bool
sch_fire_due(Sch *self, size_t *ret_decided, GError **error)
{
    int64_t now = jw_clock_now_ms(self->clock);
    bool all = true;

    *ret_decided = 0;
    sch_forget_days(self); /* a calendar may have changed */
    if (!fire_pending(self, now, ret_decided, &all, error)
        || !fire_due(self, now, ret_decided, &all, error)) {
        return false;
    }
    return all
           || jw_fail(error, JW_ERROR_UNAVAILABLE,
                      "some schedules could not be fired; they are tried again");
}
