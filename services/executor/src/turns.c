/* turns.c: which job a worker runs next. Worker threads; the poll thread tells of commands.
 *
 * The store has the order (jw/store_turns.h): what waits there is all that waits, wherever its
 * command is, so no partition, no queue and no process can put one caller before another. Each
 * process goes round the callers by itself: it keeps who had the last turn of a priority, and the
 * claim takes the oldest job of the next caller. So a caller with one job waits for one turn of
 * each other caller at most, however many jobs those have and however many executors there are.
 *
 * Priorities: the highest that has something, but one that was passed over STARVE_LIMIT times is
 * asked first. One in which nothing was found is left alone for a moment, or until a command comes:
 * then an idle store costs little, and so do the two other priorities while one is worked on. */
#include "handlers/handlers.h"

#include "jw/log.h"
#include "metrics.h"

#define STARVE_LIMIT 7

typedef struct {
    char *caller; /* who had the last turn; NULL: nobody, begin with the first */
    int left;     /* jobs that they still have in this turn */
    unsigned passed_over;
    unsigned wakes;         /* commands that came */
    bool empty;             /* nothing was found, and no command came since; */
    int64_t looked_mono_ms; /* when that was */
} Lane;

struct _ExeTurns {
    const char **types; /* that this version runs: others hide none */
    JwMutex mutex;
    Lane lanes[EXE_LANES];
};

size_t
exe_lane(JwPriority priority)
{
    static const size_t lanes[] = {
        [JW_PRIORITY_HIGH] = 0, [JW_PRIORITY_NORMAL] = 1, [JW_PRIORITY_LOW] = 2
    };
    return lanes[priority];
}

ExeTurns *
exe_turns_new(void)
{
    ExeTurns *self = g_new0(ExeTurns, 1);

    self->types = g_new0(const char *, exe_n_handlers + 1);
    for (size_t i = 0; i < exe_n_handlers; i++) {
        self->types[i] = exe_handlers[i]->type;
    }
    jw_mutex_init(&self->mutex);
    return self;
}

void
exe_turns_free(gpointer data)
{
    ExeTurns *self = data;

    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < EXE_LANES; i++) {
        g_free(self->lanes[i].caller);
    }
    jw_mutex_clear(&self->mutex);
    g_free(self->types);
    g_free(self);
}

void
exe_turns_wake(ExeTurns *self, JwPriority priority)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Lane *lane = &self->lanes[exe_lane(priority)];

    lane->wakes++;
    lane->empty = false;
}

bool
exe_turns_woken(ExeTurns *self)
{
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    bool woken = false;

    for (size_t i = 0; i < EXE_LANES; i++) {
        woken = woken || !self->lanes[i].empty;
    }
    return woken;
}

/* The lane to be asked next: of those not asked yet (bits) and not known to be empty the one that
 * was passed over too often, else the first. EXE_LANES: none. */
static size_t
choose_locked(const ExeTurns *self, unsigned asked, int64_t now, int64_t pause_ms)
{
    size_t chosen = EXE_LANES;

    for (size_t i = 0; i < EXE_LANES; i++) {
        const Lane *lane = &self->lanes[i];

        if ((asked & 1u << i) != 0 || (lane->empty && now - lane->looked_mono_ms < pause_ms)) {
            continue;
        }
        if (chosen == EXE_LANES
            || (lane->passed_over >= STARVE_LIMIT
                && lane->passed_over > self->lanes[chosen].passed_over)) {
            chosen = i;
        }
    }
    return chosen;
}

/* A job of the lane @index was claimed. */
static void
note_turn_locked(ExeTurns *self, size_t index, const char *caller, int weight)
{
    Lane *lane = &self->lanes[index];

    if (lane->left > 0 && g_strcmp0(lane->caller, caller) == 0) {
        lane->left--;
    } else {
        g_free(lane->caller);
        lane->caller = g_strdup(caller);
        lane->left = weight - 1;
    }
    for (size_t i = 0; i < EXE_LANES; i++) {
        bool passed = i != index && !self->lanes[i].empty;

        self->lanes[i].passed_over = passed ? self->lanes[i].passed_over + 1 : 0;
    }
}

/* Nothing waits in that lane, or nothing is known of it. */
static void
note_empty_locked(Lane *lane, unsigned wakes, int64_t now)
{
    g_clear_pointer(&lane->caller, g_free);
    lane->left = 0;
    lane->passed_over = 0;
    lane->empty = lane->wakes == wakes;
    lane->looked_mono_ms = now;
}

/* The next job of one lane, once round. @turn: where to begin. */
static bool
claim(Exe *self, JwJobTurn *turn, JwJob **ret_job, GError **error)
{
    if (!jw_jobs_claim_next(&self->jobs, turn, self->owner, ret_job, error)) {
        return false;
    }
    if (*ret_job == NULL && turn->after != NULL) {
        turn->after = NULL;
        return jw_jobs_claim_next(&self->jobs, turn, self->owner, ret_job, error);
    }
    return true;
}

/* Asks one lane. (transfer full) (nullable) */
static JwJob *
take(Exe *self, size_t index, int64_t now)
{
    static const JwPriority priorities[EXE_LANES] = { JW_PRIORITY_HIGH, JW_PRIORITY_NORMAL,
                                                      JW_PRIORITY_LOW };
    ExeTurns *turns = self->turns;
    Lane *lane = &turns->lanes[index];
    g_autofree char *after = NULL;
    g_autoptr(GError) error = NULL;
    JwJob *job = NULL;
    JwJobTurn turn = { .priority = priorities[index], .types = turns->types };
    unsigned wakes = 0;

    jw_mutex_lock(&turns->mutex);
    after = g_strdup(lane->caller);
    turn.after = after;
    turn.again = lane->left > 0;
    wakes = lane->wakes;
    jw_mutex_unlock(&turns->mutex);
    if (!claim(self, &turn, &job, &error)) {
        jw_warn("claim_failed", JW_STR("error", jw_error_message(error)));
    }
    jw_mutex_lock(&turns->mutex);
    if (job != NULL) {
        note_turn_locked(turns, index, job->caller, jw_turn_weight(self->weights, job->caller));
    } else {
        note_empty_locked(lane, wakes, now);
    }
    jw_mutex_unlock(&turns->mutex);
    return job;
}

JwJob *
exe_next(Exe *self, bool idle)
{
    ExeTurns *turns = self->turns;
    int64_t now = jw_clock_mono_ms(self->clock);
    unsigned asked = 0;

    for (;;) {
        jw_mutex_lock(&turns->mutex);
        size_t index = choose_locked(turns, asked, now, idle ? EXE_LOOK_IDLE_MS : EXE_LOOK_BUSY_MS);
        jw_mutex_unlock(&turns->mutex);
        if (index == EXE_LANES) {
            return NULL;
        }
        JwJob *job = take(self, index, now);
        if (job != NULL) {
            jw_metric_add(exe_metrics[EXE_METRIC_CLAIMS], "turn", 1);
            return job;
        }
        asked |= 1u << index;
    }
}
