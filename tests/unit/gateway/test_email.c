/* test_email.c: the API of mailed reports: what is refused and how, what is made, and how long a
 * call waits for what. The test's thread does what executor, notifier and the gateway's thread
 * would. */
#include "gwkit.h"

#include "core/events.h"
#include "core/metrics.h"
#include "jw/store_deliveries.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../http/http_client.h"

#define GENERATE  "/report/generate-email-report"
#define HISTORY   "/report/execution-history"
#define WEEKLY    "{\"reportType\":\"Weekly\"}"
#define UNKNOWN   "019480a4-5f00-7000-8000-000000000001"
#define TIMEOUT_S 1800
#define MAILED                                                                                     \
    "{\"reportType\":\"Weekly\",\"sendEmail\":true,\"emailRecipients\":[\"a@example.com\","        \
    "\"b@example.com\",\"a@EXAMPLE.com\"]}"

static void
assert_error(const Answer *answer, long status, const char *code)
{
    if (answer->status != status || g_strcmp0(answer_text(answer, "code"), code) != 0
        || answer_text(answer, "message") == NULL || answer_text(answer, "timestamp") == NULL
        || answer_at(answer, "details") == NULL || json_object_size(answer->json) != 4) {
        fail_msg("expected %ld %s, got %ld: %.*s", status, code, answer->status,
                 (int)answer->body->len, (const char *)answer->body->data);
    }
    assert_string_equal(answer_header(answer, "content-type"), "application/json");
}

static void
assert_status(const Answer *answer, long status)
{
    if (answer->status != status) {
        fail_msg("expected %ld, got %ld: %.*s", status, answer->status, (int)answer->body->len,
                 (const char *)answer->body->data);
    }
}

static Answer
post(GwKit *kit, const char *body, const char *one, const char *two)
{
    const char *const headers[] = { one, two, NULL };

    return kit_ask(kit, "admin", "POST", GENERATE, body, headers);
}

/* One that is made and not waited for; its id. (transfer full) */
static char *
make(GwKit *kit, const char *body)
{
    g_auto(Answer) answer = post(kit, body, "Prefer: respond-async", NULL);

    assert_status(&answer, 202);
    return g_strdup(answer_text(&answer, "reportId"));
}

/* A call on a thread of its own. */
typedef struct {
    GwKit *kit;
    const char *body, *one, *two;
    Answer answer;
    GThread *thread;
} Call;

static gpointer
call_thread(gpointer data)
{
    Call *self = data;

    self->answer = post(self->kit, self->body, self->one, self->two);
    return NULL;
}

static bool
is_waiting(void *data)
{
    return (int)jw_metric_value(gw_metrics[GW_METRIC_WAITS], NULL) == *(const int *)data;
}

static void
wait_for_waits(int n)
{
    tk_wait_until(is_waiting, &n, 20000, "calls to wait");
}

/* It waits when this returns, beside @others. */
static void
call(Call *self, GwKit *kit, const char *body, const char *one, const char *two, int others)
{
    *self = (Call){ .kit = kit, .body = body, .one = one, .two = two };
    self->thread = g_thread_new("call", call_thread, self);
    wait_for_waits(others + 1);
}

static void
end_call(Call *self)
{
    (void)g_thread_join(g_steal_pointer(&self->thread));
}

static void
call_clear(Call *self)
{
    if (self->thread != NULL) {
        end_call(self);
    }
    answer_clear(&self->answer);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Call, call_clear)

/* The report that was made last. (transfer full) */
static char *
latest(GwKit *kit)
{
    g_auto(Answer) answer = kit_get(kit, "admin", HISTORY "?count=1");

    assert_status(&answer, 200);
    return g_strdup(answer_text(&answer, "0.executionId"));
}

