/* test_faults.c: each store call of a job fails, in each way, and each deed of others comes between
 * any two steps: no job is lost, none ends twice, and a completed one has its one file, whole. */
#include "exekit.h"

#define MAX_CALLS    40
#define MAX_READINGS 200
#define MAX_ROUNDS   12

/* What must be true of a job at any time. */
static void
assert_sound(ExeKit *kit, const JwJob *job)
{
    size_t completed = kit_events(job->outbox, JW_TYPE_JOB_COMPLETED);
    size_t cancelled = kit_events(job->outbox, JW_TYPE_JOB_CANCELLED);

    assert_int_equal(completed, job->state == JW_JOB_COMPLETED);
    assert_int_equal(cancelled, job->state == JW_JOB_CANCELLED);
    assert_int_equal(job->artifact != NULL, job->state == JW_JOB_COMPLETED);
    if (job->artifact != NULL) {
        g_free(kit_artifact(kit, job));
        assert_int_equal(job->artifact->rows, KIT_RECORDS);
    }
    kit_assert_clean(kit);
}

/* What the scheduler's reaper does with an attempt without heartbeats. */
static void
reap(ExeKit *kit, const JwJob *job)
{
    JwJobTransition transition = JW_CHANGE_REAP_RETRY;

    if (job->state == JW_JOB_CANCELLING) {
        transition = JW_CHANGE_REAP_CANCEL;
    }
    (void)kit_try(kit->ports, (JwJobChange){ .job_id = job->id,
                                             .transition = transition,
                                             .token = job->token,
                                             .heartbeat = job->heartbeat });
}

/* The rest of the system goes on: time passes, dead attempts are reaped, pending jobs claimed again
 * and run. */
static JwJob *
run_to_end(ExeKit *kit, const char *id)
{
    for (int round = 0; round < MAX_ROUNDS; round++) {
        g_autoptr(JwJob) job = kit_job(kit->ports, id);

        assert_non_null(job);
        assert_sound(kit, job);
        if (jw_job_state_terminal(job->state)) {
            return g_steal_pointer(&job);
        }
        tk_clock_advance(&kit->ports->clock.fake, 660000);
        if (job->state == JW_JOB_PENDING) {
            exe_run_job(&kit->exe, id);
        } else {
            reap(kit, job);
        }
    }
    fail_msg("the job does not end");
    return NULL;
}

static void
test_every_call_fails(void **state)
{
    ExeKit *kit = *state;

    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1;; n++) {
            g_autofree char *id = kit_make(kit, "");
            kit_fault_at(kit->ports, n, kit_faults[f]);
            exe_run_job(&kit->exe, id);
            bool reached = kit_fault_met(kit->ports);
            g_autoptr(JwJob) job = run_to_end(kit, id);

            assert_int_equal(job->state, JW_JOB_COMPLETED);
            assert_in_range(job->attempts, 1, 2);
            if (!reached) {
                assert_int_equal(job->attempts, 1);
                break;
            }
            assert_true(n < MAX_CALLS);
        }
    }
    assert_int_equal(kit_orphans(kit), 0);
}

/* The process ends while a change's outcome is unknown: the file may be the job's and must stay. */
static void
test_end_with_unknown_outcome(void **state G_GNUC_UNUSED)
{
    for (int n = 1; n < MAX_CALLS; n++) {
        g_autoptr(ExeKit) kit = kit_new_idle(10);
        g_autofree char *id = kit_make(kit, "");

        jw_stop_set(kit->exe.stop);
        kit_fault_at(kit->ports, n, (KitFault){ JW_ERROR_IN_DOUBT, true });
        exe_run_job(&kit->exe, id);
        bool reached = kit_fault_met(kit->ports);
        g_autoptr(JwJob) job = run_to_end(kit, id);
        assert_int_equal(job->state, JW_JOB_COMPLETED);
        if (!reached) {
            return;
        }
    }
    fail_msg("a job needs more than %d store calls", MAX_CALLS);
}

typedef struct {
    ExeKit *kit;
    const char *id;
    JwJobTransition first;   /* what happens to the job in mid-attempt */
    bool claim;              /* and then another executor claims it */
    bool cancel;             /* and a graceful cancel is asked of that one */
    bool no_temp, shut_down; /* the attempt fails, or must end */
    int64_t token;           /* of that claim */
    JwCas cas;
} Deed;

static void
do_deed(gpointer data)
{
    Deed *deed = data;
    g_autoptr(JwJob) job = kit_job(deed->kit->ports, deed->id);

    deed->cas = kit_try(deed->kit->ports, (JwJobChange){ .job_id = deed->id,
                                                         .transition = deed->first,
                                                         .token = job->token,
                                                         .heartbeat = job->heartbeat });
    if (deed->claim && deed->cas == JW_CAS_WON) {
        deed->token = kit_claim(deed->kit->ports, deed->id);
    }
    if (deed->cancel && deed->cas == JW_CAS_WON) {
        kit_change(deed->kit->ports,
                   (JwJobChange){ .job_id = deed->id, .transition = JW_CHANGE_CANCEL_GRACEFUL });
    }
}

