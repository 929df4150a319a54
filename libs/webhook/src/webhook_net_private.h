/* webhook_net_private.h: what files of this library share about addresses. */
#pragma once
#include "jw/webhook_net.h"

G_BEGIN_DECLS

/* Whether plain http may be used. */
bool jw_webhook_net_http(const JwWebhookNet *self);

G_END_DECLS
