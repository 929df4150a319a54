/* test_email.c: the API of mailed reports: what is refused and how, what is made, read and sent. */
#include "emailkit.h"

#include "jw/store_job_mail.h"
#include "jw/store_deliveries.h"

#include <string.h>

#define DATES(start, end)                                                                          \
    "{\"reportType\":\"Monthly\",\"startDate\":\"" start "\",\"endDate\":\"" end "\"}"

static void
test_refusals_have_their_forms(void **state)
{
    GwKit *kit = *state;
    static const char *const bad[] = { "Authorization: Bearer x.y.z", NULL };
    static const char unauthorized[] =
        "{\"type\":\"https://tools.ietf.org/html/rfc7235#section-3.1\",\"title\":\"Unauthorized\","
        "\"status\":401}";
    static const char forbidden[] =
        "{\"type\":\"https://tools.ietf.org/html/rfc7231#section-6.5.3\",\"title\":\"Forbidden\","
        "\"status\":403,\"detail\":\"User does not have Admin role\"}";
    static const char *const strangers[] = { "alice", "star" };

    g_auto(Answer) none = kit_get(kit, NULL, HISTORY);
    g_auto(Answer) refused = kit_ask(kit, NULL, "GET", HISTORY, NULL, bad);
    const Answer *const unknown[] = { &none, &refused };
    for (size_t i = 0; i < G_N_ELEMENTS(unknown); i++) {
        assert_int_equal(unknown[i]->status, 401);
        assert_string_equal(answer_header(unknown[i], "content-type"), "application/problem+json");
        assert_int_equal(unknown[i]->body->len, strlen(unauthorized));
        assert_memory_equal(unknown[i]->body->data, unauthorized, strlen(unauthorized));
        assert_non_null(answer_header(unknown[i], "www-authenticate"));
    }
    for (size_t i = 0; i < G_N_ELEMENTS(strangers); i++) {
        g_auto(Answer) stranger = kit_get(kit, strangers[i], HISTORY);
        assert_int_equal(stranger.status, 403);
        assert_string_equal(answer_header(&stranger, "content-type"), "application/problem+json");
        assert_int_equal(stranger.body->len, strlen(forbidden));
        assert_memory_equal(stranger.body->data, forbidden, strlen(forbidden));
    }
    g_auto(Answer) nothing = kit_get(kit, "admin", "/report/nothing");
    assert_error(&nothing, 404, "NotFound");
    g_auto(Answer) method = kit_ask(kit, "admin", "DELETE", HISTORY, NULL, NULL);
    assert_error(&method, 405, "MethodNotAllowed");
    assert_string_equal(answer_header(&method, "allow"), "GET, HEAD, OPTIONS");
    g_autofree char *long_body = g_strdup_printf("{\"reportType\":\"%070000d\"}", 1);
    g_auto(Answer) large = kit_post(kit, "admin", GENERATE, long_body);
    assert_error(&large, 413, "PayloadTooLarge");
    g_auto(Answer) query = kit_get(kit, "admin", HISTORY "?count=0&page=1");
    assert_error(&query, 400, "ValidationError");
    assert_non_null(strstr(answer_text(&query, "details"), "/count: "));
    assert_non_null(strstr(answer_text(&query, "details"), "\n/page: "));
    g_auto(Answer) most = kit_get(kit, "admin", HISTORY "?count=201");
    assert_error(&most, 400, "ValidationError");
}

