/* reports/create.c: POST /jobs: turns the request into a job and answers.
 *
 * The answer needs the store only: what must reach Kafka is offered to the relay afterwards and
 * never waited for. What is unknown is answered as unknown (504), never as undone. */
#include "reports/reports.h"

#include <jansson.h>
#include <string.h>

#include "core/admission.h"
#include "jw/address.h"
#include "jw/crash.h"
#include "jw/log.h"
#include "templates/templates.h"

#define SOURCE        "api:reports"
#define RETRY_AFTER_S 5

typedef struct {
    Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
    const JwPrincipal *who;
    const char *key; /* Idempotency-Key; NULL: none */
    char *hash;      /* of the body, whatever its white space and order of keys */
    char id[JW_UUID_LEN + 1];
    int64_t now_ms;
} Creation;

static void
creation_clear(Creation *self)
{
    g_clear_pointer(&self->hash, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Creation, creation_clear)

static bool
take_key(Creation *self, JwViolations *violations)
{
    if (!gw_request_key(self->request, violations, &self->key)) {
        return false;
    }
    jw_jobs_make_id(self->id, SOURCE, self->who->subject, self->key, self->now_ms);
    return true;
}

static void
answer(const Creation *self, const JwJob *job, bool replayed)
{
    g_autofree char *location = gw_render_link(self->gw, job->id, "");
    bool later = job->scheduled_for_ms > job->created_at_ms;

    jw_http_reply_header(self->reply, "Location", location);
    if (replayed) {
        jw_http_reply_header(self->reply, "Idempotent-Replayed", "true");
    }
    gw_reply_data(self->reply, 201,
                  json_pack("{s:s, s:s}", "id", job->id, "status",
                            gw_render_status(later ? JW_JOB_SCHEDULED : JW_JOB_PENDING)));
}

/* A body that is refused today may be one that was accepted before, when its scheduledFor had not
 * passed. */
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
        answer(self, earlier, true);
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
    job->source = g_strdup(SOURCE);
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
    jw_crash_point("gw_after_insert");
    gw_admission_note(self->gw->admission);
    jw_metric_add(gw_metrics[GW_METRIC_CREATED], SOURCE, 1);
    jw_info("job_created", JW_STR("job_id", job->id), JW_STR("report_type", job->subtype),
            JW_STR("state", jw_job_state_name(job->state)), JW_STR("subject", self->who->subject));
    answer(self, job, false);
}

static void
answer_error(const Creation *self, const GError *error)
{
    if (jw_error_code(error) != JW_ERROR_IN_DOUBT) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    jw_warn("job_in_doubt", JW_STR("job_id", self->id), JW_STR("error", jw_error_message(error)));
    g_autofree char *location = gw_render_link(self->gw, self->id, "");
    gw_reply_unknown(self->reply, location, gw_repeat_advice(self->key));
}

static void
store_and_answer(const Creation *self, JwJob *job)
{
    JwCreated outcome = JW_CREATED_KEY_REUSED;
    g_autoptr(JwJob) earlier = NULL;
    g_autoptr(GError) error = NULL;

    jw_crash_point("gw_before_insert");
    if (!jw_jobs_create(&self->gw->jobs, job, &outcome, &earlier, &error)) {
        answer_error(self, error);
        return;
    }
    switch (outcome) {
    case JW_CREATED_NEW:
        created(self, job);
        return;
    case JW_CREATED_REPLAYED:
        answer(self, earlier, true);
        return;
    case JW_CREATED_KEY_REUSED:
        gw_reply_key_reused(self->reply);
        return;
    }
}

/* The job that the body asks for, with the settings of its template. NULL: answered. */
static JwJob *
read_job(const Creation *self, const json_t *body, JwViolations *violations)
{
    const Gw *gw = self->gw;
    g_autofree char *email = jw_address_sent(self->who->email);
    g_autoptr(JwTemplate) template = NULL;
    g_autoptr(JwJob) job = NULL;
    g_auto(JwViolations) found = { 0 };
    json_auto_t *whole = NULL;

    if (!gw_template_use(gw, self->who, self->reply, body, violations, &template, &whole)) {
        if (jw_violations_count(violations) > 0 && !replayed(self)) {
            (void)gw_request_sound(self->reply, violations);
        }
        return NULL;
    }
    bool ok = jw_wire_job_from_request(gw->wire, whole, self->now_ms, &found, &job);
    ok = jw_wire_check_on_failure(whole, email, "",
                                  "use a token with the claim email, or leave this out", &found)
         && ok;
    gw_template_tell(template, body, &found, violations);
    if (!ok || jw_violations_count(violations) > 0) {
        if (!replayed(self)) {
            (void)gw_request_sound(self->reply, violations);
        }
        return NULL;
    }
    if (!gw_scope_limit(gw, self->who, whole, job, &found)) {
        gw_template_tell(template, body, &found, violations);
        gw_reply_beyond(self->reply, self->who, violations);
        return NULL;
    }
    if (template != NULL) {
        job->template_id = g_strdup(template->id);
        job->template_version = template->version;
    }
    return g_steal_pointer(&job);
}

void
gw_reports_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    Gw *gw = context;
    g_auto(Creation) self = { .gw = gw,
                              .request = request,
                              .reply = reply,
                              .who = jw_http_principal(request),
                              .now_ms = jw_clock_now_ms(gw->clock) };
    g_auto(JwViolations) violations = { 0 };

    json_auto_t *body = gw_request_body(request, reply);
    if (body == NULL) {
        return;
    }
    self.hash = gw_request_hash(body);
    (void)take_key(&self, &violations);
    g_autoptr(JwJob) job = read_job(&self, body, &violations);
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
