/* test_queue.c: where a pending job stands and how long it will wait, beside what then happens. */
#include "jobskit.h"

#include "jw/jobs_queue.h"

#include <string.h>

#define SECOND INT64_C(1000)

/* A pending job of that caller, a millisecond younger than the one before. (transfer full) */
static JwJob *
make(JobsKit *kit, const char *caller, JwPriority priority)
{
    JwJob *job = kit_new_job(kit->ports);

    job->requested_by.id = g_strdup(caller);
    job->priority = priority;
    g_free(kit_insert_job(kit->ports, job));
    tk_clock_advance(&kit->ports->clock.fake, 1);
    return job;
}

static void
make_some(JobsKit *kit, size_t n, const char *caller, JwPriority priority)
{
    for (size_t i = 0; i < n; i++) {
        jw_job_free(make(kit, caller, priority));
    }
}

/* As a GET finds it. */
static JwJobPlace
place_of(JwJobsQueue *queue, JobsKit *kit, const JwJob *job)
{
    g_autoptr(JwJob) stored = kit_job(kit->ports, job->id);

    return jw_jobs_queue_place(queue, stored, false);
}

static void
test_alone(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJobsQueue) queue = jw_jobs_queue_new(kit->jobs.store, kit->jobs.clock, NULL);
    g_autoptr(JwJob) job = make(kit, "one", JW_PRIORITY_NORMAL);
    JwJobPlace place = jw_jobs_queue_place(queue, job, true);

    assert_int_equal(place.position, 1);
    assert_int_equal(place.wait_ms, -1); /* nothing ran yet: not known */
    (void)kit_claim(kit->ports, job->id);
    place = place_of(queue, kit, job);
    assert_int_equal(place.position, 0);
    assert_int_equal(place.wait_ms, -1);
}

/* Nothing more than one job of that caller waits. */
static bool
is_last(JobsKit *kit, const char *caller)
{
    g_autoptr(GError) error = NULL;
    int64_t count = 0;

    assert_ok(jw_store_count_waiting(kit->jobs.store, JW_PRIORITY_NORMAL, caller, NULL,
                                     kit->ports->clock.fake.now_ms, 2, &count, &error),
              error);
    return count < 2;
}

typedef struct {
    JobsKit *kit;
    const JwTurnWeights *weights;
    char *after; /* who had the last turn */
    int left;    /* jobs of the one whose turn it is */
} Executor;

/* Claims the next job, as an executor goes round. (transfer full), NULL: nothing waits */
static char *
claim_next(Executor *self)
{
    static const char *const types[] = { "report", NULL };

    for (;;) {
        const JwJobTurn turn = { JW_PRIORITY_NORMAL, types, self->after };
        g_autoptr(GPtrArray) next = NULL;
        g_autoptr(GError) error = NULL;

        assert_ok(jw_store_next_jobs(self->kit->jobs.store, &turn,
                                     self->kit->ports->clock.fake.now_ms, 1, &next, &error),
                  error);
        if (next->len == 0 && self->after == NULL) {
            return NULL;
        }
        if (next->len == 0) { /* round again */
            g_clear_pointer(&self->after, g_free);
            continue;
        }
        const JwJobWaiting *job = g_ptr_array_index(next, 0);
        self->left = (self->left > 0 ? self->left : jw_turn_weight(self->weights, job->caller)) - 1;
        if (self->left == 0 || is_last(self->kit, job->caller)) {
            self->left = 0;
            g_free(self->after);
            self->after = g_strdup(job->caller);
        }
        (void)kit_claim(self->kit->ports, job->id);
        return g_strdup(job->id);
    }
}

/* What the place says is what happens, to a turn of each caller: the last jobs of a mixed queue,
 * and the order in which an executor then claims them all. */
