/* test_reap.c: which attempts are declared dead, and what happens to their jobs and to the files
 * they left. */
#include "schkit.h"

static size_t
reap(SchKit *kit)
{
    g_autoptr(GError) error = NULL;
    size_t reaped = 0;

    assert_ok(sch_reap(&kit->sch, &reaped, &error), error);
    return reaped;
}

static void
test_stands_still(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, id);
    assert_int_equal(reap(kit), 0); /* first seen: the wait begins */
    tk_clock_advance(&kit->ports->clock.fake, 44999);
    assert_int_equal(reap(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_int_equal(reap(kit), 1);
    assert_int_equal(reap(kit), 0);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_int_equal(job->token, 2);
    assert_int_equal(job->attempts, 1); /* it was one */
    assert_string_equal(job->error_code, "ATTEMPT_DIED");
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 1);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMIT), 1);
    (void)kit_claim(kit->ports, id); /* at once */
}

/* A job that cannot be read is left as it is, and the one beside it is taken away in its time. */
static void
test_beside_an_unreadable_job(void **state)
{
    SchKit *kit = *state;
    g_autofree char *broken = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
    g_autofree char *good = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, broken);
    (void)kit_claim(kit->ports, good);
    jw_store_mem_corrupt(kit->sch.store, broken);
    assert_int_equal(reap(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 45000);
    assert_int_equal(reap(kit), 1);
    g_autoptr(JwJob) job = kit_job(kit->ports, good);
    assert_int_equal(job->state, JW_JOB_PENDING);
}

/* Anything that moves is alive, however slowly. */
static void
test_heartbeat_moves(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, id);
    for (int i = 0; i < 5; i++) {
        assert_int_equal(reap(kit), 0);
        tk_clock_advance(&kit->ports->clock.fake, 44000);
        assert_int_equal(reap(kit), 0);
        kit_heartbeat(kit, id);
    }
    assert_int_equal(reap(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 45000);
    assert_int_equal(reap(kit), 1);
}

/* Released and claimed anew between two rounds: the heartbeat is 0 again, the token differs. */
static void
test_token_moves(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, id);
    assert_int_equal(reap(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 44000);
    kit_change(kit->ports,
               (JwJobChange){ .job_id = id, .transition = JW_CHANGE_RELEASE, .token = 1 });
    (void)kit_claim(kit->ports, id);
    tk_clock_advance(&kit->ports->clock.fake, 44000);
    assert_int_equal(reap(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 44999);
    assert_int_equal(reap(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    assert_int_equal(reap(kit), 1);
}

static void
test_attempts_used_up(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    for (int attempt = 1; attempt <= 2; attempt++) {
        (void)kit_claim(kit->ports, id);
        assert_int_equal(reap(kit), 0);
        tk_clock_advance(&kit->ports->clock.fake, 45000);
        assert_int_equal(reap(kit), 1);
    }
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_FAILED);
    assert_int_equal(job->finished_at_ms, kit->ports->clock.fake.now_ms);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 2);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMIT), 1);
}

static void
test_cancelling(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, id);
    kit_change(kit->ports, (JwJobChange){ .job_id = id, .transition = JW_CHANGE_CANCEL_GRACEFUL });
    assert_int_equal(reap(kit), 0);
    tk_clock_advance(&kit->ports->clock.fake, 45000);
    assert_int_equal(reap(kit), 1);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_CANCELLED);
    assert_int_equal(job->token, 2);
    assert_null(job->error_code);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_CANCELLED), 1);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 0);
}

/* This process slept for an hour: others heartbeat meanwhile, and one look is not two. */
static void
test_observer_slept(void **state)
{
    SchKit *kit = *state;
    g_autofree char *seen = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
    g_autofree char *unseen = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, seen);
    assert_int_equal(reap(kit), 0);
    (void)kit_claim(kit->ports, unseen);
    kit_heartbeat(kit, seen);
    tk_clock_advance(&kit->ports->clock.fake, 3600000);
    assert_int_equal(reap(kit), 0);
}

