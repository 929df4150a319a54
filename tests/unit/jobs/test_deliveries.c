/* test_deliveries.c: each change of a delivery: won, lost, unknown and then known, given up. */
#include "jobskit.h"

#include <string.h>

static const struct {
    JwDeliveryTransition transition;
    JwDeliveryState from;
    bool sent, resent; /* its marks before */
    bool event;
} changes[] = {
    { JW_DCHANGE_MARK, JW_DELIVERY_SENDING, false, false, false },
    { JW_DCHANGE_SENT, JW_DELIVERY_SENDING, true, false, true },
    { JW_DCHANGE_LATER, JW_DELIVERY_SENDING, false, false, true },
    { JW_DCHANGE_BOUNCED, JW_DELIVERY_SENDING, false, false, true },
    { JW_DCHANGE_FAILED, JW_DELIVERY_SENDING, false, false, true },
    { JW_DCHANGE_DOUBT, JW_DELIVERY_SENDING, true, false, true },
    { JW_DCHANGE_REAP_QUEUE, JW_DELIVERY_SENDING, false, false, false },
    { JW_DCHANGE_REAP_DOUBT, JW_DELIVERY_SENDING, true, false, true },
    { JW_DCHANGE_RESEND, JW_DELIVERY_UNKNOWN, true, false, true },
    { JW_DCHANGE_GIVE_UP, JW_DELIVERY_UNKNOWN, true, true, true },
    { JW_DCHANGE_NOT_AGAIN, JW_DELIVERY_UNKNOWN, true, false, true },
    { JW_DCHANGE_RETURNED, JW_DELIVERY_SENT, true, false, true },
    { JW_DCHANGE_RETURNED, JW_DELIVERY_FAILED, true, true, true },
};

static JwDelivery *
get(JobsKit *kit, const char *id)
{
    g_autoptr(GError) error = NULL;
    JwDelivery *delivery = NULL;

    assert_ok(jw_store_get_delivery(kit->jobs.store, id, &delivery, &error), error);
    return delivery;
}

/* (transfer full) */
static JwDelivery *
new_delivery(JobsKit *kit, JwDeliveryState state, bool sent, bool resent)
{
    static int number;
    g_autofree char *job_id = g_strdup_printf("job-%d", number++);
    JwDelivery *delivery = jw_delivery_new(job_id, "ann@example.com", KIT_NOW);
    const JwDelivery *all[] = { delivery };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    delivery->state = state;
    delivery->token = 4;
    delivery->data_sent = sent;
    delivery->resends = resent ? 1 : 0;
    assert_ok(jw_store_create_deliveries(kit->jobs.store, all, 1, &create, &error), error);
    tk_clock_advance(&kit->ports->clock.fake, 1000);
    return delivery;
}

static void
assert_changed(JobsKit *kit, size_t row, const JwDelivery *before)
{
    g_autoptr(JwDelivery) delivery = get(kit, before->id);

    assert_int_equal(delivery->state, jw_delivery_rule(changes[row].transition)->to);
    assert_int_equal(delivery->outbox->len, changes[row].event);
    if (changes[row].event) { /* it tells of the delivery as it is now */
        const JwOutboxEntry *event = g_ptr_array_index(delivery->outbox, 0);
        g_autofree char *now =
            g_strdup_printf("\"state\":\"%s\"", jw_delivery_state_name(delivery->state));
        const char *twice =
            delivery->maybe_duplicate ? "\"maybeDuplicate\":true" : "\"maybeDuplicate\":false";

        assert_non_null(strstr(event->body, twice));
        assert_non_null(strstr(event->body, "\"reply\":\"250\""));
        assert_non_null(strstr(event->body, now));
    }
    assert_int_equal(delivery->resends,
                     before->resends + (changes[row].transition == JW_DCHANGE_RESEND));
}

