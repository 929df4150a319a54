/* jobs_bounces.c: a mail server says later that it could not deliver a mail. Any thread, no state.
 */
#include "jw/jobs_bounces.h"

#include "jw/store_suppressions.h"

#define TRIES 3

/* Codes (RFC 3463) that say of the address itself that no mail will ever reach it; a full mailbox,
 * a policy, or a server that is away says nothing of the kind. */
static const char *const no_such_mailbox[] = {
    "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", NULL,
};

/* Puts such an address on the list of those that get no mail, where it stays until an operator
 * takes it off. */
static bool
suppress(const JwJobs *self, const JwDelivery *delivery, const JwBounceNotice *notice,
         GError **error)
{
    const int64_t now_ms = jw_clock_now_ms(self->clock);
    JwCreate create = JW_CREATE_EXISTS;

    if (notice->status_code == NULL || !g_strv_contains(no_such_mailbox, notice->status_code)) {
        return true;
    }
    g_autoptr(JwSuppression) entry =
        jw_suppression_new(delivery->recipient, NULL, JW_SUPPRESSED_BOUNCED, now_ms);
    entry->delivery_id = g_strdup(delivery->id);
    entry->note = g_strdup(notice->diagnostic);
    return jw_store_add_suppression(self->store, entry, &create, error);
}

/* @ret_delivery: (out) (nullable) (transfer full): NULL: none of the ids is known */
static bool
find_delivery(const JwJobs *self, const JwBounceNotice *notice, JwDelivery **ret_delivery,
              GError **error)
{
    for (size_t i = 0; notice->ids[i] != NULL; i++) {
        g_autofree char *id = jw_delivery_id_of(notice->ids[i]);
        g_autoptr(JwDelivery) delivery = NULL;

        if (id != NULL && !jw_store_get_delivery(self->store, id, &delivery, error)) {
            return false;
        }
        if (delivery != NULL && delivery->channel == JW_CHANNEL_MAIL) {
            *ret_delivery = g_steal_pointer(&delivery);
            return true;
        }
    }
    *ret_delivery = NULL;
    return true;
}

/* What there is to do about it as it was read; NEW: the change. */
static JwBounced
judge(const JwDelivery *delivery)
{
    switch (delivery->state) {
    case JW_DELIVERY_BOUNCED:
        return JW_BOUNCED_BEFORE;
    case JW_DELIVERY_SENDING:
        return JW_BOUNCED_NOT_YET;
    case JW_DELIVERY_QUEUED:
    case JW_DELIVERY_SENT:
    case JW_DELIVERY_FAILED:
    case JW_DELIVERY_UNKNOWN:
        break;
    }
    return delivery->data_sent ? JW_BOUNCED_NEW : JW_BOUNCED_NOT_SENT;
}

bool
jw_jobs_bounce(const JwJobs *self, const JwBounceNotice *notice, JwBounced *ret_bounced,
               JwDelivery **ret_delivery, GError **error)
{
    g_return_val_if_fail(notice != NULL && notice->ids != NULL, false);
    g_return_val_if_fail(ret_bounced != NULL && ret_delivery != NULL, false);
    const JwDeliveryChange change = { .transition = JW_DCHANGE_RETURNED,
                                      .reply = notice->diagnostic,
                                      .status_code = notice->status_code };

    *ret_bounced = JW_BOUNCED_NOT_OURS;
    for (int i = 0; i < TRIES; i++) {
        g_autoptr(JwDelivery) delivery = NULL;
        JwCas cas = JW_CAS_WON;

        if (!find_delivery(self, notice, &delivery, error)) {
            return false;
        }
        *ret_bounced = delivery != NULL ? judge(delivery) : JW_BOUNCED_NOT_OURS;
        /* the list first: one that dies between is told again, and then does both */
        if (*ret_bounced == JW_BOUNCED_NEW
            && (!suppress(self, delivery, notice, error)
                || !jw_jobs_change_delivery(self, delivery, &change, NULL, &cas, error))) {
            return false;
        }
        if (cas == JW_CAS_WON) {
            *ret_delivery = g_steal_pointer(&delivery);
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "the delivery changes all the time");
}
