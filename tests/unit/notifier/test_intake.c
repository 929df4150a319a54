/* test_intake.c: which events create deliveries, and that a repeated one creates nothing new. */
#include "ntfkit.h"

#include <string.h>

static GPtrArray *
deliveries(NtfKit *kit, const char *job_id)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *list = NULL;

    assert_ok(jw_store_list_deliveries(kit->ntf.store, job_id, &list, &error), error);
    return list;
}

static void
assert_two(NtfKit *kit, const char *job_id)
{
    g_autoptr(GPtrArray) list = deliveries(kit, job_id);
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);

    assert_int_equal(list->len, 2);
    for (guint i = 0; i < 2; i++) {
        const JwDelivery *delivery = g_ptr_array_index(list, i);
        assert_string_equal(delivery->recipient, i == 0 ? "ann@example.com" : "ben@example.com");
        assert_int_equal(delivery->state, JW_DELIVERY_QUEUED);
        assert_string_equal(delivery->request_id, "request-1");
    }
    assert_int_equal(job->deliveries.total, 2);
    assert_int_equal(job->deliveries.sent, 0);
}

static void
test_completed(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "ann@example.com ben@example.com");

    kit_complete_job(kit, job_id);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    assert_two(kit, job_id);
    assert_int_equal(jw_queue_length(kit->ntf.due), 2);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    assert_two(kit, job_id);
    /* the queue is full by now: what did not fit is durable, maintenance finds it */
    assert_int_equal(jw_queue_length(kit->ntf.due), 3);
    assert_int_equal(kit_send_queued(&kit->ntf), 3);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
    /* an event that comes again after all was sent sends nothing */
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    (void)kit_send_queued(&kit->ntf);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
}

static void
test_nobody_to_mail(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *none = kit_make_job(kit, "");
    g_autofree char *pending = kit_make_job(kit, "ann@example.com");
    static const char missing[] = "019480a4-5f00-7000-8000-00000000dead";
    const char *ids[] = { none, pending, missing };

    kit_complete_job(kit, none);
    for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
        assert_int_equal(kit_completed(kit, ids[i]), JW_VERDICT_DONE);
        g_autoptr(GPtrArray) list = deliveries(kit, ids[i]);
        assert_int_equal(list->len, 0);
    }
    assert_int_equal(jw_queue_length(kit->ntf.due), 0);
}

/* A job that completed with a JSON result and no file: there is nothing to mail. */
static void
test_nothing_to_mail(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "ann@example.com");

    kit_change(kit->ports, (JwJobChange){ .job_id = job_id,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = kit_claim(kit->ports, job_id),
                                          .result = "{\"processed\":7}" });
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    g_autoptr(GPtrArray) list = deliveries(kit, job_id);
    assert_int_equal(list->len, 0);
    assert_int_equal(jw_queue_length(kit->ntf.due), 0);
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_false(job->mail_pending); /* nobody waits for it */
    assert_int_equal(job->deliveries.total, 0);
}

static void
test_other_types_are_for_others(void **state)
{
    static const char *const types[] = { NULL, JW_TYPE_JOB_SUBMITTED, JW_TYPE_JOB_CANCELLED,
                                         "com.example.else.v7" };
    NtfKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        int calls = jw_store_mem_calls(kit->ntf.store);
        assert_int_equal(kit_event(kit, types[i], "no JSON", NULL), JW_VERDICT_DONE);
        assert_int_equal(jw_store_mem_calls(kit->ntf.store), calls);
    }
}

static void
test_malformed(void **state)
{
    static const char *const bodies[] = {
        NULL, "", "{", "[]", "{}", "{\"jobId\":7}", "{\"jobId\":\"no uuid\"}",
    };
    static const char *const types[] = { JW_TYPE_JOB_COMPLETED, JW_TYPE_JOB_FAILED,
                                         JW_TYPE_DELIVERY_CHANGED };
    NtfKit *kit = *state;

    for (size_t t = 0; t < G_N_ELEMENTS(types); t++) {
        for (size_t i = 0; i < G_N_ELEMENTS(bodies); i++) {
            g_autofree char *reason = NULL;
            assert_int_equal(kit_event(kit, types[t], bodies[i], &reason), JW_VERDICT_POISON);
            assert_non_null(reason);
        }
    }
}

static bool
is_hopeless(JwErrorCode code)
{
    return code == JW_ERROR_INTERNAL || code == JW_ERROR_CORRUPT;
}

/* LATER until all is written; then exactly once. What comes behind stays LATER without being looked
 * at. What asking again does not help is refused with the reason, and what comes behind has its
 * turn. */
