/* test_failure.c: a job that failed for good is told to who asked for it: once for each failure,
 * whatever is lost on the way, and never with a text that is for the log. */
#include "ntfkit.h"

#include <string.h>

#include "jw/store_suppressions.h"

#define SECRET "mongodb://10.0.0.7: E11000 duplicate key"

/* A job of ann's, who may have no address, and want no mail. (transfer full) */
static char *
make_job(NtfKit *kit, const char *email, JwOnFailure on_failure)
{
    g_autoptr(JwJob) job = kit_new_job(kit->ports);

    g_free(job->requested_by.email);
    job->requested_by.email = g_strdup(email);
    job->recipients = g_strsplit("ben@example.com", " ", -1);
    job->on_failure = on_failure;
    job->request_id = g_strdup("request-1");
    return kit_insert_job(kit->ports, job);
}

static void
fail_job(NtfKit *kit, const char *job_id, JwJobTransition transition, const char *code)
{
    kit_change(kit->ports, (JwJobChange){ .job_id = job_id,
                                          .transition = transition,
                                          .token = kit_claim(kit->ports, job_id),
                                          .error_code = code,
                                          .error_message = SECRET });
}

static JwVerdict
failed_event(NtfKit *kit, const char *job_id)
{
    g_autofree char *body = g_strdup_printf("{\"jobId\":\"%s\"}", job_id);

    return kit_event(kit, JW_TYPE_JOB_FAILED, body, NULL);
}

static guint
n_deliveries(NtfKit *kit, const char *job_id)
{
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_list_deliveries(kit->ntf.store, job_id, &list, &error), error);
    return list->len;
}

static void
assert_pending(NtfKit *kit, const char *job_id, bool pending)
{
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);

    assert_int_equal(job->mail_pending, pending);
}

static void
roll_up(NtfKit *kit, const char *job_id)
{
    g_autoptr(GError) error = NULL;

    assert_ok(ntf_roll_up(&kit->ntf, job_id, &error), error);
}

/* The mail as text, its soft line breaks taken out. (transfer full) */
static char *
mail(NtfKit *kit, size_t index)
{
    g_autofree char *raw = kit_message(kit, index);
    g_auto(GStrv) lines = g_strsplit(raw, "=\r\n", -1);

    return g_strjoinv("", lines);
}

static void
test_told_once(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

    fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "TIMEOUT");
    assert_pending(kit, job_id, true);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
        (void)kit_send_queued(&kit->ntf);
    }
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
    assert_int_equal(n_deliveries(kit, job_id), 1);
    assert_string_equal(jw_mail_mem_recipient(kit->ntf.mail, 0), "ann@example.com");
    roll_up(kit, job_id);
    assert_pending(kit, job_id, false);
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_int_equal(job->deliveries.total, 0); /* those of its report */
    g_autofree char *text = mail(kit, 0);
    assert_non_null(strstr(text, "Subject: Failed: "));
    assert_non_null(strstr(text, "Why: It took longer than it may take."));
    assert_non_null(strstr(text, "What to do: Ask for a shorter period"));
    assert_non_null(strstr(text, job_id));
    assert_non_null(strstr(text, "delivery.onFailure"));
}

/* Fails a job with that beginning of its spec, and compares what its mail says. @name: (nullable)
 */
static void
assert_told(NtfKit *kit, const char *name, const char *spec, const char *const *lines, size_t n)
{
    g_autoptr(JwJob) job = kit_new_job(kit->ports);

    if (name != NULL) {
        g_free(job->name);
        job->name = g_strdup(name);
    }
    g_free(job->spec);
    job->spec = g_strconcat("{", spec,
                            "\"period\":{\"type\":\"weekly\",\"at\":\"2021-01-13T06:00:00Z\","
                            "\"timeZone\":\"Europe/Berlin\"},"
                            "\"filters\":{\"departmentIds\":[\"support\",\"sales\"]}},"
                            "\"output\":{\"format\":\"csv\"}}",
                            NULL);
    g_free(job->requested_by.id);
    job->requested_by.id = g_strdup("ann");
    job->requested_by.email = g_strdup("ann@example.com");
    g_autofree char *job_id = kit_insert_job(kit->ports, job);
    fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "TIMEOUT");
    assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    g_autofree char *text = mail(kit, 0);
    for (size_t i = 0; i < n; i++) {
        if (strstr(text, lines[i]) == NULL) {
            fail_msg("no '%s' in:\n%s", lines[i], text);
        }
    }
}

