/* reports/links_make.c: POST /jobs/:jobId/links: a link to the report of a job for people without a
 * token. What it is, a signature over its id and its end, is shown once, here. */
#include "reports/reports.h"

#include <jansson.h>
#include <string.h>

#include "core/artifact.h"
#include "core/resolve.h"
#include "jw/jobs.h"
#include "jw/json_parts.h"
#include "jw/log.h"
#include "jw/store_shares.h"

#define LIFE_MS       (INT64_C(7) * 86400000) /* unless it is asked for */
#define LIFE_MOST_MS  (INT64_C(366) * 86400000)
#define DOWNLOADS_MAX 1000000

static const JwField fields[] = {
    { .name = "expiresIn", .type = JW_FIELD_STRING, .check = jw_check_duration },
    { .name = "expiresAt", .type = JW_FIELD_STRING, .check = jw_check_time },
    { .name = "description", .type = JW_FIELD_STRING, .min = 1, .max = 200 },
    { .name = "maxDownloads", .type = JW_FIELD_INT, .min = 1, .max = DOWNLOADS_MAX },
    { 0 },
};

typedef struct {
    const Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
    const JwJob *job;
    const char *key; /* Idempotency-Key; NULL: none */
    char *hash;
    char id[JW_UUID_LEN + 1];
    int64_t now_ms;
} Making;

static void
making_clear(Making *self)
{
    g_clear_pointer(&self->hash, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Making, making_clear)

static void
answer(const Making *self, const JwShare *share, bool replayed)
{
    g_autofree char *token = jw_link_token_sign(self->gw->links, share->id, share->expires_at_ms);
    g_autofree char *url = jw_link_mailed(self->gw->config.public_url, token);
    g_autofree char *below = g_strconcat("/links/", share->id, NULL);
    g_autofree char *location = gw_render_link(self->gw, self->job->id, below);
    json_t *data = json_pack("{s:s, s:s}", "id", share->id, "url", url);

    jw_json_set_time(data, "expiresAt", share->expires_at_ms);
    jw_http_reply_header(self->reply, "Location", location);
    jw_http_reply_header(self->reply, "Cache-Control", "private, no-store");
    if (replayed) {
        jw_http_reply_header(self->reply, "Idempotent-Replayed", "true");
    }
    gw_reply_data(self->reply, 201, data);
}

/* Whether the same request made it before: answered, with that answer. */
static bool
replayed(const Making *self)
{
    g_autoptr(JwShare) found = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_share(self->gw->store, self->id, &found, &error)) {
        jw_http_reply_error(self->reply, error);
        return true;
    }
    if (found == NULL || g_strcmp0(found->request_hash, self->hash) != 0) {
        return false;
    }
    answer(self, found, true);
    return true;
}

/* When it ends; false: a violation was noted. Nobody is promised a report for longer than it is
 * kept. */
static bool
read_end(const Making *self, const json_t *body, JwViolations *violations, int64_t *ret_ms)
{
    const char *in = jw_json_text(body, "expiresIn");
    const int64_t at_ms = jw_json_moment(body, "expiresAt");
    const int64_t kept_ms = self->job->artifact->expires_at_ms;
    const char *pointer = at_ms != 0 ? "/expiresAt" : "/expiresIn";
    int64_t life_ms = LIFE_MS;

    if (in != NULL && at_ms != 0) {
        return jw_violations_add(violations, "/expiresAt",
                                 "and expiresIn exclude each other; leave one of them out");
    }
    if (in != NULL) {
        (void)jw_parse_duration(in, &life_ms);
    }
    int64_t end_ms = at_ms != 0 ? at_ms : self->now_ms + life_ms;
    if (in == NULL && at_ms == 0 && kept_ms != 0) {
        end_ms = MIN(end_ms, kept_ms);
    }
    end_ms -= end_ms % 1000; /* as the signature has it */
    if (end_ms <= self->now_ms) {
        return jw_violations_add(violations, pointer, "must be a second or more from now");
    }
    if (end_ms - self->now_ms > LIFE_MOST_MS) {
        return jw_violations_add(violations, pointer, "must be at most 366 days from now");
    }
    if (kept_ms != 0 && end_ms > kept_ms) {
        g_autofree char *kept = jw_time_format(kept_ms);
        return jw_violations_add(
            violations, pointer,
            "is after the report's own end, %s; ask for that or less, or leave "
            "it out",
            kept);
    }
    *ret_ms = end_ms;
    return true;
}

/* False: answered. */
static bool
has_report(const Making *self)
{
    if (!gw_has_report(self->reply, self->job, "a link to its report can be made")) {
        return false;
    }
    if (!gw_artifact_available(self->gw, self->job)) {
        jw_http_reply_problem(self->reply, 410, "REPORT_EXPIRED", NULL, 0,
                              "the report has expired; request the report again");
        return false;
    }
    return true;
}

/* False: answered. Some that come at the same time may pass the limit; it is there against loops.
 */
