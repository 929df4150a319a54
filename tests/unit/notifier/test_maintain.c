/* test_maintain.c: the maintenance: what is due, whose sender died, what is in doubt; and the
 * counts on the job. */
#include "ntfkit.h"

#include <string.h>

static JwDeliveryState
state_of(NtfKit *kit, const char *id)
{
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);

    return delivery->state;
}

static void
test_due(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    kit_keep(&kit->ntf);
    assert_int_equal(jw_queue_length(kit->ntf.due), 0); /* just created: in some queue already */
    tk_clock_advance(&kit->ports->clock.fake, 1001);
    kit_keep(&kit->ntf);
    assert_int_equal(jw_queue_length(kit->ntf.due), 1);
    kit_keep(&kit->ntf); /* not again while the senders have enough to do */
    assert_int_equal(jw_queue_length(kit->ntf.due), 1);
    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_LATER, "421");
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    int64_t wait = delivery->not_before_ms - kit->ports->clock.fake.now_ms;
    tk_clock_advance(&kit->ports->clock.fake, wait - 1);
    kit_keep(&kit->ntf);
    assert_int_equal(kit_send_queued(&kit->ntf), 0);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    kit_keep(&kit->ntf);
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_SENT);
}

/* More due than the queue holds: all get their turn. */
static void
test_due_more_than_room(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id =
        kit_make_job(kit, "a@example.com b@example.com c@example.com d@example.com e@example.com");

    kit_complete_job(kit, job_id);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    assert_int_equal(kit_send_queued(&kit->ntf), 3);
    tk_clock_advance(&kit->ports->clock.fake, 1001);
    kit_keep(&kit->ntf);
    assert_int_equal(kit_send_queued(&kit->ntf), 2);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 5);
}

static void
test_dead_before_the_mark(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    kit_move(kit, id, JW_DCHANGE_CLAIM);
    kit_keep(&kit->ntf); /* first seen: the wait begins */
    tk_clock_advance(&kit->ports->clock.fake, 149999);
    kit_keep(&kit->ntf);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_SENDING);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    kit_keep(&kit->ntf);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    assert_int_equal(delivery->state, JW_DELIVERY_QUEUED);
    assert_int_equal(delivery->token, 2);
    assert_false(delivery->maybe_duplicate);
    assert_int_equal(delivery->resends, 0);
    tk_clock_advance(&kit->ports->clock.fake, 1001);
    kit_keep(&kit->ntf);
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_SENT);
}

/* In doubt → once more with the same Message-ID, flagged → in doubt again → given up. */
static void
test_dead_behind_the_mark(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    kit_move(kit, id, JW_DCHANGE_CLAIM);
    kit_keep(&kit->ntf);
    tk_clock_advance(&kit->ports->clock.fake, 100000);
    kit_move(kit, id, JW_DCHANGE_MARK); /* it moved: the wait begins anew */
    kit_keep(&kit->ntf);
    tk_clock_advance(&kit->ports->clock.fake, 149999);
    kit_keep(&kit->ntf);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_SENDING);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    kit_keep(&kit->ntf);
    g_autoptr(JwDelivery) unknown = kit_get(kit, id);
    assert_int_equal(unknown->state, JW_DELIVERY_UNKNOWN);
    assert_int_equal(unknown->token, 2);
    assert_non_null(strstr(unknown->reply, "nobody knows"));
    assert_int_equal(kit_events(unknown->outbox, JW_TYPE_DELIVERY_CHANGED), 1);

    tk_clock_advance(&kit->ports->clock.fake, 120000);
    kit_keep(&kit->ntf);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_UNKNOWN);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    kit_keep(&kit->ntf);
    g_autoptr(JwDelivery) again = kit_get(kit, id);
    assert_int_equal(again->state, JW_DELIVERY_QUEUED);
    assert_int_equal(again->resends, 1);
    assert_true(again->maybe_duplicate);
    assert_string_equal(again->message_id, unknown->message_id);

    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_UNKNOWN, "gone");
    ntf_send(&kit->ntf, id);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_UNKNOWN);
    tk_clock_advance(&kit->ports->clock.fake, 120001);
    kit_keep(&kit->ntf);
    g_autoptr(JwDelivery) end = kit_get(kit, id);
    assert_int_equal(end->state, JW_DELIVERY_FAILED);
    assert_non_null(strstr(end->reply, "in doubt twice"));
    assert_true(end->maybe_duplicate);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
    kit_keep(&kit->ntf);
    assert_int_equal(kit_send_queued(&kit->ntf), 0);
}

