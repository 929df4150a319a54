/* test_email_wait.c: how long a call of the API of mailed reports waits for what, and what is
 * answered then. The test's thread does what executor, notifier and the gateway's thread would. */
#include "emailkit.h"

#include "core/events.h"
#include "core/metrics.h"

#include <string.h>
#include <unistd.h>

#include "../http/http_client.h"

#define TIMEOUT_S 1800

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
    while (!no_call_waits()) {
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
            tk_clock_advance(&kit->ports->clock.fake, HOUR); /* past the limit of calls */
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

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_waits_for_the_report), TEST(test_waits_for_the_mails),
        TEST(test_outcomes_of_mails),    TEST(test_ends_without_a_report),
        TEST(test_takes_too_long),       TEST(test_mails_take_too_long),
        TEST(test_preferences_at_once),  TEST(test_preferences_that_wait),
        TEST(test_no_place_to_wait),     TEST(test_the_same_key),
        TEST(test_a_client_leaves),      TEST(test_the_server_stops),
        TEST(test_the_store_fails),      TEST(test_the_store_is_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
