/* store_conformance_schedules.c: schedules, their decisions, and occurrences. */
#include "store_conformance.h"

static JwSchedule *
new_schedule(const char *id, int64_t next_ms)
{
    JwSchedule *schedule = jw_schedule_new();

    schedule->id = g_strdup(id);
    schedule->trigger = JW_TRIGGER_CRON;
    schedule->cron = g_strdup("0 3 * * *");
    schedule->time_zone = g_strdup("Europe/Istanbul");
    schedule->description = g_strdup("Every night");
    schedule->note = g_strdup("Back again");
    schedule->misfire = JW_MISFIRE_FIRE_ALL;
    schedule->job_type = g_strdup("report");
    schedule->job_name = g_strdup("nightly");
    schedule->job_body = g_strdup("{}");
    schedule->rule_hash = g_strdup("h1");
    schedule->next_fire_ms = next_ms;
    schedule->updated_at_ms = SC_NOW;
    return schedule;
}

static JwSchedule *
get_schedule(JwStore *store, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(store, id, &schedule, &error), error);
    assert_non_null(schedule);
    return schedule;
}

static void
set_text(char **text, const char *value)
{
    g_free(*text);
    *text = g_strdup(value);
}

typedef struct {
    const char *id, *rule_hash;
    int64_t expected_ms, next_ms;
    size_t n_fires; /* due at SC_NOW, SC_NOW + 1 … */
} Shot;

static JwCas
fire_it(JwStore *store, const Shot *shot)
{
    JwFire one = { .due_ms = SC_NOW, .wake_ms = SC_NOW, .decided_ms = SC_NOW };
    char why[] = "too late";
    JwFire two = { .due_ms = SC_NOW + 1,
                   .wake_ms = SC_NOW + 4,
                   .decided_ms = SC_NOW,
                   .kind = JW_OCCURRENCE_SKIPPED,
                   .reason = why };
    const JwFire *const fires[] = { &one, &two };
    const JwScheduleStep step = {
        .next_ms = shot->next_ms, .wake_ms = shot->next_ms, .fires = fires, .n_fires = shot->n_fires
    };
    g_autoptr(JwSchedule) schedule = jw_schedule_new();
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    schedule->id = g_strdup(shot->id);
    schedule->rule_hash = g_strdup(shot->rule_hash);
    schedule->next_fire_ms = shot->expected_ms;
    assert_ok(jw_store_fire_schedule(store, schedule, &step, SC_NOW, &cas, &error), error);
    return cas;
}

/* Of what fire_it() decided, or of a pause. */
static bool
finish(JwStore *store, const char *id, int64_t due_ms, JwCas *ret_cas, GError **error)
{
    const JwFire fire = { .due_ms = due_ms,
                          .kind = due_ms == SC_NOW       ? JW_OCCURRENCE_FIRED
                                  : due_ms == SC_NOW + 1 ? JW_OCCURRENCE_SKIPPED
                                                         : JW_OCCURRENCE_PAUSED };

    return jw_store_finish_fire(store, id, &fire, ret_cas, error);
}

static GPtrArray *
pending(JwStore *store, int64_t now_ms)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *found = NULL;

    assert_ok(jw_store_pending_schedules(store, now_ms, NULL, 10, &found, &error), error);
    return found;
}

