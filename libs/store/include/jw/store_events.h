/* jw/store_events.h: deliveries of events to webhooks, webhook by webhook; the rest of what is done
 * with them is that of all deliveries (jw/store_deliveries.h). Errors: jw/store.h. */
#pragma once
#include "jw/delivery.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* Queued ones that are due at @now_ms and did not change since @updated_before_ms, oldest notBefore
 * first. @webhook_id: (nullable): of that one; NULL: of all. @ret: (out) (element-type JwDelivery)
 * (transfer full) */
bool jw_store_due_events(JwStore *self, const char *webhook_id, int64_t now_ms,
                         int64_t updated_before_ms, size_t limit, GPtrArray **ret,
                         GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *webhook_id;
    unsigned states;  /* 1u << state each; 0: any */
    int64_t since_ms; /* that changed last, or failed, then or later; 0: any */
    /* Goes on behind this place of the order (createdAt, id); NULL: from the newest. */
    const char *before_id;
    int64_t before_ms;
    size_t limit; /* at least 1 */
} JwEventQuery;

/* What a webhook got and will get, the newest first. @ret: (out) (element-type JwDelivery)
 * (transfer full) */
bool jw_store_list_events(JwStore *self, const JwEventQuery *query, GPtrArray **ret,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* How many there are; counting stops at the limit. */
bool jw_store_count_events(JwStore *self, const JwEventQuery *query, int64_t *ret_count,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Removes those that ended before @before_ms. */
bool jw_store_sweep_events(JwStore *self, int64_t before_ms,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
