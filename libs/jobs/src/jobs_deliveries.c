/* jobs_deliveries.c: changes of a delivery. Any thread, no state. */
#include "jw/jobs_deliveries.h"

#include "jobs_private.h"

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    JwDeliveryChange change;
    int32_t resends;   /* before it */
    JwDelivery *found; /* owned, as it was written or read last */
} Update;

static bool
write_delivery(JwJobsUpdate *base, JwCas *ret_cas, GError **error)
{
    Update *self = (Update *)base;

    g_clear_pointer(&self->found, jw_delivery_free);
    return jw_store_change_delivery(self->jobs->store, &self->change, ret_cas, &self->found, error);
}

static JwJobsSeen
see(const Update *self)
{
    const JwDeliveryChange *change = &self->change;
    const JwDeliveryRule *rule = jw_delivery_rule(change->transition);
    const JwDelivery *delivery = self->found;
    bool fenced = (rule->flags & JW_DRULE_FENCED) != 0;
    bool raises = (rule->flags & JW_DRULE_RAISES_TOKEN) != 0;
    bool own_token = fenced && !raises;

    if (delivery == NULL) {
        return JW_SEEN_LOST;
    }
    if ((rule->flags & JW_DRULE_COUNTS_RESEND) != 0
            ? delivery->resends > self->resends
            : delivery->state == rule->to
                  && (!fenced || delivery->token == change->token + (raises ? 1 : 0))
                  && (own_token || delivery->updated_at_ms == change->now_ms)
                  && (change->owner == NULL || g_strcmp0(delivery->owner, change->owner) == 0)
                  && ((rule->flags & JW_DRULE_SETS_DATA_SENT) == 0 || delivery->data_sent)) {
        return JW_SEEN_OURS;
    }
    return (rule->from & 1u << delivery->state) != 0
                   && (!fenced || delivery->token == change->token)
               ? JW_SEEN_POSSIBLE
               : JW_SEEN_LOST;
}

static bool
read_delivery(JwJobsUpdate *base, JwJobsSeen *ret_seen, GError **error)
{
    Update *self = (Update *)base;

    g_clear_pointer(&self->found, jw_delivery_free);
    if (!jw_store_get_delivery(self->jobs->store, self->change.delivery_id, &self->found, error)) {
        return false;
    }
    *ret_seen = see(self);
    return true;
}

/* @ret_delivery: (out) (nullable) (transfer full): the delivery as it was written or read last. */
static bool
apply(const JwJobs *self, const JwDeliveryChange *change, int32_t resends, const JwJobsCall *call,
      JwCas *ret_cas, JwDelivery **ret_delivery, GError **error)
{
    Update update = {
        .base = { .name = jw_delivery_rule(change->transition)->name,
                  .id = change->delivery_id,
                  .write = write_delivery,
                  .read = read_delivery },
        .jobs = self,
        .change = *change,
        .resends = resends,
    };
    bool ok = jw_jobs_apply(self, &update.base, call, ret_cas, error);
    g_autoptr(JwDelivery) found = update.found;

    if (ok) {
        *ret_delivery = g_steal_pointer(&found);
    }
    return ok;
}

bool
jw_jobs_claim_delivery(const JwJobs *self, const char *delivery_id, const char *process,
                       JwDelivery **ret_delivery, GError **error)
{
    g_autofree char *owner = jw_jobs_claim_owner(self, process);
    const JwDeliveryChange claim = {
        .delivery_id = delivery_id,
        .transition = JW_DCHANGE_CLAIM,
        .now_ms = jw_clock_now_ms(self->clock),
        .owner = owner,
    };
    g_autoptr(JwDelivery) delivery = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!apply(self, &claim, 0, NULL, &cas, &delivery, error)) {
        return false;
    }
    *ret_delivery = cas == JW_CAS_WON ? g_steal_pointer(&delivery) : NULL;
    return true;
}

bool
jw_jobs_change_delivery(const JwJobs *self, const JwDelivery *delivery,
                        const JwDeliveryChange *change, const JwJobsCall *call, JwCas *ret_cas,
                        GError **error)
{
    const JwDeliveryRule *rule = jw_delivery_rule(change->transition);
    const bool told = (rule->flags & JW_DRULE_TOLD) != 0;
    JwDeliveryChange complete = *change;
    JwDelivery then = *delivery; /* borrows all that @delivery has */
    g_autoptr(JwDelivery) after = NULL;

    complete.delivery_id = delivery->id;
    complete.token = delivery->token;
    complete.now_ms = jw_clock_now_ms(self->clock);
    then.state = rule->to;
    then.status_code = (char *)(uintptr_t)change->status_code;
    then.maybe_duplicate = delivery->maybe_duplicate || (rule->flags & JW_DRULE_COUNTS_RESEND) != 0;
    g_autoptr(JwOutboxEntry) event =
        told ? jw_wire_delivery_event(self->wire, &then, change->reply, complete.now_ms) : NULL;
    const JwOutboxEntry *events[] = { event };
    complete.events = events;
    complete.n_events = told ? 1 : 0;
    if (!apply(self, &complete, delivery->resends, call, ret_cas, &after, error)) {
        return false;
    }
    if (told && *ret_cas == JW_CAS_WON) {
        jw_relay_offer(self->relay, JW_DOC_DELIVERY, delivery->id, after->outbox);
    }
    return true;
}
