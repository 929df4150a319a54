/* test_change.c: each change of a job: won, lost, unknown and then known, unknown and given up. */
#include "jobskit.h"

#include <string.h>

static const struct {
    JwJobTransition transition;
    JwJobState from;
    const char *event; /* NULL: none */
    bool command;
} changes[] = {
    { JW_CHANGE_PROMOTE, JW_JOB_SCHEDULED, NULL, true },
    { JW_CHANGE_FINISH, JW_JOB_RUNNING, JW_TYPE_JOB_COMPLETED, false },
    { JW_CHANGE_FAIL_RETRY, JW_JOB_RUNNING, JW_TYPE_JOB_FAILED, false },
    { JW_CHANGE_FAIL_FINAL, JW_JOB_RUNNING, JW_TYPE_JOB_FAILED, false },
    { JW_CHANGE_RELEASE, JW_JOB_RUNNING, NULL, false },
    { JW_CHANGE_CANCEL_NOW, JW_JOB_PENDING, JW_TYPE_JOB_CANCELLED, false },
    { JW_CHANGE_CANCEL_NOW, JW_JOB_RUNNING, JW_TYPE_JOB_CANCELLED, false },
    { JW_CHANGE_CANCEL_GRACEFUL, JW_JOB_RUNNING, NULL, false },
    { JW_CHANGE_CANCELLED, JW_JOB_CANCELLING, JW_TYPE_JOB_CANCELLED, false },
    { JW_CHANGE_REAP_RETRY, JW_JOB_RUNNING, JW_TYPE_JOB_FAILED, true },
    { JW_CHANGE_REAP_FAIL, JW_JOB_RUNNING, JW_TYPE_JOB_FAILED, false },
    { JW_CHANGE_REAP_CANCEL, JW_JOB_CANCELLING, JW_TYPE_JOB_CANCELLED, false },
    { JW_CHANGE_RETRY, JW_JOB_FAILED, JW_TYPE_JOB_SUBMITTED, true },
};

/* A stored job in this state, by changes of others. (transfer full) */
static JwJob *
new_job(JobsKit *kit, JwJobState state)
{
    g_autoptr(JwJob) job = kit_new_job(kit->ports);

    job->state = state == JW_JOB_SCHEDULED ? JW_JOB_SCHEDULED : JW_JOB_PENDING;
    job->request_id = g_strdup("first");
    g_autofree char *id = kit_insert_job(kit->ports, job);
    if (state != JW_JOB_SCHEDULED && state != JW_JOB_PENDING) {
        (void)kit_claim(kit->ports, id);
    }
    if (state == JW_JOB_CANCELLING) {
        kit_change(kit->ports,
                   (JwJobChange){ .job_id = id, .transition = JW_CHANGE_CANCEL_GRACEFUL });
    }
    if (state == JW_JOB_FAILED) {
        kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                              .transition = JW_CHANGE_FAIL_FINAL,
                                              .token = 1,
                                              .error_code = "INTERNAL",
                                              .error_message = "x" });
    }
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    return kit_job(kit->ports, id);
}

/* Store calls that a change makes before it writes: a retry reads how often the job was retried. */
static int
reads_first(size_t row)
{
    return changes[row].transition == JW_CHANGE_RETRY ? 1 : 0;
}

static JwJobChange
change_of(JwJobTransition transition)
{
    JwJobChange change = { .transition = transition, .not_before_ms = KIT_NOW + MINUTE };

    if (transition == JW_CHANGE_CANCEL_NOW || transition == JW_CHANGE_CANCEL_GRACEFUL) {
        change.actor = "ann";
        change.reason = "enough";
    }
    return change;
}

static const JwOutboxEntry *
entry_of(const JwJob *job, const char *type)
{
    for (guint i = 0; i < job->outbox->len; i++) {
        const JwOutboxEntry *entry = g_ptr_array_index(job->outbox, i);
        if (strcmp(entry->type, type) == 0) {
            return entry;
        }
    }
    return NULL;
}