static void
puts_schedules_and_keeps_their_decisions(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = new_schedule("s1", SC_NOW);
    g_autoptr(JwSchedule) none = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) read = get_schedule(store, "s1");
    sc_assert_text(read->cron, "0 3 * * *");
    assert_int_equal(read->trigger, JW_TRIGGER_CRON);
    assert_int_equal(read->misfire, JW_MISFIRE_FIRE_ALL);
    sc_assert_text(read->job_name, "nightly");
    sc_assert_text(read->time_zone, "Europe/Istanbul");
    sc_assert_text(read->description, "Every night");
    sc_assert_text(read->note, "Back again");
    assert_int_equal(read->next_fire_ms, SC_NOW);
    assert_int_equal(read->misfire_grace_ms, 60000);
    assert_false(read->paused);

    cas = fire_it(store, &(Shot){ "s1", "h1", SC_NOW, SC_NOW + 10, 1 });
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_put_schedule(store, schedule, &error), error); /* unchanged: nothing moves */
    g_autoptr(JwSchedule) same = get_schedule(store, "s1");
    assert_int_equal(same->next_fire_ms, SC_NOW + 10);

    schedule->paused = true;
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) paused = get_schedule(store, "s1");
    assert_true(paused->paused);
    assert_int_equal(paused->next_fire_ms, SC_NOW + 10);

    schedule->paused = false;
    schedule->trigger = JW_TRIGGER_INTERVAL;
    schedule->interval_ms = 1000;
    g_clear_pointer(&schedule->cron, g_free);
    g_free(schedule->rule_hash);
    schedule->rule_hash = g_strdup("h2");
    schedule->next_fire_ms = SC_NOW + 99;
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) changed = get_schedule(store, "s1");
    assert_int_equal(changed->next_fire_ms, SC_NOW + 99);
    assert_int_equal(changed->trigger, JW_TRIGGER_INTERVAL);
    assert_null(changed->cron);
    assert_int_equal(changed->pending_fires->len, 3); /* decided is decided; and two switches */
    assert_ok(jw_store_get_schedule(store, "nobody", &none, &error), error);
    assert_null(none);
}

/* The rule decides nextFireAt; everything else of a configuration takes effect with the next due
 * time. */
static void
takes_over_an_edited_template(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = new_schedule("s1", SC_NOW);

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    assert_int_equal(fire_it(store, &(Shot){ "s1", "h1", SC_NOW, SC_NOW + 10, 1 }), JW_CAS_WON);

    set_text(&schedule->job_body, "{\"edited\":true}");
    set_text(&schedule->job_name, "renamed");
    schedule->misfire = JW_MISFIRE_SKIP;
    schedule->misfire_grace_ms = 5000;
    schedule->next_fire_ms = SC_NOW + 99; /* as the file's reader computes it afresh */
    schedule->updated_at_ms = SC_NOW + 7;
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) edited = get_schedule(store, "s1");
    sc_assert_text(edited->job_body, "{\"edited\":true}");
    sc_assert_text(edited->job_name, "renamed");
    assert_int_equal(edited->misfire, JW_MISFIRE_SKIP);
    assert_int_equal(edited->misfire_grace_ms, 5000);
    assert_int_equal(edited->updated_at_ms, SC_NOW + 7);
    assert_int_equal(edited->next_fire_ms, SC_NOW + 10);
    assert_int_equal(edited->pending_fires->len, 1);

    set_text(&schedule->job_name, NULL);
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    g_autoptr(JwSchedule) unnamed = get_schedule(store, "s1");
    assert_null(unnamed->job_name);
    assert_int_equal(unnamed->next_fire_ms, SC_NOW + 10);
}

