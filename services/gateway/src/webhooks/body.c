/* webhooks/body.c: what a request may say of a webhook. */
#include "webhooks/webhooks.h"

#include "jw/text.h"
#include "jw/webhook_net.h"
#include "jw/webhook_secret.h"

#define DESCRIPTION_MAX 500

/* (transfer full) */
static char *
event_names(void)
{
    GString *names = g_string_new(NULL);

    for (int i = 0; i < JW_WEBHOOK_N_WANTED; i++) {
        g_string_append_printf(names, "%s%s", i > 0 ? ", " : "", jw_webhook_event_name(i));
    }
    return g_string_free(names, FALSE);
}

static char *
check_event(const char *text)
{
    JwNearest nearest = jw_nearest_begin(text);
    JwWebhookEvent event = JW_WEBHOOK_TEST;

    if (jw_webhook_event_parse(text, &event) && (int)event < JW_WEBHOOK_N_WANTED) {
        return NULL;
    }
    for (int i = 0; i < JW_WEBHOOK_N_WANTED; i++) {
        jw_nearest_offer(&nearest, jw_webhook_event_name(i));
    }
    g_autofree char *echo = jw_echo(text);
    g_autofree char *names = event_names();
    return nearest.name != NULL
               ? g_strdup_printf("'%s' is no event; did you mean '%s'?", echo, nearest.name)
               : g_strdup_printf("'%s' is no event; there are %s", echo, names);
}

static const JwField event_item = {
    .name = "", .type = JW_FIELD_STRING, .min = 1, .max = 100, .check = check_event
};
static const JwField type_item = { .name = "", .type = JW_FIELD_STRING, .min = 1, .max = 100 };

#define COMMON                                                                                     \
    { .name = "url",                                                                               \
      .type = JW_FIELD_STRING,                                                                     \
      .flags = JW_FIELD_REQUIRED,                                                                  \
      .min = 1,                                                                                    \
      .max = JW_WEBHOOK_URL_MAX },                                                                 \
        { .name = "events",                                                                        \
          .type = JW_FIELD_ARRAY,                                                                  \
          .flags = JW_FIELD_REQUIRED | JW_FIELD_UNIQUE,                                            \
          .min = 1,                                                                                \
          .max = JW_WEBHOOK_N_WANTED,                                                              \
          .item = &event_item },                                                                   \
        { .name = "reportTypes",                                                                   \
          .type = JW_FIELD_ARRAY,                                                                  \
          .flags = JW_FIELD_UNIQUE,                                                                \
          .min = 1,                                                                                \
          .max = 100,                                                                              \
          .item = &type_item },                                                                    \
    {                                                                                              \
        .name = "description", .type = JW_FIELD_STRING, .min = 1, .max = DESCRIPTION_MAX           \
    }

const JwField gw_webhook_fields[] = { COMMON, { 0 } };
const JwField gw_webhook_patch_fields[] = {
    COMMON,
    { .name = "enabled", .type = JW_FIELD_BOOL },
    { 0 },
};

static void
check_types(const Gw *gw, const json_t *types, JwViolations *violations)
{
    for (size_t i = 0; i < json_array_size(types); i++) {
        const char *type = json_string_value(json_array_get(types, i));
        g_autofree char *pointer = jw_pointer_index("/reportTypes", i);
        g_autofree char *names = jw_catalog_names(gw->catalog);

        if (type == NULL || jw_catalog_find(gw->catalog, type) != NULL) {
            continue;
        }
        JwNearest nearest = jw_nearest_begin(type);
        for (size_t j = 0; j < jw_catalog_size(gw->catalog); j++) {
            jw_nearest_offer(&nearest, jw_catalog_get(gw->catalog, j)->report_type);
        }
        g_autofree char *echo = jw_echo(type);
        (void)jw_violations_add(violations, pointer, "'%s' is no report type; %s%s%s", echo,
                                nearest.name != NULL ? "did you mean '" : "there are ",
                                nearest.name != NULL ? nearest.name : names,
                                nearest.name != NULL ? "'?" : "");
    }
}

void
gw_webhook_check(const Gw *gw, const json_t *whole, const JwField *fields, JwViolations *violations)
{
    if (!jw_check_object(whole, fields, "", violations)) {
        return;
    }
    g_autofree char *wrong = jw_webhook_url_wrong(gw->webhook_net, jw_json_text(whole, "url"));
    if (wrong != NULL) {
        (void)jw_violations_add(violations, "/url", "%s", wrong);
    }
    check_types(gw, json_object_get(whole, "reportTypes"), violations);
}

void
gw_webhook_read(const json_t *whole, JwWebhook *webhook)
{
    g_free(webhook->url);
    webhook->url = g_strdup(jw_json_text(whole, "url"));
    g_free(webhook->description);
    webhook->description = g_strdup(jw_json_text(whole, "description"));
    g_strfreev(webhook->events);
    webhook->events = jw_json_texts(json_object_get(whole, "events"));
    g_strfreev(webhook->report_types);
    webhook->report_types = jw_json_texts(json_object_get(whole, "reportTypes"));
}

bool
gw_webhook_add_secret(const Gw *gw, JwWebhook *webhook, int64_t now_ms, JwHttpReply *reply)
{
    g_autoptr(GError) error = NULL;
    char *secret = jw_webhook_secret_make();
    char *sealed = jw_webhook_secret_seal(gw->webhook_keys, webhook->id, secret, &error);

    jw_webhook_secret_wipe(secret);
    if (sealed == NULL) {
        jw_http_reply_error(reply, error);
        return false;
    }
    g_ptr_array_insert(webhook->secrets, 0, jw_webhook_secret_new(sealed, now_ms));
    return true;
}

bool
gw_webhooks_on(const Gw *gw, JwHttpReply *reply)
{
    if (gw->webhook_keys != NULL) {
        return true;
    }
    jw_http_reply_problem(reply, 409, "WEBHOOKS_OFF", NULL, 0,
                          "webhooks are off here, for there is no key to encrypt their secrets: "
                          "have JW_WEBHOOK_KEYS set for gateway and notifier");
    return false;
}