/* In doubt, of a job that wants it at most once, or of a notifier that does: never sent again; what
 * the job asks for comes first. */
static void
test_at_most_once(void **state G_GNUC_UNUSED)
{
    static const struct {
        JwInDoubt asked;
        const char *configured; /* NULL: not */
        size_t mails;
    } cases[] = {
        { JW_IN_DOUBT_DEFAULT, NULL, 2 },
        { JW_IN_DOUBT_DEFAULT, "at_least_once", 2 },
        { JW_IN_DOUBT_DEFAULT, "at_most_once", 1 },
        { JW_IN_DOUBT_AT_MOST_ONCE, "at_least_once", 1 },
        { JW_IN_DOUBT_AT_LEAST_ONCE, "at_most_once", 2 },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autoptr(JwJob) job = kit_new_job(kit->ports);
        const bool again = cases[i].mails == 2;

        job->recipients = g_strsplit("ann@example.com", " ", -1);
        job->in_doubt = cases[i].asked;
        kit->ntf.config.in_doubt = (char *)(uintptr_t)cases[i].configured;
        g_autofree char *job_id = kit_insert_job(kit->ports, job);
        kit_complete_job(kit, job_id);
        assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
        g_autofree char *id = jw_queue_pop(kit->ntf.due, 0);
        jw_mail_mem_next(kit->ntf.mail, JW_MAIL_UNKNOWN, "gone");
        ntf_send(&kit->ntf, id);
        tk_clock_advance(&kit->ports->clock.fake, 120000);
        kit_keep(&kit->ntf);
        assert_int_equal(state_of(kit, id), JW_DELIVERY_UNKNOWN); /* as long as it may be told */
        for (int round = 0; round < 3; round++) {
            tk_clock_advance(&kit->ports->clock.fake, HOUR);
            kit_keep(&kit->ntf);
            (void)kit_send_queued(&kit->ntf);
        }
        g_autoptr(JwDelivery) end = kit_get(kit, id);
        assert_int_equal(end->state, again ? JW_DELIVERY_SENT : JW_DELIVERY_FAILED);
        assert_int_equal(jw_mail_mem_count(kit->ntf.mail), cases[i].mails);
        assert_int_equal(end->maybe_duplicate, again);
        assert_int_equal(end->attempts, cases[i].mails);
        if (!again) {
            assert_non_null(strstr(end->reply, "in doubt: the mail may have arrived"));
        }
    }
}

/* Claimed anew between two looks: the token distinguishes the claims. */
static void
test_claimed_anew(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);

    kit_move(kit, id, JW_DCHANGE_CLAIM);
    kit_keep(&kit->ntf);
    tk_clock_advance(&kit->ports->clock.fake, 149000);
    kit_move(kit, id, JW_DCHANGE_LATER);
    kit_move(kit, id, JW_DCHANGE_CLAIM);
    tk_clock_advance(&kit->ports->clock.fake, 149000);
    kit_keep(&kit->ntf);
    tk_clock_advance(&kit->ports->clock.fake, 149999);
    kit_keep(&kit->ntf);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_SENDING);
    tk_clock_advance(&kit->ports->clock.fake, 1);
    kit_keep(&kit->ntf);
    assert_int_equal(state_of(kit, id), JW_DELIVERY_QUEUED);
}

/* The sender takes its mark between the maintenance's look and its change: nothing is taken from
 * it. */
typedef struct {
    NtfKit *kit;
    const char *id;
} Deed;

static void
mark(gpointer data)
{
    Deed *deed = data;

    if (state_of(deed->kit, deed->id) == JW_DELIVERY_SENDING) {
        (void)kit_try_move(deed->kit, deed->id, JW_DCHANGE_MARK);
    }
}

static void
test_mark_in_the_last_moment(void **state G_GNUC_UNUSED)
{
    size_t saved = 0;

    for (int n = 1; n < 20; n++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        Deed deed = { kit, id };

        kit_move(kit, id, JW_DCHANGE_CLAIM);
        kit_keep(&kit->ntf);
        tk_clock_advance(&kit->ports->clock.fake, 150000);
        hook_clock_at(&kit->ports->clock, n, mark, &deed);
        kit_keep(&kit->ntf);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        if (delivery->data_sent) {
            assert_int_equal(delivery->state, JW_DELIVERY_SENDING);
            assert_int_equal(delivery->token, 1);
            saved++;
        } else {
            assert_int_equal(delivery->state, JW_DELIVERY_QUEUED);
        }
        if (!ran) {
            break;
        }
    }
    assert_true(saved > 0);
}