static void
complete(GwKit *kit, const char *id)
{
    const int64_t token = kit_claim(kit->ports, id);
    g_autoptr(JwArtifact) file = kit_upload(
        kit->ports, id, NULL, "CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx", "a workbook");

    g_free(file->content_type);
    file->content_type =
        g_strdup("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
    file->rows = 12;
    file->duration_ms = 345;
    g_free(file->summary);
    file->summary = g_strdup(
        "{\"figures\":[{\"name\":\"totalCalls\",\"value\":12},{\"name\":\"answerRate\","
        "\"value\":83.33},{\"name\":\"averageWaitTime\",\"value\":null},{\"name\":\"other\","
        "\"value\":1}]}");
    kit_change(kit->ports, (JwJobChange){ .job_id = id,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = token,
                                          .artifact = file });
}

/* Claims the delivery to that recipient, and ends the try as said. */
static void
deliver(GwKit *kit, const char *id, const char *recipient, JwDeliveryTransition how,
        const char *reply)
{
    const int64_t now_ms = kit->ports->clock.fake.now_ms;
    g_autoptr(JwDelivery) delivery = jw_delivery_new(id, recipient, now_ms);
    const JwDelivery *all[] = { delivery };
    JwDeliveryChange change = { .delivery_id = delivery->id,
                                .transition = JW_DCHANGE_CLAIM,
                                .now_ms = now_ms,
                                .owner = "kit" };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_create_deliveries(kit->gw.store, all, 1, &create, &error), error);
    assert_ok(jw_store_change_delivery(kit->gw.store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    change = (JwDeliveryChange){
        .delivery_id = delivery->id, .transition = how, .now_ms = now_ms, .token = 1, .reply = reply
    };
    assert_ok(jw_store_change_delivery(kit->gw.store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

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

#define RECIPIENTS(list)                                                                           \
    "{\"reportType\":\"Weekly\",\"sendEmail\":true,\"emailRecipients\":" list "}"
#define DATES(start, end)                                                                          \
    "{\"reportType\":\"Monthly\",\"startDate\":\"" start "\",\"endDate\":\"" end "\"}"

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
test_waits_for_the_report(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) waiting = { 0 };

    call(&waiting, kit, WEEKLY, NULL, NULL, 0);
    g_autofree char *id = latest(kit);
    gw_events_look(kit->gw.events, true); /* nothing new */
    wait_for_waits(1);
    complete(kit, id);
    gw_events_look(kit->gw.events, true);
    end_call(&waiting);
    const Answer *answer = &waiting.answer;
    assert_status(answer, 200);
    assert_int_equal(json_object_size(answer->json), 15);
    assert_string_equal(answer_text(answer, "reportId"), id);
    assert_string_equal(answer_text(answer, "generatedAt"), "2026-01-13T02:00:15Z");
    assert_string_equal(answer_text(answer, "fileName"),
                        "CDR_Weekly_Report_2026-01-05_2026-01-11.xlsx");
    assert_int_equal(answer_int(answer, "fileSizeBytes"), 10);
    assert_int_equal(answer_int(answer, "recordsProcessed"), 12);
    assert_int_equal(answer_int(answer, "generationDurationMs"), 345);
    assert_int_equal(json_object_size(answer_at(answer, "metricsSummary")), 9);
    assert_int_equal(answer_int(answer, "metricsSummary.totalCalls"), 12);
    assert_float_equal(json_number_value(answer_at(answer, "metricsSummary.answerRate")), 83.33, 0);
    assert_int_equal(answer_int(answer, "metricsSummary.averageWaitTime"), 0);
    assert_int_equal(answer_int(answer, "metricsSummary.peakHour"), 0);
    assert_true(json_is_false(answer_at(answer, "emailsSent")));
    assert_int_equal(answer_int(answer, "recipientsCount"), 0);
    assert_int_equal(json_array_size(answer_at(answer, "deliveryStatus")), 0);
    assert_float_equal(jw_metric_value(gw_metrics[GW_METRIC_WAITS], NULL), 0, 0);
}

/* Until each was tried: the one that was put off is told as what it is. */
static void
test_waits_for_the_mails(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) waiting = { 0 };

    call(&waiting, kit, MAILED, NULL, NULL, 0);
    g_autofree char *id = latest(kit);
    complete(kit, id);
    gw_events_look(kit->gw.events, true);
    wait_for_waits(1); /* again: nothing was sent yet */
    deliver(kit, id, "a@example.com", JW_DCHANGE_SENT, "250 ok");
    gw_events_look(kit->gw.events, true);
    wait_for_waits(1);
    deliver(kit, id, "b@example.com", JW_DCHANGE_LATER, "451 come again");
    gw_events_look(kit->gw.events, true);
    end_call(&waiting);
    const Answer *answer = &waiting.answer;
    assert_status(answer, 200);
    assert_true(json_is_true(answer_at(answer, "emailsSent")));
    assert_int_equal(answer_int(answer, "recipientsCount"), 2);
    assert_int_equal(answer_int(answer, "successfulDeliveries"), 1);
    assert_int_equal(answer_int(answer, "failedDeliveries"), 0);
    assert_string_equal(answer_text(answer, "deliveryStatus.0.email"), "a@example.com");
    assert_string_equal(answer_text(answer, "deliveryStatus.0.status"), "Sent");
    assert_string_equal(answer_text(answer, "deliveryStatus.0.sentAt"), "2026-01-13T02:00:15Z");
    assert_true(json_is_null(answer_at(answer, "deliveryStatus.0.errorMessage")));
    assert_string_equal(answer_text(answer, "deliveryStatus.1.status"), "Queued");
    assert_true(json_is_null(answer_at(answer, "deliveryStatus.1.sentAt")));
    assert_string_equal(answer_text(answer, "deliveryStatus.1.errorMessage"), "451 come again");
}

static void
test_outcomes_of_mails(void **state)
{
    static const struct {
        JwDeliveryTransition how;
        const char *status, *fault;
        int failed;
    } cases[] = {
        { JW_DCHANGE_BOUNCED, "Bounced", "550 who", 1 },
        { JW_DCHANGE_FAILED, "Failed", "550 who", 1 },
        { JW_DCHANGE_DOUBT, "Sending", "the mail server did not say whether it took the message",
          0 },
    };
    GwKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Call) waiting = { 0 };

        call(&waiting, kit, RECIPIENTS("[\"a@example.com\"]"), NULL, NULL, 0);
        g_autofree char *id = latest(kit);
        complete(kit, id);
        deliver(kit, id, "a@example.com", cases[i].how, "550 who");
        gw_events_look(kit->gw.events, true);
        end_call(&waiting);
        assert_status(&waiting.answer, 200);
        assert_string_equal(answer_text(&waiting.answer, "deliveryStatus.0.status"),
                            cases[i].status);
        assert_string_equal(answer_text(&waiting.answer, "deliveryStatus.0.errorMessage"),
                            cases[i].fault);
        assert_int_equal(answer_int(&waiting.answer, "failedDeliveries"), cases[i].failed);
        assert_true(json_is_false(answer_at(&waiting.answer, "emailsSent")));
        tk_clock_advance(&kit->ports->clock.fake, 1); /* so that the next one is the latest */
    }
}

static void
test_ends_without_a_report(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) failing = { 0 };
    g_auto(Call) cancelled = { 0 };

    call(&failing, kit, WEEKLY, NULL, NULL, 0);
    g_autofree char *id = latest(kit);
    kit_fail(kit, id);
    gw_events_look(kit->gw.events, true);
    end_call(&failing);
    assert_error(&failing.answer, 500, "ReportGenerationFailed");
    assert_string_equal(answer_text(&failing.answer, "message"), "Failed to generate report");
    assert_string_equal(answer_text(&failing.answer, "details"), "the records are not readable");
    g_autofree char *path = g_strconcat("/report/executions/", id, NULL);
    assert_string_equal(answer_header(&failing.answer, "location"), path);
    g_auto(Answer) failed = kit_get(kit, "admin", path);
    assert_status(&failed, 200);
    assert_string_equal(answer_text(&failed, "executionStatus"), "Failed");
    assert_string_equal(answer_text(&failed, "error.details"), "the records are not readable");
    tk_clock_advance(&kit->ports->clock.fake, 1);
    call(&cancelled, kit, WEEKLY, NULL, NULL, 0);
    g_autofree char *other = latest(kit);
    kit_change(kit->ports, (JwJobChange){ .job_id = other,
                                          .transition = JW_CHANGE_CANCEL_NOW,
                                          .actor = "bob",
                                          .reason = "not needed" });
    gw_events_look(kit->gw.events, true);
    end_call(&cancelled);
    assert_error(&cancelled.answer, 409, "ReportCancelled");
    assert_string_equal(answer_text(&cancelled.answer, "details"), "not needed");
}