/* The wall clock may jump as it likes. */
static void
test_wall_clock_jumps(void **state)
{
    SchKit *kit = *state;
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, id);
    assert_int_equal(reap(kit), 0);
    kit->ports->clock.fake.now_ms += 24 * HOUR;
    assert_int_equal(reap(kit), 0);
    kit->ports->clock.fake.now_ms -= 48 * HOUR;
    assert_int_equal(reap(kit), 0);
}

typedef struct {
    SchKit *kit;
    const char *id;
} Alive;

static void
heartbeat_late(gpointer data)
{
    Alive *alive = data;
    g_autoptr(JwJob) job = kit_job(alive->kit->ports, alive->id);

    if (job->state == JW_JOB_RUNNING && job->token == 1) {
        kit_heartbeat(alive->kit, alive->id);
    }
}

/* Released and claimed by another without a heartbeat yet: the same heartbeat, another token.
 */
static void
change_hands(gpointer data)
{
    Alive *alive = data;
    g_autoptr(JwJob) job = kit_job(alive->kit->ports, alive->id);

    if (job->state == JW_JOB_RUNNING && job->token == 1) {
        kit_change(
            alive->kit->ports,
            (JwJobChange){ .job_id = alive->id, .transition = JW_CHANGE_RELEASE, .token = 1 });
        (void)kit_claim(alive->kit->ports, alive->id);
    }
}

/* It moves after the look and before the change: the change is lost, the attempt lives. */
static void
alive_in_the_last_moment(HookFunc deed)
{
    size_t saved = 0;

    for (int n = 1; n < 10; n++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
        Alive alive = { kit, id };

        (void)kit_claim(kit->ports, id);
        assert_int_equal(reap(kit), 0);
        tk_clock_advance(&kit->ports->clock.fake, 45000);
        hook_clock_at(&kit->ports->clock, n, deed, &alive);
        size_t reaped = reap(kit);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(job->state, reaped == 0 ? JW_JOB_RUNNING : JW_JOB_PENDING);
        saved += reaped == 0;
        if (!ran) {
            assert_int_equal(reaped, 1);
            break;
        }
    }
    assert_in_range(saved, 1, 9);
}

static void
test_alive_in_the_last_moment(void **state G_GNUC_UNUSED)
{
    alive_in_the_last_moment(heartbeat_late);
    alive_in_the_last_moment(change_hands);
}

static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1; n <= 4; n++) {
            g_autoptr(SchKit) kit = kit_new();
            g_autofree char *first = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
            g_autofree char *second = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
            g_autoptr(GError) error = NULL;
            const char *ids[] = { first, second };
            size_t reaped = 0;

            (void)kit_claim(kit->ports, first);
            (void)kit_claim(kit->ports, second);
            assert_int_equal(reap(kit), 0);
            tk_clock_advance(&kit->ports->clock.fake, 45000);
            kit_fault_at(kit->ports, n, kit_faults[f]);
            bool ok = sch_reap(&kit->sch, &reaped, &error);
            /* one job that is refused for good does not stop the others */
            const GError fault = { JW_ERROR, (int)kit_faults[f].code, NULL };
            bool one = n > 1 && jw_error_retry(&fault) == JW_RETRY_NEVER;
            /* what is in doubt is read again and decided */
            bool decided = n > 1 && kit_faults[f].code == JW_ERROR_IN_DOUBT;
            assert_int_equal(ok, n > 3 || one || decided);
            assert_int_equal(ok, error == NULL);
            if (one || decided) {
                assert_int_equal(reaped, n > 3 || decided ? 2 : 1);
            }
            (void)kit_fault_met(kit->ports);
            (void)reap(kit);
            for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
                g_autoptr(JwJob) job = kit_job(kit->ports, ids[i]);
                assert_int_equal(job->state, JW_JOB_PENDING);
                assert_int_equal(job->token, 2);
                assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_FAILED), 1);
                assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMIT), 1);
            }
        }
    }
}

static JwArtifact *
upload(SchKit *kit, const char *file_id, const char *job_id)
{
    return kit_upload(kit->ports, job_id, file_id, "x.csv", "x");
}

static bool
exists(SchKit *kit, const char *file_id)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwFileReader) reader = jw_file_reader_new(kit->sch.store, file_id, &error);

    return reader != NULL;
}

