/* test_read.c: GET /:jobId and the report types; who may see a job at all. */
#include "gwkit.h"

#include <string.h>

#include "jw/store_deliveries.h"

#define MAILED                                                                                     \
    "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"description\":\"d\",\"parameters\":{"   \
    "\"dateRange\":{\"startDate\":\"2021-01-01\",\"endDate\":\"2021-01-31\"},"                     \
    "\"filters\":{\"departmentIds\":[\"d1\"]}},\"output\":{\"format\":\"csv\",\"filename\":\"x\"}" \
    ","                                                                                            \
    "\"delivery\":{\"recipients\":[\"a@example.com\",\"b@example.com\",\"c@example.com\",\"d@"     \
    "example.com\"]}}"

static Answer
get(GwKit *kit, const char *who, const char *id)
{
    g_autofree char *path = kit_path(id, "");

    return kit_get(kit, who, path);
}

static void
test_pending(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make_from(kit, "dana", MAILED);
    g_auto(Answer) answer = get(kit, "dana", id);

    assert_answer(answer, 200, NULL);
    assert_string_equal(answer_text(&answer, "data.id"), id);
    assert_string_equal(answer_text(&answer, "data.name"), "Calls");
    assert_string_equal(answer_text(&answer, "data.description"), "d");
    assert_string_equal(answer_text(&answer, "data.reportType"), "call-records");
    assert_string_equal(answer_text(&answer, "data.status"), "pending");
    assert_string_equal(answer_text(&answer, "data.priority"), "normal");
    assert_string_equal(answer_text(&answer, "data.parameters.dateRange.startDate"), "2021-01-01");
    assert_string_equal(answer_text(&answer, "data.parameters.filters.departmentIds.0"), "d1");
    assert_string_equal(answer_text(&answer, "data.output.format"), "csv");
    assert_string_equal(answer_text(&answer, "data.output.filename"), "x");
    assert_non_null(answer_text(&answer, "data.period.start"));
    assert_string_equal(answer_text(&answer, "data.departments.0"), "d1");
    assert_string_equal(answer_text(&answer, "data.requestedBy.id"), "dana");
    assert_string_equal(answer_text(&answer, "data.requestedBy.name"), "dana");
    assert_string_equal(answer_text(&answer, "data.requestedBy.email"), "dana@example.com");
    assert_string_equal(answer_text(&answer, "data.createdAt"), "2026-01-13T02:00:15Z");
    assert_string_equal(answer_text(&answer, "data.updatedAt"), "2026-01-13T02:00:15Z");
    assert_int_equal(answer_int(&answer, "data.queuePosition"), 1);
    assert_int_equal(answer_int(&answer, "data.delivery.total"), 4);
    assert_int_equal(answer_int(&answer, "data.delivery.sent"), 0);
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.3.status"), "Queued");
    static const char *const absent[] = { "progress",    "scheduledFor", "startedAt",
                                          "completedAt", "error",        "result" };
    for (size_t i = 0; i < G_N_ELEMENTS(absent); i++) {
        assert_null(json_object_get(answer_at(&answer, "data"), absent[i]));
    }
    g_auto(Answer) query = kit_get(kit, "dana", KIT_JOBS "/x?verbose=1");
    assert_answer(query, 400, "VALIDATION_ERROR");
}

static void
test_running(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make(kit, "alice");
    int64_t token = kit_claim(kit->ports, id);
    char step[] = "Reading records";
    const JwProgress progress = { .percent = 40, .step = step, .done = 400, .total = 1000 };
    JwHeartbeat heartbeat = JW_HEARTBEAT_LOST;
    g_autoptr(GError) error = NULL;

    assert_ok(
        jw_store_heartbeat_job(kit->gw.store, id, token, &progress, GW_NOW, &heartbeat, &error),
        error);
    assert_int_equal(heartbeat, JW_HEARTBEAT_OK);
    g_auto(Answer) answer = get(kit, "alice", id);
    assert_string_equal(answer_text(&answer, "data.status"), "running");
    assert_int_equal(answer_int(&answer, "data.progress.percentage"), 40);
    assert_string_equal(answer_text(&answer, "data.progress.currentStep"), step);
    assert_int_equal(answer_int(&answer, "data.progress.recordsProcessed"), 400);
    assert_int_equal(answer_int(&answer, "data.progress.totalRecords"), 1000);
    assert_string_equal(answer_text(&answer, "data.startedAt"), "2026-01-13T02:00:15Z");
    assert_null(answer_at(&answer, "data.queuePosition"));
    assert_null(answer_at(&answer, "data.estimatedWaitTime"));
}

