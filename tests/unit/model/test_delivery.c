/* test_delivery.c: walks every pair of delivery state and change against a list of its own. */
#include "jw/delivery.h"
#include "jw/ident.h"
#include "testkit.h"

#include <string.h>

/* of what was sent only, and not while somebody sends it */
#define RETURNED (JW_DRULE_WANTS_DATA_SENT | JW_DRULE_ENDS | JW_DRULE_TOLD)

static const struct {
    JwDeliveryTransition change;
    JwDeliveryState from, to;
    unsigned flags;
} allowed[] = {
    { JW_DCHANGE_CLAIM, JW_DELIVERY_QUEUED, JW_DELIVERY_SENDING,
      JW_DRULE_WHEN_DUE | JW_DRULE_RAISES_TOKEN | JW_DRULE_COUNTS_ATTEMPT
          | JW_DRULE_CLEARS_DATA_SENT },
    { JW_DCHANGE_MARK, JW_DELIVERY_SENDING, JW_DELIVERY_SENDING,
      JW_DRULE_FENCED | JW_DRULE_SETS_DATA_SENT },
    { JW_DCHANGE_SENT, JW_DELIVERY_SENDING, JW_DELIVERY_SENT,
      JW_DRULE_FENCED | JW_DRULE_ENDS | JW_DRULE_TOLD },
    { JW_DCHANGE_LATER, JW_DELIVERY_SENDING, JW_DELIVERY_QUEUED,
      JW_DRULE_FENCED | JW_DRULE_SETS_NOT_BEFORE | JW_DRULE_TOLD },
    { JW_DCHANGE_BOUNCED, JW_DELIVERY_SENDING, JW_DELIVERY_BOUNCED,
      JW_DRULE_FENCED | JW_DRULE_ENDS | JW_DRULE_TOLD },
    { JW_DCHANGE_FAILED, JW_DELIVERY_SENDING, JW_DELIVERY_FAILED,
      JW_DRULE_FENCED | JW_DRULE_ENDS | JW_DRULE_TOLD },
    { JW_DCHANGE_DOUBT, JW_DELIVERY_SENDING, JW_DELIVERY_UNKNOWN, JW_DRULE_FENCED | JW_DRULE_TOLD },
    { JW_DCHANGE_REAP_QUEUE, JW_DELIVERY_SENDING, JW_DELIVERY_QUEUED,
      JW_DRULE_FENCED | JW_DRULE_RAISES_TOKEN | JW_DRULE_WANTS_DATA_UNSENT },
    { JW_DCHANGE_REAP_DOUBT, JW_DELIVERY_SENDING, JW_DELIVERY_UNKNOWN,
      JW_DRULE_FENCED | JW_DRULE_RAISES_TOKEN | JW_DRULE_WANTS_DATA_SENT | JW_DRULE_TOLD },
    { JW_DCHANGE_RESEND, JW_DELIVERY_UNKNOWN, JW_DELIVERY_QUEUED,
      JW_DRULE_COUNTS_RESEND | JW_DRULE_TOLD },
    { JW_DCHANGE_GIVE_UP, JW_DELIVERY_UNKNOWN, JW_DELIVERY_FAILED,
      JW_DRULE_WANTS_RESENT | JW_DRULE_ENDS | JW_DRULE_TOLD },
    { JW_DCHANGE_NOT_AGAIN, JW_DELIVERY_UNKNOWN, JW_DELIVERY_FAILED,
      JW_DRULE_ENDS | JW_DRULE_TOLD },
    { JW_DCHANGE_RETURNED, JW_DELIVERY_SENT, JW_DELIVERY_BOUNCED, RETURNED },
    { JW_DCHANGE_RETURNED, JW_DELIVERY_UNKNOWN, JW_DELIVERY_BOUNCED, RETURNED },
    { JW_DCHANGE_RETURNED, JW_DELIVERY_QUEUED, JW_DELIVERY_BOUNCED, RETURNED },
    { JW_DCHANGE_RETURNED, JW_DELIVERY_FAILED, JW_DELIVERY_BOUNCED, RETURNED },
};

