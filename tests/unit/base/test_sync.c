/* test_sync.c: locks, the bounded queue and the stop flag, with real threads. Also run under
 * TSan. */
#include "testkit.h"

#include "jw/sync.h"

#include <sched.h>

#define N_THREADS 4
#define N_ROUNDS  20000
#define LONG_MS                                                                                    \
    60000 /* longer than any test may take: a thread that waits so long missed its wake-up */

typedef struct {
    JwMutex mutex;
    JwCond cond;
    int64_t count;
    int waiting;
    bool go;
} Shared;

static void
shared_init(Shared *self)
{
    *self = (Shared){ 0 };
    jw_mutex_init(&self->mutex);
    jw_cond_init(&self->cond);
}

static void
shared_clear(Shared *self)
{
    jw_cond_clear(&self->cond);
    jw_mutex_clear(&self->mutex);
}

static void *
count_up(void *data)
{
    Shared *shared = data;
    for (int i = 0; i < N_ROUNDS; i++) {
        g_auto(JwLocker) locker = jw_locker(&shared->mutex);
        shared->count += 1;
    }
    return NULL;
}

static void
test_mutex(void **state)
{
    (void)state;
    Shared shared;
    GThread *threads[N_THREADS];
    shared_init(&shared);
    for (int i = 0; i < N_THREADS; i++) {
        threads[i] = g_thread_new("count", count_up, &shared);
    }
    for (int i = 0; i < N_THREADS; i++) {
        g_thread_join(threads[i]);
    }
    assert_int_equal(shared.count, N_THREADS * N_ROUNDS);
    shared_clear(&shared);
}

static void *
wait_for_go(void *data)
{
    Shared *shared = data;
    int64_t deadline_ms = jw_clock_mono_ms(jw_clock_system()) + LONG_MS;
    g_auto(JwLocker) locker = jw_locker(&shared->mutex);
    shared->waiting += 1;
    while (!shared->go) {
        if (!jw_cond_wait_until(&shared->cond, &shared->mutex, deadline_ms)) {
            return NULL;
        }
    }
    shared->count += 1;
    return NULL;
}

static void
test_cond_broadcast(void **state)
{
    (void)state;
    Shared shared;
    GThread *threads[N_THREADS];
    shared_init(&shared);
    for (int i = 0; i < N_THREADS; i++) {
        threads[i] = g_thread_new("wait", wait_for_go, &shared);
    }
    for (bool all = false; !all; sched_yield()) {
        g_auto(JwLocker) locker = jw_locker(&shared.mutex);
        all = shared.waiting == N_THREADS;
        shared.go = all;
    }
    jw_cond_broadcast(&shared.cond);
    for (int i = 0; i < N_THREADS; i++) {
        g_thread_join(threads[i]);
    }
    assert_int_equal(shared.count, N_THREADS);
    shared_clear(&shared);
}

static void
test_cond_times_out_on_the_monotonic_clock(void **state)
{
    (void)state;
    Shared shared;
    shared_init(&shared);
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    {
        g_auto(JwLocker) locker = jw_locker(&shared.mutex);
        while (jw_cond_wait_until(&shared.cond, &shared.mutex, start_ms + 20)) {
        }
        assert_false(jw_cond_wait_until(&shared.cond, &shared.mutex, 0));
        assert_false(jw_cond_wait_until(&shared.cond, &shared.mutex, -5));
    }
    assert_true(jw_clock_mono_ms(jw_clock_system()) - start_ms >= 20);
    shared_clear(&shared);
}

static gpointer
number(size_t value)
{
    return GSIZE_TO_POINTER(value);
}

static void
test_queue_order_and_bound(void **state)
{
    (void)state;
    g_autoptr(JwQueue) queue = jw_queue_new(3, 2, NULL);
    assert_null(jw_queue_pop(queue, 0));
    for (size_t round = 0; round < 5; round++) { /* more than once around the ring */
        assert_true(jw_queue_try_push(queue, 1, number(11)));
        assert_true(jw_queue_try_push(queue, 0, number(1)));
        assert_true(jw_queue_try_push(queue, 0, number(2)));
        assert_true(jw_queue_try_push(queue, 0, number(3)));
        assert_false(jw_queue_try_push(queue, 0, number(4)));
        assert_int_equal(jw_queue_length(queue), 4);
        assert_ptr_equal(jw_queue_pop(queue, 0), number(1));
        assert_ptr_equal(jw_queue_pop(queue, -1), number(2));
        assert_ptr_equal(jw_queue_pop(queue, -1), number(3));
        assert_ptr_equal(jw_queue_pop(queue, LONG_MS), number(11));
        assert_int_equal(jw_queue_length(queue), 0);
    }
}

