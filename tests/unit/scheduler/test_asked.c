/* test_asked.c: jobs that somebody asks for beside the due times: a run now, and the backfill of a
 * range. */
#include "schkit.h"

#include "jw/jobs_schedules.h"
#include "jw/store_jobs.h"
#include "jw/store_mem.h"
#include "due.h"

#define EVERY_10 "\"trigger\":{\"type\":\"interval\",\"every\":\"10m\"},\"misfire_grace\":\"1m\""

static JwSchedule *
stored(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    JwSchedule *schedule = NULL;

    assert_ok(jw_store_get_schedule(kit->sch.store, "s", &schedule, &error), error);
    assert_non_null(schedule);
    return schedule;
}

static char *
run_as(SchKit *kit, const char *key, bool replayed)
{
    g_autoptr(JwSchedule) schedule = stored(kit);
    g_autoptr(GError) error = NULL;
    char id[JW_UUID_LEN + 1];
    bool was = !replayed;

    assert_ok(jw_jobs_run_schedule(&kit->sch.jobs, schedule, "ann", key, id, &was, &error), error);
    assert_int_equal(was, replayed);
    return g_strdup(id);
}

static char *
run(SchKit *kit, const char *key)
{
    return run_as(kit, key, false);
}

static size_t
backfill(SchKit *kit, int from, int to)
{
    g_autoptr(JwSchedule) schedule = stored(kit);
    g_autoptr(GError) error = NULL;
    size_t count = 0;

    assert_ok(jw_jobs_backfill_schedule(&kit->sch.jobs, schedule, KIT_NOW + from * MINUTE,
                                        KIT_NOW + to * MINUTE, "ann", &count, &error),
              error);
    return count;
}

static void
pass(SchKit *kit, int minutes)
{
    for (int i = 0; i < minutes; i++) {
        tk_clock_advance(&kit->ports->clock.fake, MINUTE);
        (void)kit_fire(&kit->sch);
    }
}

/* Its own id by request, no due time moves, and it runs beside what runs and of a paused one. */
static void
test_run_now(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10 ",\"overlap\":\"skip\"");
    pass(kit, 12);
    g_autoptr(JwSchedule) before = stored(kit);
    g_autofree char *first = run(kit, "k1"), *again = run_as(kit, "k1", true),
                    *other = run(kit, NULL);
    assert_string_equal(first, again);
    assert_string_not_equal(first, other);
    (void)kit_fire(&kit->sch);
    g_autofree char *late = run_as(kit, "k1", true); /* when it is there already */
    assert_string_equal(late, first);
    pass(kit, 1);
    assert_history(kit, "s", "fired@10 run@12 run@12 ");
    g_autoptr(JwSchedule) after = stored(kit);
    assert_int_equal(after->next_fire_ms, before->next_fire_ms);
    g_autoptr(JwJob) job = kit_job(kit->ports, first);
    assert_non_null(job);
    assert_string_equal(job->schedule_id, "s");

    kit_put(kit, "s", EVERY_10 ",\"paused\":true");
    g_autofree char *paused = run(kit, "k2");
    pass(kit, 1);
    g_autoptr(JwJob) of_paused = kit_job(kit->ports, paused);
    assert_non_null(of_paused);
    kit_assert_none_pending(kit, "s");
}

/* Each due time once: those that have a job are left alone, the others get theirs. */
static void
test_backfill(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10);
    tk_clock_advance(&kit->ports->clock.fake, 35 * MINUTE);
    (void)kit_fire(&kit->sch);
    assert_history(kit, "s", "coalesced@10 coalesced@20 caught_up@30 ");
    assert_int_equal(backfill(kit, -20, 99), 6); /* -20 to 30; from 40 on they fire themselves */
    pass(kit, 1);
    assert_history(kit, "s",
                   "caught_up@-20 caught_up@-10 caught_up@0 caught_up@10 caught_up@20 "
                   "caught_up@30 ");
    assert_int_equal(backfill(kit, 10, 31), 3); /* again: nothing is made twice */
    pass(kit, 1);
    assert_history(kit, "s",
                   "caught_up@-20 caught_up@-10 caught_up@0 caught_up@10 caught_up@20 "
                   "caught_up@30 ");
    kit_assert_none_pending(kit, "s");
    assert_int_equal(backfill(kit, 11, 19), 0);
}

