/* test_change.c: POST /jobs/:jobId/cancel and /jobs/:jobId/retry. */
#include "gwkit.h"

#include <string.h>

static Answer
change(GwKit *kit, const char *who, const char *id, const char *what, const char *body)
{
    g_autofree char *path = kit_path(id, what);

    return kit_post(kit, who, path, body);
}

static void
test_cancel(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");

    tk_clock_advance(&kit->ports->clock.fake, 5000);
    g_auto(Answer) answer = change(kit, "alice", id, "/cancel", "{\"reason\":\"not needed\"}");
    assert_answer(answer, 200, NULL);
    assert_string_equal(answer_text(&answer, "data.id"), id);
    assert_string_equal(answer_text(&answer, "data.status"), "cancelled");
    assert_string_equal(answer_text(&answer, "data.cancelledAt"), "2026-01-13T02:00:20Z");
    assert_string_equal(answer_text(&answer, "data.cancelledBy"), "alice");
    assert_int_equal(json_object_size(answer_at(&answer, "data")), 4);

    g_autofree char *path = kit_path(id, "");
    g_auto(Answer) after = kit_get(kit, "alice", path);
    assert_string_equal(answer_text(&after, "data.status"), "cancelled");
    assert_string_equal(answer_text(&after, "data.cancelReason"), "not needed");
    assert_string_equal(answer_text(&after, "data.cancelledBy"), "alice");

    (void)jw_bus_mem_deliver(kit->gw.bus);
    assert_int_equal(jw_bus_mem_count(kit->gw.bus, "jobwire.job.events"), 2);
    const JwMessage *event = jw_bus_mem_get(kit->gw.bus, "jobwire.job.events", 1);
    assert_string_equal(jw_message_header(event, "ce_type"), JW_TYPE_JOB_CANCELLED);
    assert_string_equal(jw_message_header(event, "x-request-id"),
                        answer_header(&answer, "x-request-id"));
}

static void
test_cancel_twice(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_auto(Answer) first = change(kit, "alice", id, "/cancel", NULL);
    g_auto(Answer) second = change(kit, "alice", id, "/cancel", NULL);

    assert_answer(first, 200, NULL);
    assert_answer(second, 409, "JOB_NOT_CANCELLABLE");
    assert_non_null(strstr(answer_text(&second, "error.message"), "cancelled"));
}

