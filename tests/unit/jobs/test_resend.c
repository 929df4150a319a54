/* test_resend.c: the report of a job is sent again: to whom, once for each request, whatever fails
 * and whoever else asks; and what the counts are then. */
#include "jobskit.h"
#include "jw/jobs_mails.h"

#include <string.h>

#define ANN "ann@example.com"
#define BEN "ben@example.com"
#define CAT "cat@example.com"
#define DAN "dan@example.com"

static void
create(JobsKit *kit, const JwDelivery *delivery)
{
    g_autoptr(GError) error = NULL;
    JwCreate answer = JW_CREATE_EXISTS;

    assert_ok(jw_store_create_deliveries(kit->jobs.store, &delivery, 1, &answer, &error), error);
    assert_int_equal(answer, JW_CREATE_NEW);
}

/* A completed job that was mailed to ann (sent), ben (failed), cat (bounced), dan (@dan). (transfer
 * full): its id */
static char *
mailed_job(JobsKit *kit, JwDeliveryState dan)
{
    static const char *const names[] = { ANN, BEN, CAT, DAN };
    const JwDeliveryState states[] = { JW_DELIVERY_SENT, JW_DELIVERY_FAILED, JW_DELIVERY_BOUNCED,
                                       dan };
    g_autoptr(JwJob) job = kit_new_job(kit->ports);

    job->recipients = g_strsplit(ANN " " BEN " " CAT " " DAN, " ", -1);
    char *id = kit_insert_job(kit->ports, job);
    kit_complete(kit->ports, id, "a\r\n", "a.csv", 0);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(JwDelivery) delivery = jw_delivery_new(id, names[i], KIT_NOW);
        delivery->state = states[i];
        create(kit, delivery);
    }
    return id;
}

/* The recipients of a round, joined; "" when there is no such round. (transfer full) */
static char *
recipients_of(const JwJob *job, int round)
{
    return round > 0 ? g_strjoinv(
               " ", ((JwResend *)g_ptr_array_index(job->resends, round - 1))->recipients)
                     : g_strdup("");
}

static GPtrArray *
deliveries_of(JobsKit *kit, const char *id)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *deliveries = NULL;

    assert_ok(jw_store_list_deliveries(kit->jobs.store, id, &deliveries, &error), error);
    return deliveries;
}

static JwResent
resend(JobsKit *kit, const char *id, const JwResendWish *wish, int *ret_round, JwJob **ret_job)
{
    g_autoptr(GError) error = NULL;
    JwResent resent = JW_RESENT_GONE;

    assert_ok(jw_jobs_resend(&kit->jobs, id, wish, &resent, ret_round, ret_job, &error), error);
    return resent;
}

static void
test_to_whom(void **state)
{
    JobsKit *kit = *state;
    static const struct {
        bool failed;
        const char *to[4];
        JwDeliveryState dan;
        JwResent resent;
        const char *recipients, *skipped;
    } cases[] = {
        { true, { NULL }, JW_DELIVERY_SENT, JW_RESENT_NEW, BEN " " CAT, NULL },
        { true, { NULL }, JW_DELIVERY_FAILED, JW_RESENT_NEW, BEN " " CAT " " DAN, NULL },
        { true, { NULL }, JW_DELIVERY_QUEUED, JW_RESENT_NEW, BEN " " CAT, NULL },
        { true, { NULL }, JW_DELIVERY_UNKNOWN, JW_RESENT_NEW, BEN " " CAT, NULL },
        { false, { ANN }, JW_DELIVERY_SENT, JW_RESENT_NEW, ANN, NULL },
        { false,
          { "new@example.com", ANN, ANN },
          JW_DELIVERY_SENT,
          JW_RESENT_NEW,
          "new@example.com " ANN,
          NULL },
        { false, { "ann@EXAMPLE.com" }, JW_DELIVERY_SENT, JW_RESENT_NEW, "ann@EXAMPLE.com", NULL },
        { false, { DAN, ANN }, JW_DELIVERY_SENDING, JW_RESENT_NEW, ANN, DAN },
        { false, { DAN }, JW_DELIVERY_QUEUED, JW_RESENT_NOBODY, "", NULL },
        { false, { DAN }, JW_DELIVERY_UNKNOWN, JW_RESENT_NOBODY, "", NULL },
        { true, { ANN, BEN }, JW_DELIVERY_SENT, JW_RESENT_NEW, BEN " " CAT " " ANN, NULL },
        { false, { NULL }, JW_DELIVERY_SENT, JW_RESENT_NOBODY, "", NULL },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *id = mailed_job(kit, cases[i].dan);
        const JwResendWish wish = { .failed = cases[i].failed,
                                    .recipients = cases[i].to,
                                    .by = "u-1" };
        g_autoptr(JwJob) job = NULL;
        int round = -1;

        assert_int_equal(resend(kit, id, &wish, &round, &job), cases[i].resent);
        g_autofree char *recipients = recipients_of(job, round);
        assert_string_equal(recipients, cases[i].recipients);
        if (round > 0) {
            const JwResend *kept = g_ptr_array_index(job->resends, 0);
            assert_string_equal(kept->by, "u-1");
            assert_int_equal(kept->skipped != NULL, cases[i].skipped != NULL);
            if (cases[i].skipped != NULL) {
                assert_string_equal(kept->skipped[0], cases[i].skipped);
            }
        }
        g_autoptr(GPtrArray) deliveries = deliveries_of(kit, id);
        g_auto(GStrv) each = g_strsplit(recipients, " ", -1);
        assert_int_equal(deliveries->len, 4 + g_strv_length(each));
    }
}

