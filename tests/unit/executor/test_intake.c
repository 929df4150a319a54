/* test_intake.c: what becomes of each message: verdict, reason, job, and which worker is told. */
#include "exekit.h"

#include <string.h>

#define JOB_ID     "019480a4-5f00-7000-8000-000000000001"
#define SPEC(type) "{\"reportType\":\"" type "\",\"parameters\":{},\"output\":{\"format\":\"csv\"}}"
#define BODY       "{\"jobType\":\"report\",\"name\":\"Calls\",\"spec\":" SPEC("call-records") "}"

static const KitMessage submit = { JW_TYPE_JOB_SUBMIT, "/test", "m-1", BODY };

/* One message; the answer's reason is kept in *ret_reason when wanted. */
static JwVerdict
give(ExeKit *kit, KitMessage message, char **ret_reason)
{
    JwAnswer answer;

    kit_consume(kit, &message, 1, &answer);
    if (ret_reason != NULL) {
        *ret_reason = answer.reason;
    } else {
        g_free(answer.reason);
    }
    return answer.verdict;
}

/* A fault that no repeat cures: it must not hold up a partition without end. */
static bool
is_final(const KitFault *fault)
{
    const GError error = { JW_ERROR, (int)fault->code, NULL };

    return jw_error_retry(&error) == JW_RETRY_NEVER;
}

#define EVENT(type, data)                                                                          \
    "{\"specversion\":\"1.0\",\"type\":\"" type "\",\"source\":\"/test\",\"id\":\"m-1\","          \
    "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\",\"data\":" data   \
    "}"

/* An event that is all in the value. */
static JwVerdict
give_structured(ExeKit *kit, const char *body, char **ret_reason)
{
    kit->content_type = "application/cloudevents+json";
    JwVerdict verdict = give(kit, (KitMessage){ NULL, NULL, NULL, body }, ret_reason);
    kit->content_type = NULL;
    return verdict;
}

static JwVerdict
cancel(ExeKit *kit, const char *job_id, const char *mode)
{
    g_autofree char *body =
        g_strdup_printf("{\"jobId\":\"%s\",\"mode\":\"%s\",\"reason\":\"enough\","
                        "\"requestedBy\":{\"id\":\"u-1\"}}",
                        job_id, mode);

    return give(kit, (KitMessage){ JW_TYPE_JOB_CANCEL, "/test", "c-1", body }, NULL);
}

static void
test_submit(void **state)
{
    ExeKit *kit = *state;

    assert_int_equal(give(kit, submit, NULL), JW_VERDICT_DONE);
    g_autofree char *id = jw_queue_pop(kit->exe.ready, 0);
    assert_non_null(id);
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_string_equal(job->source, "kafka");
    assert_string_equal(job->requested_by.id, "/test");
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMITTED), 1);
}

/* Same source and id: the same job, whatever the partition or the process. While it waits it is not
 * queued again; later it is, which costs a lost claim. */
static void
test_submit_again(void **state)
{
    ExeKit *kit = *state;
    KitMessage other = submit;

    assert_int_equal(give(kit, submit, NULL), JW_VERDICT_DONE);
    assert_int_equal(give(kit, submit, NULL), JW_VERDICT_DONE);
    assert_int_equal(jw_queue_length(kit->exe.ready), 1);
    g_autofree char *first = jw_queue_pop(kit->exe.ready, 0);
    assert_int_equal(give(kit, submit, NULL), JW_VERDICT_DONE);
    g_autofree char *second = jw_queue_pop(kit->exe.ready, 0);
    assert_string_equal(first, second);
    g_autoptr(JwJob) job = kit_job(kit->ports, first);
    assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMITTED), 1);
    exe_run_job(&kit->exe, first);
    exe_run_job(&kit->exe, second);
    g_autoptr(JwJob) done = kit_job(kit->ports, first);
    assert_int_equal(done->state, JW_JOB_COMPLETED);
    assert_int_equal(done->token, 1);
    /* ended: a late repeat changes nothing */
    assert_int_equal(give(kit, submit, NULL), JW_VERDICT_DONE);
    g_autofree char *third = jw_queue_pop(kit->exe.ready, 0);
    exe_run_job(&kit->exe, third);
    g_autoptr(JwJob) after = kit_job(kit->ports, first);
    assert_int_equal(after->token, 1);
    other.id = "m-2";
    assert_int_equal(give(kit, other, NULL), JW_VERDICT_DONE);
    g_autofree char *fourth = jw_queue_pop(kit->exe.ready, 0);
    assert_string_not_equal(first, fourth);
}

