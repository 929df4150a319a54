/* core/auth.c: see core/auth.h. */
#include "core/auth.h"

static JwPrincipal *
verify_token(gpointer context, const char *credentials, GError **error)
{
    const Gw *gw = context;

    return jw_token_verify(gw->tokens, credentials, error);
}

const JwAuthenticator gw_bearer = {
    .header = "Authorization",
    .scheme = "Bearer",
    .challenge = "Bearer realm=\"jobwire\"",
    .refusal = "Bearer realm=\"jobwire\", error=\"invalid_token\"",
    .advice = "a valid token is needed: Authorization: Bearer <token>",
    .explains = true,
    .verify = verify_token,
};
