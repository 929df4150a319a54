/* events.c: deliveries of the channel webhook. Any thread. */
#include "repo.h"
#include "jw/store_events.h"

/* (transfer full) */
static bson_t *
filter_of(const char *webhook_id)
{
    bson_t *filter = BCON_NEW("channel", BCON_UTF8(jw_delivery_channel_name(JW_CHANNEL_WEBHOOK)));

    if (webhook_id != NULL) {
        BSON_APPEND_UTF8(filter, "recipient", webhook_id);
    }
    return filter;
}

bool
jw_store_due_events(JwStore *self, const char *webhook_id, int64_t now_ms,
                    int64_t updated_before_ms, size_t limit, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = filter_of(webhook_id);
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "notBefore", BCON_INT32(1), "_id", BCON_INT32(1), "}");

    jw_repo_append_states(filter, "state", 1u << JW_DELIVERY_QUEUED, jw_doc_delivery_state);
    jw_repo_append_past(filter, "notBefore", now_ms, 0);
    jw_repo_append_past(filter, "updatedAt", updated_before_ms - 1, 0);
    return jw_repo_page(self, &jw_repo_deliveries, filter, opts, limit, ret, error);
}

/* (transfer full) */
static bson_t *
filter_of_query(const JwEventQuery *query)
{
    bson_t *filter = filter_of(query->webhook_id);
    bson_t or_, row;

    jw_repo_append_states(filter, "state", query->states, jw_doc_delivery_state);
    if (query->since_ms != 0) {
        BCON_APPEND(filter, "updatedAt", "{", "$gte", BCON_DATE_TIME(query->since_ms), "}");
    }
    if (query->before_id != NULL) {
        BSON_APPEND_ARRAY_BEGIN(filter, "$or", &or_);
        BSON_APPEND_DOCUMENT_BEGIN(&or_, "0", &row);
        BCON_APPEND(&row, "createdAt", "{", "$lt", BCON_DATE_TIME(query->before_ms), "}");
        bson_append_document_end(&or_, &row);
        BSON_APPEND_DOCUMENT_BEGIN(&or_, "1", &row);
        BSON_APPEND_DATE_TIME(&row, "createdAt", query->before_ms);
        BCON_APPEND(&row, "_id", "{", "$lt", BCON_UTF8(query->before_id), "}");
        bson_append_document_end(&or_, &row);
        bson_append_array_end(filter, &or_);
    }
    return filter;
}

bool
jw_store_list_events(JwStore *self, const JwEventQuery *query, GPtrArray **ret, GError **error)
{
    g_return_val_if_fail(self != NULL && query != NULL && query->limit > 0 && ret != NULL, false);
    g_autoptr(bson_t) filter = filter_of_query(query);
    g_autoptr(bson_t) opts =
        BCON_NEW("sort", "{", "createdAt", BCON_INT32(-1), "_id", BCON_INT32(-1), "}");

    return jw_repo_page(self, &jw_repo_deliveries, filter, opts, query->limit, ret, error);
}

bool
jw_store_count_events(JwStore *self, const JwEventQuery *query, int64_t *ret_count, GError **error)
{
    g_return_val_if_fail(self != NULL && query != NULL && ret_count != NULL, false);
    g_autoptr(bson_t) filter = filter_of_query(query);

    return jw_db_count(self, "deliveries", filter, (int64_t)query->limit, ret_count, error);
}

bool
jw_store_sweep_events(JwStore *self, int64_t before_ms, GError **error)
{
    g_return_val_if_fail(self != NULL, false);
    g_autoptr(bson_t) filter = filter_of(NULL);

    jw_repo_append_states(filter, "state", 1u << JW_DELIVERY_SENT | 1u << JW_DELIVERY_FAILED,
                          jw_doc_delivery_state);
    jw_repo_append_past(filter, "updatedAt", before_ms - 1, 0);
    return jw_db_remove_where(self, "deliveries", filter, error)
           || jw_prefix(error, "removing old events");
}