static void
test_the_order_comes_true(void **state)
{
    static const struct {
        const char *caller;
        size_t jobs;
    } callers[] = { { "ann", 1 }, { "bob", 40 }, { "cid", 7 }, { "dan", 120 }, { "eve", 3 } };
    JobsKit *kit = *state;
    const JwTurnsConfig config = { (char *)(uintptr_t) "subject:dan=3" };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwTurnWeights) weights = jw_turn_weights_new(&config, &error);
    g_autoptr(JwJobsQueue) queue = jw_jobs_queue_new(kit->jobs.store, kit->jobs.clock, weights);
    JwJob *last[G_N_ELEMENTS(callers)];
    int64_t said[G_N_ELEMENTS(callers)];
    Executor executor = { .kit = kit, .weights = weights };
    const int64_t others = G_N_ELEMENTS(callers) + 2; /* dan has three */
    size_t met = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(callers); i++) {
        make_some(kit, callers[i].jobs, callers[i].caller, JW_PRIORITY_NORMAL);
        last[i] = make(kit, callers[i].caller, JW_PRIORITY_NORMAL);
    }
    for (size_t i = 0; i < G_N_ELEMENTS(callers); i++) {
        said[i] = place_of(queue, kit, last[i]).position;
    }
    char *id = claim_next(&executor);
    for (int64_t n = 1; id != NULL; n++) {
        for (size_t i = 0; i < G_N_ELEMENTS(callers); i++) {
            if (strcmp(last[i]->id, id) == 0) {
                assert_true(said[i] >= n && said[i] <= n + others);
                met++;
            }
        }
        g_free(id);
        id = claim_next(&executor);
    }
    assert_int_equal(met, G_N_ELEMENTS(callers));
    for (size_t i = 0; i < G_N_ELEMENTS(callers); i++) {
        jw_job_free(last[i]);
    }
    g_free(executor.after);
}

/* Higher ones come before; of lower ones every eighth. */
static void
test_priorities(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJobsQueue) queue = jw_jobs_queue_new(kit->jobs.store, kit->jobs.clock, NULL);

    make_some(kit, 20, "one", JW_PRIORITY_HIGH);
    make_some(kit, 3, "one", JW_PRIORITY_NORMAL);
    make_some(kit, 2, "one", JW_PRIORITY_LOW);
    g_autoptr(JwJob) high = make(kit, "one", JW_PRIORITY_HIGH);
    g_autoptr(JwJob) normal = make(kit, "two", JW_PRIORITY_NORMAL);
    g_autoptr(JwJob) low = make(kit, "one", JW_PRIORITY_LOW);
    assert_int_equal(place_of(queue, kit, high).position, 20 + 2 + 2 + 1);
    assert_int_equal(place_of(queue, kit, normal).position, 1 + 14 + 1);
    assert_int_equal(place_of(queue, kit, low).position, 2 + 21 + 4 + 1);
}

static void
run(JobsKit *kit, const JwJob *job, int64_t ms)
{
    int64_t token = kit_claim(kit->ports, job->id);

    tk_clock_advance(&kit->ports->clock.fake, ms);
    kit_change(kit->ports,
               (JwJobChange){ .job_id = job->id, .transition = JW_CHANGE_FINISH, .token = token });
}

static void
test_wait(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJobsQueue) queue = jw_jobs_queue_new(kit->jobs.store, kit->jobs.clock, NULL);
    g_autoptr(JwJob) first = make(kit, "one", JW_PRIORITY_NORMAL);
    g_autoptr(JwJob) second = make(kit, "one", JW_PRIORITY_NORMAL);

    run(kit, first, 10 * SECOND);
    run(kit, second, 20 * SECOND); /* 15 s each; one at a time */
    g_autoptr(JwJob) third = make(kit, "one", JW_PRIORITY_NORMAL);
    assert_int_equal(jw_jobs_queue_place(queue, third, true).wait_ms, 0); /* a worker is free */
    (void)kit_claim(kit->ports, third->id);
    tk_clock_advance(&kit->ports->clock.fake, SECOND);
    g_autoptr(JwJob) fourth = make(kit, "one", JW_PRIORITY_NORMAL);
    JwJobPlace place = place_of(queue, kit, fourth);
    assert_int_equal(place.position, 1);
    assert_int_equal(place.wait_ms, 15 * SECOND);
    make_some(kit, 4, "one", JW_PRIORITY_NORMAL);
    g_autoptr(JwJob) last = make(kit, "one", JW_PRIORITY_NORMAL);
    g_autoptr(JwJob) also = make(kit, "one", JW_PRIORITY_NORMAL);
    (void)kit_claim(kit->ports, also->id); /* two workers */
    tk_clock_advance(&kit->ports->clock.fake, SECOND);
    place = place_of(queue, kit, last);
    assert_int_equal(place.position, 6);
    assert_int_equal(place.wait_ms, 6 * 15 * SECOND / 2);
    /* What ran long ago says nothing. */
    tk_clock_advance(&kit->ports->clock.fake, 3600 * SECOND);
    assert_int_equal(place_of(queue, kit, last).wait_ms, -1);
}

