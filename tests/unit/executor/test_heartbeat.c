/* test_heartbeat.c: what heartbeats write, and every reason for which an attempt stops. */
#include "exekit.h"

#include <string.h>

typedef struct {
    JwJob *job; /* claimed; owned */
    ExeAttempt *attempt;
} Run;

static void
run_clear(Run *self)
{
    g_clear_pointer(&self->attempt, exe_attempt_end);
    g_clear_pointer(&self->job, jw_job_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Run, run_clear)

static Run
begin(ExeKit *kit, int64_t timeout_ms)
{
    g_autofree char *id = kit_make(kit, "");
    Run run = { 0 };

    (void)kit_claim(kit->ports, id);
    run.job = kit_job(kit->ports, id);
    run.job->timeout_ms = timeout_ms;
    run.attempt = exe_attempt_begin(&kit->exe, run.job);
    return run;
}

static void
assert_goes_on(const Run *run)
{
    g_autoptr(GError) error = NULL;

    assert_ok(exe_attempt_go_on(run->attempt, &error), error);
    assert_int_equal(exe_attempt_stop_reason(run->attempt), EXE_GO_ON);
}

static void
assert_stops(const Run *run, ExeStopReason reason, const char *pattern)
{
    g_autoptr(GError) error = NULL;

    assert_false(exe_attempt_go_on(run->attempt, &error));
    assert_jw_error(error, JW_ERROR_CANCELLED, pattern);
    assert_int_equal(exe_attempt_stop_reason(run->attempt), reason);
}

static void
test_writes_progress(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    exe_attempt_progress(run.attempt, "Reading records", 30, 100, 400);
    exe_attempt_heartbeat(run.attempt);
    g_autoptr(JwJob) job = kit_job(kit->ports, run.job->id);
    assert_int_equal(job->heartbeat, 1);
    assert_int_equal(job->progress.percent, 30);
    assert_string_equal(job->progress.step, "Reading records");
    assert_int_equal(job->progress.done, 100);
    assert_int_equal(job->progress.total, 400);
    /* never back, never out of range */
    exe_attempt_progress(run.attempt, "Reading records", 10, 200, 400);
    exe_attempt_heartbeat(run.attempt);
    g_autoptr(JwJob) same = kit_job(kit->ports, run.job->id);
    assert_int_equal(same->progress.percent, 30);
    assert_int_equal(same->progress.done, 200);
    exe_attempt_progress(run.attempt, "Publishing", 250, 400, 400);
    exe_attempt_heartbeat(run.attempt);
    g_autoptr(JwJob) top = kit_job(kit->ports, run.job->id);
    assert_int_equal(top->progress.percent, 100);
    assert_int_equal(top->heartbeat, 3);
    assert_goes_on(&run);
}

/* A step is written at once, but for those of a job too short for anybody to see them. */
static void
test_steps_of_short_jobs_cost_nothing(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);
    static const struct {
        int64_t wait_ms, heartbeat;
    } steps[] = { { 0, 0 }, { 99, 0 }, { 1, 1 }, { 50, 1 }, { 50, 2 } };

    for (size_t i = 0; i < G_N_ELEMENTS(steps); i++) {
        tk_clock_advance(&kit->ports->clock.fake, steps[i].wait_ms);
        exe_attempt_step(run.attempt, "Reading records", 10, 1, -1);
        g_autoptr(JwJob) job = kit_job(kit->ports, run.job->id);
        assert_int_equal(job->heartbeat, steps[i].heartbeat);
    }
}

static void
test_lost_to_another(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    kit_change(kit->ports, (JwJobChange){ .job_id = run.job->id,
                                          .transition = JW_CHANGE_REAP_RETRY,
                                          .token = run.job->token });
    assert_goes_on(&run); /* not yet known here */
    exe_attempt_heartbeat(run.attempt);
    assert_stops(&run, EXE_STOP_LOST, "*claim*lost*");
    g_autoptr(JwJob) job = kit_job(kit->ports, run.job->id);
    assert_int_equal(job->heartbeat, 0);
}

static void
test_cancel_asked(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    kit_change(kit->ports,
               (JwJobChange){ .job_id = run.job->id, .transition = JW_CHANGE_CANCEL_GRACEFUL });
    exe_attempt_heartbeat(run.attempt);
    assert_stops(&run, EXE_STOP_CANCEL, "*cancelled*");
    /* the first reason stays */
    exe_heartbeats_shutdown(kit->exe.heartbeats);
    tk_clock_advance(&kit->ports->clock.fake, 3600000);
    assert_stops(&run, EXE_STOP_CANCEL, "*cancelled*");
}

/* The store away: exactly JW_HEARTBEAT_TIMEOUT without a heartbeat is still good, a millisecond
 * more is not. */