static void
finds_what_is_due_and_fires_it_once(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) early = new_schedule("early", SC_NOW + 10);
    g_autoptr(JwSchedule) late = new_schedule("late", SC_NOW + 20);
    g_autoptr(JwSchedule) off = new_schedule("off", SC_NOW + 1);
    g_autoptr(JwSchedule) never = new_schedule("never", 0);
    g_autoptr(GPtrArray) due = NULL;
    JwCas cas = JW_CAS_LOST;

    off->paused = true;
    JwSchedule *const all[] = { early, late, off, never };
    for (size_t i = 0; i < G_N_ELEMENTS(all); i++) {
        assert_ok(jw_store_put_schedule(store, all[i], &error), error);
    }
    assert_ok(jw_store_due_schedules(store, SC_NOW + 9, NULL, 10, &due, &error), error);
    assert_int_equal(due->len, 0);
    g_clear_pointer(&due, g_ptr_array_unref);
    assert_ok(jw_store_due_schedules(store, SC_NOW + 20, NULL, 10, &due, &error), error);
    assert_int_equal(due->len, 2);
    assert_string_equal(((JwSchedule *)g_ptr_array_index(due, 0))->id, "early");
    g_clear_pointer(&due, g_ptr_array_unref);
    cas = fire_it(store, &(Shot){ "early", "h1", SC_NOW + 10, 0, 2 });
    assert_int_equal(cas, JW_CAS_WON);
    cas = fire_it(store, &(Shot){ "early", "h1", SC_NOW + 10, 0, 2 });
    assert_int_equal(cas, JW_CAS_LOST);
    cas = fire_it(store, &(Shot){ "off", "h1", SC_NOW + 1, 0, 2 });
    assert_int_equal(cas, JW_CAS_LOST);

    g_autoptr(GPtrArray) open = pending(store, SC_NOW);
    assert_int_equal(open->len, 1);
    const JwSchedule *decided = g_ptr_array_index(open, 0);
    assert_int_equal(decided->next_fire_ms, 0);
    assert_int_equal(decided->pending_fires->len, 2);
    const JwFire *second = g_ptr_array_index(decided->pending_fires, 1);
    assert_int_equal(second->due_ms, SC_NOW + 1);
    assert_int_equal(second->wake_ms, SC_NOW + 4);
    assert_int_equal(second->decided_ms, SC_NOW);
    assert_int_equal(second->kind, JW_OCCURRENCE_SKIPPED);
    sc_assert_text(second->reason, "too late");
    assert_ok(jw_store_defer_schedule(store, "early", decided->look_ms, SC_NOW + 5, &error), error);
    /* read before that: others may have added to it */
    assert_ok(jw_store_defer_schedule(store, "early", decided->look_ms, SC_NOW + 99, &error),
              error);
    g_autoptr(GPtrArray) too_soon = pending(store, SC_NOW + 4), again = pending(store, SC_NOW + 5);
    assert_int_equal(too_soon->len, 0);
    assert_int_equal(again->len, 1);
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(finish(store, "early", SC_NOW, &cas, &error), error);
        assert_int_equal(cas, twice == 0 ? JW_CAS_WON : JW_CAS_LOST);
    }
    g_autoptr(JwSchedule) one_left = get_schedule(store, "early");
    assert_int_equal(one_left->pending_fires->len, 1);
    assert_ok(finish(store, "early", SC_NOW + 1, &cas, &error), error);
    assert_ok(finish(store, "nobody", SC_NOW + 1, &cas, &error), error);
    g_autoptr(GPtrArray) none = pending(store, SC_NOW + 99);
    assert_int_equal(none->len, 0);
}

/* Two runs that are asked for in one millisecond, and a due time of the same moment. */
static void
finishes_each_decision_by_itself(JwStore *store)
{
    static const struct {
        JwOccurrenceKind kind;
        const char *key;
    } decisions[] = { { JW_OCCURRENCE_RUN, "a" },
                      { JW_OCCURRENCE_RUN, "b" },
                      { JW_OCCURRENCE_CAUGHT_UP, NULL },
                      { JW_OCCURRENCE_CAUGHT_UP, JW_FIRE_BACKFILL } };
    g_autoptr(JwSchedule) schedule = new_schedule("s", SC_NOW);
    g_autoptr(GPtrArray) fires = g_ptr_array_new_with_free_func(jw_fire_free);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    for (size_t i = 0; i < G_N_ELEMENTS(decisions); i++) {
        JwFire *fire = jw_fire_new(SC_NOW, SC_NOW, decisions[i].kind, NULL);
        fire->key = g_strdup(decisions[i].key);
        g_ptr_array_add(fires, fire);
    }
    assert_ok(jw_store_push_fires(store, "s", (const JwFire *const *)fires->pdata, fires->len,
                                  SC_NOW, &cas, &error),
              error);
    for (guint i = 0; i < fires->len; i++) {
        const JwFire *fire = g_ptr_array_index(fires, i);
        assert_ok(jw_store_finish_fire(store, "s", fire, &cas, &error), error);
        assert_int_equal(cas, JW_CAS_WON);
        g_autoptr(JwSchedule) left = get_schedule(store, "s");
        assert_int_equal(left->pending_fires->len, fires->len - 1 - i);
        assert_ok(jw_store_finish_fire(store, "s", fire, &cas, &error), error);
        assert_int_equal(cas, JW_CAS_LOST);
    }
}

