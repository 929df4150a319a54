/* reports/routes.c: the API of report jobs: its routes, with who may call them and how its errors
 * look. A permission of NULL: the handler decides, for the owner may as well. */
#include "reports/reports.h"

#include "core/auth.h"
#include "templates/templates.h"

static const JwHttpRoute routes[] = {
    { "POST", "/jobs", gw_reports_create, "reports:create", NULL },
    { "GET", "/jobs", gw_reports_list, "reports:read", gw_reports_list_query },
    { "GET", "/jobs/:jobId", gw_reports_get, "reports:read", NULL },
    { "POST", "/jobs/:jobId/cancel", gw_reports_cancel, NULL, NULL },
    { "GET", "/jobs/:jobId/download", gw_reports_download, "reports:read", NULL },
    { "GET", "/jobs/:jobId/events", gw_reports_events, "reports:read", NULL },
    { "POST", "/jobs/:jobId/retry", gw_reports_retry, NULL, NULL },
    { "POST", "/jobs/:jobId/deliveries", gw_reports_resend, "reports:read", NULL },
    { "GET", "/jobs/:jobId/deliveries", gw_reports_list_mails, "reports:read", NULL },
    { "POST", "/jobs/:jobId/links", gw_reports_make_link, "reports:read", NULL },
    { "GET", "/jobs/:jobId/links", gw_reports_list_links, "reports:read", NULL },
    { "DELETE", "/jobs/:jobId/links", gw_reports_revoke_links, NULL, gw_reports_revoke_query },
    { "DELETE", "/jobs/:jobId/links/:linkId", gw_reports_revoke_link, NULL, NULL },
    { "POST", "/templates", gw_templates_create, "reports:create", NULL },
    { "GET", "/templates", gw_templates_list, "reports:read", gw_templates_list_query },
    { "GET", "/templates/:templateId", gw_templates_get, "reports:read", NULL },
    { "PUT", "/templates/:templateId", gw_templates_replace, NULL, NULL },
    { "PATCH", "/templates/:templateId", gw_templates_patch, NULL, NULL },
    { "DELETE", "/templates/:templateId", gw_templates_delete, NULL, NULL },
    { "GET", "/types", gw_reports_types, "reports:read", NULL },
    { 0 },
};

/* What has a version. */
static const char *const tagged[] = { "/templates/:templateId", NULL };

static const JwAuthenticator *const authenticators[] = { &gw_bearer, NULL };

const JwHttpApi gw_reports_api = {
    .name = "reports",
    .prefix = GW_REPORTS_ROOT,
    .authenticators = authenticators,
    .errors = gw_reports_error,
    .routes = routes,
    .tagged = tagged,
    .openapi = "openapi-reports.yaml",
};
