/* core/quota.h: how many calls of a route a caller may make in a period, counted for all gateways
 * together (jw/store_limits.h). An API has a table of them, and two functions of one line each, its
 * limiter and its uncount (jw/http_api.h).
 *
 * A call is counted when it comes, so that of many at once exactly the limit passes, and taken out
 * again when it is refused or was answered before. While the store is away nothing is counted and
 * nothing is refused for it: what these routes do needs the store as well, and says so. */
#pragma once
#include "gw.h"

G_BEGIN_DECLS

typedef struct {
    const char *method, *pattern; /* of a route of the API; NULL ends a table */
    const char *name;             /* what the store calls it, "report-generate" */
    int64_t limit, window_s;      /* so many calls in so long */
} GwQuota;

/* For a JwHttpLimiter: counts the call. No limit where no row of @quotas has the route. */
JwHttpLimit gw_quota_take(const Gw *gw, const GwQuota *quotas, const JwHttpRequest *request,
                          const JwHttpRoute *route);

/* For a JwHttpUncount. */
void gw_quota_return(const Gw *gw, const GwQuota *quotas, const JwHttpRequest *request,
                     const JwHttpRoute *route, int64_t ticket);

G_END_DECLS
