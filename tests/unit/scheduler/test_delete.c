/* test_delete.c: nothing fires after a confirmed deletion, whatever a scheduler was in the middle
 * of, and the ledger says what became of each due time. */
#include "schkit.h"

#include "jw/jobs_schedules.h"
#include "jw/store_mem.h"

#include <string.h>

#define MAX_CALLS 60

static const char *const policies[] = { "fire_once", "skip", "fire_all" };

/* A scheduler decided what is due at these minutes, and died. */
static void
decide_only(SchKit *kit, int64_t next_minute, JwOccurrenceKind first, bool second)
{
    char why[] = "why";
    g_autoptr(JwFire) one = jw_fire_new(KIT_NOW + 10 * MINUTE, KIT_NOW, first, NULL);
    g_autoptr(JwFire) two =
        jw_fire_new(KIT_NOW + 20 * MINUTE, KIT_NOW, JW_OCCURRENCE_COALESCED, why);
    const JwFire *const fires[] = { one, two };
    const JwScheduleStep step = { .next_ms = KIT_NOW + next_minute * MINUTE,
                                  .wake_ms = KIT_NOW + next_minute * MINUTE,
                                  .fires = fires,
                                  .n_fires = second ? 2 : 1 };
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    assert_ok(jw_store_fire_schedule(kit->sch.store, schedule, &step, KIT_NOW, &cas, &error),
              error);
    assert_int_equal(cas, JW_CAS_WON);
}

static JwCas
delete_it(SchKit *kit)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_jobs_delete_schedule(&kit->second.jobs, "s", "apikey:k", &cas, &error), error);
    return cas;
}

static JwSchedule *
tombstone(SchKit *kit)
{
    JwSchedule *deleted = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_get_deleted_schedule(kit->sch.store, "s", &deleted, &error), error);
    return deleted;
}

static size_t
count_jobs(SchKit *kit)
{
    const JwJobQuery query = { .type = "report", .limit = 1000 };
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;
    int64_t total = 0;

    assert_ok(jw_store_list_jobs(kit->sch.store, &query, &jobs, &total, &error), error);
    return jobs->len;
}

/* An hour passes: nothing comes of it, and nothing is left to be decided. */
static void
assert_silent(SchKit *kit)
{
    const size_t before = count_jobs(kit);

    for (int i = 0; i < 6; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        assert_int_equal(kit_fire(&kit->sch), 0);
        assert_int_equal(kit_fire(&kit->second), 0);
    }
    assert_int_equal(count_jobs(kit), before);
    g_autoptr(JwSchedule) left = tombstone(kit);
    assert_true(left == NULL || left->pending_fires->len == 0);
}

static void
test_deleted_before_it_is_due(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    tk_clock_advance(&kit->ports->clock.fake, 9 * MINUTE);
    assert_int_equal(kit_fire(&kit->sch), 0);
    assert_int_equal(delete_it(kit), JW_CAS_WON);
    assert_int_equal(delete_it(kit), JW_CAS_LOST);
    assert_silent(kit);
    assert_history(kit, "s", "");
}

/* A scheduler decided to fire, and died. */
static void
test_pending_decisions_make_no_jobs(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    tk_clock_advance(&kit->ports->clock.fake, 21 * MINUTE);
    decide_only(kit, 30, JW_OCCURRENCE_FIRED, true);
    assert_int_equal(delete_it(kit), JW_CAS_WON);
    assert_int_equal(count_jobs(kit), 0);
    assert_silent(kit);
    assert_history(kit, "s", "skipped@10 coalesced@20 ");
}

typedef struct {
    SchKit *kit;
    size_t jobs; /* when the deletion was confirmed */
} Deletion;

static void
delete_now(gpointer data)
{
    Deletion *self = data;

    assert_int_equal(delete_it(self->kit), JW_CAS_WON);
    self->jobs = count_jobs(self->kit);
}

/* The scheduler stops before any of its calls, for as long as it likes; meanwhile the schedule is
 * deleted. */
static void
test_deleted_while_a_scheduler_is_stopped(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        for (int n = 1;; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p]);
            Deletion deletion = { .kit = kit, .jobs = SIZE_MAX };

            jw_store_mem_before_nth(kit->sch.store, n, delete_now, &deletion);
            (void)kit_fire(&kit->sch);
            jw_store_mem_before_nth(kit->sch.store, 0, NULL, NULL);
            if (deletion.jobs == SIZE_MAX) {
                assert_true(n > 5);
                break;
            }
            assert_int_equal(count_jobs(kit), deletion.jobs);
            assert_silent(kit);
            g_autofree char *history = kit_history(kit, "s"); /* rows and jobs agree */
            assert_non_null(history);
            assert_true(n < MAX_CALLS);
        }
    }
}

static void
fire_now(gpointer data)
{
    SchKit *kit = data;

    (void)kit_fire(&kit->sch);
}