/* Commands repeated: they take no worker that another job needs. */
static void
test_repeats_take_no_place(void **state G_GNUC_UNUSED)
{
    static const char *const ids[] = { "0", "0", "1", "0", "1", "2" };
    g_autoptr(ExeKit) kit = kit_new_idle(3);
    KitMessage messages[G_N_ELEMENTS(ids)];
    JwAnswer answers[G_N_ELEMENTS(ids)];

    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        messages[i] = submit;
        messages[i].id = ids[i];
    }
    kit_consume(kit, messages, G_N_ELEMENTS(ids), answers);
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        assert_int_equal(answers[i].verdict, JW_VERDICT_DONE);
    }
    assert_int_equal(jw_queue_length(kit->exe.ready), 3);
    kit_consume(kit, messages, G_N_ELEMENTS(ids), answers); /* nor when all places are taken */
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        assert_int_equal(answers[i].verdict, JW_VERDICT_DONE);
    }
}

static void
test_scheduled_for_later(void **state)
{
    ExeKit *kit = *state;
    KitMessage later = submit;

    later.body = "{\"jobId\":\"" JOB_ID "\",\"jobType\":\"report\",\"name\":\"Calls\","
                 "\"spec\":" SPEC("call-records") ",\"scheduledFor\":\"2021-01-12T00:00:00Z\"}";
    assert_int_equal(give(kit, later, NULL), JW_VERDICT_DONE);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0);
    g_autoptr(JwJob) job = kit_job(kit->ports, JOB_ID);
    assert_int_equal(job->state, JW_JOB_SCHEDULED);
}

/* What this clock calls too early the scheduler has promoted: the claim decides, by the document.
 */
static void
test_clock_behind(void **state)
{
    ExeKit *kit = *state;
    KitMessage early = submit;

    early.body = "{\"jobId\":\"" JOB_ID "\",\"jobType\":\"report\",\"name\":\"Calls\","
                 "\"spec\":" SPEC("call-records") ",\"scheduledFor\":\"2021-01-11T01:00:00Z\"}";
    assert_int_equal(give(kit, early, NULL), JW_VERDICT_DONE);
    tk_clock_advance(&kit->ports->clock.fake, 3600000);
    kit_change(kit->ports, (JwJobChange){ .job_id = JOB_ID, .transition = JW_CHANGE_PROMOTE });
    kit->ports->clock.fake.now_ms -= 3600000;
    assert_int_equal(give(kit, early, NULL), JW_VERDICT_DONE);
    g_autofree char *id = jw_queue_pop(kit->exe.ready, 0);
    assert_non_null(id);
    exe_run_job(&kit->exe, id);
    g_autoptr(JwJob) job = kit_job(kit->ports, JOB_ID);
    assert_int_equal(job->state, JW_JOB_COMPLETED);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0);
}

static void
test_priority_lanes(void **state)
{
    static const char *const priorities[] = { "low", "normal", "high" };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(priorities); i++) {
        g_autofree char *body =
            g_strdup_printf("{\"jobType\":\"report\",\"name\":\"%s\",\"spec\":" SPEC(
                                "call-records") ",\"priority\":\"%s\"}",
                            priorities[i], priorities[i]);
        KitMessage message = { JW_TYPE_JOB_SUBMIT, "/test", priorities[i], body };
        assert_int_equal(give(kit, message, NULL), JW_VERDICT_DONE);
    }
    for (size_t i = G_N_ELEMENTS(priorities); i > 0; i--) {
        g_autofree char *id = jw_queue_pop(kit->exe.ready, 0);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_string_equal(job->name, priorities[i - 1]);
    }
}

