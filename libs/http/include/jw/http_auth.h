/* jw/http_auth.h: the caller's identity and the authenticators. An authenticator is a constant
 * row: where the credentials are in a request, their check, and the answer without them. A new
 * one is a new row (JWTs are checked by jw/http_jwt.h). Any thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

/* The caller, by the credentials. */
typedef struct {
    char *subject, *name, *email;               /* @name and @email: NULL when not known */
    char **roles, **permissions, **departments; /* NULL-terminated, never NULL */
    bool all_departments;  /* not limited by departments, whatever is listed; false: by those */
    int64_t expires_at_ms; /* from then on the credentials hold no longer; 0: not known */
} JwPrincipal;

/* @principal: (transfer full) (nullable): a JwPrincipal. */
void jw_principal_free(gpointer principal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwPrincipal, jw_principal_free)

/* As the permission of a route: the role admin, whatever permissions the caller is given. */
#define JW_HTTP_ADMIN "role:admin"

/* Returns true when one of the roles is "admin", in any case. */
bool jw_principal_is_admin(const JwPrincipal *self);

/* Returns true when @self has @permission, has "*", or is an admin. No list of permissions makes
 * one an admin: of JW_HTTP_ADMIN it is the role alone. */
bool jw_principal_may(const JwPrincipal *self, const char *permission);

typedef struct {
    const char *header;    /* that carries the credentials: "Authorization", "X-API-Key" */
    const char *scheme;    /* before them, in any case: "Bearer"; NULL: nothing */
    const char *challenge; /* WWW-Authenticate when there are none; NULL: no such header */
    const char *refusal;   /* WWW-Authenticate when they were refused */
    const char *advice;    /* message of the 401: what to send */
    /* The reason of a refusal is told: as error_description behind @refusal, and in the message */
    bool explains;

    /* (transfer full): who asks. @context: that of the API, see jw_http_server_add_api().
     * @credentials: the header's value after the scheme. @error: DENIED: answered with 401, the
     * message goes to the log and, with @explains, to the caller: it quotes no credentials;
     * other codes as jw_http_reply_error() answers them. */
    JwPrincipal *(*verify)(gpointer context, const char *credentials, GError **error);
} JwAuthenticator;

G_END_DECLS