static void
test_counts(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id =
        kit_make_job(kit, "a@example.com b@example.com c@example.com d@example.com e@example.com");
    g_autoptr(GPtrArray) list = NULL;
    g_autoptr(GError) error = NULL;
    static const JwMailOutcome outcomes[] = { JW_MAIL_SENT, JW_MAIL_BOUNCED, JW_MAIL_FAILED,
                                              JW_MAIL_UNKNOWN, JW_MAIL_FAILED };

    kit_complete_job(kit, job_id);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    assert_ok(jw_store_list_deliveries(kit->ntf.store, job_id, &list, &error), error);
    for (guint i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        jw_mail_mem_next(kit->ntf.mail, outcomes[i], "x");
        ntf_send(&kit->ntf, ((JwDelivery *)g_ptr_array_index(list, i))->id);
    }
    assert_ok(ntf_roll_up(&kit->ntf, job_id, &error), error);
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_int_equal(job->deliveries.total, 5);
    assert_int_equal(job->deliveries.sent, 1);
    assert_int_equal(job->deliveries.bounced, 1);
    assert_int_equal(job->deliveries.failed, 2);
}

/* A delivery that cannot be read holds up no other; as its own end is not known, neither is that of
 * the mail. */
static void
test_beside_an_unreadable_delivery(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "a@example.com b@example.com");
    g_autoptr(GError) error = NULL;

    kit_complete_job(kit, job_id);
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    g_autofree char *broken = jw_queue_pop(kit->ntf.due, 0);
    g_autofree char *good = jw_queue_pop(kit->ntf.due, 0);
    jw_store_mem_corrupt(kit->ntf.store, broken);
    tk_clock_advance(&kit->ports->clock.fake, 1001);
    kit_keep(&kit->ntf);
    assert_int_equal(kit_send_queued(&kit->ntf), 1);
    g_autoptr(JwDelivery) sent = kit_get(kit, good);
    assert_int_equal(sent->state, JW_DELIVERY_SENT);
    assert_ok(ntf_roll_up(&kit->ntf, job_id, &error), error);
    g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
    assert_int_equal(job->deliveries.sent, 1);
    assert_true(job->mail_pending);
}

/* Another notifier changes a delivery, and rolls up or dies, at any step of ours: the counts end
 * true. */
typedef struct {
    NtfKit *kit;
    const char *job_id, *id;
    bool rolls_up;
} Other;

static void
send_other(gpointer data)
{
    Other *other = data;
    g_autoptr(GError) error = NULL;

    ntf_send(&other->kit->ntf, other->id);
    if (other->rolls_up) {
        assert_ok(ntf_roll_up(&other->kit->ntf, other->job_id, &error), error);
    }
}

static void
test_counts_with_another(void **state G_GNUC_UNUSED)
{
    for (int rolls_up = 0; rolls_up < 2; rolls_up++) {
        for (int n = 1; n < 20; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *job_id = kit_make_job(kit, "a@example.com b@example.com");
            g_autoptr(GError) error = NULL;

            kit_complete_job(kit, job_id);
            assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
            g_autofree char *first = jw_queue_pop(kit->ntf.due, 0);
            g_autofree char *second = jw_queue_pop(kit->ntf.due, 0);
            Other other = { kit, job_id, second, rolls_up };
            ntf_send(&kit->ntf, first);
            hook_clock_at(&kit->ports->clock, n, send_other, &other);
            assert_ok(ntf_roll_up(&kit->ntf, job_id, &error), error);
            bool ran = hook_clock_done(&kit->ports->clock);
            g_autoptr(JwJob) job = kit_job(kit->ports, job_id);
            assert_int_equal(job->deliveries.sent, ran ? 2 : 1);
            if (!ran) {
                break;
            }
        }
    }
}

/* The `completed` event was lost, and then each `delivery.changed`: the mails go out and are
 * counted, once. */
