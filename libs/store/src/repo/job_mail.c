/* job_mail.c: what is kept on a job about its mails. Any thread. */
#include "repo.h"
#include "jw/store_job_mail.h"

bool
jw_store_set_delivery_counts(JwStore *self, const char *job_id, const JwDeliveryCounts *counts,
                             int64_t now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && job_id != NULL && counts != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(job_id), "$or", "[", "{", "deliveries.total", "{", "$ne",
                 BCON_INT32(counts->total), "}", "}", "{", "deliveries.sent", "{", "$ne",
                 BCON_INT32(counts->sent), "}", "}", "{", "deliveries.failed", "{", "$ne",
                 BCON_INT32(counts->failed), "}", "}", "{", "deliveries.bounced", "{", "$ne",
                 BCON_INT32(counts->bounced), "}", "}", "{", "deliveries.unknown", "{", "$ne",
                 BCON_INT32(counts->unknown), "}", "}", "]");
    g_auto(bson_t) update = BSON_INITIALIZER;
    bson_t set;
    JwCas cas = JW_CAS_LOST; /* LOST: already so, or the job is gone */

    BSON_APPEND_DOCUMENT_BEGIN(&update, "$set", &set);
    jw_doc_append_as(&set, "deliveries", &jw_doc_counts_table, counts);
    BSON_APPEND_DATE_TIME(&set, "updatedAt", now_ms);
    bson_append_document_end(&update, &set);
    return jw_db_update(self, "jobs", filter, &update, &cas, error)
           || jw_prefix(error, "counting the deliveries of job '%s'", job_id);
}

/* That it was sent again as often as @job says; a job of before has no such count. */
static void
append_rounds(bson_t *filter, const JwJob *job)
{
    if (job->resend_count == 0) {
        BCON_APPEND(filter, "resendCount", "{", "$not", "{", "$gte", BCON_INT32(1), "}", "}");
    } else {
        BSON_APPEND_INT32(filter, "resendCount", job->resend_count);
    }
}

bool
jw_store_end_mail(JwStore *self, const JwJob *job, int64_t now_ms, GError **error)
{
    g_return_val_if_fail(self != NULL && job != NULL && job->id != NULL, false);
    g_autoptr(bson_t) filter =
        BCON_NEW("_id", BCON_UTF8(job->id), "state", BCON_UTF8(jw_job_state_name(job->state)),
                 "retryCount", BCON_INT32(job->retry_count), "mailPending", BCON_BOOL(true));
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "mailPending", BCON_BOOL(false), "updatedAt",
                                        BCON_DATE_TIME(now_ms), "}");
    JwCas cas = JW_CAS_LOST; /* LOST: not so any more */

    append_rounds(filter, job);
    return jw_db_update(self, "jobs", filter, update, &cas, error)
           || jw_prefix(error, "ending the mail of job '%s'", job->id);
}

bool
jw_store_add_resend(JwStore *self, const JwJob *job, const JwResend *resend, JwCas *ret_cas,
                    JwJob **ret_job, GError **error)
{
    g_return_val_if_fail(self != NULL && job != NULL && resend != NULL && ret_cas != NULL, false);
    g_autoptr(bson_t) filter = BCON_NEW("_id", BCON_UTF8(job->id), "state",
                                        BCON_UTF8(jw_job_state_name(JW_JOB_COMPLETED)));
    g_autoptr(bson_t) update = BCON_NEW("$set", "{", "mailPending", BCON_BOOL(true), "updatedAt",
                                        BCON_DATE_TIME(resend->at_ms), "}", "$inc", "{",
                                        "resendCount", BCON_INT32(1), "}");
    const void *const rounds[] = { resend };
    gpointer after = NULL;
    bson_t push, each;

    append_rounds(filter, job);
    BSON_APPEND_DOCUMENT_BEGIN(update, "$push", &push);
    BSON_APPEND_DOCUMENT_BEGIN(&push, "resends", &each);
    jw_doc_append_list(&each, "$each", &jw_doc_resend_table, rounds, 1);
    bson_append_document_end(&push, &each);
    bson_append_document_end(update, &push);
    if (!jw_repo_modify(self, &jw_repo_jobs, filter, update, ret_cas,
                        ret_job == NULL ? NULL : &after, error)) {
        return jw_prefix(error, "sending the report of job '%s' again", job->id);
    }
    if (after != NULL) {
        *ret_job = after;
    }
    return true;
}