/* Earliest first, whatever their ids; of those that wake together, by id. */
static void
finds_what_is_due_page_by_page(JwStore *store)
{
    static const char *const ids[] = { "a", "b", "c", "d", "e", "f" };
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autoptr(JwSchedule) place = jw_schedule_new();
    int64_t wake_ms = 0;
    guint n = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        g_autoptr(JwSchedule) schedule = new_schedule(ids[i], SC_NOW + 9 - (int64_t)(i / 2));
        assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    }
    assert_int_equal(fire_it(store, &(Shot){ "c", "h1", SC_NOW + 8, SC_NOW + 20, 0 }), JW_CAS_WON);
    do {
        g_autoptr(GPtrArray) page = NULL;
        assert_ok(jw_store_due_schedules(store, SC_NOW + 9, place->id != NULL ? place : NULL, 2,
                                         &page, &error),
                  error);
        n = page->len;
        for (guint i = 0; i < n; i++) {
            const JwSchedule *at = g_ptr_array_index(page, i);
            set_text(&place->id, at->id);
            place->wake_ms = at->wake_ms;
            g_string_append_printf(seen, "%s%s", at->id, i + 1 == n ? ";" : " ");
        }
    } while (n == 2);
    assert_string_equal(seen->str, "e f;d a;b;");
    assert_ok(jw_store_next_wake(store, SC_NOW + 9, &wake_ms, &error), error);
    assert_int_equal(wake_ms, SC_NOW + 20);
    assert_ok(jw_store_next_wake(store, SC_NOW + 20, &wake_ms, &error), error);
    assert_int_equal(wake_ms, 0);
}

/* Off and on again: nextFireAt begins anew, what was decided stays and is still found. */
static void
pauses_and_resumes(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = new_schedule("s1", SC_NOW);
    g_autoptr(GPtrArray) due = NULL;
    JwCas cas = JW_CAS_LOST;

    set_text(&schedule->source, JW_SCHEDULE_FILE);
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    cas = fire_it(store, &(Shot){ "s1", "h1", SC_NOW, SC_NOW + 10, 1 });
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(jw_store_pause_schedule(store, "s1", "gone", SC_NOW + 3 + twice, &cas, &error),
                  error);
        assert_int_equal(cas, twice == 0 ? JW_CAS_WON : JW_CAS_LOST);
    }
    assert_ok(jw_store_pause_schedule(store, "nobody", "gone", SC_NOW, &cas, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    g_autoptr(JwSchedule) off = get_schedule(store, "s1");
    assert_true(off->paused);
    sc_assert_text(off->source, JW_SCHEDULE_FILE);
    sc_assert_text(off->switch_reason, "gone");
    sc_assert_text(off->job_body, "{}");
    assert_int_equal(off->switched_at_ms, SC_NOW + 3);
    assert_int_equal(off->updated_at_ms, SC_NOW + 3);
    assert_int_equal(off->next_fire_ms, SC_NOW + 10);
    g_autoptr(GPtrArray) open = pending(store, SC_NOW + 99);
    assert_int_equal(open->len, 1);
    assert_true(((JwSchedule *)g_ptr_array_index(open, 0))->paused);
    assert_ok(finish(store, "s1", SC_NOW, &cas, &error), error);
    assert_ok(jw_store_due_schedules(store, SC_NOW + 99, NULL, 10, &due, &error), error);
    assert_int_equal(due->len, 0);

    schedule->next_fire_ms = SC_NOW + 50; /* the same rule, computed afresh */
    schedule->updated_at_ms = SC_NOW + 45;
    set_text(&schedule->switch_reason, "back");
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(jw_store_put_schedule(store, schedule, &error), error);
        g_autoptr(JwSchedule) on = get_schedule(store, "s1");
        assert_false(on->paused);
        assert_int_equal(on->next_fire_ms, SC_NOW + 50);
        assert_int_equal(on->switched_at_ms, SC_NOW + 45);
        sc_assert_text(on->switch_reason, "back");
        schedule->next_fire_ms = SC_NOW + 60; /* resumed as it was: nothing begins anew */
        schedule->updated_at_ms = SC_NOW + 55;
    }
}