static void
test_events_lost(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "ann@example.com ben@example.com");

    kit_complete_job(kit, job_id);
    tk_clock_advance(&kit->ports->clock.fake, NTF_MAIL_AFTER_MS);
    kit_keep(&kit->ntf);
    tk_clock_advance(&kit->ports->clock.fake, 1001);
    kit_keep(&kit->ntf);
    assert_int_equal(kit_send_queued(&kit->ntf), 0); /* its event may still be on its way */
    kit_look_again(kit);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
    g_autoptr(JwJob) before = kit_job(kit->ports, job_id);
    assert_int_equal(before->deliveries.total, 2);
    assert_int_equal(before->deliveries.sent, 0);
    assert_true(before->mail_pending);
    kit_look_again(kit);
    g_autoptr(JwJob) after = kit_job(kit->ports, job_id);
    assert_int_equal(after->deliveries.sent, 2);
    assert_false(after->mail_pending);
    for (int i = 0; i < 3; i++) {
        kit_look_again(kit);
    }
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
    /* the event comes after all: it changes nothing */
    assert_int_equal(kit_completed(kit, job_id), JW_VERDICT_DONE);
    (void)kit_send_queued(&kit->ntf);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
}

/* One delivery was created and has ended, the other was never created: the job is not done. */
static void
test_one_delivery_missing(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *job_id = kit_make_job(kit, "ann@example.com ben@example.com");
    g_autoptr(JwDelivery) delivery = jw_delivery_new(job_id, "ann@example.com", KIT_NOW);
    const JwDelivery *list[] = { delivery };
    g_autoptr(GError) error = NULL;
    JwCreate create = JW_CREATE_EXISTS;

    kit_complete_job(kit, job_id);
    assert_ok(jw_store_create_deliveries(kit->ntf.store, list, 1, &create, &error), error);
    ntf_send(&kit->ntf, delivery->id);
    assert_ok(ntf_roll_up(&kit->ntf, job_id, &error), error);
    g_autoptr(JwJob) before = kit_job(kit->ports, job_id);
    assert_int_equal(before->deliveries.sent, 1);
    assert_true(before->mail_pending);
    kit_look_again(kit);
    kit_look_again(kit);
    g_autoptr(JwJob) after = kit_job(kit->ports, job_id);
    assert_int_equal(after->deliveries.sent, 2);
    assert_false(after->mail_pending);
}

/* The report is sent again, and who asked for it died before the deliveries were made: they are,
 * and counted, and each is a mail of its own. */
static void
test_resend_that_was_left(void **state)
{
    NtfKit *kit = *state;
    g_autofree char *id = kit_delivery(kit);
    g_autoptr(JwDelivery) first = kit_get(kit, id);
    char *to[] = { (char[]){ "ann@example.com" }, (char[]){ "new@example.com" }, NULL };
    const JwResend resend = { .id = (char[]){ "r-1" }, .at_ms = KIT_NOW + HOUR, .recipients = to };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    jw_mail_mem_next(kit->ntf.mail, JW_MAIL_FAILED, "554 no");
    ntf_send(&kit->ntf, id);
    kit_look_again(kit);
    g_autoptr(JwJob) ended = kit_job(kit->ports, first->job_id);
    assert_false(ended->mail_pending);
    assert_int_equal(ended->deliveries.failed, 1);
    assert_ok(jw_store_add_resend(kit->ntf.store, ended, &resend, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
    tk_clock_advance(&kit->ports->clock.fake, 2 * HOUR);
    kit_look_again(kit);
    kit_look_again(kit);
    kit_look_again(kit);
    assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 2);
    g_autoptr(JwJob) after = kit_job(kit->ports, first->job_id);
    assert_memory_equal(&after->deliveries, &((JwDeliveryCounts){ 2, 2, 0, 0, 0 }),
                        sizeof after->deliveries);
    assert_false(after->mail_pending);
    g_autoptr(JwDelivery) again = jw_delivery_new_resend(first->job_id, 1, to[0], KIT_NOW);
    g_autofree char *mail = kit_message(kit, 0);
    g_autofree char *other = kit_message(kit, 1);
    const char *mine = strstr(mail, "ann@") != NULL ? mail : other;
    assert_non_null(strstr(mine, again->message_id));
    assert_non_null(strstr(mine, "Date: Mon, 11 Jan 2021 01:00:00 +0000")); /* of the resend */
}

/* A resend while the counts of the mails before are written: it keeps the job's mail pending. */
static void
add_resend(gpointer data)
{
    void **args = data;
    NtfKit *kit = args[0];
    g_autoptr(JwJob) job = kit_job(kit->ports, args[1]);
    char *to[] = { (char[]){ "new@example.com" }, NULL };
    const JwResend resend = { .id = (char[]){ "r-1" }, .at_ms = KIT_NOW, .recipients = to };
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    assert_ok(jw_store_add_resend(kit->ntf.store, job, &resend, &cas, NULL, &error), error);
    assert_int_equal(cas, JW_CAS_WON);
}

static void
test_resend_meets_the_count(void **state G_GNUC_UNUSED)
{
    bool ran = true;

    for (int n = 1; ran; n++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        g_autoptr(GError) error = NULL;

        ntf_send(&kit->ntf, id);
        hook_clock_at(&kit->ports->clock, n, add_resend, (void *[]){ kit, delivery->job_id });
        assert_ok(ntf_roll_up(&kit->ntf, delivery->job_id, &error), error);
        ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwJob) job = kit_job(kit->ports, delivery->job_id);
        assert_int_equal(job->mail_pending, ran);
    }
}