/* No change leaves it, but that its mail comes back. */
static bool
is_final(JwDeliveryState state)
{
    return state == JW_DELIVERY_SENT || state == JW_DELIVERY_FAILED || state == JW_DELIVERY_BOUNCED;
}

static void
test_all_pairs(void **state)
{
    (void)state;
    assert_int_equal(G_N_ELEMENTS(allowed), JW_DELIVERY_N_TRANSITIONS + 3); /* RETURNED has four */
    for (int change = 0; change < JW_DELIVERY_N_TRANSITIONS; change++) {
        const JwDeliveryRule *rule = jw_delivery_rule((JwDeliveryTransition)change);
        for (int from = 0; from < JW_DELIVERY_N_STATES; from++) {
            bool expected = false;
            for (size_t i = 0; i < G_N_ELEMENTS(allowed); i++) {
                if ((int)allowed[i].change == change && (int)allowed[i].from == from) {
                    expected = true;
                    assert_int_equal(rule->to, allowed[i].to);
                    assert_int_equal(rule->flags, allowed[i].flags);
                }
            }
            assert_int_equal((rule->from & (1u << from)) != 0, expected);
            assert_false(expected && is_final((JwDeliveryState)from)
                         && change != JW_DCHANGE_RETURNED);
        }
        assert_int_equal(is_final(rule->to), (rule->flags & JW_DRULE_ENDS) != 0);
    }
}

/* Sent is reached only from an attempt that still owns the delivery, and a reaped attempt is
 * never queued once its data may have been sent: no mail twice, none lost. */
static void
test_reaping_depends_on_data_sent(void **state)
{
    const unsigned both = JW_DRULE_WANTS_DATA_SENT | JW_DRULE_WANTS_DATA_UNSENT;

    (void)state;
    for (int change = 0; change < JW_DELIVERY_N_TRANSITIONS; change++) {
        const JwDeliveryRule *rule = jw_delivery_rule((JwDeliveryTransition)change);
        assert_int_not_equal(rule->flags & both, both);
        if ((rule->from & (1u << JW_DELIVERY_SENDING)) != 0) {
            assert_true((rule->flags & JW_DRULE_FENCED) != 0);
        }
    }
}

static void
test_new_is_deterministic(void **state)
{
    g_autoptr(JwDelivery) one = jw_delivery_new("job-1", "a@example.com", 1000);
    g_autoptr(JwDelivery) again = jw_delivery_new("job-1", "a@example.com", 2000);
    g_autoptr(JwDelivery) other = jw_delivery_new("job-1", "b@example.com", 1000);

    (void)state;
    assert_true(jw_uuid_valid(one->id));
    assert_string_equal(one->id, again->id);
    assert_string_equal(one->message_id, again->message_id);
    assert_string_not_equal(one->id, other->id);
    assert_null(strpbrk(one->message_id, "<> "));
    assert_non_null(strchr(one->message_id, '@'));
    assert_int_equal(one->state, JW_DELIVERY_QUEUED);
    assert_int_equal(one->created_at_ms, 1000);
    assert_int_equal(one->token, 0);
    assert_int_equal(one->outbox->len, 0);
}