static void
test_bodies_that_are_refused(void **state)
{
    static const struct {
        const char *body, *code, *details; /* a line of them; NULL: there are none */
    } cases[] = {
        { "", "ValidationError", NULL },
        { "{", "ValidationError", NULL },
        { "[]", "ValidationError", "must be an object" },
        { "{}", "ValidationError", "/reportType: is required" },
        { "{\"reportType\":null}", "ValidationError", "/reportType: is required" },
        { "{\"reportType\":\"weekly\"}", "ValidationError", "/reportType: must be " },
        { "{\"reportType\":7}", "ValidationError", "/reportType: must be a string" },
        { "{\"reportType\":\"Weekly\",\"recipients\":[]}", "ValidationError", "/recipients: " },
        { "{\"reportType\":\"Weekly\",\"sendEmail\":\"yes\"}", "ValidationError", "/sendEmail: " },
        { "{\"reportType\":\"Weekly\",\"startDate\":\"2026-01-01\"}", "ValidationError",
          "/endDate: is required with the other one" },
        { "{\"reportType\":\"Weekly\",\"endDate\":\"2026-01-01\"}", "ValidationError",
          "/startDate: is required with the other one" },
        { DATES("2026-01-12T00:00:00Z", "2026-01-06T00:00:00Z"), "ValidationError", NULL },
        { DATES("2026-01-06T00:00:00Z", "2026-01-06T00:00:00Z"), "ValidationError", NULL },
        { DATES("2026-01-07", "2026-01-06"), "ValidationError", NULL },
        { DATES("yesterday", "2026-01-06"), "ValidationError", "/startDate: must be an ISO 8601" },
        { DATES("2026-02-30", "2026-03-06"), "ValidationError", "/startDate: must be an ISO 8601" },
        { "{\"reportType\":\"Weekly\",\"startDate\":1,\"endDate\":2}", "ValidationError",
          "/endDate: must be a string" },
        { RECIPIENTS("[]"), "ValidationError", "/emailRecipients: is required with sendEmail" },
        { RECIPIENTS("\"a@example.com\""), "ValidationError", "/emailRecipients: must be " },
        { RECIPIENTS("[\"a@example.com\",\"b\"]"), "InvalidEmailAddresses",
          "/emailRecipients/1: " },
        { RECIPIENTS("[\"a@example.com\\r\\nBcc: c@example.com\"]"), "InvalidEmailAddresses",
          "/emailRecipients/0: " },
        { RECIPIENTS("[\"\",7]"), "InvalidEmailAddresses", "\n/emailRecipients/1: " },
        { "{\"reportType\":\"x\",\"emailRecipients\":[\"b\"]}", "ValidationError",
          "\n/emailRecipients/0: " },
    };
    GwKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = kit_post(kit, "admin", GENERATE, cases[i].body);
        const char *details = answer_text(&answer, "details");

        print_message("%s\n", cases[i].body);
        assert_error(&answer, 400, cases[i].code);
        if (cases[i].details == NULL) {
            assert_null(details);
        } else if (details == NULL || strstr(details, cases[i].details) == NULL) {
            fail_msg("%s: %s", cases[i].body, details);
        }
    }
    g_auto(Answer) order =
        kit_post(kit, "admin", GENERATE, DATES("2026-01-12T00:00:00Z", "2026-01-06T00:00:00Z"));
    assert_string_equal(answer_text(&order, "message"), "Start date must be before end date");
    g_auto(Answer) key = post(kit, WEEKLY, "Idempotency-Key: \xc3\xa9", NULL);
    assert_error(&key, 400, "ValidationError");
    g_auto(Answer) history = kit_get(kit, "admin", HISTORY);
    assert_int_equal(json_array_size(history.json), 0);
}

