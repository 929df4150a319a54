/* fire.c: carries out what was decided about due times: row, job, and out of pendingFires. The due
 * thread; what concerns one of them alone by its crew, too.
 *
 * The row of the ledger is the word about a due time: its id is derived, so it is written once, and
 * whoever comes second does what it says. It is written before the job, whose id is the same; a
 * scheduler that dies in between leaves the decision pending, and the next one finds the row. Each
 * step may be repeated.
 *
 * The schedules of a page take each step together, as one write of all their rows, then one of all
 * their jobs; of one schedule one decision follows the other. */
#include "firing.h"

#include "jw/crash.h"
#include "jw/jobs_schedules.h"
#include "jw/log.h"
#include "metrics.h"

static void
group_free(gpointer group)
{
    g_ptr_array_unref(group);
}

/* The steps of sch_crew_each(): of one firing of a wave. */
static void
make_job_of(gpointer wave, guint index)
{
    SchFiring *self = g_ptr_array_index((GPtrArray *)wave, index);

    if (jw_occurrence_fires(self->row.kind)) {
        sch_firing_make_job(self);
    }
}

static void
find_word_of(gpointer wave, guint index)
{
    SchFiring *self = g_ptr_array_index((GPtrArray *)wave, index);

    if (sch_firing_goes_on(self)) {
        sch_firing_find_word(self);
    }
}

static void
amend_jobless(gpointer wave, guint index)
{
    SchFiring *self = g_ptr_array_index((GPtrArray *)wave, index);

    if (sch_firing_goes_on(self) && self->row.job_id != NULL && self->cause != NULL) {
        sch_firing_amend(self);
    }
}

/* The steps that are one call of the store for many. */
typedef bool (*BulkStep)(SchFiring *const *firings, guint n, GError **error);

static void
note_word_of(const JwOccurrence *row, gpointer by_id)
{
    SchFiring *self = g_hash_table_lookup(by_id, row->id);

    if (self != NULL) {
        sch_firing_note_word(self, row);
    }
}

static bool
look_for_rows(SchFiring *const *firings, guint n, GError **error)
{
    g_autoptr(GHashTable) by_id = g_hash_table_new(g_str_hash, g_str_equal);
    g_autofree const char **ids = g_new0(const char *, n + 1);

    for (guint i = 0; i < n; i++) {
        ids[i] = firings[i]->row.id;
        (void)g_hash_table_insert(by_id, firings[i]->row.id, firings[i]);
    }
    return jw_store_find_occurrences(firings[0]->sch->store, ids, note_word_of, by_id, error);
}

static bool
needs_look(const SchFiring *self)
{
    return jw_occurrence_fires(self->row.kind) && sch_firing_is_conditional(self);
}

static bool
needs_row(const SchFiring *self)
{
    return self->unwritten;
}

static bool
needs_word(const SchFiring *self)
{
    return self->taken;
}

/* Who comes second does what the first one wrote. */
static void
follow_taken(SchFiring *self)
{
    if (!self->found) {
        (void)jw_fail(&self->turn->error, JW_ERROR_BUSY,
                      "the row of a due time was removed just now");
        return;
    }
    sch_firing_follow(self);
}

static bool
put_rows(SchFiring *const *firings, guint n, GError **error)
{
    g_autofree const JwOccurrence **rows = g_new(const JwOccurrence *, n);
    g_autofree JwCreate *creates = g_new0(JwCreate, n);

    for (guint i = 0; i < n; i++) {
        rows[i] = &firings[i]->row;
    }
    if (!jw_store_put_occurrences(firings[0]->sch->store, rows, n, creates, error)) {
        return false;
    }
    for (guint i = 0; i < n; i++) {
        firings[i]->said_ms = firings[i]->row.decided_ms;
        firings[i]->taken = creates[i] == JW_CREATE_EXISTS;
    }
    return true;
}

static bool
needs_job(const SchFiring *self)
{
    return self->row.job_id != NULL && self->job != NULL && self->cause == NULL;
}