/* The report is cancelled: no executor may publish it, and whoever asks again learns the same. */
static void
test_takes_too_long(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) waiting = { 0 };

    call(&waiting, kit, MAILED, "Idempotency-Key: k", NULL, 0);
    g_autofree char *id = latest(kit);
    const int64_t token = kit_claim(kit->ports, id);
    tk_clock_advance(&kit->ports->clock.fake, TIMEOUT_S * 1000 - 1);
    gw_events_look(kit->gw.events, true);
    wait_for_waits(1);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    gw_events_look(kit->gw.events, true);
    end_call(&waiting);
    assert_error(&waiting.answer, 408, "RequestTimeout");
    assert_string_equal(answer_text(&waiting.answer, "message"),
                        "Report generation exceeded maximum allowed time");
    assert_true(json_is_null(answer_at(&waiting.answer, "details")));
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_CANCELLED);
    g_autoptr(JwArtifact) late = kit_upload(kit->ports, id, NULL, "x.xlsx", "late");
    assert_int_equal(kit_try(kit->ports, (JwJobChange){ .job_id = id,
                                                        .transition = JW_CHANGE_FINISH,
                                                        .token = token,
                                                        .artifact = late }),
                     JW_CAS_LOST);
    g_auto(Answer) again = post(kit, MAILED, "Idempotency-Key: k", NULL);
    assert_error(&again, 408, "RequestTimeout");
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
}

