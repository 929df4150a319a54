/* turns.c: which job a worker runs next. Worker threads; the poll thread tells of commands.
 *
 * The store has the order (jw/store_turns.h): what waits there is all that waits, wherever its
 * command is, so no partition, no queue and no process can put one caller before another. Each
 * process goes round the callers by itself: it keeps who had the last turn of a priority, and the
 * next one is of the next caller. So a caller with one job waits for one turn of each other caller,
 * in each process, however many jobs those have and however many processes there are.
 *
 * A look at the store fills a window with the first jobs of many callers, and each is claimed by
 * its id. Some servers take time in proportion to all that waits for any look at a few of it, so
 * one look serves many claims, each of its queries reads the jobs of many callers though few of a
 * caller are kept, and a window is renewed only after ten times as long as the look took. Meanwhile
 * a new caller is known by their command. Of two processes that take the same jobs one loses a
 * claim, and goes on further behind.
 *
 * Priorities: the highest that has something, but one that was passed over STARVE_LIMIT times is
 * asked first. One in which nothing was found is left alone for a moment, or until a command comes:
 * then an idle store costs little, and so do the two other priorities while one is worked on. */
#include "handlers/handlers.h"
#include "window.h"

#include "jw/log.h"
#include "jw/store_turns.h"
#include "metrics.h"

#include <string.h>

#define STARVE_LIMIT  7
#define WINDOW_JOBS   256 /* about; of one caller from the least to the most, */
#define CALLER_LEAST  4
#define CALLER_MOST   64
#define QUERIES_MOST  64  /* of one look, */
#define QUERY_JOBS    256 /* that each reads */
#define COST_SHARE    10
#define CALLERS_KNOWN 1000 /* of whom commands are taken into a window */

typedef struct {
    ExeWindow *window;
    char *last; /* who had the last turn; NULL: nobody, begin with the first */
    int left;   /* jobs that they still have in this turn */
    unsigned passed_over;
    unsigned wakes;                  /* commands that came */
    bool looking;                    /* a worker is */
    bool ran_out;                    /* of a caller of whom more wait than the window had */
    bool empty;                      /* nothing was found, and no command came since; */
    int64_t looked_mono_ms, cost_ms; /* when the last look was begun, how long it took */
    size_t callers;                  /* that it found */
} Lane;

struct _ExeTurns {
    const char **types; /* that this version runs: others hide none */
    JwMutex mutex;
    JwCond looked;
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
    for (size_t i = 0; i < EXE_LANES; i++) {
        self->lanes[i].window = exe_window_new();
    }
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->looked);
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
        exe_window_free(self->lanes[i].window);
        g_free(self->lanes[i].last);
    }
    jw_cond_clear(&self->looked);
    jw_mutex_clear(&self->mutex);
    g_free(self->types);
    g_free(self);
}