/* The same event in the two modes is the same job; a cancel command takes effect. */
static void
test_structured(void **state)
{
    ExeKit *kit = *state;

    assert_int_equal(give_structured(kit, EVENT(JW_TYPE_JOB_SUBMIT, BODY), NULL), JW_VERDICT_DONE);
    assert_int_equal(give(kit, submit, NULL), JW_VERDICT_DONE);
    g_autofree char *first = jw_queue_pop(kit->exe.ready, 0);
    assert_null(jw_queue_pop(kit->exe.ready, 0)); /* both are one job, queued once */
    g_autoptr(JwJob) job = kit_job(kit->ports, first);
    assert_int_equal(job->state, JW_JOB_PENDING);
    assert_string_equal(job->requested_by.id, "/test");
    assert_string_equal(job->traceparent,
                        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    g_autofree char *stop = g_strdup_printf(EVENT(JW_TYPE_JOB_CANCEL, "{\"jobId\":\"%s\"}"), first);
    assert_int_equal(give_structured(kit, stop, NULL), JW_VERDICT_DONE);
    g_autoptr(JwJob) after = kit_job(kit->ports, first);
    assert_int_equal(after->state, JW_JOB_CANCELLED);
}

static void
test_poison(void **state)
{
    static const struct {
        KitMessage message;
        const char *reason;
    } cases[] = {
        { { NULL, "/t", "1", BODY }, "*ce_type is missing*" },
        { { "jobwire.job.completed.v1", "/t", "1", BODY }, "*\"jobwire.job.completed.v1\"*" },
        { { JW_TYPE_JOB_SUBMIT, NULL, "1", BODY }, "*ce_source and ce_id*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", NULL, BODY }, "*ce_source and ce_id*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "1", NULL }, "*no value*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "1", "" }, "*not acceptable JSON*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "1", "{\"name\":" }, "*not acceptable JSON*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "1", "[]" }, "*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "1", "{}" }, "*/jobType*/spec*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "1",
            "{\"jobType\":\"report\",\"name\":\"x\",\"spec\":" SPEC("nonsense") "}" },
          "*/spec/reportType*call-records*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "1",
            "{\"jobType\":\"laundry\",\"name\":\"x\",\"spec\":" SPEC("call-records") "}" },
          "*/jobType*" },
        { { JW_TYPE_JOB_CANCEL, "/t", "1", "{}" }, "*/jobId*" },
        { { JW_TYPE_JOB_CANCEL, "/t", "1", "{\"jobId\":\"" JOB_ID "\",\"mode\":\"softly\"}" },
          "*/mode*" },
        { { JW_TYPE_JOB_SUBMIT, "", "1", BODY }, "header ce_source is empty*" },
        { { JW_TYPE_JOB_SUBMIT, "/t", "", BODY }, "header ce_id is empty*" },
        { { NULL, NULL, NULL, EVENT(JW_TYPE_JOB_SUBMIT, BODY) },
          "*ce_type is missing*content-type: application/cloudevents+json" },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *reason = NULL;

        assert_int_equal(give(kit, cases[i].message, &reason), JW_VERDICT_POISON);
        if (!g_pattern_match_simple(cases[i].reason, reason)) {
            fail_msg("case %zu: \"%s\" is not like \"%s\"", i, reason, cases[i].reason);
        }
        assert_int_equal(jw_queue_length(kit->exe.ready), 0);
    }
}

/* Headers that are there, but not as the binding has them. */
static void
test_poison_headers(void **state)
{
    static const struct {
        const char *specversion, *name, *content_type;
        KitMessage message;
        const char *reason;
    } cases[] = {
        { NULL,
          "content-type",
          NULL,
          { JW_TYPE_JOB_SUBMIT, "/t", "1", BODY },
          "header ce_specversion is missing; send 1.0*" },
        { "0.3",
          "content-type",
          NULL,
          { JW_TYPE_JOB_SUBMIT, "/t", "1", BODY },
          "header ce_specversion is \"0.3\"; send 1.0*" },
        { NULL,
          "CE_SpecVersion",
          "1.0",
          { JW_TYPE_JOB_SUBMIT, "/t", "1", BODY },
          "*ce_specversion is missing*; header \"CE_SpecVersion\" is not ce_specversion: *case*" },
        { "1.0",
          "CE_ID",
          "7",
          { JW_TYPE_JOB_SUBMIT, "/t", NULL, BODY },
          "header ce_id is missing*; header \"CE_ID\" is not ce_id: *case*" },
        { "1.0",
          "Content-Type",
          "application/cloudevents+json",
          { NULL, NULL, NULL, EVENT(JW_TYPE_JOB_SUBMIT, BODY) },
          "*ce_type is missing*; header \"Content-Type\" is not content-type: *case*" },
        { "1.0",
          "Content-Type",
          "application/json",
          { "laundry", "/t", "1", BODY },
          "header ce_type is \"laundry\"; known here: *.submit.v1, *.cancel.v1" },
        { "1.0",
          "content-type",
          "application/json",
          { JW_TYPE_JOB_SUBMIT, "/t\033[2J", "1", BODY },
          "header ce_source must be one line*" },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *reason = NULL;

        kit->specversion = cases[i].specversion;
        kit->content_name = cases[i].name;
        kit->content_type = cases[i].content_type;
        assert_int_equal(give(kit, cases[i].message, &reason), JW_VERDICT_POISON);
        if (!g_pattern_match_simple(cases[i].reason, reason)) {
            fail_msg("case %zu: \"%s\" is not like \"%s\"", i, reason, cases[i].reason);
        }
    }
}