/* Its file is done in time, its mails are not: that is no timeout. */
static void
test_mails_take_too_long(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) waiting = { 0 };

    call(&waiting, kit, MAILED, NULL, NULL, 0);
    g_autofree char *id = latest(kit);
    complete(kit, id);
    gw_events_look(kit->gw.events, true);
    wait_for_waits(1);
    tk_clock_advance(&kit->ports->clock.fake, TIMEOUT_S * 1000);
    gw_events_look(kit->gw.events, true);
    end_call(&waiting);
    assert_status(&waiting.answer, 200);
    assert_int_equal(answer_int(&waiting.answer, "successfulDeliveries"), 0);
    assert_string_equal(answer_text(&waiting.answer, "deliveryStatus.0.status"), "Queued");
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_COMPLETED);
}

static void
test_preferences_at_once(void **state)
{
    static const struct {
        const char *prefer, *applied;
    } cases[] = {
        { "Prefer: respond-async", "respond-async" },
        { "Prefer: RESPOND-ASYNC; x=\"1,2\"", "respond-async" },
        { "Prefer: wait=0", "wait=0" },
        { "Prefer: wait = \"0\"", "wait=0" },
        { "Prefer: handling=strict, wait=0", "wait=0" },
        { "Prefer: a=\"\\\",wait=9\", wait=0, wait=100", "wait=0" },
        { "Prefer: respond-async, wait=0", "respond-async, wait=0" },
        { "Prefer: return=minimal;respond-async, wait=0", "wait=0" },
    };
    GwKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = post(kit, WEEKLY, cases[i].prefer, NULL);

        assert_status(&answer, 202);
        assert_string_equal(answer_header(&answer, "preference-applied"), cases[i].applied);
        assert_non_null(answer_header(&answer, "retry-after"));
    }
}

