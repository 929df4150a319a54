/* jw/store_deliveries.h: deliveries; every change follows the table of jw/delivery.h. */
#pragma once
#include "jw/delivery.h"
#include "jw/store_jobs.h"

G_BEGIN_DECLS

bool jw_store_create_deliveries(JwStore *self, const JwDelivery *const *deliveries, size_t n,
                                JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;
bool jw_store_get_delivery(JwStore *self, const char *id, JwDelivery **ret_delivery,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;
/* All deliveries of a job, by recipient. @ret: of JwDelivery (transfer full) */
bool jw_store_list_deliveries(JwStore *self, const char *job_id, GPtrArray **ret,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *delivery_id;
    JwDeliveryTransition transition;
    int64_t now_ms, token;
    const char *owner;
    int64_t not_before_ms;
    const char *reply; /* kept when not NULL */
    const JwOutboxEntry *const *events;
    size_t n_events;
} JwDeliveryChange;
bool jw_store_change_delivery(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                              JwDelivery **ret_delivery, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Deliveries in @states (1u << state) with notBefore ≤ @due_before_ms and updatedAt <
 * @updated_before_ms (0: no condition), oldest notBefore first. */
bool jw_store_scan_deliveries(JwStore *self, unsigned states, int64_t due_before_ms,
                              int64_t updated_before_ms, size_t limit, GPtrArray **ret,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
