/* jobs_deliveries.c: changes of a delivery. Any thread, no state. */
#include "jw/jobs_deliveries.h"

#include "jobs_private.h"

typedef struct {
    JwJobsUpdate base; /* first: the one is the other */
    const JwJobs *jobs;
    JwDeliveryChange change;
    const JwDelivery *before; /* NULL: only the id is known */
    JwDelivery *found;        /* owned; as it was read last */
} Update;

static void
keep(Update *self, JwDelivery *take_delivery)
{
    jw_delivery_free(self->found);
    self->found = take_delivery;
}

static bool
write_delivery(JwJobsUpdate *base, JwCas *ret_cas, GError **error)
{
    Update *self = (Update *)base;
    JwDelivery *after = NULL;

    if (!jw_store_change_delivery(self->jobs->store, &self->change, ret_cas, &after, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_WON) {
        keep(self, after);
    }
    return true;
}

static bool
read_delivery(JwJobsUpdate *base, GError **error)
{
    Update *self = (Update *)base;
    JwDelivery *delivery = NULL;

    if (!jw_store_get_delivery(self->jobs->store, self->change.delivery_id, &delivery, error)) {
        return false;
    }
    keep(self, delivery);
    return true;
}

static bool
is_ours(const JwJobsUpdate *base)
{
    const Update *self = (const Update *)base;
    const JwDeliveryChange *change = &self->change;
    const JwDeliveryRule *rule = jw_delivery_rule(change->transition);
    const JwDelivery *delivery = self->found;

    if (delivery == NULL) {
        return false;
    }
    if ((rule->flags & JW_DRULE_COUNTS_RESEND) != 0) {
        return delivery->resends > self->before->resends;
    }
    if (delivery->state != rule->to) {
        return false;
    }
    if ((rule->flags & JW_DRULE_FENCED) != 0) {
        return delivery->token
                   == change->token + ((rule->flags & JW_DRULE_RAISES_TOKEN) != 0 ? 1 : 0)
               && ((rule->flags & JW_DRULE_SETS_DATA_SENT) == 0 || delivery->data_sent);
    }
    if (change->owner != NULL) {
        return g_strcmp0(delivery->owner, change->owner) == 0;
    }
    return delivery->updated_at_ms == change->now_ms;
}

static bool
is_possible(const JwJobsUpdate *base)
{
    const Update *self = (const Update *)base;
    const JwDeliveryRule *rule = jw_delivery_rule(self->change.transition);
    const JwDelivery *delivery = self->found;

    return delivery != NULL && (rule->from & 1u << delivery->state) != 0
           && ((rule->flags & JW_DRULE_FENCED) == 0 || delivery->token == self->change.token);
}

/* @ret_delivery: (out) (nullable) (transfer full): the delivery as it was read last. */
static bool
apply(const JwJobs *self, const JwDelivery *before, const JwDeliveryChange *change,
      const JwJobsCall *call, JwCas *ret_cas, JwDelivery **ret_delivery, GError **error)
{
    Update update = {
        .base = { .name = jw_delivery_rule(change->transition)->name,
                  .id = change->delivery_id,
                  .write = write_delivery,
                  .read = read_delivery,
                  .is_ours = is_ours,
                  .is_possible = is_possible },
        .jobs = self,
        .change = *change,
        .before = before,
    };
    bool ok = jw_jobs_apply(self, &update.base, call, ret_cas, error);

    if (ok) {
        *ret_delivery = update.found;
    } else {
        jw_delivery_free(update.found);
    }
    return ok;
}

bool
jw_jobs_claim_delivery(const JwJobs *self, const char *delivery_id, const char *process,
                       JwDelivery **ret_delivery, GError **error)
{
    g_autofree char *owner = jw_jobs_claim_owner(self, process);
    const JwDeliveryChange change = {
        .delivery_id = delivery_id,
        .transition = JW_DCHANGE_CLAIM,
        .now_ms = jw_clock_now_ms(self->clock),
        .owner = owner,
    };
    g_autoptr(JwDelivery) delivery = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!apply(self, NULL, &change, NULL, &cas, &delivery, error)) {
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
    JwDeliveryChange complete = *change;
    g_autoptr(JwOutboxEntry) event = NULL;
    g_autoptr(JwDelivery) after = NULL;

    complete.delivery_id = delivery->id;
    complete.token = delivery->token;
    complete.now_ms = jw_clock_now_ms(self->clock);
    if ((rule->flags & JW_DRULE_ENDS) != 0 || rule->to == JW_DELIVERY_UNKNOWN) {
        event =
            jw_wire_delivery_event(self->wire, delivery, rule->to, change->reply, complete.now_ms);
    }
    const JwOutboxEntry *events[] = { event };
    complete.events = events;
    complete.n_events = event != NULL ? 1 : 0;
    if (!apply(self, delivery, &complete, call, ret_cas, &after, error)) {
        return false;
    }
    if (*ret_cas == JW_CAS_WON && event != NULL) {
        jw_relay_offer(self->relay, JW_DOC_DELIVERY, delivery->id, after->outbox);
    }
    return true;
}