static void
test_poison_structured(void **state)
{
    static const struct {
        const char *body, *reason;
    } cases[] = {
        { EVENT("jobwire.job.sing.v1", "{}"),
          "member type is \"jobwire.job.sing.v1\"; known here: *" },
        { EVENT(JW_TYPE_JOB_SUBMIT, "{}"), "*/data/jobType: *" },
        { EVENT(JW_TYPE_JOB_CANCEL, "{\"jobId\":\"x\"}"), "/data/jobId: *" },
        { EVENT(JW_TYPE_JOB_CANCEL, "7"), "/data: *" },
        { BODY, "*/specversion: is required*" },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *reason = NULL;

        assert_int_equal(give_structured(kit, cases[i].body, &reason), JW_VERDICT_POISON);
        if (!g_pattern_match_simple(cases[i].reason, reason)) {
            fail_msg("case %zu: \"%s\" is not like \"%s\"", i, reason, cases[i].reason);
        }
    }
}

/* Two versions with different definitions: what one created the other must not leave pending,
 * whatever it thinks of the command. */
static void
test_refused_but_known(void **state)
{
    ExeKit *kit = *state;
    g_autofree char *id = kit_make(kit, "");
    g_autofree char *odd = g_ascii_strup(id, -1);
    g_autofree char *body = g_strdup_printf(
        "{\"jobId\":\"%s\",\"jobType\":\"report\",\"name\":\"Calls\",\"spec\":" SPEC(
            "of-tomorrow") "}",
        odd);
    KitMessage message = { JW_TYPE_JOB_SUBMIT, "/test", "1", body };

    for (size_t f = 0; f < kit_n_faults; f++) {
        kit_fault_at(kit->ports, 1, kit_faults[f]);
        g_autofree char *reason = NULL;
        assert_int_equal(give(kit, message, &reason),
                         is_final(&kit_faults[f]) ? JW_VERDICT_POISON : JW_VERDICT_LATER);
        assert_int_equal(jw_queue_length(kit->exe.ready), 0);
    }
    assert_int_equal(give(kit, message, NULL), JW_VERDICT_DONE);
    g_autofree char *queued = jw_queue_pop(kit->exe.ready, 0);
    assert_string_equal(queued, id);
    message.body = "{\"jobId\":\"" JOB_ID "\"}"; /* this one does not exist */
    g_autofree char *reason = NULL;
    assert_int_equal(give(kit, message, &reason), JW_VERDICT_POISON);
    assert_non_null(strstr(reason, "/jobType"));
}

/* A job of a kind that only a newer version runs, whichever way its command came: it is left to
 * one that does. */
static void
test_kind_of_others(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(JwJob) job = kit_new_job(kit->ports);
    g_autofree char *reason = NULL;

    g_free(job->type);
    job->type = g_strdup("of-tomorrow");
    g_autofree char *id = kit_insert_job(kit->ports, job);
    g_autofree char *body = g_strdup_printf(
        "{\"jobId\":\"%s\",\"jobType\":\"of-tomorrow\",\"name\":\"x\",\"spec\":{}}", id);
    KitMessage message = { JW_TYPE_JOB_SUBMIT, "/test", "1", body };
    assert_int_equal(give(kit, message, NULL), JW_VERDICT_DONE);
    assert_int_equal(jw_queue_length(kit->exe.ready), 0);
    assert_null(exe_next(&kit->exe, true));
    g_autoptr(JwJob) left = kit_job(kit->ports, id);
    assert_int_equal(left->state, JW_JOB_PENDING);
    assert_int_equal(left->token, 0);
    message.body = "{\"jobId\":\"" JOB_ID "\",\"jobType\":\"of-tomorrow\",\"name\":\"x\","
                   "\"spec\":{}}"; /* nobody has it */
    assert_int_equal(give(kit, message, &reason), JW_VERDICT_POISON);
    assert_non_null(strstr(reason, "/jobType"));
}

/* The same two commands, in one batch and one after the other, end alike: the first created the
 * job, and the second no longer counts. */
