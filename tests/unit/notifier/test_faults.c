/* test_faults.c: each store call of a sender and of the maintenance fails, and others come between
 * any two of their steps: no mail goes out without its mark, none twice without the flag, and every
 * delivery ends. */
#include "ntfkit.h"

#define MAX_CALLS    40
#define MAX_READINGS 60
#define MAX_ROUNDS   20

/* After a sender's turn: a mail that went out has its mark. */
static void
send_and_check(NtfKit *kit, Ntf *ntf, const char *id)
{
    size_t before = jw_mail_mem_count(kit->ntf.mail);

    ntf_send(ntf, id);
    g_autoptr(JwDelivery) delivery = kit_get(kit, id);
    if (jw_mail_mem_count(kit->ntf.mail) > before) {
        assert_true(delivery->data_sent);
    }
}

/* Time passes, the maintenance keeps, senders send, until the delivery ends. */
static JwDelivery *
run_to_end(NtfKit *kit, Ntf *ntf, const char *id)
{
    for (int round = 0; round < MAX_ROUNDS; round++) {
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);

        if (delivery->finished_at_ms != 0) {
            return g_steal_pointer(&delivery);
        }
        tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
        kit_keep(ntf);
        (void)kit_send_queued(ntf);
    }
    fail_msg("the delivery does not end");
    return NULL;
}

static void
assert_sound(NtfKit *kit, const JwDelivery *delivery)
{
    size_t mails = jw_mail_mem_count(kit->ntf.mail);

    assert_int_equal(delivery->state, JW_DELIVERY_SENT);
    assert_true(mails >= 1);
    if (mails > 1) {
        assert_true(delivery->maybe_duplicate);
    }
    assert_in_range(mails, 1, 2);
}

/* @dies: the process ends with the fault, so that nothing is tried again by this sender. */
static void
fail_each_call(bool dies)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        for (int n = 1;; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *id = kit_delivery(kit);
            Ntf *second = &kit->second;

            if (dies) {
                kit->ntf.config.dead_after_ms = -2; /* no second try of any change */
            }
            kit_fault_at(kit->ports, n, kit_faults[f]);
            ntf_send(&kit->ntf, id);
            bool reached = kit_fault_met(kit->ports);
            g_autoptr(JwDelivery) delivery = kit_get(kit, id);
            if (jw_mail_mem_count(kit->ntf.mail) > 0) {
                assert_true(delivery->data_sent);
            }
            g_autoptr(JwDelivery) end = run_to_end(kit, second, id);
            if (end->state == JW_DELIVERY_FAILED) {
                /* the store reported that the report is damaged */
                assert_int_equal(kit_faults[f].code, JW_ERROR_CORRUPT);
                assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 0);
            } else {
                assert_sound(kit, end);
            }
            if (!dies && kit_faults[f].code != JW_ERROR_INTERNAL) {
                assert_in_range(jw_mail_mem_count(kit->ntf.mail), 0, 1);
            }
            if (!reached) {
                break;
            }
            assert_true(n < MAX_CALLS);
        }
    }
}

static void
test_every_call_fails(void **state G_GNUC_UNUSED)
{
    fail_each_call(false);
}

static void
test_dies_at_every_call(void **state G_GNUC_UNUSED)
{
    fail_each_call(true);
}

typedef struct {
    NtfKit *kit;
    Ntf *second;
    const char *id;
    bool reaps;
} Deed;

/* A maintenance elsewhere takes the sender for dead, by the rules of the mark, and its sender
 * sends. */
static void
take_away(gpointer data)
{
    Deed *deed = data;

    if (deed->reaps) {
        g_autoptr(JwDelivery) delivery = kit_get(deed->kit, deed->id);
        (void)kit_try_move(deed->kit, deed->id,
                           delivery->data_sent ? JW_DCHANGE_REAP_DOUBT : JW_DCHANGE_REAP_QUEUE);
    }
    ntf_send(deed->second, deed->id);
}

static void
at_every_reading(bool reaps)
{
    for (int n = 1;; n++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        Ntf *second = &kit->second;
        Deed deed = { kit, second, id, reaps };

        hook_clock_at(&kit->ports->clock, n, take_away, &deed);
        send_and_check(kit, &kit->ntf, id);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwDelivery) end = run_to_end(kit, second, id);
        assert_sound(kit, end);
        if (!reaps) {
            assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 1);
            assert_false(end->maybe_duplicate);
            assert_int_equal(kit_events(end->outbox, JW_TYPE_DELIVERY_CHANGED), 1);
        }
        if (!ran) {
            return;
        }
        assert_true(n < MAX_READINGS);
    }
}

static void
test_two_senders(void **state G_GNUC_UNUSED)
{
    at_every_reading(false);
}

static void
test_sender_taken_for_dead(void **state G_GNUC_UNUSED)
{
    at_every_reading(true);
}

/* A process slept between claim and mark for so long that the maintenance took its delivery: it
 * sends nothing. */
static void
test_mark_refused(void **state G_GNUC_UNUSED)
{
    size_t stopped = 0;

    for (int n = 1; n < MAX_READINGS; n++) {
        g_autoptr(NtfKit) kit = kit_new();
        g_autofree char *id = kit_delivery(kit);
        Ntf *second = &kit->second;
        Deed deed = { kit, second, id, true };

        hook_clock_at(&kit->ports->clock, n, take_away, &deed);
        ntf_send(&kit->ntf, id);
        bool ran = hook_clock_done(&kit->ports->clock);
        g_autoptr(JwDelivery) delivery = kit_get(kit, id);
        /* the second one's claim was the last, and its mail is the only one */
        if (delivery->state == JW_DELIVERY_SENT && delivery->token == 3
            && jw_mail_mem_count(kit->ntf.mail) == 1) {
            stopped++;
        }
        if (!ran) {
            break;
        }
    }
    assert_true(stopped > 0);
}

