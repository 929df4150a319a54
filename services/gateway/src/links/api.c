/* links/api.c: the file that a link names: one in a mail, or one that an owner made, whose
 * downloads are counted.
 *
 * The signature is the first thing that is looked at, and the only one without it: all links that
 * we did not sign get one answer, whether what they name exists or not. Who has a link of ours may
 * know why it no longer works. */
#include "links/links.h"

#include "core/artifact.h"
#include "jw/clock.h"
#include "jw/links.h"
#include "jw/log.h"
#include "jw/store_deliveries.h"
#include "jw/store_jobs.h"
#include "jw/store_shares.h"

#define ADVICE "ask the sender for a new one"

static void
reply_over(JwHttpReply *reply, const JwLinkToken *token)
{
    g_autofree char *until = jw_time_words(token->expires_ms);

    jw_http_reply_problem(reply, 410, "LINK_EXPIRED", NULL, 0, "the link worked until %s; " ADVICE,
                          until);
}

static void
reply_revoked(JwHttpReply *reply, int64_t since_ms)
{
    g_autofree char *since = jw_time_words(since_ms);

    jw_http_reply_problem(reply, 410, "LINK_REVOKED", NULL, 0,
                          "the link was withdrawn on %s; " ADVICE, since);
}

static void
reply_used(JwHttpReply *reply, const JwShare *share)
{
    jw_http_reply_problem(reply, 410, "LINK_USED", NULL, 0,
                          "the link was good for %" G_GINT64_FORMAT
                          " download%s, and has had %s; " ADVICE,
                          share->max_downloads, share->max_downloads == 1 ? "" : "s",
                          share->max_downloads == 1 ? "it" : "them");
}

static void
reply_removed(JwHttpReply *reply)
{
    jw_http_reply_problem(reply, 410, "REPORT_EXPIRED", NULL, 0,
                          "the report has been removed; " ADVICE);
}

/* What the token names: one of the two; both NULL: answered. */
typedef struct {
    JwDelivery *delivery;
    JwShare *share;
} Named;

static void
named_clear(Named *self)
{
    g_clear_pointer(&self->delivery, jw_delivery_free);
    g_clear_pointer(&self->share, jw_share_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Named, named_clear)

/* False: answered, for it is not there or works no more. */
static bool
find_named(const Gw *gw, JwHttpReply *reply, const JwLinkToken *token, Named *ret)
{
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_delivery(gw->store, token->id, &ret->delivery, &error)
        || (ret->delivery == NULL
            && !jw_store_get_share(gw->store, token->id, &ret->share, &error))) {
        jw_http_reply_error(reply, error);
        return false;
    }
    const JwShare *share = ret->share;
    if (ret->delivery == NULL && share == NULL) {
        reply_removed(reply);
        return false;
    }
    const int64_t revoked_ms =
        share != NULL ? share->revoked_at_ms : ret->delivery->link_revoked_at_ms;
    if (revoked_ms != 0) {
        reply_revoked(reply, revoked_ms);
        return false;
    }
    if (share != NULL && share->max_downloads > 0 && share->downloads >= share->max_downloads) {
        reply_used(reply, share);
        return false;
    }
    return true;
}

/* The file is the answer, unless this is one download too many. */
static void
count(const Gw *gw, JwHttpReply *reply, const JwShare *share)
{
    JwCas cas = JW_CAS_LOST;
    g_autoptr(JwShare) now = NULL;
    g_autoptr(GError) error = NULL;

    const bool counted =
        jw_store_use_share(gw->store, share, jw_clock_now_ms(gw->clock), &cas, &error);
    if (counted && cas == JW_CAS_WON) {
        return;
    }
    if (!counted && share->max_downloads == 0 && jw_error_code(error) == JW_ERROR_IN_DOUBT) {
        jw_warn("link_perhaps_not_counted", JW_STR("link_id", share->id),
                JW_STR("error", jw_error_message(error)));
        return; /* no download hangs on it */
    }
    jw_http_reply_drop_file(reply);
    if (!counted || !jw_store_get_share(gw->store, share->id, &now, &error)) {
        jw_http_reply_error(reply, error);
    } else if (now == NULL) {
        reply_removed(reply);
    } else if (now->revoked_at_ms != 0) {
        reply_revoked(reply, now->revoked_at_ms);
    } else {
        reply_used(reply, now);
    }
}

static void
reply_file(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const Named *named)
{
    const JwShare *share = named->share;
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_job(gw->store, share != NULL ? share->job_id : named->delivery->job_id, &job,
                          &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    if (job == NULL || job->state != JW_JOB_COMPLETED || job->artifact == NULL) {
        reply_removed(reply);
        return;
    }
    jw_info("link_followed", JW_STR("delivery_id", share == NULL ? named->delivery->id : NULL),
            JW_STR("link_id", share != NULL ? share->id : NULL), JW_STR("job_id", job->id));
    /* A part could be had without the first byte, which is what is counted. */
    gw_reply_artifact(gw, request, reply, job, ADVICE,
                      share != NULL && share->max_downloads > 0 ? share : NULL);
    if (share != NULL && jw_http_reply_starts_file(reply)) {
        count(gw, reply, share);
    }
}

static void
links_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    JwLinkToken token = { 0 };
    g_auto(Named) named = { 0 };

    if (!jw_link_token_check(gw->links, jw_http_param(request, "token"), &token)) {
        jw_http_reply_problem(
            reply, 404, "LINK_UNKNOWN", NULL, 0,
            "the link is not one of ours, or not complete; open it once more from "
            "where you have it, or " ADVICE);
        return;
    }
    if (!find_named(gw, reply, &token, &named)) {
        return;
    }
    if (token.expires_ms <= jw_clock_now_ms(gw->clock)) {
        reply_over(reply, &token);
        return;
    }
    reply_file(gw, request, reply, &named);
}

/* The address is the key to the file: it stays out of caches, other sites and search. */
const JwHttpHeader gw_links_headers[] = {
    { "Cache-Control", "private, no-store" },
    { "Referrer-Policy", "no-referrer" },
    { "X-Robots-Tag", "noindex, nofollow" },
    { 0 },
};

static const JwHttpRoute routes[] = {
    { "GET", "/:token", links_get, NULL, &jw_http_any_query }, /* mail filters add to links */
    { 0 },
};

const JwHttpApi gw_links_api = {
    .name = "links",
    .prefix = JW_LINK_MAILED,
    .errors = gw_links_page,
    .headers = gw_links_headers,
    .routes = routes,
    .openapi = "openapi-links.yaml",
};