/* A full lower lane does not limit a higher one. */
static void
test_queue_bounds_each_lane(void **state)
{
    (void)state;
    g_autoptr(JwQueue) queue = jw_queue_new(2, 2, NULL);

    assert_true(jw_queue_try_push(queue, 1, number(11)));
    assert_true(jw_queue_try_push(queue, 1, number(12)));
    assert_false(jw_queue_try_push(queue, 1, number(13)));
    assert_true(jw_queue_try_push(queue, 0, number(1)));
    assert_true(jw_queue_try_push(queue, 0, number(2)));
    assert_false(jw_queue_try_push(queue, 0, number(3)));
    assert_ptr_equal(jw_queue_pop(queue, 0), number(1));
    assert_false(jw_queue_try_push(queue, 1, number(13)));
    assert_true(jw_queue_try_push(queue, 0, number(3)));
}

/* While all lanes wait, each lower one gets exactly one of every eight pops. */
static void
test_queue_starves_no_lane(void **state)
{
    (void)state;
    enum { LANES = 3, EACH = 100 };
    size_t served[LANES] = { 0 };
    g_autoptr(JwQueue) queue = jw_queue_new(LANES * EACH, LANES, NULL);
    for (size_t i = 0; i < EACH; i++) {
        for (size_t lane = 0; lane < LANES; lane++) {
            assert_true(jw_queue_try_push(queue, lane, number(lane + 1)));
        }
    }
    for (size_t i = 0; i < 81; i++) {
        size_t lane = GPOINTER_TO_SIZE(jw_queue_pop(queue, 0)) - 1;
        assert_true(i >= 7 || lane == 0);
        served[lane] += 1;
    }
    assert_int_equal(served[1], 10);
    assert_int_equal(served[2], 10);
    assert_int_equal(served[0], 61);

    g_autoptr(JwQueue) two = jw_queue_new(100, 2, NULL);
    for (size_t i = 0; i < 40; i++) {
        assert_true(jw_queue_try_push(two, 0, number(1)));
        assert_true(jw_queue_try_push(two, 1, number(2)));
    }
    for (size_t i = 0; i < 32; i++) {
        assert_ptr_equal(jw_queue_pop(two, 0), number(i % 8 == 7 ? 2 : 1));
    }
}

/* What waits is not queued twice, in whichever lane. Once it is taken it may come again. */
static void
test_queue_keys(void **state)
{
    g_autoptr(JwQueue) queue = jw_queue_new(2, 2, NULL);

    (void)state;
    for (int round = 0; round < 3; round++) {
        assert_true(jw_queue_try_push_once(queue, 0, "k", number(1)));
        assert_false(jw_queue_try_push_once(queue, 0, "k", number(2)));
        assert_false(jw_queue_try_push_once(queue, 1, "k", number(3)));
        assert_true(jw_queue_try_push_once(queue, 0, "l", number(4)));
        assert_false(jw_queue_try_push_once(queue, 0, "m", number(5))); /* full */
        assert_int_equal(jw_queue_length(queue), 2);
        assert_ptr_equal(jw_queue_pop(queue, 0), number(1));
        assert_ptr_equal(jw_queue_pop(queue, 0), number(4));
    }
    jw_queue_close(queue);
    assert_false(jw_queue_try_push_once(queue, 0, "l", number(1)));
}

static int freed;

static void
count_free(gpointer data)
{
    g_free(data);
    freed += 1;
}

static void
test_queue_close_and_free(void **state)
{
    (void)state;
    JwQueue *queue = jw_queue_new(4, 2, count_free);
    for (size_t i = 0; i < 3; i++) {
        assert_true(jw_queue_try_push(queue, i % 2, g_strdup("item")));
    }
    jw_queue_close(queue);
    g_autofree char *refused = g_strdup("stays mine");
    assert_false(jw_queue_try_push(queue, 0, refused));
    g_autofree char *left = jw_queue_pop(queue, -1);
    assert_string_equal(left, "item");
    freed = 0;
    jw_queue_free(queue);
    assert_int_equal(freed, 2);
    jw_queue_free(NULL);

    g_autoptr(JwQueue) empty = jw_queue_new(1, 1, NULL);
    jw_queue_close(empty);
    assert_null(jw_queue_pop(empty, -1));
    assert_null(jw_queue_pop(empty, LONG_MS));
}