/* Which report it was: its type, its period, what it was limited to. */
static void
test_says_which_report(void **state)
{
    static const char *const lines[] = {
        /* in plain text */
        "Weekly calls\r\nWeekly report, 4 Jan 2021 =E2=80=93 10 Jan 2021 (Europe/Berlin)\r\n"
        "Only a part of the records:\r\n  Departments: support, sales\r\nRequested by ann\r\n\r\n"
        "This job has failed; there is no report.\r\n",
        "\r\nReport type: call-records\r\n",
        /* in HTML, whose title is the subject */
        ("<title>Failed: Weekly calls: Weekly report, 4 Jan 2021 =E2=80=93 10 Jan 2021 (support, "
         "sales)</title>"),
        "<br>Departments: support, sales",
        ">Failed: there is no report</div>",
    };
    NtfKit *kit = *state;

    assert_told(kit, NULL, "\"reportType\":\"report-type.call-records\",\"parameters\":{", lines,
                G_N_ELEMENTS(lines));
}

/* In the language of the report that it has none of. */
static void
test_in_german(void **state)
{
    static const char *const lines[] = {
        "<title>Fehlgeschlagen: Anrufe: Wochenbericht, 4. Jan. 2021 =E2=80=93",
        "Anrufe\r\nWochenbericht, 4. Jan. 2021 =E2=80=93 10. Jan. 2021 (Europe/Berlin)\r\n"
        "Nur ein Teil der Datens=C3=A4tze:\r\n  Departments: support, sales\r\n"
        "Angefordert von ann\r\n\r\n"
        "Dieser Auftrag ist fehlgeschlagen; es gibt keinen Bericht.\r\n",
        "\r\nWarum: Er dauerte l=C3=A4nger, als er dauern darf.\r\n",
        "\r\nWas zu tun ist: Fordern Sie einen k=C3=BCrzeren Zeitraum",
        "\r\nBerichtstyp: call-records\r\n",
        "\r\nDiese E-Mail wurde automatisch von Jobwire f=C3=BCr den Auftrag Anrufe gesendet (",
        "<html lang=3D\"de\">",
        ">Fehlgeschlagen: Es gibt keinen Bericht</div>",
    };
    NtfKit *kit = *state;

    assert_told(kit, "Anrufe",
                "\"reportType\":\"call-records\",\"parameters\":{\"language\":\"de\",", lines,
                G_N_ELEMENTS(lines));
}

/* Every code has a reason, those to come as well, and none shows the error's message. */
static void
test_no_internal_text(void **state G_GNUC_UNUSED)
{
    static const char *const codes[] = { "INTERNAL",       "INVALID",          "NOT_FOUND",
                                         "CONFLICT",       "DENIED",           "TOO_LARGE",
                                         "CORRUPT",        "CANCELLED",        "BUSY",
                                         "UNAVAILABLE",    "IN_DOUBT",         "TIMEOUT",
                                         "ATTEMPT_DIED",   "TOO_MANY_RECORDS", "TOO_MANY_GROUPS",
                                         "DATA_NOT_READY", "A_CODE_TO_COME" };

    for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

        fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, codes[i]);
        assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
        assert_int_equal(kit_send_queued(&kit->ntf), 1);
        g_autofree char *text = mail(kit, 0);
        assert_non_null(strstr(text, "\r\nWhy: "));
        assert_non_null(strstr(text, "\r\nWhat to do: "));
        assert_null(strstr(text, "10.0.0.7"));
        assert_null(strstr(text, "E11000"));
        assert_null(strstr(text, codes[i]));
    }
}

/* Two things are denied: departments of others, and a report that cannot be limited to one's own.
 * What to do holds for both, also for who named no departments at all. */
