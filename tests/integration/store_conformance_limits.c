/* store_conformance_limits.c: how many calls a caller may make in a period. */
#include "store_conformance.h"

#include "db/db.h"
#include "jw/store_limits.h"

#define HOUR_MS INT64_C(3600000)

static const JwLimit ten = { "make", "ann", 10, HOUR_MS };

static JwLimitState
take(JwStore *store, const JwLimit *limit, int64_t ticket, int64_t now_ms)
{
    JwLimitState state = { 0 };
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_take_limit(store, limit, ticket, now_ms, &state, &error), error);
    return state;
}

static JwCas
give_back(JwStore *store, const JwLimit *limit, int64_t ticket)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_return_limit(store, limit, ticket, &cas, &error), error);
    return cas;
}

static void
assert_state(JwLimitState state, bool passed, int64_t remaining, int64_t reset_ms)
{
    assert_int_equal(state.passed, passed);
    assert_int_equal(state.remaining, remaining);
    assert_int_equal(state.reset_ms, reset_ms);
}

/* One call a minute: ten pass, further ones wait for the first to be an hour old, then each for the
 * next. In no hour are there more than ten. */
static void
a_window_slides(JwStore *store)
{
    const int64_t minute_ms = 60000;

    for (int64_t i = 0; i < 10; i++) {
        assert_state(take(store, &ten, i, SC_NOW + i * minute_ms), true, 9 - i,
                     HOUR_MS - i * minute_ms);
    }
    const int64_t full_ms = SC_NOW + 10 * minute_ms;
    assert_state(take(store, &ten, 10, full_ms), false, 0, HOUR_MS - 10 * minute_ms);
    assert_state(take(store, &ten, 11, SC_NOW + HOUR_MS - 1), false, 0, 1);
    assert_state(take(store, &ten, 12, SC_NOW + HOUR_MS), true, 0, minute_ms);
    assert_state(take(store, &ten, 13, SC_NOW + HOUR_MS + 1), false, 0, minute_ms - 1);
    /* two at once are over, and then nearly all */
    assert_state(take(store, &ten, 14, SC_NOW + HOUR_MS + 2 * minute_ms), true, 1, minute_ms);
    assert_state(take(store, &ten, 15, SC_NOW + 3 * HOUR_MS), true, 9, HOUR_MS);
}

static void
callers_and_sorts_are_counted_apart(JwStore *store)
{
    const JwLimit one = { "make", "ann", 1, HOUR_MS };
    const JwLimit other_caller = { "make", "bob", 1, HOUR_MS };
    const JwLimit other_sort = { "send", "ann", 1, HOUR_MS };
    /* Not what another pair of name and subject is when they are put together. */
    const JwLimit close = { "makea", "nn", 1, HOUR_MS };

    assert_true(take(store, &one, 1, SC_NOW).passed);
    assert_false(take(store, &one, 2, SC_NOW).passed);
    assert_true(take(store, &other_caller, 1, SC_NOW).passed);
    assert_true(take(store, &other_sort, 1, SC_NOW).passed);
    assert_true(take(store, &close, 1, SC_NOW).passed);
}

static void
a_call_is_given_back_once(JwStore *store)
{
    const JwLimit two = { "make", "ann", 2, HOUR_MS };

    assert_int_equal(give_back(store, &two, 7), JW_CAS_LOST); /* nothing is counted */
    assert_true(take(store, &two, 7, SC_NOW).passed);
    assert_true(take(store, &two, 8, SC_NOW).passed);
    assert_false(take(store, &two, 9, SC_NOW).passed);
    assert_int_equal(give_back(store, &two, 9), JW_CAS_LOST); /* it was not counted */
    assert_int_equal(give_back(store, &two, 7), JW_CAS_WON);
    assert_int_equal(give_back(store, &two, 7), JW_CAS_LOST);
    assert_state(take(store, &two, 10, SC_NOW + 5), true, 0, HOUR_MS - 5);
    assert_false(take(store, &two, 11, SC_NOW + 5).passed);
    /* One that is over and was taken out cannot be given back for another. */
    assert_true(take(store, &two, 12, SC_NOW + HOUR_MS).passed);
    assert_int_equal(give_back(store, &two, 8), JW_CAS_LOST);
    assert_false(take(store, &two, 13, SC_NOW + HOUR_MS).passed);
}