static void
test_no_heartbeat_gets_through(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    tk_clock_advance(&kit->ports->clock.fake, kit->exe.times.heartbeat_timeout_ms);
    jw_store_mem_fail_nth(kit->exe.store, 1, JW_ERROR_UNAVAILABLE, false);
    exe_attempt_heartbeat(run.attempt);
    assert_goes_on(&run);
    exe_attempt_heartbeat(run.attempt); /* the store is back: the wait starts anew */
    tk_clock_advance(&kit->ports->clock.fake, kit->exe.times.heartbeat_timeout_ms);
    assert_goes_on(&run);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    jw_store_mem_fail_nth(kit->exe.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_stops(&run, EXE_STOP_LOST, "*claim*lost*");
}

/* The process was stopped, the store is there: what counts is whether the job is still its own. */
static void
test_stopped_for_an_hour(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    tk_clock_advance(&kit->ports->clock.fake, 3600000);
    assert_goes_on(&run);
    g_autoptr(JwJob) job = kit_job(kit->ports, run.job->id);
    assert_int_equal(job->heartbeat, 1); /* so that the reaper sees it */
    assert_goes_on(&run);
    g_autoptr(JwJob) same = kit_job(kit->ports, run.job->id);
    assert_int_equal(same->heartbeat, 1); /* asked once */
    kit_change(kit->ports, (JwJobChange){ .job_id = run.job->id,
                                          .transition = JW_CHANGE_REAP_RETRY,
                                          .token = run.job->token,
                                          .heartbeat = 1 });
    tk_clock_advance(&kit->ports->clock.fake, 3600000);
    assert_stops(&run, EXE_STOP_LOST, "*claim*lost*");
}

/* A heartbeat whose answer was lost may have been written or not: it does not count. */
static void
test_heartbeat_in_doubt(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    tk_clock_advance(&kit->ports->clock.fake, kit->exe.times.heartbeat_timeout_ms);
    jw_store_mem_fail_nth(kit->exe.store, 1, JW_ERROR_IN_DOUBT, true);
    exe_attempt_heartbeat(run.attempt);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    jw_store_mem_fail_nth(kit->exe.store, 1, JW_ERROR_IN_DOUBT, true);
    assert_stops(&run, EXE_STOP_LOST, "*claim*lost*");
}

static void
advance(gpointer clock)
{
    tk_clock_advance(clock, 15000);
}

/* What a slow store confirms after 15 s was true 15 s ago. */
static void
test_slow_heartbeat_counts_from_when_it_was_asked(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    hook_clock_at(&kit->ports->clock, 2, advance, &kit->ports->clock.fake);
    exe_attempt_heartbeat(run.attempt);
    assert_true(hook_clock_done(&kit->ports->clock));
    tk_clock_advance(&kit->ports->clock.fake, 5000);
    assert_goes_on(&run);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    jw_store_mem_fail_nth(kit->exe.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_stops(&run, EXE_STOP_LOST, "*claim*lost*");
}

static void
test_time_limit(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 30000);

    for (int i = 0; i < 6; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 5000);
        exe_attempt_heartbeat(run.attempt);
        assert_goes_on(&run);
    }
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_stops(&run, EXE_STOP_TIMEOUT, "*longer than its time limit*");
}

/* The job's own limit is final: it is not tried again. */
static void
slow_down(gpointer clock)
{
    tk_clock_advance(clock, 10000);
}

static void
test_time_limit_fails_the_job(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");
    g_autoptr(JwJob) created = kit_job(kit->ports, id);
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    g_free(created->id);
    created->id = g_strdup("019480a4-5f00-7000-8000-000000000001");
    created->timeout_ms = 5000;
    const JwJob *jobs[] = { created };
    assert_ok(jw_store_create_jobs(kit->exe.store, jobs, 1, &create, &error), error);
    hook_clock_at(&kit->ports->clock, 6, slow_down, &kit->ports->clock.fake);
    exe_run_job(&kit->exe, created->id);
    assert_true(hook_clock_done(&kit->ports->clock));
    g_autoptr(JwJob) job = kit_job(kit->ports, created->id);
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_string_equal(job->error_code, "TIMEOUT");
    assert_non_null(strstr(job->error_message, "its time limit of 5 s; ask for less"));
    assert_int_equal(job->attempts, 1); /* counted, and not tried again: it would take as long */
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 1);
    assert_int_equal(kit_orphans(kit), 0);
    kit_assert_clean(kit);
}

static void
test_shutdown(void **state)
{
    ExeKit *kit = *state;
    g_auto(Run) run = begin(kit, 0);

    assert_int_equal(exe_heartbeats_running(kit->exe.heartbeats), 1);
    exe_heartbeats_shutdown(kit->exe.heartbeats);
    assert_stops(&run, EXE_STOP_SHUTDOWN, "*stopping*");
    g_auto(Run) late = begin(kit, 0); /* began after it */
    assert_stops(&late, EXE_STOP_SHUTDOWN, "*stopping*");
    assert_int_equal(exe_heartbeats_running(kit->exe.heartbeats), 2);
}

static bool
has_two_heartbeats(void *data)
{
    ExeKit *kit = ((void **)data)[0];
    g_autoptr(JwJob) job = kit_job(kit->ports, ((void **)data)[1]);

    return job->heartbeat >= 2;
}

/* The thread heartbeats for all, also while attempts come and go. */
static void
test_thread(void **state)
{
    ExeKit *kit = *state;

    exe_heartbeats_free(kit->exe.heartbeats);
    kit->exe.times.heartbeat_ms = 1;
    kit->exe.heartbeats = exe_heartbeats_new(&kit->exe);
    g_auto(Run) run = begin(kit, 0);
    for (int i = 0; i < 200; i++) {
        g_auto(Run) short_one = begin(kit, 0);
        exe_attempt_progress(short_one.attempt, "Short", 1, 1, 1);
    }
    tk_wait_until(has_two_heartbeats, (void *[]){ kit, run.job->id }, 20000,
                  "two heartbeats are written");
    assert_goes_on(&run);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_writes_progress),
        TEST(test_steps_of_short_jobs_cost_nothing),
        TEST(test_lost_to_another),
        TEST(test_cancel_asked),
        TEST(test_no_heartbeat_gets_through),
        TEST(test_stopped_for_an_hour),
        TEST(test_heartbeat_in_doubt),
        TEST(test_slow_heartbeat_counts_from_when_it_was_asked),
        TEST(test_time_limit),
        TEST(test_time_limit_fails_the_job),
        TEST(test_shutdown),
        TEST(test_thread),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