/* The change was done once, with what it publishes. */
static void
assert_changed(JobsKit *kit, size_t row, const JwJob *before)
{
    g_autoptr(JwJob) job = kit_job(kit->ports, before->id);
    int n = (changes[row].event != NULL) + changes[row].command;

    assert_int_equal(job->state, jw_job_rule(changes[row].transition)->to);
    assert_int_equal(job->outbox->len, n);
    assert_int_equal(entry_of(job, JW_TYPE_JOB_SUBMIT) != NULL, changes[row].command);
    assert_true(changes[row].event == NULL || entry_of(job, changes[row].event) != NULL);
}

/* Changes @job as it was read. @ret_job: see jw_jobs_change(). */
static JwCas
apply(JobsKit *kit, const JwJob *job, JwJobTransition transition, JwJob **ret_job)
{
    JwJobChange wanted = change_of(transition);
    g_autoptr(GError) error = NULL;
    JwCas cas = (JwCas)-1;

    assert_ok(jw_jobs_change(&kit->jobs, job, &wanted, NULL, &cas, ret_job, &error), error);
    return cas;
}

static void
test_won(void **state)
{
    JobsKit *kit = *state;

    for (size_t row = 0; row < G_N_ELEMENTS(changes); row++) {
        g_autoptr(JwJob) job = new_job(kit, changes[row].from);
        g_autoptr(JwJob) after = NULL;

        (void)kit_calls(kit);
        assert_int_equal(apply(kit, job, changes[row].transition, &after), JW_CAS_WON);
        assert_int_equal(kit_calls(kit), 1 + reads_first(row));
        assert_int_equal(after->state, jw_job_rule(changes[row].transition)->to);
        assert_changed(kit, row, job);
    }
    assert_int_equal(jw_relay_backlog(kit->jobs.relay), 13); /* all of them were offered */
}

static void
cancel_by_another(gpointer data)
{
    void **args = data;
    const JwJob *job = args[1];

    tk_clock_advance(&((JobsKit *)args[0])->ports->clock.fake, 1);
    kit_change(
        ((JobsKit *)args[0])->ports,
        (JwJobChange){ .job_id = job->id, .transition = JW_CHANGE_CANCEL_NOW, .actor = "bob" });
}

static void
test_lost(void **state)
{
    JobsKit *kit = *state;

    for (size_t row = 0; row < G_N_ELEMENTS(changes); row++) {
        if (changes[row].from == JW_JOB_FAILED) {
            continue;
        }
        g_autoptr(JwJob) job = new_job(kit, changes[row].from);
        g_autoptr(JwJob) current = NULL;

        cancel_by_another((void *[]){ kit, job });
        assert_int_equal(apply(kit, job, changes[row].transition, &current), JW_CAS_LOST);
        assert_string_equal(current->cancelled_by, "bob");
        /* without ret_job there is no read */
        (void)kit_calls(kit);
        assert_int_equal(apply(kit, job, changes[row].transition, NULL), JW_CAS_LOST);
        assert_int_equal(kit_calls(kit), 1);
    }
}

static void
test_gone(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJob) job = kit_new_job(kit->ports);

    for (int doubt = 0; doubt <= 1; doubt++) {
        g_autoptr(JwJob) current = NULL;

        if (doubt == 1) {
            kit_doubt(kit, false, 0);
        }
        assert_int_equal(apply(kit, job, JW_CHANGE_CANCEL_NOW, &current), JW_CAS_LOST);
        assert_null(current);
    }
}

/* Outcome unknown, done or not, and the next call may fail as well: it is known after that, and
 * done once. */
static void
test_doubt_then_won(void **state)
{
    JobsKit *kit = *state;

    for (size_t row = 0; row < G_N_ELEMENTS(changes); row++) {
        for (int way = 0; way < 8; way++) {
            bool done = (way & 1) != 0;
            g_autoptr(JwJob) job = new_job(kit, changes[row].from);
            g_autoptr(JwJob) after = NULL;

            (void)kit_calls(kit);
            kit_doubt_at(kit, 1 + reads_first(row), done, (way & 2) != 0);
            assert_int_equal(
                apply(kit, job, changes[row].transition, (way & 4) != 0 ? &after : NULL),
                JW_CAS_WON);
            assert_int_equal(kit_calls(kit),
                             2 + ((way & 2) != 0) + !done + reads_first(row) * (1 + !done));
            assert_changed(kit, row, job);
        }
    }
}

