/* webhooks/read.c: GET of webhooks. */
#include "webhooks/webhooks.h"

#include "core/scope.h"
#include "jw/ident.h"
#include "jw/webhook_secret.h"

char *
gw_webhook_link(const Gw *gw, const char *id, const char *below)
{
    const char *base = gw->config.public_url;

    return g_strconcat(base != NULL ? base : "", GW_WEBHOOKS, id[0] != '\0' ? "/" : "", id, below,
                       NULL);
}

static json_t *
secrets_value(const GPtrArray *secrets, int64_t now_ms)
{
    json_t *list = json_array();

    for (guint i = 0; i < secrets->len; i++) {
        const JwWebhookSecret *secret = g_ptr_array_index(secrets, i);

        if (secret->until_ms != 0 && secret->until_ms <= now_ms) {
            continue;
        }
        json_t *value = json_object();
        jw_json_set_time(value, "createdAt", secret->created_at_ms);
        if (secret->until_ms != 0) {
            jw_json_set_time(value, "validUntil", secret->until_ms);
        }
        json_array_append_new(list, value);
    }
    return list;
}

static void
set_moment(json_t *value, const char *name, int64_t time_ms)
{
    if (time_ms != 0) {
        jw_json_set_time(value, name, time_ms);
    }
}

json_t *
gw_webhook_value(const Gw *gw, const JwWebhook *webhook)
{
    json_t *value = json_object();
    json_t *owner = json_object();

    jw_json_set_string(value, "id", webhook->id);
    jw_json_set_string(value, "url", webhook->url);
    jw_json_set_string(value, "description", webhook->description);
    json_object_set_new(value, "events", jw_json_strings((const char *const *)webhook->events));
    if (webhook->report_types != NULL) {
        json_object_set_new(value, "reportTypes",
                            jw_json_strings((const char *const *)webhook->report_types));
    }
    json_object_set_new(value, "enabled", json_boolean(webhook->disabled_at_ms == 0));
    set_moment(value, "disabledAt", webhook->disabled_at_ms);
    jw_json_set_string(value, "disabledReason", webhook->disabled_reason);
    set_moment(value, "failingSince", webhook->failing_since_ms);
    jw_json_set_string(value, "failingWhy", webhook->failing_why);
    json_object_set_new(value, "secrets",
                        secrets_value(webhook->secrets, jw_clock_now_ms(gw->clock)));
    jw_json_set_string(owner, "id", webhook->owner.id);
    jw_json_set_string(owner, "name", webhook->owner.name);
    json_object_set_new(value, "owner", owner);
    if (webhook->departments != NULL) {
        json_object_set_new(value, "departments",
                            jw_json_strings((const char *const *)webhook->departments));
    }
    jw_json_set_time(value, "createdAt", webhook->created_at_ms);
    jw_json_set_time(value, "updatedAt", webhook->updated_at_ms);
    jw_json_set_string(value, "updatedBy", webhook->updated_by);
    return value;
}

static GwShared
shared_of(const JwWebhook *webhook)
{
    return (GwShared){ webhook->owner.id, JW_VISIBLE_DEPARTMENT,
                       (const char *const *)webhook->departments };
}

JwWebhook *
gw_request_webhook(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply)
{
    const char *id = jw_http_param(request, "webhookId");
    g_autoptr(JwWebhook) webhook = NULL;
    g_autoptr(GError) error = NULL;

    if (jw_uuid_valid(id) && !jw_store_get_webhook(gw->store, id, &webhook, &error)) {
        jw_http_reply_error(reply, error);
        return NULL;
    }
    if (webhook != NULL) {
        const GwShared shared = shared_of(webhook);
        if (gw_scope_rules(jw_http_principal(request), &shared)) {
            return g_steal_pointer(&webhook);
        }
    }
    jw_http_reply_problem(reply, 404, "WEBHOOK_NOT_FOUND", NULL, 0, "Webhook %s not found", id);
    return NULL;
}

char *
gw_webhook_secret(const Gw *gw, const JwWebhook *webhook, JwHttpReply *reply)
{
    g_autoptr(GError) error = NULL;
    const JwWebhookSecret *newest =
        webhook->secrets->len > 0 ? g_ptr_array_index(webhook->secrets, 0) : NULL;
    char *secret = jw_webhook_secret_open(gw->webhook_keys, webhook->id,
                                          newest != NULL ? newest->sealed : "", &error);

    if (secret == NULL) {
        jw_http_reply_problem(reply, 409, "SECRET_UNREADABLE", NULL, 0, "%s",
                              jw_error_message(error));
    }
    return secret;
}

void
gw_webhooks_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(GPtrArray) webhooks = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_list_webhooks(gw->store, GW_WEBHOOKS_MAX, &webhooks, &error)) {
        jw_http_reply_error(reply, error);
        return;
    }
    json_t *list = json_array();
    for (guint i = 0; i < webhooks->len; i++) {
        const JwWebhook *webhook = g_ptr_array_index(webhooks, i);
        const GwShared shared = shared_of(webhook);

        if (gw_scope_rules(jw_http_principal(request), &shared)) {
            json_array_append_new(list, gw_webhook_value(gw, webhook));
        }
    }
    jw_http_reply_json(reply, 200, json_pack("{s:o}", "webhooks", list));
}

void
gw_webhooks_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    g_autoptr(JwWebhook) webhook = gw_request_webhook(context, request, reply);

    if (webhook != NULL) {
        jw_http_reply_json(reply, 200, gw_webhook_value(context, webhook));
    }
}