/* After the answer no artifact of the attempt that ran can appear. */
static void
test_cancel_running(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    int64_t token = kit_claim(kit->ports, id);
    g_auto(Answer) answer = change(kit, "alice", id, "/cancel", "{}");

    assert_answer(answer, 200, NULL);
    char text[] = "x";
    const JwArtifact artifact = {
        .file_id = text, .file_name = text, .content_type = text, .sha256 = text
    };
    const JwJobChange finish = {
        .job_id = id,
        .transition = JW_CHANGE_FINISH,
        .now_ms = GW_NOW,
        .token = token,
        .artifact = &artifact,
    };
    JwCas cas = JW_CAS_WON;
    JwHeartbeat heartbeat = JW_HEARTBEAT_OK;
    const JwProgress progress = { 0 };
    g_autoptr(GError) error = NULL;
    assert_ok(jw_store_change_job(kit->gw.store, &finish, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_LOST);
    assert_ok(
        jw_store_heartbeat_job(kit->gw.store, id, token, &progress, GW_NOW, &heartbeat, &error),
        error);
    assert_int_equal(heartbeat, JW_HEARTBEAT_LOST);
}

static void
test_cancel_states(void **state)
{
    GwKit *kit = *state;
    g_autofree char *completed = kit_make(kit, "alice");
    g_autofree char *failed = kit_make(kit, "alice");
    g_autofree char *scheduled =
        kit_make_from(kit, "alice",
                      "{\"reportType\":\"call-records\",\"name\":\"x\",\"parameters\":{},"
                      "\"output\":{\"format\":\"csv\"},"
                      "\"scheduledFor\":\"2027-01-01T00:00:00Z\"}");

    kit_complete(kit->ports, completed, "x", "x.csv", 0);
    kit_fail(kit, failed);
    g_auto(Answer) a = change(kit, "alice", completed, "/cancel", NULL);
    assert_answer(a, 409, "JOB_NOT_CANCELLABLE");
    assert_non_null(strstr(answer_text(&a, "error.message"), "completed"));
    g_auto(Answer) b = change(kit, "alice", failed, "/cancel", NULL);
    assert_answer(b, 409, "JOB_NOT_CANCELLABLE");
    assert_non_null(strstr(answer_text(&b, "error.message"), "failed"));
    g_auto(Answer) c = change(kit, "alice", scheduled, "/cancel", NULL);
    assert_answer(c, 200, NULL);
}

/* The owner, or reports:cancel; a stranger does not learn of the job. */
static void
test_cancel_permission(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *maker, *who;
        long status;
        const char *code;
    } cases[] = {
        { "dave", "dave", 200, NULL },            /* owner without reports:cancel */
        { "maker", "maker", 200, NULL },          /* owner who may not even read */
        { "dave", "dana", 200, NULL },            /* reports:cancel, the department is hers */
        { "dave", "adam", 200, NULL },            /* admin of the department */
        { "dave", "admin", 200, NULL },           /* admin of all */
        { "dave", "reader", 403, "FORBIDDEN" },   /* sees it */
        { "dave", "bob", 404, "JOB_NOT_FOUND" },  /* reports:cancel, but no right to see it */
        { "dana", "dave", 404, "JOB_NOT_FOUND" }, /* d2 is not his */
        { "alice", "adam", 404, "JOB_NOT_FOUND" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = kit_make(kit, cases[i].maker);
        g_auto(Answer) answer = change(kit, cases[i].who, id, "/cancel", NULL);
        assert_answer(answer, cases[i].status, cases[i].code);
    }
}

/* Everyone may read it; that gives no department power over what is another's. */
static void
test_everyones_job_is_not_everyones_to_change(void **state)
{
    GwKit *kit = *state;
    static const char body[] =
        "{\"reportType\":\"call-records\",\"name\":\"x\",\"visibility\":\"everyone\","
        "\"parameters\":{\"filters\":{\"departmentIds\":[\"d2\"]}},"
        "\"output\":{\"format\":\"csv\"}}";
    static const struct {
        const char *who;
        long status;
        const char *code;
    } cases[] = { { "adam", 403, "DEPARTMENT_FORBIDDEN" }, /* admin of d1 */
                  { "dave", 403, "FORBIDDEN" },
                  { "alice", 200, NULL }, /* reports:cancel, all departments */
                  { "admin", 200, NULL },
                  { "dana", 200, NULL } };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = kit_make_from(kit, "dana", body);
        g_autofree char *path = g_strconcat(KIT_JOBS "/", id, NULL);
        g_auto(Answer) seen = kit_get(kit, cases[i].who, path);
        assert_int_equal(seen.status, 200);
        g_auto(Answer) answer = change(kit, cases[i].who, id, "/cancel", NULL);
        assert_answer(answer, cases[i].status, cases[i].code);
    }
}

static void
test_bodies(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    g_autofree char *long_text = g_strnfill(501, 'x');
    g_autofree char *long_reason = g_strdup_printf("{\"reason\":\"%s\"}", long_text);
    const struct {
        const char *what, *body, *code, *pointer;
    } cases[] = {
        { "/cancel", "[]", "VALIDATION_ERROR", "" },
        { "/cancel", "{\"reason\":1}", "VALIDATION_ERROR", "/reason" },
        { "/cancel", "{\"reason\":\"a\\u0007\"}", "VALIDATION_ERROR", "/reason" },
        { "/cancel", long_reason, "VALIDATION_ERROR", "/reason" },
        { "/cancel", "{\"a/b~\":1}", "VALIDATION_ERROR", "/a~1b~0" },
        { "/cancel", "{", "INVALID_JSON", NULL },
        { "/cancel?force=1", "{}", "VALIDATION_ERROR", "/force" },
        { "/retry", "{\"reason\":\"x\"}", "VALIDATION_ERROR", "/reason" },
        { "/retry", "nonsense", "INVALID_JSON", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = change(kit, "alice", id, cases[i].what, cases[i].body);
        assert_answer(answer, 400, cases[i].code);
        kit_assert_pointers(&answer, (const char *const[]){ cases[i].pointer, NULL });
    }
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_PENDING);
}

