/* jwt_maker.h: creates keys and tokens, good and bad, with gnutls alone, without libjwt and the
 * verifier; and a verifier that reads such keys. */
#pragma once
#include "testkit.h"

#include "jw/http_jwt.h"

#include <stdbool.h>

typedef enum {
    MAKER_RS256,
    MAKER_RS384,
    MAKER_RS512,
    MAKER_ES256,
    MAKER_ES384,
    MAKER_HS256,
    MAKER_HS384,
    MAKER_HS512
} MakerAlg;

typedef struct {
    char *folder, *keys_file;
    char *rsa_public, *rsa_private, *ec_private; /* PEM */
} Maker;

#define MAKER_SECRET "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* Two RSA keys (rsa, other-rsa), EC keys on P-256 and P-384, HMAC secrets; kids rs256 rs384 …
 * hs512. */
void maker_init(Maker *self);
void maker_clear(Maker *self);
void maker_write(const Maker *self, const char *name, const char *text);
char *maker_base64url(const void *data, size_t length);
/* Signs "header.claims" (encoded here) with the key of @alg; (transfer full) */
char *maker_token(const Maker *self, MakerAlg alg, const char *header, const char *claims);
/* The same for segments that are encoded already. */
char *maker_sign(const Maker *self, MakerAlg alg, const char *input);
/* HMAC-SHA256 with any secret */
char *maker_sign_secret(const char *secret, size_t secret_length, const char *input);
char *maker_rsa_pem(unsigned int bits, bool is_private);   /* of a fresh key */
void maker_ec_pems(char **ret_private, char **ret_public); /* of a fresh key on P-256 */
/* For the audience "jobwire", with 30 s of leeway and the claims' ordinary names. */
JwTokenVerifier *maker_verifier(const char *keys_file, const char *issuer, JwClock *clock,
                                GError **error);