/* What cannot be made is no error of the round: sch_firing_amend(). */
static bool
create_jobs(SchFiring *const *firings, guint n, GError **error)
{
    g_autofree JwJob **jobs = g_new(JwJob *, n);
    g_autofree JwCreate *creates = g_new0(JwCreate, n);
    g_autoptr(GError) cause = NULL;

    for (guint i = 0; i < n; i++) {
        jobs[i] = firings[i]->job;
    }
    if (!jw_jobs_create_many(&firings[0]->sch->jobs, jobs, n, creates, &cause)) {
        if (n == 1) {
            return sch_firing_take_cause(firings[0], g_steal_pointer(&cause), error);
        }
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    for (guint i = 0; i < n; i++) {
        const SchFiring *self = firings[i];

        if (creates[i] == JW_CREATE_NEW) {
            jw_info("schedule_fired", JW_STR("schedule_id", self->meeting.schedule->id),
                    JW_STR("job_id", self->row.id),
                    JW_INT("late_ms", self->row.decided_ms - self->row.due_ms));
        }
    }
    return true;
}

/* What is refused may be refused because of one of them: then each goes alone. */
static void
together(const GPtrArray *wave, bool (*needs)(const SchFiring *self), BulkStep step)
{
    g_autoptr(GPtrArray) some = g_ptr_array_new();
    g_autoptr(GError) cause = NULL;

    for (guint i = 0; i < wave->len; i++) {
        SchFiring *self = g_ptr_array_index(wave, i);

        if (sch_firing_goes_on(self) && needs(self)) {
            g_ptr_array_add(some, self);
        }
    }
    if (some->len == 0 || step((SchFiring *const *)some->pdata, some->len, &cause)) {
        return;
    }
    const bool alone = some->len > 1 && jw_error_retry(cause) == JW_RETRY_NEVER;
    for (guint i = 0; i < some->len; i++) {
        SchFiring *self = g_ptr_array_index(some, i);

        if (!alone) {
            self->turn->error = g_error_copy(cause);
        } else {
            (void)step(&self, 1, &self->turn->error);
        }
    }
}

/* Of two that carry out the same decision one counts it. */
static void
count(const SchFiring *self, int64_t n)
{
    jw_metric_add(sch_metrics[SCH_METRIC_OCCURRENCES], jw_occurrence_kind_name(self->row.kind),
                  (double)n);
}

static void
finish_alone(SchFiring *self)
{
    JwCas cas = JW_CAS_LOST;

    if (jw_store_finish_fire(self->sch->store, self->meeting.schedule->id,
                             sch_firing_decision(self), &cas, &self->turn->error)
        && cas == JW_CAS_WON) {
        count(self, 1);
    }
}

static void
finish_group(gpointer groups, guint index)
{
    const GPtrArray *group = g_ptr_array_index((GPtrArray *)groups, index);
    SchFiring *first = g_ptr_array_index(group, 0);
    g_autofree const char **ids = g_new(const char *, group->len);
    g_autoptr(GError) cause = NULL;
    int64_t matched = 0;

    if (group->len == 1) {
        finish_alone(first);
        return;
    }
    for (guint i = 0; i < group->len; i++) {
        ids[i] = ((SchFiring *)g_ptr_array_index(group, i))->meeting.schedule->id;
    }
    if (jw_store_finish_round(first->sch->store, ids, group->len,
                              jw_fire_round(sch_firing_decision(first)), &matched, &cause)) {
        count(first, matched);
        return;
    }
    for (guint i = 0; i < group->len; i++) {
        ((SchFiring *)g_ptr_array_index(group, i))->turn->error = g_error_copy(cause);
    }
}

/* Those of one round and kind are finished, and counted, together. (transfer full) of GPtrArray of
 * SchFiring */
static GPtrArray *
group_finishes(const GPtrArray *wave)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *groups = g_ptr_array_new_with_free_func(group_free);

    for (guint i = 0; i < wave->len; i++) {
        SchFiring *self = g_ptr_array_index(wave, i);

        if (!sch_firing_goes_on(self)) {
            continue;
        }
        const char *round = jw_fire_round(sch_firing_decision(self));
        g_autofree char *name = round != NULL ? g_strdup_printf("%d %s", (int)self->row.kind, round)
                                              : g_strdup_printf("alone %u", i);
        GPtrArray *group = g_hash_table_lookup(by_name, name);
        if (group == NULL) {
            group = g_ptr_array_new();
            g_ptr_array_add(groups, group);
            (void)g_hash_table_insert(by_name, g_steal_pointer(&name), group);
        }
        g_ptr_array_add(group, self);
    }
    return groups;
}