void
exe_turns_wake(ExeTurns *self, const JwJob *job)
{
    g_autofree char *caller = jw_job_caller(job);
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    Lane *lane = &self->lanes[exe_lane(job->priority)];

    lane->wakes++;
    lane->empty = false;
    if (exe_window_jobs(lane->window) > 0 && exe_window_callers(lane->window) < CALLERS_KNOWN
        && exe_window_jobs(lane->window) < (size_t)2 * WINDOW_JOBS) {
        exe_window_append(lane->window, caller, job->id);
    }
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

/* Nothing waits in it, as far as is known. */
static bool
is_empty(const Lane *lane, int64_t now, int64_t pause_ms)
{
    return lane->empty && now - lane->looked_mono_ms < pause_ms;
}

static bool
look_is_due(const Lane *lane, int64_t now)
{
    if (lane->looking) {
        return false;
    }
    return lane->ran_out || exe_window_jobs(lane->window) == 0
           || now - lane->looked_mono_ms >= MAX(EXE_LOOK_BUSY_MS, COST_SHARE * lane->cost_ms);
}

/* The lane to be asked next: of those not asked yet (bits) and not known to be empty the one that
 * was passed over too often, else the first. EXE_LANES: none. */
static size_t
choose_locked(const ExeTurns *self, unsigned asked, int64_t now, int64_t pause_ms)
{
    size_t chosen = EXE_LANES;

    for (size_t i = 0; i < EXE_LANES; i++) {
        const Lane *lane = &self->lanes[i];

        if ((asked & 1u << i) != 0 || is_empty(lane, now, pause_ms)) {
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

typedef struct {
    JwJobTurn turn;
    const char *begin; /* who had the last turn; NULL: nobody */
    bool round;        /* the callers behind @begin have been seen */
    size_t share;      /* of a caller: more are not kept */
    ExeWindow *window;
    char *seen; /* the last caller of the last query */
} Look;

/* Adds what a query found. False: the callers have been seen once round, or the window is full. */
static bool
add_page(Look *self, const GPtrArray *page)
{
    const char *caller = NULL;
    size_t kept = 0; /* of the caller */

    for (guint i = 0; i < page->len; i++) {
        const JwJobWaiting *job = g_ptr_array_index(page, i);
        const bool first = caller == NULL || strcmp(job->caller, caller) != 0;

        if (self->round && self->begin != NULL && strcmp(job->caller, self->begin) > 0) {
            return false;
        }
        if (first && exe_window_jobs(self->window) >= WINDOW_JOBS) {
            return false;
        }
        kept = first ? 0 : kept;
        caller = job->caller;
        if (kept < self->share) {
            exe_window_add(self->window, caller, job->id);
        } else if (kept == self->share) {
            exe_window_cut(self->window, caller);
        }
        kept++;
    }
    g_clear_pointer(&self->seen, g_free);
    if (page->len == QUERY_JOBS) {
        self->seen =
            g_strdup(((const JwJobWaiting *)g_ptr_array_index(page, page->len - 1))->caller);
        exe_window_cut(self->window, self->seen);
    } else if (self->round) {
        return false;
    } else {
        self->round = true;
    }
    self->turn.after = self->seen;
    return !self->round || self->begin == NULL || self->seen == NULL
           || strcmp(self->seen, self->begin) < 0;
}

/* The first jobs of the callers behind @last, and round again. (transfer full), NULL: failed */
static ExeWindow *
look(Exe *self, JwPriority priority, const char *last, size_t callers, GError **error)
{
    g_autoptr(ExeWindow) window = exe_window_new();
    Look look = {
        .turn = { .priority = priority, .types = self->turns->types, .after = last },
        .begin = last,
        .round = last == NULL,
        .share = CLAMP(WINDOW_JOBS / MAX(callers, 1), CALLER_LEAST, CALLER_MOST),
        .window = window,
    };
    bool more = true;

    for (int n = 0; more && n < QUERIES_MOST && exe_window_jobs(window) < WINDOW_JOBS; n++) {
        g_autoptr(GPtrArray) page = NULL;

        if (!jw_store_next_jobs(self->store, &look.turn, jw_clock_now_ms(self->clock), QUERY_JOBS,
                                &page, error)) {
            g_free(look.seen);
            return NULL;
        }
        more = add_page(&look, page);
    }
    g_free(look.seen);
    return g_steal_pointer(&window);
}

/* Has this worker look at the store for the lane, without the lock meanwhile. */
static void
look_locked(Exe *self, Lane *lane, JwPriority priority)
{
    ExeTurns *turns = self->turns;
    g_autofree char *last = g_strdup(lane->last);
    g_autoptr(GError) error = NULL;
    int64_t begun = jw_clock_mono_ms(self->clock);
    unsigned wakes = lane->wakes;
    size_t callers = lane->callers;

    lane->looking = true;
    jw_mutex_unlock(&turns->mutex);
    ExeWindow *window = look(self, priority, last, callers, &error);
    if (window == NULL) {
        jw_warn("look_failed", JW_STR("error", jw_error_message(error)));
        window = exe_window_new();
    }
    jw_mutex_lock(&turns->mutex);
    lane->looking = false;
    lane->ran_out = false;
    lane->looked_mono_ms = begun;
    lane->cost_ms = jw_clock_mono_ms(self->clock) - begun;
    exe_window_free(lane->window);
    lane->window = window;
    lane->callers = exe_window_callers(window);
    lane->empty = exe_window_jobs(window) == 0 && (lane->wakes == wakes || error != NULL);
    jw_cond_broadcast(&turns->looked);
}

/* Takes the next job of the lane, whose caller has had a turn then. (transfer full) (nullable) */
static char *
take_locked(Exe *self, Lane *lane, JwPriority priority, char **ret_caller)
{
    bool ran_out = false;

    if (look_is_due(lane, jw_clock_mono_ms(self->clock))) {
        look_locked(self, lane, priority);
    }
    while (lane->looking && exe_window_jobs(lane->window) == 0) {
        jw_cond_wait(&self->turns->looked, &self->turns->mutex);
    }
    char *id = exe_window_take(lane->window, lane->last, lane->left > 0, ret_caller, &ran_out);
    if (id == NULL) {
        lane->passed_over = 0;
        return NULL;
    }
    lane->ran_out = lane->ran_out || ran_out;
    if (lane->left > 0 && g_strcmp0(lane->last, *ret_caller) == 0) {
        lane->left--;
    } else {
        g_free(lane->last);
        lane->last = g_strdup(*ret_caller);
        lane->left = jw_turn_weight(self->weights, *ret_caller) - 1;
    }
    return id;
}

/* The job is somebody else's by now: the turn goes on, and where that happens again the other one
 * is at the same jobs. */
static void
note_lost(Exe *self, size_t index, const char *caller, bool again)
{
    g_auto(JwLocker) locker = jw_locker(&self->turns->mutex);
    Lane *lane = &self->turns->lanes[index];

    lane->left += g_strcmp0(lane->last, caller) == 0 ? 1 : 0;
    if (again) {
        exe_window_skip(lane->window, caller, jw_random_unit());
    }
}

/* The store does not answer: what is known is of no use, and it is left alone for a moment. */
static void
note_failed(Exe *self, size_t index)
{
    g_auto(JwLocker) locker = jw_locker(&self->turns->mutex);
    Lane *lane = &self->turns->lanes[index];

    exe_window_free(lane->window);
    lane->window = exe_window_new();
    lane->empty = true;
    lane->looked_mono_ms = jw_clock_mono_ms(self->clock);
}

static void
note_won(Exe *self, size_t index, int64_t now)
{
    g_auto(JwLocker) locker = jw_locker(&self->turns->mutex);

    for (size_t i = 0; i < EXE_LANES; i++) {
        Lane *lane = &self->turns->lanes[i];
        bool passed = i != index && !is_empty(lane, now, EXE_LOOK_BUSY_MS);

        lane->passed_over = passed ? lane->passed_over + 1 : 0;
    }
}

/* The next job of one lane. (transfer full) (nullable) */
static JwJob *
take(Exe *self, size_t index)
{
    static const JwPriority priorities[EXE_LANES] = { JW_PRIORITY_HIGH, JW_PRIORITY_NORMAL,
                                                      JW_PRIORITY_LOW };
    ExeTurns *turns = self->turns;

    for (unsigned lost = 0;; lost++) {
        g_autofree char *caller = NULL;
        g_autoptr(GError) error = NULL;
        JwJob *job = NULL;

        jw_mutex_lock(&turns->mutex);
        g_autofree char *id = take_locked(self, &turns->lanes[index], priorities[index], &caller);
        jw_mutex_unlock(&turns->mutex);
        if (id == NULL) {
            return NULL;
        }
        if (!jw_jobs_claim(&self->jobs, id, self->owner, &job, &error)) {
            /* It stays pending, where the next look finds it, or ran into nothing and is reaped. */
            jw_warn("claim_failed", JW_STR("job_id", id), JW_STR("error", jw_error_message(error)));
            note_failed(self, index);
            return NULL;
        }
        if (job != NULL) {
            note_won(self, index, jw_clock_mono_ms(self->clock));
            return job;
        }
        note_lost(self, index, caller, lost > 0);
    }
}

JwJob *
exe_next(Exe *self, bool idle)
{
    ExeTurns *turns = self->turns;
    unsigned asked = 0;

    for (;;) {
        int64_t now = jw_clock_mono_ms(self->clock);

        jw_mutex_lock(&turns->mutex);
        size_t index = choose_locked(turns, asked, now, idle ? EXE_LOOK_IDLE_MS : EXE_LOOK_BUSY_MS);
        jw_mutex_unlock(&turns->mutex);
        if (index == EXE_LANES) {
            return NULL;
        }
        JwJob *job = take(self, index);
        if (job != NULL) {
            jw_metric_add(exe_metrics[EXE_METRIC_CLAIMS], "turn", 1);
            return job;
        }
        asked |= 1u << index;
    }
}
