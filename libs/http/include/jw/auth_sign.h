/* jw/auth_sign.h: signs tokens for local use (jobctl token) and for tests; no service links it.
 * Any thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct {
    const char *kid, *alg, *issuer, *audience, *subject, *name, *email;
    /* NULL-terminated or NULL */
    const char *const *roles, *const *permissions, *const *departments;
    int64_t issued_s, expires_s;
} JwTokenClaims;

/* A compact JWS, signed by the private key in PEM, which must fit @claims' alg (RS256 or ES256).
 * INVALID. (transfer full) */
char *jw_auth_sign(const JwTokenClaims *claims, const char *private_pem,
                   GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