/* Runs the job once for every reading of the clock, with @deed at it; @check sees the result.
 */
static void
at_every_reading(Deed deed, void (*check)(const Deed *deed, JwJob *job))
{
    bool won = false;

    for (int n = 1;; n++) {
        g_autoptr(ExeKit) kit = kit_new_idle(10);
        g_autofree char *id = kit_make(kit, "");

        if (deed.no_temp) {
            kit_temp_away(kit);
        }
        if (deed.shut_down) {
            exe_heartbeats_shutdown(kit->exe.heartbeats);
        }
        deed.kit = kit;
        deed.id = id;
        deed.cas = JW_CAS_LOST;
        hook_clock_at(&kit->ports->clock, n, do_deed, &deed);
        exe_run_job(&kit->exe, id);
        if (deed.no_temp) {
            kit_temp_back(kit);
        }
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_sound(kit, job);
        if (deed.cas == JW_CAS_WON) {
            won = true;
            check(&deed, job);
        } else if (deed.no_temp || deed.shut_down) {
            assert_int_equal(job->state, JW_JOB_PENDING);
        } else {
            assert_int_equal(job->state, JW_JOB_COMPLETED);
        }
        assert_int_equal(kit_orphans(kit), 0);
        if (!ran) {
            break;
        }
        assert_true(n < MAX_READINGS);
    }
    assert_true(won);
}

static void
check_other_owner(const Deed *deed, JwJob *job)
{
    assert_int_equal(job->state, JW_JOB_RUNNING);
    assert_int_equal(job->token, deed->token);
    assert_string_equal(job->owner, "another");
    assert_int_equal(job->heartbeat, 0); /* the stale attempt heartbeats for nobody */
}

/* Reaped and claimed by another: nothing of the stale attempt is seen, its file goes. */
static void
test_token_lost(void **state G_GNUC_UNUSED)
{
    at_every_reading((Deed){ .first = JW_CHANGE_REAP_RETRY, .claim = true }, check_other_owner);
}

/* The same for an attempt that fails, and for one that must end. */
static void
test_token_lost_and_failed(void **state G_GNUC_UNUSED)
{
    at_every_reading((Deed){ .first = JW_CHANGE_REAP_RETRY, .claim = true, .no_temp = true },
                     check_other_owner);
    at_every_reading((Deed){ .first = JW_CHANGE_REAP_RETRY, .claim = true, .shut_down = true },
                     check_other_owner);
}

static void
check_other_cancelling(const Deed *deed, JwJob *job)
{
    assert_int_equal(job->state, JW_JOB_CANCELLING);
    assert_int_equal(job->token, deed->token);
}

/* The one that owns it now is asked to stop: that is not for the stale attempt to answer. */
static void
test_token_lost_and_cancelled(void **state G_GNUC_UNUSED)
{
    at_every_reading((Deed){ .first = JW_CHANGE_REAP_RETRY, .claim = true, .cancel = true },
                     check_other_cancelling);
}

static void
check_pending(const Deed *deed G_GNUC_UNUSED, JwJob *job)
{
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(job->token, 2);
}

static void
test_reaped(void **state G_GNUC_UNUSED)
{
    at_every_reading((Deed){ .first = JW_CHANGE_REAP_RETRY }, check_pending);
}

static void
check_failed(const Deed *deed G_GNUC_UNUSED, JwJob *job)
{
    assert_int_equal(job->state, JW_JOB_FAILED);
}

static void
test_reaped_for_good(void **state G_GNUC_UNUSED)
{
    at_every_reading((Deed){ .first = JW_CHANGE_REAP_FAIL }, check_failed);
}

/* Another claims first, and our claim's answer is lost: its claim must not be taken for ours. */
static void
claim_first(gpointer data)
{
    Deed *deed = data;

    deed->token = kit_claim(deed->kit->ports, deed->id);
    jw_store_mem_fail_nth(deed->kit->exe.store, 1, JW_ERROR_IN_DOUBT, false);
}

static void
test_claim_in_doubt(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");
    Deed deed = { .kit = kit, .id = id };

    hook_clock_at(&kit->ports->clock, 1, claim_first, &deed);
    exe_run_job(&kit->exe, id);
    assert_true(hook_clock_done(&kit->ports->clock));
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    check_other_owner(&deed, job);
    assert_int_equal(kit_orphans(kit), 0);
}

/* A graceful cancel asked at any time while it runs ends as cancelled, by this attempt, without a
 * file. */
static void
check_cancelled(const Deed *deed G_GNUC_UNUSED, JwJob *job)
{
    assert_int_equal(job->state, JW_JOB_CANCELLED);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_CANCELLED), 1);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 0);
}

static void
test_graceful_cancel(void **state G_GNUC_UNUSED)
{
    at_every_reading((Deed){ .first = JW_CHANGE_CANCEL_GRACEFUL }, check_cancelled);
}

/* The canceller's own event is not in this Deed, so only the state is checked: what it says must
 * stay true. */
