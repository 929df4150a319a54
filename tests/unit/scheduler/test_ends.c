/* test_ends.c: how the job of a due time ended stands in the ledger, however it ended; and a
 * schedule pauses by itself when its jobs fail in a row. */
#include "schkit.h"

#include "jw/jobs_schedules.h"

#include <string.h>

#define EVERY_10 "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}"

static void
note_ends(Sch *sch)
{
    g_autoptr(GError) error = NULL;
    size_t noted = 0;

    assert_ok(sch_note_ends(sch, &noted, &error), error);
}

static void
pass(SchKit *kit, int minutes)
{
    for (int i = 0; i < minutes; i++) {
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
        note_ends(&kit->sch);
        (void)kit_fire(&kit->sch);
    }
}

static char *
job_at(int minute)
{
    g_autofree char *due = jw_time_format(KIT_NOW + minute * MINUTE);
    char id[JW_UUID_LEN + 1];

    jw_uuid_derive(id, "schedule", "s", due, NULL);
    return g_strdup(id);
}

static void
end(SchKit *kit, int minute, JwJobTransition transition)
{
    g_autofree char *id = job_at(minute);
    const bool runs = transition != JW_CHANGE_CANCEL_NOW;
    const int64_t token = runs ? kit_claim(kit->ports, id) : 0;

    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = transition,
                                          .token = token,
                                          .error_code = "BROKEN",
                                          .error_message = "the disk is full" });
}

static void
append(const JwOccurrence *row, gpointer text)
{
    g_string_append_printf(text, "%d:%s@%d ", (int)((row->due_ms - KIT_NOW) / MINUTE),
                           row->end_state != NULL ? row->end_state : "-",
                           row->ended_ms != 0 ? (int)((row->ended_ms - KIT_NOW) / MINUTE) : 0);
}

static void
assert_ends(SchKit *kit, const char *expected)
{
    const JwOccurrenceQuery query = { .schedule_id = "s", .no_switches = true, .limit = 100 };
    g_autoptr(GString) text = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_list_occurrences(kit->sch.store, &query, append, text, &error), error);
    assert_string_equal(text->str, expected);
}

static void
test_every_end(void **state)
{
    SchKit *kit = *state;
    g_autofree char *failed = job_at(20);

    kit_put(kit, "s", EVERY_10);
    pass(kit, 41);
    end(kit, 10, JW_CHANGE_FINISH);
    end(kit, 20, JW_CHANGE_FAIL_FINAL);
    end(kit, 30, JW_CHANGE_CANCEL_NOW);
    assert_ends(kit, "40:-@0 30:-@0 20:-@0 10:-@0 ");
    pass(kit, 1);
    assert_ends(kit, "40:-@0 30:cancelled@41 20:failed@41 10:completed@41 ");

    /* asked for again: the last end counts */
    kit_change(kit->ports, (JwJobChange){ .job_id = failed, .transition = JW_CHANGE_RETRY });
    pass(kit, 1);
    assert_ends(kit, "40:-@0 30:cancelled@41 20:failed@41 10:completed@41 ");
    end(kit, 20, JW_CHANGE_FINISH);
    pass(kit, 1);
    assert_ends(kit, "40:-@0 30:cancelled@41 20:completed@43 10:completed@41 ");
    g_autoptr(JwJob) job = kit_job(kit->ports, failed);
    assert_false(job->ledger_pending);
}

/* Jobs that no schedule made are left alone. */
static void
test_jobs_of_nobody(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, 0);
    const int64_t token = kit_claim(kit->ports, id);
    g_autoptr(GError) error = NULL;
    size_t noted = 1;

    kit_change(kit->ports,
               (JwJobChange){ .job_id = id, .transition = JW_CHANGE_FAIL_FINAL, .token = token });
    assert_ok(sch_note_ends(&kit->sch, &noted, &error), error);
    assert_int_equal(noted, 0);
    kit_change(kit->ports, (JwJobChange){ .job_id = id, .transition = JW_CHANGE_RETRY });
    kit_change(kit->ports, (JwJobChange){ .job_id = id, .transition = JW_CHANGE_CANCEL_NOW });
    note_ends(&kit->sch);
    assert_ok(sch_note_ends(&kit->sch, &noted, &error), error);
    assert_int_equal(noted, 0);
}

static JwSchedule *
stored(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    return schedule;
}

/* Three in a row; one that completes in between, and those of before a resume, do not count. */
static void
test_pauses_after_failures(void **state)
{
    SchKit *kit = *state;
    const char *members = EVERY_10 ",\"pause_after_failures\":3";

    kit_put(kit, "s", members);
    pass(kit, 51);
    end(kit, 10, JW_CHANGE_FAIL_FINAL);
    end(kit, 20, JW_CHANGE_FINISH);
    end(kit, 30, JW_CHANGE_FAIL_FINAL);
    end(kit, 40, JW_CHANGE_CANCEL_NOW);
    end(kit, 50, JW_CHANGE_FAIL_FINAL);
    pass(kit, 9);
    g_autoptr(JwSchedule) goes_on = stored(kit);
    assert_false(goes_on->paused);
    end(kit, 60, JW_CHANGE_FAIL_FINAL);
    pass(kit, 30);
    g_autoptr(JwSchedule) paused = stored(kit);
    assert_true(paused->paused);
    assert_string_equal(paused->note,
                        "3 jobs in a row failed, the last of them with: the disk is full");
    assert_history(kit, "s", "fired@10 fired@20 fired@30 fired@40 fired@50 fired@60 paused@61 ");

    kit_put(kit, "s", members); /* resumed */
    pass(kit, 10);
    assert_history(kit, "s",
                   "fired@10 fired@20 fired@30 fired@40 fired@50 fired@60 paused@61 resumed@90 "
                   "fired@100 ");
    end(kit, 100, JW_CHANGE_FAIL_FINAL);
    pass(kit, 10);
    g_autoptr(JwSchedule) resumed = stored(kit);
    assert_false(resumed->paused);
}

