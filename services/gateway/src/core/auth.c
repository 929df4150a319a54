/* core/auth.c: see core/auth.h. */
#include "core/auth.h"

#include "core/keys.h"

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

static JwPrincipal *
verify_key(gpointer context, const char *credentials, GError **error)
{
    const Gw *gw = context;

    return gw_keys_verify(gw->keys, credentials, error);
}

const JwAuthenticator gw_api_key = {
    .header = "X-API-Key",
    .challenge = "ApiKey realm=\"jobwire\"",
    .refusal = "ApiKey realm=\"jobwire\", error=\"invalid_key\"",
    .advice = "a valid API key is needed: X-API-Key: <key>",
    .explains = true,
    .verify = verify_key,
};
