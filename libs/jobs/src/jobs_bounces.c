/* jobs_bounces.c: a mail server says later that it could not deliver a mail. Any thread, no state.
 */
#include "jw/jobs_bounces.h"

#define TRIES 3

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
        if (*ret_bounced == JW_BOUNCED_NEW
            && !jw_jobs_change_delivery(self, delivery, &change, NULL, &cas, error)) {
            return false;
        }
        if (cas == JW_CAS_WON) {
            *ret_delivery = g_steal_pointer(&delivery);
            return true;
        }
    }
    return jw_fail(error, JW_ERROR_BUSY, "the delivery changes all the time");
}