/* A message and an event are what they are about, whichever job says so; each has a channel. */
static void
test_new_message_and_event(void **state)
{
    g_autoptr(JwDelivery) message = jw_delivery_new_message("job-1", "k", "a@example.com", 1000);
    g_autoptr(JwDelivery) again = jw_delivery_new_message("job-2", "k", "a@example.com", 2000);
    g_autoptr(JwDelivery) key = jw_delivery_new_message("job-1", "l", "a@example.com", 1000);
    g_autoptr(JwDelivery) to = jw_delivery_new_message("job-1", "k", "b@example.com", 1000);
    g_autoptr(JwDelivery) event = jw_delivery_new_event("job-1", "k", "a@example.com", "{}", 1000);
    g_autoptr(JwDelivery) report = jw_delivery_new("k", "a@example.com", 1000);
    g_autoptr(JwDelivery) second = jw_delivery_new_resend("k", 1, "a@example.com", 1000);
    g_autoptr(JwDelivery) same = jw_delivery_new_resend("k", 1, "a@example.com", 2000);
    g_autoptr(JwDelivery) third = jw_delivery_new_resend("k", 2, "a@example.com", 1000);

    (void)state;
    assert_string_equal(message->id, again->id);
    assert_string_equal(again->job_id, "job-2");
    assert_string_not_equal(message->id, key->id);
    assert_string_not_equal(message->id, to->id);
    assert_string_not_equal(message->id, event->id);
    assert_string_not_equal(message->id, report->id);
    assert_string_not_equal(report->id, second->id);
    assert_string_equal(second->id, same->id);
    assert_string_not_equal(second->id, third->id);
    assert_string_not_equal(second->message_id, report->message_id);
    assert_int_equal(third->round, 2);
    assert_int_equal(third->kind, JW_DELIVERY_REPORT);
    assert_int_equal(report->kind, JW_DELIVERY_REPORT);
    assert_int_equal(report->channel, JW_CHANNEL_MAIL);
    assert_int_equal(message->kind, JW_DELIVERY_MESSAGE);
    assert_int_equal(message->channel, JW_CHANNEL_MAIL);
    assert_int_equal(event->kind, JW_DELIVERY_EVENT);
    assert_int_equal(event->channel, JW_CHANNEL_WEBHOOK);
    assert_string_equal(event->event, "{}");
    assert_int_equal(event->in_doubt, JW_IN_DOUBT_AT_LEAST_ONCE); /* as webhooks are */
}

static void
test_id_of_a_message(void **state)
{
    g_autoptr(JwDelivery) delivery = jw_delivery_new("job-1", "a@example.com", 1000);
    static const char *const none[] = { "", "@", "x@jobwire.local", "CAF=1@mail.gmail.com" };
    g_autofree char *capitals = g_ascii_strup(delivery->message_id, -1);
    g_autofree char *id = jw_delivery_id_of(delivery->message_id);
    g_autofree char *same = jw_delivery_id_of(capitals);
    g_autofree char *bare = jw_delivery_id_of(delivery->id);

    (void)state;
    assert_string_equal(id, delivery->id);
    assert_string_equal(same, delivery->id);
    assert_string_equal(bare, delivery->id);
    for (size_t i = 0; i < G_N_ELEMENTS(none); i++) {
        assert_null(jw_delivery_id_of(none[i]));
    }
}

static void
test_names_and_backoff(void **state)
{
    const char *const names[] = { "queued", "sending", "sent", "failed", "bounced", "unknown" };

    (void)state;
    for (int i = 0; i < JW_DELIVERY_N_STATES; i++) {
        assert_string_equal(jw_delivery_state_name((JwDeliveryState)i), names[i]);
    }
    const char *const kinds[] = { "report", "failure", "message", "event" };
    for (int i = 0; i < JW_DELIVERY_N_KINDS; i++) {
        assert_string_equal(jw_delivery_kind_name(i), kinds[i]);
    }
    assert_null(jw_delivery_kind_name(JW_DELIVERY_N_KINDS));
    assert_null(jw_delivery_kind_name(-1));
    assert_string_equal(jw_delivery_channel_name(JW_CHANNEL_MAIL), "mail");
    assert_string_equal(jw_delivery_channel_name(JW_CHANNEL_WEBHOOK), "webhook");
    assert_null(jw_delivery_channel_name(JW_N_CHANNELS));
    assert_in_range(jw_delivery_backoff_ms(1, 0.5), 29999, 30001);
    assert_in_range(jw_delivery_backoff_ms(3, 0.5), 119999, 120001);
    assert_in_range(jw_delivery_backoff_ms(50, 0.5), 3599999, 3600001);
    assert_in_range(jw_delivery_backoff_ms(50, 0.0), 2879999, 2880001);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_pairs),
        cmocka_unit_test(test_reaping_depends_on_data_sent),
        cmocka_unit_test(test_new_is_deterministic),
        cmocka_unit_test(test_new_message_and_event),
        cmocka_unit_test(test_id_of_a_message),
        cmocka_unit_test(test_names_and_backoff),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
