/* store_conformance_fires.c: what is decided of many schedules at once, and written down of them at
 * once, is what it would be one by one. */
#include "store_conformance.h"
#include <string.h>

#define MANY 8

static void
put(JwStore *store, const char *id, const char *rule_hash, int64_t next_ms)
{
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;

    schedule->id = g_strdup(id);
    schedule->trigger = JW_TRIGGER_INTERVAL;
    schedule->interval_ms = 1000;
    schedule->job_type = g_strdup("report");
    schedule->job_body = g_strdup("{}");
    schedule->rule_hash = g_strdup(rule_hash);
    schedule->next_fire_ms = next_ms;
    schedule->updated_at_ms = SC_NOW;
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
}

/* "a", "b" …, due at SC_NOW. (transfer full) */
static GPtrArray *
put_many(JwStore *store, int n)
{
    GPtrArray *schedules = g_ptr_array_new_with_free_func(jw_schedule_free);

    for (int i = 0; i < n; i++) {
        const char id[] = { (char)('a' + i), '\0' };
        g_autoptr(GError) error = NULL;
        JwSchedule *schedule = NULL;

        put(store, id, i % 2 == 0 ? "h1" : "h2", SC_NOW);
        assert_ok(jw_store_get_schedule(store, id, &schedule, &error), error);
        g_ptr_array_add(schedules, schedule);
    }
    return schedules;
}

/* (transfer full) */
static JwFire *
decision(int64_t due_ms, const char *round)
{
    JwFire *fire = jw_fire_new(due_ms, due_ms, JW_OCCURRENCE_FIRED, NULL);

    fire->key = g_strdup(round);
    return fire;
}