static void
test_nothing_to_send(void **state)
{
    JobsKit *kit = *state;
    const JwResendWish wish = { .failed = true };
    g_autoptr(JwJob) pending = kit_new_job(kit->ports);
    g_autofree char *id = kit_insert_job(kit->ports, pending);
    int round = -1;

    assert_int_equal(resend(kit, id, &wish, &round, NULL), JW_RESENT_GONE);
    assert_int_equal(resend(kit, "019480a4-5f00-7000-8000-00000000dead", &wish, &round, NULL),
                     JW_RESENT_GONE);
    assert_int_equal(round, 0);
}

/* The same request is the same round, whatever became of its mails; another of its id is refused.
 */
static void
test_once(void **state)
{
    JobsKit *kit = *state;
    g_autofree char *id = mailed_job(kit, JW_DELIVERY_SENT);
    JwResendWish wish = { .failed = true, .id = "key-1", .request_hash = "abc" };
    int round = 0;

    assert_int_equal(resend(kit, id, &wish, &round, NULL), JW_RESENT_NEW);
    assert_int_equal(round, 1);
    /* all that failed are on their way: another request finds nobody */
    const JwResendWish other = { .failed = true, .id = "key-2", .request_hash = "abc" };
    assert_int_equal(resend(kit, id, &other, &round, NULL), JW_RESENT_NOBODY);
    for (int i = 0; i < 2; i++) {
        g_autoptr(JwJob) job = NULL;
        assert_int_equal(resend(kit, id, &wish, &round, &job), JW_RESENT_REPLAYED);
        assert_int_equal(round, 1);
        assert_int_equal(job->resends->len, 1);
    }
    wish.request_hash = "another";
    assert_int_equal(resend(kit, id, &wish, &round, NULL), JW_RESENT_KEY_REUSED);
    assert_int_equal(round, 0);
    g_autoptr(GPtrArray) deliveries = deliveries_of(kit, id);
    assert_int_equal(deliveries->len, 6);
}

/* Each store call fails, done or not; then the client asks again: one round, two mails. */
static void
test_each_call_fails(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1;; n++) {
            void *own = NULL;
            assert_int_equal(kit_setup(&own), 0);
            JobsKit *kit = own;
            g_autofree char *id = mailed_job(kit, JW_DELIVERY_SENT);
            const JwResendWish wish = { .failed = true, .id = "key", .request_hash = "abc" };
            g_autoptr(GError) error = NULL;
            JwResent resent = JW_RESENT_GONE;
            int round = 0;

            kit_fault_at(kit->ports, n, kit_faults[f]);
            bool ok = jw_jobs_resend(&kit->jobs, id, &wish, &resent, &round, NULL, &error);
            bool met = kit_fault_met(kit->ports);
            assert_true(ok || met);
            assert_true(!ok || round == 1);
            resent = resend(kit, id, &wish, &round, NULL);
            assert_true(resent == JW_RESENT_REPLAYED || (!ok && resent == JW_RESENT_NEW));
            g_autoptr(GPtrArray) deliveries = deliveries_of(kit, id);
            assert_int_equal(deliveries->len, 6);
            g_autoptr(JwJob) job = kit_job(kit->ports, id);
            assert_int_equal(job->resends->len, 1);
            assert_true(job->mail_pending);
            kit_teardown(&own);
            if (!met) {
                assert_true(n > 4);
                break;
            }
        }
    }
}

/* Another request comes between any two steps of ours: nobody gets two. */
static void
resend_other(gpointer data)
{
    void **args = data;
    const JwResendWish wish = { .failed = true, .id = "other" };
    int round = 0;

    (void)resend(args[0], args[1], &wish, &round, NULL);
}

static void
test_two_at_once(void **state)
{
    JobsKit *kit = *state;
    bool ran = true;

    for (int n = 1; ran; n++) {
        g_autofree char *id = mailed_job(kit, JW_DELIVERY_SENT);
        const JwResendWish wish = { .failed = true, .id = "ours" };
        int round = 0;

        hook_clock_at(&kit->ports->clock, n, resend_other, (void *[]){ kit, id });
        (void)resend(kit, id, &wish, &round, NULL);
        ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(GPtrArray) deliveries = deliveries_of(kit, id);
        g_autoptr(JwJob) job = kit_job(kit->ports, id);
        assert_int_equal(deliveries->len, 6);
        assert_int_equal(job->resends->len, 1);
    }
}

