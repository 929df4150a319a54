/* email/api.c: the API of mailed reports: its routes, which are for admins alone. */
#include "email/email.h"

#include "core/auth.h"

const char *const gw_email_editions[] = { "Weekly", "Monthly", NULL };

static const JwHttpRoute routes[] = {
    { "POST", "/generate-email-report", gw_email_generate, JW_HTTP_ADMIN, NULL },
    { "GET", "/execution-history", gw_email_history, JW_HTTP_ADMIN, gw_email_history_query },
    { "GET", "/executions/:executionId", gw_email_execution, JW_HTTP_ADMIN, NULL },
    { "GET", "/download/:executionId", gw_email_download, JW_HTTP_ADMIN, NULL },
    { 0 },
};

static const JwAuthenticator *const authenticators[] = { &gw_bearer, NULL };

const JwHttpApi gw_email_api = {
    .name = "email",
    .prefix = GW_EMAIL_ROOT,
    .authenticators = authenticators,
    .errors = gw_email_error,
    .routes = routes,
    .openapi = "openapi-email.yaml",
};