/* Behind many of another caller, and beside a job that ran for 30 s. */
static void
test_place(void **state)
{
    GwKit *kit = *state;
    g_autofree char *ran = kit_make(kit, "alice");
    int64_t token = kit_claim(kit->ports, ran);

    tk_clock_advance(&kit->ports->clock.fake, 30000);
    kit_change(kit->ports,
               (JwJobChange){ .job_id = ran, .transition = JW_CHANGE_FINISH, .token = token });
    g_autofree char *busy = kit_make(kit, "alice");
    (void)kit_claim(kit->ports, busy);
    for (int i = 0; i < 20; i++) {
        g_free(kit_make(kit, "alice"));
    }
    tk_clock_advance(&kit->ports->clock.fake, 1001);
    g_auto(Answer) made = kit_post(kit, "bob", KIT_JOBS, KIT_BODY);
    assert_answer(made, 201, NULL);
    assert_int_equal(answer_int(&made, "data.queuePosition"), 2);
    assert_int_equal(answer_int(&made, "data.estimatedWaitTime"), 60);
    g_auto(Answer) read = get(kit, "bob", answer_text(&made, "data.id"));
    assert_int_equal(answer_int(&read, "data.queuePosition"), 2);
    assert_int_equal(answer_int(&read, "data.estimatedWaitTime"), 60);
    g_auto(Answer) last = kit_post(kit, "alice", KIT_JOBS, KIT_BODY);
    assert_int_equal(answer_int(&last, "data.queuePosition"), 22);
    assert_int_equal(answer_int(&last, "data.estimatedWaitTime"), 22 * 30);
}

