/* core/quota.c: see core/quota.h. The handler's thread; no state of its own. */
#include "core/quota.h"

#include "jw/ident.h"
#include "jw/log.h"
#include "jw/store_limits.h"

#include <string.h>

#define SECOND_MS 1000

static const GwQuota *
find_quota(const GwQuota *quotas, const JwHttpRoute *route)
{
    for (; quotas->method != NULL; quotas++) {
        if (strcmp(quotas->method, route->method) == 0
            && strcmp(quotas->pattern, route->pattern) == 0) {
            return quotas;
        }
    }
    return NULL;
}

static JwLimit
limit_of(const GwQuota *quota, const JwHttpRequest *request)
{
    return (JwLimit){ .name = quota->name,
                      .subject = jw_http_principal(request)->subject,
                      .limit = quota->limit,
                      .window_ms = quota->window_s * SECOND_MS };
}

JwHttpLimit
gw_quota_take(const Gw *gw, const GwQuota *quotas, const JwHttpRequest *request,
              const JwHttpRoute *route)
{
    const GwQuota *quota = find_quota(quotas, route);
    JwLimitState state = { 0 };
    int64_t ticket = 0;
    g_autoptr(GError) error = NULL;

    if (quota == NULL || !jw_store_reachable(gw->store)) {
        return (JwHttpLimit){ 0 };
    }
    const JwLimit limit = limit_of(quota, request);
    jw_random_bytes(&ticket, sizeof(ticket));
    if (!jw_store_take_limit(gw->store, &limit, ticket, jw_clock_now_ms(gw->jobs.clock), &state,
                             &error)) {
        jw_warn("limit_not_counted", JW_STR("limit", quota->name),
                JW_STR("error", jw_error_message(error)));
        return (JwHttpLimit){ 0 };
    }
    return (JwHttpLimit){ .limit = quota->limit,
                          .window_s = quota->window_s,
                          .remaining = state.remaining,
                          .reset_s = (state.reset_ms + SECOND_MS - 1) / SECOND_MS,
                          .exceeded = !state.passed,
                          .ticket = ticket };
}

void
gw_quota_return(const Gw *gw, const GwQuota *quotas, const JwHttpRequest *request,
                const JwHttpRoute *route, int64_t ticket)
{
    const GwQuota *quota = find_quota(quotas, route);
    JwCas cas = JW_CAS_LOST;
    g_autoptr(GError) error = NULL;

    if (quota == NULL) {
        return;
    }
    const JwLimit limit = limit_of(quota, request);
    if (!jw_store_return_limit(gw->store, &limit, ticket, &cas, &error)) {
        /* It counts, though it need not: an hour later it does not. */
        jw_warn("limit_not_returned", JW_STR("limit", quota->name),
                JW_STR("error", jw_error_message(error)));
    }
}
