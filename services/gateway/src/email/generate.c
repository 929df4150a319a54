/* email/generate.c: POST /generate-email-report: makes the job of a report, once, and answers for
 * it (answer.c). What must reach Kafka is offered to the relay afterwards and never waited for. */
#include "email/email.h"

#include "core/admission.h"
#include "jw/address.h"
#include "jw/crash.h"
#include "jw/log.h"

#include <string.h>

#define RETRY_AFTER_S 5

typedef struct {
    Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
    const JwPrincipal *who;
    const char *key; /* Idempotency-Key; NULL: none */
    char *hash;      /* of the body */
    char id[JW_UUID_LEN + 1];
    int64_t now_ms;
} Creation;

static void
creation_clear(Creation *self)
{
    g_clear_pointer(&self->hash, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Creation, creation_clear)

/* False: answered. */
static bool
take_key(Creation *self, const json_t *body)
{
    g_auto(JwViolations) violations = { 0 };

    if (!gw_request_key(self->request, &violations, &self->key)) {
        return gw_request_sound(self->reply, &violations);
    }
    self->hash = gw_request_hash(body);
    jw_jobs_make_id(self->id, GW_EMAIL_SOURCE, self->who->subject, self->key, self->now_ms);
    return true;
}

/* Whether the same request made its report before: answered for that one. */
static bool
replayed(const Creation *self)
{
    g_autoptr(JwJob) earlier = NULL;
    g_autoptr(GError) error = NULL;

    if (self->key == NULL) {
        return false;
    }
    if (!jw_jobs_find_replay(&self->gw->jobs, self->id, self->hash, &earlier, &error)) {
        jw_http_reply_error(self->reply, error);
        return true;
    }
    if (earlier != NULL) {
        gw_email_answer(self->gw, self->request, self->reply, earlier, true);
    }
    return earlier != NULL;
}

/* The command carries who asked; its readers refuse a malformed name (libs/wire). */
static bool
is_line(const char *text)
{
    return text != NULL && strpbrk(text, "\t\r\n") == NULL;
}

static void
fill(const Creation *self, JwJob *job)
{
    job->id = g_strdup(self->id);
    job->source = g_strdup(GW_EMAIL_SOURCE);
    job->requested_by.id = g_strdup(self->who->subject);
    job->requested_by.name = is_line(self->who->name) ? g_strdup(self->who->name) : NULL;
    job->requested_by.email = jw_address_sent(self->who->email);
    job->request_id = g_strdup(jw_http_request_id(self->request));
    job->traceparent = g_strdup(jw_http_traceparent(self->request));
    job->request_hash = g_strdup(self->hash);
    job->max_retries = (int32_t)self->gw->config.retry_max;
    job->created_at_ms = self->now_ms;
    job->updated_at_ms = self->now_ms;
}

static void
created(const Creation *self, const JwJob *job)
{
    jw_crash_point("gw_email_after_insert");
    gw_admission_note(self->gw->admission);
    jw_metric_add(gw_metrics[GW_METRIC_CREATED], GW_EMAIL_SOURCE, 1);
    jw_info("job_created", JW_STR("job_id", job->id), JW_STR("report_type", job->subtype),
            JW_STR("state", jw_job_state_name(job->state)), JW_STR("subject", self->who->subject));
    gw_email_answer(self->gw, self->request, self->reply, job, false);
}

static void
answer_error(const Creation *self, const GError *error)
{
    if (jw_error_code(error) != JW_ERROR_IN_DOUBT) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    jw_warn("job_in_doubt", JW_STR("job_id", self->id), JW_STR("error", jw_error_message(error)));
    g_autofree char *location = gw_email_location(self->gw, self->id);
    gw_reply_unknown(self->reply, location, gw_repeat_advice(self->key));
}

static void
store_and_answer(const Creation *self, JwJob *job)
{
    JwCreated outcome = JW_CREATED_KEY_REUSED;
    g_autoptr(JwJob) earlier = NULL;
    g_autoptr(GError) error = NULL;

    jw_crash_point("gw_email_before_insert");
    if (!jw_jobs_create(&self->gw->jobs, job, &outcome, &earlier, &error)) {
        answer_error(self, error);
        return;
    }
    switch (outcome) {
    case JW_CREATED_NEW:
        created(self, job);
        return;
    case JW_CREATED_REPLAYED:
        gw_email_answer(self->gw, self->request, self->reply, earlier, true);
        return;
    case JW_CREATED_KEY_REUSED:
        gw_reply_key_reused(self->reply);
        return;
    }
}

void
gw_email_generate(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Gw *gw = context;
    g_auto(Creation) self = { .gw = gw,
                              .request = request,
                              .reply = reply,
                              .who = jw_http_principal(request),
                              .now_ms = jw_clock_now_ms(gw->clock) };

    json_auto_t *body = gw_request_body(request, reply);
    if (body == NULL) {
        return;
    }
    gw_email_drop_nulls(body);
    if (!take_key(&self, body) || replayed(&self)) {
        return;
    }
    g_autoptr(JwJob) job = gw_email_read_job(gw, request, reply, body, self.now_ms);
    if (job == NULL) {
        return;
    }
    if (!gw_admission_allows(gw->admission)) {
        jw_http_reply_problem(reply, 503, "TOO_MANY_PENDING_JOBS", NULL, RETRY_AFTER_S,
                              "too many jobs are waiting; try again later");
        return;
    }
    fill(&self, job);
    store_and_answer(&self, job);
}
