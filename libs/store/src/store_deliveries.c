/* store_deliveries.c: deliveries in MongoDB; changes by the table of jw/delivery.h, as with
 * jobs. Any thread. */
#include "store_mongo.h"

static void
free_document(gpointer document)
{
    bson_destroy(document);
}

static void
free_delivery(gpointer delivery)
{
    jw_delivery_free(delivery);
}

bool
jw_store_mongo_create_deliveries(JwStore *self, const JwDelivery *const *deliveries, size_t n,
                                 JwCreate *ret_creates, GError **error)
{
    g_autoptr(GPtrArray) documents = g_ptr_array_new_full((guint)n, free_document);

    for (size_t i = 0; i < n; i++) {
        bson_t *document = bson_new();
        g_ptr_array_add(documents, document);
        jw_store_doc_append(document, &jw_store_delivery_table, deliveries[i]);
    }
    return jw_store_insert(self, "deliveries", documents, ret_creates, error);
}

bool
jw_store_mongo_get_delivery(JwStore *self, const char *id, JwDelivery **ret_delivery,
                            GError **error)
{
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(id));
    g_autoptr(bson_t) opts = BCON_NEW("limit", BCON_INT64(1));
    g_autoptr(JwDelivery) delivery = NULL;

    if (!jw_store_find(self, "deliveries", filter, opts, jw_store_take_delivery, &delivery,
                       error)) {
        return false;
    }
    *ret_delivery = g_steal_pointer(&delivery);
    return true;
}

bool
jw_store_mongo_list_deliveries(JwStore *self, const char *job_id, GPtrArray **ret, GError **error)
{
    g_autoptr(GPtrArray) deliveries = g_ptr_array_new_with_free_func(free_delivery);
    g_autoptr(bson_t) filter = BCON_NEW("jobId", BCON_UTF8(job_id));
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "recipient", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (!jw_store_find_readable(self, "deliveries", filter, opts, jw_store_add_delivery, deliveries,
                                error)) {
        return false;
    }
    *ret = g_steal_pointer(&deliveries);
    return true;
}

bool
jw_store_mongo_scan_deliveries(JwStore *self, unsigned states, int64_t due_before_ms,
                               int64_t updated_before_ms, size_t limit, GPtrArray **ret,
                               GError **error)
{
    g_autoptr(GPtrArray) deliveries = g_ptr_array_new_with_free_func(free_delivery);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "notBefore", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    if (states != 0) {
        jw_store_append_states(&filter, "state", states, jw_store_delivery_state_name);
    }
    if (due_before_ms != 0) {
        BCON_APPEND(&filter, "notBefore", "{", "$lte", BCON_DATE_TIME(due_before_ms), "}");
    }
    if (updated_before_ms != 0) {
        BCON_APPEND(&filter, "updatedAt", "{", "$lt", BCON_DATE_TIME(updated_before_ms), "}");
    }
    if (!jw_store_find_page(self, "deliveries", &filter, opts, limit, jw_store_add_delivery,
                            deliveries, error)) {
        return false;
    }
    *ret = g_steal_pointer(&deliveries);
    return true;
}

static void
append_filter(bson_t *filter, const JwDeliveryChange *change, const JwDeliveryRule *rule)
{
    BSON_APPEND_UTF8(filter, "_id", change->delivery_id);
    jw_store_append_states(filter, "state", rule->from, jw_store_delivery_state_name);
    if ((rule->flags & JW_DRULE_FENCED) != 0) {
        BSON_APPEND_INT64(filter, "token", change->token);
    }
    if ((rule->flags & JW_DRULE_WHEN_DUE) != 0) {
        BCON_APPEND(filter, "notBefore", "{", "$lte", BCON_DATE_TIME(change->now_ms), "}");
    }
    if ((rule->flags & JW_DRULE_WANTS_DATA_SENT) != 0) {
        BSON_APPEND_BOOL(filter, "dataSent", true);
    }
    if ((rule->flags & JW_DRULE_WANTS_DATA_UNSENT) != 0) {
        BSON_APPEND_BOOL(filter, "dataSent", false);
    }
    if ((rule->flags & JW_DRULE_COUNTS_RESEND) != 0) {
        BSON_APPEND_INT32(filter, "resends", 0);
    }
    if ((rule->flags & JW_DRULE_WANTS_RESENT) != 0) {
        BCON_APPEND(filter, "resends", "{", "$gte", BCON_INT32(1), "}");
    }
}