static void
test_denied(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

    fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "DENIED");
    assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    g_autofree char *text = mail(kit, 0);
    assert_non_null(strstr(text, "Why: It would show records outside of your departments."));
    assert_non_null(strstr(text, "What to do: If you named departments, name only your own. If you "
                                 "named none, this report cannot be limited to yours: tell the "
                                 "operator of Jobwire, and name the job."));
}

/* What is too large is said, and what helps against it. */
static void
test_says_what_is_too_much(void **state G_GNUC_UNUSED)
{
    static const struct {
        const char *code, *reason, *advice;
    } cases[] = {
        { "TOO_LARGE", "Why: Its file became larger than a file may be.",
          "What to do: Ask for a shorter period or with narrower filters." },
        { "TOO_MANY_RECORDS", "Why: Its list has more records than a file of that format may list.",
          "What to do: Ask for a workbook or a CSV file, which list all records, or for the tables "
          "alone (output.content \"tables\"). Or ask for a shorter period" },
        { "TOO_MANY_GROUPS", "Why: Its tables have more groups than they may have.",
          "What to do: Ask for fewer dimensions at once" },
        { "DATA_NOT_READY", "Why: The data that it is to report on was not ready in time.",
          "What to do: Once the data is there, retry the job" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

        fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, cases[i].code);
        assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
        assert_int_equal(kit_send_queued(&kit->ntf), 1);
        g_autofree char *text = mail(kit, 0);
        assert_non_null(strstr(text, cases[i].reason));
        assert_non_null(strstr(text, cases[i].advice));
    }
}

/* Who ended the mails of a report is still told that a job of theirs has failed; who wants no mail
 * at all is not. It names no list to leave: the foot says how to have none. */
static void
test_suppressed(void **state G_GNUC_UNUSED)
{
    static const char *const types[] = { "call-records", NULL };

    for (size_t i = 0; i < G_N_ELEMENTS(types); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);
        g_autoptr(JwSuppression) entry =
            jw_suppression_new("ann@example.com", types[i], JW_SUPPRESSED_UNSUBSCRIBED, KIT_NOW);
        JwCreate create = JW_CREATE_EXISTS;
        g_autoptr(GError) error = NULL;

        assert_ok(jw_store_add_suppression(kit->ntf.store, entry, &create, &error), error);
        fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "INTERNAL");
        assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
        assert_int_equal(kit_send_queued(&kit->ntf), 1);
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), types[i] != NULL);
        if (types[i] != NULL) {
            g_autofree char *raw = kit_message(kit, 0);
            assert_null(strstr(raw, "List-Unsubscribe"));
        }
    }
}

static void
test_nobody_is_told(void **state)
{
    static const struct {
        const char *email;
        JwOnFailure on_failure;
        JwJobTransition transition;
        bool pending_before, pending_after;
    } cases[] = {
        { NULL, JW_ON_FAILURE_REQUESTER, JW_CHANGE_FAIL_FINAL, true, false },
        { "ann@example.com", JW_ON_FAILURE_NONE, JW_CHANGE_FAIL_FINAL, true, false },
        /* will be tried again */
        { "ann@example.com", JW_ON_FAILURE_REQUESTER, JW_CHANGE_FAIL_RETRY, true, true },
    };
    NtfKit *kit = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *job_id = make_job(kit, cases[i].email, cases[i].on_failure);

        fail_job(kit, job_id, cases[i].transition, "TIMEOUT");
        assert_pending(kit, job_id, cases[i].pending_before);
        assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
        assert_int_equal(n_deliveries(kit, job_id), 0);
        assert_pending(kit, job_id, cases[i].pending_after);
    }
    assert_int_equal(jw_queue_length(kit->ntf.due), 0);
}

