/* auth/auth_private.h: what the files of the token verifier share. Immutable except for @seen. */
#pragma once
#include "jw/http_jwt.h"

#include <jansson.h>

#include "seen.h"

typedef enum { JW_ALG_RSA, JW_ALG_EC, JW_ALG_HMAC } JwAlgFamily;

typedef struct {
    const char *name; /* "RS256" */
    JwAlgFamily family;
    int digest;             /* gnutls_mac_algorithm_t, HMAC only */
    int sign;               /* gnutls_sign_algorithm_t, RSA and EC */
    int curve;              /* gnutls_ecc_curve_t, EC only */
    size_t signature_bytes; /* 0: as long as the RSA modulus */
} JwAuthAlg;
const JwAuthAlg *jw_auth_alg_find(const char *name); /* NULL: not supported */

/* One key, pinned to one algorithm. */
typedef struct {
    char *kid;
    const JwAuthAlg *alg;
    char *secret; /* PEM of the public key, or the HMAC secret */
    size_t secret_length, signature_bytes;
} JwAuthKey;

struct _JwTokenVerifier {
    JwClock *clock;
    int64_t leeway_ms;
    char *issuer, *audience, *roles_claim, *permissions_claim, *departments_claim;
    bool absent_means_all;        /* departments */
    char **all_departments_roles; /* NULL-terminated */
    GPtrArray *keys;              /* of JwAuthKey */
    JwAuthSeen *seen;
    GHashTable *revoked; /* revoked token ids (jti), from the keys file */
};

/* keys.c */
bool jw_auth_keys_load(JwTokenVerifier *self, const char *path,
                       GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* claims.c */
/* JSON object of at most 8 levels without duplicate members. NULL: @error is DENIED. */
json_t *jw_auth_object_parse(const void *data, size_t length, const char *what,
                             GError **error) G_GNUC_WARN_UNUSED_RESULT;
JwPrincipal *jw_auth_claims_read(const JwTokenVerifier *self, json_t *claims,
                                 GError **error) G_GNUC_WARN_UNUSED_RESULT;