static void
test_same_command_twice(void **state)
{
#define NAMED(id, type)                                                                            \
    "{\"jobId\":\"019480a4-5f00-7000-8000-00000000000" id "\",\"jobType\":\"report\","             \
    "\"name\":\"Calls\",\"spec\":" SPEC(type) "}"
    static const struct {
        const char *first, *second, *ids[2];
        JwVerdict verdict; /* of the second */
        size_t jobs;       /* that they name */
    } cases[] = {
        { BODY, BODY, { "r", "r" }, JW_VERDICT_DONE, 1 },
        { BODY, NAMED("1", "call-records"), { "r", "r" }, JW_VERDICT_DONE, 2 },
        { BODY,
          "{\"jobType\":\"report\",\"spec\":" SPEC("of-tomorrow") "}",
          { "r", "r" },
          JW_VERDICT_DONE,
          1 },
        { BODY, "{\"jobType\":\"laundry\"}", { "r", "r" }, JW_VERDICT_DONE, 1 },
        { BODY, "{}", { "r", "other" }, JW_VERDICT_POISON, 1 },
        { BODY, "{\"jobId\":\"nonsense\"}", { "r", "r" }, JW_VERDICT_POISON, 1 },
        { NAMED("2", "call-records"), NAMED("2", "of-tomorrow"), { "a", "b" }, JW_VERDICT_DONE, 1 },
        { NAMED("3", "call-records"),
          NAMED("4", "of-tomorrow"),
          { "a", "b" },
          JW_VERDICT_POISON,
          1 },
    };
#undef NAMED
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        for (size_t batch = 1; batch <= 2; batch++) {
            g_autofree char *source = g_strdup_printf("/case-%zu-%zu", i, batch);
            KitMessage messages[] = {
                { JW_TYPE_JOB_SUBMIT, source, cases[i].ids[0], cases[i].first },
                { JW_TYPE_JOB_SUBMIT, source, cases[i].ids[1], cases[i].second },
            };
            JwAnswer answers[2];

            for (size_t m = 0; m < 2; m += batch) {
                kit_consume(kit, messages + m, batch, answers + m);
            }
            assert_int_equal(answers[0].verdict, JW_VERDICT_DONE);
            if (answers[1].verdict != cases[i].verdict) {
                fail_msg("case %zu, batches of %zu: %d, %s", i, batch, (int)answers[1].verdict,
                         answers[1].reason);
            }
            kit_answers_clear(answers, 2);
            for (size_t n = 0; n < cases[i].jobs; n++) { /* each is queued once */
                g_autofree char *queued = jw_queue_pop(kit->exe.ready, 0);
                g_autoptr(JwJob) job = kit_job(kit->ports, queued);
                assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMITTED), 1);
            }
            assert_int_equal(jw_queue_length(kit->exe.ready), 0);
        }
    }
}

/* One bad message among good ones costs only itself. */
static void
test_poison_among_others(void **state)
{
    ExeKit *kit = *state;
    KitMessage messages[] = { submit, submit, submit };
    JwAnswer answers[3];

    messages[0].id = "a";
    messages[1].body = "{";
    messages[2].id = "c";
    kit_consume(kit, messages, 3, answers);
    assert_int_equal(answers[0].verdict, JW_VERDICT_DONE);
    assert_int_equal(answers[1].verdict, JW_VERDICT_POISON);
    assert_int_equal(answers[2].verdict, JW_VERDICT_DONE);
    assert_int_equal(jw_queue_length(kit->exe.ready), 2);
    kit_answers_clear(answers, 3);
}

/* LATER before anything is answered as done; offered again, it is done once. */
static void
test_store_away(void **state)
{
    ExeKit *kit = *state;

    for (size_t f = 0; f < kit_n_faults; f++) {
        g_autofree char *key = g_strdup_printf("f-%zu", f);
        KitMessage messages[] = { submit, submit };
        JwAnswer answers[2];

        messages[0].id = key;
        messages[1].body = "{"; /* poison stays poison */
        kit_fault_at(kit->ports, 1, kit_faults[f]);
        kit_consume(kit, messages, 2, answers);
        /* what is refused together may be taken alone */
        assert_int_equal(answers[0].verdict,
                         is_final(&kit_faults[f]) ? JW_VERDICT_DONE : JW_VERDICT_LATER);
        assert_int_equal(answers[1].verdict, JW_VERDICT_POISON);
        kit_answers_clear(answers, 2);
        g_autofree char *taken = jw_queue_pop(kit->exe.ready, 0);
        assert_int_equal(taken != NULL, is_final(&kit_faults[f]));
        assert_int_equal(give(kit, messages[0], NULL), JW_VERDICT_DONE);
        g_autofree char *id = jw_queue_pop(kit->exe.ready, 0);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_SUBMITTED), 1);
    }
}

/* The store refuses a batch for good: its jobs are taken one by one, and only one that is refused
 * alone is poison. */
