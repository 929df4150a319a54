/* routes.c: the table of routes. A permission of NULL: the handler decides, for the owner may as well. */
#include "reports/reports.h"

static const JwHttpRoute routes[] = {
    { "POST", GW_REPORTS_JOBS, gw_reports_create, JW_HTTP_AUTH_BEARER, "reports:create",
      &gw_reports_errors },
    { "GET", GW_REPORTS_JOBS, gw_reports_list, JW_HTTP_AUTH_BEARER, "reports:read",
      &gw_reports_errors },
    { "GET", GW_REPORTS_JOBS "/:jobId", gw_reports_get, JW_HTTP_AUTH_BEARER, "reports:read",
      &gw_reports_errors },
    { "POST", GW_REPORTS_JOBS "/:jobId/cancel", gw_reports_cancel, JW_HTTP_AUTH_BEARER, NULL,
      &gw_reports_errors },
    { "GET", GW_REPORTS_JOBS "/:jobId" JW_LINK_DOWNLOAD, gw_reports_download, JW_HTTP_AUTH_BEARER,
      "reports:read", &gw_reports_errors },
    { "POST", GW_REPORTS_JOBS "/:jobId/retry", gw_reports_retry, JW_HTTP_AUTH_BEARER, NULL,
      &gw_reports_errors },
    { "GET", GW_REPORTS_ROOT "/types", gw_reports_types, JW_HTTP_AUTH_BEARER, "reports:read",
      &gw_reports_errors },
};

void
gw_add_routes(Gw *self, JwHttpServer *http)
{
    jw_http_server_add(http, routes, G_N_ELEMENTS(routes), self);
}
