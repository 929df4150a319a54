/* webhooks/create.c: POST of a webhook. Its secret is shown here, and never again but to the same
 * request with the same Idempotency-Key. */
#include "webhooks/webhooks.h"

#include "core/resolve.h"
#include "jw/jobs.h"
#include "jw/log.h"
#include "jw/webhook_secret.h"

typedef struct {
    const Gw *gw;
    const JwHttpRequest *request;
    JwHttpReply *reply;
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
answer(const Making *self, const JwWebhook *webhook, bool replayed)
{
    g_autofree char *location = gw_webhook_link(self->gw, webhook->id, "");
    char *secret = gw_webhook_secret(self->gw, webhook, self->reply);

    if (secret == NULL) {
        return;
    }
    json_t *value = gw_webhook_value(self->gw, webhook);
    jw_json_set_string(value, "secret", secret);
    jw_webhook_secret_wipe(secret);
    jw_http_reply_header(self->reply, "Location", location);
    jw_http_reply_header(self->reply, "Cache-Control", "private, no-store");
    if (replayed) {
        jw_http_reply_header(self->reply, "Idempotent-Replayed", "true");
    }
    jw_http_reply_json(self->reply, 201, value);
}

/* Whether the same request made it before: answered, with that answer. */
static bool
replayed(const Making *self)
{
    g_autoptr(JwWebhook) found = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_get_webhook(self->gw->store, self->id, &found, &error)) {
        jw_http_reply_error(self->reply, error);
        return true;
    }
    if (found == NULL || g_strcmp0(found->request_hash, self->hash) != 0) {
        return false;
    }
    answer(self, found, true);
    return true;
}

/* False: answered. Some that come at the same time may pass the limit; it is there against loops,
 * and since each event asks all of them. */
static bool
has_place(const Making *self)
{
    g_autoptr(GPtrArray) webhooks = NULL;
    g_autoptr(GError) error = NULL;

    if (!jw_store_list_webhooks(self->gw->store, GW_WEBHOOKS_MAX, &webhooks, &error)) {
        jw_http_reply_error(self->reply, error);
        return false;
    }
    if (webhooks->len < GW_WEBHOOKS_MAX) {
        return true;
    }
    jw_http_reply_problem(self->reply, 409, "TOO_MANY_WEBHOOKS", NULL, 0,
                          "there are %d webhooks already, which is the most; delete one that is "
                          "not needed",
                          GW_WEBHOOKS_MAX);
    return false;
}

typedef struct {
    GwWrite base; /* first: the one is the other */
    JwStore *store;
    const JwWebhook *webhook;
} Creation;

static bool
write_webhook(GwWrite *base, JwCas *ret_cas, GError **error)
{
    const Creation *self = (const Creation *)base;
    JwCreate create = JW_CREATE_EXISTS;

    if (!jw_store_create_webhook(self->store, self->webhook, &create, error)) {
        return false;
    }
    *ret_cas = create == JW_CREATE_NEW ? JW_CAS_WON : JW_CAS_LOST;
    return true;
}

static bool
read_webhook(GwWrite *base, GwSeen *ret_seen, GError **error)
{
    const Creation *self = (const Creation *)base;
    g_autoptr(JwWebhook) found = NULL;

    if (!jw_store_get_webhook(self->store, self->webhook->id, &found, error)) {
        return false;
    }
    *ret_seen = found == NULL ? GW_SEEN_POSSIBLE
                : g_strcmp0(found->request_hash, self->webhook->request_hash) == 0 ? GW_SEEN_OURS
                                                                                   : GW_SEEN_LOST;
    return true;
}

static void
store_and_answer(const Making *self, const JwWebhook *webhook)
{
    Creation creation = { { write_webhook, read_webhook }, self->gw->store, webhook };
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    if (!gw_resolve(&creation.base, &cas, &error)) {
        g_autofree char *location = gw_webhook_link(self->gw, webhook->id, "");
        if (jw_error_code(error) == JW_ERROR_IN_DOUBT) {
            gw_reply_unknown(self->reply, location, gw_repeat_advice(self->key));
        } else {
            jw_http_reply_error(self->reply, error);
        }
    } else if (cas == JW_CAS_WON) {
        jw_info("webhook_created", JW_STR("webhook_id", webhook->id),
                JW_STR("subject", webhook->owner.id));
        answer(self, webhook, false);
    } else if (!replayed(self)) {
        gw_reply_key_reused(self->reply);
    }
}

static void
make(const Making *self, const json_t *body)
{
    const JwPrincipal *who = jw_http_principal(self->request);
    g_autoptr(JwWebhook) webhook = jw_webhook_new();

    webhook->id = g_strdup(self->id);
    webhook->owner.id = g_strdup(who->subject);
    webhook->owner.name = g_strdup(who->name);
    webhook->owner.email = g_strdup(who->email);
    webhook->departments = who->all_departments ? NULL : g_strdupv(who->departments);
    webhook->version = 1;
    webhook->created_at_ms = self->now_ms;
    webhook->updated_at_ms = self->now_ms;
    webhook->request_hash = g_strdup(self->hash);
    gw_webhook_read(body, webhook);
    if (gw_webhook_add_secret(self->gw, webhook, self->now_ms, self->reply)) {
        store_and_answer(self, webhook);
    }
}

void
gw_webhooks_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context)
{
    const Gw *gw = context;
    const JwPrincipal *who = jw_http_principal(request);
    g_auto(JwViolations) violations = { 0 };
    g_auto(Making) self = {
        .gw = gw, .request = request, .reply = reply, .now_ms = jw_clock_now_ms(gw->clock)
    };

    if (!gw_webhooks_on(gw, reply)) {
        return;
    }
    json_auto_t *body = gw_request_body(request, reply);
    if (body == NULL) {
        return;
    }
    (void)gw_request_key(request, &violations, &self.key);
    gw_webhook_check(gw, body, gw_webhook_fields, &violations);
    if (!who->all_departments && who->departments[0] == NULL) {
        (void)jw_violations_add(&violations, "",
                                "your token names no department, so there is no "
                                "job that a webhook of yours could be told of");
    }
    if (!gw_request_sound(reply, &violations)) {
        return;
    }
    self.hash = gw_request_hash(body);
    jw_jobs_make_id(self.id, "api:webhooks", who->subject, self.key, self.now_ms);
    if ((self.key == NULL || !replayed(&self)) && has_place(&self)) {
        make(&self, body);
    }
}