static void
test_refused_in_company(void **state)
{
    static const struct {
        JwErrorCode alone; /* the answer of the store for the first job alone */
        JwVerdict first, others;
    } cases[] = {
        { JW_ERROR_CORRUPT, JW_VERDICT_POISON, JW_VERDICT_DONE },
        { JW_ERROR_INVALID, JW_VERDICT_POISON, JW_VERDICT_DONE },
        { JW_ERROR_TOO_LARGE, JW_VERDICT_POISON, JW_VERDICT_DONE },
        { JW_ERROR_UNAVAILABLE, JW_VERDICT_LATER, JW_VERDICT_LATER },
        { JW_ERROR_IN_DOUBT, JW_VERDICT_LATER, JW_VERDICT_LATER },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *source = g_strdup_printf("/case-%zu", i);
        KitMessage messages[] = { submit, submit, submit };
        static const char *const ids[] = { "a", "b", "c" };
        JwAnswer answers[3];

        for (size_t m = 0; m < 3; m++) {
            messages[m].source = source;
            messages[m].id = ids[m];
        }
        jw_store_mem_fail_nth(kit->exe.store, 1, JW_ERROR_CORRUPT, false);
        jw_store_mem_then_fail(kit->exe.store, 1, cases[i].alone);
        kit_consume(kit, messages, 3, answers);
        assert_int_equal(answers[0].verdict, cases[i].first);
        assert_int_equal(answers[1].verdict, cases[i].others);
        assert_int_equal(answers[2].verdict, cases[i].others);
        if (cases[i].first == JW_VERDICT_POISON) {
            assert_non_null(strstr(answers[0].reason, "the store refuses it"));
        }
        kit_answers_clear(answers, 3);
        for (size_t m = 0; m < 2; m++) {
            g_autofree char *id = jw_queue_pop(kit->exe.ready, 0);
            assert_int_equal(id != NULL, cases[i].others == JW_VERDICT_DONE);
        }
        assert_int_equal(jw_queue_length(kit->exe.ready), 0);
    }
}

/* No more claims at once than workers wait; what is left has its turn, and holds up no message. */
static void
test_more_than_workers(void **state G_GNUC_UNUSED)
{
    static const char *const priorities[] = { "low", "low", "low", "high", "normal" };
    static const char *const ids[] = { "0", "1", "2", "3", "4" };
    g_autoptr(ExeKit) kit = kit_new_idle(2);
    g_autoptr(GPtrArray) bodies = g_ptr_array_new_with_free_func(g_free);
    KitMessage messages[5];
    JwAnswer answers[5];

    assert_null(exe_next(&kit->exe, true));
    assert_false(exe_turns_woken(kit->exe.turns));
    for (size_t i = 0; i < 5; i++) {
        g_ptr_array_add(bodies,
                        g_strdup_printf("{\"jobType\":\"report\",\"name\":\"%s\","
                                        "\"spec\":" SPEC("call-records") ",\"priority\":\"%s\"}",
                                        priorities[i], priorities[i]));
        messages[i] = (KitMessage){ JW_TYPE_JOB_SUBMIT, "/test", ids[i], bodies->pdata[i] };
    }
    kit_consume(kit, messages, 5, answers);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(answers[i].verdict, JW_VERDICT_DONE);
    }
    assert_int_equal(jw_queue_length(kit->exe.ready), 2);
    assert_true(exe_turns_woken(kit->exe.turns)); /* the clock stands: looked at again for that */
    static const char order[] = "hnlll";
    for (size_t i = 0; i < 5; i++) {
        g_autoptr(JwJob) job = exe_next(&kit->exe, true);
        assert_non_null(job);
        assert_int_equal(job->name[0], order[i]);
    }
}