/* One picture a second, and a rank once for each job. */
static void
test_cheap(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJobsQueue) queue = jw_jobs_queue_new(kit->jobs.store, kit->jobs.clock, NULL);

    make_some(kit, 3, "one", JW_PRIORITY_NORMAL);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    g_autoptr(JwJob) job = kit_new_job(kit->ports);
    assert_int_equal(jw_jobs_queue_place(queue, job, false).position, 2);
    (void)kit_calls(kit);
    for (int i = 0; i < 50; i++) {
        assert_int_equal(jw_jobs_queue_place(queue, job, false).position, 2);
    }
    assert_int_equal(kit_calls(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    for (int i = 0; i < 50; i++) { /* new ones count themselves */
        g_autoptr(JwJob) another = kit_new_job(kit->ports);

        another->requested_by.id = g_strdup("one");
        assert_int_equal(jw_jobs_queue_place(queue, another, true).position, 4 + i);
    }
    assert_int_equal(kit_calls(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, SECOND);
    (void)jw_jobs_queue_place(queue, job, false);
    assert_true(kit_calls(kit) > 0);
}

/* Left out rather than wrong: too many callers, the store away, a job that waits for something else
 * than its turn. */
static void
test_not_known(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJobsQueue) queue = jw_jobs_queue_new(kit->jobs.store, kit->jobs.clock, NULL);
    g_autoptr(JwJob) job = make(kit, "one", JW_PRIORITY_NORMAL);
    g_autoptr(JwJob) later = kit_new_job(kit->ports);

    for (int nth = 1; nth <= 7; nth++) { /* each of the calls, and those behind it */
        jw_store_mem_fail_nth(kit->jobs.store, nth, JW_ERROR_UNAVAILABLE, false);
        jw_store_mem_then_fail(kit->jobs.store, 9, JW_ERROR_UNAVAILABLE);
        assert_int_equal(jw_jobs_queue_place(queue, job, false).position, 0);
        jw_store_mem_fail_nth(kit->jobs.store, 0, JW_ERROR_UNAVAILABLE, false);
        jw_store_mem_then_fail(kit->jobs.store, 0, JW_ERROR_UNAVAILABLE);
        tk_clock_advance(&kit->ports->clock.fake, SECOND);
    }
    assert_int_equal(place_of(queue, kit, job).position, 1);
    later->not_before_ms = kit->ports->clock.fake.now_ms + 1;
    assert_int_equal(jw_jobs_queue_place(queue, later, true).position, 0);
    later->state = JW_JOB_SCHEDULED;
    assert_int_equal(jw_jobs_queue_place(queue, later, true).position, 0);
    for (int i = 0; i < 200; i++) {
        g_autofree char *caller = g_strdup_printf("c-%d", i);
        jw_job_free(make(kit, caller, JW_PRIORITY_LOW));
    }
    tk_clock_advance(&kit->ports->clock.fake, SECOND);
    assert_int_equal(place_of(queue, kit, job).position, 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_alone),      TEST(test_the_order_comes_true),
        TEST(test_priorities), TEST(test_wait),
        TEST(test_cheap),      TEST(test_not_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
