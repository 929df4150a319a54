/* test_deliveries.c: /jobs/:jobId/deliveries: the mails of a job, and its report sent again. */
#include "gwkit.h"

#include <string.h>

#include "jw/store_deliveries.h"

#define MAILED                                                                                     \
    "{\"reportType\":\"call-records\",\"name\":\"Calls\",\"parameters\":{},\"output\":{"           \
    "\"format\":\"csv\"},\"delivery\":{\"recipients\":[\"ann@example.com\",\"ben@example.com\","   \
    "\"cat@example.com\"]},\"visibility\":\"everyone\"}"

static void
create(GwKit *kit, const JwDelivery *delivery)
{
    g_autoptr(GError) error = NULL;
    JwCreate answer = JW_CREATE_EXISTS;

    assert_ok(jw_store_create_deliveries(kit->gw.store, &delivery, 1, &answer, &error), error);
}

/* A completed job of alice's: ann has her mail, that to ben failed, that to cat is on its way.
 * (transfer full) */
static char *
mailed(GwKit *kit, int64_t expires_at_ms)
{
    static const char *const names[] = { "ann@example.com", "ben@example.com", "cat@example.com" };
    const JwDeliveryState states[] = { JW_DELIVERY_SENT, JW_DELIVERY_FAILED, JW_DELIVERY_QUEUED };
    static const char *const replies[] = { "250 2.0.0 kept", "554 no", "451 4.3.0 busy" };
    char *id = kit_make_from(kit, "alice", MAILED);

    kit_complete(kit->ports, id, "a\r\n", "a.csv", expires_at_ms);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(JwDelivery) delivery = jw_delivery_new(id, names[i], GW_NOW);
        delivery->state = states[i];
        delivery->attempts = 2;
        delivery->reply = g_strdup(replies[i]);
        delivery->sent_at_ms = i == 0 ? GW_NOW + 5000 : 0;
        delivery->maybe_duplicate = i == 0;
        delivery->not_before_ms = GW_NOW + 30000;
        create(kit, delivery);
    }
    return id;
}

static Answer
resend(GwKit *kit, const char *id, const char *body, const char *key)
{
    g_autofree char *path = kit_path(id, "/deliveries");
    g_autofree char *line = g_strconcat("Idempotency-Key: ", key, NULL);
    const char *const headers[] = { key != NULL ? line : NULL, NULL };

    return kit_ask(kit, "alice", "POST", path, body, headers);
}

static void
test_list(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = mailed(kit, 0);
    g_autofree char *path = kit_path(id, "/deliveries");
    g_autoptr(JwDelivery) event = jw_delivery_new_event(id, "e", "hook-1", "{}", GW_NOW);

    create(kit, event); /* is in the log of its webhook */
    g_auto(Answer) answer = kit_get(kit, "alice", path);
    assert_answer(answer, 200, NULL);
    assert_int_equal(json_array_size(answer_at(&answer, "data")), 3);
    assert_string_equal(answer_text(&answer, "data.0.email"), "ann@example.com");
    assert_string_equal(answer_text(&answer, "data.0.status"), "Sent");
    assert_string_equal(answer_text(&answer, "data.0.kind"), "report");
    assert_int_equal(answer_int(&answer, "data.0.round"), 0);
    assert_int_equal(answer_int(&answer, "data.0.attempts"), 2);
    assert_string_equal(answer_text(&answer, "data.0.reply"), "250 2.0.0 kept");
    assert_null(answer_at(&answer, "data.0.errorMessage"));
    assert_string_equal(answer_text(&answer, "data.0.sentAt"), "2026-01-13T02:00:20Z");
    assert_true(json_is_true(answer_at(&answer, "data.0.maybeDuplicate")));
    assert_null(answer_at(&answer, "data.0.nextTryAt"));
    assert_string_equal(answer_text(&answer, "data.1.errorMessage"), "554 no");
    assert_string_equal(answer_text(&answer, "data.2.status"), "Queued");
    assert_string_equal(answer_text(&answer, "data.2.errorMessage"), "451 4.3.0 busy");
    assert_string_equal(answer_text(&answer, "data.2.nextTryAt"), "2026-01-13T02:00:45Z");
}

/* Then the job shows the last mail to each. */
static void
test_resend(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = mailed(kit, 0);
    g_autofree char *path = kit_path(id, "/deliveries");
    g_autofree char *job_path = kit_path(id, "");

    g_auto(Answer) failed = resend(kit, id, "{\"failed\":true}", NULL);
    assert_answer(failed, 202, NULL);
    assert_string_equal(answer_header(&failed, "location"), path);
    assert_string_equal(answer_text(&failed, "data.id"), id);
    assert_string_equal(answer_text(&failed, "data.status"), "Queued");
    assert_int_equal(answer_int(&failed, "data.round"), 1);
    assert_int_equal(json_array_size(answer_at(&failed, "data.recipients")), 1);
    assert_string_equal(answer_text(&failed, "data.recipients.0"), "ben@example.com");
    assert_null(answer_at(&failed, "data.skipped"));
    g_auto(Answer) named = resend(
        kit, id, "{\"recipients\":[\"new@M\\u00fcnchen.example\",\"cat@example.com\"]}", NULL);
    assert_answer(named, 202, NULL);
    assert_int_equal(answer_int(&named, "data.round"), 2);
    assert_string_equal(answer_text(&named, "data.recipients.0"), "new@xn--mnchen-3ya.example");
    assert_string_equal(answer_text(&named, "data.skipped.0"), "cat@example.com");

    g_auto(Answer) list = kit_get(kit, "alice", path);
    assert_int_equal(json_array_size(answer_at(&list, "data")), 5);
    g_auto(Answer) job = kit_get(kit, "alice", job_path);
    assert_int_equal(answer_int(&job, "data.delivery.total"), 4);
    assert_int_equal(answer_int(&job, "data.delivery.sent"), 1);
    assert_int_equal(answer_int(&job, "data.delivery.failed"), 0);
    assert_string_equal(answer_text(&job, "data.delivery.recipients.1.email"), "ben@example.com");
    assert_string_equal(answer_text(&job, "data.delivery.recipients.1.status"), "Queued");
    assert_string_equal(answer_text(&job, "data.delivery.recipients.3.email"),
                        "new@xn--mnchen-3ya.example");
    g_autoptr(JwJob) stored = kit_job(kit->ports, id);
    assert_true(stored->mail_pending);
    assert_string_equal(((JwResend *)g_ptr_array_index(stored->resends, 0))->by, "alice");
}

