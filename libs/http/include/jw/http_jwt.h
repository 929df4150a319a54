/* jw/http_jwt.h: JSON Web Tokens: the strict verifier. Any thread; a verifier is immutable. */
#pragma once
#include "jw/clock.h"
#include "jw/config.h"
#include "jw/http_auth.h"

G_BEGIN_DECLS

typedef struct {
    /* JW_JWT_KEYS_FILE: {"keys":[{"kid","alg":"RS256|…","publicKeyFile"|"secretFile"}],
     * "revoked":["<jti>"]}; files are relative to it */
    char *keys_file;
    char *issuer;      /* JW_JWT_ISSUER, required */
    char *audience;    /* JW_JWT_AUDIENCE, required */
    int64_t leeway_ms; /* JW_JWT_LEEWAY, default 30 s */
    /* JW_JWT_…_CLAIM: roles, permissions, departments */
    char *roles_claim, *permissions_claim, *departments_claim;
    /* JW_JWT_WITHOUT_DEPARTMENTS, "all" or "none": what the absent claim of departments means;
     * the empty list means none */
    char *without_departments;
    /* JW_JWT_ALL_DEPARTMENTS_ROLES: roles whose holders are not limited by departments, with
     * commas; NULL: none */
    char *all_departments_roles;
} JwAuthConfig;
extern const JwConfigEntry jw_auth_config_entries[];
extern const size_t jw_auth_n_config_entries;

typedef struct _JwTokenVerifier JwTokenVerifier;

/* @config: copied. @clock: (transfer none): outlives the verifier. @error: INVALID names file, key
 * and violation (RSA keys under 2048 bits, HMAC secrets under 32 bytes, two keys of one kid, an
 * unknown alg), or the variable. */
JwTokenVerifier *jw_token_verifier_new(const JwAuthConfig *config, JwClock *clock,
                                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Notes all that is wrong with @config, as far as it was read: what jw_token_verifier_new() refuses
 * one at a time. */
void jw_token_verifier_check(const JwAuthConfig *config, JwConfigCheck *check);

/* @verifier: (transfer full) (nullable): a JwTokenVerifier. */
void jw_token_verifier_free(gpointer verifier);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwTokenVerifier, jw_token_verifier_free)

/* (transfer full): the subject of the token. @token: a compact JWS of at most 8 KiB.
 * @error: DENIED with a reason that names claims and never quotes them. */
JwPrincipal *jw_token_verify(const JwTokenVerifier *self, const char *token,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