static size_t
count_pending(NtfKit *kit)
{
    JwJobScan scan = { .mail_pending = true, .limit = 10000 };
    g_autoptr(GPtrArray) jobs = NULL;
    g_autoptr(GError) error = NULL;

    assert_ok(jw_store_scan_jobs(kit->ntf.store, &scan, &jobs, &error), error);
    return jobs->len;
}

/* Refused, failed, or without a report to send: not read again without end. */
static void
test_mail_that_ends_badly(void **state)
{
    static const JwMailOutcome outcomes[] = { JW_MAIL_BOUNCED, JW_MAIL_FAILED };
    NtfKit *kit = *state;
    g_autofree char *empty = kit_make_job(kit, "ann@example.com");

    for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        g_autofree char *id = kit_delivery(kit);
        jw_mail_mem_next(kit->ntf.mail, outcomes[i], "5xx");
        ntf_send(&kit->ntf, id);
    }
    kit_change(kit->ports, (JwJobChange){ .job_id = empty,
                                          .transition = JW_CHANGE_FINISH,
                                          .token = kit_claim(kit->ports, empty) });
    assert_int_equal(count_pending(kit), 3);
    kit_look_again(kit);
    assert_int_equal(count_pending(kit), 0);
}

/* More jobs than a page, one of which cannot be kept: the others behind it have their turn. */
static void
test_pages_of_mail(void **state)
{
    enum { N_JOBS = 2 * NTF_MAIL_PAGE + 1 };
    NtfKit *kit = *state;
    g_autoptr(GError) error = NULL;
    size_t kept = 0;

    for (int i = 0; i < N_JOBS; i++) {
        g_autofree char *job_id = kit_make_job(kit, "ann@example.com");
        kit_complete_job(kit, job_id);
    }
    tk_clock_advance(&kit->ports->clock.fake, NTF_MAIL_AFTER_MS + 1);
    /* behind the three scans of deliveries and the one of jobs: the first job's first call */
    jw_store_mem_fail_nth(kit->ntf.store, 5, JW_ERROR_INTERNAL, false);
    assert_false(ntf_maintain(&kit->ntf, &error));
    for (int i = 0; i < 3; i++) {
        tk_clock_advance(&kit->ports->clock.fake, 1);
        kit_keep(&kit->ntf);
    }
    JwJobScan scan = { .limit = 10000 };
    g_autoptr(GPtrArray) jobs = NULL;
    assert_true(jw_store_scan_jobs(kit->ntf.store, &scan, &jobs, NULL));
    for (guint i = 0; i < jobs->len; i++) {
        kept += ((JwJob *)g_ptr_array_index(jobs, i))->deliveries.total == 1;
    }
    assert_int_equal(kept, N_JOBS - 1);
    tk_clock_advance(&kit->ports->clock.fake, NTF_MAIL_PAUSE_MS);
    for (int i = 0; i < 3; i++) {
        kit_keep(&kit->ntf);
    }
    g_clear_pointer(&jobs, g_ptr_array_unref);
    assert_true(jw_store_scan_jobs(kit->ntf.store, &scan, &jobs, NULL));
    for (guint i = 0; i < jobs->len; i++) {
        assert_int_equal(((JwJob *)g_ptr_array_index(jobs, i))->deliveries.total, 1);
    }
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_due),
        TEST(test_due_more_than_room),
        TEST(test_dead_before_the_mark),
        TEST(test_dead_behind_the_mark),
        cmocka_unit_test(test_at_most_once),
        TEST(test_claimed_anew),
        cmocka_unit_test(test_mark_in_the_last_moment),
        TEST(test_counts),
        cmocka_unit_test(test_counts_with_another),
        TEST(test_beside_an_unreadable_delivery),
        TEST(test_events_lost),
        TEST(test_one_delivery_missing),
        TEST(test_resend_that_was_left),
        cmocka_unit_test(test_resend_meets_the_count),
        TEST(test_mail_that_ends_badly),
        TEST(test_pages_of_mail),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
