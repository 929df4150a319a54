/* jw/store_deliveries.h: deliveries; every change follows the table of jw/delivery.h. Errors:
 * jw/store.h. */
#pragma once
#include "jw/delivery.h"
#include "jw/store.h"

G_BEGIN_DECLS

/* Inserts deliveries in one round trip, as jw_store_create_jobs(). */
bool jw_store_create_deliveries(JwStore *self, const JwDelivery *const *deliveries, size_t n,
                                JwCreate *ret_creates, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* @ret_delivery: (out) (nullable) (transfer full): NULL when there is none. */
bool jw_store_get_delivery(JwStore *self, const char *id, JwDelivery **ret_delivery,
                           GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* All deliveries of a job, by recipient. @ret: (out) (element-type JwDelivery) (transfer full) */
bool jw_store_list_deliveries(JwStore *self, const char *job_id, GPtrArray **ret,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct {
    const char *delivery_id;
    JwDeliveryTransition transition;
    int64_t now_ms, token;
    const char *owner;
    int64_t not_before_ms;
    const char *reply, *status_code; /* kept when not NULL */
    const JwOutboxEntry *const *events;
    size_t n_events;
} JwDeliveryChange;

/**
 * jw_store_change_delivery:
 * @ret_cas: (out): LOST: no such delivery, or another state or token, or not due
 * @ret_delivery: (out) (optional) (transfer full): the delivery after the change when WON,
 *   untouched when LOST
 * @error: IN_DOUBT, and CORRUPT: the change may have been made
 */
bool jw_store_change_delivery(JwStore *self, const JwDeliveryChange *change, JwCas *ret_cas,
                              JwDelivery **ret_delivery, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Ends the download link of a delivery's mail, whatever its state. @ret_cas: (out):
 * LOST: no such delivery. */
bool jw_store_revoke_link(JwStore *self, const char *delivery_id, int64_t now_ms, JwCas *ret_cas,
                          GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_scan_deliveries:
 * @states: 1u << state each; 0: any
 * @due_before_ms: notBefore is not after this; 0: no condition
 * @updated_before_ms: updatedAt is before this; 0: no condition
 * @limit: at least 1
 * @ret: (out) (element-type JwDelivery) (transfer full): oldest notBefore first
 */
bool jw_store_scan_deliveries(JwStore *self, unsigned states, int64_t due_before_ms,
                              int64_t updated_before_ms, size_t limit, GPtrArray **ret,
                              GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
