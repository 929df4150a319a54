/* jobs_queue.c: see jw/jobs_queue.h.
 *
 * A picture of the queue, a second old at most, answers all: for each priority who waits with how
 * many jobs, how many jobs run, how long the last ones took. A thread that finds it too old makes a
 * new one; others that ask meanwhile take the old one, or do without. All of it is bounded: beyond
 * so many callers or jobs the place is not known, and is not told. */
#include "jw/jobs_queue.h"

#include "jw/log.h"
#include "jw/sync.h"

#include <string.h>

#define FRESH_MS                                                                                   \
    1000 /* a picture is taken again after this, or COST_SHARE times as long as it took, */
#define STALE_MS     5000 /* and not used any more after this and twice that */
#define COST_SHARE   10   /* some servers take long to count what waits, where much does */
#define CALLERS_MAX  200  /* in all */
#define JOBS_MAX     10000
#define RANKS_MAX    1000
#define RUNS_MAX     200
#define RECENT_MS    (10 * 60000)
#define N_PRIORITIES 3 /* the highest first, as lanes of an executor */
#define PASSED_OVER  7 /* jobs that may come before one of a lower priority: services/executor */

typedef struct {
    char *caller;
    int64_t waiting;
} Caller;

typedef struct {
    GPtrArray *callers[N_PRIORITIES]; /* of Caller */
    int64_t waiting[N_PRIORITIES];
    int64_t running, workers; /* workers: as many jobs ran at once lately */
    double mean_ms;           /* of a run; < 0: not known */
    int64_t begun_ms, taken_mono_ms;
    GHashTable *ranks; /* char *id → GINT_TO_POINTER(how many of its caller come before it) */
} Picture;

struct _JwJobsQueue {
    JwStore *store;
    JwClock *clock;
    const JwTurnWeights *weights;
    JwMutex mutex; /* guards what follows */
    Picture *picture;
    bool taking;           /* a thread takes the next one */
    int64_t tried_mono_ms; /* when the last one was begun, */
    int64_t cost_ms;       /* and how long it took */
    bool tried;
};

static void
caller_free(gpointer data)
{
    Caller *self = data;

    g_free(self->caller);
    g_free(self);
}

