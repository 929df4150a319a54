/* store_conformance_jobs.c: creating, changing, heartbeats; the whole table of states and
 * changes; races. */
#include "store_conformance.h"
#include "jw/ident.h"

static void
creates_and_reads_every_field(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_COMPLETED);
    g_autoptr(JwJob) none = NULL;

    job->artifact = g_new0(JwArtifact, 1);
    job->artifact->file_id = g_strdup("f");
    job->artifact->file_name = g_strdup("a.xlsx");
    job->artifact->content_type = g_strdup("x/y");
    job->artifact->size_bytes = INT64_C(5000000000);
    job->artifact->sha256 = g_strdup("00ff");
    job->artifact->rows = 12;
    job->artifact->summary = g_strdup("{}");
    job->artifact->duration_ms = 99;
    job->artifact->expires_at_ms = SC_NOW + 1;
    job->artifact->rows_written = 11;
    job->artifact->as_of_ms = SC_NOW - 1;
    job->artifact->definition_sha256 = g_strdup("ff00");
    job->artifact->program = g_strdup("program 1");
    job->result = g_strdup("{\"failed\":1}");
    job->warnings = g_strdup("[]");
    job->cancelled_at_ms = 5;
    job->cancelled_by = g_strdup("bob");
    job->cancel_reason = g_strdup("why");
    job->deliveries = (JwDeliveryCounts){ 5, 1, 2, 1, 1 };
    sc_create(store, job);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    sc_assert_same_job(job, read);

    assert_ok(jw_store_get_job(store, "nobody", &none, &error), error);
    assert_null(none);
    assert_ok(jw_store_ping(store, &error), error);
}

/* They run on this machine. */
static void
the_server_tells_its_time(JwStore *store)
{
    const int64_t day_ms = INT64_C(86400000), before = jw_clock_now_ms(jw_clock_system());
    g_autoptr(GError) error = NULL;
    int64_t first = 0, second = 0;

    assert_ok(jw_store_now(store, &first, &error), error);
    assert_ok(jw_store_now(store, &second, &error), error);
    assert_true(first <= second && ABS(first - before) < day_ms);
}

static void
reads_what_is_absent_as_absent(JwStore *store)
{
    g_autoptr(JwJob) job = jw_job_new();

    job->id = g_strdup("0190a5d0-0000-7000-8000-000000000001");
    job->type = g_strdup("report");
    sc_create(store, job);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    sc_assert_same_job(job, read);
}

static void
creates_many_and_names_those_that_exist(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    JwJob *jobs[5];
    JwCreate creates[5];

    for (size_t i = 0; i < 5; i++) {
        jobs[i] = sc_job(JW_JOB_PENDING);
    }
    sc_create(store, jobs[1]);
    sc_create(store, jobs[4]);
    g_free(jobs[1]->name);
    jobs[1]->name = g_strdup("another");
    assert_ok(jw_store_create_jobs(store, (const JwJob *const *)jobs, 5, creates, &error), error);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(creates[i], i == 1 || i == 4 ? JW_CREATE_EXISTS : JW_CREATE_NEW);
        g_autoptr(JwJob) read = sc_get(store, jobs[i]->id);
        assert_int_equal(g_strcmp0(read->name, "another") == 0, false); /* left as it was */
        jw_job_free(jobs[i]);
    }
    assert_ok(jw_store_create_jobs(store, NULL, 0, NULL, &error), error);
}

/* What the document must look like after @rule, derived here by hand from the specification. */
static void
expect_change(JwJob *job, const JwJobRule *rule, const JwJobChange *change)
{
    job->state = rule->to;
    job->updated_at_ms = change->now_ms;
    job->token += (rule->flags & JW_RULE_RAISES_TOKEN) != 0 ? 1 : 0;
    job->attempts += (rule->flags & JW_RULE_COUNTS_ATTEMPT) != 0 ? 1 : 0;
    job->attempts -= (rule->flags & JW_RULE_RETURNS_ATTEMPT) != 0 ? 1 : 0;
    if ((rule->flags & JW_RULE_SETS_NOT_BEFORE) != 0) {
        job->not_before_ms = change->not_before_ms;
    }
    if ((rule->flags & JW_RULE_ENDS) != 0) {
        job->finished_at_ms = change->now_ms;
    }
    g_free(job->error_code);
    g_free(job->error_message);
    job->error_code = g_strdup("E1");
    job->error_message = g_strdup("it broke");
    g_free(job->cancelled_by);
    g_free(job->cancel_reason);
    job->cancelled_by = g_strdup("bob");
    job->cancel_reason = g_strdup("no need");
    if (rule->to == JW_JOB_RUNNING) {
        g_free(job->owner);
        job->owner = g_strdup("exe-1");
        job->started_at_ms = change->now_ms;
        g_free(job->progress.step);
        job->progress = (JwProgress){ 0, NULL, 0, -1 };
        job->heartbeat = 0;
    }
    if (rule->to == JW_JOB_COMPLETED) {
        job->progress.percent = 100;
        job->artifact = jw_artifact_copy(change->artifact);
        job->warnings = g_strdup(change->warnings);
    }
    if (rule->to == JW_JOB_CANCELLED) {
        job->cancelled_at_ms = change->now_ms;
    }
    if ((rule->flags & JW_RULE_COUNTS_RETRY) != 0) {
        job->retry_count++;
        job->attempts = 0;
        job->finished_at_ms = 0;
        g_clear_pointer(&job->error_code, g_free);
        g_clear_pointer(&job->error_message, g_free);
    }
    for (size_t i = 0; i < change->n_events; i++) {
        g_ptr_array_add(job->outbox, jw_outbox_entry_copy(change->events[i]));
    }
}