/* @doubt: 0 none, 1 not done, 2 done; then @times calls fail. */
static void
change_each(JobsKit *kit, int doubt, int times)
{
    for (size_t row = 0; row < G_N_ELEMENTS(changes); row++) {
        g_autoptr(JwDelivery) delivery =
            new_delivery(kit, changes[row].from, changes[row].sent, changes[row].resent);
        const JwDeliveryChange change = { .transition = changes[row].transition, .reply = "250" };
        g_autoptr(GError) error = NULL;
        JwCas cas = JW_CAS_LOST;

        (void)kit_calls(kit);
        if (doubt > 0) {
            kit_doubt(kit, doubt == 2, times);
        }
        bool ok = jw_jobs_change_delivery(&kit->jobs, delivery, &change, NULL, &cas, &error);
        jw_store_mem_then_fail(kit->jobs.store, 0, JW_ERROR_INTERNAL);
        if (times > 1) {
            assert_false(ok);
            assert_jw_error(error, JW_ERROR_IN_DOUBT, "*");
            assert_int_equal(kit_calls(kit), 3);
            continue;
        }
        assert_ok(ok, error);
        assert_int_equal(cas, JW_CAS_WON);
        assert_int_equal(kit_calls(kit), doubt == 0 ? 1 : 2 + times + (doubt == 1));
        assert_changed(kit, row, delivery);
        /* once more: lost, without a read */
        if (changes[row].transition != JW_DCHANGE_MARK) {
            assert_ok(jw_jobs_change_delivery(&kit->jobs, delivery, &change, NULL, &cas, &error),
                      error);
            assert_int_equal(cas, JW_CAS_LOST);
            assert_int_equal(kit_calls(kit), 2); /* with the one of assert_changed() */
        }
    }
}

static void
test_won(void **state)
{
    change_each(*state, 0, 0);
    assert_int_equal(jw_relay_backlog(((JobsKit *)*state)->jobs.relay), 11);
}

static void
test_doubt(void **state)
{
    for (int doubt = 1; doubt <= 2; doubt++) {
        for (int times = 0; times <= 2; times++) {
            change_each(*state, doubt, times);
        }
    }
}

static void
test_claim(void **state)
{
    JobsKit *kit = *state;

    for (int doubt = 0; doubt <= 2; doubt++) {
        g_autoptr(JwDelivery) delivery = new_delivery(kit, JW_DELIVERY_QUEUED, false, false);
        g_autoptr(JwDelivery) claimed = NULL;
        g_autoptr(JwDelivery) second = NULL;
        g_autoptr(GError) error = NULL;

        if (doubt > 0) {
            kit_doubt(kit, doubt == 2, 0);
        }
        assert_ok(jw_jobs_claim_delivery(&kit->jobs, delivery->id, "host/1", &claimed, &error),
                  error);
        assert_int_equal(claimed->state, JW_DELIVERY_SENDING);
        assert_int_equal(claimed->token, 5);
        assert_true(g_str_has_prefix(claimed->owner, "host/1/"));
        assert_ok(jw_jobs_claim_delivery(&kit->jobs, delivery->id, "host/1", &second, &error),
                  error);
        assert_null(second);
    }
}