/* What a report is made of, and the periods it may have. */
static void
test_what_is_made(void **state)
{
    static const struct {
        const char *body, *start, *end, *edition;
    } cases[] = {
        { WEEKLY, "2026-01-05T00:00:00Z", "2026-01-11T23:59:59Z", "Weekly" },
        { "{\"reportType\":\"Monthly\",\"startDate\":null,\"sendEmail\":null}",
          "2025-12-01T00:00:00Z", "2025-12-31T23:59:59Z", "Monthly" },
        { DATES("2026-01-06T00:00:00Z", "2026-01-12T23:59:59Z"), "2026-01-06T00:00:00Z",
          "2026-01-12T23:59:59Z", "Monthly" },
        { DATES("2026-01-06T01:00:00+01:00", "2026-01-12T23:59:59"), "2026-01-06T00:00:00Z",
          "2026-01-12T23:59:59Z", "Monthly" },
        { DATES("2026-01-06", "2026-01-06"), "2026-01-06T00:00:00Z", "2026-01-06T23:59:59Z",
          "Monthly" },
        { DATES("2026-01-06T00:00:00.000Z", "2026-01-12T23:59:59.999Z"), "2026-01-06T00:00:00Z",
          "2026-01-12T23:59:59Z", "Monthly" },
    };
    GwKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = post(kit, cases[i].body, "Prefer: respond-async", NULL);
        const char *id = answer_text(&answer, "reportId");
        g_autofree char *location = g_strconcat("/report/executions/", id, NULL);

        print_message("%s\n", cases[i].body);
        assert_status(&answer, 202);
        assert_string_equal(answer_header(&answer, "location"), location);
        assert_string_equal(answer_header(&answer, "preference-applied"), "respond-async");
        assert_string_equal(answer_text(&answer, "executionStatus"), "Pending");
        assert_string_equal(answer_text(&answer, "reportType"), cases[i].edition);
        assert_string_equal(answer_text(&answer, "periodStartDate"), cases[i].start);
        assert_string_equal(answer_text(&answer, "periodEndDate"), cases[i].end);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_string_equal(job->type, "report");
        assert_string_equal(job->subtype, "cdr");
        assert_string_equal(job->edition, cases[i].edition);
        assert_string_equal(job->format, "xlsx");
        assert_null(job->recipients);
        assert_int_equal(job->on_failure, JW_ON_FAILURE_NONE);
        assert_string_equal(job->requested_by.id, "admin");
    }
    g_autofree char *id = make(kit, MAILED);
    g_autoptr(JwJob) mailed = kit_job(kit->ports, id);
    assert_int_equal(g_strv_length(mailed->recipients), 2);
    assert_string_equal(mailed->recipients[1], "b@example.com");
    assert_int_equal(mailed->on_failure, JW_ON_FAILURE_REQUESTER);
    g_autofree char *unsent = make(
        kit,
        "{\"reportType\":\"Weekly\",\"sendEmail\":false,\"emailRecipients\":[\"a@b.example\"]}");
    g_autoptr(JwJob) quiet = kit_job(kit->ports, unsent);
    assert_null(quiet->recipients);
}

static void
test_configured_recipients(void **state)
{
    GwKit *kit = *state;
    char first[] = "ops@example.com", second[] = "cfo@example.com";
    char *configured[] = { first, second, NULL };

    kit->gw.email_recipients = configured;
    g_autofree char *id = make(kit, "{\"reportType\":\"Weekly\",\"sendEmail\":true}");
    g_autofree char *named = make(kit, RECIPIENTS("[\"a@example.com\"]"));
    kit->gw.email_recipients = NULL;
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    g_autoptr(JwJob) other = kit_job(kit->ports, named);
    assert_int_equal(g_strv_length(job->recipients), 2);
    assert_string_equal(job->recipients[0], first);
    assert_int_equal(g_strv_length(other->recipients), 1);
}

static void
test_history(void **state)
{
    GwKit *kit = *state;
    g_autofree char *oldest = make(kit, MAILED);
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_autofree char *other G_GNUC_UNUSED = kit_make(kit, "admin"); /* no report of this API */
    g_autofree char *newest = make(kit, "{\"reportType\":\"Monthly\"}");
    g_autoptr(GError) error = NULL;
    const JwDeliveryCounts counts = { .total = 2, .sent = 1, .failed = 0, .bounced = 1 };

    complete(kit, oldest);
    assert_ok(jw_store_set_delivery_counts(kit->gw.store, oldest, &counts, GW_NOW, &error), error);
    g_auto(Answer) answer = kit_get(kit, "admin", HISTORY);
    assert_status(&answer, 200);
    assert_int_equal(json_array_size(answer.json), 2);
    assert_string_equal(answer_text(&answer, "0.executionId"), newest);
    assert_string_equal(answer_text(&answer, "0.reportType"), "Monthly");
    assert_string_equal(answer_text(&answer, "0.triggerType"), "OnDemand");
    assert_string_equal(answer_text(&answer, "0.executionStatus"), "Pending");
    assert_true(json_is_null(answer_at(&answer, "0.startedAt")));
    assert_true(json_is_null(answer_at(&answer, "0.completedAt")));
    assert_int_equal(answer_int(&answer, "0.recipientsCount"), 0);
    assert_int_equal(json_object_size(answer_at(&answer, "1")), 12);
    assert_string_equal(answer_text(&answer, "1.executionId"), oldest);
    assert_string_equal(answer_text(&answer, "1.executionStatus"), "Completed");
    assert_string_equal(answer_text(&answer, "1.periodStartDate"), "2026-01-05T00:00:00Z");
    assert_string_equal(answer_text(&answer, "1.periodEndDate"), "2026-01-11T23:59:59Z");
    assert_string_equal(answer_text(&answer, "1.startedAt"), "2026-01-13T02:00:16Z");
    assert_string_equal(answer_text(&answer, "1.completedAt"), "2026-01-13T02:00:16Z");
    assert_int_equal(answer_int(&answer, "1.recordsProcessed"), 12);
    assert_int_equal(answer_int(&answer, "1.recipientsCount"), 2);
    assert_int_equal(answer_int(&answer, "1.successfulDeliveries"), 1);
    assert_int_equal(answer_int(&answer, "1.failedDeliveries"), 1);
    g_auto(Answer) one = kit_get(kit, "admin", HISTORY "?count=1");
    assert_int_equal(json_array_size(one.json), 1);
    assert_string_equal(answer_text(&one, "0.executionId"), newest);
}

