/* email/api.c: the API of mailed reports: its routes, which are for admins alone, and how many
 * calls of each one of them may make. */
#include "email/email.h"

#include "core/auth.h"
#include "core/quota.h"

#define MINUTE_S 60
#define HOUR_S   3600

const char *const gw_email_editions[] = { "Weekly", "Monthly", NULL };

static const JwHttpRoute routes[] = {
    { "POST", "/generate-email-report", gw_email_generate, JW_HTTP_ADMIN, NULL },
    { "POST", "/send-email-report", gw_email_send, JW_HTTP_ADMIN, NULL },
    { "GET", "/execution-history", gw_email_history, JW_HTTP_ADMIN, gw_email_history_query },
    { "GET", "/executions/:executionId", gw_email_execution, JW_HTTP_ADMIN, NULL },
    { "GET", "/download/:executionId", gw_email_download, JW_HTTP_ADMIN, NULL },
    { 0 },
};

static const GwQuota quotas[] = {
    { "POST", "/generate-email-report", "report-generate", 10, HOUR_S },
    { "POST", "/send-email-report", "report-send", 20, HOUR_S },
    { "GET", "/execution-history", "report-history", 60, MINUTE_S },
    { "GET", "/download/:executionId", "report-download", 30, HOUR_S },
    { 0 },
};

static JwHttpLimit
limit(const JwHttpRequest *request, const JwHttpRoute *route, gpointer context)
{
    return gw_quota_take(context, quotas, request, route);
}

static void
uncount(const JwHttpRequest *request, const JwHttpRoute *route, int64_t ticket, gpointer context)
{
    gw_quota_return(context, quotas, request, route, ticket);
}

static const JwAuthenticator *const authenticators[] = { &gw_bearer, NULL };

const JwHttpApi gw_email_api = {
    .name = "email",
    .prefix = GW_EMAIL_ROOT,
    .authenticators = authenticators,
    .errors = gw_email_error,
    .limiter = limit,
    .uncount = uncount,
    .routes = routes,
    .openapi = "openapi-email.yaml",
};