/* The time that the client gives it; what is no preference counts as none. */
static void
test_preferences_that_wait(void **state)
{
    static const struct {
        const char *prefer;
        int64_t ms; /* until it is answered */
        int status;
    } cases[] = {
        { "Prefer: wait=7", 7000, 202 },
        { "Prefer: respond-async, wait=7", 7000, 202 },
        { "Prefer: wait=99999999999999999999", TIMEOUT_S * 1000, 408 },
        { "Prefer: wait=-1", TIMEOUT_S * 1000, 408 },
        { "Prefer: wait, respond", TIMEOUT_S * 1000, 408 },
    };
    GwKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Call) waiting = { 0 };

        call(&waiting, kit, WEEKLY, cases[i].prefer, NULL, 0);
        tk_clock_advance(&kit->ports->clock.fake, cases[i].ms - 1);
        gw_events_look(kit->gw.events, true);
        wait_for_waits(1);
        tk_clock_advance(&kit->ports->clock.fake, 1);
        gw_events_look(kit->gw.events, true);
        end_call(&waiting);
        assert_status(&waiting.answer, cases[i].status);
    }
}

static void
test_no_place_to_wait(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) waiting = { 0 };

    kit->gw.config.waits_max = 1;
    call(&waiting, kit, WEEKLY, NULL, NULL, 0);
    g_autofree char *id = latest(kit);
    g_auto(Answer) more = post(kit, WEEKLY, NULL, NULL);
    assert_status(&more, 202);
    assert_null(answer_header(&more, "preference-applied"));
    assert_non_null(answer_header(&more, "location"));
    complete(kit, id);
    gw_events_look(kit->gw.events, true);
    end_call(&waiting);
    assert_status(&waiting.answer, 200);
    kit->gw.config.waits_max = 10;
}

/* The same key is the same report, at whatever time it is asked with. */
static void
test_the_same_key(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) first = { 0 };
    g_auto(Call) second = { 0 };

    call(&first, kit, WEEKLY, "Idempotency-Key: k", NULL, 0);
    g_autofree char *id = latest(kit);
    call(&second, kit, " { \"reportType\" : \"Weekly\" } ", "Idempotency-Key: k", NULL, 1);
    g_auto(Answer) other = post(kit, MAILED, "Idempotency-Key: k", NULL);
    assert_error(&other, 422, "IdempotencyKeyReused");
    complete(kit, id);
    gw_events_look(kit->gw.events, true);
    end_call(&first);
    end_call(&second);
    assert_status(&first.answer, 200);
    assert_null(answer_header(&first.answer, "idempotent-replayed"));
    assert_status(&second.answer, 200);
    assert_string_equal(answer_header(&second.answer, "idempotent-replayed"), "true");
    assert_true(json_equal(first.answer.json, second.answer.json));
    g_auto(Answer) third = post(kit, WEEKLY, "Idempotency-Key: k", "Prefer: respond-async");
    assert_status(&third, 200);
    assert_true(json_equal(first.answer.json, third.json));
    g_auto(Answer) history = kit_get(kit, "admin", HISTORY);
    assert_int_equal(json_array_size(history.json), 1);
}

/* The report goes on, and nothing is left of the call. */
static void
test_a_client_leaves(void **state)
{
    GwKit *kit = *state;
    g_autofree char *token = kit_token(kit, "admin");
    g_autofree char *request =
        g_strdup_printf("POST " GENERATE " HTTP/1.1\r\nHost: t\r\nAuthorization: Bearer %s\r\n"
                        "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n" WEEKLY,
                        token, strlen(WEEKLY));
    const int fd = hc_connect(jw_http_server_port(kit->http));

    hc_send(fd, request, strlen(request));
    wait_for_waits(1);
    g_autofree char *id = latest(kit);
    (void)close(fd);
    while (!is_waiting(&(int){ 0 })) {
        gw_events_look(kit->gw.events, true);
    }
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    assert_int_equal(job->state, JW_JOB_PENDING);
}

