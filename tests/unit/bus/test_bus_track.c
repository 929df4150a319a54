/* test_bus_track.c: one partition's offsets, verdict by verdict. */
#include "testkit.h"
#include "bus_track.h"

#include <string.h>

static JwTrack *
track_of(int n)
{
    JwTrack *track = jw_track_new("t", 0, g_free, g_free);
    for (int i = 0; i < n; i++) {
        jw_track_add(track, g_strdup("m"), 100 + i);
    }
    return track;
}

/* One letter a message: d, l, p; only OPEN ones are answered, as in an offer. */
static void
answer(JwTrack *track, const char *verdicts, int64_t now_ms)
{
    size_t next = 0;
    jw_track_begin(track);
    for (guint i = 0; i < track->held->len && verdicts[next] != '\0'; i++) {
        JwHeld *held = g_ptr_array_index(track->held, i);
        if (held->state != JW_HELD_OPEN) {
            continue;
        }
        char letter = verdicts[next++];
        JwVerdict verdict = letter == 'd'   ? JW_VERDICT_DONE
                            : letter == 'p' ? JW_VERDICT_POISON
                                            : JW_VERDICT_LATER;
        jw_track_answer(track, held, verdict, letter == 'p' ? g_strdup("bad") : NULL, now_ms);
    }
}

static void
offsets_move_over_decided_messages_only(void **state)
{
    (void)state;
    static const struct {
        const char *verdicts;
        int64_t store_offset; /* after one offer of five messages */
        guint left;
        bool blocked;
    } cases[] = {
        { "ddddd", 105, 0, false }, { "dddd", 104, 1, false }, { "", -1, 5, false },
        { "ddldd", 102, 3, true },  { "lllll", -1, 5, true },  { "ldddd", -1, 5, true },
        { "dpddd", 101, 4, true },  { "ppppp", -1, 5, true },  { "dddpl", 103, 2, true },
        { "dldpp", 101, 4, true },
    };
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwTrack) track = track_of(5);
        answer(track, cases[i].verdicts, 0);
        assert_int_equal(jw_track_resolve(track), cases[i].store_offset >= 0);
        assert_int_equal(track->store_offset, cases[i].store_offset);
        assert_int_equal(track->held->len, cases[i].left);
        assert_int_equal(jw_track_blocked(track), cases[i].blocked);
    }
}

static void
what_follows_a_later_is_offered_again(void **state)
{
    (void)state;
    g_autoptr(JwTrack) track = track_of(4);
    answer(track, "dldp", 1000);
    (void)jw_track_resolve(track);
    for (guint i = 0; i < track->held->len; i++) {
        const JwHeld *held = g_ptr_array_index(track->held, i);
        assert_int_equal(held->state, JW_HELD_OPEN);
        assert_null(held->reason);
    }
    assert_false(jw_track_due(track, 1099));
    assert_true(jw_track_due(track, 1100));
    answer(track, "ddd", 1100);
    assert_true(jw_track_resolve(track));
    assert_int_equal(track->store_offset, 104);
    assert_false(jw_track_blocked(track));
}

static void
the_pause_doubles_up_to_its_limit(void **state)
{
    (void)state;
    static const int64_t pauses[] = { 100, 200, 400, 800, 1600, 3200, 5000, 5000 };
    g_autoptr(JwTrack) track = track_of(2);
    for (size_t i = 0; i < G_N_ELEMENTS(pauses); i++) {
        answer(track, "ll", 0);
        assert_int_equal(track->retry_at_ms, pauses[i]);
    }
    answer(track, "dl", 0); /* progress: the pause starts anew */
    assert_int_equal(track->retry_at_ms, 100);
}

static void
poison_holds_the_offset_until_it_is_done(void **state)
{
    (void)state;
    g_autoptr(JwTrack) track = track_of(3);
    answer(track, "pdd", 0);
    assert_false(jw_track_resolve(track));
    JwHeld *front = g_ptr_array_index(track->held, 0);
    assert_string_equal(front->reason, "bad");
    jw_track_poison_failed(track, 0);
    assert_int_equal(track->poison_at_ms, 100);
    jw_track_poison_failed(track, 0);
    assert_int_equal(track->poison_at_ms, 200);
    front->state = JW_HELD_DONE;
    assert_true(jw_track_resolve(track));
    assert_int_equal(track->store_offset, 103);
}

static void
freeing_frees_what_is_held(void **state)
{
    (void)state;
    JwTrack *track = track_of(3);
    answer(track, "p", 0);
    JwHeld *front = g_ptr_array_index(track->held, 0);
    front->ticket = g_strdup("ticket");
    jw_track_free(track); /* checked for leaks */
    jw_track_free(NULL);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(offsets_move_over_decided_messages_only),
        cmocka_unit_test(what_follows_a_later_is_offered_again),
        cmocka_unit_test(the_pause_doubles_up_to_its_limit),
        cmocka_unit_test(poison_holds_the_offset_until_it_is_done),
        cmocka_unit_test(freeing_frees_what_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