static void
picture_free(Picture *self)
{
    if (self == NULL) {
        return;
    }
    for (size_t i = 0; i < N_PRIORITIES; i++) {
        g_ptr_array_unref(self->callers[i]);
    }
    g_hash_table_unref(self->ranks);
    g_free(self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Picture, picture_free)

static Picture *
picture_new(void)
{
    Picture *self = g_new0(Picture, 1);

    for (size_t i = 0; i < N_PRIORITIES; i++) {
        self->callers[i] = g_ptr_array_new_with_free_func(caller_free);
    }
    self->ranks = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

JwJobsQueue *
jw_jobs_queue_new(JwStore *store, JwClock *clock, const JwTurnWeights *weights)
{
    JwJobsQueue *self = g_new0(JwJobsQueue, 1);

    self->store = store;
    self->clock = clock;
    self->weights = weights;
    jw_mutex_init(&self->mutex);
    return self;
}

void
jw_jobs_queue_free(gpointer data)
{
    JwJobsQueue *self = data;

    if (self == NULL) {
        return;
    }
    picture_free(self->picture);
    jw_mutex_clear(&self->mutex);
    g_free(self);
}

static size_t
lane_of(JwPriority priority)
{
    return (size_t)JW_PRIORITY_HIGH - (size_t)priority;
}

static void
add_caller(Picture *self, size_t lane, char *take_caller, int64_t waiting)
{
    Caller *caller = g_new0(Caller, 1);

    caller->caller = take_caller;
    caller->waiting = waiting;
    g_ptr_array_add(self->callers[lane], caller);
    self->waiting[lane] += waiting;
}

/* Who waits with a job of that priority. TOO_LARGE: more than can be told. */
static bool
look_at_lane(const JwJobsQueue *self, Picture *picture, JwPriority priority, size_t *callers,
             GError **error)
{
    int64_t now_ms = jw_clock_now_ms(self->clock);
    g_autofree char *after = NULL;

    for (;;) {
        g_autofree char *caller = NULL;
        int64_t waiting = 0;

        if (!jw_store_next_caller(self->store, priority, after, now_ms, &caller, error)) {
            return false;
        }
        if (caller == NULL) {
            return true;
        }
        if (++*callers > CALLERS_MAX) {
            return jw_fail(error, JW_ERROR_TOO_LARGE, "more than %d callers wait", CALLERS_MAX);
        }
        if (!jw_store_count_waiting(self->store, priority, caller, NULL, now_ms, JOBS_MAX, &waiting,
                                    error)) {
            return false;
        }
        add_caller(picture, lane_of(priority), g_strdup(caller), waiting);
        g_free(after);
        after = g_steal_pointer(&caller);
    }
}

static gint
compare_times(gconstpointer a, gconstpointer b)
{
    int64_t one = *(const int64_t *)a, other = *(const int64_t *)b;

    return (one > other) - (one < other);
}

/* How many of the runs were under way at the same time, at most. */
static int64_t
most_at_once(const GArray *runs)
{
    g_autoptr(GArray) starts = g_array_new(FALSE, FALSE, sizeof(int64_t));
    g_autoptr(GArray) ends = g_array_new(FALSE, FALSE, sizeof(int64_t));
    int64_t most = 0;

    for (guint i = 0; i < runs->len; i++) {
        const JwJobRun *run = &g_array_index(runs, JwJobRun, i);

        g_array_append_val(starts, run->start_ms);
        g_array_append_val(ends, run->end_ms);
    }
    g_array_sort(starts, compare_times);
    g_array_sort(ends, compare_times);
    for (guint s = 0, e = 0; s < starts->len; s++) {
        while (g_array_index(ends, int64_t, e) <= g_array_index(starts, int64_t, s) && e < s) {
            e++;
        }
        most = MAX(most, (int64_t)s + 1 - (int64_t)e);
    }
    return most;
}

static bool
look_at_runs(const JwJobsQueue *self, Picture *picture, GError **error)
{
    const unsigned states = JW_JOB_BIT(JW_JOB_RUNNING) | JW_JOB_BIT(JW_JOB_CANCELLING);
    g_autoptr(GArray) runs = NULL;
    double sum_ms = 0;

    if (!jw_store_count_jobs(self->store, states, JOBS_MAX, &picture->running, error)
        || !jw_store_recent_runs(self->store, jw_clock_now_ms(self->clock) - RECENT_MS, RUNS_MAX,
                                 &runs, error)) {
        return false;
    }
    for (guint i = 0; i < runs->len; i++) {
        const JwJobRun *run = &g_array_index(runs, JwJobRun, i);

        sum_ms += (double)(run->end_ms - run->start_ms);
    }
    picture->mean_ms = runs->len > 0 ? sum_ms / runs->len : -1;
    picture->workers = MAX(picture->running, most_at_once(runs));
    return true;
}

/* (transfer full), NULL: failed */
static Picture *
take_picture(const JwJobsQueue *self, GError **error)
{
    static const JwPriority priorities[N_PRIORITIES] = { JW_PRIORITY_HIGH, JW_PRIORITY_NORMAL,
                                                         JW_PRIORITY_LOW };
    g_autoptr(Picture) picture = picture_new();
    size_t callers = 0;

    picture->begun_ms = jw_clock_now_ms(self->clock);
    for (size_t i = 0; i < N_PRIORITIES; i++) {
        if (!look_at_lane(self, picture, priorities[i], &callers, error)) {
            return NULL;
        }
    }
    if (!look_at_runs(self, picture, error)) {
        return NULL;
    }
    picture->taken_mono_ms = jw_clock_mono_ms(self->clock);
    return g_steal_pointer(&picture);
}

/* Takes a new picture where the one that is there is too old and no other thread is at it. */
static void
refresh(JwJobsQueue *self)
{
    g_autoptr(GError) error = NULL;
    int64_t now = jw_clock_mono_ms(self->clock);

    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        if (self->taking
            || (self->tried
                && now - self->tried_mono_ms < MAX(FRESH_MS, COST_SHARE * self->cost_ms))) {
            return;
        }
        self->taking = true;
        self->tried = true;
        self->tried_mono_ms = now;
    }
    Picture *picture = take_picture(self, &error);
    if (picture == NULL) {
        jw_debug("queue_not_read", JW_STR("error", jw_error_message(error)));
    }
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    self->taking = false;
    self->cost_ms = jw_clock_mono_ms(self->clock) - now;
    picture_free(self->picture);
    self->picture = picture;
}

static Caller *
find_caller(const Picture *self, size_t lane, const char *name)
{
    for (guint i = 0; i < self->callers[lane]->len; i++) {
        Caller *caller = g_ptr_array_index(self->callers[lane], i);

        if (strcmp(caller->caller, name) == 0) {
            return caller;
        }
    }
    return NULL;
}

/* Jobs that begin before one that has @own of its caller before it. */
static int64_t
ahead_locked(const JwJobsQueue *self, size_t lane, const char *name, int64_t own)
{
    const Picture *picture = self->picture;
    int64_t turns = own / jw_turn_weight(self->weights, name) + 1;
    int64_t ahead = own, others = 0;

    for (guint i = 0; i < picture->callers[lane]->len; i++) {
        const Caller *caller = g_ptr_array_index(picture->callers[lane], i);

        if (strcmp(caller->caller, name) != 0) {
            ahead += MIN(caller->waiting, turns * jw_turn_weight(self->weights, caller->caller));
        }
    }
    for (size_t i = 0; i < N_PRIORITIES; i++) {
        int64_t share = i < lane ? (ahead + 1) * PASSED_OVER : ahead / PASSED_OVER;

        others += i == lane ? 0 : MIN(picture->waiting[i], share);
    }
    return ahead + others;
}

static int64_t
wait_locked(const JwJobsQueue *self, int64_t ahead)
{
    const Picture *picture = self->picture;
    /* While others wait, all workers are at work. */
    int64_t workers = ahead > 0 && picture->running > 0 ? picture->running : picture->workers;
    int64_t behind = ahead - (workers - picture->running);

    if (picture->mean_ms < 0 || workers == 0) {
        return -1;
    }
    return behind < 0 ? 0 : (int64_t)(picture->mean_ms * (double)(behind + 1) / (double)workers);
}

/* The picture shows nothing of a job that was created after it, so it is added. Answers how many
 * its caller has before it. */
static int64_t
count_new_locked(JwJobsQueue *self, size_t lane, const char *name)
{
    Caller *caller = find_caller(self->picture, lane, name);

    if (caller == NULL) {
        add_caller(self->picture, lane, g_strdup(name), 0);
        caller = find_caller(self->picture, lane, name);
    }
    self->picture->waiting[lane]++;
    return caller->waiting++;
}

/* How many of its caller's come before it. False: not known. */
static bool
rank(JwJobsQueue *self, const JwJob *job, const char *name, int64_t *ret_rank)
{
    g_autoptr(GError) error = NULL;
    gpointer known = NULL;

    {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        if (self->picture != NULL
            && g_hash_table_lookup_extended(self->picture->ranks, job->id, NULL, &known)) {
            *ret_rank = GPOINTER_TO_INT(known);
            return true;
        }
    }
    if (!jw_store_count_waiting(self->store, job->priority, name, job, jw_clock_now_ms(self->clock),
                                JOBS_MAX, ret_rank, &error)) {
        jw_debug("queue_not_read", JW_STR("error", jw_error_message(error)));
        return false;
    }
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->picture != NULL && g_hash_table_size(self->picture->ranks) < RANKS_MAX) {
        g_hash_table_insert(self->picture->ranks, g_strdup(job->id),
                            GINT_TO_POINTER((int)*ret_rank));
    }
    return true;
}