static void
test_retry(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");

    kit_fail(kit, id);
    g_auto(Answer) first = change(kit, "alice", id, "/retry", NULL);
    assert_answer(first, 200, NULL);
    assert_string_equal(answer_text(&first, "data.id"), id);
    assert_string_equal(answer_text(&first, "data.status"), "pending");
    assert_int_equal(answer_int(&first, "data.retryCount"), 1);
    g_auto(Answer) pending = change(kit, "alice", id, "/retry", NULL);
    assert_answer(pending, 409, "JOB_NOT_FAILED");

    /* Two commands, both published: the second is not taken for the first. */
    (void)jw_bus_mem_deliver(kit->gw.bus);
    assert_int_equal(jw_bus_mem_count(kit->gw.bus, "jobwire.job.commands.normal"), 2);
    const JwMessage *original = jw_bus_mem_get(kit->gw.bus, "jobwire.job.commands.normal", 0);
    const JwMessage *again = jw_bus_mem_get(kit->gw.bus, "jobwire.job.commands.normal", 1);
    assert_string_not_equal(jw_message_header(original, "ce_id"),
                            jw_message_header(again, "ce_id"));

    kit_fail(kit, id);
    g_auto(Answer) second = change(kit, "alice", id, "/retry", "{}");
    assert_int_equal(answer_int(&second, "data.retryCount"), 2);
    kit_fail(kit, id);
    g_auto(Answer) third = change(kit, "alice", id, "/retry", NULL);
    assert_answer(third, 409, "RETRY_LIMIT_REACHED");
}

static void
test_retry_states(void **state)
{
    GwKit *kit = *state;
    g_autofree char *running = kit_make(kit, "alice");
    g_autofree char *completed = kit_make(kit, "alice");

    (void)kit_claim(kit->ports, running);
    kit_complete(kit->ports, completed, "x", "x.csv", 0);
    g_auto(Answer) a = change(kit, "alice", running, "/retry", NULL);
    assert_answer(a, 409, "JOB_NOT_FAILED");
    assert_non_null(strstr(answer_text(&a, "error.message"), "running"));
    g_auto(Answer) b = change(kit, "alice", completed, "/retry", NULL);
    assert_answer(b, 409, "JOB_NOT_FAILED");
}

static void
test_retry_permission(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *maker, *who;
        long status;
        const char *code;
    } cases[] = {
        { "maker", "maker", 200, NULL },
        { "maker", "dave", 200, NULL }, /* reports:create, the department is his */
        { "maker", "admin", 200, NULL },
        { "maker", "reader", 403, "FORBIDDEN" },
        { "maker", "bob", 404, "JOB_NOT_FOUND" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = kit_make(kit, cases[i].maker);
        kit_fail(kit, id);
        g_auto(Answer) answer = change(kit, cases[i].who, id, "/retry", NULL);
        assert_answer(answer, cases[i].status, cases[i].code);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_cancel),
        TEST(test_cancel_twice),
        TEST(test_cancel_running),
        TEST(test_cancel_states),
        TEST(test_cancel_permission),
        TEST(test_everyones_job_is_not_everyones_to_change),
        TEST(test_bodies),
        TEST(test_retry),
        TEST(test_retry_states),
        TEST(test_retry_permission),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