static void
test_backfill_is_bounded(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL, none = NULL;
    size_t count = 0;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"1s\"}");
    g_autoptr(JwSchedule) schedule = stored(kit);
    assert_false(jw_jobs_backfill_schedule(&kit->sch.jobs, schedule, KIT_NOW - 1001 * 1000, KIT_NOW,
                                           "ann", &count, &error));
    assert_jw_error(error, JW_ERROR_TOO_LARGE, "more than 1000 due times*a part*");
    assert_false(jw_jobs_backfill_schedule(&kit->sch.jobs, schedule, KIT_NOW, KIT_NOW, "ann",
                                           &count, &none));
    assert_jw_error(none, JW_ERROR_INVALID, "*begin before its end*");
}

/* A long one has its share of each round, and what is due has its own. */
static void
test_backfill_holds_up_nobody(void **state)
{
    SchKit *kit = *state;
    g_autoptr(GError) error = NULL;
    int64_t jobs = 0;

    kit_put(kit, "s", "\"trigger\":{\"type\":\"interval\",\"every\":\"1s\"},\"paused\":true");
    kit_put(kit, "v", EVERY_10);
    assert_int_equal(backfill(kit, -3, 0), 180);
    tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
    (void)kit_fire_round(&kit->sch);
    assert_history(kit, "v", "fired@10 ");
    g_autoptr(JwSchedule) left = stored(kit);
    assert_int_equal(left->pending_fires->len, 180 - SCH_TURN_MAX);
    assert_true(kit->sch.more);
    assert_int_equal(sch_rest_ms(&kit->sch), 1);
    (void)kit_fire(&kit->sch);
    kit_assert_none_pending(kit, "s");
    assert_false(kit->sch.more);
    assert_true(sch_rest_ms(&kit->sch) > 1);
    assert_ok(jw_store_count_jobs(kit->sch.store, JW_JOB_BIT(JW_JOB_PENDING), 1000, &jobs, &error),
              error);
    assert_int_equal(jobs, 180 + 1);
}

/* Under overlap one after the other; what comes due meanwhile is judged as ever. */
static void
test_backfill_in_turn(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10 ",\"overlap\":\"queue_one\"");
    assert_int_equal(backfill(kit, -20, 0), 2);
    pass(kit, 2);
    assert_history(kit, "s", "caught_up@-20 ");
    for (int minute = -20; minute <= 0; minute += 10) {
        g_autofree char *due = jw_time_format(KIT_NOW + minute * MINUTE);
        char id[JW_UUID_LEN + 1];
        jw_uuid_derive(id, "schedule", "s", due, NULL);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        if (job != NULL) {
            kit_change(kit->ports,
                       (JwJobChange){ .job_id = id, .transition = JW_CHANGE_CANCEL_NOW });
        }
        pass(kit, 1);
    }
    assert_history(kit, "s", "caught_up@-20 caught_up@-10 ");
    kit_assert_none_pending(kit, "s");
}

/* Of one that is paused all that has passed may be asked for: none of it comes by itself. */
static void
test_backfill_of_a_paused_one(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10);
    pass(kit, 11);
    kit_put(kit, "s", EVERY_10 ",\"paused\":true");
    pass(kit, 24);
    assert_int_equal(backfill(kit, 10, 99), 3);
    pass(kit, 1);
    assert_history(kit, "s", "fired@10 paused@11 caught_up@20 caught_up@30 ");
    kit_put(kit, "s", EVERY_10);
    pass(kit, 4);
    assert_history(kit, "s", "fired@10 paused@11 caught_up@20 caught_up@30 resumed@36 fired@40 ");
}

