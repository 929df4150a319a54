/* reports/resend.c: GET and POST /jobs/:jobId/deliveries: the mails of a job, and its report sent
 * again, to those whose mail has failed or to whoever is named. */
#include "reports/reports.h"

#include <jansson.h>

#include "core/artifact.h"
#include "jw/address.h"
#include "jw/crash.h"
#include "jw/jobs_mails.h"
#include "jw/json_parts.h"
#include "jw/log.h"

#define RECIPIENTS_MAX 100

static const JwField recipient = { .type = JW_FIELD_STRING, .check = jw_check_address };
static const JwField fields[] = {
    { .name = "failed", .type = JW_FIELD_BOOL },
    { .name = "recipients", .type = JW_FIELD_ARRAY, .max = RECIPIENTS_MAX, .item = &recipient },
    { 0 },
};

void
gw_reports_list_mails(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const int64_t now_ms = jw_clock_now_ms(gw->clock);
    g_autoptr(GPtrArray) deliveries = NULL;
    g_autoptr(GError) error = NULL;

    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    if (job == NULL) {
        return;
    }
    if (!jw_store_list_deliveries(gw->store, job->id, &deliveries, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *mails = json_array();
    for (guint i = 0; i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        if (delivery->channel == JW_CHANNEL_MAIL) { /* the log of webhooks is theirs */
            json_array_append_new(mails, gw_render_mail(delivery, now_ms));
        }
    }
    gw_reply_data(reply, 200, mails);
}

typedef struct {
    const Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
    const JwJob *job;
    json_t *body;
    const char *key; /* Idempotency-Key; NULL: none */
    char id[JW_UUID_LEN + 1];
} Asked;

/* The addresses of the body as they are sent. (transfer full) */
static char **
read_recipients(const json_t *body)
{
    g_autoptr(GStrvBuilder) sent = g_strv_builder_new();
    const json_t *item = NULL;
    size_t i = 0;

    json_array_foreach(json_object_get(body, "recipients"), i, item)
    {
        g_autofree char *address = jw_address_sent(json_string_value(item));
        g_strv_builder_add(sent, address);
    }
    return g_strv_builder_end(sent);
}

/* Sets key and id; false: answered. */
static bool
read_asked(Asked *self)
{
    g_autofree char *source = g_strconcat("api:resend:", self->job->id, NULL);
    g_auto(JwViolations) violations = { 0 };

    (void)gw_request_key(self->request, &violations, &self->key);
    if (jw_check_object(self->body, fields, "", &violations)
        && !json_is_true(json_object_get(self->body, "failed"))
        && json_array_size(json_object_get(self->body, "recipients")) == 0) {
        (void)jw_violations_add(&violations, "",
                                "says to nobody; give \"failed\": true for those whose last mail "
                                "has failed or bounced, recipients, or both");
    }
    jw_jobs_make_id(self->id, source, jw_http_principal(self->request)->subject, self->key,
                    jw_clock_now_ms(self->gw->clock));
    return gw_request_sound(self->reply, &violations);
}

/* That there is a report to send, unless this was asked before; false: answered. */
static bool
may_send(const Asked *self)
{
    if (jw_job_resend_of(self->job, self->id) > 0) {
        return true;
    }
    if (!gw_has_report(self->reply, self->job, "its report can be sent again")) {
        return false;
    }
    if (!gw_artifact_available(self->gw, self->job)) {
        jw_http_reply_problem(self->reply, 410, "REPORT_EXPIRED", NULL, 0,
                              "the report has expired; request the report again");
        return false;
    }
    return true;
}

static void
reply_round(const Asked *self, const JwJob *job, int round, bool replayed)
{
    const JwResend *resend = g_ptr_array_index(job->resends, round - 1);
    json_t *data =
        json_pack("{s:s, s:i, s:s, s:o}", "id", job->id, "round", round, "status", "Queued",
                  "recipients", jw_json_strings((const char *const *)resend->recipients));
    g_autofree char *location = gw_render_link(self->gw, job->id, "/deliveries");

    if (resend->skipped != NULL) {
        json_object_set_new(data, "skipped", jw_json_strings((const char *const *)resend->skipped));
    }
    jw_http_reply_header(self->reply, "Location", location);
    if (replayed) {
        jw_http_reply_header(self->reply, "Idempotent-Replayed", "true");
    }
    gw_reply_data(self->reply, 202, data);
}

static void
reply_resent(const Asked *self, JwResent resent, const JwJob *job, int round)
{
    switch (resent) {
    case JW_RESENT_GONE:
        jw_http_reply_problem(self->reply, 404, "JOB_NOT_FOUND", NULL, 0,
                              "the job has been removed");
        return;
    case JW_RESENT_KEY_REUSED:
        gw_reply_key_reused(self->reply);
        return;
    case JW_RESENT_NOBODY:
        jw_http_reply_problem(self->reply, 409, "NOBODY_TO_SEND_TO", NULL, 0,
                              "no mail of this job has failed or bounced, and to whom you name one "
                              "is on its way; see its deliveries");
        return;
    case JW_RESENT_TOO_OFTEN:
        jw_http_reply_problem(self->reply, 409, "RESEND_LIMIT_REACHED", NULL, 0,
                              "a report is sent again %d times, and to %d recipients, at most; "
                              "request the report again",
                              JW_RESENDS_MAX, JW_RESENT_TO_MAX);
        return;
    case JW_RESENT_REPLAYED:
    case JW_RESENT_NEW:
        reply_round(self, job, round, resent == JW_RESENT_REPLAYED);
        return;
    }
}

static void
resend(const Asked *self)
{
    const JwPrincipal *who = jw_http_principal(self->request);
    g_auto(GStrv) recipients = read_recipients(self->body);
    g_autofree char *hash = gw_request_hash(self->body);
    const JwResendWish wish = { .failed = json_is_true(json_object_get(self->body, "failed")),
                                .recipients = (const char *const *)recipients,
                                .id = self->id,
                                .request_hash = hash,
                                .by = who->subject };
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;
    JwResent resent = JW_RESENT_GONE;
    int round = 0;

    jw_crash_point("gw_before_change");
    bool ok = jw_jobs_resend(&self->gw->jobs, self->job->id, &wish, &resent, &round, &job, &error);
    if (!ok && jw_error_code(error) == JW_ERROR_IN_DOUBT) {
        g_autofree char *location = gw_render_link(self->gw, self->job->id, "/deliveries");
        gw_reply_unknown(self->reply, location, gw_repeat_advice(self->key));
        return;
    }
    if (!ok) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    jw_crash_point("gw_after_change");
    if (resent == JW_RESENT_NEW) {
        jw_info("report_resent", JW_STR("job_id", job->id), JW_INT("round", round),
                JW_STR("subject", who->subject));
    }
    reply_resent(self, resent, job, round);
}

void
gw_reports_resend(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;

    g_autoptr(JwJob) job = gw_request_own_job(
        gw, request, reply,
        "sending a report gives it to people without a token, so only the job's owner and admins "
        "of its departments may");
    json_auto_t *body = job != NULL ? gw_request_body(request, reply) : NULL;
    Asked self = { .gw = gw, .request = request, .reply = reply, .job = job, .body = body };

    if (body != NULL && read_asked(&self) && may_send(&self)) {
        resend(&self);
    }
}