/* A limit that is lowered holds for those who have made more calls already. */
static void
a_limit_may_change(JwStore *store)
{
    const JwLimit five = { "make", "ann", 5, HOUR_MS }, three = { "make", "ann", 3, HOUR_MS };

    for (int64_t i = 0; i < 5; i++) {
        assert_true(take(store, &five, i, SC_NOW + i).passed);
    }
    assert_state(take(store, &three, 5, SC_NOW + 10), false, 0, HOUR_MS - 8);
    assert_state(take(store, &ten, 6, SC_NOW + 10), true, 4, HOUR_MS - 10);
}

typedef struct {
    JwStore *store;
    int64_t ticket;
    JwLimitState state;
} Racer;

static gpointer
race(gpointer data)
{
    Racer *self = data;

    self->state = take(self->store, &ten, self->ticket, SC_NOW + self->ticket % 3);
    return NULL;
}

static size_t
passed(JwStore *store, int64_t first)
{
    Racer racers[50];
    size_t n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        racers[i] = (Racer){ .store = store, .ticket = first + (int64_t)i };
    }
    sc_threads(G_N_ELEMENTS(racers), race, racers, sizeof(racers[0]));
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        n += racers[i].state.passed ? 1 : 0;
    }
    return n;
}

/* Of fifty at once exactly ten pass, when there is no document and when there is one. */
static void
of_many_at_once_as_many_pass_as_may(JwStore *store)
{
    assert_int_equal(passed(store, 0), 10);
    assert_int_equal(passed(store, 100), 0);
}

/* The same where all that is counted is over: each of it is taken out once. */
static void
of_many_at_once_after_a_window(JwStore *store)
{
    for (int64_t i = 0; i < 10; i++) {
        assert_true(take(store, &ten, 1000 + i, SC_NOW - HOUR_MS).passed);
    }
    assert_int_equal(passed(store, 0), 10);
}

static bool
count_calls(const bson_t *document, gpointer data, GError **error)
{
    bson_iter_t iter, items;
    int64_t *n = data;

    (void)error;
    assert_true(bson_iter_init_find(&iter, document, "calls") && bson_iter_recurse(&iter, &items));
    while (bson_iter_next(&items)) {
        n[0]++;
    }
    assert_true(bson_iter_init_find(&iter, document, "n"));
    n[1] = bson_iter_as_int64(&iter);
    assert_true(bson_iter_init_find(&iter, document, "expiresAt"));
    assert_true(BSON_ITER_HOLDS_DATE_TIME(&iter));
    n[2] = bson_iter_date_time(&iter);
    return true;
}

/* It has no more calls than the limit, whatever happened, and goes an hour after the last. */
static void
a_document_stays_small(JwStore *store)
{
    g_auto(bson_t) all = BSON_INITIALIZER, opts = BSON_INITIALIZER;
    g_autoptr(GError) error = NULL;
    int64_t n[3] = { 0 };

    for (int64_t i = 0; i < 100; i++) {
        (void)take(store, &ten, i, SC_NOW + i * HOUR_MS / 7);
    }
    assert_ok(jw_db_find(store, "callLimits", &all, &opts, count_calls, n, &error), error);
    assert_true(n[0] <= 10);
    assert_int_equal(n[0], n[1]);
    assert_int_equal(n[2], SC_NOW + 99 * HOUR_MS / 7 + HOUR_MS);
}

const ScCase sc_limit_cases[] = {
    { "a window slides", a_window_slides },
    { "callers and sorts are counted apart", callers_and_sorts_are_counted_apart },
    { "a call is given back once", a_call_is_given_back_once },
    { "a limit may change", a_limit_may_change },
    { "of many at once as many pass as may", of_many_at_once_as_many_pass_as_may },
    { "of many at once after a window", of_many_at_once_after_a_window },
    { "a document stays small", a_document_stays_small },
    { 0 },
};
