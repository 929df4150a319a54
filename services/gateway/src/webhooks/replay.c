/* webhooks/replay.c: events that are sent once more, and tests. What is sent again has the same
 * webhook-id: a receiver that has it already can tell. */
#include "webhooks/webhooks.h"

#include "jw/ident.h"
#include "jw/jobs_deliveries.h"
#include "jw/json_parts.h"
#include "jw/log.h"
#include "jw/store_events.h"

#define REPLAYS_MOST 1000 /* with one request */
#define TRIES_MOST   200  /* that a delivery keeps */

void
gw_webhook_set_missed(const Gw *gw, json_t *value, const JwWebhook *webhook, int64_t since_ms)
{
    const JwEventQuery query = { .webhook_id = webhook->id,
                                 .states = 1u << JW_DELIVERY_FAILED,
                                 .since_ms = since_ms,
                                 .limit = REPLAYS_MOST };
    g_autofree char *link = gw_webhook_link(gw, webhook->id, "/replay");
    g_autoptr(GError) error = NULL;
    int64_t count = 0;

    if (!jw_store_count_events(gw->store, &query, &count, &error)) {
        jw_warn("missed_not_counted", JW_STR("webhook_id", webhook->id),
                JW_STR("error", jw_error_message(error)));
        return;
    }
    if (count > 0) {
        json_t *missed = json_object();
        json_object_set_new(missed, "count", json_integer(count));
        jw_json_set_time(missed, "since", since_ms);
        jw_json_set_string(missed, "replayUrl", link);
        json_object_set_new(value, "missed", missed);
    }
}

/* @ret_cas: (out): LOST: it is under way, or waits already. */
static bool
replay(const Gw *gw, const JwDelivery *delivery, JwCas *ret_cas, GError **error)
{
    const JwDeliveryChange change = { .transition = JW_DCHANGE_REPLAY,
                                      .not_before_ms = jw_clock_now_ms(gw->clock),
                                      .reply = "replayed" };

    if (delivery->tries->len >= TRIES_MOST) {
        return jw_fail(error, JW_ERROR_CONFLICT,
                       "the delivery was attempted %u times already, which is the most",
                       delivery->tries->len);
    }
    return jw_jobs_change_delivery(&gw->jobs, delivery, &change, NULL, ret_cas, error);
}

/* False: answered. */
static bool
is_enabled(const JwWebhook *webhook, JwHttpReply *reply)
{
    if (webhook->disabled_at_ms == 0) {
        return true;
    }
    jw_http_reply_problem(reply, 409, "WEBHOOK_DISABLED", NULL, 0,
                          "the webhook is disabled (%s); enable it first: PATCH it with "
                          "{\"enabled\": true}",
                          webhook->disabled_reason != NULL ? webhook->disabled_reason : "?");
    return false;
}

static void
reply_failed(JwHttpReply *reply, const GError *error, const char *location)
{
    if (jw_error_code(error) == JW_ERROR_IN_DOUBT) {
        gw_reply_unknown(reply, location, "repeat the request");
    } else {
        jw_http_reply_error(reply, error);
    }
}

/* The delivery of the path; NULL: answered. (transfer full) */
static JwDelivery *
find(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply, const JwWebhook *webhook)
{
    const char *event_id = jw_http_param(request, "eventId");
    char id[JW_UUID_LEN + 1];
    JwDelivery *delivery = NULL;
    g_autoptr(GError) error = NULL;

    jw_delivery_event_id(id, event_id, webhook->id);
    if (jw_uuid_valid(event_id) && !jw_store_get_delivery(gw->store, id, &delivery, &error)) {
        jw_http_reply_error(reply, error);
    } else if (delivery == NULL) {
        jw_http_reply_problem(reply, 404, "DELIVERY_NOT_FOUND", NULL, 0,
                              "the webhook has no delivery %s; GET its deliveries shows those "
                              "that there are",
                              event_id);
    }
    return delivery;
}