static void
lists_schedules_page_by_page(JwStore *store)
{
    static const char *const ids[] = { "a", "b", "c", "d", "e" };
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    g_autofree char *after = NULL;
    guint n = 0;

    for (size_t i = G_N_ELEMENTS(ids); i > 0; i--) {
        g_autoptr(JwSchedule) schedule = new_schedule(ids[i - 1], SC_NOW);
        schedule->paused = i % 2 != 0;
        assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    }
    do {
        g_autoptr(GPtrArray) page = NULL;
        assert_ok(jw_store_list_schedules(store, after, 2, &page, &error), error);
        n = page->len;
        for (guint i = 0; i < n; i++) {
            g_free(after);
            after = g_strdup(((JwSchedule *)g_ptr_array_index(page, i))->id);
            g_string_append_printf(seen, "%s%s", after, i + 1 == n ? ";" : " ");
        }
    } while (n == 2);
    assert_string_equal(seen->str, "a b;c d;e;");
}

typedef struct {
    JwStore *store;
    int won;
} Racer;

static gpointer
race_to_fire(gpointer data)
{
    Racer *racer = data;

    racer->won +=
        fire_it(racer->store, &(Shot){ "s1", "h1", SC_NOW, SC_NOW + 5, 1 }) == JW_CAS_WON ? 1 : 0;
    return NULL;
}

static void
of_many_schedulers_one_fires(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = new_schedule("s1", SC_NOW);
    Racer racers[4] = { { store, 0 }, { store, 0 }, { store, 0 }, { store, 0 } };
    int won = 0;

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    sc_threads(G_N_ELEMENTS(racers), race_to_fire, racers, sizeof(*racers));
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        won += racers[i].won;
    }
    assert_int_equal(won, 1);
    g_autoptr(JwSchedule) read = get_schedule(store, "s1");
    assert_int_equal(read->pending_fires->len, 1);
}

/* Two rules may be due at the same time; a decision belongs to the rule that was read. */
static void
fires_only_by_the_rule_that_was_read(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwSchedule) schedule = new_schedule("s1", SC_NOW);
    JwCas cas = JW_CAS_WON;

    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    set_text(&schedule->rule_hash, "h2");
    assert_ok(jw_store_put_schedule(store, schedule, &error), error);
    cas = fire_it(store, &(Shot){ "s1", "h1", SC_NOW, SC_NOW + 5, 1 });
    assert_int_equal(cas, JW_CAS_LOST);
    g_autoptr(JwSchedule) read = get_schedule(store, "s1");
    assert_int_equal(read->next_fire_ms, SC_NOW);
    assert_int_equal(read->pending_fires->len, 0);
    cas = fire_it(store, &(Shot){ "s1", "h2", SC_NOW, SC_NOW + 5, 1 });
    assert_int_equal(cas, JW_CAS_WON);

    g_autoptr(JwSchedule) bare =
        new_schedule("bare", SC_NOW); /* a rule without a hash is one too */
    set_text(&bare->rule_hash, NULL);
    assert_ok(jw_store_put_schedule(store, bare, &error), error);
    cas = fire_it(store, &(Shot){ "bare", "h1", SC_NOW, 0, 1 });
    assert_int_equal(cas, JW_CAS_LOST);
    cas = fire_it(store, &(Shot){ "bare", NULL, SC_NOW, 0, 1 });
    assert_int_equal(cas, JW_CAS_WON);
}

