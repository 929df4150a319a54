/* links/api.c: the file that a link in a mail names.
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

#define ADVICE "ask the sender for a new one"

static void
reply_over(JwHttpReply *reply, const JwLinkToken *token)
{
    g_autofree char *until = jw_time_words(token->expires_ms);

    jw_http_reply_problem(reply, 410, "LINK_EXPIRED", NULL, 0, "the link worked until %s; " ADVICE,
                          until);
}

/* The delivery of a link that still works; NULL: answered. (transfer full) */
static JwDelivery *
find_delivery(const Gw *gw, JwHttpReply *reply, const JwLinkToken *token)
{
    g_autoptr(JwDelivery) delivery = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_delivery(gw->store, token->delivery_id, &delivery, &error)) {
        jw_http_reply_error(reply, error);
        return NULL;
    }
    if (delivery == NULL) {
        jw_http_reply_problem(reply, 410, "REPORT_EXPIRED", NULL, 0,
                              "the report has been removed; " ADVICE);
    } else if (delivery->link_revoked_at_ms != 0) {
        g_autofree char *since = jw_time_words(delivery->link_revoked_at_ms);

        g_clear_pointer(&delivery, jw_delivery_free);
        jw_http_reply_problem(reply, 410, "LINK_REVOKED", NULL, 0,
                              "the link was withdrawn on %s; " ADVICE, since);
    }
    return g_steal_pointer(&delivery);
}

static void
reply_file(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply,
           const JwDelivery *delivery)
{
    g_autoptr(JwJob) job = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_job(gw->store, delivery->job_id, &job, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    if (job == NULL || job->state != JW_JOB_COMPLETED || job->artifact == NULL) {
        jw_http_reply_problem(reply, 410, "REPORT_EXPIRED", NULL, 0,
                              "the report has been removed; " ADVICE);
        return;
    }
    jw_info("link_followed", JW_STR("delivery_id", delivery->id), JW_STR("job_id", job->id));
    gw_reply_artifact(gw, request, reply, job, ADVICE);
}

static void
links_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    JwLinkToken token = { 0 };

    if (!jw_link_token_check(gw->links, jw_http_param(request, "token"), &token)) {
        jw_http_reply_problem(reply, 404, "LINK_UNKNOWN", NULL, 0,
                              "the link is not one of ours, or not complete; open it from the mail "
                              "again, or " ADVICE);
        return;
    }
    g_autoptr(JwDelivery) delivery = find_delivery(gw, reply, &token);
    if (delivery == NULL) {
        return;
    }
    if (token.expires_ms <= jw_clock_now_ms(gw->clock)) {
        reply_over(reply, &token);
        return;
    }
    reply_file(gw, request, reply, delivery);
}

/* The address is the key to the file: it stays out of caches, other sites and search. */
static const JwHttpHeader headers[] = {
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
    .headers = headers,
    .routes = routes,
    .openapi = "openapi-links.yaml",
};