static void
test_the_server_stops(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) waiting = { 0 };

    call(&waiting, kit, WEEKLY, NULL, NULL, 0);
    jw_http_server_stop(kit->http, 10000);
    end_call(&waiting);
    assert_status(&waiting.answer, 202);
    assert_string_equal(answer_text(&waiting.answer, "executionStatus"), "Pending");
    assert_non_null(answer_header(&waiting.answer, "location"));
}

/* Whatever call of the store fails: nothing is said that is not so. */
static void
test_the_store_fails(void **state)
{
    GwKit *kit = *state;

    for (size_t i = 0; i < kit_n_faults; i++) {
        bool met = true;

        for (int nth = 1; met; nth++) {
            g_autofree char *key = g_strdup_printf("Idempotency-Key: %zu-%d", i, nth);
            kit_fault_at(kit->ports, nth, kit_faults[i]);
            g_auto(Answer) answer = post(kit, WEEKLY, key, "Prefer: wait=0");
            met = kit_fault_met(kit->ports);
            g_auto(Answer) again = post(kit, WEEKLY, key, "Prefer: wait=0");
            assert_status(&again, 202);
            if (answer.status == 202) {
                assert_string_equal(answer_text(&answer, "reportId"),
                                    answer_text(&again, "reportId"));
                assert_non_null(answer_header(&again, "idempotent-replayed"));
            } else if (answer.status == 503) {
                assert_error(&answer, 503, "ServiceUnavailable");
                assert_null(answer_header(&again, "idempotent-replayed"));
            } else {
                assert_true(answer.status == 504 || answer.status == 500);
            }
        }
    }
}

/* While it waits: it goes on waiting, and at its end says that it does not know. */
static void
test_the_store_is_away(void **state)
{
    GwKit *kit = *state;
    g_auto(Call) waiting = { 0 };

    call(&waiting, kit, WEEKLY, NULL, NULL, 0);
    g_autofree char *id = latest(kit);
    complete(kit, id);
    kit_fault_at(kit->ports, 2, (KitFault){ JW_ERROR_UNAVAILABLE, false });
    gw_events_look(kit->gw.events, true); /* is the first call, reading it again the second */
    wait_for_waits(1);
    assert_true(kit_fault_met(kit->ports));
    gw_events_look(kit->gw.events, true);
    end_call(&waiting);
    assert_status(&waiting.answer, 200);
}

static void
test_history(void **state)
{
    GwKit *kit = *state;
    g_autofree char *oldest = make(kit, MAILED);
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    g_autofree char *other = kit_make(kit, "admin"); /* no report of this API */
    g_autofree char *newest = make(kit, "{\"reportType\":\"Monthly\"}");
    g_autoptr(GError) error = NULL;
    const JwDeliveryCounts counts = { .total = 2, .sent = 1, .failed = 0, .bounced = 1 };

    complete(kit, oldest);
    assert_ok(jw_store_set_delivery_counts(kit->gw.store, oldest, &counts, true, GW_NOW, &error),
              error);
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
        TEST(test_waits_for_the_report),
        TEST(test_waits_for_the_mails),
        TEST(test_outcomes_of_mails),
        TEST(test_ends_without_a_report),
        TEST(test_takes_too_long),
        TEST(test_mails_take_too_long),
        TEST(test_preferences_at_once),
        TEST(test_preferences_that_wait),
        TEST(test_no_place_to_wait),
        TEST(test_the_same_key),
        TEST(test_a_client_leaves),
        TEST(test_the_server_stops),
        TEST(test_the_store_fails),
        TEST(test_the_store_is_away),
        TEST(test_history),
        TEST(test_one_report),
        TEST(test_download),
        TEST(test_a_file_that_is_gone),
        TEST(test_departments),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