/* The delivery is taken from a sender and claimed by another, which has not sent yet. */
typedef struct {
    NtfKit *kit;
    const char *id;
    bool won;
    size_t mails; /* that had gone out until then */
} Taken;

static void
take_and_claim(gpointer data)
{
    Taken *taken = data;
    g_autoptr(JwDelivery) delivery = kit_get(taken->kit, taken->id);

    if (delivery->state != JW_DELIVERY_SENDING) {
        return;
    }
    kit_move(taken->kit, taken->id,
             delivery->data_sent ? JW_DCHANGE_REAP_DOUBT : JW_DCHANGE_REAP_QUEUE);
    if (delivery->data_sent) {
        kit_move(taken->kit, taken->id, JW_DCHANGE_RESEND);
    }
    kit_move(taken->kit, taken->id, JW_DCHANGE_CLAIM);
    taken->won = true;
    taken->mails = delivery->data_sent;
}

/* Whatever the mail server answered to the stale sender, the new claim stands untouched, and
 * without a mark of its own the stale one sends nothing. */
static void
test_stale_sender_changes_nothing(void **state G_GNUC_UNUSED)
{
    static const JwMailOutcome outcomes[] = { JW_MAIL_SENT,   JW_MAIL_LATER,   JW_MAIL_BOUNCED,
                                              JW_MAIL_FAILED, JW_MAIL_UNKNOWN, JW_MAIL_STOPPED };

    for (size_t i = 0; i < G_N_ELEMENTS(outcomes); i++) {
        size_t won = 0;

        for (int n = 1; n < MAX_READINGS; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *id = kit_delivery(kit);
            Taken taken = { kit, id, false, 0 };

            jw_mail_mem_next(kit->ntf.mail, outcomes[i], "x");
            hook_clock_at(&kit->ports->clock, n, take_and_claim, &taken);
            ntf_send(&kit->ntf, id);
            bool ran = hook_clock_done(&kit->ports->clock);
            if (taken.won) {
                g_autoptr(JwDelivery) delivery = kit_get(kit, id);
                assert_int_equal(delivery->state, JW_DELIVERY_SENDING);
                assert_int_equal(delivery->token, 3);
                assert_string_equal(delivery->owner, "another");
                assert_false(delivery->data_sent);
                assert_int_equal(jw_mail_mem_count(kit->ntf.mail), taken.mails);
                won++;
            }
            if (!ran) {
                break;
            }
        }
        assert_true(won > 0);
    }
}

/* The maintenance's calls, with a delivery of each kind waiting for it. */
static void
test_maintenance(void **state G_GNUC_UNUSED)
{
    for (size_t f = 0; f < kit_n_faults; f++) {
        bool doubt = kit_faults[f].code == JW_ERROR_IN_DOUBT;
        int decided = 0;

        for (int n = 1;; n++) {
            g_autoptr(NtfKit) kit = kit_new();
            g_autofree char *unmarked = kit_delivery(kit);
            g_autofree char *marked = kit_delivery(kit);
            g_autofree char *unknown = kit_delivery(kit);
            const char *ids[] = { unmarked, marked, unknown };
            g_autoptr(GError) error = NULL;

            kit_move(kit, unmarked, JW_DCHANGE_CLAIM);
            kit_move(kit, marked, JW_DCHANGE_CLAIM);
            kit_move(kit, marked, JW_DCHANGE_MARK);
            kit_move(kit, unknown, JW_DCHANGE_CLAIM);
            kit_move(kit, unknown, JW_DCHANGE_MARK);
            kit_move(kit, unknown, JW_DCHANGE_DOUBT);
            kit_keep(&kit->ntf);
            tk_clock_advance(&kit->ports->clock.fake, 10 * MINUTE);
            kit_fault_at(kit->ports, n, kit_faults[f]);
            bool ok = ntf_maintain(&kit->ntf, &error);
            bool reached = kit_fault_met(kit->ports);
            assert_true(ok ? doubt || !reached : reached);
            assert_int_equal(ok, error == NULL);
            decided += ok && reached;
            for (size_t i = 0; i < G_N_ELEMENTS(ids); i++) {
                g_autoptr(JwDelivery) end = run_to_end(kit, &kit->ntf, ids[i]);
                assert_int_equal(end->state, JW_DELIVERY_SENT);
                assert_int_equal(end->maybe_duplicate, i != 0);
                assert_int_equal(end->resends, i != 0);
            }
            assert_int_equal(jw_mail_mem_count(kit->ntf.mail), 3);
            if (!reached) {
                break;
            }
            assert_true(n < MAX_CALLS);
        }
        /* each change in doubt is read again and decided; a read in doubt is not */
        assert_int_equal(decided, doubt ? 3 : 0);
    }
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_call_fails),
        cmocka_unit_test(test_dies_at_every_call),
        cmocka_unit_test(test_two_senders),
        cmocka_unit_test(test_sender_taken_for_dead),
        cmocka_unit_test(test_mark_refused),
        cmocka_unit_test(test_stale_sender_changes_nothing),
        cmocka_unit_test(test_maintenance),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