/* Of one that was deleted nothing counts for the one of its id that is made after it, also what
 * ends only then; and it was neither paused nor resumed. */
static void
test_made_anew(void **state)
{
    SchKit *kit = *state;
    const char *members = EVERY_10 ",\"pause_after_failures\":3";
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    kit_put(kit, "s", members);
    pass(kit, 41);
    end(kit, 10, JW_CHANGE_FAIL_FINAL);
    end(kit, 20, JW_CHANGE_FAIL_FINAL);
    end(kit, 30, JW_CHANGE_FAIL_FINAL);
    pass(kit, 1);
    g_autoptr(JwSchedule) before = stored(kit);
    assert_true(before->paused);
    pass(kit, 1);
    assert_ok(jw_jobs_delete_schedule(&kit->sch.jobs, "s", "ann", &cas, &error), error);
    pass(kit, 1);
    kit_put(kit, "s", members);
    end(kit, 40, JW_CHANGE_FAIL_FINAL);
    pass(kit, 20);
    end(kit, 50, JW_CHANGE_FAIL_FINAL);
    pass(kit, 2);
    g_autoptr(JwSchedule) anew = stored(kit);
    assert_false(anew->paused);
    assert_int_equal(anew->switched_at_ms, 0);
    end(kit, 60, JW_CHANGE_FAIL_FINAL);
    pass(kit, 10);
    end(kit, 70, JW_CHANGE_FAIL_FINAL);
    pass(kit, 2);
    g_autoptr(JwSchedule) paused = stored(kit);
    assert_true(paused->paused);
    assert_history(kit, "s",
                   "fired@10 fired@20 fired@30 fired@40 paused@42 fired@50 fired@60 fired@70 "
                   "paused@77 ");
}

static void
note_second(gpointer second)
{
    note_ends(second);
}

/* The store fails at any call, or another scheduler comes between: the ledger and the pause are the
 * same. */
static void
test_faults(void **state G_GNUC_UNUSED)
{
    bool reached = true;

    for (int n = 1; reached; n++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autoptr(GError) error = NULL;
        size_t noted = 0;

        kit_put(kit, "s", EVERY_10 ",\"pause_after_failures\":2");
        pass(kit, 21);
        end(kit, 10, JW_CHANGE_FAIL_FINAL);
        end(kit, 20, JW_CHANGE_FAIL_FINAL);
        kit_fault_at(kit->ports, n, kit_faults[(size_t)n % kit_n_faults]);
        bool ok = sch_note_ends(&kit->sch, &noted, &error);
        assert_true(ok || error != NULL);
        reached = kit_fault_met(kit->ports);
        pass(kit, 1);
        note_second(&kit->second);
        assert_ends(kit, "20:failed@21 10:failed@21 ");
        g_autofree char *history = kit_history(kit, "s");
        assert_true(g_str_has_prefix(history, "fired@10 fired@20 paused@2"));
        assert_null(strstr(strstr(history, "paused") + 1, "paused"));
        assert_true(n < 40);
    }
}

static void
count(const JwOccurrence *row G_GNUC_UNUSED, gpointer n)
{
    (*(int *)n)++;
}

static int
count_rows(SchKit *kit)
{
    const JwOccurrenceQuery query = { .schedule_id = "s", .limit = 100 };
    g_autoptr(GError) error = NULL;
    int n = 0;

    assert_ok(jw_store_list_occurrences(kit->sch.store, &query, count, &n, &error), error);
    return n;
}

/* Old rows go when their jobs have ended; the due times do not come back, whoever asks. */
static void
test_retention(void **state)
{
    SchKit *kit = *state;
    g_autofree char *first = job_at(10);
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    kit_put(kit, "s", EVERY_10);
    pass(kit, 21);
    end(kit, 10, JW_CHANGE_FINISH);
    note_ends(&kit->sch);
    kit_put(kit, "s", EVERY_10 ",\"paused\":true");
    (void)kit_fire(&kit->sch);
    assert_int_equal(count_rows(kit), 3);
    tk_clock_advance(&kit->ports->clock.fake, 89 * 24 * HOUR);
    assert_ok(sch_sweep_occurrences(&kit->sch, &count, &error), error);
    assert_int_equal(count, 0);
    tk_clock_advance(&kit->ports->clock.fake, 2 * 24 * HOUR);
    assert_ok(sch_sweep_occurrences(&kit->sch, &count, &error), error);
    assert_int_equal(count, 2); /* the job of 20 has not ended */
    assert_int_equal(count_rows(kit), 1);
    g_autoptr(JwJob) before = kit_job(kit->ports, first);
    g_autoptr(JwSchedule) schedule = stored(kit);
    schedule->next_fire_ms = 0; /* whatever it says */
    assert_ok(jw_jobs_backfill_schedule(&kit->sch.jobs, schedule, KIT_NOW + 10 * MINUTE,
                                        KIT_NOW + 11 * MINUTE, "ann", &count, &error),
              error);
    assert_int_equal(count, 1);
    (void)kit_fire(&kit->sch);
    g_autoptr(JwJob) after = kit_job(kit->ports, first);
    assert_int_equal(after->state, JW_JOB_COMPLETED); /* the one job that it ever had */
    assert_int_equal(after->created_at_ms, before->created_at_ms);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_made_anew),      TEST(test_every_end),
        TEST(test_jobs_of_nobody), TEST(test_pauses_after_failures),
        TEST(test_retention),      cmocka_unit_test(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
