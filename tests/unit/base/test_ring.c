/* test_ring.c: bytes through the ring, with a real second thread. Also run under TSan. */
#include "testkit.h"

#include "jw/ring.h"

#define N_NUMBERS 100000
#define A_BLOCK   256

typedef struct {
    JwRing *ring;
    uint32_t sent;
    bool stopped; /* hand-over returned false */
} Producer;

static gpointer
send_numbers(gpointer data)
{
    Producer *self = data;

    for (uint32_t number = 0; number < N_NUMBERS && !self->stopped; number++) {
        GByteArray *block = jw_ring_block(self->ring);

        g_byte_array_append(block, (const guint8 *)&number, sizeof(number));
        self->sent++;
        if (block->len >= A_BLOCK) {
            self->stopped = !jw_ring_hand_over(self->ring);
        }
    }
    jw_ring_end(self->ring);
    return NULL;
}

static void
test_all_arrive_in_order(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwRing) ring = jw_ring_new(3);
    Producer producer = { .ring = ring };
    GThread *thread = g_thread_new("producer", send_numbers, &producer);
    const GByteArray *block = NULL;
    uint32_t expected = 0;

    while ((block = jw_ring_next(ring)) != NULL) {
        assert_true(block->len <= A_BLOCK);
        for (guint at = 0; at < block->len; at += sizeof(uint32_t)) {
            uint32_t number = 0;

            memcpy(&number, block->data + at, sizeof(number));
            assert_int_equal(number, expected++);
        }
        jw_ring_release(ring);
    }
    g_thread_join(thread);
    assert_int_equal(expected, N_NUMBERS);
    assert_int_equal(producer.sent, N_NUMBERS);
    assert_false(producer.stopped);
}

static void
test_nothing_sent_is_an_end(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwRing) ring = jw_ring_new(2);

    jw_ring_end(ring);
    assert_null(jw_ring_next(ring));
    assert_null(jw_ring_next(ring));
}

/* The producer fills the whole ring and sleeps; the consumer stops, and it wakes. */
static void
test_a_stop_wakes_the_producer(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwRing) ring = jw_ring_new(2);
    Producer producer = { .ring = ring };
    GThread *thread = g_thread_new("producer", send_numbers, &producer);

    assert_non_null(jw_ring_next(ring));
    jw_ring_stop(ring);
    g_thread_join(thread);
    assert_true(producer.stopped);
    assert_true(producer.sent < N_NUMBERS);
}

/* A producer that ignores it may go on filling blocks; nothing grows, nothing is read. */
static void
test_blocks_after_a_stop_are_dropped(void **state G_GNUC_UNUSED)
{
    g_autoptr(JwRing) ring = jw_ring_new(2);

    jw_ring_stop(ring);
    for (int i = 0; i < 10; i++) {
        g_byte_array_append(jw_ring_block(ring), (const guint8 *)"abc", 3);
        assert_false(jw_ring_hand_over(ring));
        assert_int_equal(jw_ring_block(ring)->len, 0);
    }
    jw_ring_end(ring);
    assert_null(jw_ring_next(ring));
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_arrive_in_order),
        cmocka_unit_test(test_nothing_sent_is_an_end),
        cmocka_unit_test(test_a_stop_wakes_the_producer),
        cmocka_unit_test(test_blocks_after_a_stop_are_dropped),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