static void
test_queue_pop_times_out(void **state)
{
    (void)state;
    g_autoptr(JwQueue) queue = jw_queue_new(1, 1, NULL);
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    assert_null(jw_queue_pop(queue, 20));
    assert_true(jw_clock_mono_ms(jw_clock_system()) - start_ms >= 20);
}

typedef struct {
    JwQueue *queue;
    size_t lane;
    uint64_t sum;
    size_t count;
} Worker;

static void *
produce(void *data)
{
    Worker *self = data;
    for (size_t i = 1; i <= N_ROUNDS; i++) {
        while (!jw_queue_try_push(self->queue, self->lane, number(i))) {
            sched_yield();
        }
        self->sum += i;
    }
    return NULL;
}

static void *
consume(void *data)
{
    Worker *self = data;
    for (gpointer item; (item = jw_queue_pop(self->queue, -1)) != NULL;) {
        self->sum += GPOINTER_TO_SIZE(item);
        self->count += 1;
    }
    return NULL;
}

static void
test_queue_between_threads(void **state)
{
    (void)state;
    g_autoptr(JwQueue) queue = jw_queue_new(16, 2, NULL);
    Worker workers[2 * N_THREADS];
    GThread *threads[2 * N_THREADS];
    for (size_t i = 0; i < G_N_ELEMENTS(workers); i++) {
        workers[i] = (Worker){ .queue = queue, .lane = i % 2 };
        threads[i] = g_thread_new("worker", i < N_THREADS ? produce : consume, &workers[i]);
    }
    uint64_t pushed = 0, got = 0;
    size_t count = 0;
    for (size_t i = 0; i < G_N_ELEMENTS(workers); i++) {
        if (i == N_THREADS) {
            jw_queue_close(queue); /* all producers are done */
        }
        g_thread_join(threads[i]);
        *(i < N_THREADS ? &pushed : &got) += workers[i].sum;
        count += workers[i].count;
    }
    assert_int_equal(count, N_THREADS * N_ROUNDS);
    assert_int_equal(pushed, got);
}

static void *
wait_for_stop(void *data)
{
    return jw_stop_wait(data, LONG_MS) ? data : NULL;
}

static void *
wait_for_stop_for_ever(void *data)
{
    return jw_stop_wait(data, -1) ? data : NULL;
}

static void
test_stop(void **state)
{
    (void)state;
    g_autoptr(JwStop) stop = jw_stop_new();
    assert_false(jw_stop_is_set(stop));
    assert_false(jw_stop_wait(stop, 0));
    int64_t start_ms = jw_clock_mono_ms(jw_clock_system());
    assert_false(jw_stop_wait(stop, 20));
    assert_true(jw_clock_mono_ms(jw_clock_system()) - start_ms >= 20);

    GThread *threads[N_THREADS];
    for (size_t i = 0; i < N_THREADS; i++) {
        threads[i] = g_thread_new("stop", i % 2 ? wait_for_stop : wait_for_stop_for_ever, stop);
    }
    jw_stop_set(stop);
    for (size_t i = 0; i < N_THREADS; i++) {
        assert_ptr_equal(g_thread_join(threads[i]), stop);
    }
    jw_stop_set(stop);
    assert_true(jw_stop_is_set(stop));
    assert_true(jw_stop_wait(stop, LONG_MS));
    assert_true(jw_stop_wait(stop, INT64_MAX));
    jw_stop_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_mutex),
        cmocka_unit_test(test_cond_broadcast),
        cmocka_unit_test(test_cond_times_out_on_the_monotonic_clock),
        cmocka_unit_test(test_queue_order_and_bound),
        cmocka_unit_test(test_queue_bounds_each_lane),
        cmocka_unit_test(test_queue_starves_no_lane),
        cmocka_unit_test(test_queue_keys),
        cmocka_unit_test(test_queue_close_and_free),
        cmocka_unit_test(test_queue_pop_times_out),
        cmocka_unit_test(test_queue_between_threads),
        cmocka_unit_test(test_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