static bool
has_place(const Making *self)
{
    g_autoptr(GPtrArray) shares = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_list_shares(self->gw->store, self->job->id, GW_LINKS_MAX, &shares, &error)) {
        jw_http_reply_error(self->reply, error);
        return false;
    }
    if (shares->len < GW_LINKS_MAX) {
        return true;
    }
    jw_http_reply_problem(self->reply, 409, "LINK_LIMIT_REACHED", NULL, 0,
                          "the job has %d links already, which is the most, revoked and expired "
                          "ones counted; use one that works, or request the report again",
                          GW_LINKS_MAX);
    return false;
}

typedef struct {
    GwWrite base; /* first: the one is the other */
    JwStore *store;
    const JwShare *share;
} Creation;

static bool
write_share(GwWrite *base, JwCas *ret_cas, GError **error)
{
    const Creation *self = (const Creation *)base;
    JwCreate create = JW_CREATE_EXISTS;

    if (!jw_store_create_share(self->store, self->share, &create, error)) {
        return false;
    }
    *ret_cas = create == JW_CREATE_NEW ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

static bool
read_share(GwWrite *base, GwSeen *ret_seen, GError **error)
{
    const Creation *self = (const Creation *)base;
    g_autoptr(JwShare) found = NULL;

    if (!jw_store_get_share(self->store, self->share->id, &found, error)) {
        return false;
    }
    *ret_seen = found == NULL                                                    ? GW_SEEN_POSSIBLE
                : g_strcmp0(found->request_hash, self->share->request_hash) == 0 ? GW_SEEN_OURS
                                                                                 : GW_SEEN_LOST;
    return true;
}

static void
store_and_answer(const Making *self, const JwShare *share)
{
    Creation creation = { { write_share, read_share }, self->gw->store, share };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    if (!gw_resolve(&creation.base, &cas, &error)) {
        g_autofree char *location = gw_render_link(self->gw, self->job->id, "/links");
        if (jw_error_code(error) == JW_ERROR_IN_DOUBT) {
            gw_reply_unknown(self->reply, location, gw_repeat_advice(self->key));
        } else {
            jw_http_reply_error(self->reply, error);
        }
    } else if (cas == JW_CAS_WON) {
        jw_info("link_created", JW_STR("link_id", share->id), JW_STR("job_id", share->job_id),
                JW_STR("subject", share->created_by.id));
        answer(self, share, false);
    } else if (!replayed(self)) {
        gw_reply_key_reused(self->reply);
    }
}

static void
make(const Making *self, const json_t *body, int64_t end_ms)
{
    const JwPrincipal *who = jw_http_principal(self->request);
    g_autoptr(JwShare) share = g_new0(JwShare, 1);

    share->id = g_strdup(self->id);
    share->job_id = g_strdup(self->job->id);
    share->description = g_strdup(jw_json_text(body, "description"));
    share->created_by.id = g_strdup(who->subject);
    share->created_by.name = g_strdup(who->name);
    share->created_at_ms = self->now_ms;
    share->expires_at_ms = end_ms;
    share->max_downloads = json_integer_value(json_object_get(body, "maxDownloads"));
    share->request_hash = g_strdup(self->hash);
    store_and_answer(self, share);
}

/* The body, with @self's key, id and hash set; NULL: answered, or violations were noted. */
static json_t *
read_body(Making *self, JwViolations *violations)
{
    size_t length = 0;

    (void)jw_http_body(self->request, &length);
    json_t *body = length > 0 ? gw_request_body(self->request, self->reply) : json_object();
    if (body == NULL) {
        return NULL;
    }
    (void)gw_request_key(self->request, violations, &self->key);
    g_autofree char *source = g_strconcat("api:links:", self->job->id, NULL);
    jw_jobs_make_id(self->id, source, jw_http_principal(self->request)->subject, self->key,
                    self->now_ms);
    self->hash = gw_request_hash(body);
    (void)jw_check_object(body, fields, "", violations);
    return body;
}

void
gw_reports_make_link(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_auto(JwViolations) violations = { 0 };
    int64_t end_ms = 0;

    g_autoptr(JwJob) job = gw_request_own_job(gw, request, reply, GW_LINKS_WHY);
    if (job == NULL) {
        return;
    }
    g_auto(Making) self = { .gw = gw,
                            .request = request,
                            .reply = reply,
                            .job = job,
                            .now_ms = jw_clock_now_ms(gw->clock) };
    json_auto_t *body = read_body(&self, &violations);
    /* first of all: what was answered once is answered again, whatever has become of the report */
    if (body == NULL || (self.key != NULL && replayed(&self))
        || !gw_request_sound(reply, &violations) || !has_report(&self)) {
        return;
    }
    (void)read_end(&self, body, &violations, &end_ms);
    if (gw_request_sound(reply, &violations) && has_place(&self)) {
        make(&self, body, end_ms);
    }
}
