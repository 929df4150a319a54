/* webhooks/change.c: PATCH and DELETE of a webhook, and a new secret for it. Each is made on the
 * version that was read. */
#include "webhooks/webhooks.h"

#include "core/resolve.h"
#include "jw/duration.h"
#include "jw/json_parts.h"
#include "jw/log.h"
#include "jw/webhook_secret.h"

#include <string.h>

#define ROUNDS        3
#define OLD_VALID_MS  (INT64_C(24) * 3600000) /* unless it is asked for */
#define OLD_VALID_MAX (INT64_C(30) * 86400000)

typedef struct {
    GwWrite base; /* first: the one is the other */
    const Gw *gw;
    const JwWebhook *changed; /* on the version that was read */
    bool forgive;
} Change;

static bool
write_change(GwWrite *base, JwCas *ret_cas, GError **error)
{
    const Change *self = (const Change *)base;

    return jw_store_change_webhook(self->gw->store, self->changed, self->forgive, ret_cas, error);
}

static bool
read_change(GwWrite *base, GwSeen *ret_seen, GError **error)
{
    const Change *self = (const Change *)base;
    const JwWebhook *changed = self->changed;
    g_autoptr(JwWebhook) found = NULL;

    if (!jw_store_get_webhook(self->gw->store, changed->id, &found, error)) {
        return false;
    }
    if (found == NULL) {
        *ret_seen = GW_SEEN_LOST;
    } else if (found->version == changed->version) {
        *ret_seen = GW_SEEN_POSSIBLE;
    } else {
        *ret_seen = found->version == changed->version + 1
                            && found->updated_at_ms == changed->updated_at_ms
                            && g_strcmp0(found->updated_by, changed->updated_by) == 0
                        ? GW_SEEN_OURS
                        : GW_SEEN_LOST;
    }
    return true;
}

/* One change that is asked for. */
typedef struct _Wish Wish;
struct _Wish {
    const Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
    const json_t *body;
    /* Changes the webhook as it was read; false: answered. @ret_forgive: (out): its failures until
     * now count no more */
    bool (*apply)(const Wish *self, JwWebhook *webhook, bool *ret_forgive);
    /* Answers. @before: as it was read */
    void (*answer)(const Wish *self, const JwWebhook *before, const JwWebhook *webhook);
};

/* Returns false when it was changed in between: the next round looks at that. */
static bool
try_change(const Wish *self)
{
    g_autoptr(JwWebhook) before = gw_request_webhook(self->gw, self->request, self->reply);
    g_autoptr(JwWebhook) webhook = NULL;
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;
    bool forgive = false;

    if (before == NULL) {
        return true;
    }
    webhook = gw_request_webhook(self->gw, self->request, self->reply);
    if (webhook == NULL || !self->apply(self, webhook, &forgive)) {
        return true;
    }
    g_free(webhook->updated_by);
    webhook->updated_by = g_strdup(jw_http_principal(self->request)->subject);
    webhook->updated_at_ms = jw_clock_now_ms(self->gw->clock);
    Change change = { { write_change, read_change }, self->gw, webhook, forgive };
    if (!gw_resolve(&change.base, &cas, &error)) {
        g_autofree char *location = gw_webhook_link(self->gw, webhook->id, "");
        if (jw_error_code(error) == JW_ERROR_IN_DOUBT) {
            gw_reply_unknown(self->reply, location, "repeat the request");
        } else {
            jw_http_reply_error(self->reply, error);
        }
        return true;
    }
    if (cas == JW_CAS_LOST) {
        return false;
    }
    jw_info("webhook_changed", JW_STR("webhook_id", webhook->id),
            JW_STR("subject", webhook->updated_by));
    if (forgive) {
        webhook->failing_since_ms = 0;
        g_clear_pointer(&webhook->failing_why, g_free);
    }
    self->answer(self, before, webhook);
    return true;
}

static void
run(const Wish *self)
{
    for (int i = 0; i < ROUNDS; i++) {
        if (try_change(self)) {
            return;
        }
    }
    jw_http_reply_problem(self->reply, 409, "WEBHOOK_CHANGED", NULL, 0,
                          "others are changing the webhook at this moment; read it again, and "
                          "repeat the change on what it is");
}

/* What PATCH can say of it, as it is. (transfer full) */
static json_t *
body_of(const JwWebhook *webhook)
{
    json_t *value = json_object();

    jw_json_set_string(value, "url", webhook->url);
    jw_json_set_string(value, "description", webhook->description);
    json_object_set_new(value, "events", jw_json_strings((const char *const *)webhook->events));
    if (webhook->report_types != NULL) {
        json_object_set_new(value, "reportTypes",
                            jw_json_strings((const char *const *)webhook->report_types));
    }
    json_object_set_new(value, "enabled", json_boolean(webhook->disabled_at_ms == 0));
    return value;
}

static bool
apply_patch(const Wish *self, JwWebhook *webhook, bool *ret_forgive)
{
    const JwPrincipal *who = jw_http_principal(self->request);
    json_auto_t *old = body_of(webhook);
    json_auto_t *whole = jw_json_merge(old, self->body);
    g_auto(JwViolations) violations = { 0 };

    (void)jw_check_nulls(self->body, gw_webhook_patch_fields, "", &violations);
    gw_webhook_check(self->gw, whole, gw_webhook_patch_fields, &violations);
    if (!gw_request_sound(self->reply, &violations)) {
        return false;
    }
    const bool enabled = !json_is_false(json_object_get(whole, "enabled"));
    const bool moves = g_strcmp0(webhook->url, jw_json_text(whole, "url")) != 0;

    *ret_forgive = moves || (enabled && webhook->disabled_at_ms != 0);
    gw_webhook_read(whole, webhook);
    if (enabled) {
        webhook->disabled_at_ms = 0;
        g_clear_pointer(&webhook->disabled_reason, g_free);
    } else if (webhook->disabled_at_ms == 0) {
        webhook->disabled_at_ms = jw_clock_now_ms(self->gw->clock);
        webhook->disabled_reason =
            g_strdup_printf("disabled by %s", who->name != NULL ? who->name : who->subject);
    }
    return true;
}

