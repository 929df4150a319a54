/* deliveries.c: deliveries; changes by the table of jw/delivery.h, as with jobs. Any thread. */
#include "change.h"
#include "jw/store_deliveries.h"

static gpointer
create_delivery(void)
{
    JwDelivery *delivery = g_new0(JwDelivery, 1);

    delivery->outbox = g_ptr_array_new_with_free_func(jw_outbox_entry_free);
    return delivery;
}

static const JwRepo deliveries = { "deliveries", &jw_doc_delivery_table, create_delivery,
                                   jw_delivery_free };

JW_DB_INDEXES(deliveries) = {
    { "deliveries", "jobId:1", false },
    { "deliveries", "state:1 notBefore:1", false },
    { "deliveries", "outbox.at:1", false },
    { 0 },
};

bool
jw_store_create_deliveries(JwStore *self, const JwDelivery *const *created, size_t n,
                           JwCreate *ret_creates, GError **error)
{
    g_return_val_if_fail(self != NULL && (n == 0 || (created != NULL && ret_creates != NULL)),
                         false);
    g_autoptr(GPtrArray) documents = jw_db_documents(n);

    for (size_t i = 0; i < n; i++) {
        g_ptr_array_add(documents, jw_repo_document(&deliveries, created[i]));
    }
    return n == 0 || jw_db_insert(self, "deliveries", documents, ret_creates, error);
}

bool
jw_store_get_delivery(JwStore *self, const char *id, JwDelivery **ret_delivery, GError **error)
{
    g_return_val_if_fail(self != NULL && id != NULL && ret_delivery != NULL, false);
    gpointer delivery = NULL;

    if (!jw_repo_get(self, &deliveries, id, &delivery, error)) {
        return false;
    }
    *ret_delivery = delivery;
    return true;
}

bool
jw_store_list_deliveries(JwStore *self, const char *job_id, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && ret != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("jobId", BCON_UTF8(job_id));
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "recipient", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    return jw_repo_list(self, &deliveries, filter, opts, ret, error);
}

bool
jw_store_scan_deliveries(JwStore *self, unsigned states, int64_t due_before_ms,
                         int64_t updated_before_ms, size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_auto(bson_t) filter = BSON_INITIALIZER;
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "notBefore", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    jw_repo_append_states(&filter, "state", states, jw_doc_delivery_state);
    if (due_before_ms != 0) {
        jw_repo_append_past(&filter, "notBefore", due_before_ms, 0);
    }
    if (updated_before_ms != 0) {
        jw_repo_append_past(&filter, "updatedAt", updated_before_ms - 1, 0);
    }
    return jw_repo_page(self, &deliveries, &filter, opts, limit, ret, error);
}

static const JwEffect effects[] = {
    { JW_DRULE_WHEN_DUE, 0, JW_EFFECT_WANT_PAST, "notBefore", 0 },
    { JW_DRULE_WANTS_DATA_SENT, 0, JW_EFFECT_WANT_BOOL, "dataSent", true },
    { JW_DRULE_WANTS_DATA_UNSENT, 0, JW_EFFECT_WANT_BOOL, "dataSent", false },
    { JW_DRULE_COUNTS_RESEND, 0, JW_EFFECT_WANT_INT, "resends", 0 },
    { JW_DRULE_WANTS_RESENT, 0, JW_EFFECT_WANT_MIN, "resends", 1 },
    { JW_DRULE_SETS_DATA_SENT, 0, JW_EFFECT_SET_BOOL, "dataSent", true },
    { JW_DRULE_CLEARS_DATA_SENT, 0, JW_EFFECT_SET_BOOL, "dataSent", false },
    { JW_DRULE_COUNTS_RESEND, 0, JW_EFFECT_SET_BOOL, "maybeDuplicate", true },
    { JW_DRULE_COUNTS_RESEND, 0, JW_EFFECT_ADD_INT32, "resends", 1 },
    { JW_DRULE_COUNTS_ATTEMPT, 0, JW_EFFECT_ADD_INT32, "attempts", 1 },
    { JW_DRULE_RAISES_TOKEN, 0, JW_EFFECT_ADD_INT64, "token", 1 },
    { JW_DRULE_ENDS, 0, JW_EFFECT_SET_NOW, "finishedAt", 0 },
    { 0, 1u << JW_DELIVERY_SENT, JW_EFFECT_SET_NOW, "sentAt", 0 },
};

static void
append_set(bson_t *set, const JwDeliveryChange *change, const JwDeliveryRule *rule)
{
    BSON_APPEND_UTF8(set, "state", jw_delivery_state_name(rule->to));
    BSON_APPEND_DATE_TIME(set, "updatedAt", change->now_ms);
    jw_doc_append_valid(set, "owner", change->owner);
    if ((rule->flags & JW_DRULE_SETS_NOT_BEFORE) != 0) {
        BSON_APPEND_DATE_TIME(set, "notBefore", change->not_before_ms);
    }
    jw_doc_append_valid(set, "reply", change->reply);
    jw_doc_append_valid(set, "statusCode", change->status_code);
}

bool
jw_store_change_delivery(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                         JwDelivery **ret_delivery, GError **error)
{
    g_return_val_if_fail(self != NULL && change != NULL && ret_cas != NULL, false);
    g_return_val_if_fail(
        change->delivery_id != NULL && (change->events != NULL || change->n_events == 0), false);
    const JwDeliveryRule *rule = jw_delivery_rule(change->transition);
    g_auto(JwChange) update = { 0 };
    gpointer delivery = NULL;

    jw_change_init(&update, change->delivery_id);
    jw_repo_append_states(update.filter, "state", rule->from, jw_doc_delivery_state);
    if ((rule->flags & JW_DRULE_FENCED) != 0) {
        BSON_APPEND_INT64(update.filter, "token", change->token);
    }
    append_set(update.set, change, rule);
    jw_change_apply(&update, effects, G_N_ELEMENTS(effects), rule->flags, rule->to, change->now_ms);
    if (!jw_change_run(&update, self, &deliveries, change->events, change->n_events, ret_cas,
                       ret_delivery == NULL ? NULL : &delivery, error)) {
        return jw_prefix(error, "%s of delivery '%s'", rule->name, change->delivery_id);
    }
    if (delivery != NULL) {
        *ret_delivery = delivery;
    }
    return true;
}

bool
jw_store_revoke_link(JwStore *self, const char *delivery_id, int64_t now_ms, JwCas *ret_cas,
                     GError **error)
{
    g_return_val_if_fail(self != NULL && delivery_id != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(delivery_id));
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "linkRevokedAt", BCON_DATE_TIME(now_ms), "}");

    return jw_db_update(self, "deliveries", filter, update, ret_cas, error)
           || jw_prefix(error, "revoking the link of delivery '%s'", delivery_id);
}