/* Which were won: "WW-W". (transfer full) */
static char *
fire_all(JwStore *store, const GPtrArray *schedules, const char *round, int64_t next_ms)
{
    const JwSchedule *first = g_ptr_array_index(schedules, 0);
    g_autoptr(JwFire) fire = decision(first->next_fire_ms, round);
    const JwScheduleGroup group = { .schedules = (const JwSchedule *const *)schedules->pdata,
                                    .n = schedules->len,
                                    .next_ms = next_ms,
                                    .wake_ms = next_ms,
                                    .fire = fire };
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);
    JwCas won[MANY];

    assert_ok(jw_store_fire_schedules(store, &group, 1, SC_NOW, won, &error), error);
    for (guint i = 0; i < schedules->len; i++) {
        g_string_append_c(text, won[i] == JW_CAS_WON ? 'W' : '-');
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#define assert_fired(store, schedules, round, next_ms, expected)                                   \
    do {                                                                                           \
        g_autofree char *fired = fire_all((store), (schedules), (round), (next_ms));               \
        assert_string_equal(fired, (expected));                                                    \
    } while (0)

/* What is decided and not carried out: "a:r1 b:r1,r2 ". (transfer full) */
static char *
pending(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GString) text = g_string_new(NULL);

    assert_ok(jw_store_pending_schedules(store, SC_NOW + 1000, NULL, 100, &found, &error), error);
    for (guint i = 0; i < found->len; i++) {
        const JwSchedule *schedule = g_ptr_array_index(found, i);

        g_string_append_printf(text, "%s:", schedule->id);
        for (guint k = 0; k < schedule->pending_fires->len; k++) {
            const JwFire *fire = g_ptr_array_index(schedule->pending_fires, k);
            g_string_append_printf(text, "%s%s", k > 0 ? "," : "", fire->key);
        }
        g_string_append_c(text, ' ');
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#define assert_pending(store, expected)                                                            \
    do {                                                                                           \
        g_autofree char *left = pending((store));                                                  \
        assert_string_equal(left, (expected));                                                     \
    } while (0)

static void
fires_many_at_once(JwStore *store)
{
    g_autoptr(GPtrArray) all = put_many(store, 4);
    g_autoptr(GError) error = NULL;
    JwSchedule *read = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_fired(store, all, "r1", SC_NOW + 1000, "WWWW");
    assert_pending(store, "a:r1 b:r1 c:r1 d:r1 ");
    assert_ok(jw_store_get_schedule(store, "c", &read, &error), error);
    assert_int_equal(read->next_fire_ms, SC_NOW + 1000);
    assert_int_equal(read->wake_ms, SC_NOW + 1000);
    assert_int_equal(((JwFire *)g_ptr_array_index(read->pending_fires, 0))->due_ms, SC_NOW);
    jw_schedule_free(read);
    assert_fired(store, all, "r2", SC_NOW + 1000, "----"); /* decided already */
    assert_pending(store, "a:r1 b:r1 c:r1 d:r1 ");
    /* Paused, of another rule, due at another time: those are left out. */
    for (guint i = 0; i < all->len; i++) {
        ((JwSchedule *)g_ptr_array_index(all, i))->next_fire_ms = SC_NOW + 1000;
    }
    assert_ok(jw_store_pause_schedule(store, "a", "lunch", SC_NOW, &cas, &error), error);
    put(store, "c", "h3", SC_NOW + 1000);
    put(store, "d", "h2", SC_NOW + 5000); /* its rule is the same, and so is its time */
    assert_fired(store, all, "r3", 0, "-W-W");
    assert_ok(jw_store_get_schedule(store, "b", &read, &error), error);
    assert_int_equal(read->next_fire_ms, 0); /* never again */
    assert_int_equal(read->wake_ms, 0);
    assert_int_equal(read->spent_ms, SC_NOW);
    jw_schedule_free(read);
}

/* Groups of some, of one, and of one that has a rule without a hash, with times of their own. */
static void
fires_groups_at_once(JwStore *store)
{
    g_autoptr(GPtrArray) all = put_many(store, 5);
    g_autoptr(JwFire) same = decision(SC_NOW, "r1"), own = decision(SC_NOW, "r1");
    JwSchedule **list = (JwSchedule **)all->pdata;
    const JwSchedule *const two[] = { list[0], list[1] }, *const one[] = { list[2] },
                            *const bare[] = { list[3] }, *const lost[] = { list[4] };
    const JwScheduleGroup groups[] = {
        { two, 2, SC_NOW + 1000, SC_NOW + 1000, "days 2", same },
        { one, 1, SC_NOW + 2000, SC_NOW + 2007, NULL, own },
        { bare, 1, SC_NOW + 3000, SC_NOW + 3000, NULL, same },
        { lost, 1, SC_NOW + 4000, SC_NOW + 4000, NULL, same },
    };
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) read = NULL, followed = NULL;
    JwCas won[5];

    put(store, "d", NULL, SC_NOW);
    g_clear_pointer(&list[3]->rule_hash, g_free);
    list[4]->next_fire_ms = SC_NOW + 5;
    own->wake_ms = SC_NOW + 3;
    assert_ok(jw_store_fire_schedules(store, groups, G_N_ELEMENTS(groups), SC_NOW, won, &error),
              error);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(won[i], i < 4 ? JW_CAS_WON : JW_CAS_LOST);
    }
    assert_pending(store, "a:r1 b:r1 c:r1 d:r1 ");
    assert_ok(jw_store_get_schedule(store, "c", &read, &error), error);
    assert_int_equal(read->next_fire_ms, SC_NOW + 2000);
    assert_int_equal(read->wake_ms, SC_NOW + 2007);
    assert_int_equal(((JwFire *)g_ptr_array_index(read->pending_fires, 0))->wake_ms, SC_NOW + 3);
    assert_null(read->calendar_version);
    assert_ok(jw_store_get_schedule(store, "b", &followed, &error), error);
    assert_string_equal(followed->calendar_version, "days 2");
    assert_int_equal(followed->spent_ms, 0);
    assert_ok(jw_store_fire_schedules(store, groups, G_N_ELEMENTS(groups), SC_NOW, won, &error),
              error);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(won[i], JW_CAS_LOST);
    }
}

static void
finishes_a_round_at_once(JwStore *store)
{
    static const char *const ids[] = { "a", "b", "nobody", "c" };
    g_autoptr(GPtrArray) all = put_many(store, 4);
    g_autoptr(GError) error = NULL;
    int64_t matched = -1;

    assert_fired(store, all, "r1", SC_NOW + 1000, "WWWW");
    for (guint i = 0; i < all->len; i++) {
        ((JwSchedule *)g_ptr_array_index(all, i))->next_fire_ms = SC_NOW + 1000;
    }
    assert_fired(store, all, "r2", SC_NOW + 2000, "WWWW");
    assert_ok(jw_store_finish_round(store, ids, G_N_ELEMENTS(ids), "r1", &matched, &error), error);
    assert_int_equal(matched, 3);
    assert_pending(store, "a:r2 b:r2 c:r2 d:r1,r2 ");
    assert_ok(jw_store_finish_round(store, ids, G_N_ELEMENTS(ids), "r1", &matched, &error), error);
    assert_int_equal(matched, 0); /* nothing is left of it */
    assert_ok(jw_store_finish_round(store, ids, 1, "r2", &matched, &error), error);
    assert_int_equal(matched, 1);
    assert_pending(store, "b:r2 c:r2 d:r1,r2 ");
}

typedef struct {
    JwStore *store;
    const GPtrArray *schedules;
    const char *round;
    char *won; /* owned */
} Racer;

static gpointer
race(gpointer data)
{
    Racer *self = data;

    self->won = fire_all(self->store, self->schedules, self->round, SC_NOW + 1000);
    return NULL;
}

