/* jw/http_auth.h: who asks, and the ways to find out. An authenticator is a constant row: where the
 * credentials stand in a request, who checks them, and what is answered without them. A new way to
 * authenticate is a new row (JWTs are checked by jw/http_jwt.h). Any thread. */
#pragma once
#include "jw/error.h"

G_BEGIN_DECLS

/* Who asks, as the credentials say. */
typedef struct {
    char *subject, *name, *email;               /* @name and @email: NULL when not known */
    char **roles, **permissions, **departments; /* NULL-terminated, never NULL */
} JwPrincipal;

/* @principal: (transfer full) (nullable): a JwPrincipal. */
void jw_principal_free(gpointer principal);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(JwPrincipal, jw_principal_free)

/* Returns true when one of the roles is "admin", in any case. */
bool jw_principal_is_admin(const JwPrincipal *self);

/* Returns true when @self has @permission, has "*", or is an admin. */
bool jw_principal_may(const JwPrincipal *self, const char *permission);

typedef struct {
    const char *header;    /* that carries the credentials: "Authorization", "X-API-Key" */
    const char *scheme;    /* word before them, in any case: "Bearer"; NULL: they stand alone */
    const char *challenge; /* WWW-Authenticate when there are none; NULL: no such header */
    const char *refusal;   /* WWW-Authenticate when they were refused */
    const char *advice;    /* message of the 401: what to send */

    /* (transfer full): who asks. @context: that of the API, see jw_http_server_add_api().
     * @credentials: what stands in the header behind the scheme. @error: DENIED: answered with
     * 401, the message goes to the log only; other codes as jw_http_reply_error() answers them. */
    JwPrincipal *(*verify)(gpointer context, const char *credentials, GError **error);
} JwAuthenticator;

G_END_DECLS