static void
test_one_report(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, WEEKLY);
    g_autofree char *path = g_strconcat("/report/executions/", id, NULL);
    g_autofree char *other = kit_make(kit, "admin");
    g_autofree char *none = g_strconcat("/report/executions/", other, NULL);

    g_auto(Answer) before = kit_get(kit, "admin", path);
    assert_status(&before, 202);
    assert_string_equal(answer_text(&before, "executionStatus"), "Pending");
    assert_non_null(answer_header(&before, "retry-after"));
    complete(kit, id);
    g_auto(Answer) after = kit_get(kit, "admin", path);
    assert_status(&after, 200);
    assert_string_equal(answer_text(&after, "executionStatus"), "Completed");
    assert_int_equal(answer_int(&after, "metricsSummary.totalCalls"), 12);
    g_auto(Answer) foreign = kit_get(kit, "admin", none);
    assert_error(&foreign, 404, "ReportNotFound");
    g_auto(Answer) unknown = kit_get(kit, "admin", "/report/executions/" UNKNOWN);
    assert_error(&unknown, 404, "ReportNotFound");
    assert_string_equal(answer_text(&unknown, "message"),
                        "Report execution with ID " UNKNOWN " not found");
    g_auto(Answer) malformed = kit_get(kit, "admin", "/report/executions/x");
    assert_error(&malformed, 404, "ReportNotFound");
}

static void
test_download(void **state)
{
    static const char *const range[] = { "Range: bytes=2-5", NULL };
    GwKit *kit = *state;
    g_autofree char *id = make(kit, WEEKLY);
    g_autofree char *path = g_strconcat("/report/download/", id, NULL);
    g_autofree char *other = kit_make(kit, "admin");
    g_autofree char *foreign = g_strconcat("/report/download/", other, NULL);
    const char *const missing[] = { path, foreign, "/report/download/" UNKNOWN,
                                    "/report/download/x" };

    kit_complete(kit->ports, other, "a,b", "x.csv", 0);
    for (size_t i = 0; i < G_N_ELEMENTS(missing); i++) {
        g_auto(Answer) answer = kit_get(kit, "admin", missing[i]);
        assert_error(&answer, 404, "ReportNotFound");
        assert_string_equal(answer_text(&answer, "message"),
                            "Report not found or file not available");
    }
    complete(kit, id);
    g_auto(Answer) file = kit_get(kit, "admin", path);
    assert_status(&file, 200);
    assert_memory_equal(file.body->data, "a workbook", 10);
    assert_string_equal(answer_header(&file, "content-type"),
                        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    assert_string_equal(answer_header(&file, "content-disposition"),
                        "attachment; filename=\"CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx\"; "
                        "filename*=UTF-8''CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx");
    g_auto(Answer) part = kit_ask(kit, "admin", "GET", path, NULL, range);
    assert_status(&part, 206);
    assert_memory_equal(part.body->data, "work", 4);
    g_autofree char *match = g_strconcat("If-None-Match: ", answer_header(&file, "etag"), NULL);
    const char *const same[] = { match, NULL };
    g_auto(Answer) unchanged = kit_ask(kit, "admin", "GET", path, NULL, same);
    assert_status(&unchanged, 304);
}

/* Its file is over, or was removed. */
static void
test_a_file_that_is_gone(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, WEEKLY);
    g_autofree char *path = g_strconcat("/report/download/", id, NULL);

    kit_complete(kit->ports, id, "a workbook", "x.xlsx", GW_NOW + 1000);
    g_auto(Answer) there = kit_get(kit, "admin", path);
    assert_status(&there, 200);
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_auto(Answer) gone = kit_get(kit, "admin", path);
    assert_error(&gone, 404, "ReportNotFound");
}