static void
answer_patch(const Wish *self, const JwWebhook *before, const JwWebhook *webhook)
{
    json_t *value = gw_webhook_value(self->gw, webhook);

    if (before->disabled_at_ms != 0 && webhook->disabled_at_ms == 0) {
        /* it failed before it was disabled: what it did not get begins there */
        const int64_t since_ms = before->failing_since_ms != 0
                                     ? MIN(before->failing_since_ms, before->disabled_at_ms)
                                     : before->disabled_at_ms;
        gw_webhook_set_missed(self->gw, value, webhook, since_ms);
    }
    jw_http_reply_json(self->reply, 200, value);
}

void
gw_webhooks_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    json_auto_t *body = gw_request_body(request, reply);
    const Wish wish = { context, request, reply, body, apply_patch, answer_patch };

    if (body == NULL) {
        return;
    }
    if (!json_is_object(body)) {
        jw_http_reply_problem(reply, 400, "VALIDATION_ERROR", NULL, 0,
                              "the body must be an object");
        return;
    }
    run(&wish);
}

static char *
check_old(const char *text)
{
    int64_t ms = 0;

    return jw_duration_parse(text, &ms) && ms <= OLD_VALID_MAX
               ? NULL
               : g_strdup("must be a duration of at most 30d, as 24h, or 0 when the secret is "
                          "known to others");
}

static const JwField rotate_fields[] = {
    { .name = "oldValidFor", .type = JW_FIELD_STRING, .check = check_old },
    { 0 },
};

/* Takes those out that sign no more. */
static void
drop_ended(GPtrArray *secrets, int64_t now_ms)
{
    for (guint i = secrets->len; i > 0; i--) {
        const JwWebhookSecret *secret = g_ptr_array_index(secrets, i - 1);

        if (secret->until_ms != 0 && secret->until_ms <= now_ms) {
            g_ptr_array_remove_index(secrets, i - 1);
        }
    }
}

static bool
apply_rotation(const Wish *self, JwWebhook *webhook, bool *ret_forgive G_GNUC_UNUSED)
{
    const int64_t now_ms = jw_clock_now_ms(self->gw->clock);
    const char *text = jw_json_text(self->body, "oldValidFor");
    int64_t valid_ms = 0;

    if (text == NULL || !jw_duration_parse(text, &valid_ms)) {
        valid_ms = OLD_VALID_MS;
    }
    drop_ended(webhook->secrets, now_ms);
    if (valid_ms == 0) {
        g_ptr_array_set_size(webhook->secrets, 0);
    }
    if (webhook->secrets->len >= JW_WEBHOOK_SECRETS_MAX) {
        jw_http_reply_problem(self->reply, 409, "TOO_MANY_SECRETS", NULL, 0,
                              "%d secrets sign for this webhook already; wait until an old one "
                              "ends, or end all old ones now by \"oldValidFor\": \"0\"",
                              JW_WEBHOOK_SECRETS_MAX);
        return false;
    }
    if (webhook->secrets->len > 0) {
        ((JwWebhookSecret *)g_ptr_array_index(webhook->secrets, 0))->until_ms = now_ms + valid_ms;
    }
    return gw_webhook_add_secret(self->gw, webhook, now_ms, self->reply);
}

static void
answer_rotation(const Wish *self, const JwWebhook *before G_GNUC_UNUSED, const JwWebhook *webhook)
{
    char *secret = gw_webhook_secret(self->gw, webhook, self->reply);

    if (secret == NULL) {
        return;
    }
    json_t *value = gw_webhook_value(self->gw, webhook);
    jw_json_set_string(value, "secret", secret);
    jw_webhook_secret_wipe(secret);
    jw_http_reply_header(self->reply, "Cache-Control", "private, no-store");
    jw_http_reply_json(self->reply, 200, value);
}

void
gw_webhooks_rotate(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    if (!gw_webhooks_on(context, reply)) {
        return;
    }
    json_auto_t *body = gw_request_object(request, reply, rotate_fields);
    const Wish wish = { context, request, reply, body, apply_rotation, answer_rotation };
    if (body != NULL) {
        run(&wish);
    }
}

void
gw_webhooks_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    g_autoptr(JwWebhook) webhook = gw_request_webhook(gw, request, reply);
    g_autoptr(GError) error = NULL;
    JwCas cas = JW_CAS_LOST;

    if (webhook == NULL) {
        return;
    }
    if (!jw_store_delete_webhook(gw->store, webhook->id, jw_clock_now_ms(gw->clock), &cas,
                                 &error)) {
        g_autofree char *location = gw_webhook_link(gw, webhook->id, "");
        if (jw_error_code(error) == JW_ERROR_IN_DOUBT) {
            gw_reply_unknown(reply, location, "repeat the request, which answers 404 when it was");
        } else {
            jw_http_reply_error(reply, error);
        }
        return;
    }
    jw_info("webhook_deleted", JW_STR("webhook_id", webhook->id),
            JW_STR("subject", jw_http_principal(request)->subject));
    jw_http_reply_empty(reply, 204);
}