static void
delete_schedule(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_jobs_delete_schedule(&kit->second.jobs, "s", "ann", &cas, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

/* What was asked of a schedule that was deleted is not made when there is one of its id again; but
 * that one may be asked for the same, by the same key and for the same due times. */
static void
test_asked_of_one_made_anew(void **state)
{
    SchKit *kit = *state;

    kit_put(kit, "s", EVERY_10);
    pass(kit, 1);
    assert_int_equal(backfill(kit, -30, 0), 3);
    g_autofree char *before = run(kit, "k");
    delete_schedule(kit);
    tk_clock_advance(&kit->ports->clock.fake, MINUTE);
    kit_put(kit, "s", EVERY_10); /* with all that pending still */
    pass(kit, 1);
    assert_history(kit, "s", "skipped@-30 skipped@-20 skipped@-10 skipped@1 ");
    kit_assert_none_pending(kit, "s");
    assert_int_equal(backfill(kit, -30, 0), 3);
    g_autofree char *after = run(kit, "k");
    assert_string_not_equal(before, after);
    g_autofree char *again = run_as(kit, "k", true);
    assert_string_equal(after, again);
    pass(kit, 1);
    assert_history(kit, "s", "caught_up@-30 caught_up@-20 caught_up@-10 skipped@1 run@3 ");
    kit_assert_none_pending(kit, "s");
}

typedef struct {
    SchKit *kit;
    bool deleted;
    size_t jobs;
} Deletion;

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

static void
delete_now(gpointer data)
{
    Deletion *self = data;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_jobs_delete_schedule(&self->kit->second.jobs, "s", "ann", &cas, &error), error);
    self->jobs = count_jobs(self->kit);
    self->deleted = true;
}

/* Deleted before any step of a backfill and a run: after the answer nothing is made. */
static void
test_deleted_in_the_middle(void **state G_GNUC_UNUSED)
{
    Deletion deletion = { .deleted = true };

    for (int n = 1; deletion.deleted; n++) {
        g_autoptr(SchKit) kit = kit_new();
        deletion = (Deletion){ .kit = kit };

        kit_put(kit, "s", EVERY_10);
        tk_clock_advance(&kit->ports->clock.fake, 25 * MINUTE);
        (void)kit_fire(&kit->sch);
        (void)backfill(kit, -10, 20);
        g_autofree char *id = run(kit, "k");
        assert_non_null(id);
        jw_store_mem_before_nth(kit->sch.store, n, delete_now, &deletion);
        (void)kit_fire(&kit->sch);
        jw_store_mem_before_nth(kit->sch.store, 0, NULL, NULL);
        if (deletion.deleted) {
            assert_int_equal(count_jobs(kit), deletion.jobs);
            pass(kit, 30);
            assert_int_equal(count_jobs(kit), deletion.jobs);
        }
        g_autofree char *history = kit_history(kit, "s"); /* rows and jobs agree */
        assert_non_null(history);
        assert_true(n < 80);
    }
}

static void
fire_second(gpointer second)
{
    (void)kit_fire(second);
}

/* Two schedulers carry out a backfill and a run, wherever they meet. */
static void
test_two_schedulers(void **state G_GNUC_UNUSED)
{
    bool ran = true;

    for (int n = 1; ran; n++) {
        g_autoptr(SchKit) kit = kit_new();

        kit_put(kit, "s", EVERY_10);
        tk_clock_advance(&kit->ports->clock.fake, 25 * MINUTE);
        (void)kit_fire(&kit->sch);
        (void)backfill(kit, -10, 20);
        g_autofree char *id = run(kit, "k");
        assert_non_null(id);
        hook_clock_at(&kit->ports->clock, n, fire_second, &kit->second);
        (void)kit_fire(&kit->sch);
        ran = hook_clock_done(&kit->ports->clock);
        pass(kit, 1);
        assert_history(kit, "s", "caught_up@-10 caught_up@0 caught_up@10 caught_up@20 run@25 ");
        kit_assert_none_pending(kit, "s");
        assert_true(n < 80);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_run_now),
        TEST(test_backfill),
        TEST(test_backfill_is_bounded),
        TEST(test_backfill_holds_up_nobody),
        TEST(test_backfill_in_turn),
        TEST(test_backfill_of_a_paused_one),
        TEST(test_asked_of_one_made_anew),
        cmocka_unit_test(test_deleted_in_the_middle),
        cmocka_unit_test(test_two_schedulers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
