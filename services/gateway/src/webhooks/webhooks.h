/* webhooks/webhooks.h: the API of webhooks, /report/webhooks: who is told of reports and mails, and
 * how that went. What its files share. */
#pragma once
#include "core/request.h"
#include "jw/http_reply.h"
#include "jw/http_request.h"
#include "jw/store_deliveries.h"
#include "jw/store_webhooks.h"

G_BEGIN_DECLS

#define GW_WEBHOOKS     "/report/webhooks"
#define GW_WEBHOOKS_MAX 100
#define GW_WEBHOOKS_MAY JW_HTTP_ADMIN

extern const JwHttpApi gw_webhooks_api;

/* read.c: the webhook of the path, which the caller may see; NULL: answered. (transfer full) */
JwWebhook *gw_request_webhook(const Gw *gw, const JwHttpRequest *request, JwHttpReply *reply);
/* read.c: all of it but its secrets. (transfer full) */
json_t *gw_webhook_value(const Gw *gw, const JwWebhook *webhook);
/* read.c: the path of one, "" of all, and what is below it. (transfer full) */
char *gw_webhook_link(const Gw *gw, const char *id, const char *below);
/* read.c: its newest secret, for who just made it; NULL: answered. (transfer full): wipe it. */
char *gw_webhook_secret(const Gw *gw, const JwWebhook *webhook, JwHttpReply *reply);

/* deliveries.c: one as it is shown. (transfer full) */
json_t *gw_webhook_delivery(const JwDelivery *delivery);
/* replay.c: what a webhook that is enabled again did not get since @since_ms, and how it is had.
 * Sets "missed" of @value, unless there is nothing. */
void gw_webhook_set_missed(const Gw *gw, json_t *value, const JwWebhook *webhook, int64_t since_ms);

/* body.c: what a request may say of one: notes all that is wrong. @whole: as it shall be. */
extern const JwField gw_webhook_fields[], gw_webhook_patch_fields[];
void gw_webhook_check(const Gw *gw, const json_t *whole, const JwField *fields,
                      JwViolations *violations);
/* body.c: takes what was checked over into @webhook. */
void gw_webhook_read(const json_t *whole, JwWebhook *webhook);
/* body.c: a new secret, encrypted, as the newest of @webhook. False: answered. */
bool gw_webhook_add_secret(const Gw *gw, JwWebhook *webhook, int64_t now_ms, JwHttpReply *reply);
/* body.c: whether secrets can be kept here; false: answered. */
bool gw_webhooks_on(const Gw *gw, JwHttpReply *reply);

/* The handlers. */
void gw_webhooks_create(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_list(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_get(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_patch(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_delete(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_rotate(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
extern const JwField gw_webhooks_deliveries_query[];
void gw_webhooks_deliveries(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_replay(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_replay_all(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);
void gw_webhooks_test(const JwHttpRequest *request, JwHttpReply *reply, gpointer context);

G_END_DECLS
