/* auth/sign.c: signs tokens for local use (jobctl token, tests). Any thread, no state. */
#include "jw/auth_sign.h"

#include "auth_private.h"
#include "jwt_auto.h"

#include <string.h>

static json_t *
list_of(const char *const *texts)
{
    json_t *list = json_array();

    for (size_t i = 0; texts[i] != NULL; i++) {
        (void)json_array_append_new(list, json_string(texts[i]));
    }
    return list;
}

static char *
claims_text(const JwTokenClaims *claims)
{
    json_auto_t *object = json_pack(
        "{s:s, s:s, s:s, s:I, s:I, s:s*, s:s*}", "iss", claims->issuer, "aud", claims->audience,
        "sub", claims->subject, "iat", (json_int_t)claims->issued_s, "exp",
        (json_int_t)claims->expires_s, "name", claims->name, "email", claims->email);

    if (object == NULL) {
        return NULL;
    }
    if (claims->roles != NULL) {
        (void)json_object_set_new(object, "roles", list_of(claims->roles));
    }
    if (claims->permissions != NULL) {
        (void)json_object_set_new(object, "permissions", list_of(claims->permissions));
    }
    if (claims->departments != NULL) {
        (void)json_object_set_new(object, "departments", list_of(claims->departments));
    }
    return json_dumps(object, JSON_COMPACT);
}

char *
jw_auth_sign(const JwTokenClaims *claims, const char *private_pem, GError **error)
{
    g_return_val_if_fail(claims != NULL && private_pem != NULL, NULL);
    g_autoptr(jwt_t) jwt = NULL;

    if (claims->kid == NULL || claims->issuer == NULL || claims->audience == NULL
        || claims->subject == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "a token needs kid, issuer, audience and subject");
    }
    if (g_strcmp0(claims->alg, "RS256") != 0 && g_strcmp0(claims->alg, "ES256") != 0) {
        return jw_fail_null(error, JW_ERROR_INVALID, "tokens are signed with RS256 or ES256 only");
    }
    g_autofree char *grants = claims_text(claims);
    if (grants == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID, "the claims are not UTF-8 text");
    }
    if (jwt_new(&jwt) != 0
        || jwt_set_alg(jwt, jwt_str_alg(claims->alg), (const unsigned char *)private_pem,
                       (int)strlen(private_pem))
               != 0
        || jwt_add_header(jwt, "kid", claims->kid) != 0 || jwt_add_grants_json(jwt, grants) != 0) {
        return jw_fail_null(error, JW_ERROR_INTERNAL, "libjwt did not take the claims");
    }
    char *token = jwt_encode_str(jwt); /* malloc'ed, as g_free() takes it */
    if (token == NULL) {
        return jw_fail_null(error, JW_ERROR_INVALID,
                            "the key cannot sign with %s: is it a PEM private "
                            "key of that kind?",
                            claims->alg);
    }
    return token;
}
