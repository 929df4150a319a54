/* store_mem_deliveries.c: deliveries in memory, by the table of jw/delivery.h. Any thread. */
#include "store_mem.h"
#include <string.h>

static void
free_delivery(gpointer delivery)
{
    jw_delivery_free(delivery);
}

static bool
create_deliveries(JwStore *self, const JwDelivery *const *deliveries, size_t n,
                  JwCreate *ret_creates, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autofree JwCreate *creates = g_new0(JwCreate, n);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    for (size_t i = 0; i < n; i++) {
        if (!g_hash_table_contains(mem->deliveries, deliveries[i]->id)) {
            g_hash_table_insert(mem->deliveries, g_strdup(deliveries[i]->id),
                                jw_delivery_copy(deliveries[i]));
            creates[i] = JW_CREATE_NEW;
        }
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    memcpy(ret_creates, creates, n * sizeof(*creates));
    return true;
}

static bool
get_delivery(JwStore *self, const char *id, JwDelivery **ret_delivery, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)
        || !jw_store_mem_read(mem, id, error)) {
        return false;
    }
    const JwDelivery *delivery = g_hash_table_lookup(mem->deliveries, id);
    *ret_delivery = delivery == NULL ? NULL : jw_delivery_copy(delivery);
    return true;
}

static gint
compare_recipient(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwDelivery *x = *(JwDelivery *const *)a, *y = *(JwDelivery *const *)b;
    gint order = g_strcmp0(x->recipient, y->recipient);

    (void)data;
    return order != 0 ? order : strcmp(x->id, y->id);
}

static bool
list_deliveries(JwStore *self, const char *job_id, GPtrArray **ret, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) all = jw_store_mem_sorted(mem->deliveries, compare_recipient, NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_delivery);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    for (guint i = 0; i < all->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(all, i);
        if (g_strcmp0(delivery->job_id, job_id) == 0 && jw_store_mem_readable(mem, delivery->id)) {
            g_ptr_array_add(found, jw_delivery_copy(delivery));
        }
    }
    *ret = g_steal_pointer(&found);
    return true;
}

static gint
compare_due(gconstpointer a, gconstpointer b, gpointer data)
{
    const JwDelivery *x = *(JwDelivery *const *)a, *y = *(JwDelivery *const *)b;

    (void)data;
    if (x->not_before_ms != y->not_before_ms) {
        return x->not_before_ms < y->not_before_ms ? -1 : 1;
    }
    return strcmp(x->id, y->id);
}

static bool
scan_deliveries(JwStore *self, unsigned states, int64_t due_before_ms, int64_t updated_before_ms,
                size_t limit, GPtrArray **ret, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);
    g_autoptr(GPtrArray) all = jw_store_mem_sorted(mem->deliveries, compare_due, NULL);
    g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(free_delivery);

    if (!jw_store_mem_begin(mem, error) || !jw_store_mem_end(mem, error)) {
        return false;
    }
    for (guint i = 0; i < all->len && found->len < limit; i++) {
        const JwDelivery *delivery = g_ptr_array_index(all, i);
        if ((states == 0 || (states & (1u << delivery->state)) != 0)
            && (due_before_ms == 0 || delivery->not_before_ms <= due_before_ms)
            && (updated_before_ms == 0 || delivery->updated_at_ms < updated_before_ms)
            && jw_store_mem_readable(mem, delivery->id)) {
            g_ptr_array_add(found, jw_delivery_copy(delivery));
        }
    }
    *ret = g_steal_pointer(&found);
    return true;
}

static bool
matches(const JwDelivery *delivery, const JwDeliveryChange *change, const JwDeliveryRule *rule)
{
    return delivery != NULL && (rule->from & (1u << delivery->state)) != 0
           && ((rule->flags & JW_DRULE_FENCED) == 0 || delivery->token == change->token)
           && ((rule->flags & JW_DRULE_WHEN_DUE) == 0 || delivery->not_before_ms <= change->now_ms)
           && ((rule->flags & JW_DRULE_WANTS_DATA_SENT) == 0 || delivery->data_sent)
           && ((rule->flags & JW_DRULE_WANTS_DATA_UNSENT) == 0 || !delivery->data_sent)
           && ((rule->flags & JW_DRULE_COUNTS_RESEND) == 0 || delivery->resends == 0)
           && ((rule->flags & JW_DRULE_WANTS_RESENT) == 0 || delivery->resends >= 1);
}

static void
apply(JwDelivery *delivery, const JwDeliveryChange *change, const JwDeliveryRule *rule)
{
    delivery->state = rule->to;
    delivery->updated_at_ms = change->now_ms;
    jw_store_mem_set_text(&delivery->owner, change->owner);
    if ((rule->flags & JW_DRULE_SETS_DATA_SENT) != 0) {
        delivery->data_sent = true;
    }
    if ((rule->flags & JW_DRULE_CLEARS_DATA_SENT) != 0) {
        delivery->data_sent = false;
    }
    if ((rule->flags & JW_DRULE_SETS_NOT_BEFORE) != 0) {
        delivery->not_before_ms = change->not_before_ms;
    }
    if (rule->to == JW_DELIVERY_SENT) {
        delivery->sent_at_ms = change->now_ms;
    }
    if ((rule->flags & JW_DRULE_ENDS) != 0) {
        delivery->finished_at_ms = change->now_ms;
    }
    jw_store_mem_set_text(&delivery->reply, change->reply);
    delivery->token += (rule->flags & JW_DRULE_RAISES_TOKEN) != 0 ? 1 : 0;
    delivery->attempts += (rule->flags & JW_DRULE_COUNTS_ATTEMPT) != 0 ? 1 : 0;
    if ((rule->flags & JW_DRULE_COUNTS_RESEND) != 0) {
        delivery->resends++;
        delivery->maybe_duplicate = true;
    }
    jw_store_mem_push(delivery->outbox, change->events, change->n_events);
}

static bool
change_delivery(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                JwDelivery **ret_delivery, GError **error)
{
    JwStoreMem *mem = (JwStoreMem *)self;
    const JwDeliveryRule *rule = jw_delivery_rule(change->transition);
    g_auto(JwLocker) locker = jw_locker(&mem->mutex);

    if (!jw_store_mem_begin(mem, error)) {
        return false;
    }
    JwDelivery *delivery = g_hash_table_lookup(mem->deliveries, change->delivery_id);
    const bool won = matches(delivery, change, rule);
    if (won) {
        apply(delivery, change, rule);
    }
    if (!jw_store_mem_end(mem, error)) {
        return false;
    }
    if (won && ret_delivery != NULL) {
        *ret_delivery = jw_delivery_copy(delivery);
    }
    *ret_cas = won ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

void
jw_store_mem_delivery_ops(JwStoreOps *ops)
{
    ops->create_deliveries = create_deliveries;
    ops->get_delivery = get_delivery;
    ops->list_deliveries = list_deliveries;
    ops->change_delivery = change_delivery;
    ops->scan_deliveries = scan_deliveries;
}