/* However many decide the same ones at the same moment, each is won by one of them. */
static void
each_is_won_by_one(JwStore *store)
{
    g_autoptr(GPtrArray) all = put_many(store, MANY);
    Racer racers[] = { { store, all, "r1", NULL },
                       { store, all, "r2", NULL },
                       { store, all, "r3", NULL } };

    sc_threads(G_N_ELEMENTS(racers), race, racers, sizeof(*racers));
    for (guint i = 0; i < MANY; i++) {
        int won = 0;

        for (size_t r = 0; r < G_N_ELEMENTS(racers); r++) {
            won += racers[r].won[i] == 'W' ? 1 : 0;
        }
        assert_int_equal(won, 1);
    }
    for (size_t r = 0; r < G_N_ELEMENTS(racers); r++) {
        g_free(racers[r].won);
    }
}

static void
note_reason(const JwOccurrence *row, gpointer reason)
{
    g_string_assign(reason, row->reason != NULL ? row->reason : "-");
}

static void
puts_many_rows(JwStore *store)
{
    const JwOccurrence rows[] = {
        { .id = "o1", "s1", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_SKIPPED, "first", NULL, NULL, 0 },
        { .id = "o2", "s2", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_FIRED, NULL, "o2", NULL, 0 },
        { .id = "o1", "s1", SC_NOW + 9, SC_NOW, JW_OCCURRENCE_SKIPPED, "again", NULL, NULL, 0 },
        { .id = "o3", "s3", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_SKIPPED, "new", NULL, NULL, 0 },
    };
    const JwOccurrence *const first[] = { &rows[0], &rows[1] }, *const more[] = { &rows[2],
                                                                                  &rows[3] };
    JwCreate creates[2] = { JW_CREATE_EXISTS, JW_CREATE_EXISTS };
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) reason = g_string_new(NULL);
    bool found = false;

    assert_ok(jw_store_put_occurrences(store, NULL, 0, NULL, &error), error);
    assert_ok(jw_store_put_occurrences(store, first, 2, creates, &error), error);
    assert_int_equal(creates[0], JW_CREATE_NEW);
    assert_int_equal(creates[1], JW_CREATE_NEW);
    assert_ok(jw_store_put_occurrences(store, more, 2, creates, &error), error);
    assert_int_equal(creates[0], JW_CREATE_EXISTS); /* the first word holds */
    assert_int_equal(creates[1], JW_CREATE_NEW);
    assert_ok(jw_store_get_occurrence(store, "o1", note_reason, reason, &found, &error), error);
    assert_string_equal(reason->str, "first");
    assert_ok(jw_store_get_occurrence(store, "o3", note_reason, reason, &found, &error), error);
    assert_string_equal(reason->str, "new");
}

static void
note_id(const JwOccurrence *row, gpointer ids)
{
    g_ptr_array_add(ids, g_strdup(row->id));
}

static void
finds_many_rows(JwStore *store)
{
    static const char *const ids[] = { "o3", "nobody", "o1", NULL }, *const none[] = { "x", NULL };
    const JwOccurrence rows[] = {
        { .id = "o1", "s1", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_SKIPPED, "first", NULL, NULL, 0 },
        { .id = "o2", "s2", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_FIRED, NULL, "o2", NULL, 0 },
        { .id = "o3", "s3", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_SKIPPED, "new", NULL, NULL, 0 },
    };
    const JwOccurrence *const all[] = { &rows[0], &rows[1], &rows[2] };
    JwCreate creates[3] = { JW_CREATE_EXISTS, JW_CREATE_EXISTS, JW_CREATE_EXISTS };
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_put_occurrences(store, all, 3, creates, &error), error);
    assert_ok(jw_store_find_occurrences(store, none, note_id, found, &error), error);
    assert_int_equal(found->len, 0);
    assert_ok(jw_store_find_occurrences(store, ids, note_id, found, &error), error);
    assert_int_equal(found->len, 2);
    const char *first = g_ptr_array_index(found, 0), *second = g_ptr_array_index(found, 1);
    assert_true((strcmp(first, "o1") == 0 && strcmp(second, "o3") == 0)
                || (strcmp(first, "o3") == 0 && strcmp(second, "o1") == 0));
    sc_corrupt(store, "occurrences", "o1");
    assert_false(jw_store_find_occurrences(store, ids, note_id, found, &error));
    assert_jw_error(error, JW_ERROR_CORRUPT, "*");
}

