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

/* One change of the table in jw/delivery.h, with its event when that says so. @delivery: as the
 * caller last read it; names the token of fenced changes. @change: the transition and what it sets
 * (reply, not_before_ms); the rest is filled in here. */
bool jw_jobs_change_delivery(const JwJobs *self, const JwDelivery *delivery,
                             const JwDeliveryChange *change, const JwJobsCall *call, JwCas *ret_cas,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

#define JW_MESSAGE_SUBJECT_MAX 500           /* characters */
#define JW_MESSAGE_TEXT_MAX    (1024 * 1024) /* bytes, of text and of HTML each */

/* A mail whose text a job writes. */
typedef struct {
    const char *job_id; /* the job that writes it */
    /* What it is about, among all jobs: "expiry-7d:<server>:<day>". The same key and recipient
     * again is the same message, whichever job asks. */
    const char *key;
    const char *recipient, *subject, *text;
    const char *html; /* (nullable): as it is sent; what comes from outside is escaped in it */
    int64_t not_before_ms;
    const char *request_id, *traceparent; /* (nullable) */
} JwMessageWish;

/* Stores a message for the notifier to send, once. @ret_create: EXISTS: it was before, and nothing
 * was changed. After an unknown outcome repeating the call is harmless.
 * @error: INVALID: which member is wrong, and how */
bool jw_jobs_create_message(const JwJobs *self, const JwMessageWish *wish, JwCreate *ret_create,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
