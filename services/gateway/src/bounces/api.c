/* bounces/api.c: POST /api/v1alpha1/bounces: a delivery status notification, as the mail that it
 * is, for mail servers that pipe what comes back to a program. What it is about it says itself;
 * what becomes of the delivery is in libs/jobs. */
#include "bounces/bounces.h"

#include <jansson.h>

#include "core/auth.h"
#include "core/keys.h"
#include "jw/crash.h"
#include "jw/jobs_bounces.h"
#include "jw/log.h"
#include "jw/mail_bounce.h"
#include "schedules/schedules.h"

#define RETRY_S 60

static void
reply_result(JwHttpReply *reply, const char *result, const JwMailBounce *bounce,
             const JwDelivery *delivery)
{
    json_t *data = json_object();

    jw_json_set_string(data, "result", result);
    jw_json_set_string(data, "action", jw_bounce_action_name(bounce->action));
    if (delivery != NULL) {
        jw_json_set_string(data, "delivery_id", delivery->id);
        jw_json_set_string(data, "job_id", delivery->job_id);
        jw_json_set_string(data, "recipient", delivery->recipient);
    }
    jw_json_set_string(data, "status_code", bounce->status);
    jw_json_set_string(data, "diagnostic", bounce->diagnostic);
    gw_schedules_reply(reply, 200, data);
}

/* The ids of the mail, and at the end the envelope's. (transfer container) of char *, NULL at the
 * end */
static GPtrArray *
all_ids(const JwMailBounce *bounce)
{
    GPtrArray *ids = g_ptr_array_new();

    for (guint i = 0; i < bounce->ids->len; i++) {
        g_ptr_array_add(ids, g_ptr_array_index(bounce->ids, i));
    }
    if (bounce->envelope_id != NULL) {
        g_ptr_array_add(ids, bounce->envelope_id);
    }
    g_ptr_array_add(ids, NULL);
    return ids;
}

static void
reply_not_ours(JwHttpReply *reply, const JwMailBounce *bounce)
{
    const bool named = bounce->ids->len > 0;

    jw_http_reply_problem(reply, 404, "DELIVERY_NOT_FOUND", NULL, 0,
                          named ? "no delivery of ours has the Message-ID <%s>, nor any other that "
                                  "the notification names; it is about somebody else's mail"
                                : "the notification does not say which mail it is about%s: it "
                                  "gives back no headers of it; let the mail server return them",
                          named ? (const char *)g_ptr_array_index(bounce->ids, 0) : "");
}

static void
reply_bounced(JwHttpReply *reply, JwBounced bounced, const JwMailBounce *bounce,
              const JwDelivery *delivery)
{
    switch (bounced) {
    case JW_BOUNCED_NOT_OURS:
        reply_not_ours(reply, bounce);
        return;
    case JW_BOUNCED_NOT_SENT:
        jw_http_reply_problem(reply, 409, "DELIVERY_NOT_SENT", NULL, 0,
                              "the mail of delivery %s was never sent, so none of it can have come "
                              "back",
                              delivery->id);
        return;
    case JW_BOUNCED_NOT_YET:
        jw_http_reply_problem(reply, 503, "SERVICE_UNAVAILABLE", NULL, RETRY_S,
                              "the mail of delivery %s is being sent; say it again in a minute",
                              delivery->id);
        return;
    case JW_BOUNCED_BEFORE:
    case JW_BOUNCED_NEW:
        reply_result(reply, bounced == JW_BOUNCED_NEW ? "bounced" : "bounced_before", bounce,
                     delivery);
        return;
    }
}

static void
take(const Gw *gw, JwHttpReply *reply, const JwMailBounce *bounce)
{
    g_autoptr(GPtrArray) ids = all_ids(bounce);
    const JwBounceNotice notice = { .ids = (const char *const *)ids->pdata,
                                    .status_code = bounce->status,
                                    .diagnostic = bounce->diagnostic };
    g_autoptr(JwDelivery) delivery = NULL;
    g_autoptr(GError) error = NULL;
    JwBounced bounced = JW_BOUNCED_NOT_OURS;

    jw_crash_point("gw_before_change");
    if (!jw_jobs_bounce(&gw->jobs, &notice, &bounced, &delivery, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    jw_crash_point("gw_after_change");
    if (delivery != NULL) {
        jw_info("bounce_received", JW_STR("delivery_id", delivery->id),
                JW_STR("job_id", delivery->job_id), JW_STR("status_code", bounce->status),
                JW_BOOL("new", bounced == JW_BOUNCED_NEW));
    }
    reply_bounced(reply, bounced, bounce, delivery);
}

static void
post(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_auto(JwMailBounce) bounce = { 0 };
    g_autoptr(GError) error = NULL;
    size_t length = 0;
    const char *body = jw_http_body(request, &length);

    if (!jw_mail_bounce_parse(body != NULL ? body : "", length, &bounce, &error)) {
        jw_http_reply_problem(reply, 400, "NOT_A_NOTIFICATION", NULL, 0, "%s",
                              jw_error_message(error));
        return;
    }
    if (bounce.action == JW_BOUNCE_FAILED) {
        take(gw, reply, &bounce);
    } else { /* that it goes on trying, or has delivered it, changes nothing */
        reply_result(reply, "nothing_to_do", &bounce, NULL);
    }
}

static const JwHttpRoute routes[] = {
    { "POST", "", post, GW_BOUNCES_MAY, NULL },
    { 0 },
};

/* As that of the schedules, but for which keys may. */
static json_t *
errors(const JwHttpProblem *problem, const char **ret_content_type)
{
    json_t *body = gw_schedules_error(problem, ret_content_type);

    if (problem->status == 403) {
        jw_json_set_string(json_object_get(body, "detail"), "message",
                           "this needs an API key of the role bounces, or admin");
    }
    return body;
}

static const JwAuthenticator *const authenticators[] = { &gw_api_key, NULL };

const JwHttpApi gw_bounces_api = {
    .name = "bounces",
    .prefix = GW_BOUNCES,
    .authenticators = authenticators,
    .errors = errors,
    .routes = routes,
    .body_type = "message/rfc822",
    .openapi = "openapi-bounces.yaml",
};