/* A named point of a crash, for each that goes on. */
static void
pass(const GPtrArray *wave, const char *point)
{
    for (guint i = 0; i < wave->len; i++) {
        if (sch_firing_goes_on(g_ptr_array_index(wave, i))) {
            jw_crash_point(point);
        }
    }
}

static void
carry_out(Sch *sch, GPtrArray *wave)
{
    sch_crew_each(sch->crew, wave->len, make_job_of, wave);
    together(wave, needs_look, look_for_rows);
    sch_crew_each(sch->crew, wave->len, find_word_of, wave);
    pass(wave, "sch_before_row");
    together(wave, needs_row, put_rows);
    together(wave, needs_word, look_for_rows);
    pass(wave, "sch_before_job");
    for (guint i = 0; i < wave->len; i++) {
        SchFiring *self = g_ptr_array_index(wave, i);

        if (sch_firing_goes_on(self) && self->taken) {
            follow_taken(self);
        }
        if (sch_firing_goes_on(self) && needs_job(self) && !jw_occurrence_fires(self->row.kind)) {
            sch_firing_fail_job(self);
        }
    }
    together(wave, needs_job, create_jobs);
    sch_crew_each(sch->crew, wave->len, amend_jobless, wave);
    pass(wave, "sch_after_job");
    g_autoptr(GPtrArray) groups = group_finishes(wave);
    sch_crew_each(sch->crew, groups->len, finish_group, groups);
    pass(wave, "sch_after_finish");
}

/* When to look again at one that waits. */
static void
note_wait(const SchFiring *self)
{
    SchTurn *turn = self->turn;
    const int64_t look = MAX(self->meeting.look_ms, self->meeting.now_ms + 1);

    if (sch_firing_goes_on(self) || turn->error != NULL) {
        turn->carried++;
        return;
    }
    turn->queued = turn->queued || !jw_fire_is_backfill(sch_firing_decision(self));
    turn->look_ms = turn->look_ms == 0 ? look : MIN(turn->look_ms, look);
}

/* The decision of @index of each schedule. False: none has so many. */
static bool
resolve_wave(Sch *sch, const GPtrArray *turns, guint index)
{
    g_autoptr(GPtrArray) wave = g_ptr_array_new_with_free_func(sch_firing_free);

    for (guint i = 0; i < turns->len; i++) {
        SchTurn *turn = g_ptr_array_index(turns, i);

        if (turn->error != NULL || index >= turn->schedule->pending_fires->len) {
            continue;
        }
        if (turn->carried == SCH_TURN_MAX) {
            turn->more = true;
            continue;
        }
        g_ptr_array_add(wave, sch_firing_new(sch, turn, index));
    }
    if (wave->len > 0) {
        carry_out(sch, wave);
    }
    for (guint i = 0; i < wave->len; i++) {
        note_wait(g_ptr_array_index(wave, i));
    }
    return wave->len > 0;
}

typedef struct {
    Sch *sch;
    const GPtrArray *turns;
} Ending;

static bool
end_turn(Sch *sch, const SchTurn *turn, GError **error)
{
    if (turn->more) { /* and it is looked at again at once */
        return true;
    }
    if (turn->look_ms != 0) {
        return jw_store_defer_schedule(sch->store, turn->schedule->id, turn->schedule->look_ms,
                                       turn->look_ms, error);
    }
    return turn->schedule->deleted_at_ms == 0
           || jw_jobs_forget_schedule(&sch->jobs, turn->schedule, error);
}

static void
end_turn_of(gpointer ending, guint index)
{
    const Ending *self = ending;
    SchTurn *turn = g_ptr_array_index(self->turns, index);

    if (turn->error == NULL) {
        (void)end_turn(self->sch, turn, &turn->error);
    }
}

void
sch_resolve(Sch *self, GPtrArray *turns)
{
    Ending ending = { .sch = self, .turns = turns };

    for (guint i = 0; resolve_wave(self, turns, i); i++) {
        /* the next decision of each */
    }
    sch_crew_each(self->crew, turns->len, end_turn_of, &ending);
}
