/* reports/revoke.c: DELETE /jobs/:jobId/links: ends all links to the report of a job, those that
 * were made and those in its mails, or the one in one recipient's mail. A mail that has not gone
 * out yet is not sent then. */
#include "reports/reports.h"

#include <jansson.h>
#include <string.h>

#include "jw/address.h"
#include "jw/jobs_mails.h"
#include "jw/log.h"

const JwField gw_reports_revoke_query[] = {
    { .name = "recipient", .type = JW_FIELD_STRING, .min = 1, .max = 320 },
    { 0 },
};

static guint
n_reports(const GPtrArray *deliveries)
{
    guint n = 0;

    for (guint i = 0; i < deliveries->len; i++) {
        n += ((const JwDelivery *)g_ptr_array_index(deliveries, i))->kind == JW_DELIVERY_REPORT;
    }
    return n;
}

/* The deliveries of the job's mails, all of them; none when it sends none. NULL: answered.
 * (transfer full) */
static GPtrArray *
find_mails(const Gw *gw, JwHttpReply *reply, const JwJob *job)
{
    g_autoptr(GPtrArray) deliveries = NULL;
    g_autoptr(GError) error = NULL;

    g_autoptr(GPtrArray) wanted = jw_jobs_mails_of(job, 0);
    if (n_reports(wanted) == 0) {
        return g_ptr_array_new();
    }
    if (!jw_store_list_deliveries(gw->store, job->id, &deliveries, &error)) {
        jw_http_reply_error(reply, error);
        return NULL;
    }
    if (n_reports(deliveries) < n_reports(wanted)) {
        jw_http_reply_problem(reply, 503, "SERVICE_UNAVAILABLE", NULL, 5,
                              "the mails of this job are still being made; try again");
        return NULL;
    }
    return g_steal_pointer(&deliveries);
}

/* Adds it to @revoked; false: answered. */
static bool
revoke_link(const Gw *gw, JwHttpReply *reply, const JwDelivery *delivery, json_t *revoked)
{
    const int64_t now_ms = jw_clock_now_ms(gw->clock);
    const bool before = delivery->link_revoked_at_ms != 0;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    if (!before && !jw_store_revoke_link(gw->store, delivery->id, now_ms, &cas, &error)) {
        jw_http_reply_error(reply, error); /* whatever was done: repeating it is harmless */
        return false;
    }
    if (before || cas == JW_CAS_WON) {
        json_t *row = json_object();

        jw_json_set_string(row, "email", delivery->recipient);
        jw_json_set_time(row, "revokedAt", before ? delivery->link_revoked_at_ms : now_ms);
        json_array_append_new(revoked, row);
    }
    return true;
}

static bool
is_meant(const JwDelivery *delivery, const char *key)
{
    g_autofree char *own = jw_address_key(delivery->recipient);

    return delivery->kind == JW_DELIVERY_REPORT && (key == NULL || strcmp(own, key) == 0);
}

/* Whom the query means, as deliveries have it; NULL: all. False: answered. */
static bool
read_recipient(const JwHttpRequest *request, JwHttpReply *reply, char **ret_key)
{
    const char *recipient = jw_http_query(request, "recipient");
    g_autofree char *wrong = recipient != NULL ? jw_address_check(recipient) : NULL;
    g_autofree char *sent = jw_address_sent(recipient);
    g_auto(JwViolations) violations = { 0 };

    if (wrong != NULL) {
        (void)jw_violations_add(&violations, "/recipient", "%s", wrong);
    } else if (sent != NULL) {
        *ret_key = jw_address_key(sent);
    }
    return gw_request_sound(reply, &violations);
}

/* Ends those that were made, and adds them to @revoked; false: answered. */
static bool
revoke_made(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwJob *job,
            json_t *revoked)
{
    g_autoptr(GPtrArray) shares = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_list_shares(gw->store, job->id, GW_LINKS_MAX * 2, &shares, &error)) {
        jw_http_reply_error(reply, error);
        return false;
    }
    for (guint i = 0; i < shares->len; i++) {
        const JwShare *share = g_ptr_array_index(shares, i);
        json_t *row = json_object();
        int64_t at_ms = 0;

        json_array_append_new(revoked, row);
        if (!gw_revoke_share(gw, request, reply, share, &at_ms)) {
            return false;
        }
        jw_json_set_string(row, "id", share->id);
        jw_json_set_time(row, "revokedAt", at_ms);
    }
    return true;
}

static void
reply_none(JwHttpReply *reply, const char *recipient)
{
    g_auto(JwViolations) violations = { 0 };

    if (recipient == NULL) {
        jw_http_reply_problem(reply, 409, "NO_LINKS", NULL, 0,
                              "this job has no link, and has sent no mail; there is nothing to "
                              "revoke");
        return;
    }
    (void)jw_violations_add(&violations, "/recipient", "is no recipient of this job");
    (void)gw_request_sound(reply, &violations);
}

void
gw_reports_revoke_links(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    json_auto_t *revoked = json_array();
    g_autofree char *key = NULL;

    g_autoptr(JwJob) job = gw_request_own_job(gw, request, reply, GW_LINKS_WHY);
    if (job == NULL || !read_recipient(request, reply, &key)) {
        return;
    }
    g_autoptr(GPtrArray) deliveries = find_mails(gw, reply, job);
    if (deliveries == NULL || (key == NULL && !revoke_made(gw, request, reply, job, revoked))) {
        return;
    }
    for (guint i = 0; i < deliveries->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(deliveries, i);

        if (is_meant(delivery, key) && !revoke_link(gw, reply, delivery, revoked)) {
            return;
        }
    }
    if (json_array_size(revoked) == 0) {
        reply_none(reply, key);
        return;
    }
    jw_info("links_revoked", JW_STR("job_id", job->id),
            JW_STR("subject", jw_http_principal(request)->subject),
            JW_INT("links", (int64_t)json_array_size(revoked)));
    gw_reply_data(reply, 200, json_pack("{s:s, s:O}", "id", job->id, "revoked", revoked));
}
