/* webhooks/api.c: the API of webhooks: its routes. */
#include "webhooks/webhooks.h"

#include "core/auth.h"
#include "email/email.h"

static const JwHttpRoute routes[] = {
    { "POST", "", gw_webhooks_create, GW_WEBHOOKS_MAY, NULL },
    { "GET", "", gw_webhooks_list, GW_WEBHOOKS_MAY, NULL },
    { "GET", "/:webhookId", gw_webhooks_get, GW_WEBHOOKS_MAY, NULL },
    { "PATCH", "/:webhookId", gw_webhooks_patch, GW_WEBHOOKS_MAY, NULL },
    { "DELETE", "/:webhookId", gw_webhooks_delete, GW_WEBHOOKS_MAY, NULL },
    { "POST", "/:webhookId/secret/rotate", gw_webhooks_rotate, GW_WEBHOOKS_MAY, NULL },
    { "GET", "/:webhookId/deliveries", gw_webhooks_deliveries, GW_WEBHOOKS_MAY,
      gw_webhooks_deliveries_query },
    { "POST", "/:webhookId/deliveries/:eventId/replay", gw_webhooks_replay, GW_WEBHOOKS_MAY, NULL },
    { "POST", "/:webhookId/replay", gw_webhooks_replay_all, GW_WEBHOOKS_MAY, NULL },
    { "POST", "/:webhookId/test", gw_webhooks_test, GW_WEBHOOKS_MAY, NULL },
    { 0 },
};

static const JwAuthenticator *const authenticators[] = { &gw_bearer, NULL };

const JwHttpApi gw_webhooks_api = {
    .name = "webhooks",
    .prefix = GW_WEBHOOKS,
    .authenticators = authenticators,
    .errors = gw_email_error, /* as the API around it has them */
    .routes = routes,
    .openapi = "openapi-webhooks.yaml",
};
