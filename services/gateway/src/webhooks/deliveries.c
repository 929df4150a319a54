/* webhooks/deliveries.c: GET of what a webhook got: the log of its deliveries, with each attempt.
 */
#include "webhooks/webhooks.h"

#include "jw/ident.h"
#include "jw/store_events.h"
#include "jw/text.h"

#include <stdlib.h>
#include <string.h>

#define PAGE      20
#define PAGE_MOST 100

static const char *const statuses[] = { "queued", "sending", "sent", "failed", NULL };

/* The place behind which a page begins: "<createdAt in ms>.<id of the delivery>". */
static bool
read_place(const char *text, int64_t *ret_ms, const char **ret_id)
{
    const char *dot = strchr(text, '.');
    g_autofree char *number = dot != NULL ? g_strndup(text, (size_t)(dot - text)) : NULL;

    if (number == NULL || !jw_uuid_valid(dot + 1)
        || !jw_text_int64(number, "place", 1, INT64_MAX / 2, ret_ms, NULL)) {
        return false;
    }
    *ret_id = dot + 1;
    return true;
}

static char *
check_place(const char *text)
{
    int64_t ms = 0;
    const char *id = NULL;

    return read_place(text, &ms, &id) ? NULL : g_strdup("must be the nextBefore of an answer");
}

const JwField gw_webhooks_deliveries_query[] = {
    { .name = "limit", .type = JW_FIELD_INT, .min = 1, .max = PAGE_MOST },
    { .name = "before", .type = JW_FIELD_STRING, .min = 1, .max = 60, .check = check_place },
    { .name = "status", .type = JW_FIELD_STRING, .values = statuses },
    { .name = NULL },
};

static json_t *
try_value(const JwDeliveryTry *tried)
{
    json_t *value = json_object();

    jw_json_set_time(value, "at", tried->at_ms);
    if (tried->status != 0) {
        json_object_set_new(value, "responseCode", json_integer(tried->status));
    }
    json_object_set_new(value, "durationMs", json_integer(tried->duration_ms));
    jw_json_set_string(value, "answer", tried->answer);
    jw_json_set_string(value, "error", tried->why);
    return value;
}

static const char *
status_of(const JwDelivery *delivery)
{
    switch (delivery->state) {
    case JW_DELIVERY_QUEUED:
        return statuses[0];
    case JW_DELIVERY_SENDING:
    case JW_DELIVERY_UNKNOWN:
        return statuses[1];
    case JW_DELIVERY_SENT:
        return statuses[2];
    case JW_DELIVERY_FAILED:
    case JW_DELIVERY_BOUNCED:
        break;
    }
    return statuses[3];
}

json_t *
gw_webhook_delivery(const JwDelivery *delivery)
{
    json_t *value = json_object();
    json_t *tries = json_array();
    const char *text = delivery->event != NULL ? delivery->event : "";
    json_t *payload = jw_json_parse(text, strlen(text), NULL);

    jw_json_set_string(value, "id", delivery->message_id);
    jw_json_set_string(value, "type", jw_json_text(payload, "type"));
    jw_json_set_string(value, "status", status_of(delivery));
    jw_json_set_string(value, "reason", delivery->reply);
    jw_json_set_time(value, "createdAt", delivery->created_at_ms);
    if (delivery->state == JW_DELIVERY_QUEUED) {
        jw_json_set_time(value, "nextAttemptAt",
                         MAX(delivery->not_before_ms, delivery->created_at_ms));
    }
    if (delivery->sent_at_ms != 0) {
        jw_json_set_time(value, "sentAt", delivery->sent_at_ms);
    }
    for (guint i = 0; i < delivery->tries->len; i++) {
        json_array_append_new(tries, try_value(g_ptr_array_index(delivery->tries, i)));
    }
    json_object_set_new(value, "attempts", tries);
    json_object_set_new(value, "payload", payload != NULL ? payload : json_null());
    return value;
}

static unsigned
states_of(const char *status)
{
    if (status == NULL) {
        return 0;
    }
    if (g_str_equal(status, statuses[0])) {
        return 1u << JW_DELIVERY_QUEUED;
    }
    if (g_str_equal(status, statuses[1])) {
        return 1u << JW_DELIVERY_SENDING;
    }
    return g_str_equal(status, statuses[2]) ? 1u << JW_DELIVERY_SENT : 1u << JW_DELIVERY_FAILED;
}

void
gw_webhooks_deliveries(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const size_t limit = (size_t)jw_http_query_int(request, "limit", PAGE);
    const char *before = jw_http_query(request, "before");
    g_autoptr(JwWebhook) webhook = gw_request_webhook(gw, request, reply);
    g_autoptr(GPtrArray) page = NULL;
    g_autoptr(GError) error = NULL;

    if (webhook == NULL) {
        return;
    }
    JwEventQuery query = { .webhook_id = webhook->id,
                           .states = states_of(jw_http_query(request, "status")),
                           .limit = limit + 1 };
    if (before != NULL) {
        (void)read_place(before, &query.before_ms, &query.before_id);
    }
    if (!jw_store_list_events(gw->store, &query, &page, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *list = json_array();
    json_t *value = json_pack("{s:o}", "deliveries", list);
    for (guint i = 0; i < MIN(page->len, limit); i++) {
        json_array_append_new(list, gw_webhook_delivery(g_ptr_array_index(page, i)));
    }
    if (page->len > limit) {
        const JwDelivery *last = g_ptr_array_index(page, limit - 1);
        g_autofree char *place =
            g_strdup_printf("%" G_GINT64_FORMAT ".%s", last->created_at_ms, last->id);
        jw_json_set_string(value, "nextBefore", place);
    }
    jw_http_reply_json(reply, 200, value);
}