static void
append_set(bson_t *set, const JwDeliveryChange *change, const JwDeliveryRule *rule)
{
    BSON_APPEND_UTF8(set, "state", jw_delivery_state_name(rule->to));
    BSON_APPEND_DATE_TIME(set, "updatedAt", change->now_ms);
    jw_store_doc_append_text(set, "owner", change->owner);
    if ((rule->flags & JW_DRULE_SETS_DATA_SENT) != 0) {
        BSON_APPEND_BOOL(set, "dataSent", true);
    }
    if ((rule->flags & JW_DRULE_CLEARS_DATA_SENT) != 0) {
        BSON_APPEND_BOOL(set, "dataSent", false);
    }
    if ((rule->flags & JW_DRULE_SETS_NOT_BEFORE) != 0) {
        BSON_APPEND_DATE_TIME(set, "notBefore", change->not_before_ms);
    }
    if ((rule->flags & JW_DRULE_COUNTS_RESEND) != 0) {
        BSON_APPEND_BOOL(set, "maybeDuplicate", true);
    }
    if (rule->to == JW_DELIVERY_SENT) {
        BSON_APPEND_DATE_TIME(set, "sentAt", change->now_ms);
    }
    if ((rule->flags & JW_DRULE_ENDS) != 0) {
        BSON_APPEND_DATE_TIME(set, "finishedAt", change->now_ms);
    }
    jw_store_doc_append_text(set, "reply", change->reply);
}

static void
append_update(bson_t *update, const JwDeliveryChange *change, const JwDeliveryRule *rule)
{
    bson_t child, push;

    BSON_APPEND_DOCUMENT_BEGIN(update, "$set", &child);
    append_set(&child, change, rule);
    bson_append_document_end(update, &child);
    if ((rule->flags & (JW_DRULE_RAISES_TOKEN | JW_DRULE_COUNTS_ATTEMPT | JW_DRULE_COUNTS_RESEND))
        != 0) {
        BSON_APPEND_DOCUMENT_BEGIN(update, "$inc", &child);
        if ((rule->flags & JW_DRULE_RAISES_TOKEN) != 0) {
            BSON_APPEND_INT64(&child, "token", 1);
        }
        if ((rule->flags & JW_DRULE_COUNTS_ATTEMPT) != 0) {
            BSON_APPEND_INT32(&child, "attempts", 1);
        }
        if ((rule->flags & JW_DRULE_COUNTS_RESEND) != 0) {
            BSON_APPEND_INT32(&child, "resends", 1);
        }
        bson_append_document_end(update, &child);
    }
    if (change->n_events > 0) {
        BSON_APPEND_DOCUMENT_BEGIN(update, "$push", &child);
        BSON_APPEND_DOCUMENT_BEGIN(&child, "outbox", &push);
        jw_store_doc_append_outbox(&push, "$each", change->events, change->n_events);
        bson_append_document_end(&child, &push);
        bson_append_document_end(update, &child);
    }
}

bool
jw_store_mongo_change_delivery(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                               JwDelivery **ret_delivery, GError **error)
{
    const JwDeliveryRule *rule = jw_delivery_rule(change->transition);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_auto(bson_t) update = BSON_INITIALIZER;
    g_autoptr(bson_t) only_id = BCON_NEW("_id", BCON_INT32(1));
    g_autoptr(JwDelivery) delivery = NULL;
    JwCas cas = JW_CAS_LOST;

    append_filter(&filter, change, rule);
    append_update(&update, change, rule);
    if (!jw_store_modify(self, "deliveries", &filter, &update,
                         ret_delivery == NULL ? only_id : NULL, &cas,
                         ret_delivery == NULL ? NULL : jw_store_take_delivery, &delivery, error)) {
        return jw_prefix(error, "%s of delivery '%s'", rule->name, change->delivery_id);
    }
    if (cas == JW_CAS_WON && ret_delivery != NULL) {
        *ret_delivery = g_steal_pointer(&delivery);
    }
    *ret_cas = cas;
    return true;
}
