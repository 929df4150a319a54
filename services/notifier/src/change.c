/* change.c: changes of deliveries, and the counts of them on the job.
 *
 * The counts follow the `delivery.changed` events, not the change itself: an event is in the outbox of the same update, so
 * they come true even when the process that made the change dies right after it. An event that is lost altogether the
 * maintenance makes good: the job's mail_pending ends only with counts that say that all has ended. */
#include "ntf.h"

#include "jw/log.h"
#include "jw/metrics.h"

#include <string.h>

bool
ntf_change(Ntf *self, const JwDelivery *delivery, JwDeliveryTransition transition,
           const char *reply, int64_t not_before_ms, JwCas *ret_cas, GError **error)
{
    const JwDeliveryRule *rule = jw_delivery_rule(transition);
    bool shown = (rule->flags & JW_DRULE_ENDS) != 0 || rule->to == JW_DELIVERY_UNKNOWN;
    int64_t now = jw_clock_now_ms(self->clock);
    g_autoptr(JwOutboxEntry) event =
        shown ? jw_wire_delivery_event(self->wire, delivery, rule->to, reply, now) : NULL;
    const JwOutboxEntry *events[] = { event };
    g_autoptr(JwDelivery) after = NULL;
    JwDeliveryChange change = {
        .delivery_id = delivery->id,
        .transition = transition,
        .now_ms = now,
        .token = delivery->token,
        .not_before_ms = not_before_ms,
        .reply = reply,
        .events = events,
        .n_events = shown ? 1 : 0,
    };

    if (!jw_store_change_delivery(self->store, &change, ret_cas, &after, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_LOST) {
        return true;
    }
    jw_info("delivery_changed", JW_STR("delivery_id", delivery->id),
            JW_STR("job_id", delivery->job_id), JW_STR("change", rule->name),
            JW_STR("reply", reply));
    jw_metric_add(
        jw_metric_counter("jobwire_delivery_changes_total", "Changes of deliveries", "change"),
        rule->name, 1);
    if (shown) {
        jw_relay_offer(self->relay, JW_DOC_DELIVERY, delivery->id, after->outbox);
    }
    return true;
}

static gboolean
is_delivery(gconstpointer a, gconstpointer b)
{
    return strcmp(((const JwDelivery *)a)->id, ((const JwDelivery *)b)->id) == 0;
}

/* Whether each recipient has its delivery: all that exist may have ended while one is still to be made. */
static bool
find_all(Ntf *self, const char *job_id, GPtrArray *deliveries, bool *ret_all, GError **error)
{
    g_autoptr(JwJob) job = NULL;

    if (!jw_store_get_job(self->store, job_id, &job, error)) {
        return false;
    }
    *ret_all = job != NULL;
    g_autoptr(GPtrArray) wanted = job != NULL ? ntf_deliveries_of(job, 0) : NULL;
    for (guint i = 0; wanted != NULL && i < wanted->len; i++) {
        *ret_all = *ret_all
                   && g_ptr_array_find_with_equal_func(deliveries, g_ptr_array_index(wanted, i),
                                                       is_delivery, NULL);
    }
    return true;
}

static bool
count(Ntf *self, const char *job_id, JwDeliveryCounts *ret, bool *ret_done, GError **error)
{
    g_autoptr(GPtrArray) deliveries = NULL;

    *ret = (JwDeliveryCounts){ 0 };
    *ret_done = false;
    if (!jw_store_list_deliveries(self->store, job_id, &deliveries, error)) {
        return false;
    }
    for (guint i = 0; i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        ret->total++;
        ret->sent += delivery->state == JW_DELIVERY_SENT;
        ret->bounced += delivery->state == JW_DELIVERY_BOUNCED;
        ret->failed += delivery->state == JW_DELIVERY_FAILED;
    }
    return ret->total == 0 || ret->total > ret->sent + ret->failed + ret->bounced
           || find_all(self, job_id, deliveries, ret_done, error);
}

/* Counted again after writing: of two notifiers at one job, the one that counted first may write last. */
bool
ntf_roll_up(Ntf *self, const char *job_id, GError **error)
{
    JwDeliveryCounts counts = { 0 };
    JwDeliveryCounts again = { 0 };
    bool done = false;

    if (!count(self, job_id, &counts, &done, error)) {
        return false;
    }
    for (;;) {
        if (!jw_store_set_delivery_counts(self->store, job_id, &counts, done,
                                          jw_clock_now_ms(self->clock), error)
            || !count(self, job_id, &again, &done, error)) {
            return false;
        }
        if (again.total == counts.total && again.sent == counts.sent
            && again.failed == counts.failed && again.bounced == counts.bounced) {
            return true;
        }
        counts = again;
    }
}