/* Outcome unknown, not done, and another process is faster: the read shows it. */
static void
test_doubt_then_lost(void **state)
{
    JobsKit *kit = *state;

    for (size_t row = 0; row < G_N_ELEMENTS(changes); row++) {
        if (changes[row].from == JW_JOB_FAILED) {
            continue;
        }
        g_autoptr(JwJob) job = new_job(kit, changes[row].from);
        g_autoptr(JwJob) current = NULL;

        kit_doubt(kit, false, 0);
        /* readings: the time of the change, the start of the loop, the check of the time left */
        hook_clock_at(&kit->ports->clock, 3, cancel_by_another, (void *[]){ kit, job });
        assert_int_equal(apply(kit, job, changes[row].transition, &current), JW_CAS_LOST);
        assert_true(hook_clock_done(&kit->ports->clock));
        assert_string_equal(current->cancelled_by, "bob");
    }
}

static void
cancel_in_the_same_moment(gpointer data)
{
    void **args = data;

    kit_change(((JobsKit *)args[0])->ports, (JwJobChange){ .job_id = ((const JwJob *)args[1])->id,
                                                           .transition = JW_CHANGE_CANCEL_NOW,
                                                           .actor = "bob" });
}

static void
count_heartbeat(gpointer data)
{
    void **args = data;
    const JobsKit *kit = args[0];
    const JwJob *job = args[1];
    JwHeartbeat heartbeat = JW_HEARTBEAT_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_heartbeat_job(kit->jobs.store, job->id, job->token, NULL, KIT_NOW,
                                     &heartbeat, &error),
              error);
}

/* In doubt and not done; what another did meanwhile looks like ours but for its author, or is a
 * sign of life. */
static void
test_doubt_then_nearly_ours(void **state)
{
    static const struct {
        JwJobTransition transition;
        HookFunc meanwhile;
        JwJobState to;
    } cases[] = {
        { JW_CHANGE_CANCEL_NOW, cancel_in_the_same_moment, JW_JOB_CANCELLED },
        { JW_CHANGE_REAP_RETRY, count_heartbeat, JW_JOB_RUNNING },
    };
    JobsKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = new_job(kit, JW_JOB_RUNNING);
        g_autoptr(JwJob) current = NULL;

        kit_doubt(kit, false, 0);
        hook_clock_at(&kit->ports->clock, 3, cases[i].meanwhile, (void *[]){ kit, job });
        assert_int_equal(apply(kit, job, cases[i].transition, &current), JW_CAS_LOST);
        assert_true(hook_clock_done(&kit->ports->clock));
        assert_int_equal(current->state, cases[i].to);
    }
}

/* The store is away: unknown after three calls without patience, or when @stop is set. */
static void
test_doubt_for_ever(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwStop) stop = jw_stop_new();
    const JwJobsCall patient = { .patience_ms = 1000, .stop = stop };

    jw_stop_set(stop);
    for (size_t row = 0; row < G_N_ELEMENTS(changes); row++) {
        for (int way = 0; way < 4; way++) {
            bool done = (way & 1) != 0;
            g_autoptr(JwJob) job = new_job(kit, changes[row].from);
            JwJobChange change = change_of(changes[row].transition);
            g_autoptr(GError) error = NULL;
            JwCas cas = JW_CAS_LOST;

            (void)kit_calls(kit);
            kit_doubt_at(kit, 1 + reads_first(row), done, 10);
            assert_false(jw_jobs_change(&kit->jobs, job, &change, (way & 2) != 0 ? &patient : NULL,
                                        &cas, NULL, &error));
            jw_store_mem_then_fail(kit->jobs.store, 0, JW_ERROR_INTERNAL);
            assert_jw_error(error, JW_ERROR_IN_DOUBT, "*");
            assert_int_equal(kit_calls(kit), ((way & 2) != 0 ? 1 : 3) + reads_first(row));
            g_autoptr(JwJob) after = kit_job(kit->ports, job->id);
            assert_int_equal(after->state, done ? jw_job_rule(change.transition)->to : job->state);
        }
    }
}

