/* decide.c: what is decided about each due time. The due thread; writes by its crew.
 *
 * Of one schedule one due time at a time: nextFireAt F → next(F) by compare and set, with the
 * decision about F in pendingFires of the same update. Of many schedules in a few round trips; and
 * where F, next(F) and the decision are the same, as those of all that run at nine o'clock, in one
 * update of them all, which the store writes at a fraction of the cost. */
#include "due.h"

#include "jw/crash.h"

#define PARTS_MAX 8 /* of a wave that are decided side by side */
#define PART_MIN  8 /* groups of one */

/* One look at one schedule. */
typedef struct {
    Sch *sch;
    SchTurn *turn;
    JwSchedule *schedule;
    JwScheduleRule rule;
    int64_t now_ms;
    SchJudge judge;
    bool over; /* nothing more is decided here */
    /* the next decision */
    JwFire *fire; /* owned */
    int64_t next_ms, wake_ms;
    JwCas cas; /* LOST: another scheduler decided it */
} Look;

static void
look_free(gpointer look)
{
    Look *self = look;

    jw_schedule_rule_clear(&self->rule);
    g_clear_pointer(&self->fire, jw_fire_free);
    g_free(self);
}

static void
group_free(gpointer group)
{
    g_ptr_array_unref(group);
}

static bool
is_due(const JwSchedule *schedule, int64_t now_ms)
{
    return !schedule->paused && schedule->wake_ms != 0 && schedule->wake_ms <= now_ms;
}

/* NULL: nothing of it is due, or it failed. (transfer full) */
static Look *
look_new(Sch *sch, SchTurn *turn, int64_t now_ms)
{
    if (!is_due(turn->schedule, now_ms) || sch_has_past(turn->schedule, now_ms)) {
        return NULL;
    }
    Look *self = g_new0(Look, 1);
    self->sch = sch;
    self->turn = turn;
    self->schedule = turn->schedule;
    self->now_ms = now_ms;
    if (!sch_set_days(sch, self->schedule, &turn->error)
        || !jw_schedule_rule_init(&self->rule, self->schedule, &turn->error)) {
        look_free(self);
        return NULL;
    }
    self->judge =
        (SchJudge){ .schedule = self->schedule, .due = &self->rule.due, .now_ms = now_ms };
    return self;
}

/* @round: names this decision of all in it */
static void
prepare(Look *self, const char *round)
{
    self->next_ms = jw_due_next(&self->rule.due, self->schedule->next_fire_ms);
    self->wake_ms = jw_schedule_wake(self->schedule, &self->rule, self->next_ms);
    self->fire = sch_judge(&self->judge, self->wake_ms);
    self->fire->wake_ms = self->schedule->wake_ms;
    self->fire->key = g_strdup(round);
    self->cas = JW_CAS_LOST;
}

/* Equal where jw_store_fire_schedules() may take them together. (transfer full) */
static char *
group_name(const Look *self, guint index)
{
    const JwSchedule *schedule = self->schedule;

    if (schedule->rule_hash == NULL || schedule->jitter_ms != 0) {
        return g_strdup_printf("alone %u", index);
    }
    return g_strdup_printf("%" G_GINT64_FORMAT " %" G_GINT64_FORMAT " %" G_GINT64_FORMAT
                           " %" G_GINT64_FORMAT " %d %s %s",
                           schedule->next_fire_ms, schedule->wake_ms, self->next_ms, self->wake_ms,
                           (int)self->fire->kind,
                           schedule->calendar_version != NULL ? schedule->calendar_version : "",
                           self->fire->reason != NULL ? self->fire->reason : "");
}

/* The next decision of each that is due still; those whose is the same together. (transfer full) of
 * GPtrArray of Look */
static GPtrArray *
gather(Sch *sch, const GPtrArray *looks)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *round = sch_name_round(sch);
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);

    for (guint i = 0; i < looks->len; i++) {
        Look *look = g_ptr_array_index(looks, i);

        if (look->over || !is_due(look->schedule, look->now_ms)) {
            continue;
        }
        prepare(look, round);
        g_autofree char *name = group_name(look, i);
        GPtrArray *group = g_hash_table_lookup(by_name, name);
        if (group == NULL) {
            group = g_ptr_array_new();
            g_ptr_array_add(groups, group);
            (void)g_hash_table_insert(by_name, g_steal_pointer(&name), group);
        }
        g_ptr_array_add(group, look);
    }
    return groups;
}

static void
decide_alone(Look *self)
{
    const JwFire *const fires[] = { self->fire };
    const JwScheduleStep step = { .next_ms = self->next_ms,
                                  .wake_ms = self->wake_ms,
                                  .calendar = self->schedule->calendar_version,
                                  .fires = fires,
                                  .n_fires = 1 };

    self->over = !jw_store_fire_schedule(self->sch->store, self->schedule, &step, self->now_ms,
                                         &self->cas, &self->turn->error);
}

