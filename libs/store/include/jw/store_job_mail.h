/* jw/store_job_mail.h: what is kept on a job about its mails: counts, resends, and whether there is
 * still something to do for them. Errors: jw/store.h. */
#pragma once
#include "jw/store_jobs.h"

G_BEGIN_DECLS

/* Keeps the counts of a job's deliveries; written only while they differ. A job that is gone is no
 * error. */
bool jw_store_set_delivery_counts(JwStore *self, const char *job_id, const JwDeliveryCounts *counts,
                                  int64_t now_ms, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Clears mail_pending of a job that is still as @job was read: in the same state, retried as often,
 * sent again as often. One that is not, or that is gone, is no error. */
bool jw_store_end_mail(JwStore *self, const JwJob *job, int64_t now_ms,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/**
 * jw_store_add_resend:
 * @job: as it was read: its resends are what tells that no other came in between
 * @ret_cas: (out): LOST: it is gone, not completed, or was sent again meanwhile
 * @ret_job: (out) (optional) (transfer full): the job with it when WON, untouched when LOST
 * @error: IN_DOUBT, and CORRUPT: it may have been added
 *
 * Adds a round to a completed job, and sets mail_pending.
 */
bool jw_store_add_resend(JwStore *self, const JwJob *job, const JwResend *resend, JwCas *ret_cas,
                         JwJob **ret_job, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