/* Each has its own; a refusal and a replay do not count, and the eleventh is refused in the form of
 * this API. */
static void
test_limits(void **state)
{
    static const struct {
        const char *path, *limit;
    } cases[] = { { HISTORY, "60" }, { "/report/download/", "30" } };
    GwKit *kit = *state;
    g_autofree char *id = make(kit, WEEKLY);

    complete(kit, id);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *path = g_strconcat(cases[i].path, i > 0 ? id : NULL, NULL);
        g_auto(Answer) answer = kit_get(kit, "admin", path);

        assert_status(&answer, 200);
        assert_string_equal(answer_header(&answer, "ratelimit-limit"), cases[i].limit);
    }
    g_auto(Answer) sent = kit_post(kit, "admin", SEND, "{}");
    assert_error(&sent, 400, "ValidationError");
    assert_string_equal(answer_header(&sent, "ratelimit-limit"), "20");
    assert_string_equal(answer_header(&sent, "ratelimit-remaining"), "20");
    for (int i = 0; i < 8; i++) {
        g_autofree char *key = g_strdup_printf("Idempotency-Key: %d", i);
        g_auto(Answer) refused = kit_post(kit, "admin", GENERATE, "{}");
        assert_error(&refused, 400, "ValidationError");
        g_auto(Answer) made = post(kit, WEEKLY, "Prefer: respond-async", key);
        assert_status(&made, 202);
        g_auto(Answer) again = post(kit, WEEKLY, "Prefer: respond-async", key);
        assert_status(&again, 202);
        assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    }
    g_auto(Answer) last = post(kit, WEEKLY, "Prefer: respond-async", NULL);
    assert_string_equal(answer_header(&last, "ratelimit-remaining"), "0");
    g_auto(Answer) more = post(kit, WEEKLY, "Prefer: respond-async", NULL);
    assert_error(&more, 429, "RateLimitExceeded");
    assert_string_equal(answer_header(&more, "retry-after"), "3600");
    assert_string_equal(answer_header(&more, "ratelimit-remaining"), "0");
    g_auto(Answer) one = kit_get(kit, "admin", "/report/executions/" UNKNOWN);
    assert_null(answer_header(&one, "ratelimit-limit"));
}

static Answer
post_send(GwKit *kit, const char *id, const char *recipients, const char *key)
{
    const char *const headers[] = { key, NULL };
    g_autofree char *body =
        g_strdup_printf("{\"reportExecutionId\":\"%s\",\"emailRecipients\":%s}", id, recipients);

    return kit_ask(kit, "admin", "POST", SEND, body, headers);
}

