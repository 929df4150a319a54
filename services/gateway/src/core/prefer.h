/* core/prefer.h: the header Prefer (RFC 7240), as far as calls that wait know it. Any thread, no
 * state. */
#pragma once
#include "jw/http_reply.h"
#include "jw/http_request.h"

G_BEGIN_DECLS

typedef struct {
    bool respond_async; /* the client rather asks again than waits */
    int64_t wait_s;     /* how long it waits at most; -1: it does not say */
} GwPrefer;

/* What is malformed, or none of these two, counts as not said; of one that comes twice the first
 * counts. */
GwPrefer gw_prefer_read(const JwHttpRequest *request);

/* Preference-Applied: what was said, as an answer that followed it. */
void gw_prefer_applied(JwHttpReply *reply, const GwPrefer *prefer);

G_END_DECLS
