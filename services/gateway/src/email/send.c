/* email/send.c: POST /send-email-report: a report that is there, to whom it is said: a round of
 * messages of its own (jw/jobs_mails.h), also to who had it before. Nothing is waited for. */
#include "email/email.h"

#include "core/artifact.h"
#include "jw/address.h"
#include "jw/jobs_mails.h"
#include "jw/log.h"

static const JwField recipient = { .type = JW_FIELD_STRING, .check = jw_check_address };
static const JwField fields[] = {
    { .name = "reportExecutionId",
      .type = JW_FIELD_STRING,
      .flags = JW_FIELD_REQUIRED,
      .check = jw_check_uuid },
    { .name = "emailRecipients",
      .type = JW_FIELD_ARRAY,
      .flags = JW_FIELD_REQUIRED,
      .min = 1,
      .max = JW_DEFAULT_RECIPIENTS_MAX,
      .item = &recipient },
    { .name = NULL },
};

/* As they are sent, each mailbox once. (transfer full) of char *, ended by NULL */
static GPtrArray *
read_recipients(const json_t *body)
{
    g_auto(GStrv) asked = jw_json_texts(json_object_get(body, "emailRecipients"));
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GPtrArray *recipients = g_ptr_array_new_with_free_func(g_free);

    for (size_t i = 0; asked != NULL && asked[i] != NULL; i++) {
        char *address = jw_address_sent(asked[i]);

        if (g_hash_table_add(seen, jw_address_key(address))) {
            g_ptr_array_add(recipients, address);
        } else {
            g_free(address);
        }
    }
    g_ptr_array_add(recipients, NULL);
    return recipients;
}

static void
reply_unavailable(JwHttpReply *reply)
{
    jw_http_reply_problem(reply, 404, "REPORT_NOT_FOUND", NULL, 0,
                          "Report not found or file not available");
}

/* Whether there is a file to send; false: answered. */
static bool
has_file(const Gw *gw, JwHttpReply *reply, const JwJob *job)
{
    if (!jw_job_state_terminal(job->state)) {
        jw_http_reply_problem(reply, 409, "REPORT_NOT_COMPLETED", NULL, 0,
                              "the report is %s; it can be sent once it is Completed",
                              gw_email_status(job->state));
        return false;
    }
    if (!gw_artifact_available(gw, job)) {
        reply_unavailable(reply);
        return false;
    }
    return true;
}

static void
reply_queued(JwHttpReply *reply, const JwJob *job, const GPtrArray *recipients, bool replayed)
{
    if (replayed) {
        jw_http_reply_header(reply, "Idempotent-Replayed", "true");
    }
    jw_http_reply_json(reply, 200,
                       json_pack("{s:s, s:i, s:s}", "reportExecutionId", job->id, "totalRecipients",
                                 (int)recipients->len - 1, "overallStatus", "Queued"));
}

static void
reply_error(const Gw *gw, JwHttpReply *reply, const JwJob *job, const char *key,
            const GError *error)
{
    g_autofree char *location = gw_email_location(gw, job->id);

    if (jw_error_code(error) != JW_ERROR_IN_DOUBT) {
        jw_http_reply_error(reply, error);
        return;
    }
    gw_reply_unknown(reply, location,
                     key != NULL ? "repeat the request with the same Idempotency-Key"
                                 : "repeat the request, which had no Idempotency-Key and may then "
                                   "send the report twice");
}

static void
send_again(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
           const json_t *body, const char *key)
{
    const char *by = jw_http_principal(request)->subject;
    g_autoptr(GPtrArray) recipients = read_recipients(body);
    g_autofree char *hash = gw_request_hash(body);
    char id[JW_UUID_LEN + 1];
    const JwResendWish wish = { .recipients = (const char *const *)recipients->pdata,
                                .id = id,
                                .request_hash = hash,
                                .by = by };
    JwResent resent = JW_RESENT_GONE;
    int round = 0;
    g_autoptr(GError) error = NULL;

    jw_jobs_make_id(id, GW_EMAIL_SOURCE ":send", by, key, jw_clock_now_ms(gw->clock));
    if (!jw_jobs_resend(&gw->jobs, job->id, &wish, &resent, &round, NULL, &error)) {
        reply_error(gw, reply, job, key, error);
        return;
    }
    switch (resent) {
    case JW_RESENT_GONE:
        reply_unavailable(reply);
        return;
    case JW_RESENT_KEY_REUSED:
        gw_reply_key_reused(reply);
        return;
    case JW_RESENT_TOO_OFTEN:
        jw_http_reply_problem(reply, 409, "RESEND_LIMIT_REACHED", NULL, 0,
                              "a report is sent again %d times, and to %d recipients, at most; "
                              "generate it anew",
                              JW_RESENDS_MAX, JW_RESENT_TO_MAX);
        return;
    case JW_RESENT_NEW:
        jw_info("report_sent_again", JW_STR("job_id", job->id), JW_STR("subject", by),
                JW_INT("recipients", recipients->len - 1));
        break;
    case JW_RESENT_NOBODY: /* a message to each is on its way already */
    case JW_RESENT_REPLAYED:
        break;
    }
    reply_queued(reply, job, recipients, resent == JW_RESENT_REPLAYED);
}

void
gw_email_send(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_auto(JwViolations) violations = { 0 };
    const char *key = NULL;

    json_auto_t *body = gw_request_body(request, reply);
    if (body == NULL) {
        return;
    }
    (void)gw_request_key(request, &violations, &key);
    (void)jw_check_object(body, fields, "", &violations);
    if (!gw_email_sound(reply, &violations)) {
        return;
    }
    g_autoptr(JwJob) job =
        gw_email_find(gw, request, reply, jw_json_text(body, "reportExecutionId"), NULL);
    if (job != NULL && has_file(gw, reply, job)) {
        send_again(gw, request, reply, job, body, key);
    }
}