/* A message to each, once, and once more when it is asked for again. */
static void
test_send(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = make(kit, RECIPIENTS("[\"a@example.com\"]"));
    g_autofree char *path = g_strconcat("/report/executions/", id, NULL);
    g_autoptr(GPtrArray) deliveries = NULL;
    g_autoptr(GError) error = NULL;

    complete(kit, id);
    deliver(kit, id, "a@example.com", JW_DCHANGE_SENT, "250 ok");
    g_auto(Answer) sent = post_send(
        kit, id, "[\"b@example.com\",\"a@example.com\",\"b@EXAMPLE.com\"]", "Idempotency-Key: k");
    assert_status(&sent, 200);
    assert_int_equal(json_object_size(sent.json), 3);
    assert_string_equal(answer_text(&sent, "reportExecutionId"), id);
    assert_int_equal(answer_int(&sent, "totalRecipients"), 2);
    assert_string_equal(answer_text(&sent, "overallStatus"), "Queued");
    g_auto(Answer) again = post_send(
        kit, id, "[\"b@example.com\",\"a@example.com\",\"b@EXAMPLE.com\"]", "Idempotency-Key: k");
    assert_status(&again, 200);
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    g_auto(Answer) other = post_send(kit, id, "[\"c@example.com\"]", "Idempotency-Key: k");
    assert_error(&other, 422, "IdempotencyKeyReused");
    assert_ok(jw_store_list_deliveries(kit->gw.store, id, &deliveries, &error), error);
    assert_int_equal(deliveries->len, 3);
    g_auto(Answer) now = kit_get(kit, "admin", path);
    assert_int_equal(answer_int(&now, "recipientsCount"), 2);
    assert_string_equal(answer_text(&now, "deliveryStatus.0.status"), "Queued");
    assert_string_equal(answer_text(&now, "deliveryStatus.1.email"), "b@example.com");
    /* who gets one anyway does not get two */
    g_auto(Answer) waiting = post_send(kit, id, "[\"b@example.com\"]", NULL);
    assert_status(&waiting, 200);
    g_clear_pointer(&deliveries, g_ptr_array_unref);
    assert_ok(jw_store_list_deliveries(kit->gw.store, id, &deliveries, &error), error);
    assert_int_equal(deliveries->len, 3);
}

static void
test_send_is_refused(void **state)
{
    GwKit *kit = *state;
    g_autofree char *pending = make(kit, WEEKLY);
    g_autofree char *failed = make(kit, WEEKLY);
    g_autofree char *foreign = kit_make(kit, "admin");
    const struct {
        const char *id, *recipients;
        long status;
        const char *code;
    } cases[] = {
        { UNKNOWN, "[\"a@example.com\"]", 404, "ReportNotFound" },
        { foreign, "[\"a@example.com\"]", 404, "ReportNotFound" },
        { failed, "[\"a@example.com\"]", 404, "ReportNotFound" },
        { pending, "[\"a@example.com\"]", 409, "ReportNotCompleted" },
        { "x", "[\"a@example.com\"]", 400, "ValidationError" },
        { pending, "[]", 400, "ValidationError" },
        { pending, "null", 400, "ValidationError" },
        { pending, "[\"a\"]", 400, "InvalidEmailAddresses" },
        { "x", "[\"a\"]", 400, "ValidationError" },
    };

    kit_fail(kit, failed);
    kit_complete(kit->ports, foreign, "a,b", "x.csv", 0);
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = post_send(kit, cases[i].id, cases[i].recipients, NULL);

        assert_error(&answer, cases[i].status, cases[i].code);
    }
    g_auto(Answer) unknown = post_send(kit, UNKNOWN, "[\"a@example.com\"]", NULL);
    assert_string_equal(answer_text(&unknown, "message"),
                        "Report execution with ID " UNKNOWN " not found");
}

/* An admin of departments sees and makes reports of these alone. */
static void
test_departments(void **state)
{
    GwKit *kit = *state;
    static const char *const async[] = { "Prefer: respond-async", NULL };
    g_autofree char *id = make(kit, WEEKLY);
    g_autofree char *path = g_strconcat("/report/executions/", id, NULL);

    g_auto(Answer) hidden = kit_get(kit, "adam", path);
    assert_error(&hidden, 404, "ReportNotFound");
    g_auto(Answer) history = kit_get(kit, "adam", HISTORY);
    assert_int_equal(json_array_size(history.json), 0);
    g_auto(Answer) none = kit_ask(kit, "lone admin", "POST", GENERATE, WEEKLY, async);
    assert_int_equal(none.status, 403);
    assert_string_equal(answer_header(&none, "content-type"), "application/problem+json");
    assert_non_null(strstr(answer_text(&none, "detail"), "department"));
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_refusals_have_their_forms),
        TEST(test_bodies_that_are_refused),
        TEST(test_what_is_made),
        TEST(test_configured_recipients),
        TEST(test_history),
        TEST(test_one_report),
        TEST(test_download),
        TEST(test_a_file_that_is_gone),
        TEST(test_limits),
        TEST(test_send),
        TEST(test_send_is_refused),
        TEST(test_departments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