/* Files: of a dead attempt, of one that still runs, and the one that its job names. */
static void
test_orphans(void **state)
{
    static const char orphan[] = "019480a4-5f00-7000-8000-00000000000a";
    static const char working[] = "019480a4-5f00-7000-8000-00000000000b";
    static const char named[] = "019480a4-5f00-7000-8000-00000000000c";
    SchKit *kit = *state;
    g_autofree char *running = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
    g_autofree char *done = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);
    g_autoptr(GError) error = NULL;
    size_t removed = 0;

    (void)kit_claim(kit->ports, running);
    (void)kit_claim(kit->ports, done);
    jw_artifact_free(upload(kit, working, running));
    jw_artifact_free(upload(kit, orphan, done));
    g_autoptr(JwArtifact) artifact = upload(kit, named, done);
    kit_change(kit->ports, (JwJobChange){ .job_id = done,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = 1,
                                          .artifact = artifact });
    tk_clock_advance(&kit->ports->clock.fake, 24 * HOUR);
    assert_ok(sch_sweep_orphans(&kit->sch, &removed, &error), error);
    assert_int_equal(removed, 0);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    jw_store_mem_fail_nth(kit->sch.store, 2, JW_ERROR_UNAVAILABLE, false);
    assert_false(sch_sweep_orphans(&kit->sch, &removed, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
    assert_ok(sch_sweep_orphans(&kit->sch, &removed, &error), error);
    assert_int_equal(removed, 1);
    assert_false(exists(kit, orphan));
    assert_true(exists(kit, working));
    assert_true(exists(kit, named));
}

static char *
complete(SchKit *kit, const char *file_id, int64_t expires_at_ms)
{
    g_autofree char *id = kit_make_job(kit, JW_JOB_PENDING, KIT_NOW);

    (void)kit_claim(kit->ports, id);
    g_autoptr(JwArtifact) artifact = upload(kit, file_id, id);
    artifact->expires_at_ms = expires_at_ms;
    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = 1,
                                          .artifact = artifact });
    return g_steal_pointer(&id);
}

/* An expired report goes an hour later, one without an end stays. Whichever call fails, the next
 * round finishes. */
static void
test_expired(void **state)
{
    static const char expiring[] = "019480a4-5f00-7000-8000-00000000000a";
    static const char lasting[] = "019480a4-5f00-7000-8000-00000000000b";

    (void)state;
    for (int nth = 0; nth <= 3; nth++) {
        g_autoptr(SchKit) kit = kit_new();
        g_autofree char *id = complete(kit, expiring, KIT_NOW + MINUTE);
        g_autoptr(GError) error = NULL;
        size_t removed = 0;

        g_free(complete(kit, lasting, 0));
        tk_clock_advance(&kit->ports->clock.fake, MINUTE + HOUR);
        assert_ok(sch_sweep_expired(&kit->sch, &removed, &error), error);
        assert_int_equal(removed, 0);
        tk_clock_advance(&kit->ports->clock.fake, 1);
        jw_store_mem_fail_nth(kit->sch.store, nth, JW_ERROR_UNAVAILABLE, false);
        if (nth > 0) {
            assert_false(sch_sweep_expired(&kit->sch, &removed, &error));
            assert_jw_error(error, JW_ERROR_UNAVAILABLE, "*");
        }
        assert_ok(sch_sweep_expired(&kit->sch, &removed, &error), error);
        assert_int_equal(removed, 1);
        assert_false(exists(kit, expiring));
        assert_true(exists(kit, lasting));
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(job->state, JW_JOB_COMPLETED);
        assert_int_equal(job->artifact->expires_at_ms, KIT_NOW + MINUTE);
        assert_ok(sch_sweep_expired(&kit->sch, &removed, &error), error);
        assert_int_equal(removed, 0); /* not looked at again */
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_stands_still),
        TEST(test_beside_an_unreadable_job),
        TEST(test_heartbeat_moves),
        TEST(test_token_moves),
        TEST(test_attempts_used_up),
        TEST(test_cancelling),
        TEST(test_observer_slept),
        TEST(test_wall_clock_jumps),
        cmocka_unit_test(test_alive_in_the_last_moment),
        cmocka_unit_test(test_every_call_fails),
        TEST(test_orphans),
        cmocka_unit_test(test_expired),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
