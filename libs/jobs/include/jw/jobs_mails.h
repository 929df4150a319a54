/* jw/jobs_mails.h: the mails of a job: which it calls for, what became of the last one to each
 * recipient, and sending its report again. Any thread, no state. */
#pragma once
#include "jw/jobs.h"
#include "jw/store_deliveries.h"
#include "jw/store_job_mail.h"

G_BEGIN_DECLS

/* What the job calls for, not stored: completed with a report, one for each recipient and one for
 * each of each resend; failed, one for who asked for it. (transfer full) of JwDelivery */
GPtrArray *jw_jobs_mails_of(const JwJob *job, int64_t now_ms);

/* The last mail with the report to a recipient. */
typedef struct {
    const char *recipient; /* the job's */
    int32_t round;
    const JwDelivery *delivery; /* NULL: still to be made */
} JwLastMail;

/* Those of a completed job, in the order in which their recipients were first named. @deliveries:
 * (nullable) (element-type JwDelivery): the job's. (transfer full) of JwLastMail, which borrow of
 * both */
GArray *jw_jobs_last_mails(const JwJob *job, const GPtrArray *deliveries);

/* The same, counted, and the messages of the job's own beside them. */
JwDeliveryCounts jw_jobs_count_mails(const JwJob *job, const GPtrArray *deliveries);

typedef struct {
    bool failed; /* to those whose last mail has failed or bounced, */
    const char *const
        *recipients; /* and to these: checked addresses, as they are sent; (nullable) */
    const char *id;  /* of the request; NULL: it is another one each time */
    const char *request_hash, *by; /* (nullable) */
} JwResendWish;

typedef enum {
    JW_RESENT_GONE,       /* there is no such job, or it has no report: nothing was done */
    JW_RESENT_KEY_REUSED, /* another request had this id */
    JW_RESENT_NOBODY,     /* none has failed, or a mail to each is on its way */
    JW_RESENT_TOO_OFTEN,  /* JW_RESENDS_MAX, or JW_RESENT_TO_MAX */
    JW_RESENT_REPLAYED,   /* the same request did it before */
    JW_RESENT_NEW,
} JwResent;

/**
 * jw_jobs_resend:
 * @job_id: of a job whose report may be sent: that is the caller's to know
 * @ret_job: (out) (optional) (nullable) (transfer full): the job after it, or as it stands
 * @ret_round: (out): the number of the round, from 1, when REPLAYED or NEW, else 0; what it says is
 *   in the resends of the job
 * @error: IN_DOUBT: with an id, the same request tells
 *
 * Sends the report of a completed job again: a round of deliveries of its own. Who would get it
 * anyway, because a mail to them is on its way, is left out, so nobody gets two where one is meant.
 * The round is one update of the job; its deliveries follow from it, by whoever sees it first.
 */
bool jw_jobs_resend(const JwJobs *self, const char *job_id, const JwResendWish *wish,
                    JwResent *ret_resent, int *ret_round, JwJob **ret_job,
                    GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