/* A scheduler comes between any two steps of the deletion. */
static void
test_fires_during_the_deletion(void **state G_GNUC_UNUSED)
{
    for (size_t p = 0; p < G_N_ELEMENTS(policies); p++) {
        for (int n = 1; n <= 12; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late(policies[p]);

            jw_store_mem_before_nth(kit->sch.store, n, fire_now, kit);
            assert_int_equal(delete_it(kit), JW_CAS_WON);
            jw_store_mem_before_nth(kit->sch.store, 0, NULL, NULL);
            assert_silent(kit);
            g_autofree char *history = kit_history(kit, "s");
            assert_non_null(history);
        }
    }
}

/* A scheduler wrote that it fires, and is stopped before it makes the job: who deletes makes it. */
static void
test_what_the_ledger_says_fired_has_its_job(void **state)
{
    SchKit *kit = *state;
    const int64_t due = KIT_NOW + 10 * MINUTE;
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    decide_only(kit, 20, JW_OCCURRENCE_FIRED, false);
    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    g_autoptr(JwFire) fire = jw_fire_new(due, due, JW_OCCURRENCE_FIRED, NULL);
    JwOccurrence row = jw_jobs_occurrence(schedule, fire, due);
    row.job_id = row.id;
    assert_ok(jw_store_put_occurrence(kit->sch.store, &row, &create, &error), error);
    assert_int_equal(delete_it(kit), JW_CAS_WON);
    assert_int_equal(count_jobs(kit), 1);
    assert_silent(kit);
    assert_history(kit, "s", "fired@10 ");
}

/* Whatever fails: once a deletion is confirmed, or the schedule is said to be gone, nothing
 * fires. */
static void
test_every_call_of_the_deletion_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1;; n++) {
            g_autoptr(SchKit) kit = kit_with_three_late("fire_all");
            g_autoptr(GError) error = NULL;
            JwCas cas = JW_CAS_LOST;

            jw_store_mem_fail_nth(kit->sch.store, 7, JW_ERROR_UNAVAILABLE, false);
            {
                g_autoptr(GError) stopped = NULL; /* in the middle of what is due */
                size_t decided = 0;
                assert_false(sch_fire_due(&kit->sch, &decided, &stopped));
            }
            kit_fault_at(kit->ports, n, kit_faults[f]);
            const bool ok =
                jw_jobs_delete_schedule(&kit->second.jobs, "s", "apikey:k", &cas, &error);
            const bool reached = kit_fault_met(kit->ports);
            if (!ok) {
                (void)delete_it(kit); /* the request is repeated */
            } else {
                assert_int_equal(cas, JW_CAS_WON);
            }
            assert_silent(kit);
            g_autofree char *history = kit_history(kit, "s");
            assert_non_null(history);
            if (!reached) {
                assert_true(n > 3);
                break;
            }
            assert_true(n < MAX_CALLS);
        }
    }
}

/* One that is not of the file leaves nothing behind; what comes after under its id is another. */
static void
test_deleted_for_good(void **state)
{
    SchKit *kit = *state;
    g_autoptr(JwSchedule) schedule = NULL;
    g_autoptr(GError) error = NULL;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    g_free(schedule->source);
    schedule->source = g_strdup("api");
    g_clear_pointer(&schedule->entry_hash, g_free);
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
    assert_int_equal(delete_it(kit), JW_CAS_WON);
    assert_null(tombstone(kit));
    assert_ok(jw_store_put_schedule(kit->sch.store, schedule, &error), error);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    assert_int_equal(kit_fire(&kit->sch), 1);
    assert_history(kit, "s", "fired@10 ");
}

/* Deleted by the API with something pending, and made again before a scheduler saw it. */
static void
test_made_again_with_something_pending(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    tk_clock_advance(&kit->ports->clock.fake, 11 * MINUTE);
    decide_only(kit, 20, JW_OCCURRENCE_FIRED, false);
    assert_int_equal(delete_it(kit), JW_CAS_WON);
    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"}");
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "skipped@10 ");
    kit_assert_none_pending(kit, "s");
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    assert_int_equal(kit_fire(&kit->sch), 1);
    assert_history(kit, "s", "skipped@10 fired@20 ");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_deleted_before_it_is_due, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_pending_decisions_make_no_jobs, kit_setup,
                                        kit_teardown),
        cmocka_unit_test(test_deleted_while_a_scheduler_is_stopped),
        cmocka_unit_test(test_fires_during_the_deletion),
        cmocka_unit_test_setup_teardown(test_what_the_ledger_says_fired_has_its_job, kit_setup,
                                        kit_teardown),
        cmocka_unit_test(test_every_call_of_the_deletion_fails),
        cmocka_unit_test_setup_teardown(test_deleted_for_good, kit_setup, kit_teardown),
        cmocka_unit_test_setup_teardown(test_made_again_with_something_pending, kit_setup,
                                        kit_teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