static void
test_same_key(void **state)
{
    GwKit *kit = *state;
    g_autofree char *id = mailed(kit, GW_NOW + 60000);
    g_autofree char *path = kit_path(id, "/deliveries");

    g_auto(Answer) first = resend(kit, id, "{\"failed\":true}", "k-1");
    assert_answer(first, 202, NULL);
    assert_null(answer_header(&first, "idempotent-replayed"));
    tk_clock_advance(&kit->ports->clock.fake, 120000); /* whatever has become of the report */
    g_auto(Answer) again = resend(kit, id, "{ \"failed\" : true }", "k-1");
    assert_answer(again, 202, NULL);
    assert_string_equal(answer_header(&again, "idempotent-replayed"), "true");
    assert_int_equal(answer_int(&again, "data.round"), 1);
    g_auto(Answer) other = resend(kit, id, "{\"recipients\":[\"x@example.com\"]}", "k-1");
    assert_answer(other, 422, "IDEMPOTENCY_KEY_REUSED");
    g_auto(Answer) late = resend(kit, id, "{\"failed\":true}", "k-2");
    assert_answer(late, 410, "REPORT_EXPIRED");
    g_auto(Answer) list = kit_get(kit, "alice", path);
    assert_int_equal(json_array_size(answer_at(&list, "data")), 4);
}

static void
test_refused(void **state)
{
    GwKit *kit = *state;
    static const struct {
        const char *body;
        long status;
        const char *code, *pointer; /* pointer NULL: no violation */
    } cases[] = {
        { "{}", 400, "VALIDATION_ERROR", "" },
        { "{\"failed\":false}", 400, "VALIDATION_ERROR", "" },
        { "{\"recipients\":[]}", 400, "VALIDATION_ERROR", "" },
        { "{\"failed\":\"yes\"}", 400, "VALIDATION_ERROR", "/failed" },
        { "{\"recipients\":[\"ann\"]}", 400, "VALIDATION_ERROR", "/recipients/0" },
        { "{\"failed\":true,\"to\":\"x\"}", 400, "VALIDATION_ERROR", "/to" },
        { "{\"recipients\":[\"cat@example.com\"]}", 409, "NOBODY_TO_SEND_TO", NULL },
    };
    g_autofree char *id = mailed(kit, 0);
    g_autofree char *pending = kit_make(kit, "alice");
    g_autofree char *path = kit_path(id, "/deliveries");

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_auto(Answer) answer = resend(kit, id, cases[i].body, NULL);
        assert_answer(answer, cases[i].status, cases[i].code);
        if (cases[i].pointer != NULL) {
            kit_assert_pointers(&answer, (const char *const[]){ cases[i].pointer, NULL });
        }
    }
    g_auto(Answer) early = resend(kit, pending, "{\"failed\":true}", NULL);
    assert_answer(early, 409, "JOB_NOT_COMPLETED");
    g_auto(Answer) stranger = kit_post(kit, "bob", path, "{\"failed\":true}");
    assert_answer(stranger, 403, "FORBIDDEN");
    assert_non_null(strstr(answer_text(&stranger, "error.message"), "sending a report gives it"));
    g_auto(Answer) nobody = resend(kit, "019480a4-5f00-7000-8000-00000000dead", "{}", NULL);
    assert_answer(nobody, 404, "JOB_NOT_FOUND");
}

/* Each call of the store fails, done or not; the same key then makes one round of it. */
static void
test_faults(void **state)
{
    GwKit *kit = *state;

    for (size_t f = 0; f < kit_n_faults; f++) {
        bool met = true;

        for (int n = 1; met; n++) {
            g_autofree char *id = mailed(kit, 0);
            g_autofree char *path = kit_path(id, "/deliveries");

            kit_fault_at(kit->ports, n, kit_faults[f]);
            g_auto(Answer) hurt = resend(kit, id, "{\"failed\":true}", "key");
            met = kit_fault_met(kit->ports);
            assert_true(met || hurt.status == 202);
            if (hurt.status == 503) { /* then nothing was done */
                g_autoptr(JwJob) job = kit_job(kit->ports, id);
                assert_int_equal(job->resends->len, 0);
            }
            g_auto(Answer) again = resend(kit, id, "{\"failed\":true}", "key");
            assert_answer(again, 202, NULL);
            g_auto(Answer) list = kit_get(kit, "alice", path);
            assert_int_equal(json_array_size(answer_at(&list, "data")), 4);
        }
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_list),    TEST(test_resend), TEST(test_same_key),
        TEST(test_refused), TEST(test_faults),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