static void
note_occurrence(const JwOccurrence *occurrence, gpointer data)
{
    g_string_append_printf(data, "%s %s %d %d %s;", occurrence->id, occurrence->schedule_id,
                           (int)(occurrence->due_ms - SC_NOW), (int)occurrence->kind,
                           occurrence->reason != NULL ? occurrence->reason : "-");
}

static void
list(JwStore *store, const JwOccurrenceQuery *query, GString *seen)
{
    g_autoptr(GError) error = NULL;

    g_string_truncate(seen, 0);
    assert_ok(jw_store_list_occurrences(store, query, note_occurrence, seen, &error), error);
}

static void
keeps_occurrences(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new(NULL);
    JwOccurrenceQuery query = { .schedule_id = "s1", .limit = 10 };
    const JwOccurrence rows[] = {
        { .id = "o1", "s1", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_FIRED, NULL, "o1", NULL, 0 },
        { .id = "o2", "s1", SC_NOW + 2, SC_NOW, JW_OCCURRENCE_SKIPPED, "too late", NULL, NULL, 0 },
        { .id = "o3", "s1", SC_NOW + 3, SC_NOW, JW_OCCURRENCE_PAUSED, "lunch", NULL, NULL, 0 },
        { .id = "o4", "s2", SC_NOW + 4, SC_NOW, JW_OCCURRENCE_CAUGHT_UP, NULL, "o4", NULL, 0 },
        { .id = "o1", "s1", SC_NOW + 9, SC_NOW, JW_OCCURRENCE_SKIPPED, "again", NULL, NULL, 0 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
        JwCreate create = JW_CREATE_EXISTS;
        assert_ok(jw_store_put_occurrence(store, &rows[i], &create, &error), error);
        assert_int_equal(create, i < 4 ? JW_CREATE_NEW : JW_CREATE_EXISTS); /* left as it was */
    }
    list(store, &query, seen);
    assert_string_equal(seen->str, "o3 s1 3 6 lunch;o2 s1 2 5 too late;o1 s1 1 0 -;");
    query.no_switches = true;
    query.limit = 1;
    list(store, &query, seen);
    assert_string_equal(seen->str, "o2 s1 2 5 too late;");
    query.before_ms = SC_NOW + 2;
    list(store, &query, seen);
    assert_string_equal(seen->str, "o1 s1 1 0 -;");
    query = (JwOccurrenceQuery){ .schedule_id = "s1",
                                 .kinds = 1u << JW_OCCURRENCE_FIRED | 1u << JW_OCCURRENCE_SKIPPED,
                                 .limit = 10 };
    list(store, &query, seen);
    assert_string_equal(seen->str, "o2 s1 2 5 too late;o1 s1 1 0 -;");
    query.kinds = 1u << JW_OCCURRENCE_PAUSED;
    query.no_switches = true;
    list(store, &query, seen);
    assert_string_equal(seen->str, "o3 s1 3 6 lunch;");
}

static void
note_end(const JwOccurrence *occurrence, gpointer data)
{
    g_string_printf(data, "%d %s %s %d", (int)occurrence->kind,
                    occurrence->job_id != NULL ? occurrence->job_id : "-",
                    occurrence->end_state != NULL ? occurrence->end_state : "-",
                    occurrence->ended_ms == 0 ? 0 : (int)(occurrence->ended_ms - SC_NOW));
}

static void
assert_row(JwStore *store, const char *id, const char *expected)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GString) seen = g_string_new("none");
    bool found = false;

    assert_ok(jw_store_get_occurrence(store, id, note_end, seen, &found, &error), error);
    assert_int_equal(found, strcmp(expected, "none") != 0);
    assert_string_equal(seen->str, expected);
}

