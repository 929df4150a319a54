/* reports/create.c: POST: a request becomes a job document with its command and event in the outbox, one insert.
 *
 * The answer needs the store only: what must reach Kafka is offered to the relay afterwards and never waited for.
 * After an unknown outcome the same insert is made again: the id is ours, so "exists" means the first one held.
 * When that fails too the job is looked for once; what is unknown then is answered as unknown (504), never as undone. */
#include "reports/reports.h"

#include <jansson.h>
#include <string.h>

#include "core/admission.h"
#include "core/batch.h"
#include "jw/crash.h"
#include "jw/ident.h"
#include "jw/log.h"

#define SOURCE        "api:reports"
#define KEY_MAX       200
#define ADDRESS_MAX   254
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
key_fits(const char *key)
{
    size_t length = strlen(key);

    for (size_t i = 0; i < length; i++) {
        if (!g_ascii_isprint(key[i])) {
            return false;
        }
    }
    return length >= 1 && length <= KEY_MAX;
}

static bool
take_key(Creation *self, JwViolations *faults)
{
    const char *key = jw_http_header(self->request, "Idempotency-Key");

    if (key == NULL) {
        jw_uuid_v7(self->now_ms, self->id);
        return true;
    }
    if (!key_fits(key)) {
        return jw_violations_add(
            faults, "", "the header Idempotency-Key must have 1 to %d printable ASCII characters",
            KEY_MAX);
    }
    self->key = key;
    jw_uuid_derive(self->id, SOURCE, self->who->subject, key, NULL);
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

/* @earlier has our id: the same request again, or another one under the same key. */
static void
answer_earlier(const Creation *self, const JwJob *earlier)
{
    if (g_strcmp0(earlier->request_hash, self->hash) != 0) {
        jw_http_reply_problem(
            self->reply, 422, "IDEMPOTENCY_KEY_REUSED", NULL, 0,
            "this Idempotency-Key came with another body before; use a new key for a new request");
        return;
    }
    bool ours = earlier->created_at_ms == self->now_ms
                && g_strcmp0(earlier->request_id, jw_http_request_id(self->request)) == 0;
    answer(self, earlier, !ours);
}

/* A body that is refused today may be one that was accepted before, when its scheduledFor had not passed. */
static bool
replayed(const Creation *self)
{
    g_autoptr(JwJob) earlier = NULL;
    g_autoptr(GError) error = NULL;

    if (self->key == NULL) {
        return false;
    }
    if (!jw_store_get_job(self->gw->store, self->id, &earlier, &error)) {
        jw_http_reply_error(self->reply, error);
        return true;
    }
    if (earlier == NULL || g_strcmp0(earlier->request_hash, self->hash) != 0) {
        return false;
    }
    answer_earlier(self, earlier);
    return true;
}

/* The command carries who asked, and its readers refuse an address or a name that is none (libs/wire). */
static bool
is_address(const char *text)
{
    static const char pattern[] =
        "^(?![.-])(?!.*\\.\\.)[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}(?<!\\.)"
        "@[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
        "?)*\\z";

    return text != NULL && strlen(text) <= ADDRESS_MAX
           && g_regex_match_simple(pattern, text, G_REGEX_DEFAULT, G_REGEX_MATCH_DEFAULT);
}

static bool
is_line(const char *text)
{
    return text != NULL && strpbrk(text, "\t\r\n") == NULL;
}

static void
fill(const Creation *self, JwJob *job)
{
    const JwWire *wire = self->gw->wire;

    job->id = g_strdup(self->id);
    job->source = g_strdup(SOURCE);
    job->requested_by.id = g_strdup(self->who->subject);
    job->requested_by.name = is_line(self->who->name) ? g_strdup(self->who->name) : NULL;
    job->requested_by.email = is_address(self->who->email) ? g_strdup(self->who->email) : NULL;
    job->request_id = g_strdup(jw_http_request_id(self->request));
    job->traceparent = g_strdup(jw_http_traceparent(self->request));
    job->request_hash = g_strdup(self->hash);
    job->max_retries = (int32_t)self->gw->config.retry_max;
    job->created_at_ms = self->now_ms;
    job->updated_at_ms = self->now_ms;
    /* A scheduled job gets its command from the scheduler, when its time has come. */
    if (job->state == JW_JOB_PENDING) {
        g_ptr_array_add(job->outbox, jw_wire_submit_command(wire, job, self->now_ms));
    }
    g_ptr_array_add(job->outbox, jw_wire_job_event(wire, job, JW_TYPE_JOB_SUBMITTED, NULL, NULL,
                                                   NULL, false, self->now_ms));
}

static bool
insert(const Creation *self, const JwJob *job, JwCreate *ret_create, bool *ret_doubt,
       GError **error)
{
    g_autoptr(GError) cause = NULL;

    if (gw_batch_create(self->gw->batch, job, ret_create, &cause)) {
        return true;
    }
    if (jw_error_retry(cause) != JW_RETRY_AFTER_REREAD) {
        g_propagate_error(error, g_steal_pointer(&cause));
        return false;
    }
    *ret_doubt = true;
    return gw_batch_create(self->gw->batch, job, ret_create, error);
}

/* The job is durable. */
static void
created(const Creation *self, const JwJob *job)
{
    jw_crash_point("gw_after_insert");
    jw_relay_offer(self->gw->relay, JW_DOC_JOB, job->id, job->outbox);
    gw_admission_note(self->gw->admission);
    gw_count(GW_METRIC_CREATED, SOURCE);
    jw_info("job_created", JW_STR("job_id", job->id), JW_STR("report_type", job->subtype),
            JW_STR("state", jw_job_state_name(job->state)), JW_STR("subject", self->who->subject));
    answer(self, job, false);
}

/* After a doubt nothing may be answered that says "certainly not done": the first insert may even be done yet. */
static void
answer_unknown(const Creation *self, const GError *cause)
{
    jw_warn("job_in_doubt", JW_STR("job_id", self->id),
            JW_STR("error", cause != NULL ? jw_error_message(cause) : "not there when read again"));
    g_autofree char *location = gw_render_link(self->gw, self->id, "");
    gw_reply_unknown(self->reply, location,
                     self->key != NULL ? "repeat the request with the same Idempotency-Key"
                                       : "repeat the request, which had no Idempotency-Key and "
                                         "may then make a second job");
}

static void
store_and_answer(const Creation *self, const JwJob *job)
{
    JwCreate create = JW_CREATE_EXISTS;
    bool doubt = false;
    g_autoptr(JwJob) earlier = NULL;
    g_autoptr(GError) error = NULL;
    g_autoptr(GError) blind = NULL;

    jw_crash_point("gw_before_insert");
    bool known = insert(self, job, &create, &doubt, &error);
    if (!known && !doubt) {
        jw_http_reply_error(self->reply, error);
        return;
    }
    /* Nobody else can have an id that was not derived from a key. */
    if (known && (create == JW_CREATE_NEW || (doubt && self->key == NULL))) {
        created(self, job);
        return;
    }
    bool looked = jw_store_get_job(self->gw->store, job->id, &earlier, &blind);
    if (earlier != NULL && self->key == NULL) {
        created(self, job);
    } else if (earlier != NULL) {
        answer_earlier(self, earlier);
    } else if (doubt) {
        answer_unknown(self, looked ? error : blind);
    } else if (!looked) {
        jw_http_reply_error(self->reply, blind);
    } else {
        /* Removed since: the key is free again, and the caller is told to use it again. */
        jw_http_reply_problem(self->reply, 503, "SERVICE_UNAVAILABLE", NULL, RETRY_AFTER_S,
                              "this cannot be done at the moment; try again later");
    }
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
    g_auto(JwViolations) faults = { 0 };
    g_autoptr(JwJob) job = NULL;

    json_auto_t *body = gw_request_body(request, reply);
    if (body == NULL) {
        return;
    }
    g_autofree char *text = jw_json_print(body);
    self.hash = jw_sha256_hex(text, strlen(text));
    bool ok = take_key(&self, &faults);
    ok = jw_wire_job_from_request(gw->wire, body, self.now_ms, &faults, &job) && ok;
    if (!ok || jw_violations_count(&faults) > 0) {
        if (!replayed(&self)) {
            (void)gw_request_sound(reply, &faults);
        }
        return;
    }
    if (!gw_scope_apply(self.who, body, job, &faults)) {
        jw_http_reply_problem(reply, 403, "DEPARTMENT_FORBIDDEN", &faults, 0,
                              "the report asks for departments that are not yours");
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