static JwJobChange
change_of(const JwJob *job, JwJobTransition transition)
{
    static JwArtifact artifact = { .rows = 3, .size_bytes = 10 };
    const unsigned flags = jw_job_rule(transition)->flags;
    const bool retry = (flags & JW_RULE_COUNTS_RETRY) != 0;

    artifact.file_id = job->id;
    return (JwJobChange){ .job_id = job->id,
                          .transition = transition,
                          .now_ms = SC_NOW,
                          .token = 7,
                          .heartbeat = 3,
                          .owner = "exe-1",
                          .not_before_ms = SC_NOW + 5000,
                          .artifact = &artifact,
                          .warnings = "[{\"code\":\"X\",\"message\":\"y\"}]",
                          .error_code = retry ? NULL : "E1",
                          .error_message = retry ? NULL : "it broke",
                          .actor = "bob",
                          .reason = "no need" };
}

static void
assert_lost(JwStore *store, const JwJobChange *change, const JwJob *unchanged)
{
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_WON;
    JwJob *untouched = (JwJob *)store; /* any value: must stay */

    assert_ok(jw_store_change_job(store, change, &cas, &untouched, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ptr_equal(untouched, store);
    g_autoptr(JwJob) read = sc_get(store, unchanged->id);
    sc_assert_same_job(unchanged, read);
}

static void
check_pair(JwStore *store, JwJobState state, JwJobTransition transition)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(state);
    g_autoptr(JwOutboxEntry) first = sc_event(job->id, SC_NOW);
    g_autoptr(JwOutboxEntry) second = sc_event(job->id, SC_NOW);
    const JwOutboxEntry *const events[] = { first, second };
    const JwJobRule *rule = jw_job_rule(transition);
    JwJobChange change = change_of(job, transition);
    g_autoptr(JwJob) after = NULL;
    JwCas cas = JW_CAS_LOST;

    change.events = events;
    change.n_events = 2;
    sc_create(store, job);
    if ((rule->from & JW_JOB_BIT(state)) == 0) {
        assert_lost(store, &change, job);
        return;
    }
    if ((rule->flags & JW_RULE_FENCED) != 0) {
        JwJobChange stale = change;
        stale.token = 6;
        assert_lost(store, &stale, job);
    }
    if ((rule->flags & JW_RULE_HEARTBEAT) != 0) {
        JwJobChange stale = change;
        stale.heartbeat = 2;
        assert_lost(store, &stale, job);
    }
    if ((rule->flags & (JW_RULE_WHEN_DUE | JW_RULE_AFTER_BACKOFF)) != 0) {
        JwJobChange early = change;
        early.now_ms = SC_NOW - 1;
        assert_lost(store, &early, job);
        early.now_ms = SC_NOW - JW_JOB_BACKOFF_LONGEST_MS;
        assert_lost(store, &early, job);
    }
    assert_ok(jw_store_change_job(store, &change, &cas, &after, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    expect_change(job, rule, &change);
    sc_assert_same_job(job, after);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    sc_assert_same_job(job, read);
}

static void
every_state_meets_every_change(JwStore *store)
{
    for (int state = 0; state < JW_JOB_N_STATES; state++) {
        for (int transition = 0; transition < JW_JOB_N_TRANSITIONS; transition++) {
            check_pair(store, (JwJobState)state, (JwJobTransition)transition);
        }
    }
}

static void
change_without_asking_for_the_document(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
    JwJobChange claim = { .job_id = job->id, .transition = JW_CHANGE_CLAIM, .now_ms = SC_NOW };
    JwCas cas = JW_CAS_LOST;

    sc_create(store, job);
    assert_ok(jw_store_change_job(store, &claim, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    claim.job_id = "nobody";
    assert_ok(jw_store_change_job(store, &claim, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
}

/* The clock that set the time of the next attempt was an hour ahead of the claimer's: no backoff
 * is as long. A scheduled job still waits. */
static void
a_backoff_of_another_clock(JwStore *store)
{
    static const struct {
        JwJobState state;
        JwJobTransition transition;
        JwCas cas;
    } cases[] = {
        { JW_JOB_PENDING, JW_CHANGE_CLAIM, JW_CAS_WON },
        { JW_JOB_SCHEDULED, JW_CHANGE_PROMOTE, JW_CAS_LOST },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(JwJob) job = sc_job(cases[i].state);
        JwJobChange change = change_of(job, cases[i].transition);
        JwCas cas = cases[i].cas == JW_CAS_WON ? JW_CAS_LOST : JW_CAS_WON;

        change.now_ms = SC_NOW - JW_JOB_BACKOFF_LONGEST_MS - 1;
        sc_create(store, job);
        assert_ok(jw_store_change_job(store, &change, &cas, NULL, &error), error);
        assert_int_equal(cas, cases[i].cas);
    }
}

static void
retries_once_for_a_key(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_FAILED);
    JwCas cas = JW_CAS_LOST;

    sc_create(store, job);
    JwJobChange retry = {
        .job_id = job->id, .transition = JW_CHANGE_RETRY, .now_ms = SC_NOW, .retry_key = "first"
    };
    assert_ok(jw_store_change_job(store, &retry, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST); /* that was the first retry */
    retry.retry_key = "second";
    assert_ok(jw_store_change_job(store, &retry, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    g_autoptr(JwJob) after = sc_get(store, job->id);
    assert_int_equal(after->retry_count, 2);
    assert_int_equal(jw_job_retry_of(after, "first"), 1);
    assert_int_equal(jw_job_retry_of(after, "second"), 2);
    assert_int_equal(jw_job_retry_of(after, "third"), 0);
    assert_int_equal(jw_job_retry_of(after, NULL), 0);
}

static void
retries_end_at_the_maximum(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_FAILED);
    JwCas cas = JW_CAS_LOST;

    job->retry_count = 2;
    job->max_retries = 3;
    sc_create(store, job);
    JwJobChange retry = { .job_id = job->id, .transition = JW_CHANGE_RETRY, .now_ms = SC_NOW };
    assert_ok(jw_store_change_job(store, &retry, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    JwJobChange claim = { .job_id = job->id, .transition = JW_CHANGE_CLAIM, .now_ms = SC_NOW };
    assert_ok(jw_store_change_job(store, &claim, &cas, NULL, &error), error);
    JwJobChange fail = {
        .job_id = job->id, .transition = JW_CHANGE_FAIL_FINAL, .now_ms = SC_NOW, .token = 8
    };
    assert_ok(jw_store_change_job(store, &fail, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    assert_ok(jw_store_change_job(store, &retry, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    retry.job_id = "nobody";
    assert_ok(jw_store_change_job(store, &retry, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
}

static void
heartbeats_carry_progress_and_report_a_cancel(JwStore *store)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_RUNNING);
    char step[] = "Writing";
    const JwProgress progress = { 55, step, 550, 1000 };
    JwHeartbeat heartbeat = JW_HEARTBEAT_LOST;
    JwCas cas = JW_CAS_LOST;

    sc_create(store, job);
    assert_ok(jw_store_heartbeat_job(store, job->id, 7, &progress, SC_NOW + 1, &heartbeat, &error),
              error);
    assert_int_equal(heartbeat, JW_HEARTBEAT_OK);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    assert_int_equal(read->heartbeat, 4);
    assert_int_equal(read->progress.percent, 55);
    assert_int_equal(read->progress.done, 550);
    assert_string_equal(read->progress.step, "Writing");
    assert_int_equal(read->updated_at_ms, SC_NOW + 1);

    assert_ok(jw_store_heartbeat_job(store, job->id, 6, &progress, SC_NOW + 2, &heartbeat, &error),
              error);
    assert_int_equal(heartbeat, JW_HEARTBEAT_LOST);
    JwJobChange cancel = { .job_id = job->id,
                           .transition = JW_CHANGE_CANCEL_GRACEFUL,
                           .now_ms = SC_NOW };
    assert_ok(jw_store_change_job(store, &cancel, &cas, NULL, &error), error);
    assert_ok(jw_store_heartbeat_job(store, job->id, 7, NULL, SC_NOW + 3, &heartbeat, &error),
              error);
    assert_int_equal(heartbeat, JW_HEARTBEAT_CANCEL);
    JwJobChange cancelled = {
        .job_id = job->id, .transition = JW_CHANGE_CANCELLED, .now_ms = SC_NOW, .token = 7
    };
    assert_ok(jw_store_change_job(store, &cancelled, &cas, NULL, &error), error);
    assert_ok(jw_store_heartbeat_job(store, job->id, 7, NULL, SC_NOW + 4, &heartbeat, &error),
              error);
    assert_int_equal(heartbeat, JW_HEARTBEAT_LOST);
}

typedef struct {
    JwStore *store;
    const char *job_id;
    int won, errors;
} Racer;

static gpointer
race_for_claims(gpointer data)
{
    Racer *racer = data;
    JwJobChange claim = { .job_id = racer->job_id,
                          .transition = JW_CHANGE_CLAIM,
                          .now_ms = SC_NOW };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    racer->errors += jw_store_change_job(racer->store, &claim, &cas, NULL, &error) ? 0 : 1;
    racer->won += cas == JW_CAS_WON ? 1 : 0;
    return NULL;
}

static void
of_many_claims_one_wins(JwStore *store)
{
    for (int round = 0; round < 20; round++) {
        g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
        Racer racers[4];
        int won = 0;

        sc_create(store, job);
        for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
            racers[i] = (Racer){ store, job->id, 0, 0 };
        }
        sc_threads(G_N_ELEMENTS(racers), race_for_claims, racers, sizeof(*racers));
        for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
            assert_int_equal(racers[i].errors, 0);
            won += racers[i].won;
        }
        assert_int_equal(won, 1);
        g_autoptr(JwJob) read = sc_get(store, job->id);
        assert_int_equal(read->token, 8);
        assert_int_equal(read->attempts, 3);
    }
}

static gpointer
race_for_retries(gpointer data)
{
    Racer *racer = data;
    JwJobChange retry = { .job_id = racer->job_id,
                          .transition = JW_CHANGE_RETRY,
                          .now_ms = SC_NOW };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    racer->errors += jw_store_change_job(racer->store, &retry, &cas, NULL, &error) ? 0 : 1;
    racer->won += cas == JW_CAS_WON ? 1 : 0;
    return NULL;
}

static void
of_many_retries_one_wins(JwStore *store)
{
    g_autoptr(JwJob) job = sc_job(JW_JOB_FAILED);
    Racer racers[4];
    int won = 0;

    sc_create(store, job);
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        racers[i] = (Racer){ store, job->id, 0, 0 };
    }
    sc_threads(G_N_ELEMENTS(racers), race_for_retries, racers, sizeof(*racers));
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        assert_int_equal(racers[i].errors, 0);
        won += racers[i].won;
    }
    assert_int_equal(won, 1);
    g_autoptr(JwJob) read = sc_get(store, job->id);
    assert_int_equal(read->retry_count, 2);
}

static gpointer
race_for_creation(gpointer data)
{
    Racer *racer = data;
    g_autoptr(GError) error = NULL;
    g_autoptr(JwJob) job = sc_job(JW_JOB_PENDING);
    JwCreate create = JW_CREATE_EXISTS;

    g_free(job->id);
    job->id = g_strdup(racer->job_id);
    const JwJob *const jobs[] = { job };
    racer->errors += jw_store_create_jobs(racer->store, jobs, 1, &create, &error) ? 0 : 1;
    racer->won += create == JW_CREATE_NEW ? 1 : 0;
    return NULL;
}

static void
of_many_creations_one_wins(JwStore *store)
{
    Racer racers[4];
    int won = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        racers[i] = (Racer){ store, "0190a5d0-0000-7000-8000-000000000002", 0, 0 };
    }
    sc_threads(G_N_ELEMENTS(racers), race_for_creation, racers, sizeof(*racers));
    for (size_t i = 0; i < G_N_ELEMENTS(racers); i++) {
        assert_int_equal(racers[i].errors, 0);
        won += racers[i].won;
    }
    assert_int_equal(won, 1);
}

const ScCase sc_job_cases[] = {
    { "creates_and_reads_every_field", creates_and_reads_every_field },
    { "reads_what_is_absent_as_absent", reads_what_is_absent_as_absent },
    { "the_server_tells_its_time", the_server_tells_its_time },
    { "creates_many_and_names_those_that_exist", creates_many_and_names_those_that_exist },
    { "every_state_meets_every_change", every_state_meets_every_change },
    { "change_without_asking_for_the_document", change_without_asking_for_the_document },
    { "a_backoff_of_another_clock", a_backoff_of_another_clock },
    { "retries_once_for_a_key", retries_once_for_a_key },
    { "retries_end_at_the_maximum", retries_end_at_the_maximum },
    { "heartbeats_carry_progress_and_report_a_cancel",
      heartbeats_carry_progress_and_report_a_cancel },
    { "of_many_claims_one_wins", of_many_claims_one_wins },
    { "of_many_retries_one_wins", of_many_retries_one_wins },
    { "of_many_creations_one_wins", of_many_creations_one_wins },
    { NULL, NULL },
};