/* Failed, retried, failed: told twice. Then it completes: its recipients get the report. */
static void
test_after_a_retry(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

    for (int i = 0; i < 2; i++) {
        fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "UNAVAILABLE");
        assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
        assert_int_equal(kit_send_queued(&kit->ntf), 1);
        roll_up(kit, job_id);
        assert_pending(kit, job_id, false);
        kit_change(kit->ports, (JwJobChange){ .job_id = job_id, .transition = JW_CHANGE_RETRY });
        assert_pending(kit, job_id, true);
        roll_up(kit, job_id); /* an event of before, which comes late */
        assert_pending(kit, job_id, true);
    }
    kit_complete_job(kit, job_id);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    roll_up(kit, job_id);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 3);
    assert_string_equal(jw_mail_mem_recipient(kit->ntf.mail, 1), "ann@example.com");
    assert_string_equal(jw_mail_mem_recipient(kit->ntf.mail, 2), "ben@example.com");
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_int_equal(job->deliveries.total, 1);
    assert_int_equal(job->deliveries.sent, 1);
    assert_false(job->mail_pending);
}

/* Retried before the mail went out: it would tell of what is no longer so. */
static void
test_stale(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

    fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "UNAVAILABLE");
    assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
    g_autofree char *id = jw_queue_pop(kit->ntf.due, 0);
    kit_change(kit->ports, (JwJobChange){ .job_id = job_id, .transition = JW_CHANGE_RETRY });
    fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "TIMEOUT");
    ntf_send(&kit->ntf, id);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_FAILED);
    assert_non_null(strstr(delivery->reply, "asked for again"));
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
    assert_int_equal(failed_event(kit, job_id), JW_VERDICT_DONE);
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
}

/* The `failed` event was lost, and each `delivery.changed`: the mail goes out, once. */
static void
test_events_lost(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);
    g_autofree char *silent = make_job(kit, NULL, JW_ON_FAILURE_REQUESTER);

    fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "TIMEOUT");
    fail_job(kit, silent, JW_CHANGE_FAIL_FINAL, "TIMEOUT");
    for (int i = 0; i < 5; i++) {
        kit_look_again(kit);
    }
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
    assert_pending(kit, job_id, false);
    assert_pending(kit, silent, false);
}

/* Failures of before there were such mails are no news. */
static void
test_old_failure(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

    fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "TIMEOUT");
    tk_clock_advance(&kit->ports->clock.fake, kit->ntf.config.give_up_ms + 1);
    kit_look_again(kit);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
    assert_pending(kit, job_id, false);
}

/* Each call of the store fails once, before or after its effect: one mail all the same. */
static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        bool met = true;

        for (int n = 1; met && n < 100; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *job_id = make_job(kit, "ann@example.com", JW_ON_FAILURE_REQUESTER);

            fail_job(kit, job_id, JW_CHANGE_FAIL_FINAL, "TIMEOUT");
            kit_fault_at(kit->ports, n, kit_faults[f]);
            (void)failed_event(kit, job_id);
            (void)kit_send_queued(&kit->ntf);
            met = kit_fault_met(kit->ports);
            for (int i = 0; i < 6; i++) {
                tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
                kit_look_again(kit);
            }
            g_autoptr(GPtrArray) list = NULL;
            assert_ok(jw_store_list_deliveries(kit->ntf.store, job_id, &list, NULL), NULL);
            assert_int_equal(list->len, 1);
            const JwDelivery *delivery = g_ptr_array_index(list, 0);
            assert_true(delivery->state == JW_DELIVERY_SENT
                        || kit_faults[f].code == JW_ERROR_CORRUPT);
            assert_true(jw_mail_mem_count(kit->ntf.mail) == 1
                        || (delivery->maybe_duplicate && jw_mail_mem_count(kit->ntf.mail) == 2)
                        || kit_faults[f].code == JW_ERROR_CORRUPT);
            assert_pending(kit, job_id, false);
        }
        assert_false(met);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_told_once),
        TEST(test_no_internal_text),
        TEST(test_denied),
        TEST(test_says_what_is_too_much),
        cmocka_unit_test(test_suppressed),
        TEST(test_says_which_report),
        TEST(test_in_german),
        TEST(test_nobody_is_told),
        TEST(test_after_a_retry),
        TEST(test_stale),
        TEST(test_events_lost),
        TEST(test_old_failure),
        TEST(test_every_call_fails),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