/* How many of the caller's come before @job. False: not known. */
static bool
own_ahead(JwJobsQueue *self, const JwJob *job, const char *name, bool is_new, int64_t *ret_own)
{
    if (is_new) {
        g_auto(JwLocker) locker = jw_locker(&self->mutex);

        if (self->picture != NULL && self->picture->begun_ms < job->created_at_ms) {
            *ret_own = count_new_locked(self, lane_of(job->priority), name);
            return true;
        }
    }
    return rank(self, job, name, ret_own);
}

JwJobPlace
jw_jobs_queue_place(JwJobsQueue *self, const JwJob *job, bool is_new)
{
    JwJobPlace place = { 0, -1 };
    g_autofree char *name =
        is_new ? jw_job_caller(job) : g_strdup(job->caller != NULL ? job->caller : "");
    int64_t own = 0;

    if (job->state != JW_JOB_PENDING || job->not_before_ms > jw_clock_now_ms(self->clock)) {
        return place;
    }
    refresh(self);
    if (!own_ahead(self, job, name, is_new, &own)) {
        return place;
    }
    g_auto(JwLocker) locker = jw_locker(&self->mutex);
    if (self->picture == NULL
        || jw_clock_mono_ms(self->clock) - self->picture->taken_mono_ms
               > MAX(STALE_MS, 2 * COST_SHARE * self->cost_ms)) {
        return place;
    }
    int64_t ahead = own < JOBS_MAX ? ahead_locked(self, lane_of(job->priority), name, own) : own;

    if (ahead < JOBS_MAX) {
        place.position = ahead + 1;
        place.wait_ms = wait_locked(self, ahead);
    }
    return place;
}
