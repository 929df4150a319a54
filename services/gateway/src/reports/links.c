/* reports/links.c: GET /jobs/:jobId/links, and DELETE of one. Who makes a link gives the report
 * away, so links are for the job's owner and admins. */
#include "reports/reports.h"

#include <jansson.h>

#include "core/artifact.h"
#include "jw/log.h"

JwJob *
gw_request_own_job(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const char *why)
{
    g_autoptr(JwJob) job = gw_request_job(gw, request, reply);
    const GwShared shared = job != NULL ? gw_shared_job(job) : (GwShared){ 0 };

    if (job == NULL || gw_scope_rules(jw_http_principal(request), &shared)) {
        return g_steal_pointer(&job);
    }
    jw_http_reply_problem(reply, 403, "FORBIDDEN", NULL, 0, "%s", why);
    return NULL;
}

static const char *
status_of(const Gw *gw, const JwJob *job, const JwShare *share)
{
    if (share->revoked_at_ms != 0) {
        return "revoked";
    }
    if (share->max_downloads > 0 && share->downloads >= share->max_downloads) {
        return "used";
    }
    return share->expires_at_ms <= jw_clock_now_ms(gw->clock) || !gw_artifact_available(gw, job)
               ? "expired"
               : "active";
}

static json_t *
render(const Gw *gw, const JwJob *job, const JwShare *share)
{
    json_t *link = json_object();
    json_t *by = json_object();

    jw_json_set_string(link, "id", share->id);
    jw_json_set_string(link, "status", status_of(gw, job, share));
    jw_json_set_string(link, "description", share->description);
    jw_json_set_time(link, "createdAt", share->created_at_ms);
    jw_json_set_string(by, "id", share->created_by.id);
    jw_json_set_string(by, "name", jw_actor_name(&share->created_by));
    json_object_set_new(link, "createdBy", by);
    jw_json_set_time(link, "expiresAt", share->expires_at_ms);
    json_object_set_new(link, "downloads", json_integer(share->downloads));
    if (share->max_downloads > 0) {
        json_object_set_new(link, "maxDownloads", json_integer(share->max_downloads));
    }
    if (share->used_at_ms != 0) {
        jw_json_set_time(link, "lastUsedAt", share->used_at_ms);
    }
    if (share->revoked_at_ms != 0) {
        jw_json_set_time(link, "revokedAt", share->revoked_at_ms);
        jw_json_set_string(link, "revokedBy", share->revoked_by);
    }
    return link;
}

void
gw_reports_list_links(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(GPtrArray) shares = NULL;
    g_autoptr(GError) error = NULL;

    g_autoptr(JwJob) job = gw_request_own_job(gw, request, reply, GW_LINKS_WHY);
    if (job == NULL) {
        return;
    }
    if (!jw_store_list_shares(gw->store, job->id, GW_LINKS_MAX * 2, &shares, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *data = json_array();
    for (guint i = 0; i < shares->len; i++) {
        json_array_append_new(data, render(gw, job, g_ptr_array_index(shares, i)));
    }
    gw_reply_data(reply, 200, data);
}

/* The link of :linkId, which is one of @job; NULL: answered. (transfer full) */
static JwShare *
find_link(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job)
{
    const char *asked = jw_http_param(request, "linkId");
    g_autofree char *id = g_ascii_strdown(asked, -1);
    g_autoptr(JwShare) share = NULL;
    g_autoptr(GError) error = NULL;

    if (jw_uuid_valid(asked) && !jw_store_get_share(gw->store, id, &share, &error)) {
        jw_http_reply_error(reply, error);
        return NULL;
    }
    if (share == NULL || g_strcmp0(share->job_id, job->id) != 0) {
        jw_http_reply_problem(reply, 404, "LINK_NOT_FOUND", NULL, 0,
                              "this job has no link with this id");
        return NULL;
    }
    return g_steal_pointer(&share);
}

bool
gw_revoke_share(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply,
                const JwShare *share, int64_t *ret_at_ms)
{
    const char *subject = jw_http_principal(request)->subject;
    const int64_t now_ms = jw_clock_now_ms(gw->clock);
    g_autoptr(JwShare) after = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    *ret_at_ms = share->revoked_at_ms != 0 ? share->revoked_at_ms : now_ms;
    if (share->revoked_at_ms != 0) {
        return true;
    }
    if (!jw_store_revoke_share(gw->store, share->id, subject, now_ms, &cas, &error)
        || (cas == JW_CAS_LOST && !jw_store_get_share(gw->store, share->id, &after, &error))) {
        jw_http_reply_error(reply, error); /* whatever was done: repeating it is harmless */
        return false;
    }
    if (after != NULL && after->revoked_at_ms != 0) { /* by somebody else, at the same time */
        *ret_at_ms = after->revoked_at_ms;
    }
    jw_info("link_revoked", JW_STR("link_id", share->id), JW_STR("job_id", share->job_id),
            JW_STR("subject", subject));
    return true;
}

void
gw_reports_revoke_link(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    int64_t at_ms = 0;

    g_autoptr(JwJob) job = gw_request_own_job(gw, request, reply, GW_LINKS_WHY);
    g_autoptr(JwShare) share = job != NULL ? find_link(gw, request, reply, job) : NULL;
    if (share == NULL || !gw_revoke_share(gw, request, reply, share, &at_ms)) {
        return;
    }
    json_t *data = json_pack("{s:s}", "id", share->id);
    jw_json_set_time(data, "revokedAt", at_ms);
    gw_reply_data(reply, 200, data);
}