/* Each state × mode. */
static void
test_cancel(void **state)
{
    static const struct {
        JwJobState from;
        const char *mode;
        JwJobState to;
        int64_t token; /* raised by */
    } cases[] = {
        { JW_JOB_SCHEDULED, "immediate", JW_JOB_CANCELLED, 1 },
        { JW_JOB_SCHEDULED, "graceful", JW_JOB_CANCELLED, 1 },
        { JW_JOB_PENDING, "immediate", JW_JOB_CANCELLED, 1 },
        { JW_JOB_PENDING, "graceful", JW_JOB_CANCELLED, 1 },
        { JW_JOB_RUNNING, "immediate", JW_JOB_CANCELLED, 1 },
        { JW_JOB_RUNNING, "graceful", JW_JOB_CANCELLING, 0 },
        { JW_JOB_CANCELLING, "immediate", JW_JOB_CANCELLED, 1 },
        { JW_JOB_CANCELLING, "graceful", JW_JOB_CANCELLING, 0 },
        { JW_JOB_COMPLETED, "immediate", JW_JOB_COMPLETED, 0 },
        { JW_JOB_COMPLETED, "graceful", JW_JOB_COMPLETED, 0 },
        { JW_JOB_FAILED, "immediate", JW_JOB_FAILED, 0 },
        { JW_JOB_FAILED, "graceful", JW_JOB_FAILED, 0 },
        { JW_JOB_CANCELLED, "immediate", JW_JOB_CANCELLED, 0 },
        { JW_JOB_CANCELLED, "graceful", JW_JOB_CANCELLED, 0 },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        bool later = cases[i].from == JW_JOB_SCHEDULED;
        g_autofree char *id =
            kit_make(kit, later ? ",\"scheduledFor\":\"2021-01-12T00:00:00Z\"" : "");
        if (cases[i].from == JW_JOB_COMPLETED) {
            exe_run_job(&kit->exe, id);
        } else if (cases[i].from != JW_JOB_SCHEDULED && cases[i].from != JW_JOB_PENDING) {
            int64_t token = kit_claim(kit->ports, id);
            if (cases[i].from == JW_JOB_CANCELLING || cases[i].from == JW_JOB_CANCELLED) {
                kit_change(kit->ports,
                           (JwJobChange){ .job_id = id, .transition = JW_CHANGE_CANCEL_GRACEFUL });
            }
            if (cases[i].from == JW_JOB_CANCELLED || cases[i].from == JW_JOB_FAILED) {
                kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                                      .transition = cases[i].from == JW_JOB_FAILED
                                                                        ? JW_CHANGE_FAIL_FINAL
                                                                        : JW_CHANGE_CANCELLED,
                                                      .token = token });
            }
        }
        g_autoptr(JwJob) before = kit_job(kit->ports, id);
        assert_int_equal(before->state, cases[i].from);
        assert_int_equal(cancel(kit, id, cases[i].mode), JW_VERDICT_DONE);
        assert_int_equal(cancel(kit, id, "graceful"), JW_VERDICT_DONE); /* repeated: harmless */
        g_autoptr(JwJob) after = kit_job(kit->ports, id);
        assert_int_equal(after->state, cases[i].to);
        assert_int_equal(after->token - before->token, cases[i].token);
        assert_int_equal(kit_events(after->outbox, JW_TYPE_JOB_CANCELLED), cases[i].token);
        if (cases[i].from != after->state && after->state == JW_JOB_CANCELLED) {
            assert_string_equal(after->cancelled_by, "u-1");
            assert_string_equal(after->cancel_reason, "enough");
        }
        exe_run_job(&kit->exe, id); /* nobody can claim it any more */
        g_autoptr(JwJob) last = kit_job(kit->ports, id);
        assert_int_equal(last->token, after->token);
    }
    assert_int_equal(cancel(kit, "019480a4-5f00-7000-8000-00000000dead", "immediate"),
                     JW_VERDICT_DONE);
}

/* The id in any case; what is left out: cancelled at once, by nobody that is known. */
static void
test_cancel_as_written(void **state)
{
    static const struct {
        const char *more;
        JwJobState to;
        const char *actor, *reason;
    } cases[] = {
        { ",\"reason\":\"wrong week\",\"requestedBy\":{\"id\":\"u-1\"},\"mode\":\"graceful\"",
          JW_JOB_CANCELLING, "u-1", "wrong week" },
        { "", JW_JOB_CANCELLED, NULL, NULL },
    };
    ExeKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = kit_make(kit, "");
        g_autofree char *upper = g_ascii_strup(id, -1);
        g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"%s}", upper, cases[i].more);

        (void)kit_claim(kit->ports, id);
        assert_int_equal(give(kit, (KitMessage){ JW_TYPE_JOB_CANCEL, "/test", "c-1", body }, NULL),
                         JW_VERDICT_DONE);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(job->state, cases[i].to);
        assert_int_equal(g_strcmp0(job->cancelled_by, cases[i].actor), 0);
        assert_int_equal(g_strcmp0(job->cancel_reason, cases[i].reason), 0);
    }
}

static void
test_cancel_store_away(void **state)
{
    ExeKit *kit = *state;

    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1; n <= 4; n++) {
            g_autofree char *id = kit_make(kit, "");
            (void)kit_claim(kit->ports, id);
            const char *mode = n % 2 == 0 ? "graceful" : "immediate";
            kit_fault_at(kit->ports, n, kit_faults[f]);
            JwVerdict verdict = cancel(kit, id, mode);
            (void)kit_fault_met(kit->ports);
            JwVerdict failed = is_final(&kit_faults[f]) ? JW_VERDICT_POISON : JW_VERDICT_LATER;
            /* a change in doubt is read again and decided */
            bool decided = n == 2 && kit_faults[f].code == JW_ERROR_IN_DOUBT;
            assert_int_equal(verdict, n <= 2 && !decided ? failed : JW_VERDICT_DONE);
            assert_int_equal(cancel(kit, id, mode), JW_VERDICT_DONE);
            g_autoptr(JwJob) job = kit_job(kit->ports, id);
            assert_int_equal(job->state, n % 2 == 0 ? JW_JOB_CANCELLING : JW_JOB_CANCELLED);
            assert_int_equal(kit_events(job->outbox, JW_TYPE_JOB_CANCELLED), n % 2 == 0 ? 0 : 1);
        }
    }
}

