/* jw/http_auth.h: who asks. The strict authenticator in front of libjwt: nothing else in the tree may call
 * libjwt. Any thread; a authenticator is immutable after it was made. */
#pragma once
#include "jw/clock.h"
#include "jw/config.h"
#include "jw/error.h"

G_BEGIN_DECLS

typedef struct {
    char *
        keys_file; /* JW_JWT_KEYS_FILE: {"keys":[{"kid","alg":"RS256|ES256|HS256|…","publicKeyFile"|"secretFile"}],
                        "revoked":["<jti>"]}; files relative to it */
    char *issuer;      /* JW_JWT_ISSUER, required */
    char *audience;    /* JW_JWT_AUDIENCE, required */
    int64_t leeway_ms; /* JW_JWT_LEEWAY, default 30 s */
    /* JW_JWT_…_CLAIM: roles, permissions, departments */
    char *roles_claim, *permissions_claim, *departments_claim;
} JwAuthConfig;
extern const JwConfigEntry jw_auth_config_entries[];
extern const size_t jw_auth_n_config_entries;

typedef struct {
    char *subject, *name, *email;
    char **roles, **permissions, **departments; /* NULL-terminated, never NULL */
} JwPrincipal;
void jw_principal_free(JwPrincipal *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwPrincipal, jw_principal_free)
bool jw_principal_is_admin(const JwPrincipal *self); /* role "admin", any case */
/* has it, "*", or is admin */
bool jw_principal_may(const JwPrincipal *self, const char *permission);

typedef struct _JwAuthenticator JwAuthenticator;
/* INVALID names file, key and fault (short RSA keys < 2048, HMAC secrets < 32 bytes, two keys of
 * one kid, unknown alg). */
JwAuthenticator *jw_authenticator_new(const JwAuthConfig *config, JwClock *clock,
                                      GError **error) G_GNUC_WARN_UNUSED_RESULT;
void jw_authenticator_free(JwAuthenticator *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwAuthenticator, jw_authenticator_free)

/* A compact JWS → principal. DENIED with a reason fit for the log, not for the caller. Tokens over
 * 8 KiB are refused. */
JwPrincipal *jw_auth_verify(const JwAuthenticator *self, const char *token,
                            GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
