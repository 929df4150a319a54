/* reports/render_mail.c: the mails of a job: the last one to each recipient, and all of them. */
#include "reports/reports.h"

#include <jansson.h>
#include <string.h>

#include "jw/jobs_mails.h"
#include "jw/report_mail.h"

static const struct {
    const char *status, *note; /* of this API; the note adds what no status expresses */
} statuses[JW_DELIVERY_N_STATES] = {
    [JW_DELIVERY_QUEUED] = { "Queued", NULL },
    [JW_DELIVERY_SENDING] = { "Sending", NULL },
    [JW_DELIVERY_SENT] = { "Sent", NULL },
    [JW_DELIVERY_FAILED] = { "Failed", NULL },
    [JW_DELIVERY_BOUNCED] = { "Bounced", NULL },
    [JW_DELIVERY_UNKNOWN] = { "Sending",
                              "the mail server did not say whether it took the message" },
};

/* One that was put off has a reply as well: why. */
static bool
has_trouble(const JwDelivery *delivery)
{
    return delivery->state == JW_DELIVERY_BOUNCED || delivery->state == JW_DELIVERY_FAILED
           || delivery->state == JW_DELIVERY_QUEUED;
}

/* @delivery: NULL: it is still to be made. (transfer full) */
static json_t *
render_recipient(const char *email, const JwDelivery *delivery)
{
    json_t *recipient = json_object();
    const JwDeliveryState state = delivery != NULL ? delivery->state : JW_DELIVERY_QUEUED;

    jw_json_set_string(recipient, "email", email);
    jw_json_set_string(recipient, "status", statuses[state].status);
    jw_json_set_string(recipient, "note", statuses[state].note);
    if (delivery == NULL) {
        return recipient;
    }
    if (delivery->sent_at_ms != 0) {
        jw_json_set_time(recipient, "sentAt", delivery->sent_at_ms);
    }
    if (has_trouble(delivery)) {
        jw_json_set_string(recipient, "errorMessage", delivery->reply);
    }
    jw_json_set_string(recipient, "statusCode", delivery->status_code);
    if (delivery->maybe_duplicate) {
        json_object_set_new(recipient, "maybeDuplicate", json_true());
    }
    if (delivery->link_revoked_at_ms != 0) {
        jw_json_set_time(recipient, "linkRevokedAt", delivery->link_revoked_at_ms);
    }
    return recipient;
}

/* The mail about the failure that the job ended with; NULL: none. (transfer full) */
static json_t *
render_failure_mail(const JwJob *job, const GPtrArray *deliveries)
{
    for (guint i = 0; deliveries != NULL && i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);
        if (job->state == JW_JOB_FAILED && delivery->kind == JW_DELIVERY_FAILURE
            && delivery->failure == job->retry_count) {
            return render_recipient(delivery->recipient, delivery);
        }
    }
    return NULL;
}

/* Everybody who gets the report, whether their message exists already or not: also before there is
 * a report, unless there will be none. (transfer full) */
static json_t *
render_recipients(const JwJob *job, const GPtrArray *deliveries, JwDeliveryCounts *ret_counts)
{
    json_t *recipients = json_array();

    *ret_counts = (JwDeliveryCounts){ 0 };
    if (job->state == JW_JOB_COMPLETED) {
        g_autoptr(GArray) lasts = jw_jobs_last_mails(job, deliveries);

        for (guint i = 0; i < lasts->len; i++) {
            const JwLastMail *last = &g_array_index(lasts, JwLastMail, i);
            json_array_append_new(recipients, render_recipient(last->recipient, last->delivery));
        }
        *ret_counts = jw_jobs_count_mails(job, deliveries);
    } else if (!jw_job_state_terminal(job->state)) {
        for (size_t i = 0; job->recipients != NULL && job->recipients[i] != NULL; i++) {
            json_array_append_new(recipients, render_recipient(job->recipients[i], NULL));
        }
        ret_counts->total = (int)json_array_size(recipients);
    }
    return recipients;
}

json_t *
gw_render_delivery(const JwJob *job, const GPtrArray *deliveries)
{
    JwDeliveryCounts counts = { 0 };
    json_t *recipients = render_recipients(job, deliveries, &counts);
    json_t *failure = render_failure_mail(job, deliveries);
    const int pending =
        counts.total - counts.sent - counts.failed - counts.bounced - counts.unknown;
    json_t *delivery = json_pack(
        "{s:i, s:i, s:i, s:i, s:i, s:i, s:s, s:o}", "total", counts.total, "sent", counts.sent,
        "failed", counts.failed, "bounced", counts.bounced, "unknown", counts.unknown, "pending",
        pending, "onFailure", jw_on_failure_name((int)job->on_failure), "recipients", recipients);

    if (job->in_doubt != JW_IN_DOUBT_DEFAULT) {
        jw_json_set_string(delivery, "inDoubt", jw_in_doubt_name((int)job->in_doubt));
    }
    if (job->mail != NULL) {
        json_object_set_new(delivery, "mail", jw_mail_texts_value(job->mail));
    }
    if (failure != NULL) {
        json_object_set_new(delivery, "failureMail", failure);
    }
    return delivery;
}

static void
set_time(json_t *object, const char *name, int64_t time_ms)
{
    if (time_ms != 0) {
        jw_json_set_time(object, name, time_ms);
    }
}

json_t *
gw_render_mail(const JwDelivery *delivery, int64_t now_ms)
{
    json_t *mail = render_recipient(delivery->recipient, delivery);

    jw_json_set_string(mail, "id", delivery->id);
    jw_json_set_string(mail, "kind", jw_delivery_kind_name((int)delivery->kind));
    json_object_set_new(mail, "round", json_integer(delivery->round));
    json_object_set_new(mail, "attempts", json_integer(delivery->attempts));
    jw_json_set_string(mail, "messageId", delivery->message_id);
    jw_json_set_string(mail, "reply", delivery->reply);
    set_time(mail, "createdAt", delivery->created_at_ms);
    set_time(mail, "endedAt", delivery->finished_at_ms);
    if (delivery->state == JW_DELIVERY_QUEUED && delivery->not_before_ms > now_ms) {
        set_time(mail, "nextTryAt", delivery->not_before_ms);
    }
    return mail;
}