/* Certainly not done: the caller's error at once; with patience it is tried again. */
static void
test_certainly_not_done(void **state)
{
    static const JwErrorCode codes[] = { JW_ERROR_UNAVAILABLE, JW_ERROR_BUSY, JW_ERROR_INTERNAL,
                                         JW_ERROR_CORRUPT };
    JobsKit *kit = *state;
    g_autoptr(JwStop) stop = jw_stop_new();
    const JwJobsCall patient = { .patience_ms = 1000, .stop = stop };

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(JwJob) job = new_job(kit, JW_JOB_RUNNING);
        JwJobChange change = change_of(JW_CHANGE_FINISH);
        g_autoptr(GError) error = NULL;
        JwCas cas = JW_CAS_LOST;

        jw_store_mem_fail_nth(kit->jobs.store, 1, codes[i], false);
        (void)kit_calls(kit);
        assert_false(jw_jobs_change(&kit->jobs, job, &change, NULL, &cas, NULL, &error));
        assert_jw_error(error, codes[i], "finish*");
        assert_int_equal(kit_calls(kit), 1);
        g_clear_error(&error);
        jw_store_mem_fail_nth(kit->jobs.store, 1, codes[i], false);
        assert_ok(jw_jobs_change(&kit->jobs, job, &change, &patient, &cas, NULL, &error), error);
        assert_int_equal(cas, JW_CAS_WON);
    }
}

static void
pass_time(gpointer kit)
{
    tk_clock_advance(&((JobsKit *)kit)->ports->clock.fake, 1001);
}

static void
test_patience_ends(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwStop) stop = jw_stop_new();
    const JwJobsCall patient = { .patience_ms = 1000, .stop = stop };
    g_autoptr(JwJob) job = new_job(kit, JW_JOB_RUNNING);
    JwJobChange change = change_of(JW_CHANGE_FINISH);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    jw_store_mem_fail_nth(kit->jobs.store, 1, JW_ERROR_UNAVAILABLE, false);
    jw_store_mem_then_fail(kit->jobs.store, 10, JW_ERROR_UNAVAILABLE);
    hook_clock_at(&kit->ports->clock, 3, pass_time, kit);
    (void)kit_calls(kit);
    assert_false(jw_jobs_change(&kit->jobs, job, &change, &patient, &cas, NULL, &error));
    assert_jw_error(error, JW_ERROR_UNAVAILABLE, "finish*");
    assert_int_equal(kit_calls(kit), 2); /* the last check of the time had time left */
    jw_store_mem_then_fail(kit->jobs.store, 0, JW_ERROR_INTERNAL);
}

/* The events have the request_id of the request for the change, if there is one. */
static void
test_request_ids(void **state)
{
    JobsKit *kit = *state;
    const JwJobsCall call = { .request_id = "second", .traceparent = "00-b" };

    for (int asked = 0; asked <= 1; asked++) {
        g_autoptr(JwJob) job = new_job(kit, JW_JOB_FAILED);
        JwJobChange change = change_of(JW_CHANGE_RETRY);
        g_autoptr(JwJob) after = NULL;
        g_autoptr(GError) error = NULL;
        JwCas cas = JW_CAS_LOST;

        assert_ok(jw_jobs_change(&kit->jobs, job, &change, asked == 1 ? &call : NULL, &cas, &after,
                                 &error),
                  error);
        for (guint i = 0; i < after->outbox->len; i++) {
            const JwOutboxEntry *entry = g_ptr_array_index(after->outbox, i);
            assert_string_equal(entry->request_id, asked == 1 ? "second" : "first");
            assert_true(g_strcmp0(entry->traceparent, asked == 1 ? "00-b" : NULL) == 0);
        }
        g_autoptr(JwOutboxEntry) first = jw_wire_submit_command(kit->jobs.wire, job, KIT_NOW);
        assert_string_not_equal(entry_of(after, JW_TYPE_JOB_SUBMIT)->id, first->id);
        assert_non_null(strstr(entry_of(after, JW_TYPE_JOB_SUBMITTED)->body, "pending"));
    }
}