void
gw_webhooks_replay(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(JwWebhook) webhook = gw_request_webhook(gw, request, reply);
    g_autoptr(JwDelivery) delivery = NULL;
    g_autoptr(JwDelivery) after = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    if (webhook == NULL) {
        return;
    }
    delivery = find(gw, request, reply, webhook);
    if (delivery == NULL || !is_enabled(webhook, reply)) {
        return;
    }
    g_autofree char *location = gw_webhook_link(gw, webhook->id, "/deliveries");
    if (!replay(gw, delivery, &cas, &error)
        || !jw_store_get_delivery(gw->store, delivery->id, &after, &error)) {
        reply_failed(reply, error, location);
    } else if (cas == JW_CAS_LOST) {
        jw_http_reply_problem(reply, 409, "DELIVERY_PENDING", NULL, 0,
                              "the delivery is %s: it is sent anyway",
                              jw_delivery_state_name(delivery->state));
    } else {
        jw_http_reply_header(reply, "Location", location);
        jw_http_reply_json(reply, 202, gw_webhook_delivery(after != NULL ? after : delivery));
    }
}

static const JwField replay_fields[] = {
    { .name = "since", .type = JW_FIELD_STRING, .check = jw_check_time },
    { 0 },
};

void
gw_webhooks_replay_all(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    json_auto_t *body = gw_request_object(request, reply, replay_fields);
    g_autoptr(JwWebhook) webhook = body != NULL ? gw_request_webhook(gw, request, reply) : NULL;
    g_autoptr(GPtrArray) failed = NULL;
    g_autoptr(GError) error = NULL;
    int64_t replayed = 0;

    if (webhook == NULL || !is_enabled(webhook, reply)) {
        return;
    }
    g_autofree char *location = gw_webhook_link(gw, webhook->id, "/deliveries");
    const JwEventQuery query = { .webhook_id = webhook->id,
                                 .states = 1u << JW_DELIVERY_FAILED,
                                 .since_ms = jw_json_moment(body, "since"),
                                 .limit = REPLAYS_MOST };
    bool ok = jw_store_list_events(gw->store, &query, &failed, &error);
    for (guint i = 0; ok && i < failed->len; i++) {
        const JwDelivery *delivery = g_ptr_array_index(failed, i);
        JwCas cas = JW_CAS_LOST;

        if (delivery->tries->len < TRIES_MOST) {
            ok = replay(gw, delivery, &cas, &error);
            replayed += cas == JW_CAS_WON;
        }
    }
    if (!ok) {
        reply_failed(reply, error, location);
        return;
    }
    jw_http_reply_header(reply, "Location", location);
    jw_http_reply_json(reply, 202,
                       json_pack("{s:I, s:b}", "replayed", (json_int_t)replayed, "more",
                                 failed->len >= REPLAYS_MOST));
}

/* (transfer full) */
static char *
test_event(const Gw *gw, const JwWebhook *webhook, const JwPrincipal *who)
{
    json_auto_t *value = json_object();
    json_t *data = json_object();

    jw_json_set_string(data, "webhookId", webhook->id);
    jw_json_set_string(data, "message", "This is a test. Nothing happened.");
    jw_json_set_string(data, "requestedBy", who->name != NULL ? who->name : who->subject);
    jw_json_set_string(value, "type", jw_webhook_event_name(JW_WEBHOOK_TEST));
    jw_json_set_time(value, "timestamp", jw_clock_now_ms(gw->clock));
    json_object_set_new(value, "data", data);
    return jw_json_dump(value, JSON_COMPACT);
}

void
gw_webhooks_test(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    static const JwField none[] = { { 0 } };
    json_auto_t *body = gw_request_object(request, reply, none);
    g_autoptr(JwWebhook) webhook = body != NULL ? gw_request_webhook(gw, request, reply) : NULL;
    const int64_t now_ms = jw_clock_now_ms(gw->clock);
    char event_id[JW_UUID_LEN + 1];
    JwCreate create = JW_CREATE_EXISTS;
    g_autoptr(GError) error = NULL;

    if (webhook == NULL) {
        return;
    }
    jw_uuid_v7(now_ms, event_id);
    g_autofree char *json = test_event(gw, webhook, jw_http_principal(request));
    /* about no job: the notifier tells by that, that it is a test */
    g_autoptr(JwDelivery) delivery =
        jw_delivery_new_event(webhook->id, event_id, webhook->id, json, now_ms);
    const JwDelivery *all[] = { delivery };
    g_autofree char *location = gw_webhook_link(gw, webhook->id, "/deliveries");
    if (!jw_store_create_deliveries(gw->store, all, 1, &create, &error)) {
        reply_failed(reply, error, location);
        return;
    }
    jw_http_reply_header(reply, "Location", location);
    jw_http_reply_json(reply, 202, gw_webhook_delivery(delivery));
}