/* Some of the groups of a wave. */
typedef struct {
    GPtrArray *const *groups; /* each of Look */
    guint n;
} Part;

/* What the store is asked for. @schedules: of all looks, in the order of their groups; borrowed.
 * (transfer full) */
static JwScheduleGroup *
list_groups(const Part *part, const JwSchedule *const *schedules)
{
    JwScheduleGroup *list = g_new0(JwScheduleGroup, part->n);

    for (guint i = 0; i < part->n; i++) {
        const GPtrArray *looks = part->groups[i];
        const Look *first = g_ptr_array_index(looks, 0);

        list[i] = (JwScheduleGroup){ .schedules = schedules,
                                     .n = looks->len,
                                     .next_ms = first->next_ms,
                                     .wake_ms = first->wake_ms,
                                     .calendar = first->schedule->calendar_version,
                                     .fire = first->fire };
        schedules += looks->len;
    }
    return list;
}

/* All looks, in the order of their groups. (transfer container) */
static GPtrArray *
flatten(const Part *part)
{
    GPtrArray *looks = g_ptr_array_new();

    for (guint i = 0; i < part->n; i++) {
        for (guint k = 0; k < part->groups[i]->len; k++) {
            g_ptr_array_add(looks, g_ptr_array_index(part->groups[i], k));
        }
    }
    return looks;
}

static void
decide_part(gpointer parts, guint index)
{
    const Part *part = (const Part *)parts + index;
    g_autoptr(GPtrArray) looks = flatten(part);
    const Look *first = g_ptr_array_index(looks, 0);
    g_autofree const JwSchedule **schedules = g_new(const JwSchedule *, looks->len);
    g_autofree JwCas *won = g_new0(JwCas, looks->len);
    g_autofree JwScheduleGroup *list = list_groups(part, schedules);
    g_autoptr(GError) cause = NULL;

    for (guint i = 0; i < looks->len; i++) {
        schedules[i] = ((Look *)g_ptr_array_index(looks, i))->schedule;
    }
    const bool ok =
        jw_store_fire_schedules(first->sch->store, list, part->n, first->now_ms, won, &cause);
    const bool alone = !ok && jw_error_retry(cause) == JW_RETRY_NEVER; /* maybe of one of them */
    for (guint i = 0; i < looks->len; i++) {
        Look *look = g_ptr_array_index(looks, i);

        look->cas = won[i];
        if (alone) {
            decide_alone(look);
        } else if (!ok) {
            look->turn->error = g_error_copy(cause);
        }
    }
}

/* Many groups are asked for in parts, side by side: a store that waits for its disk at each of them
 * waits for several at once. */
static void
decide_wave(Sch *sch, const GPtrArray *groups)
{
    const guint n = sch->crew != NULL ? CLAMP(groups->len / PART_MIN, 1, PARTS_MAX) : 1;
    g_autofree Part *parts = g_new0(Part, n);

    for (guint i = 0; i < n; i++) {
        const guint begin = groups->len * i / n, end = groups->len * (i + 1) / n;

        parts[i] = (Part){ (GPtrArray *const *)&groups->pdata[begin], end - begin };
    }
    sch_crew_each(sch->crew, n, decide_part, parts);
}

/* Moves the struct on so that the one after can be decided. */
static void
move_on(Look *self)
{
    self->schedule->next_fire_ms = self->next_ms;
    self->schedule->wake_ms = self->wake_ms;
    self->schedule->look_ms = self->now_ms;
    g_ptr_array_add(self->schedule->pending_fires, g_steal_pointer(&self->fire));
    self->turn->decided++;
    sch_judge_move_on(&self->judge);
}

static void
take_answer(Look *self)
{
    if (self->fire == NULL) {
        return;
    }
    if (self->turn->error == NULL && self->cas == JW_CAS_WON) {
        move_on(self);
        return;
    }
    self->over = true;
    self->turn->lost = self->turn->error == NULL && self->turn->decided == 0;
    g_clear_pointer(&self->fire, jw_fire_free);
}

void
sch_decide(Sch *self, GPtrArray *turns)
{
    const int64_t now = jw_clock_now_ms(self->clock);
    g_autoptr(GPtrArray) looks = g_ptr_array_new_with_free_func(look_free);

    for (guint i = 0; i < turns->len; i++) {
        Look *look = look_new(self, g_ptr_array_index(turns, i), now);

        if (look != NULL) {
            g_ptr_array_add(looks, look);
        }
    }
    for (int i = 0; i < SCH_TURN_MAX; i++) {
        g_autoptr(GPtrArray) groups = gather(self, looks);

        if (groups->len == 0) {
            return;
        }
        jw_crash_point("sch_before_decision");
        decide_wave(self, groups);
        for (guint k = 0; k < looks->len; k++) {
            take_answer(g_ptr_array_index(looks, k));
        }
    }
    for (guint i = 0; i < looks->len; i++) {
        const Look *look = g_ptr_array_index(looks, i);

        look->turn->more = !look->over && is_due(look->schedule, now);
    }
}