static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1;; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *job_id = kit_make_job(kit, "ann@example.com ben@example.com");
            g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"}", job_id);
            const JwHeader header = { "ce_type", JW_TYPE_JOB_COMPLETED };
            JwMessage messages[2];
            JwAnswer answers[2] = { { 0 }, { 0 } };

            kit_complete_job(kit, job_id);
            messages[0] = (JwMessage){
                .body = body, .body_length = strlen(body), .headers = &header, .n_headers = 1
            };
            messages[1] = messages[0];
            int before = jw_store_mem_calls(kit->ntf.store);
            kit_fault_at(kit->ports, n, kit_faults[f]);
            ntf_consume(messages, 2, answers, &kit->ntf);
            (void)kit_fault_met(kit->ports);
            int calls = jw_store_mem_calls(kit->ntf.store) - before;
            if (calls >= n && is_hopeless(kit_faults[f].code)) {
                size_t refused = answers[0].verdict == JW_VERDICT_POISON ? 0 : 1;
                assert_int_equal(answers[refused].verdict, JW_VERDICT_POISON);
                assert_non_null(strstr(answers[refused].reason, job_id));
                assert_int_equal(answers[1 - refused].verdict, JW_VERDICT_DONE);
            } else if (calls >= n && answers[0].verdict == JW_VERDICT_LATER) {
                assert_int_equal(calls, n);
                assert_int_equal(answers[1].verdict, JW_VERDICT_LATER);
                assert_int_equal(jw_queue_length(kit->ntf.due), 0);
            }
            g_clear_pointer(&answers[0].reason, g_free);
            g_clear_pointer(&answers[1].reason, g_free);
            ntf_consume(messages, 2, answers, &kit->ntf);
            assert_int_equal(answers[0].verdict, JW_VERDICT_DONE);
            assert_int_equal(answers[1].verdict, JW_VERDICT_DONE);
            assert_two(kit, job_id);
            if (calls < n) {
                break;
            }
            assert_true(n < 30);
        }
    }
}

static void
test_changed_rolls_up(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"}", delivery->job_id);

    ntf_send(&kit->ntf, id);
    g_autoptr(JwJob) before = kit_job(kit->ports, delivery->job_id);
    assert_int_equal(before->deliveries.sent, 0);
    assert_int_equal(kit_event(kit, JW_TYPE_DELIVERY_CHANGED, body, NULL), JW_VERDICT_DONE);
    g_autoptr(JwJob) after = kit_job(kit->ports, delivery->job_id);
    assert_int_equal(after->deliveries.sent, 1);
    assert_int_equal(after->deliveries.total, 1);
    jw_store_mem_fail_nth(kit->ntf.store, 1, JW_ERROR_UNAVAILABLE, false);
    assert_int_equal(kit_event(kit, JW_TYPE_DELIVERY_CHANGED, body, NULL), JW_VERDICT_LATER);
}

/* Of many changes of one job's deliveries in a batch one counts, and when it cannot, none is lost:
 * what comes again counts all. */
static void
test_counted_once_a_batch(void **state)
{
    NtfKit *kit = *state;
    g_auto(GStrv) ids = g_new0(char *, 3);
    g_auto(GStrv) jobs = g_new0(char *, 3);
    g_auto(GStrv) bodies = g_new0(char *, 3);
    const JwHeader header = { "ce_type", JW_TYPE_DELIVERY_CHANGED };
    JwMessage messages[6] = { 0 };
    JwAnswer answers[6] = { 0 };

    for (size_t i = 0; i < 2; i++) {
        ids[i] = kit_delivery(kit);
        g_autoptr(JwDelivery) delivery = kit_get(kit, ids[i]);
        jobs[i] = g_strdup(delivery->job_id);
        bodies[i] = g_strdup_printf("{\"jobId\":\"%s\"}", jobs[i]);
        ntf_send(&kit->ntf, ids[i]);
    }
    for (size_t i = 0; i < 6; i++) { /* the last has no key: it counts by itself */
        const char *body = bodies[i % 2];
        messages[i] = (JwMessage){ .topic = "jobwire.delivery.events",
                                   .key = i < 5 ? jobs[i % 2] : NULL,
                                   .key_length = i < 5 ? strlen(jobs[i % 2]) : 0,
                                   .body = body,
                                   .body_length = strlen(body),
                                   .headers = &header,
                                   .n_headers = 1 };
    }
    int before = jw_store_mem_calls(kit->ntf.store);
    ntf_consume(messages, 1, answers, &kit->ntf);
    int once = jw_store_mem_calls(kit->ntf.store) - before;
    before = jw_store_mem_calls(kit->ntf.store);
    ntf_consume(messages, 5, answers, &kit->ntf);
    assert_in_range(jw_store_mem_calls(kit->ntf.store) - before, once, 2 * once);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(answers[i].verdict, JW_VERDICT_DONE);
    }
    for (size_t i = 0; i < 2; i++) {
        g_autoptr(JwJob) job = kit_job(kit->ports, jobs[i]);
        assert_int_equal(job->deliveries.sent, 1);
    }
    memset(answers, 0, sizeof answers);
    jw_store_mem_fail_nth(kit->ntf.store, 1, JW_ERROR_UNAVAILABLE, false);
    ntf_consume(messages, 6, answers, &kit->ntf);
    const JwVerdict verdicts[] = { JW_VERDICT_DONE,  JW_VERDICT_DONE,  JW_VERDICT_DONE,
                                   JW_VERDICT_LATER, JW_VERDICT_LATER, JW_VERDICT_LATER };
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(answers[i].verdict, verdicts[i]);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_completed),        TEST(test_nobody_to_mail),
        TEST(test_nothing_to_mail),  TEST(test_other_types_are_for_others),
        TEST(test_malformed),        cmocka_unit_test(test_every_call_fails),
        TEST(test_changed_rolls_up), TEST(test_counted_once_a_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