static void
test_immediate_cancel(void **state G_GNUC_UNUSED)
{
    for (int n = 1;; n++) {
        g_autoptr(ExeKit) kit = kit_new_idle(10);
        g_autofree char *id = kit_make(kit, "");
        Deed deed = { .kit = kit, .id = id, .first = JW_CHANGE_CANCEL_NOW };

        hook_clock_at(&kit->ports->clock, n, do_deed, &deed);
        exe_run_job(&kit->exe, id);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(job->state, deed.cas == JW_CAS_WON ? JW_JOB_CANCELLED : JW_JOB_COMPLETED);
        assert_int_equal(job->artifact != NULL, job->state == JW_JOB_COMPLETED);
        assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_COMPLETED),
                         job->state == JW_JOB_COMPLETED);
        assert_int_equal(kit_orphans(kit), 0);
        kit_assert_clean(kit);
        if (!ran) {
            return;
        }
        assert_true(n < MAX_READINGS);
    }
}

/* SIGTERM at any time: completed, or back as it was. */
static void
shut_down(gpointer data)
{
    exe_heartbeats_shutdown(((Exe *)data)->heartbeats);
}

static void
test_shutdown(void **state G_GNUC_UNUSED)
{
    bool back = false;

    for (int n = 1;; n++) {
        g_autoptr(ExeKit) kit = kit_new_idle(10);
        g_autofree char *id = kit_make(kit, "");

        hook_clock_at(&kit->ports->clock, n, shut_down, &kit->exe);
        exe_run_job(&kit->exe, id);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_sound(kit, job);
        if (job->state != JW_JOB_COMPLETED) {
            assert_int_equal(job->state, JW_JOB_PENDING);
            assert_int_equal(job->attempts, 0);
            assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 0);
            back = true;
        }
        assert_int_equal(kit_orphans(kit), 0);
        if (!ran) {
            break;
        }
        assert_true(n < MAX_READINGS);
    }
    assert_true(back);
}

/* The machine slept (SIGSTOP) for a minute at any time: nobody took the job, so nothing is lost. */
static void
sleep_a_minute(gpointer data)
{
    tk_clock_advance(&((ExeKit *)data)->ports->clock.fake, 60000);
}

static void
test_slept(void **state G_GNUC_UNUSED)
{
    for (int n = 1;; n++) {
        g_autoptr(ExeKit) kit = kit_new_idle(10);
        g_autofree char *id = kit_make(kit, "");

        hook_clock_at(&kit->ports->clock, n, sleep_a_minute, kit);
        exe_run_job(&kit->exe, id);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_sound(kit, job);
        assert_int_equal(job->state, JW_JOB_COMPLETED);
        assert_int_equal(job->attempts, 1);
        assert_int_equal(kit_orphans(kit), 0);
        if (!ran) {
            break;
        }
        assert_true(n < MAX_READINGS);
    }
}

/* The same, and a reaper gave the job to another meanwhile: the attempt stops, or had completed
 * before; never both. */
typedef struct {
    ExeKit *kit;
    const char *id;
    bool reaped;
} Sleeper;

static void
sleep_and_lose_it(gpointer data)
{
    Sleeper *self = data;
    g_autoptr(JwJob) job = kit_job(self->kit->ports, self->id);

    tk_clock_advance(&self->kit->ports->clock.fake, 60000);
    if (job->state == JW_JOB_RUNNING) {
        kit_change(self->kit->ports, (JwJobChange){ .job_id = self->id,
                                                    .transition = JW_CHANGE_REAP_RETRY,
                                                    .token = job->token,
                                                    .heartbeat = job->heartbeat });
        self->reaped = true;
    }
}

static void
test_slept_and_lost_it(void **state G_GNUC_UNUSED)
{
    bool stopped = false;

    for (int n = 1;; n++) {
        g_autoptr(ExeKit) kit = kit_new_idle(10);
        g_autofree char *id = kit_make(kit, "");
        Sleeper sleeper = { .kit = kit, .id = id };

        hook_clock_at(&kit->ports->clock, n, sleep_and_lose_it, &sleeper);
        exe_run_job(&kit->exe, id);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_sound(kit, job);
        assert_int_equal(job->state, sleeper.reaped ? JW_JOB_PENDING : JW_JOB_COMPLETED);
        stopped = stopped || sleeper.reaped;
        g_autoptr(JwJob) end = run_to_end(kit, id);
        assert_int_equal(end->state, JW_JOB_COMPLETED);
        assert_int_equal(kit_orphans(kit), 0);
        if (!ran) {
            break;
        }
        assert_true(n < MAX_READINGS);
    }
    assert_true(stopped);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_every_call_fails),
        cmocka_unit_test(test_end_with_unknown_outcome),
        cmocka_unit_test(test_token_lost),
        cmocka_unit_test(test_token_lost_and_failed),
        cmocka_unit_test(test_token_lost_and_cancelled),
        cmocka_unit_test(test_reaped),
        cmocka_unit_test(test_reaped_for_good),
        TEST(test_claim_in_doubt),
        cmocka_unit_test(test_graceful_cancel),
        cmocka_unit_test(test_immediate_cancel),
        cmocka_unit_test(test_shutdown),
        cmocka_unit_test(test_slept),
        cmocka_unit_test(test_slept_and_lost_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
