/* jw/jobs_deliveries.h: what may be done with a delivery; the same rules as for jobs, see
 * jw/jobs.h. */
#pragma once
#include "jw/jobs.h"
#include "jw/store_deliveries.h"

G_BEGIN_DECLS

/* Claims a queued delivery for one transaction, as jw_jobs_claim() does a job. @ret_delivery:
 * (out) (nullable) (transfer full): as claimed, or NULL when it was LOST. */
bool jw_jobs_claim_delivery(const JwJobs *self, const char *delivery_id, const char *process,
                            JwDelivery **ret_delivery, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* One change of the table in jw/delivery.h, with its event when the delivery ends or becomes
 * unknown. @delivery: as the caller last read it; names the token of fenced changes. @change:
 * the transition and what it sets (reply, not_before_ms); the rest is filled in here. */
bool jw_jobs_change_delivery(const JwJobs *self, const JwDelivery *delivery,
                             const JwDeliveryChange *change, const JwJobsCall *call, JwCas *ret_cas,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