static void
take_away(gpointer data)
{
    void **args = data;
    JobsKit *kit = args[0];
    const JwDelivery *delivery = args[1];
    const JwDeliveryChange change = { .delivery_id = delivery->id,
                                      .transition = JW_DCHANGE_REAP_QUEUE,
                                      .now_ms = KIT_NOW,
                                      .token = delivery->token };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_change_delivery(kit->jobs.store, &change, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

static void
test_doubt_then_lost(void **state)
{
    JobsKit *kit = *state;

    for (size_t row = 0; row < G_N_ELEMENTS(changes); row++) {
        if (changes[row].from != JW_DELIVERY_SENDING || changes[row].sent
            || changes[row].transition == JW_DCHANGE_REAP_QUEUE) {
            continue;
        }
        g_autoptr(JwDelivery) delivery = new_delivery(kit, JW_DELIVERY_SENDING, false, false);
        const JwDeliveryChange change = { .transition = changes[row].transition };
        g_autoptr(GError) error = NULL;
        JwCas cas = JW_CAS_WON;

        kit_doubt(kit, false, 0);
        hook_clock_at(&kit->ports->clock, 3, take_away, (void *[]){ kit, delivery });
        assert_ok(jw_jobs_change_delivery(&kit->jobs, delivery, &change, NULL, &cas, &error),
                  error);
        assert_true(hook_clock_done(&kit->ports->clock));
        assert_int_equal(cas, JW_CAS_LOST);
    }
}

static const JwMessageWish wish = {
    .job_id = "019480a4-5f00-7000-8000-000000000001",
    .key = "expiry-7d:server-1",
    .recipient = "ann@M\xc3\xbcnchen.example",
    .subject = "Your server ends in 7 days",
    .text = "Dear Ann\n",
    .html = "<p>Dear Ann</p>",
    .not_before_ms = KIT_NOW + 5,
    .request_id = "req-1",
};

/* The message as it is wished, once for its key and recipient. */
static void
test_message(void **state)
{
    JobsKit *kit = *state;
    JwMessageWish other = wish;
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    for (int time = 0; time < 2; time++) {
        assert_ok(jw_jobs_create_message(&kit->jobs, &other, &create, &error), error);
        assert_int_equal(create, time == 0 ? JW_CREATE_NEW : JW_CREATE_EXISTS);
        other.job_id = "019480a4-5f00-7000-8000-000000000002"; /* the next run says it again */
        other.text = "another";
    }
    other.key = "expiry-1d:server-1";
    assert_ok(jw_jobs_create_message(&kit->jobs, &other, &create, &error), error);
    assert_int_equal(create, JW_CREATE_NEW);
    g_autoptr(JwDelivery) id =
        jw_delivery_new_message(wish.job_id, wish.key, "ann@xn--mnchen-3ya.example", KIT_NOW);
    g_autoptr(JwDelivery) delivery = get(kit, id->id);
    assert_int_equal(delivery->state, JW_DELIVERY_QUEUED);
    assert_int_equal(delivery->kind, JW_DELIVERY_MESSAGE);
    assert_string_equal(delivery->job_id, wish.job_id);
    assert_string_equal(delivery->recipient, "ann@xn--mnchen-3ya.example");
    assert_string_equal(delivery->subject, wish.subject);
    assert_string_equal(delivery->text, wish.text);
    assert_string_equal(delivery->html, wish.html);
    assert_string_equal(delivery->request_id, "req-1");
    assert_int_equal(delivery->not_before_ms, KIT_NOW + 5);
}

static void
test_bad_message(void **state)
{
    JobsKit *kit = *state;
    g_autofree char *long_subject = g_strnfill(JW_MESSAGE_SUBJECT_MAX + 1, 's');
    g_autofree char *long_text = g_strnfill(JW_MESSAGE_TEXT_MAX + 1, 't');
    const struct {
        const char *recipient, *subject, *text, *html, *pattern;
    } cases[] = {
        { NULL, "s", "t", NULL, "the recipient is no mail address*" },
        { "ann", "s", "t", NULL, "the recipient is no mail address*" },
        { "a@example.com\r\nBcc: b@example.com", "s", "t", NULL, "the recipient*" },
        { "a@example.com", NULL, "t", NULL, "the subject must be one line of 1 to 500*" },
        { "a@example.com", "", "t", NULL, "the subject*" },
        { "a@example.com", "s\r\nBcc: b@example.com", "t", NULL, "the subject*" },
        { "a@example.com", "s\xff", "t", NULL, "the subject*" },
        { "a@example.com", long_subject, "t", NULL, "the subject*" },
        { "a@example.com", "s", NULL, NULL, "the text must be UTF-8 of 1 to 1048576 bytes*" },
        { "a@example.com", "s", "\x07", NULL, "the text*" },
        { "a@example.com", "s", long_text, NULL, "the text*" },
        { "a@example.com", "s", "t", "", "the HTML*" },
        { "a@example.com", "s", "t", long_text, "the HTML*" },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        JwMessageWish bad = wish;
        g_autoptr(GError) error = NULL;
        JwCreate create = JW_CREATE_EXISTS;

        bad.recipient = cases[i].recipient;
        bad.subject = cases[i].subject;
        bad.text = cases[i].text;
        bad.html = cases[i].html;
        assert_false(jw_jobs_create_message(&kit->jobs, &bad, &create, &error));
        assert_jw_error(error, JW_ERROR_INVALID, cases[i].pattern);
        assert_int_equal(kit_calls(kit), 0);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_won),     TEST(test_doubt),       TEST(test_claim), TEST(test_doubt_then_lost),
        TEST(test_message), TEST(test_bad_message),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