static void
deliver(GwKit *kit, const char *job_id, const char *recipient, JwDeliveryTransition last)
{
    g_autoptr(JwDelivery) delivery = jw_delivery_new(job_id, recipient, GW_NOW);
    const JwDelivery *deliveries[] = { delivery };
    JwCreate create = JW_CREATE_EXISTS;
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;
    g_autoptr(JwDelivery) claimed = NULL;

    assert_ok(jw_store_create_deliveries(kit->gw.store, deliveries, 1, &create, &error), error);
    JwDeliveryChange change = { .delivery_id = delivery->id,
                                .transition = JW_DCHANGE_CLAIM,
                                .now_ms = GW_NOW,
                                .owner = "kit" };
    assert_ok(jw_store_change_delivery(kit->gw.store, &change, &cas, &claimed, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    change = (JwDeliveryChange){ .delivery_id = delivery->id,
                                 .transition = last,
                                 .now_ms = GW_NOW,
                                 .token = claimed->token,
                                 .reply = "550 no such user" };
    assert_ok(jw_store_change_delivery(kit->gw.store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

static void
test_warnings(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make_from(kit, "dana", MAILED);
    const int64_t token = kit_claim(kit->ports, id);
    g_autoptr(JwArtifact) artifact = kit_upload(kit->ports, id, NULL, "x.csv", "a\r\n");

    g_clear_pointer(&artifact->definition_sha256, g_free); /* as before manifests were kept */
    kit_change(kit->ports,
               (JwJobChange){ .job_id = id,
                              .transition = JW_CHANGE_FINISH,
                              .token = token,
                              .artifact = artifact,
                              .warnings = "[{\"code\":\"COLLECTION_EMPTY\",\"message\":\"no\"}]" });
    g_auto(Answer) answer = get(kit, "dana", id);
    assert_string_equal(answer_text(&answer, "data.warnings.0.code"), "COLLECTION_EMPTY");
    assert_string_equal(answer_text(&answer, "data.warnings.0.message"), "no");
    assert_true(json_is_object(answer_at(&answer, "data.result")));
    assert_null(answer_at(&answer, "data.manifest"));
}

static void
test_completed(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make_from(kit, "dana", MAILED);

    kit_complete(kit->ports, id, "a,b\r\n", "x.csv", GW_NOW + 1000);
    deliver(kit, id, "a@example.com", JW_DCHANGE_SENT);
    deliver(kit, id, "b@example.com", JW_DCHANGE_BOUNCED);
    deliver(kit, id, "c@example.com", JW_DCHANGE_DOUBT);
    g_auto(Answer) answer = get(kit, "dana", id);
    assert_string_equal(answer_text(&answer, "data.status"), "completed");
    assert_string_equal(answer_text(&answer, "data.completedAt"), "2026-01-13T02:00:15Z");
    assert_int_equal(answer_int(&answer, "data.progress.percentage"), 100);
    assert_int_equal(answer_int(&answer, "data.progress.recordsProcessed"), 3);
    assert_int_equal(answer_int(&answer, "data.progress.totalRecords"), 3);
    assert_string_equal(answer_text(&answer, "data.result.fileName"), "x.csv");
    assert_int_equal(answer_int(&answer, "data.result.sizeBytes"), 5);
    assert_int_equal(strlen(answer_text(&answer, "data.result.sha256")), 64);
    assert_int_equal(answer_int(&answer, "data.result.records"), 3);
    assert_true(json_is_object(answer_at(&answer, "data.result.summary")));
    assert_string_equal(answer_text(&answer, "data.manifest.sha256"),
                        answer_text(&answer, "data.result.sha256"));
    assert_int_equal(answer_int(&answer, "data.manifest.sizeBytes"), 5);
    assert_int_equal(answer_int(&answer, "data.manifest.rowsMatched"), 3);
    assert_int_equal(answer_int(&answer, "data.manifest.rowsWritten"), 2);
    assert_string_equal(answer_text(&answer, "data.manifest.asOf"), "2026-01-13T02:00:14Z");
    assert_string_equal(answer_text(&answer, "data.manifest.program"), "testkit 1.0");
    assert_int_equal(strlen(answer_text(&answer, "data.manifest.definitionSha256")), 64);
    assert_string_equal(answer_text(&answer, "data.manifest.request.reportType"), "call-records");
    assert_non_null(answer_at(&answer, "data.manifest.request.timeZone"));
    g_autofree char *link = kit_path(id, "/download");
    assert_string_equal(answer_text(&answer, "data.result.downloadUrl"), link);
    assert_string_equal(answer_text(&answer, "data.result.expiresAt"), "2026-01-13T02:00:16Z");
    assert_int_equal(answer_int(&answer, "data.delivery.total"), 4);
    assert_int_equal(answer_int(&answer, "data.delivery.sent"), 1);
    assert_int_equal(answer_int(&answer, "data.delivery.bounced"), 1);
    assert_int_equal(answer_int(&answer, "data.delivery.failed"), 0);
    assert_int_equal(answer_int(&answer, "data.delivery.unknown"), 1);
    assert_int_equal(answer_int(&answer, "data.delivery.pending"), 1);
    assert_null(answer_at(&answer, "data.delivery.inDoubt"));
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.0.email"), "a@example.com");
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.0.status"), "Sent");
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.0.sentAt"),
                        "2026-01-13T02:00:15Z");
    assert_null(answer_at(&answer, "data.delivery.recipients.0.errorMessage"));
    assert_null(answer_at(&answer, "data.warnings"));
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.1.status"), "Bounced");
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.1.errorMessage"),
                        "550 no such user");
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.2.status"), "Sending");
    assert_non_null(answer_text(&answer, "data.delivery.recipients.2.note"));
    assert_string_equal(answer_text(&answer, "data.delivery.recipients.3.status"), "Queued");

    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_auto(Answer) expired = get(kit, "dana", id);
    assert_null(answer_at(&expired, "data.result.downloadUrl"));
    assert_non_null(answer_at(&expired, "data.result.expiresAt"));
}

static void
test_failed(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = kit_make_from(kit, "dana", MAILED);

    kit_fail(kit, id);
    g_auto(Answer) answer = get(kit, "dana", id);
    assert_string_equal(answer_text(&answer, "data.status"), "failed");
    assert_string_equal(answer_text(&answer, "data.error.code"), "INVALID");
    assert_string_equal(answer_text(&answer, "data.error.message"), "the records are not readable");
    assert_int_equal(answer_int(&answer, "data.retryCount"), 0);
    assert_int_equal(json_array_size(answer_at(&answer, "data.delivery.recipients")), 0);
    assert_string_equal(answer_text(&answer, "data.delivery.onFailure"), "requester");
    assert_null(answer_at(&answer, "data.delivery.failureMail"));

    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    g_autoptr(JwDelivery) mail = jw_delivery_new_failure(job, GW_NOW);
    const JwDelivery *mails[] = { mail };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;
    assert_ok(jw_store_create_deliveries(kit->gw.store, mails, 1, &create, &error), error);
    g_auto(Answer) told = get(kit, "dana", id);
    assert_string_equal(answer_text(&told, "data.delivery.failureMail.email"), "dana@example.com");
    assert_string_equal(answer_text(&told, "data.delivery.failureMail.status"), "Queued");
    assert_int_equal(answer_int(&told, "data.delivery.total"), 0); /* as the recipients */
    assert_int_equal(json_array_size(answer_at(&told, "data.delivery.recipients")), 0);
}

/* Every route of one job × own, other, none; a stranger cannot distinguish a job from none. */
static void
test_tenancy(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *method, *tail;
        long own;
    } routes[] = {
        { "GET", "", 200 },
        { "GET", "/download", 409 },
        { "POST", "/retry", 409 },
        { "POST", "/cancel", 200 },
    };
    static const char *const strangers[] = { "bob",    "dave", "dana",      "adam",
                                             "reader", "lone", "lone admin" };

    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++) {
        g_autofree char *id = kit_make(kit, "alice");
        g_autofree char *path = kit_path(id, routes[i].tail);
        g_autofree char *upper = g_ascii_strup(id, -1);
        g_autofree char *upper_path = kit_path(upper, routes[i].tail);
        g_autofree char *unknown = kit_path("019480a4-5f00-7000-8000-000000000001", routes[i].tail);
        g_autofree char *malformed = kit_path("..%252f", routes[i].tail);

        for (size_t j = 0; j < G_N_ELEMENTS(strangers); j++) {
            g_auto(Answer) other = kit_ask(kit, strangers[j], routes[i].method, path, NULL, NULL);
            g_auto(Answer) absent =
                kit_ask(kit, strangers[j], routes[i].method, unknown, NULL, NULL);
            assert_answer(other, 404, "JOB_NOT_FOUND");
            assert_true(json_equal(other.json, absent.json));
        }
        g_auto(Answer) bad = kit_ask(kit, "alice", routes[i].method, malformed, NULL, NULL);
        assert_answer(bad, 404, "JOB_NOT_FOUND");
        g_auto(Answer) none = kit_ask(kit, NULL, routes[i].method, path, NULL, NULL);
        assert_answer(none, 401, "UNAUTHORIZED");
        g_auto(Answer) own = kit_ask(kit, "alice", routes[i].method, upper_path, NULL, NULL);
        assert_int_equal(own.status, routes[i].own);
    }
}

/* Jobs of other kinds do not exist here. */
static void
test_other_type(void **state)
{
    GwKit *kit = *state;
    g_autoptr(JwJob) job = jw_job_new();
    const JwJob *jobs[] = { job };
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    job->id = g_strdup("019480a4-5f00-7000-8000-000000000002");
    job->type = g_strdup("export");
    job->name = g_strdup("x");
    job->requested_by.id = g_strdup("alice");
    assert_ok(jw_store_create_jobs(kit->gw.store, jobs, 1, &create, &error), error);
    g_auto(Answer) answer = get(kit, "admin", job->id);
    assert_answer(answer, 404, "JOB_NOT_FOUND");
}

/* A format that is listed is accepted, others are not. */
static void
test_types(void **state)
{
    GwKit *kit = *state;
    g_auto(Answer) answer = kit_get(kit, "reader", "/api/v2/reports/types");

    assert_answer(answer, 200, NULL);
    assert_int_equal(json_array_size(answer_at(&answer, "data")), 3);
    assert_null(answer_at(&answer, "data.0.editions"));
    assert_string_equal(answer_text(&answer, "data.1.editions.1.name"), "Monthly");
    assert_string_equal(answer_text(&answer, "data.1.editions.1.period"), "monthly");
    assert_string_equal(answer_text(&answer, "data.0.type"), "call-records");
    assert_non_null(answer_text(&answer, "data.0.title"));
    assert_non_null(answer_text(&answer, "data.0.dimensions.0.label"));
    assert_non_null(answer_text(&answer, "data.0.measures.0.name"));
    assert_string_equal(answer_text(&answer, "data.0.filters.0"), "departmentIds");
    assert_string_equal(answer_text(&answer, "data.0.filterOperators.departmentIds.0"), "in");
    assert_string_equal(answer_text(&answer, "data.0.filterOperators.waitSeconds.1"), "absent");
    static const char *const formats[] = { "xlsx", "csv", "pdf", "json", "ndjson", "html" };
    for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
        bool listed = i < json_array_size(answer_at(&answer, "data.0.formats"));
        g_autofree char *body =
            g_strdup_printf("{\"reportType\":\"call-records\",\"name\":\"x\",\"parameters\":{},"
                            "\"output\":{\"format\":\"%s\"}}",
                            formats[i]);
        g_auto(Answer) created = kit_post(kit, "alice", KIT_JOBS, body);
        assert_int_equal(created.status, listed ? 201 : 400);
    }
    g_auto(Answer) none = kit_get(kit, NULL, "/api/v2/reports/types");
    assert_answer(none, 401, "UNAUTHORIZED");
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_pending),   TEST(test_place),    TEST(test_running),
        TEST(test_completed), TEST(test_warnings), TEST(test_failed),
        TEST(test_tenancy),   TEST(test_types),    TEST(test_other_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