static void
test_cancel(void **state)
{
    static const struct {
        JwJobTransition transition;
        JwJobState from, to;
        JwCas cas;
    } cases[] = {
        { JW_CHANGE_CANCEL_NOW, JW_JOB_RUNNING, JW_JOB_CANCELLED, JW_CAS_WON },
        { JW_CHANGE_CANCEL_NOW, JW_JOB_CANCELLING, JW_JOB_CANCELLED, JW_CAS_WON },
        { JW_CHANGE_CANCEL_NOW, JW_JOB_FAILED, JW_JOB_FAILED, JW_CAS_LOST },
        { JW_CHANGE_CANCEL_GRACEFUL, JW_JOB_SCHEDULED, JW_JOB_CANCELLED, JW_CAS_WON },
        { JW_CHANGE_CANCEL_GRACEFUL, JW_JOB_PENDING, JW_JOB_CANCELLED, JW_CAS_WON },
        { JW_CHANGE_CANCEL_GRACEFUL, JW_JOB_RUNNING, JW_JOB_CANCELLING, JW_CAS_WON },
        { JW_CHANGE_CANCEL_GRACEFUL, JW_JOB_CANCELLING, JW_JOB_CANCELLING, JW_CAS_LOST },
        { JW_CHANGE_CANCEL_GRACEFUL, JW_JOB_FAILED, JW_JOB_FAILED, JW_CAS_LOST },
    };
    JobsKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = new_job(kit, cases[i].from);
        JwJobChange change = change_of(cases[i].transition);
        g_autoptr(JwJob) after = NULL;
        g_autoptr(GError) error = NULL;
        JwCas cas = JW_CAS_LOST;

        assert_ok(jw_jobs_cancel(&kit->jobs, job, &change, NULL, &cas, &after, &error), error);
        assert_int_equal(cas, cases[i].cas);
        assert_int_equal(after->state, cases[i].to);
        assert_int_equal(kit_events(after->outbox, JW_TYPE_JOB_CANCELLED),
                         cas == JW_CAS_WON && cases[i].to == JW_JOB_CANCELLED);
    }
}

static void
claim_by_another(gpointer data)
{
    void **args = data;

    (void)kit_claim(((JobsKit *)args[0])->ports, ((const JwJob *)args[1])->id);
}

static void
test_claim(void **state)
{
    JobsKit *kit = *state;

    for (int doubt = 0; doubt <= 2; doubt++) { /* 1: not done, 2: done */
        g_autoptr(JwJob) job = new_job(kit, JW_JOB_PENDING);
        g_autoptr(JwJob) claimed = NULL;
        g_autoptr(JwJob) second = NULL;
        g_autoptr(GError) error = NULL;

        if (doubt > 0) {
            kit_doubt(kit, doubt == 2, 0);
        }
        assert_ok(jw_jobs_claim(&kit->jobs, job->id, "host/1", &claimed, &error), error);
        assert_int_equal(claimed->state, JW_JOB_RUNNING);
        assert_int_equal(claimed->token, 1);
        assert_int_equal(claimed->attempts, 1);
        assert_true(g_str_has_prefix(claimed->owner, "host/1/"));
        (void)kit_calls(kit);
        assert_ok(jw_jobs_claim(&kit->jobs, job->id, "host/1", &second, &error), error);
        assert_null(second);
        assert_int_equal(kit_calls(kit), 1);
    }
    assert_int_equal(jw_relay_backlog(kit->jobs.relay), 0);
}

/* Outcome unknown, not done; the next claim of the same process is another claim. */
static void
test_claim_of_another(void **state)
{
    JobsKit *kit = *state;
    g_autoptr(JwJob) job = new_job(kit, JW_JOB_PENDING);
    g_autoptr(JwJob) claimed = NULL;
    g_autoptr(GError) error = NULL;

    kit_doubt(kit, false, 0);
    hook_clock_at(&kit->ports->clock, 4, claim_by_another, (void *[]){ kit, job });
    assert_ok(jw_jobs_claim(&kit->jobs, job->id, "another", &claimed, &error), error);
    assert_true(hook_clock_done(&kit->ports->clock));
    assert_null(claimed);
    kit_doubt(kit, false, 10);
    assert_false(jw_jobs_claim(&kit->jobs, job->id, "another", &claimed, &error));
    assert_jw_error(error, JW_ERROR_IN_DOUBT, "claim*");
    jw_store_mem_then_fail(kit->jobs.store, 0, JW_ERROR_INTERNAL);
}

