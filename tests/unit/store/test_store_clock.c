/* test_store_clock.c: the store's clock as one of ours, on the store in memory, whose server has a
 * clock of its own. */
#include "jw/store_clock.h"
#include "jw/store_mem.h"
#include "testkit.h"

#define OWN    INT64_C(1795750000000)
#define SERVER (OWN + 250)
#define HOUR   INT64_C(3600000)

typedef struct {
    TkClock own, server;
    JwStore *store;
    JwStoreClock *clock;
    int64_t takes_ms; /* before the server looks at its clock, and behind it */
} Fixture;

static int
set_up(void **state)
{
    Fixture *self = g_new0(Fixture, 1);

    tk_clock_init(&self->own, OWN);
    tk_clock_init(&self->server, SERVER);
    self->store = jw_store_mem_new();
    jw_store_mem_set_clock(self->store, &self->server.clock);
    self->clock = jw_store_clock_new(self->store, &self->own.clock);
    *state = self;
    return 0;
}

static int
tear_down(void **state)
{
    Fixture *self = *state;

    jw_store_clock_free(self->clock);
    jw_store_free(self->store);
    g_free(self);
    return 0;
}

static void
pass(Fixture *self, int64_t ms)
{
    tk_clock_advance(&self->own, ms);
    tk_clock_advance(&self->server, ms);
}

static void
be_slow(gpointer data)
{
    Fixture *self = data;

    pass(self, self->takes_ms);
}

/* Asks; the question is on its way for @takes_ms. */
static void
sync_in(Fixture *self, int64_t takes_ms)
{
    g_autoptr(GError) error = NULL;

    self->takes_ms = takes_ms;
    jw_store_mem_before_nth(self->store, 1, be_slow, self);
    assert_ok(jw_store_clock_sync(self->clock, 0, &error), error);
}

static int64_t
now(Fixture *self)
{
    return jw_clock_now_ms(jw_store_clock_port(self->clock));
}

static void
test_until_it_is_asked_it_is_our_own(void **state)
{
    Fixture *self = *state;

    assert_int_equal(now(self), OWN);
    assert_int_equal(jw_store_clock_ahead_ms(self->clock), 0);
    sync_in(self, 0);
    assert_int_equal(now(self), SERVER);
    assert_int_equal(jw_store_clock_ahead_ms(self->clock), -250);
    pass(self, 1000);
    assert_int_equal(now(self), SERVER + 1000);
}

/* Whoever sets the clock of this machine changes nothing, before and after the next look. */
static void
test_our_own_may_jump(void **state)
{
    Fixture *self = *state;
    static const int64_t jumps[] = { HOUR, -2 * HOUR, HOUR - 250 };
    static const int64_t ahead[] = { HOUR - 250, -HOUR - 250, -500 };

    sync_in(self, 0);
    for (size_t i = 0; i < G_N_ELEMENTS(jumps); i++) {
        self->own.now_ms += jumps[i];
        assert_int_equal(now(self), self->server.now_ms);
        pass(self, 10);
        assert_int_equal(now(self), self->server.now_ms);
        sync_in(self, 0);
        assert_int_equal(now(self), self->server.now_ms);
        assert_int_equal(jw_store_clock_ahead_ms(self->clock), ahead[i]);
    }
}

/* An answer that was slow is never ahead, and does not undo what a quick one told. */
static void
test_a_slow_answer(void **state)
{
    Fixture *self = *state;

    sync_in(self, 400);
    assert_int_equal(now(self), self->server.now_ms);
    pass(self, 5000);
    sync_in(self, 3000);
    assert_int_equal(now(self), self->server.now_ms);
    assert_int_equal(jw_store_clock_ahead_ms(self->clock), -250);
}

static void
be_slow_to_answer(gpointer data)
{
    Fixture *self = data;

    tk_clock_advance(&self->own, self->takes_ms); /* the server looked at its clock before */
}

static void
test_the_way_back_makes_it_late_and_never_early(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;

    self->takes_ms = 300;
    jw_store_mem_before_nth(self->store, 1, be_slow_to_answer, self);
    assert_ok(jw_store_clock_sync(self->clock, 0, &error), error);
    tk_clock_advance(&self->server, 300);
    assert_int_equal(now(self), self->server.now_ms - 300);
    sync_in(self, 0); /* a quick one corrects it */
    assert_int_equal(now(self), self->server.now_ms);
    self->takes_ms = 300;
    jw_store_mem_before_nth(self->store, 1, be_slow_to_answer, self);
    assert_ok(jw_store_clock_sync(self->clock, 0, &error), error);
    tk_clock_advance(&self->server, 300);
    assert_int_equal(now(self), self->server.now_ms); /* and is not undone by a slow one */
}

/* The server's clock was set, or another server leads: it is followed. */
static void
test_the_server_may_jump(void **state)
{
    Fixture *self = *state;

    sync_in(self, 0);
    self->server.now_ms += HOUR;
    sync_in(self, 20);
    assert_int_equal(now(self), self->server.now_ms);
    self->server.now_ms -= 2 * HOUR;
    sync_in(self, 0);
    assert_int_equal(now(self), self->server.now_ms + 1);
    assert_int_equal(jw_store_clock_ahead_ms(self->clock), HOUR - 250 - 1);
}

static void
test_it_is_asked_when_it_is_old(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_clock_sync(self->clock, 1000, &error), error);
    pass(self, 999);
    assert_ok(jw_store_clock_sync(self->clock, 1000, &error), error);
    assert_int_equal(jw_store_mem_calls(self->store), 1);
    pass(self, 1);
    assert_ok(jw_store_clock_sync(self->clock, 1000, &error), error);
    assert_int_equal(jw_store_mem_calls(self->store), 2);
}

static void
test_a_failed_look_changes_nothing(void **state)
{
    Fixture *self = *state;
    g_autoptr(GError) error = NULL;

    sync_in(self, 0);
    pass(self, 2000);
    self->own.now_ms += HOUR;
    jw_store_mem_fail_nth(self->store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_false(jw_store_clock_sync(self->clock, 1000, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    assert_int_equal(now(self), self->server.now_ms);
    g_clear_error(&error);
    assert_ok(jw_store_clock_sync(self->clock, 1000, &error),
              error); /* it is asked again at once */
    assert_int_equal(jw_store_clock_ahead_ms(self->clock), HOUR - 250);
}

int
main(void)
{
#define CASE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        CASE(test_until_it_is_asked_it_is_our_own),
        CASE(test_our_own_may_jump),
        CASE(test_a_slow_answer),
        CASE(test_the_way_back_makes_it_late_and_never_early),
        CASE(test_the_server_may_jump),
        CASE(test_it_is_asked_when_it_is_old),
        CASE(test_a_failed_look_changes_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