/* Somebody sends a job and takes it back: both may come in one batch. */
static void
test_cancel_right_behind_submit(void **state)
{
    static const char body[] =
        "{\"jobId\":\"" JOB_ID "\",\"jobType\":\"report\",\"name\":\"Calls\","
        "\"spec\":" SPEC("call-records") "}";
    ExeKit *kit = *state;
    KitMessage messages[] = {
        { JW_TYPE_JOB_SUBMIT, "/test", "1", body },
        { JW_TYPE_JOB_CANCEL, "/test", "2", "{\"jobId\":\"" JOB_ID "\"}" },
        { JW_TYPE_JOB_SUBMIT, "/test", "3", BODY },
    };
    JwAnswer answers[3];

    kit_consume(kit, messages, 3, answers);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(answers[i].verdict, JW_VERDICT_DONE);
    }
    g_autoptr(JwJob) job = kit_job(kit->ports, JOB_ID);
    assert_int_equal(job->state, JW_JOB_CANCELLED);
    assert_int_equal(jw_queue_length(kit->exe.ready), 2);
}

/* The store away in the middle of a batch: what was durable is done, nothing behind the failure is.
 */
static void
test_store_away_in_mid_batch(void **state)
{
    ExeKit *kit = *state;
    KitMessage messages[] = {
        submit,
        { JW_TYPE_JOB_CANCEL, "/test", "2", "{\"jobId\":\"" JOB_ID "\"}" },
        submit,
        { JW_TYPE_JOB_CANCEL, "/test", "4", "{\"jobId\":\"" JOB_ID "\"}" },
    };
    JwAnswer answers[4];
    int calls = 0;

    messages[2].id = "m-3";
    calls = jw_store_mem_calls(kit->exe.store);
    jw_store_mem_fail_nth(kit->exe.store, 2, JW_ERROR_UNAVAILABLE, false);
    kit_consume(kit, messages, 4, answers);
    assert_int_equal(answers[0].verdict, JW_VERDICT_DONE);
    for (size_t i = 1; i < 4; i++) {
        assert_int_equal(answers[i].verdict, JW_VERDICT_LATER);
    }
    /* each call may wait for its time limit on the poll thread: one that failed is enough */
    assert_int_equal(jw_store_mem_calls(kit->exe.store) - calls, 2);
}

/* Through the bus: poison goes to the dead letters with its reason. */
static void
test_dead_letters(void **state)
{
    ExeKit *kit = *state;
    g_autoptr(GError) error = NULL;
    const JwHeader headers[] = { { "ce_specversion", "1.0" }, { "ce_type", "jobwire.unknown.v1" } };
    JwMessage message = { .topic = kit->ports->commands,
                          .key = "k",
                          .key_length = 1,
                          .body = "{}",
                          .body_length = 2,
                          .headers = headers,
                          .n_headers = G_N_ELEMENTS(headers) };
    g_autofree char *dlq = g_strconcat(kit->ports->commands, ".dlq", NULL);

    assert_ok(jw_bus_publish(kit->exe.bus, &message, NULL, NULL, &error), error);
    assert_int_equal(jw_bus_mem_deliver(kit->exe.bus), 1);
    (void)jw_bus_mem_deliver(kit->exe.bus);
    assert_int_equal(jw_bus_mem_count(kit->exe.bus, dlq), 1);
    const JwMessage *dead = jw_bus_mem_get(kit->exe.bus, dlq, 0);
    assert_non_null(strstr(jw_message_header(dead, "jw_dlq_reason"), "jobwire.unknown.v1"));
    assert_int_equal(jw_bus_mem_deliver(kit->exe.bus), 0);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_submit),
        TEST(test_submit_again),
        cmocka_unit_test(test_repeats_take_no_place),
        TEST(test_scheduled_for_later),
        TEST(test_clock_behind),
        TEST(test_priority_lanes),
        TEST(test_structured),
        TEST(test_poison),
        TEST(test_poison_headers),
        TEST(test_poison_structured),
        TEST(test_refused_but_known),
        TEST(test_kind_of_others),
        TEST(test_same_command_twice),
        TEST(test_poison_among_others),
        TEST(test_store_away),
        TEST(test_refused_in_company),
        cmocka_unit_test(test_more_than_workers),
        TEST(test_cancel),
        TEST(test_cancel_as_written),
        TEST(test_cancel_store_away),
        TEST(test_cancel_right_behind_submit),
        TEST(test_store_away_in_mid_batch),
        TEST(test_dead_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
