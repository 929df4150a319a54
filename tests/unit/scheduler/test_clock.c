/* test_clock.c: what is due is decided by the store's clock: a scheduler whose own jumps, alone or
 * beside another, changes nothing. */
#include "schkit.h"

typedef struct {
    SchKit *kit;
    TkClock wrong; /* of the machine of the first scheduler */
    JwStoreClock *first, *second;
} Fixture;

static JwStoreClock *
use(Sch *sch, JwClock *own)
{
    sch->store_clock = jw_store_clock_new(sch->store, own);
    sch->clock = jw_store_clock_port(sch->store_clock);
    sch->jobs.clock = sch->clock;
    return sch->store_clock;
}

static int
set_up(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    self->kit = kit_new();
    jw_store_mem_set_clock(self->kit->sch.store, &self->kit->ports->clock.fake.clock);
    tk_clock_init(&self->wrong, KIT_NOW);
    self->first = use(&self->kit->sch, &self->wrong.clock);
    self->second = use(&self->kit->second, &self->kit->ports->clock.fake.clock);
    *state = self;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *self = *state;

    kit_free(self->kit);
    jw_store_clock_free(self->first);
    jw_store_clock_free(self->second);
    g_free(self);
    return 0;
}

static void
pass(Fixture *self, int64_t ms)
{
    tk_clock_advance(&self->wrong, ms);
    tk_clock_advance(&self->kit->ports->clock.fake, ms);
}

/* A round as the due thread does it. */
static size_t
round_of(Sch *sch)
{
    g_autoptr(GError) error = NULL;

    assert_ok(sch_know_time(sch, &error), error);
    return kit_fire(sch);
}

/* Forth, back, behind, right again; every minute both look, or the wrong one alone. */
static void
walk(Fixture *self, bool alone)
{
    static const int64_t jumps[] = { HOUR, -HOUR, -HOUR, HOUR, HOUR, -2 * HOUR };

    kit_put(self->kit, "s",
            "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},"
            "\"misfire\":\"skip\",\"misfire_grace\":\"30s\"");
    assert_int_equal(round_of(&self->kit->sch), 0);
    for (int minute = 1; minute <= 60; minute++) {
        const size_t due = minute % 10 == 0 ? 1 : 0;

        if (minute % 10 == 5) {
            self->wrong.now_ms += jumps[minute / 10];
            assert_int_equal(round_of(&self->kit->sch), 0);
        }
        pass(self, MINUTE);
        const size_t by_others = alone ? 0 : round_of(&self->kit->second);
        assert_int_equal(by_others + round_of(&self->kit->sch), due);
    }
    assert_history(self->kit, "s", "fired@10 fired@20 fired@30 fired@40 fired@50 fired@60 ");
    kit_assert_none_pending(self->kit, "s");
}

static void
test_a_clock_that_jumps_alone(void **state)
{
    walk(*state, true);
}

static void
test_a_clock_that_jumps_beside_a_right_one(void **state)
{
    walk(*state, false);
}

/* Without the store's time nothing is decided, however late it is by one's own clock. */
static void
test_without_the_time_nothing_is_decided(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;

    jw_store_mem_fail_nth(self->kit->sch.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(sch_know_time(&self->kit->sch, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_a_clock_that_jumps_alone),
        CASE(test_a_clock_that_jumps_beside_a_right_one),
        CASE(test_without_the_time_nothing_is_decided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