static void
test_too_often(void **state)
{
    JobsKit *kit = *state;
    g_autofree char *id = mailed_job(kit, JW_DELIVERY_SENT);
    int round = 0;

    for (int i = 1; i <= JW_RESENDS_MAX; i++) {
        g_autofree char *to = g_strdup_printf("new-%d@example.com", i);
        const JwResendWish wish = { .recipients = (const char *const[]){ to, NULL } };
        assert_int_equal(resend(kit, id, &wish, &round, NULL), JW_RESENT_NEW);
        assert_int_equal(round, i);
    }
    const JwResendWish wish = { .recipients = (const char *const[]){ ANN, NULL } };
    assert_int_equal(resend(kit, id, &wish, &round, NULL), JW_RESENT_TOO_OFTEN);
}

/* Nor is the job's document to grow without bound by few rounds to many. */
static void
test_to_too_many(void **state)
{
    JobsKit *kit = *state;
    g_autofree char *id = mailed_job(kit, JW_DELIVERY_SENT);
    g_auto(GStrv) many = g_new0(char *, JW_RESENT_TO_MAX);
    int round = 0;

    for (int i = 0; i < JW_RESENT_TO_MAX - 1; i++) {
        many[i] = g_strdup_printf("new-%d@example.com", i);
    }
    const JwResendWish most = { .recipients = (const char *const *)many };
    assert_int_equal(resend(kit, id, &most, &round, NULL), JW_RESENT_NEW);
    const JwResendWish two = { .recipients = (const char *const[]){ ANN, BEN, NULL } };
    assert_int_equal(resend(kit, id, &two, &round, NULL), JW_RESENT_TOO_OFTEN);
    const JwResendWish one = { .recipients = (const char *const[]){ ANN, NULL } };
    assert_int_equal(resend(kit, id, &one, &round, NULL), JW_RESENT_NEW);
}

static void
assert_counts(JobsKit *kit, const char *id, JwDeliveryCounts expected)
{
    g_autoptr(JwJob) job = kit_job(kit->ports, id);
    g_autoptr(GPtrArray) deliveries = deliveries_of(kit, id);
    const JwDeliveryCounts counts = jw_jobs_count_mails(job, deliveries);

    assert_memory_equal(&counts, &expected, sizeof counts);
}

/* Of each recipient the last mail counts, and of the job's own messages each. */
static void
test_counts(void **state)
{
    JobsKit *kit = *state;
    g_autofree char *id = mailed_job(kit, JW_DELIVERY_UNKNOWN);
    const JwResendWish wish = { .failed = true,
                                .recipients = (const char *const[]){ "new@example.com", NULL } };
    int round = 0;

    assert_counts(kit, id, (JwDeliveryCounts){ 4, 1, 1, 1, 1 });
    assert_int_equal(resend(kit, id, &wish, &round, NULL), JW_RESENT_NEW);
    assert_counts(kit, id, (JwDeliveryCounts){ 5, 1, 0, 0, 1 });
    g_autoptr(JwDelivery) again = jw_delivery_new_resend(id, 1, BEN, KIT_NOW);
    g_autoptr(GError) error = NULL;
    g_autoptr(JwDelivery) claimed = NULL;
    JwCas cas = JW_CAS_LOST;
    assert_ok(jw_jobs_claim_delivery(&kit->jobs, again->id, "p", &claimed, &error), error);
    const JwDeliveryChange sent = { .transition = JW_DCHANGE_SENT };
    assert_ok(jw_jobs_change_delivery(&kit->jobs, claimed, &sent, NULL, &cas, &error), error);
    assert_counts(kit, id, (JwDeliveryCounts){ 5, 2, 0, 0, 1 });
    g_autoptr(JwDelivery) message = jw_delivery_new_message(id, "k", "x@example.com", KIT_NOW);
    message->state = JW_DELIVERY_BOUNCED;
    create(kit, message);
    g_autoptr(JwDelivery) event = jw_delivery_new_event(id, "e", "hook", "{}", KIT_NOW);
    create(kit, event);
    assert_counts(kit, id, (JwDeliveryCounts){ 6, 2, 0, 1, 1 });
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, kit_setup, kit_teardown)
    const struct CMUnitTest tests[] = {
        TEST(test_to_whom),     TEST(test_nothing_to_send),
        TEST(test_once),        cmocka_unit_test(test_each_call_fails),
        TEST(test_two_at_once), TEST(test_too_often),
        TEST(test_to_too_many), TEST(test_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
