/* test_events.c: outbox entries: topic, key, type, id, and nothing in an event that does not belong
 * there. */
#include "fixture.h"

#include "jw/ident.h"

static JwJob *
sample(const Fixture *fixture)
{
    JwJob *job = requested(
        fixture,
        "{'reportType':'call-records','name':'Calls','parameters':{},'output':{'format':'csv'},"
        "'delivery':{'recipients':['secret@example.com']}}");

    job->id = g_strdup("019480a4-5f00-7000-8000-000000000001");
    job->request_id = g_strdup("req-1");
    job->traceparent = g_strdup("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    job->requested_by.email = g_strdup("who@example.com");
    job->attempts = 2;
    return job;
}

static void
test_submit(void **state)
{
    const Fixture *fixture = *state;
    static const char *const topics[] = { "jobwire.job.commands.low", "jobwire.job.commands.normal",
                                          "jobwire.job.commands.high" };
    g_autoptr(JwJob) job = sample(fixture);
    g_autofree char *id = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(topics); i++) {
        job->priority = (JwPriority)i;
        g_autoptr(JwOutboxEntry) entry =
            jw_wire_submit_command(fixture->wire, job, NOW_MS + (int64_t)i);
        assert_string_equal(entry->topic, topics[i]);
        assert_string_equal(entry->key, job->id);
        assert_string_equal(entry->type, JW_TYPE_JOB_SUBMIT);
        assert_string_equal(entry->request_id, "req-1");
        assert_string_equal(entry->traceparent, job->traceparent);
        assert_true(jw_uuid_valid(entry->id));
        assert_true(id == NULL || strcmp(id, entry->id) == 0);
        g_free(id);
        id = g_strdup(entry->id);
    }
}

static void
test_event(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwJob) job = sample(fixture);
    g_autoptr(JwOutboxEntry) one =
        jw_wire_job_event(fixture->wire, job, JW_TYPE_JOB_SUBMITTED, NULL, NULL, NULL, NOW_MS);
    g_autoptr(JwOutboxEntry) two =
        jw_wire_job_event(fixture->wire, job, JW_TYPE_JOB_SUBMITTED, NULL, NULL, NULL, NOW_MS);
    g_autoptr(GError) error = NULL;

    assert_string_equal(one->topic, "jobwire.job.events");
    assert_string_equal(one->key, job->id);
    assert_string_equal(one->request_id, "req-1");
    assert_string_not_equal(one->id, two->id);
    assert_null(strstr(one->body, "secret@example.com"));
    assert_null(strstr(one->body, "who@example.com"));
    g_autofree char *job_id = jw_wire_event_job_id(one->body, strlen(one->body), &error);
    assert_ok(job_id != NULL, error);
    assert_string_equal(job_id, job->id);
}

static void
test_states(void **state)
{
    const Fixture *fixture = *state;
    static const struct {
        const char *type;
        JwJobState state;
        const char *name;
        bool will_retry;
    } cases[] = {
        { JW_TYPE_JOB_SUBMITTED, JW_JOB_PENDING, "pending", true },
        { JW_TYPE_JOB_COMPLETED, JW_JOB_COMPLETED, "completed", false },
        { JW_TYPE_JOB_FAILED, JW_JOB_PENDING, "pending", true },
        { JW_TYPE_JOB_FAILED, JW_JOB_FAILED, "failed", false },
        { JW_TYPE_JOB_CANCELLED, JW_JOB_CANCELLED, "cancelled", false },
    };
    g_autoptr(JwJob) job = sample(fixture);

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        job->state = cases[i].state;
        g_autoptr(JwOutboxEntry) entry =
            jw_wire_job_event(fixture->wire, job, cases[i].type, NULL, "INTERNAL", NULL, NOW_MS);
        json_auto_t *value = json_loads(entry->body, 0, NULL);
        const json_t *failure = json_object_get(value, "error");
        assert_string_equal(json_string_value(json_object_get(value, "state")), cases[i].name);
        assert_int_equal(json_is_true(json_object_get(failure, "willRetry")), cases[i].will_retry);
    }
}

/* Only of a job that completed: a job that is tried again may have some of an earlier run. */
static void
test_warnings(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwJob) job = sample(fixture);

    job->warnings = g_strdup("[{\"code\":\"COLLECTION_EMPTY\",\"message\":\"no records\"}]");
    for (JwJobState job_state = JW_JOB_PENDING; job_state < JW_JOB_N_STATES; job_state++) {
        job->state = job_state;
        g_autoptr(JwOutboxEntry) entry =
            jw_wire_job_event(fixture->wire, job, JW_TYPE_JOB_COMPLETED, NULL, NULL, NULL, NOW_MS);
        assert_int_equal(strstr(entry->body, "\"warnings\":[{\"code\":\"COLLECTION_EMPTY\"")
                             != NULL,
                         job_state == JW_JOB_COMPLETED);
    }
}

/* Strings of other systems: too long, broken UTF-8. */
static void
test_foreign_strings(void **state)
{
    const Fixture *fixture = *state;
    g_autoptr(JwJob) job = sample(fixture);
    g_autofree char *message = g_strnfill(2000, 'x');
    g_autoptr(GError) error = NULL;

    message[3] = '\xff';
    g_autoptr(JwOutboxEntry) failed = jw_wire_job_event(fixture->wire, job, JW_TYPE_JOB_FAILED,
                                                        NULL, "INTERNAL", message, NOW_MS);
    json_auto_t *value = jw_json_parse(failed->body, strlen(failed->body), &error);
    assert_ok(value != NULL, error);
    const char *text =
        json_string_value(json_object_get(json_object_get(value, "error"), "message"));
    assert_int_equal(g_utf8_strlen(text, -1), 500);

    g_autoptr(JwDelivery) delivery = jw_delivery_new(job->id, "secret@example.com", NOW_MS);
    delivery->state = JW_DELIVERY_BOUNCED;
    g_autoptr(JwOutboxEntry) changed =
        jw_wire_delivery_event(fixture->wire, delivery, "550 f\xfcr immer", NOW_MS);
    assert_string_equal(changed->topic, "jobwire.delivery.events");
    assert_string_equal(changed->key, job->id);
    assert_non_null(strstr(changed->body, "\"state\":\"bounced\""));
    assert_non_null(strstr(changed->body, "\"channel\":\"mail\""));
    assert_non_null(strstr(changed->body, "\"kind\":\"report\""));
    assert_null(strstr(changed->body, "secret@"));
}

static void
test_event_job_id(void **state)
{
    static const struct {
        const char *text, *pattern;
    } cases[] = {
        { "", "*empty*" },
        { "{}", "/jobId: must be a UUID" },
        { "{\"jobId\":7}", "/jobId: must be a UUID" },
        { "{\"jobId\":\"x\"}", "/jobId: must be a UUID" },
        { "[\"jobId\"]", "/jobId: must be a UUID" },
        { "\xff", "not JSON*" },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;
        assert_null(jw_wire_event_job_id(cases[i].text, strlen(cases[i].text), &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_submit),          cmocka_unit_test(test_event),
        cmocka_unit_test(test_warnings),        cmocka_unit_test(test_states),
        cmocka_unit_test(test_foreign_strings), cmocka_unit_test(test_event_job_id),
    };
    return cmocka_run_group_tests(tests, fixture_set_up, fixture_tear_down);
}