static void
test_end(void **state)
{
    static const struct {
        JwJobTransition others, own;
        JwEnd end;
        JwJobState to;
    } cases[] = {
        { JW_JOB_N_TRANSITIONS, JW_CHANGE_FINISH, JW_END_WON, JW_JOB_COMPLETED },
        { JW_JOB_N_TRANSITIONS, JW_CHANGE_RELEASE, JW_END_WON, JW_JOB_PENDING },
        { JW_CHANGE_CANCEL_GRACEFUL, JW_CHANGE_FINISH, JW_END_CANCELLED, JW_JOB_CANCELLED },
        { JW_CHANGE_CANCEL_GRACEFUL, JW_CHANGE_CANCELLED, JW_END_CANCELLED, JW_JOB_CANCELLED },
        { JW_CHANGE_CANCEL_NOW, JW_CHANGE_FINISH, JW_END_LOST, JW_JOB_CANCELLED },
        { JW_CHANGE_REAP_RETRY, JW_CHANGE_FAIL_FINAL, JW_END_LOST, JW_JOB_PENDING },
    };
    JobsKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = new_job(kit, JW_JOB_RUNNING);
        JwJobChange change = change_of(cases[i].own);
        g_autoptr(GError) error = NULL;
        JwEnd end = JW_END_LOST;

        if (cases[i].others != JW_JOB_N_TRANSITIONS) {
            kit_change(kit->ports, (JwJobChange){ .job_id = job->id,
                                                  .transition = cases[i].others,
                                                  .token = job->token,
                                                  .heartbeat = job->heartbeat });
        }
        assert_ok(jw_jobs_end(&kit->jobs, job, &change, NULL, &end, &error), error);
        assert_int_equal(end, cases[i].end);
        g_autoptr(JwJob) after = kit_job(kit->ports, job->id);
        assert_int_equal(after->state, cases[i].to);
    }
}

static void
test_failure(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwErrorCode error;
        bool timed_out;
        int32_t attempts;
        bool again;
        const char *code;
    } cases[] = {
        { JW_ERROR_UNAVAILABLE, false, 1, true, "UNAVAILABLE" },
        { JW_ERROR_UNAVAILABLE, false, 5, false, "UNAVAILABLE" },
        { JW_ERROR_UNAVAILABLE, true, 1, false, "TIMEOUT" },
        { JW_ERROR_INVALID, false, 1, false, "INVALID" },
        { JW_ERROR_CORRUPT, false, 4, true, "CORRUPT" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(JwJob) job = jw_job_new();
        g_autoptr(GError) cause = NULL;

        job->attempts = cases[i].attempts;
        (void)jw_fail(&cause, cases[i].error, "why");
        JwJobChange change = jw_jobs_failure(job, cause, cases[i].timed_out, KIT_NOW);
        assert_int_equal(change.transition,
                         cases[i].again ? JW_CHANGE_FAIL_RETRY : JW_CHANGE_FAIL_FINAL);
        assert_string_equal(change.error_code, cases[i].code);
        assert_string_equal(change.error_message, "why");
        assert_in_range(change.not_before_ms, KIT_NOW + 4000, KIT_NOW + JW_JOB_BACKOFF_LONGEST_MS);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_won),
        TEST(test_lost),
        TEST(test_gone),
        TEST(test_doubt_then_won),
        TEST(test_doubt_then_lost),
        TEST(test_doubt_then_nearly_ours),
        TEST(test_doubt_for_ever),
        TEST(test_certainly_not_done),
        TEST(test_patience_ends),
        TEST(test_request_ids),
        TEST(test_cancel),
        TEST(test_claim),
        TEST(test_claim_of_another),
        TEST(test_end),
        cmocka_unit_test(test_failure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