/* Those that have a past to be decided at SC_NOW + @ms: "a b ". (transfer full) */
static char *
past(JwStore *store, int64_t ms)
{
    g_autoptr(GPtrArray) found = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) text = g_string_new(NULL);

    assert_ok(jw_store_past_schedules(store, SC_NOW + ms, NULL, 100, &found, &error), error);
    for (guint i = 0; i < found->len; i++) {
        g_string_append_printf(text, "%s ", ((JwSchedule *)g_ptr_array_index(found, i))->id);
    }
    return g_string_free(g_steal_pointer(&text), FALSE);
}

#define assert_past(store, ms, expected)                                                           \
    do {                                                                                           \
        g_autofree char *ids = past((store), (ms));                                                \
        assert_string_equal(ids, (expected));                                                      \
    } while (0)

static JwSchedule *
get(JwStore *store, const char *id)
{
    JwSchedule *schedule = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_schedule(store, id, &schedule, &error), error);
    return schedule;
}

/* What was due when the rule changed, or it was paused, is left; what was not is not. */
static void
leaves_what_was_due(JwStore *store)
{
    g_autoptr(GPtrArray) all G_GNUC_UNUSED = put_many(store, 4);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    put(store, "a", "h9", SC_NOW + 1000);
    put(store, "b", "h2", SC_NOW + 1000); /* its rule is the same */
    put(store, "c", "h8", SC_NOW + 1000);
    put(store, "c", "h7", SC_NOW + 1000); /* and is due later by now */
    assert_ok(jw_store_pause_schedule(store, "d", "lunch", SC_NOW + 2500, &cas, &error), error);
    assert_past(store, -1, "");
    assert_past(store, 0, "a c d ");
    g_autoptr(JwSchedule) left = get(store, "a");
    const JwSchedule *before = g_ptr_array_index(left->pasts, 0);
    assert_int_equal(left->pasts->len, 1);
    assert_int_equal(left->next_fire_ms, SC_NOW + 1000);
    assert_int_equal(before->next_fire_ms, SC_NOW);
    assert_int_equal(before->wake_ms, SC_NOW);
    assert_int_equal(before->end_ms, SC_NOW + 1);
    assert_int_equal(before->interval_ms, 1000);
    assert_false(before->paused);
    g_autoptr(JwSchedule) same = get(store, "b"), twice = get(store, "c"), paused = get(store, "d");
    assert_int_equal(same->pasts->len, 0);
    assert_int_equal(twice->pasts->len, 1);
    assert_int_equal(paused->pasts->len, 1);
    const JwSchedule *stopped = g_ptr_array_index(paused->pasts, 0);
    assert_true(stopped->paused);
    assert_int_equal(stopped->end_ms, SC_NOW + 2501);
    g_autoptr(JwSchedule) gone = NULL;
    assert_ok(jw_store_delete_schedule(store, "d", "ann", "t1", SC_NOW, &gone, &error), error);
    assert_past(store, 99, "a c "); /* nothing of it is decided any more */
}

/* Its decisions come with what is left of it, once. */
static void
decides_what_was_due(JwStore *store)
{
    g_autoptr(GPtrArray) all G_GNUC_UNUSED = put_many(store, 1);
    g_autoptr(JwFire) fire = decision(SC_NOW, NULL);
    const JwFire *const fires[] = { fire };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    put(store, "a", "h9", SC_NOW + 1000);
    g_autoptr(JwSchedule) first = get(store, "a"), second = get(store, "a");
    JwSchedule *before = g_ptr_array_index(first->pasts, 0);
    before->next_fire_ms = before->wake_ms = SC_NOW + 500;
    assert_ok(jw_store_fire_past(store, first, fires, 1, SC_NOW, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_fire_past(store, second, fires, 1, SC_NOW, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_past(store, 499, "");
    assert_past(store, 500, "a ");
    g_autoptr(JwSchedule) goes_on = get(store, "a");
    assert_int_equal(goes_on->pending_fires->len, 1);
    assert_int_equal(goes_on->next_fire_ms, SC_NOW + 1000);
    before = g_ptr_array_index(goes_on->pasts, 0);
    before->next_fire_ms = before->wake_ms = 0;
    assert_ok(jw_store_fire_past(store, goes_on, fires, 1, SC_NOW, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwSchedule) over = get(store, "a");
    assert_int_equal(over->pasts->len, 0);
    assert_int_equal(over->pending_fires->len, 2);
}

const ScCase sc_fire_cases[] = {
    { "leaves_what_was_due", leaves_what_was_due },
    { "decides_what_was_due", decides_what_was_due },
    { "fires_many_at_once", fires_many_at_once },
    { "fires_groups_at_once", fires_groups_at_once },
    { "finishes_a_round_at_once", finishes_a_round_at_once },
    { "each_is_won_by_one", each_is_won_by_one },
    { "puts_many_rows", puts_many_rows },
    { "finds_many_rows", finds_many_rows },
    { NULL, NULL },
};