/* Its kind may change until its job has ended; how that ended stays. */
static void
amends_and_ends_occurrences(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    JwOccurrence row = {
        .id = "o1", "s1", SC_NOW + 1, SC_NOW, JW_OCCURRENCE_SKIPPED, "w", NULL, NULL, 0
    };
    g_autoptr(GString) seen = g_string_new(NULL);
    JwOccurrenceQuery query = { .schedule_id = "s1", .limit = 10, .ended_only = true };
    JwCreate create = JW_CREATE_EXISTS;
    JwCas cas = JW_CAS_LOST;
    size_t removed = 0;

    assert_ok(jw_store_put_occurrence(store, &row, &create, &error), error);
    row.kind = JW_OCCURRENCE_CAUGHT_UP;
    row.job_id = "o1";
    assert_ok(
        jw_store_amend_occurrence(store, &row, JW_OCCURRENCE_SKIPPED, SC_NOW - 1, &cas, &error),
        error);
    assert_int_equal(cas, JW_CAS_LOST); /* written again since */
    for (int twice = 0; twice < 2; twice++) {
        assert_ok(
            jw_store_amend_occurrence(store, &row, JW_OCCURRENCE_SKIPPED, SC_NOW, &cas, &error),
            error);
        assert_int_equal(cas, twice == 0 ? JW_CAS_WON : JW_CAS_LOST);
    }
    assert_row(store, "o1", "2 o1 - 0");
    assert_row(store, "nobody", "none");
    assert_ok(jw_store_remove_occurrences(store, SC_NOW + 1, 10, &removed, &error), error);
    assert_int_equal(removed, 0); /* its job has not ended */
    assert_ok(jw_store_end_occurrence(store, "o1", "failed", SC_NOW + 7, &error), error);
    assert_ok(jw_store_end_occurrence(store, "nobody", "failed", SC_NOW + 7, &error), error);
    assert_row(store, "o1", "2 o1 failed 7");
    row.kind = JW_OCCURRENCE_SKIPPED;
    assert_ok(jw_store_amend_occurrence(store, &row, JW_OCCURRENCE_CAUGHT_UP, SC_NOW, &cas, &error),
              error);
    assert_int_equal(cas, JW_CAS_LOST);
    list(store, &query, seen);
    assert_string_equal(seen->str, "o1 s1 1 2 w;");
    query.ended_after_ms = SC_NOW + 7;
    list(store, &query, seen);
    assert_string_equal(seen->str, "");
    assert_ok(jw_store_remove_occurrences(store, SC_NOW, 10, &removed, &error), error);
    assert_int_equal(removed, 0); /* too young */
    assert_ok(jw_store_remove_occurrences(store, SC_NOW + 1, 10, &removed, &error), error);
    assert_int_equal(removed, 1);
    assert_row(store, "o1", "none");
}

const ScCase sc_schedule_cases[] = {
    { "puts_schedules_and_keeps_their_decisions", puts_schedules_and_keeps_their_decisions },
    { "takes_over_an_edited_template", takes_over_an_edited_template },
    { "finds_what_is_due_and_fires_it_once", finds_what_is_due_and_fires_it_once },
    { "finds_what_is_due_page_by_page", finds_what_is_due_page_by_page },
    { "finishes each decision by itself", finishes_each_decision_by_itself },
    { "of_many_schedulers_one_fires", of_many_schedulers_one_fires },
    { "fires_only_by_the_rule_that_was_read", fires_only_by_the_rule_that_was_read },
    { "pauses_and_resumes", pauses_and_resumes },
    { "lists_schedules_page_by_page", lists_schedules_page_by_page },
    { "keeps_occurrences", keeps_occurrences },
    { "amends_and_ends_occurrences", amends_and_ends_occurrences },
    { NULL, NULL },
};
